//! A bank of cars on the page: what is asked of the running system, calls from a landing, and what is measured beside the cars.

use crate::page::{Page, Trace, native_report, on_the_page};
use serde_json::json;

const ENTER: char = '\u{e007}';
const ESCAPE: char = '\u{e00c}';
const DOWN: char = '\u{e015}';

/// Whether some request was answered with a status.
fn answered(status: u16) -> String {
    format!("[...document.querySelectorAll('[data-testid=api-exchange]')].some(e => e.dataset.status === '{status}')")
}

#[tokio::test]
async fn what_is_asked_of_the_running_bank_is_answered_and_its_link_asks_it_again() {
    on_the_page("#/elevator", async |page: Page| {
        page.stand_midway().await;
        page.click("tab-api").await;
        page.click("api-send").await;
        page.until("a car is found", &answered(200)).await;
        // What cannot be read is sent as it is, and the system says what is wrong with it.
        page.fill("api-body", r#"{"from": 3"#).await;
        page.click("api-send").await;
        page.until("it cannot be read", &answered(400)).await;
        assert!(page.text("$('api-transcript').textContent").await.contains("INVALID_JSON"));
        page.run_to_the_end().await;
        assert_eq!(
            page.number("metric-delivered", "data-value").await,
            31,
            "thirty of the script, and the one from here"
        );
        let link = page.link().await;
        assert_eq!(link.matches("ask~").count(), 2, "{link}");
        assert_eq!(page.trace().await, Trace::native(&link));
    })
    .await;
}

#[tokio::test]
async fn a_car_is_called_from_a_landing_with_the_keyboard_alone() {
    on_the_page("#/elevator?preset=single", async |page: Page| {
        let lanes = "document.querySelector('.lanes')";
        page.script(&format!("{lanes}.focus(); return null"), vec![]).await;
        // Past the one car, to the first landing.
        page.press(DOWN).await;
        page.press(DOWN).await;
        page.press(ENTER).await;
        page.element("call-to").await;
        page.press(ESCAPE).await;
        page.until(
            "the box is gone, and the focus back",
            &format!("!$('call-to') && document.activeElement === {lanes}"),
        )
        .await;
        page.press(ENTER).await;
        let from = page.number("call-from", "data-value").await;
        // On the list of landings Enter calls; it does not open the list.
        page.until("the list has the focus", "document.activeElement === $('call-to')").await;
        page.press(ENTER).await;
        page.until("somebody waits", "+$('metric-waiting').dataset.value > 0").await;
        page.run_to_the_end().await;
        assert_eq!(page.number("metric-delivered", "data-value").await, 2);
        let link = page.link().await;
        assert!(link.contains("ask~") && link.contains(&format!("{from}")), "{link}");
        assert_eq!(page.trace().await, Trace::native(&link));
    })
    .await;
}

#[tokio::test]
async fn tiles_and_tables_tell_what_the_native_report_tells() {
    const LINK: &str = "#/elevator?preset=lunch&passengers=150";
    on_the_page(LINK, async |page: Page| {
        page.run_to_the_end().await;
        let report = native_report(LINK);
        let waiting = report.measured("waiting").expect("people waited");
        assert_eq!(page.number("metric-delivered", "data-value").await, report.requests.completed);
        assert_eq!(page.number("metric-waiting", "data-value").await, 0);
        for (tile, wanted) in [("metric-wait-p95", waiting.p95), ("metric-wait-p99", waiting.p99)] {
            assert_eq!(page.number(tile, "data-value").await, wanted.0, "{tile}");
        }
        assert_eq!(page.number("hall-calls", "data-open").await, 0);
        assert_eq!(
            page.value("document.querySelectorAll('[data-testid=system-health] tbody tr').length").await,
            json!(4)
        );
    })
    .await;
}
