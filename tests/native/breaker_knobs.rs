//! The breaker's knobs that its peers have, each as its library has it, and the scenario that makes its point. Off, each of them
//! changes nothing: the golden traces of the other scenarios say so.

use crate::program::{Over, finish, follow, run, start_pattern, values};
use millrace::analysis::History;
use millrace::engine::{Env, Seed, Setup};
use millrace::parts::{Breaker, BreakerSettings, BreakerState, Growth, HalfOpen, Pass, Probing, Slow, Trip, Window};
use millrace::patterns;
use millrace::session::Session;
use millrace::spec::{CheckKind, Fidelity};
use millrace::trace::{Answer, EventKind, Ledger, Outcome, SimTime, Span, StationId};

const MS: Span = Span::millis(1);

fn plain(failures: u32) -> BreakerSettings {
    BreakerSettings::plain(failures, Span::millis(100), HalfOpen::of(3))
}

fn rate(minimum: u32, half_open: HalfOpen) -> BreakerSettings {
    let trip = Trip::Rate { failures: 0.5, slow: 0.5, minimum };
    BreakerSettings { trip, window: Window::Calls(10), half_open, ..plain(0) }
}

fn breaker(env: &Env, settings: BreakerSettings) -> Breaker {
    Breaker::open(env, StationId::NONE, "breaker", settings)
}

#[track_caller]
fn pass(breaker: &Breaker) -> Pass {
    breaker.admit().expect("let through")
}

/// Opens one that so many failures open.
#[track_caller]
fn fail(breaker: &Breaker, times: u32) {
    (0..times).for_each(|_| pass(breaker).failure());
}

fn at_ms(ms: u64) -> SimTime {
    SimTime(ms * 1_000_000)
}

// Longest time half-open: resilience4j's maxWaitDurationInHalfOpenState.

fn for_at_most(ms: u64) -> BreakerSettings {
    let half_open = HalfOpen { at_most: Some(Span::millis(ms)), ..HalfOpen::of(2) };
    BreakerSettings { half_open, ..plain(1) }
}

#[test]
fn probes_that_hang_keep_others_out_no_longer_than_it_may_be_half_open() {
    run(|env| async move {
        let breaker = breaker(&env, for_at_most(50));
        fail(&breaker, 1);
        env.sleep(Span::millis(100)).await;
        let hung = [pass(&breaker), pass(&breaker)];
        assert!(breaker.admit().is_err(), "both probes are given out");
        env.sleep(Span::millis(50)).await;
        assert!(breaker.admit().is_err());
        assert_eq!(breaker.state(), BreakerState::HalfOpen, "at the very end a probe may still tell");
        env.sleep(MS).await;
        let rejected = breaker.admit().expect_err("it is open again");
        assert_eq!(rejected.until, Some(at_ms(250)), "since 150 ms, when its time was over, not since somebody asked");
        env.sleep(Span::millis(99)).await;
        pass(&breaker).success();
        let [late, later] = hung;
        late.failure();
        later.success();
        assert_eq!(
            (breaker.state(), breaker.successes()),
            (BreakerState::HalfOpen, 1),
            "what they tell now is of no matter"
        );
    });
}

#[test]
fn who_asks_long_after_its_time_half_open_is_a_probe_as_with_a_timer() {
    run(|env| async move {
        let breaker = breaker(&env, for_at_most(50));
        fail(&breaker, 1);
        env.sleep(Span::millis(100)).await;
        pass(&breaker).success();
        // Open from 150 to 250 ms, had anybody asked.
        env.sleep(Span::millis(500)).await;
        pass(&breaker).success();
        assert_eq!(breaker.successes(), 1, "the one of before is forgotten");
    });
}

#[test]
fn a_probe_that_tells_too_late_finds_it_open() {
    run(|env| async move {
        let breaker = breaker(&env, for_at_most(50));
        fail(&breaker, 1);
        env.sleep(Span::millis(100)).await;
        let (first, second) = (pass(&breaker), pass(&breaker));
        first.success();
        env.sleep(Span::millis(51)).await;
        second.success();
        assert_eq!((breaker.state(), breaker.retry_at()), (BreakerState::Open, Some(at_ms(250))));
    });
}

// Forgetting: gobreaker's Interval.

