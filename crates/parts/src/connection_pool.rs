//! A pool of connections: what it is dear to open is opened once, used by one after the other, and closed when it has served its time.
//!
//! So many may be open at once, of which so many may be idle. Who comes gets an idle one, or opens one where there may be more, or waits: first
//! come, first served, and what comes back goes to whoever has waited longest. A connection is closed when it is given back and enough are
//! idle, when it has become too old, when nobody has used it for too long, or when whoever has it says that it is broken. Its age counts from
//! when it was open, its rest from when it was given back; both are looked at when it is taken and by a reaper, [`ConnectionPool::reap`],
//! which looks when the next one is due and not more often than once a second; its age when it is given back, too.
//!
//! So many may be kept warm: where fewer are idle than that, connections are opened for nobody yet, as far as there are places. It is looked at when
//! the pool is opened, when an idle one is taken, and when one is closed, as go-redis does; not when somebody opens one of its own, nor when one could not
//! be opened: so a server that is gone is asked once for each who comes. An opening may be given up after a time, and so may a wait:
//! [`ConnectionPool::take_within`]. Nothing that the pool does by itself outlives it: [`ConnectionPool::settled`].
//! A place is taken from the beginning of the opening to the end of the closing, as the other side sees it.
//!
//! What must never be: more places taken than there may be, one connection in two hands, somebody who waits while a place is free that nobody
//! opens for it. Whoever gives up leaves no place behind: what it was given goes to the next, and what it was opening is not opened. A
//! connection comes back by its handle alone, and who loses that for good has to say so, [`Connection::leak`].
//!
//! How many there may be can change while it runs ([`ConnectionPool::set_limits`]). Where it becomes fewer nobody loses what it has: idle ones are closed, and
//! then those that come back, as in `database/sql`. How many had to wait so far, and how long, is counted as there: [`ConnectionPool::waits`].
//!
//! Each place of the pool is a station, a member of the pool's. Who has a connection is there with its job, and a call that it makes comes
//! back there. What lives with a connection and ends with it (`T`: a session, statements that were prepared) is made by whoever opens it.

mod handle;
mod idle;
mod keeping;
mod limits;
mod reaper;

pub use handle::{Connection, InUse};
pub use idle::{IDLE, idle_acts_as, idle_fits};

use super::cond::Cond;
use super::shown::Shown;
use super::stay::Stay;
use super::timeout::at_most;
use super::waiters::{Left, Ticket, Waiters};
use handle::{HasJob, Opening};
use millrace_engine::{Env, Job, StationSpec, Task, TaskRef};
use millrace_spec::{Closing, ConnectionGauges, PoolGauges};
use millrace_trace::{JobId, SimTime, Span, StationId, StationKind, Wait};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

const G: PoolGauges = PoolGauges::ALL;
const C: ConnectionGauges = ConnectionGauges::ALL;

/// Which of the idle connections is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// The one that was given back last: the others get to rest, and those that are not needed their idle time.
    Lifo,
    /// The one that was given back first: all are used by turns, and none rests for long.
    Fifo,
}

/// How many connections there are, and for how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConnectionPoolSettings {
    /// How many may be open at once; at least one.
    pub open: u32,
    /// How many of them may be idle.
    pub idle: u32,
    /// How many are kept idle for who may come, as far as there are places.
    pub min_idle: u32,
    /// How long the opening of one may take before it is given up; no time at all for as long as it takes.
    pub dial: Span,
    /// How old a connection may become; no time at all for no limit.
    pub lifetime: Span,
    /// Which share of its lifetime is taken off at most, by lot: so that those that were opened together do not end together.
    pub jitter: f64,
    /// For how long nobody may use it; no time at all for no limit.
    pub idle_time: Span,
    /// How long it takes to close one. Until then its place is taken.
    pub close: Span,
    /// Which of the idle ones is taken.
    pub take: Take,
}

/// Why somebody gets no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoConnection {
    /// None could be opened.
    Unopened,
    /// None was open in time: its opening was given up.
    TooSlow,
    /// None came back in time.
    TooLate,
}

impl fmt::Display for NoConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoConnection::Unopened => "no connection could be opened",
            NoConnection::TooSlow => "no connection was open in time",
            NoConnection::TooLate => "no connection came back in time",
        })
    }
}

/// Opens a connection of a number at a place of the pool: what lives with it, or nothing where it cannot be opened. Dropped, it was not.
pub type Dial<T> = Box<dyn Fn(u32, StationId) -> Pin<Box<dyn Future<Output = Option<T>>>>>;

