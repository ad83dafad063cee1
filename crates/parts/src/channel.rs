//! A channel as Go has it: bounded or unbuffered, many senders and receivers, closed on purpose and by nobody else.
//!
//! Dropping all senders does not close it and dropping all receivers does not fail a send: whoever waits for something
//! that never comes, waits for ever, and the run says so. That is Go's way, and it is what the leaks that the patterns
//! show are made of. Sending on a closed channel, where Go panics, gives the value back.
//!
//! Fairness: waiting senders and receivers are served first come, first served. A value is handed to the receiver that
//! has waited longest, and nobody can snatch it in between. A receive that is dropped after it was handed a value gives
//! the value to the next one, or back to the head of the channel. Where the channel has no room for it, the job stays
//! where it was handed to until somebody takes it: a channel never holds more than its capacity.

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
        receivers: VecDeque::new(),
        senders: VecDeque::new(),
        given: Vec::new(),
        taken: Vec::new(),
        next: 0,
        closed: false,
    };
    let shared = Rc::new(Shared { env: env.clone(), station, capacity, state: RefCell::new(state) });
    (Tx(shared.clone()), Rx(shared))
}

/// The sending half.
pub struct Tx<T: Carries>(Rc<Shared<T>>);

/// The receiving half.
pub struct Rx<T: Carries>(Rc<Shared<T>>);

/// The channel is closed; here is the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed<T>(pub T);

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

/// The place of a waiting sender or receiver in the order of coming.
type Ticket = u64;

struct State<T> {
    /// Handed over, and given back: the head of the channel, in the order of the first hand-over.
    returned: VecDeque<(Ticket, T)>,
    buffer: VecDeque<T>,
    /// Waiting receivers, with the station that what they receive goes to.
    receivers: VecDeque<(Ticket, TaskRef, StationId)>,
    senders: VecDeque<(Ticket, TaskRef, T)>,
    /// Handed to receivers that were not polled since: whose, when, and what.
    given: Vec<(Ticket, Ticket, T)>,
    /// Senders whose value was accepted, and who were not polled since.
    taken: Vec<Ticket>,
    next: Ticket,
    closed: bool,
}

impl<T> State<T> {
    fn ticket(&mut self) -> Ticket {
        self.next += 1;
        self.next
    }

    fn held(&self) -> usize {
        self.returned.len() + self.buffer.len()
    }
}

impl<T: Carries> Shared<T> {
    fn moved(&self, value: &T, station: StationId) {
        if let Some(job) = value.job() {
            let started = station != self.station;
            self.env.emit(EventKind::Moved { job, station, started });
        }
    }

    /// Hands a value to the receiver that has waited longest, or puts it in the buffer where there is room.
    fn accept(&self, value: T) -> Result<(), TrySendError<T>> {
        let mut state = self.state.borrow_mut();
        if state.closed {
            return Err(TrySendError::Closed(value));
        }
        if let Some((ticket, task, home)) = state.receivers.pop_front() {
            drop(state);
            self.moved(&value, home);
            let mut state = self.state.borrow_mut();
            let order = state.ticket();
            state.given.push((ticket, order, value));
            drop(state);
            self.env.wake(task);
            return Ok(());
        }
        if state.held() < self.capacity as usize {
            drop(state);
            self.moved(&value, self.station);
            self.state.borrow_mut().buffer.push_back(value);
            return Ok(());
        }
        Err(TrySendError::Full(value))
    }

    /// Takes the next value, and lets the sender that has waited longest put its value in the freed place. After the
    /// closing no sender gets rid of its value any more.
    fn take(&self) -> Option<T> {
        let mut state = self.state.borrow_mut();
        let head = state.returned.pop_front().map(|(_, value)| value).or_else(|| state.buffer.pop_front());
        let room = head.is_none() || state.held() < self.capacity as usize;
        let waiting = if room && !state.closed { state.senders.pop_front() } else { None };
        drop(state);
        if let Some(value) = &head {
            self.moved(value, self.env.station());
        }
        let Some((ticket, sender, value)) = waiting else { return head };
        let direct = head.is_none();
        self.moved(&value, if direct { self.env.station() } else { self.station });
        let mut state = self.state.borrow_mut();
        state.taken.push(ticket);
        let result = if direct {
            Some(value)
        } else {
            state.buffer.push_back(value);
            head
        };
        drop(state);
        self.env.wake(sender);
        result
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
        self.0.accept(value)
    }

