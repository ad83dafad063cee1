//! A breaker's window: a mark for each call, or a bar for each slice of time.
//!
//! Each kind of mark has a shape of its own, so that it reads in greys.

use super::Reading;
use crate::Palette;
use crate::number;
use crate::scene::{Frame, first_fit};
use crate::shape::{Ink, Sheet, crisp};
use millrace_spec::WindowCell;

/// The largest and the smallest pitch of marks.
const PITCH: (f64, f64) = (11.0, 6.0);
/// The height of a heading, and of the line below.
const LINE: f64 = 18.0;

/// Draws the window from the top of a part of the box.
pub fn draw(sheet: &mut Sheet, p: &Palette, reading: &Reading, part: Frame) {
    let n = reading.cells.len();
    if n == 0 || part.h < 3.0 * LINE {
        return;
    }
    let is_time = reading.cells.iter().any(|cell| matches!(cell, WindowCell::Slice { .. }));
    let told: u64 = reading.cells.iter().filter(|cell| **cell != WindowCell::Empty).count() as u64;
    let title = if is_time {
        vec![format!("Window, {n} slices"), "Window".to_owned()]
    } else if told == 0 {
        vec!["Window, empty".to_owned(), "Window".to_owned()]
    } else {
        vec![format!("Last {} calls", number::count(told)), "Window".to_owned()]
    };
    sheet.text((part.x, part.y + 12.0), first_fit(&title, part.w), Ink::new(p.ink_3));
    let area = Frame { y: part.y + LINE, h: part.h - 2.0 * LINE, ..part };
    let used = if is_time { slices(sheet, p, reading, area) } else { calls(sheet, p, reading, area) };
    let line = part.y + LINE + used + 14.0;
    if line <= part.bottom() && used > 0.0 && told > 0 {
        let (failed, slow) = sums(reading);
        let (failed, slow) = (number::count(failed), number::count(slow));
        let texts = [format!("{failed} failed, {slow} slow"), format!("{failed} failed"), failed];
        sheet.text((part.x, line), first_fit(&texts, part.w), Ink::new(p.ink_2));
        let left = part.bottom() - line - 6.0;
        if !is_time && left >= 2.0 * LINE {
            legend(sheet, p, reading, Frame { y: line + 6.0, h: left, ..part });
        }
    }
}

/// What the marks mean; slow ones only where there are any.
fn legend(sheet: &mut Sheet, p: &Palette, reading: &Reading, part: Frame) {
    let kinds =
        [(false, false, "success"), (true, false, "failure"), (false, true, "slow"), (true, true, "slow failure")];
    let occurs = |failed: bool, slow: bool| reading.cells.contains(&WindowCell::Call { failed, slow });
    let shown = kinds.into_iter().filter(|(failed, slow, _)| !slow || occurs(*failed, *slow));
    for (index, (failed, slow, word)) in shown.enumerate() {
        let y = part.y + LINE * (index as f64 + 0.5);
        if y + LINE / 2.0 > part.bottom() {
            return;
        }
        let x = part.x + 5.0;
        match (failed, slow) {
            (false, false) => sheet.disc((x, y), 3.7, p.success),
            (true, false) => sheet.fill((x - 3.8, y - 3.8), (7.6, 7.6), 0.0, p.server),
            (false, true) => sheet.ring((x, y), 3.6, p.blocked, 1.5),
            (true, true) => sheet.frame((x - 3.5, y - 3.5), (7.0, 7.0), 0.0, None, p.server, 1.5),
        }
        sheet.text((part.x + 15.0, y + 4.0), word, Ink::new(p.ink_3));
    }
}

/// Calls of a cell, those that failed, those that were slow.
fn counts(cell: WindowCell) -> (u64, u64, u64) {
    match cell {
        WindowCell::Empty => (0, 0, 0),
        WindowCell::Call { failed, slow } => (1, u64::from(failed), u64::from(slow)),
        WindowCell::Slice { calls, failed, slow } => (calls.into(), failed.into(), slow.into()),
    }
}

/// Failures and slow calls in the cells.
fn sums(reading: &Reading) -> (u64, u64) {
    let all = reading.cells.iter().map(|cell| counts(*cell));
    all.fold((0, 0), |(f, s), (_, failed, slow)| (f + failed, s + slow))
}

