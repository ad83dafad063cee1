//! Items that go on together: a cell for each that lies there, how long until its time is over, and the last batches that went out.

use super::face::{Face, Note, OnPhone, Room, step};
use super::{Here, Term};
use crate::number;
use crate::scene::{Frame, Look, Plan, heading};
use crate::shape::{Ink, Sheet, bold_width, crisp, cut, text_width};
use crate::text::Row;
use millrace_analysis::{Prefix, Subject};
use millrace_spec::{self as spec, BatchGauges, Flush};
use millrace_trace::{SimTime, Span, StationKind, ledger::StationRow};

/// Items that go on together.
#[derive(Debug)]
pub struct Batch<'a> {
    /// When they do.
    pub spec: &'a spec::Batch,
}

const G: BatchGauges = BatchGauges::ALL;
/// How far back the row of batches that went out goes.
const PAST: Span = Span::secs(5);
/// The most items that have a cell each, and how many cells stand in a row, on a desktop and on a phone.
const CELLS: u32 = 200;
const IN_ROW: u32 = 20;
const IN_PHONE_ROW: u32 = 50;
/// The height of its band on a phone, and of the cells in it.
const BAND: f64 = 84.0;
const BAND_CELLS: f64 = 40.0;
/// The height of what stands below the cells: the fill with the bar of the interval, and the batches that went out.
const FILL: f64 = 34.0;
const FLUSHES: f64 = 76.0;

impl Batch<'_> {
    /// "69 of 100"
    fn fill(&self, here: Here<'_, '_>) -> String {
        format!("{} of {}", number::count(here.level()), number::count(self.spec.size.into()))
    }

    /// "100 items or 1.00 s"
    fn rule(&self) -> String {
        format!(
            "{} or {}",
            number::counted(self.spec.size.into(), "item", "items"),
            number::time_text(self.spec.interval.0)
        )
    }

    /// How long until the interval is over.
    fn left(here: Here<'_, '_>, now: SimTime) -> Option<Span> {
        let due = u64::try_from(here.row()?.gauge(G.due)).ok()?;
        Some(Span(due.saturating_sub(now.0)))
    }

    fn went_out(here: Here<'_, '_>, why: Flush) -> u64 {
        here.row().map_or(0, |row| row.gauge(G.of(why)).max(0) as u64)
    }

    /// How many went out, by why: "12 by size, 3 by interval".
    fn tally(here: Here<'_, '_>) -> String {
        let said = |why: Flush| match Batch::went_out(here, why) {
            0 => None,
            n => Some(format!("{} by {}", number::count(n), why.id())),
        };
        let all: Vec<String> = Flush::ALL.into_iter().filter_map(said).collect();
        if all.is_empty() { "none went out yet".to_owned() } else { all.join(", ") }
    }

    /// All of it, from top to bottom.
    fn body(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
        // Narrow as it can be, it says no more than how full it is.
        let roomy = frame.w >= 125.0 && frame.h >= FILL + FLUSHES + 40.0;
        let below = if roomy { FILL + FLUSHES } else { FILL };
        let cells = Frame { h: (frame.h - below).max(12.0), ..frame };
        let used = self.cells(sheet, here, look, cells, IN_ROW);
        let fill = Frame { y: frame.y + used, h: FILL, ..frame };
        self.interval(sheet, here, look, fill);
        if below > FILL {
            Batch::flushes(sheet, here, look, Frame { y: fill.bottom(), h: FLUSHES, ..frame });
        }
    }

    /// A cell for each item, filled from below, or one bar; how high it is.
    fn cells(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame, in_row: u32) -> f64 {
        let p = look.palette;
        let size = self.spec.size.max(1);
        let rows = size.div_ceil(in_row);
        let pitch = (frame.w / f64::from(in_row), (frame.h / f64::from(rows)).min(12.0));
        if size > CELLS || pitch.1 < 4.0 || pitch.0 < 3.5 {
            let high = frame.h.min(60.0);
            sheet.frame((frame.x, frame.y), (frame.w, high), 0.0, Some(p.sunken), p.line_2, 0.8);
            let share = (here.level() as f64 / f64::from(size)).min(1.0);
            sheet.fill((frame.x, frame.y), (frame.w * share, high), 0.0, p.queued);
            return high;
        }
        let high = f64::from(rows) * pitch.1;
        let cell = |index: u32| {
            let (row, column) = (index / in_row, index % in_row);
            let x = frame.x + f64::from(column) * pitch.0;
            let y = frame.y + high - f64::from(row + 1) * pitch.1;
            [x + 0.5, y + 1.0, (pitch.0 - 2.0).min(8.0), pitch.1 - 2.5].map(|part| part as f32)
        };
        let held = (here.level() as u32).min(size);
        sheet.boxes((held..size).map(cell).collect(), None, Some((p.line_2, 0.8)));
        sheet.boxes((0..held).map(cell).collect(), Some(p.queued), None);
        high
    }

    /// How many there are, how long they have left, and a bar of it.
    fn interval(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        sheet.text((frame.x, frame.y + 16.0), self.fill(here), Ink::new(p.ink).bold());
        let left = Batch::left(here, look.now).map(|left| format!("{} left", number::time_text(left.0)));
        let room = frame.w - bold_width(&self.fill(here), 11.0) - 10.0;
        if let Some(says) = left.filter(|says| text_width(says, 11.0, false) <= room) {
            sheet.text((frame.right(), frame.y + 16.0), says, Ink::new(p.ink_3).end());
        }
        self.bar(sheet, here, look, Frame { y: frame.y + 24.0, h: 3.0, ..frame });
    }

    /// What is left of the interval.
    fn bar(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
        let left = Batch::left(here, look.now).unwrap_or(self.spec.interval);
        let share = (left.0 as f64 / self.spec.interval.0.max(1) as f64).min(1.0);
        sheet.fill((frame.x, frame.y), (frame.w, frame.h), 0.0, look.palette.line);
        sheet.fill((frame.x, frame.y), (frame.w * share, frame.h), 0.0, look.palette.ink_2);
    }

    /// The batches that went out: a full stroke by size, half of one by interval, one with a foot by stop.
    fn flushes(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        sheet.text((frame.x, frame.y + 16.0), "Went out", Ink::new(p.ink_2));
        let base = crisp(frame.y + 44.0);
        let from = look.now.0.saturating_sub(PAST.0);
        let x = |at: SimTime| frame.right() - (look.now.0 - at.0) as f64 / PAST.0 as f64 * frame.w;
        let mut strokes = Vec::new();
        for why in Flush::ALL {
            let past = here.scene.recent.gauge(here.id(), G.of(why));
            for (at, _) in past.filter(|(at, value)| (from..=look.now.0).contains(&at.0) && *value > 0) {
                let high = if why == Flush::Interval { 9.0 } else { 18.0 };
                strokes.push([x(at), base, x(at), base - high].map(|part| part as f32));
                if why == Flush::Stop {
                    strokes.push([x(at) - 4.0, base, x(at) + 4.0, base].map(|part| part as f32));
                }
            }
        }
        sheet.line((frame.x, base), (frame.right(), base), p.line_2, 1.0);
        sheet.segments(strokes, p.ink_2, 1.5);
        sheet.text((frame.x, base + 14.0), "−5 s", Ink::new(p.ink_3));
        sheet.text((frame.right(), base + 14.0), "now", Ink::new(p.ink_3).end());
        sheet.text((frame.x, base + 30.0), cut(&Batch::tally(here), frame.w, 11.0, false), Ink::new(p.ink_2));
    }
}

