//! The event vocabulary. Small and closed: a new word is a change of design, because every fold must learn it.
//!
//! A task does all its work in no virtual time and then waits again, so the end of a wait needs no event: the next
//! [`EventKind::Waits`] or [`EventKind::Ended`] of the task ends it, and a wait that is still the same is not said
//! twice.

use super::{Gauge, JobId, SimTime, Span, Speaker, StationId, TaskId, TextId};
use std::panic::Location;

/// The capacity of a station without a limit.
pub const UNLIMITED: u32 = u32::MAX;

/// One thing that happened. 32 bytes in wasm, 40 natively (a source line is a reference).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceEvent {
    /// When.
    pub at: SimTime,
    /// The task that did it, or [`TaskId::NONE`].
    pub task: TaskId,
    /// What.
    pub kind: EventKind,
    /// The line of source in the pattern that did it. Not part of the hash: a comment added above must not change it.
    pub site: Site,
}

// A log of millions of events must fit into the memory of a page.
const _: () = assert!(size_of::<TraceEvent>() <= if cfg!(target_pointer_width = "32") { 32 } else { 40 });

/// A line of source, where one is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Site(pub Option<&'static Location<'static>>);

impl Site {
    /// No line is known.
    pub const NONE: Site = Site(None);

    /// The file, as the compiler was given it (`crates/patterns/src/worker_pool.rs`), with forward slashes on every host.
    pub fn file(self) -> Option<&'static str> {
        self.0.map(|l| l.file())
    }

    /// The line, from 1.
    pub fn line(self) -> Option<u32> {
        self.0.map(|l| l.line())
    }
}

/// What happened.
#[expect(missing_docs, reason = "the fields are named after their types, and the variants say what they mean")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A station was opened, as a part of `parent` if that is one.
    Opened { station: StationId, kind: StationKind, name: TextId, parent: StationId },
    /// A station was closed for good; it holds nothing any more. One of the same name that is opened later is another.
    Closed { station: StationId },
    /// A station's capacity: cells of a channel, servers of a server, things in a pool. [`UNLIMITED`] for no limit. Where
    /// it shrinks nobody is thrown out: it drains.
    Sized { station: StationId, capacity: u32 },
    /// A station's declared state: a breaker that opened, a channel that was closed.
    Stated { station: StationId, state: TextId },
    /// One of a station's gauges has this value, in the unit its scene declares (ns for times).
    Gauged { station: StationId, gauge: Gauge, value: i64 },
    /// A station that travels is at a place, in thousandths of its scale, and goes on from there at a pace, in millionths of
    /// its scale a second, until the next of these: one when it sets off, one with no pace when it arrives. So where it is
    /// follows from what has happened, and nobody has to look ahead.
    Travelled { station: StationId, place: i32, pace: i32 },

    // Those that move a job stand beside each other, so that asking whether one does is one comparison.
    /// A job came into the system, at a station. The time of this event is the intended start of the work.
    Entered { job: JobId, station: StationId },
    /// A job went to another station; `started` if it is served there at once rather than queued.
    Moved { job: JobId, station: StationId, started: bool },
    /// A job that was queued at its station is being served there.
    Started { job: JobId },
    /// A job went out to an upstream server: its call begins. `started` if no slot had to be waited for.
    Called { job: JobId, station: StationId, started: bool },
    /// The call of a job ended, and the job is back at a station: that of its caller, unless the caller said otherwise.
    Answered { job: JobId, station: StationId, answer: Answer },
    /// A job became two: a hedged attempt, an item of a batch that is taken apart. The child is where the job is, or where
    /// its caller is, and does not count as offered.
    Split { job: JobId, child: JobId },
    /// A job became part of another: a batch took it in, a hedge was decided. It leaves when the other leaves, and as it
    /// does.
    Merged { job: JobId, into: JobId },
    /// A job left the system.
    Left { job: JobId, outcome: Outcome },
    /// A job asks for so many things of the pool that it goes to next: said right before it goes, where that is not one.
    Weighs { job: JobId, weight: u32 },
    /// The call of a job took so long, as whoever carries it out measured by itself: said right before its [`EventKind::Answered`], by a
    /// real endpoint alone. Where nothing is said, a call took from its `Called` to its `Answered`.
    Took { job: JobId, span: Span },
    /// A job is meant for a station, by way of another where that is known: a passenger's destination and car, a request's
    /// shard. A hint: the job is not there yet, and need not go there.
    Bound { job: JobId, to: StationId, via: StationId },

    /// A task was spawned, at home at a station.
    Spawned { child: TaskId, name: TextId, station: StationId },
    /// The task waits. `inner` is the line in the innermost part, where the event's own site is the line in the pattern.
    Waits { what: Wait, station: StationId, inner: Site },
    /// The task ended.
    Ended { how: Ending },

    /// Somebody asks the running system for something. Exchanges are numbered in the order of asking, from 0.
    Asked { exchange: u32, client: TextId, request: TextId },
    /// The system answers, once or, where it streams, again and again. The status is that of HTTP.
    Replied { exchange: u32, status: u16, body: TextId },

    /// A fault began with a magnitude, or ended: then `magnitude` is its place among those of its kind that stood, in the order of
    /// their beginnings, from 0.
    Faulted { fault: TextId, on: bool, magnitude: i64 },
    /// A live parameter was given another value.
    Edited { field: TextId, value: i64 },
    /// The program, or one of its servers, says something: `{}` in the text stands for the value. What a server says begins with its
    /// name, so the hash leaves out who says it.
    Noted { by: Speaker, text: TextId, value: i64 },
    /// The simulated program panicked, as the original would.
    Crashed { text: TextId },
}

