//! The circuit breaker: against a model that keeps whole histories, and its promises one by one.

use crate::faults::switch;
use crate::program::{Over, finish, run, setup, start_pattern, values};
use millrace::engine::{Env, Intervention, Ordinal, Progress, Setup};
use millrace::parts::{
    Breaker, BreakerSettings, BreakerState, Growth, HalfOpen, Mark, Pass, Probing, SlidingWindow, Slow, Trip, Window,
};
use millrace::patterns;
use millrace::spec::Fidelity;
use millrace::trace::{EventKind, Gauge, Outcome, SimTime, Span, StationId, StationKind};
use proptest::prelude::*;

const MS: Span = Span::millis(1);

fn consecutive(limit: u32) -> BreakerSettings {
    BreakerSettings {
        trip: Trip::Consecutive(limit),
        window: Window::Calls(10),
        ..BreakerSettings::plain(limit, Span::millis(100), HalfOpen::of(3))
    }
}

fn rate(failures: f64, slow: f64, minimum: u32) -> BreakerSettings {
    BreakerSettings {
        trip: Trip::Rate { failures, slow, minimum },
        slow_after: Some(Span::millis(10)),
        ..consecutive(0)
    }
}

fn breaker(env: &Env, settings: BreakerSettings) -> Breaker {
    Breaker::open(env, StationId::NONE, "breaker", settings)
}

/// A call that fails or not, without taking time.
#[track_caller]
fn call(breaker: &Breaker, fails: bool) {
    let pass = breaker.admit().expect("let through");
    if fails { pass.failure() } else { pass.success() }
}

/// The declared states in order.
fn states(over: &Over) -> Vec<String> {
    let names = over.run.trace();
    over.pick(|event| match event.kind {
        EventKind::Stated { state, .. } => Some(names.name(state).to_owned()),
        _ => None,
    })
}

// Failures in a row.

#[test]
fn so_many_failures_in_a_row_open_it_and_a_success_forgets_them() {
    let over = run(|env| async move {
        let breaker = breaker(&env, consecutive(3));
        for fails in [true, true, false, true, true] {
            call(&breaker, fails);
        }
        assert_eq!((breaker.state(), breaker.failures()), (BreakerState::Closed, 2));
        call(&breaker, true);
        assert_eq!((breaker.state(), breaker.failures()), (BreakerState::Open, 3));
        let rejected = breaker.admit().expect_err("it is open");
        assert_eq!(rejected.until, Some(SimTime(100_000_000)));
        assert_eq!(rejected.to_string(), "circuit breaker is open - request rejected");
    });
    assert_eq!(states(&over), ["closed", "open"]);
}

#[test]
fn an_open_one_stays_open_until_somebody_asks_when_its_time_is_over() {
    run(|env| async move {
        let breaker = breaker(&env, consecutive(1));
        call(&breaker, true);
        env.sleep(Span::millis(99)).await;
        assert!(breaker.admit().is_err());
        env.sleep(MS).await;
        assert_eq!(breaker.state(), BreakerState::Open, "nobody asked");
        let probe = breaker.admit().expect("its time is over");
        assert_eq!((breaker.state(), breaker.retry_at()), (BreakerState::HalfOpen, None));
        probe.ignore();
    });
}

#[test]
fn three_probes_that_pass_close_it_and_the_counters_are_cleared_when_the_original_clears_them() {
    let over = run(|env| async move {
        let breaker = breaker(&env, consecutive(2));
        call(&breaker, true);
        call(&breaker, true);
        assert_eq!(breaker.failures(), 2, "opening does not forget the failures");
        env.sleep(Span::millis(100)).await;
        for passed in 1..=3 {
            call(&breaker, false);
            assert_eq!((breaker.failures(), breaker.successes()), (0, passed));
        }
        assert_eq!((breaker.state(), breaker.successes()), (BreakerState::Closed, 3), "closing does not forget");
        call(&breaker, true);
        call(&breaker, true);
        env.sleep(Span::millis(100)).await;
        breaker.admit().expect("a probe").ignore();
        assert_eq!(breaker.successes(), 0, "the next half-open period does");
    });
    assert_eq!(states(&over), ["closed", "open", "half-open", "closed", "open", "half-open"]);
}

