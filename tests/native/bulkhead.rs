//! Bulkheads: no more inside than there are places, no more before the door than the line is long, and whatever is slow floods its own compartment alone.

use crate::program::{follow, run};
use crate::promises;
use millrace::engine::Seed;
use millrace::export::Report;
use millrace::parts::{Bulkhead, BulkheadSettings, Crowded};
use millrace::trace::{Outcome, Span};
use serde_json::json;
use std::cell::Cell;
use std::rc::Rc;

fn report(link: &str) -> Report {
    Report::of(&follow(link), Vec::new(), 0)
}

const STEADY: &str = "bulkhead?service=constant&mean=100ms";

#[test]
fn who_finds_the_compartment_and_its_line_full_is_refused_at_once() {
    let over = report(&format!("{STEADY}&limit=2&queue=1&script=*5@0s"));
    assert_eq!((&over.detail["peak"], &over.detail["refused"]), (&json!(2), &json!(2)));
    let waited = json!({ "count": 1, "mean": 100_000_000, "p50": 100_000_000, "p99": 100_000_000, "max": 100_000_000 });
    assert_eq!(over.detail["waits_ns"], waited);
    assert_eq!((over.requests.completed, over.requests.rejected), (3, 2));
}

#[test]
fn without_a_line_nobody_waits_and_with_patience_nobody_waits_longer() {
    let none = report(&format!("{STEADY}&limit=2&script=*5@0s"));
    assert_eq!((&none.detail["refused"], &none.detail["waits_ns"]["count"]), (&json!(3), &json!(0)));
    let patient = report(&format!("{STEADY}&limit=1&queue=9&max-wait=150ms&script=*5@0s"));
    // One is served at once and one after 100 ms; the other three give up after 150.
    assert_eq!((&patient.detail["refused"], &patient.detail["waits_ns"]["max"]), (&json!(3), &json!(150_000_000)));
}

#[test]
fn compartments_share_requests_by_turns_and_each_has_its_own_places() {
    let over = report(&format!("{STEADY}&limit=2&compartments=3&script=*9@0s"));
    assert_eq!((&over.detail["peak"], &over.detail["peaks"]), (&json!(2), &json!([2, 2, 2])));
    assert_eq!(over.detail["refused"], 3);
}

#[test]
fn slow_calls_flood_their_own_compartment_and_without_one_everybody_s() {
    let done = |preset: &str| {
        let over = report(&format!("bulkhead?preset={preset}"));
        (over.requests.completed, over.requests.rejected)
    };
    let ((one, refused_of_one), (two, refused_of_two)) = (done("one-hull"), done("two-compartments"));
    assert!(two > 2 * one, "{one} in one hull, {two} in two compartments");
    assert!(refused_of_two * 2 < refused_of_one, "{refused_of_one} and {refused_of_two} were refused");
}

#[test]
fn whoever_is_cancelled_wherever_it_is_leaves_its_place_to_the_next() {
    for round in 0..200 {
        let mut dice = Seed::from_word("bulkhead").draw("cancel", round, 0);
        let settings = BulkheadSettings {
            limit: 1 + dice.below(4) as u32,
            queue: dice.below(6) as u32,
            max_wait: Span::millis(dice.below(3) * 40),
        };
        run(|env| async move {
            let bulkhead = Bulkhead::open(&env, "bulkhead", settings);
            let inside = Rc::new(Cell::new(0_u32));
            let mut tasks = Vec::new();
            for _ in 0..60 {
                let (own, bulkhead, inside) = (env.clone(), bulkhead.clone(), inside.clone());
                let holds = Span::millis(dice.below(60));
                tasks.push(env.spawn("caller", async move {
                    struct Inside(Rc<Cell<u32>>);
                    impl Drop for Inside {
                        fn drop(&mut self) {
                            self.0.set(self.0.get() - 1);
                        }
                    }
                    let job = own.job();
                    let outcome = match bulkhead.enter(&job).await {
                        Ok(_permit) => {
                            inside.set(inside.get() + 1);
                            let here = Inside(inside.clone());
                            assert!(inside.get() <= settings.limit);
                            own.sleep(holds).await;
                            drop(here);
                            Outcome::Completed
                        }
                        Err(Crowded::Full) => Outcome::Rejected,
                        Err(Crowded::WaitedTooLong) => {
                            assert!(!settings.max_wait.is_zero());
                            Outcome::TimedOut
                        }
                    };
                    job.leave(outcome);
                }));
                env.sleep(Span::millis(dice.below(15))).await;
                if dice.chance(0.4) {
                    drop(tasks.remove(dice.below(tasks.len() as u64) as usize));
                }
            }
            for task in tasks {
                task.await;
            }
            assert_eq!(inside.get(), 0);
            // All places are free again, and not one more.
            let jobs: Vec<_> = (0..=settings.limit).map(|_| env.job()).collect();
            let (last, first) = jobs.split_last().unwrap();
            let mut permits = Vec::new();
            for job in first {
                permits.push(bulkhead.enter(job).await.expect("a free place"));
            }
            if settings.queue == 0 {
                assert_eq!(bulkhead.enter(last).await.err(), Some(Crowded::Full));
            }
        });
    }
}

#[test]
fn what_each_scenario_promises_holds_on_two_hundred_seeds() {
    let points = [
        ("", "somebody was refused"),
        ("one-hull", "a compartment was full"),
        ("two-compartments", "a compartment was full while another had places"),
        ("line", "somebody had to wait"),
    ];
    promises::hold("bulkhead", &points, |_| 600);
}
