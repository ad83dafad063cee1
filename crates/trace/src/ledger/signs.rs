//! What is to be seen of a transition at once: a bit each, so that a fold that cares for few of them asks once for all.
//!
//! Most events are of no interest to most folds, and asking each what it is took as long as taking it in.

/// What can be seen of what happened to a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signs(u32);

impl Signs {
    /// It came in, from outside or by a split.
    pub const CAME_IN: Signs = Signs(1);
    /// It went to another station.
    pub const MOVED: Signs = Signs(1 << 1);
    /// It is served where it is.
    pub const STARTED: Signs = Signs(1 << 2);
    /// A call of it began.
    pub const CALLED: Signs = Signs(1 << 3);
    /// A call of it ended.
    pub const ANSWERED: Signs = Signs(1 << 4);
    /// It left.
    pub const LEFT: Signs = Signs(1 << 5);
    /// It became a part of another.
    pub const MERGED: Signs = Signs(1 << 6);
    /// It went on to where there are as many now as there is room for, for the first time since nobody was left there.
    pub const FILLED: Signs = Signs(1 << 7);
    /// It went on from where nobody is left now, for the first time since it was full there.
    pub const EMPTIED: Signs = Signs(1 << 8);
    /// Its call ended with an error or without an answer, or the job was lost or cancelled.
    pub const BADLY: Signs = Signs(1 << 9);
    /// All of them: some of these are there whatever happened.
    pub const ALL: Signs = Signs(u32::MAX);
    /// None of them.
    pub const NONE: Signs = Signs(0);

    /// These and others.
    #[inline]
    pub const fn and(self, others: Signs) -> Signs {
        Signs(self.0 | others.0)
    }

    /// These, if that is so.
    #[inline]
    pub const fn only_if(self, so: bool) -> Signs {
        Signs(self.0 * so as u32)
    }

    /// Whether any of others is among them.
    #[inline]
    pub const fn has(self, any: Signs) -> bool {
        self.0 & any.0 != 0
    }
}
