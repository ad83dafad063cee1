//! Something over virtual time: percentiles, rates, levels, gauges. Stacked charts share their left and right margins, and so
//! one scale of time.

use super::paper::{Align, Paper};
use super::{Table, decimate};
use crate::{Rgba, number};
use millrace_spec::plain;
use plotters::prelude::DrawingBackend;

/// Seconds and values, in order of time.
pub type Points = Vec<(f64, f64)>;

/// A line, labelled at its right end.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its current value, as its label says it.
    pub value: String,
    /// What is known of it, in order of time: between two pieces nothing is, and nothing is drawn.
    pub pieces: Vec<Points>,
    /// Its colour.
    pub colour: Rgba,
    /// The colour of its label.
    pub ink: Rgba,
    /// Its width in CSS pixels.
    pub width: f64,
    /// Whether it stays until it jumps, rather than going straight.
    pub steps: bool,
    /// What the area below it is filled with.
    pub fill: Option<Rgba>,
}

/// The area between two lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The lower line's pieces.
    pub low: Vec<Points>,
    /// The upper line's pieces, at the same times.
    pub high: Vec<Points>,
    /// Its colour.
    pub fill: Rgba,
}

/// A chart over virtual time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimeChart {
    /// The right end, in seconds.
    pub end: f64,
    /// Whether values are on a logarithmic scale.
    pub log: bool,
    /// Bands, below the lines.
    pub bands: Vec<Band>,
    /// Lines, the first one on top.
    pub lines: Vec<Line>,
    /// What theory says: dashed lines with labels.
    pub theory: Vec<(f64, String)>,
    /// How high the axis goes at least.
    pub reach: f64,
    /// The unit of the values, for the sentence and the table.
    pub unit: &'static str,
}

const LEFT: f64 = 36.0;
const RIGHT: f64 = 76.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 20.0;
/// The least distance between labels.
const APART: f64 = 12.0;

struct Scale {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    end: f64,
    low: f64,
    high: f64,
    log: bool,
}

impl Scale {
    fn x(&self, seconds: f64) -> f64 {
        self.left + (seconds / self.end).clamp(0.0, 1.0) * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        let lift = |v: f64| if self.log { libm::log10(v.max(1e-9)) } else { v };
        let share = (lift(value) - lift(self.low)) / (lift(self.high) - lift(self.low)).max(1e-12);
        self.bottom - share.clamp(0.0, 1.0) * (self.bottom - self.top)
    }
}

impl Line {
    /// The last point of it.
    pub fn last(&self) -> Option<(f64, f64)> {
        self.pieces.iter().rev().find_map(|piece| piece.last().copied())
    }

    /// What it says of an instant, if anything is known there.
    fn at(&self, seconds: f64) -> Option<f64> {
        let started = |piece: &&Points| piece.first().is_some_and(|first| first.0 <= seconds);
        let piece = self.pieces.iter().rev().find(started)?;
        let known = self.steps || piece.last().is_some_and(|last| last.0 >= seconds);
        let before = piece.partition_point(|q| q.0 <= seconds).checked_sub(1)?;
        piece.get(before).filter(|_| known).map(|q| q.1)
    }
}

/// Draws a piece of a line; one of a single point is a dot.
fn draw_piece<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    scale: &Scale,
    line: &Line,
    piece: &[(f64, f64)],
) -> Result<(), String> {
    let mut points: Points = Vec::with_capacity(piece.len());
    for (x, y) in piece {
        let (x, y) = (scale.x(*x), scale.y(*y));
        if let (true, Some((_, before))) = (line.steps, points.last().copied()) {
            points.push((x, before));
        }
        points.push((x, y));
    }
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else { return Ok(()) };
    if points.len() == 1 {
        return paper.rect((first.0 - 1.0, first.1 - 1.0), (first.0 + 1.0, first.1 + 1.0), line.colour);
    }
    if let Some(fill) = line.fill {
        let mut area = points.clone();
        area.extend([(last.0, scale.bottom), (first.0, scale.bottom)]);
        paper.area(&area, fill)?;
    }
    paper.line(&points, line.colour, line.width)
}

