//! What a pattern's picture consists of, without a word about pixels: places in rows and columns, wires, gauges, faults.

use super::place::{Bank, Place, PlaceKind, Regulator};
use super::{AlertRule, FaultSpec, Measure, TargetSpec, Values};
use millrace_trace::Gauge;

/// A pattern's picture, as data.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneSpec {
    /// The places, in rows and columns.
    pub flow: Flow,
    /// How they are joined: what flows where is said here, and never follows from who stands beside whom.
    pub wires: Vec<Wire>,
    /// The channel in which open arrivals wait for whoever takes them in, if there may be one.
    pub backlog: Option<String>,
    /// Gauges that stations set, for charts, tiles and the text alternative.
    pub gauges: Vec<GaugeSpec>,
    /// The faults a person may inject.
    pub faults: Vec<FaultSpec>,
    /// The alert rules that are looked at while it runs.
    pub alerts: Vec<AlertRule>,
    /// What it is to do, held against its gauges.
    pub targets: Vec<TargetSpec>,
}

/// A part of the picture: a place, or places beside or above each other.
#[derive(Clone, Debug, PartialEq)]
pub enum Flow {
    /// One place.
    Place(Place),
    /// From left to right.
    Row(Vec<Flow>),
    /// From top to bottom.
    Column(Vec<Flow>),
}

impl Flow {
    /// Places, rows or columns from left to right.
    pub fn row<F: Into<Flow>>(parts: impl IntoIterator<Item = F>) -> Flow {
        Flow::Row(parts.into_iter().map(Into::into).collect())
    }

    /// Places, rows or columns from top to bottom.
    pub fn column<F: Into<Flow>>(parts: impl IntoIterator<Item = F>) -> Flow {
        Flow::Column(parts.into_iter().map(Into::into).collect())
    }

    /// Its places, in the order in which they are read: from left to right, and in a column from top to bottom.
    pub fn places(&self) -> Vec<&Place> {
        match self {
            Flow::Place(place) => vec![place],
            Flow::Row(parts) | Flow::Column(parts) => parts.iter().flat_map(Flow::places).collect(),
        }
    }
}

impl From<Place> for Flow {
    fn from(place: Place) -> Flow {
        Flow::Place(place)
    }
}

/// What flows from one place to another, and what it goes through on its way: a server that is called, a breaker in front of
/// it, a regulator that holds it back. Places are meant by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    /// Where it begins.
    pub from: String,
    /// What it goes through, in this order.
    pub through: Vec<String>,
    /// Where it ends.
    pub to: String,
}

impl Wire {
    /// A wire from one place to another.
    pub fn new(from: impl Into<String>, to: impl Into<String>) -> Wire {
        Wire { from: from.into(), through: Vec::new(), to: to.into() }
    }

    /// The same, by way of these.
    pub fn through<S: Into<String>>(mut self, stops: impl IntoIterator<Item = S>) -> Wire {
        self.through.extend(stops.into_iter().map(Into::into));
        self
    }

    /// All it touches, from its beginning to its end.
    pub fn stops(&self) -> impl Iterator<Item = &str> {
        let between = self.through.iter().map(String::as_str);
        std::iter::once(self.from.as_str()).chain(between).chain(std::iter::once(self.to.as_str()))
    }
}

