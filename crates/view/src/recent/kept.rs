//! What a cache keeps of each key, and which key those are of who are inside.
//!
//! It is as long as there are keys, of which there are ten thousand at most, and as many more as requests are inside.

use millrace_spec::{AskedKey, KeptKey, LevelGauges, Packed};
use millrace_trace::{Gauge, JobId, SimTime};
use std::collections::BTreeMap;

const G: LevelGauges = LevelGauges::ALL;
/// The most keys that are told of.
const MOST: usize = 10_000;

/// One key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyRow {
    /// How often it was asked for.
    pub asked: u32,
    /// Since when the first level keeps it, and until when; the same of the second. That of one that does not is over.
    pub kept: [(SimTime, SimTime); 2],
    /// Until when the value is good that the first level keeps.
    pub good: SimTime,
}

impl KeyRow {
    /// Whether a level keeps it, 0 the first.
    pub fn is_kept(&self, level: usize, now: SimTime) -> bool {
        self.kept.get(level).is_some_and(|(_, until)| *until > now)
    }

    /// Whether the first level would hand out a value that is past its time.
    pub fn is_stale(&self, now: SimTime) -> bool {
        self.is_kept(0, now) && self.good <= now
    }
}

/// All keys of a cache.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    rows: Vec<KeyRow>,
    inside: BTreeMap<JobId, u32>,
    /// How many loads were begun before a value's time was over. Whose key is told right after is such a load, and no request.
    refreshed: i64,
    refreshes: bool,
    /// Until when the value is good that is kept next.
    good: SimTime,
}

impl Kept {
    /// Whether a gauge says something of a key.
    pub(super) fn is_told_by(gauge: Gauge) -> bool {
        [G.asks, G.good, G.refreshed].contains(&gauge) || G.keeps.contains(&gauge)
    }

    pub(super) fn said(&mut self, at: SimTime, gauge: Gauge, value: i64) {
        if gauge == G.refreshed {
            self.refreshes = std::mem::replace(&mut self.refreshed, value) < value;
        } else if gauge == G.asks {
            let asked = u32::from(!std::mem::take(&mut self.refreshes));
            let AskedKey { job, key } = AskedKey::read(value);
            if let Some(row) = self.row_mut(key) {
                row.asked += asked;
                self.inside.insert(JobId(job), key);
            }
        } else if gauge == G.good {
            self.good = SimTime(value.max(0) as u64);
        } else {
            let level = G.keeps.iter().position(|own| *own == gauge);
            let (KeptKey { key, until }, good) = (KeptKey::read(value), self.good);
            let Some(row) = self.row_mut(key) else { return };
            row.good = if level == Some(0) { good } else { row.good };
            if let Some(kept) = level.and_then(|level| row.kept.get_mut(level)) {
                *kept = (at, until);
            }
        }
    }

    pub(super) fn left(&mut self, job: JobId) {
        self.inside.remove(&job);
    }

    fn row_mut(&mut self, key: u32) -> Option<&mut KeyRow> {
        let index = key as usize;
        if index >= self.rows.len() && index < MOST {
            self.rows.resize(index + 1, KeyRow::default());
        }
        self.rows.get_mut(index)
    }

    /// The keys, by their numbers; those that nobody has asked for yet may be missing at the end.
    pub fn rows(&self) -> &[KeyRow] {
        &self.rows
    }

    /// One key.
    pub fn row(&self, key: u32) -> KeyRow {
        self.rows.get(key as usize).copied().unwrap_or_default()
    }

    /// Those inside, in the order of coming, and which key each is of.
    pub fn inside(&self) -> impl Iterator<Item = (JobId, u32)> + '_ {
        self.inside.iter().map(|(job, key)| (*job, *key))
    }
}
