//! The pictures of the six rules: in full, 280 × 64, and small, 88 × 28.

use super::reading::{Reading, exact};
use crate::number;
use crate::scene::{Frame, Look};
use crate::shape::{Ink, Point, Sheet, crisp, text_width};
use millrace_spec::LimiterRule;
use millrace_trace::SimTime;

/// The size of the picture in full, and of the small one.
pub(super) const FULL: Point = (280.0, 64.0);
pub(super) const SMALL: Point = (88.0, 28.0);
/// More tokens than this are a filled vessel with its number.
const TOKENS: u32 = 24;
/// More cells than this are a bar.
const CELLS: u32 = 20;
/// More entries than this are bins of 2 px.
const ENTRIES: u32 = 200;

/// Draws the picture in full, from its upper left corner.
pub(super) fn full(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, at: Point) {
    let (x, y) = at;
    match reading.spec.rule {
        LimiterRule::TokenBucket => {
            vessel(sheet, reading, look, Frame { x: x + 4.0, y: y + 10.0, w: 96.0, h: 54.0 });
            let fraction = format!("{:.1} of the next token", reading.tokens().fract());
            let lines =
                [fraction, format!("one comes each {}", exact(reading.step())), "a request takes one".to_owned()];
            words(sheet, look, (x + 120.0, y + 20.0), &lines);
        }
        LimiterRule::LeakyBucket => {
            let right = channel(sheet, reading, look, Frame { x: x + 8.0, y: y + 29.0, w: 252.0, h: 18.0 });
            let mut lines = vec![format!("one out each {}", exact(reading.step()))];
            if reading.waiting() > 0 {
                let last = reading.ahead() + reading.step() * (reading.waiting() - 1);
                lines.push(format!("last goes in {}", number::time_text(last)));
            }
            if right + 24.0 + text_width("last goes in 470 ms", 11.0, false) <= x + FULL.0 {
                sheet.line((right + 2.0, crisp(y + 38.0)), (right + 20.0, crisp(y + 38.0)), look.palette.line_2, 1.0);
                words(sheet, look, (right + 28.0, y + 34.0), &lines);
            }
        }
        LimiterRule::FixedWindow => windows(sheet, reading, look, (x + 8.0, y)),
        LimiterRule::SlidingLog => {
            let p = look.palette;
            let frame = Frame { x: x + 28.0, y: y + 22.0, w: 236.0, h: 26.0 };
            log(sheet, reading, look, frame);
            let per = exact(reading.spec.per.0);
            sheet.text(
                (frame.middle(), y + 16.0),
                format!("the last {per} moves with now"),
                Ink::new(p.ink_3).middle(),
            );
            sheet.text((frame.x, y + 63.0), format!("−{per}"), Ink::new(p.ink_3));
            sheet.text((frame.right(), y + 63.0), "now", Ink::new(p.ink_3).end());
        }
        LimiterRule::SlidingCounter => counter(sheet, reading, look, (x + 8.0, y)),
        LimiterRule::Gcra => {
            let p = look.palette;
            let frame = Frame { x: x + 28.0, y: y + 30.0, w: 236.0, h: 14.0 };
            let (tolerance, tat) = arrival(sheet, reading, look, frame);
            let ahead = reading.spec.burst.saturating_sub(1) as u64 * reading.step();
            let text = format!("now + {}, tolerance", exact(ahead));
            let at = (tolerance - 4.0).max(frame.x + text_width(&text, 11.0, false));
            sheet.text((at, y + 20.0), text, Ink::new(p.ink_3).end());
            sheet.text((frame.x, y + 61.0), "now", Ink::new(p.ink).medium().middle());
            if let Some(tat) = tat {
                let text = format!("TAT {} s", number::short_seconds(look.now.0 + reading.ahead()));
                let at = (tat + 8.0).max(frame.x + 22.0);
                sheet.text(
                    (at.min(frame.right() - text_width(&text, 11.0, false)), y + 61.0),
                    text,
                    Ink::new(p.running_ink),
                );
            }
        }
    }
}

