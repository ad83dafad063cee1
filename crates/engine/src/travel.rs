//! A station on its way from place to place, evenly in a given time.
//!
//! The event that it sets off holds its pace, so a picture at any instant follows from what has happened by then. Dropped on
//! the way it says where it stopped.

use super::env::Env;
use super::sleep::Sleep;
use millrace_trace::{EventKind, SimTime, Span, StationId, Wait};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The future of [`Env::travel`].
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Travel {
    env: Env,
    station: StationId,
    from: i32,
    to: i32,
    takes: Span,
    alarm: Sleep,
    set_off: Option<SimTime>,
}

impl Travel {
    pub(super) fn new(
        env: &Env,
        station: StationId,
        (from, to): (i32, i32),
        takes: Span,
        site: &'static Location<'static>,
    ) -> Travel {
        let alarm = Sleep::new(env.core().clone(), env.now() + takes, Wait::Sleep, site);
        Travel { env: env.clone(), station, from, to, takes, alarm, set_off: None }
    }

    /// Millionths of the scale a second.
    fn pace(&self) -> i32 {
        let far = (f64::from(self.to) - f64::from(self.from)) * 1e3;
        // Whoever gets there in no time has no pace worth telling.
        if self.takes == Span::ZERO { 0 } else { (far / self.takes.seconds()) as i32 }
    }

    fn is_at(&self, place: i32, pace: i32) {
        self.env.emit(EventKind::Travelled { station: self.station, place, pace });
    }
}

impl Future for Travel {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.set_off.is_none() && self.from != self.to {
            self.is_at(self.from, self.pace());
            self.set_off = Some(self.env.now());
        }
        let arrived = Pin::new(&mut self.alarm).poll(cx);
        if arrived.is_ready() && self.set_off.take().is_some() {
            self.is_at(self.to, 0);
        }
        arrived
    }
}

impl Drop for Travel {
    fn drop(&mut self) {
        if let Some(set_off) = self.set_off {
            let share = self.env.now().since(set_off).seconds() / self.takes.seconds().max(1e-9);
            let way = (f64::from(self.to) - f64::from(self.from)) * share.min(1.0);
            self.is_at(self.from.saturating_add(way as i32), 0);
        }
    }
}