#[test]
fn one_probe_that_fails_opens_it_again_for_the_whole_time() {
    run(|env| async move {
        let breaker = breaker(&env, consecutive(1));
        call(&breaker, true);
        env.sleep(Span::millis(150)).await;
        call(&breaker, false);
        call(&breaker, true);
        assert_eq!((breaker.state(), breaker.retry_at()), (BreakerState::Open, Some(SimTime(250_000_000))));
    });
}

// Probes.

#[test]
fn no_more_probes_are_let_through_than_permitted_and_a_dropped_one_is_given_back() {
    run(|env| async move {
        let breaker = breaker(&env, consecutive(1));
        call(&breaker, true);
        env.sleep(Span::millis(100)).await;
        let mut probes: Vec<Pass> = (0..3).map(|_| breaker.admit().expect("permitted")).collect();
        assert_eq!(breaker.admit().expect_err("a fourth").until, None, "nobody knows when a probe is back");
        drop(probes.pop());
        probes.push(breaker.admit().expect("one was given back"));
        assert!(breaker.admit().is_err());
        probes.into_iter().for_each(Pass::success);
        assert_eq!(breaker.state(), BreakerState::Closed);
    });
}

#[test]
fn a_probe_that_passed_is_not_given_back() {
    run(|env| async move {
        let breaker = breaker(&env, consecutive(1));
        call(&breaker, true);
        env.sleep(Span::millis(100)).await;
        let probes: Vec<Pass> = (0..2).map(|_| breaker.admit().expect("permitted")).collect();
        call(&breaker, false);
        assert!(breaker.admit().is_err(), "three were let through, whether or not they are over");
        drop(probes);
        assert!(breaker.admit().is_ok());
    });
}

#[test]
fn where_only_passed_probes_count_any_number_is_let_through_at_once() {
    run(|env| async move {
        let settings = consecutive(1);
        let half_open = HalfOpen { counts: Probing::Passed, ..HalfOpen::of(3) };
        let breaker = breaker(&env, BreakerSettings { half_open, ..settings });
        call(&breaker, true);
        env.sleep(Span::millis(100)).await;
        let herd: Vec<Pass> = (0..50).map(|_| breaker.admit().expect("the herd")).collect();
        herd.into_iter().take(3).for_each(Pass::success);
        assert_eq!(breaker.state(), BreakerState::Closed);
    });
}

// Generations.

#[test]
fn what_an_earlier_generation_left_under_way_says_nothing_about_this_one() {
    run(|env| async move {
        let breaker = breaker(&env, consecutive(1));
        let (late, later, dropped) =
            (breaker.admit().expect("closed"), breaker.admit().expect("closed"), breaker.admit().expect("closed"));
        call(&breaker, true);
        env.sleep(Span::millis(100)).await;
        let probe = breaker.admit().expect("a probe");
        late.failure();
        assert_eq!((breaker.state(), breaker.failures()), (BreakerState::HalfOpen, 1));
        later.success();
        assert_eq!((breaker.successes(), breaker.failures()), (0, 1));
        let others: Vec<Pass> = (0..2).map(|_| breaker.admit().expect("permitted")).collect();
        drop(dropped);
        assert!(breaker.admit().is_err(), "a call of before gives no probe back");
        breaker.reset();
        probe.failure();
        drop(others);
        assert_eq!((breaker.state(), breaker.failures()), (BreakerState::Closed, 0));
    });
}

// Rates.

