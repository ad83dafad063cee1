//! What holds for any scenario at all.

use crate::scenarios;
use millrace::analysis::History;
use millrace::engine::{Intervention, Progress};
use millrace::session::{Keep, Playback, Scenario, Session};
use millrace::spec::CheckKind;
use millrace::trace::{Fold, Ledger, SimTime, TraceHash};
use proptest::prelude::*;

type Plain = Session<Ledger, History>;

fn session(scenario: &Scenario) -> Plain {
    Session::new(scenario.clone(), Ledger::new(), History::of(scenario.pattern, &scenario.values()))
}

fn finished(scenario: &Scenario) -> Plain {
    let mut session = session(scenario);
    while !session.compute(SimTime::MAX, u64::MAX) {}
    session
}

/// Cars whose every step is given up before it can be done try for ever, in ever new steps: of them a run says rightly that it spins.
fn gives_up_too_early(scenario: &Scenario) -> bool {
    let values = scenario.values();
    scenario.field("operation-timeout").is_some() && values.span("operation-timeout") < values.span("floor-time")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Would have caught: jobs that vanish when their task is killed, channels that take one too many.
    #[test]
    fn every_request_is_in_one_place_no_station_is_too_full_and_time_never_goes_back(scenario in scenarios::any()) {
        let session = finished(&scenario);
        let trace = session.run().trace();
        let (mut ledger, mut last) = (Ledger::new(), SimTime::ZERO);
        for event in trace.iter() {
            prop_assert!(event.at >= last, "{:?} before {:?}", event.at, last);
            if event.at > last {
                prop_assert!(ledger.is_conserved() && ledger.is_within_capacity(), "at {last:?}");
            }
            last = event.at;
            ledger.apply(event, &trace);
        }
        prop_assert!(ledger.is_conserved() && ledger.is_within_capacity(), "at the end");
        prop_assert!(!matches!(session.outcome(), Some(Progress::Livelock(_))) || gives_up_too_early(&scenario));
    }

    /// Would have caught: signals of workers that were killed, slots and probes that nobody gave back; and, as shipped, an error of the
    /// program where it was only faithful.
    #[test]
    fn whatever_is_checked_always_holds_as_documented_and_as_shipped(scenario in scenarios::any()) {
        let session = finished(&scenario);
        for state in session.history().checks.states().iter().filter(|s| s.check.kind == CheckKind::Always) {
            prop_assert_eq!(state.first_seen(), None, "{}", state.check.name());
        }
    }

    #[test]
    fn the_same_scenario_has_the_same_trace_however_it_is_sliced(scenario in scenarios::any(), polls in 1..400_u64, step in 1..50_000_000_u64) {
        let whole = finished(&scenario);
        let mut sliced = session(&scenario);
        let mut until = SimTime::ZERO;
        loop {
            until = SimTime((until.0 + step).min(60_000_000_000));
            while !sliced.compute(until, polls) {}
            if sliced.outcome().is_some() {
                break;
            }
        }
        prop_assert_eq!(whole.far_hash(), sliced.far_hash());
        let summary = |of: &Session<Ledger, History>| of.history().until(u64::MAX, SimTime::MAX).latency();
        prop_assert_eq!(summary(&whole), summary(&sliced));
        prop_assert_eq!(whole.computed(), sliced.computed());
    }

    #[test]
    fn a_playhead_that_went_anywhere_sees_what_one_that_came_straight_sees(scenario in scenarios::any(), seeks in proptest::collection::vec(0.0..1.0_f64, 1..8)) {
        let mut session = finished(&scenario);
        let (end, events) = (session.computed(), session.run().trace().len());
        for share in seeks {
            let at = SimTime((end.0 as f64 * share) as u64);
            while !session.show(at, 1_000) {}
            let (ledger, hash) = straight(&session, at);
            prop_assert_eq!(session.hash(), hash);
            prop_assert_eq!(session.state().tally.departed(), ledger.tally.departed());
            prop_assert_eq!(session.state().tally.in_flight, ledger.tally.in_flight);
            prop_assert_eq!(session.state().jobs.len(), ledger.jobs.len());
        }
        while !session.show(end, 1_000) {}
        prop_assert_eq!(session.hash(), session.far_hash());
        // One event back and one on again changes nothing.
        if events > 0 {
            prop_assert!(session.step_back());
            prop_assert_eq!(session.events(), events - 1);
            prop_assert!(session.step());
            prop_assert_eq!(session.hash(), session.far_hash());
        }
    }
}

/// The state at an instant, and its hash, folded from the start.
fn straight(session: &Plain, at: SimTime) -> (Ledger, TraceHash) {
    let mut playback = Playback::new(Ledger::new(), Keep::ALL);
    let trace = session.run().trace();
    while !playback.forward(&trace, at, u64::MAX) {}
    (playback.state().clone(), playback.hash())
}

/// A live edit and a fault at a playhead are part of the scenario: run again from the start, the trace before them is the same.
#[test]
fn what_happened_before_an_intervention_is_not_changed_by_it() {
    let scenario =
        Scenario::read("backpressure?server=shipped&base=0.86ms&requests=2000").expect("a good link").scenario;
    let mut before = finished(&scenario);
    let at = SimTime(250_000_000);
    while !before.show(at, u64::MAX) {}
    let (events, hash) = (before.events(), before.hash());
    let changed = before.with_interventions(|s, at, ordinal| {
        let action = s.begin_fault("slow-server", 3).expect("a fault of the pattern");
        vec![Intervention { at, ordinal, action }]
    });
    let mut after = finished(&changed);
    while !after.show(at, u64::MAX) {}
    assert!(after.events() > events, "the fault itself is an event at that instant");
    let mut playback = Playback::new(Ledger::new(), Keep::ALL);
    playback.seek(&after.run().trace(), events);
    assert_eq!(playback.hash(), hash);
    assert!(after.computed() > before.computed(), "a slower server makes the run longer");
}
