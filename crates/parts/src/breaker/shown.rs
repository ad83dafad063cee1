//! What a breaker shows of itself: gauges on its station, each written when it changes.

use super::Inner;
use super::settings::{BreakerSettings, BreakerState, Trip};
use crate::window::{Counts, Window};
use millrace_engine::Env;
use millrace_spec::BreakerGauges;
use millrace_trace::{Gauge, StationId};

/// What a breaker shows, on its station.
pub(super) const GAUGES: BreakerGauges = BreakerGauges {
    failures: Gauge(0),
    limit: Gauge(1),
    calls: Gauge(2),
    slow: Gauge(3),
    minimum: Gauge(4),
    rate: Gauge(5),
    slow_rate: Gauge(6),
    until: Gauge(7),
    permitted: Gauge(8),
    probes: Gauge(9),
    passed: Gauge(10),
    turned_away: Gauge(11),
    cells: Gauge(12),
    next: Gauge(13),
    cell: Gauge(14),
    deciding: Gauge(254),
};

/// The most cells that have gauges; a larger window counts as well and is not shown.
const MOST_CELLS: u32 = 240;

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
        shown.set(GAUGES.cells, if cells <= MOST_CELLS { cells.into() } else { 0 });
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
        if cells > MOST_CELLS {
            return;
        }
        self.set(GAUGES.next, inner.window.next().into());
        for index in 0..cells {
            let value = cell(settings.window, inner.window.cell(index));
            self.set(Gauge(GAUGES.cell.0.saturating_add(index as u8)), value);
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

/// A cell as its gauge has it.
fn cell(window: Window, counts: Counts) -> i64 {
    match (window, counts) {
        (Window::Time { .. }, Counts { calls, failures, slow }) => {
            let digits = |n: u32| i64::from(n.min(999));
            digits(calls) * 1_000_000 + digits(failures) * 1_000 + digits(slow)
        }
        (Window::Calls(_), Counts { calls: 0, .. }) => 0,
        (Window::Calls(_), Counts { failures: 0, slow: 0, .. }) => 1,
        (Window::Calls(_), Counts { slow: 0, .. }) => 2,
        (Window::Calls(_), Counts { failures: 0, .. }) => 3,
        (Window::Calls(_), _) => 4,
    }
}

fn percent(share: f64) -> i64 {
    (share * 100.0 + 0.5) as i64
}
