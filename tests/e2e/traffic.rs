//! Traffic that is written down, and a server that nothing gets through to.

use serde_json::json;

use crate::page::{Page, Trace, on_the_page};

#[tokio::test]
async fn a_script_that_is_typed_is_in_force_and_in_the_link_and_a_wrong_one_says_where_it_is_wrong() {
    on_the_page("#/worker-pool?arrivals=script", async |page: Page| {
        page.script("[...document.querySelectorAll('[aria-label=\"Parameter detail\"] [role=radio]')].at(-1).click(); return null", vec![])
            .await;
        page.until("the script has a row, the number of requests has none", "$('param-script') && !$('param-requests')").await;
        page.fill("param-script", "*5@10ms;x").await;
        page.until("a complaint", "$('param-error-script')").await;
        let said = page.element("param-error-script").await.text().await.expect("a complaint is text");
        assert!(said.contains("ntry 2, at character 9"), "{said}");
        page.fill("param-script", "*5@10ms;@20ms").await;
        page.until("it is in the link", "location.hash.includes('script=*5@10ms;@20ms')").await;
        page.run_to_the_end().await;
        assert_eq!(page.trace().await, Trace::native("#/worker-pool?arrivals=script&script=*5@10ms;@20ms"));
        assert_eq!(page.value("$('metric-completed').dataset.value").await, json!("6"));
        page.has_met_no_error().await;
    })
    .await;
}

#[tokio::test]
async fn a_partition_without_end_stops_the_run_and_not_the_page() {
    const LINK: &str = "#/worker-pool?server=general&service=constant&requests=300&x=105000000~0~fault~partition~0";
    on_the_page(LINK, async |page: Page| {
        page.press('6').await;
        page.click("run").await;
        page.until_is("run", "data-state", "failed").await;
        assert_eq!(page.trace().await, Trace::native(LINK));
        page.until_is("fault-partition", "aria-checked", "true").await;
        page.click("pattern-sequential").await;
        page.until_is("pattern-sequential", "aria-current", "page").await;
        page.has_met_no_error().await;
    })
    .await;
}
