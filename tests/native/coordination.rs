//! What the tests of the coordination patterns have in common: what a link's run reports of its own, and what a program leaves that is given up.

use crate::program::{finish, follow};
use millrace::engine::{Progress, Run, Seed, Setup};
use millrace::parts::timeout;
use millrace::spec::{Fidelity, Pattern, Values};
use millrace::trace::{SimTime, Span};
use serde_json::{Map, Value as Json};

/// What a link's run reports of its own.
#[track_caller]
pub fn detail(link: &str) -> Map<String, Json> {
    let session = follow(link);
    session.history().detail().expect("it reports something of its own").report()
}

/// Whoever waits for a pattern gives up at an instant, in milliseconds: no request stays inside, and no task goes on.
pub fn given_up_leaves_nothing(pattern: &'static Pattern, values: &Values, seed: u32, ms: u64) {
    let setup = Setup::new(Seed::from_word(&seed.to_string()));
    let (program, until) = (values.clone(), SimTime(ms * 1_000_000));
    let over = finish(Run::new(setup, pattern.home, move |env| async move {
        let whole = (pattern.run)(env.clone(), &program, Fidelity::Documented);
        let _ = timeout(&env, Span(until.0), whole).await;
        // Whoever is left has the time to be seen.
        env.sleep(Span::secs(3_600)).await;
    }));
    assert_eq!(over.progress, Progress::Drained);
    assert_eq!(over.ledger.tally.in_system, 0, "left inside at {ms} ms, seed {seed}");
    let later = over.events().iter().find(|event| event.at > until && event.at < over.run.now()).copied();
    assert_eq!(later, None, "given up at {ms} ms, seed {seed}");
}
