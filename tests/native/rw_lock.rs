//! The read-write lock: that a writer is alone inside, who goes first with each preference, that nothing is left behind by whoever gives up,
//! and that a reader which asks again while a writer waits stands still and says so.

use crate::coordination::detail;
use crate::pool::{PHONE, WIDE, seen};
use crate::program::{follow, follow_scenario, run, run_any};
use crate::promises::hold_with;
use millrace::engine::{Env, Job, Progress};
use millrace::parts::{Prefer, RwLock, timeout};
use millrace::patterns;
use millrace::session::Scenario;
use millrace::trace::{Cursor, Ledger, Outcome, SimTime, Span, StationKind, Wait};
use millrace::view::scene::{draw, items};
use millrace::view::{Shape, text};
use proptest::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

const MS: Span = Span::millis(1);

const PREFERENCES: [Prefer; 3] = [Prefer::Fair, Prefer::Readers, Prefer::Writers];

/// Who comes with the lock in mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Reader,
    Writer,
}

use Role::{Reader, Writer};

/// They come a millisecond apart, and each has the lock for 10 ms: the instants in milliseconds at which they got it.
fn got_it(prefer: Prefer, callers: &'static [Role]) -> Vec<(usize, u64)> {
    let log = Rc::new(RefCell::new(Vec::new()));
    let told = log.clone();
    run(move |env| async move {
        let lock = RwLock::new(&env, 10, prefer);
        for (number, role) in callers.iter().copied().enumerate() {
            let (inner, lock, told) = (env.clone(), lock.clone(), told.clone());
            let caller = async move {
                inner.sleep(Span::millis(number as u64)).await;
                let held = match role {
                    Reader => lock.read().await,
                    Writer => lock.write().await,
                };
                told.borrow_mut().push((number, inner.now().0 / 1_000_000));
                inner.sleep(Span::millis(10)).await;
                drop(held);
            };
            env.spawn("caller", caller).detach();
        }
        env.sleep(Span::millis(200)).await;
        assert_eq!((lock.held(), lock.waiting()), (0, 0));
    });
    log.take()
}

#[test]
fn a_writer_waits_for_the_readers_inside_and_no_others_and_preferences_change_that() {
    const CALLERS: &[Role] = &[Reader, Reader, Writer, Reader, Writer, Reader];
    // The writer goes when the second reader is done, at 11 ms; who came after it waits for it.
    assert_eq!(got_it(Prefer::Fair, CALLERS), [(0, 0), (1, 1), (2, 11), (3, 21), (4, 31), (5, 41)]);
    // Readers go past both writers, and the last of them is done at 15 ms.
    assert_eq!(got_it(Prefer::Readers, CALLERS), [(0, 0), (1, 1), (3, 3), (5, 5), (2, 15), (4, 25)]);
    // Both writers go before the readers that came after the first of them.
    assert_eq!(got_it(Prefer::Writers, CALLERS), [(0, 0), (1, 1), (2, 11), (4, 21), (3, 31), (5, 31)]);
}

#[test]
fn when_a_writer_that_waits_gives_up_the_readers_behind_it_go_in_at_that_instant() {
    for prefer in [Prefer::Fair, Prefer::Writers] {
        run(move |env| async move {
            let lock = RwLock::new(&env, 4, prefer);
            let reading = lock.read().await;
            let writes = lock.clone();
            let writer = env.spawn("writer", async move { drop(writes.write().await) });
            env.turn().await;
            let reads = lock.clone();
            let reader = env.spawn("reader", async move { drop(reads.read().await) });
            env.turn().await;
            assert_eq!(lock.waiting(), 2, "{prefer:?}");
            let at = env.now();
            drop(writer);
            reader.await;
            assert_eq!((env.now(), lock.held(), lock.waiting()), (at, 1, 0), "{prefer:?}");
            drop(reading);
        });
    }
}

/// A task that reads, and asks to read again after 5 ms, when a writer waits.
async fn reads_again(env: Env, prefer: Prefer) {
    let lock = RwLock::open(&env, "lock", 4, prefer);
    let reading = lock.read().await;
    let writes = lock.clone();
    let writer = env.spawn("writer", async move { drop(writes.write().await) });
    env.sleep(Span::millis(5)).await;
    let again = lock.read().await;
    drop((again, reading));
    writer.await;
}

