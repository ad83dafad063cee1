//! What an operation is: on the database, a call by HTTP, or of the cache; and which one comes next.

use super::params::Params;
use millrace_engine::{Draw, Env};
use millrace_parts::Entries;
use millrace_spec::{drawn, parse_weights};
use millrace_trace::Span;

/// A kind of operation. Each has a pool of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Db,
    Http,
    Cache,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Db, Kind::Http, Kind::Cache];

    /// That of three which is of this kind.
    pub fn pick<T>(self, [db, http, cache]: [T; 3]) -> T {
        match self {
            Kind::Db => db,
            Kind::Http => http,
            Kind::Cache => cache,
        }
    }

    pub fn id(self) -> &'static str {
        self.pick(["db", "http", "cache"])
    }

    pub fn label(self) -> &'static str {
        self.pick(["DB", "HTTP", "Cache"])
    }

    /// The names of the stations of its pool: permits, queue, what goes first, workers, results.
    pub fn stations(self) -> [&'static str; 5] {
        self.pick([
            ["db-ops", "db queue", "db urgent", "db workers", "db results"],
            ["http-ops", "http queue", "http urgent", "http workers", "http results"],
            ["cache-ops", "cache queue", "cache urgent", "cache workers", "cache results"],
        ])
    }

    /// The kind with this id.
    pub fn from_id(id: &str) -> Result<Kind, String> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.id() == id);
        kind.ok_or_else(|| format!("\"{id}\" is none of {}", Kind::ALL.map(Kind::id).join(", ")))
    }

    /// How long one takes by the nature of its kind.
    pub fn takes(self, draw: &mut Draw) -> Span {
        let (low, high) = self.pick([(5_000, 20_000), (20_000, 100_000), (500, 2_000)]);
        draw.span(Span::micros(low), Span::micros(high))
    }
}

/// How many come of each kind, in proportion to each other.
pub(crate) fn weights(text: &str) -> Result<[u64; 3], String> {
    parse_weights("kind", text, Kind::ALL.map(Kind::id))
}

/// An operation that somebody submits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// Its number in the order of coming: what it meets goes by that.
    pub number: u64,
    pub kind: Kind,
    /// Whether it matters more than others.
    pub is_urgent: bool,
}

/// What the next operation is: as its entry in the script says, or by lot.
pub(crate) struct Operations {
    weights: [u64; 3],
    urgent: f64,
    script: Entries<Kind>,
    came: u64,
}

impl Operations {
    pub fn of(p: &Params) -> Operations {
        // The field takes no other text.
        let weights = weights(&p.kinds).unwrap_or([1, 1, 1]);
        Operations { weights, urgent: p.urgent.0, script: scripted(p), came: 0 }
    }

    /// The next one that comes.
    pub fn next(&mut self, env: &Env) -> Operation {
        let number = self.came;
        self.came += 1;
        let lot = |stream| env.draw(stream, number, 0).unit();
        let by_lot = || drawn(&self.weights, lot("kind")).and_then(|place| Kind::ALL.get(place).copied());
        let kind = self.script.next_one().or_else(by_lot).unwrap_or(Kind::Db);
        Operation { number, kind, is_urgent: self.urgent > 0.0 && lot("urgent") < self.urgent }
    }
}

/// The kinds of a script.
fn scripted(p: &Params) -> Entries<Kind> {
    Entries::of(&p.load.traffic(), |what| Kind::from_id(what).ok())
}

/// Which kinds there are operations of.
pub(crate) fn used(p: &Params) -> [bool; 3] {
    let (script, weights) = (scripted(p), weights(&p.kinds).unwrap_or([1, 1, 1]));
    let by_lot = script.all().next().is_none() || script.all().any(|kind| kind.is_none());
    let mut used = weights.map(|weight| by_lot && weight > 0);
    for kind in script.all() {
        if let Some(used) = kind.and_then(|kind| used.get_mut(kind as usize)) {
            *used = true;
        }
    }
    used
}
