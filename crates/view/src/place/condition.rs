//! How a server is, in one word: told from what happens to the calls, as whoever is on call would tell it.
//!
//! A fault that somebody injected is a cause, and causes do not always show: a server that is three times slower may do well, and one
//! that nobody harmed may answer no one in time. So what happens comes first, and the fault is named where nothing worse is
//! seen. Picture, phone, tiles and text alternative all take their word from here, so that they agree.

use crate::recent::{Calls, Ended};
use crate::scene::Scene;
use crate::{Palette, Rgba};
use millrace_spec::FaultUnit;
use millrace_trace::{SimTime, StationId, ledger::StationRow};

/// So many calls must have ended in the last second before a share of them means something, and so many of them in vain: one is an
/// accident.
const ENOUGH: u32 = 5;
const NOT_ONCE: u32 = 2;
/// From this share on it is told what the calls got that got no result.
const TELLING: f64 = 0.05;

/// How a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nobody calls it.
    Idle,
    /// Calls are answered, and nothing is the matter.
    Well,
    /// It was down, or full for a second, and has not been well for a second yet.
    Recovering,
    /// It has been called for a second, and has never answered.
    Unheard,
    /// All slots are in use, and so many wait for one.
    Saturated(u64),
    /// This percentage of the calls of the last second ended with an error of its own, or could not be made.
    Errors(u32),
    /// This percentage of them was not answered in time.
    Late(u32),
    /// It is called, and no answer has come for a second.
    Down,
    /// A fault stands and nothing worse is seen: its words, and whether it keeps calls from being answered at all.
    Fault(String, bool),
}

impl Condition {
    /// That of the server at a station.
    pub fn of(scene: &Scene<'_>, name: &str, now: SimTime) -> Condition {
        let fault = scene.spec.worst_fault(name, scene.ledger, scene.trace);
        let fault = fault.map(|standing| (standing.to_string(), standing.fault.unit == FaultUnit::Lasts));
        let seen = scene.station(name).map_or(Condition::Idle, |station| seen(scene, station, now));
        match fault {
            // What ends all calls needs no evidence.
            Some((words, true)) => Condition::Fault(words, true),
            Some((words, false)) if !seen.is_trouble() => Condition::Fault(words, false),
            _ => seen,
        }
    }

    /// Whether those who call it get less than they came for.
    pub fn is_trouble(&self) -> bool {
        match self {
            Condition::Idle | Condition::Well | Condition::Recovering | Condition::Unheard => false,
            Condition::Saturated(_) | Condition::Errors(_) | Condition::Late(_) | Condition::Down => true,
            Condition::Fault(_, ends_calls) => *ends_calls,
        }
    }

    /// The word, in full.
    pub fn words(&self) -> String {
        match self {
            Condition::Idle => "idle".to_owned(),
            Condition::Well => "OK".to_owned(),
            Condition::Recovering => "recovering".to_owned(),
            Condition::Unheard => "no answer yet".to_owned(),
            Condition::Saturated(_) => "saturated".to_owned(),
            Condition::Errors(percent) => format!("{percent} % errors"),
            Condition::Late(percent) => format!("{percent} % late"),
            Condition::Down => "down".to_owned(),
            Condition::Fault(words, _) => words.clone(),
        }
    }

    /// The same where there is little room.
    pub fn brief(&self) -> String {
        match self {
            Condition::Errors(_) => "errors".to_owned(),
            Condition::Late(_) => "late".to_owned(),
            Condition::Saturated(_) => "full".to_owned(),
            Condition::Unheard => "silent".to_owned(),
            Condition::Fault(words, _) => words.split(' ').next().unwrap_or_default().to_owned(),
            other => other.words(),
        }
    }

    /// Its colour.
    pub fn ink(&self, p: &Palette) -> Rgba {
        match self {
            Condition::Idle | Condition::Unheard => p.ink_3,
            Condition::Well => p.success_ink,
            Condition::Recovering | Condition::Saturated(_) | Condition::Fault(_, false) => p.blocked_ink,
            Condition::Late(_) => p.timeout_ink,
            Condition::Errors(_) | Condition::Down | Condition::Fault(_, true) => p.server_ink,
        }
    }
}

/// What is to be seen of it, whatever its faults.
fn seen(scene: &Scene<'_>, (id, row): (StationId, &StationRow), now: SimTime) -> Condition {
    let none = Calls::default();
    let calls = scene.recent.calls(id).unwrap_or(&none);
    let (last, waiting) = (calls.of_last_second(now), row.levels.waiting());
    if calls.is_down(now) {
        return Condition::Down;
    }
    if let Some(condition) = unanswered(last) {
        return condition;
    }
    match waiting {
        0 => quiet(calls, row, last, now),
        waiting => Condition::Saturated(waiting),
    }
}

/// What is worst among the ways in which calls ended, if that is worth telling.
fn unanswered(last: Ended) -> Option<Condition> {
    let failed = last.errors + last.unreached;
    let share = |n: u32| f64::from(n) / f64::from(last.all());
    let percent = |n: u32| (share(n) * 100.0 + 0.5) as u32;
    let in_vain = failed + last.late;
    if last.all() < ENOUGH || in_vain < NOT_ONCE || share(in_vain) <= TELLING {
        None
    } else if failed >= last.late {
        Some(Condition::Errors(percent(failed)))
    } else {
        Some(Condition::Late(percent(last.late)))
    }
}

fn quiet(calls: &Calls, row: &StationRow, last: Ended, now: SimTime) -> Condition {
    if calls.is_unheard(now) {
        Condition::Unheard
    } else if calls.is_recovering(now) {
        Condition::Recovering
    } else if row.levels.present == 0 && last == Ended::default() {
        Condition::Idle
    } else {
        Condition::Well
    }
}
