//! The levels themselves: what the first one keeps as cells, how much of all the second one has, who follows a load, and every load in the
//! origin, as far as it has come of the time that it usually takes.

use super::super::Here;
use super::plot::{Cells, Plot};
use super::state::{G, State, counted_loads};
use crate::number;
use crate::scene::{Frame, Look, first_fit};
use crate::shape::{Ink, Shape, Sheet, bold_width, text_width};

/// More loads than these are an area.
const LOADS: usize = 250;
/// The radius of a load, and the most followers that are drawn.
const R: f64 = 3.6;
const FOLLOWERS: u64 = 200;

pub(super) fn draw(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    first(sheet, look, state, plot);
    second(sheet, here, look, state, plot);
    flights(sheet, look, state, plot);
    origin(sheet, here, look, state, plot);
}

/// A label in bold with words behind it; where it ended.
fn label(sheet: &mut Sheet, look: &Look<'_>, (x, base): (f64, f64), name: &str, words: &str) -> f64 {
    sheet.text((x, base), name, Ink::new(look.palette.ink).bold());
    let x = x + bold_width(name, 11.0) + 6.0;
    sheet.text((x, base), words, Ink::new(look.palette.ink_2));
    x + text_width(words, 11.0, false)
}

fn first(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let (p, [frame, ..]) = (look.palette, plot.levels);
    let size = u64::from(state.spec.l1_size);
    let words = format!("{} of {}", number::count(state.in_l1()), number::counted(size, "key", "keys"));
    let end = label(sheet, look, (frame.x, frame.y - 6.0), "L1", &words);
    let room = frame.right() - end - 12.0;
    if let Some(words) = state.stale_words() {
        sheet.text((frame.right(), frame.y - 6.0), first_fit(&words, room), Ink::new(p.timeout_ink).end());
    } else {
        let ttl = format!("TTL {}", state.spec.ttl[0]);
        if text_width(&ttl, 11.0, true) <= room {
            sheet.text((frame.right(), frame.y - 6.0), ttl, Ink::new(p.ink_3).mono().end());
        }
    }
    sheet.frame((frame.x, frame.y), (frame.w, frame.h), 4.0, Some(p.surface), p.line_3, 1.2);
    let box_of = |Frame { x, y, w, h }: Frame| [x, y, w, h].map(|part| part as f32);
    match Cells::of(state.spec.l1_size, frame) {
        Some(cells) => {
            let cell = |index: usize| box_of(cells.cell(index));
            let stale = state.stale.len();
            sheet.boxes((0..stale).map(cell).collect(), Some(p.timeout_wash), Some((p.timeout, 1.0)));
            sheet.boxes((stale..stale + state.fresh.len()).map(cell).collect(), Some(p.queued), None);
        }
        None => {
            let wide = |n: usize| (frame.w - 8.0) * (n as f64 / size.max(1) as f64).min(1.0);
            let (stale, fresh) = (wide(state.stale.len()), wide(state.fresh.len()));
            let (x, y, h) = (frame.x + 4.0, frame.y + 5.0, frame.h - 10.0);
            sheet.fill((x, y), (fresh, h), 1.0, p.queued);
            sheet.fill((x + fresh, y), (stale, h), 1.0, p.timeout);
        }
    }
}

fn second(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let (p, [_, frame, _]) = (look.palette, plot.levels);
    let trouble = state.trouble(here, 1);
    let border = if trouble.is_some() { p.server } else { p.line_3 };
    sheet.frame((frame.x, frame.y), (frame.w, frame.h), 4.0, Some(p.sunken), border, 1.2);
    let share = state.in_l2 as f64 / f64::from(state.spec.keys.max(1));
    sheet.fill((frame.x + 2.0, frame.bottom() - 4.0), ((frame.w - 4.0) * share.min(1.0), 2.0), 0.0, p.queued);
    let base = frame.y + frame.h / 2.0 + 3.0;
    let words = format!("{} of {}", number::count(state.in_l2), number::counted(state.spec.keys.into(), "key", "keys"));
    let end = label(sheet, look, (frame.x + 8.0, base), "L2", &words);
    let room = frame.right() - 8.0 - end - 10.0;
    let at = (frame.right() - 8.0, base);
    match trouble {
        Some(words) => sheet.text(at, first_fit(&[words], room), Ink::new(p.server_ink).bold().end()),
        None => {
            let ttl = format!("TTL {}", state.spec.ttl[1]);
            if text_width(&ttl, 11.0, true) <= room {
                sheet.text(at, ttl, Ink::new(p.ink_2).mono().end());
            }
        }
    }
}

