//! How a check stands, in words and as a mark: the badge, the checks and the report say the same of it.

use crate::number;
use millrace_analysis::Standing;
use millrace_spec::CheckKind;
use millrace_trace::SimTime;

/// The mark of a standing, and the class that colours it. What did not happen, or is not known yet, is no fault.
pub const fn mark(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Holds | Standing::Happened(_) => ("good", "✓"),
        Standing::Broken(_) => ("bad", "✗"),
        Standing::Missed | Standing::Unknown => ("open", "–"),
    }
}

/// How it stands, and when that was verified.
pub fn says(kind: CheckKind, standing: Standing) -> String {
    let seconds = |at: SimTime| number::moment(at.0);
    match (kind, standing) {
        (CheckKind::Always, Standing::Holds) => "Holds, verified after every instant".to_owned(),
        (CheckKind::Eventually, Standing::Broken(_)) => "Does not hold at the end".to_owned(),
        (_, Standing::Holds) => "Holds at the end of the run".to_owned(),
        (_, Standing::Broken(at)) => format!("Does not hold from {}", seconds(at)),
        (_, Standing::Happened(at)) => format!("Happened first at {}", seconds(at)),
        (_, Standing::Missed) => "Did not happen in this run".to_owned(),
        (CheckKind::Sometimes, Standing::Unknown) => "Has not happened yet".to_owned(),
        (_, Standing::Unknown) => "Known when the run is over".to_owned(),
    }
}

/// A sentence as part of a line.
pub fn within(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_of_the_end_fails_at_the_end_and_what_is_asked_of_every_instant_from_one_on() {
        // The badge once said "does not hold at 38.000 s" of both, as if the end had been a bad instant among others.
        let broken = Standing::Broken(SimTime(12_345_000_000));
        assert_eq!(says(CheckKind::Eventually, broken), "Does not hold at the end");
        assert_eq!(within(&says(CheckKind::Always, broken)), "does not hold from 12.345 s");
    }

    #[test]
    fn before_a_run_nothing_is_ticked_that_is_not_known_and_after_it_what_did_not_happen_is_no_fault() {
        // The report once ticked every check of a run that had not begun, and crossed what only may happen.
        assert_eq!(mark(Standing::Unknown).1, "–");
        assert_eq!(mark(Standing::Missed).1, "–");
        assert_eq!(says(CheckKind::Sometimes, Standing::Missed), "Did not happen in this run");
    }
}
