//! The state of a pool, as all that shows it needs it.

use super::super::Here;
use crate::number;
use crate::scene::Look;
use millrace_spec::PlaceKind;
use millrace_trace::{JobId, SimTime, UNLIMITED};

/// Who has something of a pool, and who wants something.
pub(super) struct State {
    /// Longest first.
    pub(super) holders: Vec<Stays>,
    /// First come first.
    pub(super) waiters: Vec<Stays>,
    /// How many can be held at once now, and how many it has in all: those that were taken and not brought back are out.
    pub(super) capacity: u32,
    pub(super) whole: u32,
    /// What it says of itself, if anything: that it is done, for one.
    pub(super) stands: Option<String>,
    /// Whether it is a lock, which is read by those who take one thing and written by who takes all.
    pub(super) is_lock: bool,
}

/// One who holds, or waits.
#[derive(Clone, Copy)]
pub(super) struct Stays {
    pub(super) job: JobId,
    pub(super) since: SimTime,
    /// How many things it has, or needs.
    pub(super) weight: u32,
    /// Whether it is a part of another, which has something already.
    again: bool,
}

impl State {
    pub(super) fn of(here: Here<'_, '_>) -> State {
        let is_lock = matches!(here.shown.place.kind, PlaceKind::Lock);
        let Some(row) = here.row() else {
            // Something of which no parameter says how many there are is one thing.
            let (values, key) = (here.scene.values, &here.shown.place.station);
            let capacity = values.get(key).map_or(1, |_| u32::try_from(values.count(key)).unwrap_or(UNLIMITED));
            let (holders, waiters) = (Vec::new(), Vec::new());
            return State { holders, waiters, capacity, whole: capacity, stands: None, is_lock };
        };
        let again = |job: &JobId| here.scene.ledger.job(*job).is_some_and(|job| !job.root);
        let waits = |job: &JobId| {
            let known = here.scene.ledger.job(*job);
            let (since, weight) = known.map_or((row.opened, 1), |job| (job.since, job.weight));
            Stays { job: *job, since, weight, again: again(job) }
        };
        let holders = row
            .holders()
            .zip(row.weights())
            .map(|((job, since), weight)| Stays { job, since, weight, again: again(&job) })
            .collect();
        let waiters = row.queue.iter().map(waits).collect();
        let whole = if row.capacity == UNLIMITED { UNLIMITED } else { row.capacity_peak };
        let stands = row.state.map(|state| here.scene.trace.name(state).to_owned());
        State { holders, waiters, capacity: row.capacity, whole, stands, is_lock }
    }

    pub(super) fn held(&self) -> u64 {
        self.holders.iter().map(|holder| u64::from(holder.weight)).sum()
    }

    fn free(&self) -> u64 {
        u64::from(self.capacity).saturating_sub(self.held())
    }

    pub(super) fn is_full(&self) -> bool {
        self.free() == 0
    }

    /// How many were taken and not brought back, and are not there to be held.
    pub(super) fn out(&self) -> u64 {
        if self.capacity == UNLIMITED { 0 } else { u64::from(self.whole.saturating_sub(self.capacity)) }
    }

    /// Whether somebody needs or has more than one thing, so that it matters how many.
    pub(super) fn weighs(&self) -> bool {
        self.is_lock || self.holders.iter().chain(&self.waiters).any(|stays| stays.weight > 1)
    }

    /// What a capsule shows: who holds comes first, what is out last.
    pub(super) fn stands(&self, index: usize) -> Stands {
        match index.checked_sub(self.holders.len()) {
            None => Stands::Held,
            Some(index) if index as u64 >= self.free() => Stands::Out,
            Some(_) => Stands::Free,
        }
    }

    /// How many things a capsule stands for.
    pub(super) fn span(&self, index: usize) -> usize {
        self.holders.get(index).map_or(1, |holder| holder.weight as usize)
    }

    /// How many capsules there are where each thing is shown: fewer than things, where a holder has several.
    pub(super) fn capsules(&self) -> usize {
        self.holders.len() + (u64::from(self.whole).saturating_sub(self.held())) as usize
    }

    /// What a waiter says of itself: that it would fit, or, if it is the first, what it needs. Nothing where all need one thing.
    pub(super) fn says(&self, index: usize) -> Option<(String, bool)> {
        let waiter = self.waiters.get(index).filter(|_| self.weighs() && !self.is_lock)?;
        let fits = u64::from(waiter.weight) <= self.free();
        match index {
            _ if fits => Some(("fits".to_owned(), true)),
            0 => Some((format!("needs {}", number::count(waiter.weight.into())), false)),
            _ => None,
        }
    }

    /// What one does with a lock.
    pub(super) fn verb(&self, stays: &Stays) -> Option<&'static str> {
        self.is_lock.then_some(match stays.weight {
            1 if stays.again => "again",
            1 => "read",
            _ => "write",
        })
    }

    /// The weight of one in words, where it matters.
    pub(super) fn weight(&self, stays: &Stays) -> Option<String> {
        match self.verb(stays) {
            Some(verb) => Some(verb.to_owned()),
            None => self.weighs().then(|| format!("weight {}", number::count(stays.weight.into()))),
        }
    }

    /// "5 of 5 held", and who waits.
    pub(super) fn words(&self) -> [String; 2] {
        let (held, waiting) = (number::count(self.held()), number::count(self.waiters.len() as u64));
        let held = match self.capacity {
            _ if self.is_lock => match self.holders.as_slice() {
                [] => "free".to_owned(),
                [one] if one.weight > 1 => "1 writing".to_owned(),
                all => format!("{} reading", number::count(all.len() as u64)),
            },
            UNLIMITED => format!("{held} held"),
            _ => format!("{held} of {} held", number::count(u64::from(self.whole))),
        };
        let held = match self.out() {
            0 => held,
            out => format!("{held}, {} out", number::count(out)),
        };
        let held = match &self.stands {
            Some(word) => format!("{held}, {word}"),
            None => held,
        };
        [format!("{held}, {waiting} waiting"), held]
    }

    /// The longest time that one of these is there.
    pub(super) fn longest(&self, now: SimTime) -> u64 {
        let all = self.holders.iter().chain(&self.waiters);
        all.map(|stays| now.since(stays.since).0).max().unwrap_or(0).max(1)
    }

    /// How long one is there, in the words of a row.
    pub(super) fn for_ms(look: &Look<'_>, stays: &Stays) -> String {
        format!("{} ms", number::millis(look.now.since(stays.since).0))
    }
}

/// What a capsule is: somebody has it, nobody has it, or it is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    Held,
    Free,
    Out,
}
