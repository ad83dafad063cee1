//! Where people come from and where they want to go.
//!
//! Random trips are keyed by the number of the person, so two policies on one seed meet the very same people. The shares of
//! the kinds of traffic are those of the handbooks (CIBSE Guide D): a peak goes nine times of ten one way, lunch is two parts
//! in, two parts out and one between floors.

use super::floor::Floor;
use super::params::Params;
use super::script::{self, Scripted};
use millrace_engine::{Draw, Env};
use millrace_spec::Values;
use millrace_trace::Span;

/// The trips of a run, in the order of their times.
pub fn trips(env: &Env, p: &Params) -> Vec<Scripted> {
    if p.traffic == "script" {
        // What stands in the parameter was read before.
        return script::requests(&p.script).unwrap_or_default();
    }
    let cars = script::cars(&p.cars).unwrap_or_default();
    let ranges: Vec<(Floor, Floor)> = cars.iter().filter(|c| c.min < c.max).map(|c| (c.min, c.max)).collect();
    let mut due = 0.0;
    let trip = |n: u32| {
        let mut draw = env.draw("passengers", u64::from(n), 0);
        // Intended times come from one running sum in seconds, so that no gap's rounding adds up.
        due += draw.exponential(1.0 / p.rate);
        let (min, max) =
            ranges.get(draw.below(ranges.len().max(1) as u64) as usize).copied().unwrap_or((Floor(0), Floor(9)));
        let (from, to) = trip_of(&p.traffic, &mut draw, min, max);
        Scripted { from, to, at: Span::from_seconds(due) }
    };
    (0..p.passengers).map(trip).collect()
}

/// How many trips a run with some values has.
pub fn count(values: &Values) -> u64 {
    match values.word("traffic") {
        "script" => script::requests(values.word("script")).map_or(0, |all| all.len() as u64),
        _ => values.count("passengers"),
    }
}

/// One trip within the floors that some car serves.
fn trip_of(traffic: &str, draw: &mut Draw, min: Floor, max: Floor) -> (Floor, Floor) {
    let height = (max.0 - min.0).max(1) as u64;
    let main = min;
    let share = draw.unit();
    let upper = Floor(min.0 + 1 + draw.below(height) as i32);
    let other = draw.below(height) as i32;
    // Any two floors that are not the same.
    let between = {
        let from = Floor(min.0 + draw.below(height + 1) as i32);
        let to = Floor(min.0 + other);
        (from, if to >= from { Floor(to.0 + 1) } else { to })
    };
    let (incoming, outgoing) = match traffic {
        "up-peak" => (0.9, 0.95),
        "down-peak" => (0.05, 0.95),
        "lunch" => (0.4, 0.8),
        _ => (0.0, 0.0),
    };
    if share < incoming {
        (main, upper)
    } else if share < outgoing {
        (upper, main)
    } else {
        between
    }
}
