//! The landings, and who waits at each.

use super::floor::{Direction, Floor};
use super::passenger::Passenger;
use litemap::LiteMap;
use millrace_engine::{Env, StationSpec};
use millrace_parts::Watch;
use millrace_trace::{EventKind, Gauge, SimTime, StationId, StationKind, UNLIMITED};
use std::cell::RefCell;
use std::rc::Rc;

/// When the car for the call up is due at a landing.
pub const DUE_UP: Gauge = Gauge(0);
/// When the car for the call down is due.
pub const DUE_DOWN: Gauge = Gauge(1);
/// The station that the landings are parts of.
pub const LANDINGS: &str = "building";

/// A landing.
#[derive(Debug)]
struct Landing {
    station: StationId,
    waiting: Vec<Rc<Passenger>>,
    /// When a car is due for each direction, up first; zero for never.
    due: [SimTime; 2],
}

/// All landings.
#[derive(Debug)]
pub struct Building {
    env: Env,
    station: StationId,
    landings: RefCell<LiteMap<Floor, Landing>>,
    /// Changes whenever somebody is told which car to take.
    pub stirs: Watch<u64>,
}

impl Building {
    /// A building without floors.
    pub fn open(env: &Env) -> Building {
        let station = env.open_plain(StationKind::Crew, LANDINGS);
        Building { env: env.clone(), station, landings: RefCell::default(), stirs: Watch::new(env, 0) }
    }

    /// Sees that there are landings from a floor to another, whichever is higher.
    pub fn reach(&self, one: Floor, other: Floor) {
        for number in one.min(other).0..=one.max(other).0 {
            let floor = Floor(number);
            if self.station(floor).is_some() {
                continue;
            }
            let name = format!("floor {floor}");
            let spec =
                StationSpec { kind: StationKind::Landing, name: &name, parent: self.station, capacity: UNLIMITED };
            let station = self.env.open(spec);
            self.env.emit(EventKind::Travelled { station, place: floor.place(), pace: 0 });
            let landing = Landing { station, waiting: Vec::new(), due: [SimTime::ZERO; 2] };
            self.landings.borrow_mut().insert(floor, landing);
        }
    }

    /// A floor's landing, if it has one.
    pub fn station(&self, floor: Floor) -> Option<StationId> {
        self.landings.borrow().get(&floor).map(|l| l.station)
    }

    /// Somebody comes to their floor.
    pub fn enter(&self, person: &Rc<Passenger>) {
        if let Some(landing) = self.landings.borrow_mut().get_mut(&person.from()) {
            landing.waiting.push(person.clone());
        }
    }

    /// Somebody was told which car to take: cars that are idle look around.
    pub fn stir(&self) {
        self.stirs.set(self.stirs.get().wrapping_add(1));
    }

    /// Somebody is not at their floor any more.
    pub fn leave(&self, person: &Rc<Passenger>) {
        let lit = {
            let mut landings = self.landings.borrow_mut();
            let Some(landing) = landings.get_mut(&person.from()) else { return };
            landing.waiting.retain(|p| !Rc::ptr_eq(p, person));
            landing.waiting.iter().any(|p| p.direction() == person.direction())
        };
        if !lit {
            self.due(person.from(), person.direction(), SimTime::ZERO);
        }
    }

    /// The first at a floor, in the order of coming, of whom something holds.
    pub fn first(&self, floor: Floor, holds: impl Fn(&Passenger) -> bool) -> Option<Rc<Passenger>> {
        self.landings.borrow().get(&floor)?.waiting.iter().find(|p| holds(p)).cloned()
    }

    /// All at a floor of whom something holds.
    pub fn all(&self, floor: Floor, holds: impl Fn(&Passenger) -> bool) -> Vec<Rc<Passenger>> {
        let landings = self.landings.borrow();
        landings.get(&floor).into_iter().flat_map(|l| &l.waiting).filter(|p| holds(p)).cloned().collect()
    }

    /// All who wait anywhere.
    pub fn everybody(&self) -> Vec<Rc<Passenger>> {
        self.landings.borrow().values().flat_map(|l| &l.waiting).cloned().collect()
    }

    /// Says when a car is due for the call in a direction; zero for never.
    pub fn due(&self, floor: Floor, direction: Direction, at: SimTime) {
        let (gauge, index) = match direction {
            Direction::Up => (DUE_UP, 0),
            Direction::Down => (DUE_DOWN, 1),
        };
        let station = {
            let mut landings = self.landings.borrow_mut();
            let Some(landing) = landings.get_mut(&floor) else { return };
            let Some(known) = landing.due.get_mut(index) else { return };
            if std::mem::replace(known, at) == at {
                return;
            }
            landing.station
        };
        self.env.gauge(station, gauge, i64::try_from(at.0).unwrap_or(i64::MAX));
    }
}
