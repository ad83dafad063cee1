//! What the cards of the bug cabinet say of lost work is what is missing: whoever was let in, less whoever came to an end.
//!
//! The figure of a card is one that a pattern works out. Here it is held against a sum that is made of the log alone, and knows nothing of how.

use crate::cabinet::{run_of, text};
use millrace::analysis::History;
use millrace::session::{Session, link};
use millrace::spec::Card;
use millrace::trace::{EventKind, JobId, Ledger, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// How many jobs were let in and came to no end, by the log alone: whoever leaves as lost, and whoever never leaves. One that became part of another
/// ends as that does. Parts that were split off count or not.
fn lost_in(session: &Session<Ledger, History>, parts: bool) -> u64 {
    let (mut inside, mut within) = (BTreeSet::new(), BTreeMap::<JobId, Vec<JobId>>::new());
    let trace = session.run().trace();
    for event in trace.iter() {
        match event.kind {
            EventKind::Entered { job, .. } => _ = inside.insert(job),
            EventKind::Split { child, .. } if parts => _ = inside.insert(child),
            EventKind::Merged { job, into } => within.entry(into).or_default().push(job),
            EventKind::Left { job, outcome } if outcome != Outcome::Lost => {
                let mut ended = vec![job];
                while let Some(job) = ended.pop() {
                    inside.remove(&job);
                    ended.extend(within.remove(&job).into_iter().flatten());
                }
            }
            _ => {}
        }
    }
    inside.len() as u64
}

/// What the number of a card is of.
enum Of {
    /// Of the jobs that were lost.
    Jobs,
    /// Of the jobs and the parts that were split off: a task for later is a part of its request.
    Parts,
    /// Of what was done, and the rest is lost.
    Done,
    /// Of one kind of them: all kinds together are the jobs that were lost.
    Kind,
    /// Of no jobs, for this reason.
    Nothing(&'static str),
}

/// The cards of lost work.
const CARDS: &[(&str, Of)] = &[
    ("let-go", Of::Jobs),
    ("thrown-away", Of::Jobs),
    ("stop-discards", Of::Jobs),
    ("exit-loses", Of::Jobs),
    ("queue-thrown-away", Of::Jobs),
    ("keeps-sending", Of::Jobs),
    ("platform-stops", Of::Jobs),
    ("lost-results", Of::Jobs),
    ("nobody-stops", Of::Parts),
    ("panic-ends-all", Of::Done),
    ("sockets-cut", Of::Kind),
    ("frames-behind", Of::Kind),
    ("results-behind", Of::Kind),
    ("last-batch", Of::Kind),
    ("panics", Of::Nothing("each is told to be done: how many were tried again is what differs")),
    ("registers-again", Of::Nothing("sessions hear nothing, and nothing is sent to them that could be lost")),
    ("row-left", Of::Nothing("a row of the database is no job")),
];

/// What jobs are called among what a process has lost; sockets are none.
const KINDS: [&str; 4] = ["requests", "frames", "results", "batch_items"];

#[test]
fn what_a_card_says_to_be_lost_is_who_was_let_in_less_who_came_to_an_end() {
    let text = text();
    let all = Card::all(&text);
    for card in all.iter().filter(|card| card.kind == "lost work") {
        assert!(CARDS.iter().any(|(id, _)| *id == card.id), "{}: of what is its number?", card.id);
    }
    for (id, of) in CARDS {
        let card = all.iter().find(|card| card.id == *id).unwrap_or_else(|| panic!("no card is called {id}"));
        if let Of::Nothing(why) = of {
            assert!(!why.is_empty(), "{id}");
            continue;
        }
        let document = link::decode(&card.link()).expect(id).scenario;
        let code = document.beside().expect("another stands beside it");
        let [document, code] = [document, code].map(|side| run_of(&side, None));
        assert_eq!(lost_in(&document, true), 0, "{id}: nothing is lost as documented");
        let (jobs, all) = (lost_in(&code, false), lost_in(&code, true));
        let says = |said: &str| said.replace(',', "").parse::<u64>().expect("a number");
        match of {
            Of::Jobs => assert_eq!(says(card.code), jobs, "{id}"),
            Of::Parts => assert_eq!(says(card.code), all, "{id}"),
            Of::Done => assert_eq!(says(card.code) + jobs, says(card.whole), "{id}"),
            Of::Kind => {
                let detail = code.history().detail().expect("a detail").report();
                let lost = |kind: &str| detail["lost"][kind].as_u64().expect("a number");
                assert_eq!(KINDS.map(lost).iter().sum::<u64>(), jobs, "{id}");
                assert_eq!(says(card.code), lost(card.path.rsplit('.').next().expect("a kind")), "{id}");
            }
            Of::Nothing(_) => {}
        }
    }
}
