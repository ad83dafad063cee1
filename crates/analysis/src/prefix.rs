//! A history as it was at a playhead.

use super::{
    Boarding, Call, CallEnd, Departure, Entry, ExchangeRow, History, LevelPoint, Rates, Reply, Ride, Subject, Summary,
};
use millrace_trace::{Outcome, SimTime, Span};
use serde::Serialize;

/// How long calls took, for each way in which they end; none where no call ended so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ByOutcome {
    /// Answered with a success.
    pub success: Option<Summary>,
    /// Answered with anything else.
    pub error: Option<Summary>,
    /// Not answered in time.
    pub timeout: Option<Summary>,
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

    /// The calls that have ended.
    pub fn calls(&self) -> &'a [Call] {
        let calls = &self.history.calls;
        calls.get(..calls.partition_point(|c| c.event < self.events)).unwrap_or_default()
    }

    /// The jobs that have left.
    pub fn departures(&self) -> &'a [Departure] {
        let all = &self.history.departures;
        all.get(..all.partition_point(|d| d.event < self.events)).unwrap_or_default()
    }

    /// The jobs that a car took on.
    pub fn boardings(&self) -> &'a [Boarding] {
        let all = &self.history.boardings;
        all.get(..all.partition_point(|b| b.event < self.events)).unwrap_or_default()
    }

    /// The jobs that a car set down.
    pub fn rides(&self) -> &'a [Ride] {
        let all = &self.history.rides;
        all.get(..all.partition_point(|r| r.event < self.events)).unwrap_or_default()
    }

    /// How long those waited that a car took on.
    pub fn waiting(&self) -> Option<Summary> {
        Summary::of(self.boardings().iter().map(|b| b.wait.0).collect())
    }

    /// How long those rode that a car set down.
    pub fn riding(&self) -> Option<Summary> {
        Summary::of(self.rides().iter().map(|r| r.ride.0).collect())
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
        self.latency_of(|_| true)
    }

    /// The same for each way in which calls end.
    pub fn latency_by_outcome(&self) -> ByOutcome {
        let of = |wanted| self.latency_of(|end| end == wanted);
        ByOutcome { success: of(CallEnd::Success), error: of(CallEnd::Error), timeout: of(CallEnd::Timeout) }
    }

    fn latency_of(&self, counts: impl Fn(CallEnd) -> bool) -> Option<Summary> {
        let ended = self.calls().iter().filter(|call| call.end().is_some_and(&counts));
        Summary::of(ended.map(|call| call.latency.0).collect())
    }

    /// The response times of the jobs that got a result, an error or no answer in time, from their intended starts. Who was
    /// turned away, got a substitute or went away was no response of anybody: those come at once, and would make the
    /// others look fast.
    pub fn response(&self) -> Option<Summary> {
        let counts = |o| matches!(o, Outcome::Completed | Outcome::Failed | Outcome::TimedOut | Outcome::Lost);
        Summary::of(self.departures().iter().filter(|d| counts(d.outcome)).map(|d| d.response.0).collect())
    }

    /// Jobs a second in the last `window`, or since the start if that is shorter.
    pub fn recent_rates(&self, window: Span) -> Option<Rates> {
        let all = self.departures();
        let from = SimTime(self.at.0.saturating_sub(window.0));
        let recent = all.get(all.partition_point(|d| d.at < from)..).unwrap_or_default();
        Rates::of(recent, self.at.since(from))
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