impl EventKind {
    /// Whether a job came, went on or left.
    pub const fn moves_a_job(&self) -> bool {
        matches!(
            self,
            EventKind::Entered { .. }
                | EventKind::Moved { .. }
                | EventKind::Started { .. }
                | EventKind::Called { .. }
                | EventKind::Answered { .. }
                | EventKind::Split { .. }
                | EventKind::Merged { .. }
                | EventKind::Left { .. }
        )
    }

    /// The word for it in written traces.
    pub const fn word(&self) -> &'static str {
        match self {
            EventKind::Opened { .. } => "opened",
            EventKind::Closed { .. } => "closed",
            EventKind::Sized { .. } => "sized",
            EventKind::Stated { .. } => "stated",
            EventKind::Gauged { .. } => "gauged",
            EventKind::Travelled { .. } => "travelled",
            EventKind::Entered { .. } => "entered",
            EventKind::Moved { .. } => "moved",
            EventKind::Started { .. } => "started",
            EventKind::Weighs { .. } => "weighs",
            EventKind::Called { .. } => "called",
            EventKind::Took { .. } => "took",
            EventKind::Answered { .. } => "answered",
            EventKind::Split { .. } => "split",
            EventKind::Merged { .. } => "merged",
            EventKind::Left { .. } => "left",
            EventKind::Bound { .. } => "bound",
            EventKind::Asked { .. } => "asked",
            EventKind::Replied { .. } => "replied",
            EventKind::Spawned { .. } => "spawned",
            EventKind::Waits { .. } => "waits",
            EventKind::Ended { .. } => "ended",
            EventKind::Faulted { .. } => "faulted",
            EventKind::Edited { .. } => "edited",
            EventKind::Noted { .. } => "noted",
            EventKind::Crashed { .. } => "crashed",
        }
    }
}

/// What kind of station: how its jobs are counted, and the word for it in reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StationKind {
    /// Where jobs come from.
    Source,
    /// A queue between tasks, with or without room.
    Channel,
    /// A task's place of work; jobs here are in hand.
    Worker,
    /// Several stations under one name.
    Crew,
    /// Something that is called and answers.
    Server,
    /// Where results end up.
    Sink,
    /// Something that holds work back: a limiter, a breaker, a delay.
    Gate,
    /// A set of things to be taken and given back: permits, connections, tokens.
    Pool,
    /// Something that moves from place to place with jobs aboard.
    Car,
    /// A place on the way of cars: jobs wait there until one takes them, and arrive there.
    Landing,
}

