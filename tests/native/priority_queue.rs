//! A queue by class: who goes first, who is let in, that nobody starves, and that whoever gives up leaves nothing behind. And what it is used with: a bucket
//! that begins empty, a crew that grows and shrinks, a batch whose time begins with its first item.

use crate::program::{Log, run};
use millrace::engine::{Env, Task};
use millrace::parts::{
    Allowance, Batcher, BatcherSettings, Crew, Decision, Limiter, LimiterSettings, PriorityQueue,
    PriorityQueueSettings, Watch,
};
use millrace::spec::risen;
use millrace::spec::{Flush, LimiterRule};
use millrace::trace::{SimTime, Span, StationKind};
use proptest::prelude::*;
use std::collections::BTreeMap;

const MS: u64 = 1_000_000;
const RAILS: [(&str, u32); 2] = [("first", 2), ("second", 3)];
const OVERFLOW: u32 = 3;

fn open(env: &Env, age: Span) -> PriorityQueue<u32> {
    PriorityQueue::open(env, "queue", PriorityQueueSettings { rails: &RAILS, classes: 3, overflow: OVERFLOW, age })
}

/// What is done with a queue, a millisecond after the one before.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Offers(usize),
    /// Waits for room if it has to.
    Puts(usize),
    /// Of those who wait for room the one at this place, by turns, gives up.
    GivesUp(usize),
    /// Of those who are in it the one at this place, by turns, does not want to wait any longer.
    Withdraws(usize),
    Takes,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0..4_usize).prop_map(Deed::Offers),
        2 => (0..4_usize).prop_map(Deed::Puts),
        1 => (0..8_usize).prop_map(Deed::GivesUp),
        1 => (0..16_usize).prop_map(Deed::Withdraws),
        4 => Just(Deed::Takes),
    ]
}

/// The same in the plainest way: all who are in, in the order of coming, and all who wait for room.
#[derive(Default)]
struct Model {
    inside: Vec<(usize, u64, u32)>,
    outside: Vec<(usize, u32)>,
    came: u64,
}

impl Model {
    /// Whether there is room for one more of a class: on its rail, or beyond the rails in the overflow.
    fn has_room(&self, class: usize) -> bool {
        let of = |class: usize| self.inside.iter().filter(|(own, ..)| *own == class).count();
        let rail = |class: usize| RAILS.get(class).map_or(0, |(_, room)| *room as usize);
        let beyond: usize = (0..3).map(|class| of(class).saturating_sub(rail(class))).sum();
        of(class) < rail(class) || beyond < OVERFLOW as usize
    }

    fn enters(&mut self, class: usize, now: u64, item: u32) -> bool {
        let fits = self.has_room(class);
        if fits {
            self.inside.push((class, now, item));
        }
        fits
    }

    fn takes(&mut self, now: u64, age: u64) -> Option<u32> {
        let counts_as = |(class, since, _): &(usize, u64, u32)| match (now - since).checked_div(age) {
            Some(steps) => class.saturating_sub(steps as usize),
            None => *class,
        };
        // Of those that count as the same whoever came first is first in the list.
        let next = (0..self.inside.len()).min_by_key(|index| (counts_as(&self.inside[*index]), *index))?;
        Some(self.leaves(next, now))
    }

    /// One that is in leaves, whoever it is.
    fn leaves(&mut self, place: usize, now: u64) -> u32 {
        let (class, _, item) = self.inside.remove(place);
        // The room is for one of that class who waits, or else for whoever fits, the highest first.
        let order = std::iter::once(class).chain(0..3);
        for class in order {
            let waits = self.outside.iter().position(|(own, _)| *own == class);
            if let Some(waits) = waits.filter(|_| self.has_room(class)) {
                let (class, item) = self.outside.remove(waits);
                self.enters(class, now, item);
                break;
            }
        }
        item
    }
}

