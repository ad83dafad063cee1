//! An operation that is measured: a program that makes what it needs, and times a number of operations on it.
//!
//! Everything runs inside a run of the engine, with its trace recorded, as on the page. Names, sizes and settings are those of
//! the original's benchmarks: requests have 30 s, deletions 20 s, steps 60 s, and the overload threshold is 12.

use crate::host::say;
use crate::stopwatch::Passed;
use millrace::engine::{Env, Run, Seed, Setup};
use millrace::parts::WaitGroup;
use millrace::patterns::elevator::{self, Params, System};
use millrace::session::Scenario;
use millrace::spec::{Fidelity, FieldGroup};
use millrace::trace::{SimTime, StationKind};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// How many rounds count. One more comes before them and does not: in wasm the code is not compiled well until then.
pub const ROUNDS: usize = 9;

/// The program of a drill: what its operations took together.
pub type Program = Pin<Box<dyn Future<Output = Passed>>>;

/// An operation that is measured.
pub struct Drill {
    /// The original's name for it.
    pub name: &'static str,
    /// How many operations one round has.
    pub operations: u32,
    /// The program, given a bank without cars and the number of operations.
    pub program: fn(Env, Rc<System>, u32) -> Program,
}

impl Drill {
    /// Measures it and prints a line.
    pub fn print(&self) {
        let rounds: Vec<Passed> = (0..=ROUNDS).map(|_| self.round()).skip(1).collect();
        let Some(best) = rounds.iter().min_by(|a, b| a.seconds.total_cmp(&b.seconds)) else { return };
        let each = |sum: f64| sum / f64::from(self.operations);
        say(&format!(
            "  {:<36} {:>12.1} {:>12.0} {:>12.1}",
            self.name,
            each(best.seconds * 1e9),
            each(best.bytes as f64),
            each(best.allocations as f64),
        ));
    }

    fn round(&self) -> Passed {
        let (program, operations) = (self.program, self.operations);
        let passed = Rc::new(Cell::new(None));
        let result = passed.clone();
        let setup = Setup::new(Seed::from_word("otis"));
        let mut run = Run::new(setup, (StationKind::Source, "street"), move |env| async move {
            let system = System::open(&env, settings(), Fidelity::Documented);
            result.set(Some(program(env, system.clone(), operations).await));
            system.shut_down().await;
        });
        run.advance(SimTime::MAX, u64::MAX);
        passed.get().expect("the program ends at once: nothing in it waits for time")
    }
}

/// Does an operation so many times, a task for each, all of them there at once.
pub async fn at_once<F: Future<Output = ()> + 'static>(env: &Env, operations: u32, operation: impl Fn(u32) -> F) {
    let group = WaitGroup::new(env);
    group.add(operations.into());
    for n in 0..operations {
        let (group, work) = (group.clone(), operation(n));
        let task = async move {
            work.await;
            group.done();
        };
        env.spawn("caller", task).detach();
    }
    group.wait().await;
}

/// The original's settings.
fn settings() -> Params {
    let mut scenario = Scenario::new(&elevator::PATTERN);
    let settings =
        [("request-timeout", "30s"), ("create-timeout", "20s"), ("operation-timeout", "60s"), ("overload", "12")];
    for (key, value) in settings {
        scenario.set(key, value).expect("a value of the form");
    }
    Params::read(&scenario.values())
}
