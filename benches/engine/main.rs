//! How fast the engine is, beside a hand-written event loop that does the same work in the same run.
//!
//! The engine records its trace, as a run on the page does. Three ways of keeping it are measured: given up as it is
//! written, which is what the engine itself costs; kept whole; and folded into the ledger, then given up. The loop by
//! hand has a heap and plain state machines, no futures and no log: it is the limit, and the marks are three times its
//! time for the engine and seven times for the whole of a run, with folds and report ([`whole`]). Each round measures every way once, so that a disturbance of the machine hits all of them; the best round
//! counts, and the median says how quiet the machine was.
//!
//! The same program runs natively (`cargo bench --bench engine`) and in wasm under Node; `scripts/bench.sh` does both. It
//! must not compare different work: the end of virtual time and the number of completed requests have to agree.
#![forbid(unsafe_code)]

mod by_hand;
#[path = "../shared/clock.rs"]
mod clock;
#[path = "../shared/host.rs"]
mod host;
mod layers;
mod measure;
#[path = "../shared/numbers.rs"]
mod numbers;
mod table;
mod whole;
mod work;

fn main() {
    host::say(&format!("The engine, {}: the best of {} rounds", host::NAME, measure::ROUNDS));
    // `cargo bench --bench engine -- pool` measures one work alone, for a profiler.
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    for work in work::ALL.iter().filter(|work| work.title.contains(&wanted)) {
        let timing = measure::measure(work);
        table::print(work, &timing);
    }
    if layers::TITLE.contains(&wanted) {
        layers::print();
    }
    if whole::TITLE.contains(&wanted) {
        whole::print();
    }
}
