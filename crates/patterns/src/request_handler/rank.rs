//! Who a request is from, what it asks for, and how much it matters by that.

use super::params::Params;
use millrace_engine::{Env, Job};
use millrace_parts::Entries;
use millrace_spec::{Rail, drawn, parse_weights};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Anonymous,
    User,
    Admin,
}

impl Who {
    pub const ALL: [Who; 3] = [Who::Anonymous, Who::User, Who::Admin];

    pub const fn id(self) -> &'static str {
        match self {
            Who::Anonymous => "anonymous",
            Who::User => "user",
            Who::Admin => "admin",
        }
    }

    /// What one asks for who does not say it.
    const fn usual_path(self) -> &'static str {
        match self {
            Who::Anonymous | Who::User => "/api/v1/words",
            Who::Admin => "/api/v1/admin/users",
        }
    }
}

/// How much a request matters. What matters most comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Of somebody who has logged in, for what keeps the system going.
    High,
    /// Of somebody who has logged in.
    Medium,
    /// Of anybody.
    Low,
}

/// What is before all else, for whoever has logged in.
const URGENT: [&str; 4] = ["/api/v1/admin/", "/backup/", "/health", "/metrics"];

impl Rank {
    pub const ALL: [Rank; 3] = [Rank::High, Rank::Medium, Rank::Low];

    /// That of a request for a path.
    pub fn of(who: Who, path: &str) -> Rank {
        match who {
            Who::Anonymous => Rank::Low,
            _ if URGENT.iter().any(|urgent| path.starts_with(urgent)) => Rank::High,
            _ => Rank::Medium,
        }
    }

    pub const fn id(self) -> &'static str {
        match self {
            Rank::High => "high",
            Rank::Medium => "medium",
            Rank::Low => "low",
        }
    }

    pub const fn place(self) -> usize {
        self as usize
    }

    /// The room of its queue.
    pub const fn room(self) -> u32 {
        match self {
            Rank::High => 100,
            Rank::Medium => 200,
            Rank::Low => 300,
        }
    }

    pub const fn rail(self) -> Rail {
        Rail { class: self.id(), room: Some(self.room()) }
    }
}

/// Reads what an entry of a script says: who asks, and for what; the class alone asks for what is usual.
pub(crate) fn request(what: &str) -> Result<Rank, String> {
    let (class, path) = what.split_once(':').map_or((what, None), |(class, path)| (class, Some(path)));
    let who = Who::ALL.into_iter().find(|who| who.id() == class.trim());
    let who = who.ok_or_else(|| format!("\"{class}\" is none of {}", Who::ALL.map(Who::id).join(", ")))?;
    match path.map(str::trim) {
        None => Ok(Rank::of(who, who.usual_path())),
        Some(path) if path.starts_with('/') => Ok(Rank::of(who, path)),
        Some(path) => Err(format!("\"{path}\" is no path: write {}:/api/v1/words", who.id())),
    }
}

/// How many come of each class, in proportion to each other.
pub(crate) fn weights(text: &str) -> Result<[u64; 3], String> {
    parse_weights("class", text, Who::ALL.map(Who::id))
}

/// How much the next request matters: as its entry in the script says, or by lot.
pub(crate) struct Ranks {
    weights: [u64; 3],
    script: Entries<Rank>,
}

impl Ranks {
    pub fn of(p: &Params) -> Ranks {
        let script = Entries::of(&p.load.traffic(), |what| request(what).ok());
        let weights = weights(&p.classes).unwrap_or([1, 0, 0]);
        Ranks { weights, script }
    }

    /// That of the next that comes.
    pub fn next(&mut self, env: &Env, job: &Job) -> Rank {
        let lot = || {
            let place = drawn(&self.weights, env.draw("class", u64::from(job.id().0), 0).unit());
            let who = place.and_then(|place| Who::ALL.get(place).copied()).unwrap_or(Who::Anonymous);
            Rank::of(who, who.usual_path())
        };
        self.script.next_one().unwrap_or_else(lot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_matters_by_who_asks_and_for_what() {
        for (what, rank) in [
            ("anonymous:/api/v1/words", Rank::Low),
            ("anonymous:/metrics", Rank::Low),
            ("user:/api/v1/words", Rank::Medium),
            ("user:/metrics", Rank::High),
            ("user:/backup/full", Rank::High),
            ("admin:/api/v1/admin/users", Rank::High),
            ("admin:/api/v1/administration", Rank::Medium),
            ("admin:/api/v1/words", Rank::Medium),
            ("admin:/health", Rank::High),
            ("anonymous", Rank::Low),
            ("user", Rank::Medium),
            ("admin", Rank::High),
        ] {
            assert_eq!(request(what), Ok(rank), "{what}");
        }
        assert!(request("guest:/x").is_err_and(|why| why.contains("none of anonymous, user, admin")));
        assert!(request("user:words").is_err_and(|why| why.contains("user:/api/v1/words")));
    }
}
