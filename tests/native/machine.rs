//! The model of a machine: what the heap is made of, how busy its processors are against a reference, and that a crash ends the process and no more.

use crate::faults::switch;
use crate::program::{Log, finish, run, setup, start};
use millrace::engine::{Env, Intervention, Ordinal, Setup};
use millrace::parts::{Either, Holds, Machine, MachineParams, MachineSettings, PROCESS_CRASH, select2};
use millrace::spec::{Fidelity, Field, FieldGroup, Value, Values};
use millrace::trace::{SimTime, Span};
use proptest::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

const MS: u64 = 1_000_000;
const GIB: u64 = 1 << 30;

fn machine(env: &Env, cpus: u32) -> Machine {
    let settings = MachineSettings { cpus, memory: 1_000, others: 100, base: 50, each: [7, 3, 2] };
    Machine::new(env, settings)
}

#[test]
fn the_heap_is_its_base_and_so_many_bytes_for_each_task_item_and_entry() {
    run(|env| async move {
        let machine = machine(&env, 1);
        assert_eq!((machine.heap(), machine.tasks()), (50, 0));
        let tasks: Vec<_> = (0..10).map(|_| machine.holds_task()).collect();
        let entries = machine.holds(Holds::Entry, 100).and(20);
        let queued = Rc::new(Cell::new(4));
        let read = queued.clone();
        machine.reads(Holds::Item, move || read.get());
        assert_eq!((machine.heap(), machine.tasks()), (50 + 70 + 12 + 240, 10));
        assert_eq!(machine.resident(), 744, "the collector lets it double");
        assert_eq!(machine.memory_in_use(), 0.844);
        queued.set(0);
        drop(entries);
        assert_eq!(machine.heap(), 120);
        drop(tasks);
        assert_eq!((machine.heap(), machine.tasks()), (50, 0), "who is dropped is not there any more");
        // A number beyond all memory is no reason to fall over.
        let _many = machine.holds(Holds::Task, u64::MAX).and(1);
        assert_eq!((machine.heap(), machine.memory_in_use()), (u64::MAX, 1.0));
    });
}

#[test]
fn the_limits_of_a_health_check_are_within_reach_of_the_parameters() {
    run(|env| async move {
        let of = |kb: u64| {
            let given = |field: &Field| (field.key == "heap-task").then_some(Value::Count(kb));
            MachineParams::read(&Values::resolve(&MachineParams::fields(), Fidelity::Documented, given)).settings()
        };
        let by_default = Machine::new(&env, of(16));
        let tasks = by_default.holds(Holds::Task, 10_001);
        assert!(by_default.tasks() > 10_000 && by_default.heap() < GIB, "many small ones are too many tasks first");
        drop(tasks);
        let large = Machine::new(&env, of(8_192));
        let _tasks = large.holds(Holds::Task, 121);
        assert!(large.heap() > GIB && large.tasks() < 10_000, "a few large ones are too much memory first");
    });
}

#[test]
fn what_computes_waits_for_a_processor_and_more_of_it_makes_none_of_it_faster() {
    run(|env| async move {
        let machine = machine(&env, 4);
        let done = Log::new();
        let start = machine.mark();
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let (env, machine, done) = (env.clone(), machine.clone(), done.clone());
                env.clone().spawn("computes", async move {
                    machine.computes(Span::millis(20)).await;
                    done.push(env.now().0 / MS);
                })
            })
            .collect();
        for task in tasks {
            task.await;
        }
        assert_eq!(done.all(), [20, 20, 20, 20, 40, 40, 40, 40, 60, 60]);
        assert_eq!(machine.busy_time(), Span::millis(200));
        let share = machine.cpu_since(start).expect("time has passed");
        assert!((share - 200.0 / 240.0).abs() < 1e-12, "{share}");
        assert_eq!(machine.cpu_since(machine.mark()), None, "no time, no share");
        let then = machine.mark();
        env.sleep(Span::secs(1)).await;
        assert_eq!(machine.cpu_since(then), Some(0.0));
    });
}