#[test]
fn failures_in_a_row_that_lie_further_apart_than_the_interval_do_not_add_up() {
    run(|env| async move {
        let breaker = breaker(&env, BreakerSettings { forget_after: Some(Span::millis(100)), ..plain(3) });
        fail(&breaker, 2);
        let under_way = pass(&breaker);
        env.sleep(Span::millis(100)).await;
        assert_eq!(breaker.failures(), 2);
        env.sleep(MS).await;
        fail(&breaker, 2);
        assert_eq!((breaker.state(), breaker.failures()), (BreakerState::Closed, 2), "not four");
        under_way.failure();
        assert_eq!(breaker.failures(), 2, "a call of the interval before says nothing about this one");
        fail(&breaker, 1);
        assert_eq!(breaker.state(), BreakerState::Open, "three within one interval");
    });
}

#[test]
fn the_next_interval_begins_when_somebody_notices_that_the_last_is_over() {
    run(|env| async move {
        let breaker = breaker(&env, BreakerSettings { forget_after: Some(Span::millis(100)), ..plain(2) });
        env.sleep(Span::millis(180)).await;
        fail(&breaker, 1);
        // By whole multiples of the interval this would be another one.
        env.sleep(Span::millis(90)).await;
        fail(&breaker, 1);
        assert_eq!(breaker.state(), BreakerState::Open);
    });
}

// Growth: resilience4j's interval function, Polly's break duration generator.

#[test]
fn each_probe_that_fails_makes_the_open_time_longer_up_to_the_ceiling_and_closing_forgets_it() {
    run(|env| async move {
        let growth = Some(Growth { factor: 3.0, most: Span::millis(500) });
        let breaker = breaker(&env, BreakerSettings { growth, half_open: HalfOpen::of(1), ..plain(1) });
        for expected in [100, 300, 500, 500] {
            let since = env.now();
            fail(&breaker, 1);
            assert_eq!(breaker.retry_at(), Some(since + Span::millis(expected)));
            env.sleep(Span::millis(expected)).await;
        }
        pass(&breaker).success();
        assert_eq!(breaker.state(), BreakerState::Closed);
        fail(&breaker, 1);
        assert_eq!(breaker.retry_at(), Some(env.now() + Span::millis(100)), "as at first");
        breaker.reset();
        fail(&breaker, 1);
        assert_eq!(breaker.retry_at(), Some(env.now() + Span::millis(100)), "a reset closes it too");
    });
}

#[test]
fn a_ceiling_below_the_open_time_shortens_nothing_and_a_large_factor_overflows_nothing() {
    let open_for = |most: Span, openings: u32| {
        let seen = std::rc::Rc::new(std::cell::Cell::new(Span::ZERO));
        let told = seen.clone();
        run(move |env| async move {
            let growth = Some(Growth { factor: 100.0, most });
            let breaker = breaker(&env, BreakerSettings { growth, ..plain(1) });
            for _ in 1..openings {
                fail(&breaker, 1);
                env.sleep(breaker.retry_at().expect("open") - env.now()).await;
            }
            fail(&breaker, 1);
            told.set(breaker.retry_at().expect("open") - env.now());
        });
        seen.get()
    };
    assert_eq!(open_for(Span::millis(5), 4), Span::millis(100));
    assert_eq!(open_for(Span::secs(86_400), 60), Span::secs(86_400));
}

// How many probes decide: resilience4j takes min(minimum, permitted).

#[test]
fn as_many_probes_as_are_said_decide_and_the_others_are_not_waited_for() {
    run(|env| async move {
        let half_open = HalfOpen { deciding: Some(2), ..HalfOpen::of(5) };
        let breaker = breaker(&env, rate(2, half_open));
        fail(&breaker, 2);
        env.sleep(Span::millis(100)).await;
        let mut probes: Vec<_> = (0..5).map(|_| pass(&breaker)).collect();
        assert!(breaker.admit().is_err(), "five are permitted");
        probes.remove(0).failure();
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        probes.remove(0).failure();
        assert_eq!(breaker.state(), BreakerState::Open, "two of two failed");
        probes.into_iter().for_each(Pass::success);
        assert_eq!(breaker.state(), BreakerState::Open, "the other three come too late to say anything");
        env.sleep(Span::millis(100)).await;
        (0..2).for_each(|_| pass(&breaker).success());
        assert_eq!(breaker.state(), BreakerState::Closed);
    });
}

