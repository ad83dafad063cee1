//! The alert rules of a system: how each stands at the playhead, for scenes that declare some.

use crate::app::lab::Lab;
use crate::app::markup::{classes, html};
use crate::app::page::Page;
use crate::app::scene::read_scene;
use crate::spec::AlertState;
use crate::view::alerts::{AlertRow, heading, rows_and_rest};
use yew::prelude::*;

/// The section.
pub fn alerts(page: &Page) -> Html {
    let all = rules(&page.lab());
    if all.is_empty() {
        return Html::default();
    }
    let (rows, rest) = rows_and_rest(&all);
    html! {
        <section class="sec alerts" aria-labelledby="h-alerts" data-testid="alerts">
            <header><h2 id="h-alerts">{ "Alerts" }</h2><span class="note">{ heading(&all) }</span></header>
            <table>
                <thead><tr><th scope="col">{ "State" }</th><th scope="col">{ "Rule" }</th><th scope="col">{ "Now of limit" }</th><th scope="col">{ "Held of" }</th></tr></thead>
                <tbody>{ for rows.iter().map(row) }</tbody>
            </table>
            { rest.map(|rest| html! { <p class="note">{ rest }</p> }) }
        </section>
    }
}

fn rules(lab: &Lab) -> Vec<AlertRow> {
    read_scene(lab, crate::view::alerts::alerts)
}

fn row(row: &AlertRow) -> Html {
    let (class, shape) = match row.state {
        AlertState::Firing => (Some("firing"), "M6 1 11.4 10.8H.6z"),
        AlertState::Pending => (Some("pending"), "M6 1 11.4 10.8H.6z"),
        AlertState::Quiet => (None, "M9.6 6A3.6 3.6 0 1 1 2.4 6A3.6 3.6 0 1 1 9.6 6z"),
    };
    html! {
        <tr class={classes!(class)} title={row.expr.clone()} data-state={row.state.word()}>
            <td><svg viewBox="0 0 12 12" aria-hidden="true"><path d={shape} /></svg>{ row.state.word() }</td>
            <th scope="row">{ row.rule }</th>
            <td>{ row.now.clone() }</td>
            <td>{ row.held.clone() }</td>
        </tr>
    }
}
