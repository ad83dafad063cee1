//! The rule about what was shipped: a scenario that is there for a fault of the code shows it, and as documented it is not there.
//!
//! For the document of the platform, whose code was never compiled, its bugs are listed one by one: each has a scenario and a statement that is true of its
//! run as shipped, not as documented, and of no other scenario of its pattern as documented either, but where that is said.

use crate::program::follow_scenario;
use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::{CheckKind, Fidelity, Pattern, Preset};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex};

/// Scenarios of what other documents' code did, whose picture or figures tell it and no check does.
const WITHOUT: [&str; 7] = [
    "wait-group lost-results",
    "wait-group one-thread",
    "backpressure hard-cap",
    "pipeline leak",
    "circuit-breaker inert",
    // Its value says that nothing is installed, whoever reads it.
    "request-handler not-installed",
    "elevator stranded",
];

/// A bug: the section of the reference that derives it, in a few words, and the scenario and the statement that show it.
struct Bug(&'static str, &'static str, &'static str, &'static str);

/// The bugs of sections 4.2 to 4.8 of the reference.
const BUGS: &[Bug] = &[
    Bug("4.2", "a submit after Stop panics", "frame-processor late", "a frame after Stop was a panic"),
    Bug(
        "4.2",
        "with nobody who reads, Stop waits for ever",
        "frame-processor unread",
        "Stop waited without a limit for workers that could not deliver",
    ),
    Bug("4.2", "a cancellation abandons jobs and results", "frame-processor cancelled", "frames were abandoned"),
    Bug("4.2", "a call cannot be cancelled", "frame-processor cancelled", "a call went on for nobody"),
    Bug(
        "4.2",
        "a result has no timestamp",
        "frame-processor no-time",
        "a result was too old, and was used as if it were new",
    ),
    Bug("4.2", "a goroutine for each frame", "batch-fan-out thousand", "more than fifty frames had a task at once"),
    Bug("4.3", "the feeder ignores the context", "pipeline feeder", "the feeder waits, and no stage is left"),
    Bug("4.3", "a wrong dynamic type panics", "pipeline wrong-type", "an item of a wrong type is a panic"),
    Bug(
        "4.4",
        "a session that comes again goes silent",
        "hub registers-again",
        "the last connection of a session was there and in no map",
    ),
    Bug(
        "4.4",
        "after shutdown every ReadPump blocks",
        "hub shutdown",
        "a client waits to be taken out by a hub that has returned",
    ),
    Bug(
        "4.4",
        "an entry is removed under the read lock",
        "hub reader-removes",
        "an entry was removed while somebody else read the map",
    ),
    Bug(
        "4.4",
        "a broadcast goes through all clients",
        "hub among-all",
        "a message waited because the hub was slow to find its clients",
    ),
    Bug("4.4", "a goroutine for each message", "hub task-each", "several messages of one client were handled at once"),
    Bug("4.4", "any number of them", "batch-fan-out read-pump", "more than fifty frames had a task at once"),
    Bug(
        "4.5",
        "the update is never prepared",
        "connection-pool never-prepared",
        "a statement was used that was never prepared",
    ),
    Bug(
        "4.5",
        "the first statement leaks",
        "connection-pool first-leaks",
        "a statement was left behind that nobody will close",
    ),
    Bug("4.6", "load, then store", "rate-limiter race", "two buckets were made for one key, and one was lost"),
    Bug("4.6", "never evicted", "platform buckets", "a bucket was kept that nobody had asked for two minutes"),
    Bug(
        "4.6",
        "one bucket for all who have no name",
        "platform anonymous",
        "who has no name was refused for what others without one had asked",
    ),
    Bug("4.6", "a copy without a TTL", "cache stale-copies", "somebody was handed a copy past its time"),
    Bug("4.6", "any Redis error is a miss", "cache l2-down", "the origin was asked because L2 had failed"),
    Bug("4.6", "L1 writes may be dropped", "cache dropped-writes", "a write to L1 was dropped"),
    Bug(
        "4.6",
        "so that read-your-write can miss",
        "cache dropped-writes",
        "somebody did not find in L1 what had been written there",
    ),
    Bug(
        "4.6",
        "the original type from L1, a string from Redis",
        "cache texts",
        "somebody was handed a text where it had stored something else",
    ),
    Bug("4.6", "no single-flight", "cache stampede", "one key was loaded several times at once"),
    Bug("4.6", "nor for a hot key", "cache hot-key-removed", "one key was loaded several times at once"),
    Bug(
        "4.6",
        "a pipeline that cannot be cancelled",
        "redis-pool uncancellable",
        "a batch ran on although its caller had gone",
    ),
    Bug("4.6", "buffered items are lost at exit", "batch-processor exit", "items were lost with the process"),
    Bug("4.6", "the ticker is never stopped", "batch-processor exit", "the process ended, and the ticker beat on"),
    Bug("4.6", "any number of flushes at once", "batch-processor flood", "several inserts were under way at once"),
    Bug(
        "4.6",
        "the ticker is not restarted",
        "batch-processor small-batch",
        "a batch that was not full went out less than an interval after the one before",
    ),
    Bug("4.7", "a failed start leaves its row", "context row-left", "a row was left that belongs to no interview"),
    Bug(
        "4.7",
        "so it does on the platform",
        "platform failed-starts",
        "the row of an interview that never began was left",
    ),
    Bug(
        "4.7",
        "Shutdown does not close sockets",
        "graceful-shutdown as-written",
        "a socket was cut off without a close frame",
    ),
    Bug("4.7", "the frame processor is not stopped", "graceful-shutdown frames-behind", "frames were lost"),
    Bug("4.7", "nor are its results read", "graceful-shutdown results-behind", "results were lost"),
    Bug("4.7", "the batch processor is not stopped", "graceful-shutdown last-batch", "items of a batch were lost"),
    Bug(
        "4.7",
        "the hub is not stopped",
        "graceful-shutdown keeps-sending",
        "what came after the signal was taken in and lost",
    ),
    Bug("4.7", "the platform loses its frames", "platform shutdown-as-shipped", "frames were lost"),
    Bug("4.7", "and its last batch", "platform shutdown-as-shipped", "items of a batch were lost"),
    Bug(
        "4.8",
        "queue_depth is never set",
        "platform alerts",
        "more than a thousand frames waited, and the count of them said none",
    ),
    Bug(
        "4.8",
        "websocket_active_connections is never set",
        "platform alerts",
        "sockets were open, and the count of them said none",
    ),
];

