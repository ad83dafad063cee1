//! Limiters that count alone, where so many ask that of each nothing is told: how many passed, how many were refused, and how many of those in the last
//! second. What flows goes through the first; the others are named below it.

use super::Here;
use super::face::{Face, Note, Room, step};
use crate::number;
use crate::scene::glyph::{self, Sort};
use crate::scene::{Frame, Look, Plan, first_fit, heading, strips};
use crate::shape::{Ink, Sheet, text_width};
use crate::text::Row;
use millrace_spec::{CountingLimit, LimiterGauges};
use millrace_trace::{SimTime, Span, StationKind};

/// Limiters.
#[derive(Debug)]
pub struct Limits<'a> {
    /// What they are to be, the one in the flow first.
    pub limits: &'a [CountingLimit],
}

const G: LimiterGauges = LimiterGauges::ALL;
/// The height of the box of the first, and of another: two lines, or one.
const BOX: f64 = 54.0;
const TWO: f64 = 34.0;
const ONE: f64 = 16.0;
const PAD: f64 = 8.0;

/// What one of them did.
struct Counts {
    passed: u64,
    refused: u64,
    /// How many were refused in the last second.
    lately: u64,
}

impl Counts {
    fn of(here: Here<'_, '_>, limit: &CountingLimit, now: SimTime) -> Counts {
        let Some((id, row)) = here.scene.station(limit.station) else {
            return Counts { passed: 0, refused: 0, lately: 0 };
        };
        let [passed, refused] = [G.passed, G.refused].map(|gauge| row.gauge(gauge).max(0) as u64);
        let from = SimTime(now.0.saturating_sub(Span::secs(1).0));
        let before = here.scene.recent.gauge(id, G.refused).take_while(|(at, _)| *at <= from).last();
        let before = before.map_or(0, |(_, n)| n.max(0) as u64);
        Counts { passed, refused, lately: refused.saturating_sub(before) }
    }

    /// "6,641, 301/s", from long to short.
    fn refused(&self) -> [String; 3] {
        let (n, short) = (number::count(self.refused), number::short_count(self.refused));
        let rate = |n: &str| match self.lately {
            0 => n.to_owned(),
            lately => format!("{n}, {}/s", number::short_count(lately)),
        };
        [rate(&n), rate(&short), short.clone()]
    }
}

/// "10/s a socket", from long to short.
fn rule(limit: &CountingLimit) -> [String; 2] {
    let per = match limit.per.0 {
        1_000_000_000 => "s".to_owned(),
        60_000_000_000 => "min".to_owned(),
        3_600_000_000_000 => "h".to_owned(),
        per => number::time_text(per),
    };
    let rate = format!("{}/{per}", number::count(limit.limit.into()));
    [format!("{rate} a {}", limit.each), rate]
}

impl Limits<'_> {
    fn others(&self) -> f64 {
        self.limits.len().saturating_sub(1) as f64
    }

    /// How high each of the others is.
    fn other(&self, h: f64) -> f64 {
        if BOX + 6.0 + self.others() * TWO <= h { TWO } else { ONE }
    }

    /// The box of the first: in the middle, as far as the others have their room below it.
    fn first(&self, frame: Frame) -> Frame {
        let h = BOX.min(frame.h);
        let below = self.others() * self.other(frame.h) + 6.0;
        let y = (frame.y + (frame.h - h) / 2.0).min(frame.bottom() - below - h).max(frame.y);
        Frame { y: libm::floor(y), h, ..frame }
    }

    fn says(&self, here: Here<'_, '_>, limit: &CountingLimit, now: SimTime) -> String {
        let counts = Counts::of(here, limit, now);
        let [rule, _] = rule(limit);
        let [passed, refused, lately] = [counts.passed, counts.refused, counts.lately].map(number::count);
        format!("{rule}, {passed} passed, {refused} refused, {lately} in the last second")
    }
}

