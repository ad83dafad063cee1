//! What a pattern's picture consists of, without a word about pixels: stations in the order of the flow, gauges, faults.

use super::{Pace, Score, Summons};
use millrace_engine::{Again, Onset};
use millrace_trace::{Gauge, Span};

/// A pattern's picture, as data.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneSpec {
    /// The places from left to right, in the order of the flow.
    pub places: Vec<Place>,
    /// A feedback loop that holds the source back, if there is one.
    pub regulator: Option<Regulator>,
    /// Gauges that stations set, for charts, tiles and the text alternative.
    pub gauges: Vec<GaugeSpec>,
    /// The faults a person may inject.
    pub faults: Vec<FaultSpec>,
}

/// One place of the picture. Stations are named as the program opens them.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Where jobs come from: the station whose task makes or takes in the jobs.
    Source {
        /// The station.
        station: String,
        /// Its heading.
        label: String,
    },
    /// A channel.
    Channel {
        /// The station.
        station: String,
        /// Its heading.
        label: String,
    },
    /// A crew, a lane for each of its members (its child stations).
    Crew {
        /// The crew's station.
        station: String,
        /// Its heading.
        label: String,
    },
    /// A crowd: any number of tasks at home at one station, a cell for each.
    Crowd {
        /// The station.
        station: String,
        /// Its heading.
        label: String,
    },
    /// The server that the places before it call.
    Server {
        /// The station.
        station: String,
        /// Its heading.
        label: String,
    },
    /// Where results end up.
    Sink {
        /// The station.
        station: String,
        /// Its heading.
        label: String,
    },
    /// A bank of stations that move past landings: the cars are the station's members.
    Bank {
        /// The station whose members move.
        station: String,
        /// Its heading.
        label: String,
        /// What its cars and landings show.
        bank: Box<Bank>,
    },
    /// Something that interrupts calls which keep failing.
    Breaker {
        /// The station.
        station: String,
        /// Its heading.
        label: String,
        /// What its gauges mean.
        gauges: BreakerGauges,
    },
}

/// What the cars of a bank and the landings they pass show.
///
/// Jobs wait at landings (stations of the kind *landing*, members of `landings`, each at its place on the scale), ride in cars
/// (stations of the kind *car*), and are bound for a landing by way of a car. A car's member of the kind *channel* holds
/// its signals, the one of the kind *gate* is its breaker. A car's declared state is *in service*, or why it is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Bank {
    /// The station whose members are the landings.
    pub landings: String,
    /// The word for a landing: "floor".
    pub landing: &'static str,
    /// The lowest and the highest landing, in units of the scale.
    pub ends: (i32, i32),
    /// A car's gauge: where it is heading: 1 up, -1 down, 0 nowhere.
    pub heading: Gauge,
    /// A car's gauge: 1 while its doors are open, or opening.
    pub doors: Gauge,
    /// A car's gauges: the lowest and the highest landing it serves.
    pub range: (Gauge, Gauge),
    /// A car's gauges: what it has still to do upward and downward.
    pub pending: (Gauge, Gauge),
    /// A landing's gauges: when the car that is assigned to the call up, or down, is due there, in ns; 0 for none.
    pub due: (Gauge, Gauge),
    /// A car's gauge: how many signals are queued for it, which carry no job; and the most there may be, 0 for no bound.
    pub signals: (Gauge, u32),
    /// What the gauges of a car's breaker mean.
    pub breaker: BreakerGauges,
    /// How fast its cars are, where that is known. Else a call is due when it was announced.
    pub pace: Option<Pace>,
    /// How many people are to come in all, where that is known.
    pub people: Option<u64>,
    /// Who waits longer than this waits too long.
    pub patience: Span,
    /// How a person at a landing calls a car, if one can.
    pub summons: Option<Summons>,
    /// How well the bank does, in one figure, if it has one.
    pub score: Option<Score>,
}

impl SceneSpec {
    /// How many jobs there are to be in all, where the picture says.
    pub fn expects(&self) -> Option<u64> {
        self.bank().and_then(|(_, bank)| bank.people)
    }

    /// The bank that the picture shows, and the station whose members are its cars.
    pub fn bank(&self) -> Option<(&str, &Bank)> {
        self.places.iter().find_map(|place| match place {
            Place::Bank { station, bank, .. } => Some((station.as_str(), bank.as_ref())),
            _ => None,
        })
    }
}

