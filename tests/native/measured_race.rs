//! A race of something that a pattern measures, without words of its own for it: figures and words are of the same.

use millrace::engine::{Env, Job};
use millrace::export::race::{RaceRun, json, text};
use millrace::parts::{Crew, Semaphore, channel};
use millrace::session::Scenario;
use millrace::spec::{
    At, Choice, Field, FieldGroup, Flow, Measure, Pattern, Place, SceneSpec, Step, Values, Wire, params,
};
use millrace::trace::{Outcome, Span, StationKind};

const BUSY: &[Choice] = &[
    Choice { id: "refuse", label: "Refuse", help: "Who finds no permit is refused." },
    Choice { id: "wait", label: "Wait", help: "Who finds no permit waits." },
];

params! {
    /// What is done where there is no permit.
    struct Params {
        /// What becomes of a caller that finds no permit.
        busy: String => Field::choice("busy", "When busy", "refuse", BUSY),
        /// How many permits there are.
        permits: u32 => Field::count("permits", "Permits", 1, 1..=9),
    }
}

static DOORS: Pattern = Pattern {
    id: "doors",
    fields: Params::fields,
    scene: |_, _| SceneSpec::new(Flow::row([Place::pool("permits", "Permits")]), [] as [Wire; 0]),
    measures: |_: &Values| {
        let permits = || At::Named("permits".into());
        let waits = Measure::new("waiting", "Waiting time", "Waits", Step::Queued(permits()), Step::Served(permits()));
        vec![Measure { who: "callers", ..waits }]
    },
    home: (StationKind::Worker, "home"),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

/// Three callers at once, each with a permit for 10 ms.
async fn run(env: Env, p: Params) {
    let permits = Semaphore::open(&env, "permits", p.permits);
    let (tx, rx) = channel::<Job>(&env, "callers", 3);
    for _ in 0..3 {
        let _sent = tx.send(env.job()).await;
    }
    tx.close();
    let (inner, waits) = (env.clone(), p.busy == "wait");
    let crew = Crew::start(&env, "crew", "caller", 3, move |_| {
        let (env, permits, rx) = (inner.clone(), permits.clone(), rx.clone());
        async move {
            while let Some(job) = rx.recv().await {
                let permit = if waits { Some(permits.acquire_for(&job).await) } else { permits.try_acquire_for(&job) };
                let outcome = if permit.is_some() { Outcome::Completed } else { Outcome::Rejected };
                if permit.is_some() {
                    env.sleep(Span::millis(10)).await;
                }
                drop(permit);
                job.leave(outcome);
            }
        }
    });
    crew.join().await;
}

fn raced() -> RaceRun {
    let mut race = RaceRun::of(&Scenario::new(&DOORS), "busy", 1).expect("a choice");
    while !race.work(u64::MAX) {}
    race
}

#[test]
fn the_words_of_a_race_are_of_what_is_compared() {
    let race = raced();
    assert!(race.rows().iter().all(|row| row.compared == row.measured[0]), "the waits");
    let json = json(&race, &[]);
    assert_eq!(json["measure"], "mean waiting time");
    assert!(text(&race).starts_with("doors · mean waiting time by busy on seed otis\n"), "{}", text(&race));
    assert!(text(&race).contains("3 callers"), "{}", text(&race));
}

#[test]
fn who_has_no_figure_and_who_has_nobody_to_be_compared_with_is_not_called_best() {
    let (race, said) = (raced(), text(&raced()));
    assert_eq!(race.lines().iter().map(|line| line.mean.is_some()).collect::<Vec<_>>(), [false, true], "{said}");
    assert!(!said.contains("1 of 1") && !said.contains("its figure is of"), "{said}");
    assert!(
        said.contains("Refuse: 2 of 3 callers came to no result, 2 of them turned away; it has no figure."),
        "{said}"
    );
    assert!(said.contains("of the others none can be compared"), "{said}");
}
