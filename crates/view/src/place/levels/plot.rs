//! Where the parts of a cache are drawn: the levels in the middle, each wider than the one above, what there is to say of one key on their left,
//! figures on their right, the strip of keys above. With less room the left goes first, then the strip, then the bars on the right.

use crate::scene::Frame;

/// The heights of the levels, and of what stands between the second one and the origin.
pub(super) const L1: f64 = 28.0;
pub(super) const L2: f64 = 22.0;
const FLIGHTS: f64 = 40.0;
const ORIGIN: f64 = 62.0;
/// By how much each level is wider than the one above, at each side.
const STEP: f64 = 20.0;
/// The least and the greatest width of the origin.
const WIDTH: (f64, f64) = (280.0, 392.0);
/// The column on the left, and the figures on the right, whole and without bars.
const LEFT: f64 = 132.0;
const RIGHT: f64 = 292.0;
const NARROW: f64 = 132.0;
/// The strip of keys, with its heading and its labels.
const STRIP: f64 = 56.0;
const GAP: f64 = 22.0;
/// The line above the first level.
const HEAD: f64 = 20.0;

/// Where everything is.
pub(super) struct Plot {
    pub(super) strip: Option<Frame>,
    pub(super) left: Option<Frame>,
    /// The first level, the second one, and the origin.
    pub(super) levels: [Frame; 3],
    /// Between the second level and the origin: who follows.
    pub(super) flights: Frame,
    pub(super) right: Option<Frame>,
    /// Below the figures, beside the origin.
    pub(super) chart: Option<Frame>,
}

impl Plot {
    pub(super) fn of(frame: Frame) -> Plot {
        let body = HEAD + L1 + 8.0 + L2 + FLIGHTS + ORIGIN;
        let strip = (frame.h >= body + STRIP).then_some(Frame { h: STRIP, ..frame });
        let (top, room) = strip.map_or((frame.y, frame.h), |strip| (strip.bottom(), frame.h - STRIP));
        // What is left over is the origin's, and a little between all of them.
        let spare = (room - body).max(0.0);
        let right_w = match frame.w {
            w if w >= WIDTH.0 + GAP + RIGHT => RIGHT,
            w if w >= WIDTH.0 + GAP + NARROW => NARROW,
            _ => 0.0,
        };
        let beside = if right_w > 0.0 { right_w + GAP } else { 0.0 };
        let left_w = if frame.w >= WIDTH.0 + beside + LEFT + GAP { LEFT } else { 0.0 };
        let before = if left_w > 0.0 { left_w + GAP } else { 0.0 };
        let rest = frame.w - before - beside;
        let w = rest.min(if right_w > 0.0 { WIDTH.1 + 40.0 } else { f64::INFINITY });
        let x = frame.x + before + if right_w > 0.0 { (rest - w) / 2.0 } else { 0.0 };
        let level = |n: f64, y: f64, h: f64| Frame { x: x + n * STEP, y, w: (w - 2.0 * n * STEP).max(40.0), h };
        let gap = (spare * 0.08).min(12.0);
        let l1 = level(2.0, top + HEAD, L1 + (spare * 0.1).min(12.0));
        let l2 = level(1.0, l1.bottom() + 8.0 + gap, L2);
        let flights = level(1.0, l2.bottom(), FLIGHTS + 2.0 * gap);
        let origin = level(0.0, flights.bottom(), (frame.bottom() - flights.bottom()).min(ORIGIN * 2.6));
        let right = Frame { x: frame.right() - right_w, y: top, w: right_w, h: frame.bottom() - top };
        let chart = Frame { y: origin.y + 2.0, h: origin.h - 2.0, ..right };
        Plot {
            strip,
            left: (left_w > 0.0).then_some(Frame { w: left_w, y: top, h: frame.bottom() - top, ..frame }),
            levels: [l1, l2, origin],
            flights,
            right: (right_w > 0.0).then_some(right),
            chart: (right_w >= RIGHT && chart.h >= 44.0).then_some(chart),
        }
    }
}

/// The cells of the first level: where each is, and how large. None where there are too many for cells.
pub(super) struct Cells {
    x: f64,
    y: f64,
    pitch: f64,
    high: f64,
    in_a_row: usize,
}

/// The most cells that the first level is drawn with.
const CELLS: u32 = 200;

impl Cells {
    pub(super) fn of(size: u32, frame: Frame) -> Option<Cells> {
        let in_a_row = size.div_ceil(2).max(1) as usize;
        let pitch = ((frame.w - 10.0) / in_a_row as f64).min(10.0);
        (size <= CELLS && pitch >= 2.0).then(|| Cells {
            x: frame.x + (frame.w - pitch * in_a_row as f64) / 2.0,
            y: frame.y + 3.5,
            pitch,
            high: (frame.h - 7.0) / 2.0,
            in_a_row,
        })
    }

    pub(super) fn cell(&self, index: usize) -> Frame {
        let (row, column) = (index / self.in_a_row, index % self.in_a_row);
        let x = self.x + column as f64 * self.pitch;
        Frame { x, y: self.y + row as f64 * self.high, w: (self.pitch - 1.0).max(1.0), h: self.high - 1.0 }
    }

    /// Which cell is at a point.
    pub(super) fn at(&self, (x, y): (f64, f64)) -> Option<usize> {
        let (column, row) = ((x - self.x) / self.pitch, (y - self.y) / self.high);
        let inside = column >= 0.0 && column < self.in_a_row as f64 && (0.0..2.0).contains(&row);
        inside.then(|| row as usize * self.in_a_row + column as usize)
    }
}
