//! The voice: what the scenario shows, in a sentence over its run, and what to try with it.
//!
//! It stands at every width and for every pattern. On the front door a sentence above it says what Millrace is. The sentence is about the
//! scenario as it was written: where it was changed since, what is another now leads, and the sentence steps back behind it under the name of
//! what it is about, so that nothing false is said aloud.

use crate::app::front_door::{LEAD, is_answer};
use crate::app::icon::{IconName, icon_of};
use crate::app::lab::Status;
use crate::app::markup::{classes, html};
use crate::app::page::{Command, Page};
use crate::app::panels::before_note;
use crate::app::trying::is_done;
use crate::patterns;
use crate::session::{Scenario, Target};
use crate::spec::Trial;
use crate::trace::Span;
use crate::view::fault_bands::planned_name;
use crate::view::number;
use yew::prelude::*;

/// The voice.
pub fn voice(page: &Page) -> Html {
    let scenario = page.scenario();
    let says = match scenario.target {
        Target::Sim => scenario.began_as().says,
        Target::Fetch => "The requests go to a real endpoint: what happens is what it does.",
    };
    let now = changes(&scenario);
    html! {
        <section class="voice" aria-label="What this scenario shows" data-testid="voice">
            if page.state.lead {
                <p class="lead"><span><b>{ "Millrace" }</b>{ LEAD }</span>
                    <button data-testid="lead-close" aria-label="Hide this sentence for good" onclick={page.asks(Command::HideLead)}>{ icon_of(IconName::Close) }</button>
                </p>
            }
            <p class="sentence">
                if let Some(now) = now {
                    <span data-testid="voice-changed">{ format!("Changed: {now}.") }</span><small>{ format!(" Scenario: {says}") }</small>
                } else {
                    { says }
                }
            </p>
            { tries(page) }
        </section>
    }
}

/// What is another than in the scenario as it was written: a few values and faults, and how many more.
fn changes(scenario: &Scenario) -> Option<String> {
    let usual = scenario.began_as().fidelity.unwrap_or_default();
    let mut changes: Vec<String> = Vec::new();
    changes.extend((scenario.fidelity != usual).then(|| format!("as {}", scenario.fidelity.id())));
    changes.extend(scenario.chosen().into_iter().filter_map(|(key, value)| {
        let label = scenario.field(key)?.label.to_lowercase();
        Some(format!("{label} {}", number::quoted(&value.to_string())))
    }));
    changes.extend(scenario.planned().into_iter().filter_map(|planned| {
        let name = planned_name(&scenario.fault(&planned.name)?, planned.magnitude);
        let when = match planned.from.0 {
            0 => "from the start".to_owned(),
            from => format!("at {}", Span(from)),
        };
        Some(format!("{} {when}", name.to_lowercase()))
    }));
    let more = changes.len().saturating_sub(MOST_CHANGES);
    // One more takes no more room than that there is one.
    let more = if more > 1 { more } else { 0 };
    changes.truncate(MOST_CHANGES + usize::from(more == 0));
    if more > 0 {
        changes.push(format!("{more} more"));
    }
    (!changes.is_empty()).then(|| changes.join(", "))
}

/// How many changes are named.
const MOST_CHANGES: usize = 2;

/// Why the run stands that answers a question, and how it goes on.
fn stopped(page: &Page) -> Html {
    let (scenario, stands, over) = (page.scenario(), page.lab().has_stopped(), page.lab().status() != Status::Paused);
    let mut questions = patterns::questions().into_iter();
    match questions.find(|(pattern, question)| is_answer(&scenario, pattern, question)).filter(|_| stands) {
        Some((_, question)) => html! {
            <span class="stopped" role="status" data-testid="stopped">{ if over { format!("Over: {}.", question.fact) } else { format!("Stopped: {}. Run goes on.", question.fact) } }</span>
        },
        None => Html::default(),
    }
}

/// What to try.
fn tries(page: &Page) -> Html {
    let (scenario, real) = (page.scenario(), page.lab().wants_real());
    let tries = scenario.tries();
    if real || tries.is_empty() {
        return html! { <div class="tries">{ before_note(page) }</div> };
    }
    html! {
        <div class="tries" role="group" aria-label="Try">
            <span>{ "Try" }</span>
            { for tries.iter().enumerate().map(|(number, trial)| trial_button(page, number, trial)) }
            { stopped(page) }
            { before_note(page) }
        </div>
    }
}

/// What is pressed to try something.
pub fn trial_button(page: &Page, number: usize, trial: &'static Trial) -> Html {
    let done = is_done(trial, &page.lab(), &page.state);
    html! {
        <button class={classes!("btn", "bd", done.then_some("tried"))} data-testid={format!("try-{number}")} aria-pressed={done.to_string()}
            onclick={page.asks(Command::Try(number))}>
            if done { { icon_of(IconName::Check) } }
            { trial.label }
        </button>
    }
}
