//! What a pool of connections shows of itself on its station and on those of its places, for whoever draws it, checks it or reports it.

use millrace_trace::Gauge;

/// Why a connection was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// As many as may be were idle when it came back.
    IdleLimit,
    /// It was older than a connection may become.
    Lifetime,
    /// Nobody had used it for longer than that may be.
    IdleTime,
    /// It does not work any more.
    Broken,
}

impl Closing {
    /// All of them.
    pub const ALL: [Closing; 4] = [Closing::IdleLimit, Closing::Lifetime, Closing::IdleTime, Closing::Broken];

    /// The word for it in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Closing::IdleLimit => "idle-limit",
            Closing::Lifetime => "lifetime",
            Closing::IdleTime => "idle-time",
            Closing::Broken => "broken",
        }
    }

    /// The word for it in a picture.
    pub const fn label(self) -> &'static str {
        match self {
            Closing::IdleLimit => "idle limit",
            Closing::Lifetime => "lifetime",
            Closing::IdleTime => "idle time",
            Closing::Broken => "broken",
        }
    }
}

/// How a place in the pool stands: the state of its station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// A connection is being opened.
    Opening,
    /// Somebody has it.
    InUse,
    /// Nobody has it, and it waits for who comes.
    Idle,
    /// Somebody had it and will never give it back.
    Leaked,
    /// It is being closed. Until that is done its place is taken.
    Closing(Closing),
    /// It was closed. The place is free.
    Closed(Closing),
    /// It could not be opened, or nobody waited for it any more. The place is free.
    Unopened,
}

impl ConnectionState {
    /// The word for it, which the station has as its state.
    pub const fn word(self) -> &'static str {
        match self {
            ConnectionState::Opening => "opening",
            ConnectionState::InUse => "in use",
            ConnectionState::Idle => "idle",
            ConnectionState::Leaked => "leaked",
            ConnectionState::Closing(Closing::IdleLimit) => "closing, idle-limit",
            ConnectionState::Closing(Closing::Lifetime) => "closing, lifetime",
            ConnectionState::Closing(Closing::IdleTime) => "closing, idle-time",
            ConnectionState::Closing(Closing::Broken) => "closing, broken",
            ConnectionState::Closed(Closing::IdleLimit) => "closed, idle-limit",
            ConnectionState::Closed(Closing::Lifetime) => "closed, lifetime",
            ConnectionState::Closed(Closing::IdleTime) => "closed, idle-time",
            ConnectionState::Closed(Closing::Broken) => "closed, broken",
            ConnectionState::Unopened => "not opened",
        }
    }

    /// The one with this word.
    pub fn of(word: &str) -> Option<ConnectionState> {
        let plain = [
            ConnectionState::Opening,
            ConnectionState::InUse,
            ConnectionState::Idle,
            ConnectionState::Leaked,
            ConnectionState::Unopened,
        ];
        let ways =
            Closing::ALL.into_iter().flat_map(|why| [ConnectionState::Closing(why), ConnectionState::Closed(why)]);
        plain.into_iter().chain(ways).find(|state| state.word() == word)
    }

    /// Whether its place is taken.
    pub const fn is_there(self) -> bool {
        !matches!(self, ConnectionState::Closed(_) | ConnectionState::Unopened)
    }

    /// Why it is gone, or goes.
    pub const fn why(self) -> Option<Closing> {
        match self {
            ConnectionState::Closing(why) | ConnectionState::Closed(why) => Some(why),
            _ => None,
        }
    }
}

/// What the gauges of a pool of connections mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolGauges {
    /// How many places are taken: by connections that are open, that are being opened, and that are being closed.
    pub taken: Gauge,
    /// How many connections were opened.
    pub opened: Gauge,
    /// How many are not there to be used, as nobody gives them back.
    pub leaked: Gauge,
    /// How many could not be opened.
    pub refused: Gauge,
    /// The first of the counts of those that were closed, by why: see [`PoolGauges::closed`].
    closed: Gauge,
    /// How many statements were prepared that nobody has and nobody will close. Said by whoever prepares some.
    pub statements_left: Gauge,
    /// How many are to be idle now for who may come: none once the pool ends, nor from when an opening came to nothing until it is looked again.
    pub kept_warm: Gauge,
}

impl PoolGauges {
    /// The gauges of every pool.
    pub const ALL: PoolGauges = PoolGauges {
        taken: Gauge(0),
        opened: Gauge(1),
        leaked: Gauge(2),
        refused: Gauge(3),
        closed: Gauge(4),
        statements_left: Gauge(8),
        kept_warm: Gauge(9),
    };

    /// How many were closed for this reason.
    pub const fn closed(self, why: Closing) -> Gauge {
        Gauge(self.closed.0 + why as u8)
    }
}

/// What the gauges of a place in the pool mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionGauges {
    /// The number of the connection that is there, or was there last; from 1.
    pub id: Gauge,
    /// When it was open, in ns; 0 before it is.
    pub opened: Gauge,
    /// When it is too old, in ns; 0 for never.
    pub over: Gauge,
    /// How often it was taken.
    pub uses: Gauge,
    /// The number of the job whose caller leaked it; 0 for none.
    pub leaked_by: Gauge,
    /// Which statements are prepared on it, a bit for each. Said by whoever prepares some, and so is the next.
    pub prepared: Gauge,
    /// How many statements were prepared on it that nobody has and nobody will close.
    pub statements_left: Gauge,
    /// How many commands are being sent on it, are in the round trip that is under way, or were in the last one; 0 on a new one. Said by whoever
    /// sends them.
    pub commands: Gauge,
    /// 1 while it is kept by something whose caller has gone. Said by whoever goes on.
    pub for_nobody: Gauge,
}

impl ConnectionGauges {
    /// What [`ConnectionGauges::opened`] is until the connection is open.
    pub const NOT_YET: i64 = -1;

    /// The gauges of every place.
    pub const ALL: ConnectionGauges = ConnectionGauges {
        id: Gauge(0),
        opened: Gauge(1),
        over: Gauge(2),
        uses: Gauge(3),
        leaked_by: Gauge(4),
        prepared: Gauge(5),
        statements_left: Gauge(6),
        commands: Gauge(7),
        for_nobody: Gauge(8),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_stand_has_a_word_of_its_own() {
        let all = ["opening", "in use", "idle", "leaked", "not opened"].map(str::to_owned).into_iter();
        let ways =
            Closing::ALL.into_iter().flat_map(|why| ["closing", "closed"].map(|how| format!("{how}, {}", why.id())));
        for word in all.chain(ways) {
            assert_eq!(ConnectionState::of(&word).map(ConnectionState::word), Some(word.as_str()));
        }
        assert_eq!(ConnectionState::of("open"), None);
    }

    #[test]
    fn a_place_is_free_once_its_connection_is_closed_and_not_before() {
        for why in Closing::ALL {
            assert!(ConnectionState::Closing(why).is_there() && !ConnectionState::Closed(why).is_there());
        }
        assert!(ConnectionState::Leaked.is_there());
    }
}
