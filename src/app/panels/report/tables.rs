//! The tables of the report: latencies and what else is measured, servers, stations.

use super::{ms, rate, section};
use crate::analysis::Summary;
use crate::app::markup::html;
use crate::app::table::table;
use crate::export::{MeasuredLine, Report};
use crate::spec::TimeUnit;
use crate::view::{number, standing};
use yew::Html;

/// So many stations are listed.
const STATIONS: usize = 40;

/// One figure of a summary, in nanoseconds.
type Figure = fn(&Summary) -> u64;

const FIGURES: [(&str, Figure); 8] = [
    ("min", |s| s.min.0),
    ("mean", |s| s.mean.0),
    ("p50", |s| s.p50.0),
    ("p90", |s| s.p90.0),
    ("p95", |s| s.p95.0),
    ("p99", |s| s.p99.0),
    ("p99.9", |s| s.p999.0),
    ("max", |s| s.max.0),
];

/// What stands where there is nothing to tell.
fn dash() -> String {
    "—".to_owned()
}

/// A column of figures: its heading, the unit, and what it is of.
type Column = (&'static str, TimeUnit, Option<Summary>);

/// A row for each figure, a cell for each column.
fn figures(columns: &[Column]) -> impl Iterator<Item = Vec<String>> {
    let cell = |(_, unit, of): &Column, pick: Figure| match (of.as_ref().map(pick), unit) {
        (None, _) => dash(),
        (Some(nanos), TimeUnit::Seconds) => number::moment(nanos),
        (Some(nanos), TimeUnit::Millis) => ms(nanos),
    };
    FIGURES.into_iter().map(move |(word, pick)| {
        let mut row = vec![word.to_owned()];
        row.extend(columns.iter().map(|column| cell(column, pick)));
        row
    })
}

fn headings(columns: &[Column]) -> Vec<&'static str> {
    let mut head = vec![""];
    head.extend(columns.iter().map(|(word, ..)| *word));
    head
}

/// What the pattern declares that it measures, a column each: waits and rides.
pub fn measured(r: &Report) -> Html {
    let counted = |line: &MeasuredLine| {
        let n = number::count(line.summary.map_or(0, |s| s.count));
        format!("{} of {n} {}", line.measure.noun, line.measure.who)
    };
    let heading = r.measured.iter().map(counted).reduce(|all, next| format!("{all}, {}", standing::within(&next)));
    let Some(heading) = heading else { return Html::default() };
    let column = |line: &MeasuredLine| (line.measure.label, line.measure.unit, line.summary);
    let columns: Vec<Column> = r.measured.iter().map(column).collect();
    section(heading, table(&headings(&columns), figures(&columns)))
}

/// The latencies where something is called, by server where there are several, and what else is measured.
pub fn called(r: &Report) -> Html {
    html! {
        <>
            if r.has_calls {
                { latencies(r) }
                { servers(r) }
            }
            { measured(r) }
        </>
    }
}

/// Latencies: of all calls, of those that ended in each way, and from the intended start.
fn latencies(r: &Report) -> Html {
    let by = &r.latency_by_outcome;
    let mut columns = vec![("All", TimeUnit::Millis, r.latency_ns)];
    for (word, of) in [("Success", by.success), ("Error", by.error), ("Timeout", by.timeout)] {
        // One way alone is all there is.
        if of.is_some() && of != r.latency_ns {
            columns.push((word, TimeUnit::Millis, of));
        }
    }
    if r.has_open_arrivals {
        columns.push(("From the intended start", TimeUnit::Millis, r.response_ns));
    }
    let count = |of: Option<Summary>| number::count(of.map_or(0, |s| s.count));
    let mut counts = vec!["n".to_owned()];
    counts.extend(columns.iter().map(|(.., of)| count(*of)));
    let limit = by.timeout.map(|late| format!(", {} of them at the limit", number::count(late.count)));
    let heading = format!("Latency of {} calls, send to answer{}", count(r.latency_ns), limit.unwrap_or_default());
    section(heading, table(&headings(&columns), std::iter::once(counts).chain(figures(&columns))))
}

/// How each server did, where there are several.
fn servers(r: &Report) -> Html {
    if r.servers.len() < 2 {
        return Html::default();
    }
    let rows = r.servers.iter().map(|s| {
        let latency = |pick: Figure| s.latency_ns.as_ref().map_or_else(dash, |s| ms(pick(s)));
        vec![
            s.name.clone(),
            number::count(s.calls),
            rate(r, s.answers_per_s),
            number::count(s.in_flight_peak),
            latency(|s| s.p50.0),
            latency(|s| s.p95.0),
            latency(|s| s.p99.0),
        ]
    });
    let head = ["Server", "Calls", "Answers", "In flight, most", "p50", "p95", "p99"];
    section("Servers", table(&head, rows))
}

/// How full each station was.
pub fn stations(r: &Report) -> Html {
    let rows = r.stations.iter().take(STATIONS).map(|s| {
        vec![
            s.name.clone(),
            s.capacity.map_or_else(dash, |room| number::count(u64::from(room))),
            format!("{:.1}", s.queue_mean),
            number::count(s.queue_peak),
            s.used().unwrap_or_else(dash),
        ]
    });
    let all = table(&["Station", "Capacity", "Queue, mean", "Queue, most", "Utilisation"], rows);
    let more = r.stations.len().saturating_sub(STATIONS);
    section(
        "Stations",
        html! {
            <>
                { all }
                if more > 0 {
                    <p class="note">{ format!("and {more} more") }</p>
                }
            </>
        },
    )
}
