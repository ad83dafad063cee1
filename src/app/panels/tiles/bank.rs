//! The tiles of a bank: who waits, who rides, how long, and who came to where they wanted to go.

use super::Tile;
use crate::app::lab::Lab;
use crate::app::scene::read_scene;
use crate::trace::{Outcome, Span};
use crate::view::number;
use crate::view::scene::tables;

/// The rate is of this long.
const RATE: Span = Span::secs(60);

/// The tiles, and what is to be said about all of them.
pub fn tiles(lab: &Lab) -> (Vec<Tile>, String) {
    let tally = &lab.ledger().tally;
    let (waits, rides) = (lab.waiting(), lab.riding());
    let (at_landings, aboard) = read_scene(lab, tables::health).map_or((0, 0), |health| health.people);
    let longest = read_scene(lab, tables::hall_calls).first().map_or(Span::ZERO, |call| call.longest);
    let per_minute = lab.so_far().recent_completions(RATE) * 60.0;
    let mut tiles = vec![
        Tile::count("waiting", "Waiting", at_landings),
        Tile::seconds("wait-mean", "Mean wait", waits.mean, waits.count, 1),
        Tile::seconds("wait-p95", "p95 wait", waits.p95, waits.count, 20),
        Tile::seconds("wait-p99", "p99 wait", waits.p99, waits.count, 100),
        Tile::count("delivered", "Delivered", tally.count(Outcome::Completed)),
        Tile::new("delivery-rate", "Rate", rate(per_minute), "/min", per_minute),
        Tile::new("wait-longest", "Longest now", number::count((longest.seconds() + 0.5) as u64), "s", longest.0),
        Tile::seconds("ride-mean", "Mean ride", rides.mean, rides.count, 1),
        Tile::count("riding", "Riding", aboard),
        Tile::seconds("ride-p95", "p95 ride", rides.p95, rides.count, 20),
    ];
    for (outcome, id, label) in
        [(Outcome::Rejected, "turned-away", "Refused"), (Outcome::Cancelled, "dropped", "Dropped")]
    {
        let n = tally.count(outcome);
        tiles.extend((n > 0).then(|| Tile::count(id, label, n)));
    }
    let session = lab.session();
    if session.at_end() {
        tiles.push(Tile::seconds("total", "Total time", Span(session.playhead().0), 1, 1));
    }
    (tiles, format!("n = {} · rate over {} s", number::count(waits.count), RATE.seconds()))
}

/// Three digits at most.
fn rate(per_minute: f64) -> String {
    if per_minute < 9.95 { format!("{per_minute:.1}") } else { format!("{per_minute:.0}") }
}
