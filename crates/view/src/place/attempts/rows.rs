//! Requests as rows, newest first: their tries as bars over the last five seconds, each with the mark of its end.

use crate::number;
use crate::recent::{RECENT, Tried, Try};
use crate::scene::glyph::{self, Sort};
use crate::scene::{Frame, Look};
use crate::shape::{Ink, Sheet, crisp, text_width};
use millrace_trace::{JobId, Outcome, SimTime, Span};

/// The height of a row, also on a phone, and of the axis below.
const ROW: (f64, f64) = (14.0, 11.0);
const AXIS: f64 = 20.0;
/// The most height that the rows of a phone use.
pub(super) const MOST_HIGH: f64 = 8.0 * 18.0 + AXIS;
/// The width of the numbers.
const IDS: f64 = 50.0;
/// More tries in view than these have no marks.
const MARKED: usize = 16;

fn pitch(area: Frame, small: bool) -> f64 {
    let least = if small { ROW.1 } else { ROW.0 };
    // Where there is more room than rows, they stand a little further apart.
    let most = if small { super::MOST_ON_PHONE } else { super::MOST };
    ((area.h - AXIS) / most as f64).clamp(least, 20.0)
}

/// How many rows there is room for.
pub(super) fn fit(area: Frame, small: bool) -> usize {
    (libm::floor((area.h - AXIS) / pitch(area, small)).max(1.0)) as usize
}

/// Where the row of a number is.
pub(super) fn frame(area: Frame, index: usize, small: bool) -> Frame {
    let h = pitch(area, small);
    Frame { y: area.y + index as f64 * h, h, ..area }
}

/// Draws the rows and the axis of time, which ends now.
pub(super) fn draw(sheet: &mut Sheet, look: &Look<'_>, shown: &[&Tried], area: Frame, small: bool) {
    let p = look.palette;
    let rows = fit(area, small).min(if small { super::MOST_ON_PHONE } else { super::MOST });
    let bottom = area.y + rows as f64 * pitch(area, small) + 2.0;
    let (left, right) = (area.x + IDS, area.right() - 6.0);
    let axis = Axis { left, right, now: look.now };
    let second = (right - left) / RECENT.seconds();
    for back in 0..=5 {
        let x = right - f64::from(back) * second;
        let (colour, width) = if back == 0 { (p.ink, 1.5) } else { (p.line, 1.0) };
        sheet.line((crisp(x), area.y - 2.0), (crisp(x), bottom), colour, width);
        let text = if back == 0 { "now".to_owned() } else { format!("−{back} s") };
        if back == 0 || !small || back < 5 {
            sheet.text((x, bottom + 13.0), text, Ink::new(p.ink_3).middle());
        }
    }
    sheet.line((left, crisp(bottom)), (right, crisp(bottom)), p.line_2, 1.0);
    for (index, tried) in shown.iter().enumerate() {
        let row = frame(area, index, small);
        let y = row.y + row.h / 2.0;
        if !small || index.is_multiple_of(2) {
            let id = [super::title(tried), number::count(tried.number)];
            let id = id.iter().find(|id| text_width(id, 11.0, true) <= IDS - 6.0).cloned();
            sheet.text((area.x, y + 4.0), id.unwrap_or_default(), Ink::new(p.ink_3).mono());
        }
        one(sheet, look, tried, &axis, y);
    }
}

struct Axis {
    left: f64,
    right: f64,
    now: SimTime,
}

impl Axis {
    /// Where an instant is, and the left edge for all before the window.
    fn x(&self, at: SimTime) -> f64 {
        let ago = self.now.since(at).seconds() / RECENT.seconds();
        self.right - (self.right - self.left) * ago.min(1.0)
    }

    fn shows(&self, at: SimTime) -> bool {
        self.now.since(at) <= RECENT
    }
}

/// Which tries of a request overlap: each that begins while others are under way has a lane of its own.
struct Lanes {
    /// By try: its lane.
    of: Vec<(SimTime, JobId, usize)>,
    most: usize,
}

impl Lanes {
    fn of(tried: &Tried) -> Lanes {
        let mut ends: Vec<Option<SimTime>> = Vec::new();
        let mut of = Vec::with_capacity(tried.tries.len());
        for a_try in &tried.tries {
            let end = a_try.end.map(|(at, _)| at);
            let free = ends.iter().position(|end| end.is_some_and(|end| end <= a_try.from));
            let lane = free.unwrap_or(ends.len());
            match ends.get_mut(lane) {
                Some(slot) => *slot = end,
                None => ends.push(end),
            }
            of.push((a_try.from, a_try.job, lane));
        }
        Lanes { of, most: ends.len().max(1) }
    }

