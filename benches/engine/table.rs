//! The tables.

use crate::host::say;
use crate::measure::{Samples, Timing};
use crate::numbers::thousands;
use crate::work::Work;

/// Prints what was measured of a work.
pub fn print(work: &Work, timing: &Timing) {
    say("");
    say(&format!("{}; {} {}s", work.title, thousands(work.units), work.unit));
    let per_unit = format!("ns/{}", work.unit);
    say(&format!(
        "  {:<38} {:>9} {:>10} {:>10} {:>10} {:>9}",
        "", "best, ms", "median, ms", "× by hand", per_unit, "ns/event"
    ));
    let line = |name: &str, samples: &Samples, with_events: bool| {
        let (best, median) = (best(samples), median(samples));
        let per_event = if with_events { format!("{:.1}", best * 1e9 / timing.events as f64) } else { String::new() };
        say(&format!(
            "  {name:<38} {:>9.2} {:>10.2} {:>10.2} {:>10.1} {per_event:>9}",
            best * 1e3,
            median * 1e3,
            best / self::best(&timing.by_hand),
            best * 1e9 / f64::from(work.units),
        ));
    };
    line("loop by hand", &timing.by_hand, false);
    line("engine, trace recorded, then given up", &timing.forgotten, true);
    line("engine, trace kept", &timing.kept, true);
    line("engine, trace folded, then given up", &timing.folded, true);
    line("the fold of the kept trace alone", &timing.fold, true);
    say(&format!("  {:.2} events a {}", timing.events as f64 / f64::from(work.units), work.unit));
}

/// The best round.
pub fn best(samples: &Samples) -> f64 {
    samples.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The round in the middle.
pub fn median(samples: &Samples) -> f64 {
    let mut sorted = samples.clone();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
