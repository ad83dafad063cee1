//! The request handler: who is let in and who is told what, that its counts are who is there, and what its code does otherwise.

use crate::coordination::{detail, given_up_comes_to_an_end};
use crate::pool::{PHONE, WIDE, seen, stays_on_canvas};
use crate::program::{follow, values};
use millrace::patterns::find;
use millrace::session::Scenario;
use millrace::spec::{CheckKind, Fidelity};
use millrace::trace::Outcome;
use millrace::view::{scene::conservation, scene::items, text};
use proptest::prelude::*;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

const MS: u64 = 1_000_000;

/// A request as the report has it.
#[derive(Clone, Debug)]
struct Told {
    at: u64,
    answered: u64,
    status: u64,
    step: String,
    priority: Option<String>,
    active: Option<u64>,
    degraded: bool,
}

fn told(detail: &Map<String, Json>) -> Vec<Told> {
    let one = |told: &Json| Told {
        at: told["at_ns"].as_u64().expect("a time"),
        answered: told["answered_ns"].as_u64().expect("a time"),
        status: told["status"].as_u64().expect("a status"),
        step: told["step"].as_str().expect("a step").to_owned(),
        priority: told.get("priority").and_then(Json::as_str).map(str::to_owned),
        active: told.get("active").and_then(Json::as_u64),
        degraded: told.get("degraded").and_then(Json::as_bool).unwrap_or(false),
    };
    detail["requests"].as_array().expect("a list").iter().map(one).collect()
}

fn of(query: &str) -> (Vec<Told>, Map<String, Json>) {
    let detail = detail(&format!("request-handler?{query}"));
    (told(&detail), detail)
}

fn with(told: &[Told], status: u64) -> usize {
    told.iter().filter(|one| one.status == status).count()
}

/// What is as simple as it can be: all take as long, and each runs at once.
const PLAIN: &str = "service=constant&mean=100ms&priorities=off";
const LONG: &str = "service=constant&mean=1s&priorities=off";

#[test]
fn two_hundred_are_let_in_and_from_the_hundred_and_sixty_first_on_they_are_told_that_it_is_degraded() {
    let (told, detail) = of(&format!("{PLAIN}&script=*230@0s"));
    assert_eq!((with(&told, 200), with(&told, 429)), (200, 30));
    assert!(told.iter().filter(|one| one.status == 429).all(|one| one.answered == 0 && one.step == "limit"));
    let let_in = || told.iter().filter(|one| one.status == 200);
    assert_eq!(let_in().map(|one| one.active.expect("a header")).collect::<Vec<_>>(), (1..=200).collect::<Vec<_>>());
    assert_eq!(let_in().filter(|one| one.degraded).map(|one| one.active).min(), Some(Some(161)));
    assert_eq!((&detail["degraded"], &detail["peak"]), (&Json::from(40), &Json::from(200)));
    // Each that came is counted once: thirty of them failed.
    let stats = &detail["stats"];
    assert_eq!((&stats["total_requests"], &stats["failed_requests"]), (&Json::from(230), &Json::from(30)));
    assert_eq!((&stats["completed_requests"], &stats["active_requests"]), (&Json::from(200), &Json::from(0)));
    assert_eq!(stats["average_response_time_ms"], 100.0);
}

#[test]
fn the_threshold_as_shipped_is_right_at_a_hundred_too_early_below_and_never_reached_from_a_hundred_and_twenty_five_on()
{
    // 0.008 × limit², by hand.
    for (max, threshold) in [(50, 20), (100, 80), (125, 125), (150, 180), (200, 320)] {
        let (told, detail) =
            of(&format!("{LONG}&max={max}&arrivals=constant&rate=1000&requests={max}&fidelity=shipped"));
        let first = told.iter().filter(|one| one.degraded).filter_map(|one| one.active).min();
        assert_eq!(first, (threshold < max).then_some(threshold + 1), "of {max}");
        assert_eq!(detail["degraded"].as_u64(), Some(max.saturating_sub(threshold)), "of {max}");
        let (told, _) = of(&format!("{LONG}&max={max}&arrivals=constant&rate=1000&requests={max}"));
        let first = told.iter().filter(|one| one.degraded).filter_map(|one| one.active).min();
        assert_eq!(first, Some(max * 80 / 100 + 1), "of {max}");
    }
}