#[test]
fn a_rate_counts_from_the_least_number_of_calls_on() {
    run(|env| async move {
        let breaker = breaker(&env, rate(0.5, 1.0, 4));
        for fails in [true, true, false] {
            call(&breaker, fails);
        }
        assert_eq!(breaker.state(), BreakerState::Closed, "three calls say too little");
        call(&breaker, false);
        assert_eq!(breaker.state(), BreakerState::Open, "two of four are half, whoever comes last");
    });
}

#[test]
fn slow_calls_open_it_although_none_fails() {
    run(|env| async move {
        let breaker = breaker(&env, rate(1.0, 0.5, 2));
        for _ in 0..2 {
            let pass = breaker.admit().expect("closed");
            env.sleep(Span::millis(10)).await;
            pass.success();
        }
        assert_eq!(breaker.state(), BreakerState::Open);
    });
}

#[test]
fn the_rate_is_taken_over_all_the_permitted_probes() {
    run(|env| async move {
        let breaker = breaker(&env, rate(0.5, 1.0, 1));
        call(&breaker, true);
        env.sleep(Span::millis(100)).await;
        call(&breaker, true);
        assert_eq!(breaker.state(), BreakerState::HalfOpen, "one of three says nothing yet");
        call(&breaker, false);
        call(&breaker, false);
        assert_eq!(breaker.state(), BreakerState::Closed, "a third is less than half");
        call(&breaker, true);
        assert_eq!(breaker.state(), BreakerState::Open, "and it begins with an empty window");
    });
}

#[test]
fn a_window_of_time_forgets_slice_by_slice() {
    let mut window = SlidingWindow::new(Window::Time { span: Span::millis(100), slices: 4 });
    let at = |ms: u64| SimTime(ms * 1_000_000);
    let failed = Mark { failed: true, slow: false };
    window.record(at(10), failed);
    window.record(at(30), failed);
    window.roll(at(99));
    assert_eq!(window.total().calls, 2);
    window.roll(at(100));
    assert_eq!(window.total().calls, 1, "the slice from 0 to 25 ms is out");
    window.roll(at(125));
    assert_eq!(window.total().calls, 0);
}

// By hand.

#[test]
fn a_forced_one_stays_open_until_it_is_reset_and_a_disabled_one_counts_nothing() {
    let over = run(|env| async move {
        let breaker = breaker(&env, consecutive(1));
        breaker.force_open();
        env.sleep(Span::secs(1)).await;
        assert_eq!(breaker.admit().expect_err("forced").until, None);
        breaker.disable();
        call(&breaker, true);
        assert_eq!((breaker.state(), breaker.failures()), (BreakerState::Disabled, 0));
        breaker.reset();
        call(&breaker, true);
        assert_eq!(breaker.state(), BreakerState::Open);
    });
    assert_eq!(states(&over), ["closed", "forced open", "disabled", "closed", "open"]);
}

// The pattern.

/// A run of the pattern with a preset, other values and interventions.
fn pattern(preset: Option<&str>, fidelity: Fidelity, given: &[(&str, &str)], acts: Vec<Intervention>) -> Over {
    let pattern = patterns::find("circuit-breaker").expect("it is in the catalogue");
    let preset = preset.and_then(|id| pattern.preset(id));
    let values = values(pattern, fidelity, preset, given);
    let over = finish(start_pattern(Setup { interventions: acts, ..setup() }, pattern, fidelity, &values));
    assert_eq!(over.progress, Progress::Drained);
    over
}

/// The states of the breaker in order; channels have states too.
fn states_of_the_breaker(over: &Over) -> Vec<String> {
    let trace = over.run.trace();
    let (breaker, _) = over.ledger.find("breaker", &trace).expect("it is there");
    over.pick(|event| match event.kind {
        EventKind::Stated { station, state } if station == breaker => Some(trace.name(state).to_owned()),
        _ => None,
    })
}

