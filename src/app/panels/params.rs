//! The form, made of the pattern's own data. A choice whose alternatives can be raced stands before it, with the race.

use super::fidelity::fidelity_choice;
use super::param_row::ParamRow;
use super::race::RacedChoice;
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
                <Segmented label="Parameter detail" small=true segments={detail.collect::<Vec<_>>()} chosen={usize::from(advanced)} {choose} />
            </header>
            { fidelity_choice(page) }
            // A list of their own, by their keys: a row that comes or goes must not take the focus from another.
            <>
                { for fields.into_iter().map(|field| {
                    let value = in_force(&field);
                    let key = format!("{}/{}", scenario.pattern.id, field.key);
                    html! { <ParamRow {key} {field} {value} /> }
                }) }
            </>
        </section>
        </>
    }
}
