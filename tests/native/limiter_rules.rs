//! The rules of rate limiters, each against an independent reference over random traffic: GCRA against the crate `governor`, the token bucket
//! against golang.org/x/time/rate, the leaky bucket against a list of departures, the windows against every interval there is.

use governor::{Quota, RateLimiter, clock::FakeRelativeClock};
use millrace::engine::{Draw, Seed};
use millrace::parts::{Account, Allowance, Rule};
use millrace::spec::LimiterRule;
use millrace::trace::{SimTime, Span};
use std::num::NonZeroU32;
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;

fn allowance(limit: u32, per: u64, burst: u32) -> Allowance {
    Allowance { limit, per: Span(per), burst, log_refused: false }
}

fn dice(of: &str, round: u64) -> Draw {
    Seed::from_word("limiter").draw(of, round, 0)
}

/// Asks, and takes if it passes.
fn passes(rule: &mut Rule, at: u64, cost: u32) -> bool {
    let at = SimTime(at);
    let passes = rule.earliest(at, cost) == Some(at);
    if passes {
        rule.take(at, cost);
    } else {
        rule.refuse(at, cost);
    }
    passes
}

fn asks_again(rule: &Rule, at: u64, cost: u32) -> Option<u64> {
    rule.earliest(SimTime(at), cost).map(|again| again.0 - at)
}

#[test]
fn gcra_and_the_token_bucket_say_what_governor_says_over_random_traffic() {
    let mut refused = 0;
    for round in 0..300 {
        let mut dice = dice("governor", round);
        let limit = [1, 2, 5, 8, 10, 40, 100, 1_000][dice.below(8) as usize];
        let burst = 1 + dice.below(12) as u32;
        let step = SECOND / u64::from(limit);
        let clock = FakeRelativeClock::default();
        let quota =
            Quota::with_period(Duration::from_nanos(step)).unwrap().allow_burst(NonZeroU32::new(burst).unwrap());
        let reference = RateLimiter::direct_with_clock(quota, clock.clone());
        let mut ours =
            [LimiterRule::Gcra, LimiterRule::TokenBucket].map(|rule| Rule::new(rule, &allowance(limit, SECOND, burst)));
        let mut now = 0;
        for _ in 0..200 {
            // Sometimes at the very instant at which the next may pass, sometimes a nanosecond before.
            let gap = match dice.below(4) {
                0 => 0,
                1 => asks_again(&ours[0], now, 1).unwrap().saturating_sub(dice.below(2)),
                _ => dice.below(2 * step),
            };
            clock.advance(Duration::from_nanos(gap));
            now += gap;
            let cost = 1 + dice.below(u64::from(burst)) as u32;
            let verdict = reference.check_n(NonZeroU32::new(cost).unwrap()).unwrap();
            let again = ours.each_ref().map(|rule| asks_again(rule, now, cost).unwrap());
            for rule in &mut ours {
                assert_eq!(passes(rule, now, cost), verdict.is_ok(), "round {round}: {cost} at {now} of {rule:?}");
            }
            if let Err(until) = verdict {
                let expected = until.wait_time_from(governor::clock::Clock::now(&clock)).as_nanos() as u64;
                assert_eq!(again, [expected; 2], "round {round}: retry-after of {cost} at {now}");
                refused += 1;
            }
        }
    }
    assert!(refused > 10_000, "{refused} were refused");
}

/// golang.org/x/time/rate, by its published rules: `advance` and `reserveN`, in floating point as there.
struct GoLimiter {
    limit: f64,
    burst: f64,
    tokens: f64,
    last: f64,
}

impl GoLimiter {
    fn allow(&mut self, at: f64, n: f64) -> bool {
        let tokens = (self.tokens + (at - self.last) * self.limit).min(self.burst) - n;
        let ok = n <= self.burst && tokens >= 0.0;
        if ok {
            (self.tokens, self.last) = (tokens, at);
        }
        ok
    }
}

#[test]
fn the_token_bucket_says_what_golang_s_rate_limiter_says_over_random_traffic() {
    // Times are multiples of 2^-9 s and rates powers of two, so that the reference rounds nothing.
    const TICK: u64 = SECOND / 512;
    for round in 0..500 {
        let mut dice = dice("golang", round);
        let limit = 1 << dice.below(9);
        let burst = 1 + dice.below(20) as u32;
        let mut ours = Rule::new(LimiterRule::TokenBucket, &allowance(limit, SECOND, burst));
        let mut go = GoLimiter { limit: limit.into(), burst: burst.into(), tokens: burst.into(), last: 0.0 };
        let mut ticks = 0;
        for _ in 0..300 {
            ticks += dice.below(1_024 / u64::from(limit) + 2);
            let cost = 1 + dice.below(u64::from(burst) + 1) as u32;
            let expected = go.allow(ticks as f64 / 512.0, cost.into());
            assert_eq!(passes(&mut ours, ticks * TICK, cost), expected, "round {round}: {cost} at {ticks} ticks");
        }
    }
}