/// Draws the small picture.
pub(super) fn small(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, (x, y): Point) {
    let p = look.palette;
    let (w, h) = SMALL;
    match reading.spec.rule {
        LimiterRule::TokenBucket => vessel(sheet, reading, look, Frame { x, y, w: 72.0, h }),
        LimiterRule::LeakyBucket => {
            channel(sheet, reading, look, Frame { x, y: y + 6.0, w: 86.0, h: 14.0 });
        }
        LimiterRule::FixedWindow => {
            let (now, count, before) = reading.windows();
            let each = w / 2.0;
            let frames = [0.0, each].map(|dx| Frame { x: x + dx, y, w: each - 1.0, h });
            let [first, second] = frames;
            steps(sheet, reading, look, first, (now.wrapping_sub(1), before), true);
            steps(sheet, reading, look, second, (now, count), false);
            let line = second.x + second.w * reading.gone();
            sheet.line((line, y - 1.0), (line, y + h + 1.0), p.ink, 1.2);
        }
        LimiterRule::SlidingLog => log(sheet, reading, look, Frame { x, y: y + 4.0, w, h: 20.0 }),
        LimiterRule::SlidingCounter => bars(sheet, reading, look, Frame { x, y, w: 82.0, h: 10.0 }, 14.0),
        LimiterRule::Gcra => {
            arrival(sheet, reading, look, Frame { x, y: y + 6.0, w, h: 12.0 });
        }
    }
}

fn words(sheet: &mut Sheet, look: &Look<'_>, (x, y): Point, lines: &[String]) {
    for (index, line) in lines.iter().enumerate() {
        let colour = if index == 0 { look.palette.ink_2 } else { look.palette.ink_3 };
        sheet.text((x, y + 17.0 * index as f64), line.clone(), Ink::new(colour));
    }
}

/// A vessel of tokens, filled from below; the next one above the rim fills with its fraction.
fn vessel(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, frame: Frame) {
    let p = look.palette;
    let (burst, tokens) = (reading.spec.burst, reading.tokens());
    let Frame { x, y, w, h } = frame;
    let lean = 5.0;
    sheet.polyline(vec![(x, y), (x + lean, y + h), (x + w - lean, y + h), (x + w, y)], p.line_3, 1.5);
    if burst > TOKENS {
        let share = (tokens / f64::from(burst)).clamp(0.0, 1.0);
        let top = y + h - 1.5 - (h - 6.0) * share;
        let slant = |at: f64| lean * (at - y) / h;
        let inner = |at: f64| (x + slant(at) + 2.0, x + w - slant(at) - 2.0);
        let ((left, right), (low_left, low_right)) = (inner(top), inner(y + h - 1.5));
        if share > 0.0 {
            sheet.area(
                vec![(left, top), (right, top), (low_right, y + h - 1.5), (low_left, y + h - 1.5)],
                p.queued.faint(0.6),
            );
        }
        let ink = Ink::new(p.ink).medium().middle();
        sheet.text((frame.middle(), y + h / 2.0 + 4.0), number::short_count(tokens as u64), ink);
    } else {
        let columns = if burst <= 5 || (burst <= 15 && h > 40.0) { 5 } else { 8 };
        let lines = burst.div_ceil(columns);
        let pitch = ((w - 2.0 * lean - 6.0) / f64::from(columns)).min((h - 4.0) / f64::from(lines.max(1))).min(16.0);
        let size = (pitch - 2.5).min(11.0);
        let left = frame.middle() - pitch * f64::from(columns) / 2.0 + (pitch - size) / 2.0;
        let square = |index: u32| {
            let (line, column) = (index / columns, index % columns);
            [left + f64::from(column) * pitch, y + h - 4.0 - size - f64::from(line) * pitch, size, size]
                .map(|v| v as f32)
        };
        let whole = (tokens as u32).min(burst);
        sheet.boxes((whole..burst).map(square).collect(), None, Some((p.line_2, 1.0)));
        sheet.boxes((0..whole).map(square).collect(), Some(p.queued), None);
    }
    // In the small picture there is no room above the rim.
    if h > 40.0 && tokens < f64::from(burst) {
        let at = (frame.middle() - 5.5, y - 10.0);
        let part = 11.0 * tokens.fract();
        sheet.frame(at, (11.0, 11.0), 2.0, Some(p.stage), p.queued, 1.4);
        sheet.fill((at.0, at.1 + 11.0 - part), (11.0, part), 1.0, p.queued);
    }
}

