//! A place of the picture, as data: its kind, its station, its heading, and what its kind needs to be told beside that.
//!
//! How a kind is drawn, walked through and put into words is the business of one file of the view, named after it. A new kind
//! is a variant here and a file there.

use super::{CarCall, CountingLimit, Handler, LimiterRule, Operations, Pace, Policy, Scaler, Score, Unit};
use millrace_trace::{Gauge, Span};

/// One place of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// What wires call it. Its station's name, unless two places show one station.
    pub name: String,
    /// The station, as the program opens it.
    pub station: String,
    /// Its heading.
    pub label: String,
    /// What it is, with what only that needs.
    pub kind: PlaceKind,
    /// The id of the gauge of the scene that says how many members it would need, where something says so.
    pub needs: Option<&'static str>,
}

/// What a place is.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceKind {
    /// Where jobs come from: the station whose task makes or takes in the jobs.
    Source,
    /// A channel.
    Channel,
    /// A crew, a lane for each of its members (its child stations).
    Crew,
    /// A crowd: any number of tasks at home at one station, a cell for each.
    Crowd,
    /// A set of things to be taken and given back, each with who holds it; and who waits for one.
    Pool,
    /// A pool that is a lock: who takes one thing of it reads, and who takes all of it writes.
    Lock,
    /// A server.
    Server,
    /// Where results end up.
    Sink,
    /// A bank of stations that move past landings: the cars are the station's members.
    Bank(Box<Bank>),
    /// Requests that may be tried several times, each with its tries over time; and the server that is tried.
    Attempts(Attempts),
    /// Policies round a call, one within the other: the crew whose tasks call through them, a gate of it for each.
    Layers(Layers),
    /// Contexts, in the tree in which each was made from another: the station above all of them.
    Tree(Tree),
    /// Something that interrupts calls which keep failing.
    Breaker,
    /// A feedback loop that holds a flow back.
    Regulator(Box<Regulator>),
    /// A rate limiter.
    Bucket(Box<Bucket>),
    /// A limit on what is under way that moves.
    Meter(Box<Meter>),
    /// Items that go on together, when they are enough or have waited long enough.
    Batch(Batch),
    /// A hub in the middle of its clients.
    Hub(Hub),
    /// A process that is asked to end: its parts, which are the members of the station, how each is stopped, and what is lost.
    Shutdown(Shutdown),
    /// A cache of two levels before an origin: the crew whose tasks ask.
    Levels(Box<Levels>),
    /// Connections that are lent, those who wait for one, and the server that they lead to.
    Connections(Connections),
    /// A pool of connections whose size follows its use: what the rule goes by, and when it changed.
    Scaler(Scaler),
    /// A queue by class: a rail for each, and the main queue.
    Rails(Box<Rails>),
    /// A source of the sessions of many clients, a cell for each: so many.
    Sessions(u32),
    /// A handler of requests: its breaker, how many are under way and may be, and what it told the last ones.
    Handler(Box<Handler>),
    /// Limiters that count alone. What flows goes through the first of them.
    Limits(Vec<CountingLimit>),
    /// Workers behind a semaphore and a queue: the crew of them.
    Operations(Operations),
}

impl Place {
    /// A place of any kind.
    pub fn new(kind: PlaceKind, station: impl Into<String>, label: impl Into<String>) -> Place {
        let station = station.into();
        Place { name: station.clone(), station, label: label.into(), kind, needs: None }
    }

    /// Where jobs come from.
    pub fn source(station: impl Into<String>, label: impl Into<String>) -> Place {
        Place::new(PlaceKind::Source, station, label)
    }

    /// A channel.
    pub fn channel(station: impl Into<String>, label: impl Into<String>) -> Place {
        Place::new(PlaceKind::Channel, station, label)
    }

    /// A crew.
    pub fn crew(station: impl Into<String>, label: impl Into<String>) -> Place {
        Place::new(PlaceKind::Crew, station, label)
    }

    /// The same place, of which a gauge of the scene says how many members it would need.
    pub fn needing(self, gauge: &'static str) -> Place {
        Place { needs: Some(gauge), ..self }
    }

