//! Runs a program, or a pattern, to its end, for all the other modules.

use millrace::analysis::{History, PAGE};
use millrace::engine::{Action, Env, Intervention, Ordinal, Progress, Run, Seed, Setup};
use millrace::session::{Scenario, Session};
use millrace::spec::{Fidelity, Pattern, Preset, Values};
use millrace::trace::{Cursor, EventKind, Ledger, SimTime, StationKind, TraceEvent};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

/// What a link's run left, with its checks, once it is over. A link of which something was ignored is a mistake in the test.
#[track_caller]
pub fn follow(link: &str) -> Session<Ledger, History> {
    let decoded = Scenario::read(link).expect("a good link");
    assert_eq!(decoded.notices, Vec::<String>::new(), "{link}");
    follow_scenario(decoded.scenario)
}

/// What a scenario's run left, with its checks, once it is over.
pub fn follow_scenario(scenario: Scenario) -> Session<Ledger, History> {
    let history = History::of(scenario.pattern, &scenario.values()).detailed(scenario.pattern, &scenario.values());
    let mut session = Session::new(scenario, Ledger::new(), history);
    while !session.compute(SimTime::MAX, u64::MAX) {}
    session
}

/// Something that the page asks of a running system, so many milliseconds after its start.
pub fn ask(at_ms: u64, method: &str, path: &str, body: &str) -> Intervention {
    let [method, path, body] = [method, path, body].map(str::to_owned);
    let action = Action::Ask { client: PAGE.into(), method, path, body };
    Intervention { at: SimTime(at_ms * 1_000_000), ordinal: Ordinal::ByTime, action }
}

/// What a link's run left of which these things were asked, each at so many milliseconds.
#[track_caller]
pub fn follow_asked(link: &str, asks: &[(u64, &str, &str, &str)]) -> Session<Ledger, History> {
    let mut scenario = Scenario::read(link).expect("a good link").scenario;
    scenario.interventions = asks.iter().map(|(at, method, path, body)| ask(*at, method, path, body)).collect();
    follow_scenario(scenario)
}

/// What was answered to each of them, once, with when it was asked and answered: status and body.
#[track_caller]
pub fn answered(session: &Session<Ledger, History>) -> Vec<(SimTime, SimTime, u16, String)> {
    assert_eq!(session.history().ledger.tally.in_system, 0);
    let (trace, rows) = (session.run().trace(), session.history().exchanges.rows());
    let answer = |row: &millrace::analysis::ExchangeRow| match &row.replies[..] {
        [reply] => (row.at, reply.at, reply.status, trace.name(reply.body).to_owned()),
        replies => panic!("{} answers to what was asked at {:?}", replies.len(), row.at),
    };
    rows.iter().map(answer).collect()
}

/// A run that is over.
pub struct Over {
    pub run: Run,
    pub progress: Progress,
    pub ledger: Ledger,
}

impl Over {
    /// All events.
    pub fn events(&self) -> Vec<TraceEvent> {
        events(&self.run)
    }

    /// The kinds of all events that a closure picks something from.
    pub fn pick<T>(&self, pick: impl Fn(&TraceEvent) -> Option<T>) -> Vec<T> {
        self.events().iter().filter_map(pick).collect()
    }

    /// How long it took.
    pub fn nanos(&self) -> u64 {
        self.run.now().nanos()
    }

    /// The trace's hash.
    pub fn hash(&self) -> String {
        self.run.trace().hash().hex()
    }
}

/// All events of a run so far.
pub fn events(run: &Run) -> Vec<TraceEvent> {
    run.trace().iter().copied().collect()
}

/// The usual set-up.
pub fn setup() -> Setup {
    Setup::new(Seed::from_word("otis"))
}

/// A run that has not started.
pub fn start<F: Future<Output = ()> + 'static>(setup: Setup, program: impl FnOnce(Env) -> F) -> Run {
    Run::new(setup, (StationKind::Worker, "home"), program)
}

/// Runs a program that must come to its end: what it asserts at its end was then asserted.
#[track_caller]
pub fn run<F: Future<Output = ()> + 'static>(program: impl FnOnce(Env) -> F) -> Over {
    let over = run_any(program);
    assert_eq!(over.progress, Progress::Drained);
    over
}

/// Runs a program, however it ends.
pub fn run_any<F: Future<Output = ()> + 'static>(program: impl FnOnce(Env) -> F) -> Over {
    finish(start(setup(), program))
}

/// Runs on to the end, and folds all of it.
pub fn finish(mut run: Run) -> Over {
    let progress = run.advance(SimTime::MAX, u64::MAX);
    let ledger = fold(&run);
    Over { run, progress, ledger }
}

/// The ledger after all events. At the end of every instant each job must be in one place and no station too full.
pub fn fold(run: &Run) -> Ledger {
    let trace = run.trace();
    let (mut ledger, mut cursor) = (Ledger::new(), Cursor::new());
    while let Some(next) = trace.get(cursor.index) {
        if next.at > ledger.now {
            assert_sums(&ledger);
        }
        cursor.step(&trace, SimTime::MAX, &mut ledger);
    }
    assert_sums(&ledger);
    ledger
}

fn assert_sums(ledger: &Ledger) {
    assert!(ledger.is_conserved(), "jobs went missing by {} ns: {:?}", ledger.now.0, ledger.tally);
    assert!(ledger.is_within_capacity(), "a station is too full at {} ns", ledger.now.0);
}

/// The values of a pattern with a preset and some more, as a link would give them.
pub fn values(pattern: &Pattern, fidelity: Fidelity, preset: Option<&Preset>, given: &[(&str, &str)]) -> Values {
    pattern.values(fidelity, preset, |field| {
        let (_, text) = given.iter().find(|(key, _)| *key == field.key)?;
        Some(field.read(text).unwrap_or_else(|problem| panic!("{}={text}: {}", field.key, problem.message())))
    })
}

/// A run of a pattern that has not started.
pub fn start_pattern(setup: Setup, pattern: &'static Pattern, fidelity: Fidelity, values: &Values) -> Run {
    Run::new(setup, pattern.home, |env| (pattern.run)(env, values, fidelity))
}

/// A list that the tasks of a program write to.
#[derive(Clone, Debug, Default)]
pub struct Log<T>(Rc<RefCell<Vec<T>>>);

impl<T: Clone> Log<T> {
    pub fn new() -> Log<T> {
        Log(Rc::default())
    }

    pub fn push(&self, entry: T) {
        self.0.borrow_mut().push(entry);
    }

    pub fn all(&self) -> Vec<T> {
        self.0.borrow().clone()
    }
}

/// Says when it is dropped.
pub struct Guard(pub Log<&'static str>, pub &'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.push(self.1);
    }
}

/// Whether an event is one of a job's outcome.
pub fn outcome(event: &TraceEvent) -> Option<millrace::trace::Outcome> {
    match event.kind {
        EventKind::Left { outcome, .. } => Some(outcome),
        _ => None,
    }
}