#[test]
fn the_load_goes_toward_how_many_want_a_processor_as_an_average_of_a_minute() {
    run(|env| async move {
        let machine = machine(&env, 2);
        let tasks: Vec<_> = (0..5)
            .map(|_| {
                let machine = machine.clone();
                env.spawn("computes", async move { machine.computes(Span::secs(3_600)).await })
            })
            .collect();
        assert_eq!(machine.load(), 0.0);
        env.sleep(Span::secs(60)).await;
        let after_a_minute = machine.load();
        assert!((after_a_minute - 5.0 * (1.0 - libm::exp(-1.0))).abs() < 1e-9, "{after_a_minute}");
        // Asking in between changes nothing.
        for _ in 0..540 {
            env.sleep(Span::secs(1)).await;
            machine.load();
        }
        assert!((machine.load() - 5.0 * (1.0 - libm::exp(-10.0))).abs() < 1e-6);
        drop(tasks);
        env.sleep(Span::secs(1_200)).await;
        assert!(machine.load() < 1e-6, "all have gone");
    });
}

#[test]
fn a_crash_ends_the_process_for_its_time_and_whoever_runs_it_hears_of_both() {
    let heard = Log::new();
    let told = heard.clone();
    let switched = |ms: u64, magnitude| Intervention {
        at: SimTime(ms * MS),
        ordinal: Ordinal::ByTime,
        action: switch(PROCESS_CRASH, magnitude),
    };
    let interventions = vec![switched(5, Some(1)), switched(15, None)];
    finish(start(Setup { interventions, ..setup() }, |env| async move {
        let machine = machine(&env, 1).may_crash();
        for _ in 0..2 {
            let work = async {
                let _task = machine.holds_task();
                machine.computes(Span::millis(100)).await;
            };
            let ended = select2(&env, work, machine.until_up(false)).await;
            told.push((env.now().0 / MS, matches!(ended, Either::First(())), machine.tasks(), machine.heap()));
            machine.until_up(true).await;
        }
    }));
    // It comes back with nothing, and its second life is whole.
    assert_eq!(heard.all(), [(5, false, 0, 0), (115, true, 0, 50)]);
}

/// When each piece of work has ended, on so many processors, first come, first served; and for how long processors were busy. A piece: when it comes, how long
/// it takes, and when whoever wants it gives up.
fn reference(cpus: usize, pieces: &[(u64, u64, u64)]) -> (Vec<Option<u64>>, u64) {
    let (mut free, mut ended, mut busy) = (vec![0; cpus], vec![None; pieces.len()], 0);
    let mut order: Vec<_> = (0..pieces.len()).collect();
    order.sort_by_key(|&number| pieces[number].0);
    for number in order {
        let (comes, takes, gives_up) = pieces[number];
        let core = free.iter_mut().min().expect("a processor");
        let begins = comes.max(*core);
        if begins < gives_up {
            *core = gives_up.min(begins + takes);
            busy += *core - begins;
            ended[number] = (begins + takes < gives_up).then_some(begins + takes);
        }
    }
    (ended, busy)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No two things happen at one instant: what their order would be is nobody's promise.
    #[test]
    fn any_work_computes_as_in_the_reference_whoever_gives_up(
        cpus in 1u32..4,
        pieces in prop::collection::vec((0u64..30, 1u64..12, 1u64..25), 1..9),
    ) {
        let pieces: Vec<_> = pieces.into_iter().zip(1..).map(|((at, takes, patience), own)| {
            let comes = at * MS + own;
            (comes, takes * MS, comes + patience * MS + MS / 2)
        }).collect();
        let (wanted, busy) = reference(cpus as usize, &pieces);
        let ended = Rc::new(Cell::new(0));
        let seen = ended.clone();
        let log = Log::new();
        let told = log.clone();
        finish(start(setup(), move |env| async move {
            let machine = machine(&env, cpus);
            let mut tasks = Vec::new();
            for (number, (at, takes, gives_up)) in pieces.clone().into_iter().enumerate() {
                let (inner, machine, told) = (env.clone(), machine.clone(), told.clone());
                let task = async move {
                    inner.sleep(Span(at)).await;
                    let _task = machine.holds_task();
                    let work = machine.computes(Span(takes));
                    let patience = inner.sleep(Span(gives_up - at));
                    if let Either::Second(()) = select2(&inner, patience, work).await {
                        told.push((number, inner.now().0));
                    }
                };
                tasks.push(env.spawn("piece", task));
            }
            env.sleep_until(SimTime(200 * MS), millrace::trace::Wait::Sleep).await;
            assert_eq!(machine.tasks(), 0);
            seen.set(machine.busy_time().0);
            drop(tasks);
        }));
        let mut got = vec![None; wanted.len()];
        log.all().into_iter().for_each(|(number, at): (usize, u64)| got[number] = Some(at));
        prop_assert_eq!(got, wanted);
        prop_assert_eq!(ended.get(), busy);
    }
}
