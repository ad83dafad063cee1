//! Hedging: the first success wins and cancels the others in that instant, and nobody is asked after that.

use crate::program::{Guard, Log, follow, run, run_any};
use crate::promises::hold_points;
use millrace::engine::{Env, Progress};
use millrace::parts::{Hedge, HedgePolicy, Hedged, RetryBudget, Trigger};
use millrace::spec::CheckKind;
use millrace::trace::{EventKind, SimTime, Span, StationKind};
use proptest::prelude::*;

const MS: u64 = 1_000_000;

fn after(delay: u64, most: u32) -> HedgePolicy {
    HedgePolicy { trigger: Trigger::After(Span::millis(delay)), most, cancel_losers: true }
}

/// What happened to attempts, each with its number and when, in ms.
type Happened = (&'static str, u32, u64);
type Seen = Log<Happened>;

/// Attempts that take so long, each a success or a failure.
async fn race(env: &Env, hedge: &Hedge, attempts: &'static [(u64, bool)], seen: &Seen) -> Hedged<(u32, bool)> {
    let attempt = |number: u32| {
        let (env, seen) = (env.clone(), seen.clone());
        seen.push(("begins", number, env.now().0 / MS));
        async move {
            let dropped = OnDrop(env.clone(), seen.clone(), number);
            let (takes, succeeds) = attempts[number as usize];
            env.sleep(Span::millis(takes)).await;
            drop(dropped);
            (number, succeeds)
        }
    };
    hedge.call("attempt", attempt, |(_, succeeds)| *succeeds).await
}

struct OnDrop(Env, Seen, u32);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.1.push(("ends", self.2, self.0.now().0 / MS));
    }
}

/// The whole of one race: what came of it, when it was decided, and what happened.
fn whole(policy: HedgePolicy, attempts: &'static [(u64, bool)]) -> (Hedged<(u32, bool)>, u64, Vec<Happened>) {
    let (seen, result) = (Log::new(), Log::new());
    let (inner, said) = (seen.clone(), result.clone());
    run(move |env| async move {
        let hedge = Hedge::new(&env, policy, None);
        let hedged = race(&env, &hedge, attempts, &inner).await;
        said.push((hedged, env.now().0 / MS));
        env.sleep(Span::secs(1)).await;
    });
    let (hedged, at) = result.all()[0];
    (hedged, at, seen.all())
}

#[test]
fn the_first_success_wins_and_the_others_are_cancelled_in_that_instant() {
    let (hedged, at, seen) = whole(after(10, 2), &[(100, true), (30, true), (100, true)]);
    assert_eq!((hedged.value, hedged.winner, hedged.hedges, at), ((1, true), Some(1), 2, 40));
    let ends: Vec<_> = seen.iter().filter(|(what, ..)| *what == "ends").map(|(_, n, at)| (*n, *at)).collect();
    assert_eq!(ends, [(1, 40), (0, 40), (2, 40)]);
}

#[test]
fn no_attempt_begins_after_the_winner_nor_beyond_the_most() {
    let (hedged, _, seen) = whole(after(10, 5), &[(25, true), (100, true), (100, true)]);
    let begins: Vec<_> = seen.iter().filter(|(what, ..)| *what == "begins").map(|(_, n, at)| (*n, *at)).collect();
    assert_eq!((begins, hedged.hedges), (vec![(0, 0), (1, 10), (2, 20)], 2));
    let (hedged, at, _) = whole(after(10, 0), &[(25, true)]);
    assert_eq!((hedged.winner, hedged.hedges, at), (Some(0), 0, 25));
    // Who answers in the instant of the delay is in time.
    let (hedged, ..) = whole(after(10, 1), &[(10, true), (1, true)]);
    assert_eq!((hedged.winner, hedged.hedges), (Some(0), 0));
}

#[test]
fn an_error_wins_only_when_all_have_failed() {
    let (hedged, at, _) = whole(after(10, 1), &[(20, false), (50, true)]);
    assert_eq!((hedged.value, hedged.winner, at), ((1, true), Some(1), 60), "the success that came later");
    let (hedged, at, _) = whole(after(10, 1), &[(50, false), (20, false)]);
    assert_eq!((hedged.value, hedged.winner, at), ((0, false), None, 50), "the last that failed");
    let (hedged, at, _) = whole(after(10, 1), &[(5, false), (20, true)]);
    assert_eq!((hedged.winner, hedged.hedges, at), (None, 0, 5), "a failure brings no hedge forward");
}

