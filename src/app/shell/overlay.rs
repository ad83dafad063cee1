//! What stands over the stage when there is no run to look at: before it, while it is computed.

use crate::app::endpoint::{consent_panel, refusal_panel, trouble_panel};
use crate::app::icon::icon;
use crate::app::lab::Status;
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::app::real::NotYet;
use crate::session::Target;
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
        (_, Some(share)) => computing(share, &number::moment(lab.playhead().0)),
        (Status::Idle, None) => idle(page),
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
    // The lines of the run before are in the charts, and may contradict that nothing has run.
    let changed = page.lab().before().is_some();
    html! {
        <div class="fr">
            <strong>{ if changed { "Changed, and not run yet" } else { "Nothing has run yet" } }</strong>
            <span>{ facts.join(", ") }</span>
            if changed {
                <span>{ "The run before the change stays in the charts as a grey line." }</span>
            }
            <button class="btn pri" onclick={page.asks(Command::Toggle)}>{ icon("play") }{ "Run " }<span class="kbd">{ "Space" }</span></button>
        </div>
    }
}

fn computing(share: f64, at: &str) -> Html {
    html! {
        <div class="fr" role="status">
            <strong>{ "Computing the run" }</strong>
            <progress max="1" value={share.to_string()} aria-label="Computed"></progress>
            <span>{ format!("{:.0} %, now at {at}", share * 100.0) }</span>
        </div>
    }
}
