//! What a limit on what is under way shows of itself on its station, for whoever draws it, checks it or charts it.

use millrace_trace::Gauge;

/// What the gauges of a limit on what is under way mean.
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
    /// How many of those under way are served less than they asked for.
    pub less: Gauge,
    /// How many have been served less so far.
    pub served_less: Gauge,
    /// How many had to make room for somebody who matters more.
    pub displaced: Gauge,
    /// From how many under way on whoever comes is served less.
    pub threshold: Gauge,
}

impl MeterGauges {
    /// The gauges of every limit.
    pub const ALL: MeterGauges = MeterGauges {
        limit: Gauge(0),
        under_way: Gauge(1),
        refused: Gauge(2),
        inside: [Gauge(3), Gauge(4), Gauge(5)],
        less: Gauge(6),
        served_less: Gauge(7),
        displaced: Gauge(8),
        threshold: Gauge(9),
    };

    /// How many of a class, by its place, have been served in full so far, served less, and not at all.
    pub const fn of_class(place: usize) -> [Gauge; 3] {
        let first = 10 + 3 * place as u8;
        [Gauge(first), Gauge(first + 1), Gauge(first + 2)]
    }
}
