//! Policies round a call: the order is the meaning, every layer counts what it did, and nothing is left of a call that was taken back.

use crate::program::{Log, follow, run, run_any};
use crate::promises::hold_with;
use millrace::engine::{Attempt, Env, Progress, Server, Upstream};
use millrace::parts::{Backoff, Came, Grows, Jitter, Stack, StackSettings};
use millrace::spec::{CheckKind, LayerCounts, layer_counts, parse_policies};
use millrace::trace::{Answer, Outcome, Span, StationId, StationKind};
use proptest::prelude::*;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

const MS: u64 = 1_000_000;

fn settings() -> StackSettings {
    let backoff =
        Backoff { grows: Grows::Constant, delay: Span::millis(10), cap: Span::secs(10), jitter: Jitter::None };
    StackSettings { backoff, open_for: Span::secs(60), probes: 1 }
}

/// A server that answers as it is told, one call after the other, the last answer again and again; each with how long it takes in ms.
struct Says(Vec<(u64, Answer)>, Log<u64>);

impl Upstream for Says {
    fn has_room(&self) -> bool {
        true
    }

    fn call(&self, env: &Env, _: Attempt) -> Pin<Box<dyn Future<Output = Answer>>> {
        let turn = self.1.all().len();
        self.1.push(env.now().0 / MS);
        let (ms, answer) = self.0[turn.min(self.0.len() - 1)];
        let env = env.clone();
        Box::pin(async move {
            env.sleep(Span::millis(ms)).await;
            answer
        })
    }
}

const OK: Answer = Answer::Status(200);
const DOWN: Answer = Answer::Status(503);

/// A stack round such a server; the station of its callers, and when calls were made.
fn stack(env: &Env, policies: &str, says: &[(u64, Answer)]) -> (Stack, StationId, Log<u64>) {
    let calls = Log::new();
    let server = env.open_plain(StationKind::Server, "server");
    env.set_default_server(&Server::new(env, server, Rc::new(Says(says.to_vec(), calls.clone()))));
    let callers = env.open_plain(StationKind::Crew, "callers");
    let policies = parse_policies(policies).expect("a list");
    (Stack::open(env, callers, &policies, settings()), callers, calls)
}

/// What came of calls through it, one after the other, and when calls reached the server.
fn calls(
    policies: &'static str,
    says: &'static [(u64, Answer)],
    n: usize,
) -> (Vec<Outcome>, Vec<u64>, Vec<LayerCounts>) {
    let (came, made) = (Log::new(), Log::new());
    let (inner, made_inner) = (came.clone(), made.clone());
    let over = run(move |env| async move {
        let (stack, callers, calls) = stack(&env, policies, says);
        let ask = env.clone();
        env.spawn_at("caller", callers, async move {
            for _ in 0..n {
                let job = ask.job();
                let came = stack.call(&job).await;
                inner.push(came.outcome());
                job.leave(came.outcome());
            }
        })
        .await;
        calls.all().into_iter().for_each(|at| made_inner.push(at));
    });
    let callers = over.ledger.find("callers", &over.run.trace()).expect("callers").0;
    (came.all(), made.all(), layer_counts(&over.ledger, callers))
}

/// In, passed and refused of each layer.
fn figures(counts: &[LayerCounts]) -> Vec<(i64, i64, i64)> {
    counts.iter().map(|layer| (layer.came, layer.passed, layer.ended)).collect()
}

#[test]
fn a_retry_outside_a_breaker_asks_it_at_each_try_and_one_inside_hides_its_failures() {
    // Four calls to a server that is down, and a breaker that opens at three failures in a row.
    let (came, made, counts) = calls("retry:3,breaker:3", &[(0, DOWN)], 4);
    assert_eq!(made.len(), 3, "the first call's three tries open it");
    assert_eq!(came, [Outcome::Failed, Outcome::Rejected, Outcome::Rejected, Outcome::Rejected]);
    assert_eq!(figures(&counts), [(4, 0, 4), (12, 3, 9), (3, 3, 0)]);
    let (came, made, counts) = calls("breaker:3,retry:3", &[(0, DOWN)], 4);
    assert_eq!(made.len(), 9, "it hears of three failures after nine calls");
    assert_eq!(came, [Outcome::Failed, Outcome::Failed, Outcome::Failed, Outcome::Rejected]);
    assert_eq!(figures(&counts), [(4, 3, 1), (3, 0, 3), (9, 9, 0)]);
}

