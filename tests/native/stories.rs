//! What is told of a run: true at every playhead, in sentences, and how each place is read.

use crate::everyone::everyone;
use crate::program::follow_scenario;
use millrace::analysis::History;
use millrace::session::{Scenario, Session};
use millrace::trace::SimTime;
use millrace::view::story::{reading, story};
use millrace::view::{Look, Palette, Picture, Scene, Theme};

/// What is told of a scenario at an instant.
fn told_at(scenario: &Scenario, at: SimTime) -> Vec<String> {
    let values = scenario.values();
    let history = History::of(scenario.pattern, &values);
    let mut session = Session::new(scenario.clone(), Picture::default(), history);
    while !session.compute(at, u64::MAX) {}
    session.show(at, u64::MAX);
    let spec = (scenario.pattern.scene)(&values, scenario.fidelity);
    let (picture, trace) = (session.state(), session.run().trace());
    let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
    let look = Look::new((880.0, 430.0), Palette::of(Theme::Light), session.playhead());
    story(&scene, &look, &session.history().until(session.events(), session.playhead()))
}

/// Would have caught: a queue that grows, and nowhere a word of how many workers it would take.
#[test]
fn of_too_few_workers_it_is_told_for_how_many_there_was_work() {
    let told = |more: &str| {
        let link = format!(
            "#/worker-pool?arrivals=constant&rate=500&server=general&service=constant&mean=20ms&requests=2000{more}"
        );
        told_at(&Scenario::read(&link).expect("a good link").scenario, SimTime(3_000_000_000)).join(" ")
    };
    // 500 a second for 20 ms each are ten at once: with eight of them a queue grows.
    let few = told("&workers=8");
    assert!(
        few.contains("500 came in a second, and each had one of them for 20.0 ms: work for 10.0 of them."),
        "{few}"
    );
    for enough in ["&workers=11", "&workers=8&rate=390", "&workers=8&arrivals=closed"] {
        assert!(!told(enough).contains("work for"), "{enough}: {}", told(enough));
    }
}

fn scenario(pattern: &str, preset: &str) -> Scenario {
    Scenario::of(millrace::patterns::find(pattern).expect("a pattern"), preset)
}

#[test]
fn every_scenario_is_told_in_sentences_with_figures_of_its_run() {
    for pattern in everyone() {
        for preset in pattern.scenarios() {
            let scenario = Scenario::of(pattern, preset.id);
            let end = follow_scenario(scenario.clone()).end().expect("an end");
            for at in [SimTime(end.0 / 3), end] {
                let told = told_at(&scenario, at);
                for sentence in &told {
                    assert!(sentence.ends_with('.') && !sentence.contains("  "), "{}: {sentence:?}", pattern.id);
                    assert!(!sentence.contains("NaN") && !sentence.contains("inf"), "{sentence:?}");
                }
                if std::env::var("TELL").is_ok() {
                    println!("--- {} {} at {:.3}\n{}", pattern.id, preset.id, at.seconds(), told.join("\n"));
                }
                assert!(
                    told.iter().any(|said| said.contains(|c: char| c.is_ascii_digit())),
                    "{} {}: {told:?}",
                    pattern.id,
                    preset.label
                );
            }
        }
    }
}

#[test]
fn the_outage_is_told_with_its_own_instants_and_counts() {
    let told = told_at(&scenario("circuit-breaker", ""), SimTime::MAX).join("\n");
    let told = &told;
    assert!(told.contains("opened 2 times, first at 2.030 s, after 5 failures in a row"), "{told}");
    assert!(told.contains("613 calls were turned away"), "{told}");
    assert!(told.contains("outage at 2.000 s"), "{told}");
    assert!(told.contains("6,858 have a result, 29 failed and 613 were turned away"), "{told}");
    // Which answer opened it, which probe opened it again, which closed it: by count and time.
    for cause in [
        "in order. Open at 2.030 s, as #",
        "503, failure 5 in a row.\nHalf-open at 4.0",
        "Open again at 4.0",
        "as probe 1 of 3, #",
        "Closed at 6.",
        "as probe 3 of 3, #",
    ] {
        assert!(told.contains(cause), "{cause}: {told}");
    }
    // Before it there is nothing to tell of it.
    let before = told_at(&scenario("circuit-breaker", ""), SimTime(1_900_000_000)).join("\n");
    assert!(!before.contains("opened") && !before.contains("outage") && !before.contains("with an error"), "{before}");
}

#[test]
fn who_holds_a_breaker_open_by_hand_is_told_among_the_causes_of_its_changes() {
    let link = "#/circuit-breaker?x=500000000~0~fault~force-open~1000000000&seed=otis";
    let scenario = millrace::session::link::decode(link).expect("a link").scenario;
    let told = told_at(&scenario, SimTime(3_000_000_000)).join("\n");
    for said in [
        "it opened 2 times, first at 0.500 s, by hand. ",
        "in order. Held open by hand from 0.500 s.\nClosed at 1.500 s, no longer held open by hand.\nOpen at 2.",
        "force open at 0.500 s",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
}

#[test]
fn who_is_stranded_is_told_with_where_since_when_and_what_the_car_does_that_was_to_come() {
    let told = told_at(&scenario("elevator", "stranded"), SimTime::MAX).join("\n");
    let said = "1 waits at floor 1 to go down since 48.000 s, and car A is to come: idle, at 1, doors closed";
    assert!(told.contains(said), "{told}");
}

#[test]
fn each_kind_of_place_says_once_how_it_is_read() {
    for pattern in everyone() {
        let scenario = Scenario::new(pattern);
        let values = scenario.values();
        let spec = (pattern.scene)(&values, scenario.fidelity);
        let picture = Picture::default();
        let run = scenario.run(None);
        let trace = run.trace();
        let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
        let read = reading(&scene);
        for (index, (names, how)) in read.iter().enumerate() {
            assert!(how.ends_with('.') && how.len() > 30, "{names}: {how:?}");
            assert!(
                read.iter().skip(index + 1).all(|(_, other)| other != how),
                "{}: {how:?} is said twice",
                pattern.id
            );
        }
        assert!(!read.is_empty());
    }
}
