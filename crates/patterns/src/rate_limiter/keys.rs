//! Whose a request is, and what it costs: by its place in the script, or by lot.

use super::params::Params;
use millrace_engine::{Env, Job, Stream};
use millrace_parts::Traffic;
use millrace_spec::{Scripted, parse_script};
use std::borrow::Cow;

/// The keys of a run.
#[derive(Debug)]
pub(super) struct Keys {
    /// The words of a script, in the order in which they first come.
    words: Vec<String>,
    /// By the entries of the script: which key, and the cost.
    entries: Vec<(u32, u32)>,
    /// By key, how likely it is that a request is of it or of one before it.
    shares: Vec<f64>,
}

impl Keys {
    /// The keys of a script; or so many, with how unevenly requests fall on them.
    pub(super) fn of(script: &str, keys: u32, skew: f64) -> Keys {
        let script = parse_script(script).unwrap_or_default();
        let mut words: Vec<String> = Vec::new();
        let mut known = std::collections::BTreeMap::new();
        let mut entries = Vec::with_capacity(script.len());
        for Scripted { what, times, .. } in script {
            let key = *known.entry(what.clone()).or_insert_with(|| {
                words.push(what);
                words.len() as u32 - 1
            });
            entries.push((key, times));
        }
        let mut sum = 0.0;
        let weights = (1..=keys).map(|rank| {
            sum += libm::pow(f64::from(rank), -skew);
            sum
        });
        let mut shares: Vec<f64> = weights.collect();
        shares.iter_mut().for_each(|share| *share /= sum);
        Keys { words, entries, shares }
    }

    /// The word of a key. Where nobody is told apart there is one, and it is empty.
    pub(super) fn word(&self, key: u32) -> Cow<'_, str> {
        match self.words.get(key as usize) {
            Some(word) => Cow::Borrowed(word),
            None if self.shares.len() < 2 => Cow::Borrowed(""),
            None => Cow::Owned(format!("k{}", key + 1)),
        }
    }

    /// The key and the cost of the request of a number, from 0 in the order of coming.
    fn asks(&self, number: usize, job: &Job, lots: &Stream) -> (u32, u32) {
        if let Some(entry) = self.entries.get(number) {
            return *entry;
        }
        if self.shares.len() < 2 {
            return (0, 1);
        }
        let lot = lots.draw(u64::from(job.id().0), 0).unit();
        let key = self.shares.partition_point(|share| *share <= lot).min(self.shares.len() - 1);
        (key as u32, 1)
    }
}

/// Hands out keys and costs, in the order in which requests come.
#[derive(Debug)]
pub(super) struct Asking {
    lots: Stream,
    asked: usize,
}

impl Asking {
    pub(super) fn start(env: &Env) -> Asking {
        Asking { lots: env.stream("keys"), asked: 0 }
    }

    /// The key and the cost of the next request.
    pub(super) fn next(&mut self, keys: &Keys, job: &Job) -> (u32, u32) {
        self.asked += 1;
        keys.asks(self.asked - 1, job, &self.lots)
    }
}

impl Params {
    pub(super) fn keys(&self) -> Keys {
        Keys::of(&self.load.script, self.keys, self.skew)
    }

    /// How requests come: each entry of a script is one.
    pub(super) fn traffic(&self) -> (u32, Traffic) {
        match self.load.traffic() {
            Traffic::Script(script) => {
                let each = script.iter().map(|entry| Scripted { times: 1, ..entry.clone() });
                (u32::MAX, Traffic::Script(each.collect()))
            }
            other => (self.load.requests, other),
        }
    }
}
