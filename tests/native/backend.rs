//! The backend as a whole: that each request is answered once, that what it counts is what the log says, that its limits limit as documented and do not as shipped,
//! and what each scenario is there to show.

use crate::coordination::{self, given_up_leaves_nothing};
use crate::program::{follow, values};
use millrace::analysis::History;
use millrace::patterns::{self, find};
use millrace::session::{Scenario, Session};
use millrace::spec::{CheckKind, Fidelity};
use millrace::trace::{EventKind, Ledger, Outcome, SimTime, StationId};
use proptest::prelude::*;
use serde_json::Value as Json;
use std::collections::BTreeMap;

fn detail(link: &str) -> Json {
    Json::Object(coordination::detail(link))
}

/// What the log says, read with no other part of the program: calls by server, the most that were at each at once, and how requests ended.
#[derive(Debug, Default)]
struct Read {
    calls: BTreeMap<String, u64>,
    most: BTreeMap<String, u64>,
    ended: BTreeMap<Outcome, u64>,
    came: u64,
    /// Parts that were let in and lost.
    lost: u64,
}

fn read(session: &Session<Ledger, History>) -> Read {
    let trace = session.run().trace();
    let (mut read, mut names) = (Read::default(), BTreeMap::<StationId, String>::new());
    let (mut requests, mut now) = (BTreeMap::new(), BTreeMap::<String, u64>::new());
    let mut at = BTreeMap::new();
    for event in trace.iter() {
        match event.kind {
            EventKind::Opened { station, name, .. } => drop(names.insert(station, trace.name(name).to_owned())),
            EventKind::Entered { job, .. } => {
                read.came += 1;
                requests.insert(job, ());
            }
            EventKind::Called { job, station: server, .. } => {
                let name = names[&server].clone();
                *read.calls.entry(name.clone()).or_default() += 1;
                let level = now.entry(name.clone()).or_default();
                *level += 1;
                let most = read.most.entry(name.clone()).or_default();
                *most = (*most).max(*level);
                at.insert(job, name);
            }
            EventKind::Answered { job, .. } => {
                if let Some(level) = at.remove(&job).and_then(|name| now.get_mut(&name)) {
                    *level -= 1;
                }
            }
            EventKind::Left { job, outcome } => {
                if let Some(level) = at.remove(&job).and_then(|name| now.get_mut(&name)) {
                    *level -= 1;
                }
                read.lost += u64::from(outcome == Outcome::Lost);
                if requests.remove(&job).is_some() {
                    *read.ended.entry(outcome).or_default() += 1;
                }
            }
            _ => {}
        }
    }
    read
}

fn checks(session: &Session<Ledger, History>, kind: CheckKind) -> Vec<(String, bool)> {
    let all = session.history().checks.states().iter().filter(|state| state.check.kind == kind);
    all.map(|state| (state.check.statement.to_owned(), state.holds(session.computed(), true))).collect()
}

