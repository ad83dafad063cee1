//! The concurrency manager: what its semaphore bounds, what its figures say, and what its code does otherwise.

use crate::coordination::{detail, given_up_leaves_nothing, waits};
use crate::pool::{PHONE, WIDE, stays_on_canvas};
use crate::program::{events, follow, values};
use millrace::export::Report;
use millrace::patterns::find;
use millrace::session::Scenario;
use millrace::spec::{CheckKind, Fidelity};
use millrace::trace::{EventKind, Gauge, Outcome, StationKind, TraceEvent};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

const MS: u64 = 1_000_000;
const BOTH: [&str; 2] = ["documented", "shipped"];

/// The figures of the pool of the database.
fn db(query: &str) -> Json {
    detail(&format!("concurrency-manager?{query}"))["pools"]["db"].clone()
}

/// What a pool has counted, by the names of the report.
fn counts<const N: usize>(pool: &Json, names: [&str; N]) -> [u64; N] {
    names.map(|name| pool[name].as_u64().expect("a count"))
}

/// What counted as active in the pool of the database, and when that changed.
fn active(query: &str) -> Vec<(u64, i64)> {
    let session = follow(&format!("concurrency-manager?{query}"));
    let (run, mut permits) = (session.run(), None);
    let trace = run.trace();
    let said = |event: TraceEvent| match event.kind {
        EventKind::Opened { station, name, .. } if trace.name(name) == "db-ops" => {
            permits = Some(station);
            None
        }
        EventKind::Gauged { station, gauge: Gauge(0), value } if Some(station) == permits => Some((event.at.0, value)),
        _ => None,
    };
    events(run).into_iter().filter_map(said).collect()
}

/// At the end of an instant.
fn active_at(query: &str, ms: u64) -> Option<i64> {
    active(query).into_iter().take_while(|(at, _)| *at <= ms * MS).last().map(|(_, active)| active)
}

