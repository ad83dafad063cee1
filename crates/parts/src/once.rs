//! Something that is done once, however many ask for it: the first who comes does it, and all others wait until it is done.
//!
//! What is done may panic, and what becomes of it then is a choice, because languages choose differently: it counts as done (Go's
//! `sync.Once`), it is poisoned and everybody who asks panics too (Rust's `std::sync::Once`), or everybody gets the very same panic
//! again (Go's `sync.OnceFunc`). It never runs a second time, and whoever waits is woken in all three. A panic is a value here, as this
//! program must not unwind: the body returns [`Panicked`], and so does the call of whoever would have panicked.
//!
//! A caller that is dropped in the middle of the body did not do it: whoever has waited longest does it in its place, and where nobody
//! waits, whoever comes next.
//!
//! Opened under a name it is a station, a *pool* of one: the job that runs the body holds it, the others are in line.

use super::stay::Stay;
use super::waiters::{Left, Ticket, Waiters};
use millrace_engine::{Env, Job, StationSpec, TaskRef};
use millrace_trace::{EventKind, JobId, StationId, StationKind, Wait};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What becomes of it after its body has panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterPanic {
    /// It counts as done: who waits, and who comes later, goes on as if all were well.
    Done,
    /// It is poisoned: who waits, and who comes later, panics because of that.
    Poisoned,
    /// Who waits, and who comes later, panics as the body did.
    Again,
}

/// A panic, as whoever asked meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panicked {
    /// The body's own.
    Body,
    /// The body panicked before, in somebody else's hands.
    Poisoned,
}

/// Something that is done once. Clones are the same one.
#[derive(Clone)]
pub struct Once(Rc<Shared>);

struct Shared {
    env: Env,
    /// Where it is seen, or nowhere.
    station: StationId,
    after: AfterPanic,
    stands: Cell<Stands>,
    runs: Cell<u32>,
    /// Each brings its task, and its job where that is in the pool.
    waiting: RefCell<Waiters<(TaskRef, Option<JobId>), Word>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    New,
    Running,
    Over(Result<(), Panicked>),
}

/// What a waiter is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    /// It is over, and this is what comes of it.
    Over(Result<(), Panicked>),
    /// Whoever did it has gone: it is your turn.
    YourTurn,
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Once({:?})", self.0.stands.get())
    }
}

impl Once {
    /// Something that was not done yet and that nobody sees: a detail of something else.
    pub fn new(env: &Env, after: AfterPanic) -> Once {
        Once::at(env, StationId::NONE, after)
    }

    /// The same as a pool of one, with a name.
    pub fn open(env: &Env, name: &str, after: AfterPanic) -> Once {
        let station = env.open(StationSpec { kind: StationKind::Pool, name, parent: StationId::NONE, capacity: 1 });
        Once::at(env, station, after)
    }

    fn at(env: &Env, station: StationId, after: AfterPanic) -> Once {
        let (stands, runs) = (Cell::new(Stands::New), Cell::new(0));
        Once(Rc::new(Shared { env: env.clone(), station, after, stands, runs, waiting: RefCell::default() }))
    }

    /// Whether it is over, well or not.
    pub fn is_over(&self) -> bool {
        matches!(self.0.stands.get(), Stands::Over(_))
    }

    /// How often the body was begun: once, and once more for each who was dropped in the middle of it.
    pub fn runs(&self) -> u32 {
        self.0.runs.get()
    }

    /// How many wait until it is over.
    pub fn waiting(&self) -> usize {
        self.0.waiting.borrow().iter().count()
    }

    /// Does it, or waits until it is done. Whoever finds it over goes on at once.
    ///
    /// # Errors
    /// [`Panicked`], where the body did and it is this caller's business too.
    #[track_caller]
    pub fn call<F: Future<Output = Result<(), Panicked>>>(
        &self,
        body: impl FnOnce() -> F,
    ) -> impl Future<Output = Result<(), Panicked>> {
        call(self.0.clone(), None, body, Location::caller())
    }

    /// The same for a job, which is at the station as long as its task waits or runs the body.
    ///
    /// # Errors
    /// [`Panicked`], as with [`Once::call`].
    #[track_caller]
    pub fn call_for<F: Future<Output = Result<(), Panicked>>>(
        &self,
        job: &Job,
        body: impl FnOnce() -> F,
    ) -> impl Future<Output = Result<(), Panicked>> {
        let job = self.0.station.some().map(|_| job);
        call(self.0.clone(), job, body, Location::caller())
    }
}

