//! The elevator bank against its reference: golden traces, the concurrent test, properties of any fleet and script.

mod api;
mod bank;
mod checks;
mod directions;
mod dispatch;
mod eta;
mod fuzz;
mod golden;
mod hosted;
mod http;
mod mended;
mod race;
#[cfg(feature = "cli")]
mod served;

use crate::program::ask;
use millrace::analysis::History;
use millrace::export::Report;
use millrace::session::{Scenario, Session};
use millrace::trace::{Ledger, SimTime, Span};
use serde_json::Value as Json;

type Plain = Session<Ledger, History>;

/// A scenario from what stands behind `#/elevator?`.
#[track_caller]
fn scenario(query: &str) -> Scenario {
    let decoded = Scenario::read(&format!("#/elevator?{query}")).expect("a link");
    assert_eq!(decoded.notices, Vec::<String>::new(), "{query}");
    decoded.scenario
}

/// A session that is over.
fn finished(mut scenario: Scenario) -> Plain {
    scenario.until = scenario.until.or(Some(Span::secs(7_200)));
    let values = scenario.values();
    let history = History::of(scenario.pattern, &values).detailed(scenario.pattern, &values);
    let mut session = Session::new(scenario, Ledger::new(), history);
    while !session.compute(SimTime::MAX, u64::MAX) {}
    session
}

fn report(session: &Plain) -> Report {
    Report::of(session, Vec::new(), 0)
}

/// The report of a run to its end.
#[track_caller]
fn run(query: &str) -> Report {
    report(&finished(scenario(query)))
}

/// The statuses of the requests, in the order of asking.
fn statuses(report: &Report) -> Vec<u64> {
    let rows = report.detail["requests"].as_array().expect("requests");
    rows.iter().map(|row| row["status"].as_u64().expect("a status")).collect()
}

/// A column of the requests.
fn column<'a>(report: &'a Report, key: &str) -> Vec<&'a Json> {
    report.detail["requests"].as_array().expect("requests").iter().map(|row| &row[key]).collect()
}

/// Whether a check holds.
#[track_caller]
fn holds(report: &Report, name: &str) -> bool {
    report.checks.iter().find(|c| c.name.contains(name)).unwrap_or_else(|| panic!("no check about {name}")).holds
}

/// What was asked from outside, with its last answer: status and body.
fn answers(session: &Plain) -> Vec<(u16, String)> {
    let trace = session.run().trace();
    let rows = session.history().until(u64::MAX, SimTime::MAX);
    let outside = rows.exchanges().iter().filter(|row| trace.name(row.client) == "page");
    outside
        .map(|row| rows.replies(row).last().map_or((0, String::new()), |r| (r.status, trace.name(r.body).to_owned())))
        .collect()
}
