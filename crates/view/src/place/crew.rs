//! A crew: a lane for each worker; a grid of glyphs when there are too many, and cells when there are far too many.

mod ground;
mod many;
mod phone;

use super::face::{Face, Note, OnPhone, Room, step};
use super::{Here, Term, sink};
use crate::number;
use crate::recent::Mode;
use crate::scene::lane::{self, Gate, Wires};
use crate::scene::{
    Arrangement, Detail, Frame, Item, Layout, Look, Plan, Raster, Worker, age, first_fit, glyph, heading, item, matrix,
    strips, wires,
};
use crate::shape::{Ink, Point, Shape, Sheet, text_width};
use crate::text::{Row, join};
use ground::{frames, free_below, lane_height, lanes_frame};
use many::Many;
use millrace_analysis::Prefix;
use millrace_trace::ledger::StationRow;
use millrace_trace::{SimTime, StationKind};

/// A crew: its members are workers.
#[derive(Debug)]
pub struct Crew;

/// More workers than this are told by state, and but those who were killed one by one.
const TOLD: usize = 50;
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

/// How many members it would need, where something says so and it has fewer.
fn many_needed(here: Here<'_, '_>, members: usize) -> Option<u64> {
    let id = here.shown.place.needs?;
    let gauge = here.scene.spec.gauges.iter().find(|gauge| gauge.id == id)?;
    let (_, row) = here.scene.station(&gauge.station)?;
    u64::try_from(row.gauge(gauge.gauge)).ok().filter(|needed| *needed > members as u64)
}

/// "2,902 would be needed", where it has fewer.
fn needed(here: Here<'_, '_>, members: usize) -> Option<String> {
    many_needed(here, members).map(|needed| format!("{} would be needed", number::count(needed)))
}

