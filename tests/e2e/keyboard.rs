//! The page without a mouse.

use serde_json::json;

use crate::page::{Page, on_the_page};

const SHIFT: char = '\u{e008}';
const TAB: char = '\u{e004}';
const ESCAPE: char = '\u{e00c}';
const DOWN: char = '\u{e015}';
const RIGHT: char = '\u{e014}';

#[tokio::test]
async fn space_runs_and_pauses_and_r_restarts() {
    on_the_page("#/worker-pool?requests=100000", async |page: Page| {
        // Far into the run, and slowly from there: after a restart it takes minutes to come here again, so that the clock is
        // seen to stand lower however seldom somebody looks.
        page.press('3').await;
        page.press(' ').await;
        page.until_is("run", "data-state", "running").await;
        page.until("time passes", "$('clock').dataset.ns > 30e9").await;
        page.press(' ').await;
        page.until_is("run", "data-state", "paused").await;
        let at = page.number("clock", "data-ns").await;
        page.press('1').await;
        page.press('r').await;
        page.until(
            "it starts again",
            &format!("$('run').dataset.state === 'running' && +$('clock').dataset.ns < {at}"),
        )
        .await;
        page.press(' ').await;
        page.until_is("run", "data-state", "paused").await;
        let seed = page.value("$('seed').value").await;
        page.press_with(Some(SHIFT), 'R').await;
        page.until("there is another seed", &format!("$('seed').value !== {seed} && location.hash.includes('seed=')"))
            .await;
    })
    .await;
}

#[tokio::test]
async fn space_runs_wherever_the_focused_control_does_not_use_it() {
    on_the_page("#/worker-pool", async |page: Page| {
        let places =
            ["$('pattern-worker-pool')", "$('timeline')", "$('speed')", "document.querySelector('.panel.scroll')"];
        for place in places {
            let focus = format!("const e = {place}; if (e.tabIndex < 0) e.tabIndex = 0; e.focus(); return null");
            page.script(&focus, vec![]).await;
            page.press(' ').await;
            page.until(&format!("it runs, with the focus on {place}"), "$('run').dataset.state === 'running'").await;
            page.press(' ').await;
            page.until_is("run", "data-state", "paused").await;
        }
        assert_eq!(page.value("document.querySelector('.panel.scroll').scrollTop").await, json!(0), "the panel stays");
        // A button takes it for itself.
        page.script("$('tab-log').focus(); return null", vec![]).await;
        page.press(' ').await;
        page.until_is("tab-log", "aria-selected", "true").await;
        assert_eq!(page.attribute("run", "data-state").await, "paused");
    })
    .await;
}

#[tokio::test]
async fn digits_choose_the_speed() {
    on_the_page("", async |page: Page| {
        for (key, says) in
            [('1', "0.1 times"), ('2', "1 times"), ('3', "10 times"), ('4', "100 times"), ('5', "1000 times")]
        {
            page.press(key).await;
            page.until_is("speed", "aria-valuetext", says).await;
        }
        page.press('6').await;
        page.until("max", "$('speed').value === '5'").await;
    })
    .await;
}

#[tokio::test]
async fn letters_choose_the_tab_and_the_theme() {
    on_the_page("#/sequential", async |page: Page| {
        for (key, tab) in [('l', "tab-log"), ('e', "tab-explain"), ('c', "tab-code")] {
            page.press(key).await;
            page.until_is(tab, "aria-selected", "true").await;
        }
        let theme = page.text("document.documentElement.dataset.theme").await;
        page.press('t').await;
        page.until("the theme has changed", &format!("document.documentElement.dataset.theme !== '{theme}'")).await;
        page.press('t').await;
        page.until("and back", &format!("document.documentElement.dataset.theme === '{theme}'")).await;
    })
    .await;
}