async fn does(env: Env, deeds: Vec<Deed>, age: u64, found: Log<(Option<u32>, usize)>) {
    let queue = open(&env, Span(age * MS));
    let at = env.open_plain(StationKind::Worker, "taker");
    let mut model = Model::default();
    let mut puts: BTreeMap<u32, Task<()>> = BTreeMap::new();
    for (number, deed) in deeds.into_iter().enumerate() {
        env.sleep(Span(MS)).await;
        let (now, item) = (env.now().0 / MS, number as u32);
        match deed {
            Deed::Offers(class) => {
                let is_in = model.enters(class.min(2), now, item);
                assert_eq!(queue.offer(item, class), if is_in { Ok(()) } else { Err(item) }, "deed {number}");
            }
            Deed::Puts(class) => {
                let inner = queue.clone();
                puts.insert(item, env.spawn("put", async move { inner.put(item, class).await }));
                if !model.enters(class.min(2), now, item) {
                    model.outside.push((class.min(2), item));
                }
            }
            Deed::GivesUp(place) if !model.outside.is_empty() => {
                let (_, item) = model.outside.remove(place % model.outside.len());
                drop(puts.remove(&item).expect("it waits"));
            }
            Deed::GivesUp(_) => {}
            Deed::Withdraws(place) if !model.inside.is_empty() => {
                let place = place % model.inside.len();
                let (class, _, wanted) = model.inside[place];
                assert_eq!(
                    queue.withdraw(class, |item| *item == wanted),
                    Some(model.leaves(place, now)),
                    "deed {number}"
                );
                assert_eq!(queue.withdraw(class, |item| *item == wanted), None, "deed {number}");
            }
            Deed::Withdraws(_) => {}
            Deed::Takes => {
                let taken = queue.take(at).map(|taken| taken.item);
                assert_eq!(taken, model.takes(now, age), "deed {number}");
                found.push((taken, queue.len()));
            }
        }
        env.turn().await;
        env.turn().await;
        assert_eq!(queue.len(), model.inside.len(), "deed {number}");
        model.came += 1;
    }
    // Whoever waits for room gets it as others go: nobody waits for ever.
    while let Some(taken) = queue.take(at) {
        assert_eq!(Some(taken.item), model.takes(env.now().0 / MS, age));
    }
    assert!(model.outside.is_empty() && model.inside.is_empty());
    for (_, put) in puts {
        put.await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_with_it_who_goes_first_is_as_the_rules_say(
        deeds in proptest::collection::vec(deed(), 1..120),
        age in prop_oneof![Just(0_u64), 1..40_u64],
    ) {
        let found = Log::new();
        run(|env| does(env, deeds, age, found));
    }
}

#[test]
fn under_an_endless_stream_of_others_one_waits_until_it_has_risen_and_for_those_who_were_there_before() {
    let waited = Log::new();
    let found = waited.clone();
    run(|env| async move {
        let queue = open(&env, Span(50 * MS));
        let at = env.open_plain(StationKind::Worker, "taker");
        queue.offer(0, 2).expect("room");
        queue.offer(1, 0).expect("room");
        // One of the highest class comes with each that goes.
        for number in 2..400 {
            env.sleep(Span(MS)).await;
            queue.offer(number, 0).expect("room");
            let taken = queue.take(at).expect("somebody");
            if taken.item == 0 {
                found.push((env.now(), taken.class, taken.counts_as));
                break;
            }
        }
    });
    // Twice 50 ms, and then it was there first.
    assert_eq!(waited.all(), [(SimTime(100 * MS), 2, 0)]);
    assert_eq!(
        (risen(2, Span(49), Span(50)), risen(2, Span(50), Span(50)), risen(2, Span(1_000), Span(50))),
        (2, 1, 0)
    );
    assert_eq!(risen(3, Span(u64::MAX), Span::ZERO), 3);
}

#[test]
fn a_bucket_that_begins_empty_has_its_first_token_after_one_interval_and_never_more_than_its_burst() {
    let went = Log::new();
    let found = went.clone();
    run(|env| async move {
        let allowance = Allowance { limit: 100, per: Span::secs(1), burst: 5, log_refused: false };
        let settings = LimiterSettings { rule: LimiterRule::TokenBucket, allowance, waits: true, max_wait: None };
        let limiter = Limiter::open(&env, "tokens", settings).starting_empty();
        for number in 0..20 {
            if number == 10 {
                env.sleep(Span::secs(1)).await;
            }
            if let Decision::Wait(turn) = limiter.ask(1) {
                turn.await;
            }
            found.push(env.now().0 / MS);
        }
    });
    let first: Vec<u64> = (1..=10).map(|n| n * 10).collect();
    assert_eq!(went.all()[..10], first);
    // After a rest five at once, and one by one from then on.
    assert_eq!(went.all()[10..], [1_100, 1_100, 1_100, 1_100, 1_100, 1_110, 1_120, 1_130, 1_140, 1_150]);
}

#[test]
fn a_crew_grows_and_shrinks_and_the_next_who_is_hired_takes_the_place_that_is_free() {
    let seen = Log::new();
    let found = seen.clone();
    let over = run(|env| async move {
        // Who is above the number leaves.
        let most = Watch::new(&env, 9_u32);
        let (inner, told) = (most.clone(), found.clone());
        let crew = Crew::start(&env, "crew", "worker", 3, move |worker| {
            let (most, told) = (inner.clone(), told.clone());
            async move {
                told.push((worker.number, true));
                most.until(|most| most < worker.number).await;
                told.push((worker.number, false));
            }
        });
        env.sleep(Span(MS)).await;
        assert_eq!(crew.hire(), 4);
        assert_eq!(crew.numbers(), [1, 2, 3, 4]);
        env.sleep(Span(MS)).await;
        crew.let_go(4);
        crew.let_go(3);
        assert_eq!(crew.numbers(), [1, 2]);
        most.set(2);
        env.sleep(Span(MS)).await;
        most.set(9);
        assert_eq!((crew.hire(), crew.hire(), crew.hire()), (3, 4, 5));
        assert_eq!(crew.size(), 5);
        env.sleep(Span(MS)).await;
        // The end of those who were let go was not the end of the crew.
        most.set(0);
        crew.join().await;
    });
    let at = |number: u32| {
        seen.all().into_iter().filter(|(own, _)| *own == number).map(|(_, is_there)| is_there).collect::<Vec<bool>>()
    };
    assert_eq!([at(1), at(3), at(5)], [vec![true, false], vec![true, false, true, false], vec![true, false]]);
    assert_eq!(over.ledger.stations.iter().filter(|row| row.kind == StationKind::Worker).count(), 6, "and home");
}

#[test]
fn the_time_of_a_batch_may_begin_with_its_first_item() {
    let went: Log<(u64, usize, Flush)> = Log::new();
    let found = went.clone();
    run(|env| async move {
        let to = env.open_plain(StationKind::Crew, "to");
        let settings = BatcherSettings { size: 3, interval: Span(50 * MS), restarts: false, from_first: true };
        let batcher = Batcher::open(&env, "batch", to, settings);
        let (inner, clock) = (batcher.clone(), env.clone());
        let taker = env.spawn("taker", async move {
            while let Some(batch) = inner.next().await {
                found.push((clock.now().0 / MS, batch.items.len(), batch.why));
            }
        });
        for gap in [70, 10, 100, 1, 1, 1, 200] {
            env.sleep(Span(gap * MS)).await;
            let _in = batcher.add(env.job_at(to));
        }
        batcher.exhaust();
        taker.await;
    });
    let expected =
        [(120, 2, Flush::Interval), (182, 3, Flush::Size), (233, 1, Flush::Interval), (433, 1, Flush::Interval)];
    assert_eq!(went.all(), expected);
}
