//! How a place of a pool stood lately: from when on in which state, and the line that the last change came from.
//!
//! What is shorter than a pixel is kept here as well, as rows show some milliseconds only; so there is room for few changes, and for
//! those of the first places alone.

use super::push_back;
use millrace_trace::{SimTime, Site, TextId};
use std::collections::VecDeque;

/// How many changes are kept of a place.
const CHANGES: usize = 24;

/// The recent past of a place of a pool.
#[derive(Clone, Debug, Default)]
pub struct Stood {
    /// Since when in which state, oldest first.
    pub past: VecDeque<(SimTime, TextId)>,
    /// The line that the last of them came from, where one is known.
    pub site: Site,
}

impl Stood {
    pub(super) fn change(&mut self, state: TextId, at: SimTime, site: Site, keep: bool) {
        if keep {
            push_back(&mut self.past, (at, state), CHANGES);
        }
        self.site = site;
    }
}
