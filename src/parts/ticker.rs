//! A ticker as Go has it: a beat every period; a slow listener misses beats and never gets more than one late.

use crate::engine::{Env, Sleep};
use crate::trace::{SimTime, Span, Wait};

/// Beats at whole periods after its creation.
#[derive(Debug)]
pub struct Ticker {
    env: Env,
    period: Span,
    next: SimTime,
}

impl Ticker {
    /// Starts now; the first beat comes after one period. A period of nothing counts as a nanosecond: Go panics there.
    pub fn new(env: &Env, period: Span) -> Ticker {
        let period = period.max(Span::nanos(1));
        Ticker { env: env.clone(), period, next: env.now() + period }
    }

    /// Waits for the next beat. A beat that is overdue comes at once; the ones between are dropped.
    #[track_caller]
    pub fn tick(&mut self) -> Sleep {
        let due = self.next;
        let missed = self.env.now().since(due).0 / self.period.0;
        self.next = due + Span(self.period.0.saturating_mul(missed + 1));
        self.env.sleep_until(due, Wait::Tick)
    }
}
