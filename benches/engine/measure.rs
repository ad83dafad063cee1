//! The timing: rounds in which each way of doing a work is measured once.

use crate::clock;
use crate::work::{End, Work};
use millrace::engine::Run;
use millrace::trace::{Cursor, Ledger, SimTime};

/// How many rounds count. One more comes before them and does not: in wasm the code is not compiled well until then.
pub const ROUNDS: usize = 9;

/// Polls a slice: about a millisecond's worth.
const SLICE: u64 = 4_096;

/// The seconds of each round.
pub type Samples = Vec<f64>;

/// What the rounds of one work gave.
#[derive(Default)]
pub struct Timing {
    /// The loop by hand.
    pub by_hand: Samples,
    /// The engine, its log given up as it is written.
    pub forgotten: Samples,
    /// The engine, its log kept.
    pub kept: Samples,
    /// The engine, its log folded into a ledger and then given up.
    pub folded: Samples,
    /// The fold of the kept log, alone.
    pub fold: Samples,
    /// How many events one run has.
    pub events: u64,
}

/// Measures one work.
pub fn measure(work: &Work) -> Timing {
    let mut timing = Timing::default();
    round(work, &mut timing);
    timing = Timing { events: timing.events, ..Timing::default() };
    for _ in 0..ROUNDS {
        round(work, &mut timing);
    }
    timing
}

fn round(work: &Work, timing: &mut Timing) {
    let wanted = (work.by_hand)();
    timing.by_hand.push(time(work, || assert_eq!((work.by_hand)(), wanted)));
    timing.forgotten.push(time(work, || {
        let end = engine(work, |run| {
            let len = run.trace().len();
            run.forget_before(len);
        });
        assert_eq!(end.0, wanted, "not the same work");
    }));
    timing.folded.push(time(work, || {
        let (mut ledger, mut cursor) = (Ledger::new(), Cursor::new());
        engine(work, |run| {
            fold(run, &mut cursor, &mut ledger);
            run.forget_before(cursor.index);
        });
    }));
    timing.kept.push(time(work, || timing.events = engine(work, |_| {}).1.trace().len()));
    let (_, run) = engine(work, |_| {});
    timing.fold.push(time(work, || fold(&run, &mut Cursor::new(), &mut Ledger::new())));
}

fn time(work: &Work, mut body: impl FnMut()) -> f64 {
    let start = clock::seconds();
    for _ in 0..work.repeats {
        body();
    }
    (clock::seconds() - start) / f64::from(work.repeats)
}

/// Runs to the end, in slices.
fn engine(work: &Work, mut after_slice: impl FnMut(&Run)) -> (End, Run) {
    let (mut run, completed) = work.run();
    while !run.advance(SimTime::MAX, SLICE).is_final() {
        after_slice(&run);
    }
    after_slice(&run);
    (End { at: run.now(), completed: completed.get() }, run)
}

fn fold(run: &Run, cursor: &mut Cursor, ledger: &mut Ledger) {
    cursor.catch_up(&run.trace(), ledger);
}
