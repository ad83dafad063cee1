//! Targets: what a system is to do, beside what it does at the playhead, as data.
//!
//! A target is a bound on a number that a station shows anyway, [`super::GaugeSpec`], and is meant by the id of that: so what is measured is in one place, and how
//! each target stands is a fold. A number of a window, the last second say, is known when the first window is over.

use super::{GaugeSpec, SceneSpec, Unit};
use millrace_trace::{Ledger, SimTime, Span, Trace};

/// A target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetSpec {
    /// Its name, in few words: "API p95".
    pub name: &'static str,
    /// The id of the gauge that it is a bound on.
    pub gauge: &'static str,
    /// The bound.
    pub wanted: Wanted,
    /// The time that the number is of; none at all for one that is of the moment.
    pub window: Span,
}

/// A bound, in the unit of the gauge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// So much or more.
    AtLeast(i64),
    /// Less than this.
    Below(i64),
}

/// How a target stands at a playhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// What was measured.
    pub measured: i64,
    /// By how much it is missed; none where it is met.
    pub missed_by: Option<i64>,
}

impl Wanted {
    /// The number.
    pub const fn number(self) -> i64 {
        match self {
            Wanted::AtLeast(wanted) | Wanted::Below(wanted) => wanted,
        }
    }

    /// How a number stands to it. What is as much as it has to be below is missed by nothing, and missed.
    pub const fn holds(self, measured: i64) -> Stands {
        let missed_by = match self {
            Wanted::AtLeast(wanted) if measured < wanted => Some(wanted - measured),
            Wanted::Below(wanted) if measured >= wanted => Some(measured - wanted),
            _ => None,
        };
        Stands { measured, missed_by }
    }
}

impl TargetSpec {
    /// The gauge of a scene that it is about.
    pub fn of<'a>(&self, scene: &'a SceneSpec) -> Option<&'a GaugeSpec> {
        scene.gauges.iter().find(|gauge| gauge.id == self.gauge)
    }

    /// How it stands; nothing while nothing was measured. A time that is none was not measured: nothing takes no time at all.
    pub fn stands(&self, scene: &SceneSpec, ledger: &Ledger, trace: &Trace) -> Option<Stands> {
        let gauge = self.of(scene)?;
        let (_, row) = ledger.find(&gauge.station, trace)?;
        let measured = row.gauge(gauge.gauge);
        let is_known = ledger.now >= SimTime(self.window.0) && (gauge.unit != Unit::Time || measured > 0);
        is_known.then(|| self.wanted.holds(measured))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_met_up_to_itself_or_short_of_itself_and_missed_by_what_is_left_to_it() {
        let missed = |wanted: Wanted| [9, 10, 12].map(|measured| wanted.holds(measured).missed_by);
        assert_eq!(missed(Wanted::AtLeast(10)), [Some(1), None, None]);
        assert_eq!(missed(Wanted::Below(10)), [None, Some(0), Some(2)]);
        assert_eq!([Wanted::AtLeast(3).number(), Wanted::Below(4).number()], [3, 4]);
    }
}
