//! A pool: a capsule for each thing that can be taken, with who holds it and for how long; who waits, first at the top, left of a bar;
//! and how much was held in the last two seconds. Too many of them are a bar with a number, and the five that are held longest.

mod state;

use super::face::{Face, Note, OnPhone, Room, Words, step};
use super::{Here, Term};
use crate::number;
use crate::scene::{Detail, Frame, Item, Layout, Look, Plan, first_fit, heading};
use crate::shape::{Ink, Point, Shape, Sheet, bold_width, crisp, text_width};
use crate::text::Row;
use millrace_trace::{JobId, Outcome, SimTime, Span, StationKind, UNLIMITED, ledger::StationRow};
use state::{Stands, State};

/// A pool.
#[derive(Debug)]
pub struct Pool;

/// The most things that have a capsule each; of more, so many holders have one.
const CAPSULES: usize = 24;
const LONGEST: usize = 5;
/// The most waiters that have a row each; of more, the last row says how many.
const WAITERS: usize = 15;
/// The width from which on more is of no use where calls go on through it.
const WIDEST: f64 = 704.0;
/// The height of a waiter's row.
const ROW: f64 = 13.4;
/// How far back the ribbon goes.
const RIBBON: Span = Span::secs(2);
/// The least height of the ribbon with its heading and axis.
const CHART: f64 = 84.0;

/// Callers, who ask and are served or refused.
const WORDS: Words =
    Words { came: "asked", gone: "done", ways: &[(Outcome::Completed, "done"), (Outcome::Rejected, "refused")] };

/// Where what is drawn of a pool stands.
struct Plot {
    /// The rows of those who wait.
    waiters: Frame,
    rows: usize,
    /// The bar they wait at.
    bar: f64,
    /// Columns, size and pitch of the capsules, and the place of the first.
    columns: usize,
    size: Point,
    pitch: Point,
    first: Point,
    shown: usize,
    /// A bar with a number, where there are too many for a capsule each.
    level: Option<Frame>,
    ribbon: Option<Frame>,
}

impl Plot {
    /// In an area, for so many things; with smaller capsules on a phone.
    fn of(state: &State, area: Frame, small: bool) -> Plot {
        let left = if small { area.w * 0.42 } else { (area.w * 0.42).clamp(40.0, 190.0) };
        // What leads here ends at its edge.
        let waiters = Frame { x: area.x + 8.0, w: left - 18.0, ..area };
        let bar = area.x + left;
        let most = if small { 5 } else { WAITERS };
        let rows = most.min(libm::floor(area.h / ROW) as usize);
        let right = Frame { x: bar + 22.0, w: (area.right() - bar - 22.0).max(0.0), ..area };
        let size: Point = if small { (28.0, 22.0) } else { (36.0, 26.0) };
        let gap = if small { 4.0 } else { 8.0 };
        let columns = (libm::floor((right.w + gap) / (size.0 + gap)) as usize).clamp(1, 8);
        let many = state.whole as usize > CAPSULES;
        let wanted = if many { LONGEST.min(state.holders.len()) } else { state.whole as usize };
        let lines = wanted.div_ceil(columns).max(1) as f64;
        let top = if many { right.y + 44.0 } else { right.y };
        let room = (right.bottom() - top) / lines;
        // Below each how long it is held, where there is room for that; at the least they touch.
        let ages = if small { 9.0 } else { 28.0 };
        let pitch = (size.0 + gap, (size.1 + ages).min(room).max(size.1.min(room)));
        let under = top + lines * pitch.1 + 14.0;
        let chart = right.bottom() - under;
        Plot {
            waiters,
            rows,
            bar,
            columns,
            size: (size.0, size.1.min(pitch.1 - 1.0)),
            pitch,
            first: (right.x, top),
            shown: wanted,
            level: many.then_some(Frame { h: 40.0, ..right }),
            ribbon: (!small && chart >= CHART).then_some(Frame { y: under, h: chart.min(150.0), ..right }),
        }
    }

    /// The capsule of a number.
    fn capsule(&self, index: usize) -> Frame {
        let (line, column) = (index / self.columns, index % self.columns);
        let (x, y) = (self.first.0 + column as f64 * self.pitch.0, self.first.1 + line as f64 * self.pitch.1);
        Frame { x, y, w: self.size.0, h: self.size.1 }
    }

