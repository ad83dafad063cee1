//! The timeline's picture: what ended over time, with errors in their own colour, faults as bands, changes of state as marks, the playhead.

use super::fault_bands::{FaultBand, Hue, fault_bands, lay, scheduled_name};
use super::shape::{Anchor, Ink, Point, Shape, Sheet, crisp, text_width};
use super::state_strip::{colour, states};
use super::{Palette, Rgba, number};
use millrace_analysis::{Entry, Figures, Mark};
use millrace_spec::FaultSpec;
use millrace_trace::SimTime;

/// What a timeline is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Timeline<'a> {
    /// Width and height, in CSS pixels.
    pub size: Point,
    /// The colours.
    pub palette: &'a Palette,
    /// The jobs that left, as far as is computed.
    pub left: Option<Figures<'a>>,
    /// The faults that there are, for their names.
    pub faults: &'a [FaultSpec],
    /// The faults that somebody planned: they have grips, and those that are still to come are shown before they do.
    pub planned: &'a [FaultBand],
    /// The whole journal.
    pub journal: &'a [Entry],
    /// Where the playhead stands.
    pub playhead: SimTime,
    /// One can go back to here.
    pub earliest: SimTime,
    /// Everything up to here is computed.
    pub computed: SimTime,
    /// The right end.
    pub end: SimTime,
    /// Whether the end is known.
    pub over: bool,
    /// Where the two runs of a card part.
    pub parting: Option<SimTime>,
    /// From when to when the request was there that is followed.
    pub life: Option<(SimTime, SimTime)>,
}

/// Left and right.
const SIDE: f64 = 16.0;

/// How much lower the band of a fault lies that stands while another does.
const LOWER: f64 = 14.0;

/// How near to a mark is at it.
const REACH: f64 = 5.0;

/// The width of what takes a fault away that is still to come.
const AWAY: f64 = 28.0;

/// What a band is taken by at its edges.
const GRIP: Point = (5.0, 16.0);

/// Names above the bands, from left to right: where they have room.
struct Names {
    /// What is free from here on.
    free: f64,
    /// Where the flag of the playhead is.
    flag: (f64, f64),
    right: f64,
}

impl Names {
    /// A band near the right end has its name to the left of where it begins; where there is another, it has none.
    /// Right of one that is still to come there is room for what takes it away.
    fn put(&mut self, sheet: &mut Sheet, (x, y): Point, name: String, ink: Rgba, scheduled: bool) {
        let (flag, width) = (self.flag, text_width(&name, 11.0, false));
        let room = if scheduled { AWAY } else { 0.0 };
        let mut left = x.min(self.right - SIDE - width - room);
        if left < flag.1 && left + width > flag.0 {
            // Beside the flag, on the side where there is room.
            left = if flag.0 - width >= self.free.max(2.0) { flag.0 - width } else { flag.1 };
        }
        if left >= self.free && left + width <= self.right - 2.0 {
            sheet.text((left, y), name, Ink::new(ink));
            self.free = left + width + room + 8.0;
        }
    }
}

