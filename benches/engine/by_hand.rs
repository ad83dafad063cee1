//! The works as somebody writes them who wants nothing but speed: a heap of deadlines and plain state machines.
//!
//! No futures, no log, no names. The draws are the engine's, by the same keys, so the virtual time at the end is the same
//! to the nanosecond; whoever waits is woken by a direct call.

use crate::work::{CROWD, End, MEAN, ROOM, SLEEPERS, SLEEPS, WORKERS, seed};
use millrace::engine::Seed;
use millrace::trace::{SimTime, Span};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::hint::black_box;

/// Deadlines in order, and the clock.
struct Clock {
    heap: BinaryHeap<Reverse<(SimTime, u64, u32)>>,
    armed: u64,
    now: SimTime,
}

impl Clock {
    fn new() -> Clock {
        Clock { heap: BinaryHeap::new(), armed: 0, now: SimTime::ZERO }
    }

    /// Calls on `who` after a span.
    fn arm(&mut self, span: Span, who: u32) {
        self.heap.push(Reverse((self.now + span, self.armed, who)));
        self.armed += 1;
    }

    /// Whose turn it is next.
    fn next(&mut self) -> Option<u32> {
        let Reverse((at, _, who)) = self.heap.pop()?;
        self.now = at;
        Some(who)
    }
}

fn draw(seed: Seed, stream: &str, key: u32) -> Span {
    Span::from_seconds(seed.draw(stream, u64::from(key), 0).exponential(MEAN))
}

/// What a worker of the pool is doing.
#[derive(Clone, Copy)]
enum Worker {
    /// It waits for a request.
    Idle,
    /// It serves this request.
    Serving(u32),
    /// It has served this request, and there is no room for the response.
    Blocked(u32),
}

struct Pool {
    clock: Clock,
    seed: Seed,
    /// How many requests there are to be.
    total: u32,
    /// Whether the server draws for each request if its answer is an error, and which were, by worker.
    server: bool,
    errors: Vec<bool>,
    /// The next request of the producer.
    next: u32,
    requests: VecDeque<u32>,
    responses: VecDeque<(u32, bool)>,
    workers: Vec<Worker>,
    completed: u64,
}

impl Pool {
    fn produce(&mut self) {
        while self.next < self.total && self.requests.len() < ROOM as usize {
            self.requests.push_back(self.next);
            self.next += 1;
        }
    }

    fn receive(&mut self, worker: usize) {
        self.workers[worker] = match self.requests.pop_front() {
            None => Worker::Idle,
            Some(request) => {
                let mut draw = self.seed.draw("server", u64::from(request), 0);
                self.clock.arm(Span::from_seconds(draw.exponential(MEAN)), worker as u32);
                if self.server {
                    self.errors[worker] = draw.chance(0.0);
                }
                Worker::Serving(request)
            }
        };
        self.produce();
    }

    fn respond(&mut self, worker: usize) {
        let (Worker::Serving(request) | Worker::Blocked(request)) = self.workers[worker] else { return };
        if self.responses.len() < ROOM as usize {
            self.responses.push_back((request, self.errors[worker]));
            self.collect();
            self.receive(worker);
        } else {
            self.workers[worker] = Worker::Blocked(request);
        }
    }

    fn collect(&mut self) {
        while let Some((request, error)) = self.responses.pop_front() {
            black_box(request);
            self.completed += u64::from(!error);
        }
    }
}

/// A producer, workers, two bounded channels; with or without a server that draws whether its answer is an error.
pub fn pool(requests: u32, server: bool) -> End {
    let mut pool = Pool {
        clock: Clock::new(),
        seed: seed(),
        total: requests,
        server,
        errors: vec![false; WORKERS as usize],
        next: 0,
        requests: VecDeque::with_capacity(ROOM as usize),
        responses: VecDeque::with_capacity(ROOM as usize),
        workers: vec![Worker::Idle; WORKERS as usize],
        completed: 0,
    };
    pool.produce();
    for worker in 0..WORKERS as usize {
        pool.receive(worker);
    }
    while let Some(worker) = pool.clock.next() {
        pool.respond(worker as usize);
    }
    End { at: pool.clock.now, completed: pool.completed }
}

/// Many at once, each for one time.
pub fn crowd_of_sleepers() -> End {
    let (mut clock, mut completed) = (Clock::new(), 0);
    for n in 0..CROWD {
        clock.arm(draw(seed(), "sleep", n), n);
    }
    while clock.next().is_some() {
        completed += 1;
    }
    End { at: clock.now, completed }
}

/// Many at once, each is answered once; the server draws whether the answer is an error.
pub fn crowd_of_callers() -> End {
    let (mut clock, mut completed) = (Clock::new(), 0);
    let mut errors = vec![false; CROWD as usize];
    for n in 0..CROWD {
        let mut draw = seed().draw("server", u64::from(n), 0);
        clock.arm(Span::from_seconds(draw.exponential(MEAN)), n);
        errors[n as usize] = draw.chance(0.0);
    }
    while let Some(n) = clock.next() {
        completed += u64::from(!errors[n as usize]);
    }
    End { at: clock.now, completed }
}

/// Some, again and again.
pub fn sleepers() -> End {
    let (mut clock, mut completed) = (Clock::new(), 0);
    let mut turns = vec![0; SLEEPERS as usize];
    for n in 0..SLEEPERS {
        clock.arm(draw(seed(), "sleep", n * SLEEPS), n);
    }
    while let Some(n) = clock.next() {
        completed += 1;
        let turn = &mut turns[n as usize];
        *turn += 1;
        if *turn < SLEEPS {
            clock.arm(draw(seed(), "sleep", n * SLEEPS + *turn), n);
        }
    }
    End { at: clock.now, completed }
}