#[test]
fn as_shipped_all_who_come_at_one_instant_find_room_and_as_documented_as_many_as_there_is() {
    let peak = |query: &str| of(&format!("{PLAIN}&script=*300@0s&{query}")).1["peak"].as_u64();
    assert_eq!((peak("fidelity=shipped"), peak("")), (Some(300), Some(200)));
    // One after the other as shipped the limit holds.
    let (told, detail) = of(&format!("{PLAIN}&arrivals=constant&rate=10000&requests=300&fidelity=shipped"));
    assert_eq!((detail["peak"].as_u64(), with(&told, 429)), (Some(200), 100));
    // Who is turned away there is counted as failed and not as come.
    assert_eq!((&detail["stats"]["total_requests"], &detail["error_rate"]), (&Json::from(200), &Json::from(0.5)));
    let (_, detail) = of(&format!("{LONG}&arrivals=constant&rate=10000&requests=900&fidelity=shipped"));
    assert_eq!(detail["error_rate"], 3.5);
}

#[test]
fn ten_wrong_words_open_the_breaker_as_shipped_and_none_does_as_documented() {
    let query = format!("{PLAIN}&arrivals=constant&rate=20&requests=100&client-errors=1");
    let (told, detail) = of(&format!("{query}&fidelity=shipped"));
    // The first comes at 50 ms. The tenth answer comes at 500 + 100 ms; with it the breaker opens, for five minutes.
    assert_eq!(detail["breaker"], serde_json::json!([[0, "closed"], [600 * MS, "open"]]));
    assert!(told.iter().filter(|one| one.at > 600 * MS).all(|one| one.status == 503 && one.step == "breaker"));
    // None of those is in a count.
    let counted = detail["stats"]["total_requests"].as_u64().expect("a number");
    assert_eq!(counted as usize + with(&told, 503), 100);
    let (told, detail) = of(&query);
    assert_eq!((with(&told, 404), &detail["breaker"]), (100, &serde_json::json!([[0, "closed"]])));
}

#[test]
fn as_documented_ten_in_a_row_open_it_and_one_probe_decides_and_as_shipped_the_first_one_after_its_time_is_refused() {
    let query = "service=constant&mean=10ms&priorities=off&arrivals=constant&rate=20&requests=200&breaker-reset=1s&outage-at=990ms";
    let (told, detail) = of(&format!("{query}&outage-for=2s"));
    // Down from 0.99 s on; the requests of 1,000 to 1,450 ms fail, each after 10 ms.
    let states = &detail["breaker"];
    assert_eq!(states[1], serde_json::json!([1_460 * MS, "open"]));
    assert_eq!(states[2], serde_json::json!([2_500 * MS, "half-open"]));
    assert_eq!(states[3], serde_json::json!([2_510 * MS, "open"]), "the server is still down");
    assert_eq!(states[4], serde_json::json!([3_550 * MS, "half-open"]));
    assert_eq!(states[5], serde_json::json!([3_560 * MS, "closed"]));
    let at = |told: &[Told], ms: u64| told.iter().find(|one| one.at == ms * MS).expect("one comes then").status;
    assert_eq!([2_450, 2_500, 2_550, 3_500, 3_550, 3_600].map(|ms| at(&told, ms)), [503, 503, 503, 503, 200, 200]);

    let (told, detail) = of(&format!("{query}&outage-for=2s&fidelity=shipped"));
    let states = &detail["breaker"];
    assert_eq!(states[2], serde_json::json!([2_500 * MS, "half-open"]));
    // Ten failures more would open it; the server is back after nine.
    assert_eq!(states[3], serde_json::json!([3_010 * MS, "closed"]));
    let breaker = |ms: u64| told.iter().find(|one| one.at == ms * MS).is_some_and(|one| one.step == "breaker");
    assert_eq!([2_450, 2_500, 2_550].map(breaker), [true, true, false], "the one at 2.5 s found its time over");
    let (_, detail) = of(&format!("{query}&outage-for=3s&fidelity=shipped"));
    assert_eq!(detail["breaker"][3], serde_json::json!([3_010 * MS, "open"]), "the tenth after 2.5 s");
}

