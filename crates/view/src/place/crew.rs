//! A crew: a lane for each worker; a grid of glyphs when there are too many; counts when there are far too many.

mod ground;
mod phone;

use super::face::{Face, Note, OnPhone, Room, itself, step};
use super::{Here, Term, sink};
use crate::number;
use crate::recent::Mode;
use crate::scene::lane::{self, Gate, Wires};
use crate::scene::{
    Arrangement, Detail, Frame, Item, Layout, Look, Plan, Worker, about, age, first_fit, glyph, heading, item, matrix,
    strips, wires,
};
use crate::shape::{Ink, Shape, Sheet, text_width};
use crate::text::Row;
use ground::{MOST_GLYPHS, frames, free_below, lane_height, lanes_frame, raster};
use millrace_analysis::Prefix;
use millrace_trace::ledger::StationRow;
use millrace_trace::{SimTime, StationKind};

/// A crew: its members are workers.
#[derive(Debug)]
pub struct Crew;

/// More workers than this are told by state.
const TOLD: usize = 64;
/// The pitch of glyphs in a strip.
const GLYPH: f64 = 13.0;

/// Above this share of the time workers are as busy as can be.
const BUSY: f64 = 0.95;

/// For how many workers there was work, where requests come by themselves and these are too few: by Little's law as many as come in a second
/// times the seconds that one has a worker. `busy` is how many of them were, on average.
fn offered_load(here: Here<'_, '_>, at: SimTime, busy: f64) -> Option<String> {
    let tally = &here.scene.ledger.tally;
    let (members, holding) = here.scene.ledger.members(here.id()).fold((0.0, 0.0), |(all, holding), (_, row)| {
        (all + 1.0, holding + if row.in_hand.is_some() { 1.0 } else { 0.0 })
    });
    // Who is tried again has a worker more than once.
    if !here.scene.values.has_open_arrivals() || here.scene.spec.has_tries() || busy < BUSY * members {
        return None;
    }
    // Of what is in hand half is done, on average.
    let served = tally.departed() as f64 + holding / 2.0;
    let (rate, each) = (tally.offered as f64 / at.seconds(), busy * at.seconds() / served.max(1.0));
    let load = rate * each;
    (load > members).then(|| {
        let each = number::time_text((each * 1e9) as u64);
        format!(
            " {} came in a second, and each had one of them for {each}: work for {load:.1} of them.",
            number::rate(rate)
        )
    })
}

/// What the lanes are joined to.
fn joints(here: Here<'_, '_>, plan: &Plan) -> Wires {
    let run = wires::run(here, plan);
    let walls = |index: usize| here.other(index).map(|other| wires::walls(other, plan));
    let from = wires::pipe_from(here, plan).map(|(_, walls)| walls.right());
    let mut joints = Wires { from, start: Some(plan.spot(here.index()).frame.right()), ..Wires::default() };
    for index in &run.through {
        let Some(other) = here.other(*index) else { continue };
        match (other.face().holds_calls(), walls(*index)) {
            (true, Some(frame)) => joints.server = Some((frame, other.id())),
            (false, Some(frame)) => {
                joints.gates.push(Gate { frame, conducts: other.face().conducts(other), station: other.id() });
            }
            _ => {}
        }
    }
    joints.to = run.to.and_then(walls).map(|walls| walls.x);
    joints
}

