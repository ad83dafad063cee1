//! The two runs of a card of the bug cabinet: both are computed to their ends with what the frames have left. So what is ahead of the playhead
//! is there to be seen, the figures at the end are known wherever one stands, and so is where the two part.

use super::{Experiment, Lab, POLLS};
use crate::analysis::{Parting, parting};
use crate::platform::clock;
use crate::trace::SimTime;

/// Events past which a run is not computed on: a card's has fewer, and one that somebody changed may have any number.
const MOST_EVENTS: u64 = 2_000_000;

/// What is known of the two runs of a card.
#[derive(Debug, Default)]
pub(super) struct OfCard {
    /// Where the link says that they have parted.
    by: Option<SimTime>,
    parting: Option<Parting>,
    is_known: bool,
}

impl OfCard {
    /// Of two runs that have parted by an instant, where the link says one.
    pub fn by(by: Option<SimTime>) -> OfCard {
        OfCard { by, ..OfCard::default() }
    }

    /// One of the runs is another.
    pub fn forget(&mut self) {
        (self.parting, self.is_known) = (None, false);
    }
}

impl Lab {
    /// The two runs of a card, if a card is open.
    fn of_card(&self) -> Option<[&Experiment; 2]> {
        self.scenario().card.as_ref()?;
        Some([&self.session, self.second.as_ref()?])
    }

    /// The two runs of a card, once both are computed to their ends.
    pub fn ends_of_card(&self) -> Option<[&Experiment; 2]> {
        self.of_card().filter(|runs| runs.iter().all(|run| run.outcome().is_some()))
    }

    /// Where the two runs of a card part, once both are computed to their ends.
    pub fn parting(&self) -> Option<&Parting> {
        self.card.parting.as_ref()
    }

    /// Where the two runs of a card begin, part and end, as far as that is known.
    pub fn turns_of_card(&self) -> Option<Vec<SimTime>> {
        let runs = self.of_card()?;
        let ends = runs.into_iter().filter_map(|run| run.end());
        Some([SimTime::ZERO].into_iter().chain(self.parting().map(|parting| parting.at)).chain(ends).collect())
    }

    /// Whether there is more of them to be computed.
    pub(super) fn runs_ahead(&self) -> bool {
        self.of_card().is_some_and(|runs| runs.into_iter().any(is_open))
            || self.ends_of_card().is_some() && !self.card.is_known
    }

    /// Computes them on until the deadline, each as far as it is not over; then looks for where they part. Whether there was something to do.
    pub(super) fn run_ahead(&mut self, deadline: f64) -> bool {
        if self.wanted.is_some() || !self.runs_ahead() {
            return false;
        }
        for run in [Some(&mut self.session), self.second.as_mut()].into_iter().flatten() {
            while is_open(run) && clock::now_ms() < deadline {
                run.compute(SimTime::MAX, POLLS);
            }
        }
        if let Some([first, second]) = self.ends_of_card() {
            let scenario = first.scenario();
            let spec = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity);
            let is_shown =
                |station: &str, gauge| spec.gauges.iter().any(|one| one.station == station && one.gauge == gauge);
            let (first, second) = (first.run().trace(), second.run().trace());
            let until = |at| parting(&first, &second, at, &is_shown);
            let found = self.card.by.and_then(until).or_else(|| until(SimTime::MAX));
            drop((first, second));
            (self.card.parting, self.card.is_known) = (found, true);
        }
        true
    }
}

fn is_open(run: &Experiment) -> bool {
    run.outcome().is_none() && run.run().trace().len() < MOST_EVENTS
}