impl TimeChart {
    /// Draws the chart.
    ///
    /// # Errors
    /// What the backend says; there is nothing to see then.
    pub fn draw<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>, background: Rgba) -> Result<(), String> {
        let (w, h) = paper.size();
        let p = paper.palette;
        paper.clear(background)?;
        let (low, high) = self.range();
        let end = if self.end.is_finite() { self.end.max(1e-6) } else { 1.0 };
        let scale = Scale { left: LEFT, right: w - RIGHT, top: TOP, bottom: h - BOTTOM, end, low, high, log: self.log };
        if scale.right <= scale.left + 10.0 || scale.bottom <= scale.top + 10.0 {
            return paper.present();
        }
        for tick in self.ticks(low, high) {
            let y = scale.y(tick);
            paper.line(&[(scale.left, y), (scale.right, y)], p.grid, 1.0)?;
            paper.text((scale.left - 5.0, y), &label(tick), p.axis, Align::Right)?;
        }
        let columns = (scale.right - scale.left).max(1.0) as usize;
        for band in &self.bands {
            for (low, high) in band.low.iter().zip(&band.high) {
                let mut points: Vec<_> = high.iter().map(|q| (scale.x(q.0), scale.y(q.1))).collect();
                points.extend(low.iter().rev().map(|q| (scale.x(q.0), scale.y(q.1))));
                paper.area(&points, band.fill)?;
            }
        }
        for line in self.lines.iter().rev() {
            for piece in &line.pieces {
                draw_piece(paper, &scale, line, &decimate(piece, columns))?;
            }
        }
        paper.line(&[(scale.left, scale.bottom), (scale.right, scale.bottom)], p.line_3, 1.0)?;
        // What is beyond the axis is not drawn: at its edge it would say something else.
        for (value, _) in self.theory.iter().filter(|t| t.0 <= high) {
            paper.dashed((scale.left, scale.y(*value)), (scale.right, scale.y(*value)), p.ink_3)?;
        }
        for (y, text, ink) in self.labels(&scale, p.ink_3) {
            paper.text((scale.right + 6.0, y), &text, ink, Align::Left)?;
        }
        self.time_axis(paper, &scale)?;
        paper.present()
    }

    fn time_axis<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>, scale: &Scale) -> Result<(), String> {
        let p = paper.palette;
        let step = number::round_step(scale.end, 4.0);
        let (unit, factor) = if scale.end < 1.0 { ("ms", 1e3) } else { ("s", 1.0) };
        let mut at = 0.0;
        while at <= scale.end * 1.0001 {
            let x = scale.x(at);
            paper.line(&[(x, scale.bottom), (x, scale.bottom + 4.0)], p.line_3, 1.0)?;
            let text = match at {
                0.0 => format!("0 {unit}"),
                _ => format!("{} {unit}", number::axis_seconds(at * factor, step * factor)),
            };
            paper.text((x, scale.bottom + 12.0), &text, p.axis, Align::Centre)?;
            at += step;
        }
        Ok(())
    }

    /// The least and greatest value that must be on the chart.
    fn range(&self) -> (f64, f64) {
        let values = self.lines.iter().flat_map(|l| l.pieces.iter().flatten().map(|q| q.1)).filter(|v| v.is_finite());
        let most = values.clone().fold(0.0, f64::max);
        // Theory stretches the scale, unless it is out of all proportion.
        let theory = self.theory.iter().map(|t| t.0).filter(|t| t.is_finite() && (most == 0.0 || *t < 4.0 * most));
        let high = theory.fold(most, f64::max).max(self.reach);
        if !self.log {
            let step = number::round_step(if high > 0.0 { high } else { 1.0 }, 3.0);
            return (0.0, libm::ceil(high.max(step) / step * 0.999) * step);
        }
        if high <= 0.0 {
            // Nothing to show yet: an axis to begin with.
            return (1.0, 100.0);
        }
        let least = values.filter(|v| *v > 0.0).fold(f64::MAX, f64::min).min(high.max(1e-3));
        let low = libm::pow(10.0, libm::floor(libm::log10(least.max(1e-3))));
        (low, (low * 10.0).max(high * 1.1))
    }

    fn ticks(&self, low: f64, high: f64) -> Vec<f64> {
        if self.log {
            let mut ticks = Vec::new();
            let mut at = low;
            while at <= high {
                ticks.push(at);
                if at * 3.0 <= high && high / low < 300.0 {
                    ticks.push(at * 3.0);
                }
                at *= 10.0;
            }
            return ticks;
        }
        let step = number::round_step(high - low, 3.0);
        (0..=6).map(|i| low + f64::from(i) * step).take_while(|t| *t <= high * 1.0001).collect()
    }

    /// The labels at the right, at least [`APART`] from each other, in the order of the values; of equal ones the later line's
    /// stands above, as it does where percentiles differ.
    fn labels(&self, scale: &Scale, theory: Rgba) -> Vec<(f64, String, Rgba)> {
        let mut all: Vec<(f64, String, Rgba)> = self
            .lines
            .iter()
            .rev()
            .filter_map(|l| {
                let text = format!("{} {}", l.name, l.value).trim().to_owned();
                l.last().map(|q| (scale.y(q.1), text, l.ink))
            })
            .chain(
                self.theory
                    .iter()
                    .filter(|t| t.0 <= scale.high)
                    .map(|(value, text)| (scale.y(*value), text.clone(), theory)),
            )
            .collect();
        millrace_trace::order::sort_by(&mut all, |a, b| a.0.total_cmp(&b.0));
        // Down from the top, then up from the bottom: what does not fit is pushed back in.
        let mut least = scale.top;
        for (y, ..) in &mut all {
            *y = y.max(least);
            least = *y + APART;
        }
        let mut most = scale.bottom + 2.0;
        for (y, ..) in all.iter_mut().rev() {
            *y = y.min(most);
            most = *y - APART;
        }
        all
    }

    /// What it says now, in words.
    pub fn sentence(&self) -> String {
        let says: Vec<String> =
            self.lines.iter().map(|l| format!("{} {} {}", l.name, l.value, self.unit).trim().to_owned()).collect();
        if says.is_empty() { "no data yet".to_owned() } else { says.join(", ") }
    }

    /// Its numbers: about twenty rows over the time.
    pub fn table(&self) -> Table {
        let mut head = vec!["s".to_owned()];
        head.extend(self.lines.iter().map(|l| match l.name.as_str() {
            "" => self.unit.to_owned(),
            name => format!("{name}, {}", self.unit),
        }));
        let rows = (0..=20).map(|i| {
            let at = self.end * f64::from(i) / 20.0;
            let value = |l: &Line| l.at(at).map_or("–".to_owned(), |y| format!("{y:.1}"));
            std::iter::once(format!("{at:.3}")).chain(self.lines.iter().map(value)).collect()
        });
        Table { head, rows: rows.collect() }
    }
}

/// An axis label: no more digits than needed.
pub(super) fn label(value: f64) -> String {
    if value >= 1_000_000.0 {
        format!("{}M", plain(value / 1e6))
    } else if value >= 10_000.0 {
        format!("{}k", plain(value / 1e3))
    } else if value >= 10.0 || value == libm::floor(value) {
        number::count((value + 0.5) as u64)
    } else if value >= 0.1 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}").trim_end_matches('0').to_owned()
    }
}
