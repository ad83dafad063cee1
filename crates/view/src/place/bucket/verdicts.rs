//! What a limiter said in the last two seconds, at the instants of asking, and the most that it let through.

use super::reading::{G, Reading};
use crate::number;
use crate::recent::{Mark, Told, VERDICT_BIN, VERDICTS};
use crate::scene::{Frame, Look};
use crate::shape::{Ink, Sheet, crisp, text_width};
use crate::{Palette, Rgba};
use millrace_trace::SimTime;

/// Ticks closer than this are put together in bins; so are all where very many are in one of them.
const CLOSE: f64 = 1.5;
const MANY: u32 = 6;
const BIN: f64 = 2.0;
/// Below this height a row has one line.
pub(super) const LOW: f64 = 34.0;

/// Where the axis of a ribbon lies in its frame.
fn axis(frame: Frame) -> f64 {
    frame.y + frame.h * 0.66
}

/// Where an instant is in a ribbon.
pub(super) fn x_of(frame: Frame, look: &Look<'_>, at: SimTime) -> f64 {
    frame.right() - look.now.since(at).0 as f64 / VERDICTS.0 as f64 * frame.w
}

fn first(look: &Look<'_>) -> SimTime {
    SimTime(look.now.0.saturating_sub(VERDICTS.0))
}

/// The heights of the four marks, those that point down below nought, as shares of the frame.
fn height(told: Told) -> f64 {
    match told {
        Told::Passed => 0.6,
        Told::Served => 0.27,
        Told::Waits => 0.43,
        Told::Refused => -0.28,
    }
}

fn colour(told: Told, p: &Palette) -> Rgba {
    match told {
        Told::Passed | Told::Served => p.success,
        Told::Waits => p.blocked,
        Told::Refused => p.rejected,
    }
}

/// Draws the ribbon.
pub(super) fn ribbon(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, frame: Frame) {
    let p = look.palette;
    let base = axis(frame);
    sheet.line((frame.x, crisp(base)), (frame.right(), crisp(base)), p.line_3, 1.0);
    let Some(verdicts) = reading.verdicts else { return };
    let from = first(look);
    let shown: Vec<&Mark> = shown(reading, look).collect();
    if !verdicts.reaches_back_to(from) {
        let all = verdicts.bins().filter(|(at, _)| *at >= from);
        let w = (frame.w * VERDICT_BIN.0 as f64 / VERDICTS.0 as f64).max(1.0);
        let stacks = all.map(|(at, [up, down])| (x_of(frame, look, at), [up, 0, down]));
        return bars(sheet, look, frame, w, &stacks.collect::<Vec<_>>());
    }
    let mut bins = vec![[0_u32; 3]; (frame.w / BIN) as usize + 1];
    for mark in &shown {
        let kind = match mark.told {
            Told::Passed | Told::Served => 0,
            Told::Waits => 1,
            Told::Refused => 2,
        };
        let bin = bins.get_mut(((x_of(frame, look, mark.at) - frame.x) / BIN).max(0.0) as usize);
        if let Some(n) = bin.and_then(|bin| bin.get_mut(kind)) {
            *n += 1;
        }
    }
    let many = bins.iter().any(|bin| bin.iter().sum::<u32>() > MANY);
    if many || shown.len() as f64 * CLOSE > frame.w {
        let stacks = bins.into_iter().enumerate().map(|(index, bin)| (frame.x + BIN * index as f64, bin));
        return bars(sheet, look, frame, BIN, &stacks.collect::<Vec<_>>());
    }
    for told in [Told::Passed, Told::Served, Told::Waits, Told::Refused] {
        let end = base - frame.h * height(told);
        let start = if told == Told::Refused { base + 1.0 } else { base - 1.0 };
        let tick = |mark: &&Mark| {
            let x = x_of(frame, look, mark.at);
            [x, start, x, end].map(|v| v as f32)
        };
        let ticks = shown.iter().copied().filter(|mark| mark.told == told).collect::<Vec<_>>();
        sheet.segments(ticks.iter().map(tick).collect(), colour(told, p), 1.3);
    }
}

