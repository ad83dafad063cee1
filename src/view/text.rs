//! The text alternative of the stage: what the picture shows, as rows and as a sentence.

use super::number;
use super::scene::{Look, Scene, lanes};
use crate::trace::{StationKind, UNLIMITED};

/// One row: what it is about, and what there is to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// A worker, a channel, the server.
    pub what: String,
    /// State, request, elapsed, waiting line; or fill and capacity.
    pub says: String,
}

/// A row for each worker (or for each state of a crowd), for each channel, for the server, for what is done.
pub fn rows(scene: &Scene<'_>, look: &Look<'_>) -> Vec<Row> {
    let mut rows: Vec<Row> =
        lanes(scene, look).into_iter().map(|lane| Row { what: lane.title, says: lane.lines.join(", ") }).collect();
    for (_, row) in scene.ledger.stations_with_ids() {
        let name = scene.name(row).to_owned();
        let n = number::count(row.levels.present);
        let says = match (row.kind, row.capacity) {
            (StationKind::Channel, UNLIMITED) => format!("{n} queued"),
            (StationKind::Channel, capacity) => format!("{n} of {} queued", number::count(u64::from(capacity))),
            (StationKind::Server, UNLIMITED) => format!("{n} in service"),
            (StationKind::Server, slots) => {
                format!("{} of {slots} in service, {} queued", row.levels.in_service, row.levels.waiting())
            }
            (StationKind::Crew, _) if row.levels.arrivals > 0 => {
                format!("{n} requests in hand, {} calls under way", scene.ledger.tally.in_flight)
            }
            _ => continue,
        };
        rows.push(Row { what: name, says });
    }
    let tally = &scene.ledger.tally;
    rows.push(Row {
        what: "done".to_owned(),
        says: format!("{} of {}", number::count(tally.departed()), number::count(scene.values.count("requests"))),
    });
    rows
}

/// A sentence or two for people who do not see the canvas.
pub fn description(scene: &Scene<'_>) -> String {
    let mut parts = Vec::new();
    for (_, row) in
        scene.ledger.stations_with_ids().filter(|(_, s)| s.kind == StationKind::Channel && s.levels.arrivals > 0)
    {
        let n = number::count(row.levels.present);
        match row.capacity {
            UNLIMITED => parts.push(format!("{n} in {}", scene.name(row))),
            c => parts.push(format!("{} {n} of {}", scene.name(row), number::count(u64::from(c)))),
        }
    }
    let tally = &scene.ledger.tally;
    parts.push(format!("{} calls under way", number::count(tally.in_flight)));
    parts.push(format!("{} of {} requests done", number::count(tally.departed()), number::count(tally.offered)));
    format!("{}.", parts.join(", "))
}
