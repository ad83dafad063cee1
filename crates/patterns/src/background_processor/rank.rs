//! How much a task matters, and of which class the next one is.

use super::params::Params;
use millrace_engine::{Env, Job};
use millrace_parts::Entries;
use millrace_spec::{Rail, drawn, parse_weights};

/// A class of tasks. What matters most comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Before all others.
    High,
    /// In the middle.
    Medium,
    /// What a cache that is warmed up is.
    Low,
    /// One without a class: it has no rail, and waits in the main queue.
    Plain,
}

impl Rank {
    pub(super) const ALL: [Rank; 4] = [Rank::High, Rank::Medium, Rank::Low, Rank::Plain];

    pub(super) const fn id(self) -> &'static str {
        match self {
            Rank::High => "high",
            Rank::Medium => "medium",
            Rank::Low => "low",
            Rank::Plain => "plain",
        }
    }

    /// The class with this id.
    pub(super) fn from_id(id: &str) -> Result<Rank, String> {
        let rank = Rank::ALL.into_iter().find(|rank| rank.id() == id);
        rank.ok_or_else(|| format!("\"{id}\" is none of {}", Rank::ALL.map(Rank::id).join(", ")))
    }

    pub(super) const fn place(self) -> usize {
        self as usize
    }

    /// The room of its rail.
    pub(super) const fn room(self) -> Option<u32> {
        match self {
            Rank::High => Some(100),
            Rank::Medium => Some(200),
            Rank::Low => Some(300),
            Rank::Plain => None,
        }
    }

    pub(super) const fn rail(self) -> Rail {
        Rail { class: self.id(), room: self.room() }
    }

    /// The rails, by their names, with the room of each.
    pub(super) fn rails() -> Vec<(&'static str, u32)> {
        Rank::ALL.into_iter().filter_map(|rank| Some((rank.id(), rank.room()?))).collect()
    }
}

/// How many come of each class, in proportion to each other.
pub(super) fn weights(text: &str) -> Result<[u64; 4], String> {
    parse_weights("class", text, Rank::ALL.map(Rank::id))
}

/// Whose the next task is: as its entry in the script says, or by lot.
pub(super) struct Ranks {
    weights: [u64; 4],
    script: Entries<Rank>,
    /// All are of this class.
    only: Option<Rank>,
}

impl Ranks {
    pub fn of(p: &Params) -> Ranks {
        let script = Entries::of(&p.load.traffic(), |what| Rank::from_id(what).ok());
        let weights = weights(&p.classes).unwrap_or([0, 0, 0, 1]);
        Ranks { weights, script, only: p.is_warmup().then_some(Rank::Low) }
    }

    /// The class of the next that comes.
    pub fn next(&mut self, env: &Env, job: &Job) -> Rank {
        let said = self.script.next_one();
        let lot = || {
            let place = drawn(&self.weights, env.draw("class", u64::from(job.id().0), 0).unit());
            place.and_then(|place| Rank::ALL.get(place).copied()).unwrap_or(Rank::Plain)
        };
        self.only.or(said).unwrap_or_else(lot)
    }
}