#[test]
fn what_leaves_a_leaky_bucket_leaves_when_a_list_of_departures_says() {
    for round in 0..200 {
        let mut dice = dice("leaky", round);
        let limit = 1 + dice.below(9) as u32;
        let mut ours = Rule::new(LimiterRule::LeakyBucket, &allowance(limit, SECOND, 10));
        // In parts of a nanosecond, `limit` of them.
        let (mut now, mut free) = (0, 0u128);
        for _ in 0..200 {
            now += dice.below(SECOND / 4);
            let cost = 1 + dice.below(3) as u32;
            let leaves = free.max(u128::from(now) * u128::from(limit));
            let at = ours.earliest(SimTime(now), cost).unwrap();
            assert_eq!(u128::from(at.0), leaves.div_ceil(u128::from(limit)), "round {round}");
            ours.take(at, cost);
            // What waited keeps its fraction of a nanosecond.
            free = leaves + u128::from(cost) * u128::from(SECOND);
            now = now.max(at.0.saturating_sub(dice.below(3 * SECOND)));
        }
    }
}

/// What passed, and when.
type Passed = Vec<(u64, u64)>;

fn sum(passed: &Passed, counts: impl Fn(u64) -> bool) -> u64 {
    passed.iter().filter(|(at, _)| counts(*at)).map(|(_, cost)| cost).sum()
}

#[test]
fn windows_let_pass_what_every_interval_there_is_allows_and_nothing_else() {
    let rules = [LimiterRule::FixedWindow, LimiterRule::SlidingLog, LimiterRule::SlidingCounter];
    for round in 0..100 {
        let mut dice = dice("windows", round);
        let (limit, per) = (1 + dice.below(12), 5 + dice.below(60));
        for log_refused in [false, true] {
            for kind in rules {
                let allowed = Allowance { log_refused, ..allowance(limit as u32, per, 1) };
                let (mut rule, mut now) = (Rule::new(kind, &allowed), 0);
                // What passed, and what counts.
                let (mut passed, mut counted) = (Passed::new(), Passed::new());
                for _ in 0..120 {
                    now += [0, 1, dice.below(per), dice.below(3 * per)][dice.below(4) as usize];
                    let cost = 1 + dice.below(limit.min(4));
                    let window = now / per;
                    let may = match kind {
                        LimiterRule::FixedWindow => sum(&counted, |at| at / per == window) + cost <= limit,
                        LimiterRule::SlidingLog => sum(&counted, |at| at + per > now) + cost <= limit,
                        _ => {
                            let before = sum(&counted, |at| at / per + 1 == window) * (per - now % per);
                            let current = sum(&counted, |at| at / per == window);
                            before + (current + cost) * per <= limit * per
                        }
                    };
                    assert_eq!(passes(&mut rule, now, cost as u32), may, "{kind:?}, round {round}: {cost} at {now}");
                    passed.extend(may.then_some((now, cost)));
                    counted.extend((may || log_refused).then_some((now, cost)));
                }
                // Every interval as long as that: it ends at any instant at all.
                let most = (0..=now).map(|end| sum(&passed, |at| at <= end && at + per > end)).max().unwrap();
                match kind {
                    LimiterRule::SlidingLog => assert!(most <= limit, "{most} of {limit} in one interval"),
                    _ => assert!(most <= 2 * limit, "{most} of {limit} in one interval"),
                }
            }
        }
    }
}

#[test]
fn the_instant_that_is_told_is_the_first_at_which_it_passes() {
    for kind in LimiterRule::ALL {
        for round in 0..150 {
            let mut dice = dice(kind.id(), round);
            let (limit, per, burst) = (1 + dice.below(5) as u32, 3 + dice.below(25), 1 + dice.below(4) as u32);
            let most = if kind.has_burst() { burst } else { limit };
            let allowed = Allowance { log_refused: round % 3 == 0, ..allowance(limit, per, burst) };
            let (mut rule, mut now) = (Rule::new(kind, &allowed), 0);
            for _ in 0..60 {
                now += dice.below(per);
                let cost = 1 + dice.below(u64::from(most)) as u32;
                let told = rule.earliest(SimTime(now), cost).expect("it costs no more than there is");
                let first = (now..).find(|at| rule.earliest(SimTime(*at), cost) == Some(SimTime(*at)));
                assert_eq!(Some(told.0), first, "{kind:?}, round {round}: {cost} at {now}");
                passes(&mut rule, now, cost);
            }
            assert_eq!(rule.earliest(SimTime(now), most + 1), None, "{kind:?} has never so much");
        }
    }
}

