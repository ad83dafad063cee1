//! Every pattern with every preset, run to its end, and looked at from both ends.

use millrace::session::{Scenario, link};

use crate::page::{Page, before_the_page};

/// The one whose run has more events than a page keeps, and is shorter here: back to the start goes only what is kept from there on.
const SHORTER: &str = "#/platform?run-for=10s";

/// The links of all patterns and presets.
pub fn links() -> Vec<String> {
    let mut links = Vec::new();
    for pattern in millrace::patterns::ALL {
        let plain = format!("#/{}", pattern.id);
        let is_shorter = SHORTER.split('?').next() == Some(&plain);
        links.push(if is_shorter { SHORTER.to_owned() } else { plain });
        links.extend(pattern.presets().iter().map(|preset| format!("#/{}?preset={}", pattern.id, preset.id)));
    }
    links
}

#[test]
fn the_links_of_presets_are_those_that_the_page_writes() {
    for text in links() {
        let scenario: Scenario = link::decode(&text).expect("a pattern of the registry").scenario;
        assert_eq!(link::encode(&scenario), text);
    }
}

#[tokio::test]
async fn every_scenario_runs_to_its_end_and_can_be_looked_at_from_the_start() {
    before_the_page(async |page: Page| {
        for link in links() {
            page.open(&link).await;
            page.run_to_the_end().await;
            let (end, state) = (page.trace().await, page.attribute("run", "data-state").await);
            assert!(end.events > 0, "{link}: something happened");
            for tab in ["tab-log", "tab-explain", "tab-report", "tab-code"] {
                page.click(tab).await;
                page.until_is(tab, "aria-selected", "true").await;
            }
            page.script("$('timeline').focus(); return null", vec![]).await;
            page.press('\u{e011}').await;
            page.until_is("clock", "data-ns", "0").await;
            page.press('\u{e010}').await;
            page.until_is("run", "data-state", &state).await;
            assert_eq!(page.trace().await, end, "{link}");
            page.has_met_no_error().await;
        }
    })
    .await;
}
