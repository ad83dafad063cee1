//! The whole of a run, as a person waits for it: the pattern *worker pool* from its link to its report, at four lengths.
//!
//! Beside the loop by hand of the same run there are the engine alone, whose trace is given up as it is written, and the
//! whole as the native program does it, which keeps no log: program, trace, ledger, samples, checks, report. What a request costs must not
//! grow with the length of the run.

use crate::by_hand;
use crate::clock;
use crate::host::say;
use crate::measure::Samples;
use crate::numbers::thousands;
use crate::table::{best, median};
use crate::work::{End, WORKERS};
use millrace::analysis::History;
use millrace::export::Report;
use millrace::patterns;
use millrace::session::{Keep, Scenario, Session};
use millrace::spec::{Field, Kind, Pattern};
use millrace::trace::{Ledger, SimTime};
use std::sync::LazyLock;

/// Its title, for whoever measures it alone.
pub const TITLE: &str = "The whole of a run of the worker pool";

/// How many requests.
const LENGTHS: [u32; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// How many requests one measurement has at least: enough for the clock.
const AT_LEAST: u32 = 100_000;
/// How many rounds count.
const ROUNDS: usize = 5;
/// Polls a slice, as the native program has it.
const SLICE: u64 = 1 << 11;

/// What the rounds of one length gave, in seconds.
#[derive(Default)]
struct Timing {
    by_hand: Samples,
    engine: Samples,
    whole: Samples,
    events: u64,
}

/// Measures all lengths and prints them.
pub fn print() {
    say("");
    say(&format!("{TITLE}: {WORKERS} workers, a general server, exponential service; ns a request"));
    say(&format!(
        "  {:>9} {:>8} {:>8} {:>9} {:>8} {:>9} {:>14}",
        "requests", "by hand", "engine", "× by hand", "whole", "× by hand", "events/request"
    ));
    for requests in LENGTHS {
        let timing = measure(requests);
        let each = |samples: &Samples| best(samples) * 1e9 / f64::from(requests);
        say(&format!(
            "  {:>9} {:>8.1} {:>8.1} {:>9.2} {:>8.1} {:>9.2} {:>14.2}",
            thousands(requests),
            each(&timing.by_hand),
            each(&timing.engine),
            ratio(&timing.engine, &timing.by_hand),
            each(&timing.whole),
            ratio(&timing.whole, &timing.by_hand),
            timing.events as f64 / f64::from(requests),
        ));
    }
    say(
        "  (× by hand: the median of the rounds' own ratios, so that a machine that is busy with something else says the same)",
    );
}

/// The median of the ratios of rounds in which both were measured one after the other.
fn ratio(samples: &Samples, to: &Samples) -> f64 {
    median(&samples.iter().zip(to).map(|(a, b)| a / b).collect())
}

fn measure(requests: u32) -> Timing {
    let mut timing = Timing::default();
    round(requests, &mut timing);
    timing = Timing { events: timing.events, ..Timing::default() };
    for _ in 0..ROUNDS {
        round(requests, &mut timing);
    }
    timing
}

fn round(requests: u32, timing: &mut Timing) {
    let wanted = by_hand::pool(requests, true);
    let repeats = AT_LEAST.div_ceil(requests);
    timing.by_hand.push(time(repeats, || assert_eq!(by_hand::pool(requests, true), wanted)));
    timing.engine.push(time(repeats, || {
        let mut run = scenario(requests).run(None);
        while !run.advance(SimTime::MAX, SLICE).is_final() {
            let len = run.trace().len();
            run.forget_before(len);
        }
        assert_eq!(run.now(), wanted.at, "not the same work");
    }));
    timing.whole.push(time(repeats, || {
        let scenario = scenario(requests);
        let history = History::of(scenario.pattern, &scenario.values()).without_charts();
        let mut session = Session::keeping(Keep::NOTHING, scenario, Ledger::new(), history);
        while !session.compute(SimTime::MAX, SLICE) {}
        let report = Report::of(&session, Vec::new(), 0);
        let text = serde_json::to_string(&report).expect("a report can be written");
        assert!(text.contains("\"drained\""), "{text}");
        let end = End { at: SimTime(report.virtual_ns), completed: report.requests.completed };
        assert_eq!(end, wanted, "not the same work");
        timing.events = report.events;
    }));
}

fn time(repeats: u32, mut body: impl FnMut()) -> f64 {
    let start = clock::seconds();
    for _ in 0..repeats {
        body();
    }
    (clock::seconds() - start) / f64::from(repeats)
}

fn scenario(requests: u32) -> Scenario {
    let mut scenario = Scenario::new(pattern());
    for (key, value) in [("server", "general"), ("requests", &requests.to_string())] {
        scenario.set(key, value).unwrap_or_else(|problem| panic!("{key}: {}", problem.message()));
    }
    scenario
}

/// The worker pool, whose form here takes as many requests as the bench wants to make.
fn pattern() -> &'static Pattern {
    static PATTERN: LazyLock<Pattern> = LazyLock::new(|| {
        let pool = patterns::find("worker-pool").expect("the worker pool is in the catalogue");
        Pattern { fields, ..pool.clone() }
    });
    fn fields() -> Vec<Field> {
        let pool = patterns::find("worker-pool").expect("the worker pool is in the catalogue");
        let mut fields = (pool.fields)();
        for field in fields.iter_mut().filter(|field| field.key == "requests") {
            field.kind = Kind::Count { min: 1, max: u64::from(u32::MAX) };
        }
        fields
    }
    &PATTERN
}
