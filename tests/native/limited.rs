//! The limits of calls to a real endpoint: how many at once, how many in all, how long each.

use millrace::analysis::{History, Summary};
use millrace::engine::{Attempt, Env, Intervention, Ordinal, Progress, Run, Seed, Server, Setup, Upstream};
use millrace::patterns;
use millrace::session::{Scenario, Session, Target};
use millrace::spec::{Measure, Role, Value};
use millrace::trace::{Answer, EventKind, Ledger, SimTime, Span, StationKind};
use millrace::upstream::{Failure, Limited, Limits, Witness};
use millrace::view::Picture;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;

/// An endpoint that takes its time, and remembers how many requests it had at once.
struct Pretended {
    takes: Span,
    /// What the network says that a call took, if it says anything.
    says: Option<Span>,
    /// Whom it tells of its answers.
    witness: RefCell<Witness>,
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

    fn took(&self) -> Option<Span> {
        self.says
    }

    fn call(&self, env: &Env, _: Attempt) -> Pin<Box<dyn Future<Output = Answer>>> {
        let (env, takes, witness) = (env.clone(), self.takes, self.witness.borrow().clone());
        let (now, peak, dropped) = (self.now.clone(), self.peak.clone(), self.dropped.clone());
        Box::pin(async move {
            now.set(now.get() + 1);
            peak.set(peak.get().max(now.get()));
            let mut held = Held(now, dropped, false);
            env.sleep(takes).await;
            held.2 = true;
            witness.answered(200);
            Answer::Status(200)
        })
    }
}

