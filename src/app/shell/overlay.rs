//! What stands over the stage when there is no run to look at: before it, while it is computed, when it cannot go on.

use crate::app::endpoint::{consent_panel, refusal_panel, trouble_panel};
use crate::app::icon::icon;
use crate::app::lab::Status;
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::app::real::NotYet;
use crate::engine::{Progress, WaitingTask};
use crate::session::Target;
use crate::spec::short_path;
use crate::view::number;
use yew::prelude::*;

/// The panel over the stage, if there is reason for one.
pub fn overlay(page: &Page) -> Html {
    let lab = page.lab();
    let to_sim = page.asks(Command::Target(Target::Sim));
    let panel = match (lab.status(), lab.progress()) {
        (Status::Running, None) => return Html::default(),
        _ if lab.asking().is_some() => match lab.asking() {
            Some(NotYet::Consent(plan)) => consent_panel(plan, page.asks(Command::Consent), to_sim),
            Some(NotYet::Address(refusal)) => refusal_panel(&refusal.message(), to_sim),
            None => return Html::default(),
        },
        (Status::Done | Status::Paused, None) if lab.trouble().is_some() => match lab.trouble() {
            Some(trouble) => trouble_panel(&trouble, page.asks(Command::Toggle), to_sim),
            None => return Html::default(),
        },
        (_, Some(share)) => computing(share, lab.playhead().seconds()),
        (Status::Idle, None) => idle(page),
        (Status::Failed, None) => match lab.session().outcome() {
            Some(Progress::Deadlock(waiting)) => stuck("Nothing can ever happen again", waiting),
            Some(Progress::Livelock(waiting)) => {
                stuck("The tasks keep each other busy, and nothing comes of it", waiting)
            }
            Some(Progress::Crashed(waiting)) => crashed(page, waiting),
            _ => return Html::default(),
        },
        _ => return Html::default(),
    };
    html! { <div class="overlay">{ panel }</div> }
}

fn idle(page: &crate::app::page::Page) -> Html {
    let scenario = page.scenario();
    let values = scenario.values();
    let counts = (scenario.pattern.fields)()
        .iter()
        .filter(|f| {
            matches!(f.kind, crate::spec::Kind::Count { .. })
                && f.level == crate::spec::Level::Simple
                && f.is_relevant(&values)
                // A number with a unit of its own is no number of what its label names.
                && f.unit.is_empty()
        })
        .take(2)
        .map(|f| format!("{} {}", number::count(values.count(f.key)), f.label.to_ascii_lowercase()))
        .collect::<Vec<_>>();
    let facts: Vec<String> = std::iter::once(format!("Seed {}", scenario.seed)).chain(counts).collect();
    html! {
        <div class="fr">
            <strong>{ "Nothing has run yet" }</strong>
            <span>{ facts.join(", ") }</span>
            <button class="btn pri" onclick={page.asks(Command::Toggle)}>{ icon("play") }{ "Run " }<span class="kbd">{ "Space" }</span></button>
        </div>
    }
}

fn computing(share: f64, seconds: f64) -> Html {
    html! {
        <div class="fr" role="status">
            <strong>{ "Computing the run" }</strong>
            <progress max="1" value={share.to_string()} aria-label="Computed"></progress>
            <span>{ format!("{:.0} %, now at {seconds:.3} s", share * 100.0) }</span>
        </div>
    }
}

fn stuck(title: &str, waiting: &[WaitingTask]) -> Html {
    html! {
        <div class="fr bad" role="alert">
            <strong>{ title }</strong>
            <span>{ format!("{} tasks wait", waiting.len()) }</span>
            <ul class="who mono scroll">{ for waiting.iter().take(40).map(line) }</ul>
        </div>
    }
}

fn crashed(page: &crate::app::page::Page, waiting: &[WaitingTask]) -> Html {
    let lab = page.lab();
    let trace = lab.session().run().trace();
    let text = lab.ledger().crash.map(|text| trace.name(text).to_owned()).unwrap_or_default();
    html! {
        <div class="fr bad" role="alert">
            <strong>{ "The program panicked, as the original does" }</strong>
            <span class="mono">{ text }</span>
            <ul class="who mono">{ for waiting.iter().map(|t| html! { <li>{ format!("in {}, {}", t.name, place(t)) }</li> }) }</ul>
        </div>
    }
}

/// File and line in the pattern.
fn place(task: &WaitingTask) -> String {
    match (task.site.file(), task.site.line()) {
        (Some(file), Some(line)) => format!("{}:{line}", short_path(file)),
        _ => String::new(),
    }
}

fn line(task: &WaitingTask) -> Html {
    html! { <li>{ format!("{} waits on {} {}", task.name, task.waiting_on, place(task)) }</li> }
}