#[test]
fn as_shipped_what_panics_is_under_way_for_ever() {
    let query = format!("{PLAIN}&arrivals=constant&rate=100&requests=300&panics=1");
    let (told, detail) = of(&format!("{query}&fidelity=shipped"));
    assert_eq!((with(&told, 500), with(&told, 429)), (200, 100));
    assert_eq!(
        (&detail["stats"]["active_requests"], &detail["stats"]["completed_requests"]),
        (&Json::from(200), &Json::from(0))
    );
    // Ten at a time are there, whatever is counted; and no panic reaches the line that would have averaged it.
    assert!(detail["peak"].as_u64().is_some_and(|peak| (10..=11).contains(&peak)), "{}", detail["peak"]);
    assert_eq!(detail["stats"]["average_response_time_ms"], 0.0);
    assert_eq!(detail["stats"]["max_response_time_ms"], 0.0);
    // A panic says nothing of the server, which has answered: nobody else is turned away for it.
    let (told, detail) = of(&query);
    assert_eq!((with(&told, 500), &detail["stats"]["active_requests"]), (300, &Json::from(0)));
    assert_eq!(detail["breaker"], serde_json::json!([[0, "closed"]]));
    assert_eq!(detail["stats"]["average_response_time_ms"], 100.0);
}

#[test]
fn who_runs_out_of_time_in_our_own_queue_says_nothing_against_the_server_and_admins_are_never_refused() {
    for seed in 0..12 {
        let (told, detail) = of(&format!("preset=urgent&seed=s{seed}"));
        assert_eq!(detail["breaker"], serde_json::json!([[0, "closed"]]), "seed {seed}");
        let high = || told.iter().filter(|one| one.priority.as_deref() == Some("high"));
        assert!(high().count() > 50 && high().all(|one| one.step != "breaker"), "seed {seed}");
        assert!(told.iter().any(|one| one.priority.as_deref() == Some("low") && one.status == 504), "seed {seed}");
    }
    // All alike, and far more than can be done: whoever is begun has waited for most of its time.
    let (_, detail) = of("preset=urgent&classes=anonymous:1");
    assert_eq!(detail["breaker"], serde_json::json!([[0, "closed"]]));
    // A server that does not answer is still one that fails: twenty are with it from the start.
    let (_, detail) = of("preset=urgent&service=constant&mean=10s");
    assert_eq!(detail["breaker"][1][1], "open");
}

#[test]
fn the_health_check_turns_away_above_a_gigabyte_or_ten_thousand_tasks_and_as_shipped_no_count_has_it() {
    for (query, most) in [("heap-task=8192&heap-base=0", 129), ("max=20000&processors=1", 10_001)] {
        let query = format!("{PLAIN}&script=*{}@0s&{query}", most + 50);
        for fidelity in ["documented", "shipped"] {
            let (told, detail) = of(&format!("{query}&fidelity={fidelity}"));
            // Whoever asks is there too while it is looked.
            let refused = &detail["turned_away"]["health"];
            assert!(refused.as_u64().is_some_and(|n| (49..=52).contains(&n)), "{query}, {fidelity}: {refused}");
            let total = detail["stats"]["total_requests"].as_u64().expect("a number");
            let came = most + 50;
            let counted = if fidelity == "shipped" { came - refused.as_u64().unwrap_or(0) } else { came };
            assert_eq!(total, counted, "{query}, {fidelity}");
            assert!(told.iter().filter(|one| one.step == "health").all(|one| one.status == 503));
        }
    }
}

#[test]
fn one_that_is_in_no_router_does_nothing_and_counts_nothing() {
    for fidelity in ["documented", "shipped"] {
        let session = follow(&format!("request-handler?{PLAIN}&script=*400@0s&installed=off&fidelity={fidelity}"));
        assert_eq!(session.history().ledger.tally.count(Outcome::Completed), 400);
        let detail = session.history().detail().expect("a detail").report();
        for key in ["total_requests", "completed_requests", "failed_requests", "degraded_requests"] {
            assert_eq!(detail["stats"][key], 0, "{fidelity}: {key}");
        }
        assert_eq!((&detail["peak"], &detail["error_rate"]), (&Json::from(0), &Json::Null));
        assert_eq!(detail["answers"], serde_json::json!({ "200": 400 }), "they were answered all the same");
    }
}

