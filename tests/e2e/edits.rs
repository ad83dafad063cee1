//! What changes the scenario: faults that stay, steps that are undone, values that go back, bands of the timeline taken by hand.

use crate::page::{Page, Trace, on_the_page};

const DO: &str = "dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, bubbles: true }))";
const REDO: &str =
    "dispatchEvent(new KeyboardEvent('keydown', { key: 'Z', ctrlKey: true, shiftKey: true, bubbles: true }))";

async fn until_link(page: &Page, link: &str) {
    page.until(&format!("the address is {link}"), &format!("location.hash === '{link}'")).await;
}

/// A figure was credited to more workers, while a fault had gone without a word.
#[tokio::test]
async fn a_fault_stays_when_a_parameter_changes_and_every_step_can_be_taken_back() {
    on_the_page("#/worker-pool?preset=open", async |page: Page| {
        page.click("fault-slow-server").await;
        page.until_is("fault-slow-server", "aria-checked", "true").await;
        let slow = "#/worker-pool?preset=open&x=0~0~fault~slow-server~3";
        until_link(&page, slow).await;
        page.fill("param-workers", "60").await;
        let wide = "#/worker-pool?preset=open&workers=60&x=0~0~fault~slow-server~3";
        until_link(&page, wide).await;
        page.until_is("fault-slow-server", "aria-checked", "true").await;
        assert!(page.attribute("undo", "title").await.starts_with("Undo: Workers 60"));
        page.run_to_the_end().await;
        assert_eq!(page.trace().await, Trace::native(wide));

        page.blur().await;
        page.value(DO).await;
        until_link(&page, slow).await;
        page.value(DO).await;
        until_link(&page, "#/worker-pool?preset=open").await;
        page.until_is("undo", "aria-disabled", "true").await;
        page.until_is("fault-slow-server", "aria-checked", "false").await;
        page.value(REDO).await;
        page.click("redo").await;
        until_link(&page, wide).await;
        page.until_is("redo", "aria-disabled", "true").await;
    })
    .await;
}

/// Before the start a switch stayed off, and a second press took the fault twice. Its word is pressed as well as the switch.
#[tokio::test]
async fn a_fault_before_the_start_is_on_at_once_and_a_second_press_takes_it_back() {
    on_the_page("#/worker-pool?preset=open", async |page: Page| {
        page.value("document.querySelector('label[for=fault-outage-switch]').click()").await;
        page.until_is("fault-outage", "aria-checked", "true").await;
        page.until("it is on the timeline", "$('band-0')").await;
        page.value("document.querySelector('label[for=fault-outage-switch]').click()").await;
        page.until_is("fault-outage", "aria-checked", "false").await;
        until_link(&page, "#/worker-pool?preset=open").await;
        page.until("the timeline is bare", "!$('band-0')").await;
        // A band at the right end made the whole column scroll sideways.
        page.go("#/worker-pool?x=900000000000~0~fault~slow-server~3").await;
        page.until("it is on the timeline", "$('band-0')").await;
        assert_eq!(
            page.value("document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth").await,
            0
        );
    })
    .await;
}

/// At the end of a run it met no request, and a figure that it had no part in was taken for its own.
#[tokio::test]
async fn a_fault_that_is_switched_on_when_the_run_is_over_stands_from_its_start() {
    on_the_page("#/worker-pool?requests=300", async |page: Page| {
        page.run_to_the_end().await;
        page.click("fault-slow-server").await;
        until_link(&page, "#/worker-pool?requests=300&x=0~0~fault~slow-server~3").await;
        page.until_is("fault-slow-server", "aria-checked", "true").await;
        page.run_to_the_end().await;
        assert_eq!(page.trace().await, Trace::native("#/worker-pool?requests=300&x=0~0~fault~slow-server~3"));
    })
    .await;
}

#[tokio::test]
async fn what_is_not_as_the_scenario_has_it_is_marked_and_goes_back_with_one_press() {
    on_the_page("#/circuit-breaker?callers=700&slots=4&x=1000000000~0~fault~slow-server~3", async |page: Page| {
        page.until("the scenario says so", "$('scenario-changed')?.textContent === 'changed'").await;
        // Hidden, and it acts.
        page.until("a hidden value is listed", "$('reset-slots')").await;
        let rows = page.value("document.querySelectorAll('.prow.changed').length").await;
        assert_eq!(rows, 2, "those two, and no other");
        page.click("reset-callers").await;
        until_link(&page, "#/circuit-breaker?slots=4&x=1000000000~0~fault~slow-server~3").await;
        page.click("reset-all").await;
        until_link(&page, "#/circuit-breaker?x=1000000000~0~fault~slow-server~3").await;
        page.until("the mark is gone from the form", "!document.querySelector('.prow.changed') && !$('reset-all')")
            .await;
        page.value(DO).await;
        until_link(&page, "#/circuit-breaker?slots=4&x=1000000000~0~fault~slow-server~3").await;
    })
    .await;
}

