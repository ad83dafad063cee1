//! Traffic: that jobs come when each way of arriving says, in every pattern that takes them.

use crate::program::{follow, values};
use millrace::analysis::History;
use millrace::export::Report;
use millrace::parts::RateCurve;
use millrace::patterns::{self, ALL};
use millrace::session::{Scenario, Session, link};
use millrace::spec::{CheckKind, Fidelity, Field, Kind, Pattern, Role, SCRIPT};
use millrace::trace::{EventKind, Ledger, SimTime, Span};
use proptest::prelude::*;

const WAYS: [&str; 8] = ["closed", "constant", "poisson", "burst", "step", "ramp", "day", "script"];

/// The patterns that take traffic.
fn takers() -> impl Iterator<Item = &'static Pattern> {
    ALL.iter().copied().filter(|p| (p.fields)().iter().any(|f| f.role == Some(Role::Arrivals)))
}

/// When jobs entered, in nanoseconds.
fn entered(session: &Session<Ledger, History>) -> Vec<u64> {
    let trace = session.run().trace();
    trace.iter().filter(|e| matches!(e.kind, EventKind::Entered { .. })).map(|e| e.at.0).collect()
}

/// When requests came, with a server that nobody waits for.
fn arrivals(query: &str) -> Vec<u64> {
    entered(&follow(&format!("#/worker-pool?server=general&service=constant&mean=1ms&workers=100&{query}")))
}

fn ms(times: &[u64]) -> Vec<f64> {
    times.iter().map(|t| *t as f64 / 1e6).collect()
}

#[test]
fn bursts_come_at_once_and_nothing_comes_in_between() {
    let times = arrivals("requests=10&arrivals=burst&burst-size=4&burst-every=250ms");
    assert_eq!(ms(&times), [0., 0., 0., 0., 250., 250., 250., 250., 500., 500.]);
}

#[test]
fn a_script_is_followed_to_the_nanosecond_and_says_how_many_there_are() {
    let script = "*3@20ms;late@0.5s;@5ns;*2@20ms";
    for other in ["", "&arrivals=poisson&rate=3", "&arrivals=script&requests=1"] {
        let session = follow(&format!("#/worker-pool?script={script}{other}"));
        assert_eq!(
            entered(&session),
            [5, 20_000_000, 20_000_000, 20_000_000, 20_000_000, 20_000_000, 500_000_000],
            "{other}"
        );
        let report = Report::of(&session, Vec::new(), 0);
        assert_eq!((report.requests.offered, report.has_open_arrivals), (7, true));
        assert_eq!(report.response_ns.map(|r| r.count), Some(7), "counted from the intended start");
        assert_eq!(session.scenario().expects(), Some(7));
    }
    assert_eq!(entered(&follow("#/worker-pool?arrivals=script")), [0_u64; 0], "an empty script brings nothing");
}

#[test]
fn a_script_in_a_link_may_be_percent_encoded_and_what_is_wrong_with_it_is_said() {
    let plain = link::decode("#/worker-pool?script=a%253Bb*2@1s;@2s").expect("a link");
    let encoded = link::decode("#/worker-pool?script=a%253Bb%2A2%401s%3B%402s").expect("a link");
    assert_eq!(plain.scenario.values(), encoded.scenario.values());
    assert_eq!(plain.scenario.values().word("script"), "a%3Bb*2@1s;@2s");
    assert_eq!(link::encode(&plain.scenario), link::encode(&encoded.scenario));
    assert_eq!(link::encode(&plain.scenario), "#/worker-pool?script=a%253Bb*2@1s;@2s");
    let wrong = link::decode("#/worker-pool?script=@0s;x").expect("a link");
    assert!(wrong.notices[0].contains("entry 2, at character 5"), "{:?}", wrong.notices);
    assert_eq!(wrong.scenario.values().jobs(), Some(7_500));
}