impl Face for Batch<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Channel]
    }

    fn reads(&self) -> &'static str {
        "A cell for each item of the batch that is put together; the bar runs down to the end of its interval; strokes are batches that went \
         out: tall by size, short by interval, with a foot at a stop."
    }

    fn story(&self, here: Here<'_, '_>, so_far: &Prefix<'_>) -> Option<String> {
        let _counted = so_far.level(Subject::Queue(here.id())).last()?;
        Some(format!("{}: {}, and {} in it now.", here.label(), Batch::tally(here), self.fill(here)))
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        Room::new(step([170.0, 150.0, 130.0, 100.0], level))
    }

    fn before(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([28.0, 20.0, 14.0, 10.0], level)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let words = (spot.frame.x, spot.frame.w);
        heading(sheet, look, words, spot.cell, here.label(), &self.rule(), false);
        self.body(sheet, here, look, spot.frame);
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Band(BAND)
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let p = look.palette;
        sheet.frame((bar.x, bar.y), (bar.w, bar.h), 0.0, Some(p.sunken), p.line_2, 0.8);
        let share = here.level() as f64 / f64::from(self.spec.size.max(1));
        sheet.fill((bar.x, bar.y), (bar.w * share.min(1.0), bar.h), 0.0, p.queued);
        (self.fill(here), false)
    }

    fn band(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame, _: Note) {
        let p = look.palette;
        sheet.text((frame.x, frame.y + 16.0), here.label(), Ink::new(p.ink).size(12.0).bold());
        let x = frame.x + bold_width(here.label(), 12.0) + 8.0;
        sheet.text((x, frame.y + 16.0), self.fill(here), Ink::new(p.ink_3));
        let left = Batch::left(here, look.now)
            .map_or_else(|| self.rule(), |left| format!("{} left", number::time_text(left.0)));
        sheet.text((frame.right(), frame.y + 16.0), left, Ink::new(p.ink_3).end());
        let cells = Frame { y: frame.y + 26.0, h: BAND_CELLS, ..frame };
        let used = self.cells(sheet, here, look, cells, IN_PHONE_ROW);
        self.bar(sheet, here, look, Frame { y: cells.y + used + 5.0, h: 3.0, ..frame });
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        let left = Batch::left(here, look.now).map(|left| format!("{} left", number::time_text(left.0)));
        [Some(self.fill(here)), left, Some(Batch::tally(here))].into_iter().flatten().collect()
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        vec![Row { what: here.label().to_owned(), says: self.about(here, look).join(", ") }]
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        Some(format!("{} {}", here.label(), self.fill(here)))
    }

    fn term(&self, _: Here<'_, '_>, _: Option<&crate::scene::Worker<'_>>, _: &StationRow) -> Term {
        Term::QUEUED
    }
}
