//! How often which time: two sorts stacked, percentiles marked. Latencies on a logarithmic axis, waits on a linear one.

use super::Table;
use super::paper::{Align, Paper};
use super::scale::label;
use crate::shape::text_width;
use crate::{Rgba, number};
use plotters::prelude::DrawingBackend;

/// One bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// From here on, in the axis' unit.
    pub from: f64,
    /// Up to here.
    pub to: f64,
    /// Successes, or waits that were not too long.
    pub good: u64,
    /// Everything else.
    pub bad: u64,
}

/// What is counted, and how its axis goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    /// Latencies of calls, in milliseconds, logarithmic.
    #[default]
    Latency,
    /// How long people waited, in seconds, linear.
    Wait,
}

impl Axis {
    const fn unit(self) -> &'static str {
        match self {
            Axis::Latency => "ms",
            Axis::Wait => "s",
        }
    }

    /// The word for what is counted, and the headings of the two sorts.
    const fn words(self) -> [&'static str; 3] {
        match self {
            Axis::Latency => ["calls", "succeeded", "failed"],
            Axis::Wait => ["people", "in time", "too long"],
        }
    }

    /// The place of a value on the axis.
    fn lift(self, value: f64) -> f64 {
        match self {
            Axis::Latency => libm::log10(value.max(1e-9)),
            Axis::Wait => value,
        }
    }
}

/// A histogram of times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// The bars, in order.
    pub bins: Vec<Bin>,
    /// Percentiles: where, and label.
    pub marks: Vec<(f64, &'static str)>,
    /// What it is of.
    pub axis: Axis,
}

/// Bars a decade.
const BARS: f64 = 9.0;
/// About how many bars a linear axis has.
const LINEAR_BARS: f64 = 15.0;