/// A pool of connections. Clones are the same one.
pub struct ConnectionPool<T>(Rc<Shared<T>>);

impl<T> Clone for ConnectionPool<T> {
    fn clone(&self) -> Self {
        ConnectionPool(self.0.clone())
    }
}

struct Shared<T> {
    env: Env,
    station: StationId,
    name: String,
    settings: ConnectionPoolSettings,
    /// How many may be open at once, and how many of them idle.
    limits: Cell<(u32, u32)>,
    dial: Dial<T>,
    state: RefCell<State<T>>,
    shown: RefCell<Shown>,
    /// When the reaper will look next, and how it is told of something that is due before.
    looks_at: Cell<SimTime>,
    /// Before that it does not look again.
    not_before: Cell<SimTime>,
    sooner: Cond,
    /// None is being closed any more.
    quiet: Cond,
}

struct State<T> {
    /// In the order in which they were given back.
    idle: VecDeque<Open<T>>,
    waiting: Waiters<Waiter, Result<Open<T>, NoConnection>>,
    /// Those that nobody will give back.
    leaked: Vec<Open<T>>,
    /// How many places there are so far, and those of them that are free, longest first.
    places: u32,
    free: VecDeque<StationId>,
    taken: u32,
    /// How many are being opened for who waits, and how many are being closed.
    on_the_way: usize,
    closing: usize,
    /// How many are being opened to be idle, and how many are to be idle.
    warming: usize,
    warm: u32,
    /// A place was left free since it was last looked whether enough are idle.
    left_free: bool,
    /// The tasks that open one for whoever waits, or to be idle.
    opens: Vec<Task<()>>,
    /// The tasks that close one.
    closes: Vec<Task<()>>,
    counts: Counts,
}

/// What was so far.
#[derive(Default)]
struct Counts {
    ids: u32,
    opened: i64,
    refused: i64,
    closed: [i64; 4],
    /// How many have begun to wait, and how long those waited that have ended to.
    waits: u64,
    waited: Span,
    /// How long those did that ended since somebody asked, of the latest so many.
    lately: VecDeque<Span>,
}

/// Somebody who waits.
struct Waiter {
    task: TaskRef,
    job: Option<JobId>,
    since: SimTime,
}

/// A connection that is open.
struct Open<T> {
    id: u32,
    place: StationId,
    session: Rc<T>,
    uses: i64,
    /// When it is too old, if ever.
    over: SimTime,
    returned: SimTime,
}

impl<T> fmt::Debug for ConnectionPool<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state.borrow();
        write!(f, "ConnectionPool({} taken, {} idle, {} waiting)", state.taken, state.idle.len(), self.waiting())
    }
}

