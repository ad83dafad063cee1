//! Trying again: how often, how long the waits are, out of whose budget, and that nobody who has gone tries any more.

use crate::program::{Log, Over, follow, run, run_any};
use crate::promises::hold_points;
use millrace::engine::{Env, Progress, Reply};
use millrace::parts::{Backoff, Grows, Jitter, Retry, RetryBudget, RetryPolicy, Stop, Verdict};
use millrace::spec::CheckKind;
use millrace::trace::{EventKind, Outcome, SimTime, Span};
use proptest::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

const MS: u64 = 1_000_000;

fn policy(attempts: u32, delay: u64) -> RetryPolicy {
    let backoff = Backoff {
        grows: Grows::Exponential(2.0),
        delay: Span::millis(delay),
        cap: Span::secs(10),
        jitter: Jitter::None,
    };
    RetryPolicy { attempts, backoff, deadline: None, honours: true }
}

/// Tries something that takes 10 ms each time and never succeeds, and asks to stay away for so long; when each try began, in ms.
async fn in_vain(env: &Env, retry: &Retry, asks: Span) -> (Vec<u64>, Stop) {
    let starts = Log::new();
    let attempt = || {
        let (env, starts) = (env.clone(), starts.clone());
        async move {
            starts.push(env.now().0 / MS);
            env.sleep(Span::millis(10)).await;
        }
    };
    let tried = retry.call(7, attempt, |()| Verdict::Again(asks)).await;
    assert_eq!(tried.tries as usize, starts.all().len());
    (starts.all(), tried.stop)
}

/// What a policy makes of something that never succeeds.
fn starts(policy: RetryPolicy, asks: u64) -> (Vec<u64>, Stop) {
    let said = Log::new();
    let inner = said.clone();
    run(|env| async move {
        let retry = Retry::new(&env, policy, None);
        inner.push(in_vain(&env, &retry, Span::millis(asks)).await);
    });
    said.all().remove(0)
}

#[test]
fn each_wait_begins_when_the_try_before_has_ended_and_there_are_as_many_tries_as_may_be() {
    assert_eq!(starts(policy(4, 100), 0), (vec![0, 110, 320, 730], Stop::Attempts));
    assert_eq!(starts(policy(1, 100), 0), (vec![0], Stop::Attempts));
}

#[test]
fn no_wait_is_begun_that_would_end_at_the_deadline_or_later() {
    let until = |ms| RetryPolicy { deadline: Some(Span::millis(ms)), ..policy(9, 100) };
    // The third try would begin at 320 ms.
    assert_eq!(starts(until(320), 0), (vec![0, 110], Stop::Deadline));
    assert_eq!(starts(until(321), 0), (vec![0, 110, 320], Stop::Deadline));
}

#[test]
fn a_try_that_is_under_way_at_the_deadline_is_dropped_and_what_came_before_is_what_there_is() {
    run(|env| async move {
        let retry = Retry::new(&env, RetryPolicy { deadline: Some(Span::millis(115)), ..policy(9, 100) }, None);
        let n = Cell::new(0);
        let attempt = || {
            n.set(n.get() + 1);
            let (inner, n) = (env.clone(), n.get());
            async move {
                inner.sleep(Span::millis(10)).await;
                n
            }
        };
        let tried = retry.call(0, attempt, |_| Verdict::Again(Span::ZERO)).await;
        assert_eq!((tried.last, tried.tries, tried.stop), (Some(1), 2, Stop::Deadline));
        assert_eq!(env.now(), SimTime(115 * MS), "the second try was cut off");
    });
}

#[test]
fn who_is_asked_to_stay_away_does_beyond_the_ceiling_of_the_backoff_unless_it_does_not_honour_it() {
    assert_eq!(starts(policy(3, 100), 30_000).0, [0, 30_010, 60_020]);
    assert_eq!(starts(policy(3, 100), 150).0, [0, 160, 370], "the longer of the two");
    assert_eq!(starts(RetryPolicy { honours: false, ..policy(3, 100) }, 30_000).0, [0, 110, 320]);
}

