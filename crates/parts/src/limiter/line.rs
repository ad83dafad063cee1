//! One bucket, and the line of those who wait for it.
//!
//! The first in the line goes as soon as the rule would let somebody pass who comes now, and nobody who comes later goes before it. Nothing is booked for
//! who waits: so whoever gives up takes nothing with it, the next gets its instant, and all behind move up. With a token bucket the instants are those of
//! golang.org/x/time/rate, which books ahead; there a reservation that is given up returns only what nobody after it was built on, and what it
//! does not return is lost. Here as much is used as is allowed, whoever gives up.
//!
//! When each will go is known ahead if nobody gives up, and who would have to wait longer than is allowed is told so at once.

use super::account::Account;
use super::{Book, LimiterSettings, Rule};
use crate::waiters::{Ticket, Waiters};
use millrace_engine::{Env, Sleep, TaskRef};
use millrace_spec::{Asked, LimiterGauges};
use millrace_trace::{Gauge, SimTime, Span, StationId, Wait};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

const GAUGES: LimiterGauges = LimiterGauges::ALL;

/// What a limiter says to who asks.
#[must_use = "who is let through, waits or is refused has to be told"]
#[derive(Debug)]
pub enum Decision {
    /// Go on, now.
    Admitted(Admission),
    /// Wait for your turn.
    Wait(Reservation),
    /// Go away.
    Refused(Refusal),
}

/// Somebody was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// After how long the same request would not be refused, if nobody else came before; none where it always would be: it costs more than there ever is.
    pub retry_after: Option<Span>,
}

/// A bucket with its line. Its clones are the same one.
#[derive(Clone)]
pub struct Limiter(Rc<Shared>);

struct Shared {
    book: Book,
    key: u32,
    /// Where its level is shown.
    station: StationId,
    settings: LimiterSettings,
    inner: RefCell<Inner>,
}

struct Inner {
    rule: Rule,
    line: Waiters<Rc<Waiter>, ()>,
    /// What those in the line cost together.
    waiting: u64,
    /// The account as it will be when all in the line have gone, and when the last will have; none where that is to be worked out anew.
    plan: Option<(Rule, SimTime)>,
    asked: i64,
    /// When somebody last asked, or went.
    used: SimTime,
    shown: [Option<i64>; 3],
}

struct Waiter {
    task: Cell<TaskRef>,
    number: u32,
    cost: u32,
    /// When it will go, if nobody before it gives up.
    expected: Cell<SimTime>,
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Limiter({}, {} waiting)", self.0.settings.rule.id(), self.waiting())
    }
}

impl Limiter {
    /// One bucket, as a gate with a name.
    pub fn open(env: &Env, name: &str, settings: LimiterSettings) -> Limiter {
        let book = Book::open(env, name, &settings.allowance);
        let station = book.station();
        Limiter::of(&book, 0, station, settings)
    }

    /// The bucket of a key, shown at a station or nowhere.
    pub(crate) fn of(book: &Book, key: u32, station: StationId, settings: LimiterSettings) -> Limiter {
        let inner = Inner {
            rule: Rule::new(settings.rule, &settings.allowance),
            line: Waiters::default(),
            waiting: 0,
            plan: None,
            asked: 0,
            used: book.env().now(),
            shown: [None; 3],
        };
        book.keeps(1);
        let limiter =
            Limiter(Rc::new(Shared { book: book.clone(), key, station, settings, inner: RefCell::new(inner) }));
        limiter.0.show(&mut limiter.0.inner.borrow_mut());
        limiter
    }

    /// Lets a bucket that may save up a burst begin with nothing saved; or begin so anew, while nobody waits.
    pub fn starting_empty(self) -> Limiter {
        let (now, burst) = (self.0.book.env().now(), self.0.settings.allowance.burst);
        {
            let inner = &mut *self.0.inner.borrow_mut();
            inner.rule = Rule::new(self.0.settings.rule, &self.0.settings.allowance);
            inner.rule.take(now, burst);
            inner.plan = None;
            self.0.show(inner);
        }
        self
    }

    /// Its station.
    pub fn station(&self) -> StationId {
        self.0.book.station()
    }

    /// Where its level is shown, if it is.
    pub(crate) fn bucket_station(&self) -> StationId {
        self.0.station
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.0.inner.borrow().line.iter().count()
    }

    /// When somebody last asked or went, and from when on it is as if it were new; the end of time while somebody waits.
    pub(crate) fn idle(&self) -> (SimTime, SimTime) {
        let inner = self.0.inner.borrow();
        let as_new = if inner.line.first().is_some() { SimTime::MAX } else { inner.rule.as_new_from() };
        (inner.used, as_new)
    }

