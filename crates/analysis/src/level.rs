//! Levels over time: numbers that jump, and stay until they jump again.

use litemap::LiteMap;
use millrace_trace::{Gauge, SimTime, StationId, StationKind};

/// What a level is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Calls under way.
    InFlight,
    /// Jobs in a channel, or in a car; those that wait for a pool; where there are several servers, the calls under way at one.
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
    places: Places,
}

/// Where a subject stands among the series: there may be hundreds, and what calls and queues change with is nearly every event.
#[derive(Clone, Debug, Default)]
struct Places {
    in_flight: Option<usize>,
    queues: Vec<Option<usize>>,
    others: LiteMap<Subject, usize>,
}

impl Places {
    fn of(&self, subject: Subject) -> Option<usize> {
        match subject {
            Subject::InFlight => self.in_flight,
            Subject::Queue(station) => *self.queues.get(station.0 as usize)?,
            _ => self.others.get(&subject).copied(),
        }
    }

    #[cold]
    fn put(&mut self, subject: Subject, place: usize) {
        match subject {
            Subject::InFlight => self.in_flight = Some(place),
            Subject::Queue(station) => {
                let number = station.0 as usize;
                self.queues.resize(self.queues.len().max(number + 1), None);
                if let Some(queue) = self.queues.get_mut(number) {
                    *queue = Some(place);
                }
            }
            _ => _ = self.others.insert(subject, place),
        }
    }
}

impl Levels {
    /// Notes a level. Within one instant the last counts.
    pub(super) fn set(&mut self, subject: Subject, event: u64, at: SimTime, level: i64) {
        let place = self.places.of(subject).unwrap_or_else(|| {
            self.series.push((subject, Vec::new()));
            self.places.put(subject, self.series.len() - 1);
            self.series.len() - 1
        });
        let Some((_, points)) = self.series.get_mut(place) else { return };
        match points.last_mut() {
            Some(last) if last.level == level => {}
            Some(last) if last.at == at => last.level = level,
            _ => points.push(LevelPoint { event, at, level }),
        }
    }

    /// Notes that a level has changed by so much.
    pub(super) fn add(&mut self, subject: Subject, event: u64, at: SimTime, change: i64) {
        let level = self.of(subject).last().map_or(0, |last| last.level);
        self.set(subject, event, at, level + change);
    }

    /// About how many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        self.series.iter().map(|(_, points)| points.len() * size_of::<LevelPoint>()).sum()
    }

    /// Keeps of all points before an event only what a chart shows: of each stretch of time the first, the least, the greatest
    /// and the last. If those after it take more than half of the budget by themselves, of those too.
    pub(super) fn thin_out(&mut self, before: u64, budget: usize) {
        let points: usize = self.series.iter().map(|(_, points)| points.len()).sum();
        let each = (budget / size_of::<LevelPoint>() / 2 / self.series.len().max(1)).max(64);
        for (_, points) in &mut self.series {
            let old = points.partition_point(|point| point.event < before);
            // A series that is small does no harm.
            if points.len() > each / 4 {
                let upto = if points.len() - old > each { points.len() } else { old };
                thin_out(points, upto, each / 16);
            }
        }
        debug_assert!(self.series.iter().map(|(_, points)| points.len()).sum::<usize>() <= points);
    }

    /// The subjects that ever had a level, in the order in which they first had one.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> {
        self.series.iter().map(|(s, _)| *s)
    }

    /// The points of a subject.
    pub fn of(&self, subject: Subject) -> &[LevelPoint] {
        self.places.of(subject).and_then(|place| self.series.get(place)).map_or(&[], |(_, points)| points)
    }
}

/// Of the first so many points, keeps four in each of about so many stretches of time.
fn thin_out(points: &mut Vec<LevelPoint>, upto: usize, stretches: usize) {
    let (Some(first), Some(last)) = (points.first(), points.get(upto.saturating_sub(1))) else { return };
    // Powers of two, so that later stretches are made of whole earlier ones.
    let width = (last.at.since(first.at).0 / stretches.max(1) as u64).max(1).next_power_of_two();
    let rest = points.split_off(upto);
    let mut thin: Vec<LevelPoint> = Vec::with_capacity(stretches * 5 + rest.len());
    for stretch in points.chunk_by(|a, b| a.at.0 / width == b.at.0 / width) {
        let least = stretch.iter().min_by_key(|point| point.level);
        let most = stretch.iter().max_by_key(|point| point.level);
        let mut kept: Vec<&LevelPoint> = [stretch.first(), least, most, stretch.last()].into_iter().flatten().collect();
        millrace_trace::order::sort_by_key(&mut kept, |point| (point.event, point.at));
        kept.dedup();
        thin.extend(kept);
    }
    thin.extend(rest);
    *points = thin;
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
    millrace_trace::order::sort_by_key(&mut jumps, |(at, _)| *at);
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
    fn what_is_thinned_out_keeps_its_extremes_and_where_it_ended_and_what_is_recent_stays() {
        let mut levels = Levels::default();
        let level = |i: u64| (i * 7_919 % 1_000) as i64;
        (0..100_000).for_each(|i| levels.set(Subject::InFlight, i, SimTime(i * 1_000), level(i)));
        let (before, recent) = (levels.bytes(), levels.of(Subject::InFlight)[90_000..].to_vec());
        levels.thin_out(90_000, 1 << 20);
        assert!(levels.bytes() * 3 < before, "{} of {before} bytes", levels.bytes());
        let points = levels.of(Subject::InFlight);
        assert_eq!(&points[points.len() - 10_000..], &recent);
        assert_eq!((points.iter().map(|p| p.level).min(), points.iter().map(|p| p.level).max()), (Some(0), Some(999)));
        assert!(points.is_sorted_by_key(|p| p.event) && points.iter().all(|p| p.level == level(p.event)));
    }

    #[test]
    fn a_sum_jumps_whenever_one_of_its_levels_does_and_once_an_instant() {
        let point = |at, level| LevelPoint { event: at, at: SimTime(at), level };
        let (a, b) = ([point(0, 2), point(5, 0)], [point(3, 4), point(5, 1), point(9, 7)]);
        let at = |t, level| (SimTime(t), level);
        assert_eq!(sum(&[&a, &b]), [at(0, 2), at(3, 6), at(5, 1), at(9, 7)]);
        assert_eq!(sum(&[]), []);
    }
}
