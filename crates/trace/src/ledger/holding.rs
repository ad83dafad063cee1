//! What a job keeps while it is elsewhere: the hand it was in and the permits it holds, when it goes further into a pool.

use super::super::{JobId, StationId, StationKind};
use super::{Fate, Ledger};

impl Ledger {
    /// A job goes to a station. One that goes to a pool stays in the hand it was in, and keeps what it holds of others, until it
    /// comes back from there. Whoever goes elsewhere lets go of everything.
    pub(super) fn go(&mut self, job: JobId, to: StationId) {
        let is_pool = self.station(to).is_some_and(|station| station.kind == StationKind::Pool);
        if !is_pool && self.outer.is_empty() {
            // Nobody holds anything further out: by far most runs have no pool.
            return self.take(job, false);
        }
        let from = match self.job(job).map(|row| row.fate) {
            Some(Fate::At(from)) => from,
            _ => StationId::NONE,
        };
        let holds = |id: StationId| self.station(id).is_some_and(|station| station.is_held_by(job));
        let comes_back = self.outer.get(&job).and_then(|outer| outer.last()) == Some(&to);
        let goes_further = is_pool && !comes_back && from != to && holds(from);
        self.take(job, goes_further);
        if goes_further {
            self.outer.entry(job).or_default().push(from);
        } else if comes_back {
            if let Some(outer) = self.outer.get_mut(&job) {
                outer.pop();
            }
        } else if from != to {
            self.let_go(job);
        }
    }

    /// A job lets go of all that it held further out.
    pub(super) fn let_go(&mut self, job: JobId) {
        let now = self.now;
        for station in self.outer.remove(&job).unwrap_or_default() {
            self.change(station, |station| station.let_go(job, now));
        }
    }
}
