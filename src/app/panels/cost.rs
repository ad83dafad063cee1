//! What a run cost, beside what the documents have of memory and collections: each figure with what it is of, because no two of
//! them are of one thing.

use crate::app::markup::html;
use crate::export::{Documents, Report};
use crate::platform::host;
use crate::spec::Pattern;
use crate::view::number;
use yew::prelude::*;

/// The section of the report; nothing where the documents say nothing.
pub fn cost(r: &Report, pattern: &Pattern) -> Html {
    let Some(documents) = Documents::of(pattern) else { return Html::default() };
    let how = if documents.measured { "measured" } else { "estimated" };
    let dash = || "—".to_owned();
    let page = host::memory_bytes().map_or_else(dash, |n| format!("{:.1} MiB", n as f64 / 1_048_576.0));
    let rows = [
        (
            "Memory",
            documents.memory.map_or_else(dash, str::to_owned),
            format!("the process, {how}"),
            format!("{} bytes", number::count(r.tasks.bytes_peak)),
            "waiting futures, at most",
        ),
        (
            "Heap",
            documents.prints.join(", "),
            documents.of.to_owned(),
            page,
            "this page's program, with all it has computed",
        ),
        (
            "Collections",
            documents.collections.map_or_else(dash, |n| n.to_string()),
            "the garbage collector".to_owned(),
            "0".to_owned(),
            "what is dropped is freed at once",
        ),
        (
            "Processor",
            dash(),
            "promised, and printed nowhere".to_owned(),
            format!("{} ms", number::millis(r.wall_ns)),
            "the host's clock while this run was computed",
        ),
    ];
    html! {
        <section data-testid="cost">
            <h3>{ "Memory, collections, processor" }</h3>
            <table class="cost">
                <thead><tr><td></td><th scope="col">{ "The documents" }</th><th scope="col">{ "Here" }</th></tr></thead>
                <tbody>{ for rows.into_iter().map(|(what, theirs, of_theirs, ours, of_ours)| html! {
                    <tr>
                        <th scope="row">{ what }</th>
                        <td><b>{ theirs }</b><small>{ of_theirs }</small></td>
                        <td><b>{ ours }</b><small>{ of_ours }</small></td>
                    </tr>
                }) }</tbody>
            </table>
        </section>
    }
}
