//! The faults that stand: which, how strong, since when and until when.
//!
//! A fault is a thing of its own from its beginning to its end, so two outages that overlap are two, and the end of one
//! leaves the other. One that lasts for a time ends by itself; nobody has to say so. One whose magnitude is a matter of degree and that
//! has no end is a knob: turned to another value it is the same knob, while each member of a crew that is killed is killed
//! for itself.
//!
//! Links from before faults had ends of their own hold both ends. An `off` that comes at the very instant at which a fault was to end
//! is that end said again: it must not take away another one that began meanwhile.

use millrace_trace::{SimTime, Span};

/// What kind of thing a second beginning is, while the first still stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Again {
    /// The same fault with another magnitude: a knob that is turned.
    #[default]
    Turns,
    /// Another fault beside it: another member, another outage.
    Adds,
}

/// A fault that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onset {
    /// Its magnitude, in the unit that the scene gives it.
    pub magnitude: i64,
    /// How long it lasts; none until it is switched off.
    pub lasts: Option<Span>,
    /// What it is while another of its kind stands.
    pub again: Again,
}

impl Onset {
    /// One that stands until it is switched off, and that is turned by the next.
    pub const fn of(magnitude: i64) -> Onset {
        Onset { magnitude, lasts: None, again: Again::Turns }
    }
}

/// Names a fault that stands, for whoever began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FaultId(u32);

#[derive(Debug)]
struct Standing {
    id: FaultId,
    fault: String,
    magnitude: i64,
    ends: Option<SimTime>,
    again: Again,
}

/// A change, as the trace has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It began.
    On(i64),
    /// It ended: its place among those of its kind that stood, in the order of their beginnings.
    Off(usize),
}

/// All faults that stand, in the order of their beginnings.
#[derive(Debug, Default)]
pub(super) struct Faults {
    standing: Vec<Standing>,
    next: u32,
    /// The ends that were announced, until an `off` at that very instant was taken for one of them.
    announced: Vec<(String, SimTime)>,
}

impl Faults {
    /// The magnitudes of a kind, in the order of their beginnings.
    pub fn of(&self, fault: &str) -> Vec<i64> {
        self.standing.iter().filter(|s| s.fault == fault).map(|s| s.magnitude).collect()
    }

    /// Whether any stands.
    pub fn any(&self) -> bool {
        !self.standing.is_empty()
    }

    /// The greatest magnitude of a kind.
    pub fn strongest(&self, fault: &str) -> Option<i64> {
        self.standing.iter().filter(|s| s.fault == fault).map(|s| s.magnitude).max()
    }

    /// When the next one ends by itself.
    pub fn next_end(&self) -> Option<SimTime> {
        self.standing.iter().filter_map(|s| s.ends).min()
    }

    /// One begins: its name, and what changes.
    pub fn begin(&mut self, fault: &str, onset: Onset, now: SimTime) -> (FaultId, Vec<Change>) {
        let ends = onset.lasts.map(|span| now + span);
        // What is there already and as strong needs no other beside it.
        let same =
            |s: &&Standing| s.fault == fault && s.magnitude == onset.magnitude && s.ends.is_none() && ends.is_none();
        if let Some(there) = self.standing.iter().find(same) {
            return (there.id, Vec::new());
        }
        let mut changes = Vec::new();
        let turns = |s: &Standing| s.fault == fault && s.ends.is_none() && s.again == Again::Turns;
        if onset.again == Again::Turns
            && ends.is_none()
            && let Some(turned) = self.standing.iter().find(|s| turns(s)).map(|s| s.id)
        {
            changes.extend(self.remove(turned).map(|(_, change)| change));
        }
        let id = FaultId(self.next);
        self.next = self.next.wrapping_add(1);
        if let Some(ends) = ends {
            self.announced.retain(|(_, at)| *at >= now);
            self.announced.push((fault.to_owned(), ends));
        }
        let (fault, again) = (fault.to_owned(), onset.again);
        self.standing.push(Standing { id, fault, magnitude: onset.magnitude, ends, again });
        changes.push(Change::On(onset.magnitude));
        (id, changes)
    }

    /// One is switched off: the earliest of its kind that stands, or of those with a magnitude.
    pub fn off(&mut self, fault: &str, magnitude: Option<i64>, now: SimTime) -> Option<Change> {
        let said = self.announced.iter().position(|(name, at)| name == fault && *at == now);
        if let (Some(said), None) = (said, magnitude) {
            self.announced.swap_remove(said);
            return None;
        }
        let wanted = |s: &&Standing| s.fault == fault && magnitude.is_none_or(|m| m == s.magnitude);
        let id = self.standing.iter().find(wanted).map(|s| s.id)?;
        self.remove(id).map(|(_, change)| change)
    }

    /// One that is due ends by itself; none when there is no other.
    pub fn end_due(&mut self, now: SimTime) -> Option<(String, Change)> {
        let due = self.standing.iter().find(|s| s.ends.is_some_and(|ends| ends <= now)).map(|s| s.id)?;
        self.remove(due)
    }

    /// Ends one.
    pub fn remove(&mut self, id: FaultId) -> Option<(String, Change)> {
        let index = self.standing.iter().position(|s| s.id == id)?;
        let gone = self.standing.remove(index);
        let place = self.standing.iter().take(index).filter(|s| s.fault == gone.fault).count();
        Some((gone.fault, Change::Off(place)))
    }
}
