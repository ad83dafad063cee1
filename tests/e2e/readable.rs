//! Everybody can use the page: axe finds nothing that matters on any main view, and no text is cut at any width.

use serde_json::{Value, json};

use crate::page::{Page, before_the_page};
use crate::views::{VIEWS, run_all, settled};
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
        let sizes = [(DESK, "1440 px"), (PHONE, "390 px")];
        walk::window(&page, DESK).await;
        walk::stand(&page, "#/worker-pool").await;
        for (size, name) in sizes {
            walk::window(&page, size).await;
            settled(&page).await;
            violations(&page, &axe, &format!("idle, {name}"), &mut found).await;
            page.press('?').await;
            page.until("the map is open", "document.querySelector('dialog[open]')").await;
            violations(&page, &axe, &format!("the keyboard map, {name}"), &mut found).await;
            page.press('?').await;
            page.until("the map is closed", "!document.querySelector('dialog[open]')").await;
        }
        for view in VIEWS {
            walk::window(&page, DESK).await;
            view.open(&page).await;
            for (size, name) in sizes {
                walk::window(&page, size).await;
                settled(&page).await;
                let tabs = if view.tabs { walk::tabs(&page).await } else { vec![String::new()] };
                for tab in tabs {
                    if !tab.is_empty() {
                        walk::tab(&page, &tab).await;
                    }
                    violations(&page, &axe, &format!("{} {tab}, {name}", view.name), &mut found).await;
                }
            }
        }
        walk::window(&page, DESK).await;
        run_all(&page).await;
        for (size, name) in sizes {
            walk::window(&page, size).await;
            settled(&page).await;
            violations(&page, &axe, &format!("run all, {name}"), &mut found).await;
        }
        assert!(found.is_empty(), "{}", found.join("\n"));
    })
    .await;
}

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

const WIDTHS: [(u32, u32); 4] = [PHONE, (820, 1180), DESK, (1920, 1080)];

/// What is cut of what the page shows, in a window of each width and in each of the tabs that there are.
async fn cut(page: &Page, name: &str, tabs: bool, found: &mut Vec<String>) {
    for size in WIDTHS {
        walk::window(page, size).await;
        settled(page).await;
        let tabs = if tabs { walk::tabs(page).await } else { vec![String::new()] };
        for tab in tabs {
            if !tab.is_empty() {
                walk::tab(page, &tab).await;
            }
            let list = page.script(CUT, vec![]).await;
            let at = format!("{name} at {} px, {tab}", size.0);
            found.extend(list.as_array().into_iter().flatten().map(|v: &Value| format!("{at}: {v}")));
        }
        // What is dark is laid out as what is light, so that it need not be measured again.
        let [light, dark] = [layout(page).await, layout(page).await];
        if light != dark {
            found.push(format!("{name} at {} px: dark is laid out otherwise than light", size.0));
        }
    }
}

/// Where every element is and in which letters, as one text; and the theme is the other one afterwards.
async fn layout(page: &Page) -> String {
    let look = "const all = [...document.querySelectorAll('body *')].map(e => { const b = e.getBoundingClientRect(), s = getComputedStyle(e); \
                return [b.x, b.y, b.width, b.height, s.fontSize, s.fontWeight, s.fontFamily, s.letterSpacing, s.lineHeight].join(); }); \
                $('theme').click(); return all.join('\\n')";
    let told = page.script(look, vec![]).await;
    settled(page).await;
    told.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn no_text_of_any_pattern_is_cut_at_any_width_in_light_and_dark() {
    before_the_page(async |page: Page| {
        let mut found = Vec::new();
        for pattern in millrace::patterns::ALL {
            walk::window(&page, DESK).await;
            walk::stand(&page, &format!("#/{}?at=150ms", pattern.id)).await;
            cut(&page, pattern.id, true, &mut found).await;
        }
        assert!(found.is_empty(), "{} texts:\n{}", found.len(), found.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn no_text_of_any_view_is_cut_at_any_width_in_light_and_dark() {
    before_the_page(async |page: Page| {
        let mut found = Vec::new();
        for view in VIEWS {
            walk::window(&page, DESK).await;
            view.open(&page).await;
            cut(&page, view.name, view.tabs, &mut found).await;
        }
        walk::window(&page, DESK).await;
        run_all(&page).await;
        cut(&page, "run all", false, &mut found).await;
        assert!(found.is_empty(), "{} texts:\n{}", found.len(), found.join("\n"));
    })
    .await;
}
