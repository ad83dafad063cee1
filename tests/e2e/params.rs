//! The form: what is in force is always valid.

use serde_json::json;

use crate::chromium::Command;
use crate::page::{Page, Trace, on_the_page};

#[tokio::test]
async fn a_value_out_of_range_is_refused_in_words_and_the_old_one_stays() {
    on_the_page("#/worker-pool?requests=300", async |page: Page| {
        for wrong in ["0", "-3", "many", "1e99", "999999999", ""] {
            page.fill("param-workers", wrong).await;
            page.until(
                &format!("a complaint about \"{wrong}\""),
                "$('param-error-workers')?.getAttribute('role') === 'alert'",
            )
            .await;
            let said = page.element("param-error-workers").await.text().await.expect("a complaint is text");
            assert!(said.contains("15"), "it says what is in force: {said}");
            assert_eq!(page.value("$('param-workers').value").await, json!(wrong), "what was typed can be put right");
            assert_eq!(page.attribute("param-workers", "aria-invalid").await, "true");
            assert!(!page.link().await.contains("workers"), "the address keeps the valid value");
        }
        page.run_to_the_end().await;
        assert_eq!(
            page.trace().await,
            Trace::native("#/worker-pool?requests=300"),
            "the run is that with the old value"
        );

        page.fill("param-workers", "3").await;
        page.until("the complaint is gone", "!$('param-error-workers')").await;
        page.until("the new value is in force", "location.hash.includes('workers=3')").await;
        assert_eq!(page.attribute("param-workers", "aria-invalid").await, "false");
    })
    .await;
}

#[tokio::test]
async fn a_value_that_the_others_leave_no_room_for_is_refused_at_its_field() {
    on_the_page("#/adaptive-limit?min=40", async |page: Page| {
        page.fill("param-max", "39").await;
        page.until("a complaint", "$('param-error-max')").await;
        let said = page.element("param-error-max").await.text().await.expect("a complaint is text");
        assert!(said.starts_with("The least limit, 40, is above the greatest, 39. Running with 200"), "{said}");
        assert!(!page.link().await.contains("max="), "the address keeps what is in force");
        page.fill("param-max", "41").await;
        page.until("the new value is in force", "location.hash.includes('max=41')").await;
        page.until("the complaint is gone", "!$('param-error-max')").await;
    })
    .await;
}

#[tokio::test]
async fn a_value_that_never_acts_is_in_force_and_says_so_at_its_field() {
    on_the_page("#/connection-pool", async |page: Page| {
        page.until("a remark", "$('param-remark-idle-time')").await;
        let said = page.element("param-remark-idle-time").await.text().await.expect("a remark is text");
        assert_eq!(said, "never acts: the lifetime is shorter");
        assert_eq!(page.attribute("param-idle-time", "aria-invalid").await, "false");
        page.fill("param-idle-time", "1m").await;
        page.until("the new value is in force", "location.hash.includes('idle-time=1m')").await;
        page.until("the remark is gone", "!$('param-remark-idle-time')").await;
    })
    .await;
}

#[tokio::test]
async fn putting_the_old_value_back_clears_the_complaint() {
    on_the_page("#/worker-pool", async |page: Page| {
        page.fill("param-workers", "0").await;
        page.until("a complaint", "$('param-error-workers')").await;
        page.fill("param-workers", "15").await;
        page.until("the complaint is gone", "!$('param-error-workers')").await;
        assert_eq!(page.link().await, "#/worker-pool");
    })
    .await;
}

#[tokio::test]
async fn a_complaint_does_not_follow_to_another_pattern() {
    on_the_page("#/worker-pool", async |page: Page| {
        page.fill("param-workers", "0").await;
        page.until("a complaint", "$('param-error-workers')").await;
        page.click("pattern-backpressure").await;
        page.until_is("pattern-backpressure", "aria-current", "page").await;
        page.until("the form is clean", "!document.querySelector('[data-testid^=param-error]')").await;
        assert_eq!(page.value("$('param-workers').value").await, json!("15"));
    })
    .await;
}

#[tokio::test]
async fn documented_and_shipped_are_two_systems() {
    on_the_page("#/worker-pool?requests=500", async |page: Page| {
        assert_eq!(page.attribute("fidelity", "data-value").await, "documented");
        page.click("fidelity-shipped").await;
        page.until_is("fidelity", "data-value", "shipped").await;
        page.until("the address has it", "location.hash.includes('fidelity=shipped')").await;
        page.run_to_the_end().await;
        let shipped = page.trace().await;
        assert_eq!(shipped, Trace::native("#/worker-pool?requests=500&fidelity=shipped"));
        assert_ne!(shipped, Trace::native("#/worker-pool?requests=500"));
    })
    .await;
}

