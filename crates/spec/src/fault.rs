//! Faults that a person may inject: what each is about, what its magnitude means, and how that is written.

use super::{SceneSpec, ServerName, parse_number, parse_span};
use millrace_engine::{Again, Onset};
use millrace_trace::{Ledger, Span, Trace};
use std::borrow::Cow;
use std::fmt;

/// A fault that a person may switch on. Those of a server are listed from the mildest to the worst: of several that stand its
/// picture says the last.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultSpec {
    /// What kind of fault: `outage`.
    pub id: &'static str,
    /// The server that has it; none for a fault of the program itself.
    pub server: Option<ServerName>,
    /// Its name on the page.
    pub label: &'static str,
    /// Whose it is, on the page, where there are several servers.
    pub whose: Option<String>,
    /// What it does.
    pub help: &'static str,
    /// What the picture of its server, or of what stands for the program, says while it stands: "down". Nothing where it says no such thing.
    pub state: &'static str,
    /// What its magnitude is.
    pub unit: FaultUnit,
    /// Its magnitude unless somebody says otherwise.
    pub default: i64,
    /// The least magnitude.
    pub min: i64,
    /// The greatest.
    pub max: i64,
}

/// What a fault's magnitude is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultUnit {
    /// A factor: ×3.
    Times,
    /// A factor in hundredths: 150 is ×1.5.
    Factor,
    /// Percent: 5 %.
    Percent,
    /// How long it lasts, in nanoseconds: it switches itself off. 0 lasts until it is switched off.
    Lasts,
    /// A member of a crew, from 1.
    Member,
}

impl FaultSpec {
    /// A fault of the program itself, with the default magnitude, the least and the greatest.
    pub fn of_program(
        (id, label): (&'static str, &'static str),
        help: &'static str,
        unit: FaultUnit,
        (default, min, max): (i64, i64, i64),
    ) -> FaultSpec {
        FaultSpec { id, server: None, label, whose: None, help, state: "", unit, default, min, max }
    }

    /// Its name in links and in the trace, and `fault-<name>` on the page.
    pub fn name(&self) -> Cow<'static, str> {
        self.server.map_or(Cow::Borrowed(self.id), |server| server.fault(self.id).into())
    }

    /// Its name where nothing else says whose it is: "L2: Outage".
    pub fn full_label(&self) -> Cow<'static, str> {
        self.whose.as_ref().map_or(Cow::Borrowed(self.label), |whose| format!("{whose}: {}", self.label).into())
    }

    /// How it begins with a magnitude. Without a time of its own it lasts as long as its magnitude says, where that is a time, and
    /// otherwise until it is switched off.
    pub fn onset(&self, magnitude: i64, lasts: Option<Span>) -> Onset {
        let own = (self.unit == FaultUnit::Lasts && magnitude > 0).then_some(Span(magnitude.max(0) as u64));
        let again = if self.unit == FaultUnit::Member { Again::Adds } else { Again::Turns };
        Onset { magnitude, lasts: lasts.or(own), again }
    }
}

impl SceneSpec {
    /// The faults of the server at a station, from the mildest to the worst.
    pub fn faults_of(&self, station: &str) -> impl Iterator<Item = &FaultSpec> {
        self.faults.iter().filter(move |fault| fault.server.is_some_and(|server| server.as_str() == station))
    }

    /// The worst fault that the server at a station has now: of those that stand, the last in the list.
    pub fn worst_fault(&self, station: &str, ledger: &Ledger, trace: &Trace) -> Option<StandingFault<'_>> {
        let standing = self.faults_of(station).filter_map(|fault| {
            let magnitude = ledger.strongest(&fault.name(), trace)?;
            Some(StandingFault { fault, magnitude })
        });
        standing.last()
    }

    /// How the program itself is, by a fault of it that stands: "down".
    pub fn own_state(&self, ledger: &Ledger, trace: &Trace) -> Option<&'static str> {
        let mut own = self.faults.iter().filter(|fault| fault.server.is_none() && !fault.state.is_empty());
        own.find(|fault| ledger.strongest(fault.id, trace).is_some()).map(|fault| fault.state)
    }
}

