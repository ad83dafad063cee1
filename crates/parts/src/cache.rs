//! One level of a cache: room for so many entries, each with a time after which it counts no more.
//!
//! Where there is no room, the one goes that has not been asked for longest. Which one that is says a list through all entries, in the order of
//! their last use: an entry is moved to its front, and the last one taken from its end, by links and without a search, however many there are. By
//! its key an entry is found in a tree, in the logarithm of their number.
//!
//! An entry past its time is never handed out. Nobody goes round to collect those: one that is asked for is removed then, and one that is not
//! keeps its place until its turn comes, like any other. So what is held may be more than what can still be had.
//!
//! It is a value and no station: what of it is to be seen says whoever has it.

use millrace_trace::SimTime;
use std::collections::BTreeMap;
use std::fmt;

/// No place.
const NONE: u32 = u32::MAX;

/// One level of a cache.
pub struct Cache<K, V> {
    size: usize,
    /// By key: the place of its entry.
    places: BTreeMap<K, u32>,
    all: Vec<Place<K, V>>,
    /// The first of the places that are free; each says in `older` which is next.
    free: u32,
    newest: u32,
    oldest: u32,
}

struct Place<K, V> {
    entry: Option<Entry<K, V>>,
    newer: u32,
    older: u32,
}

struct Entry<K, V> {
    key: K,
    value: V,
    until: SimTime,
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({} of {})", self.places.len(), self.size)
    }
}

impl<K: Ord + Clone, V> Cache<K, V> {
    /// An empty one with room for so many; with room for none it keeps nothing.
    pub fn new(size: usize) -> Cache<K, V> {
        Cache { size, places: BTreeMap::new(), all: Vec::new(), free: NONE, newest: NONE, oldest: NONE }
    }

    /// How many it holds, those past their time included that nobody has asked for since.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// What it has under a key, which counts as a use. An entry is there up to its time, and at that instant no more.
    pub fn get(&mut self, key: &K, now: SimTime) -> Option<&V> {
        let place = *self.places.get(key)?;
        if self.entry(place)?.until <= now {
            self.remove(key);
            return None;
        }
        self.unlink(place);
        self.link(place);
        self.entry(place).map(|entry| &entry.value)
    }

    /// The same, which is no use and removes nothing.
    pub fn peek(&self, key: &K, now: SimTime) -> Option<&V> {
        let entry = self.entry(*self.places.get(key)?)?;
        (entry.until > now).then_some(&entry.value)
    }

    /// Keeps a value under a key until an instant ([`SimTime::MAX`]: without a time of its own), in place of what was there. The key of the
    /// entry that had to go for it, if one had to.
    pub fn put(&mut self, key: K, value: V, until: SimTime) -> Option<K> {
        if self.size == 0 {
            return None;
        }
        if let Some(place) = self.places.get(&key).copied() {
            self.unlink(place);
            self.fill(place, key, value, until);
            return None;
        }
        let gone = if self.places.len() < self.size { None } else { self.take(self.oldest) };
        let place = if self.free == NONE {
            self.all.push(Place { entry: None, newer: NONE, older: NONE });
            self.all.len() as u32 - 1
        } else {
            let free = self.free;
            self.free = self.all.get(free as usize).map_or(NONE, |place| place.older);
            free
        };
        self.places.insert(key.clone(), place);
        self.fill(place, key, value, until);
        gone.map(|entry| entry.key)
    }