impl SceneSpec {
    /// A picture of places and wires, with nothing else.
    pub fn new(flow: Flow, wires: impl IntoIterator<Item = Wire>) -> SceneSpec {
        let wires = wires.into_iter().collect();
        SceneSpec {
            flow,
            wires,
            backlog: None,
            gauges: Vec::new(),
            faults: Vec::new(),
            alerts: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// The places, in the order in which they are read.
    pub fn places(&self) -> Vec<&Place> {
        self.flow.places()
    }

    /// How many jobs there are to be in all, where the picture says.
    pub fn expects(&self) -> Option<u64> {
        self.bank().and_then(|(_, bank)| bank.people)
    }

    /// Whether it wants all the height there is: a bank, rows of one table, or a process with all its parts.
    pub fn is_tall(&self) -> bool {
        self.bank().is_some() || self.is_high()
    }

    /// Whether it is more than what stands in one row: rows of one table, a process with all its parts, a row for each connection, or a queue by
    /// class, whose rails stand one above the other.
    pub fn is_high(&self) -> bool {
        self.has_rows()
            || self.places().iter().any(|place| {
                matches!(
                    place.kind,
                    PlaceKind::Shutdown(_) | PlaceKind::Connections(_) | PlaceKind::Rails(_) | PlaceKind::Scaler(_)
                )
            })
    }

    /// Whether several stand one above the other: of half the height there is that takes more than there is.
    pub fn is_stacked(&self) -> bool {
        fn stacks(flow: &Flow) -> bool {
            match flow {
                Flow::Place(_) => false,
                Flow::Row(parts) => parts.iter().any(stacks),
                Flow::Column(parts) => parts.len() > 1,
            }
        }
        stacks(&self.flow)
    }

    /// Whether a place of it has several rows, which on a phone take more than half of what one picture has.
    pub fn is_deep(&self) -> bool {
        self.places().iter().any(|place| matches!(place.kind, PlaceKind::Levels(_) | PlaceKind::Handler(_)))
    }

    /// Whether it is one column of many places: rows of one table.
    pub fn has_rows(&self) -> bool {
        matches!(&self.flow, Flow::Column(parts) if parts.len() > 3)
    }

    /// Whether somebody is called.
    pub fn has_server(&self) -> bool {
        self.places().iter().any(|place| {
            matches!(
                place.kind,
                PlaceKind::Server
                    | PlaceKind::Attempts(_)
                    | PlaceKind::Layers(_)
                    | PlaceKind::Levels(_)
                    | PlaceKind::Connections(_)
            )
        })
    }

    /// The id of the measure that says how long whoever wanted it waited: from the intended start where jobs have one, or where nobody is
    /// called; else from the call.
    pub fn waited(&self, values: &Values) -> &'static str {
        if values.has_open_arrivals() || !self.has_server() { Measure::RESPONSE } else { Measure::LATENCY }
    }

    /// Whether a request may be tried several times, so that an attempt is something else than a request.
    pub fn has_tries(&self) -> bool {
        self.places().iter().any(|place| matches!(place.kind, PlaceKind::Attempts(_) | PlaceKind::Layers(_)))
    }

    /// The bank that the picture shows, and the station whose members are its cars.
    pub fn bank(&self) -> Option<(&str, &Bank)> {
        self.places().into_iter().find_map(|place| match &place.kind {
            PlaceKind::Bank(bank) => Some((place.station.as_str(), bank.as_ref())),
            _ => None,
        })
    }

    /// The feedback loops of the picture, each with the station that has its gauges.
    pub fn regulators(&self) -> Vec<(&str, &Regulator)> {
        fn regulator(place: &Place) -> Option<(&str, &Regulator)> {
            match &place.kind {
                PlaceKind::Regulator(regulator) => Some((&place.station, regulator)),
                _ => None,
            }
        }
        self.places().into_iter().filter_map(regulator).collect()
    }
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
    /// How many there have been of something since the start: "calls". Over time it only grows, so no chart has it.
    Sum(&'static str),
    /// A time, in nanoseconds.
    Time,
    /// A share of one, in millionths.
    Share,
    /// How something is: the number of one of these words, from 0 on. No chart has it.
    Word(&'static [&'static str]),
}

impl Unit {
    /// How something is, by a number of it, where that is a word.
    pub fn says(self, value: i64) -> &'static str {
        let Unit::Word(words) = self else { return "" };
        usize::try_from(value).ok().and_then(|value| words.get(value)).copied().unwrap_or_default()
    }

    /// The word beside a number of it.
    pub const fn word(self) -> &'static str {
        match self {
            Unit::Count(word) | Unit::Sum(word) => word,
            Unit::Time => "time",
            Unit::Share => "share",
            Unit::Word(_) => "state",
        }
    }
}