/// The highest value of one of the breaker's gauges.
fn highest(over: &Over, gauge: Gauge) -> i64 {
    let trace = over.run.trace();
    let (breaker, _) = over.ledger.find("breaker", &trace).expect("it is there");
    let values = over.pick(|event| match event.kind {
        EventKind::Gauged { station, gauge: g, value } if station == breaker && g == gauge => Some(value),
        _ => None,
    });
    values.into_iter().max().unwrap_or(0)
}

#[test]
fn an_outage_opens_it_until_probes_find_the_server_back() {
    let over = pattern(None, Fidelity::Documented, &[("requests", "3000")], Vec::new());
    let states = states_of_the_breaker(&over);
    assert_eq!(states, ["closed", "open", "half-open", "open", "half-open", "closed"]);
}

#[test]
fn as_shipped_it_cannot_open_and_the_whole_outage_reaches_the_server() {
    let given = [("requests", "3000"), ("outage-at", "500ms"), ("outage-for", "1s")];
    let shipped = pattern(Some("inert"), Fidelity::Shipped, &given, Vec::new());
    let documented = pattern(None, Fidelity::Documented, &given, Vec::new());
    assert_eq!(states_of_the_breaker(&shipped), ["closed"]);
    let refused = |over: &Over| over.ledger.tally.statuses.get(&503).copied().unwrap_or(0);
    // Fifteen callers with 20 ms a call make 750 calls in a second of outage.
    assert!((600..900).contains(&refused(&shipped)), "{}", refused(&shipped));
    // The breaker lets through five, those under way when the fifth failed, and the probes.
    assert!(refused(&documented) < 60, "{}", refused(&documented));
}

#[test]
fn probes_are_a_herd_where_only_those_that_passed_count() {
    let probes = Breaker::gauges().probes;
    let herd = pattern(Some("herd"), Fidelity::Documented, &[], Vec::new());
    assert!(highest(&herd, probes) >= 48, "every caller");
    let three = pattern(Some("herd"), Fidelity::Documented, &[("probing", "in-flight")], Vec::new());
    assert_eq!(highest(&three, probes), 3);
}

#[test]
fn a_person_holds_it_open_or_bridges_it_for_a_time() {
    let calm = [("requests", "1500"), ("outage-for", "0s")];
    let act = |ms: u64, id: &str, magnitude| Intervention {
        at: SimTime(ms * 1_000_000),
        ordinal: Ordinal::ByTime,
        action: switch(id, magnitude),
    };
    let acts = vec![
        act(100, "force-open", Some(1)),
        act(200, "disable-breaker", Some(1)),
        act(300, "force-open", None),
        act(400, "disable-breaker", None),
    ];
    let over = pattern(None, Fidelity::Documented, &calm, acts);
    assert_eq!(states_of_the_breaker(&over), ["closed", "forced open", "disabled", "closed"]);
}

#[test]
fn with_a_fallback_a_call_that_is_turned_away_is_answered() {
    let over = pattern(None, Fidelity::Documented, &[("requests", "3000"), ("on-open", "fallback")], Vec::new());
    assert_eq!(over.ledger.tally.count(Outcome::Rejected), 0);
    let turned_away = highest(&over, Breaker::gauges().turned_away);
    assert!(turned_away > 0);
    // A substitute is no answer of the server: were it counted as one, an open breaker would be the best of servers.
    let answered: u64 = over.ledger.tally.statuses.get(&200).copied().unwrap_or(0);
    assert_eq!(over.ledger.tally.count(Outcome::Completed), answered);
    assert_eq!(over.ledger.tally.count(Outcome::Substituted), turned_away as u64);
}

// The model: what was told, in full, and every question answered from it.

#[derive(Clone, Copy, Debug)]
enum Step {
    Admit,
    Success(usize),
    Failure(usize),
    Ignore(usize),
    Wait(u64),
    ForceOpen,
    Disable,
    Reset,
}

/// A call that counted: when it ended, whether it failed, whether it was slow.
type Told = (u64, bool, bool);

