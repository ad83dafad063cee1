//! A car's breaker: a contact in the colour of its state, and what it waits for.

use super::super::{Look, Scene};
use crate::spec::BreakerGauges;
use crate::trace::{Span, ledger::StationRow};
use crate::view::shape::{Point, Sheet};
use crate::view::{Palette, Rgba, number};

/// The states of a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Calls pass.
    Closed,
    /// Calls are turned away.
    Open,
    /// A few calls pass to see how they end.
    HalfOpen,
    /// Somebody opened it, and it stays so.
    ForcedOpen,
    /// Calls pass and nobody counts.
    Disabled,
}

impl Status {
    /// Those in the legend.
    pub const LEGEND: [Status; 3] = [Status::Closed, Status::HalfOpen, Status::Open];

    fn of(word: &str) -> Status {
        match word {
            "open" => Status::Open,
            "half-open" => Status::HalfOpen,
            "forced open" => Status::ForcedOpen,
            "disabled" => Status::Disabled,
            _ => Status::Closed,
        }
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Closed => "closed",
            Status::Open => "open",
            Status::HalfOpen => "half-open",
            Status::ForcedOpen => "forced open",
            Status::Disabled => "disabled",
        }
    }

    /// Whether calls are turned away.
    pub const fn is_open(self) -> bool {
        matches!(self, Status::Open | Status::ForcedOpen)
    }

    /// The colours of its marks, its words and its chip.
    pub const fn colours(self, p: &Palette) -> (Rgba, Rgba, Rgba) {
        match self {
            Status::Closed => (p.success, p.success_ink, p.success_wash),
            Status::Open | Status::ForcedOpen => (p.server, p.server_ink, p.server_wash),
            Status::HalfOpen => (p.blocked, p.blocked_ink, p.blocked_wash),
            Status::Disabled => (p.idle, p.idle_ink, p.rejected_wash),
        }
    }
}

/// A breaker at the playhead.
#[derive(Clone, Copy, Debug)]
pub struct Breaker {
    /// Its state.
    pub status: Status,
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
    pub fn read(scene: &Scene<'_>, look: &Look<'_>, gauges: &BreakerGauges, row: &StationRow) -> Breaker {
        let status = Status::of(row.state.map_or("", |state| scene.trace.name(state)));
        let count = |gauge| row.gauge(gauge).max(0) as u64;
        let until = count(gauges.until);
        let left = Span(until.saturating_sub(look.now.0));
        let whole = Span(until.saturating_sub(row.state_since.0));
        Breaker {
            status,
            retry: (status == Status::Open && until > 0).then_some((left, whole)),
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

    /// What there is to say about it, from long to short.
    pub fn says(&self) -> Vec<String> {
        let of = |a: u64, b: u64, what: &str| {
            let (a, b) = (number::count(a), number::count(b));
            vec![format!("{a} of {b} {what}"), format!("{a} of {b}"), format!("{a}/{b}")]
        };
        match self.status {
            Status::Closed if self.limit > 0 => of(self.failures, self.limit, "failures"),
            Status::Closed if self.calls < self.minimum => of(self.calls, self.minimum, "calls"),
            Status::Closed => of(self.failures, self.calls, "failed"),
            Status::HalfOpen => of(self.probes.2, self.probes.0, "passed"),
            Status::Open => match self.retry {
                Some((left, _)) if !left.is_zero() => {
                    let left = format!("{:.1} s", left.seconds());
                    vec![format!("retry in {left}"), format!("in {left}"), left]
                }
                _ => vec!["retry at the next call".to_owned(), "retry next".to_owned(), "retry".to_owned()],
            },
            Status::ForcedOpen => vec!["until it is released".to_owned(), "held open".to_owned(), "held".to_owned()],
            Status::Disabled => vec!["counts nothing".to_owned(), "off".to_owned()],
        }
    }
}

/// The contact: joined, raised, or with a dashed arm; 26 px wide in full, less where there is less room.
pub fn contact(sheet: &mut Sheet, (x, y): Point, w: f64, status: Status, p: &Palette) {
    let colour = status.colours(p).0;
    let scale = w / 26.0;
    let (left, right) = (x + 7.5 * scale, x + 18.5 * scale);
    let r = (1.6 * scale).max(1.2);
    let wires = [[x, y, x + 6.0 * scale, y], [x + 20.0 * scale, y, x + w, y]];
    sheet.segments(wires.iter().map(|l| l.map(|v| v as f32)).collect(), colour, 1.6);
    sheet.dots([left, right].iter().map(|x| (*x as f32, y as f32)).collect(), r, colour);
    match status {
        Status::Closed => sheet.line((left, y), (right, y), colour, 1.6),
        Status::HalfOpen => sheet.dashed((left, y), (right - 0.5, y - 4.0 * scale), colour, 1.6, (2.4, 1.8)),
        Status::Open | Status::ForcedOpen => {
            sheet.line((left, y), (right - 2.5 * scale, y - 7.0 * scale), colour, 1.6);
            if status == Status::ForcedOpen {
                // A stop holds it up.
                let top = y - 7.0 * scale;
                sheet.line((right - 2.5 * scale, top - 2.0), (right - 2.5 * scale, top + 2.0), colour, 1.6);
            }
        }
        // Bridged: whatever the arm does, calls pass.
        Status::Disabled => sheet.dashed((x, y - 4.0 * scale), (x + w, y - 4.0 * scale), colour, 1.2, (2.0, 2.0)),
    }
}
