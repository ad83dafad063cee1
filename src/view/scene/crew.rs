//! A crew: a lane for each worker; a grid of glyphs when there are too many; counts when there are far too many.

use super::super::number;
use super::super::shape::{Ink, Shape, Sheet, crisp};
use super::super::stage::{Mode, RIBBON};
use super::glyph;
use super::server;
use super::{Detail, Frame, Look, Scene, heading};
use crate::trace::{SimTime, StationId, ledger::StationRow};

/// The height of a lane where there is room.
const LANE: f64 = 21.4;
/// The least height of a lane.
const THIN: f64 = 13.0;
/// The most workers that are drawn one by one.
const MOST_GLYPHS: usize = 1_024;

/// The height of the lanes of so many workers, or none if they do not fit as lanes.
pub fn lane_height(workers: usize, height: f64) -> Option<f64> {
    let each = height / workers.max(1) as f64;
    (each >= THIN).then_some(each.min(LANE))
}

/// What a worker does.
pub fn mode_of(scene: &Scene<'_>, id: StationId) -> Mode {
    scene.stage.ribbon(id).map_or(Mode::Idle, |r| r.mode)
}

/// Draws a crew, with its lanes running through its server.
pub fn draw(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    label: &str,
    station: &str,
    frame: Frame,
    server: Option<Frame>,
) {
    let workers = scene.workers(station);
    let up = workers.iter().filter(|(id, _)| mode_of(scene, *id) != Mode::Killed).count();
    let line = match workers.len() {
        0 => "not started".to_owned(),
        1 => "1 worker".to_owned(),
        n => format!("{up} of {n} up"),
    };
    heading(sheet, look, frame.x, label, &line, false);
    match lane_height(workers.len(), frame.h) {
        Some(pitch) => {
            if frame.w >= 250.0 {
                columns(sheet, look, frame);
            }
            for (index, (id, row)) in workers.iter().enumerate() {
                let y = frame.y + pitch * (index as f64 + 0.5);
                if look.lane == Some(index) {
                    sheet.fill((frame.x - 4.0, y - pitch / 2.0), (frame.w + 8.0, pitch), 3.0, look.palette.accent_wash);
                }
                lane(sheet, scene, look, (*id, row), index, y, frame, server);
            }
        }
        None if workers.len() <= MOST_GLYPHS => grid(sheet, scene, look, &workers, frame),
        None => counts(sheet, scene, look, &workers, frame),
    }
}

/// The headings over the columns of the lanes.
fn columns(sheet: &mut Sheet, look: &Look<'_>, frame: Frame) {
    let ink = Ink::new(look.palette.ink_3);
    let c = Columns::of(frame);
    sheet.text((c.request, 41.0), "request", ink.end());
    sheet.text((c.millis, 41.0), "ms", ink.end());
    sheet.text((c.ribbon, 41.0), "−1 s", ink);
    sheet.text((c.end, 41.0), "now", ink.end());
    sheet.line((c.ribbon + 30.0, 37.5), (c.end - 26.0, 37.5), look.palette.line_2, 1.0);
}

/// Where the columns of a lane are.
struct Columns {
    request: f64,
    millis: f64,
    ribbon: f64,
    end: f64,
}

impl Columns {
    fn of(frame: Frame) -> Columns {
        let (request, millis) = (frame.x + 142.0, frame.x + 180.0);
        Columns { request, millis, ribbon: millis + 10.0, end: frame.right() }
    }
}

#[expect(clippy::too_many_arguments, reason = "a lane is drawn from all of them")]
fn lane(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    (id, row): (StationId, &StationRow),
    index: usize,
    y: f64,
    frame: Frame,
    server: Option<Frame>,
) {
    let p = look.palette;
    let mode = mode_of(scene, id);
    let since = scene.stage.ribbon(id).map_or(row.opened, |r| r.since);
    let name = short_name(scene.name(row), index);
    sheet.text((frame.x, y + 4.0), name, Ink::new(p.ink_3).mono());
    glyph::mode(sheet, (frame.x + 36.0, y), mode, p);
    if frame.w >= 110.0 {
        sheet.text((frame.x + 46.0, y + 4.0), mode.word(), Ink::new(glyph::mode_ink(mode, p)).size(11.5));
    }
    if frame.w >= 250.0 {
        let c = Columns::of(frame);
        let request = match row.in_hand {
            Some(job) if look.detail == Detail::Numbers => format!("#{}", number::count(u64::from(job.number()))),
            Some(_) => String::new(),
            None => "–".to_owned(),
        };
        sheet.text((c.request, y + 4.0), request, Ink::new(p.ink_2).mono().end());
        sheet.text((c.millis, y + 4.0), number::short_millis(look.now.since(since).0), Ink::new(p.ink).mono().end());
        ribbon(sheet, scene, look, id, c.ribbon, c.end, y);
    }
    if let Some(server) = server {
        wire(sheet, scene, look, (row, mode), y, frame.right(), server);
    }
}

/// "worker 3" as "w03", and what has no number as it is, cut to what fits.
fn short_name(name: &str, index: usize) -> String {
    match name.rsplit_once(' ') {
        Some((word, number)) if number.chars().all(|c| c.is_ascii_digit()) => {
            format!("{}{number:0>2}", word.chars().next().unwrap_or('w'))
        }
        _ if index == 0 => name.chars().take(5).collect(),
        _ => format!("{:02}", index + 1),
    }
}

