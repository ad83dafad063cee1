//! What the layers round a call did, counted from what happened: how many calls came to each, passed it, were ended by it, and are inside.
//!
//! A call that nothing befalls is no event of any layer: that it passed them all follows from its coming and its end. Layers write down only
//! what they did themselves, in the gauges of their stations. So five layers cost a call hardly anything, and the counts are exact at
//! every instant.

use millrace_trace::{Gauge, Ledger, StationId, StationKind, ledger::StationRow};

/// The gauges of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerGauges {
    /// Calls that it ended itself: refused, cut off, given up, answered in its place.
    pub ended: Gauge,
    /// Those of them that it turned away, so that nothing within saw them.
    pub turned_away: Gauge,
    /// Calls that it made once more.
    pub again: Gauge,
    /// Calls that wait in it for their next try.
    pub waiting: Gauge,
    /// Calls under way within it beyond one for each that is inside.
    pub extra: Gauge,
    /// How long all that waited in it did, in nanoseconds.
    pub added: Gauge,
    /// How long the slowest call took that it let go on, in nanoseconds.
    pub worst: Gauge,
}

impl LayerGauges {
    /// All of them.
    pub const ALL: LayerGauges = LayerGauges {
        ended: Gauge(0),
        turned_away: Gauge(1),
        again: Gauge(2),
        waiting: Gauge(3),
        extra: Gauge(4),
        added: Gauge(5),
        worst: Gauge(6),
    };
    /// How many there are.
    pub const COUNT: usize = 7;
}

/// What one layer did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayerCounts {
    /// Calls that came to it.
    pub came: i64,
    /// Calls that went through it, however they ended further in.
    pub passed: i64,
    /// Calls that it ended itself.
    pub ended: i64,
    /// Calls that are inside.
    pub inside: i64,
    /// How long all that waited in it did, in nanoseconds.
    pub added: i64,
    /// How long the slowest took that it let go on, in nanoseconds.
    pub worst: i64,
}

impl LayerCounts {
    /// The mean wait that it put in, in nanoseconds.
    pub fn mean_added(&self) -> i64 {
        self.added.checked_div(self.came).unwrap_or(0)
    }
}

/// The layers whose stations are the gates of a crew of callers, from the outside in; and last what came to what they are round, with how many
/// are there. A request begins when it is out of its source and its backlog.
pub fn layer_counts(ledger: &Ledger, callers: StationId) -> Vec<LayerCounts> {
    let gauges = LayerGauges::ALL;
    let outside: u64 = ledger
        .stations
        .iter()
        .filter(|row| matches!(row.kind, StationKind::Source | StationKind::Channel))
        .map(|row| row.levels.present)
        .sum();
    let mut came = ledger.tally.offered as i64 - outside as i64;
    let mut inside = ledger.tally.in_system as i64 - outside as i64;
    let is_layer = |row: &&StationRow| row.kind == StationKind::Gate;
    let layers = ledger.members(callers).map(|(_, row)| row).filter(is_layer);
    let mut all: Vec<LayerCounts> = layers
        .map(|row| {
            let ended = row.gauge(gauges.ended);
            let counts = LayerCounts {
                came,
                passed: came - ended - inside,
                ended,
                inside,
                added: row.gauge(gauges.added),
                worst: row.gauge(gauges.worst),
            };
            came += row.gauge(gauges.again) - row.gauge(gauges.turned_away);
            inside += row.gauge(gauges.extra) - row.gauge(gauges.waiting);
            counts
        })
        .collect();
    all.push(LayerCounts { came, passed: came - inside, inside, ..LayerCounts::default() });
    all
}
