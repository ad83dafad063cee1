//! The practices that the original's document lists for speed, each beside what it is better than: a lock held for as long as it
//! must be and no longer, atomics, signals without a content, lists that are as large as they become.
//!
//! A run here has one thread, so that nobody ever waits for a lock: what is measured is what the practice costs who follows it.
//! What it spares others is measured where it can be: for how long a lock is held.

use crate::drill::{Drill, Program, at_once};
use crate::stopwatch::Stopwatch;
use millrace::engine::{Carries, Env};
use millrace::parts::channel;
use millrace::patterns::elevator::System;
use millrace::trace::JobId;
use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};

/// All of them, what the document advises below what it advises against.
pub const ALL: &[Drill] = &[
    Drill { name: "practice: Counter, a lock", operations: 1_000_000, program: counter_lock },
    Drill { name: "practice: Counter, an atomic", operations: 1_000_000, program: counter_atomic },
    Drill { name: "practice: Counter, a cell", operations: 1_000_000, program: counter_cell },
    Drill { name: "practice: LockHeld, for the work", operations: 100_000, program: lock_wide },
    Drill { name: "practice: LockHeld, for the copy", operations: 100_000, program: lock_narrow },
    Drill { name: "practice: Signal, a boxed one", operations: 100_000, program: signal_boxed },
    Drill { name: "practice: Signal, of nothing", operations: 100_000, program: signal_empty },
    Drill { name: "practice: List, growing", operations: 100_000, program: list_growing },
    Drill { name: "practice: List, preallocated", operations: 100_000, program: list_preallocated },
    Drill { name: "practice: ReadOnly, a lock", operations: 20_000, program: reads_lock },
    Drill { name: "practice: ReadOnly, a read lock", operations: 20_000, program: reads_rw_lock },
    Drill { name: "practice: ReadOnly, a cell", operations: 20_000, program: reads_cell },
];

/// Floors that somebody wants to go to, of which a status makes a sum.
const FLOORS: u64 = 64;

fn counter_lock(_: Env, _: Rc<System>, operations: u32) -> Program {
    let count = Mutex::new(0_u64);
    counting(operations, move || {
        if let Ok(mut count) = count.lock() {
            *count += 1;
        }
    })
}

fn counter_atomic(_: Env, _: Rc<System>, operations: u32) -> Program {
    let count = AtomicU64::new(0);
    counting(operations, move || {
        black_box(count.fetch_add(1, Ordering::SeqCst));
    })
}

fn counter_cell(_: Env, _: Rc<System>, operations: u32) -> Program {
    let count = Cell::new(0_u64);
    counting(operations, move || count.set(black_box(count.get()) + 1))
}

/// One more, again and again.
fn counting(operations: u32, one_more: impl Fn() + 'static) -> Program {
    Box::pin(async move {
        let watch = Stopwatch::start();
        for _ in 0..operations {
            one_more();
        }
        watch.stop()
    })
}

/// The work of a status: it costs far more than the copy that it can be done on.
fn work(floors: &[u64]) -> u64 {
    (0..32).map(|turn| black_box(floors).iter().map(|floor| floor.rotate_left(turn)).fold(0, u64::wrapping_add)).sum()
}

fn lock_wide(_: Env, _: Rc<System>, operations: u32) -> Program {
    held(operations, |floors| {
        black_box(work(floors));
    })
}

fn lock_narrow(_: Env, _: Rc<System>, operations: u32) -> Program {
    held(operations, |floors| {
        let _copy = black_box(<[u64; FLOORS as usize]>::try_from(floors));
    })
}

/// For how long a lock is held for this.
fn held(operations: u32, locked: fn(&[u64])) -> Program {
    let floors: Mutex<Vec<u64>> = Mutex::new((0..FLOORS).collect());
    counting(operations, move || {
        if let Ok(floors) = floors.lock() {
            locked(&floors);
        }
    })
}

/// A signal with something in it that nobody looks at.
struct Boxed(Box<u64>);

impl Carries for Boxed {
    fn job(&self) -> Option<JobId> {
        None
    }
}

fn signal_boxed(env: Env, _: Rc<System>, operations: u32) -> Program {
    signals(env, operations, || Boxed(Box::new(black_box(1))), |signal| drop(black_box(signal.0)))
}

fn signal_empty(env: Env, _: Rc<System>, operations: u32) -> Program {
    signals(env, operations, || (), |()| ())
}

/// Signals through a channel of ten places, as a car has it. A channel writes what happens to it into the log; the log's own
/// chunks are a part of both.
fn signals<T: Carries + 'static>(env: Env, operations: u32, make: fn() -> T, take: fn(T)) -> Program {
    Box::pin(async move {
        let (sender, receiver) = channel::<T>(&env, "signals", 10);
        let watch = Stopwatch::start();
        for _ in 0..operations {
            let _sent = sender.try_send(make());
            receiver.try_recv().into_iter().for_each(take);
        }
        watch.stop()
    })
}

fn list_growing(_: Env, _: Rc<System>, operations: u32) -> Program {
    lists(operations, Vec::new)
}

fn list_preallocated(_: Env, _: Rc<System>, operations: u32) -> Program {
    lists(operations, || Vec::with_capacity(FLOORS as usize))
}

/// Lists of all floors, from these beginnings.
fn lists(operations: u32, begin: fn() -> Vec<u64>) -> Program {
    counting(operations, move || {
        let mut list = begin();
        for floor in 0..FLOORS {
            list.push(black_box(floor));
        }
        drop(black_box(list));
    })
}

fn reads_lock(env: Env, _: Rc<System>, operations: u32) -> Program {
    let floors = Mutex::new((0..FLOORS).collect::<Vec<_>>());
    reads(env, operations, move || floors.lock().map_or(0, |floors| sum(&floors)))
}

fn reads_rw_lock(env: Env, _: Rc<System>, operations: u32) -> Program {
    let floors = RwLock::new((0..FLOORS).collect::<Vec<_>>());
    reads(env, operations, move || floors.read().map_or(0, |floors| sum(&floors)))
}

fn reads_cell(env: Env, _: Rc<System>, operations: u32) -> Program {
    let floors = RefCell::new((0..FLOORS).collect::<Vec<_>>());
    reads(env, operations, move || sum(&floors.borrow()))
}

/// What who only looks looks at.
fn sum(floors: &[u64]) -> u64 {
    floors.iter().copied().fold(0, u64::wrapping_add)
}

/// Tasks that only look, all of them there at once.
fn reads(env: Env, operations: u32, look: impl Fn() -> u64 + 'static) -> Program {
    Box::pin(async move {
        let look = Rc::new(look);
        let watch = Stopwatch::start();
        at_once(&env, operations, |_| {
            let look = look.clone();
            async move {
                black_box(look());
            }
        })
        .await;
        watch.stop()
    })
}
