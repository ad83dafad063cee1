//! A handler of requests at the playhead: what it counts, and what it told the last ones.

use super::super::Here;
use super::super::breaker::Reading;
use super::of;
use crate::number;
use crate::scene::Look;
use crate::scene::glyph::Sort;
use millrace_spec::{self as spec, HEALTHY, HandlerAnswer, HandlerGauges, Packed};
use millrace_trace::{Answer, Gauge, JobId, ledger::StationRow};

const G: HandlerGauges = HandlerGauges::ALL;

/// All of it.
pub(super) struct State<'a> {
    pub spec: &'a spec::Handler,
    row: Option<&'a StationRow>,
    pub breaker: Reading,
    /// How the process is that it is in, where it is not there: "down".
    pub down: Option<&'static str>,
    /// The last answers, the newest last.
    pub answers: Vec<HandlerAnswer>,
}

impl<'a> State<'a> {
    pub(super) fn of(spec: &'a spec::Handler, here: Here<'_, 'a>) -> State<'a> {
        let breaker = here.scene.station(spec.breaker).map(|(_, row)| row);
        let down = here.scene.spec.own_state(here.scene.ledger, here.scene.trace);
        State { spec, row: here.row(), breaker: Reading::at(here, breaker), down, answers: last(here.row()) }
    }

    /// What there is to say in the place of all that it counts, in lines: it is not there, or nobody asks it.
    pub(super) fn instead(&self) -> &'static [&'static str] {
        match (self.down, self.spec.installed) {
            (Some(_), _) => &["Process down:", "whoever comes is refused,", "and what it had is gone."],
            (None, false) => &["No request goes through it:", "nothing is limited, and", "all counters stay at 0."],
            (None, true) => &[],
        }
    }

    pub(super) fn count(&self, gauge: Gauge) -> u64 {
        self.row.map_or(0, |row| row.gauge(gauge).max(0) as u64)
    }

    /// How many are counted as under way: "200 of 200", or how it is that nobody can be.
    pub(super) fn load(&self) -> String {
        self.down.map_or_else(|| self.under_way(), str::to_owned)
    }

    /// How many are counted as under way: "200 of 200".
    pub(super) fn under_way(&self) -> String {
        of(self.count(G.current), self.spec.max)
    }

    pub(super) fn is_full(&self) -> bool {
        self.spec.installed && self.count(G.current) >= self.spec.max
    }

    /// Whether whoever comes now is told that the service is degraded.
    pub(super) fn is_degraded(&self) -> bool {
        self.spec.installed && self.is_reached() && self.count(G.current) >= self.spec.degrades.0
    }

    /// Whether there is a load at which anybody is.
    pub(super) fn is_reached(&self) -> bool {
        self.spec.degrades.0 < self.spec.max
    }

    /// "degrades at 160", "degrades at 320: never"
    pub(super) fn threshold(&self) -> String {
        let from = number::count(self.spec.degrades.0);
        if self.is_reached() { format!("degrades at {from}") } else { format!("degrades at {from}: never") }
    }

    /// What became of the share that the threshold is, where it was not meant so.
    pub(super) fn misread(&self) -> Option<String> {
        let (from, share) = (self.spec.degrades.0, u64::from(self.spec.degrades.1));
        let meant = from * 100 != self.spec.max * 80;
        (self.spec.is_shipped && meant).then(|| format!("{} was read as percent", number::count(share)))
    }