    /// A crowd.
    pub fn crowd(station: impl Into<String>, label: impl Into<String>) -> Place {
        Place::new(PlaceKind::Crowd, station, label)
    }

    /// A pool.
    pub fn pool(station: impl Into<String>, label: impl Into<String>) -> Place {
        Place::new(PlaceKind::Pool, station, label)
    }

    /// A lock that several may read at once and one may write.
    pub fn lock(station: impl Into<String>, label: impl Into<String>) -> Place {
        Place::new(PlaceKind::Lock, station, label)
    }

    /// A server.
    pub fn server(station: impl Into<String>, label: impl Into<String>) -> Place {
        Place::new(PlaceKind::Server, station, label)
    }

    /// Where results end up.
    pub fn sink(station: impl Into<String>, label: impl Into<String>) -> Place {
        Place::new(PlaceKind::Sink, station, label)
    }

    /// A breaker.
    pub fn breaker(station: impl Into<String>, label: impl Into<String>) -> Place {
        Place::new(PlaceKind::Breaker, station, label)
    }

    /// A rate limiter, at the station that has its rule's name.
    pub fn bucket(bucket: Bucket) -> Place {
        Place::new(PlaceKind::Bucket(Box::new(bucket)), bucket.rule.id(), bucket.rule.label())
    }

    /// A limit that moves.
    pub fn meter(station: impl Into<String>, label: impl Into<String>, meter: Meter) -> Place {
        Place::new(PlaceKind::Meter(Box::new(meter)), station, label)
    }

    /// Items that go on together: the station of the batcher.
    pub fn batch(station: impl Into<String>, label: impl Into<String>, batch: Batch) -> Place {
        Place::new(PlaceKind::Batch(batch), station, label)
    }

    /// A source of the sessions of many clients: so many. What it shows of itself is in [`super::SessionGauges`].
    pub fn sessions(station: impl Into<String>, label: impl Into<String>, n: u32) -> Place {
        Place::new(PlaceKind::Sessions(n), station, label)
    }

    /// Limiters that count alone, at the station of the first of them, which is the one in the flow.
    pub fn limits(label: impl Into<String>, limits: Vec<CountingLimit>) -> Place {
        let station = limits.first().map(|limit| limit.station).unwrap_or_default();
        Place::new(PlaceKind::Limits(limits), station, label)
    }

    /// Workers behind a semaphore and a queue: the station of the crew.
    pub fn operations(station: impl Into<String>, label: impl Into<String>, operations: Operations) -> Place {
        Place::new(PlaceKind::Operations(operations), station, label)
    }

    /// A hub in the middle of its clients: the station whose members they are.
    pub fn hub(station: impl Into<String>, label: impl Into<String>, hub: Hub) -> Place {
        Place::new(PlaceKind::Hub(hub), station, label)
    }

    /// A process that is asked to end: the station whose members are its parts.
    pub fn shutdown(station: impl Into<String>, label: impl Into<String>, shutdown: Shutdown) -> Place {
        Place::new(PlaceKind::Shutdown(shutdown), station, label)
    }

    /// A cache of two levels before an origin: the station whose tasks ask.
    pub fn levels(station: impl Into<String>, label: impl Into<String>, levels: Levels) -> Place {
        Place::new(PlaceKind::Levels(Box::new(levels)), station, label)
    }

    /// Connections that are lent: the station of their pool, whose members are its places.
    pub fn connections(station: impl Into<String>, label: impl Into<String>, connections: Connections) -> Place {
        Place::new(PlaceKind::Connections(connections), station, label)
    }

    /// A pool of connections whose size follows its use: the station of the pool.
    pub fn scaler(station: impl Into<String>, label: impl Into<String>, scaler: Scaler) -> Place {
        Place::new(PlaceKind::Scaler(scaler), station, label)
    }

    /// A queue by class: the station of its main queue, of which the rails are members.
    pub fn rails(station: impl Into<String>, label: impl Into<String>, rails: Rails) -> Place {
        Place::new(PlaceKind::Rails(Box::new(rails)), station, label)
    }

