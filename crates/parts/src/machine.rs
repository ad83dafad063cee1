//! The machine that a process runs on, as a model: how much of it the process takes, and whether the process is there.
//!
//! A simulated program has no heap and no processors, and limits and alerts ask for both: *heap above 1 GiB*, *more than 10,000 tasks*, *CPU above 80 %*. Their
//! numbers come from here, and are plain sums. The heap is what the process takes by itself, and so many bytes for each task, each item in a queue and each
//! entry of a cache; nothing is measured, so nothing differs between a browser and a native program. As the collector of Go lets the heap
//! double before it collects, the process has twice as much from the system.
//!
//! What computes ([`Machine::computes`]) has a processor while it does, and there are only so many: the rest waits in line, first come, first served. A
//! piece that has one keeps it until it is done. So the processors are never busier than they can be, and more workers than processors make no
//! computation faster. The load is the average of a minute of how many compute or wait to, as Unix has it.
//!
//! Whoever is counted holds a guard, so who is counted is there; what a queue or a cache counts itself is asked for when somebody looks. A fault ends the
//! process ([`Machine::may_crash`]): whoever runs it sees that it is down, drops what it has, and begins anew when it is up again.

mod params;

use super::{Semaphore, Watch};
use millrace_engine::Env;
use millrace_spec::{FaultSpec, FaultUnit};
use millrace_trace::{SimTime, Span};
pub use params::MachineParams;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;

/// The fault that ends the process of a machine, for the time that is its magnitude. A server that is called has a crash of its own, which is of another process.
pub const PROCESS_CRASH: &str = "process-crash";

/// How large a machine is, and what takes how much of it. All memory is in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachineSettings {
    /// How many processors it has, at least one.
    pub cpus: u32,
    /// How much memory.
    pub memory: u64,
    /// How much of that the system and others take.
    pub others: u64,
    /// What the process takes of the heap with nothing to do.
    pub base: u64,
    /// What each of [`Holds`] takes, in its order.
    pub each: [u64; 3],
}

/// What takes memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A task: its stack, and what it has in hand.
    Task,
    /// What waits in a queue.
    Item,
    /// What a cache keeps.
    Entry,
}

/// A machine. Clones are the same one.
#[derive(Clone)]
pub struct Machine(Rc<Shared>);

struct Shared {
    env: Env,
    settings: MachineSettings,
    held: Rc<[Cell<u64>; 3]>,
    read: RefCell<Vec<(Holds, Count)>>,
    cores: Semaphore,
    work: Rc<Work>,
    up: Watch<bool>,
}

/// Says how many there are of something.
type Count = Box<dyn Fn() -> u64>;

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Machine({} tasks, {} bytes)", self.tasks(), self.heap())
    }
}

impl Machine {
    /// A machine whose process is there and has nothing to do.
    pub fn new(env: &Env, settings: MachineSettings) -> Machine {
        let cores = Semaphore::new(env, settings.cpus.max(1));
        let (held, work, up) = (Rc::default(), Rc::default(), Watch::new(env, true));
        Machine(Rc::new(Shared { env: env.clone(), settings, held, read: RefCell::default(), cores, work, up }))
    }

    /// So many of these are there as long as what this returns is held.
    #[must_use = "what is dropped is not there any more"]
    pub fn holds(&self, what: Holds, count: u64) -> Held {
        let held = Held { held: self.0.held.clone(), what, count: 0 };
        held.and(count)
    }

    /// A task is there, as long as what this returns is held.
    #[must_use = "what is dropped is not there any more"]
    pub fn holds_task(&self) -> Held {
        self.holds(Holds::Task, 1)
    }

    /// So many more are there whenever somebody looks, as `count` says then. It must not hold the machine: that would keep both for ever.
    pub fn reads(&self, what: Holds, count: impl Fn() -> u64 + 'static) {
        self.0.read.borrow_mut().push((what, Box::new(count)));
    }

    /// How many there are of something.
    pub fn count(&self, what: Holds) -> u64 {
        let held = self.0.held.get(what as usize).map_or(0, Cell::get);
        let read = self.0.read.borrow();
        let counts = read.iter().filter(|(of, _)| *of == what).map(|(_, count)| count());
        counts.fold(held, u64::saturating_add)
    }

    /// How many tasks the process has: goroutines, where it is one of Go.
    pub fn tasks(&self) -> u64 {
        self.count(Holds::Task)
    }

    /// How many bytes of the heap are in use. None are while the process is down.
    pub fn heap(&self) -> u64 {
        if !self.is_up() {
            return 0;
        }
        let MachineSettings { base, each, .. } = self.0.settings;
        let all = [Holds::Task, Holds::Item, Holds::Entry].into_iter().zip(each);
        let bytes = all.map(|(what, bytes)| self.count(what).saturating_mul(bytes));
        bytes.fold(base, u64::saturating_add)
    }

    /// How many bytes the process has from the system, used or not.
    pub fn resident(&self) -> u64 {
        self.heap().saturating_mul(2)
    }

    /// Which share of the machine's memory is taken, by whomever.
    pub fn memory_in_use(&self) -> f64 {
        let taken = self.resident().saturating_add(self.0.settings.others);
        (taken as f64 / self.0.settings.memory.max(1) as f64).min(1.0)
    }

