//! The form, made of the pattern's own data.

use super::fidelity::FidelityChoice;
use super::param_row::ParamRow;
use crate::app::page::{Wish, use_page};
use crate::spec::Level;
use yew::prelude::*;

/// The parameters.
#[component]
pub fn Params() -> Html {
    let page = use_page();
    let scenario = page.scenario();
    let values = scenario.values();
    let advanced = page.state.advanced;
    let fields: Vec<_> = (scenario.pattern.fields)()
        .into_iter()
        .filter(|f| f.is_relevant(&values) && (advanced || f.level == Level::Simple))
        .collect();
    let choice = |to: bool, label: &'static str| {
        let on = advanced == to;
        html! {
            <button role="radio" aria-checked={on.to_string()} tabindex={if on { "0" } else { "-1" }} onclick={page.asks(Wish::Advanced(to))}>{ label }</button>
        }
    };
    html! {
        <section class="sec params" aria-labelledby="h-params">
            <header>
                <h2 id="h-params">{ "Parameters" }</h2>
                <div class="seg sm" role="radiogroup" aria-label="Parameter detail">
                    { choice(false, "Simple") }{ choice(true, "Advanced") }
                </div>
            </header>
            <FidelityChoice />
            { for fields.into_iter().map(|field| {
                let value = values.get(field.key).cloned().unwrap_or(crate::spec::Value::Count(0));
                let key = format!("{}/{}", scenario.pattern.id, field.key);
                html! { <ParamRow {key} {field} {value} /> }
            }) }
        </section>
    }
}
