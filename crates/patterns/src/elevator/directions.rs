//! What a car has still to do: for each direction, the floors where it has to stop, and why.
//!
//! The original's directions manager: two maps from a floor to destinations. A floor with destinations is a *pickup*, one
//! without is a *drop-off marker*; a pickup becomes markers when its people are aboard. Its counting is odd and kept,
//! because the overload threshold is made of it: a direction's length is its floors plus their destinations.

use super::floor::{Direction, Floor};
use litemap::LiteMap;

/// The stops of a car.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Directions {
    up: LiteMap<Floor, Vec<Floor>>,
    down: LiteMap<Floor, Vec<Floor>>,
}

impl Directions {
    /// The floors of one direction.
    pub fn of(&self, direction: Direction) -> &LiteMap<Floor, Vec<Floor>> {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        }
    }

    fn of_mut(&mut self, direction: Direction) -> &mut LiteMap<Floor, Vec<Floor>> {
        match direction {
            Direction::Up => &mut self.up,
            Direction::Down => &mut self.down,
        }
    }

    /// Somebody waits at `from` and wants to go to `to`. The same wish twice is kept twice.
    pub fn append(&mut self, direction: Direction, from: Floor, to: Floor) {
        self.of_mut(direction).entry(from).or_default().push(to);
    }

    /// The doors were open at a floor: its pickups that `aboard` holds for become drop-off markers, and the floor is done.
    pub fn flush(&mut self, direction: Direction, floor: Floor, aboard: impl Fn(Floor) -> bool) {
        let map = self.of_mut(direction);
        for to in map.remove(&floor).unwrap_or_default() {
            if aboard(to) {
                map.entry(to).or_default();
            }
        }
    }

    /// Another car took whoever waited at `from` for `to`. The floor stays if somebody aboard wants to get out there, which
    /// `wanted` says.
    pub fn withdraw(&mut self, direction: Direction, from: Floor, to: Floor, wanted: bool) {
        let map = self.of_mut(direction);
        let Some(destinations) = map.get_mut(&from) else { return };
        if let Some(index) = destinations.iter().position(|d| *d == to) {
            destinations.remove(index);
            if destinations.is_empty() && !wanted {
                map.remove(&from);
            }
        }
    }

    /// A marker for somebody who came aboard without having been waited for.
    pub fn mark(&mut self, direction: Direction, to: Floor) {
        self.of_mut(direction).entry(to).or_default();
    }

    /// Whether this very wish is there and not served yet.
    pub fn holds(&self, direction: Direction, from: Floor, to: Floor) -> bool {
        self.of(direction).get(&from).is_some_and(|destinations| destinations.contains(&to))
    }

    /// Whether there is anything to do in a direction.
    pub fn has(&self, direction: Direction) -> bool {
        !self.of(direction).is_empty()
    }

    /// Whether a direction stops at a floor.
    pub fn stops_at(&self, direction: Direction, floor: Floor) -> bool {
        self.of(direction).contains_key(&floor)
    }

    /// Whether there is nothing to do at all.
    pub fn is_idle(&self) -> bool {
        self.up.is_empty() && self.down.is_empty()
    }

    /// The lowest stop of a direction.
    pub fn lowest(&self, direction: Direction) -> Option<Floor> {
        self.of(direction).keys().next().copied()
    }

    /// The highest stop of a direction.
    pub fn highest(&self, direction: Direction) -> Option<Floor> {
        self.of(direction).keys().next_back().copied()
    }

    /// Whether any stop, of either direction, lies beyond a floor.
    pub fn has_beyond(&self, floor: Floor, direction: Direction) -> bool {
        [&self.up, &self.down].into_iter().any(|map| match direction {
            Direction::Up => map.keys().next_back().is_some_and(|f| *f > floor),
            Direction::Down => map.keys().next().is_some_and(|f| *f < floor),
        })
    }

    /// The length of a direction: floors plus destinations.
    pub fn length_of(&self, direction: Direction) -> u32 {
        let map = self.of(direction);
        let destinations: usize = map.values().map(Vec::len).sum();
        u32::try_from(map.len() + destinations).unwrap_or(u32::MAX)
    }

    /// Both lengths.
    pub fn length(&self) -> u32 {
        self.length_of(Direction::Up).saturating_add(self.length_of(Direction::Down))
    }
}
