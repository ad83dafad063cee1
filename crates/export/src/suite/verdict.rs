//! The verdict: what the figures of a suite say, in sentences that each have their number.
//!
//! What counts is results: who brings most of them a second is ahead. Who ends first because most of its requests failed is not praised for it.

use super::{Column, SuiteRow, best};
use millrace_session::Scenario;
use millrace_view::number;

/// What can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The effect of the pattern under study, and its cost.
    pub lead: String,
    /// More: whom it is about, and what.
    pub rest: Vec<(String, String)>,
}

/// The verdict on a suite whose base scenario is about one of its members. None before the first row.
pub fn verdict(rows: &[SuiteRow], base: &Scenario) -> Option<Verdict> {
    let first = rows.first()?;
    let studied = rows.iter().find(|r| r.pattern.id == base.pattern.id);
    // The first is what others are measured against: about itself it says nothing.
    let subject = match studied.filter(|r| r.pattern.id != first.pattern.id) {
        Some(row) => row,
        None => ahead(rows).unwrap_or(first),
    };
    let mut rest = Vec::new();
    if let Some(row) = ahead(rows)
        && row.pattern.id != subject.pattern.id
    {
        rest.push((name(row), format!("brings most results a second{}. {}", at_rate(row), price(row))));
    }
    if let Some(row) = fastest(rows)
        && row.pattern.id != subject.pattern.id
        && ahead(rows).is_none_or(|ahead| ahead.pattern.id != row.pattern.id)
    {
        let but = if row.is_in_the_running(Column::Time) { "" } else { ", but did not do its work" };
        rest.push((name(row), format!("ends first{}{but}. {}", at_share(row), price(row))));
    }
    if let Some(least) = best(rows, Column::Errors)
        && let Some(row) = rows.iter().find(|r| r.errors == Some(least))
    {
        let equal: Vec<String> = rows.iter().filter(|r| r.errors == Some(least)).skip(1).map(name).collect();
        let equal = if equal.is_empty() { String::new() } else { format!(", as does {}", equal.join(", ")) };
        rest.push((name(row), format!("fails least{equal}: {least:.2} % of {} requests.", row.requests)));
    }
    for row in rows.iter().filter(|r| !r.drained) {
        rest.push((name(row), format!("did not come to its end; it stands at {:.2} s.", row.end.seconds())));
    }
    for row in rows.iter().skip(1).filter(|r| r.drained) {
        if let Some(text) = against_documents(row, first) {
            rest.push((name(row), text));
        }
    }
    for row in rows.iter().filter(|r| r.drained) {
        if let Some(ideal) = &row.ideal {
            let text = format!(
                "takes {:.2} s; the closed form says {:.2} s ({}).",
                row.end.seconds(),
                ideal.seconds,
                ideal.formula
            );
            rest.push((name(row), text));
        }
    }
    Some(Verdict { lead: lead(subject, first), rest })
}

fn name(row: &SuiteRow) -> String {
    row.pattern.name.to_owned()
}

fn fastest(rows: &[SuiteRow]) -> Option<&SuiteRow> {
    rows.iter().filter(|r| r.drained).min_by_key(|r| r.end)
}

/// Who brings most results a second, and of several the one that ends first.
fn ahead(rows: &[SuiteRow]) -> Option<&SuiteRow> {
    let running = rows.iter().filter(|r| r.drained);
    running.max_by(|a, b| a.goodput.unwrap_or(0.0).total_cmp(&b.goodput.unwrap_or(0.0)).then(b.end.cmp(&a.end)))
}

