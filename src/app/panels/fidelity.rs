//! Documented or shipped: the switch, and what the difference is.

use crate::app::page::{Wish, use_page};
use crate::spec::Fidelity;
use yew::prelude::*;

/// The switch, where documents and code disagree.
#[component]
pub fn FidelityChoice() -> Html {
    let page = use_page();
    let scenario = page.scenario();
    let Some(disagreement) = scenario.pattern.disagreement else { return Html::default() };
    let choice = |fidelity: Fidelity, label: &'static str| {
        let on = scenario.fidelity == fidelity;
        html! {
            <button role="radio" aria-checked={on.to_string()} tabindex={if on { "0" } else { "-1" }} data-testid={format!("fidelity-{}", fidelity.id())}
                onclick={page.asks(Wish::Fidelity(fidelity))}>{ label }</button>
        }
    };
    html! {
        <div class="fidelity">
            <div class="seg" role="radiogroup" aria-label="Documented or shipped" data-testid="fidelity" data-value={scenario.fidelity.id()}>
                { choice(Fidelity::Documented, "As documented") }
                { choice(Fidelity::Shipped, "As shipped") }
            </div>
            <p class="note">{ disagreement }</p>
        </div>
    }
}