    /// Closes the channel: receivers get what is left and then nothing; waiting senders get their values back.
    pub fn close(&self) {
        let mut state = self.0.state.borrow_mut();
        if std::mem::replace(&mut state.closed, true) {
            return;
        }
        let receivers = std::mem::take(&mut state.receivers);
        let senders: Vec<TaskRef> = state.senders.iter().map(|&(_, task, _)| task).collect();
        drop(state);
        self.0.env.state(self.0.station, "closed");
        receivers.into_iter().for_each(|(_, task, _)| self.0.env.wake(task));
        senders.into_iter().for_each(|task| self.0.env.wake(task));
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
        self.0.take()
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

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Some(value) = this.value.take() {
            return match this.shared.accept(value) {
                Ok(()) => Poll::Ready(Ok(())),
                Err(TrySendError::Closed(value)) => Poll::Ready(Err(Closed(value))),
                Err(TrySendError::Full(value)) => {
                    let mut state = this.shared.state.borrow_mut();
                    let ticket = state.ticket();
                    state.senders.push_back((ticket, this.shared.env.current(), value));
                    drop(state);
                    this.ticket = Some(ticket);
                    this.shared.env.waits(Wait::Send, this.shared.station, this.site);
                    Poll::Pending
                }
            };
        }
        let Some(ticket) = this.ticket else { return Poll::Pending };
        let mut state = this.shared.state.borrow_mut();
        if let Some(index) = state.taken.iter().position(|&t| t == ticket) {
            state.taken.swap_remove(index);
            this.ticket = None;
            return Poll::Ready(Ok(()));
        }
        if state.closed
            && let Some(index) = state.senders.iter().position(|&(t, ..)| t == ticket)
            && let Some((_, _, value)) = state.senders.remove(index)
        {
            this.ticket = None;
            return Poll::Ready(Err(Closed(value)));
        }
        Poll::Pending
    }
}

impl<T: Carries> Drop for Send<T> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = self.shared.state.borrow_mut();
        state.taken.retain(|&t| t != ticket);
        let index = state.senders.iter().position(|&(t, ..)| t == ticket);
        let value = index.and_then(|i| state.senders.remove(i));
        // The value may emit when it goes, so it goes after the borrow.
        drop(state);
        drop(value);
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

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        let Some(ticket) = this.ticket else {
            if let Some(value) = this.shared.take() {
                return Poll::Ready(Some(value));
            }
            let mut state = this.shared.state.borrow_mut();
            if state.closed {
                return Poll::Ready(None);
            }
            let ticket = state.ticket();
            state.receivers.push_back((ticket, this.shared.env.current(), this.shared.env.station()));
            drop(state);
            this.ticket = Some(ticket);
            this.shared.env.waits(Wait::Receive, this.shared.station, this.site);
            return Poll::Pending;
        };
        let mut state = this.shared.state.borrow_mut();
        if let Some(index) = state.given.iter().position(|&(t, ..)| t == ticket) {
            let (.., value) = state.given.swap_remove(index);
            this.ticket = None;
            return Poll::Ready(Some(value));
        }
        if !state.closed {
            return Poll::Pending;
        }
        drop(state);
        this.ticket = None;
        // Somebody may have given a value back since.
        Poll::Ready(this.shared.take())
    }
}

impl<T: Carries> Drop for Recv<T> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = self.shared.state.borrow_mut();
        state.receivers.retain(|&(t, ..)| t != ticket);
        let Some(index) = state.given.iter().position(|&(t, ..)| t == ticket) else { return };
        let (_, order, value) = state.given.swap_remove(index);
        let next = state.receivers.pop_front();
        let room = state.held() < self.shared.capacity as usize;
        drop(state);
        match next {
            Some((ticket, task, home)) => {
                self.shared.moved(&value, home);
                self.shared.state.borrow_mut().given.push((ticket, order, value));
                self.shared.env.wake(task);
            }
            None => {
                if room {
                    self.shared.moved(&value, self.shared.station);
                }
                let mut state = self.shared.state.borrow_mut();
                let index = state.returned.partition_point(|&(earlier, _)| earlier < order);
                state.returned.insert(index, (order, value));
            }
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
