//! Stable sorting for lists that are sorted now and then, with one sort for all of them: std's is built anew for each type, which is
//! 4 KB of the page each time. (Collecting into a `BTreeMap` sorts too; extending an empty one does not.) Where a run or a fold sorts
//! often or much, std's is right.

use std::cmp::Ordering;

/// Sorts by a key. What has the same key keeps its order.
pub fn sort_by_key<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(list, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by a comparison. What is equal keeps its order.
pub fn sort_by<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut from = order(list.len(), &|a, b| match (list.get(a), list.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    // Each place takes what belongs there and leaves what it had to the next place of the same circle.
    for start in 0..list.len() {
        let mut place = start;
        while let Some(next) = from
            .get_mut(place)
            .map(|from| std::mem::replace(from, place))
            .filter(|next| *next != start && *next != place)
        {
            list.swap(place, next);
            place = next;
        }
    }
}

/// The numbers from 0 on, sorted.
fn order(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut from: Vec<usize> = (0..len).collect();
    from.sort_by(|a, b| compare(*a, *b));
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_as_std_does_and_keeps_the_order_of_equals() {
        let mut seed = 7_u64;
        for len in 0..200 {
            let mut list: Vec<(u64, usize)> = (0..len)
                .map(|i| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (seed >> 61, i)
                })
                .collect();
            let mut expected = list.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort_by_key(&mut list, |(key, _)| *key);
            assert_eq!(list, expected);
        }
    }
}
