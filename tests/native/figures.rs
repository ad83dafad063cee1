//! Figures that cannot flatter: what the report and its text say of calls, of those that were none, and of nothing at all.

use crate::everyone::everyone;
use crate::program::{follow, follow_scenario};
use millrace::analysis::Summary;
use millrace::export::{Report, text};
use millrace::session::link;
use millrace::spec::Role;
use millrace::trace::Span;
use serde_json::Value;

/// The report of a link, of which nothing was to be complained about.
fn report(link: &str) -> Report {
    Report::of(&follow(link), Vec::new(), 12_345_678)
}

fn json(report: &Report) -> Value {
    serde_json::to_value(report).expect("a report is JSON")
}

/// A line of the report's text below its headline, by its first word.
#[track_caller]
fn line(text: &str, start: &str) -> String {
    let (_, below) = text.split_once("\n\n").expect("an empty line below the headline");
    let mut lines = below.lines().filter(|line| line.trim_start().starts_with(start));
    lines.next().unwrap_or_else(|| panic!("no {start} in\n{text}")).trim_start().to_owned()
}

/// Ten requests a second for ten seconds at a server that takes 100 ms; from 2 to 6 s the breaker is held open.
fn held_open(on_open: &str) -> Report {
    report(&format!(
        "circuit-breaker?on-open={on_open}&requests=100&arrivals=constant&rate=10&server=general&service=constant&mean=100ms&outage-for=0s&pause=0s\
         &x=2000000000~0~fault~force-open~4000000000;6000000000~0~fault~force-open~off"
    ))
}

#[test]
fn throughput_is_of_results_and_errors_and_goodput_of_results() {
    // Refusals were once counted, at 10.0 a second where 4.29 left with a result or an error.
    let over = held_open("reject");
    let (q, seconds) = (&over.requests, over.virtual_ns as f64 / 1e9);
    assert_eq!((q.completed, q.rejected, q.failed), (60, 40, 0), "those of four of ten seconds were turned away");
    assert!((over.throughput_per_s - 60.0 / seconds).abs() < 1e-9);
    assert_eq!(over.throughput_per_s, over.goodput_per_s);
    assert!((over.rates_per_s.rejected - 40.0 / seconds).abs() < 1e-9);

    let failing = report("worker-pool?requests=400&server=general&service=constant&mean=20ms&errors=0.25&timeout=1s");
    let (q, seconds) = (&failing.requests, failing.virtual_ns as f64 / 1e9);
    assert!(q.failed > 50 && q.completed + q.failed == 400);
    assert!((failing.throughput_per_s - 400.0 / seconds).abs() < 1e-9);
    assert!((failing.goodput_per_s - q.completed as f64 / seconds).abs() < 1e-9);

    let text = text(&over);
    assert_eq!(
        line(&text, "Throughput"),
        format!("Throughput: {:.1}/s (completed and failed)", 60.0 / seconds_of(&over))
    );
    assert!(line(&text, "Rates").contains("rejected"), "{text}");
}

fn seconds_of(report: &Report) -> f64 {
    report.virtual_ns as f64 / 1e9
}

#[test]
fn substitutes_are_no_response_of_the_server_and_are_counted_apart() {
    // They came at once, and made p90 0 ms where each real call took 100 ms.
    let over = held_open("fallback");
    let response = over.response_ns.expect("arrivals are open");
    assert_eq!((response.count, response.min, response.max), (60, Span::millis(100), Span::millis(100)));
    assert_eq!(over.latency_ns.map(|s| (s.count, s.min)), Some((60, Span::millis(100))));
    assert_eq!((over.requests.completed, over.substitutes, over.requests.rejected), (100, 40, 0));
    let members = json(&over);
    let sum: u64 = members["requests"].as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum();
    assert_eq!(sum, 2 * over.requests.offered, "what is offered is the sum of the others");
    assert!(line(&text(&over), "Substitutes").starts_with("Substitutes: 40 of the completed"));
}

#[test]
fn a_call_that_timed_out_counts_at_its_limit() {
    // e^-1.25 = 28.7 % take longer than 250 ms: they were in no latency, and p99 was 244 ms.
    let over = report("worker-pool?requests=2000&server=general&service=exponential&mean=200ms&timeout=250ms");
    let (all, by) = (over.latency_ns.expect("calls"), over.latency_by_outcome);
    let limit = Span::millis(250);
    assert_eq!((all.count, all.p90, all.p99, all.max), (2_000, limit, limit, limit));
    let late = by.timeout.expect("some time out");
    assert_eq!((late.count, late.min, late.max), (over.requests.timed_out, limit, limit));
    assert!((late.count as f64 / 2_000.0 - 0.287).abs() < 0.04, "{} of 2,000", late.count);
    let good = by.success.expect("most succeed");
    assert_eq!((good.count, by.error), (2_000 - late.count, None));
    assert!(good.p99 < limit);
    let said = text(&over);
    let limited = format!("(n = 2000), {} of them timed out and count at their limit", late.count);
    assert!(line(&said, "Latency").ends_with(&limited), "{said}");
    assert_eq!(line(&said, "error:").split_whitespace().collect::<Vec<_>>(), ["error:", "—"]);
}