/// A channel that leaks at its right end. Its right edge.
fn channel(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, frame: Frame) -> f64 {
    let p = look.palette;
    let (burst, waiting) = (reading.spec.burst.max(1), reading.waiting());
    let cell = (frame.w / f64::from(burst)).min(12.0);
    let is_bar = burst > CELLS || cell < 5.0;
    let w = if is_bar { frame.w.min(160.0) } else { cell * f64::from(burst) + 4.0 };
    let (left, right, middle) = (frame.x, frame.x + w, frame.y + frame.h / 2.0);
    if is_bar {
        let share = (waiting as f64 / f64::from(burst)).min(1.0);
        sheet.fill((right - w * share, frame.y + 2.0), (w * share, frame.h - 4.0), 0.0, p.queued.faint(0.6));
        sheet.text((left + w / 2.0, middle + 4.0), number::count(waiting), Ink::new(p.ink).medium().middle());
    } else {
        let x = |index: u64| right - 2.0 - cell * (index as f64 + 0.5);
        let full = waiting.min(burst.into());
        let box_at = |index| [x(index) - cell / 2.0 + 1.0, frame.y + 2.5, cell - 2.0, frame.h - 5.0].map(|v| v as f32);
        sheet.boxes((0..full).map(box_at).collect(), Some(p.queued_wash), None);
        let r = (cell / 2.0 - 2.2).min(3.8);
        sheet.dots((0..full).map(|index| (x(index) as f32, middle as f32)).collect(), r, p.queued);
    }
    let wall = |y: f64| [left, y, right, y].map(|v| v as f32);
    sheet.segments(vec![wall(frame.y), wall(frame.bottom())], p.line_3, 1.5);
    if waiting > 0 {
        sheet.line((right, frame.y - 3.0), (right, frame.bottom() + 3.0), p.blocked, 2.0);
    }
    right
}

/// The window before and this one, side by side: count over time, as steps.
fn windows(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, (x, y): Point) {
    let p = look.palette;
    let (now, count, before) = reading.windows();
    let frame = |dx: f64| Frame { x: x + dx, y: y + 20.0, w: 114.0, h: 40.0 };
    let label = |window: u64| {
        let per = reading.spec.per.0;
        format!("{}–{} s", number::short_seconds(window * per), number::short_seconds((window + 1) * per))
    };
    let limit = number::count(reading.spec.limit.into());
    if now > 0 {
        let first = frame(0.0);
        steps(sheet, reading, look, first, (now - 1, before), true);
        sheet.text((first.x, y + 14.0), label(now - 1), Ink::new(p.ink_3));
        let text = format!("{} of {limit}", number::count(before));
        sheet.fill((first.x + 3.0, first.y + 5.0), (text_width(&text, 11.0, false) + 6.0, 15.0), 2.0, p.stage);
        sheet.text((first.x + 6.0, first.y + 16.0), text, Ink::new(p.ink_3));
    }
    let second = frame(116.0);
    steps(sheet, reading, look, second, (now, count), false);
    sheet.text((second.x, y + 14.0), label(now), Ink::new(p.ink).medium());
    let line = second.x + second.w * reading.gone();
    sheet.line((line, second.y - 2.0), (line, second.bottom() + 4.0), p.ink, 1.5);
    let text = format!("{} of {limit}", number::count(count));
    let room = text_width(&text, 11.0, false) + 6.0;
    let ink = Ink::new(p.ink).medium();
    if line + room <= second.right() {
        sheet.text((line + 6.0, second.y + 24.0), text, ink);
    } else {
        sheet.text((second.x + 5.0, second.y + 14.0), text, ink);
    }
}

