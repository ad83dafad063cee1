//! The best-practice lists of the bank's document, item by item, and how each can be seen.

use millrace_spec::{Practice, Seen};

const fn checked(list: &'static str, item: &'static str, checks: &'static [&'static str]) -> Practice {
    Practice { list, item, seen: Seen::Checked(checks) }
}

const fn built(list: &'static str, item: &'static str, says: &'static str, at: &'static [&'static str]) -> Practice {
    Practice { list, item, seen: Seen::Built { says, at } }
}

/// The lists.
pub static PRACTICES: &[Practice] = &[
    checked(
        "Concurrency",
        "Channels over shared memory",
        &["a car takes one step at a time", "no car stands still with work to do"],
    ),
    checked("Concurrency", "A context for everything", &["no task outlives the bank"]),
    checked(
        "Concurrency",
        "Locks held for as short as possible, and for as long as needed",
        &["to look for a name and to take it is one step", "no two cars have one name"],
    ),
    checked("Concurrency", "Read-write locks", &["a car is chosen from the list as it is"]),
    checked("Concurrency", "Buffered channels", &["a car has at most ten signals waiting"]),
    built(
        "Performance",
        "Preallocation",
        "The trace grows by chunks that are allocated whole; make bench measures growing against preallocated.",
        &["crates/trace/src/log.rs", "benches/elevator/main.rs"],
    ),
    built(
        "Performance",
        "Signals of no size",
        "A signal is (), which takes no bytes whatever the buffer; make bench measures it against a boxed one.",
        &["crates/patterns/src/elevator/car.rs", "benches/elevator/main.rs"],
    ),
    checked("Performance", "Copy on read", &["a car is chosen from the list as it is"]),
    checked("Performance", "Circuit breakers", &["a breaker opened", "a breaker closed again"]),
    checked("Performance", "Timeouts everywhere", &["no step goes on when its time is up"]),
    built(
        "Testing",
        "A race detector",
        "There are no threads and no unsafe code in a run; what can race is the order of polling, and shuffled schedules try it.",
        &["tests/native/elevator/bank.rs", "crates/engine/src/run.rs"],
    ),
    built("Testing", "Benchmarks", "make bench has them under the original's names.", &["benches/elevator/main.rs"]),
    built(
        "Testing",
        "Load",
        "The concurrent test under two hundred schedules, and random banks with faults and deletions.",
        &["tests/native/elevator/bank.rs", "tests/native/elevator/fuzz.rs"],
    ),
    built("Testing", "Memory", "make bench counts bytes and allocations.", &["benches/heap/main.rs"]),
    checked("Testing", "Timeouts", &["every failed step is told to its breaker"]),
    checked(
        "Monitoring",
        "Health",
        &["at least half of the cars are healthy", "no car that is stopped counts as in order"],
    ),
    built(
        "Monitoring",
        "Metrics on several levels",
        "Of each car, of the fleet and of the interface, at /v1/metrics and /metrics.",
        &["crates/patterns/src/elevator/metrics.rs", "crates/patterns/src/elevator/health.rs"],
    ),
    built(
        "Monitoring",
        "A structured log",
        "The trace: every event is data, and the log, the stage and the charts are folds of it.",
        &["crates/trace/src/event.rs"],
    ),
    checked("Monitoring", "Errors are tracked", &["every failed step is told to its breaker"]),
    checked("Monitoring", "Performance is watched", &["no step goes on when its time is up"]),
    checked("Error handling", "Errors carry their context", &["every request was answered"]),
    checked("Error handling", "Breakers around what may fail", &["no breaker keeps a car from its work for good"]),
    checked("Error handling", "Graceful degradation", &["nobody was dropped on the way", "nobody was turned away"]),
    checked("Error handling", "Classes of errors", &["no request ended in an internal error"]),
    built(
        "Error handling",
        "Errors are logged and counted",
        "Each refusal is counted by its class and noted in the log of requests.",
        &["crates/patterns/src/elevator/refusal.rs", "crates/patterns/src/elevator/metrics.rs"],
    ),
];
