//! What lies over a chart and changes with every look: the playhead, the labels with the values there, what is yet to come again
//! after a rewind, and a hairline with rings where somebody points. The same instant in all charts.

use super::line::Line;
use super::scale::{RIGHT, Scale};
use super::time::TimeChart;
use crate::shape::{Ink, Shape, Sheet, crisp, cut, text_width};
use crate::{Palette, Rgba, number};

/// The least distance between labels.
const APART: f64 = 12.0;
/// The room for a label.
const LABEL: f64 = RIGHT - 10.0;
/// The radius of a ring.
const RING: f64 = 3.0;

/// Where somebody looks in a chart, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct At {
    /// The playhead.
    pub playhead: f64,
    /// Where somebody points.
    pub pointed: Option<f64>,
    /// From when to when the request was there that is followed.
    pub life: Option<(f64, f64)>,
}

impl TimeChart {
    /// The shapes over a chart of a size.
    pub fn over(&self, size: (f64, f64), p: &Palette, at: At) -> Vec<Shape> {
        let (At { playhead, pointed, life }, mut sheet) = (at, Sheet::default());
        let Some(scale) = self.scale(size) else { return sheet.shapes };
        let now = scale.x(playhead);
        if self.until > playhead {
            // What was computed already and is yet to come.
            let (top, width) = (scale.top - 8.0, scale.x(self.until) - now);
            sheet.fill((now, top), (width + 1.0, scale.bottom - top - 1.0), 0.0, p.chrome.faint(0.6));
        }
        if playhead > 0.0 {
            sheet.line((crisp(now), scale.top - 8.0), (crisp(now), scale.bottom), p.ink, 1.0);
        }
        if let Some((from, to)) = life {
            let (a, b) = (scale.x(from), scale.x(to));
            sheet.fill((a, scale.bottom + 1.0), ((b - a).max(2.0), 3.0), 0.0, p.accent);
        }
        for (y, text, ink) in self.labels(&scale, p, playhead) {
            sheet.text((scale.right + 6.0, y + 4.0), text, Ink::new(ink));
        }
        if let Some(seconds) = pointed {
            let x = crisp(scale.x(seconds));
            let points = vec![(x, scale.top - 8.0), (x, scale.bottom)];
            sheet.shapes.push(Shape::Line { points, stroke: p.ink_2, width: 1.0, dash: Some((1.0, 2.0)) });
            for line in self.lines.iter().rev() {
                if let Some((_, value)) = line.at(seconds) {
                    let at = (x, scale.y(value));
                    let (fill, stroke) = (Some(p.chrome), Some((line.colour, 1.6)));
                    sheet.shapes.push(Shape::Circle { at, r: RING, fill, stroke });
                }
            }
        }
        sheet.shapes
    }

    /// What it says of the second that somebody points at: the window, the values, how many they are of.
    pub fn read(&self, seconds: f64) -> String {
        let mut parts = vec![match self.lines.first() {
            Some(line) if !line.is_level() => {
                // Where it has nothing to tell the window is the one that would have.
                let none = || (libm::floor(seconds / line.window) + 1.0) * line.window;
                let end = self.lines.iter().find_map(|line| line.at(seconds)).map_or_else(none, |(end, _)| end);
                let begin = (end - line.window).max(0.0);
                if end < HOUR {
                    format!("{}–{} s", brief(begin, line.window), brief(end, line.window))
                } else {
                    format!("{}–{}", clock(begin), clock(end))
                }
            }
            _ if seconds < HOUR => format!("{} s", brief(seconds, self.end / 1e3)),
            _ => clock(seconds),
        }];
        let says = |line: &Line| {
            let value = line.at(seconds).map_or_else(|| "—".to_owned(), |q| self.written.value(q.1));
            format!("{} {value}", line.name).trim().to_owned()
        };
        // A level that has not begun says nothing.
        let told = self.lines.iter().filter(|line| !line.is_level() || line.at(seconds).is_some());
        let mut values: Vec<String> = told.map(says).collect();
        if let (Some(last), unit) = (values.last_mut(), self.written.unit())
            && !unit.is_empty()
        {
            last.push(' ');
            last.push_str(unit);
        }
        parts.append(&mut values);
        let window = self.lines.first().map_or(0.0, |line| line.window);
        let of = self.counts.iter().find(|(end, _)| *end >= seconds - 1e-9 && end - seconds < window - 1e-9);
        parts.extend(of.map(|(_, n)| format!("n {}", number::short_count(*n as u64))));
        parts.join("  ")
    }

    /// How far a key moves the second that is pointed at.
    pub fn stride(&self) -> f64 {
        self.lines.iter().map(|line| line.window).fold(0.0, f64::max).max(self.end / 100.0)
    }

    /// The labels at the right with the values at the playhead, at least [`APART`] from each other, in the order of the values; of equal
    /// ones the later line's stands above, as it does where percentiles differ.
    fn labels(&self, scale: &Scale, p: &Palette, playhead: f64) -> Vec<(f64, String, Rgba)> {
        let label = |line: &Line| {
            let (_, last) = line.before(playhead)?;
            let value = line.now(playhead).map_or_else(|| "—".to_owned(), |value| self.written.value(value));
            // The value is always in full: the name gives way.
            let name = cut(&line.name, LABEL - text_width(&value, 11.0, false) - 4.0, 11.0, false);
            Some((scale.y(last), format!("{name} {value}").trim().to_owned(), line.ink))
        };
        let mut all: Vec<(f64, String, Rgba)> = self.lines.iter().rev().filter_map(label).collect();
        let marks = self.marks.iter().filter(|mark| mark.value <= scale.high);
        all.extend(marks.map(|mark| (scale.y(mark.value), mark.label.clone(), mark.ink)));
        let before = self.before.first().and_then(Line::last);
        all.extend(before.map(|(_, value)| (scale.y(value), "before".to_owned(), p.ink_3)));
        millrace_trace::order::sort_by(&mut all, |a, b| a.0.total_cmp(&b.0));
        // Down from the top, then up from the bottom: what does not fit is pushed back in.
        let mut least = scale.top - 6.0;
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
}

/// From so many seconds on an instant is read as the clock has it.
const HOUR: f64 = number::HOUR as f64 / 1e9;

/// An instant as the clock has it, to the second.
fn clock(seconds: f64) -> String {
    let clock = number::clock((seconds * 1e9 + 0.5) as u64);
    clock.split('.').next().unwrap_or(&clock).to_owned()
}

/// Seconds with as many decimals as tell a step of this length.
fn brief(seconds: f64, step: f64) -> String {
    match step {
        _ if step >= 0.999_9 => format!("{seconds:.0}"),
        _ if step >= 0.099_99 => format!("{seconds:.1}"),
        _ if step >= 0.009_999 => format!("{seconds:.2}"),
        _ => format!("{seconds:.3}"),
    }
}
