//! Threads that lose their processor now and then, in the middle of whatever they do.
//!
//! The tasks of the original run on the threads of the Go runtime, and those on two processors. The system divides a processor's
//! time among the threads that want it, and has other things to do besides: a thread is taken off when its share is over, waits
//! until the others have had theirs, and then as long as somebody else holds the processor. That is mostly a millisecond and
//! sometimes ten or more. In a run of thirty milliseconds one such absence at the wrong place is what loses thousands of results;
//! waits that differ little from each other, as they were here before, lost about two hundred each time, where of the original's
//! runs on two threads more than half lost nothing and the worst 2,248.
//!
//! When a thread is taken off, and for how long, is drawn from the seed. What comes of it is not: whatever the thread was doing then
//! is what is interrupted: of the 3.8 µs that a result takes on average, 0.3 are within an append. No thread may be taken off at a place that was
//! chosen for the sake of the effect.

use millrace_engine::{Draw, Env};
use millrace_parts::{Permit, Semaphore};
use millrace_trace::Span;
use std::cell::RefCell;

/// The processors of the machine on which the original was measured.
const PROCESSORS: u32 = 2;
/// What a scheduler like that of Linux divides among the threads of a processor, on average.
const PERIOD: Span = Span::millis(3);
/// The least it gives to one of them.
const LEAST: Span = Span::micros(750);
/// For how long something else holds a processor, at least and at most. In between, twice as long is half as likely: a tail
/// as heavy as that of the lifetimes of processes.
const ELSEWHERE: (Span, Span) = (Span::micros(750), Span::millis(20));

/// All threads.
pub(super) struct Threads {
    env: Env,
    free: Semaphore,
    idle: RefCell<Vec<Thread>>,
    /// What a thread gets of a processor at a time.
    share: Span,
    /// How long the others have it then.
    others: Span,
}

struct Thread {
    number: u32,
    /// How often it was taken off.
    spells: u32,
    /// How long it keeps its processor yet.
    left: Span,
}

impl Threads {
    pub fn new(env: &Env, threads: u32) -> Threads {
        let of_one = |span: Span| Span(span.0 * u64::from(PROCESSORS) / u64::from(threads.max(PROCESSORS)));
        let share = of_one(PERIOD).max(LEAST);
        let others = Span(share.0 * u64::from(threads.saturating_sub(PROCESSORS)) / u64::from(PROCESSORS));
        let pool =
            Threads { env: env.clone(), free: Semaphore::new(env, threads), idle: RefCell::default(), share, others };
        for number in 0..threads {
            // Each is somewhere in its share when the run begins.
            let mut draw = pool.draw(number, 0);
            let left = Span((pool.about(&mut draw, share).0 as f64 * draw.unit()) as u64);
            pool.idle.borrow_mut().push(Thread { number, spells: 0, left });
        }
        pool
    }

    /// Waits for a thread that is free.
    pub async fn take(&self) -> OnThread<'_> {
        let permit = self.free.acquire().await;
        let thread = self.idle.borrow_mut().pop();
        OnThread { threads: self, thread: RefCell::new(thread), _permit: permit }
    }

    fn draw(&self, thread: u32, spell: u32) -> Draw {
        self.env.draw("processor", u64::from(thread), spell)
    }

    /// From half a span to half as much again.
    fn about(&self, draw: &mut Draw, span: Span) -> Span {
        draw.span(Span(span.0 / 2), Span(span.0 + span.0 / 2))
    }
}

/// A thread, as long as a task has it.
pub(super) struct OnThread<'a> {
    threads: &'a Threads,
    thread: RefCell<Option<Thread>>,
    _permit: Permit<'static>,
}

impl OnThread<'_> {
    /// Works for so long, absences not counted.
    pub async fn work(&self, takes: Span) {
        let away = self.spend(takes);
        self.threads.env.sleep(takes.saturating_add(away)).await;
    }

    /// Does something that is over before anybody else can see that it was begun, unless the thread loses its processor within
    /// it: so much of its time is what that may hit.
    pub async fn step(&self, takes: Span) {
        let away = self.spend(takes);
        self.threads.env.sleep(away).await;
    }

    /// Uses up so much of the processor's time: how long the thread is away from it meanwhile.
    fn spend(&self, takes: Span) -> Span {
        let (mut takes, mut away) = (takes, Span::ZERO);
        let mut thread = self.thread.borrow_mut();
        let Some(thread) = &mut *thread else { return away };
        while thread.left < takes {
            takes = takes.saturating_sub(thread.left);
            thread.spells += 1;
            let (mut draw, threads) = (self.threads.draw(thread.number, thread.spells), self.threads);
            thread.left = threads.about(&mut draw, threads.share);
            let others = threads.about(&mut draw, threads.others);
            away = away.saturating_add(others).saturating_add(elsewhere(&mut draw));
        }
        thread.left = thread.left.saturating_sub(takes);
        away
    }
}

impl Drop for OnThread<'_> {
    fn drop(&mut self) {
        self.threads.idle.borrow_mut().extend(self.thread.take());
    }
}

/// How long something else holds the processor: Pareto with shape 1, by inversion.
fn elsewhere(draw: &mut Draw) -> Span {
    let (least, most) = ELSEWHERE;
    Span((least.0 as f64 / (1.0 - draw.unit())) as u64).min(most)
}