#[test]
fn high_ones_go_before_low_ones_however_they_come_and_as_shipped_only_who_finds_a_full_queue_is_answered() {
    let script =
        "script=anonymous*60@0s;user*40@10ms;admin*40@20ms&service=constant&mean=100ms&processors=5&priorities=on";
    let (told, _) = of(script);
    assert_eq!(with(&told, 200), 140);
    let last =
        |class: &str| told.iter().filter(|one| one.priority.as_deref() == Some(class)).map(|one| one.answered).max();
    // Five low ones are begun before anybody else comes; then eight rounds of high ones, and eight of medium ones.
    assert_eq!([last("high"), last("medium"), last("low")], [Some(900 * MS), Some(1_700 * MS), Some(2_800 * MS)]);

    let session =
        follow("request-handler?priorities=on&script=admin*150@0s&service=constant&mean=100ms&fidelity=shipped");
    let detail = session.history().detail().expect("a detail").report();
    // One is handed to the processor, a hundred wait, and 49 pass them by. The others stay for ever.
    assert_eq!((&detail["passed_by"], &detail["answers"]["200"]), (&Json::from(49), &Json::from(49)));
    assert_eq!(detail["unanswered"], 101);
    assert_eq!(session.history().ledger.tally.in_system, 101);
}

#[test]
fn who_waits_longer_than_it_may_is_told_504_at_that_instant_wherever_it_is() {
    let query = "script=anonymous*10@0s;anonymous*3@50ms&service=constant&mean=400ms&processors=4&timeout=1s";
    let (told, detail) = of(query);
    // Three rounds of four; the last begins at 0.8 s, and its requests of the start are cut off at 1 s.
    let late: Vec<&Told> = told.iter().filter(|one| one.status == 504).collect();
    assert!(!late.is_empty() && late.iter().all(|one| one.answered == one.at + 1_000 * MS), "{late:?}");
    assert_eq!(
        (with(&told, 200) + late.len(), detail["stats"]["timeout_requests"].as_u64()),
        (13, Some(late.len() as u64))
    );
    assert_eq!(detail["stats"]["active_requests"], 0);
}

#[test]
fn slow_is_what_takes_half_of_the_timeout_and_a_size_of_nought_follows_the_processors() {
    let slow = |query: &str| {
        let (_, detail) = of(&format!("script=*5@0s&service=constant&priorities=off&{query}"));
        detail["slow"].as_u64()
    };
    for fidelity in ["documented", "shipped"] {
        for (query, expected) in [
            ("mean=6s&timeout=10s", 5),
            ("mean=5s&timeout=10s", 0),
            ("mean=16s", 5),
            ("mean=15s", 0),
            ("mean=6s&timeout=10s&slow=7s", 0),
            // The fallback of the code.
            ("mean=6s&timeout=0", 5),
            ("mean=5s&slow=0", 0),
        ] {
            assert_eq!(slow(&format!("{query}&fidelity={fidelity}")), Some(expected), "{query}, {fidelity}");
        }
        let one_by_one = "arrivals=constant&rate=10000&requests=240";
        let (told, detail) = of(&format!("{LONG}&max=0&cpus=2&{one_by_one}&fidelity={fidelity}"));
        assert_eq!((with(&told, 200), with(&told, 429), detail["peak"].as_u64()), (200, 40, Some(200)), "{fidelity}");
    }
    let (told, _) = of(&format!("{LONG}&max=0&cpus=1&degrade=0&script=*90@0s"));
    assert_eq!(told.iter().filter(|one| one.degraded).filter_map(|one| one.active).min(), Some(81));
}

#[test]
fn as_shipped_the_average_is_half_the_last_one_and_a_late_one_counts_for_the_breaker() {
    let (mut told, detail) = of("priorities=off&arrivals=poisson&rate=40&requests=80&fidelity=shipped&seed=otis");
    told.sort_by_key(|one| one.answered);
    let average = told.iter().fold(0, |average, one| (average + (one.answered - one.at)) / 2) as f64 / MS as f64;
    let said = detail["stats"]["average_response_time_ms"].as_f64().expect("a time");
    assert!((said - average).abs() < 1e-6, "{said} {average}");
    // 15 run out of their 30 s, of which ten open the breaker, and whoever comes afterwards is told so.
    let (told, detail) =
        of("script=*15@0s;*5@1m&service=constant&mean=50s&priorities=off&timeout=30s&fidelity=shipped");
    assert_eq!((with(&told, 504), with(&told, 503)), (15, 5));
    assert_eq!(detail["stats"]["timeout_requests"], 15);
    assert_eq!(detail["breaker"], serde_json::json!([[0, "closed"], [30_000 * MS, "open"]]));
}

