//! A cache at the playhead: what each level keeps, which keys are being loaded, and who waits for that.

use super::super::{Condition, Here};
use crate::number;
use crate::recent::{Kept, KeyRow};
use millrace_spec::{self as spec, LevelGauges};
use millrace_trace::ledger::{Fate, StationRow};
use millrace_trace::{SimTime, order};
use std::collections::BTreeMap;

pub(super) const G: LevelGauges = LevelGauges::ALL;

/// A load that is under way.
pub(super) struct Load {
    /// The number of its job, and the key.
    pub(super) job: usize,
    pub(super) key: u32,
    /// When it was called for, and whether the origin is at it.
    pub(super) since: SimTime,
    pub(super) started: bool,
}

/// A cache at the playhead.
pub(super) struct State<'a> {
    pub(super) spec: &'a spec::Levels,
    kept: Option<&'a Kept>,
    pub(super) row: Option<&'a StationRow>,
    pub(super) now: SimTime,
    /// What the first level would hand out: the keys of which that is past its time, and the others, in the order of the keys.
    pub(super) stale: Vec<u32>,
    pub(super) fresh: Vec<u32>,
    /// How many keys the second level has.
    pub(super) in_l2: u64,
    /// In the order in which they began.
    pub(super) loads: Vec<Load>,
    /// The keys that somebody follows the load of, and how many do, those that most do first.
    pub(super) followed: Vec<(u32, u64)>,
    /// The key that was asked for most so far.
    pub(super) hot: u32,
}

