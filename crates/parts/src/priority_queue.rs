//! A queue that lets first who matters most, and in which nobody waits for ever.
//!
//! Classes are numbered from 0, which matters most. Each may have a rail of its own, with room for so many, and all have one overflow
//! together; what comes when its rail is full goes there, and moves up when there is room. Of those who wait the highest class goes first, and within a
//! class whoever came first. With ageing a class is gained for each such time that somebody has waited, up to the highest, and then it is again whoever
//! came first: so an endless stream of others keeps nobody waiting for longer than it takes to rise, and for those who were there before.
//!
//! What is offered is taken or given back at once. Who was let in before and comes back may wait for room, and nobody who comes later takes
//! it away: [`PriorityQueue::put`] dropped while it waits takes its item with it, and no room.

use super::cond::Cond;
use super::waiters::{Ticket, Waiters};
use millrace_engine::{Carries, Env, StationSpec, TaskRef};
use millrace_spec::risen;
use millrace_trace::{EventKind, SimTime, Span, StationId, StationKind, UNLIMITED, Wait};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// How a queue by class is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriorityQueueSettings<'a> {
    /// The rails from the highest class on: the name of the station of each, and its room.
    pub rails: &'a [(&'static str, u32)],
    /// How many classes there are; those that have no rail come last.
    pub classes: usize,
    /// The room of the overflow.
    pub overflow: u32,
    /// After how long a wait somebody counts as of the next higher class; zero for never.
    pub age: Span,
}

/// A queue by class. Clones are the same one.
pub struct PriorityQueue<T: Carries>(Rc<Shared<T>>);

struct Shared<T: Carries> {
    env: Env,
    station: StationId,
    age: Span,
    inner: RefCell<Inner<T>>,
    came: Cond,
}

struct Inner<T> {
    lanes: Vec<Lane<T>>,
    overflow: u32,
    overflowing: u32,
    came: u64,
}

/// Those of a class.
struct Lane<T> {
    /// Its rail: station, room, and how many of the first stand there.
    rail: Option<(StationId, u32)>,
    on_rail: u32,
    /// All of them, whoever came first first.
    all: VecDeque<Entry<T>>,
    /// Those who wait for room.
    outside: Waiters<(TaskRef, T), ()>,
}

struct Entry<T> {
    item: T,
    number: u64,
    since: SimTime,
}

/// Whoever goes next.
#[derive(Debug)]
pub struct Taken<T> {
    /// What it is.
    pub item: T,
    /// Its class.
    pub class: usize,
    /// The class that it counts as, for having waited.
    pub counts_as: usize,
}

impl<T: Carries> PriorityQueue<T> {
    /// An empty one. Its station is the overflow's, and the rails are members of it.
    pub fn open(env: &Env, name: &str, settings: PriorityQueueSettings<'_>) -> PriorityQueue<T> {
        let open =
            |name, parent, capacity| env.open(StationSpec { kind: StationKind::Channel, name, parent, capacity });
        let station = open(name, StationId::NONE, settings.overflow);
        let mut rails = settings.rails.iter();
        let lane = |_| Lane {
            rail: rails.next().map(|(name, room)| (open(name, station, *room), *room)),
            on_rail: 0,
            all: VecDeque::new(),
            outside: Waiters::default(),
        };
        let lanes = (0..settings.classes.max(1)).map(lane).collect();
        let inner = RefCell::new(Inner { lanes, overflow: settings.overflow, overflowing: 0, came: 0 });
        PriorityQueue(Rc::new(Shared {
            env: env.clone(),
            station,
            age: settings.age,
            inner,
            came: Cond::of(env, station),
        }))
    }

    /// The station of the overflow.
    pub fn station(&self) -> StationId {
        self.0.station
    }

    /// The station at which those of a class stand first: their rail, or the overflow where they have none.
    pub fn station_of(&self, class: usize) -> StationId {
        let inner = self.0.inner.borrow();
        inner.lanes.get(class).and_then(|lane| lane.rail).map_or(self.0.station, |(rail, _)| rail)
    }

