//! Faults as a part of the scenario: planned, moved, sized, taken away, and kept when something else changes; and steps that are undone.

use crate::program::follow;
use millrace::engine::Ordinal;
use millrace::patterns;
use millrace::session::{Edits, Scenario, link};
use millrace::spec::FaultUnit;
use millrace::trace::{EventKind, SimTime, Span};

fn scenario(link: &str) -> Scenario {
    let read = Scenario::read(link).expect("a link");
    assert_eq!(read.notices, Vec::<String>::new(), "{link}");
    read.scenario
}

fn ms(ms: u64) -> SimTime {
    SimTime(ms * 1_000_000)
}

/// When faults stood in the run, in milliseconds, in the order of their beginnings: name, from, to. Those that never ended have no end.
fn stood(scenario: &Scenario) -> Vec<(String, u64, Option<u64>)> {
    let session = follow(&link::encode(scenario));
    let trace = session.run().trace();
    let mut all: Vec<(String, u64, Option<u64>)> = Vec::new();
    for event in trace.iter() {
        let EventKind::Faulted { fault, on, magnitude } = event.kind else { continue };
        let (name, at) = (trace.name(fault), event.at.0 / 1_000_000);
        if on {
            all.push((name.to_owned(), at, None));
        } else {
            let mut standing = all.iter_mut().filter(|(n, _, to)| n == name && to.is_none());
            standing.nth(magnitude as usize).expect("one of those that stand").2 = Some(at);
        }
    }
    all
}

fn planned(scenario: &Scenario) -> Vec<(String, u64, Option<u64>)> {
    let in_ms = |at: SimTime| at.0 / 1_000_000;
    scenario.planned().into_iter().map(|p| (p.name, in_ms(p.from), p.to.map(in_ms))).collect()
}

/// What the form and the timeline show of a scenario is what its run does.
#[test]
fn planned_faults_are_those_that_the_run_has() {
    for x in [
        "1000000000~0~fault~slow-server~3",
        "1000000000~0~fault~slow-server~3@500000000",
        "1000000000~0~fault~outage~2000000000",
        "1000000000~0~fault~outage~2000000000;3000000000~0~fault~outage~off",
        // Two that overlap, and the end of one that is said twice.
        "500000000~0~fault~outage~1000000000;1000000000~0~fault~outage~3000000000;1500000000~0~fault~outage~off",
        // A knob that is turned, and then turned off at the instant of another turn.
        "500000000~0~fault~slow-server~3;1000000000~0~fault~slow-server~5;1000000000~1~fault~slow-server~off",
        // Members are killed for themselves, and one is let go.
        "500000000~0~fault~kill-worker~1;600000000~0~fault~kill-worker~2;700000000~0~fault~kill-worker~off~2",
        // An end that nothing has begun.
        "500000000~0~fault~outage~off;600000000~0~fault~outage~100000000",
    ] {
        let scenario = scenario(&format!("#/worker-pool?x={x}"));
        assert_eq!(planned(&scenario), stood(&scenario), "{x}");
    }
}