#[derive(Debug)]
enum Phase {
    Closed(Vec<Told>),
    Open {
        until: u64,
        before: Vec<Told>,
    },
    /// The probes out, by number, and what those told that came back.
    Probing {
        out: Vec<usize>,
        told: Vec<Told>,
    },
    Forced(Vec<Told>),
    Disabled(Vec<Told>),
}

struct Model {
    settings: BreakerSettings,
    phase: Phase,
    /// When the phase began, and how often it opened since it was last closed.
    since: u64,
    openings: u32,
    /// The calls under way in this phase, by number, with when they began.
    under_way: Vec<(usize, u64)>,
    /// Whether each call that ever counted since the last reset failed.
    ends: Vec<bool>,
    passed: u32,
    rejections: i64,
}

impl Model {
    fn new(settings: BreakerSettings) -> Model {
        let phase = Phase::Closed(Vec::new());
        Model {
            settings,
            phase,
            since: 0,
            openings: 0,
            under_way: Vec::new(),
            ends: Vec::new(),
            passed: 0,
            rejections: 0,
        }
    }

    fn go(&mut self, phase: Phase, at: u64) {
        if let Phase::Closed(_) = phase {
            self.openings = 0;
        }
        (self.phase, self.since) = (phase, at);
        self.under_way.clear();
    }

    /// It opens, for a time that was multiplied once for each time that it came back from half-open.
    fn opens(&mut self, at: u64, before: Vec<Told>) {
        let (first, doublings) = (self.settings.open_for.0, self.openings);
        self.openings += 1;
        let time = match self.settings.growth {
            None => first,
            Some(Growth { factor, most }) => {
                assert!((factor - 2.0).abs() < 1e-9, "this model doubles");
                (u128::from(first) << doublings.min(60)).min(u128::from(most.0.max(first))) as u64
            }
        };
        self.go(Phase::Open { until: at + time, before }, at);
    }

    /// What a timer would have done by now, were there one.
    fn time_passes(&mut self, now: u64) {
        let waited = now - self.since;
        match (&self.phase, self.settings.half_open.at_most, self.settings.forget_after) {
            (Phase::Probing { .. }, Some(most), _) if waited > most.0 => self.opens(self.since + most.0, Vec::new()),
            (Phase::Closed(_), _, Some(after)) if waited > after.0 => {
                if let Trip::Consecutive(_) = self.settings.trip {
                    self.go(Phase::Closed(Vec::new()), now);
                    self.ends.clear();
                }
            }
            _ => {}
        }
    }

    fn admit(&mut self, number: usize, now: u64) -> Result<(), Option<u64>> {
        self.time_passes(now);
        if let Phase::Open { until, .. } = self.phase
            && now >= until
        {
            self.go(Phase::Probing { out: Vec::new(), told: Vec::new() }, now);
            self.passed = 0;
        }
        let HalfOpen { permitted, counts, .. } = self.settings.half_open;
        let answer = match &mut self.phase {
            Phase::Closed(_) | Phase::Disabled(_) => Ok(()),
            Phase::Open { until, .. } => Err(Some(*until)),
            Phase::Forced(_) => Err(None),
            Phase::Probing { out, told } => {
                let spent = match counts {
                    Probing::InFlight => out.len() + told.len(),
                    Probing::Passed => told.iter().filter(|(_, failed, _)| !failed).count(),
                };
                if spent < permitted as usize {
                    out.push(number);
                    Ok(())
                } else {
                    Err(None)
                }
            }
        };
        match answer {
            Ok(()) => self.under_way.push((number, now)),
            Err(_) => self.rejections += 1,
        }
        answer
    }

