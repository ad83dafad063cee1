//! The simulator against queueing theory: an M/M/c queue has an exact answer.
//!
//! Poisson arrivals at rate λ to c servers with exponential service at rate μ: the share of jobs that wait is Erlang's C,
//! and the mean wait is C ÷ (cμ − λ) (Erlang 1917; Kleinrock, "Queueing Systems" volume 1, 1975, section 3.5).

use crate::program::{Over, finish, start_pattern, values};
use millrace::engine::{Seed, Setup};
use millrace::patterns;
use millrace::spec::Fidelity;
use millrace::trace::ledger::StationRow;
use millrace::trace::{EventKind, JobId, Outcome, SimTime};
use std::collections::BTreeMap;

const SERVERS: u32 = 4;
/// Per second; the mean service time is 20 ms.
const MU: f64 = 50.0;
/// Per second: 80 % of what the servers can do.
const LAMBDA: f64 = 160.0;
const JOBS: usize = 4_500;
/// The queue starts empty. Its relaxation time is about 1 ÷ (cμ (1 − √ρ)²) = 0.45 s; 500 jobs take seven times as long.
const WARM_UP: usize = 500;
const SEEDS: u64 = 16;

/// The chance to find all servers busy, by the recurrence of Erlang's B.
fn erlang_c(servers: u32, load: f64) -> f64 {
    let blocked = (1..=servers).fold(1.0, |b, n| load * b / (f64::from(n) + load * b));
    let rho = load / f64::from(servers);
    blocked / (1.0 - rho + rho * blocked)
}

#[test]
fn erlangs_c_is_right_where_the_answer_is_known() {
    // One server: the chance to wait is its utilisation. Two: 2ρ² ÷ (1 + ρ).
    assert!((erlang_c(1, 0.8) - 0.8).abs() < 1e-12);
    assert!((erlang_c(2, 1.6) - 2.0 * 0.64 / 1.8).abs() < 1e-12);
}

/// The worker pool with so many workers that nobody waits for one: what waits, waits at the server.
fn run(seed: u64) -> Over {
    let pattern = patterns::find("worker-pool").expect("the pattern");
    let (requests, rate) = (JOBS.to_string(), LAMBDA.to_string());
    let given = [
        ("requests", requests.as_str()),
        ("arrivals", "poisson"),
        ("rate", rate.as_str()),
        ("workers", "400"),
        ("server", "general"),
        ("service", "exponential"),
        ("mean", "20ms"),
        ("slots", "4"),
    ];
    let values = values(pattern, Fidelity::Documented, None, &given);
    let over = finish(start_pattern(Setup::new(Seed(seed)), pattern, Fidelity::Documented, &values));
    assert_eq!(over.ledger.tally.count(Outcome::Completed), JOBS as u64);
    over
}

fn server(over: &Over) -> StationRow {
    over.ledger.find("server", &over.run.trace()).expect("the server").1.clone()
}

/// For each job in the order of arrival: entered, called, started, answered.
fn times(over: &Over) -> Vec<[SimTime; 4]> {
    let mut jobs: BTreeMap<JobId, [SimTime; 4]> = BTreeMap::new();
    for event in over.run.trace().iter() {
        let mut note = |job, what: &[usize]| {
            let row = jobs.entry(job).or_default();
            what.iter().for_each(|&i| row[i] = event.at);
        };
        match event.kind {
            EventKind::Entered { job, .. } => note(job, &[0]),
            EventKind::Called { job, started: true, .. } => note(job, &[1, 2]),
            EventKind::Called { job, .. } => note(job, &[1]),
            EventKind::Started { job } => note(job, &[2]),
            EventKind::Answered { job, .. } => note(job, &[3]),
            _ => {}
        }
    }
    jobs.into_values().collect()
}

/// Mean and standard error of independent values.
fn estimate(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

#[test]
fn the_mean_wait_and_the_share_that_waits_are_erlangs() {
    let c = erlang_c(SERVERS, LAMBDA / MU);
    let expected_wait = c / (f64::from(SERVERS) * MU - LAMBDA);
    let (mut waits, mut shares) = (Vec::new(), Vec::new());
    for seed in 0..SEEDS {
        let over = run(seed);
        let times = times(&over);
        assert!(times.iter().all(|t| t[0] == t[1]), "nobody waits anywhere but at the server");
        let settled: Vec<f64> = times[WARM_UP..].iter().map(|t| (t[2] - t[1]).seconds()).collect();
        let n = settled.len() as f64;
        waits.push(settled.iter().sum::<f64>() / n);
        shares.push(settled.iter().filter(|&&w| w > 0.0).count() as f64 / n);
    }
    // Waits within a run depend on each other, runs do not: so the error is estimated from the means of 16 runs. Four standard
    // errors with 15 degrees of freedom are exceeded by chance once in 850 times, and the seeds are fixed.
    for (what, values, expected) in [("wait", waits, expected_wait), ("share that waits", shares, c)] {
        let (mean, error) = estimate(&values);
        assert!((mean - expected).abs() < 4.0 * error, "{what}: {mean} ± {error}, expected {expected}");
        assert!(error < 0.08 * expected, "{what}: so large an error ({error}) would prove nothing about {expected}");
    }
}

#[test]
fn little_s_law_holds_exactly_for_a_run_that_starts_and_ends_empty() {
    let over = run(1);
    let (server, end) = (server(&over), over.ledger.now);
    let times = times(&over);
    let t = end.seconds();
    let lambda = JOBS as f64 / t;
    let mean = |f: fn(&[SimTime; 4]) -> f64| times.iter().map(f).sum::<f64>() / JOBS as f64;
    let (stay, wait) = (mean(|t| (t[3] - t[1]).seconds()), mean(|t| (t[2] - t[1]).seconds()));
    let close = |a: f64, b: f64| (a - b).abs() < 1e-9 * b;
    // L = λ W is an identity when all who came have gone; only rounding of doubles is left.
    assert!(close(server.levels.present_mean(end), lambda * stay));
    assert!(close(server.levels.waiting_mean(end), lambda * wait));
}

#[test]
fn utilisation_is_the_arrival_rate_times_the_service_time_over_the_servers() {
    let over = run(1);
    let (server, end) = (server(&over), over.ledger.now);
    let service = times(&over).iter().map(|t| (t[3] - t[2]).seconds()).sum::<f64>();
    let utilisation = server.utilisation(end);
    let identity = service / (f64::from(SERVERS) * end.seconds());
    assert!((utilisation - identity).abs() < 1e-9, "{utilisation} and {identity}");
    // Sums of n exponential gaps and n exponential services each vary by 1/√n; four standard errors of their ratio.
    let tolerance = 4.0 * (2.0 / JOBS as f64).sqrt();
    let rho = LAMBDA / (f64::from(SERVERS) * MU);
    assert!((utilisation / rho - 1.0).abs() < tolerance, "{utilisation}, expected {rho}");
    assert_eq!(server.levels.in_service, 0);
}
