//! Floors and directions: the words everything else here is said in.

use std::fmt;

/// A floor's number. Basements are negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Floor(pub i32);

/// The lowest floor that anybody may name.
pub const LOWEST: Floor = Floor(-100);
/// The highest.
pub const HIGHEST: Floor = Floor(200);

impl Floor {
    /// The next floor in a direction.
    pub fn next(self, direction: Direction) -> Floor {
        match direction {
            Direction::Up => Floor(self.0 + 1),
            Direction::Down => Floor(self.0 - 1),
        }
    }

    /// How many floors there are between this and another.
    pub fn distance(self, other: Floor) -> u32 {
        self.0.abs_diff(other.0)
    }

    /// Whether this floor lies beyond another in a direction.
    pub fn is_beyond(self, other: Floor, direction: Direction) -> bool {
        match direction {
            Direction::Up => self > other,
            Direction::Down => self < other,
        }
    }

    /// The floor that is closest to a place on the scale of the picture.
    pub fn nearest(place: i32) -> Floor {
        Floor((place + 500).div_euclid(1_000))
    }

    /// Its place on the scale of the picture, in thousandths.
    pub fn place(self) -> i32 {
        self.0 * 1_000
    }
}

impl fmt::Display for Floor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Towards higher floors.
    Up,
    /// Towards lower ones.
    Down,
}

impl Direction {
    /// The direction of a trip that goes somewhere.
    pub fn of(from: Floor, to: Floor) -> Direction {
        if to > from { Direction::Up } else { Direction::Down }
    }

    /// The other one.
    pub fn opposite(self) -> Direction {
        match self {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
        }
    }

    /// The word of the interface.
    pub fn word(self) -> &'static str {
        match self {
            Direction::Up => "up",
            Direction::Down => "down",
        }
    }

    /// 1 or -1, for gauges.
    pub fn sign(self) -> i64 {
        match self {
            Direction::Up => 1,
            Direction::Down => -1,
        }
    }
}
