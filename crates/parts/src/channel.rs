//! A channel as Go has it: bounded or unbuffered, many senders and receivers, closed on purpose and by nobody else.
//!
//! Dropping all senders does not close it and dropping all receivers does not fail a send: whoever waits for something
//! that never comes, waits for ever, and the run says so. That is Go's way, and it is what the leaks that the patterns
//! show are made of. Sending on a closed channel, where Go panics, gives the value back.
//!
//! Fairness: waiting senders and receivers are served first come, first served. A value is handed to the receiver that
//! has waited longest, and nobody can snatch it in between. A receive that is dropped after it was handed a value gives
//! the value to the next one, or back to the head of the channel. Where the channel has no room for it, the job stays
//! where it was handed to until somebody takes it: a channel never holds more than its capacity. The same goes for what somebody gives back that
//! had received it.

use super::waiters::{Left, Ticket, Waiters};
use millrace_engine::{Carries, Env, StationSpec, TaskRef};
use millrace_trace::{EventKind, StationId, StationKind, Wait};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// Opens a channel that holds up to `capacity` values; with 0, a value goes from hand to hand.
pub fn channel<T: Carries>(env: &Env, name: &str, capacity: u32) -> (Tx<T>, Rx<T>) {
    channel_of(env, StationId::NONE, name, capacity)
}

/// The same, as a part of a station.
pub fn channel_of<T: Carries>(env: &Env, parent: StationId, name: &str, capacity: u32) -> (Tx<T>, Rx<T>) {
    let station = env.open(StationSpec { kind: StationKind::Channel, name, parent, capacity });
    let state = State {
        returned: VecDeque::new(),
        buffer: VecDeque::new(),
        receivers: Waiters::default(),
        senders: Waiters::default(),
        handed: 0,
        closed: false,
    };
    let shared = Rc::new(Shared { env: env.clone(), station, capacity, state: RefCell::new(state) });
    (Tx(shared.clone()), Rx(shared))
}

/// The sending half.
pub struct Tx<T: Carries>(Rc<Shared<T>>);

/// The receiving half.
pub struct Rx<T: Carries>(Rc<Shared<T>>);

/// The channel is closed; here is the value. In a box, because that is rare: so the result of nearly every send is a word that stays
/// in a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed<T>(pub Box<T>);

/// Why a value was not sent at once; here it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// There is no room, and no receiver waits.
    Full(T),
    /// The channel is closed.
    Closed(T),
}

struct Shared<T> {
    env: Env,
    station: StationId,
    capacity: u32,
    state: RefCell<State<T>>,
}

/// Values are numbered in the order in which they are handed over.
type Order = u64;

/// The number of a value that was received and is given back: before all others.
const BACK: Order = 0;

struct State<T> {
    /// Handed over, and given back: the head of the channel, in the order of the first hand-over.
    returned: VecDeque<(Order, T)>,
    buffer: VecDeque<T>,
    /// Each with the station that what it receives goes to. They are given a value, or nothing when the channel is closed.
    receivers: Waiters<(TaskRef, StationId), Option<(Order, T)>>,
    senders: Waiters<(TaskRef, T), ()>,
    handed: Order,
    closed: bool,
}

impl<T> State<T> {
    fn held(&self) -> usize {
        self.returned.len() + self.buffer.len()
    }
}

// What is done to a channel is done in one borrow of its state. Events and wakes only note something down; what may come back
// here, which is the value of a future that is dropped, goes after the borrow.
impl<T: Carries> Shared<T> {
    fn moved(&self, value: &T, station: StationId) {
        if let Some(job) = value.job() {
            let started = station != self.station;
            self.env.emit(EventKind::Moved { job, station, started });
        }
    }

    /// Hands a value to the receiver that has waited longest; leaves it where it is if none does. Whether it was handed over.
    #[inline]
    fn hand_over(&self, state: &mut State<T>, order: Order, value: &mut Option<T>) -> bool {
        let Some(&(task, home)) = state.receivers.first() else { return false };
        let Some(value) = value.take() else { return false };
        self.moved(&value, home);
        state.receivers.give(Some((order, value)));
        self.env.wake(task);
        true
    }

