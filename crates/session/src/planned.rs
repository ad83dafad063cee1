//! The faults of a scenario as things with a beginning and an end: to be planned, moved, sized and taken away.
//!
//! A scenario holds what is done, each at its place: a fault begins, one is lifted. What a person sees and changes is the time between
//! the two. A fault that is changed here keeps to virtual time alone, because the run that it is in becomes another one, in which no
//! event has the number it had. Changing one fault must move no other.

use super::Scenario;
use millrace_engine::{Action, Again, Intervention, Onset, Ordinal};
use millrace_spec::{FaultSpec, FaultUnit};
use millrace_trace::order::sort_by_key;
use millrace_trace::{SimTime, Span};

/// A fault of a scenario, from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The fault's name in the scene: `outage.l2`.
    pub name: String,
    /// Its magnitude, in the unit that the scene gives it.
    pub magnitude: i64,
    /// When it begins.
    pub from: SimTime,
    /// When it ends; nothing where nobody ends it.
    pub to: Option<SimTime>,
    /// Where it begins among the events of its instant.
    ordinal: Ordinal,
    /// Whether it ends by itself.
    ends_itself: bool,
    /// The interventions that begin it, and that end it if one does.
    begun_by: usize,
    ended_by: Option<usize>,
}

impl Planned {
    /// Whether it stands once what happened before this place has happened.
    pub fn stands(&self, at: SimTime, ordinal: Ordinal) -> bool {
        (self.from, self.ordinal) <= (at, ordinal) && self.to.is_none_or(|to| to > at)
    }
}

impl Scenario {
    /// The faults that somebody planned, in the order of their beginnings. How one ends another of its kind is as in the engine: a fault
    /// of degree is a knob that is turned, and lifting takes the earliest.
    pub fn planned(&self) -> Vec<Planned> {
        let mut all: Vec<Planned> = Vec::new();
        for (index, intervention) in self.interventions.iter().enumerate() {
            let at = intervention.at;
            let stands = |p: &&mut Planned, name: &str| p.name == name && p.to.is_none_or(|to| to > at);
            match &intervention.action {
                Action::Fault { id, onset } => {
                    let to = onset.lasts.map(|lasts| at + lasts);
                    let endless = |p: &&mut Planned| stands(p, id) && p.to.is_none();
                    if onset.again == Again::Turns
                        && to.is_none()
                        && let Some(turned) = all.iter_mut().find(endless)
                    {
                        turned.to = Some(at);
                    }
                    let (name, magnitude, ordinal) = (id.clone(), onset.magnitude, intervention.ordinal);
                    let (ends_itself, begun_by) = (to.is_some(), index);
                    all.push(Planned { name, magnitude, from: at, to, ordinal, ends_itself, begun_by, ended_by: None });
                }
                Action::Lift { id, magnitude } => {
                    // One that ends by itself at this very instant, said again.
                    let said =
                        |p: &&mut Planned| p.ends_itself && p.name == *id && p.to == Some(at) && p.ended_by.is_none();
                    if magnitude.is_none()
                        && let Some(ended) = all.iter_mut().find(said)
                    {
                        ended.ended_by = Some(index);
                        continue;
                    }
                    let of = |p: &&mut Planned| stands(p, id) && magnitude.is_none_or(|m| m == p.magnitude);
                    if let Some(lifted) = all.iter_mut().find(of) {
                        (lifted.to, lifted.ended_by) = (Some(at), Some(index));
                    }
                }
                _ => {}
            }
        }
        all
    }

    /// Plans a fault of the scene from an instant on: for as long as is said, or as its magnitude says, or without an end. Its number
    /// among those planned; nothing if the scene has no such fault.
    pub fn plan(&mut self, name: &str, magnitude: i64, from: SimTime, lasts: Option<Span>) -> Option<usize> {
        let fault = self.fault(name)?;
        let onset = fault.onset(magnitude.clamp(fault.min, fault.max), lasts);
        self.put(from, Ordinal::ByTime, Action::Fault { id: fault.name().into_owned(), onset });
        // It is the last of those that begin then.
        self.planned().iter().rposition(|p| p.from == from && p.name == fault.name())
    }

    /// Lets a planned fault begin and end at other times. Nothing for an end that nobody made.
    pub fn reschedule(&mut self, number: usize, from: SimTime, to: Option<SimTime>) {
        let Some(planned) = self.planned().into_iter().nth(number) else { return };
        let Some(fault) = self.fault(&planned.name) else { return };
        let lasts = to.map(|to| Span(to.since(from).0.max(1)));
        let onset = timed(&fault, planned.magnitude, lasts);
        self.take_out(&planned);
        self.put(from, Ordinal::ByTime, Action::Fault { id: planned.name, onset });
    }