    /// How many bytes of memory it has.
    pub fn memory(&self) -> u64 {
        self.0.settings.memory
    }

    /// How many processors it has.
    pub fn cpus(&self) -> u32 {
        self.0.settings.cpus.max(1)
    }

    /// Computes for so long, with a processor of its own: waits until one is free.
    #[track_caller]
    pub fn computes(&self, span: Span) -> impl Future<Output = ()> + use<> {
        let shared = self.0.clone();
        let env = shared.env.clone();
        env.at(Location::caller(), async move {
            if span.is_zero() {
                return;
            }
            let _wants = Wants::begin(&shared, |work| &work.wanting);
            let _core = shared.cores.acquire().await;
            let _busy = Wants::begin(&shared, |work| &work.busy);
            shared.env.sleep(span).await;
        })
    }

    /// For how long processors have been busy so far, all of them together.
    pub fn busy_time(&self) -> Span {
        self.0.work.settle(self.0.env.now());
        Span(self.0.work.time.get())
    }

    /// Where the processors stand now, to look from there later.
    pub fn mark(&self) -> CpuMark {
        CpuMark { at: self.0.env.now(), busy: self.busy_time() }
    }

    /// Which share of the processors' time was used since then; none where no time has passed.
    pub fn cpu_since(&self, mark: CpuMark) -> Option<f64> {
        let passed = self.0.env.now().since(mark.at);
        let busy = self.busy_time().0.saturating_sub(mark.busy.0);
        (!passed.is_zero()).then(|| busy as f64 / (passed.0 as f64 * f64::from(self.cpus())))
    }

    /// How many computed or waited for a processor, as an average in which what was a minute ago counts for a third.
    pub fn load(&self) -> f64 {
        self.0.work.settle(self.0.env.now());
        self.0.work.load.get()
    }

    /// The process ends with the fault [`PROCESS_CRASH`], and is up again when that is over.
    pub fn may_crash(self) -> Machine {
        let up = Rc::downgrade(&self.0);
        self.0.env.on_fault(PROCESS_CRASH, move |standing| {
            if let Some(shared) = up.upgrade().filter(|shared| shared.up.get() != standing.is_empty()) {
                shared.up.set(standing.is_empty());
            }
        });
        self
    }

    /// That fault, for scenes.
    pub fn crash() -> FaultSpec {
        let crash = FaultSpec::of_program(
            (PROCESS_CRASH, "App crash"),
            "The process is gone, with all that it had in hand. It comes back after this time and remembers nothing.",
            FaultUnit::Lasts,
            (2_000_000_000, 1_000_000, 600_000_000_000),
        );
        FaultSpec { state: "down", ..crash }
    }

    /// Whether the process is there.
    pub fn is_up(&self) -> bool {
        self.0.up.get()
    }

    /// Waits until the process is there, or is not.
    #[track_caller]
    pub fn until_up(&self, up: bool) -> impl Future<Output = ()> + use<> {
        let watched = self.0.up.until(move |is| is == up);
        self.0.env.at(Location::caller(), async move {
            watched.await;
        })
    }
}

/// Some of what takes memory, as long as it is held.
#[derive(Debug)]
pub struct Held {
    held: Rc<[Cell<u64>; 3]>,
    what: Holds,
    count: u64,
}

impl Held {
    /// And so many more.
    #[must_use = "what is dropped is not there any more"]
    pub fn and(mut self, more: u64) -> Held {
        if let Some(held) = self.held.get(self.what as usize) {
            let more = more.min(u64::MAX - held.get());
            held.set(held.get() + more);
            self.count += more;
        }
        self
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(held) = self.held.get(self.what as usize) {
            held.set(held.get().saturating_sub(self.count));
        }
    }
}

/// Where the processors stood at an instant.
#[derive(Clone, Copy, Debug)]
pub struct CpuMark {
    at: SimTime,
    busy: Span,
}

/// What the processors do, and have done.
#[derive(Default)]
struct Work {
    /// Who computes or wants to.
    wanting: Cell<u64>,
    busy: Cell<u64>,
    time: Cell<u64>,
    load: Cell<f64>,
    since: Cell<SimTime>,
}

impl Work {
    /// The time since somebody looked last counts as what it was.
    fn settle(&self, now: SimTime) {
        let passed = now.since(self.since.replace(now));
        if passed.is_zero() {
            return;
        }
        self.time.set(self.time.get().saturating_add(passed.0.saturating_mul(self.busy.get())));
        let kept = libm::exp(-passed.seconds() / 60.0);
        self.load.set(self.load.get() * kept + self.wanting.get() as f64 * (1.0 - kept));
    }
}

/// One who computes, or wants to, as long as it is held.
struct Wants {
    env: Env,
    work: Rc<Work>,
    count: fn(&Work) -> &Cell<u64>,
}

impl Wants {
    fn begin(shared: &Shared, count: fn(&Work) -> &Cell<u64>) -> Wants {
        let wants = Wants { env: shared.env.clone(), work: shared.work.clone(), count };
        wants.adds(1);
        wants
    }

    fn adds(&self, more: i64) {
        self.work.settle(self.env.now());
        let count = (self.count)(&self.work);
        count.set(count.get().saturating_add_signed(more));
    }
}

impl Drop for Wants {
    fn drop(&mut self) {
        self.adds(-1);
    }
}
