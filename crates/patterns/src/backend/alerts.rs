//! The alert rules of the backend's Prometheus, as they stand in its file.
//!
//! Five look at what the process tells of itself, two at its host, and one at whether it is there. Whoever looks stands outside of the process, and outlives it.

use super::metrics::{BUSY, CPU, DURATION, FAILED, HEAP, MAX_OPEN, MISSES, OPEN, READS, TAKEN, UP};
use millrace_spec::{AlertRule, AlertUnit, Limit, Reading};
use millrace_trace::Span;

/// The one that looks whether there is somebody.
pub(super) const DOWN: &str = "app down";

/// All eight.
pub(super) fn rules() -> Vec<AlertRule> {
    const MINUTE: u64 = 60;
    const FIVE: Span = Span::secs(5 * MINUTE);
    let rule = |name, reads, limit, minutes: u64, unit| {
        let lasts = Span::secs(minutes * MINUTE);
        AlertRule { name, reads, limit, lasts, unit }
    };
    let above = Limit::Above;
    let gigabyte = AlertUnit { one: 1e9, word: " GB" };
    let misses = Reading::Share { of: MISSES, among: READS, window: FIVE };
    let busy = Reading::Share { of: BUSY, among: CPU, window: FIVE };
    let p95 = Reading::Quantile { q: 0.95, of: DURATION, window: FIVE };
    vec![
        rule(DOWN, Reading::Level(UP), Limit::Below(1.0), 1, AlertUnit::NUMBER),
        rule("5xx rate", Reading::Rate(FAILED, FIVE), above(0.1), 2, AlertUnit::PER_SECOND),
        rule("p95 latency", p95, above(2.0), 5, AlertUnit::SECONDS),
        rule("open / max", Reading::Ratio(OPEN, MAX_OPEN), above(0.8), 3, AlertUnit::NUMBER),
        rule("heap", Reading::Level(HEAP), above(1e9), 5, gigabyte),
        rule("cache misses", misses, above(0.5), 5, AlertUnit::PERCENT),
        rule("processor", busy, above(0.8), 5, AlertUnit::PERCENT),
        rule("host memory", Reading::Level(TAKEN), above(0.85), 5, AlertUnit::PERCENT),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::figures::tests::Scripted;
    use crate::backend::figures::{Backend, Figures, HostFigures};
    use crate::backend::metrics::Metrics;
    use millrace_engine::{Run, Seed, Setup};
    use millrace_parts::Alerts;
    use millrace_trace::{EventKind, SimTime, StationKind, Wait};
    use std::rc::Rc;

    const SECOND: u64 = 1_000_000_000;

    /// What stands in a rule file.
    #[test]
    fn the_rules_stand_as_in_their_file() {
        let told: Vec<_> = rules().iter().map(|rule| format!("{}: {}", rule.name, rule.expr())).collect();
        assert_eq!(
            told,
            [
                "app down: up < 1 for 1m",
                "5xx rate: sum(rate(http_requests_total{status_code=~\"5..\"}[5m])) > 0.1 for 2m",
                "p95 latency: histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 2 for 5m",
                "open / max: db_connections{state=\"open\"} / db_connections{state=\"max_open\"} > 0.8 for 3m",
                "heap: memory_usage_bytes{type=\"heap\"} > 1000000000 for 5m",
                "cache misses: sum(rate(cache_misses_total[5m])) / \
                 sum(rate({__name__=~\"cache_(hits|misses)_total\"}[5m])) > 0.5 for 5m",
                "processor: sum(rate(node_cpu_seconds_total{mode!=\"idle\"}[5m])) / \
                 sum(rate(node_cpu_seconds_total[5m])) > 0.8 for 5m",
                "host memory: 1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > 0.85 for 5m",
            ]
        );
    }

    /// A second of the script: what is so from half past it on, and what is counted within it. A request a second takes 100 ms and succeeds, and reads the cache
    /// with success, as long as the process is there.
    fn second(second: u64, backend: &Scripted, metrics: &Metrics) {
        let is = |from: u64, to: u64| (from..to).contains(&second);
        let mut figures = backend.figures.borrow_mut();
        let is_up = !is(100, 200);
        backend.up.set(is_up);
        if is_up {
            let took = if is(2_000, 2_400) { Span::secs(3) } else { Span::millis(100) };
            metrics.served("GET", "/api/v1/words", 200, took);
            figures.cache.hits += 1;
        } else {
            metrics.forget();
        }
        if is(1_000, 1_200) {
            metrics.served("GET", "/api/v1/words", 500, Span::millis(100));
        }
        figures.database.max_open = 40;
        figures.database.open = if is(3_000, 3_300) { 33 } else { 32 };
        figures.host.heap = if is(3_500, 4_000) { 1_000_000_001 } else { 1_000_000_000 };
        figures.cache.misses += if is(4_200, 4_700) { 3 } else { 0 };
        figures.host.busy.0 += if is(5_000, 5_600) { 3_600_000_000 } else { 0 };
        figures.host.taken = if is(6_000, 6_400) { 0.86 } else { 0.85 };
    }

    /// Rules are looked at every 15 s. More than 30 errors are in a window of 300 s at 1,035 s, and no more than that at 1,470 s. Of 300 requests more than 15 take
    /// three seconds at 2,025 s, and 15 of them at 2,685 s. Beside 300 hits there are more than 100 seconds of three misses at 4,305 s, and 95 at 4,905 s. Nine tenths of the
    /// processors are busy for 280 s of a window at 5,280 s, and for 260 s at 5,640 s.
    #[test]
    fn each_rule_is_pending_fires_and_is_over_at_the_instants_that_follow_from_it() {
        let program = |env: millrace_engine::Env| async move {
            let host = HostFigures { cpus: 4, memory: 8 << 30, ..HostFigures::default() };
            let backend = Rc::new(Scripted::new(&env, Figures { host, ..Figures::default() }));
            let metrics = Rc::new(Metrics::new());
            let (read, counts) = (backend.clone(), metrics.clone());
            let _alerts = Alerts::watch(&env, Alerts::EVERY, rules(), move |name| {
                counts.read(name, &read.figures(), read.is_up())
            });
            for n in 0..6_500 {
                env.sleep_until(SimTime(n * SECOND + SECOND / 2), Wait::Sleep).await;
                second(n, &backend, &metrics);
            }
        };
        let mut run = Run::new(Setup::new(Seed::from_word("otis")), (StationKind::Worker, "home"), program);
        run.advance(SimTime::MAX, u64::MAX);
        let trace = run.trace();
        let (mut names, mut told) = (Vec::new(), Vec::new());
        for event in trace.iter() {
            match event.kind {
                EventKind::Opened { station, name, .. } => names.push((station, trace.name(name))),
                EventKind::Stated { station, state } => {
                    let name = names.iter().find(|(of, _)| *of == station).expect("it was opened").1;
                    told.push((event.at.0 / SECOND, name, trace.name(state)));
                }
                _ => {}
            }
        }
        let spells = [
            ("app down", [105, 165, 210]),
            ("5xx rate", [1_035, 1_155, 1_470]),
            ("p95 latency", [2_025, 2_325, 2_685]),
            ("open / max", [3_015, 3_195, 3_315]),
            ("heap", [3_510, 3_810, 4_005]),
            ("cache misses", [4_305, 4_605, 4_905]),
            ("processor", [5_280, 5_580, 5_640]),
            ("host memory", [6_015, 6_315, 6_405]),
        ];
        let states = ["pending", "firing", "quiet"];
        let wanted: Vec<_> =
            spells.iter().flat_map(|(rule, at)| at.iter().zip(states).map(|(at, state)| (*at, *rule, state))).collect();
        assert_eq!(told, wanted);
    }
}
