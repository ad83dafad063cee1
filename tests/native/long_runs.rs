//! Runs that go on for long: memory stops growing at its budget, and the run does not notice.

use millrace::analysis::{Budget, History};
use millrace::export::Report;
use millrace::session::{Keep, Scenario, Session};
use millrace::trace::{Ledger, SimTime, Span};
use millrace::view::Picture;

/// So long that all of it would be many times the budget.
const LINK: &str =
    "worker-pool?requests=40000&arrivals=poisson&rate=500&server=general&mean=20ms&errors=0.01&timeout=200ms";
const BUDGET: Budget = Budget { samples: 512 << 10, levels: 256 << 10 };
const KEEP: Keep = Keep { log: 2 << 20, frames: 512 << 10 };

fn scenario() -> Scenario {
    Scenario::read(LINK).expect("a good link").scenario
}

fn history(budget: Budget) -> History {
    let scenario = scenario();
    History::of(scenario.pattern, &scenario.values()).within(budget)
}

/// As a page plays it: some polls, and the playhead follows. With the most bytes that log, key frames and samples took in each
/// half of the run.
fn played(keep: Keep, budget: Budget) -> (Session<Picture, History>, [usize; 2]) {
    let mut session = Session::keeping(keep, scenario(), Picture::default(), history(budget));
    let mut most = [0; 2];
    loop {
        let over = session.compute(SimTime::MAX, 256);
        session.show(session.computed(), u64::MAX);
        let half = usize::from(session.history().ledger.tally.offered > 20_000);
        most[half] = most[half].max(session.bytes() + session.history().bytes());
        if over {
            return (session, most);
        }
    }
}

#[test]
fn memory_stops_growing_at_the_budget_and_neither_the_hash_nor_a_figure_knows_of_it() {
    let (flat, [first, second]) = played(KEEP, BUDGET);
    let all = Budget { samples: usize::MAX, levels: usize::MAX };
    let (whole, [_, everything]) = played(Keep::ALL, all);
    // The histograms of what is put together are of one size, however much that is.
    let budget = KEEP.log + KEEP.frames + BUDGET.samples + BUDGET.levels + (2 << 20);
    assert!(first < budget && second < budget, "{first} and {second} of {budget} bytes");
    assert!(second < first * 11 / 10, "{first}, then {second} bytes: it still grows");
    assert!(everything > 4 * second, "all of it takes {everything} bytes");
    assert_eq!((flat.far_hash(), flat.hash()), (whole.far_hash(), whole.far_hash()));

    let report =
        |session| serde_json::to_value(Report::brief(session, Vec::new(), 0)).expect("a report can be written");
    let (rounded, exact) = (report(&flat), report(&whole));
    assert_eq!((&rounded["percentiles"], &exact["percentiles"]), (&"histogram".into(), &"exact".into()));
    for member in ["requests", "status", "stations", "checks", "rates_per_s", "virtual_ns", "events", "tasks"] {
        assert_eq!(rounded[member], exact[member], "{member}");
    }
    for of in ["latency_ns", "response_ns"] {
        for figure in ["count", "min", "mean", "max"] {
            assert_eq!(rounded[of][figure], exact[of][figure], "{of}.{figure}");
        }
        for figure in ["p50", "p90", "p95", "p99", "p999"] {
            let [rounded, exact] = [&rounded, &exact].map(|r| r[of][figure].as_f64().expect("a time"));
            assert!((rounded / exact - 1.0).abs() <= 0.001, "{of}.{figure}: {rounded} for {exact}");
        }
    }
}

#[test]
fn a_report_is_the_same_without_what_only_charts_ask_for_and_takes_less_memory() {
    let of = |history: History| {
        let mut session = Session::keeping(Keep::NOTHING, scenario(), Ledger::new(), history);
        while !session.compute(SimTime::MAX, 4_096) {}
        let report = serde_json::to_value(Report::of(&session, Vec::new(), 0)).expect("a report can be written");
        (report, session.history().bytes())
    };
    let ((with, more), (without, less)) = (of(history(BUDGET)), of(history(BUDGET).without_charts()));
    assert_eq!(with, without);
    assert!(less < more, "{less} of {more} bytes");
}

#[test]
fn what_is_known_of_tasks_that_are_over_goes_with_the_log_and_the_figures_stay() {
    // Each request is a task of its own, of which a day has millions.
    let of = |keep: Keep| {
        let scenario = Scenario::read("backend?requests=8000&rate=400").expect("a good link").scenario;
        let history = History::for_report(scenario.pattern, &scenario.values());
        let mut session = Session::keeping(keep, scenario, Ledger::new(), history);
        while !session.compute(SimTime::MAX, 2_048) {}
        let tally = &session.history().ledger.tally;
        (tally.tasks_spawned, tally.task_bytes_peak, session.run().trace().sizes_held() as u64)
    };
    let ((tasks, peak, held), (_, peak_of_all, all)) = (of(Keep::NOTHING), of(Keep::ALL));
    assert_eq!((peak, all), (peak_of_all, tasks));
    assert!(tasks > 8_000 && held < 3_000, "of {tasks} tasks {held} are known");
}

