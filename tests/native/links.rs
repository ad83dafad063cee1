//! Links: what is written reads back, any text decodes, and what is ignored or clamped is said.

use crate::scenarios;
use millrace::analysis::History;
use millrace::patterns;
use millrace::session::{Scenario, Session, Target, link};
use millrace::spec::{Fidelity, Value};
use millrace::trace::{Ledger, SimTime, Span};
use proptest::prelude::*;

fn read(text: &str) -> (Scenario, Vec<String>) {
    let decoded = link::decode(text).expect("a link that names a pattern");
    (decoded.scenario, decoded.notices)
}

fn hash(scenario: &Scenario) -> String {
    let mut session = Session::new(scenario.clone(), Ledger::new(), History::default());
    while !session.compute(SimTime::MAX, u64::MAX) {}
    session.far_hash().hex()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_scenario_written_and_read_is_the_same_scenario(scenario in scenarios::any()) {
        let text = link::encode(&scenario);
        let (again, notices) = read(&text);
        prop_assert_eq!(&notices, &Vec::<String>::new(), "{}", text);
        prop_assert_eq!(again.values(), scenario.values());
        prop_assert_eq!(&again.seed, &scenario.seed);
        prop_assert_eq!(&again.interventions, &scenario.interventions);
        prop_assert_eq!(link::encode(&again), text);
    }

    #[test]
    fn a_link_is_the_run_to_the_last_event(scenario in scenarios::any()) {
        let (again, _) = read(&link::encode(&scenario));
        prop_assert_eq!(hash(&again), hash(&scenario));
    }

    #[test]
    fn any_text_decodes_or_says_what_is_wrong(text in "\\PC{0,200}") {
        if let Err(message) = link::decode(&text) {
            prop_assert!(message.contains("pattern"), "{}", message);
        }
    }

    #[test]
    fn any_query_behind_a_pattern_decodes_to_a_scenario_that_runs(query in "[a-z0-9=&%~;:,.x-]{0,120}", raw in "\\PC{0,40}") {
        let (mut scenario, _) = read(&format!("#/worker-pool?{query}&requests={raw}&x={raw}"));
        scenario.choose("requests", Value::Count(5));
        scenario.until = Some(Span::millis(10));
        prop_assert!(!hash(&scenario).is_empty());
    }
}

#[test]
fn only_what_differs_from_the_default_is_written_in_the_order_of_the_form() {
    let (scenario, _) = read("#/worker-pool?workers=4&requests=10&response-buffer=100&seed=otis");
    assert_eq!(link::encode(&scenario), "#/worker-pool?requests=10&workers=4");
    assert_eq!(link::encode(&read("#/worker-pool").0), "#/worker-pool");
}

#[test]
fn defaults_of_the_shipped_code_follow_the_values_they_are_made_of() {
    let (scenario, _) = read("#/worker-pool?fidelity=shipped&requests=50");
    assert_eq!(scenario.values().count("request-buffer"), 50);
    assert_eq!(link::encode(&scenario), "#/worker-pool?fidelity=shipped&requests=50");
    let (scenario, _) = read("#/backpressure?fidelity=shipped&workers=4");
    assert_eq!((scenario.values().count("busy-buffer"), scenario.values().span("step")), (4, Span::millis(1)));
}

#[test]
fn a_value_out_of_range_is_clamped_and_one_of_the_wrong_type_ignored_each_with_a_notice() {
    let (scenario, notices) = read("#/worker-pool?workers=9999999&request-buffer=many&base=-5ms&nonsense=1&seed=");
    assert_eq!(scenario.values().count("workers"), 1_024);
    assert_eq!(scenario.values().count("request-buffer"), 100);
    assert_eq!(notices.len(), 5, "{notices:?}");
    assert!(notices[0].contains("workers=9999999") && notices[0].contains("1024"), "{}", notices[0]);
    assert!(notices.iter().any(|n| n.contains("nonsense")) && notices.iter().any(|n| n.contains("seed")));
}

