//! The good practices that a pattern's document lists, and how each of them can be seen: by a check of the run, or, where no run can show
//! it, in the build, with where to look. A list that said "yes" of itself would be worth nothing.

/// One item of a list.
#[derive(Clone, Copy, Debug)]
pub struct Practice {
    /// The list.
    pub list: &'static str,
    /// The item, in the document's sense.
    pub item: &'static str,
    /// How it can be seen.
    pub seen: Seen,
}

/// How a practice can be seen.
#[derive(Clone, Copy, Debug)]
pub enum Seen {
    /// In a run: the checks, by their statements. Each of them can fail.
    Checked(&'static [&'static str]),
    /// Not in a run: it is of the build. What is so, and the files where one can look.
    Built {
        /// What is so, in a sentence.
        says: &'static str,
        /// Where, from the top of the repository.
        at: &'static [&'static str],
    },
}
