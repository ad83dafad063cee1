//! The figures of one member of a suite, and which of them are the best.

use super::Column;
use millrace_analysis::{History, Rates, Summary};
use millrace_engine::Progress;
use millrace_session::{Scenario, Session};
use millrace_spec::{Claims, Ideal, Pattern};
use millrace_trace::{Fold, SimTime, Span};

/// One member's figures.
#[derive(Clone, Debug)]
pub struct SuiteRow {
    /// The pattern.
    pub pattern: &'static Pattern,
    /// When it ended.
    pub end: SimTime,
    /// Whether the program came to its end, rather than getting stuck, panicking or meeting the horizon.
    pub drained: bool,
    /// How many requests came in.
    pub requests: u64,
    /// Requests that left with a result, a second. None if no time passed.
    pub goodput: Option<f64>,
    /// Requests that left with a result or an error, a second. None if no time passed.
    pub throughput: Option<f64>,
    /// Per call, from send to answer; one that timed out counts at its limit. None without a call that ended.
    pub latency: Option<Summary>,
    /// Requests without a result, in percent of those that came in. None where nobody came.
    pub errors: Option<f64>,
    /// The most tasks at once.
    pub tasks_peak: u64,
    /// The sizes of the live futures, at most.
    pub bytes_peak: u64,
    /// What the documents claim, in percent of the first member.
    pub claims: Claims,
    /// The time in closed form, where there is one.
    pub ideal: Option<Ideal>,
    /// The time in percent of the first member's. None, as the other shares, where there is nothing to be a share of.
    pub time_share: Option<f64>,
    /// The memory in percent of the first member's.
    pub memory_share: Option<f64>,
    /// The throughput in percent of the first member's.
    pub throughput_share: Option<f64>,
}

impl PartialEq for SuiteRow {
    fn eq(&self, other: &SuiteRow) -> bool {
        let figures = |r: &SuiteRow| {
            (r.pattern.id, r.end, r.drained, r.requests, r.latency, r.tasks_peak, r.bytes_peak, r.ideal.clone())
        };
        let shares = |r: &SuiteRow| [r.throughput, r.errors, r.time_share, r.memory_share, r.throughput_share];
        figures(self) == figures(other) && shares(self) == shares(other)
    }
}

/// Rows in the order of the suite, each with its shares of the first.
pub fn measured(mut rows: Vec<SuiteRow>) -> Vec<SuiteRow> {
    if let Some(first) = rows.first().cloned() {
        rows.iter_mut().for_each(|row| row.measure_against(&first));
    }
    rows
}

fn percent(of: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| of / whole * 100.0)
}

impl SuiteRow {
    /// The figures of a run that is over, until they are measured against those of others; none before its end.
    pub fn of<F: Fold + Clone>(session: &Session<F, History>) -> Option<SuiteRow> {
        Some(SuiteRow::ended(session.scenario(), session.history(), session.end()?, session.outcome()?))
    }

    pub(super) fn ended(scenario: &Scenario, history: &History, end: SimTime, how: &Progress) -> SuiteRow {
        let so_far = history.until(u64::MAX, end);
        let tally = &history.ledger.tally;
        let without = tally.offered.saturating_sub(tally.served());
        let rates = Rates::counted(tally.outcomes, end.since(SimTime::ZERO));
        SuiteRow {
            pattern: scenario.pattern,
            end,
            drained: *how == Progress::Drained,
            requests: tally.offered,
            goodput: rates.map(|r| r.goodput()),
            throughput: rates.map(|r| r.throughput()),
            latency: so_far.latency(),
            errors: percent(without as f64, tally.offered as f64),
            tasks_peak: tally.tasks_peak,
            bytes_peak: tally.task_bytes_peak,
            claims: scenario.pattern.suite.map_or(Claims::NONE, |suite| suite.claims),
            ideal: (scenario.pattern.ideal)(&scenario.values(), scenario.fidelity),
            time_share: None,
            memory_share: None,
            throughput_share: None,
        }
    }

    fn measure_against(&mut self, first: &SuiteRow) {
        self.time_share = percent(self.end.seconds(), first.end.seconds());
        self.memory_share = percent(self.bytes_peak as f64, first.bytes_peak as f64);
        self.throughput_share = self.throughput.zip(first.throughput).and_then(|(own, other)| percent(own, other));
    }

    /// A percentile, where there are enough calls for it to mean something: 100 for p99, 1,000 for p99.9.
    pub fn percentile(&self, column: Column) -> Option<Span> {
        let latency = self.latency?;
        let (least, span) = match column {
            Column::P50 => (1, latency.p50),
            Column::P95 => (20, latency.p95),
            Column::P99 => (100, latency.p99),
            Column::P999 => (1_000, latency.p999),
            _ => return None,
        };
        (latency.count >= least).then_some(span)
    }

    /// The figure in a column, where there is one.
    pub fn figure(&self, column: Column) -> Option<f64> {
        Some(match column {
            Column::Time => self.end.seconds(),
            Column::Goodput => self.goodput?,
            Column::Throughput => self.throughput?,
            Column::Errors => self.errors?,
            Column::Tasks => self.tasks_peak as f64,
            Column::Memory => self.bytes_peak as f64,
            _ => self.percentile(column)?.as_millis(),
        })
    }
}

/// From this share on, in percent, a run is no good whatever else it is: it ended soon because it did not do its work.
const MOSTLY_FAILED: f64 = 50.0;

impl SuiteRow {
    /// Whether it is in the running for the best figure of a column: it came to its end, and it did most of its work.
    pub fn is_in_the_running(&self, column: Column) -> bool {
        self.drained && (column == Column::Errors || self.errors.is_none_or(|share| share <= MOSTLY_FAILED))
    }
}

/// What the best of a column reads as: whoever reads the same is as good. None if all read the same.
pub fn best_written(rows: &[SuiteRow], column: Column) -> Option<String> {
    let best = best(rows, column)?;
    let running = || rows.iter().filter(|r| r.is_in_the_running(column) && r.figure(column).is_some());
    let text = running().find(|r| r.figure(column) == Some(best))?.written(column);
    running().any(|r| r.written(column) != text).then_some(text)
}

/// The best figure of a column.
pub type Best = Option<f64>;

/// The best figure of a column: the greatest goodput and throughput, and the least of everything else. None if all are equal.
pub fn best(rows: &[SuiteRow], column: Column) -> Best {
    let figures: Vec<f64> =
        rows.iter().filter(|r| r.is_in_the_running(column)).filter_map(|r| r.figure(column)).collect();
    let greatest = figures.iter().copied().reduce(f64::max)?;
    let least = figures.iter().copied().reduce(f64::min)?;
    let more_is_better = matches!(column, Column::Goodput | Column::Throughput);
    (greatest > least).then_some(if more_is_better { greatest } else { least })
}
