//! The form, made of the pattern's own data. A choice whose alternatives can be raced stands before it, with the race.

use super::configuration::Configuration;
use super::fidelity::fidelity_choice;
use super::param_row::ParamRow;
use super::race::RacedChoice;
use crate::app::icon::{IconName, icon_of};
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::app::segmented::{Segment, Segmented};
use crate::spec::{Field, Level, Value};
use yew::prelude::*;

/// The parameters.
pub fn params(page: &Page) -> Html {
    let scenario = page.scenario();
    let values = scenario.values();
    let advanced = page.state.advanced;
    let raced = scenario.pattern.race.map(|race| race.key);
    let (raced, fields): (Vec<_>, Vec<_>) = (scenario.pattern.fields)()
        .into_iter()
        .filter(|f| f.is_relevant(&values) && (advanced || f.level == Level::Simple))
        .partition(|f| raced == Some(f.key));
    // A parameter that was changed while the run goes on is what it was changed to, from there on.
    let in_force = |field: &Field| {
        let value = values.get(field.key).cloned().unwrap_or(Value::Count(0));
        let lab = page.lab();
        let trace = lab.session().run().trace();
        let edited = lab.ledger().edits.iter().find(|(key, _)| trace.name(**key) == field.key).map(|(_, live)| *live);
        edited.map_or(value.clone(), |live| value.from_live(live))
    };
    let misfits = scenario.misfits();
    let misfit = |key: &str| misfits.iter().find(|(misfit, _)| *misfit == key).map(|(_, why)| why.clone());
    let changed = scenario.changed();
    let written = |key: &str| changed.contains(&key).then(|| scenario.unchosen(key)).flatten();
    // What is changed and acts, and has no row just now.
    let hidden: Vec<Field> = (scenario.pattern.fields)()
        .into_iter()
        .filter(|f| changed.contains(&f.key) && f.is_relevant(&values) && !(advanced || f.level == Level::Simple))
        .collect();
    let detail =
        ["simple", "advanced"].into_iter().zip(["Simple", "Advanced"]).map(|(id, label)| Segment::new(id, label));
    let choose = {
        let page = page.clone();
        Callback::from(move |index: usize| page.ask(Command::Advanced(index == 1)))
    };
    html! {
        <>
        // A choice whose alternatives are raced has a section of its own.
        { for raced.into_iter().map(|field| {
            let chosen = in_force(&field).to_string();
            html! { <RacedChoice key={scenario.pattern.id} {field} {chosen} /> }
        }) }
        <section class="sec params" aria-labelledby="h-params">
            <header>
                <h2 id="h-params">{ "Parameters" }</h2>
                if !changed.is_empty() {
                    <button type="button" class="link" data-testid="reset-all" title="Back to the values of the scenario; faults stay"
                        aria-label={format!("{} changed, reset", changed.len())} onclick={page.asks(Command::ResetAll)}>{ icon_of(IconName::Undo) }{ format!("{} changed", changed.len()) }</button>
                }
                <Segmented label="Parameter detail" small=true segments={detail.collect::<Vec<_>>()} chosen={usize::from(advanced)} {choose} />
            </header>
            { fidelity_choice(page) }
            // A list of their own, by their keys: a row that comes or goes must not take the focus from another.
            <>
                { for fields.into_iter().map(|field| {
                    let (value, written, misfit) = (in_force(&field), written(field.key), misfit(field.key));
                    let (key, remark) = (format!("{}/{}", scenario.pattern.id, field.key), field.remarked(&values));
                    html! { <ParamRow {key} {field} {value} {written} {misfit} {remark} /> }
                }) }
            </>
            { for hidden.into_iter().map(|field| hidden_row(page, &field, &in_force(&field))) }
            if scenario.pattern.environment.is_some() {
                <Configuration />
            }
        </section>
        </>
    }
}

/// A value that is changed and acts, while its row is not among those shown.
fn hidden_row(page: &Page, field: &Field, value: &Value) -> Html {
    let name = format!("{}: back to what the scenario has", field.label);
    html! {
        <div class="prow changed hidden" key={field.key}>
            <span class="name">{ field.label }
                <button type="button" class="reset" data-testid={format!("reset-{}", field.key)} title={name.clone()} aria-label={name}
                    onclick={page.asks(Command::Reset(field.key))}>{ icon_of(IconName::Undo) }</button>
            </span>
            <button type="button" class="link" title="Show all parameters" onclick={page.asks(Command::Advanced(true))}>{ value.to_string() }</button>
        </div>
    }
}
