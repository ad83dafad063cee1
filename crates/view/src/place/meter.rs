//! A limit on what is under way: how many may be and how many are, over the last two seconds, and what its rule goes by, or from where on others are
//! served less.

mod degrades;

use super::Here;
use super::face::{Face, Note, OnPhone, Room, step};
use crate::number;
use crate::palette::Rgba;
use crate::scene::{Arrangement, Frame, Look, Plan, heading};
use crate::shape::{Ink, Point, Sheet, crisp, cut, text_width};
use degrades::Service;
use millrace_analysis::{Prefix, Subject};
use millrace_spec::{self as spec, MeterGauges, Unit};
use millrace_trace::{Gauge, Span, StationKind};

/// A limit on what is under way.
#[derive(Debug)]
pub struct Meter<'a> {
    /// What its numbers are.
    pub spec: &'a spec::Meter,
}

/// How far back a chart goes, and what stands at its beginning.
type Past = (Span, &'static str);

const G: MeterGauges = MeterGauges::ALL;
/// How far back the chart goes.
const PAST: Past = (Span::secs(2), "−2 s");
/// The height of the line with the two large numbers, and of a row of what is inside.
const LARGE: f64 = 34.0;
const ROW: f64 = 18.0;

impl Meter<'_> {
    fn read(here: Here<'_, '_>, gauge: Gauge) -> u64 {
        here.row().map_or(0, |row| row.gauge(gauge).max(0) as u64)
    }

    /// What it does beside refusing, if it does.
    fn service<'a>(&'a self, here: Here<'a, 'a>) -> Option<Service<'a>> {
        self.spec.degrades.as_ref().map(|spec| Service { spec, most: self.spec.most, here })
    }

    /// "8 of 23 under way"
    fn line(here: Here<'_, '_>) -> String {
        let (under_way, limit) = (Meter::read(here, G.under_way), Meter::read(here, G.limit));
        format!("{} of {} under way", number::count(under_way), number::count(limit))
    }

    /// The same, with the mode where there is more than one.
    fn says(&self, here: Here<'_, '_>) -> String {
        match self.service(here) {
            Some(service) => format!("{}, {}", Meter::line(here), service.mode()),
            None => Meter::line(here),
        }
    }

    fn is_full(here: Here<'_, '_>) -> bool {
        here.row().is_some() && Meter::read(here, G.under_way) >= Meter::read(here, G.limit)
    }

    /// What its rule goes by: a name and a value each.
    fn inside(&self, here: Here<'_, '_>) -> Vec<(&'static str, String)> {
        let value = |unit: Unit, n: u64| match unit {
            Unit::Time => number::time_text(n),
            Unit::Share => format!("{:.2}", n as f64 / 1e6),
            Unit::Count(_) | Unit::Sum(_) | Unit::Word(_) => number::count(n),
        };
        let all = self.spec.inside.iter().zip(G.inside);
        all.map(|((name, unit), gauge)| (*name, value(*unit, Meter::read(here, gauge)))).collect()
    }

    /// All of it, from top to bottom.
    fn body(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        if let Some(service) = self.service(here) {
            return service.body(sheet, look, frame);
        }
        let limit = number::count(Meter::read(here, G.limit));
        sheet.text((frame.x, frame.y + 20.0), limit.clone(), Ink::new(p.ink).size(20.0).bold());
        let after = frame.x + text_width(&limit, 20.0, false) * 1.1 + 6.0;
        sheet.text((after, frame.y + 20.0), "at once", Ink::new(p.ink_3));
        let refused = format!("{} refused", number::count(Meter::read(here, G.refused)));
        sheet.text((frame.right(), frame.y + 20.0), refused, Ink::new(p.ink_2).end());
        let inside = self.inside(here);
        let below = ROW * inside.len() as f64 + if inside.is_empty() { 0.0 } else { 10.0 };
        let chart = Frame {
            x: frame.x + 28.0,
            y: frame.y + LARGE,
            w: frame.w - 28.0,
            h: (frame.h - LARGE - below - 22.0).min(220.0),
        };
        if chart.h < 24.0 || chart.w < 40.0 {
            return;
        }
        self.chart(sheet, here, look, chart);
        let first = chart.bottom() + 22.0 + 14.0;
        for (index, (name, value)) in inside.into_iter().enumerate() {
            let y = first + ROW * index as f64;
            sheet.text((frame.x, y), cut(name, frame.w - 70.0, 11.0, false), Ink::new(p.ink_3));
            sheet.text((frame.right(), y), value, Ink::new(p.ink).mono().end());
        }
    }

    /// The limit and who is under way, over the last two seconds.
    fn chart(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        let (limits, under_way) = (steps(here, look, G.limit, PAST), steps(here, look, G.under_way, PAST));
        let most = limits.iter().chain(&under_way).map(|(_, value)| *value).max().unwrap_or(0);
        let step = number::round_step(most.max(4) as f64, 4.0);
        let top = step * libm::ceil(most.max(4) as f64 * 1.05 / step);
        for share in [0.5, 1.0] {
            let at = crisp(frame.bottom() - frame.h * share);
            sheet.line((frame.x, at), (frame.right(), at), p.grid, 1.0);
            sheet.text((frame.x - 6.0, at + 4.0), number::short_count((top * share) as u64), Ink::new(p.ink_3).end());
        }
        area(sheet, stairs(&under_way, look, (frame, top), PAST), frame, p.queued.faint(0.35));
        sheet.polyline(stairs(&limits, look, (frame, top), PAST), p.running, 1.8);
        axis(sheet, look, frame, PAST);
    }
}