    /// Where a bar stands about the middle of its row, and how high it is.
    fn lane(&self, a_try: &Try) -> (f64, f64) {
        let own = self.of.iter().find(|(from, job, _)| *from == a_try.from && *job == a_try.job);
        let lane = own.map_or(0, |(_, _, lane)| *lane);
        let (whole, n) = (if self.most == 1 { 8.0 } else { 11.0 }, self.most as f64);
        (lane as f64 * whole / n - whole / 2.0, (whole - (n - 1.0)) / n)
    }
}

/// One request.
fn one(sheet: &mut Sheet, look: &Look<'_>, tried: &Tried, axis: &Axis, y: f64) {
    let p = look.palette;
    let seen = tried.tries.iter().filter(|a_try| a_try.end.is_none_or(|(at, _)| axis.shows(at)));
    let marked = seen.clone().count() <= MARKED;
    // What lies between its tries, and after the last one of a request that is still trying.
    let over = tried.left.map_or(look.now, |(at, _)| at);
    let mut free: Option<SimTime> = Some(tried.entered).filter(|_| tried.before == 0);
    for a_try in &tried.tries {
        if let Some(free) = free.filter(|free| *free < a_try.from && axis.shows(a_try.from)) {
            sheet.dashed((axis.x(free), y), (axis.x(a_try.from), y), p.line_3, 1.0, (2.0, 2.0));
        }
        free = a_try.end.map(|(at, _)| at);
    }
    if let Some(free) = free.filter(|free| *free < over) {
        sheet.dashed((axis.x(free), y), (axis.x(over), y), p.line_3, 1.0, (2.0, 2.0));
    }
    // Tries that overlap, as hedges do, stand below each other.
    let lanes = Lanes::of(tried);
    let bars = seen.clone().map(|a_try| {
        let (from, to) = (axis.x(a_try.from), axis.x(a_try.end.map_or(look.now, |(at, _)| at)));
        let (top, h) = lanes.lane(a_try);
        [from, y + top, (to - from).max(1.0), h].map(|v| v as f32)
    });
    sheet.boxes(bars.collect(), Some(p.waiting_wash), Some((p.waiting, 1.0)));
    if let Some(first) = tried.tries.front().filter(|first| tried.before == 0 && axis.shows(first.from)) {
        sheet.fill((axis.x(first.from) - 1.0, y - 5.0), (2.0, 10.0), 0.0, p.ink);
    }
    if !marked {
        let more = format!("+{}", number::count(seen.count() as u64 - MARKED as u64));
        sheet.text((axis.right - 2.0, y + 4.0), more, Ink::new(p.ink_2).end());
        return;
    }
    let mut last = f64::MIN;
    for (a_try, at, answer) in seen.filter_map(|a_try| a_try.end.map(|(at, answer)| (a_try, at, answer))) {
        let x = axis.x(at);
        let (top, h) = lanes.lane(a_try);
        // A mark has room of its own.
        if x - last >= 3.0 || h < 8.0 {
            let (at, r) = ((x, y + top + h / 2.0), if h < 8.0 { 2.6 } else { 3.2 });
            match Sort::of(Some(answer)) {
                // The loser of a hedge.
                Sort::Rejected => sheet.ring(at, r - 0.4, p.idle, 1.4),
                sort => glyph::job(sheet, at, r, sort, p),
            }
            last = last.max(x);
        }
    }
    let end = tried.left.filter(|(at, _)| axis.shows(*at));
    let x = end.map_or(0.0, |(at, _)| axis.x(at).max(last) + 9.0);
    match end {
        Some((_, Outcome::Failed | Outcome::TimedOut | Outcome::Cancelled)) if x <= axis.right + 8.0 => {
            glyph::job(sheet, (x, y), 3.2, Sort::Lost, p);
        }
        Some((_, Outcome::Rejected)) if x <= axis.right + 8.0 => glyph::job(sheet, (x, y), 3.2, Sort::Rejected, p),
        _ => {}
    }
}

const _: () = assert!(RECENT.0 == Span::secs(5).0, "the axis has a mark for each of five seconds");
