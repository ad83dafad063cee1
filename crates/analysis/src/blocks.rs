//! Values in order, in blocks of fixed size: nothing is moved when there are more, and the oldest block can be taken away.

use std::collections::VecDeque;

/// Values a block.
const BLOCK: usize = 1_024;

/// The values.
#[derive(Clone, Debug)]
pub struct Blocks<T> {
    /// Those that are full, and the one that is being filled.
    full: VecDeque<Vec<T>>,
    tail: Vec<T>,
    /// A block that was taken away, to be filled again.
    spare: Option<Vec<T>>,
}

impl<T> Default for Blocks<T> {
    fn default() -> Blocks<T> {
        Blocks { full: VecDeque::new(), tail: Vec::new(), spare: None }
    }
}

impl<T> Blocks<T> {
    /// Appends a value.
    #[inline]
    pub fn push(&mut self, value: T) {
        // The first one grows as it is filled: most series are short.
        if self.tail.len() == BLOCK {
            self.begin_block();
        }
        self.tail.push(value);
    }

    #[cold]
    fn begin_block(&mut self) {
        let fresh = self.spare.take().unwrap_or_else(|| Vec::with_capacity(BLOCK));
        self.full.push_back(std::mem::replace(&mut self.tail, fresh));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.full.len() * BLOCK + self.tail.len()
    }

    /// All of them.
    pub fn all(&self) -> View<'_, T> {
        View { of: self, from: 0, to: self.len() }
    }

    fn get(&self, index: usize) -> Option<&T> {
        self.full.get(index / BLOCK).unwrap_or(&self.tail).get(index % BLOCK)
    }

    /// Hands the oldest full block to `take`, if all its values are such, and gives it up. Whether it was.
    pub fn take_oldest(&mut self, are: impl Fn(&T) -> bool, take: impl FnMut(&T)) -> bool {
        let Some(oldest) = self.full.front().filter(|block| block.last().is_some_and(are)) else { return false };
        oldest.iter().for_each(take);
        if let Some(mut block) = self.full.pop_front() {
            block.clear();
            self.spare = Some(block);
        }
        true
    }
}

/// A stretch of the values.
#[derive(Debug)]
pub struct View<'a, T> {
    of: &'a Blocks<T>,
    from: usize,
    to: usize,
}

impl<T> Clone for View<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for View<'_, T> {}

impl<'a, T> View<'a, T> {
    /// How many there are.
    pub fn len(self) -> usize {
        self.to - self.from
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.to <= self.from
    }

    /// The values, in order.
    pub fn iter(self) -> impl Iterator<Item = &'a T> + Clone {
        let (first, last) = (self.from / BLOCK, self.to / BLOCK);
        let blocks =
            self.of.full.iter().chain([&self.of.tail]).enumerate().skip(first).take(last + 1 - first.min(last));
        blocks.flat_map(move |(index, block)| {
            let start = if index == first { self.from % BLOCK } else { 0 };
            let end = if index == last { self.to % BLOCK } else { block.len() };
            block.get(start..end).unwrap_or_default()
        })
    }

    /// How many of the first are such, where all that are such come first.
    pub fn partition_point(self, such: impl Fn(&T) -> bool) -> usize {
        let (mut low, mut high) = (self.from, self.to);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.of.get(middle).is_some_and(&such) { low = middle + 1 } else { high = middle }
        }
        low - self.from
    }

    /// Those from one place among them up to another.
    pub fn between(self, from: usize, to: usize) -> View<'a, T> {
        let to = self.from + to.min(self.len());
        View { of: self.of, from: (self.from + from).min(to), to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_order_from_any_stretch_and_the_oldest_can_be_taken_away() {
        let mut blocks = Blocks::default();
        (0..5_000_usize).for_each(|value| blocks.push(value));
        let read = |from, to| blocks.all().between(from, to).iter().copied().collect::<Vec<_>>();
        assert_eq!(read(1_000, 3_100), (1_000..3_100).collect::<Vec<_>>());
        assert_eq!((read(0, 1_024).len(), read(1_024, 1_024).len(), read(4_990, 9_000).len()), (1_024, 0, 10));
        assert_eq!(blocks.all().between(100, 5_000).partition_point(|value| *value < 2_500), 2_400);
        let mut taken = Vec::new();
        while blocks.take_oldest(|value| *value < 2_500, |value| taken.push(*value)) {}
        assert_eq!((taken.len(), blocks.len()), (2_048, 5_000 - 2_048), "the block of 2,500 stays whole");
        assert_eq!(blocks.all().iter().next(), Some(&2_048));
        blocks.push(5_000);
        assert_eq!(blocks.all().iter().last(), Some(&5_000));
    }
}
