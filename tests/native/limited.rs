//! The limits of calls to a real endpoint: how many at once, how many in all, how long each.

use millrace::engine::{Attempt, Env, Progress, Upstream};
use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::Value;
use millrace::trace::{Answer, SimTime, Span};
use millrace::upstream::{Failure, Limited, Limits, Witness};
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;

/// An endpoint that takes its time, and remembers how many requests it had at once.
struct Pretended {
    takes: Span,
    now: Rc<Cell<u32>>,
    peak: Rc<Cell<u32>>,
    dropped: Rc<Cell<u32>>,
}

struct Held(Rc<Cell<u32>>, Rc<Cell<u32>>, bool);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
        if !self.2 {
            self.1.set(self.1.get() + 1);
        }
    }
}

impl Upstream for Pretended {
    fn has_room(&self) -> bool {
        true
    }

    fn call(&self, env: &Env, _: Attempt) -> Pin<Box<dyn Future<Output = Answer>>> {
        let (env, takes) = (env.clone(), self.takes);
        let (now, peak, dropped) = (self.now.clone(), self.peak.clone(), self.dropped.clone());
        Box::pin(async move {
            now.set(now.get() + 1);
            peak.set(peak.get().max(now.get()));
            let mut held = Held(now, dropped, false);
            env.sleep(takes).await;
            held.2 = true;
            Answer::Status(200)
        })
    }
}

struct Seen {
    witness: Witness,
    peak: u32,
    taken_back: u32,
    over: Progress,
}

fn run(pattern: &str, requests: u64, limits: Limits, takes: Span, until: SimTime) -> Seen {
    let mut scenario = Scenario::new(patterns::find(pattern).expect("a pattern"));
    scenario.choose("requests", Value::Count(requests));
    let (now, peak, dropped) = (Rc::<Cell<u32>>::default(), Rc::<Cell<u32>>::default(), Rc::<Cell<u32>>::default());
    let inner = Pretended { takes, now, peak: peak.clone(), dropped: dropped.clone() };
    let witness = Witness::default();
    let limited = Limited::new(Rc::new(inner), limits, witness.clone());
    let over = {
        let mut run = scenario.run(Some(Rc::new(limited)));
        run.advance(until, u64::MAX)
    };
    Seen { witness, peak: peak.get(), taken_back: dropped.get(), over }
}

#[test]
fn no_more_requests_are_under_way_at_once_than_allowed_however_many_callers_there_are() {
    let limits = Limits { at_once: 3, ..Limits::DEFAULT };
    let seen = run("wait-group", 20, limits, Span::millis(10), SimTime::MAX);
    assert_eq!((seen.peak, seen.over), (3, Progress::Drained));
    assert_eq!((seen.witness.evidence().sent, seen.taken_back), (20, 0));
}

#[test]
fn requests_beyond_the_limit_in_all_are_never_sent_and_the_run_still_ends() {
    let limits = Limits { at_most: 5, ..Limits::DEFAULT };
    let seen = run("wait-group", 20, limits, Span::millis(10), SimTime::MAX);
    assert_eq!(seen.over, Progress::Drained);
    assert_eq!(seen.witness.evidence().sent, 5);
    assert_eq!(seen.witness.evidence().count(Failure::OverTheCap), 15);
}

#[test]
fn a_request_that_takes_longer_than_the_patience_is_taken_back_at_the_endpoint() {
    let limits = Limits { patience: Span::millis(5), ..Limits::DEFAULT };
    let seen = run("sequential", 4, limits, Span::secs(60), SimTime::MAX);
    assert_eq!((seen.over, seen.taken_back), (Progress::Drained, 4));
    assert_eq!(seen.witness.evidence().count(Failure::TimedOut), 4);
}

#[test]
fn dropping_the_run_takes_back_what_is_under_way_and_sends_nothing_more() {
    let limits = Limits { at_once: 2, ..Limits::DEFAULT };
    let seen = run("wait-group", 20, limits, Span::secs(1), SimTime(500_000_000));
    assert_eq!((seen.witness.evidence().sent, seen.taken_back), (2, 2));
    assert_eq!(seen.witness.evidence().failed(), 0);
}