    /// Asks for a request that costs so much, at least one. Who has to wait awaits the reservation, and drops it to give up; one that is kept and not awaited
    /// holds up all behind it.
    #[track_caller]
    pub fn ask(&self, cost: u32) -> Decision {
        let Shared { book, settings, .. } = &*self.0;
        let (now, asked) = (book.env().now(), Asked { key: self.0.key, cost });
        let number = book.asks();
        let inner = &mut *self.0.inner.borrow_mut();
        (inner.asked, inner.used) = (inner.asked + 1, now);
        let at = inner.planned(now, cost);
        let wait = at.map(|at| at.since(now));
        let decision = match at {
            Some(at) if at <= now && inner.line.first().is_none() => {
                inner.rule.take(now, cost);
                book.passed(asked);
                Decision::Admitted(Admission { limiter: self.clone(), number, cost, at: now })
            }
            Some(at) if wait.is_some_and(|wait| settings.lets_wait() && inner.has_room(settings, wait, cost)) => {
                let task = Cell::new(book.env().current());
                let waiter = Rc::new(Waiter { task, number, cost, expected: Cell::new(at) });
                let ticket = inner.join(&waiter, at);
                book.waits(asked);
                let (limiter, site) = (self.clone(), Location::caller());
                Decision::Wait(Reservation { limiter, waiter, ticket: Some(ticket), alarm: None, said: false, site })
            }
            _ => {
                inner.rule.refuse(now, cost);
                if settings.allowance.log_refused {
                    inner.plan = None;
                }
                let retry_after = inner.retry_after(settings, now, cost);
                book.refused(asked, retry_after);
                Decision::Refused(Refusal { retry_after })
            }
        };
        self.0.show(inner);
        decision
    }
}

impl Inner {
    /// When a request that comes now would pass.
    fn planned(&mut self, now: SimTime, cost: u32) -> Option<SimTime> {
        if self.line.first().is_none() {
            return self.rule.earliest(now, cost);
        }
        if self.plan.is_none() {
            let (mut rule, mut last) = (self.rule.clone(), now);
            for waiter in self.line.iter() {
                let Some(at) = rule.earliest(last, waiter.cost) else { continue };
                rule.take(at, waiter.cost);
                waiter.expected.set(at);
                last = at;
            }
            self.plan = Some((rule, last));
        }
        let (rule, last) = self.plan.as_ref()?;
        rule.earliest(now.max(*last), cost)
    }

    fn join(&mut self, waiter: &Rc<Waiter>, at: SimTime) -> Ticket {
        let (rule, last) = self.plan.get_or_insert_with(|| (self.rule.clone(), at));
        rule.take(at, waiter.cost);
        *last = at;
        self.waiting += u64::from(waiter.cost);
        self.line.join(waiter.clone())
    }

    fn has_room(&self, settings: &LimiterSettings, wait: Span, cost: u32) -> bool {
        let room = settings.room().is_none_or(|room| self.waiting + u64::from(cost) <= room);
        room && settings.max_wait.is_none_or(|most| wait <= most)
    }

    /// After how long the request would be let through, or be let wait, if nobody came meanwhile.
    fn retry_after(&mut self, settings: &LimiterSettings, now: SimTime, cost: u32) -> Option<Span> {
        let at = self.planned(now, cost)?;
        let in_time = match settings.max_wait {
            Some(most) if settings.lets_wait() => at.since(now).saturating_sub(most),
            _ if settings.lets_wait() => Span::ZERO,
            _ => at.since(now),
        };
        // Whoever goes makes room for what it cost.
        let mut excess = settings.room().map_or(0, |room| (self.waiting + u64::from(cost)).saturating_sub(room));
        let mut room = Span::ZERO;
        for waiter in self.line.iter() {
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(waiter.cost.into());
            room = waiter.expected.get().since(now);
        }
        Some(in_time.max(room))
    }

    /// Who is first in the line is to look whether it is its turn.
    fn call_first(&self, env: &Env) {
        if let Some(first) = self.line.first() {
            env.wake(first.task.get());
        }
    }

    /// What is shown of the account: level, as of when, and what was before.
    fn levels(&self, now: SimTime) -> [i64; 3] {
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let three = |level: u64, at: SimTime, before: u64| [whole(level), whole(at.0), whole(before)];
        match &self.rule {
            Rule::TokenBucket(bucket) => three(bucket.millionths(now), now, 0),
            Rule::LeakyBucket(bucket) => three(self.waiting, bucket.next(), 0),
            Rule::Gcra(gcra) => three(gcra.tat().0, now, 0),
            Rule::SlidingLog(log) => {
                let (held, oldest) = log.held();
                three(held, now, oldest.0)
            }
            Rule::FixedWindow(window) => {
                let (count, before, began) = window.counts();
                three(count, began, before)
            }
            Rule::SlidingCounter(counter) => {
                let (count, before, began) = counter.counts();
                three(count, began, before)
            }
        }
    }
}

