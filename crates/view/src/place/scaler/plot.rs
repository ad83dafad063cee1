//! The charts of a pool whose size follows its use: over the last looks, the newest a tenth before the right edge.

use super::{G, percent, read};
use crate::number;
use crate::place::Here;
use crate::scene::{Frame, Look, first_fit};
use crate::shape::{Ink, Point, Sheet, crisp, text_width};
use millrace_spec::{self as spec, GoesBy};
use millrace_trace::Gauge;

/// How many periods a chart is wide, and which share of it is free on the right.
const PERIODS: u64 = 40;
const FREE: f64 = 0.1;
const MOST_FREE: f64 = 0.4;
/// What the numbers take on the left, and the names of the lines on the right.
const LEFT: f64 = 30.0;
const RIGHT: f64 = 74.0;
/// How much of the way to the next one a dash is long.
const DASH: f64 = 0.6;
/// Names are so far apart.
const APART: f64 = 12.5;

/// Where an instant is.
struct Time {
    from: u64,
    span: u64,
    frame: Frame,
}

impl Time {
    fn of(look: &Look<'_>, spec: &spec::Scaler, frame: Frame) -> Time {
        let span = spec.every.0.saturating_mul(PERIODS).max(1);
        // Where somebody looks ahead there is room for what is seen, and a little more.
        let ahead = spec.expects.map_or(0.0, |expects| expects.ahead.0 as f64 / span as f64 + 0.02);
        let before = (span as f64 * (1.0 - ahead.clamp(FREE, MOST_FREE))) as u64;
        Time { from: look.now.0.saturating_sub(before), span, frame }
    }

    fn x(&self, at: u64) -> f64 {
        self.frame.x + at.saturating_sub(self.from) as f64 / self.span as f64 * self.frame.w
    }

    /// The instants below the chart, in whole minutes where that is far enough apart.
    fn axis(&self, sheet: &mut Sheet, look: &Look<'_>) {
        let p = look.palette;
        let (frame, base) = (self.frame, crisp(self.frame.bottom()));
        sheet.line((frame.x, base), (frame.right(), base), p.line_3, 1.0);
        let minute = 60_000_000_000;
        let (unit, word) = if self.span >= 3 * minute { (minute, "min") } else { (1_000_000_000, "s") };
        let step = (number::round_step((self.span / unit) as f64, if frame.w > 300.0 { 5.0 } else { 3.0 })).max(1.0)
            as u64
            * unit;
        let mut at = self.from.div_ceil(step) * step;
        let mut is_first = true;
        while at <= self.from + self.span {
            let number = number::count(at / unit);
            let text = if is_first { format!("{number} {word}") } else { number };
            let half = text_width(&text, 11.0, false) / 2.0;
            let x = self.x(at);
            if x - half >= frame.x - LEFT && x + half <= frame.right() + 10.0 {
                sheet.text((x, frame.bottom() + 14.0), text, Ink::new(p.ink_3).middle());
                is_first = false;
            }
            at += step;
        }
    }
}

/// What a gauge showed at each look, from the one before the chart on.
fn looks(here: Here<'_, '_>, look: &Look<'_>, gauge: Gauge, time: &Time) -> Vec<(u64, i64)> {
    let all = here.scene.recent.gauge(here.id(), gauge).filter(|(at, _)| at.0 <= look.now.0);
    let all: Vec<(u64, i64)> = all.map(|(at, value)| (at.0, value)).collect();
    let first = all.partition_point(|(at, _)| *at < time.from).saturating_sub(1);
    all.into_iter().skip(first).collect()
}

/// Names at the right of a chart, each at its height, but apart from the others.
fn names(sheet: &mut Sheet, frame: Frame, mut all: Vec<(f64, String, Ink)>) {
    millrace_trace::order::sort_by_key(&mut all, |(y, ..)| (*y * 16.0) as i64);
    // From the bottom up: what stands lowest stays, as long as all have room.
    let mut limit = frame.bottom() + 4.0;
    let mut at = Vec::new();
    for (y, text, ink) in all.into_iter().rev() {
        let y = (y + 4.0).min(limit);
        limit = y - APART;
        at.push((y, text, ink));
    }
    for (y, text, ink) in at {
        sheet.text((frame.right() + 8.0, y), text, ink);
    }
}

