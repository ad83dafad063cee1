//! What a run came to, to be pasted into a ticket: its numbers are those of the JSON.

use crate::everyone::everyone;
use crate::program::{follow, follow_scenario};
use millrace::export::{Report, headline, text};
use millrace::session::link;
use serde_json::Value;

fn report(link: &str) -> Report {
    Report::of(&follow(link), Vec::new(), 0)
}

/// The lines of its headline.
fn lines(report: &Report) -> Vec<String> {
    headline(report, &report.link).lines().map(str::to_owned).collect()
}

#[test]
fn an_outage_is_told_in_seven_lines_with_the_link_that_leads_to_it() {
    let over = report("circuit-breaker?until=6s");
    let told = lines(&over);
    assert_eq!(told[0], "circuit-breaker · documented · seed otis · horizon at 6.000 s");
    let q = &over.requests;
    assert_eq!(told[1], format!("Attempts: 2,152, 359/s, {} more are inside", q.in_system));
    assert!(told[2].starts_with("Results:  1,523, 254/s (70.8 %)"), "{told:?}");
    assert_eq!(told[3], "Failed:   629 (29.2 %): 29 with an error, 600 turned away");
    assert_eq!(told[4], "Answers:  200 × 1,523, 503 × 29");
    assert!(told[5].starts_with("Response: p50 13.9 ms, p95 58.9 ms, p99 87.4 ms, n = 1,552"), "{told:?}");
    assert_eq!(told[6..], ["#/circuit-breaker?until=6s"]);
    assert!(text(&over).starts_with(&headline(&over, &over.link)), "it is at the head of the text");
}

#[test]
fn a_percentile_of_what_was_given_up_is_more_than_the_limit() {
    let over = report("worker-pool?requests=2000&server=general&service=exponential&mean=200ms&timeout=250ms");
    let late = over.requests.timed_out;
    let line = &lines(&over)[5];
    let wanted = format!(", p95 > 250 ms, p99 > 250 ms, n = 2,000, {late} at the limit");
    assert!(line.starts_with("Response: p50 1") && line.ends_with(&wanted), "{line}");
    let open = report("worker-pool?requests=60&arrivals=constant&rate=100&server=general&service=constant&mean=10ms");
    assert_eq!(lines(&open)[5], "Response: p50 10.0 ms, p95 10.0 ms, n = 60 (from the intended start)");
}

#[test]
fn the_numbers_of_every_pattern_are_those_of_its_json() {
    for pattern in everyone() {
        let read = link::decode_query(pattern, "until=4s");
        let over = Report::of(&follow_scenario(read.scenario), Vec::new(), 0);
        let json = serde_json::to_value(&over).expect("a report is JSON");
        let of = |key: &str| json["requests"][key].as_u64().expect("a number");
        let told = lines(&over);
        let first = |line: &str| -> u64 {
            let number = line.split(':').nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
            number.chars().filter(char::is_ascii_digit).collect::<String>().parse().expect("a number")
        };
        let failed = ["failed", "rejected", "timed_out", "cancelled", "lost"].map(of).iter().sum::<u64>();
        assert_eq!(first(&told[1]), of("completed") + failed, "{told:?}");
        assert_eq!((first(&told[2]), first(&told[3])), (of("completed"), failed), "{told:?}");
        let goodput = json["goodput_per_s"].as_f64().expect("a number");
        if json["virtual_ns"].as_u64() > Some(0) {
            let shown = millrace::view::number::rate(goodput);
            assert!(told[2].contains(&format!(", {shown}/s")), "{goodput}: {told:?}");
        }
        assert_eq!(json.get("link"), None::<&Value>, "the JSON is as it was");
    }
}
