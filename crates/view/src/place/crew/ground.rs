//! Where the members of a crew stand on a desktop: lanes as long as they fit, else a grid of glyphs, and what is free below.

use super::Here;
use crate::scene::{Frame, lane};

/// The height of a lane where there is room.
const LANE: f64 = 21.4;
/// The least height of a lane that holds a text.
const THIN: f64 = 12.5;
/// The most workers that are drawn one by one.
pub(super) const MOST_GLYPHS: usize = 256;
/// The pitch of the glyph grid.
pub(super) const GRID: f64 = 13.0;
/// From this height on, what is free below the lanes shows every request.
const SPARE: f64 = 110.0;

/// The height of the lanes of so many workers, or none if they do not fit as lanes.
pub(super) fn lane_height(workers: usize, height: f64) -> Option<f64> {
    let each = height / workers.max(1) as f64;
    (each >= THIN).then_some(each.min(LANE))
}

/// Where the lanes of a crew are: inside its frame, clear of the top edges of what stands beside it.
pub(super) fn lanes_frame(frame: Frame) -> Frame {
    Frame { y: frame.y + 6.0, h: frame.h - 8.0, ..frame }
}

/// What is free below few lanes, where that is enough to show every request.
pub(super) fn free_below(here: Here<'_, '_>, workers: usize, frame: Frame) -> Option<Frame> {
    // Of several with lanes none would have more right to it than the others.
    let crews = here.scene.all().filter(|other| other.face().has_lanes()).count();
    let area = lanes_frame(frame);
    let used = lane_height(workers, area.h)? * workers as f64;
    let free = area.h - used;
    let shown = frame.w >= lane::FULL && free >= SPARE && workers > 0 && crews == 1;
    shown.then_some(Frame { x: frame.x, y: area.y + used + 14.0, w: frame.w, h: free - 16.0 })
}

/// Where each worker of a crew is: lanes up to a right edge, glyphs, or nowhere.
pub(super) fn frames(n: usize, area: Frame, right: f64) -> Vec<Frame> {
    if let Some(pitch) = lane_height(n, area.h) {
        let lane = |i: usize| Frame { x: area.x, y: area.y + pitch * i as f64, w: right - area.x, h: pitch };
        return (0..n).map(lane).collect();
    }
    let (columns, pitch) = raster(n, area);
    if n > MOST_GLYPHS || n.div_ceil(columns) as f64 * pitch > area.h + 1.0 {
        return Vec::new();
    }
    let cell = |i: usize| {
        let (row, column) = (i / columns, i % columns);
        Frame { x: area.x + column as f64 * pitch, y: area.y + row as f64 * pitch, w: pitch, h: pitch }
    };
    (0..n).map(cell).collect()
}

/// Columns and rows of a grid of `n` glyphs in an area, and their pitch.
pub(super) fn raster(n: usize, area: Frame) -> (usize, f64) {
    let mut pitch = GRID;
    let fits = |pitch: f64| libm::floor(area.w / pitch) * libm::floor(area.h / pitch) >= n as f64;
    while pitch > 8.0 && !fits(pitch) {
        pitch -= 0.5;
    }
    (libm::floor(area.w / pitch).max(1.0) as usize, pitch)
}
