//! How many connections there may be, where that changes, and what is counted of those who wait for one.

use super::{ConnectionPool, Counts, State, Waiter};
use millrace_spec::Closing;
use millrace_trace::{SimTime, Span};

/// Of how many waits that are over the length is kept, for whoever asks for it.
const LATELY: usize = 1_024;

impl<T: 'static> ConnectionPool<T> {
    /// From now on so many may be open at once, at least one, and so many of them idle. Where that is fewer, idle ones are closed at once and those in
    /// use as they come back.
    pub fn set_limits(&self, open: u32, idle: u32) {
        let open = open.max(1);
        self.0.limits.set((open, idle));
        self.0.env.resize(self.0.station, open);
        self.close_surplus();
        self.open_for_waiters();
        self.keep_warm();
    }
}

impl<T: 'static> ConnectionPool<T> {
    /// Its process is gone: none is opened any more, and those that are idle are broken, as those are that were in somebody's hands.
    pub fn crashes(&self) {
        self.give_up_openings();
        let idle = std::mem::take(&mut self.0.state.borrow_mut().idle);
        idle.into_iter().for_each(|open| self.close(open, Closing::Broken));
        self.ends();
    }

    /// Its process is there again: as large as it was opened, with none open, and nothing counted.
    pub fn begins_anew(&self) {
        let settings = self.0.settings;
        {
            let mut state = self.0.state.borrow_mut();
            state.counts = Counts { ids: state.counts.ids, ..Counts::default() };
            state.warm = settings.min_idle;
        }
        self.show();
        self.set_limits(settings.open, settings.idle);
    }
}

impl<T> ConnectionPool<T> {
    /// How many may be open at once.
    pub fn limit(&self) -> u32 {
        self.0.limits.get().0
    }

    /// Whether more are open than may be, after there were to be fewer.
    pub fn is_crowded(&self) -> bool {
        let state = self.0.state.borrow();
        u64::from(state.taken) > u64::from(self.limit()) + state.closing as u64
    }

    /// How many were closed so far, and why.
    pub fn closed(&self, why: Closing) -> u64 {
        let counts = &self.0.state.borrow().counts;
        let place = Closing::ALL.iter().position(|own| *own == why);
        place.and_then(|place| counts.closed.get(place)).map_or(0, |n| u64::try_from(*n).unwrap_or(0))
    }

    /// How many had to wait for one so far, and how long those did whose wait is over: `WaitCount` and `WaitDuration` of Go's `DBStats`.
    pub fn waits(&self) -> (u64, Span) {
        let counts = &self.0.state.borrow().counts;
        (counts.waits, counts.waited)
    }

    /// How long those waited whose wait has ended since somebody asked this last; the latest of them where there were very many.
    pub fn waited_lately(&self) -> Vec<Span> {
        self.0.state.borrow_mut().counts.lately.drain(..).collect()
    }
}

impl<T> State<T> {
    /// Somebody does not wait any more, whether or not its task knows of it yet.
    pub(super) fn has_waited(&mut self, waiter: &Waiter, now: SimTime) {
        let (counts, waited) = (&mut self.counts, now.since(waiter.since));
        counts.waited = Span(counts.waited.0.saturating_add(waited.0));
        if counts.lately.len() == LATELY {
            counts.lately.pop_front();
        }
        counts.lately.push_back(waited);
    }
}
