//! Races of a choice.

use super::{list, millrace, number};
use millrace::export::race::{RaceRun, verdict};
use millrace::session::link;

const LUNCH: &str = "#/elevator?preset=lunch&passengers=60&policy=reference";

#[test]
fn all_alternatives_of_a_choice_are_raced_and_the_verdict_is_that_of_the_page() {
    let json = millrace(&["race", LUNCH, "--vary", "policy", "--format", "json"]).ended(0).json();
    let mut page = RaceRun::new(&link::decode(LUNCH).expect("a link").scenario, 1).expect("a race");
    while !page.work(1_000) {}
    let theirs = verdict(&page.lines(), page.rows(), "reference", &page.words()).expect("a verdict");
    assert_eq!(json["verdict"], theirs.sentence());
    assert_eq!(
        (json["key"].as_str(), json["digest"].as_str()),
        (Some("policy"), Some(page.rows()[0].arrivals.hex().as_str()))
    );
    let values: Vec<_> = list(&json["rows"]).iter().map(|row| row["value"].as_str().unwrap_or_default()).collect();
    assert_eq!(values, ["reference", "nearest", "scan", "look", "etd", "destination"]);
    for (row, line) in list(&json["rows"]).iter().zip(page.lines()) {
        assert_eq!(row["mean"].as_f64(), line.mean, "{}", line.choice.id);
        // One seed is one sample.
        assert_eq!((&row["low"], &row["high"]), (&row["mean"], &row["mean"]));
    }
}

#[test]
fn over_several_seeds_low_and_high_are_the_means_of_two_of_them() {
    let alone = |seed: &str| {
        let json = millrace(&["race", LUNCH, "--vary", "policy", "--seed", seed, "--format", "json"]).ended(0).json();
        number(&list(&json["rows"])[3]["mean"])
    };
    let json = millrace(&["race", LUNCH, "--vary", "policy", "--seeds", "3", "--format", "json"]).ended(0).json();
    assert_eq!(json["seeds"], serde_json::json!(["otis", "1", "2"]));
    let each = ["otis", "1", "2"].map(alone);
    let row = &list(&json["rows"])[3];
    assert!((number(&row["mean"]) - each.iter().sum::<f64>() / 3.0).abs() < 1e-9);
    assert_eq!(number(&row["low"]), each.iter().copied().fold(f64::MAX, f64::min));
    assert_eq!(number(&row["high"]), each.iter().copied().fold(f64::MIN, f64::max));
    assert_eq!(list(&row["digests"]).len(), 3);
}

#[test]
fn any_choice_can_be_varied_and_requests_are_compared_by_their_times() {
    // A constant server: ten workers, a hundred requests of 20 ms, so all of them are done after 200 ms.
    const LINK: &str = "#/worker-pool?workers=10&requests=100&server=general&mean=20ms";
    let json = millrace(&["race", LINK, "--vary", "service", "--format", "json"]).ended(0).json();
    assert_eq!(json["measure"], "mean time from coming to leaving");
    let constant = list(&json["rows"]).iter().find(|row| row["value"] == "constant").expect("it is raced");
    assert_eq!(number(&constant["longest"]), 0.2);
    assert!(json["verdict"].as_str().is_some_and(|said| said.contains("takes least")), "{json}");
}

#[test]
fn the_requests_of_a_closed_traffic_are_the_same_although_they_come_when_the_program_takes_them() {
    // More than fit into the request channel: when the last of them come in depends on how fast the others go out.
    const LINK: &str = "#/worker-pool?requests=300&server=general&mean=20ms";
    let json = millrace(&["race", LINK, "--vary", "service", "--format", "json"]).ended(0).json();
    assert!(json["digest"].is_string(), "{json}");
}

#[test]
fn traffic_that_is_not_the_same_has_no_digest_and_no_best() {
    let json = millrace(&["race", "#/elevator?passengers=20", "--vary", "traffic", "--format", "json"]).ended(0).json();
    assert_eq!((&json["digest"], &json["best"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    assert!(json["verdict"].as_str().is_some_and(|said| said.starts_with("No verdict")), "{json}");
}

#[test]
fn as_text_it_is_a_table_and_a_sentence() {
    let text = millrace(&["race", LUNCH, "--vary", "policy"]).ended(0).out;
    assert!(text.contains("reference (chosen)") && text.contains("waits least"), "{text}");
}