/// When each operation was begun, in the order of coming, and when it left and how.
fn ways(query: &str) -> (Vec<Way>, u64) {
    let session = follow(&format!("concurrency-manager?{query}"));
    let (mut ways, mut order, mut workers) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut last = 0;
    for event in events(session.run()) {
        last = event.at.0;
        match event.kind {
            EventKind::Opened { station, kind: StationKind::Worker, .. } => workers.push(station),
            EventKind::Entered { job, .. } => {
                order.push(job);
                ways.insert(job, Way { came: event.at.0, begun: None, left: None });
            }
            EventKind::Moved { job, station, .. } if workers.contains(&station) => {
                if let Some(way) = ways.get_mut(&job) {
                    way.begun = Some(event.at.0);
                }
            }
            EventKind::Left { job, outcome } => {
                if let Some(way) = ways.get_mut(&job) {
                    way.left = Some((event.at.0, outcome));
                }
            }
            _ => {}
        }
    }
    (order.iter().map(|job| ways[job]).collect(), last)
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Way {
    came: u64,
    begun: Option<u64>,
    left: Option<(u64, Outcome)>,
}

#[test]
fn five_permits_let_five_run_and_as_shipped_as_many_as_there_are_workers() {
    let names = ["peak_running", "submitted", "completed"];
    let shipped = db("db-ops=5&fidelity=shipped");
    assert_eq!(counts(&shipped, names), [20, 100, 100]);
    assert!(shipped["peak_admitted"].as_u64() <= Some(5) && shipped["active"] == 0);
    let documented = db("db-ops=5");
    assert_eq!(counts(&documented, names), [5, 100, 100]);
    assert_eq!(documented["peak_admitted"], 5);
    let last = |query| ways(query).0.iter().filter_map(|way| way.left).map(|(at, _)| at).max();
    assert_eq!(last("db-ops=5&fidelity=shipped"), Some(250 * MS), "twenty at a time");
    assert_eq!(last("db-ops=5"), Some(1_000 * MS), "five at a time");
    // Nobody stands before the queue once all are in it, so nothing is active, and everything is still to be done.
    assert_eq!(["db-ops=5&fidelity=shipped", "db-ops=5"].map(|query| active_at(query, 0)), [Some(0), Some(5)]);
}

#[test]
fn a_queue_has_room_for_ten_tasks_a_worker_and_who_is_held_up_before_it_counts_as_active() {
    let query = "script=db*500@0s&db-workers=7&db-ops=40";
    let shipped = db(&format!("{query}&fidelity=shipped"));
    // Seven run, seventy wait, and of the others forty have a permit.
    assert_eq!(counts(&shipped, ["peak_running", "peak_admitted", "results_dropped"]), [7, 40, 500 - 70]);
    let documented = db(query);
    assert_eq!(counts(&documented, ["peak_running", "peak_admitted", "results_dropped"]), [7, 40, 0]);
    // Seven places are free every 50 ms, and 423 wait for one: the last is in after 61 times. All are done after 72.
    let shipped = format!("{query}&fidelity=shipped");
    assert_eq!([0, 3_049, 3_050].map(|ms| active_at(&shipped, ms)), [40, 3, 0].map(Some));
    assert_eq!([0, 3_050, 3_599, 3_600].map(|ms| active_at(query, ms)), [40, 40, 3, 0].map(Some));
}

#[test]
fn the_results_fill_a_queue_of_ten_a_worker_and_then_fall_beside_it() {
    for (operations, dropped) in [(49, 0), (50, 0), (51, 1), (80, 30)] {
        let pool = db(&format!("script=db*{operations}@0s&db-workers=5&fidelity=shipped"));
        assert_eq!(pool["results_dropped"], dropped, "{operations}");
    }
}

#[test]
fn the_average_latency_follows_by_a_tenth_and_is_never_written_as_shipped() {
    let query = "script=db*60@0s&times=by-kind&db-workers=1&db-ops=1&seed=otis";
    let (ways, _) = ways(query);
    let took =
        ways.iter().map(|way| (way.left.expect("an end").0 - way.begun.expect("a beginning")) as f64 / MS as f64);
    let average = took.reduce(|average, took| 0.9 * average + 0.1 * took).expect("operations");
    let said = db(query)["avg_latency_ms"].as_f64().expect("a number");
    assert!((said - average).abs() < 1e-4 && (5.0..20.0).contains(&said), "{said} {average}");
    assert_eq!(db(&format!("{query}&fidelity=shipped"))["avg_latency_ms"], 0.0);
}

#[test]
fn each_kind_takes_as_long_as_its_kind_does() {
    for (kind, low, high) in [("db", 5_000, 20_000), ("http", 20_000, 100_000), ("cache", 500, 2_000)] {
        let (ways, _) = ways(&format!("script={kind}*300@0s&times=by-kind&fidelity=shipped"));
        let took: Vec<u64> =
            ways.iter().map(|way| way.left.expect("an end").0 - way.begun.expect("a beginning")).collect();
        let (least, most) = (took.iter().min().expect("some") / 1_000, took.iter().max().expect("some") / 1_000);
        let width = (high - low) / 10;
        assert!(least >= low && most <= high, "{kind}: {least} {most}");
        assert!(least < low + width && most > high - width, "{kind}: {least} {most}");
    }
}

#[test]
fn a_panic_ends_the_process_as_shipped_and_is_a_failure_as_documented() {
    for seed in 0..20 {
        let query = format!("preset=panic&seed=s{seed}");
        let session = follow(&format!("concurrency-manager?{query}"));
        assert!(session.history().ledger.crash.is_some(), "{query}");
        let pool = db(&format!("{query}&fidelity=documented"));
        let [completed, failed] = counts(&pool, ["completed", "failed"]);
        assert_eq!(completed + failed, 400);
        // 20 are to be expected.
        assert!((4..45).contains(&failed), "{query}: {failed}");
    }
}

#[test]
fn the_urgent_go_first_as_documented_and_in_the_order_of_coming_as_shipped() {
    let query = "script=db*100@0s&urgent=0.3&db-ops=200&db-workers=2&seed=otis";
    let begun = |fidelity: &str| {
        let (ways, _) = ways(&format!("{query}&fidelity={fidelity}"));
        ways.iter().map(|way| way.begun.expect("a beginning")).collect::<Vec<_>>()
    };
    assert!(begun("shipped").is_sorted());
    let documented = begun("documented");
    // Two were begun before anybody urgent was there. Of all others the urgent come first, and each of both in the order of coming.
    let mut turns: Vec<_> = documented.iter().enumerate().map(|(place, at)| (*at, place)).collect();
    turns.sort_unstable();
    let falls = turns.windows(2).filter(|two| two[1].1 < two[0].1).count();
    assert!(!documented.is_sorted() && falls <= 2, "{turns:?}");
}

#[test]
fn a_worker_has_one_task_at_a_time_whoever_is_urgent() {
    for (workers, came) in [(1, 5), (2, 9), (20, 200)] {
        for (seed, urgent) in (0..8).flat_map(|seed| [0.2, 0.5, 1.0].map(|urgent| (seed, urgent))) {
            let query =
                format!("script=db*{came}@0s;db*3@60ms&urgent={urgent}&db-ops=200&db-workers={workers}&seed=s{seed}");
            let [running, completed] = counts(&db(&query), ["peak_running", "completed"]);
            assert_eq!((running, completed), (workers, came + 3), "{query}");
            // Each waited once for a worker, and was begun once.
            let waits = waits(&format!("concurrency-manager?{query}"));
            assert_eq!(waits["count"], came + 3, "{query}");
        }
    }
}

#[test]
fn whoever_comes_after_the_end_is_refused_and_told_of() {
    for fidelity in BOTH {
        let query = format!("script=db*10@0s;db*10@55ms;http*5@20s&stop-at=51ms&fidelity={fidelity}");
        let session = follow(&format!("concurrency-manager?{query}"));
        let tally = &session.history().ledger.tally;
        let of = |outcome| tally.count(outcome);
        assert_eq!((tally.offered, of(Outcome::Completed), of(Outcome::Rejected)), (25, 10, 15), "{query}");
        assert_eq!(session.computed().0, 20_000 * MS, "{query}");
    }
    // Callers who are refused make no next one.
    let session =
        follow("concurrency-manager?script=&arrivals=closed&callers=30&requests=100000&stop-at=70ms&kinds=db:1");
    let tally = &session.history().ledger.tally;
    assert!(tally.offered < 100 && tally.in_system == 0, "{}", tally.offered);
}

#[test]
fn as_documented_nobody_makes_a_result_that_nobody_reads() {
    for (fidelity, splits) in [("documented", 100), ("shipped", 200)] {
        let session = follow(&format!("concurrency-manager?fidelity={fidelity}"));
        let made =
            events(session.run()).into_iter().filter(|event| matches!(event.kind, EventKind::Split { .. })).count();
        // Whoever submits is one part, and its result as shipped another.
        assert_eq!(made, splits, "{fidelity}");
    }
}

#[test]
fn the_statistics_are_those_of_the_last_look() {
    let told = |query: &str| detail(&format!("concurrency-manager?{query}"))["system_stats"].clone();
    // Nobody looks within 30 s.
    let shipped = told("fidelity=shipped");
    assert_eq!((&shipped["goroutine_count"], &shipped["memory_usage_bytes"]), (&json!(0), &json!(0)));
    assert_eq!((&shipped["last_updated_ns"], &shipped["cpu_count"]), (&Json::Null, &json!(8)));
    // At 30 s nothing is left of the first wave but the workers of three pools and who looks.
    let shipped = told("preset=statistics");
    assert_eq!((&shipped["goroutine_count"], &shipped["last_updated_ns"]), (&json!(76), &json!(30_000 * MS)));
    assert_eq!((&shipped["cpu_usage"], &shipped["load_average"]), (&json!(0.0), &json!(0.0)));
    let documented = told("preset=statistics&fidelity=documented");
    // As shipped the limit is what the process has from the system, twice its heap, and not what there is.
    let memory =
        |told: &Json| ["memory_limit_bytes", "memory_usage_bytes"].map(|key| told[key].as_u64().expect(key) >> 20);
    let [limit, heap] = memory(&shipped);
    assert!(limit / 2 == heap && heap >= 64, "{shipped}");
    assert_eq!(memory(&documented)[0], 4_096);
    assert!(documented["goroutine_count"].as_u64() > Some(76), "{documented}");
    assert!(documented["load_average"].as_f64() > Some(0.0) && documented["cpu_usage"].as_f64() > Some(0.0));
}

#[test]
fn a_shutdown_finishes_what_is_in_and_as_shipped_throws_away_what_waits() {
    let ends = |query: &str| {
        let (ways, last) = ways(&format!("script=db*150@0s&stop-at=120ms&{query}"));
        let of = |outcome| ways.iter().filter(|way| way.left.is_some_and(|(_, how)| how == outcome)).count();
        ([Outcome::Completed, Outcome::Lost, Outcome::Rejected, Outcome::Cancelled].map(of), last / MS)
    };
    // Of a hundred permits forty were back: ten have not come in. Forty are done, and of the others twenty at a time.
    assert_eq!(ends(""), ([140, 0, 10, 0], 350));
    // All are in; twenty are in somebody's hand.
    assert_eq!(ends("fidelity=shipped"), ([60, 90, 0, 0], 150));
    // Whoever shuts it down does not wait for ever.
    assert_eq!(ends("deadline=70ms"), ([60, 0, 10, 80], 190));
    assert_eq!(ends("fidelity=shipped&deadline=10ms"), ([40, 90, 0, 20], 130));
}

#[test]
fn sizes_of_nought_follow_the_cpus_and_what_computes_has_no_use_for_more() {
    let peaks = |kind: &str, cpus: u32| {
        let query = format!("script={kind}*400@0s&{kind}-workers=0&{kind}-ops=0&cpus={cpus}");
        let pools = detail(&format!("concurrency-manager?{query}"))["pools"][kind].clone();
        counts(&pools, ["peak_running", "peak_admitted"])
    };
    assert_eq!([peaks("db", 4), peaks("http", 4), peaks("cache", 4)], [[8, 16], [16, 32], [8, 16]]);
    assert_eq!(peaks("db", 1), [2, 4]);
    let told =
        |query: &str| detail(&format!("concurrency-manager?script=db@0s;db@65s&{query}"))["system_stats"].clone();
    assert_eq!(told("monitor-every=0")["last_updated_ns"], 60_000 * MS, "every 30 s");
    let said = Scenario::read("concurrency-manager?monitor-every=5ms").expect("a link").notices;
    assert!(said.len() == 1 && said[0].contains("10 ms are the least"), "{said:?}");
    let done = |query: &str| ways(&format!("script=db*160@0s&cpus=4&{query}")).1;
    for workers in [4, 8, 20, 100] {
        assert_eq!(done(&format!("compute=1&db-workers={workers}")), 2_000 * MS, "160 × 50 ms ÷ 4, {workers} workers");
    }
    assert_eq!([done("db-workers=8"), done("db-workers=20")], [1_000 * MS, 400 * MS]);
}

/// When each is begun that comes to so many who serve, each for as long: whoever came first goes first.
fn begun(came: &[u64], servers: usize, takes: u64) -> Vec<u64> {
    let mut free = vec![0; servers];
    let begin = |at: &u64| {
        let server = free.iter_mut().min().expect("a server");
        let begun = (*at).max(*server);
        *server = begun + takes;
        begun
    };
    came.iter().map(begin).collect()
}

/// Bursts at instants of their own, of one kind.
fn bursts() -> impl Strategy<Value = Vec<(u32, u64)>> {
    proptest::collection::vec((1..30_u32, 0..400_u64), 1..7).prop_map(|mut bursts| {
        bursts.sort_by_key(|(_, at)| *at);
        bursts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Permits and workers are two bounds, of which the lower one is in force; or there is but one of them. Each burst has microseconds of its own: nobody comes at
    /// the instant at which a permit is given back. Whoever does may find one free and be in the queue before the one who was just woken, once at 261 ms.
    #[test]
    fn whatever_comes_is_begun_as_in_a_line_before_as_many_as_may_run(
        bursts in bursts(), permits in 1..12_u32, workers in 1..12_u32, task in 1..90_u64,
    ) {
        let bursts: Vec<_> = bursts.iter().zip(0_u64..).map(|((n, at), us)| (n, at, us)).collect();
        let script: Vec<_> = bursts.iter().map(|(n, at, us)| format!("db*{n}@{at}.{us:03}ms")).collect();
        let at = |(n, at, us): &(&u32, &u64, u64)| std::iter::repeat_n(*at * MS + us * 1_000, **n as usize);
        let came: Vec<u64> = bursts.iter().flat_map(at).collect();
        for (fidelity, servers) in BOTH.into_iter().zip([permits.min(workers), workers]) {
            let query = format!(
                "script={}&db-ops={permits}&db-workers={workers}&task={task}ms&fidelity={fidelity}", script.join(";"),
            );
            let (ways, _) = ways(&query);
            let seen: Vec<_> = ways.iter().map(|way| way.begun.unwrap_or(u64::MAX)).collect();
            prop_assert_eq!(seen, begun(&came, servers as usize, task * MS), "{}", query);
            let expected = ways.iter().all(|way| way.left == way.begun.map(|at| (at + task * MS, Outcome::Completed)));
            prop_assert!(expected, "{}", query);
        }
    }

    /// Whoever is killed, in whatever hand: every check holds, and everybody has left.
    #[test]
    fn whatever_befalls_the_workers_everybody_leaves_once(
        bursts in bursts(), permits in 1..8_u32, workers in 1..5_u32, urgent in 0..3_u32, timeout in 0..3_u64,
        kills in proptest::collection::vec((0..400_u64, 1..5_u32, 1..100_u64), 0..5), stop in 0..4_u64, seed in 0..1_000_u32,
    ) {
        let kinds = ["db", "http", ""];
        let script: Vec<_> =
            bursts.iter().enumerate().map(|(i, (n, at))| format!("{}*{n}@{at}ms", kinds[i % 3])).collect();
        let kills: Vec<_> = kills
            .iter()
            .map(|(at, who, ms)| format!("{}~0~fault~kill-worker~{who}@{}", at * MS + 7, ms * MS))
            .collect();
        let kills = if kills.is_empty() { String::new() } else { format!("&x={}", kills.join(";")) };
        for fidelity in BOTH {
            let query = format!(
                "script={}&db-ops={permits}&db-workers={workers}&http-ops={permits}&http-workers={workers}&cache-workers=2&task=20ms&fails=0.1\
                 &urgent={}&timeout={}ms&stop-at={}ms&deadline=30ms&fidelity={fidelity}&seed=s{seed}{kills}",
                script.join(";"), f64::from(urgent) / 4.0, timeout * 15, stop * 90,
            );
            let session = follow(&format!("concurrency-manager?{query}"));
            let history = session.history();
            for state in history.checks.states().iter().filter(|state| state.check.kind == CheckKind::Always) {
                prop_assert!(state.first_seen().is_none(), "{}: {}", query, state.check.statement);
            }
            prop_assert_eq!(history.ledger.tally.in_system, 0, "{}", query);
            let pools = &history.detail().expect("a detail").report()["pools"];
            let running = ["db", "http"].map(|kind| pools[kind]["peak_running"].as_u64().expect("a count"));
            prop_assert!(running.iter().all(|running| *running <= workers.into()), "{}: {:?}", query, running);
            prop_assert!(history.ledger.tally.count(Outcome::Lost) == 0 || fidelity == "shipped", "{}", query);
        }
    }

    #[test]
    fn who_gives_it_up_leaves_nothing_behind(bursts in bursts(), permits in 1..8_u32, ms in 0..500_u64, seed in 0..1_000_u32) {
        let script: Vec<_> = bursts.iter().map(|(n, at)| format!("*{n}@{at}ms")).collect();
        let (script, permits) = (script.join(";"), permits.to_string());
        let pattern = find("concurrency-manager").expect("the pattern");
        let given = [("script", &*script), ("db-ops", &*permits), ("db-workers", "2"), ("task", "40ms"), ("urgent", "0.3")];
        given_up_leaves_nothing(pattern, &values(pattern, Fidelity::Documented, None, &given), seed, ms);
    }
}

/// The point of each scenario, and on how many seeds it is looked at: one where nothing is by lot.
const POINTS: [(&str, &str, u32); 10] = [
    ("", "", 1),
    ("five-permits", "more of a kind ran at once than there are permits", 1),
    ("blocked", "handlers ran, and no operation counted as active", 1),
    ("results", "a result was thrown away because nobody reads any", 1),
    ("workloads", "operations were done, and their average latency was said to be nought", 8),
    ("panic", "a panic in a handler ended the process", 40),
    ("priorities", "a task was begun while somebody waited who matters more", 40),
    ("statistics", "handlers ran for a second, and the statistics knew of no task", 1),
    ("shutdown", "what waited was thrown away at the end", 1),
    ("by-cpu", "somebody waited for a permit", 1),
];

#[test]
fn the_scenarios_hold_what_they_promise_and_what_is_wrong_as_shipped_is_not_as_documented() {
    let ids: Vec<&str> = find("concurrency-manager").expect("the pattern").scenarios().map(|s| s.id).collect();
    assert_eq!(POINTS.map(|(id, ..)| id).to_vec(), ids);
    for (id, point, seeds) in POINTS {
        let preset = if id.is_empty() { String::new() } else { format!("preset={id}&") };
        let is_bug = !matches!(id, "" | "by-cpu");
        for seed in 0..seeds {
            for fidelity in ["", "&fidelity=documented"] {
                let link = format!("concurrency-manager?{preset}seed=s{seed}{fidelity}");
                for state in follow(&link).history().checks.states() {
                    let (name, seen) = (state.check.statement, state.first_seen().is_some());
                    match state.check.kind {
                        CheckKind::Always => assert!(!seen, "{link}: {name}"),
                        CheckKind::Sometimes if name == point => {
                            assert_eq!(seen, fidelity.is_empty() || !is_bug, "{link}: {name}");
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

#[test]
fn what_comes_to_nothing_is_told() {
    let notices = |query: &str| Report::of(&follow(&format!("concurrency-manager?{query}")), Vec::new(), 0).notices;
    for (query, says) in [
        ("arrivals=poisson&rate=500", "arrivals=poisson has no effect, as there is a script"),
        ("script=", "the script is empty, so nobody comes"),
        ("preset=panic", "the program panicked: panic in the handler of a task"),
    ] {
        let said = notices(query);
        assert!(said.len() == 1 && said[0].starts_with(says), "{query}: {said:?}");
    }
    assert_eq!([notices(""), notices("script=&arrivals=poisson&requests=50")], [Vec::<String>::new(), Vec::new()]);
}

#[test]
fn tasks_without_end_at_one_instant_are_told_as_what_they_are() {
    let link = "concurrency-manager?requests=1000000&script=&arrivals=closed&task=0ms";
    let report = Report::brief(&follow(link), Vec::new(), 0);
    assert_eq!((report.outcome, report.virtual_ns), ("livelock", 0));
    assert!(report.notices[0].starts_with("all happens at one instant and no time passes"), "{:?}", report.notices);
    assert!(report.requests.completed > 10_000, "{}", report.requests.completed);
}

#[test]
fn a_kind_that_there_is_not_is_told_at_its_place() {
    let notices = |query: &str| Scenario::read(&format!("concurrency-manager?{query}")).expect("a link").notices;
    let said = notices("script=db*3@0s;disk@1s");
    assert!(
        said.len() == 1 && said[0].contains("entry 2") && said[0].contains("\"disk\" is none of db, http, cache"),
        "{said:?}"
    );
    let said = notices("kinds=db:1,disk:2");
    assert!(said.len() == 1 && said[0].contains("disk"), "{said:?}");
}

#[test]
fn its_picture_stays_on_the_canvas_whatever_waits_and_however_large_it_is() {
    for preset in ["", "preset=workloads", "preset=blocked", "preset=priorities"] {
        for (fidelity, size) in
            BOTH.into_iter().flat_map(|f| [WIDE, PHONE, (620.0, 300.0), (1_104.0, 700.0)].map(|s| (f, s)))
        {
            for ms in [0, 120, 700] {
                let link = format!("concurrency-manager?{preset}&fidelity={fidelity}");
                stays_on_canvas(Scenario::read(&link).expect("a link").scenario, ms, size);
            }
        }
    }
}