#[test]
fn the_longest_script_runs() {
    let mut entries = vec!["*100@1ms"; 9_999];
    entries.push("*100@2ms");
    let text = entries.join(";");
    let mut scenario = Scenario::new(patterns::find("sequential").expect("a pattern"));
    scenario.set("script", &text).expect("a script");
    scenario.until = Some(Span::millis(1));
    let mut session = Session::new(scenario, Ledger::new(), History::default());
    while !session.compute(SimTime::MAX, u64::MAX) {}
    assert_eq!(session.history().ledger.tally.offered, 999_900);
    assert_eq!(session.scenario().expects(), Some(1_000_000));
}

#[test]
fn one_rate_all_the_time_is_the_poisson_process_it_always_was_however_it_is_written() {
    let poisson = arrivals("requests=400&arrivals=poisson&rate=80");
    for way in ["step&step-at=1s", "ramp&ramp-for=2s", "day&period=3s"] {
        let times = arrivals(&format!("requests=400&rate=80&to=80&arrivals={way}"));
        assert_eq!(times.len(), 400);
        // The same dice; sums in seconds and sums of expected jobs differ in their last bits.
        assert!(times.iter().zip(&poisson).all(|(a, b)| a.abs_diff(*b) <= 2), "{way}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn so_many_come_in_a_window_as_the_rate_says(
        seed in "[a-z0-9]{1,8}", way in 0..3_usize, rate in 20..2_000_u32, to in 20..2_000_u32, at in 100..4_000_u64,
    ) {
        let (from, to_rate, span) = (f64::from(rate), f64::from(to), Span::millis(at));
        let (query, curve) = match way {
            0 => (format!("step&step-at={at}ms"), RateCurve::Step { before: from, after: to_rate, at: span }),
            1 => (format!("ramp&ramp-for={at}ms"), RateCurve::Ramp { from, to: to_rate, over: span }),
            _ => (format!("day&period={at}ms"), RateCurve::Day { from, to: to_rate, period: span }),
        };
        let times = arrivals(&format!("seed={seed}&requests=3000&rate={rate}&to={to}&arrivals={query}"));
        prop_assert!(times.is_sorted());
        // Windows of a hundred expected jobs, up to nearly all that there are.
        for window in 0..28 {
            let (low, high) = (curve.when(f64::from(window) * 100.0), curve.when(f64::from(window + 1) * 100.0));
            let inside = times.iter().filter(|t| (low..high).contains(&(**t as f64 / 1e9))).count() as f64;
            // A Poisson count of mean 100 has a standard deviation of 10; seven of them come once in 10^11 windows.
            prop_assert!((inside - 100.0).abs() < 70.0, "{:?}: {} from {} to {}", curve, inside, low, high);
        }
        // And the whole of it fits: the sum of squares is chi-squared with 28 degrees of freedom, above 100 once in 10^9 runs.
        let chi: f64 = (0..28).map(|window| {
            let (low, high) = (curve.when(f64::from(window) * 100.0), curve.when(f64::from(window + 1) * 100.0));
            let inside = times.iter().filter(|t| (low..high).contains(&(**t as f64 / 1e9))).count() as f64;
            (inside - 100.0) * (inside - 100.0) / 100.0
        }).sum();
        prop_assert!(chi < 100.0, "{:?}: {}", curve, chi);
    }

    #[test]
    fn of_deterministic_ways_exactly_so_many_come_as_they_say(rate in 1..500_u32, size in 1..60_u32, every in 1..900_u64, until in 1..4_000_u64) {
        let by = |times: &[u64]| times.iter().filter(|t| **t <= until * 1_000_000).count() as u64;
        let constant = arrivals(&format!("requests=2000&arrivals=constant&rate={rate}"));
        prop_assert_eq!(by(&constant), (until * u64::from(rate) / 1_000).min(2_000));
        let burst = arrivals(&format!("requests=2000&arrivals=burst&burst-size={size}&burst-every={every}ms"));
        prop_assert_eq!(by(&burst), ((until / every + 1) * u64::from(size)).min(2_000));
    }
}

#[test]
fn the_form_shows_the_keys_that_act_and_no_others() {
    let pattern = patterns::find("worker-pool").expect("a pattern");
    let keys =
        ["requests", "arrivals", "rate", "to", "step-at", "ramp-for", "burst-every", "burst-size", "period", "script"];
    let shown = |given: &[(&str, &str)]| -> Vec<&str> {
        let values = values(pattern, Fidelity::Documented, None, given);
        let all = (pattern.fields)().into_iter().filter(|f| keys.contains(&f.key) && f.is_relevant(&values));
        all.map(|f| f.key).collect()
    };
    for (way, expected) in WAYS.into_iter().zip([
        &["requests", "arrivals"][..],
        &["requests", "arrivals", "rate"],
        &["requests", "arrivals", "rate"],
        &["requests", "arrivals", "burst-every", "burst-size"],
        &["requests", "arrivals", "rate", "to", "step-at"],
        &["requests", "arrivals", "rate", "to", "ramp-for"],
        &["requests", "arrivals", "rate", "to", "period"],
        &["arrivals", "script"],
    ]) {
        assert_eq!(shown(&[("arrivals", way)]), expected, "{way}");
        // A script is in force whatever the arrivals are.
        assert_eq!(shown(&[("arrivals", way), ("script", "@1s")]), ["arrivals", "script"], "{way}");
    }
}

#[test]
fn the_ways_of_arriving_are_those_that_links_rely_on() {
    for pattern in takers() {
        let field = (pattern.fields)().into_iter().find(|f| f.role == Some(Role::Arrivals)).expect("a taker");
        let Kind::Choice(choices) = field.kind else { panic!("{} chooses nothing", pattern.id) };
        assert_eq!(choices.iter().map(|c| c.id).collect::<Vec<_>>(), WAYS, "{}", pattern.id);
    }
    // Some make their own kind of work, in a number of its own: frames, batches of them. Who takes requests takes any traffic of them.
    let calls = |p: &Pattern| {
        let has = |is: fn(&Field) -> bool| (p.fields)().iter().any(is);
        has(|f| f.role == Some(Role::Server)) && has(|f| f.key == "requests")
    };
    let without = ALL.iter().filter(|p| calls(p) && !takers().any(|taker| taker.id == p.id)).map(|p| p.id);
    assert_eq!(without.collect::<Vec<_>>(), [""; 0], "whoever sends requests to a server takes all of them");
}

#[test]
fn every_pattern_takes_every_traffic_and_keeps_its_promises_with_it() {
    for pattern in takers() {
        for way in WAYS {
            let mut scenario = Scenario::new(pattern);
            // Who ends with its work takes a number of requests, and who does not a time.
            let jobs = (pattern.fields)().iter().find(|field| field.role == Some(Role::Jobs)).map(|field| field.key);
            for (key, text) in [
                jobs.map_or(("run-for", "1s"), |jobs| (jobs, "150")),
                ("arrivals", way),
                ("rate", "400"),
                ("to", "100"),
                ("step-at", "100ms"),
                ("ramp-for", "200ms"),
                ("burst-every", "50ms"),
                ("burst-size", "40"),
                ("period", "300ms"),
            ] {
                scenario.set(key, text).expect("a good value");
            }
            // One that a pattern has by default would be in force whatever the arrivals are.
            scenario.set("script", if way == SCRIPT { "*100@10ms;*49@200ms;@1s" } else { "" }).expect("a script");
            let what = format!("{} {way}", pattern.id);
            let mut session = Session::new(scenario, Ledger::new(), History::watching(pattern.checks()));
            while !session.compute(SimTime::MAX, u64::MAX) {}
            for state in session.history().checks.states().iter().filter(|s| s.check.kind == CheckKind::Always) {
                assert_eq!(state.first_seen(), None, "{what}: {}", state.check.name());
            }
            let ledger = &session.history().ledger;
            if jobs.is_none() {
                assert_eq!(ledger.tally.in_system, 0, "{what}");
                continue;
            }
            // Where *n is what a request costs, each entry is one.
            let costs = (pattern.fields)().iter().any(|field| field.role == Some(Role::Costs));
            let expected = if way == SCRIPT && costs { 3 } else { 150 };
            assert_eq!((ledger.tally.offered, ledger.tally.in_system), (expected, 0), "{what}");
            assert_eq!(Some(expected), session.scenario().expects(), "{what}");
            let report = Report::of(&session, Vec::new(), 0);
            assert_eq!(report.response_ns.is_some(), way != "closed", "{what}");
        }
    }
}
