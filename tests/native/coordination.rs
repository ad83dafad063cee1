//! What the tests of the coordination patterns have in common: what a link's run reports of its own, and what a program leaves that is given up.

use crate::program::{Over, finish, follow};
use millrace::engine::{Progress, Run, Seed, Setup};
use millrace::export::Report;
use millrace::parts::timeout;
use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::{Fidelity, Pattern, Preset, Values};
use millrace::trace::{SimTime, Span};
use serde_json::{Map, Value as Json};

/// What a link's run reports of its own.
#[track_caller]
pub fn detail(link: &str) -> Map<String, Json> {
    let session = follow(link);
    session.history().detail().expect("it reports something of its own").report()
}

/// The waits of a link's run, as the report has them.
pub fn waits(link: &str) -> Json {
    let report = Report::of(&follow(link), Vec::new(), 0);
    serde_json::to_value(report).expect("a report").get("waiting_ns").cloned().expect("it measures waits")
}

/// Whoever waits for a pattern gives up at an instant, in milliseconds: no request stays inside, and no task goes on.
pub fn given_up_leaves_nothing(pattern: &'static Pattern, values: &Values, seed: u32, ms: u64) {
    let (over, until) = given_up(pattern, values, seed, ms);
    assert_eq!(over.progress, Progress::Drained);
    assert_eq!(over.ledger.tally.in_system, 0, "left inside at {ms} ms, seed {seed}");
    let later = over.events().iter().find(|event| event.at > until && event.at < over.run.now()).copied();
    assert_eq!(later, None, "given up at {ms} ms, seed {seed}");
}

/// The same of a pattern with a task for each request that nobody has hold of: those go on to their end, and have to come to it.
pub fn given_up_comes_to_an_end(pattern: &'static Pattern, values: &Values, seed: u32, ms: u64) {
    let (over, _) = given_up(pattern, values, seed, ms);
    assert_eq!(over.progress, Progress::Drained, "given up at {ms} ms, seed {seed}");
    assert_eq!(over.ledger.tally.in_system, 0, "left inside at {ms} ms, seed {seed}");
    let live: Vec<_> = over.ledger.live_tasks().collect();
    assert!(live.is_empty(), "given up at {ms} ms, seed {seed}: {live:?}");
}

/// Long after somebody has given up waiting for a pattern, and when that was.
fn given_up(pattern: &'static Pattern, values: &Values, seed: u32, ms: u64) -> (Over, SimTime) {
    let setup = Setup::new(Seed::from_word(&seed.to_string()));
    let (program, until) = (values.clone(), SimTime(ms * 1_000_000));
    let over = finish(Run::new(setup, pattern.home, move |env| async move {
        let whole = (pattern.run)(env.clone(), &program, Fidelity::Documented);
        let _ = timeout(&env, Span(until.0), whole).await;
        // Whoever is left has the time to be seen.
        env.sleep(Span::secs(3_600)).await;
    }));
    (over, until)
}

/// Would have caught: a waiter, a permit or a token that went with whoever had it, so that those who were left wait for ever. Tasks that
/// nobody has hold of, one for each request, go on to their end, and have to come to it.
#[test]
fn whatever_scenario_is_given_up_at_whatever_instant_who_is_left_comes_to_an_end() {
    for pattern in patterns::ALL {
        // What is shipped may leak: some of it is there to show that.
        let sound =
            |preset: &&Preset| preset.fidelity != Some(Fidelity::Shipped) && !pattern.gets_stuck.contains(&preset.id);
        for preset in pattern.scenarios().filter(sound) {
            let link = format!("{}?preset={}", pattern.id, preset.id);
            let values = Scenario::read(link.trim_end_matches("?preset=")).expect("a good link").scenario.values();
            for (seed, ms) in [(1, 1), (2, 7), (3, 33), (4, 250), (5, 1_300)] {
                let (over, _) = given_up(pattern, &values, seed, ms);
                assert_eq!(over.progress, Progress::Drained, "{link}, given up at {ms} ms");
                assert_eq!(over.ledger.tally.in_system, 0, "{link}, given up at {ms} ms: left inside");
            }
        }
    }
}