#[test]
fn values_that_cannot_stand_together_are_said_and_one_is_ignored_whatever_their_order() {
    // Of two that could go, it is the one that depends on the other.
    for (link, key) in [
        ("#/connection-pool?lifetime=0ms&jitter=0.5", "jitter"),
        ("#/connection-pool?jitter=0.5&lifetime=0ms", "jitter"),
        ("#/connection-pool?open=3&idle=30", "idle"),
        ("#/redis-pool?size=5&min-idle=9", "min-idle"),
        ("#/redis-pool?min-idle=9&size=5", "min-idle"),
    ] {
        let (scenario, notices) = read(link);
        assert!(notices.len() == 1 && notices[0].starts_with(&format!("{key}: ")), "{link}: {notices:?}");
        let given: Vec<_> = scenario.chosen().into_iter().map(|(key, _)| key).collect();
        assert!(given.len() == 1 && given[0] != key, "{link}: {given:?}");
    }
    // A least limit above the greatest was taken for the greatest, and nobody was told.
    for link in ["#/adaptive-limit?min=300&max=50", "#/adaptive-limit?max=50&min=300"] {
        let (scenario, notices) = read(link);
        assert_eq!((scenario.values().count("min"), scenario.values().count("max")), (1, 50), "{link}");
        assert_eq!(notices, ["min: the least limit, 300, is above the greatest, 50; it was ignored"], "{link}");
    }
    // Together they may go where neither could go alone.
    let (scenario, notices) = read("#/adaptive-limit?min=300&max=400");
    assert_eq!((scenario.values().count("min"), scenario.values().count("max"), notices.len()), (300, 400, 0));
    // Where a value does not matter, it fits.
    assert_eq!(read("#/adaptive-limit?algorithm=fixed&min=300").1, [""; 0]);
}

#[test]
fn a_value_that_the_others_leave_no_room_for_is_refused_where_it_is_chosen() {
    let (mut scenario, _) = read("#/adaptive-limit?min=40");
    let refused = scenario.set("max", "39").expect_err("no room");
    assert_eq!(refused.message(), "the least limit, 40, is above the greatest, 39");
    assert_eq!(scenario.values().count("max"), 200, "the last good value stays");
    scenario.set("max", "40").expect("as great as the least");
}

#[test]
fn equal_notices_are_said_once_with_how_often() {
    // Three hundred of them once stood below each other.
    let (_, notices) = read(&format!("#/worker-pool?{}b=1", "a=1&".repeat(300)));
    let expected = ["\"a\"; it was ignored (300 times)", "\"b\"; it was ignored"];
    assert_eq!(notices.len(), 2, "{notices:?}");
    assert!(notices.iter().zip(expected).all(|(notice, end)| notice.ends_with(end)), "{notices:?}");
}

#[test]
fn an_unknown_pattern_is_an_error_that_names_those_there_are() {
    for text in ["#/nope", "", "#", "#/", "#/%00", "nope?workers=3"] {
        let message = link::decode(text).expect_err("no such pattern");
        assert!(message.contains("worker-pool"), "{text}: {message}");
    }
}

#[test]
fn a_scenario_as_it_is_has_the_link_that_is_known_without_its_values() {
    for pattern in patterns::ALL {
        for preset in pattern.presets().iter().map(|preset| preset.id).chain([""]) {
            assert_eq!(link::of_preset(pattern, preset), link::encode(&Scenario::of(pattern, preset)));
        }
    }
}

#[test]
fn a_preset_brings_its_fidelity_unless_the_link_says_otherwise() {
    let (scenario, _) = read("#/wait-group?preset=lost-results");
    assert_eq!(scenario.fidelity, Fidelity::Shipped);
    assert_eq!(link::encode(&scenario), "#/wait-group?preset=lost-results");
    let (scenario, _) = read("#/wait-group?preset=lost-results&fidelity=documented");
    assert_eq!(scenario.fidelity, Fidelity::Documented);
    assert_eq!(link::encode(&scenario), "#/wait-group?preset=lost-results&fidelity=documented");
}

#[test]
fn a_link_to_a_real_endpoint_carries_its_address_whole() {
    let (scenario, notices) =
        read("https://example.org/deep/#/worker-pool?target=fetch&url=http://127.0.0.1:5000/data%3Fa%3D1%26b%3D2");
    assert_eq!(notices, Vec::<String>::new());
    assert_eq!((scenario.target, scenario.url.as_deref()), (Target::Fetch, Some("http://127.0.0.1:5000/data?a=1&b=2")));
    assert_eq!(read(&link::encode(&scenario)).0.url, scenario.url);
}

#[test]
fn a_scenario_file_says_the_same_as_a_link() {
    let json = r#"{ "pattern": "worker-pool", "seed": "liszt", "fidelity": "shipped", "params": { "workers": 4, "base": "2ms" } }"#;
    let decoded = Scenario::read(json).expect("a good file");
    assert_eq!(decoded.notices, Vec::<String>::new());
    assert_eq!(link::encode(&decoded.scenario), "#/worker-pool?fidelity=shipped&workers=4&base=2ms&seed=liszt");
    let message = Scenario::read("{ \"pattern\": ").expect_err("half a file");
    assert!(message.contains("line 1"), "{message}");
}
