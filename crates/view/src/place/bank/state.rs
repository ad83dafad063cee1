//! What the ledger says about a bank at the playhead, put in order once for a picture: cars with riders and stops, landings
//! with who waits there and for which way.

use super::breaker::Breaker;
use crate::scene::{Look, Scene};
use litemap::LiteMap;
use millrace_spec as spec;
use millrace_trace::{JobId, Span, StationId, StationKind, UNLIMITED, ledger::StationRow};

/// The declared state of a car that was taken away.
const REMOVED: &str = "removed";

/// The ways that people wait for.
pub const WAYS: [Way; 2] = [Way::Up, Way::Down];

/// A car that has something to do, heads nowhere, and of which nothing has been heard for this long, stands for good.
const STANDS: Span = Span::secs(5);

/// A way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To higher landings.
    Up,
    /// To lower ones.
    Down,
}

impl Way {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Way::Up => "up",
            Way::Down => "down",
        }
    }

    /// The other way.
    pub const fn opposite(self) -> Way {
        match self {
            Way::Up => Way::Down,
            Way::Down => Way::Up,
        }
    }

    /// 1 or −1.
    pub const fn sign(self) -> i8 {
        match self {
            Way::Up => 1,
            Way::Down => -1,
        }
    }

    /// The way of a sign, if it has one.
    pub const fn of(sign: i64) -> Option<Way> {
        match sign.signum() {
            1 => Some(Way::Up),
            -1 => Some(Way::Down),
            _ => None,
        }
    }
}

/// A place where a car is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The landing's place.
    pub place: i32,
    /// A rider wants to get off.
    pub ride: bool,
    /// Somebody waits there for this car.
    pub call: bool,
}

/// A car.
#[derive(Debug)]
pub struct Car<'a> {
    /// Its station.
    pub id: StationId,
    /// Its row.
    pub row: &'a StationRow,
    /// Its name.
    pub name: &'a str,
    /// Where it is drawn.
    pub place: f64,
    /// Where it is heading.
    pub heading: Option<Way>,
    /// Whether its doors are open.
    pub doors: bool,
    /// The lowest and the highest landing it serves.
    pub range: (i32, i32),
    /// Where its riders want to go, in order of boarding.
    pub riders: Vec<Option<i32>>,
    /// How many it takes, if there is a limit.
    pub capacity: Option<u32>,
    /// Its declared state, where it is not in service, or that it stands with work to do.
    pub trouble: Option<&'a str>,
    /// Whether it was taken away with all the others: the bank is shut down, and that is no trouble.
    pub is_shut: bool,
    /// Signals queued for it.
    pub signals: u64,
    /// What it has still to do upward and downward.
    pub pending: (u64, u64),
    /// Where it is to stop, from the lowest.
    pub stops: Vec<Stop>,
    /// Its breaker.
    pub breaker: Option<Breaker>,
}

impl Car<'_> {
    /// The last stop of the way it is heading.
    pub fn furthest(&self) -> Option<i32> {
        let ends = match self.heading? {
            Way::Up => self.stops.last(),
            Way::Down => self.stops.first(),
        };
        ends.map(|stop| stop.place)
    }

    /// The landing it is at, or nearest to.
    pub fn nearest(&self) -> i32 {
        libm::round(self.place) as i32
    }

    /// Whether it is at a landing, rather than between two.
    pub fn is_at_landing(&self) -> bool {
        (self.place - f64::from(self.nearest())).abs() < 0.01
    }

    /// Whether it is out of service against its will: one that is being taken away only finishes what it has.
    pub fn is_stuck(&self) -> bool {
        self.trouble.is_some() && !self.is_leaving()
    }

    /// Whether its breaker keeps it where it is.
    pub fn is_held(&self) -> bool {
        self.breaker.as_ref().is_some_and(|breaker| breaker.is_open()) && !self.moves()
    }

    /// Whether it is being taken away, or was.
    pub fn is_leaving(&self) -> bool {
        self.is_shut || matches!(self.trouble, Some("deleting" | REMOVED))
    }

    /// Whether it moves at the moment.
    pub fn moves(&self) -> bool {
        self.row.pace() != 0
    }
}

/// Those who wait at a landing for one way.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The way.
    pub way: Way,
    /// How many.
    pub people: u64,
    /// How long the first of them has been waiting.
    pub longest: Span,
    /// The car that is to come, or [`StationId::NONE`].
    pub via: StationId,
    /// When it is expected, in ns; 0 where nobody knows.
    pub due: u64,
}