    /// The row of a waiter, if it has one: the last is kept for how many more there are.
    fn row(&self, index: usize, waiting: usize) -> Option<Frame> {
        let drawn = if waiting > self.rows { self.rows.saturating_sub(1) } else { waiting };
        let y = self.waiters.y + index as f64 * ROW;
        (index < drawn).then_some(Frame { y, h: ROW, ..self.waiters })
    }
}

impl Face for Pool {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Pool]
    }

    fn reads(&self) -> &'static str {
        "A capsule for each permit, with who holds it and for how long; who waits stands before it, the next one in front."
    }

    fn room(&self, here: Here<'_, '_>, level: usize) -> Room {
        let width = Room::new(step([260.0, 220.0, 180.0, 130.0], level));
        // Where lanes run through it, they are what there is to see.
        let lanes = here.across().filter_map(|path| here.other(path.from()?)).any(|from| from.face().has_lanes());
        match is_gate(here) {
            false => width.hungry(1.0),
            true if lanes => width,
            true => Room { width: (width.width.0, WIDEST), appetite: 0.5, ..width },
        }
    }

    fn before(&self, _: Here<'_, '_>, level: usize) -> f64 {
        // Who waits for it stands at the door of their lane.
        step([32.0, 24.0, 16.0, 12.0], level)
    }

    fn after(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([30.0, 22.0, 16.0, 12.0], level)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let state = State::of(here);
        let frame = Frame { y: spot.frame.y + 6.0, h: spot.frame.h - 6.0, ..spot.frame };
        let plot = Plot::of(&state, frame, false);
        let line = first_fit(&state.words(), frame.w);
        heading(sheet, look, (frame.x, frame.w), spot.cell, here.label(), &line, state.is_full());
        draw(sheet, here, look, &state, &plot);
    }

    fn on_phone(&self, here: Here<'_, '_>) -> OnPhone {
        if is_gate(here) { OnPhone::Strip } else { OnPhone::Main }
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let state = State::of(here);
        level(sheet, look, &state, bar);
        let [_, held] = state.words();
        // The bar tells how many are held.
        match state.waiters.len() {
            0 if state.out() > 0 => (format!("{} out", number::count(state.out())), state.is_full()),
            // Bold words take more room than there is.
            0 if state.is_full() => (held.trim_end_matches(" held").to_owned(), true),
            0 => (held, false),
            waiting => (format!("{} waiting", number::count(waiting as u64)), true),
        }
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &crate::scene::Arrangement) {
        let state = State::of(here);
        draw(sheet, here, look, &state, &Plot::of(&state, all.area, true));
    }

    fn over(&self, here: Here<'_, '_>, _: &crate::scene::Arrangement) -> String {
        let [words, _] = State::of(here).words();
        format!("{}: {words}", here.label())
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let state = State::of(here);
        let plot = match layout {
            Layout::Desk(plan) => {
                let frame = plan.spot(here.index()).frame;
                Plot::of(&state, Frame { y: frame.y + 6.0, h: frame.h - 6.0, ..frame }, false)
            }
            Layout::Phone(all) if all.main == here.index() => Plot::of(&state, all.area, true),
            _ => return super::face::itself(self.about(here, look), here, layout),
        };
        let holders = state.holders.iter().take(plot.shown).enumerate().map(|(index, (job, since))| {
            let held = format!("held for {} ms", number::millis(look.now.since(*since).0));
            Item::new(plot.capsule(index), title(*job), [vec![held], lines(here, *job)].concat())
        });
        let waiting = state.waiters.len();
        let waiters = state.waiters.iter().enumerate().filter_map(|(index, (job, since))| {
            let frame = plot.row(index, waiting)?;
            let waited = format!("waiting for {} ms", number::millis(look.now.since(*since).0));
            let before = match index {
                0 => "next".to_owned(),
                n => format!("{} before it", number::count(n as u64)),
            };
            Some(Item::new(frame, title(*job), [vec![waited, before], lines(here, *job)].concat()))
        });
        let all: Vec<Item> = holders.chain(waiters).collect();
        // One that nobody uses can be pointed at too.
        if all.is_empty() { super::face::itself(self.about(here, look), here, layout) } else { all }
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        let [words, _] = State::of(here).words();
        let most = here.row().map(|row| format!("at most {} waiting", number::count(row.levels.waiting_peak)));
        [Some(words), most].into_iter().flatten().collect()
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let state = State::of(here);
        let label = here.label();
        let [words, _] = state.words();
        let all = Row { what: label.to_owned(), says: words };
        let ms = |since: SimTime| number::millis(look.now.since(since).0);
        let holder = |(job, since): &(JobId, SimTime)| Row {
            what: format!("{label}, holder"),
            says: format!("{} for {} ms", title(*job), ms(*since)),
        };
        let shown = if state.whole as usize > CAPSULES { LONGEST } else { CAPSULES };
        let waiter = |(index, (job, since)): (usize, &(JobId, SimTime))| Row {
            what: format!("{label}, waiting {}", index + 1),
            says: format!("{} for {} ms", title(*job), ms(*since)),
        };
        let holders = state.holders.iter().take(shown).map(holder);
        let waiters = state.waiters.iter().take(WAITERS).enumerate().map(waiter);
        std::iter::once(all).chain(holders).chain(waiters).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        let [words, _] = State::of(here).words();
        Some(format!("{}: {words}", here.label()))
    }

    fn terms(&self, here: Here<'_, '_>, row: &StationRow) -> Option<[(Term, u64); 2]> {
        let own = here.id() != millrace_trace::StationId::NONE;
        own.then(|| [(Term::HOLDING, row.levels.in_service), (Term::WAITING, row.levels.waiting())])
    }

    fn words(&self, here: Here<'_, '_>) -> Option<&'static Words> {
        (!is_gate(here)).then_some(&WORDS)
    }

    fn legend(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, edges: (f64, f64), y: f64) -> f64 {
        let p = look.palette;
        let (mut x, limit) = edges;
        let out = State::of(here).out() > 0;
        let all = [("held", Stands::Held), ("free", Stands::Free), ("out", Stands::Out)];
        for (word, stands) in all.into_iter().filter(|(_, stands)| out || *stands != Stands::Out) {
            if x + 24.0 + text_width(word, 11.0, false) > limit {
                return x;
            }
            capsule(sheet, look, Frame { x, y: y - 6.0, w: 20.0, h: 12.0 }, stands);
            sheet.text((x + 25.0, y + 4.0), word, Ink::new(p.ink_2));
            x += 41.0 + text_width(word, 11.0, false);
        }
        if x + 16.0 + text_width("waits", 11.0, false) <= limit {
            hatched(sheet, look, vec![[x, y - 4.0, 16.0, 8.0].map(|x| x as f32)]);
            sheet.text((x + 21.0, y + 4.0), "waits", Ink::new(p.ink_2));
            x += 37.0 + text_width("waits", 11.0, false);
        }
        x
    }
}

