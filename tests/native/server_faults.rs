//! What befalls a server: partitions, crashes, brownouts.

use crate::program::follow;
use millrace::analysis::History;
use millrace::engine::Progress;
use millrace::session::Session;
use millrace::spec::CheckKind;
use millrace::trace::{Answer, EventKind, Ledger, Outcome, SimTime, Span, TraceEvent};

/// One worker that calls the default server a hundred times, 10 ms each; what each call met and when it ended.
fn steady(given: &str) -> Session<Ledger, History> {
    follow(&format!("#/worker-pool?workers=1&requests=100&server=general&service=constant&mean=10ms&{given}"))
}

fn answers(session: &Session<Ledger, History>) -> Vec<(u64, Answer)> {
    let trace = session.run().trace();
    let of = |e: &TraceEvent| match e.kind {
        EventKind::Answered { answer, .. } => Some((e.at.0 / 1_000_000, answer)),
        _ => None,
    };
    trace.iter().filter_map(of).collect()
}

/// When each call ended, how, and how long it took; each job is called once.
fn calls(session: &Session<Ledger, History>) -> Vec<(SimTime, Answer, Span)> {
    let (trace, mut sent) = (session.run().trace(), std::collections::BTreeMap::new());
    let of = |e: &TraceEvent| match e.kind {
        EventKind::Called { job, .. } => sent.insert(job, e.at).and(None),
        EventKind::Answered { job, answer, .. } => Some((e.at, answer, e.at - *sent.get(&job)?)),
        _ => None,
    };
    trace.iter().filter_map(of).collect()
}

#[test]
fn calls_hang_in_a_partition_and_go_on_when_it_is_over() {
    // At 105 ms one call is under way: its answer is lost on the way back until 405 ms.
    let over = steady("x=105000000~0~fault~partition~300000000");
    let answers = answers(&over);
    assert!(answers.iter().all(|(_, answer)| *answer == Answer::Status(200)));
    assert_eq!(answers[9..12].iter().map(|(at, _)| *at).collect::<Vec<_>>(), [100, 405, 415]);
    assert_eq!(over.outcome(), Some(&Progress::Drained));
}

#[test]
fn in_a_partition_a_callers_patience_ends_first() {
    let over = steady("timeout=50ms&x=105000000~0~fault~partition~300000000");
    let answers = answers(&over);
    let timed_out: Vec<_> = answers.iter().filter(|(_, a)| *a == Answer::TimedOut).map(|(at, _)| *at).collect();
    assert_eq!(timed_out, [150, 200, 250, 300, 350, 400]);
    // The call of 400 ms gets through at 405 ms, and its answer comes in time.
    assert!(answers.contains(&(415, Answer::Status(200))));
}

#[test]
fn a_partition_without_end_and_without_patience_is_a_deadlock_that_says_who_waits() {
    let over = steady("x=105000000~0~fault~partition~0");
    let Some(Progress::Deadlock(waiting)) = over.outcome() else { panic!("{:?}", over.outcome()) };
    let who: Vec<_> = waiting.iter().map(|w| (w.name.as_str(), w.waiting_on.as_str())).collect();
    assert!(who.contains(&("worker 1", "server.call")), "{who:?}");
    assert_eq!(over.computed(), SimTime(110_000_000), "when its last answer would have come");
    // Monitors and scripts of outages that go on keep it alive no longer than anybody else.
    let tended = follow("#/circuit-breaker?timeout=0s&outage-every=5s&requests=5000&x=1000000000~0~fault~partition~0");
    assert!(matches!(tended.outcome(), Some(Progress::Deadlock(_))), "{:?}", tended.outcome());
    // Switched off, it is over.
    let lifted = steady("x=105000000~0~fault~partition~0;200000000~0~fault~partition~off");
    assert_eq!(lifted.outcome(), Some(&Progress::Drained));
}

#[test]
fn in_a_partition_calls_keep_their_slots_and_the_rest_queues() {
    let over = follow(
        "#/worker-pool?workers=4&requests=60&server=general&service=constant&mean=10ms&slots=2&x=15000000~0~fault~partition~100000000",
    );
    for state in over.history().checks.states().iter().filter(|s| s.check.kind == CheckKind::Always) {
        assert_eq!(state.first_seen(), None, "{}", state.check.name());
    }
    let ends: Vec<_> = answers(&over).iter().map(|(at, _)| *at).collect();
    assert_eq!(ends[..6], [10, 10, 115, 115, 125, 125]);
}

#[test]
fn a_crash_ends_what_is_under_way_refuses_at_once_and_forgets() {
    let over = steady("x=105000000~0~fault~crash~300000000");
    let failed: Vec<_> = answers(&over).iter().filter(|(_, a)| *a == Answer::Failed).map(|(at, _)| *at).collect();
    // All that are left: a closed loop that is refused at once asks again at once.
    assert_eq!(failed, vec![105; 90]);
    let open = steady("arrivals=constant&rate=50&x=105000000~0~fault~crash~300000000");
    let ends = answers(&open);
    let failed: Vec<_> = ends.iter().filter(|(_, a)| *a == Answer::Failed).map(|(at, _)| *at).collect();
    // The one of 100 ms is under way then; those of 120 to 400 ms are refused when they come.
    assert_eq!(failed, [vec![105], (6..=20).map(|n| n * 20).collect()].concat());
    assert!(ends.iter().filter(|(at, _)| *at > 405).all(|(_, a)| *a == Answer::Status(200)));
}

#[test]
fn who_queues_for_a_slot_of_a_server_that_crashes_is_refused_with_the_others() {
    let over = follow(
        "#/worker-pool?workers=4&requests=8&server=general&service=constant&mean=10ms&slots=2&x=5000000~0~fault~crash~300000000",
    );
    assert!(answers(&over).iter().all(|end| *end == (5, Answer::Failed)));
    let ledger = &over.history().ledger;
    assert_eq!(ledger.tally.count(Outcome::Failed), 8);
    assert!(ledger.keeps_its_slots_busy() && ledger.is_conserved());
}

#[test]
fn a_server_that_crashed_has_forgotten_its_walk() {
    // The shared walk goes up for ever; after a crash it begins at nothing, as on the first day.
    let latencies = |x: &str| {
        let over = follow(&format!("#/worker-pool?workers=1&requests=400&arrivals=constant&rate=1&server=shared{x}"));
        let late = calls(&over).into_iter().find(|(at, ..)| at.0 > 301_000_000_000);
        late.map(|(_, _, took)| took.as_millis()).expect("a call")
    };
    assert!(latencies("") > 100.0, "far from where it began");
    assert!(latencies("&x=300000000000~0~fault~crash~500000000") <= 20.0, "a step or two from nothing");
}

#[test]
fn a_brownout_is_slower_and_half_of_what_it_adds_are_errors_at_most_half_of_all() {
    for (factor, share) in [("1.2", 0.1), ("1.5", 0.25), ("2", 0.5), ("10", 0.5)] {
        let over = follow(&format!(
            "#/worker-pool?requests=4000&server=general&service=constant&mean=10ms&x=0~0~fault~brownout~{factor}"
        ));
        let calls = calls(&over);
        let took = Span::from_seconds(0.01 * factor.parse::<f64>().expect("a number"));
        assert!(calls.iter().all(|c| c.2 == took), "×{factor}");
        let errors = calls.iter().filter(|c| c.1 == Answer::Status(500)).count() as f64 / 4_000.0;
        // Four standard errors of at most 0.8 %.
        assert!((errors - share).abs() < 0.032, "×{factor}: {errors}");
    }
}