/// A mark for each call: a disc for a success, a square for a failure, a ring and a hollow square where they were slow. The height
/// that was used.
fn calls(sheet: &mut Sheet, p: &Palette, reading: &Reading, area: Frame) -> f64 {
    let n = reading.cells.len();
    let columns = |pitch: f64| libm::floor(area.w / pitch).max(1.0) as usize;
    let mut pitch = PITCH.0;
    while pitch > PITCH.1 && n.div_ceil(columns(pitch)) as f64 * pitch > area.h {
        pitch -= 0.5;
    }
    let (columns, r) = (columns(pitch), pitch / 2.0 - 1.4);
    let rows = n.div_ceil(columns) as f64;
    if rows * pitch > area.h + 0.5 {
        return 0.0;
    }
    let (mut empty, mut good, mut bad, mut late_bad) = (vec![], vec![], vec![], vec![]);
    for (index, cell) in reading.cells.iter().enumerate() {
        let at = |i: usize| {
            let (row, column) = (i / columns, i % columns);
            (area.x + (column as f64 + 0.5) * pitch, area.y + (row as f64 + 0.5) * pitch)
        };
        let (x, y) = at(index);
        let square = |r: f64| [x - r, y - r, 2.0 * r, 2.0 * r].map(|v| v as f32);
        match cell {
            WindowCell::Call { failed: false, slow: false } => good.push((x as f32, y as f32)),
            WindowCell::Call { failed: true, slow: false } => bad.push(square(r)),
            WindowCell::Call { failed: false, slow: true } => sheet.ring((x, y), r - 0.5, p.blocked, 1.5),
            WindowCell::Call { failed: true, slow: true } => late_bad.push(square(r - 0.6)),
            WindowCell::Empty | WindowCell::Slice { .. } => empty.push((x as f32, y as f32)),
        }
        if index == reading.next && n > 1 {
            let y = crisp(y + pitch / 2.0 - 0.5);
            sheet.line((x - r, y), (x + r, y), p.ink, 1.0);
        }
    }
    sheet.dots(empty, 1.0, p.line_2);
    sheet.dots(good, r - 0.4, p.success);
    sheet.boxes(bad, Some(p.server), None);
    sheet.boxes(late_bad, None, Some((p.server, 1.5)));
    rows * pitch
}

/// A bar for each slice, from the oldest to the one that is written: calls, those that failed solid from the base, slow ones
/// hatched above. The height that was used.
fn slices(sheet: &mut Sheet, p: &Palette, reading: &Reading, area: Frame) -> f64 {
    let n = reading.cells.len();
    let h = area.h.min(48.0);
    let most = reading.cells.iter().map(|cell| counts(*cell).0).max().unwrap_or(0).max(1) as f64;
    let pitch = (area.w / n as f64).min(14.0);
    let base = crisp(area.y + h);
    let (mut all, mut failed, mut slow) = (vec![], vec![], vec![]);
    for place in 0..n {
        // The one after the one that is written is the oldest.
        let Some(cell) = reading.cells.get((reading.next + 1 + place) % n) else { continue };
        let high = |calls: u64| calls as f64 / most * (h - 3.0);
        let (x, w) = (area.x + place as f64 * pitch, (pitch - 1.6).max(1.0));
        let bar = |from: f64, to: f64| [x, base - to, w, to - from].map(|v| v as f32);
        let (calls, failures, late) = counts(*cell);
        let (a, f) = (high(calls), high(failures));
        let s = high(late).min(a - f);
        all.extend((a > 0.0).then(|| bar(0.0, a)));
        failed.extend((f > 0.0).then(|| bar(0.0, f)));
        slow.extend((s > 0.0).then(|| bar(f, f + s)));
    }
    sheet.boxes(all, Some(p.success_wash), Some((p.success, 0.8)));
    sheet.boxes(slow.clone(), Some(p.blocked_wash), Some((p.blocked, 0.8)));
    sheet.hatch(slow, p.blocked, 4.0);
    sheet.boxes(failed, Some(p.server), None);
    sheet.line((area.x, base), (area.x + pitch * n as f64, base), p.line_3, 1.0);
    h
}