impl<T: 'static> ConnectionPool<T> {
    /// A pool with a name, in which nothing is open yet.
    pub fn open(env: &Env, name: &str, settings: ConnectionPoolSettings, dial: Dial<T>) -> ConnectionPool<T> {
        // More than may be idle would be closed as soon as they are open, for ever.
        let min_idle = settings.min_idle.min(settings.idle);
        let settings = ConnectionPoolSettings { open: settings.open.max(1), min_idle, ..settings };
        let parent = StationId::NONE;
        let station = env.open(StationSpec { kind: StationKind::Pool, name, parent, capacity: settings.open });
        let state = State {
            idle: VecDeque::new(),
            waiting: Waiters::default(),
            leaked: Vec::new(),
            places: 0,
            free: VecDeque::new(),
            taken: 0,
            on_the_way: 0,
            closing: 0,
            warming: 0,
            warm: min_idle,
            left_free: false,
            opens: Vec::new(),
            closes: Vec::new(),
            counts: Counts::default(),
        };
        let pool = ConnectionPool(Rc::new(Shared {
            env: env.clone(),
            station,
            name: name.to_owned(),
            limits: Cell::new((settings.open, settings.idle)),
            settings,
            dial,
            state: RefCell::new(state),
            shown: RefCell::default(),
            looks_at: Cell::new(SimTime::MAX),
            not_before: Cell::new(SimTime::ZERO),
            sooner: Cond::of(env, station),
            quiet: Cond::of(env, station),
        }));
        pool.show();
        pool.keep_warm();
        pool
    }

    /// A connection, when there is one. Dropped before, it was never asked for.
    ///
    /// # Errors
    /// None could be opened.
    #[track_caller]
    pub fn take<'a>(&self, job: &'a Job) -> impl Future<Output = Result<Connection<'a, T>, NoConnection>> + use<'a, T> {
        self.take_for(Some(job), Span::ZERO, Location::caller())
    }

    /// The same, but whoever has to wait until one comes back waits no longer than this; no time at all for as long as it takes. The opening of one has a
    /// limit of its own.
    ///
    /// # Errors
    /// None could be opened, or none came back in time.
    #[track_caller]
    pub fn take_within<'a>(
        &self,
        job: &'a Job,
        wait: Span,
    ) -> impl Future<Output = Result<Connection<'a, T>, NoConnection>> + use<'a, T> {
        self.take_for(Some(job), wait, Location::caller())
    }

    /// The same, and what is found to be dead as it is taken is closed, and another is taken. However many turn out to be dead, the wait is one.
    ///
    /// # Errors
    /// None could be opened, or none came back in time.
    #[track_caller]
    pub fn take_alive<'a, F: Fn(&T) -> bool>(
        &self,
        job: &'a Job,
        wait: Span,
        is_alive: F,
    ) -> impl Future<Output = Result<Connection<'a, T>, NoConnection>> + use<'a, T, F> {
        let (pool, site) = (self.clone(), Location::caller());
        async move {
            let over = pool.0.env.now() + wait;
            loop {
                let left = if wait.is_zero() { wait } else { Span(over.since(pool.0.env.now()).0.max(1)) };
                let connection = pool.take_for(Some(job), left, site).await?;
                if is_alive(connection.session()) {
                    return Ok(connection);
                }
                connection.broken();
            }
        }
    }

    /// A connection for no job: of who has it, no picture tells.
    ///
    /// # Errors
    /// None could be opened.
    #[track_caller]
    pub fn take_alone(&self) -> impl Future<Output = Result<Connection<'static, T>, NoConnection>> + use<T> {
        self.take_for(None, Span::ZERO, Location::caller())
    }

    fn take_for<'a>(
        &self,
        job: Option<&'a Job>,
        wait: Span,
        site: &'static Location<'static>,
    ) -> impl Future<Output = Result<Connection<'a, T>, NoConnection>> + use<'a, T> {
        let pool = self.clone();
        self.0.env.at(site, async move {
            if let Some(at_once) = pool.without_waiting(job).await {
                return at_once;
            }
            let env = pool.0.env.clone();
            let comes_back = AsksFor { pool, job, waits: None, site };
            at_most(&env, wait, comes_back).await.unwrap_or(Err(NoConnection::TooLate))
        })
    }

    /// The same, but whoever has to wait until one comes back waits no longer than until something else has happened. One that comes back at
    /// that very instant is in time.
    ///
    /// # Errors
    /// None could be opened, or none came back before.
    #[track_caller]
    pub fn take_unless<'a, F: Future>(
        &self,
        job: &'a Job,
        over: F,
    ) -> impl Future<Output = Result<Connection<'a, T>, NoConnection>> + use<'a, T, F> {
        let (pool, site) = (self.clone(), Location::caller());
        self.0.env.at(site, async move {
            if let Some(at_once) = pool.without_waiting(Some(job)).await {
                return at_once;
            }
            let env = pool.0.env.clone();
            let comes_back = AsksFor { pool, job: Some(job), waits: None, site };
            let (mut comes_back, mut over) = (pin!(comes_back), pin!(over));
            poll_fn(move |cx| match comes_back.as_mut().poll(cx) {
                // Muted: the task shows one wait, that for a connection.
                Poll::Pending => env.muted(|| over.as_mut().poll(cx)).map(|_| Err(NoConnection::TooLate)),
                taken => taken,
            })
            .await
        })
    }

    /// An idle connection, or one that is opened; nothing where as many are open as may be.
    async fn without_waiting<'a>(&self, job: Option<&'a Job>) -> Option<Result<Connection<'a, T>, NoConnection>> {
        if let Some(open) = self.fresh() {
            let stay = HasJob::begin(&self.0.env, open.place, job);
            let taken = Connection::new(self, open, stay);
            self.keep_warm();
            return Some(Ok(taken));
        }
        let opening = Opening::begin(self)?;
        let stay = HasJob::begin(&self.0.env, opening.place, job);
        Some(match opening.finish(self).await {
            Ok(open) => Ok(Connection::new(self, open, stay)),
            Err(none) => {
                self.open_for_waiters();
                Err(none)
            }
        })
    }
}

