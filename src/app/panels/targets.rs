//! The targets of a system: what is wanted and what was measured at the playhead, for scenes that declare some.

use crate::app::markup::{classes, html};
use crate::app::page::Page;
use crate::app::scene::read_scene;
use crate::view::targets::{TargetRow, heading};
use yew::prelude::*;

/// The section.
pub fn targets(page: &Page) -> Html {
    let (all, heading) = read_scene(&page.lab(), |scene, look| {
        let rows = crate::view::targets::targets(scene, look);
        let heading = heading(scene, &rows);
        (rows, heading)
    });
    if all.is_empty() {
        return Html::default();
    }
    html! {
        <section class="sec alerts targets" aria-labelledby="h-targets" data-testid="targets">
            <header><h2 id="h-targets">{ "Targets" }</h2><span class="note">{ heading }</span></header>
            <table>
                <thead><tr><th scope="col">{ "Target" }</th><th scope="col">{ "Wanted" }</th><th scope="col">{ "Measured" }</th><td></td></tr></thead>
                <tbody>{ for all.iter().map(row) }</tbody>
            </table>
        </section>
    }
}

fn row(row: &TargetRow) -> Html {
    let (class, state) = match row.met {
        Some(true) => (Some("met"), "met"),
        Some(false) => (Some("missed"), "missed"),
        None => (None, "unknown"),
    };
    html! {
        <tr class={classes!(class)} data-state={state}>
            <th scope="row">{ row.name }</th>
            <td>{ row.wanted.clone() }</td>
            <td>{ row.measured.clone() }</td>
            <td>{ row.says.clone() }</td>
        </tr>
    }
}
