//! The background processor of a program that is none of its own: its statistics as they are now, what a task does, and its end.

use crate::coordination::detail;
use crate::program::{Log, Over, finish, run, setup, start};
use millrace::engine::Env;
use millrace::patterns::background_processor::{Background, Does, Names, Rank, Settings, Statistics};
use millrace::patterns::find;
use millrace::spec::{Fidelity, Value};
use millrace::trace::{Fold, JobId, Ledger, Outcome, SimTime, Span, Wait};
use proptest::prelude::*;
use serde_json::Value as Json;
use std::cell::Cell;
use std::rc::Rc;

const RANKS: [Rank; 4] = [Rank::High, Rank::Medium, Rank::Low, Rank::Plain];
const FIDELITIES: [Fidelity; 2] = [Fidelity::Documented, Fidelity::Shipped];

fn span(ms: u64) -> Value {
    Value::Span(Span::millis(ms))
}

fn word(word: &str) -> Value {
    Value::Word(word.to_owned())
}

/// What a program does.
#[derive(Clone, Debug)]
struct Program {
    fidelity: Fidelity,
    given: Vec<(&'static str, Value)>,
    /// So many of a class, after so many microseconds.
    comes: Vec<(usize, u32, u64)>,
    /// A worker that is killed for 50 ms, and when.
    killed: Option<(i64, u64)>,
    /// When its statistics are looked at, in milliseconds.
    looks: Vec<u64>,
}

fn programs() -> impl Strategy<Value = Program> {
    let sizes = (1..6_u64, 3..40_u64, 1..80_u64, 0..4_u64);
    let shares = (prop_oneof![Just(0.0), 0.0..0.6], prop_oneof![Just(0.0), 0.0..0.4], any::<bool>(), any::<bool>());
    let comes = proptest::collection::vec((0..4_usize, 1..40_u32, 0..400_000_u64), 1..7);
    let killed = proptest::option::of((1..5_i64, 1..1_500_u64));
    let looks = proptest::collection::vec(1..3_000_u64, 1..5);
    (any::<bool>(), sizes, shares, comes, killed, looks).prop_map(|(shipped, sizes, shares, comes, killed, looks)| {
        let ((workers, queue, task, retries), (fails, panics, is_warmup, by_class)) = (sizes, shares);
        let given = vec![
            ("workers", Value::Count(workers)),
            ("queue", Value::Count(queue)),
            ("task", span(task)),
            ("timeout", span(60)),
            ("retries", Value::Count(retries)),
            ("retry-delay", span(30)),
            ("fails", Value::Number(fails)),
            ("panics", Value::Number(panics)),
            ("scale-every", span(170)),
            ("type", word(if is_warmup { "cache-warmup" } else { "task" })),
            ("batch-every", span(90)),
            ("priorities", word(if by_class { "on" } else { "off" })),
        ];
        Program { fidelity: FIDELITIES[usize::from(shipped)], given, comes, killed, looks }
    })
}

/// Submits what comes, and looks at the statistics, seven nanoseconds after whatever else happens.
fn submits(program: Program, seen: Log<Statistics>, does: Option<Does>) -> Over {
    finish(start(setup(), move |env| async move {
        let settings = Settings { does, ..Settings::of(program.fidelity, &program.given) };
        let background = Rc::new(Background::open(&env, settings));
        background.start();
        let (inner, log, own) = (env.clone(), seen.clone(), background.clone());
        let mut looks = program.looks.clone();
        looks.sort_unstable();
        let looks = env.spawn("looks", async move {
            for ms in looks {
                inner.sleep_until(SimTime(ms * 1_000_000 + 7), Wait::Sleep).await;
                log.push(own.statistics());
            }
        });
        let (inner, killed) = (env.clone(), program.killed);
        let kills = env.spawn("kills", async move {
            let Some((worker, ms)) = killed else { return };
            inner.sleep(Span::millis(ms)).await;
            let fault = inner.inject("kill-worker", worker);
            inner.sleep(Span::millis(50)).await;
            drop(fault);
        });
        for (class, many, micros) in program.comes {
            env.sleep(Span::micros(micros)).await;
            let (before, mut is_in) = (background.statistics(), 0);
            for _ in 0..many {
                is_in += u64::from(background.submit(env.job(), RANKS[class]));
            }
            let after = background.statistics();
            assert_eq!(
                (after.queued - before.queued, after.refused - before.refused),
                (is_in, u64::from(many) - is_in)
            );
        }
        looks.await;
        kills.await;
        background.settled().await;
        env.sleep(Span(7)).await;
        seen.push(background.statistics());
    }))
}

/// The totals of the pattern's report, which knows the trace alone, up to an instant.
fn totals(over: &Over, settings: &Settings, until: SimTime) -> Json {
    let mut detail =
        find("background-processor").and_then(|pattern| pattern.detail).expect("a report")(&settings.values);
    let (trace, mut ledger) = (over.run.trace(), Ledger::new());
    for event in trace.iter().take_while(|event| event.at <= until) {
        ledger.apply(event, &trace);
        detail.apply(event, &ledger, &trace);
    }
    detail.report().remove("totals").expect("totals")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_happens_its_statistics_are_at_any_time_what_the_trace_says(program in programs()) {
        let (seen, settings) = (Log::new(), Settings::of(program.fidelity, &program.given));
        let over = submits(program.clone(), seen.clone(), None);
        let is_batched = program.fidelity == Fidelity::Documented && program.given.contains(&("type", word("cache-warmup")));
        for statistics in seen.all() {
            let totals = totals(&over, &settings, statistics.now);
            for (name, value) in statistics.entries() {
                // The report's clock stands at the last event; and by the trace each of a batch counts as a worker's.
                let is_alike = name == "task_throughput" || is_batched && ["active_workers", "worker_utilization"].contains(&name);
                prop_assert!(is_alike || value == totals[name], "{name} at {:?}: {value}, {}", statistics.now, totals[name]);
            }
        }
        let last = seen.all().pop().expect("a look");
        // As shipped a handler may go on when all is settled, and what comes again counts again.
        if program.fidelity == Fidelity::Documented {
            prop_assert_eq!((last.active, last.completed + last.failed), (0, last.queued));
        }
        prop_assert_eq!(over.ledger.tally.in_system, 0);
    }
}

/// A handler that takes so long, notes when it was over, and says whether it went well.
fn takes(env: &Env, ms: u64, goes_well: bool, log: &Log<u64>) -> Does {
    let (env, log) = (env.clone(), log.clone());
    Rc::new(move |tasks: &[JobId]| {
        let (env, log, many) = (env.clone(), log.clone(), tasks.len() as u64);
        Box::pin(async move {
            env.sleep(Span::millis(ms)).await;
            (0..many).for_each(|_| log.push(env.now().0 / 1_000_000));
            goes_well
        })
    })
}

/// One task whose handler takes so long, of 100 ms that it may take: its statistics when nothing runs any more, and when handlers were over.
fn one(fidelity: Fidelity, ms: u64, goes_well: bool) -> (Statistics, Vec<u64>) {
    let (seen, log) = (Log::new(), Log::new());
    let (out, ended) = (seen.clone(), log.clone());
    run(move |env| async move {
        let does = takes(&env, ms, goes_well, &log);
        let settings =
            Settings::of(fidelity, &[("timeout", span(100)), ("retries", Value::Count(1)), ("retry-delay", span(10))]);
        let background = Background::open(&env, Settings { does: Some(does), ..settings });
        background.start();
        assert!(background.submit(env.job(), Rank::Low));
        background.settled().await;
        // Whoever was left running may still be.
        env.sleep(Span::secs(5)).await;
        seen.push(background.statistics());
    });
    (out.all().pop().expect("a look"), ended.all())
}

#[test]
fn a_task_does_what_it_is_given_to_do_and_is_tried_again_where_that_did_not_go_well() {
    for fidelity in FIDELITIES {
        let (statistics, ended) = one(fidelity, 40, true);
        assert_eq!((statistics.completed, statistics.failed, ended), (1, 0, vec![50]), "{fidelity:?}");
        assert_eq!(statistics.times, [if fidelity == Fidelity::Shipped { 20 } else { 40 }, 40, 40].map(Span::millis));
        let (statistics, ended) = one(fidelity, 40, false);
        assert_eq!((statistics.completed, statistics.retried, ended.len()), (0, 1, 2), "{fidelity:?}");
    }
}

#[test]
fn what_takes_too_long_is_stopped_and_as_shipped_it_goes_on_by_itself() {
    let (statistics, ended) = one(Fidelity::Documented, 300, true);
    assert_eq!((statistics.completed, statistics.failed, ended.len()), (0, 1, 0));
    let (statistics, ended) = one(Fidelity::Shipped, 300, true);
    // Both attempts count as failed, and both come to their end.
    assert_eq!((statistics.completed, statistics.failed, ended.len()), (0, 2, 2));
    assert_eq!(statistics.active, 0);
}

#[test]
fn several_that_are_done_in_one_go_are_done_once_with_all_of_their_numbers() {
    let calls = Rc::new(Cell::new(0));
    let counted = calls.clone();
    run(move |env| async move {
        let log = Log::new();
        let inner = takes(&env, 5, true, &log);
        let does: Does = Rc::new(move |tasks| {
            counted.set(counted.get() + 1);
            inner(tasks)
        });
        let settings = Settings::of(Fidelity::Documented, &[("type", word("cache-warmup"))]);
        let background = Background::open(&env, Settings { does: Some(does), ..settings });
        background.start();
        (0..25).for_each(|_| assert!(background.submit(env.job(), Rank::Low)));
        background.settled().await;
        assert_eq!((log.all().len(), background.statistics().completed), (25, 25));
    });
    assert_eq!(calls.get(), 3);
}

#[test]
fn stopped_it_does_what_was_accepted_or_as_shipped_what_is_in_hand_and_cut_off_nothing() {
    let ends = |fidelity, is_cut: bool| {
        let over = run(move |env| async move {
            let log = Log::new();
            let does = takes(&env, 70, true, &log);
            let settings = Settings::of(fidelity, &[("workers", Value::Count(4))]);
            let background = Background::open(&env, Settings { does: Some(does), ..settings });
            background.start();
            (0..50).for_each(|_| assert!(background.submit(env.job(), Rank::Low)));
            env.sleep(Span::millis(55)).await;
            if is_cut {
                background.cut();
            } else {
                background.stop().await;
            }
            let (at, ended) = (env.now(), log.all().len());
            env.sleep(Span::secs(1)).await;
            assert_eq!(log.all().len(), ended, "somebody worked on after {at:?}");
        });
        let count = |outcome| over.ledger.tally.count(outcome);
        (count(Outcome::Completed), count(Outcome::Lost) + count(Outcome::Cancelled))
    };
    assert_eq!(ends(Fidelity::Documented, false), (50, 0));
    assert_eq!(ends(Fidelity::Shipped, false), (4, 46));
    assert_eq!(ends(Fidelity::Documented, true), (0, 50));
    assert_eq!(ends(Fidelity::Shipped, true), (0, 50));
}

#[test]
fn its_stations_have_the_names_that_they_are_given() {
    let over = run(|env| async move {
        let names = Names { queue: "later", workers: "helpers", tokens: "pace", batch: "warm-ups" };
        let settings = Settings { names, ..Settings::of(Fidelity::Documented, &[("type", word("cache-warmup"))]) };
        assert_eq!(settings.place("Later").station, "later");
        let background = Background::open(&env, settings);
        background.start();
        background.submit(env.job(), Rank::Low);
        background.settled().await;
    });
    let trace = over.run.trace();
    for (name, is_there) in [
        ("later", true),
        ("helpers", true),
        ("pace", true),
        ("warm-ups", true),
        ("queue", false),
        ("workers", false),
        ("batch", false),
    ] {
        assert_eq!(over.ledger.find(name, &trace).is_some(), is_there, "{name}");
    }
}

#[test]
fn the_health_of_the_queue_goes_by_its_room_and_as_shipped_is_one_word() {
    // A hundred and twenty come at once, and there is room for a hundred; ten a fifth of a second are done.
    let health = |query: &str| {
        let told = detail(&format!("background-processor?preset=dropped&{query}"));
        told["queue_health"]["health"].as_str().expect("a word").to_owned()
    };
    assert_eq!(health("fidelity=documented&until=100ms"), "full");
    assert_eq!(health("fidelity=documented"), "ok", "when all is done");
    let words: Vec<_> = (1..30).map(|n| health(&format!("fidelity=documented&until={}ms", n * 100))).collect();
    assert!(words.iter().any(|word| word == "nearly full"), "{words:?}");
    for until in ["&until=10ms", "&until=100ms", ""] {
        assert_eq!(health(&format!("fidelity=shipped{until}")), "ok");
    }
}
