//! What calls to a real endpoint met, counted: the evidence behind every word about a failure.
//!
//! Browsers do not tell a page why a call got no answer: a refused connection, a wrong name, a missing CORS header and
//! something that is not HTTP look the same. So the kinds here are those that can be told apart, and no more.

use litemap::LiteMap;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// Why a call got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// The browser has no network.
    Offline,
    /// A page that came over https may not call this http address.
    MixedContent,
    /// Nobody answered, or the answer was not for this page: down, wrong name, no CORS header, not HTTP.
    Unreachable,
    /// An answer began, and its body could not be read to the end.
    Unreadable,
    /// The answer took longer than the caller's patience.
    TimedOut,
    /// The run had sent as many requests as it was allowed to.
    OverTheCap,
}

/// The counts of a run against a real endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Requests that went out.
    pub sent: u64,
    /// Answers by status.
    pub statuses: LiteMap<u16, u64>,
    /// Calls without an answer, by kind.
    pub failures: LiteMap<Failure, u64>,
    /// Calls that were taken back before they ended.
    pub taken_back: u64,
    /// How many calls in a row were refused, up to now.
    pub refused_in_a_row: u64,
    /// Whether a request was withheld because so many in a row were refused: the run is to stop.
    pub given_up: bool,
}

impl Failure {
    /// Whether it says that this page and the endpoint do not come together at all: the next request would fare no better.
    pub const fn is_refusal(self) -> bool {
        matches!(self, Failure::Offline | Failure::MixedContent | Failure::Unreachable)
    }
}

impl Evidence {
    /// After so many refusals in a row no request is sent any more.
    pub const REFUSALS: u64 = 10;

    /// Calls that failed in one way.
    pub fn count(&self, failure: Failure) -> u64 {
        self.failures.get(&failure).copied().unwrap_or(0)
    }

    /// Calls that were answered with any status.
    pub fn answered(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// Calls that got no answer.
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }

    fn within(&self, codes: Range<u16>) -> u64 {
        self.statuses.iter().filter(|(code, _)| codes.contains(code)).map(|(_, n)| n).sum()
    }

    /// Answers that say the server itself failed (5xx).
    pub fn server_errors(&self) -> u64 {
        self.within(500..600)
    }

    /// Answers that blame the caller (4xx).
    pub fn client_errors(&self) -> u64 {
        self.within(400..500)
    }

    /// Calls that have ended with an answer or without one.
    pub fn ended(&self) -> u64 {
        self.answered() + self.failed()
    }
}

/// The evidence of a run in progress, shared by those who add to it.
#[derive(Clone, Debug, Default)]
pub struct Witness(Rc<RefCell<Evidence>>);

impl Witness {
    /// What was seen so far.
    pub fn evidence(&self) -> Evidence {
        self.0.borrow().clone()
    }

    /// A request goes out.
    pub fn sends(&self) {
        self.0.borrow_mut().sent += 1;
    }

    /// An answer came.
    pub fn answered(&self, status: u16) {
        let mut evidence = self.0.borrow_mut();
        *evidence.statuses.entry(status).or_default() += 1;
        evidence.refused_in_a_row = 0;
    }

    /// An answer that came and was counted came later than the caller's patience: it counts as none.
    pub fn answered_too_late(&self, status: u16) {
        if let Some(count) = self.0.borrow_mut().statuses.get_mut(&status) {
            *count = count.saturating_sub(1);
        }
        self.failed(Failure::TimedOut);
    }

    /// A call got no answer.
    pub fn failed(&self, failure: Failure) {
        let mut evidence = self.0.borrow_mut();
        *evidence.failures.entry(failure).or_default() += 1;
        evidence.refused_in_a_row = match failure {
            // What was never sent says nothing about the endpoint.
            Failure::OverTheCap => evidence.refused_in_a_row,
            refusal if refusal.is_refusal() => evidence.refused_in_a_row + 1,
            _ => 0,
        };
    }

    /// A call was taken back.
    pub fn taken_back(&self) {
        self.0.borrow_mut().taken_back += 1;
    }

    /// Whether a request is to be withheld, because so many in a row were refused. From then on the run is given up.
    pub fn withholds(&self) -> bool {
        let mut evidence = self.0.borrow_mut();
        evidence.given_up |= evidence.refused_in_a_row >= Evidence::REFUSALS;
        evidence.given_up
    }

    /// Requests that went out.
    pub fn sent(&self) -> u64 {
        self.0.borrow().sent
    }
}
