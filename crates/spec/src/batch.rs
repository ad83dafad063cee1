//! What a batcher shows of itself on its station, for whoever draws it, checks it or reports it.

use millrace_trace::Gauge;

/// Why a batch went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flush {
    /// It was full.
    Size,
    /// Its time was over.
    Interval,
    /// Whoever put it together was told to stop.
    Stop,
}

impl Flush {
    /// All of them, in the order of their gauges.
    pub const ALL: [Flush; 3] = [Flush::Size, Flush::Interval, Flush::Stop];

    /// The word for it.
    pub const fn id(self) -> &'static str {
        match self {
            Flush::Size => "size",
            Flush::Interval => "interval",
            Flush::Stop => "stop",
        }
    }
}

/// What the gauges of a batcher mean. While one of the counts goes up, the items of the batch that goes out are still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchGauges {
    /// How many went out so far, by why.
    pub flushes: [Gauge; 3],
    /// When the interval is over, in ns.
    pub due: Gauge,
    /// How many went out at the end of an interval although less than an interval had passed since the batch before.
    pub early: Gauge,
}

impl BatchGauges {
    /// The gauges of every batcher.
    pub const ALL: BatchGauges =
        BatchGauges { flushes: [Gauge(0), Gauge(1), Gauge(2)], due: Gauge(3), early: Gauge(4) };

    /// Why a batch goes out whose count is this gauge; none for another gauge.
    pub fn why(self, gauge: Gauge) -> Option<Flush> {
        let place = self.flushes.iter().position(|count| *count == gauge)?;
        Flush::ALL.get(place).copied()
    }

    /// The count of those that went out for this reason.
    pub fn of(self, why: Flush) -> Gauge {
        let [size, interval, stop] = self.flushes;
        match why {
            Flush::Size => size,
            Flush::Interval => interval,
            Flush::Stop => stop,
        }
    }
}