/// Where a line stands below lanes, or below glyphs, if there is room for one.
fn line_below(n: usize, area: Frame, frame: Frame) -> Option<f64> {
    let high = lane_height(n, area.h).map_or_else(|| many::grid_height(n, area), |pitch| n as f64 * pitch);
    Some(area.y + high + 14.0).filter(|y| *y <= frame.bottom() + 4.0)
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
        let area = lanes_frame(frame);
        let pitch = lane_height(n, area.h);
        let needed = needed(here, n);
        // That they are too few stands below them, or else in their head. Cells say it themselves.
        let is_cells = pitch.is_none() && matches!(Many::of(n, area), Many::Cells(_));
        let below = line_below(n, area, frame).filter(|_| needed.is_some() && !is_cells);
        let lines = match (&needed, below) {
            (Some(needed), Some(y)) => {
                sheet.text((frame.x, y), needed.as_str(), Ink::new(look.palette.blocked_ink).bold());
                lines
            }
            (Some(needed), None) if !is_cells => {
                let short = needed.replace("would be ", "");
                [format!("{up} up, {short}"), short].into_iter().chain(lines).collect()
            }
            _ => lines,
        };
        let is_short = needed.is_some() && below.is_none();
        let line = first_fit(&lines, if wide { 90.0 } else { frame.w + 4.0 });
        let head = |sheet: &mut Sheet, line: &str, full: bool| {
            heading(sheet, look, (frame.x, frame.w + 8.0), spot.cell, here.label(), line, full);
        };
        let Some(pitch) = pitch else {
            match Many::of(n, area) {
                Many::Glyphs => {
                    head(sheet, &line, is_short);
                    many::grid(sheet, look, &workers, area, below.is_some());
                }
                Many::Cells(raster) => {
                    let lines = many::lines(&workers, &raster);
                    let line = first_fit(&lines, frame.w + 4.0);
                    head(sheet, &line, many::busy(&workers) == n);
                    let [whole, ..] = &lines;
                    many::cells(sheet, here, look, &workers, (&raster, area), (line != *whole, needed.as_deref()));
                }
                Many::Counts => {
                    head(sheet, &line, is_short);
                    many::counts(sheet, look, &workers, area);
                }
            }
            flow(sheet, look, frame, &wires);
            if let Some(server) = wires.server {
                age::dots(sheet, scene, look, &workers, server);
            }
            return;
        };
        head(sheet, &line, is_short);
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
        let needed = many_needed(here, workers.len()).map(number::count);
        let needed =
            |have: usize| needed.as_ref().map(|n| (format!("{} of {n} needed", number::count(have as u64)), true));
        let Some(cells) = glyphs(workers.len(), bar) else {
            let (busy, n) = (many::busy(&workers), workers.len());
            many::bar(sheet, look, &workers, bar);
            let [busy_text, n_text] = [busy, n].map(|n| number::count(n as u64));
            return needed(n).unwrap_or((format!("{busy_text} of {n_text} busy"), busy == n));
        };
        for (worker, cell) in workers.iter().zip(cells) {
            glyph::mode(sheet, (cell.middle(), cell.y + cell.h / 2.0), worker.mode, look.palette);
        }
        needed(up).unwrap_or((format!("{up} of {} up", workers.len()), false))
    }

    fn widest_bar(&self, here: Here<'_, '_>) -> f64 {
        if here.workers().len() as f64 * GLYPH > strips::BAR { strips::BAR } else { f64::INFINITY }
    }

    fn population(&self, here: Here<'_, '_>) -> u64 {
        here.workers().len() as u64
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
        if let Many::Cells(raster) = Many::of(workers.len(), arrangement.area) {
            let [line, ..] = many::lines(&workers, &raster);
            return line;
        }
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

    fn at(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, at: (f64, f64)) -> Option<Item> {
        let Layout::Desk(plan) = layout else { return None };
        let free = free_below(here, here.workers().len(), plan.spot(here.index()).frame)?;
        matrix::at(here.scene, look, matrix::below_title(free), at)
    }

    fn cells(&self, here: Here<'_, '_>, _: &Look<'_>, layout: &Layout) -> Option<Raster> {
        let n = here.workers().len();
        let area = match layout {
            Layout::Desk(plan) => {
                let frame = plan.spot(here.index()).frame;
                if let Some(free) = free_below(here, n, frame) {
                    return matrix::cells(here.scene, matrix::below_title(free));
                }
                lanes_frame(frame)
            }
            Layout::Phone(all) if all.main == here.index() => all.area,
            _ => return None,
        };
        let lanes = match layout {
            Layout::Desk(_) => lane_height(n, area.h).is_some(),
            _ => phone::frames(n, area).is_some(),
        };
        match Many::of(n, area) {
            Many::Cells(raster) if !lanes => Some(raster),
            _ => None,
        }
    }

    fn cell(&self, here: Here<'_, '_>, look: &Look<'_>, raster: &Raster, index: u64) -> Option<Item> {
        match is_of_requests(here, raster.n) {
            true => Some(matrix::item(here.scene, look, raster, index)),
            false => many::item(here, look, raster, index),
        }
    }

    fn magnified(
        &self,
        sheet: &mut Sheet,
        here: Here<'_, '_>,
        look: &Look<'_>,
        n: u64,
        some: &[(u64, Point)],
    ) -> Vec<(String, Option<u64>)> {
        match is_of_requests(here, n) {
            true => matrix::magnified(sheet, here.scene, look, some),
            false => many::magnified(sheet, here, look, some),
        }
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        vec![many::states(&here.workers())]
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let workers = here.workers();
        let row = |worker: &Worker<'_>| Row {
            what: here.scene.name(worker.row).to_owned(),
            says: item::about(here.scene, look, worker).join(", "),
        };
        if workers.len() > TOLD {
            let says = join(many::states(&workers), needed(here, workers.len()));
            let all = Row { what: here.label().to_owned(), says };
            let killed = workers.iter().filter(|worker| worker.mode == Mode::Killed).take(TOLD).map(row);
            return std::iter::once(all).chain(killed).collect();
        }
        let needed = needed(here, workers.len()).map(|says| Row { what: here.label().to_owned(), says });
        needed.into_iter().chain(workers.iter().map(row)).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        let workers = here.workers();
        let says = || join(many::states(&workers), needed(here, workers.len()));
        (!workers.is_empty()).then(|| format!("{}: {}", here.label(), says()))
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

/// Whether cells of so many are those of the requests, below the lanes: then they are more than those have members.
fn is_of_requests(here: Here<'_, '_>, n: u64) -> bool {
    here.workers().len() as u64 != n
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

/// A cell for each worker in one row, if they fit.
fn glyphs(workers: usize, bar: Frame) -> Option<Vec<Frame>> {
    let pitch = (bar.w / workers.max(1) as f64).min(GLYPH);
    let cell = |i: usize| Frame { x: bar.x + i as f64 * pitch, w: pitch, y: bar.y - 2.0, h: 12.0 };
    (pitch >= 9.5).then(|| (0..workers).map(cell).collect())
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
