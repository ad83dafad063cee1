//! Every pattern with every preset, run to its end, and looked at from both ends.

use millrace::session::{Scenario, link};

use crate::page::{Page, before_the_page};

/// Those whose run has more events than a page keeps, and is shorter here: back to the start goes only what is kept from there on.
const SHORTER: [&str; 2] = ["#/platform?run-for=10s", "#/backend?preset=endurance&requests=4000"];

/// The links of all patterns and presets.
pub fn links() -> Vec<String> {
    let mut links = Vec::new();
    for pattern in millrace::patterns::ALL {
        let plain = format!("#/{}", pattern.id);
        let shorter = SHORTER.iter().find(|link| link.split('?').next() == Some(&plain) && !link.contains("preset="));
        links.push(shorter.map_or(plain, |link| (*link).to_owned()));
        links.extend(pattern.presets.iter().map(|preset| {
            let own = format!("#/{}?preset={}", pattern.id, preset.id);
            let shorter = SHORTER.iter().find(|link| link.split('&').next() == Some(&own));
            shorter.map_or(own, |link| (*link).to_owned())
        }));
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

/// The first of each pattern is opened in a fresh page, and the others in the one that is there, as somebody goes from one to the next.
#[tokio::test]
async fn every_scenario_runs_to_its_end_and_can_be_looked_at_from_the_start() {
    before_the_page(async |page: Page| {
        for link in links() {
            if link.contains("?preset=") {
                page.go(&link).await;
                let opened = format!("location.hash === '{link}' && $('run').dataset.state === 'idle'");
                page.until(&format!("{link} stands at its start"), &opened).await;
            } else {
                page.open(&link).await;
            }
            page.run_to_the_end().await;
            let (end, state) = (page.trace().await, page.attribute("run", "data-state").await);
            assert!(end.events > 0, "{link}: something happened");
            let seen = page.later(EACH_TAB).await;
            assert_eq!(seen, serde_json::json!(["tab-log", "tab-explain", "tab-report", "tab-code"]), "{link}");
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

/// Goes through the tabs, and says which of them were shown: each has two frames to be drawn.
const EACH_TAB: &str = r#"
    const [done] = arguments, seen = [];
    const frame = () => new Promise(next => requestAnimationFrame(next));
    (async () => {
        for (const tab of ['tab-log', 'tab-explain', 'tab-report', 'tab-code']) {
            $(tab).click();
            for (let n = 0; n < 60 && $(tab).getAttribute('aria-selected') !== 'true'; n++) await frame();
            await frame();
            if ($(tab).getAttribute('aria-selected') === 'true') seen.push(tab);
        }
        done(seen);
    })();
"#;
