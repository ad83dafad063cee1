//! Levels over time: numbers that jump, and stay until they jump again.

use millrace_trace::{Gauge, SimTime, StationId, StationKind};
use std::collections::BTreeMap;

/// What a level is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Calls under way.
    InFlight,
    /// Jobs in a channel, or in a car.
    Queue(StationId),
    /// Jobs at all stations of a kind together; kept for cars and landings.
    All(StationKind),
    /// A station's gauge.
    Gauge(StationId, Gauge),
}

/// From here on, the level is this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelPoint {
    /// The position in the log.
    pub event: u64,
    /// When.
    pub at: SimTime,
    /// The level.
    pub level: i64,
}

/// Levels of several subjects.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    series: Vec<(Subject, Vec<LevelPoint>)>,
    /// Where a subject stands among the series: there may be hundreds.
    places: BTreeMap<Subject, usize>,
}

impl Levels {
    /// Notes a level. Within one instant the last counts.
    pub(super) fn set(&mut self, subject: Subject, event: u64, at: SimTime, level: i64) {
        let index = *self.places.entry(subject).or_insert_with(|| {
            self.series.push((subject, Vec::new()));
            self.series.len() - 1
        });
        let Some((_, points)) = self.series.get_mut(index) else { return };
        match points.last_mut() {
            Some(last) if last.level == level => {}
            Some(last) if last.at == at => last.level = level,
            _ => points.push(LevelPoint { event, at, level }),
        }
    }

    /// The subjects that ever had a level, in the order in which they first had one.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> {
        self.series.iter().map(|(s, _)| *s)
    }

    /// The points of a subject.
    pub fn of(&self, subject: Subject) -> &[LevelPoint] {
        self.places.get(&subject).and_then(|&index| self.series.get(index)).map_or(&[], |(_, points)| points)
    }
}

/// The sum of several levels: a point for each instant at which one of them jumped.
pub fn sum(series: &[&[LevelPoint]]) -> Vec<(SimTime, i64)> {
    let mut jumps: Vec<(SimTime, i64)> = Vec::with_capacity(series.iter().map(|points| points.len()).sum());
    for points in series {
        let mut before = 0;
        for point in *points {
            jumps.push((point.at, point.level - before));
            before = point.level;
        }
    }
    jumps.sort_by_key(|(at, _)| *at);
    let mut sums: Vec<(SimTime, i64)> = Vec::with_capacity(jumps.len());
    let mut level = 0;
    for (at, jump) in jumps {
        level += jump;
        match sums.last_mut() {
            Some(last) if last.0 == at => last.1 = level,
            _ => sums.push((at, level)),
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_jumps_whenever_one_of_its_levels_does_and_once_an_instant() {
        let point = |at, level| LevelPoint { event: at, at: SimTime(at), level };
        let (a, b) = ([point(0, 2), point(5, 0)], [point(3, 4), point(5, 1), point(9, 7)]);
        let at = |t, level| (SimTime(t), level);
        assert_eq!(sum(&[&a, &b]), [at(0, 2), at(3, 6), at(5, 1), at(9, 7)]);
        assert_eq!(sum(&[]), []);
    }
}