#[test]
fn a_timeout_inside_a_retry_is_for_each_try_and_one_outside_for_all_of_them() {
    const SLOW_ONCE: &[(u64, Answer)] = &[(1_000, OK), (20, OK)];
    let (came, made, counts) = calls("retry:3,timeout:100ms", SLOW_ONCE, 1);
    assert_eq!((came, made), (vec![Outcome::Completed], vec![0, 110]), "the second try is quick");
    assert_eq!(figures(&counts), [(1, 1, 0), (2, 1, 1), (2, 2, 0)]);
    let (came, made, counts) = calls("timeout:100ms,retry:3", SLOW_ONCE, 1);
    assert_eq!((came, made), (vec![Outcome::TimedOut], vec![0]), "there is no time for another");
    assert_eq!(figures(&counts), [(1, 0, 1), (1, 1, 0), (1, 1, 0)]);
}

#[test]
fn a_fallback_outside_answers_whatever_failed_and_one_inside_a_breaker_hides_it() {
    let (came, ..) = calls("fallback,breaker:1", &[(0, DOWN)], 3);
    assert_eq!(came, [Outcome::Substituted; 3]);
    let (came, made, _) = calls("breaker:1,fallback", &[(0, DOWN)], 3);
    assert_eq!((came, made.len()), (vec![Outcome::Substituted; 3], 3), "the breaker never hears of a failure");
}

#[test]
fn a_limit_lets_so_many_through_a_second_and_a_bulkhead_so_many_at_once() {
    let (came, made, counts) = calls("limit:2", &[(0, OK)], 5);
    assert_eq!((made.len(), came.iter().filter(|o| **o == Outcome::Rejected).count()), (2, 3));
    assert_eq!(figures(&counts), [(5, 2, 3), (2, 2, 0)]);
    // 100 ms each: by 500 ms half a second's tokens have come.
    let (_, made, _) = calls("limit:2", &[(100, OK)], 30);
    assert!((2..=3).contains(&made.iter().filter(|at| **at < 500).count()), "{made:?}");
    run(|env| async move {
        let (stack, callers, calls) = stack(&env, "bulkhead:2", &[(100, OK)]);
        for _ in 0..5 {
            let (inner, stack) = (env.clone(), stack.clone());
            let one = async move {
                let job = inner.job();
                let came = stack.call(&job).await;
                job.leave(came.outcome());
            };
            env.spawn_at("caller", callers, one).detach();
        }
        env.sleep(Span::millis(200)).await;
        assert_eq!(calls.all(), [0, 0]);
        let job = env.job();
        assert_eq!(stack.call(&job).await.outcome(), Outcome::Completed, "both places are free again");
        job.leave(Outcome::Completed);
    });
}

#[test]
fn the_loser_of_a_hedge_counts_for_no_breaker_and_holds_no_place() {
    // The first attempt would fail after a second; the second is good after 10 ms.
    const SAYS: &[(u64, Answer)] = &[(1_000, DOWN), (10, OK), (10, OK)];
    let (came, made, counts) = calls("hedge:50ms,breaker:1,bulkhead:2", SAYS, 3);
    assert_eq!(came, [Outcome::Completed; 3], "a failure of the loser would have opened it");
    assert_eq!(made, [0, 50, 60, 70]);
    assert_eq!(figures(&counts), [(3, 3, 0), (4, 4, 0), (4, 4, 0), (4, 4, 0)]);
}

#[test]
fn what_a_layer_puts_in_is_its_waits() {
    let (_, made, counts) = calls("retry:3", &[(0, DOWN), (0, DOWN), (0, OK)], 1);
    assert_eq!(made, [0, 10, 20]);
    assert_eq!(counts[0].mean_added(), 20 * MS as i64);
}

