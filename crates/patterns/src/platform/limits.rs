//! The limits: a bucket for each socket, each user and each address.

use super::params::Params;
use super::{ADDRESSES, SOCKETS, USERS};
use millrace_engine::Env;
use millrace_parts::{Decision, KeyedLimiter};
use millrace_trace::Span;

/// The buckets of the platform.
pub(super) struct Limits {
    /// Frames, by session.
    pub per_socket: KeyedLimiter,
    per_user: KeyedLimiter,
    per_address: KeyedLimiter,
    /// Whether all who have no name share the bucket of the user "".
    shares: bool,
}

/// Who asks the API.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker {
    /// Its user, if it has one.
    pub user: Option<u32>,
    pub address: u32,
}

/// The number of the user "".
const NOBODY: u32 = 0xff_ffff;

/// Somebody is over a limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused {
    pub over: Over,
    /// After how long it would not be.
    pub retry_after: Option<Span>,
}

/// Which limit that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    User,
    /// That of the user "", which all who have no name share.
    Nobody,
    Address,
}

impl Limits {
    pub(super) fn open(env: &Env, p: &Params) -> Limits {
        let keyed = |name, settings| KeyedLimiter::counting(env, name, settings, p.forgets_after());
        Limits {
            per_socket: keyed(SOCKETS, p.per_socket()),
            per_user: keyed(USERS, p.per_user()),
            per_address: keyed(ADDRESSES, p.per_address()),
            shares: p.shares_a_bucket(),
        }
    }

    /// How many buckets of users and addresses there are, and how many of those nobody has asked for so long. What is to be thrown away is: also where
    /// nobody comes who would have it done.
    pub(super) fn kept(&self, idle: Span) -> [usize; 2] {
        let both = [&self.per_user, &self.per_address];
        both.iter().for_each(|limiter| limiter.forget());
        [both.map(KeyedLimiter::kept), both.map(|limiter| limiter.idle_for(idle))]
            .map(|[users, addresses]| users + addresses)
    }

    /// Asks for a request to the API: its address, and then its user.
    pub(super) fn ask(&self, asker: Asker) -> Result<(), Refused> {
        if let Decision::Refused(by) = self.per_address.ask(asker.address, "", 1) {
            return Err(Refused { over: Over::Address, retry_after: by.retry_after });
        }
        let user = match asker.user {
            Some(user) => user,
            None if self.shares => NOBODY,
            None => return Ok(()),
        };
        match self.per_user.ask(user, "", 1) {
            Decision::Refused(by) => {
                let over = if user == NOBODY { Over::Nobody } else { Over::User };
                Err(Refused { over, retry_after: by.retry_after })
            }
            _ => Ok(()),
        }
    }
}
