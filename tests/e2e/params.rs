//! The form: what is in force is always valid.

use serde_json::json;

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
