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

/// The pane was 155 px high, and two of three things to try stood behind "2 more".
#[tokio::test]
async fn on_a_phone_lanes_and_text_can_be_read_together_and_all_that_can_be_tried_is_there() {
    before_the_page(async |page: Page| {
        page.chromium(Command::window(390, 844)).await;
        page.open("").await;
        for number in 0..3 {
            page.until("it can be tried", &format!("$('try-{number}')?.checkVisibility()")).await;
        }
        page.click("tab-explain").await;
        let both = "(() => { const s = $('stage').getBoundingClientRect(), p = document.querySelector('.pane').getBoundingClientRect(), \
                    t = document.querySelector('.tp').getBoundingClientRect(); \
                    return s.top >= -1 && s.height >= 280 && p.height >= 300 && p.bottom <= t.top + 1 && t.bottom <= innerHeight + 1; })()";
        page.until("stage, pane and transport fill the window", both).await;
        // Of two runs each has its stage, and the timeline is no higher for it.
        page.open("#/circuit-breaker?vs=breaker-reset=1s&at=3s").await;
        let two = "$('stage').clientHeight > 150 && $('stage-second').clientHeight > 150 && $('timeline').clientHeight < 60";
        page.until("both stages and a timeline are there", two).await;
    })
    .await;
}

#[tokio::test]
async fn on_a_phone_the_menu_closes_when_a_scenario_was_chosen() {
    before_the_page(async |page: Page| {
        page.chromium(Command::window(390, 844)).await;
        page.open("#/worker-pool").await;
        page.script("document.querySelector('button.menu').click(); return null", vec![]).await;
        page.until("the menu is there", "document.querySelector('.menu-acts select')?.checkVisibility()").await;
        page.value("(() => { const s = document.querySelector('.menu-acts select'); s.value = 'open'; s.dispatchEvent(new Event('change', { bubbles: true })); })()").await;
        page.until("it is gone", "!document.querySelector('.menu-acts').checkVisibility()").await;
        assert_eq!(page.link().await, "#/worker-pool?preset=open");
    })
    .await;
}

#[tokio::test]
async fn on_a_phone_a_planned_fault_has_its_numbers_at_the_lower_edge_for_fingers() {
    before_the_page(async |page: Page| {
        page.chromium(Command::window(390, 844)).await;
        page.open("#/worker-pool?x=3000000000~0~fault~slow-server~3;4000000000~0~fault~slow-server~off").await;
        page.script("$('band-0').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true })); return null", vec![]).await;
        let sheet = "(() => { const c = document.querySelector('.bcard')?.getBoundingClientRect(); \
                     return c && c.left <= 0 && c.right >= document.documentElement.clientWidth && Math.abs(c.bottom - innerHeight) < 2; })()";
        page.until("it lies at the lower edge", sheet).await;
        let least = "Math.min(...[...document.querySelectorAll('.bcard input, .bcard button'), $('band-0')].map(e => e.getBoundingClientRect().height))";
        assert!(page.value(least).await.as_f64() >= Some(44.0));
        page.click("band-remove").await;
        page.until("it is taken away", "!$('band-0')").await;
    })
    .await;
}
