//! Everybody can use the page: axe finds nothing that matters on any main view, and no text is cut at any width.

use serde_json::{Value, json};

use crate::page::{Page, before_the_page};
use crate::walk::{self, DESK, PHONE};

/// Installed by `scripts/install-axe.sh`.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/node_modules/axe-core/axe.min.js");
const CUT: &str = include_str!("cut.js");

/// What axe finds that is moderate or worse. The structure does not depend on the colours, so it is looked at once.
async fn violations(page: &Page, axe: &str, view: &str, found: &mut Vec<String>) {
    page.script(&format!("if (!window.axe) {{ {axe} }} return null"), vec![]).await;
    for rules in [json!({}), json!({ "runOnly": ["color-contrast"] })] {
        let look = "return axe.run(document, { resultTypes: ['violations'], ...arguments[0] }).then(r => r.violations \
                    .filter(v => v.impact !== 'minor').map(v => `${v.impact} ${v.id}: ${v.nodes.length} × ${v.nodes[0].html.slice(0, 160)}`))";
        let list = page.script(look, vec![rules]).await;
        let theme = page.text("document.documentElement.dataset.theme").await;
        found.extend(list.as_array().into_iter().flatten().map(|v| format!("{view}, {theme}: {v}")));
        page.script("$('theme').click(); return null", vec![]).await;
    }
}

#[tokio::test]
async fn axe_finds_nothing_that_matters_on_any_main_view() {
    let Ok(axe) = std::fs::read_to_string(AXE) else {
        eprintln!("axe-core is not there: scripts/install-axe.sh installs it where npm is");
        return;
    };
    before_the_page(async move |page: Page| {
        let mut found = Vec::new();
        for (size, name) in [(DESK, "1440 px"), (PHONE, "390 px")] {
            walk::window(&page, size).await;
            walk::stand(&page, "").await;
            violations(&page, &axe, &format!("the front door, {name}"), &mut found).await;
            walk::stand(&page, "#/worker-pool").await;
            violations(&page, &axe, &format!("idle, {name}"), &mut found).await;
            walk::stand(&page, "#/circuit-breaker?at=3s").await;
            for tab in walk::tabs(&page).await {
                walk::tab(&page, &tab).await;
                violations(&page, &axe, &format!("{tab}, {name}"), &mut found).await;
            }
            page.press('?').await;
            page.until("the map is open", "document.querySelector('dialog[open]')").await;
            violations(&page, &axe, &format!("the keyboard map, {name}"), &mut found).await;
            for (link, view) in [("#/elevator?preset=lunch&at=20s", "lunch"), (STUCK, "a run that cannot go on")] {
                walk::stand(&page, link).await;
                violations(&page, &axe, &format!("{view}, {name}"), &mut found).await;
            }
            page.open("#/worker-pool?requests=200&tab=suite").await;
            page.until("all are computed", "$('race-run')").await;
            violations(&page, &axe, &format!("run all, {name}"), &mut found).await;
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    })
    .await;
}

/// A run whose report panics.
const STUCK: &str = "#/wait-group?preset=lost-results&seed=v1&at=60s";

#[tokio::test]
async fn nothing_but_the_panel_scrolls() {
    before_the_page(async |page: Page| {
        for pattern in millrace::patterns::ALL {
            page.open(&format!("#/{}", pattern.id)).await;
            page.script("[...document.querySelectorAll('.panel [role=radio]')].find(r => r.innerText === 'Advanced').click(); return null", vec![]).await;
            assert_eq!(page.value("document.scrollingElement.scrollHeight").await, json!(900), "{}", pattern.id);
        }
    })
    .await;
}

#[tokio::test]
async fn no_text_is_cut_at_any_width() {
    before_the_page(async |page: Page| {
        let mut found = Vec::new();
        for size in [PHONE, (820, 1180), DESK, (1920, 1080)] {
            walk::window(&page, size).await;
            for pattern in millrace::patterns::ALL {
                let link = format!("#/{}?at=150ms", pattern.id);
                walk::stand(&page, &link).await;
                for tab in walk::tabs(&page).await {
                    walk::tab(&page, &tab).await;
                    let list = page.script(CUT, vec![]).await;
                    let at = format!("{} at {} px, {tab}", pattern.id, size.0);
                    found.extend(list.as_array().into_iter().flatten().map(|v: &Value| format!("{at}: {v}")));
                }
            }
        }
        assert!(found.is_empty(), "{} texts:\n{}", found.len(), found.join("\n"));
    })
    .await;
}