#[tokio::test]
async fn the_speed_slider_reaches_from_a_tenth_to_max() {
    on_the_page("", async |page: Page| {
        let speed = page.element("speed").await;
        speed.send_keys("\u{e010}").await.expect("the slider takes End");
        page.until("it says max", "$('speed').value === '5' && $('speed').ariaValueText.includes('fast')").await;
        speed.send_keys("\u{e011}").await.expect("the slider takes Home");
        page.until("it says a tenth", "$('speed').ariaValueText === '0.1 times'").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_typed_while_the_run_goes_on_stays_in_the_box_until_it_is_committed() {
    on_the_page("#/worker-pool", async |page: Page| {
        // At its own speed: the run goes on for longer than this test.
        page.press('2').await;
        page.press(' ').await;
        page.until_is("run", "data-state", "running").await;
        page.click("param-workers").await;
        page.script("$('param-workers').select(); return null", vec![]).await;
        page.press('2').await;
        let before = page.number("clock", "data-ns").await;
        page.until("the page was rendered again", &format!("$('clock').dataset.ns > {}", before + 600_000_000)).await;
        page.press('3').await;
        assert_eq!(page.value("$('param-workers').value").await, json!("23"));
        assert!(!page.link().await.contains("workers"), "nothing is in force before it is committed");
        page.press('\u{e00c}').await;
        page.until("Escape takes it back", "$('param-workers').value === '15'").await;
    })
    .await;
}

#[tokio::test]
async fn a_live_parameter_shows_what_it_was_changed_to_while_the_run_goes_on() {
    on_the_page("#/backpressure", async |page: Page| {
        page.stand_midway().await;
        page.fill("param-max-delay", "2s").await;
        page.until("the change is in the address", "location.hash.includes('max-delay')").await;
        page.until("the box shows it", "$('param-max-delay').value === '2000'").await;
    })
    .await;
}

#[tokio::test]
async fn rows_that_come_and_go_leave_the_focus_where_it_is() {
    on_the_page("#/worker-pool", async |page: Page| {
        let rows = "document.querySelectorAll('[data-testid^=param-]').length";
        let simple = page.value(rows).await;
        page.script(
            "document.querySelector('[aria-label=\"Parameter detail\"] [aria-checked=true]').focus(); return null",
            vec![],
        )
        .await;
        page.press('\u{e014}').await;
        page.until("there are more rows", &format!("{rows} > {simple}")).await;
        assert_eq!(page.text("document.activeElement.textContent").await, "Advanced");
        page.press('\u{e012}').await;
        page.until("there are as many as before", &format!("{rows} === {simple}")).await;
        assert_eq!(page.text("document.activeElement.textContent").await, "Simple");
    })
    .await;
}

#[tokio::test]
async fn each_part_of_the_panel_is_in_the_page_once_however_wide_the_window_is() {
    on_the_page("#/worker-pool", async |page: Page| {
        let once = "[...document.querySelectorAll('[id]')].map(e => e.id).every((id, i, all) => all.indexOf(id) === i)";
        page.chromium(Command::window(900, 900)).await;
        page.click("tab-params").await;
        page.until("the form is in the tab", "document.querySelector('#pane [data-testid=param-workers]')").await;
        assert_eq!(page.value("document.querySelectorAll('[data-testid=param-workers]').length").await, json!(1));
        assert_eq!(page.value(once).await, json!(true));
        page.chromium(Command::window(1440, 900)).await;
        page.until("the form is in the panel", "document.querySelector('aside [data-testid=param-workers]')").await;
        assert_eq!(page.value("document.querySelectorAll('[data-testid=param-workers]').length").await, json!(1));
        assert_eq!(page.value(once).await, json!(true));
    })
    .await;
}

#[tokio::test]
async fn a_configuration_is_pasted_whole_told_line_by_line_where_it_is_wrong_and_taken_in_one_step() {
    on_the_page("#/background-processor", async |page: Page| {
        page.click("configuration-open").await;
        let wrong = "BACKGROUND_WORKER_COUNT=-3\nBACKGROUND_QUEUE 100";
        page.fill("configuration", wrong).await;
        page.until("complaints", "$('configuration-errors').children.length > 0").await;
        let said = page.text("[...$('configuration-errors').children].map(li => li.textContent).join('|')").await;
        assert!(said.starts_with("line 1, column 25: BACKGROUND_WORKER_COUNT: "), "{said}");
        assert!(said.ends_with("|line 2, column 17: a \"=\" is missing after BACKGROUND_QUEUE"), "{said}");
        assert_eq!(page.value("$('configuration-apply').disabled").await, json!(true));
        assert_eq!(page.value("$('configuration').value").await, json!(wrong), "what was typed can be put right");

        let good = "BACKGROUND_WORKER_COUNT=4\nBACKGROUND_QUEUE_SIZE=100\nWORKER_POOL_SIZE_DB=5";
        page.fill("configuration", good).await;
        page.until("nothing is wrong", "!$('configuration-apply').disabled").await;
        assert!(!page.link().await.contains("workers="), "nothing is changed before somebody asks for it");
        page.click("configuration-apply").await;
        page.until("the values are in force", "/workers=4/.test(location.hash) && /queue=100/.test(location.hash)")
            .await;
        let said = page.text("$('configuration-status').textContent").await;
        assert_eq!(said, "These values are in force. Not part of this pattern: WORKER_POOL_SIZE_DB.");
        assert_eq!(page.value("$('configuration').value").await, json!(good));
        page.click("undo").await;
        page.until("both are back", "!/workers=|queue=/.test(location.hash)").await;
    })
    .await;
}
