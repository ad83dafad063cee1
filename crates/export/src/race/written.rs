//! A race in writing: a table for a terminal, and figures with their names for programs.

use super::{Line, RaceRow, RaceRun, seconds, verdict};
use crate::table::table;
use millrace_view::number;
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// The id of what the scenario itself chose.
fn current(race: &RaceRun) -> String {
    race.base().values().word(race.key()).to_owned()
}

/// The runs of an alternative, in the order of the seeds.
fn runs_of(race: &RaceRun, place: usize) -> impl Iterator<Item = &RaceRow> {
    race.compared_rows().iter().filter(move |row| row.choice == place)
}

/// The mean over the seeds that are computed, and the least and the greatest mean that any of them has.
fn range(line: &Line) -> Option<(f64, f64, f64)> {
    let mean = line.mean?;
    let low = line.waits.iter().copied().fold(mean, f64::min);
    Some((mean, low, line.waits.iter().copied().fold(mean, f64::max)))
}

/// The table of a race that is computed, and its verdict.
pub fn text(race: &RaceRun) -> String {
    let (words, seeds, current) = (race.words(), race.seeds().len(), current(race));
    let mut out = String::new();
    let over = if seeds == 1 { format!("seed {}", race.base().seed) } else { format!("{seeds} seeds") };
    // Writing to a string cannot fail.
    let _ok = writeln!(out, "{} · {} by {} on {over}\n", race.base().pattern.id, words.measure, race.key());
    let headings = ["", "Mean", "Lowest", "Highest", "p95", "Longest", "Done", "Best on", "Fingerprint"];
    let mut lines = vec![headings.map(str::to_owned).to_vec()];
    let dash = || "—".to_owned();
    // Who has nobody to be compared with is not best.
    let can_be_best = race.lines().iter().filter(|line| line.mean.is_some()).count() > 1;
    for (place, line) in race.lines().iter().enumerate() {
        let chosen = if line.choice.id == current { " (chosen)" } else { "" };
        let figure = |pick: fn((f64, f64, f64)) -> f64| range(line).map_or_else(dash, |r| seconds(pick(r)));
        let digest = runs_of(race, place).next().map_or_else(dash, |row| row.arrivals.hex());
        lines.push(vec![
            format!("{}{chosen}", line.choice.id),
            figure(|r| r.0),
            figure(|r| r.1),
            figure(|r| r.2),
            line.p95.map_or_else(dash, seconds),
            line.longest.map_or_else(dash, seconds),
            format!("{} of {}", number::count(line.delivered), number::count(line.offered)),
            if can_be_best { format!("{} of {seeds}", line.best_on) } else { dash() },
            digest,
        ]);
    }
    out += &table(&lines, &[0]);
    out.push('\n');
    match verdict(&race.lines(), race.compared_rows(), &current, &words) {
        None if race.lines().iter().any(|line| line.drained) => {
            out += "Nothing can be compared: there is no figure of any that came to its end.\n";
        }
        None => out += "Nothing can be compared: nobody came to the end with any of them.\n",
        Some(verdict) => {
            let _ok = writeln!(out, "{}", verdict.sentence());
            verdict.rest.iter().filter(|_| verdict.is_same).for_each(|text| {
                let _ok = writeln!(out, "  {text}");
            });
        }
    }
    out
}

/// The figures of a race that is computed, for programs: times in seconds, `low` and `high` the least and the greatest mean of a
/// seed. `digest` is that of who came on the first seed, null where it was not the same for all.
pub fn json(race: &RaceRun, notices: &[String]) -> Json {
    let (words, current) = (race.words(), current(race));
    let verdict = verdict(&race.lines(), race.compared_rows(), &current, &words);
    let is_same = verdict.as_ref().is_some_and(|verdict| verdict.is_same);
    let first = race.compared_rows().first().map(|row| row.arrivals.hex());
    let row = |(place, line): (usize, &Line)| {
        let range = range(line);
        json!({
            "value": line.choice.id,
            "label": line.choice.label,
            "mean": range.map(|r| r.0),
            "low": range.map(|r| r.1),
            "high": range.map(|r| r.2),
            "p95": line.p95,
            "longest": line.longest,
            "offered": line.offered,
            "completed": line.delivered,
            "rejected": line.turned_away,
            "drained": line.drained,
            "best_on": line.best_on,
            "digests": runs_of(race, place).map(|row| row.arrivals.hex()).collect::<Vec<_>>(),
        })
    };
    json!({
        "key": race.key(),
        "chosen": current,
        "measure": words.measure.as_ref(),
        "unit": "s",
        "seeds": race.seeds(),
        "digest": first.filter(|_| is_same),
        "rows": race.lines().iter().enumerate().map(row).collect::<Vec<_>>(),
        "best": verdict.as_ref().filter(|v| v.is_same).map(|v| v.best),
        "verdict": verdict.as_ref().map(super::Verdict::sentence),
        "rest": verdict.map(|v| v.rest).unwrap_or_default(),
        "notices": notices,
    })
}