/// Bars in place of ticks: how many were let through and wait, one upon the other, and below how many were turned away.
fn bars(sheet: &mut Sheet, look: &Look<'_>, frame: Frame, w: f64, stacks: &[(f64, [u32; 3])]) {
    let (p, base) = (look.palette, axis(frame));
    let most =
        stacks.iter().map(|(_, [passed, wait, refused])| (passed + wait).max(*refused)).max().unwrap_or(0).max(1);
    let high = |n: u32, of: Told| frame.h * height(of).abs() * f64::from(n) / f64::from(most);
    let mut boxes: [Vec<[f32; 4]>; 3] = Default::default();
    let [passed, waiting, refused] = &mut boxes;
    for (x, [up, wait, down]) in stacks {
        let (a, b, c) = (high(*up, Told::Passed), high(*wait, Told::Passed), high(*down, Told::Refused));
        let bar = |top: f64, h: f64| [*x, top, w.min(frame.right() - x).max(0.5), h].map(|v| v as f32);
        passed.extend((a > 0.0).then(|| bar(base - 1.0 - a, a)));
        waiting.extend((b > 0.0).then(|| bar(base - 1.0 - a - b, b)));
        refused.extend((c > 0.0).then(|| bar(base + 1.0, c)));
    }
    for (boxes, told) in boxes.into_iter().zip([Told::Passed, Told::Waits, Told::Refused]) {
        sheet.boxes(boxes, Some(colour(told, p)), None);
    }
}

/// The edges of windows within the ribbon, as dashed lines between two heights, and whole seconds named above them.
pub(super) fn edges(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, frame: Frame, named: bool) {
    let p = look.palette;
    let per = reading.spec.per.0.max(1);
    let from = first(look).0;
    if VERDICTS.0 / per > 8 {
        return;
    }
    let mut edge = from.div_ceil(per).max(1) * per;
    while edge <= look.now.0 {
        let x = x_of(frame, look, SimTime(edge));
        let text = format!("{} s", number::short_seconds(edge));
        if named && x - 14.0 > frame.x && x + 14.0 < frame.right() {
            sheet.text((x, frame.y - 3.0), text, Ink::new(p.ink_3).middle());
        }
        sheet.dashed((crisp(x), frame.y), (crisp(x), frame.bottom()), p.line_2, 1.0, (3.0, 3.0));
        edge += per;
    }
}

/// The mark nearest to a point of the ribbon, if one is near.
pub(super) fn nearest<'a>(reading: &Reading<'a>, look: &Look<'_>, frame: Frame, x: f64) -> Option<&'a Mark> {
    let away = |mark: &Mark| (x_of(frame, look, mark.at) - x).abs();
    shown(reading, look).min_by(|a, b| away(a).total_cmp(&away(b))).filter(|mark| away(mark) <= 6.0)
}

/// What was said of each request that is in the ribbon, in the order in which they asked.
pub(super) fn shown<'a>(reading: &Reading<'a>, look: &Look<'_>) -> impl Iterator<Item = &'a Mark> + use<'a> {
    let from = first(look);
    reading.verdicts.into_iter().flat_map(|verdicts| verdicts.marks()).filter(move |mark| mark.at >= from)
}

/// What one was told, in words.
pub(super) fn told(mark: &Mark) -> String {
    let waited = number::time_text(mark.settled.since(mark.at).0);
    match mark.told {
        Told::Passed => "passed".to_owned(),
        Told::Served => format!("passed after {waited}"),
        Told::Waits => "waits".to_owned(),
        Told::Refused if mark.settled > mark.at => format!("gave up after {waited}"),
        Told::Refused if mark.retry_after < 0 => "refused, for good".to_owned(),
        Told::Refused => format!("refused, again in {}", number::time_text(mark.retry_after as u64)),
    }
}

