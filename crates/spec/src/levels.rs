//! What a cache of two levels shows of itself, for whoever draws it, checks it or reports it.
//!
//! Everything stands in the gauges of one station, that of those who ask. Which keys are held, since when and until when follows from what is
//! said as an entry is kept or goes; that one is past its time is no event, as its time was said. So a request that is served by the first level
//! is two of these numbers, and only one that is not says more.

use super::Packed;
use millrace_trace::{Gauge, SimTime};

/// What the gauges of the station of a cache mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelGauges {
    /// How many requests got their value from the first level, the second one, and the origin.
    pub hits: [Gauge; 3],
    /// How many of them got a copy whose value was past its time.
    pub stale: Gauge,
    /// How many loads are under way, and the most of one key at once so far.
    pub loads: Gauge,
    /// See [`LevelGauges::loads`].
    pub most_of_one: Gauge,
    /// How many writes to the first level were dropped because there was no room for them.
    pub dropped: Gauge,
    /// How many requests did not find in the first level what had been written there.
    pub unseen: Gauge,
    /// How many errors of the second level were taken for a miss.
    pub taken_for_miss: Gauge,
    /// How many loads failed because the second level had, so that the origin was not asked.
    pub failed_by_l2: Gauge,
    /// How many values were loaded again before their time was over.
    pub refreshed: Gauge,
    /// How many requests were handed a text where they asked for the type that was stored.
    pub mistyped: Gauge,
    /// How many entries the first level holds.
    pub held: Gauge,
    /// How many requests waited for somebody else's load.
    pub followed: Gauge,
    /// How many took a load over from somebody who had gone.
    pub took_over: Gauge,
    /// Which key a request is of: see [`AskedKey`].
    pub asks: Gauge,
    /// Until when the value is good that the first level keeps next, in ns.
    pub good: Gauge,
    /// The first level keeps a key, or the second: see [`KeptKey`].
    pub keeps: [Gauge; 2],
}

impl LevelGauges {
    /// The gauges of every such station. Those that say something of a key have numbers that no other crew has.
    pub const ALL: LevelGauges = LevelGauges {
        hits: [Gauge(0), Gauge(1), Gauge(2)],
        stale: Gauge(3),
        loads: Gauge(4),
        most_of_one: Gauge(5),
        dropped: Gauge(6),
        unseen: Gauge(7),
        taken_for_miss: Gauge(8),
        refreshed: Gauge(9),
        held: Gauge(10),
        followed: Gauge(11),
        took_over: Gauge(12),
        failed_by_l2: Gauge(13),
        mistyped: Gauge(14),
        asks: Gauge(40),
        good: Gauge(41),
        keeps: [Gauge(42), Gauge(43)],
    };
}

/// Which key a request is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedKey {
    /// The number of its job.
    pub job: u32,
    /// The number of the key, from 0.
    pub key: u32,
}

impl Packed for AskedKey {
    fn packed(self) -> i64 {
        (i64::from(self.job) << 20) | i64::from(self.key & KEY)
    }

    fn read(packed: i64) -> AskedKey {
        AskedKey { job: (packed >> 20) as u32, key: packed as u32 & KEY }
    }
}

/// Until when a level keeps a key: past that time it does not hand it out. At the instant zero: not any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// The number of the key, from 0.
    pub key: u32,
    /// Until when; [`SimTime::MAX`] where it has no time of its own.
    pub until: SimTime,
}

/// The bits of a key.
const KEY: u32 = (1 << 20) - 1;
/// A step of the time that is told, in ns: a key and an instant of more than a year share a number.
const STEP: u64 = 4_096;
const EVER: i64 = (1 << 43) - 1;

impl Packed for KeptKey {
    fn packed(self) -> i64 {
        // Rounded up: what is still there is never told to be gone.
        let steps = self.until.0.div_ceil(STEP);
        let until = if self.until == SimTime::MAX { EVER } else { i64::try_from(steps).unwrap_or(EVER).min(EVER - 1) };
        (until << 20) | i64::from(self.key & KEY)
    }

    fn read(packed: i64) -> KeptKey {
        let steps = packed >> 20;
        let until = if steps == EVER { SimTime::MAX } else { SimTime(steps.max(0) as u64 * STEP) };
        KeptKey { key: packed as u32 & KEY, until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_key_reads_back() {
        for (job, key) in [(0, 0), (7, 9_999), (u32::MAX, 3)] {
            let asked = AskedKey { job, key };
            assert_eq!(AskedKey::read(asked.packed()), asked);
        }
        let year = 366 * 86_400_000_000_000;
        for ns in [0, 1, 4_096, 1_000_000_007, 7_200_000_000_000, year] {
            for key in [0, 1, 9_999] {
                let read = KeptKey::read(KeptKey { key, until: SimTime(ns) }.packed());
                assert!(read.key == key && (ns..ns + STEP).contains(&read.until.0), "{ns}: {read:?}");
            }
        }
        let ever = KeptKey { key: 5, until: SimTime::MAX };
        assert_eq!(KeptKey::read(ever.packed()), ever);
    }
}
