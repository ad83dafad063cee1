//! A run that cannot go on: deadlock, livelock, crash. Who waits for what, at which line, and a way there.
//!
//! It stands above the stage and not over it: the lanes below show what it speaks of. It can be closed, and another run may say it
//! again.

use crate::app::icon::icon;
use crate::app::lab::{Lab, Status};
use crate::app::line_of_code;
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::engine::{Progress, WaitingTask};
use yew::prelude::*;

/// Names that stand before the rest is only counted.
const NAMED: usize = 3;

/// What is said about a run that cannot go on, while the page shows its end.
pub fn stuck(page: &Page) -> Html {
    let lab = page.lab();
    if lab.status() != Status::Failed || page.state.quiet == Some(lab.session().far_hash()) {
        return Html::default();
    }
    let (title, verb, waiting) = match lab.session().outcome() {
        Some(Progress::Deadlock(waiting)) => ("Nothing can ever happen again".to_owned(), "wait", waiting),
        Some(Progress::Livelock(waiting)) => {
            let comes =
                if lab.session().run().is_stuck_in_an_instant() { "no time passes" } else { "nothing comes of it" };
            (format!("The tasks keep each other busy, and {comes}"), "wait", waiting)
        }
        Some(Progress::Crashed(waiting)) => (panic(&lab), "stopped", waiting),
        _ => return Html::default(),
    };
    let groups = groups(waiting);
    html! {
        <div class="error stuck" role="alert" data-testid="stuck">
            { icon("warning") }
            <div>
                <strong>{ title }</strong>
                if !groups.is_empty() {
                    <ul class="scroll" tabindex="0" aria-label="Who waits">{ for groups.iter().map(|group| line(page, &lab, group, verb)) }</ul>
                }
            </div>
            <button class="btn ic" aria-label="Close" onclick={page.asks(Command::Quiet)}>{ icon("close") }</button>
        </div>
    }
}

fn panic(lab: &Lab) -> String {
    let trace = lab.session().run().trace();
    let text = lab.ledger().crash.map(|text| trace.name(text)).unwrap_or_default();
    format!("The program panicked, as the original does: {text}")
}

/// Those who wait for the same at the same line, together.
fn groups(waiting: &[WaitingTask]) -> Vec<Vec<&WaitingTask>> {
    let mut groups: Vec<Vec<&WaitingTask>> = Vec::new();
    for task in waiting {
        let same = |group: &&mut Vec<&WaitingTask>| {
            group.first().is_some_and(|first| first.site == task.site && first.waiting_on == task.waiting_on)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(task),
            None => groups.push(vec![task]),
        }
    }
    groups
}

fn line(page: &Page, lab: &Lab, group: &[&WaitingTask], verb: &str) -> Html {
    let Some(first) = group.first() else { return Html::default() };
    let names: Vec<&str> = group.iter().take(NAMED).map(|task| task.name.as_str()).collect();
    let who = match group.len() - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    };
    let verb = if group.len() == 1 && verb == "wait" { "waits" } else { verb };
    let what = if first.waiting_on.is_empty() { String::new() } else { format!(" on {}", first.waiting_on) };
    let place = line_of_code::place(lab, first.site);
    let wish = line_of_code::wish(lab, first.site);
    html! {
        <li>
            { format!("{who} {verb}{what} ") }
            if let (Some(place), Some(wish)) = (place, wish) { <button class="mono" onclick={page.asks(wish)}>{ place }</button> }
        </li>
    }
}
