//! Faults and live edits: those that stand at the start, that overlap, and that end by themselves.

use crate::program::follow;
use millrace::analysis::History;
use millrace::engine::{Action, Again, Intervention, Onset, Ordinal};
use millrace::export::Report;
use millrace::session::{Scenario, Session, link};
use millrace::trace::{EventKind, Ledger, SimTime, Span};

/// A fault that begins with a magnitude, or is switched off. One of a member stands beside others of its kind.
pub fn switch(id: &str, magnitude: Option<i64>) -> Action {
    match magnitude {
        Some(magnitude) => {
            let again = if ["kill-worker", "stop-car"].contains(&id) { Again::Adds } else { Again::Turns };
            Action::Fault { id: id.to_owned(), onset: Onset { again, ..Onset::of(magnitude) } }
        }
        None => Action::Lift { id: id.to_owned(), magnitude: None },
    }
}

type Plain = Session<Ledger, History>;

fn report(link: &str) -> Report {
    Report::of(&follow(link), Vec::new(), 0)
}

/// When a fault was switched, in milliseconds; on or off, and with which magnitude or which of those that stood.
fn switches(session: &Plain) -> Vec<(u64, bool, i64)> {
    let trace = session.run().trace();
    let of = |i| match trace.get(i)?.kind {
        EventKind::Faulted { on, magnitude, .. } => Some((trace.get(i)?.at.nanos() / 1_000_000, on, magnitude)),
        _ => None,
    };
    (0..trace.len()).filter_map(of).collect()
}

const CALM: &str = "#/circuit-breaker?outage-for=0s&requests=100";

/// A breaker that is held open before Run is pressed is open for the first call: the program registers what it does about a fault
/// after the fault began, and has to be told.
#[test]
fn a_fault_that_stands_at_the_start_is_felt_by_the_first_call() {
    let held = report(&format!("{CALM}&x=0~0~fault~force-open~2000000000;2000000000~0~fault~force-open~off"));
    assert_eq!((held.requests.completed, held.requests.rejected), (0, 100));
    // One nanosecond later the calls of the first instant are under way.
    let later = report(&format!("{CALM}&x=1~0~fault~force-open~2000000000;2000000000~0~fault~force-open~off"));
    assert_eq!((later.requests.completed, later.requests.rejected), (15, 85));
}

/// Every fault that a handler carries out: a car that never leaves, a worker who never starts, a breaker that counts nothing.
#[test]
fn handlers_of_every_kind_are_told_what_stands_already() {
    let stopped = report("#/elevator?cars=A:0..9&script=0->9@0s&until=60s&x=0~0~fault~stop-car~1");
    let path = stopped.detail["cars"][0]["path"].as_array().expect("a path");
    assert!(path.iter().all(|row| row[1] == 0), "the car never leaves the ground: {path:?}");

    let one = "#/worker-pool?workers=2&requests=100&server=general&service=constant&mean=10ms";
    let killed = report(&format!("{one}&x=0~0~fault~kill-worker~1"));
    assert_eq!(killed.virtual_ns, 1_000_000_000, "the other does all the work: 100 × 10 ms");

    let failing = "#/circuit-breaker?outage-for=0s&requests=100&server=general&errors=1";
    let bridged = report(&format!("{failing}&x=0~0~fault~disable-breaker~600000000000"));
    assert_eq!((bridged.requests.failed, bridged.requests.rejected), (100, 0));
    assert!(report(failing).requests.rejected > 0, "without the fault the breaker opens");
}

#[test]
fn a_live_value_that_was_set_before_run_is_there_before_the_first_poll() {
    let plain = "#/worker-pool?workers=1&requests=10&server=general&service=constant&mean=10ms";
    let slow = report(&format!("{plain}&x=0~0~live~mean~30000000"));
    assert_eq!(slow.virtual_ns, 300_000_000);
    assert_eq!(report(plain).virtual_ns, 100_000_000);
}

/// 600 requests of one worker, 10 ms each: who is answered with 503 was called while an outage stood.
const STEADY: &str = "#/worker-pool?workers=1&requests=600&server=general&service=constant&mean=10ms";

#[test]
fn of_two_outages_that_overlap_the_end_of_one_leaves_the_other() {
    let both = follow(&format!("{STEADY}&x=1000000000~0~fault~outage~1000000000;1500000000~0~fault~outage~1500000000"));
    assert_eq!(
        switches(&both),
        [(1_000, true, 1_000_000_000), (1_500, true, 1_500_000_000), (2_000, false, 0), (3_000, false, 0)]
    );
    let failed = Report::of(&both, Vec::new(), 0).requests.failed;
    assert_eq!(failed, 200, "from 1 s to 3 s, one each 10 ms");
}

