//! Names for the things that events speak of. Newtypes, so that a job is never taken for a task.

/// A task: a future the executor polls. Numbered in the order of spawning and never reused; 0 is the main task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u32);

impl TaskId {
    /// No task: something from outside the program did it (a fault, a live edit).
    pub const NONE: TaskId = TaskId(u32::MAX);
    /// The task that runs the pattern's main function.
    pub const MAIN: TaskId = TaskId(0);
}

/// A unit of work that travels between stations. Numbered in the order of entering, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u32);

impl JobId {
    /// What people are shown: they count from one.
    pub const fn number(self) -> u32 {
        self.0.saturating_add(1)
    }
}

/// A place where jobs are: a channel, a worker, a server. Numbered in the order of opening, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StationId(pub u32);

impl StationId {
    /// No station.
    pub const NONE: StationId = StationId(u32::MAX);

    /// The station, unless it is [`StationId::NONE`].
    pub fn some(self) -> Option<StationId> {
        (self != StationId::NONE).then_some(self)
    }
}

/// The station that says something, or the program itself, in two bytes: a log of millions of events must fit into the memory of
/// a page. A station beyond the first 65,535 speaks as the program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Speaker(u16);

impl Speaker {
    /// The program, at no station.
    pub const PROGRAM: Speaker = Speaker(u16::MAX);

    /// The station, if it is one.
    pub fn station(self) -> Option<StationId> {
        (self != Speaker::PROGRAM).then_some(StationId(u32::from(self.0)))
    }
}

impl From<StationId> for Speaker {
    fn from(station: StationId) -> Speaker {
        u16::try_from(station.0).map_or(Speaker::PROGRAM, Speaker)
    }
}

/// A text in the trace's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub u32);

/// Which of a station's gauges: an index into the list its scene declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gauge(pub u8);
