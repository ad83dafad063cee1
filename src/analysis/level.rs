//! Levels over time: numbers that jump, and stay until they jump again.

use crate::trace::{Gauge, SimTime, StationId};
use std::collections::BTreeMap;

/// What a level is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Calls under way.
    InFlight,
    /// Jobs in a channel.
    Queue(StationId),
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