#[test]
fn more_that_decide_than_are_permitted_are_all_that_are_permitted() {
    run(|env| async move {
        let half_open = HalfOpen { deciding: Some(9), ..HalfOpen::of(2) };
        let breaker = breaker(&env, rate(1, half_open));
        fail(&breaker, 1);
        env.sleep(Span::millis(100)).await;
        pass(&breaker).success();
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        pass(&breaker).success();
        assert_eq!(breaker.state(), BreakerState::Closed);
    });
}

#[test]
fn failures_in_a_row_let_the_first_successes_decide_too() {
    run(|env| async move {
        let half_open = HalfOpen { deciding: Some(1), ..HalfOpen::of(3) };
        let breaker = breaker(&env, BreakerSettings { half_open, ..plain(1) });
        fail(&breaker, 1);
        env.sleep(Span::millis(100)).await;
        pass(&breaker).success();
        assert_eq!(breaker.state(), BreakerState::Closed);
    });
}

// Slow: longer than the limit in resilience4j.

#[test]
fn a_call_that_takes_exactly_the_limit_is_slow_or_not_as_is_said() {
    for (slow_is, took, opens) in
        [(Slow::AtLeast, 9, false), (Slow::AtLeast, 10, true), (Slow::Longer, 10, false), (Slow::Longer, 11, true)]
    {
        run(move |env| async move {
            let settings = BreakerSettings { slow_after: Some(Span::millis(10)), slow_is, ..rate(1, HalfOpen::of(1)) };
            let breaker = breaker(&env, settings);
            let call = pass(&breaker);
            env.sleep(Span::millis(took)).await;
            call.success();
            assert_eq!(breaker.state() == BreakerState::Open, opens, "{took} ms, {slow_is:?}");
        });
    }
}

// The scenarios, each with its point and without the knob that makes it.

struct Seen {
    /// The breaker's states with the times at which they began, and the end of the run.
    states: Vec<(String, SimTime)>,
    statuses: Vec<(SimTime, u16)>,
    session: Session<Ledger, History>,
}

fn seen(rest: &str) -> Seen {
    let session = follow(&format!("circuit-breaker?preset={rest}"));
    for state in session.history().checks.states().iter().filter(|s| s.check.kind == CheckKind::Always) {
        assert_eq!(state.first_seen(), None, "{rest}: {}", state.check.name());
    }
    let (mut states, mut statuses) = (Vec::new(), Vec::new());
    {
        let trace = session.run().trace();
        let breaker = session.history().ledger.find("breaker", &trace).map(|(id, _)| id);
        for event in trace.iter() {
            match event.kind {
                EventKind::Stated { station, state } if Some(station) == breaker => {
                    states.push((trace.name(state).to_owned(), event.at));
                }
                EventKind::Answered { answer: Answer::Status(status), .. } => statuses.push((event.at, status)),
                _ => {}
            }
        }
    }
    states.push(("end".to_owned(), session.computed()));
    Seen { states, statuses, session }
}

impl Seen {
    fn count(&self, outcome: Outcome) -> u64 {
        self.session.history().ledger.tally.count(outcome)
    }

    fn opened(&self) -> bool {
        self.states.iter().any(|(state, _)| state == "open")
    }

    /// How long it was in a state, each time.
    fn spells(&self, state: &str) -> Vec<Span> {
        self.states.windows(2).filter(|w| w[0].0 == state).map(|w| w[1].1 - w[0].1).collect()
    }

    fn answered(&self, status: u16) -> usize {
        self.statuses.iter().filter(|(_, s)| *s == status).count()
    }
}

#[test]
fn hung_probes_keep_everybody_out_for_a_second_and_not_for_twenty() {
    let (with, without) = (seen("hung-probes"), seen("hung-probes&half-open-for=0s"));
    // Somebody asks at least every 100 ms: that is how long a caller rests.
    let longest = with.spells("half-open").into_iter().max().expect("it was half-open");
    assert!(longest <= Span::millis(1_100), "{longest}");
    let stuck = without.spells("half-open").into_iter().max().expect("it was half-open");
    assert!(stuck > Span::secs(15), "{stuck}: as long as the timeout, nearly");
    assert!(with.count(Outcome::Completed) > 5 * without.count(Outcome::Completed));
}

#[test]
fn failures_far_between_never_open_it_and_without_forgetting_do() {
    assert!(!seen("far-between").opened());
    assert!(seen("far-between&forget-after=0s").opened());
}

