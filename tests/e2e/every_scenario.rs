//! Every pattern with every preset: opened, run to its end, and looked at from both ends.
//!
//! A pattern's first link is a page of its own, its presets are gone to from there, as a person does. The catalogue is walked in two halves,
//! for tests run side by side.

use millrace::session::{Scenario, link};
use millrace::spec::Pattern;

use crate::page::{Page, Trace, before_the_page};

/// The one whose run has more events than a page keeps, and is shorter here: back to the start goes only what is kept from there on.
const SHORTER: &str = "#/platform?run-for=10s";

/// The tabs that a run is read in, as a script has them.
const TABS: &str = "['tab-log', 'tab-explain', 'tab-report', 'tab-code']";

/// The link of a pattern, and those of its presets.
fn links(pattern: &Pattern) -> Vec<String> {
    let plain = format!("#/{}", pattern.id);
    let is_shorter = SHORTER.split('?').next() == Some(&plain);
    let presets = pattern.presets().iter().map(|preset| format!("#/{}?preset={}", pattern.id, preset.id));
    [if is_shorter { SHORTER.to_owned() } else { plain }].into_iter().chain(presets).collect()
}

#[test]
fn the_links_of_presets_are_those_that_the_page_writes() {
    for text in millrace::patterns::ALL.iter().flat_map(|pattern| links(pattern)) {
        let scenario: Scenario = link::decode(&text).expect("a pattern of the registry").scenario;
        assert_eq!(link::encode(&scenario), text);
    }
}

#[tokio::test]
async fn every_scenario_of_the_first_half_runs_to_its_end_has_a_title_of_its_own_and_can_be_looked_at_from_the_start() {
    let (first, _) = millrace::patterns::ALL.split_at(millrace::patterns::ALL.len() / 2);
    look_at(first).await;
}

#[tokio::test]
async fn every_scenario_of_the_second_half_runs_to_its_end_has_a_title_of_its_own_and_can_be_looked_at_from_the_start()
{
    let (_, second) = millrace::patterns::ALL.split_at(millrace::patterns::ALL.len() / 2);
    look_at(second).await;
}

/// Opens all scenarios of some patterns. A pattern's own run is the native one, event for event.
async fn look_at(patterns: &'static [&'static Pattern]) {
    before_the_page(async move |page: Page| {
        for pattern in patterns {
            let (links, mut titles) = (links(pattern), Vec::new());
            for (number, link) in links.iter().enumerate() {
                if number == 0 {
                    page.open(link).await;
                } else {
                    page.go(link).await;
                    page.until_is("run", "data-state", "idle").await;
                }
                let name = pattern.name.trim_start_matches("+ ");
                page.until(&format!("the title of {link}"), &format!("document.title.startsWith({name:?})")).await;
                titles.push(page.text("document.title").await);
                page.run_to_the_end().await;
                let end = page.trace().await;
                assert!(end.events > 0, "{link}: something happened");
                if number == 0 {
                    assert_eq!(end, Trace::native(link), "the trace of {link}");
                }
                can_be_looked_at(&page, link).await;
                assert_eq!(page.trace().await, end, "{link}");
                page.has_met_no_error().await;
            }
            titles.sort();
            titles.dedup();
            assert_eq!(titles.len(), links.len(), "{titles:?}");
        }
    })
    .await;
}

/// A run that has ended is read in each tab, and its playhead goes to the start and back to the end.
async fn can_be_looked_at(page: &Page, link: &str) {
    let state = page.attribute("run", "data-state").await;
    let read = format!(
        "const done = arguments[arguments.length - 1]; \
         (async () => {{ const missed = []; for (const tab of {TABS}) {{ \
           $(tab).click(); \
           for (let frames = 0; frames < 600 && $(tab).getAttribute('aria-selected') !== 'true'; frames++) \
             await new Promise(requestAnimationFrame); \
           if ($(tab).getAttribute('aria-selected') !== 'true') missed.push(tab); \
         }} return missed.join() }})().then(done)"
    );
    assert_eq!(page.later(&read).await, "", "{link}: tabs that do not open");
    page.script("$('timeline').focus(); return null", vec![]).await;
    page.press('\u{e011}').await;
    page.until_is("clock", "data-ns", "0").await;
    page.press('\u{e010}').await;
    page.until_is("run", "data-state", &state).await;
}
