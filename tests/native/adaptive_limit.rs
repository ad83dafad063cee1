//! Adaptive limits: each rule against the published one, written out here; that whoever is counted as under way is; and that the knee is found.

use crate::program::{follow, run};
use crate::promises;
use millrace::engine::{Draw, Seed};
use millrace::export::Report;
use millrace::parts::{AdaptiveLimit, Aimd, Gradient2, Gradient2Settings, LimitRule, Sample, Vegas};
use millrace::trace::Span;
use std::cell::Cell;
use std::rc::Rc;

fn dice(of: &str, round: u64) -> Draw {
    Seed::from_word("adaptive").draw(of, round, 0)
}

/// Calls whose times wander, of which few are dropped.
fn samples(dice: &mut Draw, n: usize) -> Vec<Sample> {
    let mut level = 20e6;
    let sample = |_| {
        level = (level * dice.uniform(0.9, 1.115)).clamp(1e6, 400e6);
        let took = Span((level * dice.uniform(0.7, 1.6)) as u64);
        Sample { took, under_way: 1 + dice.below(120) as u32, dropped: dice.chance(0.03) }
    };
    (0..n).map(sample).collect()
}

#[test]
fn aimd_is_the_published_one() {
    for round in 0..50 {
        let mut dice = dice("aimd", round);
        let (min, max, backoff, timeout) = (1 + dice.below(10) as i64, 50 + dice.below(100) as i64, 0.9, 60e6);
        let mut ours = Aimd::new(20, (min as u32, max as u32), backoff, Span(timeout as u64));
        let mut limit = 20_i64;
        for sample in samples(&mut dice, 2_000) {
            if sample.dropped || sample.took.0 as f64 > timeout {
                limit = (limit as f64 * backoff) as i64;
            } else if i64::from(sample.under_way) * 2 >= limit {
                limit += 1;
            }
            limit = limit.max(min).min(max);
            ours.take_in(sample);
            assert_eq!(i64::from(ours.limit()), limit, "round {round}");
        }
    }
}

#[test]
fn vegas_is_the_published_one() {
    for round in 0..50 {
        let mut dice = dice("vegas", round);
        let stream = Seed::from_word("probes").stream("probe");
        let (alpha, beta, smoothing) = (3.0, 6.0, if round % 2 == 0 { 1.0 } else { 0.4 });
        let max = 40.0 + dice.below(400) as f64;
        let mut ours = Vegas::new(20, (1, max as u32), (alpha, beta), smoothing, stream);
        // VegasLimit: LOG10 is max(1, (int) log10(limit)).
        let log = |limit: f64| (libm::log10(f64::from(limit as u32)) as i64).max(1) as f64;
        let mut jitters = (0..).map(|n| stream.draw(n, 0).uniform(0.5, 1.0));
        let (mut estimate, mut noload, mut probes, mut jitter) = (20.0_f64, 0_u64, 0_u64, jitters.next().unwrap());
        for sample in samples(&mut dice, 4_000) {
            let rtt = sample.took.0;
            probes += 1;
            if jitter * 30.0 * estimate <= probes as f64 {
                (jitter, probes, noload) = (jitters.next().unwrap(), 0, rtt);
            } else if noload == 0 || rtt < noload {
                noload = rtt;
            } else {
                let queue = (estimate * (1.0 - noload as f64 / rtt as f64)).ceil();
                let next = if sample.dropped {
                    Some(estimate - log(estimate))
                } else if f64::from(sample.under_way) * 2.0 < estimate {
                    None
                } else if queue <= log(estimate) {
                    Some(estimate + beta * log(estimate))
                } else if queue < alpha * log(estimate) {
                    Some(estimate + log(estimate))
                } else if queue > beta * log(estimate) {
                    Some(estimate - log(estimate))
                } else {
                    None
                };
                if let Some(next) = next {
                    estimate = (1.0 - smoothing) * estimate + smoothing * next.min(max).max(1.0);
                }
            }
            ours.take_in(sample);
            assert_eq!(ours.limit(), estimate as u32, "round {round}");
        }
    }
}

#[test]
fn gradient2_is_the_published_one() {
    for round in 0..50 {
        let mut dice = dice("gradient2", round);
        let settings = Gradient2Settings { smoothing: 0.2, tolerance: 1.5, long_window: 600, queue: 4 };
        let (min, max) = (5.0, 60.0 + dice.below(200) as f64);
        let mut ours = Gradient2::new(20, (min as u32, max as u32), settings);
        let (mut estimate, mut long, mut sum, mut count) = (20.0_f64, 0.0, 0.0, 0);
        for sample in samples(&mut dice, 4_000) {
            let short = sample.took.0 as f64;
            // ExpAvgMeasurement(600, 10).
            if count < 10 {
                (count, sum) = (count + 1, sum + short);
                long = sum / f64::from(count);
            } else {
                let factor = 2.0 / 601.0;
                long = long * (1.0 - factor) + short * factor;
            }
            let read = long;
            if read / short > 2.0 {
                long *= 0.95;
            }
            if f64::from(sample.under_way) >= estimate / 2.0 {
                let gradient = (1.5 * read / short).clamp(0.5, 1.0);
                let next = estimate * gradient + 4.0;
                estimate = (estimate * 0.8 + next * 0.2).min(max).max(min);
            }
            ours.take_in(sample);
            assert!((f64::from(ours.limit()) - estimate.floor()).abs() <= 1.0, "round {round}");
            assert!(estimate.fract() < 1e-6 || estimate.fract() > 1.0 - 1e-6 || ours.limit() == estimate as u32);
        }
    }
}

