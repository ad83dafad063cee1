//! Who waits at a limiter: in order, with no more and no less than is allowed, whoever gives up and whenever.

use crate::program::{Log, Over, run, run_any};
use millrace::engine::{Env, Seed};
use millrace::parts::{Allowance, Decision, KeyedLimiter, Limiter, LimiterSettings, at_most};
use millrace::spec::{LimiterGauges, LimiterRule, Packed, Verdict};
use millrace::trace::{EventKind, SimTime, Span, Wait};
use std::rc::Rc;

const SECOND: u64 = 1_000_000_000;
const G: LimiterGauges = LimiterGauges::ALL;

fn settings(rule: LimiterRule, limit: u32, burst: u32) -> LimiterSettings {
    let allowance = Allowance { limit, per: Span(SECOND), burst, log_refused: false };
    LimiterSettings { rule, allowance, waits: true, max_wait: None }
}

/// Asks, waits if it has to, and says when it went; none if it was refused.
async fn goes(env: Env, limiter: Limiter, cost: u32) -> Option<SimTime> {
    match limiter.ask(cost) {
        Decision::Admitted(_) => {}
        Decision::Wait(reservation) => reservation.await,
        Decision::Refused(_) => return None,
    }
    Some(env.now())
}

/// The last values of the sums of a limiter: passed, refused, waiting, most.
fn sums(over: &Over) -> [i64; 4] {
    let trace = over.run.trace();
    let (_, row) = over.ledger.find("limiter", &trace).expect("the limiter");
    [G.passed, G.refused, G.waiting, G.most].map(|gauge| row.gauge(gauge))
}

/// golang.org/x/time/rate, by its published rules: `advance` and `reserveN`.
struct GoLimiter {
    limit: f64,
    burst: f64,
    tokens: f64,
    last: f64,
}

impl GoLimiter {
    /// When it acts; none where it would have to wait for longer than that.
    fn reserve(&mut self, at: f64, n: f64, most: f64) -> Option<f64> {
        let tokens = (self.tokens + (at - self.last) * self.limit).min(self.burst) - n;
        let wait = if tokens < 0.0 { -tokens / self.limit } else { 0.0 };
        let ok = n <= self.burst && wait <= most;
        if ok {
            (self.tokens, self.last) = (tokens, at);
        }
        ok.then_some(at + wait)
    }
}

#[test]
fn who_waits_goes_when_golang_s_reservations_act() {
    // Times are multiples of 2^-9 s and rates powers of two, so that the reference rounds nothing.
    const TICK: u64 = SECOND / 512;
    for round in 0..60 {
        let mut dice = Seed::from_word("reservations").draw("traffic", round, 0);
        let (limit, burst) = (1 << dice.below(7), 1 + dice.below(10) as u32);
        let most = (round % 2 == 0).then_some(256);
        let mut go = GoLimiter { limit: f64::from(limit), burst: burst.into(), tokens: burst.into(), last: 0.0 };
        let (mut asks, mut ticks) = (Vec::new(), 0);
        for _ in 0..120 {
            ticks += dice.below(1_024 / limit as u64 + 2);
            asks.push((ticks, 1 + dice.below(u64::from(burst) + 1) as u32));
        }
        let patience = most.map_or(f64::INFINITY, |ticks: u64| ticks as f64 / 512.0);
        let acts = asks.iter().map(|(at, n)| go.reserve(*at as f64 / 512.0, (*n).into(), patience));
        let expected: Vec<Option<u64>> = acts.map(|act| act.map(|at| (at * SECOND as f64) as u64)).collect();
        let went = Log::new();
        let log = went.clone();
        run(|env| async move {
            let settings = settings(LimiterRule::TokenBucket, limit as u32, burst);
            let limiter =
                Limiter::open(&env, "limiter", LimiterSettings { max_wait: most.map(|t| Span(t * TICK)), ..settings });
            let mut tasks = Vec::new();
            for (ticks, cost) in asks {
                env.sleep_until(SimTime(ticks * TICK), Wait::Sleep).await;
                tasks.push(env.spawn("client", goes(env.clone(), limiter.clone(), cost)));
            }
            for task in tasks {
                log.push(task.await.map(|at| at.0));
            }
        });
        assert_eq!(went.all(), expected, "round {round}");
    }
}