    /// Takes an entry out, whatever its time.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let place = *self.places.get(key)?;
        self.take(place).map(|entry| entry.value)
    }

    fn entry(&self, place: u32) -> Option<&Entry<K, V>> {
        self.all.get(place as usize)?.entry.as_ref()
    }

    fn fill(&mut self, place: u32, key: K, value: V, until: SimTime) {
        if let Some(place) = self.all.get_mut(place as usize) {
            place.entry = Some(Entry { key, value, until });
        }
        self.link(place);
    }

    /// Empties a place, which is free then.
    fn take(&mut self, number: u32) -> Option<Entry<K, V>> {
        self.unlink(number);
        let free = self.free;
        let place = self.all.get_mut(number as usize)?;
        let entry = place.entry.take()?;
        place.older = free;
        self.free = number;
        self.places.remove(&entry.key);
        Some(entry)
    }

    /// Puts a place that is in no list before all others.
    fn link(&mut self, number: u32) {
        let newest = std::mem::replace(&mut self.newest, number);
        if let Some(place) = self.all.get_mut(number as usize) {
            (place.newer, place.older) = (NONE, newest);
        }
        match self.all.get_mut(newest as usize) {
            Some(place) => place.newer = number,
            None => self.oldest = number,
        }
    }

    /// Takes a place out of the list.
    fn unlink(&mut self, number: u32) {
        let Some(Place { newer, older, .. }) = self.all.get(number as usize) else { return };
        let (newer, older) = (*newer, *older);
        match self.all.get_mut(newer as usize) {
            Some(place) => place.older = older,
            None => self.newest = older,
        }
        match self.all.get_mut(older as usize) {
            Some(place) => place.newer = newer,
            None => self.oldest = newer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_engine::Seed;

    /// The same in the plainest way: all entries in one list, the one that was used last at its end, looked through from its beginning.
    #[derive(Default)]
    struct Model(Vec<(u64, u64, SimTime)>);

    impl Model {
        fn get(&mut self, key: u64, now: SimTime) -> Option<u64> {
            let at = self.0.iter().position(|(k, ..)| *k == key)?;
            let entry = self.0.remove(at);
            (entry.2 > now).then(|| {
                self.0.push(entry);
                entry.1
            })
        }

        fn put(&mut self, size: usize, entry: (u64, u64, SimTime)) -> Option<u64> {
            if let Some(at) = self.0.iter().position(|(k, ..)| *k == entry.0) {
                self.0.remove(at);
            }
            let gone = (self.0.len() == size).then(|| self.0.remove(0).0);
            self.0.push(entry);
            gone
        }
    }

    #[test]
    fn whatever_is_done_in_whatever_order_it_is_a_list_of_what_was_used_last_with_times() {
        for round in 0..300 {
            let mut dice = Seed::from_word("cache").draw("operations", round, 0);
            let size = 1 + dice.below(12) as usize;
            let (mut cache, mut model) = (Cache::<u64, u64>::new(size), Model::default());
            let mut now = SimTime::ZERO;
            for operation in 0..400 {
                now = SimTime(now.0 + dice.below(3));
                let key = dice.below(20);
                match dice.below(8) {
                    0..=3 => assert_eq!(cache.get(&key, now).copied(), model.get(key, now), "{round}, {operation}"),
                    4..=5 => {
                        let until = if dice.chance(0.2) { SimTime::MAX } else { SimTime(now.0 + dice.below(40)) };
                        let gone = cache.put(key, operation, until);
                        assert_eq!(gone, model.put(size, (key, operation, until)), "{round}, {operation}");
                    }
                    6 => {
                        let there = model.0.iter().find(|(k, _, until)| *k == key && *until > now);
                        assert_eq!(cache.peek(&key, now).copied(), there.map(|(_, value, _)| *value));
                    }
                    _ => {
                        let at = model.0.iter().position(|(k, ..)| *k == key);
                        assert_eq!(cache.remove(&key), at.map(|at| model.0.remove(at).1));
                    }
                }
                assert_eq!(cache.len(), model.0.len());
                assert!(cache.len() <= size && cache.all.len() <= size, "places are used again");
            }
            // What goes next, down to the last.
            for (key, ..) in model.0 {
                assert_eq!(cache.take(cache.oldest).map(|entry| entry.key), Some(key));
            }
            assert!(cache.is_empty() && cache.take(cache.oldest).is_none());
        }
    }

    #[test]
    fn one_without_room_keeps_nothing() {
        let mut cache = Cache::new(0);
        assert_eq!((cache.put(1, 2, SimTime::MAX), cache.get(&1, SimTime::ZERO)), (None, None));
    }
}
