//! The state of a pool, as all that shows it needs it.

use super::super::Here;
use crate::number;
use millrace_trace::{JobId, SimTime, UNLIMITED};

/// Who has something of a pool, and who wants something.
pub(super) struct State {
    /// Longest first.
    pub(super) holders: Vec<(JobId, SimTime)>,
    /// First come first.
    pub(super) waiters: Vec<(JobId, SimTime)>,
    /// How many can be held at once now, and how many it has in all: those that were taken and not brought back are out.
    pub(super) capacity: u32,
    pub(super) whole: u32,
    /// What it says of itself, if anything: that it is done, for one.
    pub(super) stands: Option<String>,
}

impl State {
    pub(super) fn of(here: Here<'_, '_>) -> State {
        let Some(row) = here.row() else {
            // Something of which no parameter says how many there are is one thing.
            let (values, key) = (here.scene.values, &here.shown.place.station);
            let capacity = values.get(key).map_or(1, |_| u32::try_from(values.count(key)).unwrap_or(UNLIMITED));
            return State { holders: Vec::new(), waiters: Vec::new(), capacity, whole: capacity, stands: None };
        };
        let since = |job: &JobId| here.scene.ledger.job(*job).map_or(row.opened, |job| job.since);
        let waiters = row.queue.iter().map(|job| (*job, since(job))).collect();
        let whole = if row.capacity == UNLIMITED { UNLIMITED } else { row.capacity_peak };
        let stands = row.state.map(|state| here.scene.trace.name(state).to_owned());
        State { holders: row.holders().collect(), waiters, capacity: row.capacity, whole, stands }
    }

    pub(super) fn held(&self) -> u64 {
        self.holders.len() as u64
    }

    pub(super) fn is_full(&self) -> bool {
        self.held() >= u64::from(self.capacity)
    }

    /// How many were taken and not brought back, and are not there to be held.
    pub(super) fn out(&self) -> u64 {
        if self.capacity == UNLIMITED { 0 } else { u64::from(self.whole.saturating_sub(self.capacity)) }
    }

    /// What a capsule shows: who holds comes first, what is out last.
    pub(super) fn stands(&self, index: usize) -> Stands {
        let room = (self.capacity as usize).max(self.holders.len());
        match index {
            _ if index < self.holders.len() => Stands::Held,
            _ if index >= room => Stands::Out,
            _ => Stands::Free,
        }
    }

    /// "5 of 5 held", and who waits.
    pub(super) fn words(&self) -> [String; 2] {
        let (held, waiting) = (number::count(self.held()), number::count(self.waiters.len() as u64));
        let held = match self.capacity {
            UNLIMITED => format!("{held} held"),
            _ => format!("{held} of {} held", number::count(u64::from(self.whole))),
        };
        let held = match self.out() {
            0 => held,
            out => format!("{held}, {} out", number::count(out)),
        };
        let held = match &self.stands {
            Some(word) if self.held() == 0 => word.clone(),
            Some(word) => format!("{held}, {word}"),
            None => held,
        };
        [format!("{held}, {waiting} waiting"), held]
    }

    /// The longest time that one of these is there.
    pub(super) fn longest(&self, now: SimTime) -> u64 {
        let all = self.holders.iter().chain(&self.waiters);
        all.map(|(_, since)| now.since(*since).0).max().unwrap_or(0).max(1)
    }
}

/// What a capsule is: somebody has it, nobody has it, or it is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    Held,
    Free,
    Out,
}