#[test]
fn without_a_timeout_nobody_is_late_and_what_is_turned_away_says_why() {
    for (fidelity, all) in [("documented", 100), ("shipped", 100)] {
        let query = "script=*100@0s&service=constant&mean=30m&timeout=0ms&priorities=off";
        let (told, detail) = of(&format!("{query}&fidelity={fidelity}"));
        assert_eq!((with(&told, 200), &detail["stats"]["timeout_requests"]), (all, &Json::from(0)), "{fidelity}");
    }
    for (preset, ms, error) in [
        ("wrong-words", 2_500, "Service temporarily unavailable"),
        ("unhealthy", 1_000, "Service health check failed"),
        ("never-degraded", 1_000, "Too many concurrent requests"),
    ] {
        let says = seen(&format!("#/request-handler?preset={preset}"), ms, (1_104.0, 560.0), |scene, look| {
            let all = items(scene, look);
            let handler = all.iter().find(|item| item.title == "Handler").expect("the handler").index;
            let parts = millrace::view::scene::parts(scene, look, handler);
            parts.into_iter().flat_map(|part| part.lines).collect::<Vec<_>>()
        });
        assert!(says.iter().any(|line| line.contains(&format!("\"error\": \"{error}\""))), "{preset}: {says:?}");
    }
}

#[test]
fn what_is_no_request_is_told_at_its_place() {
    let notices = |query: &str| Scenario::read(&format!("request-handler?{query}")).expect("a link").notices;
    let said = notices("script=admin*3@0s;guest:/x@1s");
    assert!(said.len() == 1 && said[0].contains("\"guest\" is none of anonymous, user, admin"), "{said:?}");
    let said = notices("script=user:words@1s");
    assert!(said.len() == 1 && said[0].contains("is no path"), "{said:?}");
}

