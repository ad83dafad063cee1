//! `millrace run --shuffle N`: one scenario under N schedules in which whoever is ready goes by lot, and which checks fail under
//! which. The original's tests run under a race detector, many times, and hope; here a schedule has a number, and is the same one
//! tomorrow: `--schedule` with that number runs it alone.

use super::run::{Format, measured};
use super::{Failure, print};
use crate::session::{Keep, Scenario};
use crate::spec::{Check, CheckKind};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What is known of a check after all schedules.
struct Tried {
    check: &'static Check,
    /// The numbers of the schedules under which it fails.
    failed_under: Vec<u64>,
    /// Of one that is to be so at some instant: those under which it never was, which is no failure.
    not_seen_under: Vec<u64>,
}

impl Tried {
    /// Whether it is an `always` check that some schedule broke: the program is wrong then, and not only unlucky.
    fn is_broken(&self) -> bool {
        self.check.kind == CheckKind::Always && !self.failed_under.is_empty()
    }
}

/// The scenario under the shuffled schedule of a number from 1 on. The first is the one that a link can ask for.
pub(super) fn scheduled(mut scenario: Scenario, number: u64) -> Scenario {
    scenario.schedule = Some(number.saturating_sub(1));
    scenario
}

/// Runs a scenario under so many schedules, and prints which checks fail under which.
///
/// # Errors
/// [`Failure::Broken`] after that, where an `always` check failed.
pub(super) fn run(scenario: &Scenario, notices: &[String], schedules: u64, format: Format) -> Result<(), Failure> {
    let checks = scenario.pattern.checks().iter();
    let mut tried: Vec<Tried> =
        checks.map(|check| Tried { check, failed_under: Vec::new(), not_seen_under: Vec::new() }).collect();
    let (mut outcomes, mut traces) = (BTreeMap::<&str, u64>::new(), BTreeSet::new());
    for number in 1..=schedules {
        let (session, _) = measured(scheduled(scenario.clone(), number), Keep::NOTHING);
        let (at, over) = (session.computed(), session.outcome().is_some());
        *outcomes.entry(crate::export::outcome_word(session.outcome())).or_default() += 1;
        traces.insert(session.far_hash().hex());
        for (known, state) in tried.iter_mut().zip(session.history().checks.states()) {
            match state.check.kind {
                _ if state.holds(at, over) => {}
                CheckKind::Sometimes => known.not_seen_under.push(number),
                CheckKind::Always | CheckKind::Eventually => known.failed_under.push(number),
            }
        }
    }
    match format {
        Format::Json => {
            let line = |t: &Tried| {
                let not_seen = (t.check.kind == CheckKind::Sometimes).then_some(&t.not_seen_under);
                json!({ "name": t.check.name(), "kind": t.check.kind.word(), "failed_under": t.failed_under, "not_seen_under": not_seen })
            };
            let json = json!({
                "pattern": scenario.pattern.id,
                "seed": scenario.seed,
                "schedules": schedules,
                "distinct": traces.len(),
                "outcomes": outcomes,
                "checks": tried.iter().map(line).collect::<Vec<_>>(),
                "notices": notices,
            });
            print(&format!("{json:#}\n"));
        }
        Format::Text => print(&text(scenario, notices, schedules, &tried, &outcomes, traces.len())),
    }
    if tried.iter().any(Tried::is_broken) { Err(Failure::Broken) } else { Ok(()) }
}

fn text(
    scenario: &Scenario,
    notices: &[String],
    schedules: u64,
    tried: &[Tried],
    outcomes: &BTreeMap<&str, u64>,
    distinct: usize,
) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ok = writeln!(
        out,
        "{} · {} · seed {} · {schedules} shuffled schedules, {distinct} different traces",
        scenario.pattern.id,
        scenario.fidelity.id(),
        scenario.seed
    );
    notices.iter().for_each(|notice| {
        let _ok = writeln!(out, "  notice: {notice}");
    });
    let ends: Vec<String> = outcomes.iter().map(|(word, n)| format!("{n} {word}")).collect();
    let _ok = writeln!(out, "  ended: {}\n", ends.join(", "));
    for Tried { check, failed_under, not_seen_under } in tried {
        let (mark, under) = match check.kind {
            CheckKind::Sometimes if not_seen_under.len() as u64 == schedules => ("not seen", String::new()),
            CheckKind::Sometimes if not_seen_under.is_empty() => ("seen", String::new()),
            CheckKind::Sometimes => ("seen", format!(": not under {}", ranges(not_seen_under))),
            _ if failed_under.is_empty() => ("holds", String::new()),
            _ => ("FAILS", format!(": under {} of {schedules}, {}", failed_under.len(), ranges(failed_under))),
        };
        let _ok = writeln!(out, "  {mark:<8}  {} ({}){under}", check.name(), check.kind.word());
    }
    out
}

/// Numbers in rising order, neighbours together: "1 to 4, 7".
fn ranges(numbers: &[u64]) -> String {
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => spans.push((number, number)),
        }
    }
    let written = |(first, last)| match last - first {
        0 => format!("{first}"),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    };
    spans.into_iter().map(written).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_always_check_that_failed_somewhere_breaks_the_call() {
        let tried = |check, failed_under| Tried { check, failed_under, not_seen_under: Vec::new() };
        assert!(tried(&Check::CONSERVED, vec![3]).is_broken());
        assert!(!tried(&Check::CONSERVED, Vec::new()).is_broken());
        assert!(!tried(&Check::ALL_LEFT, vec![3]).is_broken());
    }

    #[test]
    fn neighbours_are_written_together() {
        assert_eq!(ranges(&[1, 2, 3, 4, 7, 9, 10]), "1 to 4, 7, 9, 10");
        assert_eq!(ranges(&[5]), "5");
    }
}