/// The most that passed in any such time, as a number and as a bar with the limit as a tick, and the sum of all that was said.
pub(super) fn most(sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, frame: Frame) {
    let p = look.palette;
    let excess = reading.excess();
    let trouble = is_trouble(reading);
    let number = number::count(reading.sum(G.most));
    let size = if frame.w < 60.0 { 15.0 } else { 18.0 };
    let ink = Ink::new(if trouble { p.server_ink } else { p.ink }).size(size).bold();
    if frame.h < LOW {
        let ink = Ink::new(if trouble { p.server_ink } else { p.ink }).bold();
        return sheet.text((frame.x, frame.y + 14.0), format!("{number}, {excess:.2} ×"), ink);
    }
    let narrow = frame.w < 60.0;
    let at = if narrow { (frame.right(), frame.y + 18.0) } else { (frame.x, frame.y + 20.0) };
    sheet.text(at, number, if narrow { ink.end() } else { ink });
    if !narrow {
        let (text, ink) = match trouble {
            true => (format!("{excess:.1} × limit"), Ink::new(p.server_ink).medium()),
            false => (format!("{excess:.2} ×"), Ink::new(p.ink_3)),
        };
        sheet.text((frame.right(), frame.y + 20.0), text, ink.end());
    }
    let bar = Frame { y: frame.y + if narrow { 26.0 } else { 28.0 }, h: if narrow { 5.0 } else { 6.0 }, ..frame };
    // Up to twice the limit.
    let share = |times: f64| bar.w * (times / 2.0).clamp(0.0, 1.0);
    sheet.fill((bar.x, bar.y), (bar.w, bar.h), 1.0, p.sunken);
    sheet.fill((bar.x, bar.y), (share(excess.min(1.0)), bar.h), 0.0, p.queued);
    if excess > 1.0 {
        let (from, to) = (share(1.0), share(excess));
        sheet.fill((bar.x + from, bar.y), (to - from, bar.h), 0.0, if trouble { p.server } else { p.blocked });
    }
    sheet.fill((bar.x + share(1.0) - 1.0, bar.y - 3.0), (2.0, bar.h + 6.0), 0.0, p.ink);
    if !narrow && frame.h >= 50.0 {
        let sums = [G.passed, G.refused, G.waiting].map(|gauge| number::count(reading.sum(gauge)));
        let text = sums.join(" + ");
        if text_width(&text, 11.0, false) <= frame.w + 8.0 {
            sheet.text((frame.x, frame.y + 52.0), text, Ink::new(p.ink_3));
        }
    }
}

/// Whether it let far more through than its limit, and than the burst that it is meant to let through.
pub(super) fn is_trouble(reading: &Reading<'_>) -> bool {
    let burst = if reading.spec.rule.has_burst() { u64::from(reading.spec.burst) } else { 0 };
    reading.excess() > 1.5 && reading.sum(G.most) > u64::from(reading.spec.limit) + burst
}

/// What the marks mean, of which one is only where somebody may be refused. Where it ended.
pub(super) fn legend(sheet: &mut Sheet, look: &Look<'_>, refuses: bool, (left, right): (f64, f64), y: f64) -> f64 {
    let p = look.palette;
    let mut x = left;
    let words = [
        (Told::Passed, "passed"),
        (Told::Served, "passed after a wait"),
        (Told::Waits, "waiting"),
        (Told::Refused, "refused, 429"),
    ];
    for (told, word) in words.into_iter().filter(|(told, _)| refuses || *told != Told::Refused) {
        let w = text_width(word, 11.0, false);
        if x + 12.0 + w > right {
            return x;
        }
        let high = 20.0 * height(told).abs();
        sheet.line((x + 4.0, y + 5.0), (x + 4.0, y + 5.0 - high), colour(told, p), 1.6);
        sheet.text((x + 12.0, y + 4.0), word, Ink::new(p.ink_2));
        x += 28.0 + w;
    }
    x
}
