//! What policies round a call cost when nothing fails: the same calls with five of them and without any, one after the other in each round,
//! the trace recorded.

use crate::clock;
use crate::host::say;
use crate::measure::{ROUNDS, Samples};
use crate::numbers::thousands;
use crate::table::{best, median};
use crate::work::{WORKERS, one_more, seed, server};
use millrace::engine::{Env, Run, Setup};
use millrace::parts::{Backoff, Grows, Jitter, Stack, StackSettings, WaitGroup};
use millrace::spec::parse_policies;
use millrace::trace::{Outcome, SimTime, Span, StationKind};
use millrace::upstream;
use std::cell::Cell;
use std::rc::Rc;

/// Its title, for whoever measures it alone.
pub const TITLE: &str = "Five policies round a call";

/// The policies: none of them ever has anything to do.
const POLICIES: &str = "timeout:1h,retry:3,breaker:5,limit:1000000,bulkhead:1000";
/// How many calls.
const CALLS: u32 = 300_000;
/// Polls a slice: about a millisecond's worth.
const SLICE: u64 = 4_096;
/// The mark, in nanoseconds a call.
const MARK: f64 = 300.0;

/// Measures and prints it.
pub fn print() {
    let (mut bare, mut layered) = (Samples::new(), Samples::new());
    let mut events = [0; 2];
    // The first round does not count.
    for round in 0..=ROUNDS {
        let (without, before) = time("");
        let (with, after) = time(POLICIES);
        if round > 0 {
            bare.push(without);
            layered.push(with);
        }
        events = [before, after];
    }
    let ns = |seconds: f64| seconds * 1e9 / f64::from(CALLS);
    let added = layered.iter().zip(&bare).map(|(with, without)| ns(with - without)).collect::<Samples>();
    say("");
    say(&format!("{TITLE} when nothing fails: {POLICIES}; {} calls", thousands(CALLS)));
    say(&format!("  {:<28} {:>9} {:>10} {:>12}", "", "best, ns", "median, ns", "events/call"));
    for (name, samples, events) in [("the call alone", &bare, events[0]), ("with five policies", &layered, events[1])] {
        let each = events as f64 / f64::from(CALLS);
        say(&format!("  {name:<28} {:>9.1} {:>10.1} {each:>12.2}", ns(best(samples)), ns(median(samples))));
    }
    say(&format!(
        "  added, paired in each round: {:.1} ns a call at the median, {:.1} at best; the mark is {MARK:.0}",
        median(&added),
        best(&added)
    ));
}

/// The seconds that one run takes, and its events.
fn time(policies: &str) -> (f64, u64) {
    let (completed, list) = (Rc::new(Cell::new(0)), policies.to_owned());
    let count = completed.clone();
    let mut run = Run::new(Setup::new(seed()), (StationKind::Sink, "results"), move |env| calls(env, list, count));
    let (start, mut events) = (clock::seconds(), 0);
    while !run.advance(SimTime::MAX, SLICE).is_final() {
        events = run.trace().len();
        run.forget_before(events);
    }
    let took = clock::seconds() - start;
    assert_eq!(completed.get(), u64::from(CALLS), "not the same work");
    (took, events.max(run.trace().len()))
}

async fn calls(env: Env, policies: String, completed: Rc<Cell<u64>>) {
    upstream::open(&env, &server());
    let callers = env.open_plain(StationKind::Crew, "callers");
    let backoff =
        Backoff { grows: Grows::Exponential(2.0), delay: Span::millis(200), cap: Span::secs(10), jitter: Jitter::Full };
    let settings = StackSettings { backoff, open_for: Span::secs(2), probes: 1 };
    let policies = parse_policies(&policies).expect("a list");
    let stack = (!policies.is_empty()).then(|| Stack::open(&env, callers, &policies, settings));
    let group = WaitGroup::new(&env);
    for _ in 0..WORKERS {
        group.add(1);
        let (inner, group, completed, stack) = (env.clone(), group.clone(), completed.clone(), stack.clone());
        let work = async move {
            for _ in 0..CALLS / WORKERS {
                let job = inner.job();
                let outcome = match &stack {
                    Some(stack) => stack.call(&job).await.outcome(),
                    None => inner.call(&job).await.answer.outcome(),
                };
                if outcome == Outcome::Completed {
                    one_more(&completed);
                }
                job.leave(outcome);
            }
            group.done();
        };
        env.spawn_at("caller", callers, work).detach();
    }
    group.wait().await;
}
