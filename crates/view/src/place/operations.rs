//! Workers behind a semaphore and a queue, in little room: how many permits are held, how many tasks wait, and a glyph for each worker.

use super::face::{Face, Note, Room, step};
use super::{Here, Term};
use crate::number;
use crate::recent::Mode;
use crate::scene::{Frame, Layout, Look, Plan, Worker, glyph, heading, strips};
use crate::shape::{Ink, Sheet, bold_width, text_width};
use millrace_spec::Operations as Spec;
use millrace_trace::{StationKind, ledger::StationRow};

/// Workers behind a semaphore and a queue.
#[derive(Debug)]
pub struct Operations<'a> {
    /// What they are behind.
    pub spec: &'a Spec,
}

/// The height of a row of words, and the pitch of glyphs.
const ROW: f64 = 16.0;
const PITCH: (f64, f64) = (8.0, 14.0);
const PAD: f64 = 8.0;

/// How many there are of something, and how many there may be.
#[derive(Clone, Copy)]
struct Filled(u64, Option<u64>);

impl Filled {
    fn of(row: Option<&StationRow>, n: impl Fn(&StationRow) -> u64) -> Filled {
        Filled(row.map_or(0, n), row.map(|row| u64::from(row.capacity)))
    }

    fn text(self, word: &str) -> String {
        let Filled(n, most) = self;
        let of = most.map_or(String::new(), |most| format!(" of {}", number::count(most)));
        format!("{}{of}{word}", number::count(n))
    }

    fn is_full(self) -> bool {
        self.1.is_some_and(|most| self.0 >= most && most > 0)
    }
}

impl Operations<'_> {
    fn held(&self, here: Here<'_, '_>) -> Filled {
        Filled::of(here.scene.station(self.spec.permits).map(|(_, row)| row), |row| row.levels.in_service)
    }

    fn queued(&self, here: Here<'_, '_>) -> Filled {
        Filled::of(here.scene.station(self.spec.queue).map(|(_, row)| row), |row| row.levels.present)
    }

    /// The row in which it is said what is amiss, where something is and there is room, and what is left for the glyphs.
    fn amiss(&self, below: Frame) -> (Option<Frame>, Frame) {
        let amiss = self.spec.amiss;
        if amiss.is_empty() || below.h < 2.0 * ROW || text_width(amiss, 11.0, false) > below.w {
            return (None, below);
        }
        (Some(Frame { h: ROW, ..below }), Frame { y: below.y + ROW, h: below.h - ROW, ..below })
    }

    fn at_work(here: Here<'_, '_>) -> Filled {
        let workers = here.workers();
        let busy = workers.iter().filter(|worker| worker.is_up() && worker.mode != Mode::Idle).count();
        Filled(busy as u64, Some(workers.len() as u64))
    }
}

/// Where the words of the box are, and below them the glyphs.
fn parts(frame: Frame) -> (Frame, Frame) {
    let inner = Frame { x: frame.x + PAD, y: frame.y + 4.0, w: frame.w - 2.0 * PAD, h: frame.h - 8.0 };
    let words = Frame { h: 2.0 * ROW, ..inner };
    (words, Frame { y: words.bottom() + 4.0, h: (inner.bottom() - words.bottom() - 4.0).max(0.0), ..inner })
}

/// A frame for each of so many glyphs: none where not all of them have room.
fn cells(n: usize, area: Frame) -> Vec<Frame> {
    let (least, mut pitch) = PITCH;
    let columns = |pitch: f64| libm::floor(area.w / pitch).max(1.0);
    while pitch > least && libm::ceil(n as f64 / columns(pitch)) * pitch > area.h {
        pitch -= 0.5;
    }
    if libm::ceil(n as f64 / columns(pitch)) * pitch > area.h + 1.0 {
        return Vec::new();
    }
    let columns = columns(pitch) as usize;
    let cell = |i: usize| Frame {
        x: area.x + (i % columns) as f64 * pitch,
        y: area.y + (i / columns) as f64 * pitch,
        w: pitch,
        h: pitch,
    };
    (0..n).map(cell).collect()
}

