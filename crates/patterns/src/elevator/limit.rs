//! How many requests a client may send: a log of the last minute, as the original keeps it.
//!
//! A request that is turned away is not written down, so who keeps asking is let in again as soon as the first of the
//! counted ones is a minute old.

use litemap::LiteMap;
use millrace_trace::{SimTime, Span};
use std::collections::VecDeque;

/// The window.
const WINDOW: Span = Span::secs(60);

/// A sliding-window log for each client that was here within the last minutes. The original keeps those of all clients there
/// ever were; nobody can tell the difference but by the memory it takes.
#[derive(Clone, Debug, Default)]
pub struct Limit {
    log: LiteMap<String, VecDeque<SimTime>>,
    swept: SimTime,
}

impl Limit {
    /// Whether a client may send one more now; it is counted then.
    pub fn admits(&mut self, client: &str, now: SimTime, most: u32) -> bool {
        if now.since(self.swept) >= WINDOW {
            self.swept = now;
            self.log.retain(|_, log| log.back().is_some_and(|last| now.since(*last) < WINDOW));
        }
        let log = self.log.entry(client.to_owned()).or_default();
        while log.front().is_some_and(|at| now.since(*at) >= WINDOW) {
            log.pop_front();
        }
        let admitted = log.len() < most as usize;
        if admitted {
            log.push_back(now);
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_its_number_in_any_minute_and_rejected_requests_do_not_count() {
        let mut limit = Limit::default();
        let at = |s| SimTime::ZERO + Span::secs(s);
        assert!((0..3).all(|s| limit.admits("a", at(s), 3)));
        assert!((3..60).all(|s| !limit.admits("a", at(s), 3)), "three are enough for a minute");
        assert!(limit.admits("b", at(30), 3), "another client has a log of its own");
        assert!(limit.admits("a", at(60), 3), "the first is a minute old");
        assert!(!limit.admits("a", at(60), 3));
    }

    /// A day of clients that come once, each from an address of its own, is not to be remembered.
    #[test]
    fn who_has_not_been_here_for_a_minute_is_forgotten() {
        let mut limit = Limit::default();
        for s in 0..600 {
            assert!(limit.admits(&format!("client {s}"), SimTime::ZERO + Span::secs(s), 1));
        }
        assert!(limit.log.len() <= 120, "{} clients are remembered", limit.log.len());
        assert!(!limit.admits("client 599", SimTime::ZERO + Span::secs(600), 1), "who has is not");
    }
}