impl Face for Crew {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Crew, StationKind::Worker]
    }

    fn reads(&self) -> &'static str {
        "A lane for each: what it does, with which request, for how long, and its last second as a ribbon whose right end is now."
    }

    fn story(&self, here: Here<'_, '_>, so_far: &Prefix<'_>) -> Option<String> {
        let members = here.scene.ledger.members(here.id()).map(|(_, row)| row.utilisation(so_far.at()));
        let shares: Vec<f64> = members.collect();
        let busy = shares.iter().sum::<f64>() / shares.len().max(1) as f64;
        let (label, n) = (here.label(), number::count(shares.len() as u64));
        (!shares.is_empty() && so_far.at() > SimTime::ZERO).then(|| {
            let load = offered_load(here, so_far.at(), shares.iter().sum()).unwrap_or_default();
            format!("{label}: the {n} of them were busy {} % of the time.{load}", number::percent(busy))
        })
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        Room::new(step([240.0, 106.0, 48.0, 26.0], level)).hungry(1.0)
    }

    fn after(&self, here: Here<'_, '_>, level: usize) -> f64 {
        // What its lanes run into at once has walls of its own; a channel is but lines.
        let boxed = here.out().any(|path| path.stops.len() > 2);
        step([if boxed { 18.0 } else { 20.0 }, 15.0, 10.0, 8.0], level)
    }

    fn has_lanes(&self) -> bool {
        true
    }

    fn port(&self, here: Here<'_, '_>, frame: Frame) -> f64 {
        self.lanes_out(here, frame).map_or(frame.y + frame.h / 2.0, |(top, bottom)| (top + bottom) / 2.0)
    }

    fn lanes_out(&self, here: Here<'_, '_>, frame: Frame) -> Option<(f64, f64)> {
        let (n, area) = (here.workers().len(), lanes_frame(frame));
        let pitch = lane_height(n, area.h).filter(|_| n > 0)?;
        Some((area.y + pitch / 2.0, area.y + pitch * (n as f64 - 0.5)))
    }

    fn shows_nothing(&self, here: Here<'_, '_>) -> Option<&'static str> {
        here.workers().is_empty().then_some("nobody was ever a member of it: tasks without members are a crowd")
    }

    fn draws_wires(&self) -> bool {
        true
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let scene = here.scene;
        let spot = plan.spot(here.index());
        let (frame, wires) = (spot.frame, joints(here, plan));
        let workers = here.workers();
        let up = workers.iter().filter(|w| w.is_up()).count();
        let n = workers.len();
        let lines = match n {
            0 => vec!["idle".to_owned()],
            1 => vec!["1 worker".to_owned(), "1".to_owned()],
            _ => vec![format!("{up} of {n} up"), format!("{up} up"), up.to_string()],
        };
        let wide = frame.w >= lane::FULL;
        let line = first_fit(&lines, if wide { 90.0 } else { frame.w + 4.0 });
        heading(sheet, look, (frame.x, frame.w + 8.0), spot.cell, here.label(), &line, false);
        let area = lanes_frame(frame);
        let Some(pitch) = lane_height(n, area.h) else {
            if n <= MOST_GLYPHS {
                grid(sheet, look, &workers, area);
            } else {
                counts(sheet, look, &workers, area);
            }
            flow(sheet, look, frame, &wires);
            if let Some(server) = wires.server {
                age::dots(sheet, scene, look, &workers, server);
            }
            return;
        };
        if wide {
            lane::headings(sheet, look, frame, spot.cell.y + 32.0);
        }
        lane::draw(sheet, scene, look, &workers, area, pitch, &wires);
        if let Some(below) = free_below(here, n, frame) {
            matrix::titled(sheet, scene, look, below);
        }
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Main
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let workers = here.workers();
        let up = workers.iter().filter(|w| w.is_up()).count();
        if let Some(cells) = glyphs(workers.len(), bar) {
            for (worker, cell) in workers.iter().zip(cells) {
                glyph::mode(sheet, (cell.middle(), cell.y + cell.h / 2.0), worker.mode, look.palette);
            }
        } else {
            counted(sheet, look, &workers, bar);
        }
        (format!("{up} of {} up", workers.len()), false)
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, arrangement: &Arrangement) {
        phone::full(sheet, here, look, arrangement);
    }

    fn band(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame, _: Note) {
        phone::band(sheet, here, look, frame);
    }

    fn height_of_lanes(&self, here: Here<'_, '_>) -> f64 {
        here.workers().len() as f64 * phone::LANE
    }

    fn over(&self, here: Here<'_, '_>, arrangement: &Arrangement) -> String {
        if arrangement.bands.is_empty() {
            return sink::note(here.scene).0;
        }
        let workers = here.workers();
        format!("{} of {} up", workers.iter().filter(|w| w.is_up()).count(), workers.len())
    }

    fn members<'a>(&self, here: Here<'_, 'a>, _: &Look<'_>, layout: &Layout) -> Vec<(Worker<'a>, Frame)> {
        let workers = here.workers();
        let n = workers.len();
        let cells = match layout {
            Layout::Desk(plan) => {
                let frame = plan.spot(here.index()).frame;
                // Its wires and its part of what it runs through are the lane's too.
                let end = wires::run(here, plan).through.last().map_or(frame, |last| plan.spot(*last).frame);
                frames(n, lanes_frame(frame), end.right())
            }
            Layout::Phone(arrangement) if arrangement.main == here.index() => {
                let area = arrangement.area;
                phone::frames(n, Frame { w: arrangement.width, ..area })
                    .unwrap_or_else(|| frames(n, area, area.right()))
            }
            Layout::Phone(_) => Vec::new(),
            Layout::Strips(_) => {
                let frames = |row: Frame| match strips::is_high(row) {
                    true => phone::frames(n, phone::below_name(row)),
                    false => glyphs(n, strips::bar(row)),
                };
                layout.area(here.index()).and_then(frames).unwrap_or_default()
            }
        };
        workers.into_iter().zip(cells).collect()
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let members = self.members(here, look, layout);
        if members.is_empty() {
            return itself(self.about(here, look), here, layout);
        }
        let item = |(worker, frame): (Worker<'_>, Frame)| {
            Item::new(frame, here.scene.name(worker.row).to_owned(), about(here.scene, look, &worker)).of(worker.id)
        };
        members.into_iter().map(item).collect()
    }

    fn at(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, at: (f64, f64)) -> Option<Item> {
        let Layout::Desk(plan) = layout else { return None };
        let free = free_below(here, here.workers().len(), plan.spot(here.index()).frame)?;
        matrix::at(here.scene, look, matrix::below_title(free), at)
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        vec![states(&here.workers())]
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let workers = here.workers();
        if workers.len() > TOLD {
            return vec![Row { what: here.label().to_owned(), says: states(&workers) }];
        }
        let row = |worker: &Worker<'_>| Row {
            what: here.scene.name(worker.row).to_owned(),
            says: item::about(here.scene, look, worker).join(", "),
        };
        workers.iter().map(row).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        let workers = here.workers();
        (!workers.is_empty()).then(|| format!("{}: {}", here.label(), states(&workers)))
    }

    fn term(&self, _: Here<'_, '_>, worker: Option<&Worker<'_>>, row: &StationRow) -> Term {
        match worker {
            Some(worker) if worker.mode == Mode::Blocked => Term::PARKED,
            _ => Term::of(row),
        }
    }

    fn legend(&self, sheet: &mut Sheet, _: Here<'_, '_>, look: &Look<'_>, edges: (f64, f64), y: f64) -> f64 {
        legend(sheet, look, edges, y)
    }
}

