//! What a pattern's picture consists of, without a word about pixels: stations in the order of the flow, gauges, faults.

use crate::trace::Gauge;

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
            | Place::Sink { station, .. } => station,
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
            | Place::Sink { label, .. } => label,
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
    /// Its unit: "ns" for times, or a word.
    pub unit: &'static str,
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
