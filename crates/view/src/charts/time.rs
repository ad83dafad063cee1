//! Something over virtual time: percentiles, rates, levels, gauges, with the faults as bands and the changes of state as ticks.
//!
//! What is drawn here changes as a run is computed; what changes with every look at it is in `over`.

use super::line::{Line, Points};
use super::paper::{Align, Paper};
use super::scale::{Scale, label};
use super::written::Written;
use super::{Table, decimate};
use crate::{Rgba, number};
use plotters::prelude::DrawingBackend;

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

/// A value that no run decides: a limit, a target, what theory says.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The value.
    pub value: f64,
    /// Its label.
    pub label: String,
    /// The colour of the dashed line.
    pub colour: Rgba,
    /// The colour of the label.
    pub ink: Rgba,
}

/// A stretch of time in which a fault stood.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// The fault's name.
    pub name: String,
    /// How many others lie above it where it stands.
    pub level: usize,
    /// From this second.
    pub from: f64,
    /// To this one.
    pub to: f64,
    /// What it is filled with.
    pub wash: Rgba,
    /// The rule above it.
    pub rule: Rgba,
    /// Its words.
    pub ink: Rgba,
}

/// A chart over virtual time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimeChart {
    /// The right end, in seconds.
    pub end: f64,
    /// Everything up to here has happened, in seconds.
    pub until: f64,
    /// Whether values are on a logarithmic scale.
    pub log: bool,
    /// Bands, below the lines.
    pub bands: Vec<Band>,
    /// Lines, the first one on top.
    pub lines: Vec<Line>,
    /// The same lines of the run before.
    pub before: Vec<Line>,
    /// Limits, targets, theory: dashed lines with labels.
    pub marks: Vec<Mark>,
    /// How high the axis goes at least.
    pub reach: f64,
    /// The unit of the values, for the table.
    pub unit: &'static str,
    /// How its values are written.
    pub written: Written,
    /// How many each window has, at its end; empty where that says nothing.
    pub counts: Points,
    /// The faults.
    pub faults: Vec<Stretch>,
    /// The seconds at which a state changed.
    pub changes: Vec<f64>,
    /// What stands in a band in which no line has a point.
    pub nothing: Option<&'static str>,
}

