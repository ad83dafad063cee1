//! The last minute of a station that travels: where it was, and when its switches were on.
//!
//! A car that goes on evenly is one line however many landings it passes, and what is shorter than a pixel is put together,
//! so memory stays bounded however fast it goes. Nothing is kept but what has happened: where it is now is the ledger's to say.

use super::push_back;
use millrace_trace::{Gauge, SimTime, Span};
use std::collections::VecDeque;

/// How far back paths go.
pub const PAST: Span = Span::secs(60);
/// Points closer together than this are one: less than a pixel of the widest plot.
const GAP: Span = Span::millis(200);
/// The most points, and the most changes of a switch.
const POINTS: usize = 640;
const CHANGES: usize = 256;

/// Where it was and, in thousandths and millionths a second, how it went on from there.
#[derive(Clone, Copy, Debug)]
struct Point {
    at: SimTime,
    place: i32,
    pace: i32,
}

impl Point {
    fn place_at(&self, at: SimTime) -> f64 {
        f64::from(self.place) / 1e3 + f64::from(self.pace) / 1e6 * at.since(self.at).seconds()
    }
}

/// A gauge that has only ever been 0 or 1, with its changes; one that was something else is no switch.
#[derive(Clone, Debug)]
struct Switch {
    gauge: Gauge,
    changes: Option<VecDeque<(SimTime, bool)>>,
}

/// The last minute of a station that travels.
#[derive(Clone, Debug, Default)]
pub struct Path {
    points: VecDeque<Point>,
    switches: Vec<Switch>,
}

impl Path {
    pub(super) fn travelled(&mut self, at: SimTime, place: i32, pace: i32) {
        let next = Point { at, place, pace };
        // Arriving and setting off again at the same instant is passing by.
        if self.points.back().is_some_and(|last| last.at == at) {
            self.points.pop_back();
        }
        let on_line = |last: &Point| last.pace == pace && (last.place_at(at) - next.place_at(at)).abs() < 2e-3;
        if self.points.back().is_some_and(on_line) {
            return;
        }
        // Two in a pixel are enough to show that something was there.
        let before = self.points.len().checked_sub(2).and_then(|index| self.points.get(index));
        if before.is_some_and(|before| at.since(before.at) < GAP) {
            self.points.pop_back();
        }
        push_back(&mut self.points, next, POINTS);
        // One from before the window stays: the line begins at the edge.
        while self.points.get(1).is_some_and(|point| at.since(point.at) > PAST) {
            self.points.pop_front();
        }
    }

    pub(super) fn gauged(&mut self, at: SimTime, gauge: Gauge, value: i64) {
        let switch = match self.switches.iter_mut().position(|s| s.gauge == gauge) {
            Some(index) => self.switches.get_mut(index),
            None => {
                self.switches.push(Switch { gauge, changes: Some(VecDeque::new()) });
                self.switches.last_mut()
            }
        };
        let Some(Switch { changes: slot, .. }) = switch else { return };
        let Some(changes) = slot else { return };
        if !(0..=1).contains(&value) {
            *slot = None;
            return;
        }
        let on = value == 1;
        if changes.back().map_or(!on, |(_, was)| *was == on) {
            return;
        }
        push_back(changes, (at, on), CHANGES);
        while changes.get(1).is_some_and(|(t, _)| at.since(*t) > PAST) {
            changes.pop_front();
        }
    }

    /// Where it was at an instant of the last minute, in units of its scale.
    pub fn place(&self, at: SimTime) -> Option<f64> {
        let index = self.points.partition_point(|point| point.at <= at);
        let point = self.points.get(index.checked_sub(1)?)?;
        let place = point.place_at(at);
        // What was put together is a straight line to the next point.
        let Some(next) = self.points.get(index) else { return Some(place) };
        let (from, to) = (f64::from(point.place) / 1e3, f64::from(next.place) / 1e3);
        let share = at.since(point.at).seconds() / next.at.since(point.at).seconds().max(1e-9);
        Some(from + (to - from) * share)
    }

    /// Its corners in the last minute, oldest first, without the one it is at now.
    pub fn corners(&self, now: SimTime) -> Vec<(SimTime, f64)> {
        let start = SimTime(now.0.saturating_sub(PAST.0));
        let first = self.place(start).map(|place| (start, place));
        let inside = self.points.iter().filter(|point| point.at > start && point.at <= now);
        first.into_iter().chain(inside.map(|point| (point.at, f64::from(point.place) / 1e3))).collect()
    }

    /// When one of its switches was on in the last minute, oldest first.
    pub fn on(&self, gauge: Gauge, now: SimTime) -> Vec<(SimTime, SimTime)> {
        let start = SimTime(now.0.saturating_sub(PAST.0));
        let changes = self.switches.iter().find(|s| s.gauge == gauge).and_then(|s| s.changes.as_ref());
        let (mut spans, mut since) = (Vec::new(), None);
        for &(at, on) in changes.into_iter().flatten().filter(|(at, _)| *at <= now) {
            match (on, since) {
                (true, None) => since = Some(at),
                (false, Some(from)) => {
                    spans.push((from, at));
                    since = None;
                }
                _ => {}
            }
        }
        spans.extend(since.map(|from| (from, now)));
        spans.retain(|(_, until)| *until > start);
        spans.iter_mut().for_each(|span| span.0 = span.0.max(start));
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn at(tenths: u64) -> SimTime {
        SimTime(tenths * SECOND / 10)
    }

    #[test]
    fn landings_that_are_passed_without_a_stop_are_no_corners() {
        let mut path = Path::default();
        for floor in 0..10 {
            path.travelled(at(5 * floor as u64), floor * 1_000, 2_000_000);
            path.travelled(at(5 * floor as u64 + 5), (floor + 1) * 1_000, 0);
        }
        path.travelled(at(90), 10_000, -2_000_000);
        assert_eq!(path.corners(at(95)), vec![(at(0), 0.0), (at(50), 10.0), (at(90), 10.0)]);
        assert_eq!(path.place(at(25)), Some(5.0));
        assert_eq!(path.place(at(95)), Some(9.0));
    }

    #[test]
    fn a_path_begins_at_the_edge_of_its_minute_and_stays_small() {
        let mut path = Path::default();
        for step in 0..100_000_u64 {
            let place = if step % 2 == 0 { 0 } else { 1_000 };
            path.travelled(SimTime(step * SECOND / 100), place, if place == 0 { 100_000_000 } else { -100_000_000 });
        }
        assert!(path.points.len() <= POINTS, "{} points", path.points.len());
        let now = SimTime(100_000 * SECOND / 100);
        let corners = path.corners(now);
        assert_eq!(corners.first().map(|(at, _)| *at), Some(SimTime(now.0 - PAST.0)));
        assert!(corners.iter().all(|(_, place)| (-0.01..=1.01).contains(place)));
    }

    #[test]
    fn only_what_is_on_or_off_is_a_switch() {
        let (mut path, doors, heading) = (Path::default(), Gauge(1), Gauge(0));
        for (tenths, value) in [(0, 0), (10, 1), (30, 1), (40, 0)] {
            path.gauged(at(tenths), doors, value);
            path.gauged(at(tenths), heading, value - 1);
        }
        assert_eq!(path.on(doors, at(50)), vec![(at(10), at(40))]);
        assert_eq!(path.on(heading, at(50)), vec![]);
        path.gauged(at(900), doors, 1);
        assert_eq!(path.on(doors, at(910)), vec![(at(900), at(910))]);
    }
}
