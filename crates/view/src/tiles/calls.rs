//! The tiles of patterns whose jobs call a server: eight that answer what somebody on call asks first, and below them the rest.

use super::{MEAN, P50, P95, P99, P999, Seen, Tile};
use crate::number;
use crate::place::{Condition, failed_share};
use millrace_spec::{Measure, TimeUnit, Unit};
use millrace_trace::ledger::StationRow;
use millrace_trace::{Outcome, Span, StationId, StationKind, UNLIMITED};

/// From this share of failures on somebody on call should look.
const TELLING: f64 = 0.05;

/// The tiles, and what is to be said about all of them.
pub fn tiles(seen: &Seen<'_>) -> (Vec<Tile>, String) {
    let mut tiles = first(seen);
    tiles.extend(outcomes(seen));
    let called = seen.scene.spec.has_server();
    let latency = (seen.summary)(Measure::LATENCY);
    if called && headline(seen) == Measure::LATENCY {
        tiles.push(Tile::censored("p999", "Resp. p99.9", latency, P999, (seen.given_up)(Measure::LATENCY)));
    } else if called {
        // Where requests wait before their call is made, how long the call takes is another question.
        let given_up = (seen.given_up)(Measure::LATENCY);
        for (id, label, figure) in [("p50", "Call p50", P50), ("p95", "Call p95", P95), ("p99", "Call p99", P99)] {
            tiles.push(Tile::censored(id, label, latency, figure, given_up));
        }
    }
    tiles.extend(totals(seen));
    tiles.extend(servers(seen));
    let declared = seen.measures.iter().filter(|measure| measure.id != headline(seen));
    for measure in declared {
        let summary = (seen.summary)(measure.id);
        let tile = if measure.unit == TimeUnit::Seconds { Tile::seconds } else { Tile::time };
        tiles.push(tile(&format!("{}-mean", measure.id), &format!("{} mean", measure.noun), summary, MEAN));
        tiles.push(tile(&format!("{}-p95", measure.id), &format!("{} p95", measure.noun), summary, P95));
    }
    tiles.extend(gauges(seen));
    let note = note(seen);
    (tiles, note)
}

/// Those that stand first, in two rows of four.
fn first(seen: &Seen<'_>) -> Vec<Tile> {
    let (scene, tally) = (seen.scene, &seen.scene.ledger.tally);
    let recent = seen.so_far.responses().and_then(|all| all.recent_rates(seen.look.now, Span::secs(1)));
    let (attempts, goodput) = (recent.map(|r| r.attempts()), recent.map(|r| r.goodput()));
    let is_little = attempts.zip(goodput).is_some_and(|(all, good)| good < all * (1.0 - 10.0 * TELLING));
    let mut tiles = vec![
        // Where requests are tried again the word is taken: the stage counts those attempts.
        Tile::rate("attempts", if scene.spec.has_tries() { "Ended" } else { "Attempts" }, attempts),
        Tile::rate("goodput", "Goodput", goodput).bad_if(is_little),
        match failed_share(tally) {
            Some(share) => Tile::new("errors", "Failed", number::percent(share), "%", share).bad_if(share > TELLING),
            None => Tile::dash("errors", "Failed"),
        },
    ];
    // Where nobody calls, there is nothing under way.
    if scene.spec.has_server() {
        let tile = Tile::count("in-flight", "In flight", tally.in_flight);
        tiles.push(callers(seen).map_or(tile.clone(), |n| tile.with_unit(format!("of {}", number::count(n)))));
    }
    tiles.extend(percentiles(seen));
    let mut queues: Vec<(&StationRow, u64)> =
        scene.ledger.stations.iter().filter_map(|row| Some((row, queued(row)?))).collect();
    let is_backlog = |row: &StationRow| scene.spec.backlog.as_deref() == Some(scene.trace.name(row.name));
    if queues.iter().all(|(row, _)| is_backlog(row)) {
        // Where nobody waits once it has come, those who do wait for a slot of a server.
        let servers = scene.ledger.stations.iter().filter(|row| row.kind == StationKind::Server);
        queues.extend(servers.map(|row| (row, row.levels.waiting())));
    }
    if scene.spec.has_server() || !queues.is_empty() {
        let is_full = |row: &StationRow| {
            row.kind == StationKind::Channel
                && row.capacity > 0
                && row.capacity != UNLIMITED
                && row.levels.present >= u64::from(row.capacity)
        };
        let full = queues.iter().any(|(row, _)| is_full(row));
        let tile = Tile::count("queue", "Queue", queues.iter().map(|(_, n)| n).sum());
        tiles.push(if full { tile.with_unit("full".to_owned()) } else { tile });
    }
    tiles
}

/// How many there are who may call, where the program has one crew and no more.
fn callers(seen: &Seen<'_>) -> Option<u64> {
    let all = || seen.scene.ledger.stations_with_ids();
    let mut crews = all().filter(|(_, row)| row.kind == StationKind::Crew);
    let (crew, _) = crews.next().filter(|_| crews.next().is_none())?;
    Some(all().filter(|(_, row)| row.parent == crew && row.closed.is_none()).count() as u64).filter(|n| *n > 0)
}

/// The median, the 95th and the 99th percentile of what this is about.
fn percentiles(seen: &Seen<'_>) -> Vec<Tile> {
    let id = headline(seen);
    let (summary, given_up) = ((seen.summary)(id), (seen.given_up)(id));
    let of = seen.measures.iter().find(|measure| measure.id == id);
    let (prefix, word) = match (id, of) {
        (Measure::RESPONSE, _) => ("response-", "Resp."),
        (_, Some(measure)) => ("", measure.noun),
        _ => ("", "Resp."),
    };
    let tile = |(p, figure)| Tile::censored(&format!("{prefix}{p}"), &format!("{word} {p}"), summary, figure, given_up);
    [("p50", P50), ("p95", P95), ("p99", P99)].into_iter().map(tile).collect()
}