#[test]
fn who_gives_up_leaves_its_instant_to_the_next() {
    for rule in LimiterRule::ALL {
        let went = Log::new();
        let log = went.clone();
        let over = run(|env| async move {
            let limiter = Limiter::open(&env, "limiter", settings(rule, 2, 2));
            let mut tasks: Vec<_> =
                (0..5).map(|_| env.spawn("client", goes(env.clone(), limiter.clone(), 1))).collect();
            env.sleep(Span::millis(100)).await;
            // The second of those who wait gives up; the others go as if it had not come.
            drop(tasks.remove(if rule == LimiterRule::LeakyBucket { 2 } else { 3 }));
            for task in tasks {
                log.push(task.await.map(|at| at.0 / 1_000_000));
            }
        });
        let expected = match rule {
            // One each half second. Of five that come at once one goes, two may wait, and the others are refused.
            LimiterRule::LeakyBucket => [Some(0), Some(500), None, None],
            LimiterRule::TokenBucket | LimiterRule::Gcra => [Some(0), Some(0), Some(500), Some(1_000)],
            LimiterRule::SlidingCounter => [Some(0), Some(0), Some(1_500), Some(2_000)],
            _ => [Some(0), Some(0), Some(1_000), Some(1_000)],
        };
        assert_eq!(went.all(), expected, "{rule:?}");
        assert_eq!(sums(&over)[2], 0, "nobody is left in the line");
    }
}

#[test]
fn to_take_and_to_give_up_at_one_instant_leaves_everything_as_it_was() {
    for rule in LimiterRule::ALL {
        run(|env| async move {
            let (plain, other) = (settings(rule, 3, 3), settings(rule, 3, 3));
            let limiters = [Limiter::open(&env, "plain", plain), Limiter::open(&env, "limiter", other)];
            let mut dice = Seed::from_word("give up").draw(rule.id(), 0, 0);
            for _ in 0..200 {
                // The second is asked by one more, which goes nowhere.
                match limiters[1].ask(1 + dice.below(2) as u32) {
                    Decision::Admitted(admission) => admission.give_up(),
                    Decision::Wait(reservation) => drop(reservation),
                    Decision::Refused(_) => {}
                }
                let cost = 1 + dice.below(3) as u32;
                let said = limiters.each_ref().map(|limiter| match limiter.ask(cost) {
                    Decision::Admitted(_) => "goes".to_owned(),
                    Decision::Wait(reservation) => format!("waits until {}", reservation.expected().0),
                    Decision::Refused(refusal) => format!("{refusal:?}"),
                });
                assert_eq!(said[0], said[1], "{rule:?} at {}", env.now().0);
                env.sleep(Span(dice.below(SECOND / 2))).await;
            }
        });
    }
}

#[test]
fn over_a_thousand_seconds_all_that_is_allowed_is_used_whoever_gives_up() {
    for rule in LimiterRule::ALL {
        let over = run_any(|env| async move {
            let limiter = Limiter::open(&env, "limiter", settings(rule, 20, 10));
            let mut dice = Seed::from_word("patience").draw(rule.id(), 0, 0);
            let end = SimTime(1_000 * SECOND);
            while env.now() < end {
                let (inner, limiter) = (env.clone(), limiter.clone());
                // Half of them have less patience than the line is long.
                let patience = Span((dice.exponential(0.5) * SECOND as f64) as u64 + 1);
                let client = async move {
                    let _gave_up_or_not = at_most(&inner, patience, goes(inner.clone(), limiter, 1)).await;
                };
                env.spawn("client", client).detach();
                env.sleep(Span(SECOND / 40)).await;
            }
        });
        let [passed, refused, ..] = sums(&over);
        // Twenty a second, and the burst at the beginning. The estimate of a counter never lets the last of a window pass under a steady load.
        let least = if rule == LimiterRule::SlidingCounter { 18_980 } else { 19_980 };
        assert!(passed >= least, "{rule:?}: {passed} of 20,000 passed, {refused} gave up or were refused");
        assert!(passed <= 20_000 + 40, "{rule:?}: {passed} of 20,000 passed");
        assert!(refused > 10_000, "{rule:?}: {refused} gave up");
    }
}

#[test]
fn whoever_is_cancelled_wherever_it_waits_leaves_nothing_behind() {
    for round in 0..300 {
        let mut dice = Seed::from_word("cancel").draw("points", round, 0);
        let rule = LimiterRule::ALL[dice.below(6) as usize];
        let over = run(|env| async move {
            let max_wait = dice.chance(0.3).then_some(Span::millis(400));
            let limiter = Limiter::open(&env, "limiter", LimiterSettings { max_wait, ..settings(rule, 10, 4) });
            let mut tasks = Vec::new();
            for _ in 0..60 {
                tasks.push(env.spawn("client", goes(env.clone(), limiter.clone(), 1 + dice.below(3) as u32)));
                if dice.chance(0.5) {
                    env.sleep(Span::millis(dice.below(120))).await;
                }
                if dice.chance(0.4) {
                    drop(tasks.remove(dice.below(tasks.len() as u64) as usize));
                }
            }
            for task in tasks {
                task.await;
            }
            assert_eq!(limiter.waiting(), 0);
            // And what it allows is all there again.
            env.sleep(Span(3 * SECOND)).await;
            assert!(matches!(limiter.ask(4), Decision::Admitted(_)));
        });
        let [passed, refused, waiting, _] = sums(&over);
        let verdicts = over.pick(|e| match e.kind {
            EventKind::Gauged { gauge, value, .. } if gauge == G.verdict => Some(Verdict::read(value)),
            _ => None,
        });
        let asked = verdicts.iter().filter(|v| !matches!(v, Verdict::Served(_) | Verdict::GaveUp(_))).count();
        assert_eq!((passed + refused, waiting), (asked as i64, 0), "round {round}");
        assert_eq!(over.run.waiting().len(), 0, "no task is left");
    }
}