impl<T> ConnectionPool<T> {
    /// Its station.
    pub fn station(&self) -> StationId {
        self.0.station
    }

    /// How many places are taken.
    pub fn taken(&self) -> u32 {
        self.0.state.borrow().taken
    }

    /// How many connections are idle.
    pub fn idle(&self) -> usize {
        self.0.state.borrow().idle.len()
    }

    /// How many wait for one.
    pub fn waiting(&self) -> usize {
        self.0.state.borrow().waiting.iter().count()
    }

    /// For the end of a program: none is opened any more for who may come, and what is on its way is given up.
    pub fn give_up_openings(&self) {
        let opens = {
            let mut state = self.0.state.borrow_mut();
            state.warm = 0;
            std::mem::take(&mut state.opens)
        };
        self.show();
        drop(opens);
    }

    /// For a process that is gone: the other side sees there and then what is being closed, and none is opened any more.
    pub fn ends(&self) {
        self.give_up_openings();
        let closes = std::mem::take(&mut self.0.state.borrow_mut().closes);
        drop(closes);
    }

    /// For a program that comes to its own end: none is opened, and those that are being closed are waited for. So no task of the pool outlives it.
    #[track_caller]
    pub fn settled(&self) -> impl Future<Output = ()> + '_ {
        self.0.env.at(Location::caller(), async move {
            self.give_up_openings();
            while self.0.state.borrow().closing > 0 {
                self.0.quiet.wait().await;
            }
        })
    }

    /// Writes down what has changed of its counts.
    fn show(&self) {
        let state = self.0.state.borrow();
        let Counts { opened, refused, closed, .. } = &state.counts;
        let closed = Closing::ALL.into_iter().zip(closed).map(|(why, n)| (G.closed(why), *n));
        let all = [
            (G.taken, i64::from(state.taken)),
            (G.opened, *opened),
            (G.leaked, state.leaked.len() as i64),
            (G.refused, *refused),
            (G.kept_warm, if state.left_free { 0 } else { i64::from(state.warm) }),
        ];
        self.0.shown.borrow_mut().show(&self.0.env, self.0.station, all.into_iter().chain(closed));
    }
}

/// The future of a caller that has to wait. Dropped, it leaves no place behind.
struct AsksFor<'a, T: 'static> {
    pool: ConnectionPool<T>,
    job: Option<&'a Job>,
    /// The place among those who wait, and the job's in the pool.
    waits: Option<(Ticket, Option<Stay<'a>>)>,
    site: &'static Location<'static>,
}

impl<'a, T: 'static> Future for AsksFor<'a, T> {
    type Output = Result<Connection<'a, T>, NoConnection>;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let shared = &this.pool.0;
        let Some((ticket, _)) = &this.waits else {
            let job = this.job.map(Job::id);
            let waiter = Waiter { task: shared.env.current(), job, since: shared.env.now() };
            let stay = this.job.map(|job| Stay::begin(&shared.env, shared.station, job, false));
            let mut state = shared.state.borrow_mut();
            state.counts.waits += 1;
            this.waits = Some((state.waiting.join(waiter), stay));
            drop(state);
            shared.env.waits(Wait::Acquire, shared.station, this.site);
            return Poll::Pending;
        };
        let given = shared.state.borrow_mut().waiting.redeem(*ticket);
        let Some(given) = given else { return Poll::Pending };
        let stay = this.waits.take().and_then(|(_, stay)| stay);
        Poll::Ready(match given {
            Ok(open) => {
                let stay = HasJob::goes_on(&shared.env, open.place, stay);
                Ok(Connection::new(&this.pool, open, stay))
            }
            Err(none) => {
                stay.into_iter().for_each(|stay| stay.end(&shared.env));
                Err(none)
            }
        })
    }
}

impl<T: 'static> Drop for AsksFor<'_, T> {
    fn drop(&mut self) {
        let Some((ticket, stay)) = self.waits.take() else { return };
        let left = self.pool.0.state.borrow_mut().waiting.leave(ticket);
        stay.into_iter().for_each(|stay| stay.end(&self.pool.0.env));
        match left {
            Some(Left::Waiting(waiter)) => self.pool.0.state.borrow_mut().has_waited(&waiter, self.pool.0.env.now()),
            // What it was given and did not fetch is the next one's.
            Some(Left::Given(Ok(open))) => self.pool.put(open),
            _ => {}
        }
    }
}
