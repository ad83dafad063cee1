//! Whose a request is: by its place in the script, or by lot. Users, addresses, tenants, entries of a cache.

use millrace_engine::{Env, Job, Stream};
use millrace_spec::{Scripted, parse_script};
use std::borrow::Cow;

/// The keys of a run.
#[derive(Debug)]
pub struct Keys {
    /// The words of a script, in the order in which they first come.
    words: Vec<String>,
    /// By the entries of the script: up to which request, from 0, which key, and its number: of requests, or what one costs.
    entries: Vec<(u64, u32, u32)>,
    /// By key, how likely it is that a request is of it or of one before it.
    shares: Vec<f64>,
}

impl Keys {
    /// The keys of a script in which each entry is so many requests; or so many, with how unevenly requests fall on them.
    pub fn of(script: &str, keys: u32, skew: f64) -> Keys {
        Keys::read(script, keys, skew, |times| times)
    }

    /// The same where each entry is one request, that costs so much.
    pub fn with_costs(script: &str, keys: u32, skew: f64) -> Keys {
        Keys::read(script, keys, skew, |_| 1)
    }

    fn read(script: &str, keys: u32, skew: f64, requests: fn(u32) -> u32) -> Keys {
        let script = parse_script(script).unwrap_or_default();
        let mut words: Vec<String> = Vec::new();
        let mut known = std::collections::BTreeMap::new();
        let mut entries = Vec::with_capacity(script.len());
        let mut up_to = 0;
        for Scripted { what, times, .. } in script {
            let key = *known.entry(what.clone()).or_insert_with(|| {
                words.push(what);
                words.len() as u32 - 1
            });
            up_to += u64::from(requests(times));
            entries.push((up_to, key, times));
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

    /// The words of a script, in the order in which they first come; none where there is no script.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The word of a key: that of the script, or its rank.
    pub fn word(&self, key: u32) -> Cow<'_, str> {
        self.words
            .get(key as usize)
            .map_or_else(|| Cow::Owned(format!("k{}", key + 1)), |word| Cow::Borrowed(word.as_str()))
    }

    /// The same, and empty where nobody is told apart.
    pub fn word_of_several(&self, key: u32) -> Cow<'_, str> {
        if self.len() < 2 && self.words.is_empty() { Cow::Borrowed("") } else { self.word(key) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        if self.words.is_empty() { self.shares.len() } else { self.words.len() }
    }

    /// Whether there are none, which none can be.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key and the number of the request of a place, from 0 in the order of coming.
    fn asks(&self, place: u64, job: &Job, lots: &Stream) -> (u32, u32) {
        let entry = self.entries.partition_point(|(up_to, ..)| *up_to <= place);
        if let Some((_, key, times)) = self.entries.get(entry) {
            return (*key, *times);
        }
        if self.shares.len() < 2 {
            return (0, 1);
        }
        let lot = lots.draw(u64::from(job.id().0), 0).unit();
        let key = self.shares.partition_point(|share| *share <= lot).min(self.shares.len() - 1);
        (key as u32, 1)
    }
}

/// Hands out keys, in the order in which requests come.
#[derive(Debug)]
pub struct Asking {
    lots: Stream,
    asked: u64,
}

impl Asking {
    /// Before the first request.
    pub fn start(env: &Env) -> Asking {
        Asking { lots: env.stream("keys"), asked: 0 }
    }

    /// The key of the next request, and the number that its entry of the script has.
    pub fn next(&mut self, keys: &Keys, job: &Job) -> (u32, u32) {
        self.asked += 1;
        keys.asks(self.asked - 1, job, &self.lots)
    }
}
