//! The interface of the running system: its routes, a request to write, and what was asked and answered so far.
//!
//! A request comes in at the playhead and is a part of the scenario like a fault, so a link replays it, and a playhead that
//! goes back has not asked yet. What is typed is sent as it stands: a system's errors are worth seeing too.

mod editor;
mod headers;
mod transcript;

use crate::app::markup::html;
use crate::app::page::{Draft, Page, use_page};
use crate::engine::Progress;
use crate::spec::{Console, Route};
use crate::view::{number, status};
use editor::Editor;
use transcript::transcript;
use yew::prelude::*;

/// The pane of the tab.
#[component]
pub fn Api() -> Html {
    let page = use_page();
    let (pattern, console) = {
        let lab = page.lab();
        (lab.scenario().pattern.id, lab.scenario().pattern.console)
    };
    let (draft, write) = use_draft(&page, pattern, console);
    let Some(console) = console else { return Html::default() };
    let choose = |route: &'static Route| {
        let (page, write) = (page.clone(), write.clone());
        Callback::from(move |_: MouseEvent| write.emit(example(&page, console, Some(route))))
    };
    // Several routes may be at one path, each for another body.
    let examples: Vec<Draft> = console.routes.iter().map(|route| example(&page, console, Some(route))).collect();
    let here = |known: &&Draft| (&known.method, &known.path) == (&draft.method, &draft.path);
    let chosen =
        examples.iter().position(|known| *known == draft).or_else(|| examples.iter().position(|known| here(&known)));
    html! {
        <div class="api"><div class="cols scroll">
            <section class="routes scroll" aria-label={console.name}>
                <h3>{ console.name }</h3>
                <ul>{ for console.routes.iter().enumerate().map(|(n, route)| html! {
                    <li><button type="button" data-testid="api-route" aria-pressed={(chosen == Some(n)).to_string()} onclick={choose(route)}>
                        <b class="meth">{ route.method }</b><code>{ route.path }</code>
                        <small>{ route.help }{ if route.stream.is_some() { " Streams until you hang up." } else { "" } }</small>
                    </button></li>
                }) }</ul>
            </section>
            <Editor {draft} {write} {console} obstacle={obstacle(&page)} latest={latest(&page)} />
            { transcript(&page, console) }
        </div></div>
    }
}

/// Why nobody can be asked now, if so.
pub fn obstacle(page: &Page) -> Option<&'static str> {
    let lab = page.lab();
    if lab.wants_real() {
        return Some("The calls of this run go to a real endpoint, in real time. Requests are for simulated runs.");
    }
    match lab.session().outcome().filter(|_| lab.session().at_end())? {
        // Whoever only waits can be woken.
        Progress::Deadlock(_) | Progress::BudgetSpent => None,
        _ => Some("The run is over, and nobody answers any more. Move the playhead back to ask before its end."),
    }
}

/// The first answer to what was asked last, where there is one: the transcript may be out of sight.
fn latest(page: &Page) -> Option<String> {
    let lab = page.lab();
    let trace = lab.session().run().trace();
    let so_far = lab.so_far();
    let row = so_far.exchanges().iter().rev().find(|row| row.is_from_page(&trace))?;
    let reply = so_far.replies(row).first()?;
    let (reason, took) = (status::reason(reply.status), number::millis(row.took(reply).0));
    Some(format!("{} {reason} after {took} ms", reply.status))
}

/// An example of a request.
fn example(page: &Page, console: &Console, route: Option<&Route>) -> Draft {
    let scenario = page.scenario();
    let fitted = |pick: fn(&Route) -> &'static str| {
        route.map_or(String::new(), |route| (console.fit)(&scenario.values(), pick(route)))
    };
    let method = route.map_or("", |route| route.method).to_owned();
    Draft { pattern: scenario.pattern.id, method, path: fitted(|r| r.path), body: fitted(|r| r.body) }
}

/// The request that is being written, and the way to write on it. It outlives the pane.
#[hook]
fn use_draft(page: &Page, pattern: &'static str, console: Option<&'static Console>) -> (Draft, Callback<Draft>) {
    let update = use_force_update();
    let first = || console.map(|console| example(page, console, console.routes.first())).unwrap_or_default();
    let draft = page.draft(pattern).unwrap_or_else(first);
    let write = {
        let page = page.clone();
        Callback::from(move |draft: Draft| {
            page.keep_draft(draft);
            update.force_update();
        })
    };
    (draft, write)
}
