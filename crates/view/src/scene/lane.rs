//! Lanes: a row for each worker with its state, its request, its last second, and the wire through the server to the gate of
//! what comes next. All lanes of a crew are painted in a few strokes.

use super::glyph::{self, Sort};
use super::worker::Worker;
use super::{Detail, Frame, Look, Scene, age};
use crate::number;
use crate::recent::{Mode, RIBBON};
use crate::shape::{Ink, Sheet, crisp, text_width};
use millrace_trace::StationId;

/// From this width on a lane tells everything.
pub const FULL: f64 = 232.0;
/// From this width on it says its state and for how long.
const MEDIUM: f64 = 92.0;
/// The size of its words, and the room between two of them.
const SIZE: f64 = 11.0;
const GAP: f64 = 2.0;
/// From this width on it has its number.
const SLIM: f64 = 42.0;

/// Something that lanes run through and in which no call stays: a breaker, a pool of permits.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// Its box.
    pub frame: Frame,
    /// Whether what runs into it comes out again.
    pub conducts: bool,
    /// Its station: who waits for that waits in front of it.
    pub station: StationId,
}

/// What the lanes of a crew are joined to.
#[derive(Clone, Debug, Default)]
pub struct Wires {
    /// The right edge of what they receive from.
    pub from: Option<f64>,
    /// What they have to get through before they call.
    pub gates: Vec<Gate>,
    /// Where the lanes end and the wires to these begin.
    pub start: Option<f64>,
    /// The server they call: its frame and its station.
    pub server: Option<(Frame, StationId)>,
    /// The left edge of what they send to.
    pub to: Option<f64>,
}

/// Where the columns of a lane are.
#[derive(Clone, Copy)]
struct Columns {
    glyph: f64,
    word: Option<f64>,
    request: Option<f64>,
    millis: Option<f64>,
    ribbon: Option<(f64, f64)>,
    id: Option<f64>,
}

impl Columns {
    fn of(frame: Frame) -> Columns {
        let x = frame.x;
        let none = Columns { glyph: frame.middle(), word: None, request: None, millis: None, ribbon: None, id: None };
        if frame.w >= FULL {
            Columns {
                glyph: x + 32.0,
                word: Some(x + 42.0),
                request: Some(x + 132.0),
                millis: Some(x + 174.0),
                ribbon: Some((x + 182.0, frame.right())),
                id: Some(x),
            }
        } else if frame.w >= MEDIUM {
            let millis = (frame.w >= 105.0).then_some(frame.right());
            Columns { glyph: x + 27.0, word: Some(x + 35.0), millis, id: Some(x), ..none }
        } else if frame.w >= SLIM {
            Columns { glyph: x + 34.0, id: Some(x), ..none }
        } else {
            none
        }
    }
}

/// The headings over the columns of full lanes.
pub fn headings(sheet: &mut Sheet, look: &Look<'_>, frame: Frame, base: f64) {
    let c = Columns::of(frame);
    let ink = Ink::new(look.palette.ink_3);
    if let (Some(request), Some(millis)) = (c.request, c.millis) {
        if look.detail == Detail::Numbers {
            sheet.text((request, base), "request", ink.end());
        }
        if look.detail != Detail::Flow {
            sheet.text((millis, base), "ms", ink.end());
        }
    }
    if let Some((left, right)) = c.ribbon {
        sheet.text((left, base), "−1 s", ink);
        sheet.text((right, base), "now", ink.end());
        if right - left > 70.0 {
            sheet.line((left + 26.0, base - 3.5), (right - 26.0, base - 3.5), look.palette.line_2, 1.0);
        }
    }
}

