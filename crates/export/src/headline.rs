//! What a run came to in a few lines that can be pasted into a ticket: plain text, the same on the page and at the head of the report,
//! with numbers that are those of the JSON.

use super::Report;
use millrace_analysis::{GivenUp, Summary};
use millrace_spec::TimeUnit;
use millrace_trace::Span;
use millrace_view::number::{count, percent, rate, short_seconds, time_text};

/// The lines. `link` leads back to the run.
pub fn headline(r: &Report, link: &str) -> String {
    let q = &r.requests;
    let attempts = q.offered - q.in_system;
    let mut lines = vec![format!(
        "{} · {} · seed {} · {} at {} s",
        r.pattern,
        r.fidelity,
        r.seed,
        r.outcome,
        seconds(r.virtual_ns)
    )];
    let inside = if q.in_system > 0 { format!(", {} more are inside", count(q.in_system)) } else { String::new() };
    lines.push(format!("Attempts: {}{}{inside}", count(attempts), a_second(r, attempts)));
    lines.push(format!(
        "Results:  {}{} ({})",
        count(q.completed),
        a_second(r, q.completed),
        share(q.completed, attempts)
    ));
    let failed = attempts - q.completed;
    let kinds = [
        (q.failed, "with an error"),
        (q.timed_out, "timed out"),
        (q.rejected, "turned away"),
        (q.cancelled, "cancelled"),
        (q.lost, "lost"),
    ];
    let kinds: Vec<String> =
        kinds.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", count(n))).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(": {}", kinds.join(", ")) };
    lines.push(format!("Failed:   {} ({}){kinds}", count(failed), share(failed, attempts)));
    if r.substitutes > 0 {
        lines.push(format!("          {} of the results are substitutes, which no server gave", count(r.substitutes)));
    }
    if !r.status.is_empty() {
        let each: Vec<String> = r.status.iter().map(|(code, n)| format!("{code} × {}", count(*n))).collect();
        lines.push(format!("Answers:  {}", each.join(", ")));
    }
    lines.extend(waited(r));
    if !link.is_empty() {
        lines.push(link.to_owned());
    }
    lines.join("\n") + "\n"
}

/// How long whoever wanted it waited, and what else is measured.
fn waited(r: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    if r.has_calls && r.has_open_arrivals {
        let of = percentiles(r.response_ns.as_ref(), r.response_given_up);
        lines.push(format!("Response: {of} (from the intended start)"));
    } else if r.has_calls {
        lines.push(format!("Response: {}", percentiles(r.latency_ns.as_ref(), given_up(r.latency_by_outcome.timeout))));
    }
    for line in &r.measured {
        let (word, patience) = (format!("{}:", line.measure.noun), None);
        let of = match line.measure.unit {
            TimeUnit::Millis => percentiles(line.summary.as_ref(), patience),
            TimeUnit::Seconds => of_people(line.summary.as_ref()),
        };
        lines.push(format!("{word:<9} {of}"));
    }
    lines
}

/// What was given up, of calls that timed out.
fn given_up(timeouts: Option<Summary>) -> Option<GivenUp> {
    timeouts.map(|late| GivenUp { count: late.count, least: late.min })
}

/// The percentiles that there are enough samples for; from the limit on they are more than it.
fn percentiles(of: Option<&Summary>, given_up: Option<GivenUp>) -> String {
    let Some(s) = of else { return "—".to_owned() };
    let one = |(word, span, enough): (&str, Span, u64)| {
        let more = if given_up.is_some_and(|limit| limit.reaches(span)) { "> " } else { "" };
        (s.count >= enough).then(|| format!("{word} {more}{}", time_text(span.0)))
    };
    let all = [("p50", s.p50, 1), ("p95", s.p95, 20), ("p99", s.p99, 100)].into_iter().filter_map(one);
    let limit = given_up.map_or_else(String::new, |limit| format!(", {} at the limit", count(limit.count)));
    format!("{}, n = {}{limit}", all.collect::<Vec<_>>().join(", "), count(s.count))
}

fn of_people(of: Option<&Summary>) -> String {
    let Some(s) = of else { return "—".to_owned() };
    let one = |(word, span, enough): (&str, Span, u64)| {
        (s.count >= enough).then(|| format!("{word} {} s", short_seconds(span.0)))
    };
    let all = [("mean", s.mean, 1), ("p50", s.p50, 1), ("p95", s.p95, 20), ("p99", s.p99, 100)];
    format!("{}, n = {}", all.into_iter().filter_map(one).collect::<Vec<_>>().join(", "), count(s.count))
}

/// How many a second that is, unless no time has passed.
fn a_second(r: &Report, n: u64) -> String {
    if r.virtual_ns == 0 {
        return String::new();
    }
    format!(", {}/s", rate(n as f64 / (r.virtual_ns as f64 / 1e9)))
}

fn share(n: u64, of: u64) -> String {
    if of == 0 { "—".to_owned() } else { format!("{} %", percent(n as f64 / of as f64)) }
}

fn seconds(nanos: u64) -> String {
    format!("{:.3}", nanos as f64 / 1e9)
}
