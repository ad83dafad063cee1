//! A suite in writing: tables for a terminal, and figures with their names for programs.

use super::{Column, Said, SuiteRow, verdict};
use crate::Report;
use crate::table::table;
use millrace_session::Scenario;
use millrace_spec::{Claims, Primitive};
use millrace_view::number;
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// The tables of a suite that is computed, and its verdict: what was measured, what the documents say beside it, when they say
/// to choose which, and what each is made of.
pub fn text(rows: &[SuiteRow], base: &Scenario) -> String {
    let mut out = String::new();
    let name = base.pattern.suite.map_or("", |suite| suite.name);
    // Writing to a string cannot fail.
    let _ok = writeln!(out, "{name} on seed {}\n", base.seed);
    out += &measured(rows);
    let _ok = writeln!(out, "\nThe documents' words and figures, and what was measured here");
    out += &said(rows);
    let _ok = writeln!(out, "\nWhen to choose which, say the documents");
    out += &guide(rows);
    let _ok = writeln!(out, "\nWhat each is made of, say the documents");
    out += &primitives(rows);
    if let Some(verdict) = verdict(rows, base) {
        let _ok = writeln!(out, "\n{}", verdict.lead);
        for (who, what) in &verdict.rest {
            let _ok = writeln!(out, "  {who} {what}");
        }
    }
    out
}

fn measured(rows: &[SuiteRow]) -> String {
    let first = rows.first().map_or("the first", |row| row.pattern.name);
    let share = |x: Option<f64>| number::dashed(x, |x| format!("{x:.1}"));
    let mut lines = vec![vec![String::new()], vec![String::new()]];
    for (name, unit) in Column::ALL.map(Column::heading) {
        lines[0].push(name.to_owned());
        lines[1].push(unit.to_owned());
    }
    for name in ["Time", "Throughput", "Memory"] {
        lines[0].push(name.to_owned());
        lines[1].push(format!("% of {first}"));
    }
    lines[0].push("Ideal".to_owned());
    lines[1].push("s".to_owned());
    lines.extend(rows.iter().map(|row| {
        let shares = [row.time_share, row.throughput_share, row.memory_share].map(share);
        let ideal = row.ideal.as_ref().map_or_else(|| "—".to_owned(), |ideal| format!("{:.2}", ideal.seconds));
        let figures = Column::ALL.map(|column| row.written(column));
        [row.pattern.name.to_owned()].into_iter().chain(figures).chain(shares).chain([ideal]).collect()
    }));
    table(&lines, &[0])
}

/// An expected figure: its name, what is claimed, what was measured, both in percent of the first.
type Expected = (&'static str, fn(&Claims) -> Option<f64>, fn(&SuiteRow) -> Option<f64>);

fn said(rows: &[SuiteRow]) -> String {
    let names = std::iter::once(String::new()).chain(rows.iter().map(|row| row.pattern.name.to_owned()));
    let mut lines: Vec<Vec<String>> = vec![names.collect()];
    let expected: [Expected; 3] = [
        ("Time", |c| c.time, |r| r.time_share),
        ("Throughput", |c| c.throughput, |r| r.throughput_share),
        ("Memory", |c| c.memory, |r| r.memory_share),
    ];
    let dash = || "—".to_owned();
    for (what, claim, share) in expected {
        let claimed = rows.iter().map(|row| claim(&row.claims).map_or_else(dash, |x| format!("{x:.0} %")));
        lines.push(std::iter::once(format!("{what}, expected")).chain(claimed).collect());
        let here = rows.iter().map(|row| number::dashed(share(row), |x| format!("{x:.1} %")));
        lines.push(std::iter::once("  measured".to_owned()).chain(here).collect());
    }
    for what in Said::ALL {
        let claimed = rows.iter().map(|row| row.claimed(what).unwrap_or_else(dash));
        lines.push(std::iter::once(what.heading().to_owned()).chain(claimed).collect());
        if let Some(measure) = what.measure() {
            let here = rows.iter().map(|row| row.beside(what).unwrap_or_else(dash));
            lines.push(std::iter::once(format!("  {measure}")).chain(here).collect());
        }
    }
    table(&lines, &[0])
}

fn guide(rows: &[SuiteRow]) -> String {
    let with_reasons = rows.iter().filter(|row| !row.claims.choose.is_empty());
    let line = |row: &SuiteRow| vec![row.pattern.name.to_owned(), row.claims.choose.join("; ")];
    table(&with_reasons.map(line).collect::<Vec<_>>(), &[0, 1])
}

fn primitives(rows: &[SuiteRow]) -> String {
    let names = std::iter::once(String::new()).chain(rows.iter().map(|row| row.pattern.name.to_owned()));
    let mut lines: Vec<Vec<String>> = vec![names.chain(["here".to_owned()]).collect()];
    for primitive in Primitive::ALL {
        let has = |row: &SuiteRow| if row.claims.primitives.contains(&primitive) { "✓" } else { "·" };
        let marks = rows.iter().map(|row| has(row).to_owned());
        let line = std::iter::once(primitive.name().to_owned()).chain(marks).chain([primitive.here().to_owned()]);
        lines.push(line.collect());
    }
    table(&lines, &[0, rows.len() + 1])
}

/// The figures of a suite for programs: each row a run's report, its ratios to the first row, and what the documents claim, as
/// ratios too where those are figures. `reports` are those of the rows' runs, in their order.
pub fn json(rows: &[SuiteRow], reports: &[Report], base: &Scenario) -> Json {
    let row = |(row, report): (&SuiteRow, &Report)| {
        let mut json = json!(report);
        json["ratio"] = json!({
            "time": ratio(row.time_share),
            "memory": ratio(row.memory_share),
            "throughput": ratio(row.throughput_share),
        });
        json["claims"] = claims(&row.claims);
        json
    };
    let verdict = verdict(rows, base).map(|v| {
        let rest: Vec<String> = v.rest.iter().map(|(who, what)| format!("{who} {what}")).collect();
        json!({ "lead": v.lead, "rest": rest })
    });
    json!({
        "seed": base.seed,
        "rows": rows.iter().zip(reports).map(row).collect::<Vec<_>>(),
        "verdict": verdict,
    })
}

fn ratio(percent: Option<f64>) -> Option<f64> {
    percent.map(|percent| percent / 100.0)
}

fn claims(claims: &Claims) -> Json {
    let word = |word: &str| Some(word.to_owned()).filter(|word| !word.is_empty());
    json!({
        "time": ratio(claims.time),
        "memory": ratio(claims.memory),
        "throughput": ratio(claims.throughput),
        "goroutines": word(claims.goroutines),
        "sync": word(claims.sync),
        "words": {
            "memory": word(claims.words.memory),
            "throughput": word(claims.words.throughput),
            "latency": word(claims.words.latency),
        },
        "benchmark": claims.benchmark.map(|row| json!({
            "time": row.time, "memory": row.memory, "collections": row.collections, "measured": row.measured,
        })),
        "choose": claims.choose,
        "primitives": claims.primitives.iter().map(|p| p.name()).collect::<Vec<_>>(),
        "profile": { "prints": claims.profile.keys(), "of": claims.profile.of() },
    })
}
