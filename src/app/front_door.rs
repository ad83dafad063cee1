//! The front door: what the page opens with where no link says what to open.
//!
//! A scenario that moves at once, a sentence that says what Millrace is, and questions to go on with. Nothing of it may come over
//! somebody who followed a link: that opens what it names, and stands still.

use super::lab::Lab;
use super::page::{State, Tab};
use crate::patterns;
use crate::platform::host;
use crate::session::{Scenario, link};
use crate::spec::{Pattern, Question};
use crate::trace::SimTime;

/// What Millrace is, after its name.
pub const LEAD: &str = " runs real Rust futures in your browser and draws every task, queue and breaker as it happens.";

/// Whether what stands in the address leads to the front door.
pub fn is_at(fragment: &str) -> bool {
    matches!(fragment, "" | "#" | "#/")
}

/// The tab that the page opens with, and whether the sentence that says what Millrace is stands there.
pub fn first_look(fragment: &str) -> (Tab, bool) {
    if is_at(fragment) { (Tab::Start, host::shows_lead()) } else { (Tab::Code, false) }
}

/// Opens the front door: the scenario of the first question runs, or stands where there is something to see if a person wants less motion.
pub fn enter(lab: &mut Lab, state: &mut State) {
    let Some(scenario) = Scenario::at_the_door() else { return };
    lab.open(scenario);
    (state.tab, state.lead) = first_look("");
    (state.door, state.look, state.cabinet) = (true, None, false);
    let asked = patterns::questions().into_iter().next();
    match asked.filter(|_| host::prefers_less_motion()) {
        Some((_, question)) => lab.seek(SimTime(question.stops.0)),
        None => lab.play(),
    }
}

/// Where nothing moves at the front door the focus stands on what makes it move.
pub fn hand_over(state: &State) {
    if state.door && host::prefers_less_motion() {
        host::focus("[data-testid=run]");
    }
}

/// Whether a link is that of the front door's scenario as it is.
pub fn is_unchanged(link: &str) -> bool {
    Scenario::at_the_door().is_some_and(|scenario| link::encode(&scenario) == link)
}

/// Something was chosen: the page is at its front door no more.
pub fn leave(state: &mut State) {
    (state.door, state.lead) = (false, false);
}

/// Opens the scenario of a question and lets it run to where there is something to see.
pub fn answer(number: usize, lab: &mut Lab, state: &mut State) -> bool {
    let Some((pattern, question)) = patterns::questions().into_iter().nth(number) else { return false };
    lab.open(Scenario::of(pattern, question.preset));
    leave(state);
    // On a phone what the scenario shows stands above the stage, and out of sight of who has just pressed a question below it.
    if host::is_phone() {
        host::reveal(".top");
    }
    let stops = SimTime(question.stops.0);
    if host::prefers_less_motion() {
        lab.seek(stops);
    } else {
        lab.play_until(stops);
    }
    true
}

/// Whether a scenario is the one that answers a question, unchanged but for what is tried with it.
pub fn is_answer(scenario: &Scenario, pattern: &Pattern, question: &Question) -> bool {
    scenario.pattern.id == pattern.id && scenario.preset.map_or("", |preset| preset.id) == question.preset
}
