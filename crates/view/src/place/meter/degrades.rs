//! A limit before which others are served less: who is under way and who of them is served less, the two thresholds, and what became of each class.

use super::{G, LARGE, Meter, PAST, Past, ROW, area, axis, stairs, steps};
use crate::number;
use crate::place::Here;
use crate::scene::{Frame, Look, first_fit};
use crate::shape::{Ink, Sheet, crisp, text_width};
use millrace_analysis::{Prefix, Subject};
use millrace_spec::{Degrades, MeterGauges};
use millrace_trace::Span;

/// What it does beside refusing.
pub(super) struct Service<'a> {
    pub spec: &'a Degrades,
    /// The limit.
    pub most: u64,
    pub here: Here<'a, 'a>,
}

/// The heads of the table.
const FATES: [&str; 3] = ["in full", "less", "shed"];
/// The width of a column of it, with thousands written out and without.
const COLUMN: (f64, f64) = (66.0, 40.0);
/// The width of the names in it.
const NAMES: f64 = 50.0;
/// How far back the chart goes as long as there is no more: what takes milliseconds is over in a few hundred of them.
const PASTS: [Past; 2] = [(Span::millis(250), "−250 ms"), (Span::secs(1), "−1 s")];
/// A text that stands at a line is so high.
const LETTERS: f64 = 13.0;

