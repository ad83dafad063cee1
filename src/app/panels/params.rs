//! The form, made of the pattern's own data.

use super::fidelity::FidelityChoice;
use super::param_row::ParamRow;
use crate::app::page::{Wish, use_page};
use crate::app::segmented::{Segment, Segmented};
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
    let detail =
        ["simple", "advanced"].into_iter().zip(["Simple", "Advanced"]).map(|(id, label)| Segment::new(id, label));
    let choose = {
        let page = page.clone();
        Callback::from(move |index: usize| page.ask(Wish::Advanced(index == 1)))
    };
    html! {
        <section class="sec params" aria-labelledby="h-params">
            <header>
                <h2 id="h-params">{ "Parameters" }</h2>
                <Segmented label="Parameter detail" small=true segments={detail.collect::<Vec<_>>()} chosen={usize::from(advanced)} {choose} />
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
