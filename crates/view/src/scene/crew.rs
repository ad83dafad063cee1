//! A crew: a lane for each worker; a grid of glyphs when there are too many; counts when there are far too many.

use super::super::number;
use super::super::recent::Mode;
use super::super::shape::{Ink, Sheet};
use super::lane::{self, Wires};
use super::matrix;
use super::worker::Worker;
use super::{Detail, Frame, Look, Scene, age, first_fit, glyph, heading};
use millrace_spec::Place;

/// The height of a lane where there is room.
const LANE: f64 = 21.4;
/// The least height of a lane that holds a text.
const THIN: f64 = 12.5;
/// The most workers that are drawn one by one.
const MOST_GLYPHS: usize = 256;
/// The pitch of the glyph grid.
const GRID: f64 = 13.0;
/// From this height on, what is free below the lanes shows every request.
const SPARE: f64 = 110.0;

/// The height of the lanes of so many workers, or none if they do not fit as lanes.
pub fn lane_height(workers: usize, height: f64) -> Option<f64> {
    let each = height / workers.max(1) as f64;
    (each >= THIN).then_some(each.min(LANE))
}

/// Where the lanes of a crew are: inside its frame, clear of the top edges of what stands beside it.
pub fn lanes_frame(frame: Frame) -> Frame {
    Frame { y: frame.y + 6.0, h: frame.h - 8.0, ..frame }
}

/// Draws a crew, with its lanes running through its server.
pub fn draw(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    (label, station): (&str, &str),
    frame: Frame,
    wires: Wires,
) {
    let workers = Worker::crew(scene, station);
    let up = workers.iter().filter(|w| w.is_up()).count();
    let n = workers.len();
    let lines = match n {
        0 => vec!["idle".to_owned()],
        1 => vec!["1 worker".to_owned(), "1".to_owned()],
        _ => vec![format!("{up} of {n} up"), format!("{up} up"), up.to_string()],
    };
    let wide = frame.w >= lane::FULL;
    heading(
        sheet,
        look,
        (frame.x, frame.w + 8.0),
        label,
        &first_fit(&lines, if wide { 90.0 } else { frame.w + 4.0 }),
        false,
    );
    let area = lanes_frame(frame);
    let Some(pitch) = lane_height(n, area.h) else {
        if n <= MOST_GLYPHS {
            grid(sheet, look, &workers, area);
        } else {
            counts(sheet, look, &workers, area);
        }
        flow(sheet, look, frame, wires);
        if let Some(server) = wires.server {
            age::dots(sheet, scene, look, &workers, server);
        }
        return;
    };
    if wide {
        lane::headings(sheet, look, frame);
    }
    lane::draw(sheet, scene, look, &workers, area, pitch, wires);
    if let Some(below) = free_below(scene, n, frame) {
        matrix::titled(sheet, scene, look, below);
    }
}

/// What is free below few lanes, where that is enough to show every request.
pub fn free_below(scene: &Scene<'_>, workers: usize, frame: Frame) -> Option<Frame> {
    let crews = scene.spec.places.iter().filter(|p| matches!(p, Place::Crew { .. })).count();
    let area = lanes_frame(frame);
    let used = lane_height(workers, area.h)? * workers as f64;
    let free = area.h - used;
    let shown = frame.w >= lane::FULL && free >= SPARE && workers > 0 && crews == 1;
    shown.then_some(Frame { x: frame.x, y: area.y + used + 14.0, w: frame.w, h: free - 16.0 })
}

/// Where each worker of a crew is: lanes up to a right edge, glyphs, or nowhere.
pub fn frames(n: usize, area: Frame, right: f64) -> Vec<Frame> {
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

/// A pipe to and from what is drawn without lanes.
fn flow(sheet: &mut Sheet, look: &Look<'_>, frame: Frame, wires: Wires) {
    let p = look.palette;
    let y = (frame.y + frame.h / 2.0) as f32;
    let width = if look.detail == Detail::Flow { 3.0 } else { 1.5 };
    let mut lines = Vec::new();
    if let Some(from) = wires.from {
        lines.push([from as f32 + 2.0, y, frame.x as f32 - 4.0, y]);
    }
    let mut right = frame.right();
    let mut conducts = true;
    if let Some((breaker, lets)) = wires.breaker {
        lines.push([right as f32 + 4.0, y, breaker.x as f32, y]);
        (right, conducts) = (breaker.right() - 4.0, lets);
    }
    if let Some(server) = wires.server {
        lines.extend(conducts.then_some([right as f32 + 4.0, y, server.x as f32, y]));
        right = server.right();
    }
    if let Some(to) = wires.to {
        lines.push([right as f32 + 2.0, y, to as f32 - 2.0, y]);
    }
    lines.retain(|[from, _, to, _]| to > from);
    sheet.segments(lines, p.line_2, width);
}

/// Columns and rows of a grid of `n` glyphs in an area, and their pitch.
fn raster(n: usize, area: Frame) -> (usize, f64) {
    let mut pitch = GRID;
    let fits = |pitch: f64| libm::floor(area.w / pitch) * libm::floor(area.h / pitch) >= n as f64;
    while pitch > 8.0 && !fits(pitch) {
        pitch -= 0.5;
    }
    (libm::floor(area.w / pitch).max(1.0) as usize, pitch)
}

/// A glyph for each worker.
pub fn grid(sheet: &mut Sheet, look: &Look<'_>, workers: &[Worker<'_>], area: Frame) {
    let p = look.palette;
    let (columns, pitch) = raster(workers.len(), area);
    let rows = workers.len().div_ceil(columns) as f64;
    if rows * pitch > area.h + 1.0 {
        counts(sheet, look, workers, area);
        return;
    }
    for (index, worker) in workers.iter().enumerate() {
        let (row, column) = (index / columns, index % columns);
        let at = (area.x + (column as f64 + 0.5) * pitch, area.y + (row as f64 + 0.5) * pitch);
        if look.stuck && worker.mode == Mode::Blocked {
            sheet.ring(at, pitch / 2.0 - 0.6, p.server, 1.0);
        }
        glyph::mode(sheet, at, worker.mode, p);
    }
    // Below the grid, in numbers what it shows, where there is room.
    let below = area.y + rows * pitch + 12.0;
    let left = Frame { y: below, h: area.bottom() - below, ..area };
    if left.h >= 60.0 && area.w >= 90.0 {
        counts(sheet, look, workers, left);
    }
}

/// How many workers are in each state.
fn counts(sheet: &mut Sheet, look: &Look<'_>, workers: &[Worker<'_>], area: Frame) {
    let p = look.palette;
    let mut y = area.y + 10.0;
    for mode in Mode::ALL {
        let n = workers.iter().filter(|w| w.mode == mode).count();
        if n == 0 && matches!(mode, Mode::Killed | Mode::Done) || y + 4.0 > area.bottom() {
            continue;
        }
        glyph::mode(sheet, (area.x + 5.0, y), mode, p);
        if area.w >= 90.0 {
            sheet.text((area.x + 16.0, y + 4.0), mode.word(), Ink::new(glyph::mode_ink(mode, p)));
            let right = area.x + area.w.min(110.0);
            sheet.text((right, y + 4.0), number::count(n as u64), Ink::new(p.ink).mono().end());
        } else {
            sheet.text((area.x + 13.0, y + 4.0), number::count(n as u64), Ink::new(p.ink).mono());
        }
        y += 20.0;
    }
}
