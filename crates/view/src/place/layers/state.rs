//! What layers did up to the playhead, as all that shows them needs it.

use super::super::Here;
use crate::number;
use crate::scene::Look;
use millrace_spec::{self as spec, LayerCounts, LayerGauges, Policy, layer_counts};
use millrace_trace::{StationId, StationKind, ledger::StationRow};

/// A layer as it is drawn.
pub(super) struct Layer<'a> {
    pub policy: Policy,
    pub counts: LayerCounts,
    /// What came to the next one further in.
    next: i64,
    pub row: Option<(StationId, &'a StationRow)>,
    /// The breaker that belongs to it, if it is one.
    pub breaker: Option<&'a StationRow>,
}

/// All that is drawn.
pub(super) struct State<'a> {
    pub layers: Vec<Layer<'a>>,
    pub server: LayerCounts,
}

impl<'a> State<'a> {
    pub fn of(here: Here<'_, 'a>, spec: &spec::Layers) -> State<'a> {
        let ledger = here.scene.ledger;
        let mut counts = layer_counts(ledger, here.id());
        let gates = |of: StationId| ledger.members(of).filter(|(_, row)| row.kind == StationKind::Gate);
        let mut stations: Vec<(StationId, &StationRow)> =
            if here.row().is_some() { gates(here.id()).collect() } else { Vec::new() };
        // Before the run there is nothing to count.
        if stations.len() != spec.policies.len() {
            stations.clear();
            counts = vec![LayerCounts::default(); spec.policies.len() + 1];
        }
        let server = counts.last().copied().unwrap_or_default();
        let layer = |(index, policy): (usize, &Policy)| {
            let row = stations.get(index).copied();
            let breaker = row.and_then(|(id, _)| gates(id).next()).map(|(_, row)| row);
            let next = counts.get(index + 1).map_or(0, |next| next.came);
            Layer { policy: *policy, counts: counts.get(index).copied().unwrap_or_default(), next, row, breaker }
        };
        let layers = spec.policies.iter().enumerate().map(layer).collect();
        State { layers, server }
    }
}

impl Layer<'_> {
    fn gauge(&self, gauge: millrace_trace::Gauge) -> i64 {
        self.row.map_or(0, |(_, row)| row.gauge(gauge))
    }

    /// How it is, in a few words, and whether that calls for attention.
    pub fn state(&self, here: Here<'_, '_>, look: &Look<'_>) -> (String, bool) {
        let ended = number::count(self.counts.ended.max(0) as u64);
        match self.policy {
            Policy::Fallback => (format!("{ended} answered here"), false),
            Policy::Timeout(_) if self.counts.ended > 0 => (format!("{ended} cut off"), true),
            Policy::Timeout(_) if self.counts.worst > 0 => {
                (format!("worst {}", number::time_text(self.counts.worst as u64)), false)
            }
            Policy::Timeout(_) => (String::new(), false),
            Policy::Retry(_) if self.counts.came > 0 => {
                // One that turns nobody away made at least one try of each.
                (format!("{:.2} tries a call", self.next as f64 / self.counts.came as f64), false)
            }
            Policy::Retry(_) => (String::new(), false),
            Policy::Breaker(_) => match self.breaker {
                Some(row) => {
                    let state = row.state.map_or("closed", |state| here.scene.trace.name(state));
                    let until = row.gauge(millrace_spec::BreakerGauges::ALL.until).max(0) as u64;
                    let left = until.saturating_sub(look.now.0);
                    let words = match state {
                        "open" if left > 0 => format!("open, {} s left", number::seconds(left)),
                        "open" => "open, next call is a probe".to_owned(),
                        state => state.to_owned(),
                    };
                    (words, state != "closed")
                }
                None => ("closed".to_owned(), false),
            },
            Policy::Limit(_) => (format!("{ended} refused"), self.counts.ended > 0),
            Policy::Bulkhead(_) => {
                let held = number::count(self.counts.inside.max(0) as u64);
                (format!("{held} held, {ended} refused"), self.counts.ended > 0)
            }
            Policy::Hedge(_) => {
                let again = self.gauge(LayerGauges::ALL.again).max(0) as u64;
                (format!("{} asked twice", number::count(again)), false)
            }
        }
    }

    /// "435 in, 279 passed, 140 refused, 16 inside, added 106 ms"
    pub fn says(&self) -> String {
        let LayerCounts { came, passed, ended, inside, .. } = self.counts;
        let [came, passed, ended, inside] = [came, passed, ended, inside].map(|n| number::count(n.max(0) as u64));
        let added = added(&self.counts);
        format!("{came} in, {passed} passed, {ended} refused, {inside} inside, added {added}")
    }
}

/// The mean wait that a layer put in.
pub(super) fn added(counts: &LayerCounts) -> String {
    match counts.mean_added() {
        mean if mean > 0 => number::time_text(mean as u64),
        _ => "0".to_owned(),
    }
}