impl StationKind {
    /// The word for it in reports.
    pub const fn word(self) -> &'static str {
        match self {
            StationKind::Source => "source",
            StationKind::Channel => "channel",
            StationKind::Worker => "worker",
            StationKind::Crew => "crew",
            StationKind::Server => "server",
            StationKind::Sink => "sink",
            StationKind::Gate => "gate",
            StationKind::Pool => "pool",
            StationKind::Car => "car",
            StationKind::Landing => "landing",
        }
    }
}

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wait {
    /// For a message.
    Receive,
    /// For room in a channel, or for a receiver where there is no room at all.
    Send,
    /// For a time.
    Sleep,
    /// For the next tick.
    Tick,
    /// For an answer of a server.
    Call,
    /// For other tasks to end.
    Join,
    /// For one of several.
    Select,
    /// For a permit, a lock, a connection.
    Acquire,
    /// For a signal or a change.
    Signal,
    /// For its turn: the task gave way and is ready to go on.
    Turn,
}

impl Wait {
    /// The verb in reports: `responses.send`.
    pub const fn word(self) -> &'static str {
        match self {
            Wait::Receive => "recv",
            Wait::Send => "send",
            Wait::Sleep => "sleep",
            Wait::Tick => "tick",
            Wait::Call => "call",
            Wait::Join => "join",
            Wait::Select => "select",
            Wait::Acquire => "acquire",
            Wait::Signal => "signal",
            Wait::Turn => "turn",
        }
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// The server answered with this status.
    Status(u16),
    /// The caller's patience ended first.
    TimedOut,
    /// The caller went away.
    Cancelled,
    /// No answer can be had: refused, unreachable, unreadable.
    Failed,
}

impl Answer {
    /// Whether its caller can say how long the call took: an answer came, or patience ended. A call that was taken back, or
    /// could not be made, took no time of anybody's.
    pub const fn has_latency(self) -> bool {
        matches!(self, Answer::Status(_) | Answer::TimedOut)
    }

    /// Whether the answer is a success (2xx).
    pub const fn is_success(self) -> bool {
        matches!(self, Answer::Status(200..=299))
    }

    /// The outcome of a job whose last call ended so.
    pub const fn outcome(self) -> Outcome {
        match self {
            Answer::Status(200..=299) => Outcome::Completed,
            Answer::Status(_) | Answer::Failed => Outcome::Failed,
            Answer::TimedOut => Outcome::TimedOut,
            Answer::Cancelled => Outcome::Cancelled,
        }
    }
}

/// How a job left the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// With a result that counts.
    Completed,
    /// With an error.
    Failed,
    /// It was turned away before any work was done.
    Rejected,
    /// It took too long.
    TimedOut,
    /// Whoever wanted it went away.
    Cancelled,
    /// It was answered, but the program lost the result.
    Lost,
    /// With a substitute, such as the last known value: no server was asked, so it says nothing of one.
    Substituted,
}

impl Outcome {
    /// All outcomes, in the order of reports.
    pub const ALL: [Outcome; 7] = [
        Outcome::Completed,
        Outcome::Failed,
        Outcome::Rejected,
        Outcome::TimedOut,
        Outcome::Cancelled,
        Outcome::Lost,
        Outcome::Substituted,
    ];

    /// Whether whoever wanted it got something that counts, if only a substitute.
    pub const fn is_served(self) -> bool {
        matches!(self, Outcome::Completed | Outcome::Substituted)
    }

    /// The word for it in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::Failed => "failed",
            Outcome::Rejected => "rejected",
            Outcome::TimedOut => "timed out",
            Outcome::Cancelled => "cancelled",
            Outcome::Lost => "lost",
            Outcome::Substituted => "substituted",
        }
    }
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// Its future was done.
    Completed,
    /// Its handle was dropped.
    Cancelled,
    /// A fault killed it. In hash and written traces it is a cancellation, as it always was.
    Killed,
}
