//! Figures that can be checked with a pencil.

use crate::page::{Page, on_the_page};

#[tokio::test]
async fn fifteen_workers_at_twenty_milliseconds_take_exactly_ten_seconds() {
    // 7,500 × 20 ms ÷ 15.
    on_the_page("#/worker-pool?server=general&service=constant&mean=20ms", async |page: Page| {
        page.run_to_the_end().await;
        assert_eq!(page.attribute("run", "data-state").await, "done");
        assert_eq!(page.number("clock", "data-ns").await, 10_000_000_000);
        page.click("tab-report").await;
        page.until_is("report", "data-virtual-ns", "10000000000").await;
        assert_eq!(page.attribute("report", "data-outcome").await, "drained");
        let report = page.element("report").await.text().await.expect("the report is text");
        let ended = "drained at exactly 10,000,000,000 ns";
        assert!(report.contains(ended), "{ended}: {report}");
        let closed_form = report.lines().find(|line| line.contains("= 10,000,000,000 ns"));
        assert!(closed_form.is_some(), "the closed form beside it: {report}");
        assert_eq!(page.number("metric-completed", "data-value").await, 7_500);
    })
    .await;
}

#[tokio::test]
async fn the_report_accounts_for_every_request() {
    on_the_page("#/worker-pool?requests=800&server=general&errors=0.25&seed=lost", async |page: Page| {
        page.run_to_the_end().await;
        page.click("tab-report").await;
        page.until_is("report", "data-outcome", "drained").await;
        let text = page.element("report").await.text().await.expect("the report is text");
        let line = text.lines().find(|line| line.contains(" offered = ")).expect("a line with the account").to_owned();
        let (offered, parts) = line.split_once(" offered = ").expect("an equation");
        let number = |text: &str| -> u64 {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits.parse().unwrap_or_else(|_| panic!("a number in \"{text}\" of \"{line}\""))
        };
        assert_eq!(number(offered), 800);
        assert_eq!(parts.split('+').map(number).sum::<u64>(), 800);
        assert!(parts.contains("failed"), "a quarter of the answers is an error: {line}");
    })
    .await;
}

#[tokio::test]
async fn a_horizon_ends_the_run_on_time() {
    on_the_page("#/worker-pool?until=3s", async |page: Page| {
        page.run_to_the_end().await;
        assert_eq!(page.number("clock", "data-ns").await, 3_000_000_000);
        page.click("tab-report").await;
        page.until_is("report", "data-outcome", "horizon").await;
    })
    .await;
}
