//! A crew: workers that do the same, each a task at a station of its own.
//!
//! Each can be killed by a fault and comes back when its fault is lifted. What it had in hand is cancelled. When
//! the last worker is done, the crew says so, once, and whoever waits for it goes on.
//!
//! A crew may grow, [`Crew::hire`], and shrink, [`Crew::let_go`]. Who is let go ends its work by itself, when whatever it goes by tells it to; that is
//! the end of one worker and not of the crew. Its place is free from then on, and the next who is hired takes it.

use millrace_engine::{Env, StationSpec, Task, TaskRef};
use millrace_trace::{StationId, StationKind, UNLIMITED, Wait};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What the station of a worker says that was let go, and of one that has come in its place.
const LET_GO: &str = "let go";
const HIRED: &str = "hired";

/// The fault that kills a worker. Its magnitude is the worker's number, from 1.
pub const KILL_WORKER: &str = "kill-worker";

/// Who a worker is.
#[derive(Clone, Copy, Debug)]
pub struct Worker {
    /// Its number, from 1.
    pub number: u32,
    /// Its station.
    pub station: StationId,
}

/// The workers. Dropping it cancels them; [`Crew::join`] waits for them.
pub struct Crew {
    shared: Rc<Shared>,
}

/// Starts one worker's task: the work itself, and the word to the crew when it is done.
type Hire = Box<dyn Fn(&Rc<Shared>, Worker) -> Task<()>>;

struct Shared {
    env: Env,
    station: StationId,
    name: String,
    hire: Hire,
    places: RefCell<Vec<Place>>,
    running: Cell<u32>,
    /// Their process is gone: nobody comes back until it is there again.
    down: Cell<bool>,
    /// One of them is done: it found nothing more to do, and the others will find the same.
    finished: Cell<bool>,
    /// All of them are.
    over: Cell<bool>,
    when_done: RefCell<Option<Box<dyn FnOnce()>>>,
    waiter: Cell<Option<TaskRef>>,
}

struct Place {
    worker: Worker,
    task: Option<Task<()>>,
    stands: Stands,
}

/// How a place of a crew stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    /// Somebody works there, or would if it were not killed.
    Taken,
    /// Whoever works there is to end.
    Leaving,
    /// Nobody does.
    Free,
}

impl fmt::Debug for Crew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crew({}, {} running)", self.shared.name, self.shared.running.get())
    }
}

impl Crew {
    /// Starts `size` workers ("worker 1" …) under a station named `group`.
    #[track_caller]
    pub fn start<F>(env: &Env, group: &str, name: &str, size: u32, work: impl Fn(Worker) -> F + 'static) -> Crew
    where
        F: Future<Output = ()> + 'static,
    {
        let parent = env.open(StationSpec {
            kind: StationKind::Crew,
            name: group,
            parent: StationId::NONE,
            capacity: UNLIMITED,
        });
        let site = Location::caller();
        let shared = Rc::new(Shared {
            env: env.clone(),
            station: parent,
            name: name.to_owned(),
            hire: Box::new(move |shared, worker| {
                let (body, crew) = (work(worker), shared.clone());
                let name = format!("{} {}", shared.name, worker.number);
                shared.env.spawn_from(site, &name, worker.station, async move {
                    body.await;
                    crew.one_done(worker);
                })
            }),
            places: RefCell::default(),
            running: Cell::new(0),
            down: Cell::new(false),
            finished: Cell::new(false),
            over: Cell::new(false),
            when_done: RefCell::default(),
            waiter: Cell::new(None),
        });
        for number in 1..=size {
            Shared::open(&shared, number);
            Shared::hire(&shared, number);
        }
        if size == 0 {
            shared.finish();
        }
        let weak = Rc::downgrade(&shared);
        env.on_fault(KILL_WORKER, move |numbers| {
            if let Some(shared) = weak.upgrade() {
                Shared::on_fault(&shared, numbers);
            }
        });
        Crew { shared }
    }

    /// Calls `then` once, when the last worker is done: the moment to close what they sent to.
    pub fn when_done(self, then: impl FnOnce() + 'static) -> Crew {
        if self.shared.over.get() {
            then();
        } else {
            self.shared.when_done.replace(Some(Box::new(then)));
        }
        self
    }

    /// Waits until the last worker is done. Dropping this wait cancels them.
    #[track_caller]
    pub fn join(self) -> JoinCrew {
        JoinCrew { crew: self, site: Location::caller(), waiting: false }
    }

    /// Leaves the workers to themselves, as a program does that forgets them. The last one still says that it is done.
    pub fn leak(self) {
        let places = std::mem::take(&mut *self.shared.places.borrow_mut());
        places.into_iter().filter_map(|place| place.task).for_each(Task::detach);
    }

    /// One more worker, at the first place that is free or at a new one. Its number. One who is killed by a fault that stands begins when that is lifted.
    pub fn hire(&self) -> u32 {
        let shared = &self.shared;
        let free = shared.places.borrow().iter().find(|place| place.stands == Stands::Free).map(|place| place.worker);
        let number = match free {
            Some(worker) => {
                shared.env.state(worker.station, HIRED);
                worker.number
            }
            None => Shared::open(shared, self.size() as u32 + 1),
        };
        if let Some(place) = shared.places.borrow_mut().get_mut(number as usize - 1) {
            place.stands = Stands::Taken;
        }
        if !shared.env.faults(KILL_WORKER).contains(&i64::from(number)) {
            Shared::hire(shared, number);
        }
        number
    }

    /// The worker with a number is to end: as it does, its place is free. Whoever lets it go tells it.
    pub fn let_go(&self, number: u32) {
        let mut killed = None;
        if let Some(place) = self.shared.places.borrow_mut().get_mut((number as usize).wrapping_sub(1)) {
            let is_up = place.task.is_some();
            place.stands = if is_up { Stands::Leaving } else { Stands::Free };
            killed = (!is_up).then_some(place.worker);
        }
        if let Some(worker) = killed {
            self.shared.env.state(worker.station, LET_GO);
        }
    }

    /// The numbers of those who are neither free places nor about to be.
    pub fn numbers(&self) -> Vec<u32> {
        let places = self.shared.places.borrow();
        places.iter().filter(|place| place.stands == Stands::Taken).map(|place| place.worker.number).collect()
    }

    /// How many are there: neither killed, nor told to end.
    pub fn there(&self) -> u32 {
        let places = self.shared.places.borrow();
        places.iter().filter(|place| place.stands == Stands::Taken && place.task.is_some()).count() as u32
    }

    /// Their process is gone, and all of them with it, and with what they have in hand.
    pub fn crashes(&self) {
        let shared = &self.shared;
        shared.down.set(true);
        let all: Vec<_> = shared.places.borrow().iter().map(|place| i64::from(place.worker.number)).collect();
        Shared::on_fault(shared, &all);
    }

    /// Their process is there again, and as many as began with it; but for those who are killed by a fault that stands.
    pub fn comes_back(&self) {
        let shared = &self.shared;
        shared.down.set(false);
        shared.places.borrow_mut().iter_mut().for_each(|place| place.stands = Stands::Taken);
        Shared::on_fault(shared, &shared.env.faults(KILL_WORKER));
    }

    /// The station of all of them together.
    pub fn station(&self) -> StationId {
        self.shared.station
    }

    /// How many workers there are at most.
    pub fn size(&self) -> usize {
        self.shared.places.borrow().len()
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        // The workers hold what they share, so it would outlive the crew with them.
        let places = std::mem::take(&mut *self.shared.places.borrow_mut());
        drop(places);
    }
}

/// The future of [`Crew::join`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct JoinCrew {
    crew: Crew,
    site: &'static Location<'static>,
    waiting: bool,
}

