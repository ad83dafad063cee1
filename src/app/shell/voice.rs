//! The voice: what the scenario shows, in a sentence over its run, and what to try with it.
//!
//! It stands at every width and for every pattern. On the front door a sentence above it says what Millrace is. The sentence is about the
//! scenario as it was written: where it was changed since, what is another now stands behind it, so that nothing false is said.

use crate::app::front_door::LEAD;
use crate::app::held::use_held;
use crate::app::icon::{IconName, icon_of};
use crate::app::markup::{classes, html};
use crate::app::page::{Command, Page, use_page};
use crate::app::panels::before_note;
use crate::app::trying::is_done;
use crate::platform::media::Media;
use crate::session::{Scenario, Target};
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
            <p class="sentence">{ says }
                if let Some(now) = now {
                    <small data-testid="voice-changed">{ format!(" Now: {now}.") }</small>
                }
            </p>
            <Tries />
        </section>
    }
}

/// What is another than in the scenario as it was written: a few values, and how many more.
fn changes(scenario: &Scenario) -> Option<String> {
    let usual = scenario.began_as().fidelity.unwrap_or_default();
    let mut changes: Vec<String> = Vec::new();
    changes.extend((scenario.fidelity != usual).then(|| format!("as {}", scenario.fidelity.id())));
    changes.extend(scenario.chosen().into_iter().filter_map(|(key, value)| {
        let label = scenario.field(key)?.label.to_lowercase();
        Some(format!("{label} {}", number::quoted(&value.to_string())))
    }));
    let more = changes.len().saturating_sub(MOST_CHANGES);
    changes.truncate(MOST_CHANGES);
    if more > 0 {
        changes.push(format!("{more} more"));
    }
    (!changes.is_empty()).then(|| changes.join(", "))
}

/// How many changes are named.
const MOST_CHANGES: usize = 2;

/// What to try. On a phone those that fit, and how many more there are.
#[component]
fn Tries() -> Html {
    let page = use_page();
    let all = use_held(|| false);
    let (scenario, real) = (page.scenario(), page.lab().wants_real());
    let tries = scenario.tries();
    if real || tries.is_empty() {
        return html! { <div class="tries">{ before_note(&page) }</div> };
    }
    let shown = if *all || !Media::holds(PHONE) { tries.len() } else { that_fit(tries.iter().map(|t| t.label)) };
    let button = |(number, trial): (usize, &'static crate::spec::Trial)| {
        let done = is_done(trial, &page.lab(), &page.state);
        html! {
            <button class={classes!("btn", "bd", done.then_some("tried"))} data-testid={format!("try-{number}")} aria-pressed={done.to_string()}
                onclick={page.asks(Command::Try(number))}>
                if done { { icon_of(IconName::Check) } }
                { trial.label }
            </button>
        }
    };
    let more = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(true))
    };
    html! {
        <div class="tries" role="group" aria-label="Try">
            <span>{ "Try" }</span>
            { for tries.iter().enumerate().take(shown).map(button) }
            if shown < tries.len() {
                <button class="btn bd" onclick={more}>{ format!("{} more", tries.len() - shown) }</button>
            }
            { before_note(&page) }
        </div>
    }
}

const PHONE: &str = "(max-width: 767.98px)";

/// How many buttons fit into the row of a phone of 390 px, beside the one that says how many more there are. A letter of a label is
/// about 7 px wide, and a button has 28 px beside its label.
fn that_fit<'a>(labels: impl Iterator<Item = &'a str>) -> usize {
    let widths: Vec<usize> = labels.map(|label| label.chars().count() * 7 + 36).collect();
    let fit = |room: usize| {
        let ends = widths.iter().scan(0, |sum, width| {
            *sum += width;
            Some(*sum)
        });
        ends.take_while(|end| *end <= room).count()
    };
    if fit(326) == widths.len() { widths.len() } else { fit(240).max(1) }
}