fn lead(row: &SuiteRow, first: &SuiteRow) -> String {
    if row.pattern.id == first.pattern.id {
        return format!("{}{}, and none brings more results a second. {}", row.pattern.name, takes(row), price(row));
    }
    if !row.drained {
        return format!("{} did not come to its end; it stands at {:.2} s.", row.pattern.name, row.end.seconds());
    }
    let against = row.time_share.map_or_else(
        || format!(" beside {}", first.pattern.name),
        |share| format!(", {} % of {}", one(share), first.pattern.name),
    );
    let time = match number::apart(row.end.seconds(), first.end.seconds(), 2) {
        Some((own, other)) => format!("{own} s{against} ({other} s)"),
        None => format!("{:.2} s, as long as {}", row.end.seconds(), first.pattern.name),
    };
    let tasks = match (row.tasks_peak, first.tasks_peak) {
        (own, other) if own == other => format!("{}, as many", number::counted(own, "task", "tasks at once")),
        (own, other) => format!("{own} tasks at once instead of {other}"),
    };
    let medians = row.latency.zip(first.latency).map(|(own, other)| {
        let (own, other) = (own.p50.as_millis(), other.p50.as_millis());
        match number::apart(own, other, decimals(own.min(other))) {
            Some((own, other)) => format!(" and a median call of {own} ms instead of {other} ms"),
            None => format!(" and the same median call, {} ms", one(own)),
        }
    });
    let medians = medians.unwrap_or_default();
    format!("{} {}. It takes {time}, with {tasks}{medians}.", row.pattern.name, results(row, first))
}

/// "brings 748 results a second instead of 49.9; 0.12 % of its requests fail instead of 0.15 %".
fn results(row: &SuiteRow, first: &SuiteRow) -> String {
    let (own, other) = (row.goodput.unwrap_or(0.0), first.goodput.unwrap_or(0.0));
    let rate = match number::apart(own, other, decimals(own.min(other))) {
        Some((own, other)) => format!("brings {own} results a second instead of {other}"),
        None => format!("brings {} results a second, as many", one(own)),
    };
    let (own, other) = (row.errors.unwrap_or(0.0), first.errors.unwrap_or(0.0));
    let failed = match number::apart(own, other, 2) {
        Some((own, other)) => format!("{own} % of its requests fail instead of {other} %"),
        None => format!("as many of its requests fail, {own:.2} %"),
    };
    format!("{rate}; {failed}")
}

fn takes(row: &SuiteRow) -> String {
    format!(" takes {:.2} s", row.end.seconds())
}

/// ", 748".
fn at_rate(row: &SuiteRow) -> String {
    row.goodput.map_or(String::new(), |rate| format!(", {}", one(rate)))
}

/// ", at 6.7 %" of the first member's time.
fn at_share(row: &SuiteRow) -> String {
    row.time_share.map_or(String::new(), |share| format!(", at {} %", one(share)))
}

fn price(row: &SuiteRow) -> String {
    let fail = row.errors.map_or("nobody came".to_owned(), |share| format!("{share:.1} % of requests fail"));
    match row.latency {
        Some(latency) => {
            let median = one(latency.p50.as_millis());
            format!("Its median call takes {median} ms, and {fail}.")
        }
        None => format!("It made no call that ended, and {fail}."),
    }
}

fn against_documents(row: &SuiteRow, first: &SuiteRow) -> Option<String> {
    let one_claim = |what: &str, claim: Option<f64>, measured: Option<f64>| {
        claim
            .zip(measured)
            .map(|(claim, measured)| format!("{what} {claim:.0} % claimed, {} % measured", one(measured)))
    };
    // A program's memory is more than its futures, so the shares are not of one thing: the sizes say it themselves.
    let memory = row.claims.memory.map(|claim| {
        let (own, other) = (row.bytes_peak as f64 / 1_024.0, first.bytes_peak as f64 / 1_024.0);
        match number::apart(own, other, decimals(own.min(other))) {
            Some((own, other)) => format!("memory {claim:.0} % claimed, {own} KiB of futures instead of {other} KiB"),
            None => format!("memory {claim:.0} % claimed, as many KiB of futures, {}", one(own)),
        }
    });
    let claims: Vec<String> = [
        one_claim("time", row.claims.time, row.time_share),
        one_claim("throughput", row.claims.throughput, row.throughput_share),
        memory,
    ]
    .into_iter()
    .flatten()
    .collect();
    (!claims.is_empty()).then(|| format!("against the documents: {}.", claims.join("; ")))
}

fn decimals(x: f64) -> usize {
    usize::from(x < 1_000.0)
}

/// One decimal below 1,000, none above.
fn one(x: f64) -> String {
    let decimals = decimals(x);
    format!("{x:.decimals$}")
}
