//! A history as it was at a playhead.

use super::{Entry, ExchangeRow, Figures, History, How, LevelPoint, Reply, Subject, Summary};
use millrace_spec::Measure;
use millrace_trace::{SimTime, Span};
use serde::Serialize;

/// How long calls took, for each way in which they end; none where no call ended so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByOutcome {
    /// Answered with a success.
    pub success: Option<Summary>,
    /// Answered with anything else.
    pub error: Option<Summary>,
    /// Not answered in time.
    pub timeout: Option<Summary>,
}

impl ByOutcome {
    /// Those of calls, of which all together have a summary: where all ended in one way, it is that of this way.
    pub fn of(calls: Figures<'_>, all: Option<Summary>) -> ByOutcome {
        let counts = calls.counts();
        let ways = [How::Success, How::Error, How::Timeout].map(|how| (how, counts.get(how.place()).copied()));
        let [success, error, timeout] = ways.map(|(how, count)| match count {
            None | Some(0) => None,
            count if count == all.map(|all| all.count) => all,
            _ => calls.summary_of(|ended| ended == how),
        });
        ByOutcome { success, error, timeout }
    }
}

/// The first part of a history.
#[derive(Clone, Copy, Debug)]
pub struct Prefix<'a> {
    history: &'a History,
    events: u64,
    at: SimTime,
}

impl<'a> Prefix<'a> {
    pub(super) fn new(history: &'a History, events: u64, at: SimTime) -> Prefix<'a> {
        Prefix { history, events, at }
    }

    /// The playhead.
    pub fn at(&self) -> SimTime {
        self.at
    }

    /// What is measured.
    pub fn measures(&self) -> impl Iterator<Item = Figures<'a>> + use<'a> {
        let events = self.events;
        self.history.measured.iter().map(move |measured| Figures::new(measured, events))
    }

    /// The figures of a measure.
    pub fn of(&self, id: &str) -> Option<Figures<'a>> {
        self.measures().find(|figures| figures.measure().id == id)
    }

    /// The calls that have ended.
    pub fn calls(&self) -> Option<Figures<'a>> {
        self.of(Measure::LATENCY)
    }

    /// The jobs that have left.
    pub fn responses(&self) -> Option<Figures<'a>> {
        self.of(Measure::RESPONSE)
    }

    /// The summary of a measure. None without a sample that says how long it takes.
    pub fn summary(&self, id: &str) -> Option<Summary> {
        self.of(id)?.summary()
    }

    /// What was asked of the running system; see [`Prefix::replies`] for what it answered.
    pub fn exchanges(&self) -> &'a [ExchangeRow] {
        let all = self.history.exchanges.rows();
        all.get(..all.partition_point(|e| e.event < self.events)).unwrap_or_default()
    }

    /// What was answered in an exchange.
    pub fn replies(&self, exchange: &'a ExchangeRow) -> &'a [Reply] {
        exchange.replies_until(self.events)
    }

    /// The points of a level.
    pub fn level(&self, subject: Subject) -> &'a [LevelPoint] {
        let all = self.history.levels.of(subject);
        all.get(..all.partition_point(|p| p.event < self.events)).unwrap_or_default()
    }

    /// What the journal says.
    pub fn journal(&self) -> &'a [Entry] {
        let all = self.history.journal.entries();
        all.get(..all.partition_point(|e| e.event < self.events)).unwrap_or_default()
    }

    /// How long callers waited for calls, from sending to the answer or to the end of their patience: a call that timed out
    /// counts at its limit. Without it the slowest calls would be in no figure.
    pub fn latency(&self) -> Option<Summary> {
        self.summary(Measure::LATENCY)
    }

    /// The response times of the jobs that got a result, an error or no answer in time, from their intended starts.
    pub fn response(&self) -> Option<Summary> {
        self.summary(Measure::RESPONSE)
    }

    /// How far ahead the times were, on average, that gauges were set to; zero is no time.
    pub fn announced(&self, gauges: impl Iterator<Item = Subject>) -> Option<Span> {
        let ahead = |p: &LevelPoint| u64::try_from(p.level).ok().filter(|due| *due > 0)?.checked_sub(p.at.0);
        let (mut sum, mut n) = (0_u128, 0_u128);
        for span in gauges.flat_map(|subject| self.level(subject)).filter_map(ahead) {
            (sum, n) = (sum + u128::from(span), n + 1);
        }
        sum.checked_div(n).map(|mean| Span(mean as u64))
    }
}