#[test]
fn a_reader_that_reads_again_while_a_writer_waits_stands_still_and_the_run_says_where_both_wait() {
    for prefer in [Prefer::Fair, Prefer::Writers] {
        let over = run_any(move |env| reads_again(env, prefer));
        let Progress::Deadlock(waiting) = &over.progress else { panic!("{:?}", over.progress) };
        assert_eq!(waiting.len(), 2);
        for task in waiting {
            assert_eq!((task.what, task.waiting_on.as_str()), (Some(Wait::Acquire), "lock.acquire"), "{prefer:?}");
        }
    }
    // A reader that waits for no writer that waits cannot be held up by one.
    run(|env| reads_again(env, Prefer::Readers));
}

/// The lock in the plainest way: who waits in the order of coming, and who is inside.
struct Model {
    prefer: Prefer,
    waiting: Vec<(usize, Role)>,
    inside: Vec<(usize, Role)>,
}

impl Model {
    fn may_enter(&self, role: Role) -> bool {
        match role {
            Reader => self.inside.iter().all(|(_, inside)| *inside == Reader),
            Writer => self.inside.is_empty(),
        }
    }

    fn next(&self) -> Option<usize> {
        let first = |role: Role| self.waiting.iter().position(|(_, other)| *other == role);
        let preferred = match self.prefer {
            Prefer::Fair => (!self.waiting.is_empty()).then_some(0),
            Prefer::Readers => first(Reader).or(first(Writer)),
            Prefer::Writers => first(Writer).or(first(Reader)),
        };
        preferred.filter(|place| self.may_enter(self.waiting[*place].1))
    }

    fn serve(&mut self) {
        while let Some(place) = self.next() {
            let who = self.waiting.remove(place);
            self.inside.push(who);
        }
    }

    fn go(&mut self, who: usize) {
        self.waiting.retain(|(other, _)| *other != who);
        self.inside.retain(|(other, _)| *other != who);
        self.serve();
    }
}

/// What is done in a random program: somebody comes, or one of those who came goes, whatever it is at.
#[derive(Clone, Copy, Debug)]
enum Step {
    Come(Role),
    Go(usize),
    Turn,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Come(Reader)),
        2 => Just(Step::Come(Writer)),
        4 => (0..30_usize).prop_map(Step::Go),
        1 => Just(Step::Turn),
    ]
}

/// A count of those inside that whoever is dropped inside takes itself out of.
struct Inside(Rc<Cell<u32>>);