/// Whether calls go through it to somewhere else, rather than jobs coming to stay.
fn is_gate(here: Here<'_, '_>) -> bool {
    here.across().next().is_some()
}

fn title(job: JobId) -> String {
    format!("#{}", number::count(u64::from(job.number())))
}

/// The line at which the task of a job waits, where a worker has it in hand.
fn lines(here: Here<'_, '_>, job: JobId) -> Vec<String> {
    let worker = here.scene.ledger.stations_with_ids().find(|(_, row)| row.in_hand == Some(job));
    worker.and_then(|(id, _)| crate::scene::item::waits_at(here.scene, id)).into_iter().collect()
}

/// Draws waiters, bar, capsules and ribbon.
fn draw(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, state: &State, plot: &Plot) {
    let p = look.palette;
    waiters(sheet, look, state, plot);
    let top = plot.waiters.y;
    let lines = plot.shown.div_ceil(plot.columns) as f64;
    let high = (plot.first.1 - top + lines * plot.pitch.1).max(plot.rows.min(state.waiters.len()) as f64 * ROW);
    let (colour, width) = if state.waiters.is_empty() { (p.line_3, 1.5) } else { (p.blocked, 2.0) };
    sheet.line((plot.bar, top), (plot.bar, top + high.min(plot.waiters.h)), colour, width);
    let y = plot.first.1 + plot.size.1 / 2.0;
    sheet.line((plot.bar + 5.0, crisp(y)), (plot.bar + 15.0, crisp(y)), p.line_3, 1.0);
    sheet.area(vec![(plot.bar + 20.0, y), (plot.bar + 14.0, y - 3.5), (plot.bar + 14.0, y + 3.5)], p.line_3);
    if let Some(frame) = plot.level {
        level(sheet, look, state, Frame { y: frame.y, h: 12.0, ..frame });
        let [_, held] = state.words();
        let used = bold_width(&held, 11.0).max(82.0) + 8.0;
        sheet.text((frame.x, frame.y + 28.0), held, Ink::new(p.ink).bold());
        if plot.shown > 0 && text_width("held longest", 11.0, false) + used < frame.w {
            sheet.text((frame.right(), frame.y + 28.0), "held longest", Ink::new(p.ink_3).end());
        }
    }
    let longest = state.longest(look.now);
    for index in 0..plot.shown {
        let frame = plot.capsule(index);
        let holder = state.holders.get(index);
        capsule(sheet, look, frame, state.stands(index));
        let Some((job, since)) = holder else { continue };
        if look.detail != Detail::Flow {
            let id = [title(*job), job.number().to_string(), "·".to_owned()];
            let fits = |text: &&String| text_width(text, 11.0, true) <= frame.w - 4.0;
            let id = id.iter().find(fits).cloned().unwrap_or_default();
            sheet.text((frame.middle(), frame.y + frame.h / 2.0 + 4.0), id, Ink::new(p.ink).mono().middle());
        }
        let below = plot.pitch.1 - plot.size.1;
        if below >= 7.0 {
            let held = look.now.since(*since).0;
            let (x, y, w) = (frame.x + 1.0, frame.bottom() + 3.0, frame.w - 2.0);
            sheet.fill((x, y), (w, 4.0), 2.0, p.line);
            let share = w * held as f64 / longest as f64;
            sheet.fill((x, y), (share, 4.0), (share / 2.0).min(2.0), p.queued);
            if below >= 22.0 && look.detail == Detail::Numbers {
                let text = number::short_millis(held);
                sheet.text((frame.middle(), y + 16.0), text, Ink::new(p.ink_3).middle());
            }
        }
    }
    if let Some(frame) = plot.ribbon {
        ribbon(sheet, here, look, state, frame);
    }
}