    /// A handler of requests: the station at which the tasks of the requests are at home.
    pub fn handler(station: impl Into<String>, label: impl Into<String>, handler: Handler) -> Place {
        Place::new(PlaceKind::Handler(Box::new(handler)), station, label)
    }

    /// Requests that may be tried several times: the station whose tasks try, and the server.
    pub fn attempts(station: impl Into<String>, label: impl Into<String>, at: Attempts) -> Place {
        Place::new(PlaceKind::Attempts(at), station, label)
    }

    /// Policies round a call: the station whose tasks call through them.
    pub fn layers(station: impl Into<String>, label: impl Into<String>, layers: Layers) -> Place {
        Place::new(PlaceKind::Layers(layers), station, label)
    }

    /// Contexts: the station above all of them.
    pub fn tree(station: impl Into<String>, label: impl Into<String>, tree: Tree) -> Place {
        Place::new(PlaceKind::Tree(tree), station, label)
    }

    /// Under another name, where two places show one station.
    pub fn named(mut self, name: impl Into<String>) -> Place {
        self.name = name.into();
        self
    }
}

/// The layers round a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers {
    /// From the outside in.
    pub policies: Vec<Policy>,
    /// The station of the server that they are round.
    pub server: String,
    /// The parameter that has them as a list: who moves a layer changes it.
    pub field: &'static str,
}

/// A tree of contexts. What their stations show beside that is in [`super::ContextGauges`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// A number that all is about, if there is one: the station and the gauge that have it, and what it counts, one of it and several.
    /// It is to be 0 in the end.
    pub left: Option<(String, Gauge, [&'static str; 2])>,
}

/// Where requests are tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempts {
    /// The station of the server.
    pub server: String,
    /// How many requests may wait there for a slot, where there is a limit.
    pub queue: Option<u64>,
    /// How many calls a second it can answer, where that is known.
    pub ceiling: Option<f64>,
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
    /// How fast its cars are, where that is known. Else a call is due when it was announced.
    pub pace: Option<Pace>,
    /// How many people are to come in all, where that is known.
    pub people: Option<u64>,
    /// Who waits longer than this waits too long.
    pub patience: Span,
    /// How a person at a landing calls a car, if one can.
    pub call: Option<CarCall>,
    /// How well the bank does, in one figure, if it has one.
    pub score: Option<Score>,
}

/// A rate limiter. What its station shows beside that is in [`super::LimiterGauges`]; a bucket each is a member of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// By which rule it decides.
    pub rule: LimiterRule,
    /// So much is let through in that time.
    pub limit: u32,
    /// The time that the limit is for.
    pub per: Span,
    /// So much at once after a rest; so many wait in a leaky bucket.
    pub burst: u32,
    /// Whether anybody is ever refused.
    pub refuses: bool,
}

/// A limit on what is under way. What its station shows is in [`super::MeterGauges`].
#[derive(Clone, Debug, PartialEq)]
pub struct Meter {
    /// The greatest that it may become.
    pub most: u64,
    /// What its rule goes by, three at most: a name and a unit each, in the order of the gauges.
    pub inside: Vec<(&'static str, Unit)>,
    /// What else it does than refuse, if it does.
    pub degrades: Option<Degrades>,
}

/// A limit before which others are served less.
#[derive(Clone, Debug, PartialEq)]
pub struct Degrades {
    /// From so many under way on whoever comes is served less. Above the limit it is never reached.
    pub from: u64,
    /// Below so many under way whoever comes is served in full again.
    pub until: u64,
    /// The classes of requests that it tells apart, in the order of the gauges.
    pub classes: Vec<&'static str>,
}

/// Items that go on together. What its station shows beside them is in [`super::BatchGauges`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// So many are enough.
    pub size: u32,
    /// So long is long enough.
    pub interval: Span,
}

/// A hub in the middle of its clients. What its station and theirs show is in [`super::HubGauges`] and [`super::ClientGauges`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hub {
    /// How many clients there are to be.
    pub clients: u32,
    /// Within what time a client has to answer; zero for no limit.
    pub pong_wait: Span,
}