/// Traffic, limits and troubles of any kind.
fn any_backend() -> impl Strategy<Value = String> {
    let traffic = (1..250_u32, 20..900_u32, 0..4_u32, 0..4_u32);
    let limits = (1..30_u32, 1..60_u32, 1..30_u32, 1..12_u32, 1..12_u32);
    let trouble = prop_oneof![
        Just(""),
        Just("&errors=0.4"),
        Just("&request-timeout-seconds=60ms"),
        Just("&outage-for=300ms&outage-at=200ms&outage-answers=at-once"),
        Just("&addresses=3"),
        Just("&concurrency-enabled=off"),
        Just("&installed=off"),
        Just("&shutdown-at=700ms"),
        Just("&circuit-breaker-threshold=1&db-errors=0.2"),
        Just("&sent-within=11s"),
    ];
    (traffic, limits, trouble, 0..1_000_u32).prop_map(|((requests, rate, check, save), limits, trouble, seed)| {
        let (db, http, cache, workers, background) = limits;
        format!(
            "backend?requests={requests}&rate={rate}&routes=search:3,check:{check},save:{save}&max-concurrent-db-ops={db}\
             &max-concurrent-http-ops={http}&max-concurrent-cache-ops={cache}&worker-pool-size-db={workers}&worker-pool-size-http={workers}\
             &background-worker-count={background}{trouble}&seed=s{seed}"
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_configuration_each_request_is_answered_once_and_counted_as_it_was_and_nothing_is_lost(link in any_backend()) {
        let session = follow(&link);
        let (read, told) = (read(&session), detail(&link));
        prop_assert_eq!(session.history().ledger.tally.in_system, 0);
        let answers: u64 = told["answers"].as_object().expect("an object").values().filter_map(Json::as_u64).sum();
        let unheard = told["unheard"].as_u64().expect("a number");
        // Who was cut off at the end of the process was told nothing, and who had not come was not there.
        let cut = read.ended.get(&Outcome::Cancelled).copied().unwrap_or_default();
        prop_assert_eq!(answers + unheard + cut, read.came, "{:?} {}", read, told);
        prop_assert_eq!(told["answers"]["200"].as_u64().unwrap_or_default(), read.ended.get(&Outcome::Completed).copied().unwrap_or_default());
        prop_assert_eq!((told["lost"].as_u64(), read.lost), (Some(0), 0));
        for (name, holds) in checks(&session, CheckKind::Always) {
            prop_assert!(holds, "{}: {}", link, name);
        }
    }

    /// What is gone is told nothing and counted once, and nothing of it is left; what comes afterwards is served as ever.
    #[test]
    fn whenever_the_process_crashes_each_request_ends_once_and_nothing_of_it_outlives_it(
        link in any_backend(),
        (at, lasts, again) in (0..900_u64, 1..500_u64, 0..1_500_u64),
        is_shipped in any::<bool>(),
    ) {
        let fidelity = if is_shipped { "&fidelity=shipped&installed=on" } else { "" };
        let again = format!("x={}~0~fault~process-crash~150000000", again * 1_000_000);
        let link = format!("{link}{fidelity}&crash-at={at}ms&crash-for={lasts}ms&sockets=3&{again}");
        let session = follow(&link);
        let (read, told) = (read(&session), detail(&link));
        prop_assert_eq!(session.history().ledger.tally.in_system, 0, "{}", link);
        let answers: u64 = told["answers"].as_object().expect("an object").values().filter_map(Json::as_u64).sum();
        let unheard = told["unheard"].as_u64().expect("a number");
        let cut = read.ended.get(&Outcome::Cancelled).copied().unwrap_or_default();
        prop_assert_eq!(answers + unheard + cut, read.came, "{} {:?} {}", link, read, told);
        for (name, holds) in checks(&session, CheckKind::Always) {
            prop_assert!(holds, "{}: {}", link, name);
        }
    }

    #[test]
    fn whoever_gives_the_whole_up_leaves_nothing_behind(seed in 0..1_000_u32, ms in 0..900_u64) {
        let pattern = find("backend").expect("it is in the catalogue");
        let values = values(pattern, Fidelity::Documented, None, &[("requests", "60"), ("rate", "120"), ("max-concurrent-http-ops", "4")]);
        given_up_leaves_nothing(pattern, &values, seed, ms);
    }
}

#[test]
fn what_the_interface_counts_is_what_the_log_says() {
    for seed in 0..10 {
        let link = format!("backend?requests=400&rate=200&seed=s{seed}");
        let (read, told) = (read(&follow(&link)), detail(&link));
        let of = |section: &str, key: &str| told["sections"][section][key].as_u64();
        let calls = |server: &str| read.calls.get(server).copied();
        // The last full second is before the end: what it says is no more than that, and all but what came since.
        let counted = ["total_db_operations", "total_http_operations", "total_cache_operations"];
        for (key, server) in counted.into_iter().zip(["sql", "server", "cache"]) {
            let (said, is) = (of("concurrency_metrics", key).expect(key), calls(server).expect(server));
            assert!(said <= is && said + 250 > is && said > 0, "{key}: {said} of {is}, {link}");
        }
        assert_eq!(
            told["cache"]["hits"].as_u64().zip(told["cache"]["misses"].as_u64()).map(|(h, m)| h + m),
            calls("cache")
        );
        assert_eq!(of("system_stats", "cpu_count"), Some(8));
        let size = of("connection_pool_stats", "current_max_open");
        assert_eq!(
            (size, of("database_stats", "max_open_connections")),
            (Some(32), Some(32)),
            "four for each processor"
        );
    }
}

#[test]
fn as_documented_no_more_run_than_there_are_permits_and_as_shipped_as_many_as_there_are_workers() {
    let link = |more: &str| {
        format!(
            "backend?installed=on&requests=600&rate=2000&routes=search:0,check:0,save:1&max-concurrent-db-ops=5&worker-pool-size-db=20&addresses=100000{more}"
        )
    };
    for seed in 0..10 {
        let most = |more: &str| read(&follow(&link(&format!("{more}&seed=s{seed}")))).most["sql"];
        assert_eq!(most(""), 5);
        assert_eq!(most("&fidelity=shipped"), 20);
    }
}

#[test]
fn a_service_that_is_slow_keeps_its_own_workers_busy_and_searches_go_on() {
    let link = |more: &str| {
        format!(
            "backend?requests=1500&rate=150&mean=2s&service=constant&worker-pool-size-http=4&max-concurrent-http-ops=2000{more}"
        )
    };
    for seed in 0..5 {
        let session = follow(&link(&format!("&seed=s{seed}")));
        let read = read(&session);
        assert_eq!(read.most["server"], 4, "the workers of the service are the limit");
        // Whoever searches has what it wants long before.
        let told = detail(&link(&format!("&seed=s{seed}")));
        assert_eq!(
            told["cache"]["hits"].as_u64().zip(told["cache"]["misses"].as_u64()).map(|(h, m)| h + m),
            Some(read.calls["cache"])
        );
        assert!(read.most["cache"] < 25, "{read:?}");
    }
}

#[test]
fn each_scenario_that_asks_for_shipped_shows_on_every_seed_what_the_documented_one_never_does() {
    for (link, point) in [
        ("as-wired&requests=1200", "more operations ran than there are permits"),
        ("as-wired&requests=2000", "the limit was reached and nobody had been told that it is degraded"),
        ("unit&requests=3000", "the pool grew although it was never half in use"),
        ("throttled&requests=1200", "the limiter gave a client a fresh bucket in the place of its own"),
        ("unwritten&requests=10", "an answer was ready and written nowhere"),
        ("shutdown", "the process went while its parts were at work"),
    ] {
        for seed in 0..6 {
            let seen = |fidelity: &str| {
                let session = follow(&format!("backend?preset={link}&seed=s{seed}{fidelity}"));
                checks(&session, CheckKind::Sometimes).into_iter().any(|(name, holds)| name == point && holds)
            };
            assert!(seen(""), "{link}, seed {seed}: {point}");
            assert!(!seen("&fidelity=documented"), "{link} as documented, seed {seed}: {point}");
        }
    }
}

/// What a batch does again and again, and what a connection does as it is used, is no mark.
#[test]
fn the_timeline_of_the_default_scenario_marks_what_matters_and_nothing_that_comes_every_second() {
    let session = follow("backend");
    let end = session.computed();
    let marked: Vec<_> = session.history().journal.entries().iter().filter(|entry| entry.mark.is_some()).collect();
    let within: Vec<_> = marked.iter().filter(|entry| entry.at > SimTime::ZERO && entry.at < end).collect();
    let told: Vec<_> = within.iter().map(|e| format!("{} {} {}", e.at.seconds(), e.who, e.text)).collect();
    assert!(within.len() <= 10, "{told:#?}");
    assert!(within.iter().any(|entry| entry.text.ends_with("may be open")), "the pool changes its size: {told:#?}");
}

#[test]
fn a_stress_test_is_told_degraded_before_it_is_turned_away_and_comes_back() {
    for seed in 0..3 {
        let told = detail(&format!("backend?preset=stress&seed=s{seed}"));
        let turned_away = told["answers"]["429"].as_u64().unwrap_or_default();
        let degraded = told["sections"]["request_handler_stats"]["degraded_requests"].as_u64().unwrap_or_default();
        assert!(turned_away > 100 && degraded > 100, "{told}");
        let active = told["sections"]["request_handler_stats"]["active_requests"].as_u64();
        assert!(active.is_some_and(|active| active < 50), "{active:?}");
    }
}

#[test]
fn a_rule_that_fits_serves_those_whom_the_plain_one_turns_away() {
    for seed in 0..5 {
        let of = |rule: &str| {
            let session = follow(&format!("backend?preset=adaptive&rule={rule}&seed=s{seed}"));
            let tally = &session.history().ledger.tally;
            [Outcome::Completed, Outcome::Rejected].map(|outcome| tally.count(outcome))
        };
        let ([served, refused], [plainly, refused_plainly]) = (of("adaptive"), of("steps"));
        assert!(
            served > plainly + 500 && refused * 2 < refused_plainly,
            "{served}, {refused} and {plainly}, {refused_plainly}"
        );
    }
    let notices = |query: &str| Scenario::read(&format!("backend?{query}")).expect("a link").notices.join(" ");
    let said = notices("rule=forecast&arrivals=day&period=50s");
    assert!(said.contains("who looks every 30s sees nothing repeat itself every 50s"), "{said}");
    assert_eq!(notices("rule=forecast&arrivals=day&period=2m"), "");
}

#[test]
fn all_twelve_variables_are_taken_and_each_configuration_is_what_its_lines_say() {
    let pattern = find("backend").expect("it is in the catalogue");
    let environment = pattern.environment.expect("it is configured");
    let twelve = |numbers: [u32; 11]| {
        let names = environment.variables.iter().skip(1).map(|variable| variable.name);
        let lines = names.zip(numbers).map(|(name, n)| format!("{name}={n}\n"));
        std::iter::once("CONCURRENCY_ENABLED=true\n".to_owned()).chain(lines).collect::<String>()
    };
    for (preset, numbers) in [
        ("production", [100, 200, 150, 20, 30, 25, 10, 1_000, 10, 30, 30]),
        ("development", [20, 50, 30, 5, 10, 5, 3, 100, 10, 30, 30]),
    ] {
        let (read, wrong) = environment.read(&twelve(numbers));
        assert_eq!(wrong, []);
        let scenario = Scenario::of(pattern, preset);
        let values = scenario.values();
        for line in &read {
            let key = line.key.unwrap_or_else(|| panic!("nobody takes {}", line.name));
            let field = (pattern.fields)().into_iter().find(|field| field.key == key).expect("it is a field");
            assert_eq!(values.get(key), field.read(&line.value).ok().as_ref(), "{preset}: {}", line.name);
        }
        assert_eq!(read.len(), 12);
    }
    assert_eq!(environment.takes.len(), patterns::find("backend").map_or(0, |_| 12));
}

#[test]
fn without_the_layer_there_are_no_sections_and_nobody_is_limited() {
    for fidelity in ["documented", "shipped"] {
        let told = detail(&format!("backend?concurrency-enabled=off&requests=200&fidelity={fidelity}"));
        assert_eq!(told["sections"], serde_json::json!({}), "{fidelity}");
        assert_eq!(told["answers"]["200"], 200);
    }
}
