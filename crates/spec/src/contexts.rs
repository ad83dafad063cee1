//! What a tree of contexts shows of itself on their stations, for whoever draws it, checks it or reports it.

use millrace_trace::Gauge;

/// What the gauges of contexts mean: of each by itself, but for the last, which is that of the station above all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextGauges {
    /// When its time is up, in nanoseconds; 0 where it never is.
    pub deadline: Gauge,
    /// When its time would have been up, had the one above it so much; 0 where it has.
    pub asked: Gauge,
    /// Its place in the order in which a cancellation went down, from 1, where it began; 0 where none did.
    pub order: Gauge,
    /// 1 where it hears of no cancellation of the one it is drawn under.
    pub detached: Gauge,
    /// 1 while its work closes after it was cancelled.
    pub closing: Gauge,
    /// How many are open.
    pub open: Gauge,
}

impl ContextGauges {
    /// The gauges of every context.
    pub const ALL: ContextGauges = ContextGauges {
        deadline: Gauge(0),
        asked: Gauge(1),
        order: Gauge(2),
        detached: Gauge(3),
        closing: Gauge(4),
        open: Gauge(0),
    };
    /// The first that is free for a pattern.
    pub const FREE: Gauge = Gauge(5);
}

/// What a context declares itself to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextState {
    /// Its work goes on.
    Open,
    /// It is open, and whoever could end it is gone.
    Leaked,
    /// It was ended by whoever began it.
    Done,
    /// Somebody cancelled it, or one above it.
    Canceled,
    /// Its time was up, or that of one above it.
    DeadlineExceeded,
    /// It was ended by whoever began it, whose work went wrong.
    Failed,
}

impl ContextState {
    /// All of them.
    pub const ALL: [ContextState; 6] = [
        ContextState::Open,
        ContextState::Leaked,
        ContextState::Done,
        ContextState::Canceled,
        ContextState::DeadlineExceeded,
        ContextState::Failed,
    ];

    /// The word for it, as its station declares it: Go's own, where that has one.
    pub const fn word(self) -> &'static str {
        match self {
            ContextState::Open => "open",
            ContextState::Leaked => "leaked",
            ContextState::Done => "done",
            ContextState::Canceled => "canceled",
            ContextState::DeadlineExceeded => "deadline exceeded",
            ContextState::Failed => "failed",
        }
    }

    /// The state with a word.
    pub fn of(word: &str) -> Option<ContextState> {
        ContextState::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether the context has not ended.
    pub const fn is_open(self) -> bool {
        matches!(self, ContextState::Open | ContextState::Leaked)
    }
}
