//! What a source shows that has the sessions of many clients, for whoever draws them: of which session each of its jobs is.
//!
//! A session is no station, as there may be ten thousand. Its number stands in a gauge right before its job comes in, so which job was the last of
//! which session is a fold.

use millrace_trace::Gauge;

/// What the gauges of a source of sessions mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionGauges {
    /// The session that the next job which comes in is of, from 0.
    pub whose: Gauge,
    /// How many sessions there are.
    pub sessions: Gauge,
}

impl SessionGauges {
    /// The gauges of every source of sessions.
    pub const ALL: SessionGauges = SessionGauges { whose: Gauge(0), sessions: Gauge(1) };
}
