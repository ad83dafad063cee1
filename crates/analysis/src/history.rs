//! What happened so far, as samples over time: measures, levels, the journal, the checks.
//!
//! Folded at the far end of what is computed, with a ledger of its own. Never rewound: [`Prefix`] is what it was at a
//! playhead. It takes no more memory than its [`Budget`] allows: what nobody goes back to any more is put together.

use super::measured::Change;
use super::{Checks, Exchanges, Journal, Levels, Measured, Prefix, Subject};
use millrace_spec::{Check, Detail, Measure, Pattern, Values};
use millrace_trace::ledger::{Signs, Transition};
use millrace_trace::{
    EventKind, FarFold, Fold, JobId, Ledger, Passed, SimTime, Span, StationId, StationKind, Trace, TraceEvent,
};

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
#[derive(Debug)]
pub struct History {
    /// The state at the far end.
    pub ledger: Ledger,
    /// What is measured: calls, responses, and what the pattern declares.
    pub measured: Vec<Measured>,
    /// What may matter to any of them.
    watched: Signs,
    /// What there may be something to tell of, or to draw.
    shown: Signs,
    /// What was asked of the running system, and what it answered.
    pub exchanges: Exchanges,
    /// How many servers there are.
    servers: u32,
    /// How long the call took that is about to end, where that was said, and of which job it is.
    took: Option<(JobId, Span)>,
    /// How many calls were under way, and how many jobs queued and were at stations of a kind, over time.
    pub levels: Levels,
    /// What is worth telling in words.
    pub journal: Journal,
    /// What should hold.
    pub checks: Checks,
    /// What the pattern alone reports, where a report is wanted.
    detail: Option<Box<dyn Detail>>,
    budget: Budget,
    /// Whether there will be charts.
    charts: bool,
}

impl Default for History {
    fn default() -> History {
        History {
            ledger: Ledger::new(),
            measured: Vec::new(),
            watched: Signs::NONE,
            shown: Signs::ALL,
            exchanges: Exchanges::default(),
            servers: 0,
            took: None,
            levels: Levels::default(),
            journal: Journal::default(),
            checks: Checks::default(),
            detail: None,
            budget: Budget::default(),
            charts: true,
        }
        .measuring([Measure::latency(), Measure::response()])
    }
}

impl History {
    /// A history that watches these checks.
    pub fn watching(checks: &'static [Check]) -> History {
        History { checks: Checks::new(checks), ..History::default() }
    }

    /// A history of a run of a pattern: it watches its checks, and measures what it declares.
    pub fn of(pattern: &Pattern, values: &Values) -> History {
        History::watching(pattern.checks()).measuring((pattern.measures)(values))
    }

    /// With these measures beside calls and responses, which are always there.
    pub fn measuring(mut self, measures: impl IntoIterator<Item = Measure>) -> History {
        for measure in measures {
            if self.measured.iter().all(|known| known.measure.id != measure.id) {
                let measured = Measured::new(measure);
                self.watched = self.watched.and(measured.cares());
                self.measured.push(measured);
            }
        }
        self
    }

    /// A history of a run whose default server is a real endpoint: how long calls wait before they are sent to it is a measure too.
    pub fn of_real(pattern: &Pattern, values: &Values) -> History {
        History::watching(pattern.checks()).measuring([Measure::held()]).measuring((pattern.measures)(values))
    }

    /// Within another budget.
    pub fn within(self, budget: Budget) -> History {
        History { budget, ..self }
    }

    /// A history for the report of a run of a pattern, and for nothing else.
    pub fn for_report(pattern: &Pattern, values: &Values) -> History {
        History::of(pattern, values).detailed(pattern, values).without_charts()
    }

    /// With what the pattern alone reports.
    pub fn detailed(self, pattern: &Pattern, values: &Values) -> History {
        History { detail: pattern.detail.map(|new| new(values)), ..self }
    }

    /// What the pattern alone reports, where that was asked for.
    pub fn detail(&self) -> Option<&dyn Detail> {
        self.detail.as_deref()
    }

