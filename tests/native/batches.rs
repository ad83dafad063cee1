//! Batches: that one goes out when it is full or old enough and at no other time, that nothing vanishes whoever gives up, and what the end
//! of the process loses.

use crate::coordination::{detail, given_up_leaves_nothing};
use crate::pool::{PHONE, WIDE, seen, stays_on_canvas};
use crate::program::{Log, follow, run, values};
use crate::promises::hold_with;
use millrace::engine::Env;
use millrace::parts::{Batcher, BatcherSettings, timeout};
use millrace::patterns::find;
use millrace::session::Scenario;
use millrace::spec::{CheckKind, Fidelity, Flush};
use millrace::trace::{Outcome, Span, StationKind};
use millrace::view::scene::items;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const MS: u64 = 1_000_000;

fn batcher(env: &Env, size: u32, interval: Span) -> Batcher {
    let to = env.open_plain(StationKind::Crew, "inserts");
    Batcher::open(env, "batch", to, BatcherSettings { size, interval, restarts: true, from_first: false })
}

/// The batches that a description of the rules gives, by when each goes out, how many it has and why: a list of arrivals in order, in ns.
fn by_the_rules(arrivals: &[u64], size: usize, interval: u64, restarts: bool) -> Vec<(u64, usize, &'static str)> {
    let (mut out, mut held, mut due) = (Vec::new(), 0, interval);
    for &at in arrivals {
        while due < at {
            if held > 0 {
                out.push((due, held, "interval"));
                held = 0;
            }
            due += interval;
        }
        held += 1;
        if held == size {
            out.push((at, held, "size"));
            held = 0;
            if restarts {
                due = at + interval;
            }
        }
    }
    if held > 0 {
        out.push((due, held, "interval"));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn batches_go_out_when_the_rules_say_whatever_comes_when(
        gaps in proptest::collection::vec(0..900_u64, 1..80),
        size in 1..12_u64,
        interval in 1..40_u64,
        restarts in any::<bool>(),
    ) {
        // Each arrival has microseconds of its own, so that none is at the very instant of a beat.
        let interval = interval * 50;
        let (mut at, mut arrivals) = (0, Vec::new());
        for (gap, number) in gaps.iter().zip(1..) {
            at += gap / 10;
            arrivals.push(at * MS + number * 1_000);
        }
        arrivals.sort_unstable();
        let script: Vec<String> = arrivals.iter().map(|at| format!("@{at}ns")).collect();
        let restart = if restarts { "on" } else { "off" };
        let link = format!("batch-processor?batch-size={size}&interval={interval}ms&restart-ticker={restart}&script={}", script.join(";"));
        let wanted = by_the_rules(&arrivals, size as usize, interval * MS, restarts);
        let wanted: Vec<Json> = wanted.into_iter().map(|(at, n, why)| json!({"at_ns": at, "items": n, "why": why})).collect();
        let detail = detail(&link);
        prop_assert_eq!(&detail["batches"], &Json::from(wanted));
        prop_assert_eq!((&detail["in"], &detail["out"], &detail["lost"]), (&json!(arrivals.len()), &json!(arrivals.len()), &json!(0)));
    }

    #[test]
    fn whoever_takes_batches_out_may_give_up_at_any_time_and_takes_nothing_with_it(
        gaps in proptest::collection::vec(0..8_u64, 1..60),
        patience in 1..30_u64,
        size in 1..6_u32,
    ) {
        let (log, total) = (Log::new(), gaps.len());
        let told = log.clone();
        run(move |env| async move {
            let batcher = batcher(&env, size, Span::millis(10));
            let (inner, adding) = (env.clone(), batcher.clone());
            let adds = env.spawn("adds", async move {
                for gap in gaps {
                    inner.sleep(Span::millis(gap)).await;
                    adding.add(inner.job()).expect("it is open");
                }
                adding.close();
            });
            loop {
                match timeout(&env, Span::millis(patience), batcher.next()).await {
                    Ok(Some(batch)) => {
                        assert!(batch.items.len() <= size as usize);
                        for item in batch.items {
                            told.push(item.id().0);
                            item.leave(Outcome::Completed);
                        }
                    }
                    Ok(None) => break,
                    Err(_) => {}
                }
            }
            adds.await;
        });
        prop_assert_eq!(log.all(), (0..total as u32).collect::<Vec<_>>(), "all of them, once, in order");
    }
}

/// How each item of a link's run ended, against the report.
fn books(link: &str) -> [u64; 4] {
    let told = detail(link);
    ["in", "out", "failed", "lost"].map(|key| told[key].as_u64().expect("a count"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_came_was_written_or_failed_or_was_lost_whenever_the_process_ends(
        (rate, size, interval, insert) in (20..900_u32, 1..40_u32, 20..600_u64, 0..300_u64),
        (stop, errors, at_once) in (0..1_500_u64, 0..5_u32, 0..4_u32),
        (shipped, restarts, seed) in (any::<bool>(), any::<bool>(), 0..1_000_u32),
    ) {
        let errors = f64::from(errors) / 4.0;
        let link = format!(
            "batch-processor?requests=300&rate={rate}&batch-size={size}&interval={interval}ms&insert={insert}ms&stop-at={stop}ms\
             &insert-errors={errors}&inserts-at-once={at_once}&restart-ticker={}&fidelity={}&seed=s{seed}",
            if restarts { "on" } else { "off" },
            if shipped { "shipped" } else { "documented" },
        );
        let session = follow(&link);
        let tally = &session.history().ledger.tally;
        let ends = [Outcome::Completed, Outcome::Failed, Outcome::Lost].map(|way| tally.count(way));
        let [came, out, failed, lost] = books(&link);
        prop_assert_eq!([out, failed, lost], ends, "{}", link);
        prop_assert_eq!((out + failed + lost, tally.in_system), (came, 0), "{}", link);
        // As documented nothing is lost, whenever the process ends; what goes wrong with an insert is an error of that.
        prop_assert!(shipped || lost == 0, "{}: {} lost", link, lost);
        prop_assert!((errors > 0.0 || failed == 0) && (errors < 1.0 || out == 0), "{}: {} failed, {} out", link, failed, out);
        prop_assert!(stop > 0 || came == 300 && lost == 0, "{}", link);
        for state in session.history().checks.states() {
            let is_broken = state.check.kind == CheckKind::Always && state.first_seen().is_some();
            prop_assert!(!is_broken, "{}: {}", link, state.check.name());
        }
    }

    #[test]
    fn whoever_stops_waiting_for_the_whole_leaves_nothing(
        preset in proptest::sample::select(&["", "exit", "small-batch", "flood"][..]),
        (stop, at_once) in (0..1_200_u64, 0..3_u32),
        (ms, seed) in (0..1_500_u64, 0..50_u32),
    ) {
        let pattern = find("batch-processor").expect("the pattern");
        let (stop, at_once) = (format!("{stop}ms"), at_once.to_string());
        let given = [("requests", "200"), ("batch-size", "20"), ("burst-size", "100"), ("stop-at", stop.as_str()), ("inserts-at-once", &at_once)];
        given_up_leaves_nothing(pattern, &values(pattern, Fidelity::Documented, pattern.preset(preset), &given), seed, ms);
    }
}

#[test]
fn an_insert_that_fails_fails_all_its_items_and_no_others() {
    assert_eq!(books("batch-processor?script=*25@0s&batch-size=10&insert-errors=1"), [25, 0, 25, 0]);
    // Ten batches of ten each, of which about half fail: whole batches.
    let [came, out, failed, lost] = books("batch-processor?script=*100@0s&batch-size=10&insert-errors=0.5");
    assert!(
        (came, lost) == (100, 0) && out % 10 == 0 && out > 0 && failed > 0 && out + failed == 100,
        "{out}, {failed}"
    );
}

#[test]
fn after_the_closing_what_is_there_goes_out_at_once_and_nothing_may_be_added() {
    run(|env| async move {
        let batcher = batcher(&env, 10, Span::secs(1));
        batcher.add(env.job()).expect("open");
        batcher.close();
        let batch = batcher.next().await.expect("what was there");
        assert_eq!((batch.why, batch.items.len(), env.now().0), (Flush::Stop, 1, 0));
        assert!(batcher.next().await.is_none());
        let refused = batcher.add(env.job()).expect_err("it is closed");
        refused.leave(Outcome::Rejected);
        batch.items.into_iter().for_each(|item| item.leave(Outcome::Completed));
    });
}

#[test]
fn an_interval_in_which_nothing_came_sends_nothing() {
    let detail = detail("batch-processor?script=@0.2s;@7.7s&interval=1s");
    assert_eq!(
        detail["batches"],
        json!([
            {"at_ns": 1_000 * MS, "items": 1, "why": "interval"},
            {"at_ns": 8_000 * MS, "items": 1, "why": "interval"}
        ])
    );
}

#[test]
fn at_the_stop_the_partial_batch_goes_out_or_is_lost_and_what_came_is_accounted_for() {
    // 150 a second, 100 a batch: 374 have come before 2.5 s, the last 74 of them since the third batch went out at 2 s.
    let written = detail("batch-processor?preset=exit&fidelity=documented");
    assert_eq!((&written["in"], &written["out"], &written["lost"]), (&json!(374), &json!(374), &json!(0)));
    let batches = written["batches"].as_array().expect("a list");
    assert_eq!(batches.last(), Some(&json!({"at_ns": 2_500 * MS, "items": 74, "why": "stop"})));
    let lost = detail("batch-processor?preset=exit");
    assert_eq!(lost["in"], 374);
    assert_eq!(lost["out"].as_u64().unwrap() + lost["lost"].as_u64().unwrap(), 374);
    assert!(lost["lost"].as_u64().unwrap() > 50, "{lost:?}");
}

#[test]
fn an_insert_that_is_under_way_when_the_process_ends_is_lost_with_it_unless_it_is_waited_for() {
    let link = |more: &str| format!("batch-processor?script=*5@0s&batch-size=5&insert=1s&stop-at=400ms&{more}");
    let shipped = detail(&link("fidelity=shipped"));
    assert_eq!((&shipped["out"], &shipped["lost"]), (&json!(0), &json!(5)));
    let documented = detail(&link(""));
    assert_eq!((&documented["out"], &documented["lost"]), (&json!(5), &json!(0)));
}

#[test]
fn what_each_scenario_shows_is_seen_whatever_the_seed() {
    let full = "a batch went out because it was full";
    let (early, several) = (
        "a batch that was not full went out less than an interval after the one before",
        "several inserts were under way at once",
    );
    let lost = "items were lost with the process";
    hold_with("batch-processor", &[("", full), ("exit", lost), ("small-batch", early), ("flood", several)], |_| {
        String::new()
    });
}

#[test]
fn the_picture_says_how_full_a_batch_is_and_how_many_went_out() {
    for size in [WIDE, PHONE] {
        let all = seen("batch-processor?arrivals=constant&rate=150", 1_500, size, items);
        let batch = all.iter().find(|item| item.title == "Batch").unwrap_or_else(|| panic!("{all:?}"));
        assert!(batch.lines[0].ends_with("of 100"), "{batch:?}");
        assert_eq!(batch.lines.last().map(String::as_str), Some("2 by size"), "{batch:?}");
    }
}

#[test]
fn nothing_of_it_leaves_the_canvas_however_large_a_batch_is() {
    for size in [WIDE, PHONE, (620.0, 260.0)] {
        for items in [1, 20, 99, 200, 201, 10_000] {
            let link = format!("batch-processor?batch-size={items}&stop-at=1400ms");
            for ms in [900, 1_410] {
                stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, ms, size);
            }
        }
    }
}