/// Where somebody at a landing wants to go.
#[derive(Clone, Copy, Debug)]
pub struct Trip {
    /// The place.
    pub to: i32,
    /// The way.
    pub way: Way,
    /// The car that they were told to take, or [`StationId::NONE`].
    pub via: StationId,
}

/// A landing.
#[derive(Debug)]
pub struct Landing<'a> {
    /// Its station.
    pub id: StationId,
    /// Its name.
    pub name: &'a str,
    /// Its place on the scale.
    pub place: i32,
    /// Who waits, in order: how long.
    pub people: Vec<Span>,
    /// Where they want to go.
    pub trips: Vec<Trip>,
    /// The calls, up first; only those that somebody waits for.
    pub calls: Vec<Call>,
}

impl Landing<'_> {
    /// The call for a way.
    pub fn call(&self, way: Way) -> Option<&Call> {
        self.calls.iter().find(|call| call.way == way)
    }

    /// The call that has been waiting longest.
    pub fn longest(&self) -> Option<&Call> {
        self.calls.iter().max_by_key(|call| call.longest)
    }
}

/// A bank at the playhead.
#[derive(Debug)]
pub struct State<'a> {
    /// What its gauges mean.
    pub spec: &'a spec::Bank,
    /// The cars that are there, in the order of opening.
    pub cars: Vec<Car<'a>>,
    /// The landings, from the lowest.
    pub landings: Vec<Landing<'a>>,
    /// The lowest and the highest place.
    pub ends: (i32, i32),
    /// How many times as long as it should a stop takes, because of a fault.
    pub slow: f64,
}

impl<'a> State<'a> {
    /// The bank of a scene, if it has one.
    pub fn of(scene: &Scene<'a>, look: &Look<'_>) -> Option<State<'a>> {
        scene.spec.bank().map(|(station, bank)| State::read(scene, look, station, bank))
    }

    /// Reads a bank from the ledger.
    pub fn read(scene: &Scene<'a>, look: &Look<'_>, station: &str, bank: &'a spec::Bank) -> State<'a> {
        let members = |name: &str, kind: StationKind| {
            let id = scene.station(name).map_or(StationId::NONE, |(id, _)| id);
            let open = move |(_, row): &(StationId, &StationRow)| {
                row.parent == id && id != StationId::NONE && row.kind == kind && row.closed.is_none()
            };
            scene.ledger.stations_with_ids().filter(open)
        };
        let mut cars: Vec<Car<'a>> =
            members(station, StationKind::Car).map(|(id, row)| car(scene, look, bank, (id, row))).collect();
        if cars.iter().all(|car| car.trouble == Some(REMOVED)) {
            cars.iter_mut().for_each(|car| (car.trouble, car.is_shut) = (None, true));
        }
        let mut index: LiteMap<StationId, usize> = LiteMap::new_vec();
        for (i, car) in cars.iter().enumerate() {
            index.insert(car.id, i);
        }
        for (_, row) in scene.ledger.stations_with_ids().filter(|(_, row)| row.kind == StationKind::Gate) {
            if let Some(car) = index.get(&row.parent).and_then(|i| cars.get_mut(*i))
                && row.closed.is_none()
            {
                car.breaker = Some(Breaker::read(scene, look, row));
            }
        }
        let mut landings = Vec::new();
        for (id, row) in members(&bank.landings, StationKind::Landing) {
            let (landing, assigned) = landing(scene, look, bank, (id, row));
            for via in assigned {
                if let Some(car) = index.get(&via).and_then(|i| cars.get_mut(*i)) {
                    stop(&mut car.stops, landing.place, false);
                }
            }
            landings.push(landing);
        }
        millrace_trace::order::sort_by_key(&mut landings, |landing| landing.place);
        let (mut low, mut high) = bank.ends;
        if let (Some(first), Some(last)) = (landings.first(), landings.last()) {
            (low, high) = (low.min(first.place), high.max(last.place));
        }
        for car in &mut cars {
            millrace_trace::order::sort_by_key(&mut car.stops, |stop| stop.place);
            car.range = match car.range {
                (a, b) if a == b => (low, high),
                (a, b) => (a.min(b), a.max(b)),
            };
            // Nothing is drawn outside the building.
            car.place = car.place.clamp(f64::from(low), f64::from(high.max(low)));
        }
        let slow = bank
            .pace
            .as_ref()
            .and_then(|pace| scene.ledger.strongest(pace.slowed_by, scene.trace))
            .map_or(1.0, |times| times.max(1) as f64);
        State { spec: bank, cars, landings, ends: (low, high.max(low)), slow }
    }

    /// A car by its station.
    pub fn car(&self, id: StationId) -> Option<&Car<'a>> {
        self.cars.iter().find(|car| car.id == id)
    }

    /// How many wait, and on how many calls.
    pub fn waiting(&self) -> (u64, u64) {
        let people = self.landings.iter().map(|landing| landing.people.len() as u64).sum();
        (people, self.landings.iter().map(|landing| landing.calls.len() as u64).sum())
    }

    /// How many ride.
    pub fn riding(&self) -> u64 {
        self.cars.iter().map(|car| car.riders.len() as u64).sum()
    }
}