/// How much lower the band of a fault lies that stands while another does.
const LOWER: f64 = 14.0;

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
        if let (true, Some((_, before))) = (line.is_level(), points.last().copied()) {
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
    /// Draws the chart, but for what depends on where somebody looks.
    ///
    /// # Errors
    /// What the backend says; there is nothing to see then.
    pub fn draw<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>, background: Rgba) -> Result<(), String> {
        let p = paper.palette;
        paper.clear(background)?;
        let Some(scale) = self.scale(paper.size()) else { return paper.present() };
        for fault in &self.faults {
            let (a, b) = (scale.x(fault.from), scale.x(fault.to).max(scale.x(fault.from) + 1.0));
            let top = scale.top - 8.0 + (fault.level as f64 * LOWER).min(2.0 * LOWER);
            paper.rect((a, top + 2.0), (b, scale.bottom), fault.wash)?;
            paper.rect((a, top), (b, top + 2.0), fault.rule)?;
            // Its name below its rule, where it is as wide; the lines lie over it.
            if b - a > crate::shape::text_width(&fault.name, 11.0, false) + 6.0 {
                paper.text((a + 4.0, top + 9.0), &fault.name, fault.ink, Align::Left)?;
            }
        }
        for tick in scale.ticks() {
            let y = scale.y(tick);
            paper.line(&[(scale.left, y), (scale.right, y)], p.grid, 1.0)?;
            paper.text((scale.left - 5.0, y), &label(tick), p.axis, Align::Right)?;
        }
        let columns = (scale.right - scale.left).max(1.0) as usize;
        for line in self.before.iter().rev() {
            for piece in &line.pieces {
                draw_piece(paper, &scale, line, &decimate(piece, columns))?;
            }
        }
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
        let mut last = f64::NEG_INFINITY;
        for x in self.changes.iter().map(|at| scale.x(*at)) {
            // Where they are dense one stands for many.
            if x - last >= 3.0 {
                paper.line(&[(x, scale.bottom - 4.0), (x, scale.bottom)], p.ink_2, 1.4)?;
                last = x;
            }
        }
        // What is beyond the axis is not drawn: at its edge it would say something else.
        for mark in self.marks.iter().filter(|mark| mark.value <= scale.high) {
            let y = scale.y(mark.value);
            paper.dashed((scale.left, y), (scale.right, y), mark.colour)?;
        }
        self.silence(paper, &scale)?;
        self.time_axis(paper, &scale)?;
        paper.present()
    }

    /// The scales that it has in a picture of a size; none where there is no room.
    pub fn scale(&self, size: (f64, f64)) -> Option<Scale> {
        Scale::new(size, self.end, self.range(), self.log)
    }

    /// Says that there was nothing, in the bands of faults in which that is so.
    fn silence<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>, scale: &Scale) -> Result<(), String> {
        let Some(words) = self.nothing else { return Ok(()) };
        for fault in &self.faults {
            // What came in the window in which it began, came before.
            let window = self.lines.first().map_or(0.0, |line| line.window);
            let is_heard = |q: &(f64, f64)| q.0 > fault.from + window && q.0 - window < fault.to - window;
            let heard = self.lines.iter().flat_map(|line| line.pieces.iter().flatten()).any(is_heard);
            let (a, b) = (scale.x(fault.from), scale.x(fault.to));
            if !heard && fault.to - fault.from > window && b - a > crate::shape::text_width(words, 11.0, false) + 6.0 {
                let middle = ((a + b) / 2.0, (scale.top + scale.bottom) / 2.0);
                paper.text(middle, words, fault.ink, Align::Centre)?;
            }
        }
        Ok(())
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
        let all = self.lines.iter().chain(&self.before);
        let values = all.flat_map(|l| l.pieces.iter().flatten().map(|q| q.1)).filter(|v| v.is_finite());
        let most = values.clone().fold(0.0, f64::max);
        // Theory stretches the scale, unless it is out of all proportion.
        let marks = self.marks.iter().map(|m| m.value).filter(|t| t.is_finite() && (most == 0.0 || *t < 4.0 * most));
        let high = marks.fold(most, f64::max).max(self.reach);
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

    /// What it says at a playhead, in words: the numbers of its labels.
    pub fn sentence(&self, seconds: f64) -> String {
        let unit = self.written.unit();
        let says = |line: &Line| {
            let value = line.now(seconds).map_or_else(|| "—".to_owned(), |value| self.written.value(value));
            format!("{} {value} {unit}", line.name).trim().to_owned()
        };
        let says: Vec<String> = self.lines.iter().map(says).collect();
        if says.is_empty() { "no data yet".to_owned() } else { says.join(", ") }
    }

    /// Its numbers: about twenty rows over the time that has passed.
    pub fn table(&self) -> Table {
        let length = if self.until > 0.0 { self.until.min(self.end) } else { self.end };
        // From an hour on instants are written as the clock has them.
        let mut head = vec![if length * 1e9 < number::HOUR as f64 { "s" } else { "time" }.to_owned()];
        head.extend(self.lines.iter().map(|l| match l.name.as_str() {
            "" => self.unit.to_owned(),
            name => format!("{name}, {}", self.unit),
        }));
        let rows = (0..=20).map(|i| {
            let at = length * f64::from(i) / 20.0;
            let value = |l: &Line| l.at(at).map_or_else(|| "–".to_owned(), |q| format!("{:.1}", q.1));
            std::iter::once(number::instant((at * 1e9 + 0.5) as u64)).chain(self.lines.iter().map(value)).collect()
        });
        Table { head, rows: rows.collect() }
    }
}
