//! Beside the levels: where the key that is wanted most is, on their left, and how many each of them served, on their right.

use super::super::Here;
use super::plot::Plot;
use super::state::{G, State, counted_loads};
use crate::number;
use crate::recent::RECENT;
use crate::scene::{Frame, Look, first_fit};
use crate::shape::{Ink, Point, Shape, Sheet, bold_width, text_width};

const ROW: f64 = 14.0;

/// Draws what there is to say of the key that is wanted most.
pub(super) fn facts(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let (p, Some(frame)) = (look.palette, plot.left) else { return };
    let name = state.spec.name(state.hot);
    let (loading, others) = state.loading(state.hot);
    let flight = if state.spec.flights.is_some() { "Single flight on" } else { "Single flight off" };
    sheet.text((frame.x, frame.y + 14.0), flight, Ink::new(p.ink).size(12.0).bold());
    let big = number::count(loading);
    let base = frame.y + 44.0;
    let ink = if loading > 1 { p.running_ink } else { p.ink };
    sheet.text((frame.x, base), big.clone(), Ink::new(ink).size(20.0).bold());
    let (word, x) = (if loading == 1 { "load" } else { "loads" }, frame.x + bold_width(&big, 20.0) + 6.0);
    sheet.text((x, base), format!("{word} of {name}"), Ink::new(p.ink_2));
    let in_all = state.asked(state.hot as usize, state.hot as usize + 1);
    let rows = [
        ("asked for", in_all),
        ("following", state.following(state.hot)),
        ("other keys loading", others),
        ("following those", state.following_all() - state.following(state.hot)),
    ];
    let mut y = base + 20.0;
    for (word, n) in rows {
        if y > frame.bottom() {
            return;
        }
        sheet.text((frame.x, y), word, Ink::new(p.ink_2));
        sheet.text((frame.right(), y), number::count(n), Ink::new(p.ink).end());
        y += ROW;
    }
    let wrong = [
        ("stale reads", G.stale),
        ("dropped writes", G.dropped),
        ("written, not seen", G.unseen),
        ("L2 errors as misses", G.taken_for_miss),
        ("text, not a type", G.mistyped),
        ("refreshed early", G.refreshed),
        ("taken over", G.took_over),
    ];
    let seen = wrong.into_iter().map(|(word, gauge)| (word, gauge, state.gauge(gauge))).filter(|(.., n)| *n > 0);
    y += 4.0;
    for (index, (word, gauge, n)) in seen.enumerate() {
        if y > frame.bottom() {
            return;
        }
        if index == 0 {
            sheet.line((frame.x, y - 12.0), (frame.right(), y - 12.0), p.line, 1.0);
        }
        y += 2.0;
        let ink = if [G.refreshed, G.took_over].contains(&gauge) { p.ink } else { p.timeout_ink };
        sheet.text((frame.x, y), word, Ink::new(ink));
        sheet.text((frame.right(), y), number::count(n), Ink::new(ink).bold().end());
        y += ROW;
    }
}

/// Draws a line down through the levels, with a mark at each that tells whether it has the key that is wanted most.
pub(super) fn line(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let p = look.palette;
    if plot.left.is_none() {
        return;
    }
    let [l1, l2, origin] = plot.levels;
    let x = origin.x - 10.0;
    let row = state.key(state.hot);
    sheet.line((x, l1.y - 6.0), (x, origin.bottom() - 6.0), p.line_2, 1.2);
    for (level, frame) in [l1, l2].into_iter().enumerate() {
        let at = (x, frame.y + frame.h / 2.0);
        match () {
            _ if level == 0 && row.is_stale(state.now) => sheet.disc(at, 3.6, p.timeout),
            _ if row.is_kept(level, state.now) => sheet.disc(at, 3.6, p.success),
            _ => {
                sheet.disc(at, 3.6, p.surface);
                sheet.ring(at, 3.6, p.line_3, 1.2);
            }
        }
    }
    if state.loading(state.hot).0 > 0 {
        let at = (x, origin.y + origin.h / 2.0);
        sheet.disc(at, 3.8, p.surface);
        sheet.shapes.push(Shape::HalfDisc { at, r: 3.8, colour: p.running });
    }
}

