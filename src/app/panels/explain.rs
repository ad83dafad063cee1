//! The explanation: the pattern's own words, from the head of its source.

use super::prose::paragraphs;
use crate::app::markup::html;
use crate::app::page::use_page;
use crate::app::reading::{Reading, instead, use_reading};
use crate::patterns;
use crate::spec::explanation;
use yew::prelude::*;

/// The explanation.
#[component]
pub fn Explain() -> Html {
    let page = use_page();
    let scenario = page.scenario();
    let (reading, again) = use_reading(patterns::sources(scenario.pattern).first().copied());
    let sections = if let Reading::Text(text) = reading { explanation(text) } else { Vec::new() };
    let ideal = (scenario.pattern.ideal)(&scenario.values(), scenario.fidelity);
    html! {
        <div class="explain scroll" tabindex="0" data-testid="explain" aria-label="Explanation">
            { for instead(&reading, &again) }
            { for sections.iter().map(|(heading, text)| html! {
                <section><h3>{ title(heading) }</h3>{ paragraphs(text) }</section>
            }) }
            if let Some(disagreement) = scenario.pattern.disagreement {
                <section><h3>{ "Documented and shipped" }</h3>{ paragraphs(disagreement) }</section>
            }
            if let Some(ideal) = ideal {
                <section><h3>{ "Closed form" }</h3><p>{ format!("{} = {:.3} s, where nothing but the calls takes time.", ideal.formula, ideal.seconds) }</p></section>
            }
        </div>
    }
}

fn title(heading: &str) -> &str {
    match heading {
        "Watch" => "What to watch",
        "Choose" => "When to choose it",
        other => other,
    }
}
