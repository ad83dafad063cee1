//! What is counted is what is there: signals, slots, probes, permits. A count that is not given back by who is killed, or taken by
//! who never gave, goes wrong once and stays wrong: here is what came of it, and the checks that see it at once.

use crate::program::{Over, follow, run};
use millrace::analysis::{History, How};
use millrace::engine::{Env, Progress, StationSpec};
use millrace::parts::{Semaphore, channel, timeout};
use millrace::patterns;
use millrace::session::Session;
use millrace::spec::Check;
use millrace::trace::{EventKind, Gauge, Ledger, Outcome, SimTime, Span, StationId, StationKind};
use proptest::prelude::*;
use std::rc::Rc;

type Finished = Session<Ledger, History>;

/// The names of the `always` checks that were broken.
fn broken(session: &Finished) -> Vec<std::borrow::Cow<'static, str>> {
    let states = session.history().checks.states();
    states
        .iter()
        .filter(|s| s.first_seen().is_some() && s.check.kind == millrace::spec::CheckKind::Always)
        .map(|s| s.check.name())
        .collect()
}

fn completed(session: &Finished) -> u64 {
    session.history().ledger.tally.count(Outcome::Completed)
}

/// A worker was killed with its signal in the channel and left it there: the pressure never fell below three again, the delay stood
/// at 50 ms, and 1,500 requests took 67.75 s. Without the fault they take 10 s, and one worker of fifteen was away for 0.65 s.
#[test]
fn a_killed_worker_takes_its_busy_signal_with_it() {
    let session = follow(
        "backpressure?requests=1500&server=general&service=constant&mean=100ms&x=50000001~0~fault~kill-worker~1;700000000~0~fault~kill-worker~off",
    );
    let seconds = session.computed().seconds();
    assert!((10.0..12.0).contains(&seconds), "{seconds} s");
    assert_eq!((completed(&session), session.outcome()), (1_499, Some(&Progress::Drained)));
    assert_eq!(broken(&session), Vec::<&str>::new());
}

/// Twenty-four of 1,024 workers found the channel full, put no signal in, and took one out all the same: the last 24 waited for a
/// signal for ever, and the monitor beat on beside them.
#[test]
fn who_found_the_channel_full_takes_nobody_elses_signal_out() {
    let session = follow("backpressure?workers=1024&requests=5000&server=general&service=constant&mean=20ms");
    assert_eq!((completed(&session), session.outcome()), (5_000, Some(&Progress::Drained)));
    assert_eq!(broken(&session), Vec::<&str>::new());
    let cramped = follow("backpressure?busy-buffer=1&tick=0.1ms&requests=500");
    assert_eq!((cramped.history().ledger.tally.departed(), cramped.outcome()), (500, Some(&Progress::Drained)));
    assert_eq!(broken(&cramped), Vec::<&str>::new());
}

/// The first worker has the only place for a signal. The second one goes away before it, and leaves the signal where it is.
#[test]
fn a_worker_without_a_signal_leaves_the_pressure_as_it_was() {
    let link = "backpressure?workers=2&busy-buffer=1&requests=2&server=general&service=constant&mean=20ms";
    let session = follow(&format!("{link}&x=10000000~0~fault~kill-worker~2"));
    let trace = session.run().trace();
    let pressure = trace.iter().filter_map(|e| match e.kind {
        EventKind::Gauged { gauge: Gauge(0), value, .. } => Some((e.at.0, value)),
        _ => None,
    });
    assert_eq!(pressure.collect::<Vec<_>>(), [(0, 1), (20_000_000, 0)]);
}

