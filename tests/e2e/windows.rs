//! The page in windows of other sizes.

use serde_json::json;

use crate::chromium::Command;
use crate::page::{Page, before_the_page};

#[tokio::test]
async fn on_a_phone_parameters_and_charts_are_tabs_and_everything_is_within_reach() {
    before_the_page(async |page: Page| {
        page.chromium(Command::window(390, 844)).await;
        page.open("#/worker-pool").await;
        page.click("tab-params").await;
        page.until("the parameters are there", "$('param-workers')?.checkVisibility()").await;
        page.fill("param-workers", "5").await;
        page.until("a parameter can be changed", "location.hash.includes('workers=5')").await;
        page.click("tab-charts").await;
        page.until("the charts are there", "document.querySelector('[data-testid^=chart-]')?.checkVisibility()").await;
        page.run_to_the_end().await;
        assert_eq!(page.attribute("run", "data-state").await, "done");
        page.click("tab-report").await;
        page.element("report").await;
    })
    .await;
}

#[tokio::test]
async fn no_window_scrolls_sideways() {
    before_the_page(async |page: Page| {
        for width in [320, 390, 600, 768, 800, 1024, 1100, 1280, 1440, 1920] {
            page.chromium(Command::window(width, 844)).await;
            for pattern in ["worker-pool", "backpressure"] {
                page.open(&format!("#/{pattern}")).await;
                let (whole, seen) =
                    (page.value("document.documentElement.scrollWidth").await, page.value("innerWidth").await);
                assert!(whole.as_u64() <= seen.as_u64(), "{pattern}: {whole} px in a window of {width} px");
                assert_eq!(
                    page.value("$('run').checkVisibility() && $('stage').clientHeight > 100").await,
                    json!(true),
                    "{pattern} at {width} px"
                );
            }
            page.has_met_no_error().await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_catalogue_opens_from_the_menu_where_it_is_not_shown() {
    before_the_page(async |page: Page| {
        page.chromium(Command::window(390, 844)).await;
        page.open("").await;
        page.script("document.querySelector('button.menu').click(); return null", vec![]).await;
        page.until("the catalogue is there", "$('pattern-pipeline')?.checkVisibility()").await;
        page.click("pattern-pipeline").await;
        page.until_is("pattern-pipeline", "aria-current", "page").await;
        assert_eq!(page.link().await, "#/pipeline");
    })
    .await;
}
