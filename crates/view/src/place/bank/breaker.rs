//! A car's breaker: its state, and what there is to say about it.

use crate::number;
use crate::scene::contact::Contact;
use crate::scene::{Look, Scene};
use millrace_spec::BreakerGauges;
use millrace_trace::{Span, ledger::StationRow};

/// Those in the legend.
pub const LEGEND: [Contact; 3] = [Contact::Closed, Contact::HalfOpen, Contact::Open];

/// A breaker at the playhead.
#[derive(Clone, Copy, Debug)]
pub struct Breaker {
    /// Its state.
    pub status: Contact,
    /// Until it lets probes through, and how long it stays open in all; only while it is open.
    pub retry: Option<(Span, Span)>,
    /// Probes it lets through, those it let through already, those that passed.
    pub probes: (u64, u64, u64),
    failures: u64,
    limit: u64,
    calls: u64,
    minimum: u64,
}

impl Breaker {
    /// Reads a breaker from its row.
    pub fn read(scene: &Scene<'_>, look: &Look<'_>, row: &StationRow) -> Breaker {
        let gauges = BreakerGauges::ALL;
        let status = Contact::of(row.state.map_or("", |state| scene.trace.name(state)));
        let count = |gauge| row.gauge(gauge).max(0) as u64;
        let until = count(gauges.until);
        let left = Span(until.saturating_sub(look.now.0));
        let whole = Span(until.saturating_sub(row.state_since.0));
        Breaker {
            status,
            retry: (status == Contact::Open && until > 0).then_some((left, whole)),
            probes: (count(gauges.permitted), count(gauges.probes), count(gauges.passed)),
            failures: count(gauges.failures),
            limit: count(gauges.limit),
            calls: count(gauges.calls),
            minimum: count(gauges.minimum),
        }
    }

    /// What counts against it, of how many: "0 of 5" failures in a row, or the failures among the calls of its window.
    pub fn failures(&self) -> String {
        let of = if self.limit > 0 { self.limit } else { self.calls };
        format!("{} of {}", number::count(self.failures), number::count(of))
    }

    /// Whether calls are turned away.
    pub const fn is_open(&self) -> bool {
        matches!(self.status, Contact::Open | Contact::ForcedOpen)
    }

    /// What there is to say about it, from long to short.
    pub fn says(&self) -> Vec<String> {
        let of = |a: u64, b: u64, what: &str| {
            let (a, b) = (number::count(a), number::count(b));
            vec![format!("{a} of {b} {what}"), format!("{a} of {b}"), format!("{a}/{b}")]
        };
        match self.status {
            Contact::Closed if self.limit > 0 => of(self.failures, self.limit, "failures"),
            Contact::Closed if self.calls < self.minimum => of(self.calls, self.minimum, "calls"),
            Contact::Closed => of(self.failures, self.calls, "failed"),
            Contact::HalfOpen => of(self.probes.2, self.probes.0, "passed"),
            Contact::Open => match self.retry {
                Some((left, _)) if !left.is_zero() => {
                    let left = format!("{:.1} s", left.seconds());
                    vec![format!("retry in {left}"), format!("in {left}"), left]
                }
                _ => vec!["retry at the next call".to_owned(), "retry next".to_owned(), "next".to_owned()],
            },
            Contact::ForcedOpen => vec!["until it is released".to_owned(), "held open".to_owned(), "held".to_owned()],
            Contact::Disabled => vec!["counts nothing".to_owned(), "off".to_owned()],
        }
    }
}