#[test]
fn what_is_as_new_decides_as_a_new_one_does() {
    for kind in LimiterRule::ALL {
        for round in 0..100 {
            let mut dice = dice(kind.id(), round);
            let allowed = Allowance { log_refused: round % 2 == 0, ..allowance(3, 20, 4) };
            let mut used = Rule::new(kind, &allowed);
            let mut now = 0;
            for _ in 0..20 {
                now += dice.below(12);
                passes(&mut used, now, 1 + dice.below(3) as u32);
            }
            now = now.max(used.as_new_from().0);
            let mut new = Rule::new(kind, &allowed);
            for _ in 0..20 {
                let cost = 1 + dice.below(3) as u32;
                assert_eq!(passes(&mut used, now, cost), passes(&mut new, now, cost), "{kind:?}, round {round}");
                now += dice.below(12);
            }
        }
    }
}

#[test]
fn a_burst_that_was_used_up_is_back_after_its_time_and_not_one_more() {
    for kind in [LimiterRule::TokenBucket, LimiterRule::Gcra] {
        let mut rule = Rule::new(kind, &allowance(5, SECOND, 5));
        let asked = |rule: &mut Rule, at| (0..9).filter(|_| passes(rule, at, 1)).count();
        // Used up, then two seconds of rest: a whole burst, and never a sixth.
        assert_eq!([0, 2 * SECOND, 2 * SECOND].map(|at| asked(&mut rule, at)), [5, 5, 0], "{kind:?}");
        // Retry-after takes the burst off: the next may come when one token is there.
        assert_eq!(asks_again(&rule, 2 * SECOND, 1), Some(SECOND / 5));
        // A request as large as the burst can be served, a larger one never.
        assert_eq!((asks_again(&rule, 2 * SECOND, 5), asks_again(&rule, 2 * SECOND, 6)), (Some(SECOND), None));
        assert!(passes(&mut rule, 3 * SECOND, 5));
    }
    // However long it runs, a rate that is no whole number of nanoseconds is exact.
    let mut third = Rule::new(LimiterRule::TokenBucket, &allowance(3, SECOND, 2));
    let mut at = SimTime(0);
    for _ in 0..30_002 {
        at = third.earliest(at, 1).unwrap();
        third.take(at, 1);
    }
    assert_eq!(at.0, 10_000 * SECOND);
}

#[test]
fn a_fixed_window_lets_twice_the_limit_through_at_its_edge_and_a_log_does_not() {
    let passed = |kind, at: [u64; 2]| {
        let mut rule = Rule::new(kind, &allowance(100, SECOND, 1));
        at.map(|ms| (0..100).filter(|_| passes(&mut rule, ms * 1_000_000, 1)).count())
    };
    assert_eq!(passed(LimiterRule::FixedWindow, [900, 1_100]), [100, 100]);
    assert_eq!(passed(LimiterRule::SlidingLog, [900, 1_100]), [100, 0]);
    // Ninety percent of the window before are still in sight.
    assert_eq!(passed(LimiterRule::SlidingCounter, [900, 1_100]), [100, 10]);
}

#[test]
fn a_log_has_room_again_when_its_oldest_entry_leaves() {
    let mut log = Rule::new(LimiterRule::SlidingLog, &allowance(2, 60 * SECOND, 1));
    assert!(passes(&mut log, 0, 1) && passes(&mut log, 10 * SECOND, 1));
    assert_eq!(asks_again(&log, 20 * SECOND, 1), Some(40 * SECOND));
    // At that instant the oldest is a whole minute old, and lies in (t − 60 s, t] no more.
    assert!(passes(&mut log, 60 * SECOND, 1));
    // Where refused requests are in the log, whoever asks again and again keeps itself out.
    let mut strict =
        Rule::new(LimiterRule::SlidingLog, &Allowance { log_refused: true, ..allowance(2, 60 * SECOND, 1) });
    let passed = (0..20).filter(|turn| passes(&mut strict, turn * 10 * SECOND, 1)).count();
    assert_eq!(passed, 2);
}