/// What the gauges of a breaker mean. Its declared state is *closed*, *open*, *half-open*, *forced open* or *disabled*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerGauges {
    /// Failures that count at the moment: in a row, or in the window.
    pub failures: Gauge,
    /// Failures in a row that open it, or 0 where a rate does.
    pub limit: Gauge,
    /// Calls in the window.
    pub calls: Gauge,
    /// Slow calls in the window.
    pub slow: Gauge,
    /// The least number of calls in the window before a rate counts.
    pub minimum: Gauge,
    /// The failure rate that opens it, in percent.
    pub rate: Gauge,
    /// The slow-call rate that opens it, in percent.
    pub slow_rate: Gauge,
    /// When it lets probes through again, in ns, while it is open; while half-open, until when it may be that, 0 for ever.
    pub until: Gauge,
    /// How many probes are let through while it is half-open.
    pub permitted: Gauge,
    /// Probes that were let through since it is half-open.
    pub probes: Gauge,
    /// Probes that passed.
    pub passed: Gauge,
    /// Calls that were turned away so far.
    pub turned_away: Gauge,
    /// How many cells its window has: calls, or slices of time.
    pub cells: Gauge,
    /// Which cell is written next, from 0.
    pub next: Gauge,
    /// The first cell; the others follow. A cell of a count window: 0 empty, 1 success, 2 failure, 3 slow success, 4 slow failure.
    /// A cell of a time window: calls × 1,000,000 + failures × 1,000 + slow calls, each at most 999.
    pub cell: Gauge,
    /// How many probes decide, 0 for all that are permitted.
    pub deciding: Gauge,
}

impl Place {
    /// The name of its station.
    pub fn station(&self) -> &str {
        match self {
            Place::Source { station, .. }
            | Place::Channel { station, .. }
            | Place::Crew { station, .. }
            | Place::Crowd { station, .. }
            | Place::Server { station, .. }
            | Place::Sink { station, .. }
            | Place::Bank { station, .. }
            | Place::Breaker { station, .. } => station,
        }
    }

    /// Its heading.
    pub fn label(&self) -> &str {
        match self {
            Place::Source { label, .. }
            | Place::Channel { label, .. }
            | Place::Crew { label, .. }
            | Place::Crowd { label, .. }
            | Place::Server { label, .. }
            | Place::Sink { label, .. }
            | Place::Bank { label, .. }
            | Place::Breaker { label, .. } => label,
        }
    }
}

/// A feedback loop: a measured pressure, two thresholds, and the delay that follows from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Regulator {
    /// Its heading.
    pub label: String,
    /// The station that has both gauges.
    pub station: String,
    /// The gauge with the pressure.
    pub pressure: Gauge,
    /// The greatest pressure there can be.
    pub pressure_max: u64,
    /// The gauge with the delay, in nanoseconds.
    pub delay: Gauge,
    /// The greatest delay, in nanoseconds.
    pub delay_max: u64,
    /// At or below: the delay goes down. Shown as a tick.
    pub low: u64,
    /// Above: the delay goes up. Shown as a tick.
    pub high: u64,
    /// What happens above, between and below, as three short phrases: ("> 10", "+5 ms").
    pub rules: [(String, String); 3],
}

/// A number that a station shows.
#[derive(Clone, Debug, PartialEq)]
pub struct GaugeSpec {
    /// Its id in test handles: `metric-<id>`.
    pub id: &'static str,
    /// The station that sets it.
    pub station: String,
    /// Which of the station's gauges.
    pub gauge: Gauge,
    /// Its name on the page.
    pub label: &'static str,
    /// What it is a number of.
    pub unit: Unit,
}

/// What a gauge's number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many there are of something: "calls". The word stands beside charts.
    Count(&'static str),
    /// A time, in nanoseconds.
    Time,
    /// A share of one, in millionths.
    Share,
}

impl Unit {
    /// The word beside a number of it.
    pub const fn word(self) -> &'static str {
        match self {
            Unit::Count(word) => word,
            Unit::Time => "time",
            Unit::Share => "share",
        }
    }
}

/// A fault that a person may switch on.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultSpec {
    /// Its id: `fault-<id>`.
    pub id: &'static str,
    /// Its name on the page.
    pub label: &'static str,
    /// What it does.
    pub help: &'static str,
    /// What its magnitude is.
    pub unit: FaultUnit,
    /// Its magnitude unless somebody says otherwise.
    pub default: i64,
    /// The least magnitude.
    pub min: i64,
    /// The greatest.
    pub max: i64,
}

impl FaultSpec {
    /// How it begins with a magnitude. Without a time of its own it lasts as long as its magnitude says, where that is a time, and
    /// otherwise until it is switched off.
    pub fn onset(&self, magnitude: i64, lasts: Option<Span>) -> Onset {
        let own = (self.unit == FaultUnit::Lasts).then_some(Span(magnitude.max(0) as u64));
        let again = if self.unit == FaultUnit::Member { Again::Adds } else { Again::Turns };
        Onset { magnitude, lasts: lasts.or(own), again }
    }
}

/// What a fault's magnitude is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultUnit {
    /// A factor: ×3.
    Times,
    /// Percent: 5 %.
    Percent,
    /// How long it lasts, in nanoseconds: it switches itself off.
    Lasts,
    /// A member of a crew, from 1.
    Member,
}
