//! What tells of an instant or of a line leads there.

use serde_json::json;

use crate::page::{Page, on_the_page};

#[tokio::test]
async fn a_row_of_the_log_leads_to_right_after_its_event() {
    on_the_page("#/circuit-breaker?at=3s&tab=log", async |page: Page| {
        page.until("the log has rows", "$('log').querySelectorAll('.row').length > 8").await;
        for row in [6, 3] {
            let told = page.text(&format!("$('log').querySelectorAll('.row')[{row}].dataset.event")).await;
            page.script("$('log').querySelectorAll('.row')[arguments[0]].click(); return null", vec![json!(row)]).await;
            let after: u64 = told.parse::<u64>().expect("a number of an event") + 1;
            page.until_is("stage", "data-events", &after.to_string()).await;
            page.until_is("run", "data-state", "paused").await;
            assert_eq!(page.text("$('log').querySelector('.row').dataset.event").await, told, "it is the newest now");
        }
        // The arrows go from row to row.
        page.script("$('log').querySelector('.row').focus(); return null", vec![]).await;
        page.press('\u{e015}').await;
        page.until("the second row has the focus", "document.activeElement === $('log').querySelectorAll('.row')[1]")
            .await;
    })
    .await;
}

#[tokio::test]
async fn the_log_says_how_long_a_fault_lasts_and_a_check_says_what_it_looks_at_where_that_is_known() {
    on_the_page("#/circuit-breaker?at=3s&tab=log", async |page: Page| {
        page.until("the outage is told", "$('log').innerText.includes('on, 3s')").await;
        assert_eq!(page.value("$('log').innerText.includes('000000')").await, json!(false), "no number without a unit");
        page.click("tab-checks").await;
        page.until("there are checks", "document.querySelector('.checks .how')").await;
        assert_eq!(
            page.value("document.querySelector('.checks').innerText.includes('Looks at .')").await,
            json!(false)
        );
    })
    .await;
}

#[tokio::test]
async fn a_run_that_cannot_go_on_leads_to_the_line_and_can_be_closed() {
    on_the_page("#/wait-group?preset=lost-results&seed=v1&at=60s", async |page: Page| {
        page.until("it is said", "$('stuck')?.getAttribute('role') === 'alert'").await;
        let covers = "(() => { const a = $('stuck').getBoundingClientRect(), b = $('stage').getBoundingClientRect(); return a.bottom > b.top + 1; })()";
        assert_eq!(page.value(covers).await, json!(false), "it lies on no lane");
        let place = page.text("$('stuck').querySelector('li button').innerText").await;
        page.press('l').await;
        page.until_is("tab-log", "aria-selected", "true").await;
        page.script("$('stuck').querySelector('li button').click(); return null", vec![]).await;
        page.until_is("tab-code", "aria-selected", "true").await;
        let line = place.rsplit(':').next().expect("a line").to_owned();
        page.until("its line is marked", &format!("document.querySelector('.code li.asked .ln')?.innerText === '{line}'")).await;
        let seen = "(() => { const a = document.querySelector('.code li.asked').getBoundingClientRect(), b = document.querySelector('.code ol').getBoundingClientRect(); return a.top >= b.top - 1 && a.bottom <= b.bottom + 1; })()";
        page.until("and in sight", seen).await;
        page.script("$('stuck').querySelector('[aria-label=Close]').click(); return null", vec![]).await;
        page.until("it is closed", "!$('stuck') && $('run').dataset.state === 'failed'").await;
        page.click("restart").await;
        page.press('6').await;
        page.is_over().await;
        assert_eq!(page.value("$('stuck')").await, json!(null), "it is the same run, of which nobody wants to hear");
    })
    .await;
}