/// Lists of policies by chance.
fn any_policies() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        (5..120_u64).prop_map(|ms| format!("timeout:{ms}ms")),
        (1..4_u32).prop_map(|n| format!("retry:{n}")),
        (1..4_u32).prop_map(|n| format!("breaker:{n}")),
        (1..30_u32).prop_map(|n| format!("limit:{n}")),
        (1..4_u32).prop_map(|n| format!("bulkhead:{n}")),
        (0..60_u64).prop_map(|ms| format!("hedge:{ms}ms")),
        Just("fallback".to_owned()),
    ];
    proptest::collection::vec(one, 0..6).prop_map(|all| all.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever comes and goes, at whatever instant and through whatever layers: what is inside is what is under way, and at the end nothing
    /// is inside, no task is left, and every place is free.
    #[test]
    fn nothing_is_left_of_calls_that_were_taken_back(
        policies in any_policies(),
        says in proptest::collection::vec((0..150_u64, prop_oneof![Just(OK), Just(DOWN), Just(Answer::Status(404))]), 1..6),
        callers in proptest::collection::vec((0..100_u64, proptest::option::of(0..300_u64)), 1..8),
    ) {
        let list = policies.clone();
        let over = run_any(move |env| async move {
            let (stack, at, _) = stack(&env, &list, &says);
            let mut tasks = Vec::new();
            for (comes, goes) in callers {
                let (inner, stack) = (env.clone(), stack.clone());
                let task = env.spawn_at("caller", at, async move {
                    inner.sleep(Span::millis(comes)).await;
                    let job = inner.job();
                    let came: Came = stack.call(&job).await;
                    job.leave(came.outcome());
                });
                tasks.push((comes + goes.unwrap_or(100_000), task));
            }
            tasks.sort_by_key(|(at, _)| *at);
            for (at, task) in tasks {
                env.sleep(Span(((at * MS).saturating_sub(env.now().0)).min(20_000 * MS))).await;
                drop(task);
            }
        });
        prop_assert_eq!(&over.progress, &Progress::Drained, "{}", policies);
        prop_assert_eq!(over.ledger.tally.tasks_live, 0);
        prop_assert_eq!((over.ledger.tally.in_flight, over.ledger.tally.in_system), (0, 0));
        let callers = over.ledger.find("callers", &over.run.trace()).expect("callers").0;
        for layer in layer_counts(&over.ledger, callers) {
            prop_assert!(layer.inside == 0 && layer.passed >= 0, "{}: {:?}", policies, layer);
            prop_assert_eq!(layer.came, layer.passed + layer.ended, "{}", policies);
        }
    }
}

/// A link's run: its checks hold; and how many calls reached a server that was down.
fn in_vain(link: &str) -> u64 {
    let session = follow(link);
    for state in session.history().checks.states() {
        let holds = match state.check.kind {
            CheckKind::Always => state.first_seen().is_none(),
            CheckKind::Eventually => (state.check.holds)(&session.history().ledger, &session.run().trace()),
            CheckKind::Sometimes => true,
        };
        assert!(holds, "{link}: {}", state.check.name());
    }
    session.history().ledger.tally.statuses.get(&503).copied().unwrap_or(0)
}

#[test]
fn more_calls_go_to_a_dead_server_with_the_retry_inside_the_breaker_whatever_the_seed() {
    let of = |odd: u32| {
        std::thread::spawn(move || {
            for seed in (0..200).filter(|seed| seed % 2 == odd) {
                let outside = in_vain(&format!("#/policy-pipeline?preset=retry-and-breaker&requests=600&seed=s{seed}"));
                let inside = in_vain(&format!("#/policy-pipeline?preset=inside&requests=600&seed=s{seed}"));
                assert!(inside > outside, "seed {seed}: {inside} inside, {outside} outside");
            }
        })
    };
    let halves = [of(0), of(1)];
    halves.into_iter().for_each(|half| half.join().expect("a thread"));
}

#[test]
fn what_each_scenario_of_layers_promises_holds_over_two_hundred_seeds() {
    // In the usual order hardly anything happens: its point is that all six layers let nearly everything through.
    let ended = "a layer ended a call itself";
    let points =
        [("", ""), ("retry-and-breaker", ended), ("inside", ended), ("timeouts", ended), ("bulkhead-and-retry", ended)];
    hold_with("policy-pipeline", &points, |id| if id.is_empty() { "requests=200".to_owned() } else { String::new() });
}

#[test]
fn the_pattern_tells_what_each_layer_saw_and_it_adds_up() {
    let session = follow("#/policy-pipeline?preset=retry-and-breaker");
    let told = session.history().detail().expect("a detail").report();
    let layers = told["layers"].as_array().expect("a list");
    let policies: Vec<_> = layers.iter().map(|layer| layer["policy"].as_str().expect("a policy")).collect();
    assert_eq!(policies.join(","), "fallback,timeout:2s,retry:3,breaker:5,limit:100,bulkhead:20,timeout:250ms");
    for layer in layers {
        let n = |key: &str| layer[key].as_u64().expect("a number");
        assert_eq!(n("in"), n("passed") + n("refused"), "{layer}");
    }
    assert_eq!(layers[0]["in"], 1_000);
    assert_eq!(layers[6]["in"], told["attempts"]["made"]);
    assert!(layers[2]["added_ns"].as_u64() > Some(0), "the retry waits");
}

#[test]
fn a_list_that_cannot_be_read_is_told_at_its_field_with_the_position() {
    let mut scenario =
        millrace::session::Scenario::new(millrace::patterns::find("policy-pipeline").expect("a pattern"));
    let problem = scenario.set("policies", "timeout:2s,cache:3").expect_err("no policy");
    assert!(problem.message().contains("policy 2, at character 12: \"cache\""), "{}", problem.message());
}
