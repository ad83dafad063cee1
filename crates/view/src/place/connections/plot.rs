//! Where what is drawn of the connections stands: those who wait, the columns of the rows, the links, the server.

use super::rows::fit;
use crate::scene::Frame;

/// The least and the greatest height of a row: a few connections have the room of many.
pub(super) const ROW: (f64, f64) = (12.0, 24.0);

/// Columns of the picture, from left to right. What there is no room for is left out.
pub(super) struct Plot {
    /// Those who wait, and what has come and gone.
    pub(super) side: Option<Frame>,
    /// The base of the heads of the columns, and the left edge of the rows.
    pub(super) head: f64,
    pub(super) left: f64,
    pub(super) glyph: f64,
    pub(super) caller: f64,
    pub(super) age: Option<f64>,
    pub(super) age_w: f64,
    /// Where its uses end, where they have room.
    pub(super) uses: Option<f64>,
    pub(super) statements: Option<f64>,
    pub(super) past: Option<(f64, f64)>,
    /// The middles of both sockets.
    pub(super) link: (f64, f64),
    /// The box of the server.
    pub(super) server: Frame,
    pub(super) box_left: f64,
    top: f64,
    pitch: f64,
    /// How many rows there are; fewer than places where a row each has no room.
    pub(super) rows: usize,
    /// Where cells stand instead of rows.
    pub(super) cells: Option<Frame>,
}

/// The width of the names and states up to the caller, and of what comes after it.
const NAMED: f64 = 150.0;
const AGE: f64 = 92.0;
/// The same on a phone, where how often it was used has no room.
const AGE_ALONE: f64 = 46.0;
const STATEMENTS: f64 = 52.0;
const PAST: f64 = 110.0;
const LINK: f64 = 96.0;
const SIDE: f64 = 132.0;

impl Plot {
    /// In an area, below its heading, for so many places.
    pub(super) fn of(area: Frame, places: usize, statements: bool, small: bool) -> Plot {
        let side = !small && area.w >= 560.0;
        let left = if side { area.x + SIDE + 18.0 } else { area.x + 4.0 };
        let room = area.right() - left;
        // From what matters least: what it did lately, statements, the age.
        let server = if small { 52.0 } else { (room * 0.24).clamp(70.0, 190.0) };
        let link = if small { 44.0 } else { LINK };
        let aged = if small { AGE_ALONE } else { AGE };
        let named = if small { 152.0 } else { NAMED };
        let mut left_over = room - named - link - server - 8.0;
        let mut take = |w: f64, wanted: bool| {
            let fits = wanted && left_over >= w;
            if fits {
                left_over -= w;
            }
            fits
        };
        let age = take(aged, true);
        let prepared = take(STATEMENTS, statements);
        let past = take(PAST, !small);
        let more = left_over.max(0.0);
        let mut x = left + named;
        let caller = x - 6.0;
        let age = age.then(|| {
            x += aged;
            x - aged + 2.0
        });
        let uses = Some(x - 6.0).filter(|_| !small);
        let statements = prepared.then(|| {
            x += STATEMENTS;
            x - STATEMENTS + 2.0
        });
        let past = past.then(|| {
            let w = PAST + more * 0.5 - 14.0;
            x += PAST + more * 0.5;
            (x - w - 14.0, w)
        });
        let box_left = area.right() - server;
        let box_top = area.y + if small { 6.0 } else { -10.0 };
        let head = area.y + if small { 2.0 } else { 0.0 };
        let top = area.y + if small { 8.0 } else { 4.0 };
        // Below the rows the server's spare slots and the ends of its scale.
        let high = (area.bottom() - top - if small { 0.0 } else { 24.0 }).max(ROW.0);
        let rows = fit(high);
        let many = places > rows;
        let pitch = (high / places.max(1) as f64).clamp(ROW.0, ROW.1);
        let cells = many.then(|| Frame { x: left, y: top, w: (box_left - 24.0 - left).max(40.0), h: high });
        Plot {
            side: side.then_some(Frame { w: SIDE, ..area }),
            head,
            left,
            glyph: left + 46.0,
            caller,
            age,
            age_w: if small { 38.0 } else { 52.0 },
            uses,
            statements,
            past,
            link: (x + 8.0, box_left),
            server: Frame { x: box_left, y: box_top, w: server, h: area.bottom() - box_top },
            box_left,
            top,
            pitch,
            rows: if many { 0 } else { places },
            cells,
        }
    }

    /// The row of a number.
    pub(super) fn row(&self, index: usize) -> Frame {
        let y = self.top + index as f64 * self.pitch;
        Frame { x: self.left - 4.0, y, w: self.server.right() - self.left + 4.0, h: self.pitch }
    }
}