/// Such an endpoint.
fn pretended(takes: Span, says: Option<Span>) -> Pretended {
    Pretended {
        takes,
        says,
        witness: RefCell::default(),
        now: Rc::default(),
        peak: Rc::default(),
        dropped: Rc::default(),
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
    let inner = Pretended { now, peak: peak.clone(), dropped: dropped.clone(), ..pretended(takes, None) };
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

/// An endpoint that nobody listens at.
struct Refusing(Witness);

impl Upstream for Refusing {
    fn has_room(&self) -> bool {
        true
    }

    fn call(&self, env: &Env, _: Attempt) -> Pin<Box<dyn Future<Output = Answer>>> {
        let (env, witness) = (env.clone(), self.0.clone());
        Box::pin(async move {
            env.sleep(Span::millis(1)).await;
            witness.failed(Failure::Unreachable);
            Answer::Failed
        })
    }
}

/// Six calls at once to an endpoint that takes two at a time, 10 ms each, to their end.
fn six_by_two(history: fn(&Scenario) -> History) -> Session<Ledger, History> {
    let mut scenario = Scenario::new(patterns::find("wait-group").expect("a pattern"));
    scenario.choose("requests", Value::Count(6));
    let inner = pretended(Span::millis(10), None);
    let limited = Limited::new(Rc::new(inner), Limits { at_once: 2, ..Limits::DEFAULT }, Witness::default());
    let history = history(&scenario);
    let mut session = Session::real(scenario, Rc::new(limited), Ledger::new(), history);
    session.compute(SimTime(1_000_000_000), u64::MAX);
    session
}

fn of(session: &Session<Ledger, History>, id: &str) -> Option<Summary> {
    session.history().until(u64::MAX, SimTime::MAX).summary(id)
}

#[test]
fn a_real_call_takes_from_its_sending_to_its_answer_and_the_wait_before_is_a_measure_of_its_own() {
    let session = six_by_two(|scenario| History::of_real(scenario.pattern, &scenario.values()));
    let calls = of(&session, Measure::LATENCY).expect("calls were answered");
    assert_eq!((calls.count, calls.min, calls.max), (6, Span::millis(10), Span::millis(10)));
    let held = of(&session, "held").expect("four had to wait");
    assert_eq!((held.count, held.min, held.max), (4, Span::millis(10), Span::millis(20)));
    // Who is held back does not wait for a slot of the endpoint that is free.
    for state in session.history().checks.states() {
        assert_eq!(state.first_violation(SimTime::MAX, true), None, "{}", state.check.statement);
    }
}

#[test]
fn who_calls_a_real_endpoint_is_told_how_long_it_took_without_the_wait_before_sending() {
    let inner = pretended(Span::millis(10), None);
    let limited = Rc::new(Limited::new(Rc::new(inner), Limits { at_once: 1, ..Limits::DEFAULT }, Witness::default()));
    let told = Rc::new(RefCell::new(Vec::new()));
    let all = told.clone();
    let mut run = Run::new(Setup::new(Seed::from_word("any")), (StationKind::Sink, "results"), move |env| async move {
        let server = env.open_plain(StationKind::Server, "server");
        env.set_default_server(&Server::new(&env, server, limited));
        let calls: Vec<_> = (0..3)
            .map(|_| {
                let (env, all) = (env.clone(), all.clone());
                env.clone().spawn("caller", async move {
                    let job = env.job();
                    let reply = env.call(&job).await;
                    all.borrow_mut().push(reply.latency);
                    job.leave(reply.answer.outcome());
                })
            })
            .collect();
        for call in calls {
            call.await;
        }
    });
    run.advance(SimTime(1_000_000_000), u64::MAX);
    assert_eq!(*told.borrow(), [Span::millis(10); 3]);
}

#[test]
fn a_call_takes_as_long_as_the_network_says_however_late_the_page_looks_at_the_answer() {
    let mut scenario = Scenario::new(patterns::find("wait-group").expect("a pattern"));
    scenario.choose("requests", Value::Count(6));
    // Its answers are seen after 30 ms, and the network had them after 4.
    let inner = pretended(Span::millis(30), Some(Span::millis(4)));
    let limited = Limited::new(Rc::new(inner), Limits { at_once: 2, ..Limits::DEFAULT }, Witness::default());
    let history = History::of_real(scenario.pattern, &scenario.values());
    let mut session = Session::real(scenario, Rc::new(limited), Picture::default(), history);
    session.compute(SimTime(1_000_000_000), u64::MAX);
    session.show(SimTime(1_000_000_000), u64::MAX);
    let so_far = session.history().until(u64::MAX, SimTime::MAX);
    let calls = so_far.summary(Measure::LATENCY).expect("calls were answered");
    assert_eq!((calls.count, calls.min, calls.max), (6, Span::millis(4), Span::millis(4)));
    // The stage says the same.
    let picture = session.state();
    let (server, _) =
        picture.ledger.stations_with_ids().find(|(_, row)| row.kind == StationKind::Server).expect("it has one");
    assert_eq!(picture.recent.calls(server).and_then(|calls| calls.recent_p50()), Some(4_000_000));
}

#[test]
fn a_call_that_is_given_up_took_as_long_as_its_callers_patience_however_late_the_page_is() {
    let mut scenario = Scenario::new(patterns::find("wait-group").expect("a pattern"));
    scenario.choose("requests", Value::Count(3));
    let inner = pretended(Span::secs(60), None);
    let limits = Limits { patience: Span::millis(20), ..Limits::DEFAULT };
    let history = History::of_real(scenario.pattern, &scenario.values());
    let mut session = Session::real(
        scenario,
        Rc::new(Limited::new(Rc::new(inner), limits, Witness::default())),
        Ledger::new(),
        history,
    );
    // It looks every 70 ms.
    for turn in 0..10 {
        session.compute(SimTime(turn * 70_000_000), u64::MAX);
    }
    let calls = of(&session, Measure::LATENCY).expect("they were given up");
    assert_eq!((calls.count, calls.min, calls.max), (3, Span::millis(20), Span::millis(20)));
}

#[test]
fn an_answer_that_came_in_time_is_in_time_also_when_the_page_looks_at_it_too_late() {
    let seen = |says, lag| {
        let mut scenario = Scenario::new(patterns::find("wait-group").expect("a pattern"));
        scenario.choose("requests", Value::Count(3));
        let (inner, witness) = (pretended(Span::millis(30), Some(says)), Witness::default());
        inner.witness.replace(witness.clone());
        let limits = Limits { patience: Span::millis(20), ..Limits::DEFAULT };
        let limited = Limited::new(Rc::new(inner), limits, witness.clone()).with_lag(lag);
        let mut run = scenario.run(Some(Rc::new(limited)));
        assert_eq!(run.advance(SimTime::MAX, u64::MAX), Progress::Drained);
        let evidence = witness.evidence();
        (evidence.answered(), evidence.count(Failure::TimedOut))
    };
    assert_eq!(seen(Span::millis(4), Span::millis(100)), (3, 0));
    assert_eq!(seen(Span::millis(25), Span::millis(100)), (0, 3), "it came too late");
    assert_eq!(seen(Span::millis(4), Span::ZERO), (0, 3), "nobody waits for one that may have come");
}

#[test]
fn what_is_planned_stays_in_the_scenario_of_a_real_run_and_is_not_done_to_it() {
    for pattern in patterns::ALL.iter().copied() {
        let scenario = Scenario::new(pattern);
        let faults = (pattern.scene)(&scenario.values(), scenario.fidelity).faults;
        if !scenario.calls_server() {
            continue;
        }
        let mut planned = scenario.clone();
        for fault in &faults {
            let action = scenario.begin_fault(&fault.name(), fault.default).expect("the scene offers it");
            planned.interventions.push(Intervention { at: SimTime::ZERO, ordinal: Ordinal::ByTime, action });
        }
        let inner = pretended(Span::millis(4), None);
        let limited = Limited::new(Rc::new(inner), Limits { at_most: 1_000, ..Limits::DEFAULT }, Witness::default());
        let history = History::of_real(pattern, &planned.values());
        let mut session = Session::real(planned, Rc::new(limited), Ledger::new(), history);
        session.compute(SimTime(1_000_000_000), u64::MAX);
        assert_eq!(session.scenario().interventions.len(), faults.len(), "{}", pattern.id);
        let begun = session.run().trace().iter().filter(|e| matches!(e.kind, EventKind::Faulted { .. })).count();
        assert_eq!(begun, 0, "{}", pattern.id);
    }
}

#[test]
fn the_wait_before_sending_is_shown_where_requests_go_to_a_real_endpoint_and_nowhere_else() {
    let mut scenario = Scenario::new(patterns::find("worker-pool").expect("a pattern"));
    let shown = |scenario: &Scenario| scenario.measures().iter().any(|measure| measure.id == "held");
    assert!(!shown(&scenario));
    scenario.target = Target::Fetch;
    assert!(shown(&scenario));
}

#[test]
fn the_scenarios_timeout_counts_from_the_sending_too() {
    let mut scenario = Scenario::new(patterns::find("wait-group").expect("a pattern"));
    scenario.choose("requests", Value::Count(4));
    scenario.choose("timeout", Value::Span(Span::millis(15)));
    let inner = pretended(Span::millis(10), None);
    let dropped = inner.dropped.clone();
    let patience = scenario.values().patience().expect("it was chosen");
    let limits = Limits { at_once: 1, patience, ..Limits::DEFAULT };
    let witness = Witness::default();
    let mut run = scenario.run(Some(Rc::new(Limited::new(Rc::new(inner), limits, witness.clone()))));
    assert_eq!(run.advance(SimTime::MAX, u64::MAX), Progress::Drained);
    assert_eq!((witness.sent(), dropped.get(), witness.evidence().failed()), (4, 0, 0));
}

#[test]
fn there_is_one_timeout_wherever_a_real_endpoint_can_be_called() {
    for pattern in patterns::ALL.iter().copied() {
        let mut scenario = Scenario::new(pattern);
        if scenario.calls_server() {
            let field = scenario.field_with(Role::Patience).expect("the endpoint's timeout is this parameter");
            assert!(field.prefix.is_empty(), "{}: {}", pattern.id, field.key);
            scenario.choose(field.key, Value::Span(Span::millis(123)));
            assert_eq!(scenario.values().patience(), Some(Span::millis(123)), "{}", pattern.id);
        }
    }
}

#[test]
fn after_ten_refusals_in_a_row_no_request_is_sent_any_more() {
    let mut scenario = Scenario::new(patterns::find("wait-group").expect("a pattern"));
    scenario.choose("requests", Value::Count(40));
    let sent = |at_once| {
        let witness = Witness::default();
        let limits = Limits { at_once, ..Limits::DEFAULT };
        let limited = Limited::new(Rc::new(Refusing(witness.clone())), limits, witness.clone());
        let mut run = scenario.run(Some(Rc::new(limited)));
        let over = run.advance(SimTime(1_000_000_000), u64::MAX);
        assert!(!over.is_final(), "it waits for whoever drives it to stop it");
        let evidence = witness.evidence();
        assert!(evidence.given_up);
        assert_eq!((evidence.sent, evidence.count(Failure::OverTheCap)), (evidence.refused_in_a_row, 0));
        evidence.sent
    };
    assert_eq!(sent(1), 10);
    assert!((10..10 + 6).contains(&sent(6)), "but for those that were under way");
}