    /// Puts a value that was handed over back at its place at the head. Where there is no room its job stays where it is.
    fn put_back(&self, state: &mut State<T>, order: Order, value: T) {
        if state.held() < self.capacity as usize {
            self.moved(&value, self.station);
        }
        let index = state.returned.partition_point(|&(earlier, _)| earlier <= order);
        state.returned.insert(index, (order, value));
    }

    /// Hands a value over, or puts it in the buffer where there is room; takes it from where it is only then, so that it is moved once. Whether
    /// it was.
    #[inline]
    fn accept(&self, state: &mut State<T>, value: &mut Option<T>) -> bool {
        if state.closed {
            return false;
        }
        state.handed += 1;
        let has_room = state.held() < self.capacity as usize;
        (has_room || state.receivers.first().is_some()) && self.let_in(state, value, has_room)
    }

    #[inline(never)]
    fn let_in(&self, state: &mut State<T>, value: &mut Option<T>, has_room: bool) -> bool {
        if self.hand_over(state, state.handed, value) {
            return true;
        }
        if !has_room {
            return false;
        }
        if let Some(value) = value.take() {
            self.moved(&value, self.station);
            state.buffer.push_back(value);
        }
        true
    }

    /// Takes the next value, and lets the sender that has waited longest put its value in the freed place. After the
    /// closing no sender gets rid of its value any more.
    fn take(&self, state: &mut State<T>) -> Option<T> {
        let head = state.returned.pop_front().map(|(_, value)| value).or_else(|| state.buffer.pop_front());
        if let Some(value) = &head {
            self.moved(value, self.env.station());
        }
        let room = head.is_none() || state.held() < self.capacity as usize;
        let waiting = if room && !state.closed { state.senders.give(()) } else { None };
        let Some((sender, value)) = waiting else { return head };
        let direct = head.is_none();
        self.moved(&value, if direct { self.env.station() } else { self.station });
        self.env.wake(sender);
        if direct {
            return Some(value);
        }
        state.buffer.push_back(value);
        head
    }
}

impl<T: Carries> Tx<T> {
    /// Waits for room and sends.
    ///
    /// # Errors
    /// The value comes back if the channel is or becomes closed.
    #[track_caller]
    pub fn send(&self, value: T) -> Send<T> {
        Send { shared: self.0.clone(), value: Some(value), ticket: None, site: Location::caller() }
    }

    /// Sends if that needs no waiting.
    ///
    /// # Errors
    /// The value comes back if there is no room or the channel is closed.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        let state = &mut *self.0.state.borrow_mut();
        let mut value = Some(value);
        self.0.accept(state, &mut value);
        match value {
            None => Ok(()),
            Some(value) if state.closed => Err(TrySendError::Closed(value)),
            Some(value) => Err(TrySendError::Full(value)),
        }
    }

    /// Closes the channel: receivers get what is left and then nothing; waiting senders get their values back.
    pub fn close(&self) {
        let state = &mut *self.0.state.borrow_mut();
        if std::mem::replace(&mut state.closed, true) {
            return;
        }
        self.0.env.state(self.0.station, "closed");
        while let Some((task, _)) = state.receivers.give(None) {
            self.0.env.wake(task);
        }
        state.senders.iter().for_each(|&(task, _)| self.0.env.wake(task));
    }

    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.0.state.borrow().held()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its station, for a program that takes it down before its end.
    pub fn station(&self) -> StationId {
        self.0.station
    }
}

impl<T: Carries> Rx<T> {
    /// Waits for the next value; none once the channel is closed and empty.
    #[track_caller]
    pub fn recv(&self) -> Recv<T> {
        Recv { shared: self.0.clone(), ticket: None, site: Location::caller() }
    }

    /// The next value, if that needs no waiting.
    pub fn try_recv(&self) -> Option<T> {
        self.0.take(&mut self.0.state.borrow_mut())
    }

    /// Gives back a value that was received, for whoever receives next: before all that wait, and behind those that came back before it. That of a closed
    /// channel is there to be received too.
    pub fn give_back(&self, value: T) {
        let state = &mut *self.0.state.borrow_mut();
        let mut value = Some(value);
        if !self.0.hand_over(state, BACK, &mut value) {
            value.into_iter().for_each(|value| self.0.put_back(state, BACK, value));
        }
    }

    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.0.state.borrow().held()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it was closed. There may be values left.
    pub fn is_closed(&self) -> bool {
        self.0.state.borrow().closed
    }
}