    /// Gives a planned fault another magnitude. Where that is a time, it lasts so long.
    pub fn strengthen(&mut self, number: usize, magnitude: i64) {
        let Some(planned) = self.planned().into_iter().nth(number) else { return };
        let Some(fault) = self.fault(&planned.name) else { return };
        let magnitude = magnitude.clamp(fault.min, fault.max);
        let lasts = planned.to.filter(|_| fault.unit != FaultUnit::Lasts).map(|to| Span(to.since(planned.from).0));
        self.take_out(&planned);
        let onset = fault.onset(magnitude, lasts);
        self.put(planned.from, Ordinal::ByTime, Action::Fault { id: planned.name, onset });
    }

    /// Takes a planned fault away, from its beginning to its end.
    pub fn unplan(&mut self, number: usize) {
        if let Some(planned) = self.planned().into_iter().nth(number) {
            self.take_out(&planned);
        }
    }

    /// Ends a fault at a place: one that was planned, of this magnitude where one is said, ends there in place of later, or is gone
    /// where it begins there; any other is lifted there.
    pub fn end_fault(&mut self, name: &str, magnitude: Option<i64>, at: SimTime, ordinal: Ordinal) {
        let all = self.planned();
        let of = |p: &&Planned| p.name == name && magnitude.is_none_or(|m| m == p.magnitude) && p.stands(at, ordinal);
        match all.iter().find(of) {
            Some(planned) if planned.from == at => self.take_out(planned),
            Some(planned) => {
                // What has happened keeps its place.
                if let Some(ends) = planned.ended_by {
                    self.interventions.remove(ends);
                }
                self.put(at, ordinal, Action::Lift { id: name.to_owned(), magnitude });
            }
            None => self.put(at, ordinal, Action::Lift { id: name.to_owned(), magnitude }),
        }
    }

    /// What somebody did, each at its time alone: for a run that is another one. What it has no place for any more is left out, a
    /// sentence each.
    pub fn keep_by_time(&mut self) -> Vec<String> {
        let mut left_out = Vec::new();
        let mut kept: Vec<Intervention> = Vec::with_capacity(self.interventions.len());
        for mut intervention in std::mem::take(&mut self.interventions) {
            intervention.ordinal = Ordinal::ByTime;
            let (fits, what) = match &intervention.action {
                Action::Fault { id, .. } => (self.fault(id).is_some(), Some(id)),
                Action::Lift { id, .. } => (self.fault(id).is_some(), None),
                Action::Live { key, .. } => (self.field(key).is_some_and(|field| field.live), Some(key)),
                Action::Ask { .. } | Action::Hang { .. } => (self.pattern.console.is_some(), None),
            };
            if fits {
                kept.push(intervention);
            } else if let Some(what) = what {
                let at = intervention.at.seconds();
                left_out.push(format!("{what} at {at:.3} s was left out: with these values there is no such thing."));
            }
        }
        self.interventions = kept;
        left_out
    }

    fn put(&mut self, at: SimTime, ordinal: Ordinal, action: Action) {
        self.interventions.push(Intervention { at, ordinal, action });
        sort_by_key(&mut self.interventions, |i| (i.at, i.ordinal));
    }

    fn take_out(&mut self, planned: &Planned) {
        let (begun_by, ended_by) = (planned.begun_by, planned.ended_by);
        let mut index = 0;
        self.interventions.retain(|_| {
            let stays = index != begun_by && Some(index) != ended_by;
            index += 1;
            stays
        });
    }
}

/// How a fault begins that is to last for a time, or without an end. Where its magnitude is a time, that is its magnitude as far as
/// it goes.
fn timed(fault: &FaultSpec, magnitude: i64, lasts: Option<Span>) -> Onset {
    let as_long = |span: Span| i64::try_from(span.0).unwrap_or(i64::MAX);
    match (fault.unit, lasts) {
        (FaultUnit::Lasts, Some(span)) => {
            let magnitude = as_long(span).clamp(fault.min, fault.max);
            fault.onset(magnitude, Some(span).filter(|_| as_long(span) != magnitude))
        }
        (FaultUnit::Lasts, None) => fault.onset(0, None),
        (_, lasts) => fault.onset(magnitude, lasts),
    }
}
