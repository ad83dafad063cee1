//! A breaker's window: a mark for each call, or a bar for each slice of time.
//!
//! Each kind of mark has a shape of its own, so that it reads in greys.

use super::Reading;
use crate::Palette;
use crate::number;
use crate::scene::{Frame, first_fit};
use crate::shape::{Ink, Sheet, crisp};

/// The largest and the smallest pitch of marks.
const PITCH: (f64, f64) = (11.0, 6.0);
/// The height of a heading, and of the line below.
const LINE: f64 = 18.0;
/// A cell of a window of time begins here.
const TIME: u64 = 1_000_000;

/// Draws the window from the top of a part of the box.
pub fn draw(sheet: &mut Sheet, p: &Palette, reading: &Reading, part: Frame) {
    let n = reading.cells.len();
    if n == 0 || part.h < 3.0 * LINE {
        return;
    }
    let is_time = reading.cells.iter().any(|cell| *cell >= TIME);
    let told: u64 = reading.cells.iter().filter(|cell| **cell > 0).count() as u64;
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
        let (failed, slow) = sums(reading, is_time);
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
    let kinds = [(1, "success"), (2, "failure"), (3, "slow"), (4, "slow failure")];
    let shown = kinds.iter().filter(|(kind, _)| *kind <= 2 || reading.cells.contains(kind));
    for (index, (kind, word)) in shown.enumerate() {
        let y = part.y + LINE * (index as f64 + 0.5);
        if y + LINE / 2.0 > part.bottom() {
            return;
        }
        let x = part.x + 5.0;
        match kind {
            1 => sheet.disc((x, y), 3.7, p.success),
            2 => sheet.fill((x - 3.8, y - 3.8), (7.6, 7.6), 0.0, p.server),
            3 => sheet.ring((x, y), 3.6, p.blocked, 1.5),
            _ => sheet.frame((x - 3.5, y - 3.5), (7.0, 7.0), 0.0, None, p.server, 1.5),
        }
        sheet.text((part.x + 15.0, y + 4.0), *word, Ink::new(p.ink_3));
    }
}

/// Failures and slow calls in the cells.
fn sums(reading: &Reading, is_time: bool) -> (u64, u64) {
    let of = |cell: &u64| match (is_time, *cell) {
        (true, cell) => (cell / 1_000 % 1_000, cell % 1_000),
        (false, cell) => (u64::from(matches!(cell, 2 | 4)), u64::from(matches!(cell, 3 | 4))),
    };
    reading.cells.iter().map(of).fold((0, 0), |(f, s), (failed, slow)| (f + failed, s + slow))
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
            1 => good.push((x as f32, y as f32)),
            2 => bad.push(square(r)),
            3 => sheet.ring((x, y), r - 0.5, p.blocked, 1.5),
            4 => late_bad.push(square(r - 0.6)),
            _ => empty.push((x as f32, y as f32)),
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
    let most = reading.cells.iter().map(|cell| cell / TIME).max().unwrap_or(0).max(1) as f64;
    let pitch = (area.w / n as f64).min(14.0);
    let base = crisp(area.y + h);
    let (mut all, mut failed, mut slow) = (vec![], vec![], vec![]);
    for place in 0..n {
        // The one after the one that is written is the oldest.
        let Some(cell) = reading.cells.get((reading.next + 1 + place) % n) else { continue };
        let high = |calls: u64| calls as f64 / most * (h - 3.0);
        let (x, w) = (area.x + place as f64 * pitch, (pitch - 1.6).max(1.0));
        let bar = |from: f64, to: f64| [x, base - to, w, to - from].map(|v| v as f32);
        let (a, f) = (high(cell / TIME), high(cell / 1_000 % 1_000));
        let s = high(cell % 1_000).min(a - f);
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
