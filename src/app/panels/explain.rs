//! The explanation: what happened in this run so far, how its picture is read, and then the pattern's own words, from the head of its
//! source.
//!
//! What is told of the run is told of the playhead: it grows while the run goes on, and whoever goes back reads what was known then.

use super::prose::paragraphs;
use crate::app::effect::use_effect_on;
use crate::app::markup::html;
use crate::app::page::{Page, use_page};
use crate::app::reading::{Reading, instead, use_reading};
use crate::app::scene::read_scene;
use crate::patterns;
use crate::platform::{clock, host};
use crate::spec::explanation;
use crate::view::{number, story};
use yew::prelude::*;

/// The explanation.
#[component]
pub fn Explain() -> Html {
    let page = use_page();
    let scenario = page.scenario();
    let (reading, again) = use_reading(patterns::sources(scenario.pattern).first().copied());
    let sections = if let Reading::Text(text) = reading { explanation(text) } else { Vec::new() };
    let ideal = (scenario.pattern.ideal)(&scenario.values(), scenario.fidelity);
    let (shown, told) = (scenario.began_as(), use_told(&page));
    let how = read_scene(&page.lab(), |scene, _| story::reading(scene));
    let asked = page.state.origin.filter(|_| !sections.is_empty());
    use_effect_on(asked, move || {
        if asked.is_some() {
            host::reveal("#origin");
        }
    });
    html! {
        <div class="explain scroll" tabindex="0" data-testid="explain" aria-label="Explanation">
            <div class="cols">
            if !shown.help.is_empty() {
                <section><h3>{ shown.label }</h3><p>{ shown.help }</p></section>
            }
            <section data-testid="told"><h3>{ "This run" }</h3>
                if told.is_empty() {
                    <p>{ "It has not begun." }</p>
                }
                { for told.into_iter().map(|sentence| html! { <p>{ sentence }</p> }) }
            </section>
            <section><h3>{ "How to read the picture" }</h3>
                { for how.into_iter().map(|(name, says)| html! { <p><b>{ name }</b>{ ": " }{ says }</p> }) }
            </section>
            { for instead(&reading, &again) }
            { for sections.iter().map(|(heading, text)| html! {
                <section id={(heading == "Origin").then_some("origin")}><h3>{ title(heading) }</h3>{ paragraphs(text) }</section>
            }) }
            if let Some(disagreement) = scenario.pattern.disagreement {
                <section><h3>{ "Documented and shipped" }</h3>{ paragraphs(disagreement) }</section>
            }
            if let Some(ideal) = ideal {
                <section><h3>{ "Closed form" }</h3><p>{ format!("{} = {}, where nothing but the calls takes time.", ideal.formula, number::moment((ideal.seconds * 1e9 + 0.5) as u64)) }</p></section>
            }
            </div>
        </div>
    }
}

/// What happened so far: at rest at once, and once a second while the run goes on, for all samples are looked at.
#[hook]
fn use_told(page: &Page) -> Vec<String> {
    let known = use_mut_ref(|| (f64::MIN, Vec::<String>::new()));
    let (lab, now) = (page.lab(), clock::now_ms());
    if lab.session().events() == 0 {
        return Vec::new();
    }
    let mut known = known.borrow_mut();
    if !lab.playing || now - known.0 >= 1_000.0 {
        let so_far = lab.so_far();
        *known = (now, read_scene(&lab, |scene, look| story::story(scene, look, &so_far)));
    }
    known.1.clone()
}

fn title(heading: &str) -> &str {
    match heading {
        "Watch" => "What to watch",
        "Choose" => "When to choose it",
        other => other,
    }
}