    /// How many are in it. Who waits for room is not.
    pub fn len(&self) -> usize {
        self.0.inner.borrow().lanes.iter().map(|lane| lane.all.len()).sum()
    }

    /// For how many more of a class there is room.
    pub fn room(&self, class: usize) -> u32 {
        let inner = self.0.inner.borrow();
        let lane = inner.lanes.get(class.min(inner.lanes.len() - 1));
        let on_rail = lane.and_then(|lane| Some(lane.rail?.1.saturating_sub(lane.on_rail))).unwrap_or(0);
        on_rail.saturating_add(inner.overflow.saturating_sub(inner.overflowing))
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts somebody in who comes now, if there is room. A class that there is not is the last one.
    ///
    /// # Errors
    /// Gives it back where there is none.
    pub fn offer(&self, item: T, class: usize) -> Result<(), T> {
        let is_in = self.0.enter(&mut self.0.inner.borrow_mut(), item, class);
        if is_in.is_ok() {
            self.0.came.signal();
        }
        is_in
    }

    /// The same for somebody who was in it before: waits for room, before all who come later.
    #[track_caller]
    pub fn put(&self, item: T, class: usize) -> Put<T> {
        Put { queue: self.clone(), item: Some((item, class)), ticket: None, site: Location::caller() }
    }

    /// Waits until somebody is in it, who is not taken. One task at a time.
    #[track_caller]
    pub fn ready(&self) -> impl Future<Output = ()> + use<'_, T> {
        let site = Location::caller();
        async move {
            while self.is_empty() {
                self.0.env.at(site, self.0.came.wait()).await;
            }
        }
    }

    /// Takes out somebody who does not want to wait any longer: the first of a class that `is_it` says of. Who came later moves up; who waits for room is not
    /// looked at.
    pub fn withdraw(&self, class: usize, is_it: impl Fn(&T) -> bool) -> Option<T> {
        let inner = &mut *self.0.inner.borrow_mut();
        let class = class.min(inner.lanes.len() - 1);
        let lane = inner.lanes.get_mut(class)?;
        let place = lane.all.iter().position(|entry| is_it(&entry.item))?;
        let item = lane.all.remove(place)?.item;
        if place < lane.on_rail as usize {
            lane.on_rail -= 1;
            self.0.moves_up(inner, class);
        } else {
            inner.overflowing -= 1;
        }
        self.0.let_in(inner, class);
        Some(item)
    }

    /// Takes out all who are in it, as its process is gone. Who waits for room is not looked at.
    pub fn empty(&self) -> Vec<T> {
        let inner = &mut *self.0.inner.borrow_mut();
        inner.overflowing = 0;
        let lanes = inner.lanes.iter_mut().flat_map(|lane| {
            lane.on_rail = 0;
            std::mem::take(&mut lane.all)
        });
        lanes.map(|entry| entry.item).collect()
    }

    /// Takes out whoever is next now, to be served at a station.
    pub fn take(&self, to: StationId) -> Option<Taken<T>> {
        let Shared { env, age, .. } = &*self.0;
        let inner = &mut *self.0.inner.borrow_mut();
        let now = env.now();
        let heads = inner.lanes.iter().enumerate().filter_map(|(class, lane)| {
            let head = lane.all.front()?;
            Some((risen(class, now.since(head.since), *age), head.number, class))
        });
        let (counts_as, _, class) = heads.min()?;
        let lane = inner.lanes.get_mut(class)?;
        let item = lane.all.pop_front()?.item;
        self.0.moved(&item, to, true);
        if lane.on_rail == 0 {
            inner.overflowing -= 1;
        } else {
            lane.on_rail -= 1;
            self.0.moves_up(inner, class);
        }
        self.0.let_in(inner, class);
        Some(Taken { item, class, counts_as })
    }
}

// All in one borrow: events and wakes only note something down.
impl<T: Carries> Shared<T> {
    fn moved(&self, item: &T, station: StationId, started: bool) {
        if let Some(job) = item.job() {
            self.env.emit(EventKind::Moved { job, station, started });
        }
    }

