//! Attempts and goodput over the last thirty seconds, with what the server can do and when a fault stood.

use super::super::Here;
use crate::number;
use crate::recent::Rates;
use crate::scene::{Frame, Look};
use crate::shape::{Ink, Sheet, crisp};
use millrace_spec as spec;
use millrace_trace::{SimTime, Span};

/// How far back it goes.
const PAST: Span = Span::secs(30);
/// Room for the numbers at the left and the words at the right.
const LEFT: f64 = 26.0;
const RIGHT: f64 = 54.0;

/// Draws it in a frame.
pub(super) fn draw(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, at: &spec::Attempts, frame: Frame) {
    let p = look.palette;
    sheet.text((frame.x, frame.y + 10.0), "Attempts and goodput", Ink::new(p.ink_2));
    sheet.text((frame.right(), frame.y + 10.0), "a second", Ink::new(p.ink_3).end());
    let area = Frame { x: frame.x + LEFT, y: frame.y + 20.0, w: frame.w - LEFT - RIGHT, h: frame.h - 38.0 };
    let bins = here.scene.recent.tries().rates(look.now);
    // A bin is a quarter of a second; a second is four of them, and a line is of whole seconds that end at each bin.
    let second = |of: fn(&Rates) -> u32| -> Vec<(SimTime, f64)> {
        let sums = bins.windows(4).filter_map(|four| {
            let (at, _) = four.last()?;
            Some((*at, four.iter().map(|(_, rates)| f64::from(of(rates))).sum::<f64>()))
        });
        // The last bin may not be over.
        let mut all: Vec<_> = sums.collect();
        all.pop();
        all
    };
    let (tried, served) = (second(|r| r.tried), second(|r| r.served));
    let most = tried.iter().chain(&served).map(|(_, n)| *n).fold(at.ceiling.unwrap_or(1.0), f64::max).max(1.0) * 1.08;
    let from = SimTime(look.now.0.saturating_sub(PAST.0));
    let span = look.now.since(from).seconds().max(1.0);
    let x = |at: SimTime| area.x + area.w * (at.since(from).seconds() / span).min(1.0);
    let y = |rate: f64| area.bottom() - area.h * (rate / most).clamp(0.0, 1.0);
    for pair in bins.windows(2) {
        if let [(at, rates), (next, _)] = pair
            && rates.fault
        {
            sheet.fill((x(*at), area.y), (x(*next) - x(*at), area.h), 0.0, p.server_wash);
        }
    }
    sheet.line((area.x, crisp(area.bottom())), (area.right(), crisp(area.bottom())), p.line_2, 1.0);
    sheet.text((area.x - 5.0, area.bottom() + 3.0), "0", Ink::new(p.ink_3).end());
    if let Some(ceiling) = at.ceiling {
        sheet.dashed((area.x, crisp(y(ceiling))), (area.right(), crisp(y(ceiling))), p.ink_3, 1.0, (3.0, 3.0));
        sheet.text((area.x - 5.0, y(ceiling) + 4.0), number::rate(ceiling), Ink::new(p.ink_3).end());
    }
    let tick = nice(most);
    if at.ceiling.is_none_or(|ceiling| (y(ceiling) - y(tick)).abs() > 12.0) {
        sheet.line((area.x - 3.0, crisp(y(tick))), (area.x, crisp(y(tick))), p.line_3, 1.0);
        sheet.text((area.x - 5.0, y(tick) + 4.0), number::rate(tick), Ink::new(p.ink_3).end());
    }
    let line = |points: &[(SimTime, f64)]| points.iter().map(|(at, n)| (x(*at), y(*n))).collect::<Vec<_>>();
    sheet.polyline(line(&tried), p.ink_2, 1.2);
    sheet.polyline(line(&served), p.success, 2.0);
    let end = |points: &[(SimTime, f64)]| points.last().filter(|_| points.len() > 1).map(|(_, n)| y(*n));
    if let (Some(tried), Some(served)) = (end(&tried), end(&served)) {
        let (mut above, mut below) = (tried.min(served), tried.max(served));
        // Each has a line of its own.
        if below - above < 12.0 {
            (above, below) = ((above + below) / 2.0 - 6.0, (above + below) / 2.0 + 6.0);
        }
        let (tried, served) = if tried <= served { (above, below) } else { (below, above) };
        sheet.text((area.right() + 5.0, tried + 4.0), "attempts", Ink::new(p.ink_2));
        sheet.text((area.right() + 5.0, served + 4.0), "goodput", Ink::new(p.success_ink));
    }
    let start = if look.now.0 < PAST.0 { "0 s".to_owned() } else { format!("−{} s", PAST.0 / 1_000_000_000) };
    sheet.text((area.x, area.bottom() + 14.0), start, Ink::new(p.ink_3));
    sheet.text((area.right(), area.bottom() + 14.0), "now", Ink::new(p.ink_3).end());
}

/// The greatest of 1, 2, 5, 10 and so on that is not above a number.
fn nice(most: f64) -> f64 {
    let decade = libm::pow(10.0, libm::floor(libm::log10(most)));
    [5.0, 2.0].into_iter().map(|times| times * decade).find(|tick| *tick <= most).unwrap_or(decade)
}