/// The future of [`Tx::send`]. Dropped while it waits, it takes its value with it.
#[must_use = "futures do nothing unless polled"]
pub struct Send<T: Carries> {
    shared: Rc<Shared<T>>,
    value: Option<T>,
    ticket: Option<Ticket>,
    site: &'static Location<'static>,
}

impl<T: Carries> Unpin for Send<T> {}

impl<T: Carries> Future for Send<T> {
    type Output = Result<(), Closed<T>>;

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let state = &mut *this.shared.state.borrow_mut();
        if this.value.is_some() {
            if this.shared.accept(state, &mut this.value) {
                return Poll::Ready(Ok(()));
            }
            let Some(value) = this.value.take() else { return Poll::Pending };
            if state.closed {
                return Poll::Ready(Err(Closed(Box::new(value))));
            }
            this.ticket = Some(state.senders.join((this.shared.env.current(), value)));
            this.shared.env.waits(Wait::Send, this.shared.station, this.site);
            return Poll::Pending;
        }
        let Some(ticket) = this.ticket else { return Poll::Pending };
        if state.senders.redeem(ticket).is_some() {
            this.ticket = None;
            return Poll::Ready(Ok(()));
        }
        if state.closed
            && let Some(Left::Waiting((_, value))) = state.senders.leave(ticket)
        {
            this.ticket = None;
            return Poll::Ready(Err(Closed(Box::new(value))));
        }
        Poll::Pending
    }
}

impl<T: Carries> Drop for Send<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.leave(ticket);
        }
    }
}

impl<T: Carries> Send<T> {
    #[cold]
    #[inline(never)]
    fn leave(&mut self, ticket: Ticket) {
        let left = self.shared.state.borrow_mut().senders.leave(ticket);
        // The value may emit when it goes, so it goes after the borrow.
        drop(left);
    }
}

/// The future of [`Rx::recv`].
#[must_use = "futures do nothing unless polled"]
pub struct Recv<T: Carries> {
    shared: Rc<Shared<T>>,
    ticket: Option<Ticket>,
    site: &'static Location<'static>,
}

impl<T: Carries> Future for Recv<T> {
    type Output = Option<T>;

    // In line natively, for then what is received stays in registers. The page has no room for it at each place that receives.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        let state = &mut *this.shared.state.borrow_mut();
        let Some(ticket) = this.ticket else {
            let value = this.shared.take(state);
            if value.is_some() || state.closed {
                return Poll::Ready(value);
            }
            let env = &this.shared.env;
            this.ticket = Some(state.receivers.join((env.current(), env.station())));
            env.waits(Wait::Receive, this.shared.station, this.site);
            return Poll::Pending;
        };
        let Some(given) = state.receivers.redeem(ticket) else { return Poll::Pending };
        this.ticket = None;
        match given {
            Some((_, value)) => Poll::Ready(Some(value)),
            // Closed. Somebody may have given a value back since.
            None => Poll::Ready(this.shared.take(state)),
        }
    }
}

impl<T: Carries> Drop for Recv<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.leave(ticket);
        }
    }
}

impl<T: Carries> Recv<T> {
    #[cold]
    #[inline(never)]
    fn leave(&mut self, ticket: Ticket) {
        let state = &mut *self.shared.state.borrow_mut();
        let Some(Left::Given(Some((order, value)))) = state.receivers.leave(ticket) else { return };
        let mut value = Some(value);
        if !self.shared.hand_over(state, order, &mut value) {
            value.into_iter().for_each(|value| self.shared.put_back(state, order, value));
        }
    }
}

impl<T: Carries> Clone for Tx<T> {
    fn clone(&self) -> Self {
        Tx(self.0.clone())
    }
}

impl<T: Carries> Clone for Rx<T> {
    fn clone(&self) -> Self {
        Rx(self.0.clone())
    }
}

impl<T: Carries> fmt::Debug for Tx<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tx({} of {})", self.len(), self.0.capacity)
    }
}

impl<T: Carries> fmt::Debug for Rx<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rx({} of {})", self.len(), self.0.capacity)
    }
}
