//! What trying again costs: attempts a request in one large figure with four bars, the rates beside the server's, and what became of all.

use super::super::{Condition, Here};
use super::server;
use crate::number;
use crate::scene::glyph::{self, Sort};
use crate::scene::{Frame, Look, first_fit};
use crate::shape::{Ink, Sheet, bold_width};
use millrace_spec as spec;
use millrace_trace::Outcome;

/// The figures at the playhead.
pub(super) struct Figures {
    /// Requests, tries and successes a second, over the last five.
    pub rates: [f64; 3],
    /// Requests that were answered, given up, out of budget, and are being tried.
    ends: [u64; 4],
    budgeted: bool,
}

impl Figures {
    pub fn of(here: Here<'_, '_>, look: &Look<'_>, _: &spec::Attempts) -> Figures {
        let tally = &here.scene.ledger.tally;
        let out_of_budget = tally.count(Outcome::Rejected);
        let gave_up = tally.departed() - tally.served() - out_of_budget;
        Figures {
            rates: here.scene.recent.tries().per_second(look.now),
            ends: [tally.served(), gave_up, out_of_budget, tally.in_system],
            budgeted: out_of_budget > 0 || here.scene.values.number("budget") > 0.0,
        }
    }

    /// Attempts a request over the last five seconds; of no request at all, of those that are tried.
    pub fn ratio(&self) -> Option<f64> {
        let [requests, tries, _] = self.rates;
        (requests > 0.0).then(|| tries / requests)
    }

    /// The same as text.
    pub fn amplification(&self) -> String {
        self.ratio().map_or_else(|| "—".to_owned(), |ratio| format!("{ratio:.1}"))
    }

    /// Whether most of the work is done again and hardly any succeeds.
    pub fn is_storm(&self) -> bool {
        let [requests, _, served] = self.rates;
        self.ratio().is_some_and(|ratio| ratio >= 1.5) && served < requests * 0.5
    }

    /// In a sentence.
    pub fn sentence(&self) -> String {
        let [requests, tries, served] = self.rates.map(number::rate);
        let [answered, gave_up, out_of_budget, trying] = self.ends.map(number::count);
        let budget = if self.budgeted { format!(", {out_of_budget} out of budget") } else { String::new() };
        format!(
            "{} attempts a request over 5 s: {requests} requests, {tries} attempts and {served} successes a second; \
             {answered} answered, {gave_up} given up{budget}, {trying} being tried",
            self.amplification()
        )
    }

    /// Draws them in a column.
    pub fn draw(&self, sheet: &mut Sheet, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        let number = self.amplification();
        let ink = if self.is_storm() { p.server_ink } else { p.ink };
        let base = frame.y + 20.0;
        sheet.text((frame.x, base), number.clone(), Ink::new(ink).size(24.0).bold());
        let after = frame.x + bold_width(&number, 24.0) + 8.0;
        sheet.text((after, base - 9.0), "attempts", Ink::new(p.ink_2));
        sheet.text((after, base + 3.0), "a request", Ink::new(p.ink_2));
        self.bars(sheet, look, (frame.x, base + 12.0));
        let mut y = base + 40.0;
        let [requests, tries, served] = self.rates;
        let bad = self.is_storm();
        let rows = [
            ("Requests", requests, p.ink),
            ("Attempts", tries, if tries > requests * 1.5 { p.blocked_ink } else { p.ink }),
            ("Succeed", served, if bad { p.server_ink } else { p.success_ink }),
        ];
        for (word, rate, ink) in rows {
            if y > frame.bottom() {
                return;
            }
            sheet.text((frame.x, y), word, Ink::new(p.ink_2));
            sheet.text((frame.right(), y), format!("{}/s", number::rate(rate)), Ink::new(ink).end());
            y += 17.0;
        }
        let [answered, gave_up, out_of_budget, trying] = self.ends;
        let ends = [
            (Sort::Success, "answered", Some(answered)),
            (Sort::Lost, "gave up", Some(gave_up)),
            (Sort::Rejected, "out of budget", self.budgeted.then_some(out_of_budget)),
        ];
        y += 6.0;
        if y + 4.0 > frame.bottom() {
            return;
        }
        sheet.line((frame.x, y - 14.0), (frame.right(), y - 14.0), p.line, 1.0);
        y += 4.0;
        let mut line = |word: &str, n: u64, draw: &dyn Fn(&mut Sheet, f64)| {
            if y <= frame.bottom() {
                draw(sheet, y - 4.0);
                sheet.text((frame.x + 15.0, y), word, Ink::new(p.ink_2));
                sheet.text((frame.right(), y), number::count(n), Ink::new(p.ink).end());
            }
            y += 17.0;
        };
        for (sort, word, n) in ends {
            if let Some(n) = n {
                line(word, n, &|sheet, y| glyph::job(sheet, (frame.x + 4.0, y), 3.2, sort, p));
            }
        }
        line("trying", trying, &|sheet, y| {
            glyph::mode(sheet, (frame.x + 4.0, y), crate::recent::Mode::Waiting, p);
        });
    }

    /// Four bars: the first try, and the further ones as far as they go.
    fn bars(&self, sheet: &mut Sheet, look: &Look<'_>, (x, y): (f64, f64)) {
        let p = look.palette;
        let ratio = self.ratio().unwrap_or(0.0);
        for bar in 0..4 {
            let left = x + f64::from(bar) * 28.0;
            let share = (ratio - f64::from(bar)).clamp(0.0, 1.0);
            sheet.fill((left, y), (25.0, 6.0), 0.0, p.line);
            sheet.fill((left, y), (25.0 * share, 6.0), 0.0, if bar == 0 { p.queued } else { p.blocked });
        }
    }

    /// Draws them in two lines over the rows of a phone.
    pub fn draw_small(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, area: Frame) {
        let p = look.palette;
        let [requests, tries, served] = self.rates;
        let (first, second) = (area.y + 18.0, area.y + 34.0);
        let condition = Condition::of(here.scene, server::name(here), look.now);
        sheet.text((area.x, first), here.label(), Ink::new(p.ink).size(12.0).bold());
        sheet.text((area.x, second), condition.words(), Ink::new(condition.ink(p)).bold());
        let number = self.amplification();
        let x = area.x + area.w * 0.36;
        let room = area.right() - 54.0 - bold_width(&number, 24.0) - 6.0 - x;
        let rate = number::rate(tries);
        let texts = [format!("{rate} attempts/s"), format!("{rate} tries/s"), format!("{rate}/s")];
        sheet.text((x, first), first_fit(&texts, room), Ink::new(p.ink_2));
        let (served, requests) = (number::rate(served), number::rate(requests));
        let of = format!("{served} of {requests}/s");
        let texts = [format!("{of} succeed"), of, format!("{served}/s")];
        let ink = if self.is_storm() { p.server_ink } else { p.success_ink };
        sheet.text((x, second), first_fit(&texts, room), Ink::new(ink));
        let ink = if self.is_storm() { p.server_ink } else { p.ink };
        sheet.text((area.right() - 54.0, second - 4.0), number, Ink::new(ink).size(24.0).bold().end());
        sheet.text((area.right() - 48.0, first), "attempts", Ink::new(p.ink_2));
        sheet.text((area.right() - 48.0, second), "a request", Ink::new(p.ink_2));
    }
}
