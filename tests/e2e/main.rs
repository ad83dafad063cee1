//! The built page in a real browser: what a person who opens the site gets.
//!
//! It looks at `dist/`, so build the site first: `make build`, then `cargo test --features e2e --test e2e`, or `make test`,
//! which does both.

mod browser;
mod site;

use std::time::Duration;

use browser::in_a_browser;
use fantoccini::Locator;
use site::Site;

/// How long a page that works may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn the_app_mounts_and_finds_all_its_files_below_a_sub_path() {
    let site = Site::serve().await;
    in_a_browser(async move |page| {
        page.goto(&site.address).await.expect("the browser opens the page");

        let mounted = Locator::Css("#app:not(:has(.loading))");
        page.wait().at_most(PATIENCE).for_element(mounted).await.expect("the app mounts and replaces the notice");

        // Whatever the page asked for: style, script, wasm.
        let missing =
            "return performance.getEntriesByType('resource').filter(r => r.responseStatus >= 400).map(r => r.name)";
        let missing = page.execute(missing, vec![]).await.expect("the browser says what it has loaded");
        assert_eq!(missing, serde_json::json!([]), "files that the server does not have");
        let sheets = page.execute("return document.styleSheets.length", vec![]).await;
        assert_eq!(sheets.expect("the browser counts its style sheets"), serde_json::json!(1));
    })
    .await;
}
