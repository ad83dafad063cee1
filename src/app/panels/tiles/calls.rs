//! The tiles of patterns whose jobs call a server.

use super::Tile;
use crate::app::lab::Lab;
use crate::spec::SceneSpec;
use crate::trace::{Outcome, Span, StationKind};
use crate::view::number;

/// The tiles, and what is to be said about all of them.
pub fn tiles(lab: &Lab, scene: &SceneSpec) -> (Vec<Tile>, String) {
    let (ledger, so_far) = (lab.ledger(), lab.so_far());
    let latency = lab.latency();
    let tally = &ledger.tally;
    let departed = tally.departed();
    let errors = if departed > 0 { 1.0 - tally.count(Outcome::Completed) as f64 / departed as f64 } else { 0.0 };
    let queued: u64 = ledger.stations.iter().filter(|s| s.kind == StationKind::Channel).map(|s| s.levels.present).sum();
    let recent = so_far.recent_throughput(Span::secs(1));
    let mut tiles = vec![
        Tile::new("throughput", "Rate", number::rate(recent), "/s", recent),
        Tile::time("p50", "p50", latency.p50, latency.count, 1),
        Tile::time("p95", "p95", latency.p95, latency.count, 20),
        Tile::time("p99", "p99", latency.p99, latency.count, 100),
        Tile::time("p999", "p99.9", latency.p999, latency.count, 1_000),
        Tile::new("errors", "Errors", number::percent(errors), "%", errors),
        Tile::new("in-flight", "In flight", number::count(tally.in_flight), "", tally.in_flight),
        Tile::new("queue", "Queue", number::count(queued), "", queued),
    ];
    let (completed, lost) = (tally.count(Outcome::Completed), tally.count(Outcome::Lost));
    tiles.push(Tile::new("completed", "Completed", number::count(completed), "", completed));
    let at_end = lab.session().at_end();
    if at_end || lost > 0 {
        tiles.push(Tile::new("lost", "Lost", number::count(lost), "", lost));
    }
    if at_end {
        let (at, real) = (lab.session().playhead(), lab.session().is_real());
        let label = if real { "Wall time" } else { "Total time" };
        // Two decimals as long as they fit.
        let shown = if at.0 < 100_000_000_000 { number::seconds(at.0) } else { number::short_seconds(at.0) };
        tiles.push(Tile::new("total", label, shown, "s", at.0));
        tiles.push(Tile::new("peak-tasks", "Peak tasks", number::count(tally.tasks_peak), "", tally.tasks_peak));
    }
    // Where arrivals do not wait for answers, what a user feels is the time from the intended start.
    if !so_far.departures().is_empty() && lab.scenario().values().word("arrivals") != "closed" {
        let response = so_far.response();
        tiles.push(Tile::time("response-p50", "Response p50", response.p50, response.count, 1));
        tiles.push(Tile::time("response-p99", "Response p99", response.p99, response.count, 100));
    }
    let trace = lab.session().run().trace();
    for gauge in &scene.gauges {
        let value = ledger.find(&gauge.station, &trace).map_or(0, |(_, s)| s.gauge(gauge.gauge));
        let (shown, unit) = if gauge.unit == "ns" {
            (number::short_millis(value.max(0) as u64), "ms")
        } else {
            // Of what it is a count, its label says.
            (number::count(value.max(0) as u64), "")
        };
        tiles.push(Tile::new(gauge.id, gauge.label, shown, unit, value));
    }
    (tiles, format!("n = {} · rate over 1 s", number::count(latency.count)))
}
