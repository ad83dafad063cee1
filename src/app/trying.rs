//! Trying what the scenario invites to: a press does it and goes to where it shows, a second press takes it back.
//!
//! What changes the run is a step that can be undone. What only leads somewhere, to a line of code or a tab, is taken back to where one
//! was, so the page remembers that.

use super::commands::edit;
use super::lab::Lab;
use super::page::{State, Tab};
use crate::platform::host;
use crate::spec::{Deed, Trial};
use crate::trace::SimTime;

/// A place that a trial led to, and where one was before.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    trial: &'static Trial,
    tab: Tab,
    at: SimTime,
}

/// A text in a file of the pattern that the code pane is to show: the file by its short path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The file.
    pub file: &'static str,
    /// What stands in its line.
    pub text: &'static str,
}

/// Whether a trial is done.
pub fn is_done(trial: &'static Trial, lab: &Lab, state: &State) -> bool {
    if trial.changes_the_run() {
        return lab.scenario().has_tried(trial);
    }
    // Whoever chose another tab since has left the place.
    state.look.as_ref().is_some_and(|look| look.trial == trial && tab_of(trial).is_none_or(|tab| tab == state.tab))
}

/// Does the scenario's trial of this number, or takes it back. Whether the address must be written anew.
pub fn press(number: usize, lab: &mut Lab, state: &mut State) -> bool {
    let Some(trial) = lab.scenario().tries().get(number) else { return false };
    let done = is_done(trial, lab, state);
    if trial.changes_the_run() {
        let name = if done { format!("Without: {}", trial.label) } else { trial.label.to_owned() };
        edit(lab, state, &name, |scenario| if done { scenario.take_back(trial) } else { scenario.try_out(trial) });
        go_to(trial, lab, true);
        return true;
    }
    if done {
        if let Some(look) = state.look.take() {
            state.tab = look.tab;
            lab.seek(look.at);
        }
    } else {
        state.look = Some(Look { trial, tab: state.tab, at: lab.session().playhead() });
        state.tab = tab_of(trial).unwrap_or(state.tab);
        go_to(trial, lab, false);
    }
    false
}

/// Moves the playhead to where a trial shows, and goes on from there where that is to be watched.
fn go_to(trial: &Trial, lab: &mut Lab, watched: bool) {
    let goes_on = watched && !host::prefers_less_motion();
    match trial.shows.map(|span| SimTime(span.0)) {
        Some(at) if goes_on => lab.play_from(at),
        Some(at) => lab.seek(at),
        None if goes_on => lab.play(),
        None => {}
    }
}

fn tab_of(trial: &Trial) -> Option<Tab> {
    trial.does.iter().find_map(|deed| match deed {
        Deed::Code(..) => Some(Tab::Code),
        Deed::Tab(id) => Tab::from_id(id),
        _ => None,
    })
}

/// What the code pane is to show, if somebody asked for a passage.
pub fn passage(state: &State) -> Option<Passage> {
    let look = state.look.as_ref()?;
    look.trial.does.iter().find_map(|deed| match deed {
        Deed::Code(file, text) => Some(Passage { file, text }),
        _ => None,
    })
}
