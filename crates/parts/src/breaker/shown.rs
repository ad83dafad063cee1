//! What a breaker shows of itself: gauges on its station, each written when it changes.

use super::Inner;
use super::settings::{BreakerSettings, BreakerState, Trip};
use crate::window::{Counts, Window};
use millrace_engine::Env;
use millrace_spec::{BreakerGauges, Packed, WindowCell};
use millrace_trace::{Gauge, StationId};

const GAUGES: BreakerGauges = BreakerGauges::ALL;

/// The gauges, and what they say.
pub(super) struct Shown {
    env: Env,
    station: StationId,
    values: Vec<i64>,
}

impl Shown {
    /// The gauges of a new breaker: those that never change are written now.
    pub(super) fn new(env: &Env, station: StationId, settings: &BreakerSettings, cells: u32) -> Shown {
        let mut shown = Shown { env: env.clone(), station, values: Vec::new() };
        match settings.trip {
            Trip::Consecutive(limit) => shown.set(GAUGES.limit, limit.max(1).into()),
            Trip::Rate { failures, slow, .. } => {
                shown.set(GAUGES.minimum, settings.minimum().into());
                shown.set(GAUGES.rate, percent(failures));
                shown.set(GAUGES.slow_rate, percent(slow));
            }
        }
        shown.set(GAUGES.permitted, settings.half_open.permitted.max(1).into());
        if let Some(deciding) = settings.half_open.deciding {
            shown.set(GAUGES.deciding, deciding.max(1).into());
        }
        shown.set(GAUGES.cells, if cells <= GAUGES.window.most { cells.into() } else { 0 });
        shown
    }

    /// Writes the gauges that have changed.
    pub(super) fn update(&mut self, inner: &Inner, settings: &BreakerSettings) {
        let counts = if inner.state == BreakerState::HalfOpen { inner.probed } else { inner.window.total() };
        let failures = match settings.trip {
            Trip::Consecutive(_) => inner.failures,
            Trip::Rate { .. } => counts.failures,
        };
        self.set(GAUGES.failures, failures.into());
        self.set(GAUGES.calls, counts.calls.into());
        self.set(GAUGES.slow, counts.slow.into());
        let until = match inner.state {
            BreakerState::Open => inner.until.nanos(),
            BreakerState::HalfOpen if settings.half_open.at_most.is_some() => inner.until.nanos(),
            _ => 0,
        };
        self.set(GAUGES.until, i64::try_from(until).unwrap_or(i64::MAX));
        self.set(GAUGES.probes, inner.probes.into());
        self.set(GAUGES.passed, inner.probed.calls.saturating_sub(inner.probed.failures).into());
        self.set(GAUGES.turned_away, inner.turned_away.into());
        let cells = inner.window.size();
        // A larger window counts as well and is not shown.
        if cells > GAUGES.window.most {
            return;
        }
        self.set(GAUGES.next, inner.window.next().into());
        for index in 0..cells {
            if let Some(gauge) = GAUGES.window.gauge(index) {
                self.set(gauge, cell(settings.window, inner.window.cell(index)).packed());
            }
        }
    }

    fn set(&mut self, gauge: Gauge, value: i64) {
        let index = usize::from(gauge.0);
        if self.values.len() <= index {
            self.values.resize(index + 1, 0);
        }
        if let Some(shown) = self.values.get_mut(index).filter(|shown| **shown != value) {
            *shown = value;
            self.env.gauge(self.station, gauge, value);
        }
    }
}

/// A cell as it is shown.
fn cell(window: Window, Counts { calls, failures, slow }: Counts) -> WindowCell {
    match window {
        _ if calls == 0 => WindowCell::Empty,
        Window::Time { .. } => WindowCell::Slice { calls, failed: failures, slow },
        Window::Calls(_) => WindowCell::Call { failed: failures > 0, slow: slow > 0 },
    }
}

fn percent(share: f64) -> i64 {
    (share * 100.0 + 0.5) as i64
}
