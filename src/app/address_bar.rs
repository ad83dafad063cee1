//! What stands in the address and in the title of the window, and which wishes are steps of the browser's history.
//!
//! The address is the scenario. A moment that a link named stands in it too, until somebody moves on: then it would be about a place
//! where nobody is. To choose what is looked at is a step that Back takes back; to edit it is none, or Back would lead through every
//! value that a slider passed.

use super::front_door;
use super::lab::Lab;
use super::page::{Command, State, Tab};
use crate::platform::{address, host};
use crate::session::{Moment, Scenario, link};

/// The tab of a link that shows all patterns of the suite.
const SUITE: &str = "suite";

/// Whether Back takes a wish back.
pub fn is_step(wish: &Command) -> bool {
    matches!(
        wish,
        Command::Pattern(_)
            | Command::Scenario(..)
            | Command::Question(_)
            | Command::Preset(_)
            | Command::Compare(_)
            | Command::Cabinet(_)
            | Command::OpenFound(_)
    )
}

/// The link to what is shown. A moment from which somebody has moved on is left out, and forgotten.
fn link_here(lab: &mut Lab, state: &State) -> String {
    let named = lab.asked().moment.clone();
    if named != Moment::default() {
        let here = standing(lab, state);
        let stands = !lab.playing && (named.at, named.events) == (here.at, here.events);
        let looks = named.lane == here.lane && named.tab.is_none_or(|tab| here.tab.is_some_and(|here| here == tab));
        if !(stands && looks) {
            lab.leave_moment();
        }
    }
    written(lab.asked(), state, None)
}

/// The link to this moment: playhead, lane and tab.
pub fn link_to_moment(lab: &mut Lab, state: &State) -> String {
    let here = standing(lab, state);
    written(lab.asked(), state, Some(here))
}

/// The link to the run from its start.
pub fn link_to_start(lab: &Lab, state: &State) -> String {
    written(lab.asked(), state, Some(Moment::default()))
}

fn standing(lab: &mut Lab, state: &State) -> Moment {
    Moment { lane: state.lane.clone(), tab: Some(state.tab.id().to_owned()), ..lab.moment() }
}

fn written(scenario: &Scenario, state: &State, moment: Option<Moment>) -> String {
    let mut scenario = scenario.clone();
    if let Some(moment) = moment {
        scenario.moment = moment;
    }
    if state.cabinet {
        return state.drawers.link();
    }
    if state.compare {
        scenario.moment = Moment { tab: Some(SUITE.to_owned()), ..Moment::default() };
    }
    link::encode(&scenario)
}

/// The address as this page has written it.
#[derive(Debug, Default)]
pub struct AddressBar {
    link: String,
    /// The same as the browser has it, which may write some signs in another way.
    fragment: String,
}

impl AddressBar {
    /// Whether a text is what this page wrote itself.
    pub fn wrote(&self, fragment: &str) -> bool {
        !self.link.is_empty() && fragment == self.fragment
    }

    /// Writes what is shown into the address, as a step of the history where it says what is left, and the title of the window.
    pub fn write(&mut self, lab: &mut Lab, state: &State, leaving: Option<String>) {
        let link = link_here(lab, state);
        // The front door has no link: whoever loads the page again is at the door again.
        let bare = state.door && self.link.is_empty() && front_door::is_unchanged(&link);
        if link != self.link && !bare {
            match leaving {
                Some(leaving) => address::step(&leaving, &link),
                None => address::write(&link),
            }
            (self.link, self.fragment) = (link, address::fragment());
        }
        if state.cabinet {
            host::set_title("Bug cabinet · Millrace");
        } else {
            host::set_title(&title(lab.asked(), state.compare));
        }
    }
}

/// The link that Back is to find: where one stood when one left. The tab is not left, it stays as it is.
pub fn leaving(lab: &mut Lab, state: &State) -> String {
    let here = Moment { tab: None, ..standing(lab, state) };
    written(lab.asked(), state, Some(here))
}

/// Opens a scenario that stood in the address, at the moment that it names. A run that is there already is not computed anew.
pub fn open(scenario: Scenario, notices: &mut Vec<String>, lab: &mut Lab, state: &mut State) {
    let moment = scenario.moment.clone();
    let mut tab = moment.tab.as_deref();
    state.compare = tab == Some(SUITE) && scenario.pattern.suite.is_some();
    if state.compare {
        tab = None;
        lab.pause();
    }
    if let Some(id) = tab {
        match Tab::from_id(id) {
            Some(tab) => state.tab = tab,
            None => {
                notices.push(format!("there is no tab \"{}\" here; it was ignored", crate::view::number::quoted(id)))
            }
        }
    }
    state.lane.clone_from(&moment.lane);
    let bare = |scenario: &Scenario| {
        let mut scenario = scenario.clone();
        scenario.moment = Moment::default();
        link::encode(&scenario)
    };
    match moment.at {
        _ if bare(&scenario) != bare(lab.asked()) || lab.wants_real() => lab.open(scenario),
        Some(at) => lab.seek_moment(at, moment),
        None if state.compare => {}
        None => lab.open(scenario),
    }
}

/// The title of the window: pattern and scenario, as a tab of the browser and its history list them.
fn title(scenario: &Scenario, compare: bool) -> String {
    let pattern = scenario.pattern;
    // In the catalogue a name may stand below the one that it adds to.
    let name = pattern.name.trim_start_matches("+ ");
    let what = match (&pattern.suite, scenario.preset) {
        (Some(suite), _) if compare => format!("Run all: {}", within(suite.name)),
        (_, preset) => format!("{name}, {}", within(preset.unwrap_or(&pattern.usual).label)),
    };
    format!("{what} · Millrace")
}

/// A label within a line: its first letter is small, unless the word is a name.
fn within(label: &str) -> String {
    let first = label.split(' ').next().unwrap_or(label);
    let mut letters = label.chars();
    match letters.next() {
        Some(initial) if !first.chars().skip(1).any(|c| c.is_ascii_uppercase()) => {
            format!("{}{}", initial.to_ascii_lowercase(), letters.as_str())
        }
        _ => label.to_owned(),
    }
}