#[test]
fn whoever_is_cancelled_wherever_it_is_is_under_way_no_more() {
    for round in 0..100 {
        let mut dice = dice("cancel", round);
        run(|env| async move {
            let rule = LimitRule::Aimd(Aimd::new(4, (1, 6), 0.5, Span::millis(30)));
            let limit = AdaptiveLimit::open(&env, "limit", rule);
            let (there, mut tasks) = (Rc::new(Cell::new(0_u32)), Vec::new());
            for _ in 0..60 {
                let (own, asked, inside, takes) = (env.clone(), limit.clone(), there.clone(), dice.below(60));
                let ends = dice.below(3);
                tasks.push(env.spawn("caller", async move {
                    struct There(Rc<Cell<u32>>);
                    impl Drop for There {
                        fn drop(&mut self) {
                            self.0.set(self.0.get() - 1);
                        }
                    }
                    let Ok(pass) = asked.admit() else { return };
                    inside.set(inside.get() + 1);
                    let here = There(inside.clone());
                    own.sleep(Span::millis(takes)).await;
                    match ends {
                        0 => pass.answered(),
                        1 => pass.dropped(),
                        _ => drop(pass),
                    }
                    drop(here);
                }));
                assert_eq!(limit.under_way(), there.get());
                env.sleep(Span::millis(dice.below(15))).await;
                assert_eq!(limit.under_way(), there.get());
                if dice.chance(0.4) {
                    drop(tasks.remove(dice.below(tasks.len() as u64) as usize));
                }
            }
            for task in tasks {
                task.await;
            }
            assert_eq!((limit.under_way(), there.get()), (0, 0));
        });
    }
}

/// The limits of a run: when, and how much.
fn limits(link: &str) -> (Vec<(u64, u64)>, Report) {
    let report = Report::of(&follow(link), Vec::new(), 0);
    let list = report.detail["limits"].as_array().expect("limits").iter();
    let pair = |p: &serde_json::Value| (p[0].as_u64().unwrap(), p[1].as_u64().unwrap());
    (list.map(pair).collect(), report)
}

#[test]
fn the_limit_is_reported_whenever_it_changes() {
    let (limits, report) = limits("adaptive-limit?requests=500&service=constant&callers=30");
    assert_eq!(limits.first(), Some(&(0, 20)));
    assert!(limits.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 != pair[1].1));
    // One more for each call while at least half of it is used: thirty are under way at most.
    assert_eq!(limits.last().map(|(_, limit)| *limit), Some(61));
    assert_eq!(report.detail["refused"], report.requests.rejected);
    let (fixed, _) = self::limits("adaptive-limit?algorithm=fixed&initial=7&requests=100");
    assert_eq!(fixed, [(0, 7)]);
}

#[test]
fn vegas_finds_the_knee_of_a_server_and_a_limit_that_is_too_high_only_makes_calls_slow() {
    for seed in 0..20 {
        let of = |preset: &str| limits(&format!("adaptive-limit?preset={preset}&requests=6000&seed=s{seed}"));
        let (found, with) = of("knee");
        let end = with.virtual_ns;
        let time: Vec<(u64, u64)> = found.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[0].1)).collect();
        let late = time.iter().zip(&found).filter(|(_, (at, _))| *at > end / 4);
        let (sum, whole) = late.fold((0, 0), |(sum, whole), ((span, limit), _)| (sum + span * limit, whole + span));
        let mean = sum as f64 / whole as f64;
        assert!((15.0..45.0).contains(&mean), "seed {seed}: a mean limit of {mean} before twenty slots");
        let (_, without) = of("too-many");
        let p50 = |report: &Report| report.latency_ns.as_ref().expect("calls").p50.0;
        assert!(p50(&with) * 4 < p50(&without), "seed {seed}: {} and {}", p50(&with), p50(&without));
        // The price: a tenth of what could be done, or a little more.
        assert!(with.requests.completed * 100 > without.requests.completed * 75, "seed {seed}");
    }
}

#[test]
fn what_each_scenario_promises_holds_on_two_hundred_seeds() {
    let points = [
        ("", "the limit was reached"),
        ("knee", "the limit came within twice the server's slots from above"),
        ("too-many", "the limit was reached"),
        ("sawtooth", "somebody was refused"),
        ("creep", "somebody was refused"),
        ("uneven", "somebody was refused"),
    ];
    promises::hold("adaptive-limit", &points, |_| 800);
}
