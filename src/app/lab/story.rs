//! The story of the request that somebody follows, told anew when there is more of it.

use super::Lab;
use crate::analysis::Story;
use crate::trace::{JobId, TraceHash};
use std::cell::RefCell;
use std::rc::Rc;

/// What was told last: of which events, of which job, and the story.
type Last = Option<(TraceHash, JobId, Option<Rc<Story>>)>;

/// The story that was told last: it is asked for several times a second.
#[derive(Debug, Default)]
pub(super) struct Told(RefCell<Last>);

impl Lab {
    /// The story of the request that is followed, if one is.
    pub fn following(&self) -> Option<Rc<Story>> {
        self.followed.and_then(|job| self.story(job))
    }

    /// The story of a job, as far as the run is computed; nothing if it has not come in, or the log of that time was given up.
    pub fn story(&self, job: JobId) -> Option<Rc<Story>> {
        let far = self.session.far_hash();
        let mut told = self.told.0.borrow_mut();
        if let Some((hash, of, story)) = &*told
            && *of == job
            && *hash == far
        {
            return story.clone();
        }
        let story = Story::of(&self.session.run().trace(), job).map(Rc::new);
        *told = Some((far, job, story.clone()));
        story
    }
}