impl Shared {
    /// Writes the gauges that have changed.
    fn show(&self, inner: &mut Inner) {
        if self.station == StationId::NONE {
            return;
        }
        let env = self.book.env();
        let levels = inner.levels(env.now());
        let gauges: [Gauge; 3] = [GAUGES.level, GAUGES.as_of, GAUGES.before];
        for ((gauge, value), shown) in gauges.into_iter().zip(levels).zip(&mut inner.shown) {
            if *shown != Some(value) {
                *shown = Some(value);
                env.gauge(self.station, gauge, value);
            }
        }
        if self.station != self.book.station() {
            env.gauge(self.station, GAUGES.asked, inner.asked);
        }
    }
}

/// Somebody was let through. Dropping it is to go on.
#[derive(Debug)]
pub struct Admission {
    limiter: Limiter,
    number: u32,
    cost: u32,
    at: SimTime,
}

impl Admission {
    /// Does not go after all. At the instant at which it was let through that leaves everything as it was; later it was used, and nothing comes back.
    pub fn give_up(self) {
        let Shared { book, key, .. } = &*self.limiter.0;
        if book.env().now() != self.at {
            return;
        }
        let inner = &mut *self.limiter.0.inner.borrow_mut();
        inner.rule.take_back(self.at, self.cost);
        inner.plan = None;
        book.took_back(self.number, Asked { key: *key, cost: self.cost });
        self.limiter.0.show(inner);
        inner.call_first(book.env());
    }
}

/// A place in the line. It is ready when it is let through; dropped before, it gives up.
#[must_use = "who waits has to be awaited; dropped, it gives up"]
pub struct Reservation {
    limiter: Limiter,
    waiter: Rc<Waiter>,
    ticket: Option<Ticket>,
    /// While it is the first: for its instant.
    alarm: Option<(SimTime, Sleep)>,
    said: bool,
    site: &'static Location<'static>,
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reservation({} ns)", self.expected().0)
    }
}

impl Reservation {
    /// When it will be let through, if nobody before it gives up.
    pub fn expected(&self) -> SimTime {
        let now = self.limiter.0.book.env().now();
        // Whoever gave up left the others' instants to be worked out by who wants to know.
        self.limiter.0.inner.borrow_mut().planned(now, 1);
        self.waiter.expected.get()
    }
}

impl Future for Reservation {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.limiter.0.clone();
        let (env, now) = (shared.book.env(), shared.book.env().now());
        self.waiter.task.set(env.current());
        let Some(ticket) = self.ticket else { return Poll::Ready(()) };
        let inner = &mut *shared.inner.borrow_mut();
        let is_first = inner.line.first().is_some_and(|first| Rc::ptr_eq(first, &self.waiter));
        let at = if is_first { inner.rule.earliest(now, self.waiter.cost) } else { None };
        if at.is_some_and(|at| at <= now) {
            inner.line.leave(ticket);
            (self.ticket, self.alarm) = (None, None);
            inner.rule.take(now, self.waiter.cost);
            inner.waiting -= u64::from(self.waiter.cost);
            inner.used = now;
            if self.waiter.expected.get() != now || inner.line.first().is_none() {
                inner.plan = None;
            }
            shared.book.served(self.waiter.number, Asked { key: shared.key, cost: self.waiter.cost });
            shared.show(inner);
            inner.call_first(env);
            return Poll::Ready(());
        }
        if !std::mem::replace(&mut self.said, true) {
            env.waits(Wait::Acquire, shared.book.station(), self.site);
        }
        if let Some(at) = at {
            if self.alarm.as_ref().is_none_or(|(set, _)| *set != at) {
                self.alarm = Some((at, env.sleep_until(at, Wait::Acquire)));
            }
            if let Some((_, alarm)) = &mut self.alarm {
                // The wait was said: of the line, and not of the alarm.
                let _still_to_come = env.muted(|| Pin::new(alarm).poll(cx));
            }
        }
        Poll::Pending
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else { return };
        let shared = &self.limiter.0;
        let inner = &mut *shared.inner.borrow_mut();
        inner.line.leave(ticket);
        inner.waiting -= u64::from(self.waiter.cost);
        (inner.plan, inner.used) = (None, shared.book.env().now());
        shared.book.gave_up(self.waiter.number);
        shared.show(inner);
        inner.call_first(shared.book.env());
    }
}