impl Timeline<'_> {
    /// Where an instant is.
    pub fn x(&self, at: SimTime) -> f64 {
        SIDE + (self.size.0 - 2.0 * SIDE) * (at.seconds() / self.end.seconds().max(1e-9)).clamp(0.0, 1.0)
    }

    /// The instant at a place.
    pub fn at(&self, x: f64) -> SimTime {
        let share = ((x - SIDE) / (self.size.0 - 2.0 * SIDE).max(1.0)).clamp(0.0, 1.0);
        SimTime((self.end.0 as f64 * share + 0.5) as u64)
    }

    /// The picture.
    pub fn draw(&self) -> Vec<Shape> {
        let mut sheet = Sheet::default();
        let (w, h) = self.size;
        if w < 60.0 || h < 24.0 {
            return sheet.shapes;
        }
        let low = h < 60.0;
        let (top, base) = (if low { 6.0 } else { 30.0 }, self.base());
        let p = self.palette;
        let live = self.x(self.computed);
        if live < w - SIDE - 1.0 && !self.over {
            let rect = [live, top - 6.0, w - SIDE - live, base - top + 6.0].map(|x| x as f32);
            sheet.hatch(vec![rect], p.line, 5.0);
        }
        let earliest = self.x(self.earliest);
        if earliest > SIDE + 1.0 {
            // What happened there is shown, and nobody gets there any more.
            let rect = [SIDE, top - 6.0, earliest - SIDE, base - top + 6.0].map(|x| x as f32);
            sheet.hatch(vec![rect], p.line_2, 5.0);
            sheet.line((crisp(earliest), top - 6.0), (crisp(earliest), base), p.line_3, 1.0);
        }
        self.faults(&mut sheet, top, base, low);
        self.bars(&mut sheet, top, base);
        if !low {
            self.names(&mut sheet, top);
        }
        sheet.line((SIDE, crisp(base)), (w - SIDE, crisp(base)), p.line_3, 1.0);
        self.axis(&mut sheet, base, low);
        for held in states(self.journal).into_iter().filter(|held| held.from <= self.computed) {
            let (a, b) = (self.x(held.from), self.x(held.to.unwrap_or(self.computed).min(self.computed)));
            if let Some(fill) = colour(held.state, p) {
                sheet.fill((a, base + 1.0), ((b - a).max(1.0), 3.0), 0.0, fill);
            }
        }
        for (_, x) in self.marks() {
            sheet.area(vec![(x, base + 2.0), (x + 3.0, base + 7.0), (x - 3.0, base + 7.0)], p.ink_2);
        }
        if let Some((from, to)) = self.life {
            let (a, b) = (self.x(from), self.x(to));
            // Below the states of the breaker; in a low picture there is room above the bars alone.
            let y = if low { 0.0 } else { base + 8.0 };
            sheet.fill((a, y), ((b - a).max(2.0), 3.0), 0.0, p.accent);
        }
        if let Some(at) = self.parting {
            let x = crisp(self.x(at));
            sheet.line((x, top - 8.0), (x, base), p.ink_2, 1.0);
            // Below a low one the times stand close.
            let y = if low { top } else { base };
            sheet.disc((x, y), 4.0, p.surface);
            sheet.ring((x, y), 3.5, p.ink, 1.5);
        }
        self.flag(&mut sheet, base, low);
        sheet.shapes
    }

    /// The changes of state that are marked: when and where. Where they are dense one stands for many: a breaker that is tried for a month
    /// has a hundred thousand.
    fn marks(&self) -> impl Iterator<Item = (SimTime, f64)> + '_ {
        let changes = self.journal.iter().filter(|e| matches!(e.mark, Some(Mark::Change)) && e.at <= self.computed);
        let mut last = f64::NEG_INFINITY;
        changes.map(|entry| (entry.at, self.x(entry.at))).filter(move |(_, x)| {
            let free = x - last >= 2.0;
            last = if free { *x } else { last };
            free
        })
    }

    /// The foot of the bars, on which the axis lies.
    fn base(&self) -> f64 {
        self.size.1 - if self.size.1 < 60.0 { 16.0 } else { 24.0 }
    }

    /// The instant of the mark at a place, below the axis, if one is there: the nearest of several.
    pub fn mark_at(&self, (x, y): Point) -> Option<SimTime> {
        let below = (self.base()..=self.base() + 12.0).contains(&y);
        let near = self.marks().map(|(at, mark)| ((mark - x).abs(), at)).filter(|(off, _)| below && *off <= REACH);
        near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| at)
    }

    fn bars(&self, sheet: &mut Sheet, top: f64, base: f64) {
        let p = self.palette;
        let bins = ((self.size.0 - 2.0 * SIDE) / 2.0).max(1.0) as usize;
        let counts = self.left.map_or_else(Vec::new, |left| left.bins(self.end, bins));
        let most = counts.iter().map(|(all, _)| *all).fold(1.0, f64::max);
        let now = self.x(self.playhead);
        for (index, (all, failed)) in counts.iter().enumerate().filter(|(_, (all, _))| *all > 0.0) {
            let x = SIDE + index as f64 * 2.0;
            let height = *all / most * (base - top - 2.0);
            let bad = *failed / most * (base - top - 2.0);
            let faint = if x > now { 0.45 } else { 1.0 };
            sheet.fill((x, base - height), (1.5, height - bad), 0.0, p.queued.faint(faint));
            sheet.fill((x, base - bad), (1.5, bad), 0.0, p.server.faint(faint));
        }
    }

    /// All faults, in the order of their beginnings, each on its level: those that the journal tells of, and those that are still to come.
    /// Beside each, which of the planned ones it is, if it is one.
    fn bands(&self) -> Vec<(FaultBand, Option<usize>)> {
        let mut rest: Vec<(usize, &FaultBand)> = self.planned.iter().enumerate().collect();
        let mut bands = fault_bands(self.journal, self.faults, self.palette);
        let mut numbers: Vec<Option<usize>> = Vec::new();
        for band in &mut bands {
            // A planned one says its size as well.
            let own = rest.iter().position(|(_, p)| p.from == band.from && p.label.starts_with(&band.label));
            let own = own.map(|own| rest.remove(own));
            band.to = band.to.or(own.and_then(|(_, planned)| planned.to));
            numbers.push(own.map(|(number, _)| number));
        }
        for (number, planned) in rest {
            bands.push(planned.clone());
            numbers.push(Some(number));
        }
        lay(&mut bands);
        bands.into_iter().zip(numbers).collect()
    }

    /// How many others lie above each of the planned faults where it stands.
    pub fn levels(&self) -> Vec<usize> {
        let bands = self.bands();
        let level = |number| bands.iter().find(|(_, own)| *own == Some(number)).map_or(0, |(band, _)| band.level);
        (0..self.planned.len()).map(level).collect()
    }

    /// The washes of the faults; their names come later, because those of the lower ones lie over the bars.
    fn faults(&self, sheet: &mut Sheet, top: f64, base: f64, low: bool) {
        for (band, planned) in self.bands() {
            let to = band.to.unwrap_or(if planned.is_some() { self.end } else { self.computed });
            let (a, b) = (self.x(band.from), self.x(to));
            let Hue { wash, rule, .. } = band.hue;
            let top = top + self.lower(&band);
            if band.from > self.computed {
                let corners = [(a, base), (a, top - 7.0), (b, top - 7.0), (b, base)].map(|(x, y)| (crisp(x), y));
                for (from, to) in corners.iter().zip(corners.iter().skip(1)) {
                    sheet.dashed(*from, *to, rule, 1.0, (3.0, 2.0));
                }
            } else {
                let b = self.x(band.to.unwrap_or(self.computed).min(self.computed));
                sheet.fill((a, top - 6.0), ((b - a).max(1.0), base - top + 6.0), 0.0, wash);
                sheet.fill((a, top - 8.0), ((b - a).max(1.0), 2.0), 0.0, rule);
            }
            if planned.is_some() && !low {
                for x in [a, b] {
                    sheet.frame(
                        (crisp(x) - 2.5, (top + base) / 2.0 - 8.0),
                        GRIP,
                        2.0,
                        Some(self.palette.surface),
                        rule,
                        1.0,
                    );
                }
            }
        }
    }

    fn names(&self, sheet: &mut Sheet, top: f64) {
        let mut names = Names { free: 0.0, flag: self.flag_room(), right: self.size.0 };
        if let Some(at) = self.parting {
            names.put(sheet, (self.x(at), top - 12.0), "here they part".to_owned(), self.palette.ink, false);
        }
        for (band, _) in self.bands() {
            let Hue { wash, ink, .. } = band.hue;
            let (x, y) = (self.x(band.from), top - 12.0);
            let scheduled = band.from > self.computed;
            let name = if scheduled { scheduled_name(&band.label, band.from) } else { band.label.clone() };
            if band.level == 0 {
                names.put(sheet, (x, y), name, ink, scheduled);
                continue;
            }
            // Below its rule, on a plate in its own colour.
            let width = text_width(&name, 11.0, false);
            let left = (x + 5.0).min(self.size.0 - SIDE - width);
            let y = top - 8.0 + self.lower(&band) + 12.0;
            sheet.fill((left - 3.0, y - 10.0), (width + 6.0, 13.0), 0.0, wash);
            sheet.text((left, y), name, Ink::new(ink));
        }
    }

    /// How much lower than the first a band lies: never so low that nothing is left of it.
    fn lower(&self, band: &FaultBand) -> f64 {
        let (step, most) = if self.size.1 < 60.0 { (4.0, 12.0) } else { (LOWER, 2.0 * LOWER) };
        (band.level as f64 * step).min(most)
    }

    fn axis(&self, sheet: &mut Sheet, base: f64, low: bool) {
        let p = self.palette;
        let (w, h) = self.size;
        let seconds = self.end.seconds();
        // Axes in milliseconds where seconds would be all zeros, and in hours where the flag says hours.
        let (unit, scale) = match self.end.0 {
            0..1_000_000_000 => ("ms", 1e3),
            1_000_000_000..number::HOUR => ("s", 1.0),
            _ => ("h", 1.0 / 3_600.0),
        };
        let step = number::round_step(seconds * scale, (w / 110.0).max(2.0)) / scale;
        let note = format!("{unit} · bars: what ended");
        let limit = w - SIDE - if low { 10.0 } else { text_width(&note, 11.0, false) + 14.0 };
        let mut at = 0.0;
        while at <= seconds * 1.0001 && step > 0.0 {
            let x = self.x(SimTime((at * 1e9) as u64));
            if x < limit {
                let text = number::axis_seconds(at * scale, step * scale);
                let (text, anchor) =
                    if at == 0.0 { (format!("0 {unit}"), Anchor::Start) } else { (text, Anchor::Middle) };
                let ink = Ink::new(p.axis);
                sheet.text((x, h - 4.0), text, if anchor == Anchor::Middle { ink.middle() } else { ink });
                sheet.line((crisp(x), base), (crisp(x), base + 3.0), p.line_3, 1.0);
            }
            at += step;
        }
        if !low {
            sheet.text((w - SIDE, h - 4.0), note, Ink::new(p.ink_3).end());
        }
    }

    /// What the flag says, where its plate begins and how wide that is.
    fn plate(&self) -> (String, f64, f64) {
        let text = number::instant(self.playhead.0);
        let width = text_width(&text, 11.0, true) + 14.0;
        let left = (self.x(self.playhead) - width / 2.0).clamp(2.0, (self.size.0 - width - 2.0).max(2.0));
        (text, left, width)
    }

    /// Whether it says "live" beside the flag.
    fn says_live(&self, right: f64) -> bool {
        self.playhead >= self.computed && !self.over && right + 34.0 < self.size.0
    }

    /// Where other words cannot stand because of the flag.
    fn flag_room(&self) -> (f64, f64) {
        let (_, left, width) = self.plate();
        let right = left + width;
        (left - 6.0, right + if self.says_live(right) { 36.0 } else { 6.0 })
    }

    fn flag(&self, sheet: &mut Sheet, base: f64, low: bool) {
        let p = self.palette;
        let x = self.x(self.playhead);
        let line = crisp(x);
        if low {
            sheet.line((line, 2.0), (line, base), p.ink, 1.5);
            sheet.disc((line, base), 4.0, p.ink);
            return;
        }
        sheet.line((line, 18.0), (line, base), p.ink, 1.5);
        let (text, left, width) = self.plate();
        sheet.fill((left, 4.0), (width, 16.0), 3.0, p.ink);
        sheet.text((left + width / 2.0, 16.0), text, Ink::new(p.on_ink).mono().middle());
        if self.says_live(left + width) {
            sheet.text((left + width + 6.0, 16.0), "live", Ink::new(p.ink).bold());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use millrace_analysis::Tone;

    fn change(ms: u64) -> Entry {
        let (who, text) = ("breaker".to_owned(), "open".to_owned());
        Entry { event: ms, at: SimTime(ms * 1_000_000), tone: Tone::State, who, text, mark: Some(Mark::Change) }
    }

    fn with<T>(journal: &[Entry], end: SimTime, read: impl FnOnce(&Timeline<'_>) -> T) -> T {
        read(&Timeline {
            parting: None,
            size: (832.0, 86.0),
            palette: Palette::of(Theme::Light),
            left: None,
            faults: &[],
            planned: &[],
            journal,
            playhead: end,
            earliest: SimTime::ZERO,
            computed: end,
            end,
            over: true,
            life: None,
        })
    }

    fn words(timeline: &Timeline<'_>) -> Vec<String> {
        let text = |shape: &Shape| match shape {
            Shape::Text { text, .. } => Some(text.to_string()),
            _ => None,
        };
        timeline.draw().iter().filter_map(text).collect()
    }

    #[test]
    fn a_mark_below_the_axis_leads_to_its_very_instant() {
        let journal = [change(1_234), change(1_260), change(5_000)];
        with(&journal, SimTime(8_000_000_000), |timeline| {
            // A pixel is ten milliseconds.
            let x = timeline.x(journal[0].at);
            for beside in [-5.0, -2.0, 0.0, 1.0] {
                assert_eq!(timeline.mark_at((x + beside, 66.0)), Some(journal[0].at), "{beside} px beside it");
            }
            assert_eq!(timeline.mark_at((x + 2.0, 66.0)), Some(journal[1].at), "the nearer of two");
            assert_eq!(timeline.mark_at((x - 5.5, 66.0)), None);
            assert_eq!(timeline.mark_at((x, 50.0)), None, "among the bars a press is a place in time");
            assert_eq!(timeline.mark_at((x, 80.0)), None, "and so it is at the numbers");
        });
    }

    #[test]
    fn of_two_faults_at_once_each_has_its_rule_and_its_name_and_one_that_is_to_come_has_room_for_its_cross() {
        let on = |ms: u64, id: &str| {
            let (who, text, mark) = (id.to_owned(), "on".to_owned(), Some(Mark::FaultOn(id.to_owned(), 0)));
            Entry { event: ms, at: SimTime(ms * 1_000_000), tone: Tone::Server, who, text, mark }
        };
        let journal = [on(1_000, "outage"), on(2_000, "force-open")];
        let end = SimTime(10_000_000_000);
        let p = Palette::of(Theme::Light);
        let hue = Hue::of(None, p);
        let to_come = |label: &str, from: u64| {
            let (from, to) = (SimTime(from * 1_000_000), Some(SimTime(from * 1_000_000 + 100_000_000)));
            FaultBand { label: label.to_owned(), from, to, hue, level: 0 }
        };
        let planned = [to_come("force open", 2_000), to_come("slow", 9_900)];
        with(&journal, end, |timeline| {
            let timeline = Timeline { planned: &planned, computed: SimTime(5_000_000_000), over: false, ..*timeline };
            let drawn = timeline.draw();
            let place = |word: &str| {
                drawn.iter().find_map(|shape| match shape {
                    Shape::Text { text, at, .. } if *text == word => Some(*at),
                    _ => None,
                })
            };
            let (outage, forced) = (place("outage").expect("a name"), place("force open").expect("a name of its own"));
            assert!(forced.1 > outage.1 + 10.0, "one below the other: {outage:?} {forced:?}");
            let rules = drawn.iter().filter(|shape| matches!(shape, Shape::Rect { size, .. } if size.1 == 2.0)).count();
            assert!(rules >= 2, "each has its rule");
            assert_eq!(timeline.levels(), [1, 1], "the outage stands for ever, the force is over then");
            let name = "slow, at 9.9 s";
            let left = place(name).map_or(0.0, |at| at.0);
            assert!(left + text_width(name, 11.0, false) <= 832.0 - SIDE - AWAY || left == 0.0, "{left}");
        });
    }

    #[test]
    fn hours_are_written_as_the_clock_has_them_and_the_axis_counts_hours() {
        let words = with(&[], SimTime(28_914_669_000_000), words);
        assert!(words.contains(&number::clock(28_914_669_000_000)), "{words:?}");
        assert!(words.iter().any(|w| w == "0 h") && words.iter().any(|w| w == "h · bars: what ended"), "{words:?}");
        assert!(words.iter().any(|w| w == "2") && !words.iter().any(|w| w.contains(",000")), "{words:?}");
    }
}