    /// The tasks and the heap, each with the most that is healthy, in words.
    pub(super) fn host(&self) -> [(&'static str, String, bool); 2] {
        let [tasks, heap] = G.host.map(|gauge| self.count(gauge));
        let [most_tasks, most_heap] = HEALTHY;
        [
            ("tasks", of(tasks, most_tasks), tasks > most_tasks),
            ("heap", format!("{} of {} MiB", number::count(heap), number::count(most_heap)), heap > most_heap),
        ]
    }

    pub(super) fn turned_away(&self) -> u64 {
        G.refused.iter().map(|gauge| self.count(*gauge)).sum()
    }

    /// What it counts, each with whether that is amiss.
    pub(super) fn counts(&self) -> Vec<(&'static str, String, bool)> {
        let n = |gauge| number::count(self.count(gauge));
        let more = |word, gauge| (self.count(gauge) > 0).then(|| (word, n(gauge), true));
        let (failed, total) = (self.count(G.failed), self.count(G.total));
        let rate = (total > 0).then(|| format!("{} %", number::percent(failed as f64 / total as f64)));
        let mode = if self.is_degraded() { "degraded" } else { "normal" };
        let mut all = vec![
            ("mode", format!("{mode}, {} told", n(G.degraded)), false),
            ("turned away", number::count(self.turned_away()), false),
            ("came, failed", format!("{}, {}", n(G.total), n(G.failed)), failed > total),
            ("error rate", rate.unwrap_or_else(|| "none".to_owned()), failed > total),
        ];
        all.extend(more("never told", G.unanswered));
        all.extend(more("passed by", G.jumped));
        all.extend(more("panicked", G.panicked));
        all
    }

    /// Whether anything has come through it.
    pub(super) fn is_used(&self) -> bool {
        self.count(G.total) + self.count(G.failed) + self.turned_away() > 0
    }

    /// Everything there is to say, a phrase each.
    pub(super) fn says(&self) -> Vec<String> {
        if let Some(down) = self.down {
            return vec![down.to_owned(), "whoever comes is refused".to_owned()];
        }
        if !self.spec.installed {
            return vec!["in no router".to_owned(), "counts nothing".to_owned()];
        }
        let mut says = vec![format!("{} under way", self.under_way()), self.threshold()];
        says.extend(self.misread());
        says.push(format!("breaker {}", self.breaker.summary()));
        says.extend(self.counts().into_iter().chain(self.host()).map(|(word, value, _)| format!("{word} {value}")));
        says
    }
}

/// The last answers, the newest last. Each has its turn, of which the last bits are written.
fn last(row: Option<&StationRow>) -> Vec<HandlerAnswer> {
    let Some(row) = row else { return Vec::new() };
    let packed = (0..G.answers.most).filter_map(|index| Some(row.gauge(G.answers.gauge(index)?)));
    // A cell in which nothing was written yet is no answer: one that was let in counts itself, and no other has 200.
    let cells: Vec<HandlerAnswer> = packed.filter(|packed| *packed != 0).map(HandlerAnswer::read).collect();
    let is_newest = |pair: (&HandlerAnswer, &HandlerAnswer)| (pair.0.turn + 1) % 64 != pair.1.turn;
    let place = cells.iter().zip(cells.iter().cycle().skip(1)).position(is_newest);
    let mut all = cells.clone();
    all.rotate_left(place.map_or(0, |place| place + 1) % cells.len().max(1));
    all
}

/// The mark of a status.
pub(super) fn sort(status: u16) -> Sort {
    match status {
        429 => Sort::Rejected,
        504 => Sort::TimedOut,
        _ => Sort::of(Some(Answer::Status(status))),
    }
}

/// What a request was told: who it is, and each header and the body.
pub(super) fn told(here: Here<'_, '_>, _: &Look<'_>, answer: HandlerAnswer) -> (String, Vec<String>) {
    let entered = here.scene.ledger.job(JobId(answer.job)).map(|job| job.entered);
    let title = format!("#{}, {}", number::count(u64::from(answer.job) + 1), answer.status);
    let headers = answer.headers(entered).into_iter().map(|(name, value)| format!("{name}: {value}"));
    let mut lines: Vec<String> = headers.collect();
    lines.extend(answer.step.body().map(str::to_owned));
    if lines.is_empty() {
        lines.push(answer.step.id().to_owned());
    }
    (title, lines)
}
