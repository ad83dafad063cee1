//! Little's law, L = λW, and whether it may be said: in a time at whose ends many are inside the two sides are of different calls.

use super::Prefix;
use millrace_trace::{Ledger, Span, StationKind};

/// The three figures, each measured by itself over the same time: from the start to an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Little {
    /// L: how many calls were under way on average.
    pub level: f64,
    /// λ: how many ended a second.
    pub rate: f64,
    /// W: how long they took on average, those that were given up included.
    pub wait: Span,
}

/// The sides may differ by this share of the measured level.
const NEAR: f64 = 0.03;

impl Little {
    /// That of all calls up to an instant, with the state at that instant. None before one has ended.
    pub fn of(so_far: &Prefix<'_>, ledger: &Ledger) -> Option<Little> {
        let (calls, seconds) = (so_far.latency()?, so_far.at().seconds());
        let servers = ledger.stations.iter().filter(|row| row.kind == StationKind::Server);
        // The ledger's integral has every instant, however long the run.
        let level = servers.map(|row| row.levels.present_mean(so_far.at())).sum();
        (seconds > 0.0).then(|| Little { level, rate: calls.count as f64 / seconds, wait: calls.mean })
    }

    /// λW.
    pub fn product(&self) -> f64 {
        self.rate * self.wait.seconds()
    }

    /// Whether the law may be said.
    pub fn holds(&self) -> bool {
        (self.level - self.product()).abs() <= NEAR * self.level
    }
}
