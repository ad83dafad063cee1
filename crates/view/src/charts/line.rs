//! A line of a chart, and what it says of an instant.

use crate::Rgba;

/// Seconds and values, in order of time.
pub type Points = Vec<(f64, f64)>;

/// A line, labelled at the right with its value at the playhead.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// What is known of it, in order of time: between two pieces nothing is, and nothing is drawn.
    pub pieces: Vec<Points>,
    /// Its colour.
    pub colour: Rgba,
    /// The colour of its label.
    pub ink: Rgba,
    /// Its width in CSS pixels.
    pub width: f64,
    /// Of how long its points are, each of the time before it: windows. Zero for a level, which stays until it jumps.
    pub window: f64,
    /// What the area below it is filled with.
    pub fill: Option<Rgba>,
}

/// Rounding must not part an instant from the window that it ends.
const HAIR: f64 = 1e-9;

impl Line {
    /// A level, which stays until it jumps.
    pub fn level(name: &str, points: Points, (colour, ink): (Rgba, Rgba), width: f64) -> Line {
        Line { name: name.to_owned(), pieces: vec![points], colour, ink, width, window: 0.0, fill: None }
    }

    /// A figure of windows of this length, each told at its end.
    pub fn windows(name: &str, pieces: Vec<Points>, window: f64, (colour, ink): (Rgba, Rgba), width: f64) -> Line {
        Line { name: name.to_owned(), pieces, colour, ink, width, window, fill: None }
    }

    /// Whether it is a level.
    pub fn is_level(&self) -> bool {
        self.window <= 0.0
    }

    /// The last point of it.
    pub fn last(&self) -> Option<(f64, f64)> {
        self.pieces.iter().rev().find_map(|piece| piece.last().copied())
    }

    /// Its last point up to an instant.
    pub fn before(&self, seconds: f64) -> Option<(f64, f64)> {
        let upto = |piece: &Points| {
            let index = piece.partition_point(|q| q.0 <= seconds + HAIR).checked_sub(1)?;
            piece.get(index).copied()
        };
        self.pieces.iter().rev().find_map(upto)
    }

    /// What it says of an instant: its level there, or the figure of the window that the instant is in. None where nothing is known.
    pub fn at(&self, seconds: f64) -> Option<(f64, f64)> {
        if self.is_level() {
            return self.before(seconds);
        }
        let piece = self.pieces.iter().find(|piece| piece.last().is_some_and(|last| last.0 >= seconds - HAIR))?;
        let next = piece.get(piece.partition_point(|q| q.0 < seconds - HAIR))?;
        (next.0 - seconds < self.window - HAIR).then_some(*next)
    }

    /// What it says at a playhead: its level, or the figure of the last window that is over. None where that one has none.
    pub fn now(&self, seconds: f64) -> Option<f64> {
        let (at, value) = self.before(seconds)?;
        (self.is_level() || seconds - at < self.window - HAIR).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INK: Rgba = Rgba::new(1, 2, 3, 1.0);

    #[test]
    fn an_instant_is_told_by_the_window_that_it_is_in_and_a_playhead_by_the_last_one_that_is_over() {
        let pieces = vec![vec![(1.0, 10.0), (2.0, 20.0)], vec![(5.0, 50.0)]];
        let line = Line::windows("p50", pieces, 1.0, (INK, INK), 1.0);
        let at = [0.5, 1.0, 1.5, 2.0, 2.5, 3.9, 4.5, 5.0, 5.5].map(|s| line.at(s).map(|q| q.1));
        let some = Some;
        assert_eq!(at, [some(10.0), some(10.0), some(20.0), some(20.0), None, None, some(50.0), some(50.0), None]);
        let now = [0.5, 1.5, 2.5, 3.0, 5.2].map(|s| line.now(s));
        assert_eq!(now, [None, some(10.0), some(20.0), None, some(50.0)], "what is open is not told");
    }

    #[test]
    fn a_level_stays_until_it_jumps() {
        let line = Line::level("queue", vec![(0.0, 1.0), (8.0, 5.0)], (INK, INK), 1.0);
        assert_eq!([0.0, 7.9, 8.0, 99.0].map(|s| line.now(s)), [Some(1.0), Some(1.0), Some(5.0), Some(5.0)]);
    }
}
