//! Write all, wait, then read: it works as long as all fits, and stands still for ever when one more comes.

use crate::coordination::detail;
use crate::program::follow;
use crate::promises::hold_with;
use millrace::engine::Progress;
use millrace::trace::Wait;
use serde_json::json;

#[test]
fn whatever_fits_is_received_once_and_doubled() {
    for (jobs, buffer) in [(1, 1), (3, 5), (5, 5), (200, 200)] {
        for seed in 0..20 {
            let own = detail(&format!("channels?jobs={jobs}&buffer={buffer}&seed=s{seed}"));
            assert_eq!(own["received"], jobs);
            let mut values: Vec<u64> = own["values"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect();
            values.sort_unstable();
            assert_eq!(values, (1..=jobs).map(|n| n * 2).collect::<Vec<_>>());
        }
    }
}

#[test]
fn with_one_more_than_fits_the_wait_for_all_and_the_first_read_wait_for_each_other() {
    for (jobs, buffer) in [(6, 5), (1, 0), (201, 200)] {
        for seed in 0..50 {
            let link = format!("channels?jobs={jobs}&buffer={buffer}&seed=s{seed}");
            let session = follow(&link);
            let Some(Progress::Deadlock(waiting)) = session.outcome() else {
                panic!("{link}: {:?}", session.outcome())
            };
            let of = |what: Wait| waiting.iter().filter(|task| task.what == Some(what)).count();
            assert_eq!((of(Wait::Send), of(Wait::Join)), (jobs - buffer, 1), "{link}: {waiting:?}");
            assert_eq!(detail(&link)["received"], json!(0));
        }
    }
}

#[test]
fn the_writers_take_as_long_as_the_slowest_and_so_do_the_readers() {
    // Each sleeps for less than a second, so that two rounds end within two.
    for seed in 0..50 {
        let end = follow(&format!("channels?seed=s{seed}")).end().expect("it ends");
        assert!(end.0 < 2_000_000_000, "seed {seed}: {end:?}");
    }
}

#[test]
fn what_both_scenarios_promise_holds_over_two_hundred_seeds() {
    let points = [("", "every value arrived"), ("one-too-many", "a writer waited for room that nobody would make")];
    hold_with("channels", &points, |_| String::new());
}
