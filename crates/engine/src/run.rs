//! A run in slices: the loop that keeps the order contract.

use super::call::Upstream;
use super::core::Core;
use super::env::Env;
use super::exchange::{Heard, Terms};
use super::host::Host;
use super::intervention::{Action, Intervention, Ordinal};
use super::outside::SpareWaker;
use super::rng::{Draw, Seed};
use super::task::{Task, TaskRef};
use super::tasks::LiveTask;
use millrace_trace::{SimTime, Site, StationId, StationKind, TaskId, TextId, Trace, Wait};
use std::cell::Ref;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// Polls at one instant past which a run counts as spinning, beside an allowance for each task.
const POLLS_PER_INSTANT: u64 = 1_000_000;

/// Events past which a run counts as spinning too, if no more than one in so many of them brought a job on: time passes, and nothing
/// comes of it. Such a run would fill any memory.
const SPINS: (u64, u64) = (3_000_000, 1_000);

/// What a run is made of, besides the program.
pub struct Setup {
    /// The seed of all randomness.
    pub seed: Seed,
    /// Which clock.
    pub clock: Clock,
    /// In which order ready tasks are polled.
    pub order: Order,
    /// What people did to the run, in order.
    pub interventions: Vec<Intervention>,
    /// A real endpoint, or none: then the program brings its own server.
    pub endpoint: Option<Rc<dyn Upstream>>,
}

impl Setup {
    /// Virtual time, first in first out, nobody interferes.
    pub fn new(seed: Seed) -> Setup {
        Setup { seed, clock: Clock::Virtual, order: Order::Fifo, interventions: Vec::new(), endpoint: None }
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("seed", &self.seed).field("clock", &self.clock).finish_non_exhaustive()
    }
}

/// Whose time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Jump to the next deadline.
    Virtual,
    /// Time is what the caller of [`Run::advance`] says it is, and wakes come from outside.
    Real,
}

/// The order in which ready tasks are polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// First in, first out.
    Fifo,
    /// By lot, to show that a design depends on luck: each number is another schedule, and the same one whenever it is used.
    Shuffled(u64),
}

/// How far a run got.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// All that happens up to the asked-for instant has happened.
    Reached,
    /// The allowed number of polls was made; there is more to do.
    BudgetSpent,
    /// The program is done.
    Drained,
    /// Nothing can ever happen again but looks of those whom nobody waits for, and the program is not done: who waits, and where.
    Deadlock(Vec<WaitingTask>),
    /// Tasks keep each other busy, and no time passes or nothing comes of it.
    Livelock(Vec<WaitingTask>),
    /// The simulated program panicked.
    Crashed(Vec<WaitingTask>),
}

impl Progress {
    /// Whether the run is over.
    pub fn is_final(&self) -> bool {
        !matches!(self, Progress::Reached | Progress::BudgetSpent)
    }
}

/// A task that waits, for reports.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingTask {
    /// Its number.
    pub task: TaskId,
    /// Its name.
    pub name: String,
    /// What it waits for: `responses.send`, `sleep`.
    pub waiting_on: String,
    /// What kind of wait.
    pub what: Option<Wait>,
    /// The line in the pattern.
    pub site: Site,
}

/// One execution of a program.
pub struct Run {
    core: Rc<Core>,
    clock: Clock,
    main_ref: TaskRef,
    pending: VecDeque<Intervention>,
    shuffle: Option<Draw>,
    /// The waker for the tasks that have none of their own.
    spare: SpareWaker,
    polls_at_instant: u64,
    /// How many events may come before it is asked again whether the run spins.
    may_come: u64,
    over: Option<Progress>,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Run(at {} ns, {:?})", self.now().0, self.over)
    }
}