/// Who follows the load that most follow: discs at a bar.
fn flights(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let (p, frame) = (look.palette, plot.flights);
    let middle = frame.y + frame.h / 2.0;
    if state.spec.flights.is_none() {
        let words =
            ["no flight: each miss goes on to the origin", "each miss goes on to the origin"].map(str::to_owned);
        sheet.text((frame.x + 8.0, middle + 4.0), first_fit(&words, frame.w - 8.0), Ink::new(p.ink_3));
        return;
    }
    let Some((key, n)) = state.followed.first().copied() else {
        sheet.text((frame.x + 8.0, middle + 4.0), "nobody follows a load", Ink::new(p.ink_3));
        return;
    };
    let others = state.followed.len() as u64 - 1;
    let name = format!("flight {}", state.spec.name(key));
    let follow = format!("{} follow {}", number::count(n), number::count(state.loading(key).0.max(1)));
    let more = if others > 0 { number::counted(others, "more flight", "more flights") } else { String::new() };
    let words = [&name, &follow, &more].into_iter().map(|words| bold_width(words, 11.0)).fold(0.0, f64::max);
    let rows = 4.0;
    let most = ((frame.w - words - 24.0).max(0.0) / 6.0) as u64 * rows as u64;
    let shown = n.min(FOLLOWERS).min(most.max(4));
    let columns = libm::ceil(shown as f64 / rows);
    let bar = frame.x + 8.0 + columns * 6.0 + 4.0;
    let place = |index: u64| {
        let (column, row) = (index / rows as u64, index % rows as u64);
        ((bar - 7.0 - column as f64 * 6.0) as f32, (middle + (row as f64 - 1.5) * 6.0) as f32)
    };
    sheet.dots((0..shown).map(place).collect(), 2.1, p.queued);
    sheet.line((bar, middle - 13.0), (bar, middle + 13.0), p.blocked, 2.0);
    let x = bar + 8.0;
    sheet.text((x, middle - if others > 0 { 6.0 } else { 1.0 }), name, Ink::new(p.ink).bold());
    sheet.text((x, middle + if others > 0 { 6.0 } else { 12.0 }), follow, Ink::new(p.ink_2));
    if others > 0 {
        sheet.text((x, middle + 18.0), more, Ink::new(p.ink_3));
    }
}

fn origin(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let (p, [.., frame]) = (look.palette, plot.levels);
    let trouble = state.trouble(here, 2);
    let line = frame.y + if trouble.is_some() { 20.0 } else { 4.0 };
    let border = if trouble.is_some() { p.server } else { p.line_3 };
    sheet.frame((frame.x, frame.y), (frame.w, frame.h), 4.0, Some(p.sunken), border, 1.2);
    let base = frame.y + 13.0;
    let waiting = state.loads.iter().filter(|load| !load.started).count() as u64;
    let mut words = counted_loads(state.loads.len() as u64);
    if waiting > 0 {
        words = format!("{words}, {} wait", number::count(waiting));
    }
    let end = label(sheet, look, (frame.x + 8.0, base), "Origin", &words);
    // A load that takes as long as usual ends here.
    let (from, usual) = (frame.x + 12.0, frame.right() - 26.0);
    let time = number::time_text(state.spec.usual.0);
    let left = usual - 4.0 - text_width(&time, 11.0, false) - end;
    match trouble {
        Some(words) => {
            let room = frame.right() - 8.0 - end - 10.0;
            sheet.text((frame.right() - 8.0, base), first_fit(&[words], room), Ink::new(p.server_ink).bold().end());
        }
        None if left >= 8.0 => sheet.text((usual - 4.0, base), time, Ink::new(p.running_ink).end()),
        None => {}
    }
    let (top, bottom) = (frame.y + 20.0, frame.bottom() - 6.0);
    sheet.dashed((usual, line), (usual, bottom), p.running, 1.4, (2.0, 3.0));
    let x_of = |since: millrace_trace::SimTime| {
        let share = state.now.since(since).0 as f64 / state.spec.usual.0.max(1) as f64;
        // What takes longer creeps on behind it.
        let over = 1.0 - 1.0 / share.max(1.0);
        from + (usual - from) * share.min(1.0) + (frame.right() - 6.0 - usual) * over
    };
    if state.loads.len() > LOADS {
        return area(sheet, look, state, (from, frame.right() - 6.0, top, bottom), &x_of);
    }
    let rows = (((bottom - top) / 6.0) as usize).clamp(1, 12);
    let single = state.loads.len() <= 3;
    let gap = (bottom - top) / rows as f64;
    let (mut waits, mut others) = (Vec::new(), Vec::new());
    for load in &state.loads {
        // It keeps its row from its beginning to its end, whoever else comes and goes.
        let row = load.job * 7 % rows;
        let at = (x_of(load.since), top + (row as f64 + 0.5) * gap);
        match () {
            _ if !load.started => waits.push((at.0 as f32, at.1 as f32)),
            _ if load.key == state.hot => {
                if single {
                    sheet.line((from, at.1), at, p.running, 1.4);
                }
                sheet.shapes.push(Shape::HalfDisc { at, r: R, colour: p.running });
            }
            _ => others.push(at),
        }
    }
    sheet.dots(waits, 2.2, p.blocked);
    others.into_iter().for_each(|at| sheet.ring(at, 2.4, p.running, 1.3));
}