/// What the percentiles are of: how long whoever wanted it waited, or where nobody is called what the pattern declares first that it
/// measures.
fn headline(seen: &Seen<'_>) -> &'static str {
    let (declared, spec) = (seen.measures.first().map(|measure| measure.id), seen.scene.spec);
    declared.filter(|_| !spec.has_server()).unwrap_or_else(|| spec.waited(seen.scene.values))
}

/// How many jobs wait at a station that they have to get past: all in a channel, and those whose turn at a pool has not come. None
/// for what nobody has to get past, and for a server, whose queue is a matter of its own where there are others.
fn queued(row: &StationRow) -> Option<u64> {
    match row.kind {
        StationKind::Channel => Some(row.levels.present),
        StationKind::Pool => Some(row.levels.waiting()),
        _ => None,
    }
}

/// What leaves with no result of a server, as a rate.
const OTHERS: [(Outcome, &str, &str); 4] = [
    (Outcome::Substituted, "substituted", "Substituted"),
    (Outcome::Rejected, "rejected", "Rejected"),
    (Outcome::TimedOut, "timed-out", "Timed out"),
    (Outcome::Cancelled, "cancelled", "Cancelled"),
];

/// How often a second the server answered, and how often the others went: once one has, or as soon as there is a limit to be met.
fn outcomes(seen: &Seen<'_>) -> Vec<Tile> {
    let tally = &seen.scene.ledger.tally;
    let recent = seen.so_far.responses().and_then(|all| all.recent_rates(seen.look.now, Span::secs(1)));
    let mut tiles = vec![Tile::rate("throughput", "Throughput", recent.map(|r| r.throughput()))];
    for (outcome, id, label) in OTHERS {
        let rate = recent.filter(|_| tally.count(outcome) > 0).map(|r| r.rate(outcome));
        tiles.extend(rate.map(|rate| Tile::rate(id, label, Some(rate))));
    }
    tiles
}

/// How many came to which end, and how long it took in all.
fn totals(seen: &Seen<'_>) -> Vec<Tile> {
    let tally = &seen.scene.ledger.tally;
    let mut tiles = vec![Tile::count("completed", "Completed", tally.served())];
    let lost = tally.count(Outcome::Lost);
    if seen.at_end || lost > 0 {
        tiles.push(Tile::count("lost", "Lost", lost).bad_if(lost > 0));
    }
    if seen.at_end {
        let nanos = seen.look.now.0;
        let label = if seen.real { "Wall time" } else { "Total time" };
        // Two decimals as long as they fit.
        let short = number::long_time(nanos);
        let (shown, unit) = if nanos < 100_000_000_000 { (number::seconds(nanos), "s") } else { short };
        tiles.push(Tile::new("total", label, shown, unit, nanos));
        tiles.push(Tile::count("peak-tasks", "Peak tasks", tally.tasks_peak));
    }
    tiles
}

/// How each server does, where there are several.
fn servers(seen: &Seen<'_>) -> Vec<Tile> {
    let scene = seen.scene;
    let Some(calls) = seen.so_far.calls() else { return Vec::new() };
    let stations: Vec<_> = calls.stations().collect();
    if stations.len() < 2 {
        return Vec::new();
    }
    let named = stations.into_iter().filter_map(|id| Some((id, scene.ledger.station(id)?)));
    let of = |(id, row): (StationId, &StationRow)| {
        let name = scene.name(row);
        let ((summary, given_up), condition) = ((seen.at_server)(id), Condition::of(scene, name, seen.look.now));
        [
            Tile::word(&format!("condition-{name}"), name, condition.words(), condition.brief())
                .bad_if(condition.is_trouble()),
            Tile::count(&format!("in-flight-{name}"), &format!("Calls, {name}"), row.levels.present),
            Tile::censored(&format!("p50-{name}"), &format!("p50, {name}"), summary, P50, given_up),
            Tile::censored(&format!("p95-{name}"), &format!("p95, {name}"), summary, P95, given_up),
        ]
    };
    named.flat_map(of).collect()
}

fn gauges(seen: &Seen<'_>) -> impl Iterator<Item = Tile> {
    let scene = seen.scene;
    scene.spec.gauges.iter().map(|gauge| {
        let value = scene.station(&gauge.station).map_or(0, |(_, row)| row.gauge(gauge.gauge));
        let whole = value.max(0) as u64;
        let (shown, unit) = match gauge.unit {
            Unit::Time => number::time(whole),
            Unit::Share => (number::percent(value as f64 / 1e6), "%"),
            // Of what it is a count, its label says.
            Unit::Count(_) | Unit::Sum(_) => (number::short_count(whole), ""),
            Unit::Word(_) => {
                let word = gauge.unit.says(value).to_owned();
                return Tile::word(gauge.id, gauge.label, word.clone(), word);
            }
        };
        Tile::new(gauge.id, gauge.label, shown, unit, value)
    })
}

/// Of how many the percentiles are, how many of those are limits, and over which time the rates are.
fn note(seen: &Seen<'_>) -> String {
    let id = headline(seen);
    let n = number::count((seen.summary)(id).map_or(0, |s| s.count));
    match (seen.given_up)(id) {
        None => format!("n = {n} · rates over 1 s"),
        Some(late) => format!("n = {n}, {} at the limit · rates over 1 s", number::short_count(late.count)),
    }
}
