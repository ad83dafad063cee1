//! A pool as it is drawn: those who wait, a capsule for each thing, and how much was held.

use super::plot::{Plot, ROW};
use super::state::{Stands, State, Stays};
use super::{Here, title};
use crate::number;
use crate::scene::{Detail, Frame, Look};
use crate::shape::{Ink, Point, Shape, Sheet, bold_width, crisp, text_width};
use millrace_trace::{SimTime, Span, UNLIMITED};

/// How far back the ribbon may go. The least that reaches to the start is enough: a run that is over in 50 ms fills it.
const RIBBON: [(Span, &str); 6] = [
    (Span::millis(50), "50 ms"),
    (Span::millis(100), "100 ms"),
    (Span::millis(200), "200 ms"),
    (Span::millis(500), "500 ms"),
    (Span::secs(1), "1 s"),
    LONGEST,
];
const LONGEST: (Span, &str) = (Span::secs(2), "2 s");

/// The height of the bar with what is written below it.
const UNDER_BAR: f64 = 31.0;

/// Draws waiters, bar, capsules and ribbon.
pub(super) fn draw(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, state: &State, plot: &Plot) {
    let p = look.palette;
    waiters(sheet, look, state, plot);
    let top = plot.waiters.y;
    let high = (plot.first.1 - top + plot.height()).max(plot.rows.min(state.waiters.len()) as f64 * ROW);
    let (colour, width) = if state.waiters.is_empty() { (p.line_3, 1.5) } else { (p.blocked, 2.0) };
    sheet.line((plot.bar, top), (plot.bar, top + high.min(plot.waiters.h)), colour, width);
    // To the first capsule; to the bar where there is room for that alone.
    let alone = plot.level.filter(|frame| frame.h < UNDER_BAR);
    let y = alone.map_or(plot.first.1 + plot.size.1 / 2.0, |frame| frame.y + 6.0);
    sheet.line((plot.bar + 5.0, crisp(y)), (plot.bar + 15.0, crisp(y)), p.line_3, 1.0);
    sheet.area(vec![(plot.bar + 20.0, y), (plot.bar + 14.0, y - 3.5), (plot.bar + 14.0, y + 3.5)], p.line_3);
    if let Some(frame) = plot.level {
        level(sheet, look, state, Frame { y: frame.y, h: 12.0, ..frame });
        let [_, held] = state.words();
        let used = bold_width(&held, 11.0).max(82.0) + 8.0;
        // Above a low one the same is said already.
        if alone.is_none() {
            sheet.text((frame.x, frame.y + 28.0), held, Ink::new(p.ink).bold());
        }
        if plot.shown() > 0 && text_width("held longest", 11.0, false) + used < frame.w {
            sheet.text((frame.right(), frame.y + 28.0), "held longest", Ink::new(p.ink_3).end());
        }
    }
    let longest = state.longest(look.now);
    for index in 0..plot.shown() {
        let frame = plot.capsule(index);
        let holder = state.holders.get(index);
        capsule(sheet, look, frame, state.stands(index));
        let Some(holder) = holder else { continue };
        let (places, inner) = (state.span(index), plot.pitch.0);
        let edges = (1..places).map(|place| frame.x - (inner - plot.size.0) / 2.0 + inner * place as f64);
        for x in edges.take_while(|x| *x < frame.right() - 4.0) {
            sheet.dashed((crisp(x), frame.y + 3.0), (crisp(x), frame.bottom() - 3.0), p.running, 1.0, (2.0, 3.0));
        }
        if look.detail != Detail::Flow {
            let id = [title(holder.job), holder.job.number().to_string(), "·".to_owned()];
            let fits = |text: &&String| text_width(text, 11.0, true) <= frame.w - 4.0;
            let id = id.iter().find(fits).cloned().unwrap_or_default();
            if places > 1 {
                let w = text_width(&id, 11.0, true) + 6.0;
                sheet.fill((frame.middle() - w / 2.0, frame.y + 3.0), (w, frame.h - 6.0), 0.0, p.running_wash);
            }
            sheet.text((frame.middle(), frame.y + frame.h / 2.0 + 4.0), id, Ink::new(p.ink).mono().middle());
        }
        let below = plot.pitch.1 - plot.size.1;
        if below >= 7.0 {
            let held = look.now.since(holder.since).0;
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

/// The width of a mark of weight, and the most that are drawn.
const MARK: f64 = 8.0;
const MARKS: u32 = 8;

/// How much room the weights of those who wait take, where there is any need to tell them.
fn weights_width(state: &State, drawn: usize) -> f64 {
    if !state.weighs() {
        return 0.0;
    }
    let width = |waiter: &Stays| match (state.verb(waiter), waiter.weight) {
        (Some(_), _) => 36.0,
        (None, weight @ ..=MARKS) => f64::from(weight) * MARK,
        (None, weight) => MARK + 4.0 + text_width(&number::count(weight.into()), 11.0, true),
    };
    state.waiters.iter().take(drawn).map(width).fold(0.0, f64::max) + 6.0
}

/// How much one needs who waits: a mark for each thing, or a mark and a number; at a lock, what for.
fn weight(sheet: &mut Sheet, look: &Look<'_>, state: &State, waiter: &Stays, (x, base): Point) {
    let p = look.palette;
    if let Some(verb) = state.verb(waiter) {
        return sheet.text((x, base), verb, Ink::new(if verb == "write" { p.ink } else { p.ink_3 }));
    }
    let marks = if waiter.weight <= MARKS { waiter.weight } else { 1 };
    let mark = |index: u32| [x + f64::from(index) * MARK, base - 8.0, 7.0, 8.0].map(|x| x as f32);
    sheet.boxes((0..marks).map(mark).collect(), Some(p.queued), None);
    if marks < waiter.weight {
        sheet.text((x + MARK + 3.0, base), number::count(waiter.weight.into()), Ink::new(p.ink).mono());
    }
}

/// Who waits, first at the top, with how much it needs, how long, and whether there is enough for it.
pub(super) fn waiters(sheet: &mut Sheet, look: &Look<'_>, state: &State, plot: &Plot) {
    let p = look.palette;
    let waiting = state.waiters.len();
    let longest = state.waiters.iter().map(|waiter| look.now.since(waiter.since).0).max().unwrap_or(0).max(1);
    let (mut bars, mut drawn, mut heavy) = (Vec::new(), 0, 0);
    let id_w = 40.0;
    // What one needs is worth more than room for times that nobody has waited yet.
    let width = |text: &str| text_width(text, 11.0, false);
    let ms_w = match state.weighs() {
        true => width(&format!("{} ms", number::short_millis(longest))).max(width("00.0 ms")) + 4.0,
        false => width("0,000 ms"),
    };
    let weight_w = weights_width(state, plot.rows);
    // Where there is no room for all of it, the bar goes first, then what is said, then the weight.
    let says = state.waiters.iter().zip(0..plot.rows).filter_map(|(_, index)| state.says(index));
    let says_w = says.map(|(says, _)| text_width(&says, 11.0, false) + 10.0).fold(0.0, f64::max);
    let says_w = if says_w <= plot.waiters.w - id_w - ms_w - weight_w { says_w } else { 0.0 };
    let weight_w = if plot.waiters.w - id_w - ms_w - weight_w >= 0.0 { weight_w } else { 0.0 };
    for (index, waiter) in state.waiters.iter().enumerate() {
        let Some(row) = plot.row(index, waiting) else { break };
        drawn += 1;
        heavy += u64::from(waiter.weight);
        if index == 0 {
            sheet.fill((row.x - 2.0, row.y), (row.w + 4.0, row.h), 2.0, p.blocked_wash);
        }
        let base = row.y + ROW - 3.0;
        let waited = look.now.since(waiter.since).0;
        let (id, ms) = (title(waiter.job), format!("{} ms", number::short_millis(waited)));
        let right = row.right() - says_w;
        let room = row.w - id_w - weight_w - ms_w - says_w - 8.0;
        if row.w >= id_w {
            let ink = if index == 0 { Ink::new(p.ink).mono() } else { Ink::new(p.ink_3).mono() };
            sheet.text((row.x, base), id, ink);
        }
        if weight_w > 0.0 {
            weight(sheet, look, state, waiter, (row.x + id_w + 4.0, base));
        }
        if row.w >= id_w + ms_w {
            sheet.text((right, base), ms, Ink::new(p.ink_2).end());
        }
        if let Some((says, fits)) = state.says(index).filter(|_| says_w > 0.0) {
            let ink = if fits { p.running_ink } else { p.blocked_ink };
            sheet.text((row.right(), base), says, Ink::new(ink).end());
        }
        if room >= 16.0 {
            let w = (room * waited as f64 / longest as f64).max(1.0);
            bars.push([row.x + id_w + weight_w + 4.0, row.y + 4.0, w, 6.0].map(|x| x as f32));
        }
    }
    hatched(sheet, look, bars);
    let more = waiting.saturating_sub(drawn);
    if more > 0 && plot.rows > 0 {
        let base = plot.waiters.y + drawn as f64 * ROW + ROW - 3.0;
        let all: u64 = state.waiters.iter().map(|waiter| u64::from(waiter.weight)).sum();
        let text = match state.weighs() && !state.is_lock {
            true => format!("+{}, weight {}", number::count(more as u64), number::count(all - heavy)),
            false => format!("+{}", number::count(more as u64)),
        };
        sheet.text((plot.waiters.x, base), text, Ink::new(p.blocked_ink).bold());
    } else if waiting == 0 && plot.waiters.w > 60.0 {
        sheet.text((plot.waiters.x, plot.waiters.y + ROW - 3.0), "nobody waits", Ink::new(p.ink_3));
    }
}

pub(super) fn hatched(sheet: &mut Sheet, look: &Look<'_>, bars: Vec<[f32; 4]>) {
    let p = look.palette;
    sheet.boxes(bars.clone(), Some(p.blocked_wash), Some((p.blocked, 0.8)));
    sheet.hatch(bars, p.blocked, 5.7);
}

/// A capsule: solid where it is held, dashed where it is free, a pale outline where it is out.
pub(super) fn capsule(sheet: &mut Sheet, look: &Look<'_>, frame: Frame, stands: Stands) {
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
pub(super) fn level(sheet: &mut Sheet, look: &Look<'_>, state: &State, bar: Frame) {
    let p = look.palette;
    sheet.frame((bar.x, bar.y), (bar.w, bar.h), 2.0, Some(p.sunken), p.line_2, 0.8);
    let share = (state.held() as f64 / f64::from(state.whole.max(1))).min(1.0);
    sheet.fill((bar.x, bar.y), (bar.w * share, bar.h), 2.0, p.running);
}

/// How many were held lately.
fn ribbon(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, state: &State, frame: Frame) {
    let p = look.palette;
    sheet.text((frame.x, frame.y + 10.0), "Held", Ink::new(p.ink).medium());
    let (back, window) = RIBBON.into_iter().find(|(back, _)| back.0 >= look.now.0).unwrap_or(LONGEST);
    sheet.text((frame.right(), frame.y + 10.0), format!("last {window}"), Ink::new(p.ink_3).end());
    let chart = Frame { x: frame.x + 26.0, y: frame.y + 20.0, w: frame.w - 26.0, h: frame.h - 40.0 };
    let most = u64::from(if state.whole == UNLIMITED { 1 } else { state.whole }).max(1);
    let y = |held: u64| chart.bottom() - chart.h * held.min(most) as f64 / most as f64;
    let start = look.now.0.saturating_sub(back.0);
    let x = |at: u64| chart.right() - (look.now.0 - at.max(start)) as f64 / back.0 as f64 * chart.w;
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
    // What lay free while there was enough for somebody who stood behind the first.
    let spare: Vec<(SimTime, u64)> = here.scene.recent.spare(here.id()).collect();
    let ends = spare.iter().skip(1).map(|(at, _)| at.0).chain(std::iter::once(look.now.0));
    let lay_free = spare.iter().zip(ends).filter(|((_, free), until)| *free > 0 && *until > start);
    let rects = lay_free.map(|((at, free), until)| {
        let (from, to, top) = (x(at.0), x(until), y(most));
        [from, top, (to - from).max(0.5), y(most.saturating_sub(*free)) - top].map(|x| x as f32)
    });
    hatched(sheet, look, rects.collect());
    sheet.dashed((chart.x, crisp(y(most))), (chart.right(), crisp(y(most))), p.ink_3, 1.0, (3.0, 2.0));
    sheet.line((chart.x, crisp(chart.bottom())), (chart.right(), crisp(chart.bottom())), p.line_3, 1.0);
    sheet.text((chart.x - 5.0, y(most) + 4.0), number::count(most), Ink::new(p.ink_3).end());
    sheet.text((chart.x - 5.0, chart.bottom()), "0", Ink::new(p.ink_3).end());
    let base = chart.bottom() + 15.0;
    sheet.text((chart.x, base), format!("−{window}"), Ink::new(p.ink_3));
    sheet.text((chart.right(), base), "now", Ink::new(p.ink_3).end());
}
