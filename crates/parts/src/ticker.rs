//! A ticker as Go has it: a beat every period; a slow listener misses beats and never gets more than one late.
//!
//! A monitor, a reaper, a stream of status lines beat in the background: whoever waits for such a beat only looks, and a run
//! in which everybody else is stuck must say so and not beat for ever. A ticker whose beats somebody's work waits for is not of
//! that kind, and keeps the run alive as any other wait for a time does.

use millrace_engine::{Env, Sleep};
use millrace_trace::{SimTime, Span, Wait};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Beats at whole periods after its creation.
#[derive(Debug)]
pub struct Ticker {
    env: Env,
    period: Span,
    next: SimTime,
    in_background: bool,
}

impl Ticker {
    /// Starts now; the first beat comes after one period. A period of nothing counts as a nanosecond: Go panics there.
    pub fn new(env: &Env, period: Span) -> Ticker {
        let period = period.max(Span::nanos(1));
        Ticker { env: env.clone(), period, next: env.now() + period, in_background: false }
    }

    /// The same beats, for somebody who only looks; see [`Sleep::in_background`].
    pub fn in_background(mut self) -> Ticker {
        self.in_background = true;
        self
    }

    /// Waits for the next beat. A beat that is overdue comes at once; the ones between are dropped. A wait that is dropped
    /// takes no beat with it: the next one waits for the same.
    #[track_caller]
    pub fn tick(&mut self) -> Tick<'_> {
        let alarm = self.env.sleep_until(self.next, Wait::Tick);
        let alarm = if self.in_background { alarm.in_background() } else { alarm };
        Tick { ticker: self, alarm }
    }
}

/// The future of [`Ticker::tick`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Tick<'a> {
    ticker: &'a mut Ticker,
    alarm: Sleep,
}

impl Future for Tick<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let beat = Pin::new(&mut this.alarm).poll(cx);
        if beat.is_ready() {
            let ticker = &mut *this.ticker;
            let missed = ticker.env.now().since(ticker.next).0 / ticker.period.0;
            ticker.next += Span(ticker.period.0.saturating_mul(missed + 1));
        }
        beat
    }
}