/// Draws a row for each level: how long it takes, its share of what was served, and how many that are.
pub(super) fn figures(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let (p, Some(frame)) = (look.palette, plot.right) else { return };
    let wide = plot.chart.is_some();
    let [l1, l2, _] = plot.levels;
    let latency = frame.x + 56.0;
    let share = latency + if wide { 58.0 } else { 76.0 };
    let bar = share + 8.0;
    let heads = [(latency, "latency"), (share, "served")];
    for (x, word) in heads {
        sheet.text((x, l1.y - 6.0), word, Ink::new(p.ink_3).end());
    }
    if wide {
        sheet.text((frame.right(), l1.y - 6.0), "answers", Ink::new(p.ink_3).end());
    }
    let middles = [l1.y + l1.h / 2.0, l2.y + l2.h / 2.0, plot.flights.y + plot.flights.h / 2.0];
    for (level, ((n, of), y)) in state.hits().into_iter().zip(middles).enumerate() {
        let base = y + 4.0;
        sheet.text((latency, base), state.latency(here, level), Ink::new(p.ink_2).end());
        sheet.text((share, base), state.percent(level), Ink::new(p.ink).bold().end());
        if wide {
            let room = frame.right() - 62.0 - bar;
            sheet.fill((bar, y - 4.0), (room, 8.0), 0.0, p.line);
            sheet.fill((bar, y - 4.0), (room * of, 8.0), 0.0, p.queued);
            sheet.text((frame.right(), base), number::short_count(n), Ink::new(p.ink).end());
        }
    }
}

/// Draws how many loads there were at once in the last five seconds.
pub(super) fn chart(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let (p, Some(frame)) = (look.palette, plot.chart) else { return };
    let now = state.gauge(G.loads);
    let points: Vec<_> = here.scene.recent.gauge(here.id(), G.loads).collect();
    let most = points.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1) as f64;
    let (left, right) = (frame.x + 8.0, frame.right() - 42.0);
    let (top, bottom) = (frame.y + 18.0, frame.bottom() - 4.0);
    sheet.text((left, frame.y + 10.0), "loads in flight, 5 s", Ink::new(p.ink_3));
    let words = format!("at most {}", number::count(most as u64));
    if text_width("loads in flight, 5 s", 11.0, false) + text_width(&words, 11.0, false) + 12.0 <= frame.w - 8.0 {
        sheet.text((frame.right(), frame.y + 10.0), words, Ink::new(p.ink_3).end());
    }
    let x_of = |at: millrace_trace::SimTime| {
        let ago = look.now.since(at).0.min(RECENT.0) as f64 / RECENT.0 as f64;
        right - (right - left) * ago
    };
    let y_of = |n: i64| bottom - (bottom - top) * n.max(0) as f64 / most;
    let mut line: Vec<Point> = Vec::new();
    for (at, n) in points {
        let x = x_of(at);
        if let Some((_, before)) = line.last().copied() {
            line.push((x, before));
        }
        line.push((x, y_of(n)));
    }
    if let (Some((first, _)), Some((_, last))) = (line.first().copied(), line.last().copied()) {
        line.push((right, last));
        let mut area = line.clone();
        area.extend([(right, bottom), (first, bottom)]);
        sheet.area(area, p.running_wash);
        sheet.polyline(line, p.running, 1.2);
        sheet.text((right + 6.0, last + 4.0), number::short_count(now), Ink::new(p.ink).bold());
    }
    sheet.line((left, bottom + 0.5), (frame.right(), bottom + 0.5), p.line_3, 1.0);
}

/// The line over the levels on a phone.
pub(super) fn on_phone(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, frame: Frame) {
    let p = look.palette;
    let base = frame.y + 14.0;
    let big = state.percent(0);
    sheet.text((frame.x, base + 4.0), big.clone(), Ink::new(p.ink).size(20.0).bold());
    let x = frame.x + bold_width(&big, 20.0) + 8.0;
    sheet.text((x, base - 4.0), "served by L1", Ink::new(p.ink_2));
    let (loading, _) = state.loading(state.hot);
    let name = state.spec.name(state.hot);
    sheet.text(
        (frame.right(), base - 4.0),
        format!("{} of {name}", counted_loads(loading)),
        Ink::new(p.ink).bold().end(),
    );
    let stale = state.gauge(G.stale);
    let (words, ink) = if stale > 0 {
        (format!("{} stale reads", number::short_count(stale)), p.timeout_ink)
    } else {
        (format!("{} follow", number::count(state.following_all())), p.ink_2)
    };
    let room = frame.right() - x - text_width(&words, 11.0, false) - 10.0;
    sheet.text((frame.right(), base + 8.0), words, Ink::new(ink).end());
    let l2 = format!("L2 {}", state.percent(1));
    let rest = [format!("{l2}, origin {}", state.percent(2)), l2];
    sheet.text((x, base + 8.0), first_fit(&rest, room), Ink::new(p.ink_2));
}
