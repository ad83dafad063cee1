//! A sliding window of outcomes: how many of the last calls failed, and how many were slow.
//!
//! By calls it is a ring of the last so many, as in resilience4j's count-based window. By time it is a ring of slices that
//! each keep sums, as in its time-based one: a slice that falls out takes its calls with it, so what is kept does not grow
//! with the traffic, and the window moves on in steps of a slice. Slices lie at whole multiples of their length since
//! the start of the run, not since the first call.

use millrace_trace::{SimTime, Span};

/// What the window covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The last so many calls, at least one.
    Calls(u32),
    /// The calls of a span of time, which is cut in slices.
    Time {
        /// How long it is.
        span: Span,
        /// How many slices, at least one.
        slices: u32,
    },
}

/// How a call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// It failed.
    pub failed: bool,
    /// It took long.
    pub slow: bool,
}

/// Sums over calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls.
    pub calls: u32,
    /// Those that failed.
    pub failures: u32,
    /// Those that were slow, failed or not.
    pub slow: u32,
}

impl Counts {
    /// One call more.
    pub fn add(&mut self, mark: Mark) {
        self.calls = self.calls.saturating_add(1);
        self.failures = self.failures.saturating_add(u32::from(mark.failed));
        self.slow = self.slow.saturating_add(u32::from(mark.slow));
    }

    fn remove(&mut self, other: Counts) {
        self.calls = self.calls.saturating_sub(other.calls);
        self.failures = self.failures.saturating_sub(other.failures);
        self.slow = self.slow.saturating_sub(other.slow);
    }

    fn of(mark: Mark) -> Counts {
        Counts { calls: 1, failures: mark.failed.into(), slow: mark.slow.into() }
    }
}

/// A sliding window, empty at first.
#[derive(Clone, Debug)]
pub struct SlidingWindow {
    window: Window,
    /// A call each, or a slice each. A window of calls grows up to its size, so that a large one costs nothing at first.
    cells: Vec<Counts>,
    total: Counts,
    /// Where the next call is written, for a window of calls; the slice it is, counted from the start of the run, for one of time.
    position: u64,
}

impl SlidingWindow {
    /// An empty window.
    pub fn new(window: Window) -> SlidingWindow {
        SlidingWindow { window, cells: Vec::new(), total: Counts::default(), position: 0 }
    }

    /// How many cells it has when it is full.
    pub fn size(&self) -> u32 {
        match self.window {
            Window::Calls(calls) => calls.max(1),
            Window::Time { slices, .. } => slices.max(1),
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.cells.clear();
        self.total = Counts::default();
        if let Window::Calls(_) = self.window {
            self.position = 0;
        }
    }

    /// Forgets what has become too old.
    pub fn roll(&mut self, now: SimTime) {
        let Window::Time { span, .. } = self.window else { return };
        let size = u64::from(self.size());
        let slice = now.nanos() / (span.0 / size).max(1);
        // More than a whole window later, every slice is another.
        for passed in self.position.saturating_add(1)..=slice.min(self.position.saturating_add(size)) {
            if let Some(cell) = self.cells.get_mut((passed % size) as usize) {
                self.total.remove(std::mem::take(cell));
            }
        }
        if slice > self.position.saturating_add(size) {
            self.clear();
        }
        self.position = slice;
    }

    /// Notes a call that ended now.
    pub fn record(&mut self, now: SimTime, mark: Mark) {
        self.roll(now);
        let index = self.next() as usize;
        if self.cells.len() <= index {
            self.cells.resize(index + 1, Counts::default());
        }
        let Some(cell) = self.cells.get_mut(index) else { return };
        match self.window {
            Window::Calls(_) => {
                self.total.remove(std::mem::replace(cell, Counts::of(mark)));
                self.position += 1;
            }
            Window::Time { .. } => cell.add(mark),
        }
        self.total.add(mark);
    }

    /// The sums over the window as of the last call of [`SlidingWindow::roll`] or [`SlidingWindow::record`].
    pub fn total(&self) -> Counts {
        self.total
    }

    /// The sums of a cell; nothing where none was written.
    pub fn cell(&self, index: u32) -> Counts {
        self.cells.get(index as usize).copied().unwrap_or_default()
    }

    /// The cell that the next call is written to.
    pub fn next(&self) -> u32 {
        (self.position % u64::from(self.size())) as u32
    }
}