/// A frame with room for numbers, names, and the time below.
fn inner(frame: Frame) -> Frame {
    Frame { x: frame.x + LEFT, y: frame.y + 12.0, w: frame.w - LEFT - RIGHT, h: frame.h - 32.0 }
}

/// The use at each look, the one that the rule goes by, the thresholds, and the steps.
pub(super) fn draw_use(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, spec: &spec::Scaler, frame: Frame) {
    let p = look.palette;
    let plot = inner(frame);
    if plot.h < 30.0 || plot.w < 60.0 {
        return;
    }
    let time = Time::of(look, spec, plot);
    // What is wanted, or measured, may be more than a whole.
    let top = if matches!(spec.goes_by, GoesBy::Mean | GoesBy::Use) { 100 } else { 200 };
    let y = |millionths: i64| plot.bottom() - plot.h * (millionths as f64 / (top * 10_000) as f64).clamp(0.0, 1.0);
    for share in [top / 2, top] {
        let at = crisp(y(share * 10_000));
        sheet.line((plot.x, at), (plot.right(), at), p.grid, 1.0);
        sheet.text((plot.x - 6.0, at + 4.0), number::count(share as u64), Ink::new(p.ink_3).end());
    }
    sheet.text((plot.x - 6.0, plot.bottom() + 4.0), "0", Ink::new(p.ink_3).end());
    let mut said = Vec::new();
    for meant in spec.meant.into_iter().flatten() {
        let at = crisp(y((meant * 1e4) as i64));
        sheet.dashed((plot.x, at), (plot.right(), at), p.ink_3, 1.0, (4.0, 3.0));
        said.push((at, format!("{} meant", percent((meant * 1e4) as i64)), Ink::new(p.ink_3)));
    }
    // A rule that cannot do its work is the server's colour, as what is wrong with it is.
    let ink = if spec.meant.is_some() { p.server_ink } else { p.ink };
    let words = if spec.meant.is_some() { ["set", "set"] } else { ["grows", "shrinks"] };
    for (gauge, word) in [G.up, G.down].into_iter().zip(words) {
        let value = read(here, gauge);
        let at = y(value);
        sheet.line((plot.x, at), (plot.right(), at), ink, if gauge == G.up { 2.2 } else { 1.2 });
        if spec.meant.is_none() || gauge == G.up {
            said.push((at, format!("{} {word}", percent(value)), Ink::new(ink)));
        }
    }
    let line = |gauge| -> Vec<Point> {
        let shown = looks(here, look, gauge, &time).into_iter().filter(|(at, _)| *at >= time.from);
        shown.map(|(at, value)| (time.x(at), y(value))).collect()
    };
    sheet.polyline(line(G.used), p.p99, 1.0);
    let mean = line(G.mean);
    if let Some((x, at)) = mean.last().copied() {
        sheet.disc((x, at), 2.4, p.p50);
        said.push((
            at,
            format!("{} {}", percent(read(here, G.mean)), if top == 100 { "use" } else { "now" }),
            Ink::new(p.ink).bold(),
        ));
    }
    sheet.polyline(mean, p.p50, 1.8);
    let steps = looks(here, look, G.size, &time);
    for pair in steps.windows(2) {
        if let [(_, before), (at, after)] = pair
            && before != after
            && *at >= time.from
        {
            let (x, tip) = (time.x(*at), if after > before { -1.0 } else { 1.0 });
            let middle = plot.y - 6.0;
            let corners = [(x - 4.0, middle - 3.5 * tip), (x + 4.0, middle - 3.5 * tip), (x, middle + 3.5 * tip)];
            sheet.area(corners.to_vec(), p.ink);
        }
    }
    time.axis(sheet, look);
    names(sheet, plot, said);
}

