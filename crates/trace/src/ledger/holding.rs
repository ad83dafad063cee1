//! What a job keeps while it is elsewhere: the hand it was in and the permits it holds, when it goes further into a pool.

use super::super::{JobId, StationId, StationKind};
use super::Ledger;

/// What a job that goes on does about what it holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Grip {
    /// Nothing: by far most jobs hold nothing further out.
    Same,
    /// It goes further into a pool, and keeps the hand it was in, and what it holds of others, until it comes back from there.
    Further,
    /// It comes back to where it went further in.
    Back,
    /// It goes elsewhere, and lets go of everything.
    Free,
}

impl Ledger {
    /// Whether somebody holds something further out, or somebody who goes to a station is to hold something of it.
    #[inline]
    pub(super) fn may_hold(&self, to: StationId) -> bool {
        self.has_pools
            && (!self.outer.is_empty() || self.station(to).is_some_and(|station| station.kind == StationKind::Pool))
    }

    /// What a job does about what it holds that goes from one station to another.
    pub(super) fn grip(&self, job: JobId, from: StationId, to: StationId) -> Grip {
        let is_pool = self.station(to).is_some_and(|station| station.kind == StationKind::Pool);
        if !is_pool && self.outer.is_empty() {
            return Grip::Same;
        }
        let holds = |id: StationId| self.station(id).is_some_and(|station| station.is_held_by(job));
        let comes_back = self.outer.get(&job).and_then(|outer| outer.last()) == Some(&to);
        if is_pool && !comes_back && from != to && holds(from) {
            Grip::Further
        } else if comes_back {
            Grip::Back
        } else if from != to {
            Grip::Free
        } else {
            Grip::Same
        }
    }

    /// What it asked for of a pool is over where it goes elsewhere, or back to where it asked for something before.
    pub(super) fn lighten(&mut self, job: JobId, to: StationId, grip: Grip) {
        let asks = self.station(to).is_some_and(|station| station.kind == StationKind::Pool);
        if (!asks || matches!(grip, Grip::Back))
            && let Some(row) = self.jobs.get_mut(job.0)
        {
            row.weight = 1;
        }
    }

    /// It has left the one station, and is not at the other yet.
    pub(super) fn regrip(&mut self, job: JobId, from: StationId, grip: Grip) {
        match grip {
            Grip::Same => {}
            Grip::Further => self.outer.entry(job).or_default().push(from),
            Grip::Back => {
                if let Some(outer) = self.outer.get_mut(&job) {
                    outer.pop();
                }
            }
            Grip::Free => self.let_go(job),
        }
    }

    /// A job lets go of all that it held further out.
    #[inline]
    pub(super) fn let_go(&mut self, job: JobId) {
        if !self.outer.is_empty() {
            self.let_go_of_all(job);
        }
    }

    #[inline(never)]
    fn let_go_of_all(&mut self, job: JobId) {
        let now = self.now;
        for station in self.outer.remove(&job).unwrap_or_default() {
            self.change(station, |station| station.let_go(job, now));
        }
    }
}