impl Histogram {
    /// The histogram of latencies in milliseconds, each with whether it was a success and how many there are of it. Below a hundredth of the median all
    /// counts as one.
    pub fn of(calls: impl Iterator<Item = (f64, bool, u64)> + Clone, marks: Vec<(f64, &'static str)>) -> Histogram {
        let finite = calls.filter(|(ms, ..)| ms.is_finite());
        let (least, most) = finite.clone().fold((f64::MAX, 0.0_f64), |(lo, hi), (ms, ..)| (lo.min(ms), hi.max(ms)));
        if most <= 0.0 {
            let zero = finite.fold((0, 0), |(g, b), (_, ok, n)| if ok { (g + n, b) } else { (g, b + n) });
            let bins =
                if zero == (0, 0) { Vec::new() } else { vec![Bin { from: 0.1, to: 0.2, good: zero.0, bad: zero.1 }] };
            return Histogram { bins, marks, axis: Axis::Latency };
        }
        let low = libm::floor(libm::log10(least.max(most / 1e4).max(1e-3)) * BARS);
        let high = libm::floor(libm::log10(most) * BARS);
        let edge = |i: f64| libm::pow(10.0, i / BARS);
        let most = (high - low) as usize + 1;
        let mut bins: Vec<Bin> = (0..most)
            .map(|i| Bin { from: edge(low + i as f64), to: edge(low + i as f64 + 1.0), good: 0, bad: 0 })
            .collect();
        for (ms, ok, n) in finite {
            let index = (libm::floor(libm::log10(ms.max(1e-9)) * BARS) - low).max(0.0) as usize;
            if let Some(bin) = bins.get_mut(index.min(most - 1)) {
                if ok {
                    bin.good += n;
                } else {
                    bin.bad += n;
                }
            }
        }
        Histogram { bins, marks, axis: Axis::Latency }
    }

    /// The histogram of waits in seconds, each with whether it was not too long and how many there are of it.
    pub fn of_waits(
        waits: impl Iterator<Item = (f64, bool, u64)> + Clone,
        marks: Vec<(f64, &'static str)>,
    ) -> Histogram {
        let finite = waits.filter(|(s, ..)| s.is_finite());
        let Some(most) = finite.clone().map(|(s, ..)| s).reduce(f64::max) else {
            return Histogram { bins: Vec::new(), marks, axis: Axis::Wait };
        };
        let width = number::round_step(most.max(1e-3), LINEAR_BARS);
        let bin = |i: usize| Bin { from: i as f64 * width, to: (i + 1) as f64 * width, good: 0, bad: 0 };
        let mut bins: Vec<Bin> = (0..=(most / width) as usize).map(bin).collect();
        for (seconds, in_time, n) in finite {
            if let Some(bin) = bins.get_mut((seconds.max(0.0) / width) as usize) {
                *(if in_time { &mut bin.good } else { &mut bin.bad }) += n;
            }
        }
        Histogram { bins, marks, axis: Axis::Wait }
    }

    /// Draws it.
    ///
    /// # Errors
    /// What the backend says.
    pub fn draw<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>, background: Rgba) -> Result<(), String> {
        let (w, h) = paper.size();
        let p = paper.palette;
        paper.clear(background)?;
        let (left, right, top, bottom) = (36.0, w - 8.0, 6.0, h - 20.0);
        let (Some(first), Some(last)) = (self.bins.first(), self.bins.last()) else {
            paper.line(&[(left, bottom), (right, bottom)], p.line_3, 1.0)?;
            return paper.present();
        };
        if right <= left || bottom <= top {
            return paper.present();
        }
        let (lo, hi) = (self.axis.lift(first.from), self.axis.lift(last.to));
        let x = |value: f64| left + (self.axis.lift(value) - lo) / (hi - lo).max(1e-9) * (right - left);
        let most = self.bins.iter().map(|b| b.good + b.bad).max().unwrap_or(1).max(1) as f64;
        let y = |n: u64| bottom - n as f64 / most * (bottom - top);
        for bin in &self.bins {
            let (a, b) = (x(bin.from), (x(bin.to) - 1.0).max(x(bin.from) + 1.0));
            if bin.good > 0 {
                paper.rect((a, y(bin.good + bin.bad)), (b, y(bin.bad)), p.p95)?;
            }
            if bin.bad > 0 {
                let fill = if self.axis == Axis::Wait { p.blocked } else { p.server };
                paper.rect((a, y(bin.bad)), (b, bottom), fill)?;
            }
        }
        paper.line(&[(left, bottom), (right, bottom)], p.line_3, 1.0)?;
        for value in self.ticks(first.from, last.to) {
            paper.line(&[(x(value), bottom), (x(value), bottom + 4.0)], p.line_3, 1.0)?;
            paper.text((x(value), bottom + 12.0), &label(value), p.axis, Align::Centre)?;
        }
        // Up to where there is a label; the next one stands beside it or nowhere.
        let mut taken: f64 = 0.0;
        for (ms, name) in &self.marks {
            let at = x(ms.max(first.from)).min(right);
            paper.line(&[(at, top - 4.0), (at, bottom)], p.ink, 1.0)?;
            let width = text_width(name, 11.0, false) + 6.0;
            let (from, align) = if at > right - width { (at - width, Align::Right) } else { (at, Align::Left) };
            if from >= taken {
                let place = if align == Align::Right { at - 3.0 } else { at + 3.0 };
                paper.text((place, top + 2.0), name, p.ink, align)?;
                taken = from + width;
            }
        }
        paper.present()
    }

    /// Where the axis has its numbers.
    fn ticks(&self, from: f64, to: f64) -> Vec<f64> {
        if self.axis == Axis::Wait {
            let step = number::round_step(to, 6.0);
            return (0..=(to / step * 1.0001) as u32).map(|i| f64::from(i) * step).collect();
        }
        let decades = libm::log10(to) - libm::log10(from);
        let mut ticks = Vec::new();
        let mut tick = libm::pow(10.0, libm::floor(libm::log10(from)));
        while tick <= to {
            let three = (decades < 3.0).then_some(3.0 * tick);
            ticks.extend([Some(tick), three].into_iter().flatten().filter(|v| *v >= from * 0.999 && *v <= to));
            tick *= 10.0;
        }
        ticks
    }

    /// What it says, in words.
    pub fn sentence(&self) -> String {
        let n: u64 = self.bins.iter().map(|b| b.good + b.bad).sum();
        let marks: Vec<String> =
            self.marks.iter().map(|(ms, name)| format!("{name} {ms:.1} {}", self.axis.unit())).collect();
        let [what, ..] = self.axis.words();
        format!("{} {what}{}{}", number::count(n), if marks.is_empty() { "" } else { ", " }, marks.join(", "))
    }

    /// Its numbers.
    pub fn table(&self) -> Table {
        let rows = self.bins.iter().filter(|b| b.good + b.bad > 0);
        let ([_, good, bad], unit) = (self.axis.words(), self.axis.unit());
        Table {
            head: vec![format!("from, {unit}"), format!("to, {unit}"), good.to_owned(), bad.to_owned()],
            rows: rows
                .map(|b| {
                    vec![format!("{:.2}", b.from), format!("{:.2}", b.to), number::count(b.good), number::count(b.bad)]
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Palette, Theme};
    use plotters::prelude::SVGBackend;

    #[test]
    fn every_call_is_in_one_bar() {
        let calls = (1..=1_000).map(|i| (f64::from(i) / 10.0, i % 10 != 0, 1));
        let histogram = Histogram::of(calls, Vec::new());
        assert_eq!(histogram.bins.iter().map(|b| b.good).sum::<u64>(), 900);
        assert_eq!(histogram.bins.iter().map(|b| b.bad).sum::<u64>(), 100);
        assert!(histogram.bins.windows(2).all(|w| (w[0].to - w[1].from).abs() < 1e-9));
    }

    #[test]
    fn everybody_who_waited_is_in_one_bar_and_bars_are_equally_wide() {
        let waits = (0..=1_000).map(|i| (f64::from(i) / 10.0, i <= 600, 1));
        let histogram = Histogram::of_waits(waits, Vec::new());
        let sums = histogram.bins.iter().fold((0, 0), |(good, bad), b| (good + b.good, bad + b.bad));
        assert_eq!(sums, (601, 400));
        assert!(histogram.bins.iter().all(|b| (b.to - b.from - 10.0).abs() < 1e-9), "about fifteen, of a round width");
        assert_eq!(histogram.bins[0].from, 0.0);
        let (mut svg, palette) = (String::new(), Palette::of(Theme::Light));
        let paper = Paper::new(SVGBackend::with_string(&mut svg, (320, 90)), palette, 1.0);
        assert_eq!(histogram.draw(&paper, palette.chrome), Ok(()));
        drop(paper);
        assert!(svg.contains("100") && histogram.sentence().starts_with("1,001 people"));
    }

    #[test]
    fn no_calls_calls_of_no_length_and_undefined_ones_are_drawn_all_the_same() {
        let palette = Palette::of(Theme::Light);
        for calls in [vec![], vec![(0.0, true, 1)], vec![(f64::NAN, true, 1), (f64::INFINITY, false, 1)]] {
            let histogram = Histogram::of(calls.into_iter(), vec![(f64::NAN, "p50")]);
            let mut svg = String::new();
            let drawn =
                histogram.draw(&Paper::new(SVGBackend::with_string(&mut svg, (320, 90)), palette, 1.0), palette.chrome);
            assert_eq!(drawn, Ok(()));
        }
    }
}
