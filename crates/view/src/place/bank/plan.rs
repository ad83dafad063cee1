//! Where everything of a bank stands: landings at the left, shafts, what is assigned at the right; less of each where there
//! are more cars, more landings or less room, and never a word too small to read.

use super::state::State;
use crate::scene::{Frame, Look};
use crate::shape::text_width;

/// From this width of a bank on it is drawn in full.
const WIDE: f64 = 560.0;
/// The pitch of cars in which their headings have room.
const HEADING: f64 = 118.0;
/// What belongs to a landing is drawn at most this far above its floor, however tall its row is: a car stands on the floor,
/// and words or a trace half a tall row above it would be on another landing's level.
const ABOVE: f64 = 13.5;
/// The width of a column of what is assigned that has room for one call a line.
const SLIM: f64 = 74.0;
/// Of so many cars at most a phone has room for which is to come where.
const FEW: f64 = 3.0;
/// The height of a line of words.
pub const LINE: f64 = 13.0;

/// How much is told of each car.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// A mark, and the name where there is room for it.
    Mark,
    /// Its name, its contact, a box with a count.
    Narrow,
    /// A header in a few words, and its last minute.
    Medium,
    /// Everything.
    Full,
}

impl Tier {
    fn of(pitch: f64) -> Tier {
        match pitch {
            p if p >= 104.0 => Tier::Full,
            p if p >= 62.0 => Tier::Medium,
            p if p >= 22.0 => Tier::Narrow,
            _ => Tier::Mark,
        }
    }
}

/// Where everything stands.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How much is told of each car.
    pub tier: Tier,
    /// Whether this is the phone's picture.
    pub narrow: bool,
    /// All that is the bank's own, with its headings.
    pub cell: Frame,
    /// The landings' column.
    pub landings: Frame,
    /// Where the numbers of landings end.
    pub numbers: f64,
    /// The width of the bars right of the numbers that say how many wait, where landings are too thin for lines.
    pub bars: f64,
    /// The middles of the lamps up and down.
    pub lamps: (f64, f64),
    /// The column with the cars that are to come, where there is room for it.
    pub assigned: Option<Frame>,
    /// The left edge of the shafts, and their pitch and width.
    pub shafts: (f64, f64, f64),
    /// The ground.
    pub bottom: f64,
    /// The height of a landing.
    pub row: f64,
    /// Every so many landings one has its number.
    pub step: i32,
    /// The width and the height of a car.
    pub car: (f64, f64),
    low: i32,
}