/// Who waits, first at the top, with how long.
fn waiters(sheet: &mut Sheet, look: &Look<'_>, state: &State, plot: &Plot) {
    let p = look.palette;
    let waiting = state.waiters.len();
    let longest = state.waiters.iter().map(|(_, since)| look.now.since(*since).0).max().unwrap_or(0).max(1);
    let mut bars = Vec::new();
    let mut drawn = 0;
    for (index, (job, since)) in state.waiters.iter().enumerate() {
        let Some(row) = plot.row(index, waiting) else { break };
        drawn += 1;
        if index == 0 {
            sheet.fill((row.x - 2.0, row.y), (row.w + 4.0, row.h), 2.0, p.blocked_wash);
        }
        let base = row.y + ROW - 3.0;
        let waited = look.now.since(*since).0;
        let (id, ms) = (title(*job), format!("{} ms", number::short_millis(waited)));
        let (id_w, ms_w) = (40.0, text_width("0,000 ms", 11.0, false));
        let room = row.w - id_w - ms_w - 8.0;
        if row.w >= id_w {
            let ink = if index == 0 { Ink::new(p.ink).mono() } else { Ink::new(p.ink_3).mono() };
            sheet.text((row.x, base), id, ink);
        }
        if row.w >= id_w + ms_w {
            sheet.text((row.right(), base), ms, Ink::new(p.ink_2).end());
        }
        if room >= 16.0 {
            let w = (room * waited as f64 / longest as f64).max(1.0);
            bars.push([row.x + id_w + 4.0, row.y + 4.0, w, 6.0].map(|x| x as f32));
        }
    }
    hatched(sheet, look, bars);
    let more = waiting.saturating_sub(drawn);
    if more > 0 && plot.rows > 0 {
        let base = plot.waiters.y + drawn as f64 * ROW + ROW - 3.0;
        sheet.text((plot.waiters.x, base), format!("+{}", number::count(more as u64)), Ink::new(p.blocked_ink).bold());
    } else if waiting == 0 && plot.waiters.w > 60.0 {
        sheet.text((plot.waiters.x, plot.waiters.y + ROW - 3.0), "nobody waits", Ink::new(p.ink_3));
    }
}

