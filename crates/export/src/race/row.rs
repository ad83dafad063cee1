//! The figures of one run of a race.

use super::arrivals::Arrivals;
use crate::headless::Headless;
use millrace_analysis::{History, Summary};
use millrace_engine::Progress;
use millrace_session::Scenario;
use millrace_trace::{FarFold, Fold, Outcome, SimTime, StationId, Trace, TraceEvent, TraceHash};

/// What is folded of a run.
#[derive(Debug)]
pub(super) struct Samples {
    history: History,
    arrivals: Arrivals,
    /// The names of the stations, by number.
    names: Vec<String>,
}

impl Fold for Samples {
    fn apply(&mut self, event: &TraceEvent, trace: &Trace) {
        self.history.apply(event, trace);
        self.arrivals.apply(event, trace);
        // They are texts of the log, and the log is gone when the figures are asked for.
        for row in self.history.ledger.stations.iter().skip(self.names.len()) {
            self.names.push(trace.name(row.name).to_owned());
        }
    }
}

impl Samples {
    pub(super) fn of(scenario: &Scenario) -> Samples {
        let (history, arrivals) =
            (History::default().measuring(scenario.measures()).without_charts(), Arrivals::default());
        Samples { history, arrivals, names: Vec::new() }
    }

    /// The share of those who came that have left.
    pub(super) fn share(&self) -> f64 {
        let tally = &self.history.ledger.tally;
        tally.departed() as f64 / tally.offered.max(1) as f64
    }
}

impl FarFold for Samples {
    fn run_over(&mut self, trace: &Trace) {
        self.history.run_over(trace);
    }

    fn put_together(&mut self, before: u64) {
        self.history.put_together(before);
    }
}

/// One run's figures.
#[derive(Clone, Debug, PartialEq)]
pub struct RaceRow {
    /// The place of its choice.
    pub choice: usize,
    /// The place of its seed.
    pub seed: usize,
    /// When it ended, or was followed no further.
    pub end: SimTime,
    /// Whether the program came to its end.
    pub drained: bool,
    /// Whether nothing can happen any more, or the program panicked, before it came to its end.
    pub stuck: bool,
    /// How many came.
    pub offered: u64,
    /// How many got what they came for.
    pub delivered: u64,
    /// How many were turned away.
    pub turned_away: u64,
    /// What is compared: the first that the pattern declares that it measures, else the response times; none where there were none.
    pub compared: Option<Summary>,
    /// What the pattern declares that it measures, in that order.
    pub measured: Vec<Option<Summary>>,
    /// From coming to leaving; none where nobody has.
    pub response: Option<Summary>,
    /// The digest of who came when, from where and where to; without the when where the program itself says it.
    pub arrivals: TraceHash,
}

impl RaceRow {
    pub(super) fn of(run: &Headless<Samples>, choice: usize, seed: usize) -> Option<RaceRow> {
        let (end, samples) = (run.end()?, run.fold());
        let tally = &samples.history.ledger.tally;
        let so_far = samples.history.until(u64::MAX, end.at);
        let response = so_far.response();
        let declared = run.scenario().measures();
        let measured: Vec<Option<Summary>> = declared.iter().map(|of| so_far.summary(of.id)).collect();
        // A closed traffic has no times of its own: the next comes when the program takes it.
        let closed = run.scenario().values().is_closed_loop();
        let name = |station: StationId| samples.names.get(station.0 as usize).map_or("", String::as_str);
        Some(RaceRow {
            choice,
            seed,
            end: end.at,
            drained: end.how == Progress::Drained,
            stuck: end.how.is_final() && end.how != Progress::Drained,
            offered: tally.offered,
            delivered: tally.served(),
            turned_away: tally.count(Outcome::Rejected),
            compared: measured.first().copied().unwrap_or(response),
            measured,
            response,
            arrivals: samples.arrivals.digest(!closed, name),
        })
    }
}