impl<'a> State<'a> {
    pub(super) fn of(spec: &'a spec::Levels, here: Here<'_, 'a>, now: SimTime) -> State<'a> {
        let scene = here.scene;
        let kept = scene.recent.kept(here.id());
        let rows = kept.map_or(&[][..], Kept::rows);
        let numbered = || (0_u32..).zip(rows);
        let (stale, fresh) =
            numbered().filter(|(_, row)| row.is_kept(0, now)).partition::<Vec<_>, _>(|(_, row)| row.is_stale(now));
        let key = |(key, _): (u32, &KeyRow)| key;
        let origin = scene.station(spec.origin()).map(|(id, _)| id);
        let flights = spec.flights.as_ref().and_then(|name| scene.station(name)).map(|(id, _)| id);
        let (mut loads, mut follow) = (Vec::new(), BTreeMap::<u32, u64>::new());
        for (job, key) in kept.into_iter().flat_map(Kept::inside) {
            let Some(row) = scene.ledger.job(job) else { continue };
            let Fate::At(station) = row.fate else { continue };
            if Some(station) == origin {
                loads.push(Load { job: job.0 as usize, key, since: row.since, started: row.started });
            } else if Some(station) == flights && !row.started {
                *follow.entry(key).or_default() += 1;
            }
        }
        order::sort_by_key(&mut loads, |load| load.since);
        let mut followed: Vec<(u32, u64)> = follow.into_iter().collect();
        order::sort_by_key(&mut followed, |(key, n)| (std::cmp::Reverse(*n), *key));
        State {
            spec,
            kept,
            row: here.row(),
            now,
            stale: stale.into_iter().map(key).collect(),
            fresh: fresh.into_iter().map(key).collect(),
            in_l2: rows.iter().filter(|row| row.is_kept(1, now)).count() as u64,
            loads,
            followed,
            hot: numbered().max_by_key(|(key, row)| (row.asked, std::cmp::Reverse(*key))).map_or(0, key),
        }
    }

    pub(super) fn gauge(&self, gauge: millrace_trace::Gauge) -> u64 {
        self.row.map_or(0, |row| row.gauge(gauge).max(0) as u64)
    }

    pub(super) fn key(&self, key: u32) -> KeyRow {
        self.kept.map_or_else(KeyRow::default, |kept| kept.row(key))
    }

    /// How often the keys of a range were asked for.
    pub(super) fn asked(&self, from: usize, to: usize) -> u64 {
        let rows = self.kept.map_or(&[][..], Kept::rows);
        rows.iter().take(to).skip(from).map(|row| u64::from(row.asked)).sum()
    }

    /// How many requests got their value from each level, and the share of each.
    pub(super) fn hits(&self) -> [(u64, f64); 3] {
        let hits = G.hits.map(|gauge| self.gauge(gauge));
        let all = hits.iter().sum::<u64>().max(1) as f64;
        hits.map(|n| (n, n as f64 / all))
    }

    /// The share of a level of all that were served, in words; a dash where none was.
    pub(super) fn percent(&self, level: usize) -> String {
        let hits = self.hits();
        let any = hits.iter().any(|(n, _)| *n > 0);
        let share = hits.get(level).map(|(_, share)| *share).filter(|_| any);
        number::dashed(share, |share| format!("{} %", number::percent(share)))
    }

    /// How many keys the first level keeps.
    pub(super) fn in_l1(&self) -> u64 {
        (self.stale.len() + self.fresh.len()) as u64
    }

    /// How many loads of a key are under way, and how many of others.
    pub(super) fn loading(&self, key: u32) -> (u64, u64) {
        let own = self.loads.iter().filter(|load| load.key == key).count();
        (own as u64, (self.loads.len() - own) as u64)
    }

    /// How many follow the load of a key.
    pub(super) fn following(&self, key: u32) -> u64 {
        self.followed.iter().find(|(known, _)| *known == key).map_or(0, |(_, n)| *n)
    }

    pub(super) fn following_all(&self) -> u64 {
        self.followed.iter().map(|(_, n)| n).sum()
    }

    /// "2 stale, oldest k3 by 1.9 s"
    pub(super) fn stale_words(&self) -> Option<[String; 2]> {
        let oldest = self.stale.iter().min_by_key(|key| self.key(**key).good)?;
        let by = number::time_text(self.now.since(self.key(*oldest).good).0);
        let n = format!("{} stale", number::count(self.stale.len() as u64));
        Some([format!("{n}, {} by {by}", self.spec.name(*oldest)), n])
    }

    /// The latency of a level's calls, in words; a dash where it was not called yet.
    pub(super) fn latency(&self, here: Here<'_, '_>, level: usize) -> String {
        let name = self.spec.servers.get(level).map_or("", String::as_str);
        let calls = here.scene.station(name).and_then(|(id, _)| here.scene.recent.calls(id));
        number::dashed(calls.and_then(|calls| calls.recent_mean()), number::time_text)
    }

    /// How a level does that may be in trouble, where it is.
    pub(super) fn trouble(&self, here: Here<'_, '_>, level: usize) -> Option<String> {
        let name = self.spec.servers.get(level)?;
        let condition = Condition::of(here.scene, name, self.now);
        let told = condition.is_trouble() || matches!(condition, Condition::Fault(..));
        told.then(|| condition.words())
    }

    /// All there is to say about a key.
    pub(super) fn lines(&self, key: u32) -> Vec<String> {
        let row = self.key(key);
        let left = |until: SimTime| number::time_text(until.since(self.now).0);
        let mut lines = Vec::new();
        let seconds = self.now.0 as f64 / 1e9;
        let rate = if seconds > 0.0 { f64::from(row.asked) / seconds } else { 0.0 };
        lines.push(format!(
            "asked for {}, {}/s",
            number::counted(row.asked.into(), "time", "times"),
            number::rate(rate)
        ));
        let [(_, l1), (_, l2)] = row.kept;
        lines.push(match () {
            _ if row.is_stale(self.now) => {
                format!("in L1, past its time by {}", number::time_text(self.now.since(row.good).0))
            }
            _ if !row.is_kept(0, self.now) => "not in L1".to_owned(),
            _ if l1 == SimTime::MAX => "in L1, without a time".to_owned(),
            _ => format!("in L1 for another {}", left(l1)),
        });
        lines.push(if row.is_kept(1, self.now) {
            format!("in L2 for another {}", left(l2))
        } else {
            "not in L2".to_owned()
        });
        let (loading, following) = (self.loading(key).0, self.following(key));
        if loading + following > 0 {
            lines.push(format!("{}, {} follow", counted_loads(loading), number::count(following)));
        }
        lines
    }
}

/// "1 load", "200 loads"
pub(super) fn counted_loads(n: u64) -> String {
    number::counted(n, "load", "loads")
}
