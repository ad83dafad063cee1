//! What events mean for a job: where it was, where it is from now on, and what that changes at both places.
//!
//! Found once for each event, by the ledger. A fold that builds on it is told, and looks for nothing again.

use super::super::{Answer, JobId, Outcome, SimTime, StationId};
use super::holding::Grip;
use super::{Fate, JobRow, Ledger, Signs};

/// What an event meant for a job.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    /// The job.
    pub job: JobId,
    /// Where it was, or [`StationId::NONE`] where it was nowhere.
    pub from: StationId,
    /// Where it is from now on, or [`StationId::NONE`] if it has left.
    pub to: StationId,
    /// When its work was meant to start.
    pub entered: SimTime,
    /// When it came to where it was.
    pub since: SimTime,
    /// Whether it came in from outside, rather than by a split.
    pub root: bool,
    /// Whether it was out on a call.
    pub calling: bool,
    /// What is to be seen of it.
    pub signs: Signs,
}

/// How a job gets to a station.
#[derive(Clone, Copy, Debug)]
pub(super) enum Course {
    /// It goes on.
    Onward,
    /// Its call begins.
    Out,
    /// Its call has ended.
    Back(Answer),
}

impl JobRow {
    /// Where it is, or [`StationId::NONE`] if it has left.
    #[inline]
    fn place(&self) -> StationId {
        if let Fate::At(at) = self.fate { at } else { StationId::NONE }
    }

    /// What it means for the job that it goes to a station.
    #[inline]
    fn going(&self, job: JobId, to: StationId, signs: Signs) -> Transition {
        let (from, calling) = (self.place(), self.calling());
        Transition { job, from, to, entered: self.entered, since: self.since, root: self.root, calling, signs }
    }
}

impl Ledger {
    /// A job comes in from outside.
    #[inline(never)]
    pub fn comes_in(&mut self, job: JobId, to: StationId) -> Option<Transition> {
        Some(self.enter(job, to, true))
    }

