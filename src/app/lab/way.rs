//! The way of the request that somebody follows, found anew when there is more of it.

use super::Lab;
use crate::analysis::{Spans, Way};
use crate::trace::{JobId, TraceHash};
use std::cell::RefCell;
use std::rc::Rc;

/// What was found last: of which events, of which job, and that.
#[derive(Debug)]
struct Last<T>(RefCell<Option<Of<T>>>);

/// Of which trace and which job, and what was found.
type Of<T> = (TraceHash, JobId, Option<Rc<T>>);

impl<T> Default for Last<T> {
    fn default() -> Last<T> {
        Last(RefCell::default())
    }
}

impl<T> Last<T> {
    /// That of a job and of the events with a hash: the one that was found last, or found anew.
    fn of(&self, far: TraceHash, job: JobId, find: impl FnOnce() -> Option<T>) -> Option<Rc<T>> {
        let mut found = self.0.borrow_mut();
        if let Some((hash, of, known)) = &*found
            && *of == job
            && *hash == far
        {
            return known.clone();
        }
        let new = find().map(Rc::new);
        *found = Some((far, job, new.clone()));
        new
    }
}

/// The way and the spans that were found last: they are asked for several times a second.
#[derive(Debug, Default)]
pub(super) struct Found(Last<Way>, Last<Spans>);

impl Lab {
    /// The way of a job, as far as the run is computed; nothing if it has not come in, or the log of that time was given up.
    pub fn way(&self, job: JobId) -> Option<Rc<Way>> {
        self.found.0.of(self.session.far_hash(), job, || Way::of(&self.session.run().trace(), job))
    }

    /// Its spans through the services.
    pub fn spans(&self, job: JobId) -> Option<Rc<Spans>> {
        self.found.1.of(self.session.far_hash(), job, || Spans::of(&self.session.run().trace(), job))
    }
}