/// It beat ten thousand times a second beside nobody, for ever.
#[test]
fn a_pool_whose_only_worker_stays_killed_ends_and_says_who_waits() {
    let session = follow("backpressure?workers=1&requests=500&x=50000001~0~fault~kill-worker~1");
    let Some(Progress::Deadlock(waiting)) = session.outcome() else { panic!("{:?}", session.outcome()) };
    let waiting: Vec<_> = waiting.iter().map(|w| (w.name.as_str(), w.waiting_on.as_str())).collect();
    assert_eq!(waiting, [("main", "responses.recv"), ("monitor", "tick"), ("producer", "requests.send")]);
    assert!(session.computed() < SimTime(1_000_000_000));
}

#[test]
fn an_outage_that_comes_again_and_again_keeps_no_run_alive() {
    let link = "circuit-breaker?callers=1&outage-for=1s&outage-every=4s&x=1000000000~0~fault~kill-worker~1";
    let session = follow(link);
    assert!(matches!(session.outcome(), Some(Progress::Deadlock(_))), "{:?}", session.outcome());
    // While there is work to do, it does come again.
    let spells = follow("circuit-breaker?preset=flapping")
        .run()
        .trace()
        .iter()
        .filter(|e| matches!(e.kind, EventKind::Faulted { on: true, .. }))
        .count();
    assert!(spells > 2, "{spells} outages");
}

/// A stranded car's people wait for ever, and somebody listens to the status of it.
#[test]
fn a_stream_of_status_lines_keeps_no_run_alive() {
    let session = follow("elevator?preset=stranded&x=60000000000~0~ask~page~GET~/ws/status~");
    assert!(matches!(session.outcome(), Some(Progress::Deadlock(_))), "{:?}", session.outcome());
}

/// A monitor that looks ten thousand times a second left a line in the log for each look: 3 GB within minutes.
#[test]
fn a_controller_that_looks_more_often_leaves_no_longer_log() {
    let events = |tick: &str| follow(&format!("backpressure?requests=30&base=10s&tick={tick}")).run().trace().len();
    let (seldom, often) = (events("60s"), events("1ms"));
    assert!(often <= seldom + 20, "{often} events, {seldom} with hardly a look");
}

// The checks, seen to fail.

fn check(pattern: &str, name: &str) -> &'static Check {
    let checks = patterns::find(pattern).expect("a pattern").checks();
    checks.iter().find(|check| check.name() == name).unwrap_or_else(|| panic!("{pattern} has no check {name}"))
}

#[track_caller]
fn holds(check: &Check, over: &Over) -> bool {
    (check.holds)(&over.ledger, &over.run.trace())
}

fn open(env: &Env, kind: StationKind, name: &str, parent: StationId, capacity: u32) -> StationId {
    env.open(StationSpec { kind, name, parent, capacity })
}

/// A crew of two, one of them out on a call since `after`, beside whatever `beside` sets up.
fn one_of_two_calls(crew: &'static str, after: Span, beside: impl FnOnce(&Env) + 'static) -> Over {
    run(move |env| async move {
        let parent = open(&env, StationKind::Crew, crew, StationId::NONE, u32::MAX);
        let first = open(&env, StationKind::Worker, "first", parent, u32::MAX);
        open(&env, StationKind::Worker, "second", parent, u32::MAX);
        let server = open(&env, StationKind::Server, "server", StationId::NONE, u32::MAX);
        let job = env.job_at(first);
        beside(&env);
        env.sleep(after).await;
        env.emit(EventKind::Called { job: job.id(), station: server, started: true });
        std::mem::forget(job);
    })
}

#[test]
fn the_check_on_busy_signals_fails_when_one_too_many_or_too_few_is_counted() {
    let check = check("backpressure", "as many busy signals are in the channel as workers are busy");
    let counted = |pressure: i64, room: u32| {
        holds(
            check,
            &one_of_two_calls("workers", Span::ZERO, move |env| {
                let busy = env.open_plain(StationKind::Gate, "busy");
                drop(channel::<()>(env, "busy signals", room));
                env.gauge(busy, Gauge(0), pressure);
            }),
        )
    };
    assert_eq!([0, 1, 2].map(|pressure| counted(pressure, 1_000)), [false, true, false]);
    // Where there is no room for all, a busy worker may be uncounted; none that is not busy is counted.
    assert_eq!([0, 1, 2].map(|pressure| counted(pressure, 1)), [true, true, false]);
}