impl Plan {
    /// The plan of a bank within a frame of which only left and width count: it is as high as the picture.
    pub fn of(state: &State<'_>, look: &Look<'_>, frame: Frame) -> Plan {
        let narrow = frame.w < WIDE;
        let (low, high) = state.ends;
        let floors = f64::from((high - low).max(0)) + 1.0;
        let cars = state.cars.len().max(1) as f64;
        let most = if narrow { Tier::Narrow } else { Tier::Full };
        // The first that tells most of each car.
        let choices: &[(f64, f64)] = match narrow {
            true if cars > FEW => &[(124.0, 0.0)],
            true => &[(124.0, SLIM), (124.0, 0.0)],
            false => &[(234.0, 110.0), (190.0, 110.0), (160.0, SLIM), (160.0, 0.0)],
        };
        let (mut column, mut right, mut tier) = (0.0, 0.0, None);
        for &(left, assigned) in choices {
            let extra = if assigned > 0.0 { 16.0 } else { 0.0 };
            let found = Tier::of((frame.w - left - assigned - extra) / cars).min(most);
            if tier.is_none_or(|tier| found > tier) {
                (column, right, tier) = (left, assigned + extra, Some(found));
            }
        }
        let tier = tier.unwrap_or(Tier::Mark);
        if tier == Tier::Full {
            // Headings are worth more than figures side by side.
            column = (frame.w - right - HEADING * cars).clamp(column.min(190.0), column);
        }
        let widest = match (narrow, tier) {
            (true, _) => 144.0,
            (_, Tier::Full) => 260.0,
            (_, Tier::Medium) => 104.0,
            _ => 62.0,
        };
        let pitch = ((frame.w - column - right) / cars).min(widest);
        let gap = if pitch >= 62.0 { 8.0 } else { (pitch * 0.14).max(1.0) };
        let (top, foot) = match (narrow, tier) {
            (true, Tier::Mark) => (34.0, 26.0),
            (true, _) => (46.0, 26.0),
            (_, Tier::Mark) => (50.0, 44.0),
            (_, Tier::Narrow) => (58.0, 44.0),
            _ => (90.0, 44.0),
        };
        let bottom = look.size.1 - foot;
        let height = (bottom - top).max(20.0);
        let car_h = car_height(tier, narrow, height / floors);
        // A car that stands at the highest landing needs room for its roof.
        let roof = (car_h - height / floors).max(0.0);
        let row = (height - roof) / floors;
        let car_w = match tier {
            Tier::Full | Tier::Medium => (pitch - gap - 10.0).min(82.0),
            Tier::Narrow => pitch - gap - 4.0,
            Tier::Mark => (pitch - gap).max(2.0),
        };
        let step = step(row);
        let label = (low..=high)
            .filter(|place| place % step == 0)
            .map(|place| text_width(&number(place), 11.0, false))
            .fold(14.0, f64::max);
        let landings = Frame { x: frame.x, y: top, w: column - if narrow { 8.0 } else { 0.0 }, h: bottom - top };
        let numbers = frame.x + label + if narrow { 0.0 } else { 4.0 };
        let shafts_x = frame.x + column;
        let lamp = landings.right() - if narrow { 37.0 } else { 47.0 };
        Plan {
            tier,
            narrow,
            cell: Frame { y: 8.0, h: look.size.1 - 8.0, ..frame },
            landings,
            numbers,
            bars: if row >= LINE {
                0.0
            } else if narrow {
                14.0
            } else {
                30.0
            },
            lamps: (lamp - if narrow { 10.0 } else { 13.0 }, lamp),
            assigned: (right > 0.0).then(|| {
                let x = shafts_x + pitch * cars - gap + 8.0;
                Frame { x, y: top, w: frame.right() - x, h: bottom - top }
            }),
            shafts: (shafts_x, pitch, pitch - gap),
            bottom,
            row,
            step,
            car: (car_w, car_h),
            low,
        }
    }

    /// The floor of a place: what stands there stands on it.
    pub fn slab(&self, place: f64) -> f64 {
        self.bottom - (place - f64::from(self.low)) * self.row
    }

    /// The level of a place: the middle from floor to ceiling, or where a car that stands there has its middle.
    pub fn mid(&self, place: f64) -> f64 {
        self.slab(place) - (self.row / 2.0).min(ABOVE)
    }

    /// The place at a height.
    pub fn place(&self, y: f64) -> i32 {
        self.low + libm::floor((self.bottom - y) / self.row.max(1e-6)) as i32
    }

    /// The shaft of a car.
    pub fn shaft(&self, index: usize) -> Frame {
        let (x, pitch, w) = self.shafts;
        let roof = self.landings.y;
        Frame { x: x + pitch * index as f64, y: roof, w, h: self.bottom - roof }
    }

    /// The box of a car: it stands on its slab, and where the last minute is drawn at the shaft's right, which is now.
    pub fn car_box(&self, index: usize, place: f64) -> Frame {
        let shaft = self.shaft(index);
        let (w, h) = self.car;
        let x = match self.tier {
            Tier::Full | Tier::Medium => shaft.right() - 5.0 - w,
            _ => shaft.middle() - w / 2.0,
        };
        Frame { x, y: self.slab(place) - h, w, h }
    }

    /// Whether each landing has a line of its own.
    pub fn has_lines(&self) -> bool {
        self.row >= LINE
    }
}

fn car_height(tier: Tier, narrow: bool, row: f64) -> f64 {
    match tier {
        Tier::Full | Tier::Medium => (row - 3.0).clamp(17.0, 25.0),
        Tier::Narrow if narrow => (row - 2.0).clamp(15.0, 20.0),
        Tier::Narrow => (row - 2.0).clamp(15.0, 22.0),
        Tier::Mark => row.clamp(6.0, 14.0),
    }
}

/// The step of the numbers: the first in which lines have room.
fn step(row: f64) -> i32 {
    let steps = [1, 2, 5, 10, 20, 50, 100];
    steps.into_iter().find(|step| f64::from(*step) * row >= LINE).unwrap_or(200)
}

/// The number of a landing, with a true minus.
pub fn number(place: i32) -> String {
    if place < 0 { format!("−{}", place.unsigned_abs()) } else { place.to_string() }
}