#[test]
fn losers_that_are_not_cancelled_go_on_to_their_end() {
    let policy = HedgePolicy { cancel_losers: false, ..after(10, 1) };
    let (hedged, at, seen) = whole(policy, &[(100, true), (30, true)]);
    assert_eq!((hedged.winner, at), (Some(1), 40));
    assert!(seen.contains(&("ends", 0, 100)), "{seen:?}");
}

#[test]
fn an_empty_budget_stops_new_hedges_and_nothing_else() {
    let seen = Log::new();
    let inner = seen.clone();
    run(move |env| async move {
        let hedge = Hedge::new(&env, after(10, 3), Some(RetryBudget::new(&env, 0.5, 0.0)));
        let mut hedges = Vec::new();
        for _ in 0..6 {
            hedges.push(race(&env, &hedge, &[(40, true); 4], &inner).await.hedges);
        }
        assert_eq!(hedges, [0, 1, 0, 1, 0, 1], "each request puts half a hedge in");
    });
}

#[test]
fn the_percentile_is_that_of_the_last_hundred_first_attempts_once_twenty_have_ended() {
    run(|env| async move {
        let at_first = Span::millis(500);
        let policy = HedgePolicy { trigger: Trigger::P95(at_first), ..after(0, 1) };
        let hedge = Hedge::new(&env, policy, None);
        for n in 1..=200_u64 {
            let inner = env.clone();
            let attempt = move |_| {
                let env = inner.clone();
                async move { env.sleep(Span::millis(n)).await }
            };
            let expected = match n {
                1..=20 => at_first,
                // The 95th of a hundred and the 95th percentile by nearest rank of fewer.
                _ => {
                    let known = (n - 1).min(100);
                    Span::millis(n - 1 - known + (known * 95).div_ceil(100))
                }
            };
            assert_eq!(hedge.delay(), expected, "before the {n}th");
            // Each takes a millisecond longer than the one before, so most are hedged; the first always wins.
            hedge.call("attempt", attempt, |()| true).await;
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever goes, at whatever instant: all its attempts are dropped in that instant, and none begins after.
    #[test]
    fn nothing_is_left_of_a_caller_that_has_gone(goes in 0..120_u64, delay in 0..40_u64, most in 0..4_u32) {
        static ATTEMPTS: [(u64, bool); 5] = [(70, false), (90, true), (30, false), (50, true), (10, true)];
        let seen: Seen = Log::new();
        let inner = seen.clone();
        let over = run_any(move |env| async move {
            let hedge = Hedge::new(&env, after(delay, most), Some(RetryBudget::new(&env, 1.0, 0.0)));
            let caller = env.clone();
            let task = env.spawn("caller", async move { race(&caller, &hedge, &ATTEMPTS, &inner).await });
            env.sleep(Span::millis(goes)).await;
            drop(task);
            assert!(env.now().0 == goes * MS);
        });
        prop_assert_eq!(&over.progress, &Progress::Drained);
        prop_assert_eq!(over.ledger.tally.tasks_live, 0, "no task is left");
        let begun = seen.all().iter().filter(|(what, ..)| *what == "begins").count();
        let ended: Vec<_> = seen.all().into_iter().filter(|(what, ..)| *what == "ends").collect();
        prop_assert!(ended.len() <= begun && ended.iter().all(|(.., at)| *at <= goes));
        prop_assert!(seen.all().iter().all(|(.., at)| *at <= goes));
    }
}

fn detail(link: &str) -> serde_json::Map<String, serde_json::Value> {
    follow(link).history().detail().expect("a detail").report()
}

#[test]
fn the_pattern_tells_of_hedges_winners_waste_and_tries() {
    // Every call takes 100 ms, every request is hedged at 40 ms, and the first attempt always wins.
    let link = "#/hedge?requests=10&callers=1&service=constant&mean=100ms&delay=40ms";
    let told = detail(link);
    assert_eq!(
        (told["hedged"].as_u64(), told["won"]["primary"].as_u64(), told["won"]["hedge"].as_u64()),
        (Some(10), Some(10), Some(0))
    );
    assert_eq!(told["wasted_ns"].as_u64(), Some(10 * 60 * MS));
    assert_eq!(told["tries"][1], serde_json::json!([100 * MS, 140 * MS]));
    let told = detail(&format!("{link}&cancel-losers=off&callers=10"));
    // Those of the last requests are still under way at the end.
    assert_eq!(told["hedged"].as_u64(), Some(10));
    let told = detail(&format!("{link}&max=0"));
    assert_eq!((told["hedged"].as_u64(), told["wasted_ns"].as_u64()), (Some(0), Some(0)));
    let told = detail(&format!("{link}&errors=1"));
    assert_eq!((told["won"]["primary"].as_u64(), told["won"]["hedge"].as_u64()), (Some(0), Some(0)), "nobody won");
}

#[test]
fn the_slot_of_a_loser_is_free_in_the_instant_of_the_answer() {
    let session = follow("#/hedge?requests=200&callers=4&slots=8&delay=15ms&mean=30ms");
    let trace = session.run().trace();
    let mut ledger = millrace::trace::Ledger::new();
    let mut last = SimTime::ZERO;
    for event in trace.iter() {
        if event.at > last {
            // Of each request that is there, one call or two; of those that have left none.
            let calls = ledger.tally.in_flight;
            let (_, server) = ledger.find("server", &trace).expect("the server");
            assert_eq!(server.levels.present, calls, "at {last:?}");
            let callers = ledger.stations.iter().find(|row| row.kind == StationKind::Crew).expect("callers");
            assert!(calls <= 2 * callers.levels.present, "{calls} calls of {} requests", callers.levels.present);
        }
        last = event.at;
        millrace::trace::Fold::apply(&mut ledger, event, &trace);
    }
    assert!(trace.iter().any(|event| matches!(event.kind, EventKind::Merged { .. })));
}

#[test]
fn a_hedge_cuts_the_tail_and_one_that_is_too_early_doubles_the_load_whatever_the_seed() {
    let end = |link: String| {
        let session = follow(&link);
        let states = session.history().checks.states();
        for state in states.iter().filter(|state| state.check.kind != CheckKind::Sometimes) {
            let holds = match state.check.kind {
                CheckKind::Always => state.first_seen().is_none(),
                _ => (state.check.holds)(&session.history().ledger, &session.run().trace()),
            };
            assert!(holds, "{link}: {}", state.check.name());
        }
        session
    };
    let slowest = |session: &millrace::session::Session<millrace::trace::Ledger, millrace::analysis::History>| {
        let so_far = session.history().until(u64::MAX, session.computed());
        so_far.response().map(|summary| summary.p999).expect("responses")
    };
    let mut shorter = 0;
    for seed in 0..200 {
        let tail = |more: &str| end(format!("#/hedge?preset=tail&requests=1000&seed=s{seed}{more}"));
        shorter += usize::from(slowest(&tail("")) < slowest(&tail("&max=0")));
        let calls = end(format!("#/hedge?preset=double&requests=300&seed=s{seed}"));
        let made = calls.history().detail().expect("a detail").report()["hedged"].as_u64();
        assert_eq!(made, Some(300), "seed {seed}: each request is asked twice");
    }
    assert!(shorter >= 190, "the slowest of a thousand is quicker with a hedge for {shorter} of 200 seeds");
}

#[test]
fn what_the_other_scenarios_of_hedges_promise_holds_over_two_hundred_seeds() {
    hold_points("hedge", &["", "errors"].map(|id| (id, "a request was asked twice")), |_| "requests=300".to_owned());
}

#[test]
fn a_guard_in_an_attempt_is_dropped_with_it() {
    let log = Log::new();
    let inner = log.clone();
    run(move |env| async move {
        let hedge = Hedge::new(&env, after(10, 1), None);
        let attempt = |number: u32| {
            let (env, guard) = (env.clone(), Guard(inner.clone(), if number == 0 { "first" } else { "second" }));
            async move {
                let _held = guard;
                env.sleep(Span::millis(if number == 0 { 1_000 } else { 5 })).await;
            }
        };
        hedge.call("attempt", attempt, |()| true).await;
        assert_eq!(inner.all(), ["second", "first"]);
    });
}