#[test]
fn what_is_forgotten_changes_no_decision() {
    // State thrown away while it owes something would be a fresh burst for whoever stays away.
    for rule in LimiterRule::ALL {
        for waits in [false, true] {
            let kept = Log::new();
            let log = kept.clone();
            run(|env| async move {
                let settings = LimiterSettings { waits, ..settings(rule, 4, 3) };
                let never = KeyedLimiter::open(&env, "never", settings, None);
                let soon = KeyedLimiter::open(&env, "soon", settings, Some(Span::millis(50)));
                let limiters = Rc::new([never, soon]);
                let mut dice = Seed::from_word("forget").draw(rule.id(), 0, 0);
                for _ in 0..400 {
                    let (key, cost) = (dice.below(12) as u32, 1 + dice.below(3) as u32);
                    let said = limiters.each_ref().map(|limiter| match limiter.ask(key, "k", cost) {
                        Decision::Admitted(_) => "goes".to_owned(),
                        Decision::Refused(refusal) => format!("{refusal:?}"),
                        Decision::Wait(reservation) => {
                            let said = format!("waits until {}", reservation.expected().0);
                            env.spawn("client", reservation).detach();
                            said
                        }
                    });
                    assert_eq!(said[0], said[1], "{rule:?} at {}", env.now().0);
                    env.sleep(Span(dice.below(SECOND / 4))).await;
                    log.push(limiters.each_ref().map(KeyedLimiter::kept));
                }
            });
            let most = |i: usize| kept.all().iter().map(|kept| kept[i]).max().unwrap();
            assert_eq!(most(0), 12, "{rule:?}: without it a bucket for each key stays");
            let last: usize = kept.all().iter().map(|kept| kept[1]).sum();
            assert!(last < 12 * 400, "{rule:?}: some were forgotten");
        }
    }
}

#[test]
fn who_would_wait_too_long_is_refused_at_once_and_told_when_it_would_not() {
    run(|env| async move {
        let settings =
            LimiterSettings { max_wait: Some(Span::millis(250)), ..settings(LimiterRule::TokenBucket, 10, 1) };
        let limiter = Limiter::open(&env, "limiter", settings);
        let mut waits = Vec::new();
        let refusals = |n: usize, waits: &mut Vec<_>| {
            let said = (0..n).map(|_| limiter.ask(1));
            said.filter_map(|decision| match decision {
                Decision::Refused(refusal) => Some(refusal.retry_after),
                Decision::Wait(reservation) => {
                    waits.push(reservation);
                    None
                }
                Decision::Admitted(_) => None,
            })
            .collect::<Vec<_>>()
        };
        // One goes, two wait for 100 and 200 ms, and the fourth would wait for 300.
        assert_eq!(refusals(4, &mut waits), [Some(Span::millis(50))]);
        env.sleep(Span::millis(50)).await;
        assert_eq!(refusals(1, &mut waits), []);
        assert_eq!(waits.len(), 3);
        for wait in waits {
            wait.await;
        }
        assert_eq!(env.now(), SimTime(300_000_000));
    });
}

#[test]
fn a_full_leaky_bucket_says_when_there_is_room() {
    run(|env| async move {
        let settings = LimiterSettings { waits: false, ..settings(LimiterRule::LeakyBucket, 10, 2) };
        let limiter = Limiter::open(&env, "limiter", settings);
        let waits: Vec<_> = (0..5)
            .map(|_| limiter.ask(1))
            .map(|decision| match decision {
                Decision::Admitted(_) => (None, None),
                Decision::Wait(reservation) => (Some(reservation), None),
                Decision::Refused(refusal) => (None, refusal.retry_after),
            })
            .collect();
        assert_eq!(waits.iter().filter_map(|(_, after)| *after).collect::<Vec<_>>(), [Span::millis(100); 2]);
        for wait in waits.into_iter().filter_map(|(wait, _)| wait) {
            wait.await;
        }
        assert_eq!(env.now(), SimTime(200_000_000));
    });
}
