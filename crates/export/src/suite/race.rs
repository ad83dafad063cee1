//! The race: which request was in which state when, small enough to keep for every member of a suite.

use millrace_trace::{Answer, EventKind, Fold, JobId, Outcome, SimTime, Trace, TraceEvent};

/// The state of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RaceCell {
    /// It has not come in yet.
    #[default]
    Unsent,
    /// It is in the program, and was not sent to the server yet.
    Queued,
    /// The server has it.
    InFlight,
    /// It was answered, and the program still has it.
    Answered,
    /// It left with a result.
    Done,
    /// It failed by an answer that blames the caller (4xx).
    ClientError,
    /// It failed otherwise: 5xx, no answer.
    ServerError,
    /// It took too long.
    TimedOut,
    /// It was turned away, taken back or lost.
    Dropped,
}

impl RaceCell {
    /// All states, in the order of the legend.
    pub const ALL: [RaceCell; 9] = [
        RaceCell::Done,
        RaceCell::Answered,
        RaceCell::InFlight,
        RaceCell::Queued,
        RaceCell::ClientError,
        RaceCell::ServerError,
        RaceCell::TimedOut,
        RaceCell::Dropped,
        RaceCell::Unsent,
    ];

    /// Whether the request has left.
    pub const fn is_ended(self) -> bool {
        !matches!(self, RaceCell::Unsent | RaceCell::Queued | RaceCell::InFlight | RaceCell::Answered)
    }

    /// Whether it left without a result.
    pub const fn is_error(self) -> bool {
        self.is_ended() && !matches!(self, RaceCell::Done)
    }

    /// The word for it in the legend.
    pub const fn word(self) -> &'static str {
        match self {
            RaceCell::Unsent => "not sent",
            RaceCell::Queued => "waiting to be sent",
            RaceCell::InFlight => "in flight",
            RaceCell::Answered => "answered, not done with",
            RaceCell::Done => "done",
            RaceCell::ClientError => "4xx",
            RaceCell::ServerError => "5xx, failed",
            RaceCell::TimedOut => "timed out",
            RaceCell::Dropped => "rejected, cancelled, lost",
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Turn {
    at: SimTime,
    cell: u32,
    now: RaceCell,
}

/// A row of the matrix for jobs that are no requests from outside.
const NO_CELL: u32 = u32::MAX;

/// The turns of all requests of a run, in order.
#[derive(Clone, Debug, Default)]
pub struct Race {
    turns: Vec<Turn>,
    /// The cell of each job, by number.
    cell_of: Vec<u32>,
    /// By cell, whether the last answer blamed the caller.
    blamed: Vec<bool>,
}

impl Race {
    /// How many requests came in.
    pub fn requests(&self) -> u64 {
        self.blamed.len() as u64
    }

    /// How things stood at an instant.
    pub fn standing(&self, at: SimTime) -> Standing {
        let mut standing = Standing::default();
        standing.go(self, at);
        standing
    }

    fn turn(&mut self, job: JobId, at: SimTime, now: RaceCell) {
        if let Some(&cell) = self.cell_of.get(job.0 as usize).filter(|&&c| c != NO_CELL) {
            self.turns.push(Turn { at, cell, now });
        }
    }

    fn enter(&mut self, job: JobId) {
        let index = job.0 as usize;
        if self.cell_of.len() <= index {
            self.cell_of.resize(index + 1, NO_CELL);
        }
        if let Some(slot) = self.cell_of.get_mut(index) {
            *slot = self.blamed.len() as u32;
            self.blamed.push(false);
        }
    }

    fn blame(&mut self, job: JobId) -> Option<&mut bool> {
        let cell = *self.cell_of.get(job.0 as usize)?;
        self.blamed.get_mut(cell as usize)
    }
}

impl Fold for Race {
    fn apply(&mut self, event: &TraceEvent, _: &Trace) {
        let at = event.at;
        match event.kind {
            EventKind::Entered { job, .. } => {
                self.enter(job);
                self.turn(job, at, RaceCell::Queued);
            }
            EventKind::Called { job, .. } => self.turn(job, at, RaceCell::InFlight),
            EventKind::Answered { job, answer, .. } => {
                if let Some(blamed) = self.blame(job) {
                    *blamed = matches!(answer, Answer::Status(400..=499));
                }
                self.turn(job, at, RaceCell::Answered);
            }
            EventKind::Left { job, outcome } => {
                let blamed = self.blame(job).is_some_and(|b| *b);
                let now = match outcome {
                    Outcome::Completed | Outcome::Substituted => RaceCell::Done,
                    Outcome::Failed if blamed => RaceCell::ClientError,
                    Outcome::Failed => RaceCell::ServerError,
                    Outcome::TimedOut => RaceCell::TimedOut,
                    Outcome::Rejected | Outcome::Cancelled | Outcome::Lost => RaceCell::Dropped,
                };
                self.turn(job, at, now);
            }
            _ => {}
        }
    }
}

/// How a race stands at an instant, and can be moved to another.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    at: SimTime,
    turns: usize,
    cells: Vec<RaceCell>,
    counts: [u64; RaceCell::ALL.len()],
}

impl Standing {
    /// Moves on to an instant, or back.
    pub fn go(&mut self, race: &Race, at: SimTime) {
        if at < self.at {
            *self = Standing::default();
        }
        self.at = at;
        while let Some(turn) = race.turns.get(self.turns).filter(|t| t.at <= at) {
            self.turns += 1;
            let index = turn.cell as usize;
            if self.cells.len() <= index {
                self.cells.resize(index + 1, RaceCell::Unsent);
            }
            let Some(cell) = self.cells.get_mut(index) else { continue };
            let before = std::mem::replace(cell, turn.now);
            for (state, step) in [(before, -1), (turn.now, 1)] {
                if let Some(count) = self.counts.get_mut(state as usize) {
                    *count = count.saturating_add_signed(step);
                }
            }
        }
    }

    /// The requests in the order in which they came in. Those that are not here have not come in yet.
    pub fn cells(&self) -> &[RaceCell] {
        &self.cells
    }

    /// How many requests are in a state.
    pub fn count(&self, state: RaceCell) -> u64 {
        self.counts.get(state as usize).copied().unwrap_or(0)
    }

    /// How many have left.
    pub fn ended(&self) -> u64 {
        RaceCell::ALL.iter().filter(|s| s.is_ended()).map(|s| self.count(*s)).sum()
    }

    /// How many have left without a result.
    pub fn errors(&self) -> u64 {
        RaceCell::ALL.iter().filter(|s| s.is_error()).map(|s| self.count(*s)).sum()
    }
}