/// Where such a statement is true as documented, for another reason.
const ALSO: &[(&str, &[&str])] = &[
    // Nobody reads, so what is cancelled in the end has nobody to go to.
    ("frame-processor unread", &["frames were abandoned"]),
    // The grace is over before all is: whatever the order is, what is left is cut off.
    (
        "graceful-shutdown short-grace",
        &[
            "a socket was cut off without a close frame",
            "frames were lost",
            "items of a batch were lost",
            "what came after the signal was taken in and lost",
        ],
    ),
    (
        "graceful-shutdown slow-insert",
        &["items of a batch were lost", "what came after the signal was taken in and lost"],
    ),
    ("platform shutdown-queue", &["frames were lost", "items of a batch were lost"]),
    // Wrong orders, which are a choice.
    (
        "graceful-shutdown stores-first",
        &["items of a batch were lost", "what came after the signal was taken in and lost"],
    ),
    ("graceful-shutdown processor-first", &["frames were lost", "what came after the signal was taken in and lost"]),
    ("graceful-shutdown batch-first", &["results were lost", "what came after the signal was taken in and lost"]),
];

/// Scenarios with so many sessions that a run takes seconds. What they show are other things.
const LARGE: [&str; 4] =
    ["platform ", "platform platform-as-designed", "platform platform-sized", "platform slow-service"];