    fn enter(&self, inner: &mut Inner<T>, item: T, class: usize) -> Result<(), T> {
        let class = class.min(inner.lanes.len() - 1);
        let Some(lane) = inner.lanes.get_mut(class) else { return Err(item) };
        // Who stands in the overflow is there because the rail is full.
        let free = lane.rail.filter(|(_, room)| lane.on_rail < *room);
        match free {
            Some((rail, _)) => {
                lane.on_rail += 1;
                self.moved(&item, rail, false);
            }
            None if inner.overflowing < inner.overflow || inner.overflow == UNLIMITED => {
                inner.overflowing += 1;
                self.moved(&item, self.station, false);
            }
            None => return Err(item),
        }
        inner.came += 1;
        lane.all.push_back(Entry { item, number: inner.came, since: self.env.now() });
        Ok(())
    }

    /// The first of a class in the overflow takes the place that is free on its rail.
    fn moves_up(&self, inner: &mut Inner<T>, class: usize) {
        let Some(lane) = inner.lanes.get_mut(class) else { return };
        let Some((rail, _)) = lane.rail else { return };
        if let Some(next) = lane.all.get(lane.on_rail as usize) {
            self.moved(&next.item, rail, false);
            lane.on_rail += 1;
            inner.overflowing -= 1;
        }
    }

    /// Lets in who has waited longest for the room that is free: on the rail of this class, or else in the overflow, the highest first.
    fn let_in(&self, inner: &mut Inner<T>, class: usize) {
        for class in std::iter::once(class).chain(0..inner.lanes.len()) {
            let fits = inner.overflowing < inner.overflow
                || inner.lanes.get(class).is_some_and(|lane| lane.rail.is_some_and(|(_, room)| lane.on_rail < room));
            let waits = inner.lanes.get_mut(class).filter(|_| fits).and_then(|lane| lane.outside.give(()));
            if let Some((task, item)) = waits {
                self.env.wake(task);
                // There is room: it was just looked at.
                drop(self.enter(inner, item, class));
                self.came.signal();
                return;
            }
        }
    }
}

/// The future of [`PriorityQueue::put`].
#[must_use = "futures do nothing unless polled"]
pub struct Put<T: Carries> {
    queue: PriorityQueue<T>,
    item: Option<(T, usize)>,
    ticket: Option<(Ticket, usize)>,
    site: &'static Location<'static>,
}

impl<T: Carries> Unpin for Put<T> {}

impl<T: Carries> Future for Put<T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let shared = &this.queue.0;
        if let Some((item, class)) = this.item.take() {
            let Err(item) = this.queue.offer(item, class) else { return Poll::Ready(()) };
            let inner = &mut *shared.inner.borrow_mut();
            let class = class.min(inner.lanes.len() - 1);
            if let Some(lane) = inner.lanes.get_mut(class) {
                this.ticket = Some((lane.outside.join((shared.env.current(), item)), class));
            }
            shared.env.waits(Wait::Send, shared.station, this.site);
            return Poll::Pending;
        }
        let Some((ticket, class)) = this.ticket else { return Poll::Ready(()) };
        let inner = &mut *shared.inner.borrow_mut();
        if inner.lanes.get_mut(class).is_some_and(|lane| lane.outside.redeem(ticket).is_none()) {
            return Poll::Pending;
        }
        this.ticket = None;
        Poll::Ready(())
    }
}

impl<T: Carries> Drop for Put<T> {
    fn drop(&mut self) {
        let Some((ticket, class)) = self.ticket else { return };
        let mut inner = self.queue.0.inner.borrow_mut();
        let left = inner.lanes.get_mut(class).map(|lane| lane.outside.leave(ticket));
        // The item may emit when it goes, so it goes after the borrow. Who was let in stays in.
        drop(inner);
        drop(left);
    }
}

impl<T: Carries> Clone for PriorityQueue<T> {
    fn clone(&self) -> Self {
        PriorityQueue(self.0.clone())
    }
}

impl<T: Carries> fmt::Debug for PriorityQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PriorityQueue({})", self.len())
    }
}
