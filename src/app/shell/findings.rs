//! What the catalogue's search finds beside patterns by their names: scenarios, parameters, figures, explanations. Each leads there.

use crate::app::markup::html;
use crate::app::page::{Command, Page, Tab};
use crate::platform::host;
use crate::session::find::Found;
use crate::session::link;
use crate::spec::{Level, Pattern};
use yew::prelude::*;

/// What was found, under headings.
pub fn findings(page: &Page, found: &[Found], narrow: bool, on_chosen: &Callback<()>) -> Html {
    let heading = |found: &Found| match found {
        Found::Scenario(..) => "Scenarios",
        Found::Parameter(..) => "Parameters",
        Found::Figure(..) => "Figures",
        Found::Explained(_) => "In the explanation of",
    };
    let groups = found.chunk_by(|a, b| heading(a) == heading(b));
    html! {
        <>
            { for groups.map(|group| html! {
                <section class="findings">
                    <h2>{ group.first().map(heading) }</h2>
                    <ul>{ for group.iter().map(|found| row(page, found, narrow, on_chosen)) }</ul>
                </section>
            }) }
        </>
    }
}

/// Where something is: what it is called, of what, the wishes that lead there, and what is to have the focus then.
struct Way {
    name: &'static str,
    of: &'static str,
    link: String,
    wishes: Vec<Command>,
    focus: Option<String>,
}

fn row(page: &Page, found: &Found, narrow: bool, on_chosen: &Callback<()>) -> Html {
    let Way { name, of, link, wishes, focus } = way(page, found, narrow);
    let onclick = {
        let (page, on_chosen) = (page.clone(), on_chosen.clone());
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            wishes.iter().for_each(|wish| page.ask(wish.clone()));
            on_chosen.emit(());
            if let Some(focus) = focus.clone() {
                // What is to have it is there once the wishes are rendered.
                wasm_bindgen_futures::spawn_local(async move { host::focus(&focus) });
            }
        })
    };
    html! { <li><a href={link} {onclick} data-testid="found"><span class="name">{ name }</span><small>{ of }</small></a></li> }
}

fn way(page: &Page, found: &Found, narrow: bool) -> Way {
    let current = page.scenario();
    // What the pattern has that is shown is looked at there, with the values that it has.
    let at = |pattern: &'static Pattern, is_here: bool| {
        let go = (!is_here).then_some(Command::Pattern(pattern.id));
        (if is_here { current.pattern } else { pattern }, go)
    };
    let plain = |pattern: &Pattern| format!("#/{}", pattern.id);
    match found {
        Found::Scenario(pattern, preset) => Way {
            name: preset.label,
            of: pattern.name,
            link: link::of_preset(pattern, preset.id),
            wishes: vec![Command::Scenario(pattern.id, preset.id)],
            focus: None,
        },
        Found::Parameter(pattern, field) => {
            let (pattern, go) = at(pattern, current.field(field.key).is_some());
            let deep = (field.level != Level::Simple).then_some(Command::Advanced(true));
            let tab = narrow.then_some(Command::Tab(Tab::Params));
            let focus = Some(format!("[data-testid=\"param-{}\"]", field.key));
            let wishes = go.into_iter().chain(deep).chain(tab).collect();
            Way { name: field.label, of: pattern.name, link: plain(pattern), wishes, focus }
        }
        Found::Figure(pattern, name) => {
            let (pattern, go) =
                at(pattern, current.calls_server() || current.measures().iter().any(|m| m.label == *name));
            let wishes = go.into_iter().chain([Command::Tab(Tab::Report)]).collect();
            Way { name, of: pattern.name, link: plain(pattern), wishes, focus: None }
        }
        Found::Explained(pattern) => {
            let (pattern, go) = at(pattern, current.pattern.id == pattern.id);
            let wishes = go.into_iter().chain([Command::Tab(Tab::Explain)]).collect();
            Way { name: pattern.name, of: "", link: plain(pattern), wishes, focus: None }
        }
    }
}