/// What ends first is not always what began first: the trace says which of those that stand it was.
#[test]
fn an_outage_within_another_ends_alone() {
    let within =
        follow(&format!("{STEADY}&x=1000000000~0~fault~outage~3000000000;2000000000~0~fault~outage~500000000"));
    assert_eq!(
        switches(&within),
        [(1_000, true, 3_000_000_000), (2_000, true, 500_000_000), (2_500, false, 1), (4_000, false, 0)]
    );
    assert_eq!(Report::of(&within, Vec::new(), 0).requests.failed, 300);
}

#[test]
fn a_link_with_only_the_beginning_means_the_same_as_one_with_the_end() {
    for (with_end, without) in [
        (
            "x=1000000000~0~fault~outage~1000000000;2000000000~0~fault~outage~off",
            "x=1000000000~0~fault~outage~1000000000",
        ),
        // Both ends of two that overlap, as older links have them.
        (
            "x=1000000000~0~fault~outage~1000000000;1500000000~0~fault~outage~1500000000;\
             2000000000~0~fault~outage~off;3000000000~0~fault~outage~off",
            "x=1000000000~0~fault~outage~1000000000;1500000000~0~fault~outage~1500000000",
        ),
        // The first was switched off early; its announced end is not the end of the second.
        (
            "x=1000000000~0~fault~outage~1000000000;1200000000~0~fault~outage~off;\
             1500000000~0~fault~outage~1500000000;2000000000~0~fault~outage~off;3000000000~0~fault~outage~off",
            "x=1000000000~0~fault~outage~200000000;1500000000~0~fault~outage~1500000000",
        ),
    ] {
        let (a, b) = (report(&format!("{STEADY}&{with_end}")), report(&format!("{STEADY}&{without}")));
        assert_eq!(a.requests.failed, b.requests.failed, "{with_end}");
        assert_eq!(a.virtual_ns, b.virtual_ns, "{with_end}");
    }
}

#[test]
fn any_fault_may_have_a_duration_of_its_own() {
    let slow = follow(&format!("{STEADY}&x=1000000000~0~fault~slow-server~3@900000000"));
    assert_eq!(switches(&slow), [(1_000, true, 3), (1_900, false, 0)]);
    // 30 calls of 30 ms in those 900 ms in place of 90.
    assert_eq!(Report::of(&slow, Vec::new(), 0).virtual_ns, 6_600_000_000);
    let short = follow(&format!("{STEADY}&x=1000000000~0~fault~outage~2000000000@500000000"));
    assert_eq!(switches(&short), [(1_000, true, 2_000_000_000), (1_500, false, 0)]);
}

#[test]
fn a_knob_that_is_turned_is_the_same_knob_and_of_two_that_last_the_stronger_acts() {
    let turned = follow(&format!(
        "{STEADY}&x=1000000000~0~fault~slow-server~2;2000000000~0~fault~slow-server~5;3000000000~0~fault~slow-server~off"
    ));
    assert_eq!(switches(&turned), [(1_000, true, 2), (2_000, false, 0), (2_000, true, 5), (3_000, false, 0)]);
    let two = follow(&format!(
        "{STEADY}&x=1000000000~0~fault~slow-server~2@2000000000;1500000000~0~fault~slow-server~5@500000000"
    ));
    let times: Vec<_> = switches(&two).into_iter().map(|(at, on, _)| (at, on)).collect();
    assert_eq!(times, [(1_000, true), (1_500, true), (2_000, false), (3_000, false)]);
    // 50 calls of 20 ms... in 500 ms 25 of them, then 10 of 50 ms in 500 ms, then 50 of 20 ms in 1 s: 85 in place of 200.
    assert_eq!(Report::of(&two, Vec::new(), 0).virtual_ns, 6_000_000_000 + (200 - 85) * 10_000_000);
}

#[test]
fn a_knob_that_is_turned_leaves_what_lasts_for_a_time_of_its_own() {
    let x =
        "1000000000~0~fault~slow-server~5@2000000000;1500000000~0~fault~slow-server~2;2000000000~0~fault~slow-server~3";
    let beside = follow(&format!("{STEADY}&x={x};2500000000~0~fault~slow-server~off"));
    // What is switched off is the earliest that stands.
    assert_eq!(
        switches(&beside),
        [(1_000, true, 5), (1_500, true, 2), (2_000, false, 1), (2_000, true, 3), (2_500, false, 0)]
    );
}

#[test]
fn two_workers_are_killed_and_come_back_each_for_themselves() {
    let three = "#/worker-pool?workers=3&requests=600&server=general&service=constant&mean=10ms";
    // From 0.5 s to 1.5 s one works, to 2 s two do: 150 + 100 + 100 done by then, and 250 ÷ 3 more after it.
    let killed = report(&format!(
        "{three}&x=500000000~0~fault~kill-worker~1;500000000~0~fault~kill-worker~2;1500000000~0~fault~kill-worker~off;2000000000~0~fault~kill-worker~off~2"
    ));
    assert_eq!(killed.requests.cancelled, 2, "what the two had in hand");
    assert_eq!(killed.virtual_ns, 2_840_000_000);
}

