//! What a person gets who opens the page.

use serde_json::json;

use crate::chromium::Command;
use crate::page::{Page, before_the_page, on_the_page};

#[tokio::test]
async fn the_page_finds_all_its_files_below_a_sub_path() {
    on_the_page("", async |page: Page| {
        // Whatever the page asked for: style, script, wasm.
        let missing = "performance.getEntriesByType('resource').filter(r => r.responseStatus >= 400).map(r => r.name)";
        assert_eq!(page.value(missing).await, json!([]), "files that the server does not have");
        // In a sheet that is missing there is no rule.
        let empty = "[...document.styleSheets].filter(s => s.cssRules.length === 0).map(s => s.href)";
        assert_eq!(page.value(empty).await, json!([]), "style sheets without a rule");
    })
    .await;
}

#[test]
fn previews_of_a_link_have_words_and_a_picture() {
    let site = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    let page = std::fs::read_to_string(site.join("index.html")).expect("there is a built site");
    for word in ["og:title", "og:description", "summary_large_image"] {
        assert!(page.contains(word), "{word}");
    }
    // A machine without npm makes no picture, and says so.
    if page.contains("og:image") {
        let picture = std::fs::read(site.join("preview/poster.png")).expect("what is named is there");
        let size: Vec<u32> = picture[16..24].chunks(4).map(|n| u32::from_be_bytes([n[0], n[1], n[2], n[3]])).collect();
        assert_eq!((&picture[..4], size), (&b"\x89PNG"[..], vec![1200, 630]));
    }
}

#[tokio::test]
async fn the_catalogue_lists_every_pattern_once_in_order() {
    on_the_page("", async |page: Page| {
        let listed = page
            .value("[...document.querySelectorAll('nav [data-testid^=pattern-]')].map(a => a.dataset.testid)")
            .await;
        let ids: Vec<String> = millrace::patterns::ALL.iter().map(|p| format!("pattern-{}", p.id)).collect();
        assert_eq!(listed, json!(ids));
    })
    .await;
}

#[tokio::test]
async fn a_pattern_chosen_in_the_catalogue_is_shown_and_stands_in_the_address() {
    on_the_page("", async |page: Page| {
        page.click("pattern-worker-pool").await;
        page.until_is("pattern-worker-pool", "aria-current", "page").await;
        assert_eq!(page.link().await, "#/worker-pool");
        assert_eq!(
            page.text("document.querySelector('h1').textContent").await,
            millrace::patterns::find("worker-pool").expect("it is there").title
        );
        page.until("its parameters are there", "$('param-workers')").await;
    })
    .await;
}

#[tokio::test]
async fn every_region_of_the_page_has_its_handle() {
    on_the_page("#/worker-pool", async |page: Page| {
        let handles = [
            "run",
            "step",
            "restart",
            "speed",
            "seed",
            "clock",
            "trace-hash",
            "stage",
            "stage-text",
            "param-workers",
            "fidelity",
            "target-sim",
            "target-fetch",
            "timeline",
            "tab-code",
            "tab-log",
            "tab-explain",
            "tab-report",
            "code",
            "checks",
            "share",
            "theme",
            "help",
        ];
        for handle in handles {
            page.element(handle).await;
        }
        for (tab, pane) in [("tab-log", "log"), ("tab-report", "report"), ("tab-code", "code")] {
            page.click(tab).await;
            page.element(pane).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_theme_is_the_systems_until_somebody_switches_it_and_is_kept_then() {
    before_the_page(async |page: Page| {
        page.chromium(Command::colour_scheme("dark")).await;
        page.open("").await;
        assert_eq!(page.text("document.documentElement.dataset.theme").await, "dark");
        page.click("theme").await;
        page.until("the page is light", "document.documentElement.dataset.theme === 'light'").await;
        page.has_met_no_error().await;
        page.open("").await;
        assert_eq!(page.text("document.documentElement.dataset.theme").await, "light", "the choice is kept");
    })
    .await;
}

#[tokio::test]
async fn the_stage_has_words_and_colours() {
    on_the_page("#/worker-pool", async |page: Page| {
        page.stand_midway().await;
        let rows = page.value("$('stage-text').querySelectorAll('tr').length").await;
        assert!(rows.as_u64() > Some(3), "source, queue, workers, server: {rows}");
        let painted = "(() => { const c = $('stage'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; \
                       return d.some(x => x !== 0); })()";
        page.until("the canvas is painted", painted).await;
    })
    .await;
}