/// A pipe to and from what is drawn without lanes.
fn flow(sheet: &mut Sheet, look: &Look<'_>, frame: Frame, wires: &Wires) {
    let p = look.palette;
    let y = (frame.y + frame.h / 2.0) as f32;
    let width = if look.detail == Detail::Flow { 3.0 } else { 1.5 };
    let mut lines = Vec::new();
    if let Some(from) = wires.from {
        lines.push([from as f32 + 2.0, y, frame.x as f32 - 4.0, y]);
    }
    let mut right = frame.right();
    let mut conducts = true;
    for gate in &wires.gates {
        if !conducts {
            break;
        }
        lines.push([right as f32 + 4.0, y, gate.frame.x as f32, y]);
        (right, conducts) = (gate.frame.right() - 4.0, gate.conducts);
    }
    if let Some((server, _)) = wires.server {
        lines.extend(conducts.then_some([right as f32 + 4.0, y, server.x as f32, y]));
        right = server.right();
    }
    if let Some(to) = wires.to {
        lines.push([right as f32 + 2.0, y, to as f32 - 2.0, y]);
    }
    lines.retain(|[from, _, to, _]| to > from);
    sheet.segments(lines, p.line_2, width);
}

/// A glyph for each worker.
fn grid(sheet: &mut Sheet, look: &Look<'_>, workers: &[Worker<'_>], area: Frame) {
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

/// "1 idle, 6 waiting on the server, 5 blocked".
fn states(workers: &[Worker<'_>]) -> String {
    let of = |mode: Mode| workers.iter().filter(|w| w.mode == mode).count() as u64;
    let words = |mode: Mode| match mode {
        Mode::Waiting => "waiting on the server",
        mode => mode.word(),
    };
    let some = Mode::ALL.into_iter().filter(|mode| of(*mode) > 0);
    let all: Vec<String> = some.map(|mode| format!("{} {}", number::count(of(mode)), words(mode))).collect();
    all.join(", ")
}

/// A cell for each worker in one row, if they fit.
fn glyphs(workers: usize, bar: Frame) -> Option<Vec<Frame>> {
    let pitch = (bar.w / workers.max(1) as f64).min(GLYPH);
    let cell = |i: usize| Frame { x: bar.x + i as f64 * pitch, w: pitch, y: bar.y - 2.0, h: 12.0 };
    (pitch >= 9.5).then(|| (0..workers).map(cell).collect())
}

/// How many workers are in each state, in one row.
fn counted(sheet: &mut Sheet, look: &Look<'_>, workers: &[Worker<'_>], bar: Frame) {
    let p = look.palette;
    let mut x = bar.x;
    for mode in Mode::ALL {
        let n = workers.iter().filter(|w| w.mode == mode).count();
        let text = number::count(n as u64);
        let w = text_width(&text, 11.0, true);
        if n == 0 || x + 13.0 + w > bar.right() {
            continue;
        }
        glyph::mode(sheet, (x + 5.0, bar.y + 4.0), mode, p);
        sheet.text((x + 13.0, bar.y + 8.0), text, Ink::new(p.ink).mono());
        x += 13.0 + w + 10.0;
    }
}

/// The modes of workers: glyph, piece of ribbon, word.
fn legend(sheet: &mut Sheet, look: &Look<'_>, (left, limit): (f64, f64), y: f64) -> f64 {
    let p = look.palette;
    // All of them or, where there is less room, all of them without ribbons; part of a legend is none.
    let width =
        |ribbon: f64| Mode::LEGEND.iter().map(|m| 27.0 + ribbon + text_width(m.word(), 11.0, false)).sum::<f64>();
    let ribbon = if left + width(20.0) <= limit {
        20.0
    } else if left + width(0.0) <= limit {
        0.0
    } else {
        return left;
    };
    let mut x = left;
    for mode in Mode::LEGEND {
        glyph::mode(sheet, (x + 5.0, y), mode, p);
        if ribbon > 0.0 {
            let (a, b) = (x + 14.0, x + 28.0);
            let rect = |half: f64| vec![[a, y - half, b - a, 2.0 * half].map(|x| x as f32)];
            match mode {
                Mode::Idle | Mode::Done => sheet.line((a, y), (b, y), p.idle, 1.2),
                Mode::Busy => sheet.boxes(rect(5.0), Some(p.running), None),
                Mode::Waiting => sheet.boxes(rect(5.0), Some(p.waiting.faint(0.5)), Some((p.waiting, 0.8))),
                Mode::Blocked => {
                    sheet.boxes(rect(3.5), Some(p.blocked_wash), Some((p.blocked, 0.8)));
                    sheet.shapes.push(Shape::Hatch { rects: rect(3.5), stroke: p.blocked, gap: 5.7 });
                }
                Mode::Killed => sheet.dashed((a, y), (b, y), p.rejected, 1.4, (2.0, 2.0)),
            }
        }
        sheet.text((x + 13.0 + ribbon, y + 4.0), mode.word(), Ink::new(p.ink_2));
        x += 27.0 + ribbon + text_width(mode.word(), 11.0, false);
    }
    x
}
