//! What events mean for a job: where it was, where it is from now on, and what that changes at both places.
//!
//! Found once for each event, by the ledger. A fold that builds on it is told, and looks for nothing again.

use super::super::{Answer, JobId, SimTime, StationId};
use super::holding::Grip;
use super::{Fate, JobRow, Ledger};

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
    fn going(&self, job: JobId, to: StationId) -> Transition {
        let (from, calling) = (self.place(), self.calling());
        Transition { job, from, to, entered: self.entered, since: self.since, root: self.root, calling }
    }
}

impl Ledger {
    /// A job comes in at a station: from outside, or else as a part of another.
    pub(super) fn enter(&mut self, job: JobId, to: StationId, root: bool) -> Transition {
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
        self.arrives(to, job, false, 1);
        Transition { job, from: StationId::NONE, to, entered: now, since: now, root, calling: false }
    }

    /// A part is taken off a job: where that is, or where its caller is while it is out on a call.
    pub(super) fn split(&mut self, whole: JobId, child: JobId) -> Transition {
        let at = self.job(whole).map_or(StationId::NONE, |whole| match whole.fate {
            Fate::At(at) => whole.caller.some().unwrap_or(at),
            _ => StationId::NONE,
        });
        self.enter(child, at, false)
    }

    /// A job gets to a station from where it was.
    #[inline]
    pub(super) fn bring(&mut self, job: JobId, to: StationId, started: bool, course: Course) -> Option<Transition> {
        let now = self.now;
        let Some(row) = self.jobs.get_mut(job.0) else {
            // Nobody knows it: it is one too many.
            self.arrives(to, job, started, 1);
            return None;
        };
        let (going, was_started) = (row.going(job, to), row.started);
        (row.fate, row.since, row.started) = (Fate::At(to), now, started);
        row.caller = if let Course::Out = course { going.from } else { StationId::NONE };
        if let Course::Back(answer) = course {
            row.answer = Some(answer);
        }
        if going.calling {
            self.tally.in_flight = self.tally.in_flight.saturating_sub(1);
        }
        let weight = row.weight;
        let grip = if let Course::Onward = course { self.grip(job, going.from, to) } else { Grip::Same };
        let keeping = matches!(course, Course::Out) || matches!(grip, Grip::Further);
        self.leaves(going.from, job, was_started, keeping);
        self.regrip(job, going.from, grip);
        self.arrives(to, job, started, weight);
        if weight != 1 && matches!(course, Course::Onward) {
            self.lighten(job, to, grip);
        }
        Some(going)
    }

    /// A job is served where it is.
    pub(super) fn start(&mut self, job: JobId) -> Option<Transition> {
        let now = self.now;
        let row = self.jobs.get_mut(job.0)?;
        row.started = true;
        let (stays, weight) = (row.going(job, row.place()), row.weight);
        self.change(stays.from, |station| station.start(job, weight, now));
        Some(stays)
    }

    /// A job leaves, or becomes a part of another.
    pub(super) fn end(&mut self, job: JobId, fate: Fate) -> Option<Transition> {
        let now = self.now;
        self.tally.at_stations = self.tally.at_stations.saturating_sub(1);
        let row = self.jobs.get_mut(job.0)?;
        let (going, was_started) = (row.going(job, StationId::NONE), row.started);
        let (caller, answer) = (std::mem::replace(&mut row.caller, StationId::NONE), row.answer);
        let from_outside = u32::from(row.root) + std::mem::take(&mut row.carries);
        (row.fate, row.since) = (fate, now);
        self.jobs.over(job.0);
        self.leaves(going.from, job, was_started, false);
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