#[test]
fn two_cars_are_stopped_and_let_go_each_for_themselves() {
    let two = "#/elevator?cars=A:0..9,B:10..19&policy=look&script=0->9@0s;10->19@0s&operation-timeout=600s";
    let stop = "x=2500000000~0~fault~stop-car~1;2500000000~0~fault~stop-car~2;20000000000~0~fault~stop-car~off";
    let rides = report(&format!("{two}&{stop};40000000000~0~fault~stop-car~off"));
    assert_eq!(rides.requests.completed, 2);
    let arrivals = |name: &str| {
        let cars = rides.detail["cars"].as_array().expect("cars").clone();
        let car = cars.into_iter().find(|car| car["name"] == name).expect("the car");
        car["path"].as_array().expect("a path").iter().map(|row| row[0].as_u64().expect("a time")).max()
    };
    let (a, b) = (arrivals("A").expect("A moved"), arrivals("B").expect("B moved"));
    assert!((20_000_000_000..40_000_000_000).contains(&a), "A goes on at 20 s: {a}");
    assert!(b > 40_000_000_000, "B goes on at 40 s: {b}");
}

#[test]
fn links_carry_durations_and_members_and_equal_scenarios_have_equal_links() {
    for x in [
        "1000~0~fault~outage~2000000000",
        "1000~0~fault~slow-server~3@500",
        "1000~0~fault~outage~2000000000@7000000",
        "1000~0~fault~kill-worker~2;2000~0~fault~kill-worker~off~2",
        "1000~0~fault~slow-server~3;2000~0~fault~slow-server~off",
    ] {
        let text = format!("#/worker-pool?x={x}");
        let read = link::decode(&text).expect("a link");
        assert_eq!(read.notices, Vec::<String>::new(), "{x}");
        assert_eq!(link::encode(&read.scenario), text);
    }
    // A duration that says what the magnitude says already is not written again.
    let read = link::decode("#/worker-pool?x=1000~0~fault~outage~2000000000@2000000000").expect("a link");
    assert_eq!(link::encode(&read.scenario), "#/worker-pool?x=1000~0~fault~outage~2000000000");
    for bad in [
        "1000~0~fault~outage~2000000000@",
        "1000~0~fault~outage~1@x",
        "1000~0~fault~outage~off~x",
        "1000~0~fault~outage~1~2",
    ] {
        let read = link::decode(&format!("#/worker-pool?x={bad}")).expect("a link");
        assert_eq!((read.scenario.interventions.len(), read.notices.len()), (0, 1), "{bad}");
    }
}

/// Races and *Run all* lost the faults that had been switched on while the run went on: they were about another experiment than the stage.
#[test]
fn what_was_done_while_the_run_went_on_is_taken_along_by_other_runs_at_its_time() {
    let mut scenario = Scenario::read("#/worker-pool").expect("a link").scenario;
    let put = |ordinal, action| Intervention { at: SimTime(5), ordinal: Ordinal::after(ordinal), action };
    let live = Action::Live { key: "mean".to_owned(), value: 1 };
    scenario.interventions = vec![put(0, live.clone()), put(7, switch("slow-server", Some(3))), put(9, live)];
    let elsewhere = scenario.elsewhere();
    assert!(elsewhere.interventions.iter().all(|i| i.at == SimTime(5) && i.ordinal == Ordinal::ByTime));
    let actions = |s: &Scenario| s.interventions.iter().map(|i| i.action.clone()).collect::<Vec<_>>();
    assert_eq!(actions(&elsewhere), actions(&scenario));
    let members = scenario.suite();
    assert!(members.len() > 3 && members.iter().all(|m| actions(m).contains(&switch("slow-server", Some(3)))));
}

#[test]
fn run_all_says_which_faults_some_of_its_patterns_have_no_place_for() {
    let said = |x: &str| Scenario::read(&format!("#/worker-pool?x={x}")).expect("a link").scenario.suite_leaves_out();
    assert_eq!(said("1000000000~0~fault~slow-server~3"), Vec::<String>::new());
    let killed = said("1000000000~0~fault~kill-worker~1;2000000000~0~fault~kill-worker~2");
    assert!(
        killed.len() == 1 && killed[0].starts_with("Kill worker is left out") && killed[0].contains("Sequential"),
        "{killed:?}"
    );
}

/// The end of a fault is something that is still to come: a run that waits for it is no deadlock.
#[test]
fn who_waits_for_the_end_of_a_fault_is_not_deadlocked() {
    let held =
        report("#/elevator?cars=A:0..9&script=0->9@0s&operation-timeout=600s&x=0~0~fault~stop-car~1@30000000000");
    assert_eq!(held.requests.completed, 1);
    assert!(held.virtual_ns > Span::secs(30).0);
}