/// Every fault of every pattern begins and ends when it was planned to, stays where another is moved, and is gone without a trace when
/// it is taken away.
#[test]
fn every_fault_of_every_pattern_can_be_planned_moved_and_taken_away() {
    for pattern in patterns::ALL {
        // All of it is over by then.
        let mut plain = Scenario::new(pattern);
        plain.until = Some(Span::millis(200));
        for fault in (pattern.scene)(&plain.values(), plain.fidelity).faults {
            let (name, mut scenario) = (fault.name().into_owned(), plain.clone());
            let told = |p: &(String, u64, Option<u64>)| (p.1, p.2);
            let own =
                |all: Vec<(String, u64, Option<u64>)>| all.iter().filter(|p| p.0 == name).map(told).collect::<Vec<_>>();
            let what = format!("{} {name}", pattern.id);
            let scripted = own(stood(&plain));
            let magnitude = if fault.unit == FaultUnit::Lasts { 40_000_000 } else { fault.default };
            let magnitude = magnitude.clamp(fault.min, fault.max);
            let first = scenario.plan(&name, magnitude, ms(30), Some(Span::millis(40))).expect(&what);
            assert_eq!(own(planned(&scenario)), [(30, Some(70))], "{what}");
            scenario.reschedule(first, ms(50), Some(ms(60)));
            assert_eq!(own(planned(&scenario)), [(50, Some(60))], "{what}");
            let read = Scenario::read(&link::encode(&scenario)).expect("its own link");
            assert_eq!((own(planned(&read.scenario)), read.notices.len()), (vec![(50, Some(60))], 0), "{what}");
            let ran: Vec<_> = own(stood(&scenario)).into_iter().filter(|p| !scripted.contains(p)).collect();
            // A run that is over before has nobody to end it for.
            let over = follow(&link::encode(&scenario)).computed() < ms(60);
            assert_eq!(ran, [(50, Some(60).filter(|_| !over))], "{what}");
            let second = scenario.plan(&name, magnitude, ms(80), Some(Span::millis(10))).expect(&what);
            scenario.reschedule(second, ms(20), Some(ms(25)));
            assert_eq!(own(planned(&scenario)), [(20, Some(25)), (50, Some(60))], "{what}");
            (0..2).for_each(|_| scenario.unplan(0));
            assert_eq!(link::encode(&scenario), link::encode(&plain), "{what}");
        }
    }
}

/// A second press of the switch took the fault twice, and one before the start stayed without effect.
#[test]
fn a_fault_that_is_lifted_where_it_begins_was_never_there() {
    let mut scenario = scenario("#/worker-pool?preset=open");
    let plain = link::encode(&scenario);
    scenario.plan("slow-server", 3, SimTime::ZERO, None);
    assert!(scenario.planned()[0].stands(SimTime::ZERO, Ordinal::ByTime));
    scenario.end_fault("slow-server", None, SimTime::ZERO, Ordinal::ByTime);
    assert_eq!(link::encode(&scenario), plain);
}

/// What is done in the past leaves the future as it was planned, and an earlier end takes the place of a later one.
#[test]
fn a_fault_that_is_ended_earlier_than_planned_keeps_no_second_end_and_others_stay() {
    let mut scenario = scenario(
        "#/worker-pool?x=1000000000~0~fault~slow-server~3;4000000000~50~fault~slow-server~off;5000000000~90~fault~outage~1000000000",
    );
    scenario.end_fault("slow-server", None, ms(2_000), Ordinal::after(77));
    let x =
        "x=1000000000~0~fault~slow-server~3;2000000000~77~fault~slow-server~off;5000000000~90~fault~outage~1000000000";
    assert_eq!(link::encode(&scenario), format!("#/worker-pool?{x}"));
}

#[test]
fn a_fault_whose_magnitude_is_its_time_lasts_as_long_as_it_is_drawn() {
    let mut scenario = scenario("#/worker-pool?x=1000000000~0~fault~outage~2000000000");
    scenario.reschedule(0, ms(1_000), Some(ms(1_700)));
    assert_eq!(link::encode(&scenario), "#/worker-pool?x=1000000000~0~fault~outage~700000000");
    scenario.strengthen(0, 300_000_000);
    assert_eq!(planned(&scenario), [("outage".to_owned(), 1_000, Some(1_300))]);
    // Without an end it lasts until it is lifted.
    scenario.reschedule(0, ms(1_000), None);
    assert_eq!(planned(&scenario), [("outage".to_owned(), 1_000, None)]);
}

#[test]
fn another_magnitude_keeps_the_time() {
    let mut scenario = scenario("#/worker-pool?x=1000000000~12~fault~slow-server~3@500000000");
    scenario.strengthen(0, 1_000_000);
    assert_eq!(planned(&scenario), [("slow-server".to_owned(), 1_000, Some(1_500))]);
    assert_eq!(scenario.planned()[0].magnitude, scenario.fault("slow-server").expect("it has one").max);
}

