//! What a breaker shows of itself on its station, for whoever draws it, checks it or charts it.

use super::packed::{Cells, Packed};
use millrace_trace::Gauge;

/// What the gauges of a breaker mean. Its declared state is *closed*, *open*, *half-open*, *forced open* or *disabled*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerGauges {
    /// Failures that count at the moment: in a row, or in the window.
    pub failures: Gauge,
    /// Failures in a row that open it, or 0 where a rate does.
    pub limit: Gauge,
    /// Calls in the window.
    pub calls: Gauge,
    /// Slow calls in the window.
    pub slow: Gauge,
    /// The least number of calls in the window before a rate counts.
    pub minimum: Gauge,
    /// The failure rate that opens it, in percent.
    pub rate: Gauge,
    /// The slow-call rate that opens it, in percent.
    pub slow_rate: Gauge,
    /// When it lets probes through again, in ns, while it is open; while half-open, until when it may be that, 0 for ever.
    pub until: Gauge,
    /// How many probes are let through while it is half-open.
    pub permitted: Gauge,
    /// Probes that were let through since it is half-open.
    pub probes: Gauge,
    /// Probes that passed.
    pub passed: Gauge,
    /// Calls that were turned away so far.
    pub turned_away: Gauge,
    /// How many cells its window has: calls, or slices of time.
    pub cells: Gauge,
    /// Which cell is written next, from 0.
    pub next: Gauge,
    /// The cells of its window.
    pub window: Cells<WindowCell>,
    /// How many probes decide, 0 for all that are permitted.
    pub deciding: Gauge,
}

impl BreakerGauges {
    /// The gauges of every breaker.
    pub const ALL: BreakerGauges = BreakerGauges {
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
        window: Cells::new(Gauge(12), Gauge(14), 240),
        deciding: Gauge(254),
    };
}

/// A cell of a breaker's window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindowCell {
    /// Nothing was counted.
    #[default]
    Empty,
    /// A call, of a window of calls.
    Call {
        /// Whether it failed.
        failed: bool,
        /// Whether it was slow.
        slow: bool,
    },
    /// The calls of a slice, of a window of time: each number at most 999.
    Slice {
        /// All of them, at least one.
        calls: u32,
        /// Those that failed.
        failed: u32,
        /// Those that were slow.
        slow: u32,
    },
}

/// The most that a slice counts of each, and a slice's digits in its number.
const MOST: u32 = 999;
const THOUSAND: i64 = 1_000;
const MILLION: i64 = 1_000_000;

impl Packed for WindowCell {
    fn packed(self) -> i64 {
        let digits = |n: u32| i64::from(n.min(MOST));
        match self {
            WindowCell::Empty => 0,
            WindowCell::Call { failed, slow } => 1 + i64::from(failed) + 2 * i64::from(slow),
            WindowCell::Slice { calls, failed, slow } => {
                digits(calls) * MILLION + digits(failed) * THOUSAND + digits(slow)
            }
        }
    }

    fn read(packed: i64) -> WindowCell {
        let digits = |n: i64| u32::try_from(n % THOUSAND).unwrap_or(0);
        match packed {
            1..=4 => WindowCell::Call { failed: matches!(packed, 2 | 4), slow: matches!(packed, 3 | 4) },
            MILLION.. => WindowCell::Slice {
                calls: digits(packed / MILLION),
                failed: digits(packed / THOUSAND),
                slow: digits(packed),
            },
            _ => WindowCell::Empty,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_breaker_writes_into_a_cell_is_what_a_picture_reads() {
        let calls =
            [false, true].into_iter().flat_map(|failed| [false, true].map(|slow| WindowCell::Call { failed, slow }));
        let slices = [(1, 0, 0), (20, 3, 7), (999, 999, 999)];
        let slices = slices.map(|(calls, failed, slow)| WindowCell::Slice { calls, failed, slow });
        for cell in calls.chain(slices).chain([WindowCell::Empty]) {
            assert_eq!(WindowCell::read(cell.packed()), cell);
        }
        let many = WindowCell::Slice { calls: 5_000, failed: 1_000, slow: 2 };
        assert_eq!(WindowCell::read(many.packed()), WindowCell::Slice { calls: 999, failed: 999, slow: 2 });
    }

    #[test]
    fn a_window_has_as_many_gauges_as_it_may_show() {
        let window = BreakerGauges::ALL.window;
        assert_eq!((window.gauge(0), window.gauge(239), window.gauge(240)), (Some(Gauge(14)), Some(Gauge(253)), None));
    }
}
