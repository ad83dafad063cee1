//! Steps, faults and edits at the playhead.

use serde_json::json;

use crate::page::{Page, Trace, on_the_page};

#[tokio::test]
async fn a_step_is_one_event_and_a_step_back_takes_it_away() {
    on_the_page("#/worker-pool", async |page: Page| {
        for events in 1..=12 {
            page.click("step").await;
            page.until_is("stage", "data-events", &events.to_string()).await;
            assert_eq!(page.number("trace-hash", "data-events").await, events);
        }
        let twelve = page.trace().await;
        page.blur().await;
        for events in (9..12).rev() {
            page.press(',').await;
            page.until_is("stage", "data-events", &events.to_string()).await;
        }
        for events in 10..=12 {
            page.press('.').await;
            page.until_is("stage", "data-events", &events.to_string()).await;
        }
        assert_eq!(page.trace().await, twelve, "there and back");
    })
    .await;
}

#[tokio::test]
async fn one_can_step_through_a_whole_small_run() {
    const LINK: &str = "#/wait-group?requests=3";
    on_the_page(LINK, async |page: Page| {
        let whole = Trace::native(LINK);
        for events in 1..=whole.events {
            page.press('.').await;
            page.until_is("stage", "data-events", &events.to_string()).await;
        }
        assert_eq!(page.trace().await, whole);
        // Beyond the last event there is nothing, and that is no error.
        page.press('.').await;
        page.until_is("run", "data-state", "done").await;
        assert_eq!(page.trace().await, whole);
    })
    .await;
}

#[tokio::test]
async fn a_fault_switched_at_the_playhead_changes_what_comes_and_stands_in_the_link() {
    const LINK: &str = "#/worker-pool?server=general&service=exponential";
    on_the_page(LINK, async |page: Page| {
        page.stand_midway().await;
        let (at, before) = (page.number("clock", "data-ns").await, page.trace().await);
        let fault = page.text("document.querySelector('[data-testid^=fault-]').dataset.testid").await;
        page.click(&fault).await;
        page.until_is(&fault, "aria-checked", "true").await;
        page.until(
            "it stands there again",
            &format!("$('run').dataset.state === 'paused' && $('clock').dataset.ns === '{at}'"),
        )
        .await;
        assert!(page.number("stage", "data-events").await > before.events, "the fault is an event");
        page.press('6').await;
        page.click("run").await;
        page.is_over().await;
        let with_fault = page.trace().await;
        assert_ne!(with_fault, Trace::native(LINK), "the fault changed the run");

        let link = page.link().await;
        assert!(link.contains("x="), "the fault stands in {link}");
        assert_eq!(Trace::native(&link), with_fault, "natively");
        page.has_met_no_error().await;
        page.open(&link).await;
        page.run_to_the_end().await;
        assert_eq!(page.trace().await, with_fault, "in a fresh page");
    })
    .await;
}

#[tokio::test]
async fn a_fault_that_is_switched_on_and_off_again_at_one_place_leaves_the_run_going() {
    on_the_page("#/worker-pool?requests=3000", async |page: Page| {
        page.stand_midway().await;
        let fault = page.text("document.querySelector('[data-testid^=fault-]').dataset.testid").await;
        page.click(&fault).await;
        page.until_is(&fault, "aria-checked", "true").await;
        page.click(&fault).await;
        page.until_is(&fault, "aria-checked", "false").await;
        page.press('6').await;
        page.click("run").await;
        page.is_over().await;
        assert_eq!(page.attribute("run", "data-state").await, "done");
        assert_eq!(page.trace().await, Trace::native(&page.link().await));
    })
    .await;
}

#[tokio::test]
async fn log_and_code_follow_a_finished_run() {
    on_the_page("#/backpressure?requests=2000", async |page: Page| {
        page.run_to_the_end().await;
        page.click("tab-log").await;
        page.until("the log has lines", "$('log').innerText.trim().split('\\n').length > 3").await;
        page.click("tab-code").await;
        page.until("the code is there", "$('code').innerText.includes('async')").await;
        assert_eq!(page.value("$('checks').dataset.holds").await, json!("true"));
    })
    .await;
}