/// The last second: solid for busy, half for waiting, hatched for blocked, a thin line for idle, ticks for errors.
pub(super) fn ribbon(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    id: StationId,
    left: f64,
    right: f64,
    y: f64,
) {
    let p = look.palette;
    let Some(ribbon) = scene.stage.ribbon(id) else {
        sheet.line((left, crisp(y)), (right, crisp(y)), p.line, 1.0);
        return;
    };
    let from = look.now.0.saturating_sub(RIBBON.0);
    let x = |at: SimTime| right - (look.now.0.saturating_sub(at.0)) as f64 / RIBBON.0 as f64 * (right - left);
    let now = (ribbon.since, look.now, ribbon.mode);
    let mut edges = Vec::new();
    for (start, end, mode) in ribbon.past.iter().copied().chain(std::iter::once(now)) {
        if end.0 <= from {
            continue;
        }
        let (a, b) = (x(SimTime(start.0.max(from))).max(left), x(end));
        match mode {
            Mode::Idle => sheet.line((a, crisp(y)), (b, crisp(y)), p.idle, 1.0),
            Mode::Killed => sheet.dashed((a, crisp(y)), (b, crisp(y)), p.rejected, 1.5, (1.5, 2.5)),
            Mode::Busy => sheet.fill((a, y - 5.0), (b - a, 10.0), 0.0, p.running),
            Mode::Waiting => {
                sheet.fill((a, y - 5.0), (b - a, 10.0), 0.0, p.waiting.faint(0.5));
                edges.push(b);
            }
            Mode::Blocked => {
                sheet.fill((a, y - 3.5), (b - a, 7.0), 0.0, p.blocked_wash);
                sheet.shapes.push(Shape::Hatch { at: (a, y - 3.5), size: (b - a, 7.0), stroke: p.blocked, gap: 4.0 });
            }
        }
    }
    for edge in edges {
        sheet.line((crisp(edge), y - 5.0), (crisp(edge), y + 5.0), p.waiting, 1.0);
    }
    for at in ribbon.errors.iter().filter(|at| at.0 > from) {
        sheet.line((x(*at), y - 8.0), (x(*at), y - 4.0), p.server, 1.5);
    }
}

/// The wire to the server and back, with the request where it is: inside the box by the age of its call, or parked at the
/// gate on the right.
pub(super) fn wire(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    (row, mode): (&StationRow, Mode),
    y: f64,
    from: f64,
    server: Frame,
) {
    let p = look.palette;
    sheet.line((from + 4.0, crisp(y)), (server.x, crisp(y)), p.line_2, 1.0);
    sheet.line((server.right(), crisp(y)), (server.right() + 12.0, crisp(y)), p.line_2, 1.0);
    let Some(job) = row.in_hand.and_then(|id| scene.ledger.job(id)) else { return };
    if job.calling() {
        let x = server::age_x(server, look.now.since(job.since).0, server::longest_ms(scene));
        let colour = if job.started { p.waiting } else { p.queued };
        sheet.line((server.x, y), (x, y), colour, 1.4);
        sheet.shapes.push(Shape::HalfDisc { at: (x, y), r: 4.0, colour });
    } else if mode == Mode::Blocked {
        glyph::job(sheet, (server.right() + 6.0, y), 3.4, glyph::Sort::of(job.answer), p);
        sheet.line((server.right() + 12.0, y - 5.0), (server.right() + 12.0, y + 5.0), p.blocked, 2.0);
    }
}

fn grid(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, workers: &[(StationId, &StationRow)], frame: Frame) {
    let mut pitch = 13.0;
    while pitch > 6.0 && libm::floor(frame.w / pitch) * libm::floor((frame.h - 20.0) / pitch) < workers.len() as f64 {
        pitch -= 0.5;
    }
    let columns = libm::floor(frame.w / pitch).max(1.0) as usize;
    for (index, (id, _)) in workers.iter().enumerate() {
        let (row, column) = (index / columns, index % columns);
        let at = (frame.x + (column as f64 + 0.5) * pitch, frame.y + (row as f64 + 0.5) * pitch);
        if at.1 < frame.bottom() {
            glyph::mode(sheet, at, mode_of(scene, *id), look.palette);
        }
    }
}

fn counts(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, workers: &[(StationId, &StationRow)], frame: Frame) {
    let modes = [Mode::Idle, Mode::Busy, Mode::Waiting, Mode::Blocked, Mode::Killed];
    for (index, mode) in modes.into_iter().enumerate() {
        let n = workers.iter().filter(|(id, _)| mode_of(scene, *id) == mode).count();
        let y = frame.y + 16.0 + index as f64 * 24.0;
        glyph::mode(sheet, (frame.x + 8.0, y), mode, look.palette);
        sheet.text((frame.x + 20.0, y + 4.0), mode.word(), Ink::new(glyph::mode_ink(mode, look.palette)).size(12.0));
        sheet.text(
            (frame.x + 130.0, y + 4.0),
            number::count(n as u64),
            Ink::new(look.palette.ink).size(12.0).bold().end(),
        );
    }
}