/// What was counted in a window, over its time.
fn steps(
    sheet: &mut Sheet,
    reading: &Reading<'_>,
    look: &Look<'_>,
    frame: Frame,
    (window, count): (u64, u64),
    before: bool,
) {
    let p = look.palette;
    let edge = if before { p.line_2 } else { p.line_3 };
    sheet.frame((frame.x, frame.y), (frame.w, frame.h), 0.0, Some(p.stage), edge, 1.0);
    let per = reading.spec.per.0.max(1);
    let (from, to) = (window.wrapping_mul(per), window.wrapping_add(1).wrapping_mul(per));
    let limit = f64::from(reading.spec.limit.max(1));
    let y = |sum: u64| frame.bottom() - frame.h * (sum as f64 / limit).min(1.0);
    let x = |at: u64| frame.x + frame.w * (at.saturating_sub(from) as f64 / per as f64).min(1.0);
    let end = if before { to } else { look.now.0 };
    let mut passed = if reading.keys.len() > 1 { Vec::new() } else { reading.passed_since(SimTime(from)) };
    passed.retain(|(at, _)| at.0 < to);
    let told: u64 = passed.iter().map(|(_, cost)| u64::from(*cost)).sum();
    // What is not told one by one was there from the start.
    let mut sum = count.saturating_sub(told);
    let mut points = vec![(frame.x, frame.bottom()), (frame.x, y(sum))];
    for (at, cost) in passed {
        points.push((x(at.0), y(sum)));
        sum += u64::from(cost);
        points.push((x(at.0), y(sum)));
    }
    points.extend([(x(end), y(sum)), (x(end), frame.bottom())]);
    if count == 0 {
        return;
    }
    if before {
        let bars = points.windows(2).filter_map(|pair| match pair {
            [(x1, y1), (x2, _)] if x2 > x1 => Some([*x1, *y1, x2 - x1, frame.bottom() - y1].map(|v| v as f32)),
            _ => None,
        });
        sheet.hatch(bars.collect(), p.line_3, 5.7);
    } else {
        sheet.area(points, p.queued);
    }
}

/// What passed in the time that ends now, a tick each.
fn log(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, frame: Frame) {
    let p = look.palette;
    let per = reading.spec.per.0.max(1);
    sheet.fill((frame.x, frame.y), (frame.w, frame.h), 0.0, p.queued_wash);
    let from = look.now.0.saturating_sub(per);
    let x = |at: u64| frame.right() - (look.now.0.saturating_sub(at)) as f64 / per as f64 * frame.w;
    let base = frame.bottom() - 1.0;
    if reading.spec.limit > ENTRIES {
        let mut bins = vec![0_u64; (frame.w / 2.0) as usize + 1];
        let counts = reading.verdicts.into_iter().flat_map(|verdicts| verdicts.bins());
        for (at, [up, _]) in counts.filter(|(at, _)| at.0 >= from) {
            if let Some(bin) = bins.get_mut(((x(at.0) - frame.x) / 2.0).max(0.0) as usize) {
                *bin += u64::from(up);
            }
        }
        let most = bins.iter().copied().max().unwrap_or(0).max(1) as f64;
        let bar = |(index, n): (usize, &u64)| {
            let h = (frame.h - 8.0) * *n as f64 / most;
            [frame.x + 2.0 * index as f64, base - h, 2.0, h].map(|v| v as f32)
        };
        sheet.boxes(bins.iter().enumerate().filter(|(_, n)| **n > 0).map(bar).collect(), Some(p.queued), None);
    } else {
        let passed = reading.passed_since(SimTime(from + 1));
        let tick = |(at, _): &(SimTime, u32)| [x(at.0), base, x(at.0), base - frame.h + 9.0].map(|v| v as f32);
        sheet.segments(passed.iter().map(tick).collect(), p.queued, 1.4);
    }
    sheet.line((frame.x, frame.bottom()), (frame.right(), frame.bottom()), p.line_3, 1.0);
    for (edge, inward) in [(frame.x, 4.0), (frame.right(), -4.0)] {
        sheet.polyline(vec![(edge + inward, frame.y), (edge, frame.y), (edge, frame.bottom())], p.ink, 1.4);
    }
}