/// Draws the lanes from the top of an area.
pub fn draw(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    workers: &[Worker<'_>],
    area: Frame,
    pitch: f64,
    wires: &Wires,
) {
    let p = look.palette;
    let c = Columns::of(area);
    let y_of = |index: usize| area.y + pitch * (index as f64 + 0.5);
    for (index, worker) in workers.iter().enumerate() {
        let top = y_of(index) - pitch / 2.0;
        if look.stuck && worker.mode == Mode::Blocked {
            sheet.frame((area.x - 3.5, top + 0.5), (area.w + 7.0, pitch - 1.0), 3.0, None, p.server, 1.0);
        }
    }
    let rules = (1..workers.len()).map(|i| libm::floor(y_of(i) - pitch / 2.0) as f32 + 0.5);
    let rules = rules.map(|y| [area.x as f32, y, area.right() as f32, y]).collect();
    if c.word.is_some() {
        sheet.segments(rules, p.line, 1.0);
    }
    draw_wires(sheet, scene, look, workers, area, pitch, wires);
    for (index, worker) in workers.iter().enumerate() {
        let y = y_of(index);
        let base = y + 4.0;
        if let Some(x) = c.id {
            sheet.text((x, base), worker.short_name(scene, index), Ink::new(p.ink_3).mono());
        }
        glyph::mode(sheet, (c.glyph, y), worker.mode, p);
        // Up to where the words of the row have come.
        let mut taken = c.glyph;
        let request = worker.job.map_or("–".to_owned(), |job| format!("#{}", number::count(u64::from(job.number()))));
        let request = c.request.filter(|_| look.detail == Detail::Numbers).map(|x| (x, request));
        let begins = request.as_ref().map(|(x, text)| x - text_width(text, SIZE, true));
        if let Some(x) = c.word {
            let (word, ends) = (worker.mode.word(), x + text_width(worker.mode.word(), SIZE, false));
            // Where the request is one of many millions the glyph alone says it.
            if begins.is_none_or(|begins| ends + GAP <= begins) {
                sheet.text((x, base), word, Ink::new(glyph::mode_ink(worker.mode, p)));
                taken = ends;
            }
        }
        if let Some((x, request)) = request {
            sheet.text((x, base), request, Ink::new(p.ink_2).mono().end());
            taken = x;
        }
        if let (Some(x), true) = (c.millis, look.detail != Detail::Flow && worker.mode != Mode::Done) {
            let room = ((x - taken - GAP) / text_width("0", SIZE, true)).max(0.0) as usize;
            let elapsed = number::millis_within(look.now.since(worker.since).0, room);
            sheet.text((x, base), elapsed.unwrap_or_default(), Ink::new(p.ink).mono().end());
        }
    }
    if let Some(span) = c.ribbon {
        ribbons(sheet, scene, look, workers, span, (area.y, pitch));
    }
}

/// The last second of each worker: solid for busy, half for waiting, hatched for blocked, a thin line for idle, ticks for
/// errors.
pub fn ribbons(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    workers: &[Worker<'_>],
    (left, right): (f64, f64),
    (top, pitch): (f64, f64),
) {
    let p = look.palette;
    let x = |at: u64| right - look.now.0.saturating_sub(at) as f64 / RIBBON.0 as f64 * (right - left);
    let half = (pitch / 2.0 - 2.5).min(5.0);
    let (mut idle, mut busy, mut blocked, mut killed, mut ticks) = (vec![], vec![], vec![], vec![], vec![]);
    let mut slivers = Vec::new();
    // Waiting by how dense it is: single calls, and three steps of what was put together.
    let mut waiting: [Vec<[f32; 4]>; 4] = Default::default();
    for (index, worker) in workers.iter().enumerate() {
        let y = top + pitch * (index as f64 + 0.5);
        let Some(ribbon) = scene.recent.ribbon(worker.id) else {
            idle.push([left, crisp(y), right, crisp(y)].map(|x| x as f32));
            continue;
        };
        for piece in ribbon.pieces(look.now) {
            let (a, b) = (x(piece.from.0), x(piece.until.0));
            let line = [a, crisp(y), b, crisp(y)].map(|x| x as f32);
            let block = |half: f64| [a, y - half, b - a, 2.0 * half].map(|x| x as f32);
            match piece.mode {
                Mode::Idle | Mode::Done => idle.push(line),
                Mode::Busy => busy.push(block(half)),
                // A hatch needs some room to be one.
                Mode::Blocked if b - a < 3.0 => slivers.push(block(half * 0.7)),
                Mode::Blocked => blocked.push(block(half * 0.7)),
                Mode::Killed => killed.push(line),
                Mode::Waiting => {
                    let step = if piece.share >= 1.0 { 0 } else { 3 - (piece.share * 2.99) as usize };
                    if let Some(blocks) = waiting.get_mut(step) {
                        blocks.push(block(half));
                    }
                }
            }
        }
        for (at, answer) in ribbon.errors(look.now) {
            ticks.push((Sort::of(Some(answer)), [x(at.0) - 1.0, y - half - 3.0, 2.0, 4.0].map(|x| x as f32)));
        }
    }
    sheet.segments(idle, p.idle, 1.0);
    for [x, y, to, _] in killed {
        let (x, y, to) = (f64::from(x), f64::from(y), f64::from(to));
        sheet.dashed((x, y), (to, y), p.rejected, 1.4, (2.0, 2.0));
    }
    let [single, dense, middling, thin] = waiting;
    sheet.boxes(single, Some(p.waiting.faint(0.5)), Some((p.waiting, 0.8)));
    for (blocks, alpha) in [(dense, 0.5), (middling, 0.34), (thin, 0.18)] {
        sheet.boxes(blocks, Some(p.waiting.faint(alpha)), None);
    }
    sheet.boxes(busy, Some(p.running), None);
    sheet.boxes(blocked.clone(), Some(p.blocked_wash), Some((p.blocked, 0.8)));
    sheet.hatch(blocked, p.blocked, 5.7);
    sheet.boxes(slivers, Some(p.blocked.faint(0.6)), None);
    millrace_trace::order::sort_by_key(&mut ticks, |(sort, _)| *sort);
    for chunk in ticks.chunk_by(|a, b| a.0 == b.0) {
        let colour = chunk.first().map_or(p.server, |(sort, _)| sort.colour(p));
        sheet.boxes(chunk.iter().map(|(_, rect)| *rect).collect(), Some(colour), None);
    }
}

/// The wall a worker stands at that waits for something it calls through, and the gap in front of that.
fn held_at(scene: &Scene<'_>, worker: &Worker<'_>, wires: &Wires) -> Option<(f64, f64)> {
    if wires.gates.is_empty() {
        return None;
    }
    let task =
        scene.ledger.tasks.iter().rev().map(|(_, t)| t).find(|task| task.station == worker.id && task.is_live())?;
    let waits_for = task.wait?.station;
    let index = wires.gates.iter().position(|gate| gate.station == waits_for)?;
    let wall = wires.gates.get(index)?.frame.x;
    let before = index.checked_sub(1).and_then(|i| wires.gates.get(i)).map(|gate| gate.frame.right());
    Some((wall, wall - before.or(wires.start)?))
}

/// The wires, with the requests where they are: inside the server by the age of their call, or parked at the gate.
pub fn draw_wires(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    workers: &[Worker<'_>],
    area: Frame,
    pitch: f64,
    wires: &Wires,
) {
    let p = look.palette;
    let r = (pitch / 2.0 - 3.0).clamp(2.4, 4.0);
    let server = wires.server.map(|(frame, _)| frame);
    let out = server.map_or(area.right() + 3.0, |server| server.right());
    let mut lines = Vec::new();
    let (mut spans, mut parked, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    for (index, worker) in workers.iter().enumerate() {
        let y = area.y + pitch * (index as f64 + 0.5);
        let at = crisp(y) as f32;
        if let Some(from) = wires.from.filter(|from| area.x - from >= 9.0) {
            lines.push([from as f32 + 1.0, at, area.x as f32 - 5.0, at]);
        }
        let mut start = area.right() + 5.0;
        for Gate { frame, conducts, .. } in &wires.gates {
            lines.push([start as f32, at, frame.x as f32, at]);
            start = frame.right();
            if !conducts {
                // The wire is cut behind it.
                start = f64::INFINITY;
                break;
            }
        }
        if let Some(server) = server.filter(|server| server.x > start) {
            lines.push([start as f32, at, server.x as f32, at]);
        }
        if let Some(to) = wires.to {
            lines.push([out as f32, at, to as f32 - 1.0, at]);
        }
        let Some(job) = worker.job.and_then(|id| scene.ledger.job(id)) else { continue };
        if worker.mode == Mode::Blocked && !job.calling() {
            // It stands in front of what it waits for: something it calls through, or the door of what comes next.
            let door = match held_at(scene, worker, wires) {
                Some(held) => Some(held),
                None => wires.to.map(|to| (to, to - out)),
            };
            if let Some((wall, gap)) = door {
                let gate = if gap >= 20.0 { wall - 5.5 } else { wall - 2.5 };
                let r = r.min((gap - 4.0) / 2.0).min(3.8);
                let x = if gap >= 20.0 { gate - 7.5 } else { gate - 1.5 - r };
                // In a narrow gap there is room for the gate alone; that a worker is blocked its glyph says as well.
                if gap >= 11.0 {
                    waiting.push(((x, y), r, Sort::of(job.answer)));
                }
                let half = (pitch / 2.0 - 1.5).min(6.0);
                parked.push([gate as f32, (y - half) as f32, gate as f32, (y + half) as f32]);
            }
        } else if server.is_some() && job.calling() && look.detail != Detail::Flow {
            spans.push((job, y));
        }
    }
    sheet.segments(lines, p.line_2, 1.0);
    for (at, r, sort) in waiting {
        glyph::job(sheet, at, r, sort, p);
    }
    sheet.segments(parked, p.blocked, 2.0);
    if let Some(server) = wires.server {
        age::lanes(sheet, scene, look, server, &spans, r);
        if look.detail == Detail::Flow {
            age::dots(sheet, scene, look, workers, server);
        }
    }
}