/// A fault that stands. It is written as "slow ×3" or "down", for a server whose name stands beside it.
#[derive(Clone, Copy, Debug)]
pub struct StandingFault<'a> {
    /// The fault.
    pub fault: &'a FaultSpec,
    /// How much of it, in what its unit is.
    pub magnitude: i64,
}

impl fmt::Display for StandingFault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault.unit {
            // How long it is to last says the panel.
            FaultUnit::Lasts => f.write_str(self.fault.state),
            unit => write!(f, "{} {}", self.fault.state, unit.written(self.magnitude)),
        }
    }
}

impl FaultUnit {
    /// A magnitude in words: ×1.5, 5 %, 2s, ∞ until it is lifted.
    pub fn written(self, magnitude: i64) -> String {
        match self {
            FaultUnit::Times => format!("×{magnitude}"),
            FaultUnit::Factor => format!("×{}", hundredths(magnitude)),
            FaultUnit::Percent => format!("{magnitude} %"),
            FaultUnit::Lasts if magnitude == 0 => "∞".to_owned(),
            FaultUnit::Lasts => Span(magnitude.max(0) as u64).to_string(),
            FaultUnit::Member => format!("No. {magnitude}"),
        }
    }

    /// A magnitude as a person wrote it.
    pub fn read(self, text: &str) -> Option<i64> {
        let text = text.trim();
        let number = text.trim_start_matches(['×', 'x', 'w']).trim_start_matches("No.").trim_end_matches('%').trim();
        match self {
            FaultUnit::Lasts if matches!(text, "∞" | "0") => Some(0),
            FaultUnit::Lasts => i64::try_from(parse_span(text, Span::secs(1)).ok()?.0).ok(),
            FaultUnit::Factor => in_hundredths(number),
            _ => number.parse().ok(),
        }
    }

    /// A magnitude as links have it: a whole number, or `1.5` for a factor in hundredths.
    pub fn in_link(self, magnitude: i64) -> String {
        if self == FaultUnit::Factor { hundredths(magnitude) } else { magnitude.to_string() }
    }

    /// A magnitude of a link.
    pub fn from_link(self, text: &str) -> Option<i64> {
        if self == FaultUnit::Factor { in_hundredths(text) } else { text.parse().ok() }
    }
}

fn hundredths(magnitude: i64) -> String {
    (magnitude as f64 / 100.0).to_string()
}

fn in_hundredths(text: &str) -> Option<i64> {
    let number = parse_number(text).ok()? * 100.0;
    // Half a hundredth up, so that 1.15 is 115 although 1.15 is no binary fraction.
    (number.abs() < 1e15).then_some((number + 0.5) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_magnitude_reads_back_as_it_was_written() {
        let magnitudes = [
            (FaultUnit::Times, vec![2, 100]),
            (FaultUnit::Factor, vec![101, 115, 150, 300, 10_000]),
            (FaultUnit::Percent, vec![1, 100]),
            (FaultUnit::Lasts, vec![0, 1_000_000, 2_000_000_000]),
            (FaultUnit::Member, vec![1, 12]),
        ];
        for (unit, magnitudes) in magnitudes {
            for magnitude in magnitudes {
                assert_eq!(unit.read(&unit.written(magnitude)), Some(magnitude), "{unit:?} {magnitude}");
                assert_eq!(unit.from_link(&unit.in_link(magnitude)), Some(magnitude), "{unit:?} {magnitude}");
            }
        }
        assert_eq!(FaultUnit::Factor.from_link("3"), Some(300));
        assert_eq!((FaultUnit::Factor.read("many"), FaultUnit::Factor.from_link("1e99")), (None, None));
    }
}