/// The bar of the window before with what of it is in sight, and below it the sum against the limit.
fn counter(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, (x, y): Point) {
    let p = look.palette;
    let (now, count, before) = reading.windows();
    let (in_sight, estimate) = reading.estimate();
    let share = number::percent(1.0 - reading.gone());
    let label = |window: u64| {
        let per = reading.spec.per.0;
        format!("{}–{} s", number::short_seconds(window * per), number::short_seconds((window + 1) * per))
    };
    if now > 0 {
        let text = format!("{}: {} × {share} % = {in_sight:.1}", label(now - 1), number::count(before));
        sheet.text((x, y + 18.0), text, Ink::new(p.ink_3));
    }
    let frame = Frame { x, y: y + 24.0, w: 220.0, h: 11.0 };
    bars(sheet, reading, look, frame, 15.0);
    sheet.text((x + 228.0, y + 49.0), number::count(reading.spec.limit.into()), Ink::new(p.ink).medium());
    let text = format!("{in_sight:.1} + {} in {} = {estimate:.1}", number::count(count), label(now));
    sheet.text((x, y + 63.0), text, Ink::new(p.ink_2));
}

fn bars(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, frame: Frame, pitch: f64) {
    let p = look.palette;
    let (_, count, before) = reading.windows();
    let (in_sight, _) = reading.estimate();
    let limit = f64::from(reading.spec.limit.max(1));
    let w = |n: f64| frame.w * (n / limit).min(1.0);
    let Frame { x, y, h, .. } = frame;
    let (whole, seen) = (w(before as f64), w(in_sight));
    if whole > 0.0 {
        sheet.frame((x, y), (whole, h), 0.0, None, p.line_2, 1.0);
        sheet.hatch(vec![[x + seen, y, whole - seen, h].map(|v| v as f32)], p.line_3, 5.7);
        sheet.fill((x, y), (seen, h), 0.0, p.queued.faint(0.5));
    }
    let below = y + pitch;
    sheet.frame((x, below), (frame.w, h), 0.0, None, p.line_2, 1.0);
    sheet.fill((x, below), (seen, h), 0.0, p.queued.faint(0.5));
    sheet.fill((x + seen, below), (w(count as f64).min(frame.w - seen), h), 0.0, p.queued);
    sheet.line((x + frame.w, below - 3.0), (x + frame.w, below + h + 3.0), p.ink, 2.0);
}

/// Steps from now to the theoretical arrival time, against the tolerance. Where the tolerance is, and that time if it lies ahead.
fn arrival(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, frame: Frame) -> (f64, Option<f64>) {
    let p = look.palette;
    let step = reading.step().max(1) as f64;
    let burst = f64::from(reading.spec.burst.max(1));
    let scale = (frame.w - 26.0).max(frame.w * 0.8) / (burst * step);
    let x = |ahead: f64| frame.x + ahead * scale;
    let base = frame.bottom();
    sheet.line((frame.x - 6.0, base), (frame.right(), base), p.line_3, 1.0);
    let ahead = reading.ahead() as f64;
    let tat = (ahead > 0.0).then(|| x(ahead).min(frame.right()));
    if let Some(tat) = tat {
        sheet.fill((frame.x, frame.y), (tat - frame.x, frame.h), 0.0, p.queued.faint(0.5));
        if step * scale >= 4.0 {
            let marks =
                (1..=reading.spec.burst).map(|n| tat - f64::from(n) * step * scale).take_while(|at| *at > frame.x);
            let mark = |at: f64| [at, frame.y, at, base].map(|v| v as f32);
            sheet.segments(marks.map(mark).collect(), p.stage, 1.0);
        }
    }
    sheet.line((frame.x, frame.y - 6.0), (frame.x, base + 5.0), p.ink, 1.5);
    let tolerance = x((burst - 1.0) * step);
    sheet.line((tolerance, frame.y - 6.0), (tolerance, base + 5.0), p.ink, 2.0);
    if let Some(tat) = tat {
        sheet.area(vec![(tat, base), (tat - 4.5, base + 7.0), (tat + 4.5, base + 7.0)], p.running);
    }
    (tolerance, tat)
}