#[test]
fn of_a_program_with_thousands_of_stations_the_log_gives_up_what_its_key_frames_take() {
    // Each key frame has a row of each of 2,600 workers: they took several times what they may, and the log all of its own.
    let link = "platform?sessions=2000&hasty=0&run-for=20s";
    let keep = Keep { log: 12 << 20, frames: 3 << 20 };
    let scenario = Scenario::read(link).expect("a good link").scenario;
    let history = History::of(scenario.pattern, &scenario.values());
    let mut session = Session::keeping(keep, scenario, Picture::default(), history);
    let mut most = 0;
    // From 40 frames of the page on there is more than is kept.
    for at in (1..=500).map(|frame| SimTime(frame * 16_000_000)) {
        while !session.compute(at, 256) {}
        session.show(at, u64::MAX);
        most = most.max(session.bytes());
    }
    assert!(!session.is_whole() && session.earliest() < session.playhead(), "one can go back, but not to the start");
    assert!(most < (keep.log + keep.frames) * 5 / 4, "{most} bytes are kept");
}

#[test]
fn one_goes_back_as_far_as_the_log_is_held_and_sees_what_was_there() {
    let (mut flat, _) = played(KEEP, BUDGET);
    let mut whole = Session::new(scenario(), Picture::default(), History::default());
    while !whole.compute(SimTime::MAX, u64::MAX) {}
    let (earliest, end) = (flat.earliest(), flat.computed());
    assert!(!flat.is_whole() && earliest > SimTime::ZERO && earliest < end);
    for at in [earliest, earliest + Span::millis(1), SimTime(earliest.0.midpoint(end.0)), end] {
        flat.show(at, u64::MAX);
        whole.show(at, u64::MAX);
        assert_eq!((flat.playhead(), flat.events(), flat.hash()), (at, whole.events(), whole.hash()));
        assert_eq!(flat.state().ledger.tally.in_system, whole.state().ledger.tally.in_system);
    }
    // Before that nothing is known any more: one gets to where it begins.
    flat.show(SimTime::ZERO, u64::MAX);
    assert_eq!(flat.playhead(), earliest);
    while flat.step_back() {}
    assert!(flat.playhead() <= earliest && flat.step());
}

#[test]
fn where_nobody_goes_back_no_log_is_kept_and_the_report_is_the_same() {
    let run = |keep| {
        let mut session = Session::keeping(keep, scenario(), Ledger::new(), history(Budget::default()));
        while !session.compute(SimTime::MAX, 4_096) {}
        session
    };
    let (nothing, all) = (run(Keep::NOTHING), run(Keep::ALL));
    assert!(nothing.bytes() < 1 << 20, "{} bytes are kept", nothing.bytes());
    let report = |session| serde_json::to_value(Report::of(session, Vec::new(), 0)).expect("a report can be written");
    assert_eq!(report(&nothing), report(&all));
}

#[test]
fn who_came_first_is_known_when_the_log_is_given_up() {
    let link = "semaphore?permits=40&callers=60000&rate=1000&max-wait=200ms";
    let scenario = Scenario::read(link).expect("a good link").scenario;
    let history = History::of(scenario.pattern, &scenario.values());
    let keep = Keep { log: 1 << 20, ..KEEP };
    let mut session = Session::keeping(keep, scenario, Ledger::new(), history);
    while !session.compute(SimTime::MAX, 256) {
        session.show(session.computed(), u64::MAX);
    }
    assert!(!session.is_whole(), "the log was too short to be cut");
    let report = Report::brief(&session, Vec::new(), 0);
    let order = report.checks.iter().find(|check| check.name.contains("in the order of coming"));
    assert!(order.expect("it is checked").holds);
}

#[test]
fn what_a_pattern_alone_reports_needs_no_log() {
    let links = [
        "semaphore?permits=40&callers=60000&rate=1000&max-wait=200ms",
        "elevator?preset=lunch",
        "wait-group?preset=lost-results",
    ];
    for link in links {
        let run = |keep| {
            let scenario = Scenario::read(link).expect("a good link").scenario;
            let history = History::for_report(scenario.pattern, &scenario.values());
            let mut session = Session::keeping(keep, scenario, Ledger::new(), history);
            let mut most = 0;
            while !session.compute(SimTime::MAX, 2_048) {
                most = most.max(session.bytes());
            }
            (Report::of(&session, Vec::new(), 0), most)
        };
        let ((flat, most), (whole, all)) = (run(Keep::NOTHING), run(Keep::ALL));
        assert!(most < 1 << 20 && most < all, "{link}: {most} of {all} bytes");
        assert!(!flat.detail.is_empty(), "{link} reports nothing of its own");
        let json = |report| serde_json::to_value(report).expect("a report can be written");
        assert_eq!(json(flat), json(whole), "{link}");
    }
}
