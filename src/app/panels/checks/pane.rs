//! The checks one by one, under the practices that they verify: how each stands at the playhead, what is looked at for it, and
//! a way to find a run that breaks it.

use super::seeds::seed_search;
use crate::analysis::{CheckState, Standing};
use crate::app::markup::html;
use crate::app::page::Page;
use crate::spec::{Practice, Seen};
use crate::trace::SimTime;
use crate::view::standing::{mark, says};
use yew::prelude::*;

/// The heading of what is asked of every pattern.
const GENERAL: &str = "In general";

/// The pane.
pub fn checks_pane(page: &Page) -> Html {
    let lab = page.lab();
    let (at, over) = (lab.session().playhead(), lab.session().at_end());
    let checks = &lab.session().history().checks;
    html! {
        <div class="checks scroll" tabindex="0" aria-label="Checks" data-testid="checks-pane">
            <div class="cols">{ for checks.sections().into_iter().map(|section| html! {
                <section>
                    <h3>{ section.heading.unwrap_or(GENERAL) }</h3>
                    <ul>{ for section.members.into_iter().map(|(number, state)| row(page, number, state, at, over)) }</ul>
                </section>
            }) }</div>
            { practices(lab.scenario().pattern.practices) }
            <p class="vh" aria-live="polite">{ latest(page) }</p>
        </div>
    }
}

/// The document's lists, item by item, each with how it can be seen.
fn practices(practices: &'static [Practice]) -> Html {
    if practices.is_empty() {
        return Html::default();
    }
    let item = |practice: &Practice| {
        let seen = match practice.seen {
            Seen::Checked(statements) => {
                html! { <>{ format!("Checked: {}.", statements.join("; ")) }</> }
            }
            Seen::Built { says, at } => {
                html! { <><b>{ "Of the build, not of a run. " }</b>{ says }{ " See " }<code>{ at.join(", ") }</code></> }
            }
        };
        html! { <tr><td>{ practice.list }</td><th scope="row">{ practice.item }</th><td>{ seen }</td></tr> }
    };
    html! {
        <section class="practices" data-testid="practices">
            <h3>{ "The document's best-practice lists, item by item" }</h3>
            <table>
                <thead><tr><th scope="col">{ "List" }</th><th scope="col">{ "Practice" }</th><th scope="col">{ "How it can be seen" }</th></tr></thead>
                <tbody>{ for practices.iter().map(item) }</tbody>
            </table>
        </section>
    }
}

fn row(page: &Page, number: usize, state: &CheckState, at: SimTime, over: bool) -> Html {
    let check = state.check;
    let standing = state.standing(at, over);
    let (class, mark) = mark(standing);
    let id = format!("check-{number}");
    // A row of another pattern is another row.
    let key = format!("{}/{number}", page.lab().scenario().pattern.id);
    html! {
        <li {key} class={class} data-testid={id.clone()} data-standing={word(standing)}>
            <i aria-hidden="true">{ mark }</i>
            <div>
                <p id={id.clone()}>{ capital(check.statement) }</p>
                <p class="how">{ format!("{}.", says(check.kind, standing)) }if !check.by.is_empty() { { format!(" Looks at {}.", check.by) } }</p>
                { seed_search(page, number, check.kind, &id) }
            </div>
        </li>
    }
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "holds",
        Standing::Broken(_) => "broken",
        Standing::Happened(_) => "happened",
        Standing::Missed => "missed",
        Standing::Unknown => "unknown",
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().map(|first| first.to_ascii_uppercase()).chain(chars).collect()
}

/// What the search that was over last has to say, for those who do not see it.
fn latest(page: &Page) -> Option<String> {
    let side_runs = page.side_runs();
    let search = side_runs.search(side_runs.latest()?)?;
    let says = search.says().unwrap_or_else(|| format!("Cancelled after {} seeds.", search.tried()));
    Some(format!("{}: {says}", search.check().name()))
}
