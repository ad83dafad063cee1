//! A server's word: what somebody on call is told of it, from what happens to the calls.
//!
//! The story: four slots, a hundred callers and a patience of 100 ms. Four of five calls were not answered in time, and the stage said
//! "Server OK" in green, while the text alternative knew of 96 that waited.

use millrace::session::link;
use millrace::trace::{Cursor, SimTime};
use millrace::view::scene::{Condition, Look, Scene, draw};
use millrace::view::{Palette, Picture, Shape, Theme, text};

const MS: u64 = 1_000_000;

/// The condition of the one server of a scenario at an instant, the words of its picture, and the description.
#[track_caller]
fn at(link: &str, at: u64) -> (Condition, Vec<String>, String) {
    let decoded = link::decode(link).expect("a link");
    assert_eq!(decoded.notices, Vec::<String>::new(), "{link}");
    let (scenario, now) = (decoded.scenario, SimTime(at));
    let values = scenario.values();
    let spec = (scenario.pattern.scene)(&values, scenario.fidelity);
    let mut run = scenario.run(None);
    run.advance(now, u64::MAX);
    let trace = run.trace();
    let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
    while cursor.step(&trace, now, &mut picture) {}
    let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
    let look = Look::new((1_400.0, 600.0), Palette::of(Theme::Light), now);
    let words = draw(&scene, &look).into_iter();
    let words = words.filter_map(|shape| if let Shape::Text { text, .. } = shape { Some(text) } else { None });
    (Condition::of(&scene, "server", now), words.collect(), text::description(&scene, &look))
}

#[track_caller]
fn condition(link: &str, ms: u64) -> Condition {
    at(link, ms * MS).0
}

/// Whether the stage and its text alternative have the word.
#[track_caller]
fn is_said(link: &str, ms: u64) -> bool {
    let (condition, words, description) = at(link, ms * MS);
    let shown = words.iter().any(|word| *word == condition.words() || *word == condition.brief());
    shown && description.contains(&format!(", {}", condition.words()))
}

const GENERAL: &str = "#/worker-pool?server=general&service=constant";

#[test]
fn a_server_that_answers_one_of_five_in_time_is_not_ok() {
    // 4 slots of 20 ms serve 200 a second, and 100 callers with a patience of 100 ms ask 1,000 times a second: 4 of 5 in vain.
    let link = "#/worker-pool?requests=5000&workers=100&server=general&slots=4&timeout=100ms";
    let Condition::Late(percent) = condition(link, 2_000) else { panic!("{:?}", condition(link, 2_000)) };
    assert!((75..=85).contains(&percent), "{percent} %");
    assert!(is_said(link, 2_000));
}

#[test]
fn all_slots_in_use_and_somebody_who_waits_is_saturated() {
    let link = format!("{GENERAL}&slots=4&mean=20ms");
    assert_eq!(condition(&link, 500), Condition::Saturated(11), "15 workers, 4 slots");
    assert!(is_said(&link, 500));
    // All in use and nobody waiting is what slots are for.
    assert_eq!(condition(&format!("{GENERAL}&slots=15&mean=20ms"), 500), Condition::Well);
}

#[test]
fn errors_are_told_by_their_share_from_one_in_twenty_on() {
    let Condition::Errors(percent) = condition(&format!("{GENERAL}&errors=0.25"), 2_000) else { panic!("no errors") };
    assert!((20..=30).contains(&percent), "{percent} %");
    assert_eq!(condition(&format!("{GENERAL}&errors=0.02"), 2_000), Condition::Well);
    // What the caller did wrong is no fault of the server's.
    assert_eq!(condition(&format!("{GENERAL}&client-errors=0.5"), 2_000), Condition::Well);
}

#[test]
fn one_error_of_two_calls_is_no_share() {
    let link = "#/sequential?server=general&service=constant&mean=400ms&errors=1";
    assert_eq!(condition(link, 900), Condition::Well, "two have ended");
    assert_eq!(
        condition("#/sequential?server=general&service=constant&mean=100ms&errors=1", 900),
        Condition::Errors(100)
    );
}

#[test]
fn a_single_error_is_an_accident() {
    // The story: at twenty calls a second one error is 5.3 %, and the word flashed at each of one in a hundred.
    let link = "#/sequential?server=general&service=constant&mean=50ms&errors=0.01&requests=2000";
    let words = (1..100).map(|second| condition(link, second * 1_000)).filter(|c| *c != Condition::Well).count();
    // Two or more of the twenty calls of a second: with one in a hundred that is 1.7 % of all seconds.
    assert!(words <= 6, "{words} of 99 seconds");
}

#[test]
fn a_server_that_answers_nobody_in_time_is_down() {
    let link = format!("{GENERAL}&mean=5s&timeout=100ms");
    assert_eq!(condition(&link, 2_000), Condition::Down);
    assert!(is_said(&link, 2_000));
}

#[test]
fn a_server_that_is_slow_from_the_start_has_not_answered_yet_and_is_not_down() {
    let link = format!("{GENERAL}&mean=3s");
    assert_eq!(condition(&link, 500), Condition::Well);
    assert_eq!(condition(&link, 1_500), Condition::Unheard);
    // It is known by now how long it takes.
    assert_eq!(condition(&link, 3_100), Condition::Well);
    assert_eq!(condition(&link, 5_000), Condition::Well);
}

#[test]
fn after_an_outage_it_recovers_for_a_second() {
    // From 1 s to 2 s calls get no answer; their callers give up after 100 ms.
    let link = format!("{GENERAL}&mean=20ms&timeout=100ms&outage-answers=never&x=1000000000~0~fault~outage~1000000000");
    assert_eq!(condition(&link, 900), Condition::Well);
    assert_eq!(
        condition(&link, 1_001),
        Condition::Fault("down".to_owned(), true),
        "what somebody injected needs no evidence"
    );
    assert_eq!(condition(&link, 2_010), Condition::Down, "the fault is over, and nobody has an answer yet");
    assert_eq!(condition(&link, 2_500), Condition::Recovering);
    assert_eq!(condition(&link, 3_500), Condition::Well);
}

#[test]
fn a_fault_is_named_unless_something_worse_is_seen() {
    let slow = format!("{GENERAL}&mean=20ms&x=1000000000~0~fault~slow-server~3");
    assert_eq!(condition(&slow, 1_500), Condition::Fault("slow ×3".to_owned(), false));
    let late = format!("{GENERAL}&mean=20ms&timeout=50ms&x=1000000000~0~fault~slow-server~3");
    assert_eq!(condition(&late, 3_000), Condition::Down, "60 ms, and callers wait for 50");
    assert!(at(&late, 3_000 * MS).2.contains("injected: Slow server"), "the cause is told too");
}

#[test]
fn a_server_that_nobody_calls_is_idle() {
    let link = "#/worker-pool?requests=2&arrivals=constant&rate=0.5&server=general&service=constant&mean=20ms";
    assert_eq!(condition(link, 1_900), Condition::Idle, "the first comes at 2 s");
    assert_eq!(condition(link, 2_100), Condition::Well);
    assert_eq!(condition(link, 3_900), Condition::Idle, "and was gone at 2.02 s");
}
