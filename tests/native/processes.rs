//! The way of a process to its end, against a plain reckoning of who is over when: tasks end with their part and with the process, in time or cut off.

use crate::program::{Log, run};
use millrace::engine::Env;
use millrace::parts::{Ends, Parts, Process, WaitGroup, timeout};
use millrace::spec::PartState;
use millrace::trace::{EventKind, SimTime, Span};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A quarter of a millisecond: tasks end at two of four, deadlines at whole ones, and patience at one of four, so nothing falls into one instant.
const Q: u64 = 250_000;

/// When a task ends that takes so many milliseconds.
fn ends_at(takes: u64) -> u64 {
    4 * takes + 2
}
const NAMES: [&str; 3] = ["first", "second", "third"];

/// A process whose parts have nothing but tasks.
struct Plain {
    parts: Parts,
    under_way: [WaitGroup; NAMES.len()],
    cut: Log<usize>,
}

impl Plain {
    fn open(env: &Env, cut: &Log<usize>) -> Rc<Plain> {
        let parts = Parts::open(env, env.station(), &NAMES);
        Rc::new(Plain { parts, under_way: NAMES.map(|_| WaitGroup::new(env)), cut: cut.clone() })
    }
}

impl Process for Plain {
    fn parts(&self) -> &Parts {
        &self.parts
    }

    async fn close(&self, part: usize) {
        self.under_way[part].wait().await;
    }

    fn cut(&self, part: usize) {
        self.cut.push(part);
    }
}

/// A task that says as it is dropped whether it came to its end.
struct Told {
    name: (usize, usize),
    is_over: bool,
    log: Log<(usize, usize, bool)>,
}

impl Drop for Told {
    fn drop(&mut self) {
        self.log.push((self.name.0, self.name.1, self.is_over));
    }
}

fn parts() -> impl Strategy<Value = Vec<Vec<u64>>> {
    prop::collection::vec(prop::collection::vec(0..60_u64, 0..90), NAMES.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_task_ends_by_itself_or_with_its_part_or_with_the_process_and_none_outlives_it(
        parts in parts(),
        order in Just(vec![0_usize, 1, 2]).prop_shuffle(),
        stopped in 0..4_usize,
        at in 0..40_u64,
        grace in 0..50_u64,
        patience in 1..120_u64,
    ) {
        let order: Vec<usize> = order.into_iter().take(stopped).collect();
        let (asked, deadline, patience) = (4 * at, 4 * (at + grace), 4 * (at + patience) + 1);
        // When each part is over: by itself, or at the deadline.
        let (mut now, mut ends) = (asked, [u64::MAX; NAMES.len()]);
        for &part in &order {
            let last = parts[part].iter().copied().map(ends_at).max().unwrap_or(0).max(now);
            now = last.min(deadline);
            ends[part] = now;
        }
        // It is gone then, or when whoever ran it has had enough.
        let is_over = now < patience;
        let gone = now.min(patience);
        let (log, cut) = (Log::new(), Log::new());
        let (told, inner, own, all) = (log.clone(), cut.clone(), order.clone(), parts.clone());
        let over = run(move |env| async move {
            let process = Plain::open(&env, &inner);
            let ends = Ends(process.clone());
            for (part, tasks) in all.iter().enumerate() {
                for (number, takes) in tasks.iter().copied().enumerate() {
                    let told = told.clone();
                    let under_way = process.under_way[part].under_way();
                    let mut task = Told { name: (part, number), is_over: false, log: told };
                    let sleeps = env.sleep(Span(ends_at(takes) * Q));
                    process.parts.start(part, "task", process.parts.at(part), async move {
                        sleeps.await;
                        task.is_over = true;
                        drop((under_way, task));
                    });
                }
            }
            let (looks, comes) = (env.clone(), env.clone());
            process.parts.looks("looks", env.station(), async move { looks.sleep(Span::secs(3_600)).await });
            process.parts.comes("comes", env.station(), async move { comes.sleep(Span::secs(3_600)).await });
            env.sleep(Span(asked * Q)).await;
            let left = Span((patience - asked) * Q);
            let _ = timeout(&env, left, process.shut_down(Span::millis(grace), own.into_iter())).await;
            drop(ends);
        });
        prop_assert!(over.run.now() <= SimTime(gone * Q), "{:?} after {gone} quarters", over.run.now());
        let seen: BTreeSet<(usize, usize, bool)> = log.all().into_iter().collect();
        let mut wanted = BTreeSet::new();
        for (part, tasks) in parts.iter().enumerate() {
            for (number, takes) in tasks.iter().enumerate() {
                wanted.insert((part, number, ends_at(*takes) <= ends[part].min(gone)));
            }
        }
        prop_assert_eq!(seen, wanted);
        // A part is cut off once where its time is over, and all of them are with the process: when it is gone, and when whoever ran it goes.
        let late = order.iter().filter(|part| parts[**part].iter().any(|takes| ends_at(*takes) > ends[**part])).count();
        if is_over {
            prop_assert_eq!(cut.all().len(), late + 2 * NAMES.len());
        }
        let left = over.pick(|event| match event.kind {
            EventKind::Stated { state, .. } => Some(over.run.trace().name(state).to_owned()),
            _ => None,
        });
        let count = |state: PartState| left.iter().filter(|word| *word == state.word()).count();
        if is_over {
            prop_assert_eq!(count(PartState::Forced), late);
            prop_assert_eq!(count(PartState::Left), NAMES.len() - order.len());
        }
    }
}

#[test]
fn of_many_tasks_that_came_and_went_few_are_kept() {
    run(|env| async move {
        let process = Plain::open(&env, &Log::new());
        let _ends = Ends(process.clone());
        for _ in 0..40 {
            for _ in 0..50 {
                process.parts.start(0, "task", env.station(), std::future::ready(()));
            }
            env.sleep(Span::millis(1)).await;
        }
        assert!(format!("{:?}", process.parts).starts_with("Parts(Shutdown(3 parts"));
        assert!(process.parts.kept(0) < 200, "{} of 2,000", process.parts.kept(0));
    });
}
