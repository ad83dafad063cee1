//! Select over any number of cases: a case by lot among those that are ready, nil never, closed always, and nothing lost whoever gives up.

use crate::coordination::detail;
use crate::pool::{PHONE, WIDE, stays_on_canvas};
use crate::program::{Log, follow, run};
use crate::promises::hold_with;
use millrace::engine::Job;
use millrace::parts::{Case, channel, select_any, timeout};
use millrace::session::Scenario;
use millrace::trace::{Outcome, Span};
use proptest::prelude::*;

fn picked(link: &str) -> Vec<u64> {
    let detail = detail(link);
    let picked = detail["picked"].as_object().expect("a map");
    picked.values().map(|n| n.as_u64().expect("a count")).collect()
}

/// Pearson's statistic of counts that should be equal.
fn chi_square(counts: &[u64]) -> f64 {
    let expected = counts.iter().sum::<u64>() as f64 / counts.len() as f64;
    counts.iter().map(|n| (*n as f64 - expected) * (*n as f64 - expected) / expected).sum()
}

#[test]
fn among_inputs_that_are_always_ready_each_is_picked_equally_often() {
    for (inputs, most) in [(2, 10.83), (3, 13.82), (5, 18.47), (8, 24.32)] {
        let counts = picked(&format!("select?inputs={inputs}&mean=0ms&turns=20000"));
        assert_eq!(counts.len(), inputs);
        // One run of a thousand is further from equal shares than that.
        assert!(chi_square(&counts) < most, "{counts:?}");
    }
}

#[test]
fn every_turn_ends_in_one_case_and_the_counts_say_which() {
    for more in [
        "",
        "&mean=200ms",
        "&with-default=on",
        "&nil=2",
        "&closed=3&mean=0ms",
        "&nil=1&closed=2&timeout=5ms",
        "&inputs=1&nil=1",
    ] {
        let link = format!("select?turns=500{more}");
        let own = detail(&link);
        let of = |key: &str| own[key].as_u64().expect("a count");
        let all = picked(&link).iter().sum::<u64>();
        assert_eq!(all + of("timeouts") + of("defaults"), 500, "{link}: {own:?}");
        assert!(of("zero_values") <= all, "{link}");
    }
}

#[test]
fn a_nil_input_is_never_picked_and_a_closed_one_wins_nearly_every_turn() {
    assert_eq!(picked("select?nil=2&turns=300")[1], 0);
    assert_eq!(detail("select?inputs=1&nil=1&turns=10")["timeouts"], 10);
    let closed = detail("select?preset=closed");
    assert!(closed["zero_values"].as_u64().unwrap() > 800, "{closed:?}");
    assert_eq!(
        closed["zero_values"], closed["picked"]["2"],
        "what a closed input gives is the zero value and nothing else"
    );
    assert!(closed["picked"]["1"].as_u64().unwrap() > 0, "the others are not starved: {closed:?}");
}

#[test]
fn a_turn_ends_at_its_timeout_and_with_a_default_none_waits() {
    let over = follow("select?inputs=1&nil=1&turns=7&timeout=30ms");
    assert_eq!(over.end().expect("it ends").0, 210_000_000);
    let over = follow("select?inputs=1&nil=1&turns=7&with-default=on&default-work=2ms");
    assert_eq!(over.end().expect("it ends").0, 14_000_000);
}

#[test]
fn inputs_that_are_not_there_and_turns_that_could_never_end_are_told_at_their_fields() {
    let refused = |start: &str, key: &str, value: &str| {
        let mut scenario = Scenario::read(start).expect("a link").scenario;
        scenario.set(key, value).expect_err("it is refused").message().to_owned()
    };
    assert_eq!(refused("select", "nil", "4"), "there is no input 4: they are numbered from 1 to 3");
    assert_eq!(refused("select?closed=5&inputs=6", "nil", "5"), "input 5 cannot be nil and closed");
    assert!(refused("select?inputs=1&nil=1", "timeout", "0ms").starts_with("no case could ever be ready"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Would have caught: a value that was handed to a case that then lost, and went with it.
    #[test]
    fn whoever_gives_up_a_select_at_whatever_instant_takes_no_value_with_it(
        gaps in proptest::collection::vec((0..3_usize, 0..6_u64), 1..50),
        patience in 1..12_u64,
    ) {
        let log = Log::new();
        let (told, total) = (log.clone(), gaps.len());
        run(move |env| async move {
            let channels: Vec<_> = ["a", "b", "c"].iter().map(|name| channel::<Job>(&env, name, 1)).collect();
            let senders: Vec<_> = channels.iter().map(|(tx, _)| tx.clone()).collect();
            let inner = env.clone();
            let sends = env.spawn("sends", async move {
                for (which, gap) in gaps {
                    inner.sleep(Span::millis(gap)).await;
                    senders[which].send(inner.job()).await.expect("it is open");
                }
            });
            let mut taken = 0;
            while taken < total {
                let cases: Vec<Case<'_, Option<Job>>> =
                    channels.iter().map(|(_, rx)| Box::pin(rx.recv()) as Case<'_, Option<Job>>).collect();
                if let Ok((_, Some(job))) = timeout(&env, Span::millis(patience), select_any(&env, cases)).await {
                    told.push(job.id().0);
                    job.leave(Outcome::Completed);
                    taken += 1;
                }
            }
            sends.await;
        });
        let mut all = log.all();
        all.sort_unstable();
        prop_assert_eq!(all, (0..total as u32).collect::<Vec<_>>());
    }
}

#[test]
fn what_each_scenario_shows_is_seen_whatever_the_seed() {
    let points = [
        ("", "every input was picked"),
        ("fair", "every input was picked"),
        ("closed", "a zero value was taken from a closed input"),
        ("nil", "an input that is nil was passed over"),
        ("with-default", "a turn went on with its default"),
        ("timeouts", "a turn timed out"),
    ];
    hold_with("select", &points, |_| "turns=200".to_owned());
}

#[test]
fn nothing_of_it_leaves_the_canvas_however_many_inputs_there_are() {
    for size in [WIDE, PHONE, (620.0, 320.0)] {
        for inputs in 1..=8 {
            let link = format!("select?inputs={inputs}");
            stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, 70, size);
        }
    }
}