/// A script of some requests, by class.
fn script() -> impl Strategy<Value = String> {
    let entry = (0..3_usize, 1..12_u32, 0..600_u64);
    proptest::collection::vec(entry, 1..12).prop_map(|entries| {
        let one = |(class, n, ms)| format!("{}*{n}@{ms}ms", ["anonymous", "user", "admin"][class]);
        entries.into_iter().map(one).collect::<Vec<_>>().join(";")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Held against a model that knows only when each came and when it was answered.
    #[test]
    fn as_documented_the_limit_holds_the_notice_is_by_who_is_there_and_each_is_told_once(
        script in script(), seed in 0..1_000_u32, max in 1..40_u64, degrade in 1..120_u64, processors in 1..9_u32,
        by_class in any::<bool>(), errors in 0..60_u32, panics in 0..30_u32, kills in proptest::collection::vec((0..900_u64, 1..9_u32), 0..4),
    ) {
        let kills: Vec<String> = kills.into_iter().filter(|(_, worker)| by_class && *worker <= processors)
            .map(|(ms, worker)| format!("{}~0~fault~kill-worker~{worker}@200000000", ms * MS)).collect();
        let x = if kills.is_empty() { String::new() } else { format!("&x={}", kills.join(";")) };
        let query = format!(
            "script={script}&seed=s{seed}&max={max}&degrade={degrade}&processors={processors}&priorities={}&errors={}&panics={}&mean=60ms&timeout=700ms\
             &breaker-reset=150ms&breaker-failures=4{x}",
            if by_class { "on" } else { "off" }, f64::from(errors) / 100.0, f64::from(panics) / 100.0,
        );
        let session = follow(&format!("request-handler?{query}"));
        for state in session.history().checks.states().iter().filter(|state| state.check.kind != CheckKind::Sometimes) {
            prop_assert!(state.check.kind == CheckKind::Eventually || state.first_seen().is_none(), "{}: {}", &query, state.check.statement);
        }
        let detail = session.history().detail().expect("a detail").report();
        let all = told(&detail);
        prop_assert_eq!(all.len() as u64, session.history().ledger.tally.offered, "{}", &query);
        prop_assert_eq!(session.history().ledger.tally.in_system, 0);
        let is_in = |one: &&Told| !["breaker", "health", "limit"].contains(&one.step.as_str());
        let mut by_status: BTreeMap<String, u64> = BTreeMap::new();
        for one in &all {
            *by_status.entry(one.status.to_string()).or_default() += 1;
            prop_assert!(one.answered <= one.at + 700 * MS, "{}: {:?}", &query, one);
            let Some(active) = one.active else { continue };
            prop_assert!((1..=max).contains(&active), "{}: {:?}", &query, one);
            prop_assert_eq!(one.degraded, active > max * degrade / 100, "{}: {:?}", &query, one);
            // Never fewer than were let in before it and answered after it.
            let surely = all.iter().filter(is_in).filter(|other| other.at < one.at && other.answered > one.at).count() as u64;
            let perhaps = all.iter().filter(is_in).filter(|other| other.at <= one.at && other.answered >= one.at).count() as u64;
            prop_assert!((surely + 1..=perhaps.max(1)).contains(&active), "{}: {:?} {surely} {perhaps}", &query, one);
        }
        prop_assert_eq!(serde_json::to_value(by_status).expect("numbers"), detail["answers"].clone());
    }

    /// Its breaker once more, in the plainest way: it is told each answer, and asked by each who comes.
    #[test]
    fn as_shipped_the_breaker_and_the_counts_are_what_a_model_of_them_says(
        seed in 0..1_000_u32, errors in 0..50_u32, client_errors in 0..30_u32, limit in 1..9_u64, reset in 1..30_u64,
    ) {
        let share = |percent: u32| f64::from(percent) / 100.0;
        // Who comes at a tenth of a second and is answered between two of them meets nobody at one instant.
        let query = format!(
            "seed=s{seed}&arrivals=constant&rate=100&requests=250&service=constant&mean=15ms&priorities=off&errors={}&client-errors={}\
             &breaker-failures={limit}&breaker-reset={}ms&fidelity=shipped", share(errors), share(client_errors), reset * 7,
        );
        let (mut all, detail) = of(&query);
        let answers = all.clone();
        all.sort_by_key(|one| one.at);
        let (mut state, mut failures, mut until, mut next) = ("closed", 0, 0, 0);
        let mut told = answers.iter().filter(|one| one.step == "ran").peekable();
        for one in &all {
            while let Some(answer) = told.next_if(|answer| answer.answered < one.at) {
                if answer.status >= 400 {
                    failures += 1;
                    if state != "open" && failures >= limit {
                        (state, until) = ("open", answer.answered + reset * 7 * MS);
                    }
                } else if state == "half-open" {
                    (state, failures) = ("closed", 0);
                }
            }
            let away = state == "open";
            if away && one.at >= until {
                (state, failures) = ("half-open", 0);
            }
            prop_assert_eq!(one.step == "breaker", away, "{}: {:?}", &query, one);
            next += u64::from(away);
        }
        let stats = |key: &str| detail["stats"][key].as_u64();
        prop_assert_eq!(stats("total_requests"), Some(all.len() as u64 - next), "{}", &query);
        let failed = all.iter().filter(|one| one.step == "ran" && one.status >= 400).count() as u64;
        prop_assert_eq!((stats("failed_requests"), stats("active_requests")), (Some(failed), Some(0)), "{}", &query);
    }

    #[test]
    fn whoever_gives_up_waiting_for_it_leaves_nothing_behind(seed in 0..1_000_u32, ms in 0..2_500_u64) {
        let pattern = find("request-handler").expect("the pattern");
        let given = [("script", "anonymous*60@0s;admin*30@300ms;user*40@1s"), ("mean", "150ms"), ("processors", "3"), ("timeout", "0ms"), ("panics", "0.1")];
        let values = values(pattern, Fidelity::Documented, None, &given);
        // Each request is a task of its own and goes on to its end: nobody waits for a processor that has gone.
        given_up_comes_to_an_end(pattern, &values, seed, ms);
    }
}

/// The point of each scenario, and a size at which it is seen soon.
const POINTS: [(&str, &[&str], &str, u32); 12] = [
    ("", &[], "requests=400", 10),
    (
        "never-degraded",
        &[
            "the limit was reached and nobody had been told that it is degraded",
            "more are counted as failed than as come",
        ],
        "requests=1200",
        40,
    ),
    ("early", &["somebody was told so below 80 % of the limit"], "requests=60", 10),
    ("burst", &["more were under way than may be"], "requests=300", 10),
    (
        "wrong-words",
        &[
            "the breaker opened although the server had not failed often enough",
            "somebody was turned away and no count has it",
        ],
        "requests=700",
        200,
    ),
    ("adds-up", &["the breaker opened although never so many had failed in a row"], "requests=500&errors=0.06", 40),
    (
        "recovery",
        &[
            "the first request after the breaker's time was turned away",
            "several were let in by a breaker that was half-open",
            "a failure left the breaker half-open",
        ],
        "requests=500",
        100,
    ),
    ("panics", &["more are counted as under way than there are"], "requests=300", 100),
    (
        "never-told",
        &[
            "somebody was served and told nothing",
            "a full queue was passed by",
            "a request was begun while somebody waited who matters more",
        ],
        "",
        20,
    ),
    ("unhealthy", &["somebody was turned away and no count has it"], "requests=400", 100),
    ("urgent", &["a request took longer than it may"], "requests=500", 10),
    ("not-installed", &[], "requests=400", 10),
];

#[test]
fn the_scenarios_hold_what_they_promise_and_what_is_wrong_as_shipped_is_not_as_documented() {
    let all: Vec<&str> = find("request-handler").expect("the pattern").scenarios().map(|s| s.id).collect();
    assert_eq!(POINTS.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), all);
    for (id, points, given, seeds) in &POINTS {
        let preset = if id.is_empty() { String::new() } else { format!("preset={id}&") };
        for seed in 0..*seeds {
            for fidelity in ["", "&fidelity=documented"] {
                // Where nothing is shown that is wrong, one run is enough.
                if points.is_empty() && seed > 0 && !fidelity.is_empty() {
                    continue;
                }
                let link = format!("request-handler?{preset}{given}&seed=s{seed}{fidelity}").replace("?&", "?");
                let session = follow(&link);
                for state in session.history().checks.states() {
                    let (name, seen) = (state.check.statement, state.first_seen().is_some());
                    match state.check.kind {
                        CheckKind::Always => assert!(!seen, "{link}: {name}"),
                        CheckKind::Sometimes if points.contains(&name) => {
                            // What matters most goes first as documented.
                            assert_eq!(seen, fidelity.is_empty() || *id == "urgent", "{link}: {name}");
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

#[test]
fn its_text_tells_what_is_under_way_and_each_of_the_last_answers_what_was_sent_back() {
    let link = "#/request-handler?preset=never-degraded";
    let rows = seen(link, 1_000, WIDE, text::rows);
    let says = rows.iter().find(|row| row.what == "Handler").map(|row| row.says.clone()).expect("a row");
    for part in ["200 of 200 under way", "degrades at 320: never", "160 was read as percent", "breaker closed"] {
        assert!(says.contains(part), "{part}: {says}");
    }
    let answers = |link: &str, ms| {
        seen(link, ms, (1_104.0, 560.0), |scene, look| {
            let all = items(scene, look);
            let handler = all.iter().find(|item| item.title == "Handler").expect("the handler").index;
            millrace::view::scene::parts(scene, look, handler)
        })
    };
    let all = answers(link, 1_000);
    assert_eq!(all.len(), 16);
    let refused = all.iter().find(|item| item.title.ends_with("429")).expect("one was turned away");
    assert!(refused.lines[0].contains("\"retry_after\": \"30\""), "{refused:?}");
    let let_in = answers("#/request-handler", 350);
    let headers: Vec<&String> =
        let_in.iter().filter(|item| item.title.ends_with("200")).flat_map(|item| &item.lines).collect();
    for name in ["X-Service-Mode: degraded", "X-Degradation-Notice: ", "X-Request-ID: ", "X-Active-Requests: "] {
        assert!(headers.iter().any(|line| line.starts_with(name)), "{name}: {headers:?}");
    }
    let sum = seen("#/request-handler?preset=never-told", 3_000, WIDE, |scene, _| conservation(scene));
    assert!(sum.1 && sum.0.contains("never told"), "{sum:?}");
}

#[test]
fn its_picture_stays_on_the_canvas_however_large_it_is() {
    for preset in ["", "preset=never-degraded", "preset=never-told", "preset=recovery", "preset=not-installed"] {
        for size in [WIDE, PHONE, (620.0, 300.0), (1_104.0, 700.0)] {
            for ms in [0, 700, 2_600] {
                let link = format!("request-handler?{preset}");
                stays_on_canvas(Scenario::read(&link).expect("a link").scenario, ms, size);
            }
        }
    }
}