fn hatched(sheet: &mut Sheet, look: &Look<'_>, bars: Vec<[f32; 4]>) {
    let p = look.palette;
    sheet.boxes(bars.clone(), Some(p.blocked_wash), Some((p.blocked, 0.8)));
    sheet.hatch(bars, p.blocked, 5.7);
}

/// A capsule: solid where it is held, dashed where it is free, a pale outline where it is out.
fn capsule(sheet: &mut Sheet, look: &Look<'_>, frame: Frame, stands: Stands) {
    let p = look.palette;
    let Frame { x, y, w, h } = frame;
    let r = h / 2.0;
    match stands {
        Stands::Held => return sheet.frame((x, y), (w, h), r, Some(p.running_wash), p.running, 1.3),
        Stands::Out => return sheet.frame((x, y), (w, h), r, Some(p.sunken), p.line_2, 0.8),
        Stands::Free => {}
    }
    // Half a circle at each end, in eight steps.
    let arc = |cx: f64, from: f64| {
        (0..=8).map(move |step| {
            let angle = (from + f64::from(step) / 8.0) * std::f64::consts::PI;
            (cx + r * libm::cos(angle), y + r + r * libm::sin(angle))
        })
    };
    let mut points: Vec<Point> = arc(x + w - r, -0.5).chain(arc(x + r, 0.5)).collect();
    points.extend(points.first().copied());
    sheet.shapes.push(Shape::Line { points, stroke: p.line_3, width: 1.3, dash: Some((3.0, 2.0)) });
}

/// How many of all are held, as a bar.
fn level(sheet: &mut Sheet, look: &Look<'_>, state: &State, bar: Frame) {
    let p = look.palette;
    sheet.frame((bar.x, bar.y), (bar.w, bar.h), 2.0, Some(p.sunken), p.line_2, 0.8);
    let share = (state.held() as f64 / f64::from(state.whole.max(1))).min(1.0);
    sheet.fill((bar.x, bar.y), (bar.w * share, bar.h), 2.0, p.running);
}

/// How many were held in the last two seconds.
fn ribbon(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, state: &State, frame: Frame) {
    let p = look.palette;
    sheet.text((frame.x, frame.y + 10.0), "Held", Ink::new(p.ink).medium());
    sheet.text((frame.right(), frame.y + 10.0), "last 2 s", Ink::new(p.ink_3).end());
    let chart = Frame { x: frame.x + 26.0, y: frame.y + 20.0, w: frame.w - 26.0, h: frame.h - 40.0 };
    let most = u64::from(if state.whole == UNLIMITED { 1 } else { state.whole }).max(1);
    let y = |held: u64| chart.bottom() - chart.h * held.min(most) as f64 / most as f64;
    let start = look.now.0.saturating_sub(RIBBON.0);
    let x = |at: u64| chart.right() - (look.now.0 - at.max(start)) as f64 / RIBBON.0 as f64 * chart.w;
    let past: Vec<(SimTime, u64)> = here.scene.recent.held(here.id()).collect();
    let ends = past.iter().skip(1).map(|(at, _)| at.0).chain(std::iter::once(look.now.0));
    let (mut area, mut last) = (vec![(x(start), chart.bottom())], x(start));
    for ((at, held), until) in past.iter().zip(ends) {
        if until <= start {
            continue;
        }
        let (from, to) = (x(at.0), x(until));
        area.extend([(from, y(*held)), (to, y(*held))]);
        last = to;
    }
    area.push((last, chart.bottom()));
    sheet.area(area, p.queued.faint(0.45));
    sheet.dashed((chart.x, crisp(y(most))), (chart.right(), crisp(y(most))), p.ink_3, 1.0, (3.0, 2.0));
    sheet.line((chart.x, crisp(chart.bottom())), (chart.right(), crisp(chart.bottom())), p.line_3, 1.0);
    sheet.text((chart.x - 5.0, y(most) + 4.0), number::count(most), Ink::new(p.ink_3).end());
    sheet.text((chart.x - 5.0, chart.bottom()), "0", Ink::new(p.ink_3).end());
    let base = chart.bottom() + 15.0;
    sheet.text((chart.x, base), "−2 s", Ink::new(p.ink_3));
    sheet.text((chart.right(), base), "now", Ink::new(p.ink_3).end());
}