    /// A job comes in at a station: from outside, or else as a part of another.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn enter(&mut self, job: JobId, to: StationId, root: bool) -> Transition {
        let now = self.now;
        let row = JobRow {
            entered: now,
            since: now,
            fate: Fate::At(to),
            started: false,
            caller: StationId::NONE,
            answer: None,
            root,
            bound: StationId::NONE,
            via: StationId::NONE,
            weight: 1,
            carries: 0,
        };
        // Jobs are numbered in the order of entering.
        self.jobs.put(job.0, row);
        self.tally.in_system += u64::from(root);
        self.tally.offered += u64::from(root);
        self.tally.at_stations += 1;
        let signs = Signs::CAME_IN.and(self.arrives(to, job, false, 1, false));
        Transition { job, from: StationId::NONE, to, entered: now, since: now, root, calling: false, signs }
    }

    /// A part is taken off a job: where that is, or where its caller is while it is out on a call.
    #[inline(never)]
    pub(super) fn split(&mut self, whole: JobId, child: JobId) -> Option<Transition> {
        let at = self.job(whole).map_or(StationId::NONE, |whole| match whole.fate {
            Fate::At(at) => whole.caller.some().unwrap_or(at),
            _ => StationId::NONE,
        });
        Some(self.enter(child, at, false))
    }

    /// A job goes on to a station.
    #[inline(never)]
    pub fn moves(&mut self, job: JobId, to: StationId, started: bool) -> Option<Transition> {
        self.bring(job, to, started, Course::Onward)
    }

    /// A job goes out on a call.
    #[inline(never)]
    pub fn calls(&mut self, job: JobId, to: StationId, started: bool) -> Option<Transition> {
        let out = self.bring(job, to, started, Course::Out);
        self.tally.call_started();
        out
    }

    /// A job comes back from a call.
    #[inline(never)]
    pub fn comes_back(&mut self, job: JobId, to: StationId, answer: Answer) -> Option<Transition> {
        self.tally.answered(answer);
        self.bring(job, to, true, Course::Back(answer))
    }

    /// A job gets to a station from where it was. Made for each course by itself: half of all events are one of them.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn bring(&mut self, job: JobId, to: StationId, started: bool, course: Course) -> Option<Transition> {
        let now = self.now;
        let Some(row) = self.jobs.get_mut(job.0) else {
            // Nobody knows it: it is one too many.
            self.arrives(to, job, started, 1, false);
            return None;
        };
        let signs = match course {
            Course::Onward => Signs::MOVED,
            Course::Out => Signs::CALLED,
            Course::Back(answer) => {
                let badly = !answer.is_success() && answer != Answer::Cancelled;
                Signs::ANSWERED.and(Signs::BADLY.only_if(badly))
            }
        };
        let (going, was_started, weight) = (row.going(job, to, signs), row.started, row.weight);
        (row.fate, row.since, row.started) = (Fate::At(to), now, started);
        row.caller = if let Course::Out = course { going.from } else { StationId::NONE };
        if let Course::Back(answer) = course {
            row.answer = Some(answer);
        }
        if going.calling {
            self.tally.in_flight = self.tally.in_flight.saturating_sub(1);
        }
        if matches!(course, Course::Onward) && (weight != 1 || self.may_hold(to)) {
            let more = self.goes_holding(job, (going.from, was_started), (to, started), weight);
            return Some(Transition { signs: signs.and(more), ..going });
        }
        let onward = matches!(course, Course::Onward) && going.from != to;
        let emptied = self.leaves(going.from, job, was_started, matches!(course, Course::Out), onward);
        let filled = self.arrives(to, job, started, weight, onward);
        Some(Transition { signs: signs.and(self.seen(going.from, emptied, filled)), ..going })
    }

    /// A job goes on that may hold something further out, or is to hold something: of most patterns there is none.
    #[inline(never)]
    fn goes_holding(
        &mut self,
        job: JobId,
        (from, was_started): (StationId, bool),
        (to, started): (StationId, bool),
        weight: u32,
    ) -> Signs {
        let grip = self.grip(job, from, to);
        let emptied = self.leaves(from, job, was_started, matches!(grip, Grip::Further), from != to);
        self.regrip(job, from, grip);
        let filled = self.arrives(to, job, started, weight, from != to);
        if weight != 1 {
            self.lighten(job, to, grip);
        }
        self.seen(from, emptied, filled)
    }

    /// A job is served where it is.
    #[inline(never)]
    pub(super) fn start(&mut self, job: JobId) -> Option<Transition> {
        let now = self.now;
        let row = self.jobs.get_mut(job.0)?;
        row.started = true;
        let (stays, weight) = (row.going(job, row.place(), Signs::STARTED), row.weight);
        self.change(stays.from, |station| station.start(job, weight, now));
        Some(stays)
    }

    /// A job leaves.
    pub fn leave(&mut self, job: JobId, outcome: Outcome) -> Option<Transition> {
        self.end(job, Fate::Left(outcome))
    }

    /// A job leaves, or becomes a part of another.
    #[inline(never)]
    pub(super) fn end(&mut self, job: JobId, fate: Fate) -> Option<Transition> {
        let now = self.now;
        self.tally.at_stations = self.tally.at_stations.saturating_sub(1);
        let row = self.jobs.get_mut(job.0)?;
        let signs = match fate {
            Fate::Left(Outcome::Lost | Outcome::Cancelled) => Signs::LEFT.and(Signs::BADLY),
            Fate::Left(_) => Signs::LEFT,
            _ => Signs::MERGED,
        };
        let (going, was_started) = (row.going(job, StationId::NONE, signs), row.started);
        let (caller, answer) = (std::mem::replace(&mut row.caller, StationId::NONE), row.answer);
        let from_outside = u32::from(row.root) + std::mem::take(&mut row.carries);
        (row.fate, row.since) = (fate, now);
        self.jobs.over(job.0);
        self.leaves(going.from, job, was_started, false, false);
        self.let_go(job);
        if going.calling {
            self.tally.in_flight = self.tally.in_flight.saturating_sub(1);
            // A job that was cancelled during its call is no longer in its caller's hand.
            self.change(caller, |station| station.let_go(job, now));
        }
        if going.root {
            let left = if let Fate::Left(outcome) = fate { Some(outcome) } else { None };
            self.tally.ended((left, answer));
        }
        match fate {
            Fate::Left(outcome) => self.tally.leave(outcome, u64::from(from_outside)),
            Fate::In(whole) => {
                if let Some(whole) = self.jobs.get_mut(whole.0) {
                    whole.carries += from_outside;
                }
            }
            Fate::At(_) => {}
        }
        Some(going)
    }
}
