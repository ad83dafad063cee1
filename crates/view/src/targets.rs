//! The targets of a scene at a playhead, in words: what is wanted, what was measured, and by how much it is missed. The panel and the text alternative say the
//! same.

use crate::number;
use crate::scene::{Look, Scene};
use millrace_spec::{Stands, TargetSpec, Unit, Wanted};
use millrace_trace::Span;

/// A target at a playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRow {
    /// Its name.
    pub name: &'static str,
    /// "< 100 ms".
    pub wanted: String,
    /// "61.2 ms", or a dash.
    pub measured: String,
    /// Whether it is met, if that is known.
    pub met: Option<bool>,
    /// "met", "missed by 12.4 ms", "not yet".
    pub says: String,
}

/// The targets, as they are declared.
pub fn targets(scene: &Scene<'_>, _: &Look<'_>) -> Vec<TargetRow> {
    let row = |target: &TargetSpec| {
        let unit = target.of(scene.spec).map_or(Unit::Count(""), |gauge| gauge.unit);
        let stands = target.stands(scene.spec, scene.ledger, scene.trace);
        row(target, unit, stands)
    };
    scene.spec.targets.iter().map(row).collect()
}

fn row(target: &TargetSpec, unit: Unit, stands: Option<Stands>) -> TargetRow {
    // A bound is a round number.
    let wanted = amount(target.wanted.number(), unit).replace(".0 ", " ");
    let says = match stands {
        None => "not yet".to_owned(),
        Some(Stands { missed_by: None, .. }) => "met".to_owned(),
        Some(Stands { missed_by: Some(by), .. }) => format!("missed by {}", amount(by, unit)),
    };
    TargetRow {
        name: target.name,
        wanted: match target.wanted {
            Wanted::AtLeast(_) => format!("≥ {wanted}"),
            Wanted::Below(_) => format!("< {wanted}"),
        },
        measured: number::dashed(stands, |stands| amount(stands.measured, unit)),
        met: stands.map(|stands| stands.missed_by.is_none()),
        says,
    }
}

/// A number with its unit.
fn amount(n: i64, unit: Unit) -> String {
    let whole = n.max(0) as u64;
    match unit {
        Unit::Time => number::time_text(whole),
        Unit::Share => format!("{} %", number::percent(n as f64 / 1e6)),
        Unit::Count(_) | Unit::Sum(_) => number::count(whole),
        Unit::Word(_) => unit.says(n).to_owned(),
    }
}

/// "3 of 4 met, last second": of the longest window that one of them is of.
pub fn heading(scene: &Scene<'_>, rows: &[TargetRow]) -> String {
    let met = rows.iter().filter(|row| row.met == Some(true)).count();
    if rows.iter().all(|row| row.met.is_none()) {
        return "none measured yet".to_owned();
    }
    let window = scene.spec.targets.iter().map(|target| target.window).max().unwrap_or(Span::ZERO);
    let window = match window {
        Span::ZERO => String::new(),
        window if window == Span::secs(1) => ", last second".to_owned(),
        window => format!(", last {window}"),
    };
    format!("{met} of {} met{window}", rows.len())
}

/// A row of the text alternative: "missed by 12.4 ms: 62.4 ms, wanted < 50 ms".
pub(crate) fn says(row: &TargetRow) -> String {
    match row.met {
        None => format!("{}, wanted {}", row.says, row.wanted),
        Some(_) => format!("{}: {}, wanted {}", row.says, row.measured, row.wanted),
    }
}

/// "2 of 4 targets are missed: Sessions by 9,000, and ..." where one is.
pub(crate) fn sentence(scene: &Scene<'_>, look: &Look<'_>) -> Option<String> {
    let rows = targets(scene, look);
    let missed: Vec<String> =
        rows.iter().filter(|row| row.met == Some(false)).map(|row| format!("{} {}", row.name, row.says)).collect();
    (!missed.is_empty()).then(|| {
        let n = missed.len();
        format!("{n} of {} targets missed: {}", rows.len(), crate::story::listed(&missed))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_is_wanted_what_was_measured_and_what_is_missing() {
        let below = TargetSpec { name: "p95", gauge: "p95", wanted: Wanted::Below(50_000_000), window: Span::secs(1) };
        let told = |target: &TargetSpec, unit, measured: Option<i64>| {
            let row = row(target, unit, measured.map(|measured| target.wanted.holds(measured)));
            (says(&row), row.met)
        };
        let time = |measured| told(&below, Unit::Time, measured);
        assert_eq!(time(Some(12_400_000)), ("met: 12.4 ms, wanted < 50 ms".to_owned(), Some(true)));
        assert_eq!(time(Some(62_400_000)), ("missed by 12.4 ms: 62.4 ms, wanted < 50 ms".to_owned(), Some(false)));
        assert_eq!(time(None), ("not yet, wanted < 50 ms".to_owned(), None));
        let many = TargetSpec { name: "n", gauge: "n", wanted: Wanted::AtLeast(10_000), window: Span::ZERO };
        let count = |measured| told(&many, Unit::Count("frames"), Some(measured)).0;
        assert_eq!(count(10_000), "met: 10,000, wanted ≥ 10,000");
        assert_eq!(count(1_000), "missed by 9,000: 1,000, wanted ≥ 10,000");
    }
}
