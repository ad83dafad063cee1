//! The last second of one worker: what it did, one piece after the other.
//!
//! A second may hold thousands of calls, and a ribbon is a hundred pixels wide. What is shorter than a pixel is put together
//! with its neighbours into a piece that says which share of it the worker was not idle, so memory stays bounded and a busy
//! second looks busy.

use super::{RIBBON, push_back};
use millrace_trace::{Answer, SimTime, Span, Wait};
use std::collections::VecDeque;

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Nothing to do.
    Idle,
    /// At work on its own.
    Busy,
    /// Waiting for an answer.
    Waiting,
    /// Waiting for room.
    Blocked,
    /// Killed.
    Killed,
    /// At its end.
    Done,
}

impl Mode {
    /// The modes of a worker that is up, and the one of a worker that was killed: the legend.
    pub const LEGEND: [Mode; 5] = [Mode::Idle, Mode::Busy, Mode::Waiting, Mode::Blocked, Mode::Killed];
    /// All modes, in the order of reports.
    pub const ALL: [Mode; 6] = [Mode::Idle, Mode::Busy, Mode::Waiting, Mode::Blocked, Mode::Killed, Mode::Done];

    /// The word beside the lane.
    pub const fn word(self) -> &'static str {
        match self {
            Mode::Idle => "idle",
            Mode::Busy => "busy",
            Mode::Waiting => "waiting",
            Mode::Blocked => "blocked",
            Mode::Killed => "killed",
            Mode::Done => "done",
        }
    }

    /// What a wait means, with or without a job in hand.
    pub const fn of(what: Wait, holds_job: bool) -> Mode {
        match what {
            Wait::Call => Mode::Waiting,
            Wait::Receive => Mode::Idle,
            Wait::Send | Wait::Acquire => Mode::Blocked,
            // A select between sending and being cancelled holds a job; one between receiving and being cancelled does not.
            Wait::Select if holds_job => Mode::Blocked,
            Wait::Select | Wait::Signal | Wait::Join => Mode::Idle,
            Wait::Sleep | Wait::Tick | Wait::Turn => Mode::Busy,
        }
    }

    /// What a worker's wait means: one that sleeps with nothing in hand rests, and works on nothing.
    pub const fn of_worker(what: Wait, holds_job: bool) -> Mode {
        match what {
            Wait::Sleep if !holds_job => Mode::Idle,
            what => Mode::of(what, holds_job),
        }
    }
}

/// A piece of a ribbon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// From when.
    pub from: SimTime,
    /// Until when.
    pub until: SimTime,
    /// What the worker did, mostly.
    pub mode: Mode,
    /// For which share of the time; 1 unless the piece was put together.
    pub share: f32,
}

/// What is shorter is put together with its neighbours: half a pixel of a ribbon on a large screen.
const SHORT: Span = Span::millis(4);
/// How long a piece that is put together gets.
const MIXED: Span = Span::millis(10);
/// The most pieces; the two lengths above keep it well below.
const PIECES: usize = 512;
/// The most errors that are marked.
const ERRORS: usize = 64;

/// The last second of a worker.
#[derive(Clone, Debug)]
pub struct Ribbon {
    /// Since when it does what it does now.
    pub since: SimTime,
    /// What it does now.
    pub mode: Mode,
    past: VecDeque<Piece>,
    /// Short pieces that are being put together: since when, and nanoseconds by mode.
    mixing: Option<(SimTime, [u64; 6])>,
    /// When it got an answer that was no success, and which.
    errors: VecDeque<(SimTime, Answer)>,
}

impl Ribbon {
    pub(super) fn new(mode: Mode, at: SimTime) -> Ribbon {
        Ribbon { since: at, mode, past: VecDeque::new(), mixing: None, errors: VecDeque::new() }
    }

    pub(super) fn failed(&mut self, at: SimTime, answer: Answer) {
        push_back(&mut self.errors, (at, answer), ERRORS);
    }

    pub(super) fn change(&mut self, mode: Mode, at: SimTime, keep: bool) {
        if keep && self.since < at {
            self.ended(at);
            while self.past.front().is_some_and(|piece| at.since(piece.until) > RIBBON) {
                self.past.pop_front();
            }
            while self.errors.front().is_some_and(|(t, _)| at.since(*t) > RIBBON) {
                self.errors.pop_front();
            }
        }
        self.since = at;
        self.mode = mode;
    }

    /// What the worker did until now is over.
    fn ended(&mut self, at: SimTime) {
        let length = at.since(self.since);
        if length >= SHORT {
            self.mixed(self.since);
            let piece = Piece { from: self.since, until: at, mode: self.mode, share: 1.0 };
            push_back(&mut self.past, piece, PIECES);
            return;
        }
        let (from, sums) = self.mixing.get_or_insert((self.since, [0; 6]));
        if let Some(sum) = sums.get_mut(self.mode as usize) {
            *sum += length.0;
        }
        if at.since(*from) >= MIXED {
            self.mixed(at);
        }
    }

