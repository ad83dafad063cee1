//! The tiles of patterns whose jobs call a server.

use super::{MEAN, P50, P95, P99, P999, Tile};
use crate::analysis::Summary;
use crate::app::lab::Lab;
use crate::app::scene::read_scene;
use crate::spec::{Measure, SceneSpec, TimeUnit, Unit};
use crate::trace::ledger::{StationRow, Tally};
use crate::trace::{Outcome, Span, StationId, StationKind};
use crate::view::number;
use crate::view::place::{Condition, unserved};

/// The tiles, and what is to be said about all of them.
pub fn tiles(lab: &Lab, scene: &SceneSpec) -> (Vec<Tile>, String) {
    let (ledger, so_far) = (lab.ledger(), lab.so_far());
    let headline = headline(lab, scene);
    let latency = lab.summary(headline);
    let tally = &ledger.tally;
    let queues: Vec<u64> = ledger.stations.iter().filter_map(queued).collect();
    let recent = so_far.responses().and_then(|all| all.recent_rates(so_far.at(), Span::secs(1)));
    let mut tiles = vec![
        Tile::rate("throughput", "Throughput", recent.map(|r| r.throughput())),
        Tile::rate("goodput", "Goodput", recent.map(|r| r.goodput())),
        match errors(tally) {
            Some(share) => Tile::new("errors", unserved(tally), number::percent(share), "%", share),
            None => Tile::dash("errors", "Errors"),
        },
    ];
    // Where nobody calls and nothing can queue, there is nothing to count.
    tiles.extend(scene.has_server().then(|| Tile::count("in-flight", "In flight", tally.in_flight)));
    tiles.extend([
        Tile::time("p50", "p50", latency, P50),
        Tile::time("p95", "p95", latency, P95),
        Tile::time("p99", "p99", latency, P99),
        Tile::time("p999", "p99.9", latency, P999),
    ]);
    let can_queue = scene.has_server() || !queues.is_empty();
    tiles.extend(can_queue.then(|| Tile::count("queue", "Queue", queues.iter().sum())));
    // How often a second the others went, once one has.
    for (outcome, id, label) in OTHERS {
        let rate = recent.filter(|_| tally.count(outcome) > 0).map(|r| r.rate(outcome));
        tiles.extend(rate.map(|rate| Tile::rate(id, label, Some(rate))));
    }
    let lost = tally.count(Outcome::Lost);
    tiles.push(Tile::count("completed", "Completed", tally.served()));
    let at_end = lab.session().at_end();
    if at_end || lost > 0 {
        tiles.push(Tile::count("lost", "Lost", lost));
    }
    if at_end {
        let (at, real) = (lab.session().playhead(), lab.session().is_real());
        let label = if real { "Wall time" } else { "Total time" };
        // Two decimals as long as they fit.
        let shown = if at.0 < 100_000_000_000 { number::seconds(at.0) } else { number::short_seconds(at.0) };
        tiles.push(Tile::new("total", label, shown, "s", at.0));
        tiles.push(Tile::count("peak-tasks", "Peak tasks", tally.tasks_peak));
    }
    // Where arrivals do not wait for answers, what a user feels is the time from the intended start.
    if so_far.responses().is_some_and(|all| !all.is_empty()) && !lab.scenario().values().is_closed_loop() {
        let response = lab.summary(Measure::RESPONSE);
        tiles.push(Tile::time("response-p50", "Resp. p50", response, P50));
        tiles.push(Tile::time("response-p99", "Resp. p99", response, P99));
    }
    tiles.extend(servers(lab));
    for measure in lab.scenario().measures().iter().filter(|measure| measure.id != headline) {
        let summary = lab.summary(measure.id);
        let tile = if measure.unit == TimeUnit::Seconds { Tile::seconds } else { Tile::time };
        tiles.push(tile(&format!("{}-mean", measure.id), &format!("{}, mean", measure.label), summary, MEAN));
        tiles.push(tile(&format!("{}-p95", measure.id), &format!("{}, p95", measure.label), summary, P95));
    }
    let trace = lab.session().run().trace();
    for gauge in &scene.gauges {
        let value = ledger.find(&gauge.station, &trace).map_or(0, |(_, s)| s.gauge(gauge.gauge));
        let whole = value.max(0) as u64;
        let (shown, unit) = match gauge.unit {
            Unit::Time => (number::short_millis(whole), "ms"),
            Unit::Share => (number::percent(value as f64 / 1e6), "%"),
            // Of what it is a count, its label says.
            Unit::Count(_) => (number::count(whole), ""),
        };
        tiles.push(Tile::new(gauge.id, gauge.label, shown, unit, value));
    }
    (tiles, note(lab, latency))
}

/// How many jobs wait at a station that they have to get past: all in a channel, and those whose turn at a pool has not come. None
/// for what nobody has to get past, and for a server, whose queue is a matter of its own.
fn queued(row: &StationRow) -> Option<u64> {
    match row.kind {
        StationKind::Channel => Some(row.levels.present),
        StationKind::Pool => Some(row.levels.waiting()),
        _ => None,
    }
}

/// What the percentiles are of: calls, or where nobody is called what the pattern declares first that it measures.
fn headline(lab: &Lab, scene: &SceneSpec) -> &'static str {
    let declared = lab.scenario().measures().first().map(|measure| measure.id);
    declared.filter(|_| !scene.has_server()).unwrap_or(Measure::LATENCY)
}

/// How each server does, where there are several.
fn servers(lab: &Lab) -> Vec<Tile> {
    let (so_far, trace) = (lab.so_far(), lab.session().run().trace());
    let Some(calls) = so_far.calls() else { return Vec::new() };
    let stations: Vec<_> = calls.stations().collect();
    if stations.len() < 2 {
        return Vec::new();
    }
    let named = stations.into_iter().filter_map(|id| Some((id, lab.ledger().station(id)?)));
    let of = |(id, row): (StationId, &StationRow)| {
        let (name, summary) = (trace.name(row.name), calls.at(id).summary());
        [
            Tile::word(
                &format!("condition-{name}"),
                name,
                read_scene(lab, |scene, look| Condition::of(scene, name, look.now).words()),
            ),
            Tile::count(&format!("in-flight-{name}"), &format!("In flight, {name}"), row.levels.present),
            Tile::time(&format!("p50-{name}"), &format!("p50, {name}"), summary, P50),
            Tile::time(&format!("p95-{name}"), &format!("p95, {name}"), summary, P95),
        ]
    };
    named.flat_map(of).collect()
}

/// What leaves with no result of a server: its rate is in neither throughput nor goodput, but for substitutes, which are in
/// both and must be seen not to be results.
const OTHERS: [(Outcome, &str, &str); 4] = [
    (Outcome::Substituted, "substituted", "Substituted"),
    (Outcome::Rejected, "rejected", "Rejected"),
    (Outcome::TimedOut, "timed-out", "Timed out"),
    (Outcome::Cancelled, "cancelled", "Cancelled"),
];

/// The share of those who left that got nothing, once somebody has left.
fn errors(tally: &Tally) -> Option<f64> {
    let departed = tally.departed();
    (departed > 0).then(|| 1.0 - tally.served() as f64 / departed as f64)
}

/// Of how many calls the latencies are, how many of those are limits, and over which time the rates are.
fn note(lab: &Lab, summary: Option<Summary>) -> String {
    let calls = number::count(summary.map_or(0, |s| s.count));
    match lab.timeouts() {
        0 => format!("n = {calls} · rates over 1 s"),
        late => format!("n = {calls}, {} at their limit · rates over 1 s", number::count(late)),
    }
}