/// A process that is asked to end. What its station and those of its parts show is in [`super::ShutdownGauges`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shutdown {
    /// When it is asked to.
    pub at: Span,
    /// How long it has for that.
    pub grace: Span,
    /// Its parts by name, in the order of the rows.
    pub parts: Vec<&'static str>,
    /// What it may lose, in the order of the counts.
    pub kinds: Vec<Counted>,
}

/// Something that a part of a process has, and may lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The part, by its name.
    pub part: &'static str,
    /// One of it, and several.
    pub words: [&'static str; 2],
}

/// A cache of two levels before an origin. What the station of those who ask shows is in [`super::LevelGauges`].
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// The stations of the first level, the second one, and the origin.
    pub servers: [String; 3],
    /// The pool in which loads are shared, where they are: the name of its station.
    pub flights: Option<String>,
    /// How many keys there are.
    pub keys: u32,
    /// The words of the keys, where they are none of rank.
    pub words: Vec<String>,
    /// How unevenly requests fall on them: the exponent of Zipf's law.
    pub skew: f64,
    /// How many entries the first level has room for.
    pub l1_size: u32,
    /// How long they are kept, and how long by the second level.
    pub ttl: [Span; 2],
    /// How long a load takes, as it is usual.
    pub usual: Span,
}

impl Levels {
    /// The station of the origin.
    pub fn origin(&self) -> &str {
        let [.., origin] = &self.servers;
        origin
    }

    /// What a key is called: by its word, or by its rank.
    pub fn name(&self, key: u32) -> String {
        match self.words.get(key as usize) {
            Some(word) if word.is_empty() => "no name".to_owned(),
            Some(word) => word.clone(),
            None => format!("k{}", key + 1),
        }
    }
}

/// Connections that are lent. What the stations of the pool and its places show is in [`super::PoolGauges`] and [`super::ConnectionGauges`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connections {
    /// The station of the server that they lead to, each with a slot of it.
    pub server: String,
    /// What it is called, and in brief.
    pub leads_to: [&'static str; 2],
    /// How many may be open at once, and how many of them idle.
    pub open: u32,
    /// See [`Connections::open`].
    pub idle: u32,
    /// How old one may become; zero for no limit.
    pub lifetime: Span,
    /// For how long nobody may use one; zero for no limit.
    pub idle_time: Span,
    /// How many statements may be prepared on each.
    pub statements: u32,
    /// Whether several commands go over one in a round trip: how many is told of each.
    pub commands: bool,
    /// What else is counted there: in words, the gauge of the pool that has it, and whether it is amiss.
    pub counts: Vec<(&'static str, Gauge, bool)>,
}

impl Connections {
    /// Whether a connection is too old before it could have rested for too long.
    pub fn idle_time_never_acts(&self) -> bool {
        !self.lifetime.is_zero() && self.lifetime < self.idle_time
    }
}

/// A queue by class. What its station shows is in [`super::RailGauges`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rails {
    /// The classes from the highest on, of which there are four at most.
    pub rails: Vec<Rail>,
    /// The room of the main queue, and what it is called.
    pub main: (u32, &'static str),
    /// The members of the station at which those wait whom no queue counts, and those who are to be tried again.
    pub outside: &'static str,
    /// See [`Rails::outside`].
    pub retries: &'static str,
    /// After how long a wait one counts as of the next higher class; zero for never.
    pub age: Span,
    /// Whether the main queue is kept by class too, rather than in the order of coming.
    pub is_strict: bool,
    /// What was handed to somebody who is not there: where it lies.
    pub stranded: &'static str,
    /// Whether what comes from a rail and finds the main queue full is thrown away.
    pub throws_away: bool,
    /// Whether what was let in is never lost.
    pub keeps: bool,
    /// By what rule it goes otherwise, where that is not told by the others.
    pub rule: Option<&'static str>,
}

/// A class of such a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rail {
    /// Its name, which is that of the station of its rail.
    pub class: &'static str,
    /// The room of its rail; none where it has none and waits in the main queue.
    pub room: Option<u32>,
}

/// A feedback loop: a measured pressure, two thresholds, and the delay that follows from them. Both gauges are its station's.
#[derive(Clone, Debug, PartialEq)]
pub struct Regulator {
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
