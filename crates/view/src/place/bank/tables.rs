//! A bank in tables, beside the stage: the calls at its landings, and how its cars are.
//!
//! The same state as in the picture, so a table never says anything else than the stage.

pub use super::state::Way;
pub use crate::scene::contact::Contact;
use crate::scene::{Look, Scene};

use super::breaker::Breaker;
use super::floors::{arrival, waits};
use super::plan::number;
use super::state::{Car, Landing, State};
use millrace_trace::{Span, StationId};

/// People who wait at a landing for one way.
#[derive(Clone, Debug, PartialEq)]
pub struct HallCall {
    /// The landing's place.
    pub place: i32,
    /// The same, as it stands beside the landing.
    pub number: String,
    /// The way.
    pub way: Way,
    /// How many wait.
    pub people: u64,
    /// How long the first of them has been waiting.
    pub longest: Span,
    /// The same in words: "63 s", and "for ever" where the run cannot go on.
    pub waits: String,
    /// Whether that is too long.
    pub late: bool,
    /// The car that is to come; empty where none is.
    pub car: String,
    /// When it is expected: "in 22 s", "here".
    pub arrives: String,
}

/// How one car is.
#[derive(Clone, Debug, PartialEq)]
pub struct CarHealth {
    /// Its name.
    pub name: String,
    /// The state of its breaker.
    pub status: Contact,
    /// What the breaker waits for: "retry in 4.2 s", "2 of 3 passed".
    pub says: Option<String>,
    /// What counts against it: "0 of 5".
    pub failures: String,
    /// How many people it has set down.
    pub delivered: u64,
    /// Signals queued for it, and for how many there is room.
    pub signals: (u64, u32),
    /// Why it is not in service, if it is not.
    pub trouble: Option<String>,
    /// Whether it is being taken away.
    pub is_leaving: bool,
    /// How many ride in it.
    pub riders: u64,
}

impl CarHealth {
    /// Whether its breaker lets it work, and nobody takes it away. One that stands for another reason is none the less healthy
    /// in the eyes of whoever asks for no more.
    pub fn is_healthy(&self) -> bool {
        !matches!(self.status, Contact::Open | Contact::ForcedOpen) && !self.is_leaving
    }

    /// Whether it is healthy, and nothing else keeps it from working.
    pub fn is_in_service(&self) -> bool {
        self.is_healthy() && self.trouble.is_none()
    }
}

/// How a bank is.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// Its cars, in the order of opening.
    pub cars: Vec<CarHealth>,
    /// What all cars have still to do.
    pub pending: u64,
    /// People at landings, and in cars.
    pub people: (u64, u64),
    /// Whether all cars were taken away together, as at the end of a run.
    pub is_shut: bool,
}

impl Health {
    /// How many cars are in service.
    pub fn in_service(&self) -> usize {
        self.cars.iter().filter(|car| car.is_in_service()).count()
    }

    /// What there is to do for each car, on average.
    pub fn load(&self) -> f64 {
        self.pending as f64 / self.cars.len().max(1) as f64
    }

    /// "Healthy", "Degraded, 2 of 4 in service", "Down".
    pub fn verdict(&self) -> String {
        match (self.in_service(), self.cars.len()) {
            _ if self.is_shut => "Shut down".to_owned(),
            (_, 0) => "No cars".to_owned(),
            (0, _) => "Down".to_owned(),
            (n, all) if n == all => "Healthy".to_owned(),
            (n, all) => format!("Degraded, {n} of {all} in service"),
        }
    }
}

/// The calls at the landings of a scene's bank, the longest first; of equals the higher landing.
pub fn hall_calls(scene: &Scene<'_>, look: &Look<'_>) -> Vec<HallCall> {
    let Some(state) = State::of(scene, look) else { return Vec::new() };
    fn of<'s>(
        state: &'s State<'_>,
        look: &'s Look<'_>,
        landing: &'s Landing<'_>,
    ) -> impl Iterator<Item = HallCall> + 's {
        landing.calls.iter().map(move |call| HallCall {
            place: landing.place,
            number: number(landing.place),
            way: call.way,
            people: call.people,
            longest: call.longest,
            waits: waits(look, call),
            late: look.stuck || call.longest > state.spec.patience,
            car: state.car(call.via).map_or(String::new(), |car| car.name.to_owned()),
            arrives: arrival(state, look, landing, call, false),
        })
    }
    let mut calls: Vec<HallCall> = state.landings.iter().flat_map(|landing| of(&state, look, landing)).collect();
    millrace_trace::order::sort_by_key(&mut calls, |call| {
        (std::cmp::Reverse(call.longest), std::cmp::Reverse(call.place))
    });
    calls
}

/// The landings of a scene's bank, from the lowest: their stations, places and names.
pub fn landings(scene: &Scene<'_>, look: &Look<'_>) -> Vec<(StationId, i32, String)> {
    let Some(state) = State::of(scene, look) else { return Vec::new() };
    state.landings.iter().map(|landing| (landing.id, landing.place, landing.name.to_owned())).collect()
}

/// How the cars of a scene's bank are.
pub fn health(scene: &Scene<'_>, look: &Look<'_>) -> Option<Health> {
    let state = State::of(scene, look)?;
    let car = |car: &Car<'_>| {
        let says = |breaker: &Breaker| match breaker.status {
            Contact::Closed => None,
            _ => breaker.says().into_iter().next(),
        };
        CarHealth {
            name: car.name.to_owned(),
            status: car.breaker.map_or(Contact::Closed, |breaker| breaker.status),
            says: car.breaker.as_ref().and_then(says),
            failures: car.breaker.map_or("–".to_owned(), |breaker| breaker.failures()),
            delivered: car.row.levels.arrivals.saturating_sub(car.row.levels.present),
            signals: (car.signals, state.spec.signals.1),
            trouble: car.trouble.map(str::to_owned),
            is_leaving: car.is_leaving(),
            riders: car.riders.len() as u64,
        }
    };
    Some(Health {
        cars: state.cars.iter().map(car).collect(),
        pending: state.cars.iter().map(|car| car.pending.0 + car.pending.1).sum(),
        people: (state.waiting().0, state.riding()),
        is_shut: !state.cars.is_empty() && state.cars.iter().all(|car| car.is_shut),
    })
}

/// The one figure of how a scene's bank does, if it has one, and its formula; none once it is shut down. There is no figure while no car
/// is in service: the formula looks at breakers alone, and would call a bank perfect whose cars all stand with their doors shut.
pub fn score(scene: &Scene<'_>, health: &Health) -> Option<(Option<f64>, &'static str)> {
    let score = scene.spec.bank()?.1.score.filter(|_| !health.is_shut)?;
    if health.in_service() == 0 {
        return Some((None, score.formula));
    }
    let n = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let pending = u32::try_from(health.pending).unwrap_or(u32::MAX);
    let healthy = health.cars.iter().filter(|car| car.is_healthy()).count();
    Some((Some((score.of)(n(health.cars.len()), n(healthy), pending)), score.formula))
}