#[test]
fn the_latencies_of_the_outcomes_are_those_of_all_calls() {
    let over = report("worker-pool?requests=900&server=general&service=exponential&mean=50ms&timeout=100ms&errors=0.3");
    let by = over.latency_by_outcome;
    let count = |s: Option<Summary>| s.map_or(0, |s| s.count);
    assert!([by.success, by.error, by.timeout].into_iter().all(|s| count(s) > 30));
    assert_eq!(count(over.latency_ns), count(by.success) + count(by.error) + count(by.timeout));
    assert_eq!(count(by.error), over.requests.failed);
    let members = json(&over);
    for way in ["success", "error", "timeout"] {
        let keys = |v: &Value| v.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>());
        assert_eq!(keys(&members["latency_by_outcome"][way]), keys(&members["latency_ns"]));
    }
}

#[test]
fn what_has_no_sample_is_null_and_a_dash_and_never_zero() {
    // "Average Latency: 0.000 ms", over nothing.
    for pattern in everyone() {
        // Each server by its own key: that of a second one is `l2-server`.
        let servers = (pattern.fields)().into_iter().filter(|field| field.role == Some(Role::Server));
        let general: String = servers.map(|field| format!("&{}=general", field.key)).collect();
        let read = link::decode_query(pattern, &format!("until=0s{general}"));
        assert_eq!(read.notices, Vec::<String>::new(), "{}", pattern.id);
        let over = Report::of(&follow_scenario(read.scenario), Vec::new(), 12_345_678);
        let members = json(&over);
        let mut sampled = false;
        for (name, summary) in
            members.as_object().expect("a report").iter().filter(|(name, of)| name.ends_with("_ns") && of.is_object())
        {
            // Where somebody is served at the very start there is a sample.
            assert!(summary["count"].as_u64().is_some_and(|count| count > 0), "{name} of {}: {summary}", pattern.id);
            sampled = true;
        }
        for way in ["success", "error", "timeout"] {
            assert_eq!(members["latency_by_outcome"][way], Value::Null);
        }
        let said = text(&over);
        assert!(sampled || !said.contains(" 0.000 ms"), "{said}");
        assert!(!said.contains(" 0.0/s"), "{said}");
        assert_eq!(line(&said, "Goodput"), "Goodput: — (completed)");
    }
    let drained = report("worker-pool?requests=20&until=0s&arrivals=poisson");
    assert_eq!(line(&text(&drained), "Average Latency"), "Average Latency: —");
    assert_eq!(line(&text(&drained), "From the intended start"), "From the intended start: —");
}

#[test]
fn a_bank_says_how_long_people_waited_and_rode_and_nothing_of_calls_that_it_cannot_make() {
    let over = report("elevator?preset=single");
    let said = text(&over);
    // Half a second a step, two for the doors: a step and the doors, then nine floors, a step and the doors.
    assert!(line(&said, "Waits").starts_with("Waits:    min 2.500 s mean 2.500 s"), "{said}");
    assert!(line(&said, "Rides").ends_with("max 6.500 s (n = 1)"), "{said}");
    for word in ["Latency", "latency", "Status Code", "Response", "success:"] {
        assert!(!said.contains(word), "{word} in\n{said}");
    }
    assert!(!text(&report("worker-pool?requests=20")).contains("Waits"));
    assert!(!text(&report("pipeline?preset=square-double")).contains("Latency"), "it has no server either");
}

#[test]
fn a_closed_form_has_no_digits_that_are_only_rounding() {
    // 0.86 ms beside 2.5 ms was 3.3600000000000003 ms.
    let over = report("worker-pool?requests=30&server=shipped&base=0.86ms");
    assert_eq!(line(&text(&over), "Closed Form"), "Closed Form: 0.007 s (30 × 3.36 ms ÷ 15)");
}

#[test]
fn what_only_may_happen_and_did_not_is_not_seen_and_no_failure() {
    let calm = report("circuit-breaker?outage-for=0s&requests=50");
    let said = text(&calm);
    assert_eq!(line(&said, "not seen"), "not seen  the breaker opened (sometimes)");
    assert!(!said.contains("FAILS") && !calm.is_broken());
    let check = calm.checks.iter().find(|c| c.kind == "sometimes").expect("it may open");
    assert!(!check.holds, "for scripts it does not hold, as before");
    assert!(line(&text(&held_open("reject")), "holds").contains("always"));
    let opened = text(&report("circuit-breaker?requests=2500"));
    assert!(line(&opened, "seen").starts_with("seen  the breaker opened (sometimes) at 2."), "{opened}");
}

#[test]
fn what_one_pattern_alone_reports_is_in_the_text_where_it_is_one_word_or_number() {
    let mut over = report("semaphore");
    assert_eq!(line(&text(&over), "peak_held"), "peak_held: 5");
    assert!(!text(&over).contains("waits_ns"), "a summary is for programs");
    over.detail.insert("longest_ns".to_owned(), 1_500_000.into());
    over.detail.insert("first".to_owned(), "somebody".into());
    assert_eq!(line(&text(&over), "longest"), "longest: 1.500 ms");
    assert_eq!(line(&text(&over), "first"), "first: somebody");
}