impl Inside {
    fn enter(count: &Rc<Cell<u32>>) -> Inside {
        count.set(count.get() + 1);
        Inside(count.clone())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Takes the lock for a job and has it for a time; counted is who is inside, and a writer must be alone.
async fn has_it(env: &Env, lock: &RwLock, job: &Job, role: Role, stays: Span, counts: &[Rc<Cell<u32>>; 2]) {
    let [readers, writers] = counts;
    let (held, count) = match role {
        Reader => (lock.read_for(job).await, readers),
        Writer => (lock.write_for(job).await, writers),
    };
    let inside = Inside::enter(count);
    assert!(writers.get() == 0 || (writers.get() == 1 && readers.get() == 0), "somebody is inside with a writer");
    env.sleep(stays).await;
    drop(inside);
    drop(held);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn over_random_programs_those_are_inside_who_are_in_the_model(
        prefer in 0..3_usize,
        steps in proptest::collection::vec(any_step(), 1..60),
    ) {
        let prefer = PREFERENCES[prefer];
        run(move |env| async move {
            let lock = RwLock::open(&env, "lock", 60, prefer);
            let home = env.open_plain(StationKind::Crew, "callers");
            let counts = [Rc::new(Cell::new(0)), Rc::new(Cell::new(0))];
            let mut model = Model { prefer, waiting: Vec::new(), inside: Vec::new() };
            let mut tasks = Vec::new();
            for step in steps {
                match step {
                    Step::Come(role) => {
                        let number = tasks.len();
                        let (inner, lock, counts) = (env.clone(), lock.clone(), counts.clone());
                        tasks.push(Some(env.spawn_at("caller", home, async move {
                            let job = inner.job();
                            has_it(&inner, &lock, &job, role, Span::secs(3_600), &counts).await;
                        })));
                        env.sleep(MS).await;
                        model.waiting.push((number, role));
                        model.serve();
                    }
                    Step::Go(number) => {
                        if let Some(task) = tasks.get_mut(number).and_then(Option::take) {
                            drop(task);
                            model.go(number);
                        }
                    }
                    Step::Turn => env.turn().await,
                }
                let of = |role: Role| model.inside.iter().filter(|(_, inside)| *inside == role).count() as u32;
                let held = if of(Writer) > 0 { 60 } else { of(Reader) };
                assert_eq!((lock.held(), lock.waiting()), (held, model.waiting.len()));
            }
            // Whoever was let in has run by now, and is counted inside.
            env.sleep(MS).await;
            let of = |role: Role| model.inside.iter().filter(|(_, inside)| *inside == role).count() as u32;
            assert_eq!((counts[0].get(), counts[1].get()), (of(Reader), of(Writer)));
            drop(tasks);
            assert_eq!((lock.held(), lock.waiting()), (0, 0), "something was left behind");
        });
    }

    /// Whoever gives up or is cancelled at whatever instant: a writer is alone, and the lock is free at the end.
    #[test]
    fn whoever_gives_up_a_writer_is_alone_and_the_lock_is_free_at_the_end(
        prefer in 0..3_usize,
        callers in proptest::collection::vec((any::<bool>(), 0..20_u64, 0..8_u64, 1..25_u64), 1..16),
    ) {
        run(move |env| async move {
            let lock = RwLock::open(&env, "lock", 16, PREFERENCES[prefer]);
            let home = env.open_plain(StationKind::Crew, "callers");
            let counts = [Rc::new(Cell::new(0)), Rc::new(Cell::new(0))];
            for (writes, comes, stays, patience) in callers {
                let (inner, lock, counts) = (env.clone(), lock.clone(), counts.clone());
                let role = if writes { Writer } else { Reader };
                env.spawn_at("caller", home, async move {
                    inner.sleep(Span::millis(comes)).await;
                    let job = inner.job();
                    // Cancelled while it waits, when it was let in and has not run, or inside.
                    let has = has_it(&inner, &lock, &job, role, Span::millis(stays), &counts);
                    let _ = timeout(&inner, Span::millis(patience), has).await;
                    job.leave(Outcome::Completed);
                }).detach();
            }
            env.sleep(Span::millis(300)).await;
            assert_eq!((lock.held(), lock.waiting(), counts[0].get(), counts[1].get()), (0, 0, 0, 0));
        });
    }
}

// The pattern.

fn waits(told: &serde_json::Map<String, serde_json::Value>, of: &str, what: &str) -> u64 {
    told[of][what].as_u64().unwrap_or(0)
}

#[test]
fn nobody_meets_a_writer_inside_and_as_many_read_at_once_as_the_run_says() {
    for link in ["rw-lock?turns=30", "rw-lock?turns=30&prefer=readers", "rw-lock?turns=30&prefer=writers"] {
        let told = detail(link);
        assert_eq!(told["overlaps"], 0, "{link}");
        // Counted anew, from who is inside at the end of every instant.
        let session = follow(link);
        let trace = session.run().trace();
        let (mut ledger, mut cursor, mut peak) = (Ledger::new(), Cursor::new(), 0);
        while let Some(next) = trace.get(cursor.index).copied() {
            if next.at > ledger.now {
                let inside = ledger.find("lock", &trace).map_or(0, |(_, lock)| match lock.weights().max() {
                    Some(1) => lock.holders().len(),
                    _ => 0,
                });
                peak = peak.max(inside);
            }
            cursor.step(&trace, SimTime::MAX, &mut ledger);
        }
        assert_eq!(told["peak_readers"], peak, "{link}");
    }
    assert_eq!(detail("rw-lock?writers=0&turns=10")["reader_waits_ns"]["count"], 0, "readers alone never wait");
    assert_eq!(detail("rw-lock?readers=0&turns=10")["peak_readers"], 0);
    assert_eq!(detail("rw-lock?readers=1&writers=1&turns=50")["peak_readers"], 1);
}

#[test]
fn a_preferred_reader_never_waits_for_longer_than_one_writes_and_the_writer_waits_for_all_of_them() {
    let readers = detail("rw-lock?preset=starved");
    assert!(waits(&readers, "reader_waits_ns", "max") <= 20_000_000, "{readers:?}");
    assert!(waits(&readers, "writer_waits_ns", "max") > 2_000_000_000, "{readers:?}");
    let fair = detail("rw-lock?preset=starved&prefer=fair");
    // Those who read when it came, 10 ms, the other writer, 20 ms, and the readers between them, 10 ms.
    assert!(waits(&fair, "writer_waits_ns", "max") <= 40_000_000, "{fair:?}");
}

#[test]
fn who_works_on_a_copy_holds_up_the_writers_less() {
    for seed in 0..20 {
        let mean = |more: &str| {
            let told = detail(&format!("rw-lock?preset=copy&turns=40{more}&seed=s{seed}"));
            (waits(&told, "writer_waits_ns", "mean"), waits(&told, "reader_waits_ns", "mean"))
        };
        let (copy, inside) = (mean(""), mean("&read-time=10ms&after-read=0ms"));
        assert!(copy.0 < inside.0 && copy.1 < inside.1, "s{seed}: {copy:?} against {inside:?}");
    }
}

#[test]
fn the_reader_that_asks_again_gets_stuck_on_two_hundred_seeds_and_with_readers_preferred_on_none() {
    for seed in 0..200 {
        let ends = |more: &str| {
            let link = format!("rw-lock?preset=reentrant{more}&seed=s{seed}");
            let session = follow_scenario(Scenario::read(&link).expect("a good link").scenario);
            session.outcome().cloned()
        };
        let Some(Progress::Deadlock(waiting)) = ends("") else { panic!("s{seed}: {:?}", ends("")) };
        assert!(waiting.iter().filter(|task| task.waiting_on == "lock.acquire").count() >= 2, "s{seed}: {waiting:?}");
        assert_eq!(ends("&prefer=readers&turns=10"), Some(Progress::Drained), "s{seed}");
    }
}

#[test]
fn what_the_scenarios_of_the_lock_promise_holds_over_two_hundred_seeds() {
    let points = [
        ("", "a reader waited for a writer that waited"),
        ("starved", "a writer waited for half a second while others read"),
        ("copy", "a reader went on with its copy while somebody wrote"),
        ("writers", "a reader waited for half a second"),
        ("reentrant", "a reader that was inside waited to read again"),
    ];
    hold_with("rw-lock", &points, |id| format!("turns={}", if id == "starved" { 60 } else { 20 }));
}

#[test]
fn with_neither_reader_nor_writer_there_is_a_message_at_the_field_that_was_changed_last() {
    let mut scenario = Scenario::new(patterns::find("rw-lock").expect("the pattern"));
    scenario.set("readers", "0").expect("there are writers");
    let problem = scenario.set("writers", "0").expect_err("nobody");
    assert_eq!(problem.message(), "there is neither a reader nor a writer");
}

#[test]
fn the_picture_says_who_reads_who_writes_and_who_waits_for_what() {
    let rows = seen("rw-lock?preset=reentrant", 1_000, WIDE, text::rows);
    let says = |what: &str| rows.iter().find(|row| row.what == what).map(|row| row.says.clone()).unwrap_or_default();
    assert!(says("Lock").contains("reading, "), "{}", says("Lock"));
    assert!(rows.iter().any(|row| row.what.starts_with("Lock, waiting") && row.says.ends_with(", write")), "{rows:?}");
    assert!(rows.iter().any(|row| row.what.starts_with("Lock, waiting") && row.says.ends_with(", again")), "{rows:?}");
    // Beside two crews on the stage of a window of 1440 px there is room for what each waits for.
    let shapes = seen("rw-lock?preset=reentrant", 1_000, (864.0, 400.0), draw);
    let written = shapes.iter().filter(|shape| matches!(shape, Shape::Text { text, .. } if text == "write")).count();
    assert_eq!(written, 2, "two writers wait");
    // On a phone the lock is what is drawn in full, as both crews lead to it.
    let phone = seen("rw-lock?preset=reentrant", 1_000, PHONE, items);
    let capsule = phone.iter().find(|item| item.lines.first().is_some_and(|line| line.starts_with("held for")));
    assert!(capsule.is_some_and(|item| item.frame.w > 20.0), "{phone:?}");
}
