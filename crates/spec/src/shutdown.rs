//! What a process shows of its shutdown on its station and on those of its parts, for whoever draws it, checks it or reports it.

use millrace_trace::Gauge;

/// How a part of a process stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartState {
    /// It is at work.
    Running,
    /// It was told to stop, and is not over.
    Stopping,
    /// It was stopped, and came to its own end.
    Stopped,
    /// It was told to stop and cut off, as there was no time left.
    Forced,
    /// The process ended, and nobody had told it to stop.
    Left,
}

impl PartState {
    /// All of them.
    pub const ALL: [PartState; 5] =
        [PartState::Running, PartState::Stopping, PartState::Stopped, PartState::Forced, PartState::Left];

    /// The word for it, which the station of the part declares.
    pub const fn word(self) -> &'static str {
        match self {
            PartState::Running => "running",
            PartState::Stopping => "stopping",
            PartState::Stopped => "stopped",
            PartState::Forced => "forced",
            PartState::Left => "never stopped",
        }
    }

    /// The state with a word.
    pub fn of(word: &str) -> Option<PartState> {
        PartState::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// What the gauges of a process mean, and those of each of its parts. An instant of 0 is one that has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShutdownGauges {
    /// Of the process: when it was asked to end, in ns.
    pub asked: Gauge,
    /// Of the process: when the time for that is over, in ns.
    pub deadline: Gauge,
    /// Of the process: when it was gone, in ns.
    pub gone: Gauge,
    /// Of the process: with which code it went.
    pub code: Gauge,
    /// Of the process: how many were turned away at the door.
    pub refused: Gauge,
    /// Of the process: how many came after it was asked to end, were taken in, and are lost.
    pub late: Gauge,
    /// Of a part: when it was told to stop, in ns.
    pub began: Gauge,
    /// Of a part: when it was over, in ns.
    pub over: Gauge,
    /// Of the process: the first of the counts by kind; see [`ShutdownGauges::came`].
    kinds: Gauge,
}

impl ShutdownGauges {
    /// The gauges of every process.
    pub const ALL: ShutdownGauges = ShutdownGauges {
        asked: Gauge(0),
        deadline: Gauge(1),
        gone: Gauge(2),
        code: Gauge(3),
        refused: Gauge(4),
        late: Gauge(5),
        began: Gauge(0),
        over: Gauge(1),
        kinds: Gauge(8),
    };

    const fn count(self, kind: u8, which: u8) -> Gauge {
        Gauge(self.kinds.0 + 4 * kind + which)
    }

    /// How many of a kind came, by its number.
    pub const fn came(self, kind: u8) -> Gauge {
        self.count(kind, 0)
    }

    /// How many of a kind came to their end, or went on as something else.
    pub const fn done(self, kind: u8) -> Gauge {
        self.count(kind, 1)
    }

    /// How many of a kind are lost since the process was asked to end.
    pub const fn lost(self, kind: u8) -> Gauge {
        self.count(kind, 2)
    }

    /// How many of a kind were lost before that: no shutdown loses them.
    pub const fn before(self, kind: u8) -> Gauge {
        self.count(kind, 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_a_part_has_a_word_of_its_own() {
        for state in PartState::ALL {
            assert_eq!(PartState::of(state.word()), Some(state));
        }
        assert_eq!(PartState::of("open"), None);
    }

    #[test]
    fn no_two_counts_of_a_process_are_one_gauge() {
        let g = ShutdownGauges::ALL;
        let mut all = vec![g.asked, g.deadline, g.gone, g.code, g.refused, g.late];
        all.extend((0..5).flat_map(|kind| [g.came(kind), g.done(kind), g.lost(kind), g.before(kind)]));
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