    /// Without levels and windows of time, which only charts ask for.
    pub fn without_charts(self) -> History {
        History { charts: false, ..self }
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

    /// What there may be something to tell of, or to draw. It changes with what is told, and most of what happens changes nothing of it.
    fn shows(&self) -> Signs {
        if self.charts { Signs::ALL } else { self.journal.cares() }
    }

    /// What is told of an event that moved a job, and how full it leaves the places that it was and is at.
    #[inline(never)]
    fn show(&mut self, event: &TraceEvent, position: u64, transition: &Transition, trace: &Trace) {
        if self.journal.cares().has(transition.signs) {
            self.journal.moved(event, position, transition, &self.ledger, trace);
            self.shown = self.shows();
        }
        if self.charts {
            if transition.calling || matches!(event.kind, EventKind::Called { .. }) {
                let in_flight = self.ledger.tally.in_flight as i64;
                self.levels.set(Subject::InFlight, position, event.at, in_flight);
            }
            // Who is served now stays where it is, and waits no more.
            let more = i64::from(!matches!(event.kind, EventKind::Started { .. }));
            self.came(transition.from, -more, position, event.at);
            self.came(transition.to, more, position, event.at);
        }
    }

    #[inline(never)]
    fn measure(&mut self, event: &TraceEvent, position: u64, transition: &Transition, trace: &Trace) {
        let took = match event.kind {
            EventKind::Answered { job, .. } => self.took.take().filter(|(of, _)| *of == job).map(|(_, span)| span),
            _ => None,
        };
        let change = Change::new(&event.kind, transition, took, (&self.ledger, trace));
        self.measured.iter_mut().for_each(|measured| measured.observe(event, position, &change));
    }

    /// So many more jobs are at a station.
    #[inline]
    fn came(&mut self, station: StationId, more: i64, position: u64, at: SimTime) {
        let Some(row) = self.ledger.station(station) else { return };
        let (kind, present, waiting) = (row.kind, row.levels.present as i64, row.levels.waiting() as i64);
        match kind {
            StationKind::Pool => self.levels.set(Subject::Queue(station), position, at, waiting),
            // The calls at the only one are those under way.
            StationKind::Server if self.servers > 1 => self.levels.set(Subject::Queue(station), position, at, present),
            StationKind::Channel => self.levels.set(Subject::Queue(station), position, at, present),
            StationKind::Landing => self.levels.add(Subject::All(kind), position, at, more),
            StationKind::Car => {
                self.levels.set(Subject::Queue(station), position, at, present);
                self.levels.add(Subject::All(kind), position, at, more);
            }
            _ => {}
        }
    }
}

impl Fold for History {
    /// For folds that have a history beside others: whoever hands them their events has the hash.
    fn apply(&mut self, event: &TraceEvent, trace: &Trace) {
        self.instant_over_before(event, trace);
        let step = self.ledger.take_in(event, trace);
        match event.kind {
            EventKind::Waits { .. } => self.told(event, trace),
            _ => self.stepped(event, step, trace),
        }
    }

    /// What an event is is asked once: for the hash, the ledger, and who cares for it here.
    #[inline]
    fn apply_passing(&mut self, event: &TraceEvent, trace: &Trace, passed: &mut Passed) {
        self.instant_over_before(event, trace);
        self.ledger.goes_on(event);
        match event.kind {
            EventKind::Waits { .. } => {
                passed.pass(event, trace);
                self.ledger.waits(event);
                self.told(event, trace);
            }
            EventKind::Moved { job, station, started } => {
                passed.pass(event, trace);
                let moved = self.ledger.moves(job, station, started);
                self.stepped(event, moved, trace);
            }
            EventKind::Called { job, station, started } => {
                passed.pass(event, trace);
                let out = self.ledger.calls(job, station, started);
                self.stepped(event, out, trace);
            }
            EventKind::Answered { job, station, answer } => {
                passed.pass(event, trace);
                let back = self.ledger.comes_back(job, station, answer);
                self.stepped(event, back, trace);
            }
            EventKind::Entered { job, station } => {
                passed.pass(event, trace);
                let came = self.ledger.comes_in(job, station);
                self.stepped(event, came, trace);
            }
            EventKind::Left { job, outcome } => {
                passed.pass(event, trace);
                let left = self.ledger.leave(job, outcome);
                self.stepped(event, left, trace);
            }
            _ => {
                passed.pass(event, trace);
                self.seldom(event, trace);
            }
        }
    }
}

impl History {
    /// The checks look at how an instant left things before anything of the next is taken in.
    #[inline]
    fn instant_over_before(&mut self, event: &TraceEvent, trace: &Trace) {
        if event.at > self.ledger.now {
            self.checks.instant_over(&self.ledger, trace);
        }
    }

    /// What the pattern alone reports hears of every event.
    #[inline]
    fn told(&mut self, event: &TraceEvent, trace: &Trace) {
        if let Some(detail) = &mut self.detail {
            detail.apply(event, &self.ledger, trace);
        }
    }

    /// A job has taken a step.
    #[inline]
    fn stepped(&mut self, event: &TraceEvent, step: Option<Transition>, trace: &Trace) {
        self.told(event, trace);
        let position = self.ledger.events - 1;
        let Some(step) = &step else { return self.rare(event, position, trace) };
        if self.watched.has(step.signs) {
            self.measure(event, position, step, trace);
        }
        if self.shown.has(step.signs) {
            self.show(event, position, step, trace);
        }
    }

    #[inline(never)]
    fn seldom(&mut self, event: &TraceEvent, trace: &Trace) {
        let step = self.ledger.take_in_seldom(event, trace);
        self.stepped(event, step, trace);
    }

    /// An event that comes seldom, and moved no job.
    #[inline(never)]
    fn rare(&mut self, event: &TraceEvent, position: u64, trace: &Trace) {
        self.journal.observe(event, position, (&self.ledger, &self.exchanges), trace);
        self.exchanges.observe(event, position);
        match event.kind {
            EventKind::Gauged { station, gauge, value } if self.charts => {
                self.levels.set(Subject::Gauge(station, gauge), position, event.at, value);
            }
            EventKind::Opened { kind: StationKind::Server, .. } => self.servers += 1,
            EventKind::Took { job, span } => self.took = Some((job, span)),
            _ => {}
        }
        self.shown = self.shows();
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
                let folded =
                    series.map(|series| series.fold_oldest(before, self.charts)).filter(|folded| *folded).count();
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
