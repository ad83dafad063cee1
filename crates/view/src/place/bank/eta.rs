//! When a car will be at a landing, if nobody else comes: its sweep over the stops it has, at the pace of its bank.
//!
//! An announcement is made once and grows old; this is made anew at every playhead, from where everybody is. It must not know
//! how a system dispatches: a car goes on as far as it has a stop, then the other way, and takes in who was told to take it.

use super::state::{Car, Landing, State, Way};
use millrace_spec::Pace;
use millrace_trace::{Span, StationId};

/// Those at a landing who wait for a car to go a way, by where they want to go.
#[derive(Debug)]
struct Waiting {
    place: f64,
    way: Way,
    to: Vec<f64>,
}

/// The sweep of a car. Times are in seconds.
#[derive(Debug)]
struct Sweep<'a> {
    pace: &'a Pace,
    /// How long a stop is.
    stop: f64,
    now: f64,
    at: f64,
    heading: Way,
    rides: Vec<f64>,
    calls: Vec<Waiting>,
}

/// How long a car takes to a landing where somebody who wants to go a way was told to take it. A stop takes `slow` times as long
/// as it should.
pub fn eta(state: &State<'_>, car: &Car<'_>, (landing, way): (&Landing<'_>, Way), pace: &Pace, slow: f64) -> Span {
    let target = f64::from(landing.place);
    let towards = if target > car.place { Way::Up } else { Way::Down };
    let mut sweep = Sweep {
        pace,
        stop: pace.stop.seconds() * slow,
        // Who stands has to set off first.
        now: if car.moves() || car.doors { 0.0 } else { pace.turn.seconds() },
        at: car.place,
        heading: car.heading.unwrap_or(if target == car.place { way } else { towards }),
        rides: car.riders.iter().flatten().map(|to| f64::from(*to)).collect(),
        calls: state.landings.iter().flat_map(|landing| waiting(landing, car.id)).collect(),
    };
    if car.doors {
        // Half of a stop is over, on average.
        sweep.now += sweep.stop / 2.0;
        sweep.serve();
    }
    Span::from_seconds(sweep.until(target, way))
}

/// Who waits at a landing for a car.
fn waiting(landing: &Landing<'_>, car: StationId) -> impl Iterator<Item = Waiting> {
    let of = |way: Way| {
        let there = landing.trips.iter().filter(|trip| trip.via == car && trip.way == way);
        Waiting { place: f64::from(landing.place), way, to: there.map(|trip| f64::from(trip.to)).collect() }
    };
    [of(Way::Up), of(Way::Down)].into_iter().filter(|call| !call.to.is_empty())
}

impl Sweep<'_> {
    /// When it is at a place for those who go a way from there.
    fn until(mut self, target: f64, way: Way) -> f64 {
        // In two sweeps it has served a stop at least, and there are no more stops than people.
        let people = self.rides.len() + self.calls.iter().map(|call| call.to.len()).sum::<usize>();
        for _ in 0..2 * people + 2 {
            while let Some(stop) = self.next_stop() {
                self.go(stop);
                if stop == target && self.heading == way {
                    return self.now;
                }
                self.now += self.stop;
                self.serve();
            }
            // On to the last who waits to go back, and back.
            if let Some(last) = self.furthest_call() {
                self.go(last);
            }
            self.heading = self.heading.opposite();
            self.now += self.pace.turn.seconds();
        }
        self.now
    }

    fn go(&mut self, place: f64) {
        self.now += (place - self.at).abs() * self.pace.travel.seconds();
        self.at = place;
    }

    /// How far ahead a place is; none if it is behind.
    fn ahead(&self, place: f64) -> Option<f64> {
        Some((place - self.at) * f64::from(self.heading.sign())).filter(|distance| *distance >= 0.0)
    }

    /// The next place where it stops on its way.
    fn next_stop(&self) -> Option<f64> {
        let calls = self.calls.iter().filter(|call| call.way == self.heading).map(|call| call.place);
        let ahead = self.rides.iter().copied().chain(calls).filter_map(|place| Some((self.ahead(place)?, place)));
        ahead.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, place)| place)
    }

    /// The last place on its way where somebody waits, to go back.
    fn furthest_call(&self) -> Option<f64> {
        let ahead = self.calls.iter().filter_map(|call| Some((self.ahead(call.place)?, call.place)));
        ahead.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, place)| place)
    }

    /// People get out and in where it is.
    fn serve(&mut self) {
        let (at, heading, before) = (self.at, self.heading, self.rides.len());
        self.rides.retain(|to| *to != at);
        let mut moved = before - self.rides.len();
        let (here, others) =
            std::mem::take(&mut self.calls).into_iter().partition::<Vec<_>, _>(|c| c.place == at && c.way == heading);
        self.calls = others;
        for call in here {
            moved += call.to.len();
            self.rides.extend(call.to);
        }
        self.now += moved as f64 * self.pace.person.seconds();
    }
}