    fn ended(&mut self, number: usize, now: u64, failed: Option<bool>) {
        if failed.is_some() {
            self.time_passes(now);
        }
        let Some(index) = self.under_way.iter().position(|(n, _)| *n == number) else { return };
        let (_, began) = self.under_way.remove(index);
        if let Phase::Probing { out, .. } = &mut self.phase {
            out.retain(|&n| n != number);
        }
        let Some(failed) = failed else { return };
        let margin = u64::from(self.settings.slow_is == Slow::Longer);
        let told = (now, failed, self.settings.slow_after.is_some_and(|limit| now - began >= limit.0 + margin));
        match &mut self.phase {
            Phase::Closed(history) => {
                self.ends.push(failed);
                history.push(told);
                let history = history.clone();
                let opens = match self.settings.trip {
                    Trip::Consecutive(limit) => failed && self.in_a_row() >= limit,
                    Trip::Rate { minimum, .. } => {
                        let seen = seen(&history, self.settings.window, now);
                        let minimum = match self.settings.window {
                            Window::Calls(calls) => minimum.min(calls),
                            Window::Time { .. } => minimum,
                        };
                        seen.len() >= minimum as usize && self.too_many(&seen)
                    }
                };
                if opens {
                    self.opens(now, history);
                }
            }
            Phase::Probing { told: results, .. } => {
                self.ends.push(failed);
                self.passed += u32::from(!failed);
                results.push(told);
                let results = results.clone();
                let HalfOpen { permitted, deciding, .. } = self.settings.half_open;
                let needed = permitted.min(deciding.unwrap_or(u32::MAX));
                let all_told = results.len() >= needed as usize;
                let closes = match self.settings.trip {
                    Trip::Consecutive(_) if failed => Some(false),
                    Trip::Consecutive(_) => (self.passed >= needed).then_some(true),
                    Trip::Rate { .. } => all_told.then(|| !self.too_many(&results)),
                };
                match closes {
                    Some(true) => self.go(Phase::Closed(Vec::new()), now),
                    Some(false) => self.opens(now, Vec::new()),
                    None => {}
                }
            }
            _ => {}
        }
    }

    fn too_many(&self, told: &[Told]) -> bool {
        let Trip::Rate { failures, slow, .. } = self.settings.trip else { return false };
        let share = |n: usize, of: f64| n > 0 && n as f64 / told.len() as f64 >= of;
        share(told.iter().filter(|t| t.1).count(), failures) || share(told.iter().filter(|t| t.2).count(), slow)
    }

    fn in_a_row(&self) -> u32 {
        self.ends.iter().rev().take_while(|&&failed| failed).count() as u32
    }

    fn state(&self) -> BreakerState {
        match self.phase {
            Phase::Closed(_) => BreakerState::Closed,
            Phase::Open { .. } => BreakerState::Open,
            Phase::Probing { .. } => BreakerState::HalfOpen,
            Phase::Forced(_) => BreakerState::ForcedOpen,
            Phase::Disabled(_) => BreakerState::Disabled,
        }
    }

    fn history(&self) -> Vec<Told> {
        match &self.phase {
            Phase::Closed(told) | Phase::Forced(told) | Phase::Disabled(told) => told.clone(),
            Phase::Open { before, .. } => before.clone(),
            Phase::Probing { .. } => Vec::new(),
        }
    }
}

/// The calls of a history that a window shows at a time.
fn seen(history: &[Told], window: Window, now: u64) -> Vec<Told> {
    match window {
        Window::Calls(calls) => history.iter().rev().take(calls as usize).copied().collect(),
        Window::Time { span, slices } => {
            let slice = span.0 / u64::from(slices);
            let first = (now / slice + 1).saturating_sub(u64::from(slices));
            history.iter().filter(|(at, _, _)| at / slice >= first).copied().collect()
        }
    }
}