#[test]
fn the_open_time_doubles_up_to_eight_seconds_and_far_fewer_calls_fail() {
    let (with, without) = (seen("growing"), seen("growing&breaker-reset-factor=1"));
    let open: Vec<f64> = with.spells("open").iter().map(|s| s.seconds()).collect();
    for (spell, expected) in open.iter().zip([0.5, 1.0, 2.0, 4.0, 8.0, 8.0]) {
        // It is half-open once somebody asks, who may be resting for half a second.
        assert!((expected..expected + 0.51).contains(spell), "{open:?}");
    }
    assert!(open.len() >= 6, "{open:?}");
    assert!(with.answered(503) * 3 < without.answered(503), "{} and {}", with.answered(503), without.answered(503));
}

#[test]
fn five_of_twenty_probes_decide_that_a_dead_server_is_dead() {
    // Failed calls of each half-open spell that was sent back.
    let failed = |seen: &Seen| {
        let of = |w: &[(String, SimTime)]| {
            seen.statuses.iter().filter(|(at, s)| *s == 503 && *at > w[0].1 && *at <= w[1].1).count()
        };
        let back = |w: &&[(String, SimTime)]| w[0].0 == "half-open" && w[1].0 == "open";
        seen.states.windows(2).filter(back).map(of).collect::<Vec<_>>()
    };
    let (with, without) = (failed(&seen("early")), failed(&seen("early&half-open-minimum=0")));
    assert!(with.len() > 3 && with[1..with.len() - 1].iter().all(|n| *n == 5), "{with:?}");
    assert!(without.len() > 3 && without[1..without.len() - 1].iter().all(|n| *n == 20), "{without:?}");
}

#[test]
fn calls_at_exactly_the_limit_are_not_longer_than_it() {
    let (longer, at_least) = (seen("exactly-slow"), seen("exactly-slow&slow-is=at-least"));
    assert!(!longer.opened() && at_least.opened());
    assert_eq!(longer.count(Outcome::Completed), 600);
}

#[test]
fn an_outage_that_refuses_at_once_opens_it_at_the_very_instant() {
    let (at_once, late) = (seen("refused"), seen("refused&outage-answers=late"));
    let opened = |seen: &Seen| seen.states.iter().find(|(state, _)| state == "open").map(|(_, at)| *at);
    let first = at_once.statuses.iter().find(|(_, status)| *status == 503).map(|(at, _)| *at).expect("refusals");
    assert!(first >= at_ms(2_000) && first < at_ms(2_010), "{first:?}");
    assert_eq!(opened(&at_once), Some(first), "the first caller that meets it comes back at once, four times");
    assert!(opened(&late) > Some(first), "late, it takes as long as five calls do");
    // In each probe that fails no time passes either: no more than one a half-open period.
    assert!(at_once.answered(503) <= 5 + at_once.spells("half-open").len());
}

#[test]
fn wrong_requests_open_it_only_where_a_404_is_a_failure() {
    let failure = seen("wrong-requests");
    assert!(failure.opened() && failure.answered(404) > 0);
    for counts in ["success", "nothing"] {
        let other = seen(&format!("wrong-requests&client-errors-count={counts}"));
        assert!(!other.opened(), "{counts}");
        // The dice of the other errors lie as they did: six of ten requests, give or take four standard errors of 1.1 %.
        let share = other.answered(404) as f64 / 2_000.0;
        assert!((0.556..0.644).contains(&share), "{share}");
    }
    let ignored = |counts: &str| {
        let seen = seen(&format!("wrong-requests&client-errors-count={counts}&client-errors=1&breaker-failures=1"));
        seen.opened()
    };
    assert!(!ignored("nothing") && ignored("failure"));
}

// The server's side of it, with any pattern.

fn pool(given: &[(&str, &str)], outage: Option<(u64, u64)>) -> Over {
    let pattern = patterns::find("worker-pool").expect("a pattern");
    let mut all = vec![("server", "general"), ("service", "constant"), ("mean", "20ms"), ("workers", "3")];
    all.extend_from_slice(given);
    let interventions = outage.map(|(from, lasts)| millrace::engine::Intervention {
        at: at_ms(from),
        ordinal: millrace::engine::Ordinal::ByTime,
        action: millrace::engine::Action::Fault {
            id: millrace::upstream::OUTAGE.to_owned(),
            onset: millrace::engine::Onset { lasts: Some(Span::millis(lasts)), ..millrace::engine::Onset::of(1) },
        },
    });
    let setup = Setup { interventions: interventions.into_iter().collect(), ..Setup::new(Seed::from_word("otis")) };
    finish(start_pattern(setup, pattern, Fidelity::Documented, &values(pattern, Fidelity::Documented, None, &all)))
}