#[test]
fn with_everything_failing_a_budget_bounds_the_load_whatever_the_attempts() {
    for attempts in [2, 4, 20] {
        let made = Rc::new(Cell::new(0_u32));
        let (inner, n) = (made.clone(), 5_000_u32);
        run(move |env| async move {
            let budget = RetryBudget::new(&env, 0.2, 10.0);
            let retry = Retry::new(&env, policy(attempts, 1), Some(budget));
            for _ in 0..n {
                let (inner_env, retry, made) = (env.clone(), retry.clone(), inner.clone());
                let request = async move {
                    let attempt = || {
                        made.set(made.get() + 1);
                        inner_env.sleep(Span::micros(10))
                    };
                    let tried = retry.call(0, attempt, |()| Verdict::Again(Span::ZERO)).await;
                    assert!(matches!(tried.stop, Stop::OutOfBudget | Stop::Attempts));
                };
                env.spawn("request", request).detach();
                env.sleep(Span::millis(1)).await;
            }
            env.sleep(Span::secs(1)).await;
        });
        // A fifth of the requests, and ten a second for the 6 s.
        let most = 1.2 * f64::from(n) + 10.0 * 6.0;
        assert!(f64::from(made.get()) <= most, "{attempts} attempts: {} of at most {most}", made.get());
        assert!(
            f64::from(made.get()) >= 1.19 * f64::from(n),
            "{attempts} attempts: the budget is used, {}",
            made.get()
        );
    }
}