#[test]
fn the_check_on_probes_fails_when_one_too_many_or_too_few_is_counted() {
    let check = check("circuit-breaker", "as many probes are counted as under way as there are");
    let counted = |state: &'static str, probes: i64, told: i64, after: Span| {
        let gauges = millrace::parts::Breaker::gauges();
        holds(
            check,
            &one_of_two_calls("callers", after, move |env| {
                let breaker = env.open_plain(StationKind::Gate, "breaker");
                env.state(breaker, state);
                env.gauge(breaker, gauges.probes, probes);
                env.gauge(breaker, gauges.calls, told);
            }),
        )
    };
    let later = Span::millis(1);
    assert_eq!([0, 1, 2].map(|probes| counted("half-open", probes, 0, later)), [false, true, false]);
    assert_eq!([2, 3, 4].map(|probes| counted("half-open", probes, 2, later)), [false, true, false]);
    assert_eq!([0, 1, 2].map(|probes| counted("half-open", probes, 0, Span::ZERO)), [true, true, false]);
    assert_eq!([0, 1].map(|probes| counted("closed", probes, 0, later)), [true, false]);
}

#[test]
fn the_check_on_slots_fails_when_one_stays_empty_beside_a_queue() {
    let in_service = |slots: u32| {
        run(move |env| async move {
            let server = open(&env, StationKind::Server, "server", StationId::NONE, slots);
            for started in [true, false] {
                let job = env.job();
                env.emit(EventKind::Called { job: job.id(), station: server, started });
                std::mem::forget(job);
            }
        })
    };
    for pattern in patterns::ALL.iter().filter(|p| (p.fields)().iter().any(|f| f.key == "slots")) {
        let check = check(pattern.id, Check::SLOTS_KEPT.statement);
        assert!(holds(check, &in_service(1)), "one is served and one waits for the only slot");
        assert!(!holds(check, &in_service(2)), "one waits beside a slot that nobody gave back");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Who holds a permit, who waits for one, who was handed one and has not noticed, and who gave up: together they are all.
    #[test]
    fn permits_that_are_held_and_free_are_always_all_there_are(permits in 1..5_u32, callers in prop::collection::vec((0..20_u64, 0..30_u64, 0..30_u64), 1..40)) {
        run(move |env| async move {
            let (semaphore, held) = (Semaphore::new(&env, permits), Rc::new(std::cell::Cell::new(0)));
            let tasks: Vec<_> = callers.into_iter().map(|(comes, patience, holds)| {
                let (env, semaphore, held) = (env.clone(), semaphore.clone(), held.clone());
                let inner = env.clone();
                env.spawn("caller", async move {
                    inner.sleep(Span::millis(comes)).await;
                    if let Ok(_permit) = timeout(&inner, Span::millis(patience), semaphore.acquire()).await {
                        held.set(held.get() + 1);
                        assert!(held.get() + semaphore.free() <= permits, "{} held, {} free", held.get(), semaphore.free());
                        inner.sleep(Span::millis(holds)).await;
                        held.set(held.get() - 1);
                    }
                })
            }).collect();
            for task in tasks {
                task.join().await;
            }
            assert_eq!(semaphore.free(), permits);
        });
    }
}

#[test]
fn an_answer_of_a_call_that_was_taken_back_frees_its_slot() {
    let session =
        follow("worker-pool?requests=400&workers=40&server=general&slots=4&service=constant&mean=50ms&timeout=120ms");
    assert_eq!(broken(&session), Vec::<&str>::new());
    let answers = session
        .history()
        .until(u64::MAX, SimTime::MAX)
        .calls()
        .map_or(0, |calls| calls.count(|how| how == How::Timeout)) as usize;
    assert!(answers > 100, "{answers} calls were taken back");
}
