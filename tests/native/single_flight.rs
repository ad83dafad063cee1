//! Single flight: one load of a key at a time, whoever goes and whenever; what a load brings is everybody's, an error too; nobody waits for ever.

use crate::program::{Log, run};
use millrace::engine::Env;
use millrace::parts::{SingleFlight, timeout};
use millrace::trace::{Outcome, SimTime, Span, StationId, StationKind, Wait};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// What a load brings: its number among all, which is an error where that is odd.
type Brought = Result<u32, u32>;

/// Somebody who wants a key: when, which one, and with how much patience, all in ns.
#[derive(Clone, Copy, Debug)]
struct Wants {
    at: u64,
    key: u32,
    patience: u64,
}

const MS: u64 = 1_000_000;

fn load_time(key: u32) -> u64 {
    (u64::from(key) * 7 + 9) * MS
}

fn brings(number: u32) -> Brought {
    if number.is_multiple_of(2) { Ok(number) } else { Err(number) }
}

/// Callers whose instants never fall together: each has steps of its own within the millisecond, and its patience others.
fn apart() -> impl Strategy<Value = Vec<Wants>> {
    proptest::collection::vec((0..40_u64, 0..3_u32, 1..60_u64), 1..40).prop_map(|all| {
        let own = |(number, (at, key, patience)): (u64, (u64, u32, u64))| Wants {
            at: at * MS + number,
            key,
            patience: patience * MS + 1_000 * (number + 1),
        };
        (1..).zip(all).map(own).collect()
    })
}

/// Callers whose instants do.
fn together() -> impl Strategy<Value = Vec<Wants>> {
    let one = (0..6_u64, 0..2_u32, 1..12_u64);
    let own = |(at, key, patience): (u64, u32, u64)| Wants { at: at * 3 * MS, key, patience: patience * 3 * MS };
    proptest::collection::vec(one.prop_map(own), 1..40)
}

/// A load that is under way in the model.
struct Flight {
    leader: usize,
    ends: u64,
    number: u32,
    followers: VecDeque<usize>,
}

/// The same by the plainest means: from one thing that happens to the next, with a list of who follows whom. What each got, and when.
fn by_the_rules(all: &[Wants]) -> BTreeMap<usize, (Option<Brought>, u64)> {
    let mut flights = BTreeMap::<u32, Flight>::new();
    let mut inside = Vec::<usize>::new();
    let mut got = BTreeMap::new();
    let mut coming: Vec<usize> = (0..all.len()).collect();
    coming.sort_by_key(|i| std::cmp::Reverse(all[*i].at));
    let mut loads = 0;
    loop {
        let comes = coming.last().map(|i| all[*i].at);
        let gives_up = inside.iter().copied().min_by_key(|i| all[*i].at + all[*i].patience);
        let ends = flights.iter().min_by_key(|(_, flight)| flight.ends).map(|(key, flight)| (*key, flight.ends));
        let due = [comes, gives_up.map(|i| all[i].at + all[i].patience), ends.map(|(_, at)| at)];
        let Some(now) = due.into_iter().flatten().min() else { return got };
        if comes == Some(now) {
            let number = coming.pop().expect("it comes");
            inside.push(number);
            let key = all[number].key;
            if let Some(flight) = flights.get_mut(&key) {
                flight.followers.push_back(number);
            } else {
                let ends = now + load_time(key);
                flights.insert(key, Flight { leader: number, ends, number: loads, followers: VecDeque::new() });
                loads += 1;
            }
        } else if let Some(number) = gives_up.filter(|i| all[*i].at + all[*i].patience == now) {
            inside.retain(|i| *i != number);
            got.insert(number, (None, now));
            let key = all[number].key;
            let flight = flights.get_mut(&key).expect("it leads or follows");
            if flight.leader != number {
                flight.followers.retain(|i| *i != number);
            } else if let Some(next) = flight.followers.pop_front() {
                (flight.leader, flight.ends, flight.number) = (next, now + load_time(key), loads);
                loads += 1;
            } else {
                flights.remove(&key);
            }
        } else if let Some((key, _)) = ends {
            let flight = flights.remove(&key).expect("it is under way");
            for number in flight.followers.into_iter().chain([flight.leader]) {
                inside.retain(|i| *i != number);
                got.insert(number, (Some(brings(flight.number)), now));
            }
        }
    }
}

/// A load that counts itself as long as it is under way: there must be no other of its key.
struct Alone(Rc<RefCell<BTreeMap<u32, u32>>>, u32);

impl Alone {
    fn begin(loading: &Rc<RefCell<BTreeMap<u32, u32>>>, key: u32) -> Alone {
        let before = loading.borrow_mut().insert(key, 1);
        assert_eq!(before.unwrap_or(0), 0, "two loads of key {key} at once");
        Alone(loading.clone(), key)
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.0.borrow_mut().insert(self.1, 0);
    }
}

