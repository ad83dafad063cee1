//! What an adaptive limit shows of itself on its station, for whoever draws it, checks it or charts it.

use millrace_trace::Gauge;

/// What the gauges of an adaptive limit mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeterGauges {
    /// How many may be under way.
    pub limit: Gauge,
    /// How many are.
    pub under_way: Gauge,
    /// How many were refused so far.
    pub refused: Gauge,
    /// What its rule goes by: what each is, the place says.
    pub inside: [Gauge; 3],
}

impl MeterGauges {
    /// The gauges of every adaptive limit.
    pub const ALL: MeterGauges =
        MeterGauges { limit: Gauge(0), under_way: Gauge(1), refused: Gauge(2), inside: [Gauge(3), Gauge(4), Gauge(5)] };
}