    /// What was put together becomes a piece.
    fn mixed(&mut self, until: SimTime) {
        let Some((from, sums)) = self.mixing.take() else { return };
        if let Some(piece) = mixture(from, until, &sums) {
            push_back(&mut self.past, piece, PIECES);
        }
    }

    /// The pieces up to now, oldest first, each cut to the last second.
    pub fn pieces(&self, now: SimTime) -> impl Iterator<Item = Piece> + '_ {
        let start = SimTime(now.0.saturating_sub(RIBBON.0));
        let mixing = self.mixing.as_ref().and_then(|(from, sums)| mixture(*from, self.since, sums));
        let last = Piece { from: self.since, until: now, mode: self.mode, share: 1.0 };
        let all = self.past.iter().copied().chain(mixing).chain(std::iter::once(last));
        all.filter(move |p| p.until > start && p.from < p.until).map(move |p| Piece { from: p.from.max(start), ..p })
    }

    /// When the worker got an answer that was no success, within the last second.
    pub fn errors(&self, now: SimTime) -> impl Iterator<Item = (SimTime, Answer)> + '_ {
        self.errors.iter().copied().filter(move |(at, _)| now.since(*at) < RIBBON && *at <= now)
    }
}

/// One piece for many: in the mode that took most of the time that was not idle.
fn mixture(from: SimTime, until: SimTime, sums: &[u64; 6]) -> Option<Piece> {
    let all: u64 = sums.iter().sum();
    let busy = Mode::ALL.into_iter().zip(sums).filter(|(mode, _)| *mode != Mode::Idle);
    let (mode, most) = busy.clone().max_by_key(|(_, sum)| **sum)?;
    let active: u64 = busy.map(|(_, sum)| sum).sum();
    if all == 0 || until <= from {
        return None;
    }
    let share = active as f32 / all as f32;
    let mode = if *most == 0 { Mode::Idle } else { mode };
    Some(Piece { from, until, mode, share: if mode == Mode::Idle { 1.0 } else { share } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> SimTime {
        SimTime(n * 1_000_000)
    }

    #[test]
    fn long_pieces_are_kept_as_they_were() {
        let mut ribbon = Ribbon::new(Mode::Idle, ms(0));
        ribbon.change(Mode::Waiting, ms(20), true);
        ribbon.change(Mode::Blocked, ms(50), true);
        let pieces: Vec<_> = ribbon.pieces(ms(70)).map(|p| (p.from, p.until, p.mode)).collect();
        let (idle, waiting) = ((ms(0), ms(20), Mode::Idle), (ms(20), ms(50), Mode::Waiting));
        assert_eq!(pieces, [idle, waiting, (ms(50), ms(70), Mode::Blocked)]);
    }

    #[test]
    fn a_second_of_very_short_calls_stays_small_and_looks_busy() {
        let mut ribbon = Ribbon::new(Mode::Idle, ms(0));
        for i in 0..1_000_000_u64 {
            // Three quarters of the time it waits.
            ribbon.change(Mode::Waiting, SimTime(i * 4_000), true);
            ribbon.change(Mode::Idle, SimTime(i * 4_000 + 3_000), true);
        }
        let now = ms(4_000);
        let pieces: Vec<_> = ribbon.pieces(now).collect();
        assert!((50..200).contains(&pieces.len()), "{} pieces", pieces.len());
        let busy: f64 = pieces
            .iter()
            .filter(|p| p.mode == Mode::Waiting)
            .map(|p| f64::from(p.share) * p.until.since(p.from).seconds())
            .sum();
        assert!((0.7..0.8).contains(&busy), "{busy} s busy");
    }

    #[test]
    fn pieces_follow_each_other_without_gaps_and_end_now() {
        let mut ribbon = Ribbon::new(Mode::Idle, ms(0));
        let mut at = 0;
        for i in 0..400_u64 {
            at += [300_000, 7_000_000, 1_000_000, 12_000_000][i as usize % 4];
            ribbon.change(if i % 2 == 0 { Mode::Waiting } else { Mode::Blocked }, SimTime(at), true);
        }
        let now = SimTime(at + 1_000);
        let pieces: Vec<_> = ribbon.pieces(now).collect();
        assert!(pieces.windows(2).all(|w| w[0].until == w[1].from), "without gaps");
        assert_eq!(pieces.last().map(|p| p.until), Some(now));
        assert_eq!(pieces.first().map(|p| p.from), Some(SimTime(now.0 - 1_000_000_000)));
    }
}