#[test]
fn requests_that_succeed_fill_the_budget_again_up_to_what_is_saved() {
    run(|env| async move {
        let budget = RetryBudget::new(&env, 0.5, 0.0);
        assert!(!budget.take(), "it starts empty");
        budget.request();
        assert!(!budget.take(), "half a retry is none");
        budget.request();
        assert!(budget.take() && !budget.take());
        (0..1_000_000).for_each(|_| budget.request());
        assert_eq!(budget.left(), u64::from(RetryBudget::MOST));
        let taken = (0..1_000).filter(|_| budget.take()).count();
        assert_eq!(taken, RetryBudget::MOST as usize, "an hour of quiet pays for no storm");
        let drips = RetryBudget::new(&env, 0.0, 10.0);
        env.sleep(Span::millis(99)).await;
        assert!(!drips.take());
        env.sleep(Span::millis(1)).await;
        assert!(drips.take() && !drips.take());
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever goes, at whatever instant of a try or a wait, makes no try after, leaves no timer behind, and takes no retry with it that it
    /// did not make.
    #[test]
    fn nobody_who_has_gone_tries_again(goes in 0..2_000_u64, takes in 0..60_u64, delay in 0..200_u64, deadline in proptest::option::of(1..1_500_u64)) {
        let tries = Log::new();
        let inner = tries.clone();
        let over = run_any(move |env| async move {
            let budget = RetryBudget::new(&env, 1.0, 1_000.0);
            let policy = RetryPolicy { deadline: deadline.map(Span::millis), ..policy(50, delay) };
            let retry = Retry::new(&env, policy, Some(budget));
            let caller = env.clone();
            let task = env.spawn("caller", async move {
                let attempt = || {
                    inner.push(caller.now().0 / MS);
                    caller.sleep(Span::millis(takes))
                };
                retry.call(1, attempt, |()| Verdict::Again(Span::ZERO)).await;
            });
            env.sleep(Span::millis(goes)).await;
            drop(task);
        });
        prop_assert_eq!(&over.progress, &Progress::Drained);
        prop_assert!(over.nanos() <= goes.max(deadline.unwrap_or(0)) * MS, "nothing goes on: {} ns", over.nanos());
        prop_assert!(tries.all().iter().all(|at| *at <= goes));
        if let Some(deadline) = deadline {
            prop_assert!(tries.all().iter().all(|at| *at < deadline), "{:?} within {}", tries.all(), deadline);
        }
    }
}

fn detail(link: &str) -> serde_json::Map<String, serde_json::Value> {
    follow(link).history().detail().expect("a detail").report()
}

/// When the tries of each request began, in ms.
fn tries(link: &str) -> Vec<Vec<u64>> {
    let detail = detail(link);
    let list = detail["tries"].as_array().expect("a list").iter();
    let ms = |starts: &serde_json::Value| {
        starts.as_array().expect("a list").iter().map(|ns| ns.as_u64().expect("ns") / MS).collect()
    };
    list.map(ms).collect()
}

/// Every call fails at once.
const FAILS: &str = "#/retry?requests=2&callers=2&errors=1&mean=0ms";

#[test]
fn the_pattern_tells_when_each_request_was_tried() {
    let of = |more: &str| tries(&format!("{FAILS}{more}"));
    assert_eq!(of(""), [[0, 500, 1_500], [0, 500, 1_500]], "the defaults are the helper's: 500 ms, then 1 s");
    assert_eq!(of("&attempts=4&backoff=linear"), [[0, 1_500, 4_000, 7_500], [0, 1_500, 4_000, 7_500]]);
    assert_eq!(of("&backoff=constant"), [[0, 500, 1_000], [0, 500, 1_000]]);
    assert_eq!(of("&backoff=none"), [[0, 0, 0], [0, 0, 0]]);
    assert_eq!(of("&deadline=1s"), [[0, 500], [0, 500]]);
    assert_eq!(of("&attempts=1"), [[0], [0]]);
    let added = of("&jitter=added&delay=1s&cap=30s&attempts=2");
    assert!(added.iter().all(|starts| (1_000..=2_000).contains(&starts[1])) && added[0] != added[1], "{added:?}");
}

#[test]
fn two_tiers_of_three_tries_make_nine_calls_of_a_request_and_three_tiers_27() {
    for (tiers, calls) in [(1, 3), (2, 9), (3, 27)] {
        let detail = detail(&format!("{FAILS}&tiers={tiers}&delay=1ms"));
        assert_eq!(detail["attempts"]["max"], calls);
        assert_eq!(detail["attempts"]["amplification"], f64::from(calls));
    }
}

#[test]
fn amplification_is_what_was_made_for_each_that_came_and_out_of_budget_is_an_outcome_of_its_own() {
    let link = "#/retry?requests=1000&arrivals=constant&rate=100&errors=1&mean=1ms&attempts=4&delay=1ms&budget=0.2&budget-min=0";
    let session = follow(link);
    let detail = session.history().detail().expect("a detail").report();
    let made = detail["attempts"]["made"].as_u64().expect("a number");
    assert!((1_190..=1_200).contains(&made), "{made}");
    assert_eq!(detail["attempts"]["amplification"].as_f64(), Some(made as f64 / 1_000.0));
    let turned_away = session.history().ledger.tally.count(Outcome::Rejected);
    assert!(turned_away > 0 && detail["out_of_budget"].as_u64() == Some(turned_away), "{turned_away}");
}

#[test]
fn what_is_tried_again_is_a_choice() {
    let made = |more: &str| {
        detail(&format!("#/retry?requests=60&callers=1&delay=0ms&service=constant{more}"))["attempts"]["max"].clone()
    };
    assert_eq!(made("&errors=1"), 3);
    assert_eq!(made("&errors=1&retry-on=timeouts"), 1);
    assert_eq!(made("&errors=0&timeout=10ms"), 3, "every call takes 20 ms");
    assert_eq!(made("&errors=0&timeout=10ms&retry-on=errors"), 1);
    assert_eq!(made("&errors=0&client-errors=1"), 1, "a wrong request stays wrong");
}

#[test]
fn a_caller_that_honours_retry_after_stays_away_as_long() {
    let link = "#/retry?preset=retry-after";
    let first_retries = |more: &str| -> Vec<u64> {
        tries(&format!("{link}{more}")).into_iter().filter(|starts| starts.len() > 1).map(|s| s[1] - s[0]).collect()
    };
    let honoured = first_retries("");
    assert!(!honoured.is_empty() && honoured.iter().all(|wait| *wait == 3_000), "{honoured:?}");
    let own = first_retries("&honour-retry-after=off");
    assert!(!own.is_empty() && own.iter().all(|wait| *wait == 200), "{own:?}");
    let completed = |more: &str| follow(&format!("{link}{more}")).history().ledger.tally.count(Outcome::Completed);
    assert!(completed("") > completed("&honour-retry-after=off"), "who stays away finds it up again");
}

/// The share of the requests of the last five seconds of arrivals that were answered, and whether all that must always hold did.
fn end_of(preset: &str, seed: usize) -> (f64, bool) {
    let session = follow(&format!("#/retry?preset={preset}&seed=s{seed}"));
    let trace = session.run().trace();
    let entered = |event: &&millrace::trace::TraceEvent| matches!(event.kind, EventKind::Entered { .. });
    let last = trace.iter().filter(entered).last().map_or(SimTime::ZERO, |event| event.at);
    let since = SimTime(last.0.saturating_sub(5_000 * MS));
    let (mut came, mut answered) = (Vec::new(), 0);
    for event in trace.iter().filter(|event| event.at >= since) {
        match event.kind {
            EventKind::Entered { job, .. } => came.push(job),
            EventKind::Left { job, outcome: Outcome::Completed } => {
                answered += usize::from(came.binary_search(&job).is_ok());
            }
            _ => {}
        }
    }
    let states = session.history().checks.states();
    let holds = states.iter().filter(|state| state.check.kind == CheckKind::Always).all(|s| s.first_seen().is_none());
    (answered as f64 / came.len() as f64, holds)
}

/// The same of many seeds, in two threads.
fn ends_of(preset: &'static str, seeds: usize) -> Vec<f64> {
    let of = |odd: usize| {
        std::thread::spawn(move || (0..seeds).filter(|seed| seed % 2 == odd).map(|seed| end_of(preset, seed)).collect())
    };
    let halves: [std::thread::JoinHandle<Vec<(f64, bool)>>; 2] = [of(0), of(1)];
    let all = halves.into_iter().flat_map(|half| half.join().expect("a thread"));
    let all: Vec<(f64, bool)> = all.collect();
    assert!(all.iter().all(|(_, holds)| *holds), "what must always hold does");
    all.into_iter().map(|(share, _)| share).collect()
}

#[test]
fn the_storm_is_still_there_48_s_after_its_outage_whatever_the_seed() {
    let ends = ends_of("storm", 200);
    let most = ends.iter().copied().fold(0.0, f64::max);
    // The server could answer all of them.
    assert!(most < 0.5, "at the end of a run {most} of the requests are answered");
}

#[test]
fn with_a_budget_the_same_outage_is_over_when_it_is_over_whatever_the_seed() {
    let ends = ends_of("budget", 200);
    let least = ends.iter().copied().fold(1.0, f64::min);
    assert!(least > 0.95, "at the end of a run {least} of the requests are answered");
}

#[test]
fn what_the_other_scenarios_of_retries_promise_holds_over_two_hundred_seeds() {
    let points = ["", "tiers", "linear", "herd", "retry-after"].map(|id| (id, "a request was tried again"));
    hold_points("retry", &points, |id| if id.is_empty() { "requests=60".to_owned() } else { String::new() });
}

#[test]
fn a_herd_without_jitter_comes_back_together_and_with_jitter_does_not() {
    let waves = |more: &str| {
        let mut starts: Vec<u64> = tries(&format!("#/retry?preset=herd&requests=60{more}")).concat();
        starts.sort_unstable();
        starts.dedup();
        starts.len()
    };
    assert!(waves("") <= 5, "five tries, five instants: {}", waves(""));
    assert!(waves("&jitter=full") > 50, "{}", waves("&jitter=full"));
}

/// A server of one slot of 100 ms with a queue of two, and calls that come together.
fn crowd(gone: &str, calls: u32) -> Over {
    use millrace::spec::{Fidelity, FieldGroup, Values};
    use millrace::upstream::{self, ServerParams};
    let given = [
        ("server", "general"),
        ("service", "constant"),
        ("mean", "100ms"),
        ("slots", "1"),
        ("server-queue", "2"),
        ("timeout", "150ms"),
        ("callers-gone", gone),
    ];
    let values = Values::resolve(&ServerParams::fields(), Fidelity::Documented, |field| {
        let (_, text) = given.iter().find(|(key, _)| *key == field.key)?;
        Some(field.read(text).expect("a good value"))
    });
    run(move |env| async move {
        upstream::open(&env, &ServerParams::read(&values));
        for _ in 0..calls {
            let inner = env.clone();
            let call = async move {
                let job = inner.job();
                let Reply { answer, .. } = inner.call(&job).await;
                job.leave(answer.outcome());
            };
            env.spawn("caller", call).detach();
        }
        env.sleep(Span::millis(299)).await;
        // A caller that comes now: what was left behind is in the slot for one millisecond more.
        let job = env.job();
        let reply = env.call(&job).await;
        job.leave(reply.answer.outcome());
        env.sleep(Span::secs(1)).await;
    })
}

#[test]
fn who_finds_the_queue_full_is_refused_at_once() {
    let over = crowd("noticed", 5);
    assert_eq!(over.ledger.tally.statuses.get(&503), Some(&2), "one in the slot, two in the queue, two refused");
    // The second has its slot from 100 ms on, and its caller gives up at 150.
    assert_eq!(over.ledger.tally.count(Outcome::TimedOut), 2);
}

#[test]
fn a_server_that_does_not_notice_serves_those_who_have_gone_and_counts_them() {
    let over = crowd("served", 5);
    let trace = over.run.trace();
    let (_, server) = over.ledger.find("server", &trace).expect("the server");
    assert_eq!((server.gone_in_queue(), server.gone_in_slots()), (0, 0), "nothing is left at the end");
    assert_eq!(server.served_for_nobody(), 2, "the second and the third were served when their callers had gone");
    assert!(over.ledger.keeps_its_slots_busy());
    let latencies = over.pick(|event| match event.kind {
        EventKind::Answered { answer, .. } => Some((event.at.0 / MS, answer)),
        _ => None,
    });
    let last = latencies.last().expect("answers");
    assert_eq!(last.0, 400, "the last caller waited for the slot of one that nobody waited for: {latencies:?}");
    let busy = server.utilisation(SimTime(400 * MS));
    assert!((busy - 1.0).abs() < 1e-9, "its slot was busy all the time: {busy}");
}
