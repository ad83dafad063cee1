//! The recent calls of one server: how long they took, how those of the last second ended, and whether there was trouble before.
//!
//! It is what a server's condition is told from ([`crate::place`]), so it knows what whoever calls it can know: answers, calls that
//! were not answered, and how long nobody has heard anything. It is bounded: twenty bins, and so many latencies.

use super::push_back;
use millrace_trace::{Answer, SimTime, Span};
use std::collections::VecDeque;

/// How far back the ends of calls are counted, and for how long a server that was in trouble recovers.
pub const WINDOW: Span = Span::secs(1);
/// A bin of that time.
const BIN: Span = Span::millis(50);
const BINS: u64 = WINDOW.0 / BIN.0;
/// How many calls the recent latency is of.
const LATENCIES: usize = 256;

/// The recent calls of one server.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    latencies: VecDeque<u64>,
    /// Nanoseconds, and calls, of the whole run.
    sum: (u128, u64),
    /// By bin of time, in order, those in which a call ended.
    ended: VecDeque<(u64, Ended)>,
    /// Since when calls have been under way and none was answered.
    unheard_since: Option<SimTime>,
    /// When it last answered.
    answered: Option<SimTime>,
    /// Since when there has been somebody who waits for a slot.
    full_since: Option<SimTime>,
    /// When it last came out of trouble.
    recovered: Option<SimTime>,
}

/// How the calls of a time ended. Those that were taken back say nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// With an answer that is no error of the server's: it may be one of the caller's (4xx).
    pub answered: u32,
    /// With an error of the server's (5xx).
    pub errors: u32,
    /// With no answer within the caller's patience.
    pub late: u32,
    /// With none at all: refused, unreachable, unreadable.
    pub unreached: u32,
}

impl Ended {
    /// All of them.
    pub fn all(self) -> u32 {
        self.answered + self.errors + self.unanswered()
    }

    /// Those without an answer.
    pub fn unanswered(self) -> u32 {
        self.late + self.unreached
    }

    fn count(&mut self, answer: Answer) {
        match answer {
            Answer::Status(500..) => self.errors += 1,
            Answer::Status(_) => self.answered += 1,
            Answer::TimedOut => self.late += 1,
            Answer::Failed => self.unreached += 1,
            Answer::Cancelled => {}
        }
    }
}

impl Calls {
    /// A call was made.
    pub(super) fn asked(&mut self, at: SimTime) {
        self.unheard_since.get_or_insert(at);
    }

    /// A call has ended that took so long; `others` are still under way.
    pub(super) fn ended(&mut self, answer: Answer, took: Span, others: u64, at: SimTime) {
        if answer.has_latency() {
            push_back(&mut self.latencies, took.0, LATENCIES);
            self.sum.0 += u128::from(took.0);
            self.sum.1 += 1;
        }
        let was_down = self.answered.is_none_or(|last| at.since(last) > WINDOW) && self.is_down(at);
        let bin = at.0 / BIN.0;
        if self.ended.back().is_none_or(|(last, _)| *last != bin) {
            push_back(&mut self.ended, (bin, Ended::default()), BINS as usize + 1);
        }
        self.ended.iter_mut().next_back().into_iter().for_each(|(_, ended)| ended.count(answer));
        if let Answer::Status(_) = answer {
            (self.answered, self.unheard_since) = (Some(at), None);
            self.recovered = if was_down { Some(at) } else { self.recovered };
        }
        if others == 0 {
            self.unheard_since = None;
        } else {
            self.unheard_since.get_or_insert(at);
        }
    }

    /// So many wait for a slot from now on.
    pub(super) fn wait(&mut self, waiting: u64, at: SimTime) {
        if waiting > 0 {
            self.full_since.get_or_insert(at);
        } else if self.full_since.take().is_some_and(|since| at.since(since) >= WINDOW) {
            // Who waits for a moment now and then is no trouble to come out of.
            self.recovered = Some(at);
        }
    }

    /// How the calls of the last second ended; of those since it came out of trouble, if that was later.
    pub fn of_last_second(&self, now: SimTime) -> Ended {
        let first = (now.0 / BIN.0).saturating_sub(BINS - 1);
        let first = first.max(self.recovered.map_or(0, |at| at.0 / BIN.0 + 1));
        let recent = self.ended.iter().filter(|(bin, _)| *bin >= first).map(|(_, ended)| *ended);
        recent.fold(Ended::default(), |a, b| Ended {
            answered: a.answered + b.answered,
            errors: a.errors + b.errors,
            late: a.late + b.late,
            unreached: a.unreached + b.unreached,
        })
    }

    /// Whether nothing comes back although it is called: calls ended unanswered and none was answered in the last second, or all that
    /// are under way have been so for far longer than it takes.
    pub fn is_down(&self, now: SimTime) -> bool {
        let last = self.of_last_second(now);
        let none_answered = last.answered + last.errors == 0;
        let usual = self.mean().map_or(Span::ZERO, |mean| Span(mean.saturating_mul(10)));
        let unheard = |than: Span| self.unheard_since.is_some_and(|since| now.since(since) > than);
        none_answered && (last.unanswered() > 0 || self.answered.is_some() && unheard(usual.max(WINDOW)))
    }

    /// Whether it has been called for a second, and has never answered.
    pub fn is_unheard(&self, now: SimTime) -> bool {
        self.answered.is_none() && self.unheard_since.is_some_and(|since| now.since(since) >= WINDOW)
    }

    /// Whether it was down or full not a second ago.
    pub fn is_recovering(&self, now: SimTime) -> bool {
        self.recovered.is_some_and(|at| now.since(at) < WINDOW)
    }

    /// The median of the recent ones, in nanoseconds.
    pub fn recent_p50(&self) -> Option<u64> {
        let mut sorted: Vec<u64> = self.latencies.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len().saturating_sub(1) / 2).copied()
    }

    /// The mean of the recent ones, in nanoseconds.
    pub fn recent_mean(&self) -> Option<u64> {
        self.latencies.iter().sum::<u64>().checked_div(self.latencies.len() as u64)
    }

    /// The mean of all so far, in nanoseconds: a steady measure to choose a scale by.
    pub fn mean(&self) -> Option<u64> {
        self.sum.0.checked_div(u128::from(self.sum.1)).map(|mean| mean as u64)
    }
}
