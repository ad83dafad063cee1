//! Where the rows of layers are: as high as there is room for, in the order in which they are or would be.

use crate::scene::{Arrangement, Frame, Look};

/// The largest pitch of rows, and from which on a row has its state in a line of its own.
const PITCH: f64 = 48.0;
const TWO_LINES: f64 = 36.0;
/// The widths of the grip, the picture and a column of figures.
pub(super) const GRIP: f64 = 24.0;
pub(super) const PICTURE: f64 = 84.0;
const FIGURE: f64 = 58.0;
/// Above the rows: the callers.
const HEAD: f64 = 26.0;

/// Where the rows are: of the layers in the order in which they are, or would be, and of the server.
pub(super) struct Plot {
    pub area: Frame,
    pitch: f64,
    /// By layer: its row.
    pub places: Vec<usize>,
}

impl Plot {
    pub fn of(area: Frame, layers: usize, look: &Look<'_>) -> Plot {
        let most = match layers {
            0..=9 => PITCH,
            10..=16 => 32.0,
            _ => 20.0,
        };
        let mut order: Vec<usize> = (0..layers).collect();
        if let Some((from, to)) = look.order.filter(|(from, to)| *from < layers && *to < layers) {
            let lifted = order.remove(from);
            order.insert(to, lifted);
        }
        let places = (0..layers).map(|layer| order.iter().position(|other| *other == layer).unwrap_or(layer)).collect();
        Plot { area, pitch: (area.h / (layers + 1) as f64).min(most), places }
    }

    /// The row at a place, from 0.
    pub fn at(&self, place: usize) -> Frame {
        let gap = match self.pitch {
            pitch if pitch >= TWO_LINES => 6.0,
            pitch if pitch >= 24.0 => 4.0,
            _ => 2.0,
        };
        Frame { y: self.area.y + place as f64 * self.pitch, h: (self.pitch - gap).max(4.0), ..self.area }
    }

    pub fn row(&self, layer: usize) -> Frame {
        self.at(self.places.get(layer).copied().unwrap_or(self.places.len()))
    }

    pub fn two_lines(&self) -> bool {
        self.pitch >= TWO_LINES
    }
}

/// The part of a frame that the rows of so many layers stand in: below the callers, unless there is hardly room for the rows.
pub(super) fn rows_of(frame: Frame, layers: usize) -> Frame {
    let is_low = (frame.h - HEAD) / (layers as f64 + 1.0) < 24.0;
    let head = if is_low { 2.0 } else { HEAD };
    Frame { y: frame.y + head, h: frame.h - head, ..frame }
}

/// The right edges of the figures.
pub(super) fn columns(frame: Frame) -> [f64; 4] {
    let right = frame.right() - 12.0;
    [right - 3.0 * FIGURE - 14.0, right - 2.0 * FIGURE - 14.0, right - FIGURE - 14.0, right]
}

pub(super) fn phone(all: &Arrangement) -> Frame {
    Frame { y: all.area.y + 26.0, h: all.area.h - 40.0, ..all.area }
}