/// The mark of those that were refused, and how many.
fn refused(sheet: &mut Sheet, look: &Look<'_>, counts: &Counts, (x, base): (f64, f64), room: f64) {
    let p = look.palette;
    let text = first_fit(&counts.refused(), room - 12.0);
    if 12.0 + text_width(&text, 11.0, false) > room + 2.0 {
        return;
    }
    glyph::job(sheet, (x + 4.0, base - 4.0), 2.8, Sort::Client, p);
    sheet.text((x + 12.0, base), text, Ink::new(if counts.lately > 0 { p.client_ink } else { p.ink_3 }));
}

fn passed(counts: &Counts, room: f64) -> String {
    let [n, short] = [number::count(counts.passed), number::short_count(counts.passed)];
    first_fit(&[format!("{n} pass"), format!("{short} pass"), short], room)
}

impl Face for Limits<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Gate]
    }

    fn reads(&self) -> &'static str {
        "How many each limit let pass, and at the diamond how many it refused: in all, and in the last second."
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        Room::new(step([108.0, 96.0, 84.0, 74.0], level))
    }

    fn before(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([20.0, 16.0, 12.0, 10.0], level)
    }

    fn walls(&self, _: Here<'_, '_>, frame: Frame) -> Frame {
        self.first(frame)
    }

    fn port(&self, _: Here<'_, '_>, frame: Frame) -> f64 {
        let first = self.first(frame);
        first.y + first.h / 2.0
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let (spot, p) = (plan.spot(here.index()), look.palette);
        let frame = spot.frame;
        let Some((first, others)) = self.limits.split_first() else { return };
        let line = first_fit(&rule(first), frame.w + 4.0);
        heading(sheet, look, (frame.x, frame.w), spot.cell, here.label(), &line, false);
        let (area, counts) = (self.first(frame), Counts::of(here, first, look.now));
        sheet.frame((area.x + 0.5, area.y + 0.5), (area.w - 1.0, area.h - 1.0), 4.0, Some(p.surface), p.line_3, 1.3);
        let room = area.w - 2.0 * PAD;
        let [upper, lower] = if area.h >= 46.0 { [22.0, 40.0] } else { [14.0, 29.0] };
        sheet.text((area.x + PAD, area.y + upper), passed(&counts, room), Ink::new(p.ink));
        if lower + 4.0 <= area.h {
            refused(sheet, look, &counts, (area.x + PAD, area.y + lower), room);
        }
        let high = self.other(frame.h);
        let mut y = area.bottom() + 6.0;
        for limit in others {
            let counts = Counts::of(here, limit, look.now);
            if y + high > frame.bottom() + 4.0 {
                return;
            }
            let base = y + 11.0;
            let name = text_width(limit.each, 11.0, false) + 8.0;
            sheet.text((frame.x, base), limit.each, Ink::new(p.ink_2));
            if high >= TWO {
                let [_, rule] = rule(limit);
                if name + text_width(&rule, 11.0, false) <= frame.w {
                    sheet.text((frame.right(), base), rule, Ink::new(p.ink_3).end());
                }
                let text = passed(&counts, frame.w * 0.6);
                let x = text_width(&text, 11.0, false) + 8.0;
                sheet.text((frame.x, base + 15.0), text, Ink::new(p.ink));
                refused(sheet, look, &counts, (frame.x + x, base + 15.0), frame.w - x);
            } else {
                refused(sheet, look, &counts, (frame.x + name, base), frame.w - name);
            }
            y += high;
        }
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let Some(first) = self.limits.first() else { return Note::default() };
        let (counts, p) = (Counts::of(here, first, look.now), look.palette);
        let parts = [(p.queued, counts.passed), (p.client, counts.refused)];
        strips::stacked(sheet, look, bar, &parts, counts.passed + counts.refused);
        (format!("{} refused", number::short_count(counts.refused)), counts.lately > 0)
    }

    fn widest_bar(&self, _: Here<'_, '_>) -> f64 {
        strips::BAR
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        self.limits.iter().map(|limit| self.says(here, limit, look.now)).collect()
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let row = |limit: &CountingLimit| Row {
            what: format!("Limit, {}", limit.each),
            says: self.says(here, limit, look.now),
        };
        self.limits.iter().map(row).collect()
    }
}