/// Where a landing is.
fn place_of(scene: &Scene<'_>, look: &Look<'_>, landing: StationId) -> Option<i32> {
    let row = scene.ledger.station(landing)?;
    Some(libm::round(row.place_at(look.now)) as i32)
}

fn stop(stops: &mut Vec<Stop>, place: i32, ride: bool) {
    match stops.iter_mut().find(|stop| stop.place == place) {
        Some(stop) if ride => stop.ride = true,
        Some(stop) => stop.call = true,
        None => stops.push(Stop { place, ride, call: !ride }),
    }
}

fn car<'a>(scene: &Scene<'a>, look: &Look<'_>, bank: &spec::Bank, (id, row): (StationId, &'a StationRow)) -> Car<'a> {
    let bound = |job: &JobId| scene.ledger.job(*job).and_then(|job| place_of(scene, look, job.bound));
    let riders: Vec<Option<i32>> = row.queue.iter().map(bound).collect();
    let mut stops = Vec::new();
    riders.iter().flatten().for_each(|place| stop(&mut stops, *place, true));
    let place = row.place_at(look.now);
    let count = |gauge| row.gauge(gauge).max(0) as u64;
    let heading = Way::of(row.gauge(bank.heading));
    let pending = (count(bank.pending.0), count(bank.pending.1));
    let has_work = pending.0 + pending.1 > 0;
    // Whoever takes up work says where it heads, and whoever works says what is left: silence is standing still. Where the run
    // is stuck it will not be broken any more.
    let silent = look.stuck || look.now.since(row.gauged) > STANDS;
    let stands = heading.is_none() && has_work && row.pace() == 0 && silent;
    let declared = row.state.map(|state| scene.trace.name(state)).filter(|state| *state != "in service");
    Car {
        id,
        row,
        name: scene.name(row),
        place: if look.calm { libm::round(place) } else { place },
        heading,
        doors: row.gauge(bank.doors) > 0,
        range: (row.gauge(bank.range.0) as i32, row.gauge(bank.range.1) as i32),
        riders,
        capacity: Some(row.capacity).filter(|capacity| *capacity != UNLIMITED),
        trouble: declared.or(stands.then_some("stands with work")),
        is_shut: false,
        signals: count(bank.signals.0),
        pending,
        stops,
        breaker: None,
    }
}

/// A landing, and the cars that are to come for those who wait there.
fn landing<'a>(
    scene: &Scene<'a>,
    look: &Look<'_>,
    bank: &spec::Bank,
    (id, row): (StationId, &'a StationRow),
) -> (Landing<'a>, Vec<StationId>) {
    let place = libm::round(row.place_at(look.now)) as i32;
    let (mut people, mut trips, mut assigned) = (Vec::new(), Vec::new(), Vec::new());
    let mut calls: Vec<Call> = Vec::new();
    for job in row.queue.iter().filter_map(|job| scene.ledger.job(*job)) {
        let waits = look.now.since(job.entered);
        people.push(waits);
        let to = place_of(scene, look, job.bound).unwrap_or(place);
        let Some(way) = Way::of(i64::from(to) - i64::from(place)) else { continue };
        trips.push(Trip { to, way, via: job.via });
        if job.via != StationId::NONE && !assigned.contains(&job.via) {
            assigned.push(job.via);
        }
        match calls.iter_mut().find(|call| call.way == way) {
            Some(call) => {
                call.people += 1;
                if waits > call.longest || call.via == StationId::NONE {
                    call.via = job.via.some().unwrap_or(call.via);
                }
                call.longest = call.longest.max(waits);
            }
            None => {
                let due = row.gauge(if way == Way::Up { bank.due.0 } else { bank.due.1 }).max(0) as u64;
                calls.push(Call { way, people: 1, longest: waits, via: job.via, due });
            }
        }
    }
    millrace_trace::order::sort_by_key(&mut calls, |call| -call.way.sign());
    (Landing { id, name: scene.name(row), place, people, trips, calls }, assigned)
}
