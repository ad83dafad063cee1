//! The runs under one playhead, two at most, and what is worked out of each.

use super::{Experiment, Lab};
use crate::analysis::{Figures, GivenUp, Prefix, Summary};
use crate::app::memo::Upto;
use crate::trace::{Outcome, StationId};

/// Which of the runs under one playhead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// The scenario's own.
    #[default]
    First,
    /// The one that stands beside it.
    Second,
}

impl Lab {
    /// The run of a side; the first where there is no second.
    pub fn of(&self, side: Side) -> &Experiment {
        self.second.as_ref().filter(|_| side == Side::Second).unwrap_or(&self.session)
    }

    /// Its samples up to the playhead.
    pub fn so_far_of(&self, side: Side) -> Prefix<'_> {
        let run = self.of(side);
        run.history().until(run.events(), run.playhead())
    }

    /// What figures of a run are of.
    fn upto(&self, side: Side) -> Upto {
        let run = self.of(side);
        Upto { hash: run.hash(), at: run.playhead(), moves: self.is_busy() }
    }

    /// The summary of a measure up to the playhead; while that moves, maybe of a moment before.
    pub fn summary_of(&self, side: Side, id: &'static str) -> Option<Summary> {
        self.summary_at(side, id, StationId::NONE)
    }

    /// The same of the samples of one station, if one is meant.
    pub fn summary_at(&self, side: Side, id: &'static str, station: StationId) -> Option<Summary> {
        let [first, second] = &self.summaries;
        let memos = if side == Side::First { first } else { second };
        memos.of(self.upto(side), (id, station), || self.figures(side, id, station)?.summary())
    }

    /// What was given up among the samples of a measure.
    pub fn given_up_of(&self, side: Side, id: &'static str) -> Option<GivenUp> {
        self.given_up_at(side, id, StationId::NONE)
    }

    /// The same of the samples of one station, if one is meant.
    pub fn given_up_at(&self, side: Side, id: &'static str, station: StationId) -> Option<GivenUp> {
        let tally = &self.of(side).state().ledger.tally;
        // Mostly nothing was, and no sample needs to be looked at.
        if tally.unanswered == 0 && tally.count(Outcome::TimedOut) == 0 {
            return None;
        }
        let [first, second] = &self.given_up;
        let memos = if side == Side::First { first } else { second };
        memos.of(self.upto(side), (id, station), || self.figures(side, id, station)?.given_up())
    }

    fn figures(&self, side: Side, id: &'static str, station: StationId) -> Option<Figures<'_>> {
        let all = self.so_far_of(side).of(id)?;
        Some(station.some().map_or(all, |station| all.at(station)))
    }
}