impl Face for Operations<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Crew]
    }

    fn reads(&self) -> &'static str {
        "Workers behind a semaphore: how many permits are held, how many tasks wait, and a mark for each worker."
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        let least = step([176.0, 160.0, 142.0, 124.0], level);
        // All of a column are as wide as each other.
        Room { head: 40.0, foot: 0.0, appetite: 1.0, ..Room::new(least).high(124.0, f64::INFINITY) }
    }

    fn before(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([24.0, 18.0, 14.0, 10.0], level)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let (spot, p) = (plan.spot(here.index()), look.palette);
        let (frame, workers) = (spot.frame, here.workers());
        let (held, queued, at_work) = (self.held(here), self.queued(here), Self::at_work(here));
        let line = at_work.text(if frame.w >= 150.0 { " workers busy" } else { " busy" });
        heading(sheet, look, (frame.x, frame.w), spot.cell, here.label(), &line, at_work.is_full());
        let edge = if at_work.is_full() { p.blocked } else { p.line_3 };
        sheet.frame((frame.x + 0.5, frame.y + 0.5), (frame.w - 1.0, frame.h - 1.0), 4.0, Some(p.surface), edge, 1.3);
        let (words, below) = parts(frame);
        let (says, area) = self.amiss(below);
        // In a box that is lower than both a row is left out: that of the queue, unless somebody waits there.
        let (row, two) = (words.y + 11.0, frame.h >= 2.0 * ROW + 6.0);
        let rows = match queued.0 {
            _ if two => vec![(row, "permits", held), (row + ROW, "queue", queued)],
            0 => vec![(row, "permits", held)],
            _ => vec![(row, "queue", queued)],
        };
        for (base, name, filled) in rows {
            sheet.text((words.x, base), name, Ink::new(p.ink_2));
            let full = if filled.is_full() { p.blocked_ink } else { p.ink };
            let text = filled.text("");
            if text_width(name, 11.0, false) + bold_width(&text, 11.0) + 6.0 <= words.w {
                sheet.text((words.right(), base), text, Ink::new(full).end());
            }
        }
        if let Some(row) = says {
            sheet.text((row.x, row.y + 11.0), self.spec.amiss, Ink::new(p.server_ink));
        }
        for (worker, cell) in workers.iter().zip(cells(workers.len(), area)) {
            glyph::mode(sheet, (cell.middle(), cell.y + cell.h / 2.0), worker.mode, p);
        }
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let (p, Filled(busy, all)) = (look.palette, Self::at_work(here));
        let all = all.unwrap_or_default();
        strips::stacked(sheet, look, bar, &[(p.running, busy)], all);
        (format!("{} of {} busy", number::count(busy), number::count(all)), busy == all && all > 0)
    }

    fn widest_bar(&self, _: Here<'_, '_>) -> f64 {
        strips::BAR
    }

    fn members<'a>(&self, here: Here<'_, 'a>, _: &Look<'_>, layout: &Layout) -> Vec<(Worker<'a>, Frame)> {
        let Layout::Desk(plan) = layout else { return Vec::new() };
        let (workers, (_, below)) = (here.workers(), parts(plan.spot(here.index()).frame));
        let cells = cells(workers.len(), self.amiss(below).1);
        workers.into_iter().zip(cells).collect()
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        let mut lines = vec![
            Self::at_work(here).text(" workers busy"),
            self.held(here).text(" permits held"),
            self.queued(here).text(" in the queue"),
        ];
        if !self.spec.amiss.is_empty() {
            lines.push(self.spec.amiss.to_owned());
        }
        lines
    }

    fn term_beside(&self, _: Here<'_, '_>, station: &str) -> Option<Term> {
        let is = |own: &str| own == station;
        if is(self.spec.permits) { Some(Term::IN_HAND) } else { is(self.spec.queue).then_some(Term::QUEUED) }
    }
}
