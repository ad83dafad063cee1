//! A rest after each change: what was changed has to have had an effect before the next is judged.

use millrace_trace::{SimTime, Span};

/// When something changed last, and how long nothing does after that. Before the first change there is none to rest from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest {
    lasts: Span,
    changed: Option<SimTime>,
}

impl Rest {
    pub(super) fn of(lasts: Span) -> Rest {
        Rest { lasts, changed: None }
    }

    /// Until when it rests; if there was a change.
    pub(super) fn until(&self) -> Option<SimTime> {
        self.changed.map(|at| at + self.lasts)
    }

    pub(super) fn is_on(&self, now: SimTime) -> bool {
        self.until().is_some_and(|until| now < until)
    }

    /// The next size, from which it rests where it is another.
    pub(super) fn step(&mut self, now: SimTime, size: u32, next: u32) -> u32 {
        if next != size {
            self.changed = Some(now);
        }
        next
    }
}
