//! The places of tries and of layers: what they draw can be walked through and read, on a page and on a phone.

use crate::pool::{PHONE, WIDE, seen, seen_of};
use millrace::session::Scenario;
use millrace::view::scene::{Look, conservation, draw, items};
use millrace::view::{Shape, place, text};

const STORM: &str = "#/retry?preset=storm";
const LAYERS: &str = "#/policy-pipeline?policies=fallback,retry:3,breaker:5&errors=0.5";

fn words(shapes: Vec<Shape>) -> Vec<String> {
    shapes
        .into_iter()
        .filter_map(|shape| if let Shape::Text { text, .. } = shape { Some(text) } else { None })
        .collect()
}

#[test]
fn the_storm_is_told_in_rows_with_what_is_served_for_nobody() {
    let rows = seen(STORM, 18_000, WIDE, text::rows);
    let says = |what: &str| rows.iter().find(|row| row.what == what).map(|row| row.says.as_str()).unwrap_or_default();
    assert!(says("Attempts").contains("attempts a request over 5 s"), "{}", says("Attempts"));
    assert!(says("Server").contains("for callers that have gone:"), "{}", says("Server"));
    let requests = rows.iter().filter(|row| row.what.starts_with('#')).count();
    assert!((6..=12).contains(&requests), "{requests} requests are told of");
}

#[test]
fn the_same_requests_are_drawn_with_a_budget_and_without_one() {
    let titles = |link: &str| seen(link, 18_000, WIDE, items).into_iter().map(|item| item.title).collect::<Vec<_>>();
    let (storm, cure) = (titles(STORM), titles(&format!("{STORM}&budget=0.2&budget-min=0")));
    let shared = storm.iter().filter(|title| cure.contains(title)).count();
    assert!(shared >= 8, "{storm:?} and {cure:?}");
}

#[test]
fn each_request_can_be_pointed_at_and_tells_of_its_tries() {
    for size in [WIDE, PHONE] {
        let all = seen(STORM, 18_000, size, items);
        assert!(all.len() >= 6 && all.iter().all(|item| item.title.starts_with('#')), "{all:?}");
        let tried = all.iter().filter(|item| item.lines.iter().any(|line| line.starts_with("try 1 at 0.0 ms"))).count();
        assert!(tried >= all.len() - 2, "{all:?}");
    }
}

#[test]
fn each_layer_says_where_it_stands_and_what_it_did() {
    let all = seen(LAYERS, 5_000, WIDE, items);
    let titles: Vec<_> = all.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(titles, ["1. Fallback", "2. Retry 3", "3. Breaker 5"]);
    assert_eq!(all[1].lines[0], "layer 2 of 3, inside fallback, outside breaker 5");
    assert!(all[1].lines[1].contains(" in, ") && all[1].lines[1].contains(" refused, "), "{:?}", all[1].lines);
    let sum = seen(LAYERS, 5_000, WIDE, |scene, _| conservation(scene));
    assert!(sum.1, "{}", sum.0);
}

#[test]
fn a_layer_that_is_lifted_stands_where_it_would_be_put_and_says_so() {
    let scenario = Scenario::read(LAYERS).expect("a good link").scenario;
    let spec = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity);
    assert_eq!(place::order(&spec), Some(("policies", 3)));
    let all = seen_of(scenario, 5_000, WIDE, |scene, look| {
        let look = Look { order: Some((0, 2)), ..*look };
        drop(words(draw(scene, &look)));
        items(scene, &look)
    });
    let lowest = all.iter().max_by(|a, b| a.frame.y.total_cmp(&b.frame.y)).expect("layers");
    assert_eq!((lowest.title.as_str(), lowest.lines[0].as_str()), ("1. Fallback", "layer 3 of 3, inside breaker 5"));
}

#[test]
fn many_layers_are_a_list_and_a_low_stage_keeps_all_of_them() {
    let list = vec!["timeout:1s"; 20].join(",");
    for size in [WIDE, PHONE, (880.0, 200.0)] {
        let said = words(seen(&format!("#/policy-pipeline?policies={list}"), 1_000, size, draw));
        assert_eq!(said.iter().filter(|text| text.starts_with("Timeout 1")).count(), 20, "{size:?}: {said:?}");
    }
}
