//! The tiles of a bank: who waits, who rides, how long, and who came to where they wanted to go.

use super::{MEAN, P95, P99, Seen, Tile};
use crate::number;
use crate::place::tables;
use millrace_trace::{Outcome, Span};

/// The rate is of this long.
const RATE: Span = Span::secs(60);

/// The tiles, and what is to be said about all of them.
pub fn tiles(seen: &Seen<'_>) -> (Vec<Tile>, String) {
    let (scene, look) = (seen.scene, seen.look);
    let tally = &scene.ledger.tally;
    let (waits, rides) = ((seen.summary)("waiting"), (seen.summary)("riding"));
    let (at_landings, aboard) = tables::health(scene, look).map_or((0, 0), |health| health.people);
    let longest = tables::hall_calls(scene, look).first().map(|call| call.longest);
    let responses = seen.so_far.responses();
    let per_minute = responses.and_then(|all| all.recent_rates(look.now, RATE)).map(|rates| rates.goodput() * 60.0);
    let mut tiles = vec![
        Tile::count("waiting", "Waiting", at_landings),
        Tile::seconds("wait-mean", "Mean wait", waits, MEAN),
        Tile::seconds("wait-p95", "p95 wait", waits, P95),
        Tile::seconds("wait-p99", "p99 wait", waits, P99),
        Tile::count("delivered", "Delivered", tally.served()),
        match per_minute {
            Some(rate) => Tile::new("delivery-rate", "Rate", brief(rate), "/min", rate),
            None => Tile::dash("delivery-rate", "Rate"),
        },
        match longest {
            // What was waited until nothing could happen any more is no measure of it.
            Some(wait) if look.stuck => {
                let words = "for ever".to_owned();
                let tile = Tile::word("wait-longest", "Longest now", words.clone(), words).bad_if(true);
                Tile { plain: wait.0.to_string(), ..tile }
            }
            Some(wait) if wait.0 >= number::HOUR => {
                let (shown, unit) = number::long_time(wait.0);
                Tile::new("wait-longest", "Longest now", shown, unit, wait.0)
            }
            Some(wait) => {
                Tile::new("wait-longest", "Longest now", number::count((wait.seconds() + 0.5) as u64), "s", wait.0)
            }
            None => Tile::dash("wait-longest", "Longest now"),
        },
        Tile::seconds("ride-mean", "Mean ride", rides, MEAN),
        Tile::count("riding", "Riding", aboard),
        Tile::seconds("ride-p95", "p95 ride", rides, P95),
    ];
    for (outcome, id, label) in
        [(Outcome::Rejected, "turned-away", "Refused"), (Outcome::Cancelled, "dropped", "Dropped")]
    {
        let n = tally.count(outcome);
        tiles.extend((n > 0).then(|| Tile::count(id, label, n)));
    }
    if seen.at_end {
        let (total, unit) = number::long_time(look.now.0);
        tiles.push(Tile::new("total", "Total time", total, unit, look.now.0));
    }
    (tiles, format!("n = {} · rate over {} s", number::count(waits.map_or(0, |s| s.count)), RATE.seconds()))
}

/// Three digits at most.
fn brief(per_minute: f64) -> String {
    if per_minute < 9.95 { format!("{per_minute:.1}") } else { format!("{per_minute:.0}") }
}