#[tokio::test]
async fn the_keyboard_map_opens_with_a_question_mark_and_closes_with_escape() {
    on_the_page("", async |page: Page| {
        // Escape is the page's own affair. A dialog that the browser closes says so later, and a question mark that comes in
        // between was taken as one that closes the map: it stayed shut, once in some hundred times under load.
        let note = "addEventListener('keydown', event => { window.taken = event.defaultPrevented; }); return null";
        page.script(note, vec![]).await;
        for _ in 0..2 {
            page.press('?').await;
            page.until("the map is open", "document.querySelector('dialog[open]')").await;
            page.press(ESCAPE).await;
            assert_eq!(page.value("window.taken").await, json!(true), "the page closes the map itself");
            page.until("the map is closed", "!document.querySelector('dialog[open]')").await;
        }
        page.click("help").await;
        page.until("the map is open", "document.querySelector('dialog[open]')").await;
        page.press('?').await;
        page.until("the map is closed", "!document.querySelector('dialog[open]')").await;
    })
    .await;
}

#[tokio::test]
async fn a_slash_searches_and_letters_typed_in_a_field_do_nothing_else() {
    on_the_page("#/sequential", async |page: Page| {
        let theme = page.text("document.documentElement.dataset.theme").await;
        page.press('/').await;
        page.until("the search has the focus", "document.activeElement.id === 'find'").await;
        for key in "batt".chars() {
            page.press(key).await;
        }
        page.until("nothing is found", "document.querySelectorAll('nav [data-testid^=pattern-]').length === 0").await;
        assert_eq!(page.value("document.activeElement.value").await, json!("batt"), "the slash is no part of it");
        assert_eq!(page.text("document.documentElement.dataset.theme").await, theme);
        assert_eq!(page.attribute("run", "data-state").await, "idle");
        page.script("$('run'); document.getElementById('find').select(); return null", vec![]).await;
        for key in "pool".chars() {
            page.press(key).await;
        }
        page.until("one is found", "$('pattern-worker-pool') && !$('pattern-pipeline')").await;
        page.press(TAB).await;
        page.until("Tab goes to it", "document.activeElement.dataset.testid === 'pattern-worker-pool'").await;
        page.press('\u{e007}').await;
        page.until_is("pattern-worker-pool", "aria-current", "page").await;
    })
    .await;
}

#[tokio::test]
async fn tab_comes_to_the_skip_link_first_and_to_every_region_in_the_order_of_the_page() {
    on_the_page("#/worker-pool", async |page: Page| {
        page.press(TAB).await;
        assert_eq!(page.text("document.activeElement.className").await, "skip");
        let mut order = Vec::new();
        for _ in 0..80 {
            page.press(TAB).await;
            let id = page.text("document.activeElement.dataset.testid ?? document.activeElement.id ?? ''").await;
            if order.contains(&id) && id == "preset" {
                break;
            }
            order.push(id);
        }
        let place = |handle: &str| {
            order.iter().position(|id| id == handle).unwrap_or_else(|| panic!("{handle} is not reached: {order:?}"))
        };
        let regions = [
            "preset",
            "share",
            "find",
            "pattern-worker-pool",
            "run",
            "step",
            "speed",
            "seed",
            "timeline",
            "tab-code",
            "param-workers",
        ];
        let places: Vec<usize> = regions.iter().map(|handle| place(handle)).collect();
        assert!(places.is_sorted(), "{regions:?} come in this order: {order:?}");
    })
    .await;
}

#[tokio::test]
async fn the_skip_link_leads_to_the_stage_and_changes_no_run() {
    on_the_page("#/worker-pool?workers=3&requests=100", async |page: Page| {
        page.press(TAB).await;
        page.press('\u{e007}').await;
        page.until("the focus is in the stage", "document.activeElement.closest('#stage-region')").await;
        assert_eq!(page.value("$('param-workers').value").await, json!("3"));
        assert_eq!(page.value("$('error')").await, json!(null), "the jump is not taken for a link to a run");
    })
    .await;
}

#[tokio::test]
async fn arrows_walk_through_lanes_and_tabs() {
    on_the_page("#/worker-pool", async |page: Page| {
        page.stand_midway().await;
        page.script("document.querySelector('.lanes').focus(); return null", vec![]).await;
        page.press(DOWN).await;
        page.until("a lane is read out", "document.querySelector('.lanes [aria-live]').textContent.length > 3").await;
        page.script("$('tab-code').focus(); return null", vec![]).await;
        page.press(RIGHT).await;
        page.until(
            "the next tab is chosen",
            "$('tab-log').ariaSelected === 'true' && document.activeElement === $('tab-log')",
        )
        .await;
    })
    .await;
}