/// What each of these callers got, and when; seen as a pool or not.
fn flown(all: &[Wants], is_seen: bool) -> BTreeMap<usize, (Option<Brought>, u64)> {
    let log = Log::new();
    let (told, all) = (log.clone(), all.to_vec());
    let over = run(move |env: Env| async move {
        let home = env.open_plain(StationKind::Crew, "callers");
        let flights: SingleFlight<u32, Brought> =
            if is_seen { SingleFlight::open(&env, "flights", StationId::NONE) } else { SingleFlight::new(&env) };
        let (loading, loads) = (Rc::new(RefCell::default()), Rc::new(Cell::new(0)));
        let mut tasks = Vec::new();
        for (number, wants) in all.iter().copied().enumerate() {
            let (env, flights, told) = (env.clone(), flights.clone(), told.clone());
            let (loading, loads) = (loading.clone(), loads.clone());
            tasks.push(env.clone().spawn_at("caller", home, async move {
                env.sleep_until(SimTime(wants.at), Wait::Sleep).await;
                let job = env.job();
                let load = || async {
                    let alone = Alone::begin(&loading, wants.key);
                    let own = loads.replace(loads.get() + 1);
                    env.sleep(Span(load_time(wants.key))).await;
                    drop(alone);
                    brings(own)
                };
                let got = timeout(&env, Span(wants.patience), flights.load_for(&job, wants.key, load)).await.ok();
                told.push((number, got, env.now().0));
                job.leave(Outcome::Completed);
            }));
        }
        for task in tasks {
            task.await;
        }
        assert_eq!(flights.under_way(), 0, "a flight that nobody is on");
    });
    assert_eq!(over.ledger.tally.in_system, 0);
    log.all().into_iter().map(|(number, got, at)| (number, (got, at))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn who_gets_what_and_when_is_as_by_the_plainest_rules_whoever_gives_up(all in apart(), is_seen: bool) {
        prop_assert_eq!(flown(&all, is_seen), by_the_rules(&all));
    }

    #[test]
    fn one_load_of_a_key_at_every_instant_and_nobody_waits_beyond_their_patience_whoever_goes_together(all in together()) {
        let got = flown(&all, true);
        prop_assert_eq!(got.len(), all.len());
        for (number, (brought, at)) in got {
            let Wants { at: came, key, patience } = all[number];
            prop_assert!(at <= came + patience);
            prop_assert!(brought.is_some() || at == came + patience, "{number} gave up early");
            // Whoever waits as long as two loads take, the second begun when the first was given up, is not failed by one who goes alone.
            let others = all.iter().filter(|other| other.key == key).count();
            prop_assert!(others > 1 || patience < load_time(key) || brought.is_some());
        }
    }
}

#[test]
fn a_thousand_who_miss_one_key_at_once_are_one_load_and_all_get_its_own_error() {
    for fails in [false, true] {
        let (loads, log) = (Rc::new(Cell::new(0)), Log::new());
        let (counted, told) = (loads.clone(), log.clone());
        run(move |env: Env| async move {
            let flights = SingleFlight::<&str, Result<u32, &str>>::new(&env);
            let tasks: Vec<_> = (0..1_000)
                .map(|_| {
                    let (env, flights, loads, told) = (env.clone(), flights.clone(), counted.clone(), told.clone());
                    env.clone().spawn("caller", async move {
                        let load = || async {
                            loads.set(loads.get() + 1);
                            env.sleep(Span::millis(50)).await;
                            if fails { Err("no such key") } else { Ok(7) }
                        };
                        told.push((flights.load("k1", load).await, env.now().0));
                    })
                })
                .collect();
            for task in tasks {
                task.await;
            }
            // An error is not kept: who comes now loads anew.
            assert_eq!(flights.load("k1", || async { Ok(8) }).await, Ok(8));
        });
        let wanted = if fails { Err("no such key") } else { Ok(7) };
        assert_eq!((loads.get(), log.all()), (1, vec![(wanted, 50 * MS); 1_000]));
    }
}

#[test]
fn a_leader_that_goes_fails_nobody_and_the_first_who_followed_loads() {
    let ms = |at: u64, patience: u64| Wants { at: at * MS + 1, key: 0, patience: patience * MS };
    // 9 ms for a load: the first gives up after 5, the second would have the value at 14.
    let got = flown(&[ms(0, 5), ms(2, 100), ms(3, 100)], true);
    assert_eq!(got[&0], (None, 5 * MS + 1));
    assert_eq!((got[&1], got[&2]), ((Some(Err(1)), 14 * MS + 1), (Some(Err(1)), 14 * MS + 1)));
}