impl Service<'_> {
    /// Its mode, as the station declares it.
    pub fn mode(&self) -> &str {
        let state = self.here.row().and_then(|row| row.state);
        state.map_or("normal", |state| self.here.scene.trace.name(state))
    }

    fn is_degraded(&self) -> bool {
        self.mode() != "normal"
    }

    /// Whether there is a load at which somebody is served less: at the limit it would be too late.
    fn is_reached(&self) -> bool {
        self.spec.from < self.most
    }

    /// "degrades from 160", "degrades from 320: never reached"
    fn threshold(&self) -> String {
        let from = number::count(self.spec.from);
        if self.is_reached() { format!("degrades from {from}") } else { format!("degrades from {from}: never reached") }
    }

    /// What became of those of a class: served in full, less, not at all.
    fn fates(&self, place: usize) -> [u64; 3] {
        MeterGauges::of_class(place).map(|gauge| Meter::read(self.here, gauge))
    }

    /// All of it, from top to bottom.
    pub fn body(&self, sheet: &mut Sheet, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        let ink = Ink::new(if self.is_degraded() { p.waiting_ink } else { p.ink }).size(20.0).bold();
        sheet.text((frame.x, frame.y + 20.0), self.mode(), ink);
        let room = frame.w - text_width(self.mode(), 20.0, false) * 1.1 - 12.0;
        let less = number::count(Meter::read(self.here, G.less));
        let now = first_fit(&[format!("{less} served less now"), format!("{less} less now"), String::new()], room);
        sheet.text((frame.right(), frame.y + 20.0), now, Ink::new(p.ink_2).end());
        let table = ROW * (self.spec.classes.len() + 1) as f64 + 10.0;
        let chart = Frame {
            x: frame.x + 28.0,
            y: frame.y + LARGE,
            w: frame.w - 28.0,
            h: (frame.h - LARGE - table - 22.0).min(220.0),
        };
        if chart.h < 24.0 || chart.w < 40.0 {
            return;
        }
        self.chart(sheet, look, chart);
        self.table(sheet, look, Frame { y: chart.bottom() + 22.0, h: table, ..frame });
    }

    /// Who is under way and who of them is served less, over the last two seconds, below the limit and the threshold.
    fn chart(&self, sheet: &mut Sheet, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        // A threshold far above the limit is drawn at the rim: how far says its name.
        let from = self.spec.from.min(self.most.saturating_mul(17) / 10);
        let top = (self.most.max(from).max(1) as f64) * 1.12;
        let y = |value: u64| crisp(frame.bottom() - frame.h * value as f64 / top);
        let past = PASTS.into_iter().find(|past| look.now.0 <= past.0.0).unwrap_or(PAST);
        let (under_way, less) = (steps(self.here, look, G.under_way, past), steps(self.here, look, G.less, past));
        let line = stairs(&under_way, look, (frame, top), past);
        area(sheet, line.clone(), frame, p.queued.faint(0.35));
        sheet.polyline(line, p.queued, 1.0);
        let line = stairs(&less, look, (frame, top), past);
        let below = |pair: &[(f64, f64)]| match pair {
            [(left, y), (right, _)] if right > left && *y < frame.bottom() => {
                Some([*left as f32, *y as f32, (right - left) as f32, (frame.bottom() - y) as f32])
            }
            _ => None,
        };
        sheet.hatch(line.windows(2).filter_map(below).collect(), p.waiting, 4.0);
        sheet.polyline(line, p.waiting, 1.0);
        let (limit, threshold) = (y(self.most), y(from));
        sheet.line((frame.x, limit), (frame.right(), limit), p.line_3, 1.2);
        if self.is_reached() {
            sheet.line((frame.x, threshold), (frame.right(), threshold), p.ink, 1.4);
        } else {
            sheet.dashed((frame.x, threshold), (frame.right(), threshold), p.server_ink, 1.4, (4.0, 3.0));
        }
        // The one above stands above its line, the other below it.
        let (above, under) = (-4.0, LETTERS);
        let sides = if threshold <= limit { [under, above] } else { [above, under] };
        let texts = [
            (limit, sides[0], format!("limit {}", number::count(self.most)), Ink::new(p.ink_3)),
            (threshold, sides[1], self.threshold(), Ink::new(if self.is_reached() { p.ink } else { p.server_ink })),
        ];
        for (line, side, text, ink) in texts {
            let width = text_width(&text, 11.0, false);
            if line + side < frame.bottom() - 2.0 && width < frame.w {
                // Over a hatch a text cannot be read.
                sheet.fill((frame.x + 2.0, line + side - 10.0), (width + 6.0, LETTERS), 2.0, p.stage.faint(0.85));
                sheet.text((frame.x + 4.0, line + side), text, ink);
            }
        }
        sheet.text((frame.x - 6.0, limit + 4.0), number::short_count(self.most), Ink::new(p.ink_3).end());
        sheet.text((frame.x - 6.0, frame.bottom() + 1.0), "0", Ink::new(p.ink_3).end());
        axis(sheet, look, frame, past);
    }

    /// What became of each class so far.
    fn table(&self, sheet: &mut Sheet, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        let long = frame.w >= NAMES + 3.0 * COLUMN.0;
        let step = if long { COLUMN.0 } else { COLUMN.1 };
        // Beside its names: a figure far from its name is taken for another's.
        let frame = Frame { w: frame.w.min(NAMES + 3.0 * step), ..frame };
        // Where all three have no room, what was shed is most worth knowing.
        let shown = if frame.w >= NAMES + 3.0 * step { 0 } else { 2 };
        let right = |column: usize| frame.right() - step * (FATES.len() - 1 - column) as f64;
        let mut y = frame.y + 14.0;
        for (column, head) in FATES.into_iter().enumerate().skip(shown) {
            sheet.text((right(column), y), head, Ink::new(p.ink_3).end());
        }
        for (place, class) in self.spec.classes.iter().enumerate() {
            y += ROW;
            sheet.text((frame.x, y), *class, Ink::new(p.ink_3));
            for (column, n) in self.fates(place).into_iter().enumerate().skip(shown) {
                let text = if long { number::count(n) } else { number::short_count(n) };
                let ink = if column == 2 && n > 0 { p.rejected_ink } else { p.ink };
                sheet.text((right(column), y), text, Ink::new(ink).mono().end());
            }
        }
    }

    /// Its lines where one points.
    pub fn about(&self) -> Vec<String> {
        let mut says = vec![
            format!("{}, {}", Meter::line(self.here), self.mode()),
            format!("{} of them served less", number::count(Meter::read(self.here, G.less))),
            self.threshold(),
        ];
        if self.is_reached() && self.spec.until < self.spec.from {
            says.push(format!("in full again below {}", number::count(self.spec.until)));
        }
        says.extend(self.spec.classes.iter().enumerate().map(|(place, class)| {
            let [full, less, shed] = self.fates(place).map(number::count);
            format!("{class}: {full} served in full, {less} less, {shed} shed")
        }));
        says
    }

    /// What happened so far.
    pub fn story(&self, so_far: &Prefix<'_>) -> Option<String> {
        let levels = so_far.level(Subject::Gauge(self.here.id(), G.under_way));
        let most = levels.iter().map(|point| point.level).max()?;
        Some(format!(
            "{}: at most {} of {} were under way at once; {} were served less and {} were shed.",
            self.here.label(),
            number::count(most.max(0) as u64),
            number::count(self.most),
            number::count(Meter::read(self.here, G.served_less)),
            number::count(Meter::read(self.here, G.refused)),
        ))
    }
}
