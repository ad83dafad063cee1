//! What a car has still to do, counted as section 2.3 of the reference counts it.

use millrace::patterns::elevator::{Direction, Directions, Floor};
use proptest::prelude::*;
use std::collections::BTreeMap;

const BOTH: [Direction; 2] = [Direction::Up, Direction::Down];

/// Opens the doors, with room for everybody.
fn flush(directions: &mut Directions, direction: Direction, floor: i32) {
    directions.flush(direction, Floor(floor), |_| true);
}

#[test]
fn a_pickup_counts_twice_a_drop_off_once_and_what_is_done_not_at_all() {
    let mut directions = Directions::default();
    directions.append(Direction::Up, Floor(0), Floor(5));
    assert_eq!(directions.length(), 2);
    flush(&mut directions, Direction::Up, 0);
    assert_eq!(directions.length(), 1);
    flush(&mut directions, Direction::Up, 5);
    assert_eq!((directions.length(), directions.is_idle()), (0, true));
}

#[test]
fn the_counts_of_the_originals_own_tests() {
    let mut directions = Directions::default();
    directions.append(Direction::Up, Floor(1), Floor(3));
    directions.append(Direction::Up, Floor(1), Floor(5));
    assert_eq!(directions.length_of(Direction::Up), 3);
    flush(&mut directions, Direction::Up, 1);
    assert_eq!(directions.length_of(Direction::Up), 2);

    let mut directions = Directions::default();
    directions.append(Direction::Up, Floor(1), Floor(3));
    directions.append(Direction::Down, Floor(2), Floor(4));
    assert_eq!(directions.length(), 4);
    flush(&mut directions, Direction::Up, 1);
    flush(&mut directions, Direction::Down, 2);
    assert_eq!(directions.length(), 2);
}

/// The reference's two maps as lists that are searched from the front: nothing here is shared with what is tested.
#[derive(Debug, Default)]
struct Lists([Vec<(i32, Vec<i32>)>; 2]);

impl Lists {
    fn append(&mut self, way: usize, from: i32, to: i32) {
        match self.0[way].iter_mut().find(|(floor, _)| *floor == from) {
            Some((_, destinations)) => destinations.push(to),
            None => self.0[way].push((from, vec![to])),
        }
    }

    fn flush(&mut self, way: usize, at: i32) {
        let Some(index) = self.0[way].iter().position(|(floor, _)| *floor == at) else { return };
        for to in self.0[way][index].1.clone() {
            if !self.0[way].iter().any(|(floor, _)| *floor == to) {
                self.0[way].push((to, Vec::new()));
            }
        }
        self.0[way].retain(|(floor, _)| *floor != at);
    }

    fn length(&self, way: usize) -> u32 {
        self.0[way].iter().map(|(_, destinations)| 1 + destinations.len() as u32).sum()
    }

    fn map(&self, way: usize) -> BTreeMap<Floor, Vec<Floor>> {
        let floors = |list: &Vec<i32>| list.iter().copied().map(Floor).collect();
        self.0[way].iter().map(|(floor, destinations)| (Floor(*floor), floors(destinations))).collect()
    }
}

proptest! {
    #[test]
    fn any_history_leaves_the_maps_and_counts_of_the_reference(
        history in proptest::collection::vec((0..2_usize, proptest::bool::ANY, 0..8_i32, 0..8_i32), 0..60)
    ) {
        let (mut directions, mut lists) = (Directions::default(), Lists::default());
        for (way, appends, from, to) in history {
            if appends && from != to {
                directions.append(BOTH[way], Floor(from), Floor(to));
                lists.append(way, from, to);
            } else {
                flush(&mut directions, BOTH[way], from);
                lists.flush(way, from);
            }
            for (way, direction) in BOTH.into_iter().enumerate() {
                let kept: BTreeMap<_, _> = directions.of(direction).clone().into_iter().collect();
                prop_assert_eq!(kept, lists.map(way));
                prop_assert_eq!(directions.length_of(direction), lists.length(way));
                prop_assert_eq!(directions.has(direction), !lists.0[way].is_empty());
                let stop = |floor: &i32| directions.stops_at(direction, Floor(*floor));
                let floors: Vec<i32> = lists.0[way].iter().map(|(floor, _)| *floor).collect();
                prop_assert!((0..8).filter(stop).all(|floor| floors.contains(&floor)));
                prop_assert_eq!(directions.lowest(direction), floors.iter().min().copied().map(Floor));
                prop_assert_eq!(directions.highest(direction), floors.iter().max().copied().map(Floor));
                prop_assert_eq!(
                    directions.holds(direction, Floor(from), Floor(to)),
                    lists.0[way].iter().any(|(floor, list)| *floor == from && list.contains(&to))
                );
            }
            prop_assert_eq!(directions.length(), lists.length(0) + lists.length(1));
        }
    }
}