async fn call<F: Future<Output = Result<(), Panicked>>>(
    shared: Rc<Shared>,
    job: Option<&Job>,
    body: impl FnOnce() -> F,
    site: &'static Location<'static>,
) -> Result<(), Panicked> {
    let mut turn = match shared.stands.get() {
        Stands::Over(how) => return how,
        Stands::New => {
            shared.stands.set(Stands::Running);
            let stay = job.map(|job| Stay::begin(&shared.env, shared.station, job, true));
            Turn { shared: shared.clone(), stay, over: false }
        }
        Stands::Running => {
            let mut line = Line { shared: shared.clone(), job, waits: None, site };
            match (&mut line).await {
                (Word::Over(how), stay) => {
                    stay.into_iter().for_each(|stay| stay.end(&shared.env));
                    return how;
                }
                (Word::YourTurn, stay) => Turn { shared: shared.clone(), stay, over: false },
            }
        }
    };
    turn.stay.iter().for_each(|stay| stay.holds(&shared.env));
    shared.runs.set(shared.runs.get() + 1);
    let how = body().await;
    turn.over = true;
    drop(turn);
    shared.ends(how);
    how
}

/// The turn to run the body. Dropped before that is over, it goes to whoever has waited longest.
struct Turn<'a> {
    shared: Rc<Shared>,
    stay: Option<Stay<'a>>,
    over: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(stay) = self.stay.take() {
            stay.end(&self.shared.env);
        }
        if !self.over {
            self.shared.hand_over();
        }
    }
}

impl Shared {
    /// The body has come to its end: all who wait are told what comes of it.
    fn ends(&self, how: Result<(), Panicked>) {
        let later = match (how, self.after) {
            (Ok(()), _) | (Err(_), AfterPanic::Done) => Ok(()),
            (Err(_), AfterPanic::Poisoned) => Err(Panicked::Poisoned),
            (Err(panicked), AfterPanic::Again) => Err(panicked),
        };
        self.stands.set(Stands::Over(later));
        if self.station.some().is_some() {
            let word = match later {
                Ok(()) => "done",
                Err(Panicked::Poisoned) => "poisoned",
                Err(Panicked::Body) => "panics again",
            };
            self.env.state(self.station, word);
        }
        let mut waiting = self.waiting.borrow_mut();
        while let Some((task, _)) = waiting.give(Word::Over(later)) {
            self.env.wake(task);
        }
    }

    /// Whoever was to do it has gone: the next one does it.
    fn hand_over(&self) {
        match self.waiting.borrow_mut().give(Word::YourTurn) {
            None => self.stands.set(Stands::New),
            Some((task, job)) => {
                if let Some(job) = job {
                    self.env.emit(EventKind::Started { job });
                }
                self.env.wake(task);
            }
        }
    }
}

/// The wait of whoever finds somebody else at it.
struct Line<'a> {
    shared: Rc<Shared>,
    job: Option<&'a Job>,
    /// The place among those who wait, and the job's in the pool.
    waits: Option<(Ticket, Option<Stay<'a>>)>,
    site: &'static Location<'static>,
}

impl<'a> Future for &mut Line<'a> {
    type Output = (Word, Option<Stay<'a>>);

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        let shared = self.shared.clone();
        let mut waiting = shared.waiting.borrow_mut();
        if let Some((ticket, _)) = self.waits {
            let Some(word) = waiting.redeem(ticket) else { return Poll::Pending };
            return Poll::Ready((word, self.waits.take().and_then(|(_, stay)| stay)));
        }
        let stay = self.job.map(|job| Stay::begin(&shared.env, shared.station, job, false));
        let ticket = waiting.join((shared.env.current(), stay.as_ref().map(|stay| stay.job.id())));
        self.waits = Some((ticket, stay));
        shared.env.waits(Wait::Acquire, shared.station, self.site);
        Poll::Pending
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let Some((ticket, stay)) = self.waits.take() else { return };
        let left = self.shared.waiting.borrow_mut().leave(ticket);
        if let Some(stay) = stay {
            stay.end(&self.shared.env);
        }
        if left == Some(Left::Given(Word::YourTurn)) {
            self.shared.hand_over();
        }
    }
}
