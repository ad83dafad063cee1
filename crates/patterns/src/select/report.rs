//! What the select alone reports: how often which case was picked.

use super::{DEFAULTS, MOST_INPUTS, TIMEOUTS, ZERO_VALUES};
use millrace_spec::{Detail, Values};
use millrace_trace::{EventKind, Gauge, Ledger, Trace, TraceEvent};
use serde_json::{Map, Value as Json};

/// How often which case was picked.
#[derive(Debug)]
pub(super) struct Picks {
    inputs: usize,
    picked: [i64; MOST_INPUTS],
    timeouts: i64,
    defaults: i64,
    zero_values: i64,
}

impl Picks {
    pub(super) fn new(values: &Values) -> Picks {
        let inputs = values.count("inputs") as usize;
        Picks { inputs, picked: [0; MOST_INPUTS], timeouts: 0, defaults: 0, zero_values: 0 }
    }
}

impl Detail for Picks {
    fn apply(&mut self, event: &TraceEvent, _: &Ledger, _: &Trace) {
        let EventKind::Gauged { gauge, value, .. } = event.kind else { return };
        match gauge {
            TIMEOUTS => self.timeouts = value,
            DEFAULTS => self.defaults = value,
            ZERO_VALUES => self.zero_values = value,
            Gauge(input) => {
                if let Some(picked) = self.picked.get_mut(usize::from(input)) {
                    *picked = value;
                }
            }
        }
    }

    fn report(&self) -> Map<String, Json> {
        let picked = self.picked.iter().zip(1..).take(self.inputs);
        let picked: Map<String, Json> =
            picked.map(|(n, input): (&i64, u32)| (input.to_string(), (*n).into())).collect();
        let mut detail = Map::new();
        detail.insert("picked".to_owned(), picked.into());
        for (key, n) in [("timeouts", self.timeouts), ("defaults", self.defaults), ("zero_values", self.zero_values)] {
            detail.insert(key.to_owned(), n.into());
        }
        detail
    }
}
