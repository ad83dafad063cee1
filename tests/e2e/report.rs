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
async fn what_was_not_measured_is_a_dash_and_what_timed_out_counts_at_its_limit() {
    // p99 was 244 ms where 29 % of the calls were given up at 250, and before the run there were 0.0 % errors.
    on_the_page("#/worker-pool?server=general&mean=200ms&timeout=250ms&requests=600", async |page: Page| {
        for tile in ["throughput", "goodput", "errors", "p50", "p99"] {
            assert_eq!(
                page.text(&format!("$('metric-{tile}').querySelector('dd').innerText.trim()")).await,
                "—",
                "{tile}"
            );
            assert_eq!(page.attribute(&format!("metric-{tile}"), "data-value").await, "", "{tile}");
        }
        page.run_to_the_end().await;
        for tile in ["metric-p95", "metric-p99"] {
            assert_eq!(page.number(tile, "data-value").await, 250_000_000);
        }
        let rates =
            page.value("['throughput', 'goodput', 'timed-out'].map(t => +$('metric-' + t).dataset.value)").await;
        let rate = |index: usize| rates[index].as_f64().expect("a number");
        assert_eq!(rate(0), rate(1), "nothing failed otherwise");
        assert!(rate(0) > 0.0 && rate(2) > 0.0, "{rates}");
        page.click("tab-report").await;
        page.until(
            "timeouts have a column",
            "[...$('report').querySelectorAll('th')].some(th => th.innerText === 'Timeout')",
        )
        .await;
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