fn any_settings() -> impl Strategy<Value = BreakerSettings> {
    let share = || prop_oneof![Just(0.0), Just(0.3), Just(0.5), Just(1.0)];
    let trip = prop_oneof![
        (1_u32..5).prop_map(Trip::Consecutive),
        (share(), share(), 1_u32..8).prop_map(|(failures, slow, minimum)| Trip::Rate { failures, slow, minimum }),
    ];
    let window = prop_oneof![
        (1_u32..8).prop_map(Window::Calls),
        (1_u32..6, 1_u64..30)
            .prop_map(|(slices, ms)| Window::Time { span: Span::millis(ms * u64::from(slices)), slices }),
    ];
    let counts = prop_oneof![Just(Probing::InFlight), Just(Probing::Passed)];
    use proptest::option::of;
    let slow = (of(0_u64..20), prop_oneof![Just(Slow::AtLeast), Just(Slow::Longer)]);
    let open = (0_u64..60, of(1_u64..300));
    let half_open = (1_u32..5, counts, of(1_u32..6), of(0_u64..60));
    (trip, window, slow, of(1_u64..60), open, half_open).prop_map(
        |(trip, window, (slow, slow_is), forgets, (open_for, most), (permitted, counts, deciding, at_most))| {
            BreakerSettings {
                trip,
                window,
                slow_after: slow.map(Span::millis),
                slow_is,
                forget_after: forgets.map(Span::millis),
                open_for: Span::millis(open_for),
                growth: most.map(|most| Growth { factor: 2.0, most: Span::millis(most) }),
                half_open: HalfOpen { permitted, counts, deciding, at_most: at_most.map(Span::millis) },
            }
        },
    )
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => Just(Step::Admit),
        6 => (0_usize..6).prop_map(Step::Success),
        6 => (0_usize..6).prop_map(Step::Failure),
        2 => (0_usize..6).prop_map(Step::Ignore),
        6 => (0_u64..40).prop_map(Step::Wait),
        1 => Just(Step::ForceOpen),
        1 => Just(Step::Disable),
        2 => Just(Step::Reset),
    ]
}

/// Does the steps to the breaker and the model, and compares what both say after each. What the model expects the gauges to say
/// at the end.
async fn compare(env: Env, settings: BreakerSettings, steps: Vec<Step>) -> Expected {
    let (breaker, mut model) = (breaker(&env, settings), Model::new(settings));
    let mut passes: Vec<(usize, Pass)> = Vec::new();
    for (number, step) in steps.into_iter().enumerate() {
        let now = env.now().nanos();
        // One of the oldest calls under way ends, whatever generation it is of.
        let mut end = |index: usize| (index < passes.len()).then(|| passes.remove(index));
        match step {
            Step::Admit => match (breaker.admit(), model.admit(number, now)) {
                (Ok(pass), Ok(())) => passes.push((number, pass)),
                (Err(rejected), Err(until)) => assert_eq!(rejected.until.map(|t| t.nanos()), until),
                (breaker, model) => panic!("{breaker:?} where the model says {model:?}"),
            },
            Step::Success(index) => {
                if let Some((number, pass)) = end(index) {
                    pass.success();
                    model.ended(number, now, Some(false));
                }
            }
            Step::Failure(index) => {
                if let Some((number, pass)) = end(index) {
                    pass.failure();
                    model.ended(number, now, Some(true));
                }
            }
            Step::Ignore(index) => {
                if let Some((number, pass)) = end(index) {
                    pass.ignore();
                    model.ended(number, now, None);
                }
            }
            Step::Wait(ms) => env.sleep(Span::millis(ms)).await,
            Step::ForceOpen => {
                breaker.force_open();
                if !matches!(model.phase, Phase::Forced(_)) {
                    model.go(Phase::Forced(model.history()), now);
                }
            }
            Step::Disable => {
                breaker.disable();
                if !matches!(model.phase, Phase::Disabled(_)) {
                    model.go(Phase::Disabled(model.history()), now);
                }
            }
            Step::Reset => {
                breaker.reset();
                model.go(Phase::Closed(Vec::new()), now);
                model.ends.clear();
                model.passed = 0;
            }
        }
        assert_eq!(breaker.state(), model.state(), "after {step:?}");
        assert_eq!(breaker.failures(), model.in_a_row(), "after {step:?}");
        assert_eq!(breaker.successes(), model.passed, "after {step:?}");
        let until = match model.phase {
            Phase::Open { until, .. } => Some(SimTime(until)),
            _ => None,
        };
        assert_eq!(breaker.retry_at(), until, "after {step:?}");
    }
    // The gauges are as of the last time that somebody asked.
    let admitted = breaker.admit();
    let now = env.now().nanos();
    assert_eq!(admitted.is_ok(), model.admit(usize::MAX, now).is_ok());
    let history = seen(&model.history(), settings.window, now);
    let (shown, probes, passed) = match &model.phase {
        Phase::Probing { out, told } => (told.clone(), out.len() + told.len(), told.iter().filter(|t| !t.1).count()),
        _ => (history.clone(), 0, 0),
    };
    let failures = match settings.trip {
        Trip::Consecutive(_) => i64::from(model.in_a_row()),
        Trip::Rate { .. } => shown.iter().filter(|t| t.1).count() as i64,
    };
    let slow = shown.iter().filter(|t| t.2).count() as i64;
    let gauges = Breaker::gauges();
    let until = match (&model.phase, settings.half_open.at_most) {
        (Phase::Open { until, .. }, _) => *until,
        (Phase::Probing { .. }, Some(most)) => model.since + most.0,
        _ => 0,
    };
    let expected = Expected {
        state: model.state().word(),
        gauges: vec![
            ("failures", gauges.failures, failures),
            ("calls", gauges.calls, shown.len() as i64),
            ("slow", gauges.slow, slow),
            ("until", gauges.until, until as i64),
            ("probes", gauges.probes, probes as i64),
            ("passed", gauges.passed, passed as i64),
            ("turned away", gauges.turned_away, model.rejections),
        ],
        cells: (history.len(), history.iter().filter(|t| t.1).count()),
        window: settings.window,
    };
    // What is still under way stays so: its return would change the gauges.
    std::mem::forget((admitted, passes));
    expected
}

