//! Workers behind a semaphore and a queue, as one place of the picture: what it has to be told beside the crew that it shows.

/// Workers behind a semaphore and a queue, and what is to be said of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operations {
    /// The pool of the permits, and the channel to the workers.
    pub permits: &'static str,
    /// See [`Operations::permits`].
    pub queue: &'static str,
    /// What is amiss with it, in a few words, where something is.
    pub amiss: &'static str,
}