/// How large the pool was, and how much of it was used.
pub(super) fn draw_size(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    spec: &spec::Scaler,
    in_use: u64,
    frame: Frame,
) {
    let p = look.palette;
    let dashed = spec.expects.map(|_| "and what is in use, dashed what is expected".to_owned());
    let of: Vec<String> = dashed.into_iter().chain(["and what is in use".to_owned()]).collect();
    sheet.text((frame.x, frame.y + 8.0), "size", Ink::new(p.ink).bold());
    sheet.text((frame.x + 30.0, frame.y + 8.0), first_fit(&of, frame.w - 30.0), Ink::new(p.ink_3));
    let plot = inner(Frame { y: frame.y + 6.0, h: frame.h - 6.0, ..frame });
    if plot.h < 24.0 || plot.w < 60.0 {
        return;
    }
    let time = Time::of(look, spec, plot);
    let sizes = looks(here, look, G.size, &time);
    let uses = looks(here, look, G.used, &time);
    let top = f64::from(spec.most.max(1)) * 1.05;
    let y = |n: f64| plot.bottom() - plot.h * (n / top).min(1.0);
    for n in [spec.most / 2, spec.most] {
        let at = crisp(y(f64::from(n)));
        sheet.line((plot.x, at), (plot.right(), at), p.grid, 1.0);
        sheet.text((plot.x - 6.0, at + 4.0), number::count(n.into()), Ink::new(p.ink_3).end());
    }
    let (now, x) = (time.x(look.now.0), |at: u64| time.x(at.max(time.from)));
    let (mut stairs, mut used): (Vec<Point>, Vec<Point>) = (Vec::new(), Vec::new());
    // A look finds what came right after the one before, and says the size from then on.
    let mut before: Option<(u64, i64)> = None;
    for (at, size) in sizes {
        let (from, was) = before.unwrap_or((at, size));
        if let Some((_, share)) = uses.iter().find(|(of, _)| *of == at) {
            let height = y(was as f64 * *share as f64 / 1e6);
            used.extend([(x(from), height), (x(at), height)]);
        }
        stairs.extend([(x(at), y(was as f64)), (x(at), y(size as f64))]);
        before = Some((at, size));
    }
    if let Some((at, size)) = before {
        stairs.push((now, y(size as f64)));
        used.extend([(x(at), y(in_use as f64)), (now, y(in_use as f64))]);
    }
    let mut area = used.clone();
    if let (Some((first, _)), Some((last, _))) = (used.first().copied(), used.last().copied()) {
        area.extend([(last, plot.bottom()), (first, plot.bottom())]);
        sheet.area(area, p.waiting.faint(0.3));
        sheet.polyline(used, p.waiting, 1.2);
    }
    let last = stairs.last().copied();
    sheet.polyline(stairs, p.ink, 1.8);
    let mut said = Vec::new();
    if let Some((_, at)) = last {
        let size = number::count(here.row().map_or(0, |row| row.capacity.into()));
        said.push((at, format!("{size} now"), Ink::new(p.ink).bold()));
    }
    said.extend(spec.expects.and_then(|expects| draw_expected(sheet, here, look, expects, (&time, &y))));
    names(sheet, plot, said);
    time.axis(sheet, look);
}

/// What is expected, in dashes: what was said at a look is of so much later, so the line runs ahead of now, and behind that over what came. What is to be said of
/// its end.
fn draw_expected(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    expects: spec::Expects,
    (time, y): (&Time, &dyn Fn(f64) -> f64),
) -> Option<(f64, String, Ink)> {
    let (p, plot, now) = (look.palette, time.frame, time.x(look.now.0));
    let said_at = looks(here, look, G.expected, &Time { from: time.from.saturating_sub(expects.ahead.0), ..*time });
    let at = |(at, n): &(u64, i64)| (at + expects.ahead.0, y(*n as f64));
    let line: Vec<(u64, f64)> = said_at.iter().map(at).collect();
    let dash = |pair: &[(u64, f64)]| match pair {
        [(from, low), (to, high)] if *from >= time.from && *to <= time.from + time.span => {
            let (x, w) = (time.x(*from), time.x(*to) - time.x(*from));
            Some([x, *low, x + w * DASH, low + (high - low) * DASH].map(|part| part as f32))
        }
        _ => None,
    };
    sheet.segments(line.windows(2).filter_map(dash).collect(), p.p99, 1.6);
    sheet.dashed((now, plot.y), (now, plot.bottom()), p.ink_3, 0.8, (2.0, 3.0));
    let (_, at) = line.last()?;
    let expected = number::count(read(here, G.expected).max(0) as u64);
    Some((*at, format!("{expected} ahead"), Ink::new(p.ink_2)))
}