/// When each 503 came, in ms.
fn refusals(over: &Over) -> Vec<u64> {
    over.pick(|e| match e.kind {
        EventKind::Answered { answer: Answer::Status(503), .. } => Some(e.at.0 / 1_000_000),
        _ => None,
    })
}

#[test]
fn a_refusal_at_the_door_takes_no_time_and_no_slot() {
    let given =
        [("slots", "1"), ("requests", "9"), ("outage-answers", "at-once"), ("retry-after", "30ms"), ("base", "5ms")];
    let over = pool(&given, Some((30, 100)));
    // The first of three is served from 0 to 25 ms, and its worker's next one queues behind the other two. They had come before the
    // outage, and meet it when it is their turn: late ones, after 25 ms, were the door open; the door is for those that come.
    let at = refusals(&over);
    assert!(at.iter().all(|ms| (30..=200).contains(ms)) && at.len() >= 3, "{at:?}");
    // Refused on the spot: called and answered in one instant, while the only slot is another's.
    let called = over.pick(|e| match e.kind {
        EventKind::Called { job, .. } => Some((job, e.at)),
        _ => None,
    });
    let spot = over.pick(|e| match e.kind {
        EventKind::Answered { job, answer: Answer::Status(503), .. } => Some(called.contains(&(job, e.at))),
        _ => None,
    });
    assert!(spot.iter().filter(|at_once| **at_once).count() >= 3, "{spot:?}");
}

#[test]
fn an_outage_that_never_answers_is_a_timeout_of_those_that_came_while_it_lasted() {
    for slots in ["0", "2"] {
        let given = [("slots", slots), ("requests", "12"), ("outage-answers", "never"), ("timeout", "500ms")];
        let over = pool(&given, Some((10, 100)));
        assert!(over.ledger.keeps_its_slots_busy(), "a slot whose call timed out is free again");
        let timed_out = over.ledger.tally.count(Outcome::TimedOut);
        assert!((2..=6).contains(&timed_out), "{timed_out} of three workers, one or two each");
        assert_eq!(over.ledger.tally.count(Outcome::Completed), 12 - timed_out);
    }
}

/// Three workers burn through whatever there is, unless they are asked to stay away and do.
#[test]
fn who_is_refused_at_once_stays_away_as_long_as_is_asked() {
    let given = |retry_after| [("requests", "100"), ("outage-answers", "at-once"), ("retry-after", retry_after)];
    let hurried = pool(&given("0s"), Some((10, 1_000)));
    assert_eq!(refusals(&hurried).len(), 97, "all that the first three left");
    let polite = pool(&given("400ms"), Some((10, 1_000)));
    // Each comes at 20, 420 and 820 ms, and at 1,220 ms it is over.
    assert_eq!(refusals(&polite), [20, 20, 20, 420, 420, 420, 820, 820, 820]);
}

#[test]
fn late_answers_of_an_outage_are_as_they_were() {
    let over = pool(&[("requests", "6")], Some((10, 100)));
    assert_eq!(refusals(&over), [40, 40, 40], "the second three, after their 20 ms");
}

#[test]
fn a_share_of_client_errors_moves_no_other_dice() {
    let times = |share: &'static str| {
        let over = pool(&[("service", "exponential"), ("errors", "0.2"), ("client-errors", share)], None);
        over.pick(|e| match e.kind {
            EventKind::Answered { answer: Answer::Status(status), job, .. } => Some((e.at, job, status == 500)),
            _ => None,
        })
    };
    assert_eq!(times("0"), times("0.5"), "the same times, and the same 500s");
}

#[test]
fn probing_that_counts_passed_ones_is_bounded_in_time_too() {
    run(|env| async move {
        let half_open =
            HalfOpen { counts: Probing::Passed, at_most: Some(Span::millis(50)), deciding: Some(2), ..HalfOpen::of(3) };
        let breaker = breaker(&env, BreakerSettings { half_open, ..plain(1) });
        fail(&breaker, 1);
        env.sleep(Span::millis(100)).await;
        let herd: Vec<_> = (0..20).map(|_| pass(&breaker)).collect();
        env.sleep(Span::millis(51)).await;
        assert!(breaker.admit().is_err());
        drop(herd);
        assert_eq!(breaker.state(), BreakerState::Open);
    });
}