/// The values of a gauge over the past that is shown: from when each held.
fn steps(here: Here<'_, '_>, look: &Look<'_>, gauge: Gauge, past: Past) -> Vec<(u64, i64)> {
    let from = look.now.0.saturating_sub(past.0.0);
    let known = here.scene.recent.gauge(here.id(), gauge).filter(|(at, _)| at.0 <= look.now.0);
    known.map(|(at, value)| (at.0.max(from), value)).collect()
}

/// The same as a line up to now, on a scale from nothing to `top`.
fn stairs(steps: &[(u64, i64)], look: &Look<'_>, (frame, top): (Frame, f64), past: Past) -> Vec<Point> {
    let x = |at: u64| frame.right() - (look.now.0 - at) as f64 / past.0.0 as f64 * frame.w;
    let y = |value: i64| frame.bottom() - frame.h * (value.max(0) as f64 / top).min(1.0);
    let mut points = Vec::with_capacity(steps.len() * 2 + 1);
    let mut last = steps.first().map_or(0, |(_, value)| *value);
    for (at, value) in steps {
        points.push((x(*at), y(last)));
        points.push((x(*at), y(*value)));
        last = *value;
    }
    if !points.is_empty() {
        points.push((frame.right(), y(last)));
    }
    points
}

/// What lies below a line.
fn area(sheet: &mut Sheet, mut line: Vec<Point>, frame: Frame, fill: Rgba) {
    if let Some((left, _)) = line.first().copied() {
        line.push((frame.right(), frame.bottom()));
        line.push((left, frame.bottom()));
        sheet.area(line, fill);
    }
}

/// The time below a chart.
fn axis(sheet: &mut Sheet, look: &Look<'_>, frame: Frame, past: Past) {
    let p = look.palette;
    sheet.line((frame.x, crisp(frame.bottom())), (frame.right(), crisp(frame.bottom())), p.line_3, 1.0);
    sheet.text((frame.x, frame.bottom() + 14.0), past.1, Ink::new(p.ink_3));
    sheet.text((frame.right(), frame.bottom() + 14.0), "now", Ink::new(p.ink_3).end());
}

impl Face for Meter<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Gate]
    }

    fn reads(&self) -> &'static str {
        if self.spec.degrades.is_some() {
            return "The area is how many were under way over the last 2 s, its hatched part those who are served less; below stands what became of each class.";
        }
        "The line is the limit over the last 2 s, the area how many are under way; below stands what the limit goes by."
    }

    fn story(&self, here: Here<'_, '_>, so_far: &Prefix<'_>) -> Option<String> {
        if let Some(service) = self.service(here) {
            return service.story(so_far);
        }
        let limits = so_far.level(Subject::Gauge(here.id(), G.limit));
        let (first, last) = (limits.first()?.level, limits.last()?.level);
        let least = limits.iter().map(|point| point.level).min()?;
        let most = limits.iter().map(|point| point.level).max()?;
        let whole = |n: i64| number::count(n.max(0) as u64);
        Some(format!(
            "{}: it began at {}, was between {} and {}, and is {} now; {} were refused.",
            here.label(),
            whole(first),
            whole(least),
            whole(most),
            whole(last),
            number::count(Meter::read(here, G.refused))
        ))
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        let widths =
            if self.spec.degrades.is_some() { [280.0, 230.0, 180.0, 120.0] } else { [240.0, 200.0, 160.0, 110.0] };
        Room::new(step(widths, level)).hungry(1.0)
    }

    fn before(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([28.0, 20.0, 14.0, 10.0], level)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        heading(
            sheet,
            look,
            (spot.frame.x, spot.frame.w),
            spot.cell,
            here.label(),
            &self.says(here),
            Meter::is_full(here),
        );
        self.body(sheet, here, look, spot.frame);
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Main
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let p = look.palette;
        let (under_way, limit) = (Meter::read(here, G.under_way), Meter::read(here, G.limit));
        sheet.frame((bar.x, bar.y), (bar.w, bar.h), 2.0, Some(p.sunken), p.line_2, 0.8);
        let share = under_way as f64 / self.spec.most.max(limit).max(1) as f64;
        sheet.fill((bar.x, bar.y), (bar.w * share.min(1.0), bar.h), 2.0, p.queued);
        (format!("{} of {}", number::count(under_way), number::count(limit)), Meter::is_full(here))
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, arrangement: &Arrangement) {
        self.body(sheet, here, look, arrangement.area);
    }

    fn over(&self, here: Here<'_, '_>, _: &Arrangement) -> String {
        format!("{}: {}", here.label(), self.says(here))
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        let mut says = vec![Meter::line(here), format!("{} refused", number::count(Meter::read(here, G.refused)))];
        if let Some(service) = self.service(here) {
            return service.about();
        }
        says.extend(self.inside(here).into_iter().map(|(name, value)| format!("{name} {value}")));
        says
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), self.says(here)))
    }
}
