//! Where what is drawn of a pool stands: who waits, the bar they wait at, a capsule for each thing, and the ribbon below.

use super::state::State;
use crate::scene::Frame;
use crate::shape::Point;

/// The most things that have a capsule each; of more, so many holders have one.
pub(super) const CAPSULES: usize = 24;
pub(super) const LONGEST: usize = 5;
/// The most waiters that have a row each; of more, the last row says how many.
pub(super) const WAITERS: usize = 15;
/// The height of a waiter's row.
pub(super) const ROW: f64 = 13.4;
/// The least height of a line of those holders.
const LOWEST: f64 = 16.0;
/// The least height of the ribbon with its heading and axis.
const CHART: f64 = 84.0;

/// Where what is drawn of a pool stands.
pub(super) struct Plot {
    /// The rows of those who wait.
    pub(super) waiters: Frame,
    pub(super) rows: usize,
    /// The bar they wait at.
    pub(super) bar: f64,
    /// Size and pitch of the capsules, and the place of the first.
    pub(super) size: Point,
    pub(super) pitch: Point,
    pub(super) first: Point,
    /// Line, column and number of columns of each capsule that is shown.
    capsules: Vec<(usize, usize, usize)>,
    /// A bar with a number, where there are too many for a capsule each.
    pub(super) level: Option<Frame>,
    pub(super) ribbon: Option<Frame>,
}

impl Plot {
    /// In an area, for so many things; with smaller capsules on a phone.
    pub(super) fn of(state: &State, area: Frame, small: bool) -> Plot {
        // Weights take room, and what is said of them.
        let (share, widest) = if state.weighs() { (0.46, 290.0) } else { (0.42, 190.0) };
        let left = if small { area.w * 0.42 } else { (area.w * share).clamp(40.0, widest) };
        // What leads here ends at its edge.
        let waiters = Frame { x: area.x + 8.0, w: left - 18.0, ..area };
        let bar = area.x + left;
        let most = if small { 5 } else { WAITERS };
        let rows = most.min(libm::floor(area.h / ROW) as usize);
        let right = Frame { x: bar + 22.0, w: (area.right() - bar - 22.0).max(0.0), ..area };
        let size: Point = if small { (28.0, 22.0) } else { (36.0, 26.0) };
        let gap = if small { 4.0 } else { 8.0 };
        let columns = (libm::floor((right.w + gap) / (size.0 + gap)) as usize).clamp(1, 8);
        let many = state.whole as usize > CAPSULES;
        let wanted = if many { LONGEST.min(state.holders.len()) } else { state.capsules() };
        let mut capsules = wrapped((0..wanted).map(|index| state.span(index)), columns);
        if many {
            // Of those that stand for all, only what can be read.
            capsules.retain(|(line, ..)| (line + 1) as f64 * LOWEST <= right.h - 44.0);
        }
        let lines = capsules.last().map_or(1, |(line, ..)| line + 1) as f64;
        let top = if many { right.y + 44.0 } else { right.y };
        let room = (right.bottom() - top) / lines;
        // Below each how long it is held, where there is room for that; at the least they touch.
        let ages = if small { 9.0 } else { 28.0 };
        let pitch = (size.0 + gap, (size.1 + ages).min(room).max(size.1.min(room)));
        let capsules_end = top + lines * pitch.1 + 14.0;
        // On a phone below those who wait too, over the whole width.
        let (under, below) = match small {
            true => (
                capsules_end.max(area.y + most as f64 * ROW + 14.0),
                Frame { x: waiters.x, w: area.right() - waiters.x, ..area },
            ),
            false => (capsules_end, right),
        };
        let chart = area.bottom() - under;
        Plot {
            waiters,
            rows,
            bar,
            size: (size.0, size.1.min(pitch.1 - 1.0)),
            pitch,
            first: (right.x, top),
            capsules,
            level: many.then_some(Frame { h: right.h.min(40.0), ..right }),
            ribbon: (chart >= CHART).then_some(Frame { y: under, h: chart.min(150.0), ..below }),
        }
    }

    /// Those who wait alone.
    pub(super) fn line(waiters: Frame) -> Plot {
        Plot {
            waiters,
            rows: WAITERS.min(libm::floor(waiters.h / ROW) as usize),
            bar: waiters.right(),
            size: (0.0, 0.0),
            pitch: (0.0, 0.0),
            first: (waiters.right(), waiters.y),
            capsules: Vec::new(),
            level: None,
            ribbon: None,
        }
    }

    /// How many capsules are shown.
    pub(super) fn shown(&self) -> usize {
        self.capsules.len()
    }

    /// How high their lines are together.
    pub(super) fn height(&self) -> f64 {
        self.capsules.last().map_or(0, |(line, ..)| line + 1) as f64 * self.pitch.1
    }

    /// The capsule of a number.
    pub(super) fn capsule(&self, index: usize) -> Frame {
        let (line, column, span) = self.capsules.get(index).copied().unwrap_or((0, 0, 1));
        let (x, y) = (self.first.0 + column as f64 * self.pitch.0, self.first.1 + line as f64 * self.pitch.1);
        Frame { x, y, w: self.size.0 + (span - 1) as f64 * self.pitch.0, h: self.size.1 }
    }

    /// The row of a waiter, if it has one: the last is kept for how many more there are.
    pub(super) fn row(&self, index: usize, waiting: usize) -> Option<Frame> {
        let drawn = if waiting > self.rows { self.rows.saturating_sub(1) } else { waiting };
        let y = self.waiters.y + index as f64 * ROW;
        (index < drawn).then_some(Frame { y, h: ROW, ..self.waiters })
    }
}

/// Where things of these widths are, one after the other in lines of so many columns. What is wider than a line has a line.
fn wrapped(spans: impl Iterator<Item = usize>, columns: usize) -> Vec<(usize, usize, usize)> {
    let (mut line, mut column) = (0, 0);
    let place = |span: usize| {
        let span = span.clamp(1, columns);
        if column + span > columns {
            (line, column) = (line + 1, 0);
        }
        column += span;
        (line, column - span, span)
    };
    spans.map(place).collect()
}