struct Expected {
    state: &'static str,
    gauges: Vec<(&'static str, Gauge, i64)>,
    /// Calls and failures in the cells.
    cells: (usize, usize),
    window: Window,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn it_does_what_a_model_with_whole_histories_does(
        settings in any_settings(), steps in proptest::collection::vec(any_step(), 1..120)
    ) {
        let expected = std::rc::Rc::new(std::cell::OnceCell::new());
        let told = expected.clone();
        let over = run(|env| async move {
            let expected = compare(env, settings, steps).await;
            assert!(told.set(expected).is_ok());
        });
        let expected = std::rc::Rc::into_inner(expected).and_then(std::cell::OnceCell::into_inner).expect("it ran");
        let trace = over.run.trace();
        let (_, row) = over.ledger.find("breaker", &trace).expect("its station");
        prop_assert_eq!(row.kind, StationKind::Gate);
        prop_assert_eq!(row.state.map(|state| trace.name(state)), Some(expected.state));
        for (name, gauge, value) in &expected.gauges {
            prop_assert_eq!(row.gauge(*gauge), *value, "gauge {}", name);
        }
        let gauges = Breaker::gauges();
        let cells = (0..row.gauge(gauges.cells)).map(|i| row.gauge(Gauge(gauges.window.first.0 + i as u8)));
        let (calls, failures) = match expected.window {
            Window::Calls(_) => cells.fold((0, 0), |(c, f), cell| {
                (c + i64::from(cell > 0), f + i64::from(cell == 2 || cell == 4))
            }),
            Window::Time { .. } => {
                cells.fold((0, 0), |(c, f), cell| (c + cell / 1_000_000, f + cell / 1_000 % 1_000))
            }
        };
        prop_assert_eq!((calls as usize, failures as usize), expected.cells);
    }
}
