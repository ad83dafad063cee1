//! `millrace race`: the alternatives of a choice on the same traffic, as the page races them.

use super::run::{Format, scenario_of};
use super::{Failure, print};
use crate::export::race::{self, RaceRun};

/// What `millrace race` is asked to do.
#[derive(Clone, Debug, clap::Args)]
pub struct RaceCall {
    /// A link, a file with a link or a JSON scenario, or - for standard input.
    pub scenario: String,
    /// The choice whose alternatives are raced: --vary policy.
    #[arg(long, value_name = "KEY")]
    pub vary: String,
    /// Over how many seeds: the scenario's own, then 1, 2, 3, …
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub seeds: u16,
    /// Set a parameter, or seed, fidelity, preset: --set passengers=40.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// The seed: any word.
    #[arg(long)]
    pub seed: Option<String>,
    /// How the race is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Races and prints what came of it.
///
/// # Errors
/// [`Failure::Wrong`] with what is wrong and where.
pub fn run(call: &RaceCall) -> Result<(), Failure> {
    let (scenario, mut notices) = scenario_of(&call.scenario, &call.set, call.seed.as_deref())?;
    let wrong = |message: String| Failure::Wrong(format!("--vary {}: {message}", call.vary));
    let mut race = RaceRun::of(&scenario, &call.vary, usize::from(call.seeds)).map_err(wrong)?;
    match RaceRun::leaves_out(&scenario) {
        0 => {}
        n => notices.push(format!("{n} requests to the running system are not repeated in a race")),
    }
    while !race.work(u64::MAX) {}
    match call.format {
        Format::Text => {
            let said: String = notices.iter().map(|notice| format!("  notice: {notice}\n")).collect();
            print(&(race::text(&race) + &said));
        }
        Format::Json => print(&format!("{:#}\n", race::json(&race, &notices))),
    }
    Ok(())
}
