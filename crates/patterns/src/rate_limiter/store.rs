//! Where the bucket of a key is found: in one step, or as the document's map does it.

use millrace_engine::Env;
use millrace_parts::{Decision, KeyedLimiter, Limiter};

/// A limiter, and how its buckets are looked up.
#[derive(Clone, Debug)]
pub(super) struct Store {
    pub limiter: KeyedLimiter,
    pub racing: bool,
}

/// A bucket that was found.
pub(super) enum Found {
    /// It is looked up when it is asked.
    Locked,
    /// It was looked up before.
    Bucket(Limiter),
}

impl Store {
    /// Finds the bucket of a key.
    ///
    /// A `sync.Map` is asked for the key, and where it has none a bucket is made and stored. To make it takes its turn, as everything does: whoever comes
    /// in between finds none either, makes its own and stores that. The bucket that is stored last stays; what was taken from the others is taken from nobody.
    pub(super) async fn find(&self, env: &Env, key: u32, word: &str) -> Found {
        if !self.racing {
            return Found::Locked;
        }
        if let Some(known) = self.limiter.get(key) {
            return Found::Bucket(known);
        }
        let made = self.limiter.make(key, word);
        env.turn().await;
        self.limiter.put(key, made.clone());
        Found::Bucket(made)
    }

    /// Asks the bucket that was found.
    #[track_caller]
    pub(super) fn ask(&self, found: &Found, key: u32, word: &str, cost: u32) -> Decision {
        match found {
            Found::Locked => self.limiter.ask(key, word, cost),
            Found::Bucket(bucket) => bucket.ask(cost),
        }
    }
}