/// A figure was credited to more workers that was the work of a fault gone without a word.
#[test]
fn a_changed_parameter_keeps_faults_at_their_times_and_says_what_it_cannot_keep() {
    let mut kept = scenario("#/worker-pool?preset=open&x=2000000000~812~fault~slow-server~3");
    kept.set("workers", "60").expect("a good value");
    assert_eq!(kept.keep_by_time(), Vec::<String>::new());
    assert!(link::encode(&kept).ends_with("workers=60&x=2000000000~0~fault~slow-server~3"), "{}", link::encode(&kept));
    assert_eq!(stood(&kept), [("slow-server".to_owned(), 2_000, None)]);

    // The shape that another pattern has no place for.
    let mut moved = scenario("#/worker-pool?x=1500000000~3~fault~kill-worker~1");
    moved.pattern = patterns::find("sequential").expect("it is there");
    let said = moved.keep_by_time();
    assert!(said.len() == 1 && said[0].contains("kill-worker at 1.500 s was left out"), "{said:?}");
    assert!(moved.interventions.is_empty());
}

#[test]
fn steps_are_undone_and_done_again_in_turn_and_fifty_are_remembered() {
    let mut edits = Edits::default();
    let workers = |n: u32| scenario(&format!("#/worker-pool?workers={n}"));
    (1..=60).for_each(|n| edits.did(format!("Workers {}", n + 1), &workers(n), &workers(n + 1)));
    assert_eq!((edits.undoes(), edits.redoes()), (Some("Workers 61"), None));
    let back: Vec<_> = std::iter::from_fn(|| edits.undo()).map(|s| s.values().count("workers")).collect();
    assert_eq!(back, (11..=60).rev().collect::<Vec<_>>());
    assert_eq!((edits.undoes(), edits.redoes()), (None, Some("Workers 12")));
    assert_eq!(edits.redo().expect("there is one").values().count("workers"), 12);
    // Another step ends what could be done again, and one that changes nothing is none.
    edits.did("nothing", &workers(12), &workers(12));
    assert_eq!((edits.undoes(), edits.redoes()), (Some("Workers 12"), Some("Workers 13")));
    edits.did("Workers 3", &workers(12), &workers(3));
    assert_eq!((edits.undoes(), edits.redoes()), (Some("Workers 3"), None));
}

/// A value, a fault, a scenario, a fidelity, a second run: whatever was changed of whatever pattern goes back step by step.
#[test]
fn every_kind_of_step_is_taken_back_in_every_pattern() {
    for pattern in patterns::ALL {
        let (mut edits, mut now) = (Edits::default(), Scenario::new(pattern));
        let mut links = vec![link::encode(&now)];
        let mut step = |name: &str, now: &mut Scenario, change: &dyn Fn(&mut Scenario)| {
            let before = now.clone();
            change(now);
            edits.did(name, &before, now);
            if link::encode(now) != link::encode(&before) {
                links.push(link::encode(now));
            }
        };
        step("seed", &mut now, &|s| s.seed = "another".to_owned());
        let fault = (pattern.scene)(&now.values(), now.fidelity).faults.first().map(|fault| fault.name().into_owned());
        if let Some(fault) = &fault {
            step("fault", &mut now, &|s| _ = s.plan(fault, i64::MAX, ms(10), Some(Span::millis(5))));
            step("moved", &mut now, &|s| s.reschedule(0, ms(20), Some(ms(40))));
        }
        step("fidelity", &mut now, &|s| s.fidelity = s.fidelity.other());
        step("beside", &mut now, &|s| s.differ_in_fidelity(s.fidelity.other()));
        for preset in pattern.presets() {
            step(preset.id, &mut now, &|s| s.preset = Some(preset));
        }
        assert!(links.len() > 4, "{}", pattern.id);
        let there: Vec<_> = links.iter().rev().skip(1).cloned().collect();
        let back: Vec<_> = std::iter::from_fn(|| edits.undo()).map(|s| link::encode(&s)).collect();
        assert_eq!(back, there, "{}", pattern.id);
        let again: Vec<_> = std::iter::from_fn(|| edits.redo()).map(|s| link::encode(&s)).collect();
        assert_eq!(again, links.split_off(1), "{}", pattern.id);
    }
}