impl JoinCrew {
    /// Whether the last worker is done.
    pub fn is_over(&self) -> bool {
        self.crew.shared.over.get()
    }
}

impl Future for JoinCrew {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.crew.shared.clone();
        if shared.over.get() {
            return Poll::Ready(());
        }
        shared.waiter.set(Some(shared.env.current()));
        if !std::mem::replace(&mut self.waiting, true) {
            shared.env.waits(Wait::Join, StationId::NONE, self.site);
        }
        Poll::Pending
    }
}

impl Shared {
    /// Opens a place at which nobody works yet. Its number.
    fn open(shared: &Rc<Shared>, number: u32) -> u32 {
        let (kind, name) = (StationKind::Worker, format!("{} {number}", shared.name));
        let spec = StationSpec { kind, name: &name, parent: shared.station, capacity: UNLIMITED };
        let worker = Worker { number, station: shared.env.open(spec) };
        shared.places.borrow_mut().push(Place { worker, task: None, stands: Stands::Taken });
        number
    }

    fn hire(shared: &Rc<Shared>, number: u32) {
        let worker = shared.places.borrow().get(number as usize - 1).map(|p| p.worker);
        let Some(worker) = worker else { return };
        shared.running.set(shared.running.get() + 1);
        let task = (shared.hire)(shared, worker);
        if let Some(place) = shared.places.borrow_mut().get_mut(number as usize - 1) {
            place.task = Some(task);
        }
    }

    fn one_done(&self, worker: Worker) {
        let mut was_let_go = None;
        if let Some(place) = self.places.borrow_mut().get_mut(worker.number as usize - 1)
            && place.stands == Stands::Leaving
        {
            place.stands = Stands::Free;
            was_let_go = place.task.take();
        }
        match was_let_go {
            Some(task) => {
                // It is at its very end: nothing is cancelled any more.
                task.detach();
                self.env.state(worker.station, LET_GO);
            }
            None => self.finished.set(true),
        }
        self.one_less();
    }

    /// Whether nobody is to come back: they have done all there was, or their process is gone.
    fn is_away(&self) -> bool {
        self.finished.get() || self.down.get()
    }

    fn one_less(&self) {
        self.running.set(self.running.get().saturating_sub(1));
        if self.running.get() == 0 && self.finished.get() {
            self.finish();
        }
    }

    fn finish(&self) {
        self.over.set(true);
        let when_done = self.when_done.borrow_mut().take();
        if let Some(when_done) = when_done {
            when_done();
        }
        if let Some(waiter) = self.waiter.take() {
            self.env.wake(waiter);
        }
    }

    /// Kills the workers with these numbers, and brings back those who were killed and are no more among them.
    fn on_fault(shared: &Rc<Shared>, numbers: &[i64]) {
        let is_wanted = |worker: &Worker| numbers.contains(&i64::from(worker.number));
        let (mut back, mut away) = (Vec::new(), Vec::new());
        for place in shared.places.borrow_mut().iter_mut() {
            match (&place.task, is_wanted(&place.worker)) {
                (None, false) if !shared.is_away() && place.stands == Stands::Taken => back.push(place.worker),
                // Who is done already cannot be killed any more.
                (Some(task), true) if !task.is_finished() => {
                    if place.stands == Stands::Leaving {
                        place.stands = Stands::Free;
                    }
                    away.extend(place.task.take().map(|t| (place.worker, t)));
                }
                _ => {}
            }
        }
        for worker in back {
            shared.env.state(worker.station, "back");
            Shared::hire(shared, worker.number);
        }
        for (worker, task) in away {
            shared.env.state(worker.station, "killed");
            task.kill();
            shared.one_less();
        }
    }
}