/// A band is moved, made longer, made stronger and taken away by keys alone, and the playhead stays where it is.
#[tokio::test]
async fn a_planned_fault_is_moved_sized_and_taken_away_on_the_timeline() {
    const LINK: &str = "#/worker-pool?at=2s&x=500000000~0~fault~slow-server~3@200000000";
    on_the_page(LINK, async |page: Page| {
        page.until_is("clock", "data-ns", "2000000000").await;
        let press = async |key: &str, more: &str| {
            let event =
                format!("new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true {more} }})");
            page.value(&format!("$('band-0').dispatchEvent({event})")).await;
        };
        press("ArrowRight", "").await;
        until_link(&page, "#/worker-pool?x=600000000~0~fault~slow-server~3@200000000").await;
        press("ArrowRight", ", altKey: true").await;
        until_link(&page, "#/worker-pool?x=600000000~0~fault~slow-server~3@300000000").await;
        page.until(
            "it stands there again",
            "$('run').dataset.state === 'paused' && $('clock').dataset.ns === '2000000000'",
        )
        .await;
        press("Enter", "").await;
        page.until("its numbers are open", "$('band-size')").await;
        page.fill("band-size", "0").await;
        page.until("it says what may be", "$('band-problem')?.textContent.includes('Staying with ×3')").await;
        page.fill("band-size", "×5").await;
        until_link(&page, "#/worker-pool?x=600000000~0~fault~slow-server~5@300000000").await;
        page.fill("band-lasts", "1s").await;
        until_link(&page, "#/worker-pool?x=600000000~0~fault~slow-server~5@1000000000").await;
        press("Delete", "").await;
        until_link(&page, "#/worker-pool").await;
        page.value(DO).await;
        until_link(&page, "#/worker-pool?x=600000000~0~fault~slow-server~5@1000000000").await;
        page.run_to_the_end().await;
        assert_eq!(page.trace().await, Trace::native(&page.link().await));
    })
    .await;
}

/// The hand lets go where the fault is to begin: nothing is computed on the way, and the click does not move the playhead.
#[tokio::test]
async fn a_band_is_dragged_by_its_head_and_by_its_edges() {
    const LINK: &str = "#/worker-pool?at=4s&x=1000000000~0~fault~slow-server~3@1000000000";
    on_the_page(LINK, async |page: Page| {
        page.until_is("clock", "data-ns", "4000000000").await;
        let drag = async |part: &str, share: f64| {
            let script = format!(
                "const part = document.querySelector('.fband {part}'), box = part.getBoundingClientRect();
                 const width = document.querySelector('.tl').clientWidth - 32, x = box.x + box.width / 2, y = box.y + 10;
                 const at = (type, x) => part.dispatchEvent(new PointerEvent(type, {{ bubbles: true, isPrimary: true, pointerId: 1, clientX: x, clientY: y }}));
                 part.setPointerCapture = () => {{}};
                 at('pointerdown', x); at('pointermove', x + width * {share} / 2); at('pointermove', x + width * {share}); at('pointerup', x + width * {share}); return null"
            );
            page.script(&script, vec![]).await;
        };
        let planned = async || {
            let link = page.link().await;
            let (at, rest) = link.split_once("x=").expect("a fault").1.split_once("~0~").expect("its time");
            let lasts = rest.split_once('@').expect("its length").1;
            [at, lasts].map(|ns| ns.parse::<u64>().expect("a number") / 1_000_000)
        };
        drag(".head", 0.1).await;
        page.until("it begins later", "!location.hash.includes('x=1000000000~')").await;
        let [moved, length] = planned().await;
        assert!(moved > 1_200 && length == 1_000, "{moved} {length}");
        drag(".grip.to", 0.05).await;
        page.until("it lasts longer", "!location.hash.includes('@1000000000')").await;
        let [from, longer] = planned().await;
        assert!(from == moved && longer > 1_100, "{from} {longer}");
        page.until("it stands there again", "$('run').dataset.state === 'paused' && $('clock').dataset.ns === '4000000000'")
            .await;
    })
    .await;
}

/// Whoever looked at the figures of a run that was over, and changed something, read that nothing had run yet.
#[tokio::test]
async fn who_stands_at_the_end_of_a_run_stands_at_the_end_of_the_changed_one() {
    on_the_page("#/worker-pool?requests=300", async |page: Page| {
        page.run_to_the_end().await;
        page.fill("param-workers", "40").await;
        until_link(&page, "#/worker-pool?requests=300&workers=40").await;
        page.until_is("run", "data-state", "done").await;
        assert_eq!(page.trace().await, Trace::native("#/worker-pool?requests=300&workers=40"));
        page.until("the run before is still to be seen", "$('before')?.innerText.includes('Workers 15')").await;
        // Another scenario is another matter: it begins at its start.
        page.value("(() => { const s = $('preset'); s.value = 'open'; s.dispatchEvent(new Event('change', { bubbles: true })); })()").await;
        page.until_is("run", "data-state", "idle").await;
        page.until("what was changed is said", "document.querySelector('.overlay').innerText.includes('not run yet')").await;
    })
    .await;
}
