//! How a pool keeps its connections: what becomes of one that comes back, which one somebody gets, and whose a place is that becomes free.

use super::handle::{Leaving, Opening, is_over};
use super::{C, ConnectionPool, NoConnection, Open, State, Take};
use millrace_engine::StationSpec;
use millrace_spec::{Closing, ConnectionGauges, ConnectionState};
use millrace_trace::{EventKind, SimTime, Span, StationId, StationKind, UNLIMITED};
use std::rc::Rc;

impl<T: 'static> ConnectionPool<T> {
    /// An idle connection that is good. Those that are met before and are not are closed.
    pub(super) fn fresh(&self) -> Option<Open<T>> {
        loop {
            let open = {
                let idle = &mut self.0.state.borrow_mut().idle;
                match self.0.settings.take {
                    Take::Lifo => idle.pop_back(),
                    Take::Fifo => idle.pop_front(),
                }?
            };
            match self.is_due(&open) {
                None => return Some(open),
                Some(why) => self.close(open, why),
            }
        }
    }

    /// Why an idle connection is to be closed now, if it is.
    pub(super) fn is_due(&self, open: &Open<T>) -> Option<Closing> {
        let now = self.0.env.now();
        if is_over(open, now) {
            return Some(Closing::Lifetime);
        }
        (now >= self.rests_until(open)).then_some(Closing::IdleTime)
    }

    /// When an idle connection has been idle for too long.
    pub(super) fn rests_until(&self, open: &Open<T>) -> SimTime {
        match self.0.settings.idle_time {
            Span::ZERO => SimTime::MAX,
            idle_time => open.returned + idle_time,
        }
    }

    /// A connection comes back from whoever had it.
    pub(super) fn give_back(&self, open: Open<T>) {
        if is_over(&open, self.0.env.now()) {
            self.close(open, Closing::Lifetime);
        } else {
            self.put(open);
        }
    }

    /// A connection is there to be had: it goes to whoever has waited longest, or is idle, or is one too many.
    pub(super) fn put(&self, mut open: Open<T>) {
        if self.is_crowded() {
            return self.close(open, Closing::IdleLimit);
        }
        let env = &self.0.env;
        let mut state = self.0.state.borrow_mut();
        if state.waiting.first().is_some() {
            let place = open.place;
            let Some(waiter) = state.waiting.give(Ok(open)) else { return };
            state.has_waited(&waiter, env.now());
            // From this moment on the job has it, although its task will only learn of it.
            if let Some(job) = waiter.job {
                env.emit(EventKind::Moved { job, station: place, started: true });
            }
            return env.wake(waiter.task);
        }
        if state.idle.len() >= self.0.limits.get().1 as usize {
            drop(state);
            return self.close(open, Closing::IdleLimit);
        }
        env.state(open.place, ConnectionState::Idle.word());
        open.returned = env.now();
        let due = open.over.min(self.rests_until(&open));
        state.idle.push_back(open);
        drop(state);
        if due.max(self.0.not_before.get()) < self.0.looks_at.get() {
            self.0.sooner.signal();
        }
    }

    /// Closes idle connections for as long as too many are idle, or open: those first that have rested longest.
    pub(super) fn close_surplus(&self) {
        loop {
            let surplus = {
                let crowded = self.is_crowded();
                let idle = &mut self.0.state.borrow_mut().idle;
                if crowded || idle.len() > self.0.limits.get().1 as usize { idle.pop_front() } else { None }
            };
            let Some(open) = surplus else { return };
            self.close(open, Closing::IdleLimit);
        }
    }

    /// Closes a connection. Its place is free when that is done.
    pub(super) fn close(&self, open: Open<T>, why: Closing) {
        let (env, place) = (&self.0.env, open.place);
        env.state(place, ConnectionState::Closing(why).word());
        {
            let mut state = self.0.state.borrow_mut();
            state.closing += 1;
            if let Some(count) = state.counts.closed.get_mut(why as usize) {
                *count += 1;
            }
        }
        self.show();
        let leaving = Leaving { pool: self.clone(), open: Some(open), why };
        if self.0.settings.close.is_zero() {
            return leaving.finish();
        }
        let closed = env.sleep(self.0.settings.close);
        let closes = async move {
            closed.await;
            leaving.finish();
        };
        let closes = env.spawn_at("closes", self.0.station, closes);
        {
            let closes_so_far = &mut self.0.state.borrow_mut().closes;
            closes_so_far.retain(|closes| !closes.is_finished());
            closes_so_far.push(closes);
        }
        // One fewer may be idle, whether or not its place is free already.
        self.keep_warm();
    }

    /// Takes a place for a connection that is to be opened, and its number; nothing where all are taken.
    pub(super) fn occupy(&self) -> Option<(StationId, u32)> {
        let env = &self.0.env;
        let mut state = self.0.state.borrow_mut();
        if state.taken >= self.limit() {
            return None;
        }
        state.taken += 1;
        state.counts.ids += 1;
        let id = state.counts.ids;
        let is_new = state.places < self.limit();
        let place = if is_new {
            state.places += 1;
            let name = format!("{} {}", self.0.name, state.places);
            let parent = self.0.station;
            env.open(StationSpec { kind: StationKind::Worker, name: &name, parent, capacity: UNLIMITED })
        } else {
            state.free.pop_front()?
        };
        drop(state);
        env.gauge(place, C.id, i64::from(id));
        env.gauge(place, C.opened, ConnectionGauges::NOT_YET);
        if !is_new {
            // Somebody was there before.
            env.gauge(place, C.uses, 0);
        }
        env.state(place, ConnectionState::Opening.word());
        self.show();
        Some((place, id))
    }

    /// A place is free.
    pub(super) fn vacate(&self, place: StationId) {
        {
            let mut state = self.0.state.borrow_mut();
            state.taken = state.taken.saturating_sub(1);
            state.free.push_back(place);
        }
        self.show();
    }

    /// A connection is open.
    pub(super) fn opened(&self, id: u32, place: StationId, session: T) -> Open<T> {
        let env = &self.0.env;
        let now = env.now();
        let over = match self.lifetime(id) {
            Span::ZERO => SimTime::MAX,
            lifetime => now + lifetime,
        };
        env.gauge(place, C.opened, now.0 as i64);
        if over < SimTime::MAX {
            env.gauge(place, C.over, over.0 as i64);
        }
        self.0.state.borrow_mut().counts.opened += 1;
        self.show();
        Open { id, place, session: Rc::new(session), uses: 0, over, returned: now }
    }

    /// How old a connection may become; no time at all for no limit.
    fn lifetime(&self, id: u32) -> Span {
        let (whole, jitter) = (self.0.settings.lifetime, self.0.settings.jitter);
        if whole.is_zero() || jitter <= 0.0 {
            return whole;
        }
        let lot = self.0.env.draw("lifetime", u64::from(id), 0).unit();
        let less = (whole.0 as f64 * jitter.min(1.0) * lot) as u64;
        Span(whole.0.saturating_sub(less).max(1))
    }

    /// One could not be opened.
    pub(super) fn refused(&self) {
        self.0.state.borrow_mut().counts.refused += 1;
        self.show();
    }

    /// Opens connections for those who wait, as far as there may be more and none is on its way for them. Each goes to whoever has waited
    /// longest when it is open.
    pub(super) fn open_for_waiters(&self) {
        loop {
            {
                let state = self.0.state.borrow();
                // Nearly always nobody waits, and then nobody is counted.
                if state.waiting.first().is_none()
                    || state.waiting.iter().take(state.on_the_way + 1).count() <= state.on_the_way
                {
                    return;
                }
            }
            let Some(opening) = Opening::for_others(self) else { return };
            self.open_apart(
                opening,
                |state| &mut state.on_the_way,
                |pool, none| {
                    pool.tell_the_first(none);
                    pool.open_for_waiters();
                },
            );
        }
    }

    /// Opens connections for who may come, where fewer are idle than are to be. Those who wait go first: what is opened for them is in their hands.
    pub(super) fn keep_warm(&self) {
        let left_free = std::mem::take(&mut self.0.state.borrow_mut().left_free);
        if left_free {
            self.show();
        }
        loop {
            {
                let state = self.0.state.borrow();
                // What is opened to be idle must be allowed to be.
                if state.idle.len() + state.warming >= state.warm.min(self.0.limits.get().1) as usize {
                    return;
                }
            }
            let Some(opening) = Opening::for_others(self) else { return };
            // One that cannot be opened is tried again when one is taken or closed: whoever is not there is not asked for ever.
            self.open_apart(opening, |state| &mut state.warming, |pool, _| pool.open_for_waiters());
        }
    }

    /// Opens one in a task of its own, counted as long, which ends with the pool.
    fn open_apart(&self, opening: Opening<T>, counted: Counted<T>, in_vain: fn(&ConnectionPool<T>, NoConnection)) {
        let (count, pool) = (OnTheWay::begin(self, counted), self.clone());
        let opens = async move {
            let open = opening.finish(&pool).await;
            drop(count);
            match open {
                Ok(open) => pool.put(open),
                Err(none) => in_vain(&pool, none),
            }
        };
        let opens = self.0.env.spawn_at("opens", self.0.station, opens);
        let opens_so_far = &mut self.0.state.borrow_mut().opens;
        opens_so_far.retain(|opens| !opens.is_finished());
        opens_so_far.push(opens);
    }

    /// Whoever has waited longest is told why there is none.
    fn tell_the_first(&self, none: NoConnection) {
        let mut state = self.0.state.borrow_mut();
        if let Some(waiter) = state.waiting.give(Err(none)) {
            state.has_waited(&waiter, self.0.env.now());
            self.0.env.wake(waiter.task);
        }
    }
}

/// One of the counts of connections that are being opened.
type Counted<T> = fn(&mut State<T>) -> &mut usize;

/// A connection that is opened for somebody who waits, or to be idle, counts as such as long as this is held.
struct OnTheWay<T: 'static>(ConnectionPool<T>, Counted<T>);

impl<T: 'static> OnTheWay<T> {
    fn begin(pool: &ConnectionPool<T>, counted: Counted<T>) -> OnTheWay<T> {
        *counted(&mut pool.0.state.borrow_mut()) += 1;
        OnTheWay(pool.clone(), counted)
    }
}

impl<T: 'static> Drop for OnTheWay<T> {
    fn drop(&mut self) {
        let mut state = self.0.0.state.borrow_mut();
        let count = (self.1)(&mut state);
        *count = count.saturating_sub(1);
    }
}
