//! What happened so far, as samples over time: measures, levels, the journal, the checks.
//!
//! Folded at the far end of what is computed, with a ledger of its own. Never rewound: [`Prefix`] is what it was at a
//! playhead. It takes no more memory than its [`Budget`] allows: what nobody goes back to any more is put together.

use super::measured::Change;
use super::{Checks, Exchanges, Journal, Levels, Measured, Prefix, Subject};
use millrace_spec::{Check, Measure, Pattern, Values};
use millrace_trace::ledger::Fate;
use millrace_trace::{EventKind, FarFold, Fold, Ledger, SimTime, StationId, StationKind, Trace, TraceEvent};

/// How much of a run is kept one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Bytes of samples.
    pub samples: usize,
    /// Bytes of levels.
    pub levels: usize,
}

/// Three hundred thousand requests with their calls, and the levels of some hundred thousand events.
impl Default for Budget {
    fn default() -> Budget {
        Budget { samples: 16 << 20, levels: 6 << 20 }
    }
}

/// The samples of a run.
#[derive(Clone, Debug)]
pub struct History {
    /// The state at the far end.
    pub ledger: Ledger,
    /// What is measured: calls, responses, and what the pattern declares.
    pub measured: Vec<Measured>,
    /// What was asked of the running system, and what it answered.
    pub exchanges: Exchanges,
    /// How many calls were under way, and how many jobs queued and were at stations of a kind, over time.
    pub levels: Levels,
    /// What is worth telling in words.
    pub journal: Journal,
    /// What should hold.
    pub checks: Checks,
    budget: Budget,
}

impl Default for History {
    fn default() -> History {
        History {
            ledger: Ledger::new(),
            measured: [Measure::latency(), Measure::response()].map(Measured::new).into(),
            exchanges: Exchanges::default(),
            levels: Levels::default(),
            journal: Journal::default(),
            checks: Checks::default(),
            budget: Budget::default(),
        }
    }
}

impl History {
    /// A history that watches these checks.
    pub fn watching(checks: &'static [Check]) -> History {
        History { checks: Checks::new(checks), ..History::default() }
    }

    /// A history of a run of a pattern: it watches its checks, and measures what it declares.
    pub fn of(pattern: &Pattern, values: &Values) -> History {
        History::watching(pattern.checks).measuring((pattern.measures)(values))
    }

    /// With these measures beside calls and responses, which are always there.
    pub fn measuring(mut self, measures: impl IntoIterator<Item = Measure>) -> History {
        for measure in measures {
            if self.measured.iter().all(|known| known.measure.id != measure.id) {
                self.measured.push(Measured::new(measure));
            }
        }
        self
    }

    /// Within another budget.
    pub fn within(self, budget: Budget) -> History {
        History { budget, ..self }
    }

    /// What the history was after so many events, at a playhead.
    pub fn until(&self, events: u64, at: SimTime) -> Prefix<'_> {
        Prefix::new(self, events, at)
    }

    /// Whether each sample is kept, so that percentiles are exact. Otherwise they are those of histograms.
    pub fn is_exact(&self) -> bool {
        self.measured.iter().flat_map(Measured::series).all(|(_, series)| series.folded().is_none())
    }

    /// About how many bytes its samples and levels take.
    pub fn bytes(&self) -> usize {
        let samples: usize = self.measured.iter().flat_map(Measured::series).map(|(_, series)| series.bytes()).sum();
        samples + self.levels.bytes()
    }

    fn kept(&self) -> usize {
        self.measured.iter().flat_map(Measured::series).map(|(_, series)| series.kept()).sum()
    }
}

impl Fold for History {
    fn apply(&mut self, event: &TraceEvent, trace: &Trace) {
        let position = self.ledger.events;
        if event.at > self.ledger.now {
            self.checks.instant_over(&self.ledger, trace);
        }
        // A third of all events: nothing but where a task waits.
        if let EventKind::Waits { .. } = event.kind {
            self.ledger.apply(event, trace);
            return;
        }
        self.journal.observe(event, position, (&self.ledger, &self.exchanges), trace);
        self.exchanges.observe(event, position);
        let mut before = None;
        if let Some(change) = Change::of(&event.kind, &self.ledger, trace) {
            // Who is served now stays where it is.
            before = change.from().filter(|_| !matches!(event.kind, EventKind::Started { .. }));
            self.measured.iter_mut().for_each(|measured| measured.observe(event, position, &change));
        }
        let in_flight = self.ledger.tally.in_flight;
        self.ledger.apply(event, trace);
        if self.ledger.tally.in_flight != in_flight {
            self.levels.set(Subject::InFlight, position, event.at, self.ledger.tally.in_flight as i64);
        }
        for (station, came) in [(before, -1), (level_of(event, &self.ledger), 1)] {
            let Some((station, row)) = station.and_then(|id| Some((id, self.ledger.station(id)?))) else { continue };
            if matches!(row.kind, StationKind::Channel | StationKind::Car) {
                self.levels.set(Subject::Queue(station), position, event.at, row.levels.present as i64);
            }
            if matches!(row.kind, StationKind::Landing | StationKind::Car) {
                self.levels.add(Subject::All(row.kind), position, event.at, came);
            }
        }
        if let EventKind::Gauged { station, gauge, value } = event.kind {
            self.levels.set(Subject::Gauge(station, gauge), position, event.at, value);
        }
    }
}

impl FarFold for History {
    fn run_over(&mut self, trace: &Trace) {
        self.checks.run_over(&self.ledger, trace);
    }

    fn put_together(&mut self, before: u64) {
        let most = self.budget.samples / size_of::<super::Sample>();
        if self.kept() > most {
            // Down to three quarters, so that it is not done with every slice.
            while self.kept() > most / 4 * 3 {
                let series = self.measured.iter_mut().flat_map(Measured::series_mut);
                let folded = series.map(|series| series.fold_oldest(before)).filter(|folded| *folded).count();
                if folded == 0 {
                    break;
                }
            }
        }
        if self.levels.bytes() > self.budget.levels {
            self.levels.thin_out(before, self.budget.levels);
        }
    }
}

/// The station of the job that an event moves, in the state that the ledger is in.
fn level_of(event: &TraceEvent, ledger: &Ledger) -> Option<StationId> {
    let job = match event.kind {
        EventKind::Entered { job, .. }
        | EventKind::Moved { job, .. }
        | EventKind::Called { job, .. }
        | EventKind::Answered { job, .. }
        | EventKind::Merged { job, .. }
        | EventKind::Left { job, .. } => job,
        EventKind::Split { child, .. } => child,
        _ => return None,
    };
    match ledger.job(job)?.fate {
        Fate::At(station) => Some(station),
        _ => None,
    }
}
