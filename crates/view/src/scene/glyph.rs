//! One state, one mark: the shapes of states and outcomes, the same everywhere.

use crate::recent::Mode;
use crate::shape::{Point, Shape, Sheet};
use crate::{Palette, Rgba};
use millrace_trace::{Answer, Outcome};

/// The colour of marks of a mode.
pub fn mode_colour(mode: Mode, p: &Palette) -> Rgba {
    match mode {
        Mode::Idle | Mode::Done => p.idle,
        Mode::Busy => p.running,
        Mode::Waiting => p.waiting,
        Mode::Blocked => p.blocked,
        Mode::Killed => p.rejected,
    }
}

/// The colour of words about a mode.
pub fn mode_ink(mode: Mode, p: &Palette) -> Rgba {
    match mode {
        Mode::Idle | Mode::Done => p.idle_ink,
        Mode::Busy => p.running_ink,
        Mode::Waiting => p.waiting_ink,
        Mode::Blocked => p.blocked_ink,
        Mode::Killed => p.rejected_ink,
    }
}

/// The mark of a mode: ring, triangle, half disc, disc at a bar, cross.
pub fn mode(sheet: &mut Sheet, (x, y): Point, mode: Mode, p: &Palette) {
    let colour = mode_colour(mode, p);
    match mode {
        Mode::Idle => sheet.ring((x, y), 3.6, colour, 1.4),
        Mode::Busy => sheet.area(vec![(x - 3.2, y - 4.0), (x + 4.2, y), (x - 3.2, y + 4.0)], colour),
        Mode::Waiting => sheet.shapes.push(Shape::HalfDisc { at: (x, y), r: 3.8, colour }),
        Mode::Blocked => {
            sheet.disc((x - 2.0, y), 2.4, colour);
            sheet.line((x + 3.0, y - 4.4), (x + 3.0, y + 4.4), colour, 2.0);
        }
        Mode::Killed => cross(sheet, (x, y), 3.0, colour),
        Mode::Done => sheet.disc((x, y), 1.6, colour),
    }
}

fn cross(sheet: &mut Sheet, (x, y): Point, r: f64, colour: Rgba) {
    sheet.line((x - r, y - r), (x + r, y + r), colour, 1.6);
    sheet.line((x + r, y - r), (x - r, y + r), colour, 1.6);
}

/// What a job carries, as far as one knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// No outcome yet.
    Open,
    /// A success.
    Success,
    /// An error of the client, 4xx.
    Client,
    /// An error of the server.
    Server,
    /// 503: there, but not serving.
    Unavailable,
    /// No answer in time.
    TimedOut,
    /// Turned away or taken back.
    Rejected,
    /// Answered, and the result lost.
    Lost,
    /// Served with a substitute: no server was asked.
    Substitute,
}

impl Sort {
    /// What an answer makes of a job.
    pub const fn of(answer: Option<Answer>) -> Sort {
        match answer {
            None => Sort::Open,
            Some(Answer::Status(200..=299)) => Sort::Success,
            Some(Answer::Status(503)) => Sort::Unavailable,
            Some(Answer::Status(400..=499)) => Sort::Client,
            Some(Answer::Status(_) | Answer::Failed) => Sort::Server,
            Some(Answer::TimedOut) => Sort::TimedOut,
            Some(Answer::Cancelled) => Sort::Rejected,
        }
    }

    /// What an outcome makes of a job, given its last answer.
    pub const fn left(outcome: Outcome, answer: Option<Answer>) -> Sort {
        match outcome {
            Outcome::Completed => Sort::Success,
            Outcome::Failed => match Sort::of(answer) {
                Sort::Open | Sort::Success => Sort::Server,
                sort => sort,
            },
            Outcome::Rejected | Outcome::Cancelled => Sort::Rejected,
            Outcome::TimedOut => Sort::TimedOut,
            Outcome::Lost => Sort::Lost,
            Outcome::Substituted => Sort::Substitute,
        }
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Sort::Open => "no answer yet",
            Sort::Success => "success",
            Sort::Client => "client error",
            Sort::Server => "server error",
            Sort::Unavailable => "unavailable",
            Sort::TimedOut => "timeout",
            Sort::Rejected => "turned away",
            Sort::Lost => "lost",
            Sort::Substitute => "substitute",
        }
    }

    /// Whether something went wrong with it.
    pub const fn is_error(self) -> bool {
        !matches!(self, Sort::Open | Sort::Success | Sort::Substitute)
    }

    /// What its cell is washed with.
    pub const fn wash(self, p: &Palette) -> Rgba {
        match self {
            Sort::Open | Sort::Success | Sort::Substitute | Sort::Lost => p.queued_wash,
            Sort::Client => p.client_wash,
            Sort::Server | Sort::Unavailable => p.server_wash,
            Sort::TimedOut => p.timeout_wash,
            Sort::Rejected => p.rejected_wash,
        }
    }

    /// Its colour.
    pub const fn colour(self, p: &Palette) -> Rgba {
        match self {
            Sort::Open => p.queued,
            Sort::Success | Sort::Substitute => p.success,
            Sort::Client => p.client,
            Sort::Server | Sort::Unavailable => p.server,
            Sort::TimedOut => p.timeout,
            Sort::Rejected => p.rejected,
            Sort::Lost => p.ink,
        }
    }
}

/// The mark of a job, about `r` around a point.
pub fn job(sheet: &mut Sheet, (x, y): Point, r: f64, sort: Sort, p: &Palette) {
    let colour = sort.colour(p);
    match sort {
        Sort::Open | Sort::Success => sheet.disc((x, y), r, colour),
        Sort::Client => sheet.shapes.push(Shape::Area {
            points: vec![(x, y - r - 1.0), (x + r + 1.0, y), (x, y + r + 1.0), (x - r - 1.0, y)],
            fill: Some(colour),
            stroke: Some((p.client_line, 1.0)),
        }),
        Sort::Server => sheet.fill((x - r, y - r), (2.0 * r, 2.0 * r), 0.0, colour),
        Sort::Unavailable => {
            sheet.frame((x - r + 0.7, y - r + 0.7), (2.0 * r - 1.4, 2.0 * r - 1.4), 0.0, None, colour, 1.4)
        }
        Sort::TimedOut => {
            sheet.ring((x, y), r, colour, 1.4);
            sheet.shapes.push(Shape::Line {
                points: vec![(x, y - r + 1.0), (x, y), (x + r - 1.4, y)],
                stroke: colour,
                width: 1.2,
                dash: None,
            });
        }
        Sort::Rejected => {
            sheet.ring((x, y), r, colour, 1.4);
            sheet.line((x - r * 0.7, y + r * 0.7), (x + r * 0.7, y - r * 0.7), colour, 1.4);
        }
        Sort::Lost => cross(sheet, (x, y), r * 0.8, colour),
        // The disc of a success, hollow: nobody was asked.
        Sort::Substitute => sheet.ring((x, y), r - 0.3, colour, 1.4),
    }
}
