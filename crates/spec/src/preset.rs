//! A scenario of a pattern, as the pattern offers it: values under a name, what there is to see with them, and what to try.

use super::{Fidelity, Trial};

/// Values that differ from the defaults, under a name. The defaults themselves are one without id and values.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its id in links; empty for the defaults.
    pub id: &'static str,
    /// Its name on the page.
    pub label: &'static str,
    /// What it shows: one sentence of at most [`Preset::LONGEST`] characters, which stands over the stage. It is true whatever the
    /// seed is, so it has no number that depends on one.
    pub says: &'static str,
    /// What there is to see, at more length; empty where the sentence says all.
    pub help: &'static str,
    /// What to try with it: one to three things.
    pub tries: &'static [Trial],
    /// How many virtual seconds a second it is played at until somebody chooses a speed: so that there is something to follow.
    pub speed: f64,
    /// The fidelity it asks for, if it does.
    pub fidelity: Option<Fidelity>,
    /// Keys and values, as in a link.
    pub values: &'static [(&'static str, &'static str)],
    /// What another run has otherwise that stands beside it when it is chosen, as in a link; empty for none. A link says of itself whether
    /// one does.
    pub beside: &'static [(&'static str, &'static str)],
}

impl Preset {
    /// The most characters that its sentence may have: one line over the stage of a window of 1440 px, two lines of a phone.
    pub const LONGEST: usize = 95;

    /// What there is to see, at the most length there is.
    pub fn told(&self) -> &'static str {
        if self.help.is_empty() { self.says } else { self.help }
    }

    /// What most presets have in common, to be written after what is its own: `Preset { id, …, ..Preset::BASE }`.
    pub const BASE: Preset = Preset {
        id: "",
        label: "Defaults",
        says: "",
        help: "",
        tries: &[],
        speed: 1.0,
        fidelity: None,
        values: &[],
        beside: &[],
    };
}