impl Run {
    /// A run of `program` that has not started: nothing is polled before the first [`Run::advance`]. Its main task is at
    /// home at a station of this kind and name.
    pub fn new<F: Future<Output = ()> + 'static>(
        setup: Setup,
        home: (StationKind, &str),
        program: impl FnOnce(Env) -> F,
    ) -> Run {
        Run::boxed(setup, home, |env| Box::pin(program(env)))
    }

    /// The same, of a program that is boxed already: what counts as its size is what is in the box.
    pub fn boxed(
        setup: Setup,
        home: (StationKind, &str),
        program: impl FnOnce(Env) -> Pin<Box<dyn Future<Output = ()>>>,
    ) -> Run {
        let core = Core::new(setup.seed);
        core.endpoint.replace(setup.endpoint);
        let env = Env::new(core.clone());
        let home = env.open_plain(home.0, home.1);
        let program = program(env);
        let bytes = std::mem::size_of_val(&*program);
        let main = Task::spawn_sized(&core, "main", home, Site::NONE, bytes, program);
        let main_ref = main.task_ref();
        main.detach();
        let shuffle = match setup.order {
            Order::Fifo => None,
            Order::Shuffled(number) => Some(setup.seed.draw("order of polling", number, 0)),
        };
        let spare = SpareWaker::new(&core.outside);
        let mut pending = setup.interventions;
        millrace_trace::order::sort_by_key(&mut pending, |i| (i.at, i.ordinal));
        Run {
            core,
            clock: setup.clock,
            main_ref,
            pending: pending.into(),
            shuffle,
            spare,
            polls_at_instant: 0,
            may_come: SPINS.0,
            over: None,
        }
    }

    /// The virtual time of the last thing that happened.
    pub fn now(&self) -> SimTime {
        self.core.now()
    }

    /// The log so far.
    pub fn trace(&self) -> Ref<'_, Trace> {
        self.core.trace()
    }

    /// Gives up the part of the log before a position; see [`Trace::forget_before`].
    pub fn forget_before(&self, index: u64) {
        self.core.trace_mut().forget_before(index);
    }

    /// Gives up a text of the log; see [`Trace::forget_text`].
    pub fn forget_text(&self, text: TextId) {
        self.core.trace_mut().forget_text(text);
    }

    /// Gives up the size of a task's future; see [`Trace::forget_sizes_to`].
    pub fn forget_sizes_to(&self, task: TaskId) {
        self.core.trace_mut().forget_sizes_to(task);
    }

    /// How the run ended, once it has.
    pub fn outcome(&self) -> Option<&Progress> {
        self.over.as_ref()
    }

    /// The tasks that have not ended, in the order of spawning. After [`Progress::Drained`]: those the program leaked.
    pub fn waiting(&self) -> Vec<WaitingTask> {
        let waiting = self.core.waiting();
        let trace = self.core.trace();
        let stations = self.core.stations.borrow();
        let station_name = |id: StationId| stations.get(id.0 as usize).map(|&name| trace.name(name).to_owned());
        waiting
            .into_iter()
            .map(|LiveTask { id, name, wait }| WaitingTask {
                task: id,
                name: trace.name(name).to_owned(),
                waiting_on: match wait {
                    None => "its first turn".to_owned(),
                    Some(w) => match w.station.some().and_then(station_name) {
                        Some(station) => format!("{station}.{}", w.what.word()),
                        None => w.what.word().to_owned(),
                    },
                },
                what: wait.map(|w| w.what),
                site: wait.map_or(Site::NONE, |w| w.site.outer),
            })
            .collect()
    }

    /// When the next timer is due, for a driver in real time.
    pub fn next_deadline(&self) -> Option<SimTime> {
        self.core.timers.borrow_mut().next_deadline()
    }

    /// Ends the run here: every task is dropped, and with it whatever it waits for outside. The log stays.
    pub fn halt(&mut self) {
        if self.over.is_none() {
            self.core.close();
            self.over = Some(Progress::Reached);
        }
    }

    /// Does something to a run in real time, now: before anything else happens, at the instant up to which it was advanced.
    pub fn intervene(&mut self, action: Action) {
        self.pending.push_front(Intervention { at: SimTime::ZERO, ordinal: Ordinal::ByTime, action });
    }

    /// Asks the program for something, in real time, now: client; method, path and body; how it came. The number of the exchange.
    pub fn ask(&mut self, client: &str, request: (&str, &str, &str), terms: Terms) -> u32 {
        self.core.ask(client, request, terms)
    }

    /// Says something of an exchange that goes on, in real time, now: what its client said, took or answered.
    pub fn heard(&mut self, exchange: u32, heard: Heard) {
        self.core.heard(exchange, heard);
    }

    /// Tells the program of its host. For a run in real time that has not started.
    pub fn set_host(&mut self, host: Rc<dyn Host>) {
        self.core.host.replace(Some(host));
    }

    /// Runs on until all that happens up to and including `until` has happened, at most `max_polls` polls.
    ///
    /// Slicing changes nothing: the same events come whether one calls this once or a thousand times.
    pub fn advance(&mut self, until: SimTime, max_polls: u64) -> Progress {
        if let Some(over) = &self.over {
            return over.clone();
        }
        let mut polls = 0;
        loop {
            if self.core.outside.any() && (self.clock == Clock::Virtual || self.now() >= until) {
                self.core.drain_outside();
            }
            if self.core.fault_ends() <= self.now() || !self.pending.is_empty() {
                self.apply_due();
            }
            if self.may_be_over()
                && let Some(over) = self.ended()
            {
                return self.finish(over);
            }
            if polls >= max_polls {
                return Progress::BudgetSpent;
            }
            if self.core.poll_next(&mut self.shuffle, &mut self.spare) {
                polls += 1;
                self.polls_at_instant += 1;
                continue;
            }
            match self.jump(until) {
                Some(stop) if stop.is_final() => return self.finish(stop),
                Some(stop) => return stop,
                None => {}
            }
        }
    }

    /// Whether it is worth asking how the run has ended, which is asked before each poll.
    #[inline]
    fn may_be_over(&self) -> bool {
        self.core.over.get() || self.polls_at_instant > POLLS_PER_INSTANT || self.core.events() > self.may_come
    }

    #[cold]
    fn ended(&mut self) -> Option<Progress> {
        if self.core.crashed.get().is_some() {
            Some(Progress::Crashed(self.waiting_at_crash()))
        } else if self.core.over.get() {
            Some(Progress::Drained)
        } else if self.is_stuck_in_an_instant() || self.clock == Clock::Virtual && self.spins() {
            Some(Progress::Livelock(self.waiting()))
        } else {
            None
        }
    }

    /// Whether so much has happened at this instant that no time may ever pass any more.
    pub fn is_stuck_in_an_instant(&self) -> bool {
        self.polls_at_instant > POLLS_PER_INSTANT + 100 * self.core.tasks.borrow().ready() as u64
    }

    /// Whether there were more events than the jobs that were brought on account for. That limit only rises, so it is looked for anew
    /// only when it is passed.
    fn spins(&mut self) -> bool {
        self.may_come = SPINS.0.max(self.core.trace().moves().saturating_mul(SPINS.1));
        self.core.events() > self.may_come
    }

    /// The task that crashed, alone.
    fn waiting_at_crash(&self) -> Vec<WaitingTask> {
        let mut waiting = self.waiting();
        waiting.retain(|w| Some(w.task) == self.core.crashed.get());
        waiting
    }

    /// Sets the clock to the next instant at which something happens, and fires all timers due then. Some result if
    /// there is no such instant within reach.
    fn jump(&mut self, until: SimTime) -> Option<Progress> {
        let intervention = self.pending.front().map(|i| i.at.max(self.now()));
        let fault_ends = Some(self.core.fault_ends()).filter(|&at| at < SimTime::MAX);
        let others = intervention.into_iter().chain(fault_ends).min();
        if self.clock == Clock::Virtual && others.is_none() && self.core.timers.borrow().only_watch(self.main_ref) {
            return Some(Progress::Deadlock(self.waiting()));
        }
        // What comes before all timers leaves them alone; they fire up to it otherwise.
        let fired = self.core.fire(others.map_or(until, |at| at.min(until)));
        match fired.or(others) {
            Some(at) if at <= until => {
                if at > self.now() {
                    self.polls_at_instant = 0;
                    self.core.set_now(at);
                } else if fired.is_none() {
                    // An intervention whose events will not come any more: let it in now.
                    if let Some(front) = self.pending.front_mut() {
                        front.ordinal = Ordinal::ByTime;
                    }
                }
                None
            }
            _ if self.clock == Clock::Real && self.now() < until => {
                self.polls_at_instant = 0;
                self.core.set_now(until);
                None
            }
            _ => Some(Progress::Reached),
        }
    }

    #[cold]
    fn apply_due(&mut self) {
        self.core.end_due_faults();
        while let Some(next) = self.pending.front() {
            if next.at > self.now() || next.ordinal.events() > self.core.trace().len() {
                return;
            }
            match self.pending.pop_front().map(|i| i.action) {
                Some(Action::Fault { id, onset }) => _ = self.core.begin_fault(&id, onset),
                Some(Action::Lift { id, magnitude }) => self.core.lift_fault(&id, magnitude),
                Some(Action::Live { key, value }) => self.core.edit(&key, value),
                Some(Action::Ask { client, method, path, body }) => {
                    self.core.ask(&client, (&method, &path, &body), Terms::default());
                }
                Some(Action::Hang { exchange }) => self.core.hang(exchange),
                None => return,
            }
        }
    }

    fn finish(&mut self, over: Progress) -> Progress {
        self.over = Some(over.clone());
        over
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // Tasks hold the core and the core holds the tasks: cut the circle.
        self.core.close();
    }
}
