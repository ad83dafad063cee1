//! A moment is found again: whoever opens the link to it stands after the same event, in every pattern.

use millrace::patterns;
use millrace::session::{Moment, Scenario, Session, link};
use millrace::trace::{Ledger, SimTime, Span};

type Plain = Session<Ledger, millrace::analysis::History>;

fn session(scenario: Scenario) -> Plain {
    let history = millrace::analysis::History::of(scenario.pattern, &scenario.values());
    Session::new(scenario, Ledger::new(), history)
}

/// Stands where a link to a moment says, as the page does.
fn opened(text: &str) -> Plain {
    let scenario = link::decode(text).expect("a link to a pattern").scenario;
    let Moment { at, events, .. } = scenario.moment.clone();
    let at = SimTime(at.expect("the link names a moment").0);
    let mut session = session(scenario);
    while !session.compute(at, 10_000) {}
    while !session.show(at, 10_000) {}
    if let Some(events) = events {
        session.stand_after(events);
    }
    session
}

#[test]
fn a_moment_between_the_events_of_one_instant_is_found_again_in_every_pattern() {
    for pattern in patterns::ALL {
        let mut here = session(Scenario::new(pattern));
        while !here.compute(SimTime(1_500_000_000), 10_000) {}
        let mut between = 0;
        let last = here.run().trace().len().min(900);
        for events in (0..=last).step_by(7) {
            here.show(SimTime(1_500_000_000), u64::MAX);
            here.stand_after(events);
            let (at, exactly) = here.standing();
            assert!(exactly.is_none_or(|n| n == events), "{}: {exactly:?} for {events}", pattern.id);
            between += u32::from(exactly.is_some());
            let mut scenario = here.scenario().clone();
            scenario.moment = Moment { at: Some(Span(at.0)), events: exactly, ..Moment::default() };
            let there = opened(&link::encode(&scenario));
            let of = |s: &Plain| (s.events(), s.hash().hex(), s.playhead());
            // Before the first event all of them are at the start, and none of them is told.
            assert_eq!(of(&there), of(&here), "{} after {events} events", pattern.id);
        }
        assert!(between > 0, "{}: several events have one instant, or this test says nothing", pattern.id);
    }
}

#[test]
fn a_fold_that_is_behind_the_playhead_tells_of_the_last_event_that_it_shows() {
    let mut here = session(Scenario::new(patterns::ALL[0]));
    while !here.compute(SimTime(2_000_000_000), 10_000) {}
    assert!(!here.show(SimTime(2_000_000_000), 50), "there is more to fold");
    let (at, _) = here.standing();
    assert!(at < SimTime(2_000_000_000), "the picture is of {at:?}");
}

#[test]
fn a_link_carries_the_moment_and_the_run_knows_nothing_of_it() {
    const LINK: &str = "#/worker-pool?at=1500.25ms~1234&lane=w03&tab=log";
    let scenario = link::decode(LINK).expect("a pattern").scenario;
    let moment = Moment {
        at: Some(Span(1_500_250_000)),
        events: Some(1_234),
        lane: Some("w03".to_owned()),
        tab: Some("log".to_owned()),
    };
    assert_eq!(scenario.moment, moment);
    assert_eq!(link::encode(&scenario), LINK);
    let hash = |text: &str| {
        let mut session = session(link::decode(text).expect("a pattern").scenario);
        while !session.compute(SimTime(2_000_000_000), 10_000) {}
        session.far_hash().hex()
    };
    assert_eq!(hash(LINK), hash("#/worker-pool"));
}

#[test]
fn a_playhead_that_cannot_be_read_is_said_and_the_rest_of_it_counts() {
    let read = |text: &str| link::decode(text).expect("a pattern");
    let decoded = read("#/worker-pool?at=2s~many");
    assert_eq!((decoded.scenario.moment.at, decoded.scenario.moment.events), (Some(Span::secs(2)), None));
    assert!(decoded.notices.iter().any(|n| n.contains("many")), "{:?}", decoded.notices);
    let decoded = read("#/worker-pool?at=soon~12");
    assert_eq!(decoded.scenario.moment, Moment::default());
    assert!(decoded.notices.iter().any(|n| n.starts_with("at:")), "{:?}", decoded.notices);
    // More events than have happened by then are all that have.
    let there = opened("#/worker-pool?at=10ms~999999999");
    let here = opened("#/worker-pool?at=10ms");
    assert_eq!((there.events(), there.hash().hex()), (here.events(), here.hash().hex()));
}