/// So many loads that each would hide the others: how many have come how far.
fn area(
    sheet: &mut Sheet,
    look: &Look<'_>,
    state: &State<'_>,
    (left, right, top, bottom): (f64, f64, f64, f64),
    x_of: &dyn Fn(millrace_trace::SimTime) -> f64,
) {
    const BINS: usize = 48;
    let mut bins = [0_u64; BINS];
    for load in &state.loads {
        let bin = ((x_of(load.since) - left) / (right - left).max(1.0) * BINS as f64) as usize;
        bins.get_mut(bin.min(BINS - 1)).into_iter().for_each(|n| *n += 1);
    }
    let most = bins.iter().copied().max().unwrap_or(0).max(1) as f64;
    let wide = (right - left) / BINS as f64;
    let boxes = bins.iter().enumerate().filter(|(_, n)| **n > 0).map(|(bin, n)| {
        let h = ((bottom - top) * *n as f64 / most).max(1.0);
        [left + bin as f64 * wide, bottom - h, wide, h].map(|part| part as f32)
    });
    sheet.boxes(boxes.collect(), Some(look.palette.running), None);
}

/// What the marks mean, between two edges; where it ended.
pub(super) fn legend(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, (left, right): (f64, f64), y: f64) -> f64 {
    let p = look.palette;
    let hot = format!("loading {}", state.spec.name(state.hot));
    let follows = state.spec.flights.is_some();
    let stale = state.gauge(G.stale) > 0 || !state.stale.is_empty();
    let waits = state.loads.iter().any(|load| !load.started);
    let all = [
        ("cached", true),
        ("stale", stale),
        (hot.as_str(), true),
        ("other key", true),
        ("waits for a slot", waits),
        ("follows", follows),
    ];
    let mut x = left;
    for (index, (word, _)) in all.into_iter().enumerate().filter(|(_, (_, shown))| *shown) {
        let w = text_width(word, 11.0, false);
        if x + 14.0 + w > right {
            break;
        }
        match index {
            0 => sheet.fill((x + 1.0, y - 5.0), (5.0, 10.0), 0.0, p.queued),
            1 => sheet.frame((x + 1.0, y - 5.0), (5.0, 10.0), 0.0, Some(p.timeout_wash), p.timeout, 1.0),
            2 => sheet.shapes.push(Shape::HalfDisc { at: (x + 4.0, y), r: R, colour: p.running }),
            3 => sheet.ring((x + 4.0, y), 2.4, p.running, 1.3),
            4 => sheet.disc((x + 4.0, y), 2.2, p.blocked),
            _ => {
                sheet.dots(vec![((x + 2.0) as f32, y as f32)], 2.1, p.queued);
                sheet.line((x + 6.5, y - 5.0), (x + 6.5, y + 5.0), p.blocked, 2.0);
            }
        }
        sheet.text((x + 12.0, y + 4.0), word, Ink::new(p.ink_2));
        x += 28.0 + w;
    }
    x
}
