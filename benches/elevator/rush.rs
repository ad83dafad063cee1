//! A large bank in slices of 1/60 s of virtual time, as the page asks for them at 1×.

use crate::clock;
use crate::host::say;
use millrace::analysis::History;
use millrace::session::{Scenario, Session};
use millrace::trace::{Ledger, SimTime};

const CARS: u32 = 50;
const FLOORS: u32 = 200;
const PASSENGERS: u32 = 2_000;
/// Three come a second.
const RATE: u32 = 3;
/// Slices in a second of virtual time.
const SLICES: u64 = 60;
/// The mark natively, in seconds a slice.
const MARK: f64 = 100e-6;

/// Runs it under the reference's policy, the textbook's and the one that looks ahead, and prints a line for each.
pub fn print() {
    say("");
    say(&format!(
        "The rush: {CARS} cars, {FLOORS} floors, {PASSENGERS} passengers, {RATE} a second; per 1/60 s of virtual time, µs"
    ));
    say(&format!("  {:<36} {:>12} {:>12} {:>12} {:>12}", "", "mean", "p99", "worst", "slices"));
    for policy in ["reference", "look", "etd"] {
        let link = link(policy);
        let (computed, shown) = slices(&link);
        line(&format!("{policy}: program, trace, fold"), &computed);
        let both: Vec<f64> = computed.iter().zip(&shown).map(|(a, b)| a + b).collect();
        line(&format!("{policy}: and the playhead's fold"), &both);
    }
}

fn link(policy: &str) -> String {
    let cars: Vec<String> = (1..=CARS).map(|n| format!("c{n}:0..{}", FLOORS - 1)).collect();
    format!(
        "#/elevator?cars={}&traffic=inter-floor&passengers={PASSENGERS}&rate={RATE}&policy={policy}",
        cars.join(",")
    )
}

/// The seconds of each slice: to compute it, and to show it.
fn slices(link: &str) -> (Vec<f64>, Vec<f64>) {
    let scenario = Scenario::read(link).expect("a link").scenario;
    let mut session = Session::new(scenario.clone(), Ledger::new(), History::of(scenario.pattern, &scenario.values()));
    let (mut computed, mut shown) = (Vec::new(), Vec::new());
    for slice in 1.. {
        let at = SimTime(slice * 1_000_000_000 / SLICES);
        let start = clock::seconds();
        session.compute(at, u64::MAX);
        let between = clock::seconds();
        session.show(at, u64::MAX);
        computed.push(between - start);
        shown.push(clock::seconds() - between);
        if session.end().is_some_and(|end| end <= at) {
            break;
        }
    }
    assert_eq!(
        session.state().tally.count(millrace::trace::Outcome::Completed),
        u64::from(PASSENGERS),
        "everybody arrives"
    );
    (computed, shown)
}

fn line(name: &str, seconds: &[f64]) {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    let p99 = sorted.get(sorted.len() * 99 / 100).copied().unwrap_or(f64::NAN);
    let worst = sorted.last().copied().unwrap_or(f64::NAN);
    let micro = |seconds: f64| seconds * 1e6;
    let verdict = if mean <= MARK { "" } else { "  above the mark of 100 µs" };
    say(&format!(
        "  {name:<36} {:>12.1} {:>12.1} {:>12.1} {:>12}{verdict}",
        micro(mean),
        micro(p99),
        micro(worst),
        sorted.len()
    ));
}
