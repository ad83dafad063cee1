//! The request matrix: a cell for each request, in the order in which they came in, coloured by state.

use super::room::Room;
use crate::export::suite::RaceCell;
use crate::platform::{canvas, host};
use crate::view::shape::Shape;
use crate::view::{Palette, Rgba};
use web_sys::HtmlCanvasElement;

/// The most rows.
const ROWS: u64 = 60;

/// How requests are laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Requests in a cell; more than one where there are too many for the matrix.
    pub requests: u64,
    /// Cells in a row.
    pub columns: u64,
    /// From row to row.
    pitch: f64,
}

impl Grid {
    /// The grid for so many requests: small cells for thousands, larger ones for hundreds and tens.
    pub fn of(total: u64) -> Grid {
        let (columns, pitch) = match total {
            0..=400 => (34, 9.0),
            401..=1_600 => (67, 5.0),
            _ => (134, 3.0),
        };
        let requests = total.div_ceil(columns * ROWS).max(1);
        Grid { requests, columns, pitch }
    }

    fn rows(self, total: u64) -> u64 {
        total.div_ceil(self.requests).div_ceil(self.columns).max(1)
    }
}

/// The height of the matrix of so many requests.
fn height(total: u64) -> f64 {
    let grid = Grid::of(total);
    grid.rows(total) as f64 * grid.pitch
}

/// The class of a state in the legend.
pub fn class(state: RaceCell) -> &'static str {
    match state {
        RaceCell::Unsent => "k-unsent",
        RaceCell::Queued => "k-queued",
        RaceCell::InFlight => "k-flight",
        RaceCell::Answered => "k-answered",
        RaceCell::Done => "k-done",
        RaceCell::ClientError => "k-client",
        RaceCell::ServerError => "k-server",
        RaceCell::TimedOut => "k-timeout",
        RaceCell::Dropped => "k-dropped",
    }
}

fn colour(state: RaceCell, p: &Palette) -> Rgba {
    match state {
        RaceCell::Unsent => p.line.faint(0.8),
        RaceCell::Queued => p.queued,
        RaceCell::InFlight => p.waiting,
        RaceCell::Answered => p.success.faint(0.34),
        RaceCell::Done => p.success.faint(0.62),
        RaceCell::ClientError => p.client,
        RaceCell::ServerError => p.server,
        RaceCell::TimedOut => p.timeout,
        RaceCell::Dropped => p.rejected,
    }
}

/// Paints a member's matrix: neighbours of one state in a row are one stroke.
pub fn paint(canvas: &HtmlCanvasElement, room: &Room, index: usize, palette: &Palette) {
    let ratio = host::pixel_ratio();
    let (Some(member), Some(standing)) = (room.member(index), room.standing(index)) else { return };
    let total = member.requests();
    // A canvas that has gone away has no style to set, and is not fitted either.
    let _set = canvas.style().set_property("height", &format!("{}px", height(total)));
    let Some((width, _)) = canvas::fit(canvas, ratio) else { return };
    let grid = Grid::of(total);
    let cells = standing.cells();
    // Whole device pixels where there are enough of them: cells of one width, with sharp edges.
    let exact = width * ratio / grid.columns as f64;
    let step = if exact >= 2.0 { exact.floor() } else { exact } / ratio;
    let state_of = |cell: u64| {
        let from = (cell * grid.requests) as usize;
        let to = (from + grid.requests as usize).min(cells.len());
        // Errors on top, then what is furthest.
        cells.get(from..to).and_then(|all| all.iter().copied().max()).unwrap_or_default()
    };
    let count = total.div_ceil(grid.requests);
    let mut shapes = Vec::new();
    for row in 0..grid.rows(total) {
        let (from, to) = (row * grid.columns, ((row + 1) * grid.columns).min(count));
        let mut start = from;
        while start < to {
            let state = state_of(start);
            let mut end = start + 1;
            while end < to && state_of(end) == state {
                end += 1;
            }
            // Large cells have a gap between them, so that they can be counted.
            let gap = if grid.pitch > 3.0 { 1.0 } else { 0.0 };
            for (a, b) in
                if gap > 0.0 { (start..end).map(|c| (c, c + 1)).collect::<Vec<_>>() } else { vec![(start, end)] }
            {
                shapes.push(Shape::Rect {
                    at: ((a - from) as f64 * step, row as f64 * grid.pitch),
                    size: ((b - a) as f64 * step - gap, grid.pitch - 1.0),
                    radius: 0.0,
                    fill: Some(colour(state, palette)),
                    stroke: None,
                });
            }
            start = end;
        }
    }
    canvas::paint(canvas, ratio, &shapes);
}