type Seen = Arc<BTreeSet<String>>;

/// What was seen in the runs so far.
static SEEN: LazyLock<Mutex<BTreeMap<(String, bool), Seen>>> = LazyLock::new(Mutex::default);

/// What a scenario's run with a fidelity was seen to do, of what may be seen.
fn seen(pattern: &'static Pattern, preset: &Preset, fidelity: Fidelity) -> Seen {
    let key = (format!("{} {}", pattern.id, preset.id), fidelity == Fidelity::Shipped);
    if let Some(seen) = SEEN.lock().unwrap().get(&key) {
        return seen.clone();
    }
    let mut scenario = Scenario::of(pattern, preset.id);
    (scenario.fidelity, scenario.versus) = (fidelity, Vec::new());
    let session = follow_scenario(scenario);
    let states = session.history().checks.states().iter();
    let seen = states.filter(|state| state.check.kind == CheckKind::Sometimes && state.first_seen().is_some());
    let seen: Seen = Arc::new(seen.map(|state| state.check.name().into_owned()).collect());
    SEEN.lock().unwrap().insert(key, seen.clone());
    seen
}

/// Would have caught: a fault that is a value of its preset rather than what the code does, so that the document has it too; and one that no
/// check names.
#[test]
fn a_scenario_of_what_was_shipped_shows_something_that_does_not_happen_as_documented() {
    let mut without = Vec::new();
    for pattern in patterns::ALL {
        for preset in pattern.presets().iter().filter(|preset| preset.fidelity == Some(Fidelity::Shipped)) {
            let [shipped, documented] =
                [Fidelity::Shipped, Fidelity::Documented].map(|fidelity| seen(pattern, preset, fidelity));
            if shipped.is_subset(&documented) {
                without.push(format!("{} {}", pattern.id, preset.id));
            }
        }
    }
    assert_eq!(without, WITHOUT, "no check tells what was shipped from what was promised");
}

/// Would have caught: a bug that nothing shows, one that the document's run has as well, and a statement that is also true for a reason that has nothing to
/// do with the bug.
#[test]
fn each_bug_of_the_platforms_document_is_seen_as_shipped_and_in_no_run_as_documented() {
    for pattern in patterns::ALL {
        let bugs: Vec<_> = BUGS.iter().filter(|bug| bug.2.split(' ').next() == Some(pattern.id)).collect();
        for preset in pattern.scenarios().filter(|_| !bugs.is_empty()) {
            let id = format!("{} {}", pattern.id, preset.id);
            let shown: Vec<_> = bugs.iter().filter(|bug| bug.2 == id).collect();
            for Bug(section, bug, _, check) in &shown {
                let shipped = seen(pattern, preset, Fidelity::Shipped);
                assert!(shipped.contains(*check), "{section}, {bug}: {id} does not show as shipped that {check}");
            }
            if LARGE.contains(&id.as_str()) {
                continue;
            }
            let documented = seen(pattern, preset, Fidelity::Documented);
            let also: BTreeSet<_> = bugs.iter().map(|bug| bug.3).filter(|check| documented.contains(*check)).collect();
            let listed = ALSO.iter().find(|(also, _)| *also == id).map_or(&[][..], |(_, checks)| checks);
            assert_eq!(also, listed.iter().copied().collect(), "{id}, as documented");
            assert!(shown.iter().all(|bug| !also.contains(bug.3)), "{id} shows its own bug as documented");
        }
    }
    let scenarios = || patterns::ALL.iter().flat_map(|p| p.scenarios().map(move |s| format!("{} {}", p.id, s.id)));
    for id in BUGS.iter().map(|bug| bug.2).chain(ALSO.iter().map(|also| also.0)).chain(LARGE) {
        assert!(scenarios().any(|scenario| scenario == id), "{id} is no scenario");
    }
}
