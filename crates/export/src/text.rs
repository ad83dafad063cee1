//! The report as text: the headline, what the original prints, and then what it promised.
//!
//! What was never measured has a dash, and what cannot be has no line: a bank has no calls, and a run of calls no rides.

use super::{Report, headline};
use millrace_analysis::{Standing, Summary};
use millrace_spec::TimeUnit;
use serde_json::Value as Json;
use std::fmt::Write;

/// The report as lines for a terminal.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ok = write(&mut out, report);
    out
}

fn write(out: &mut String, r: &Report) -> std::fmt::Result {
    write!(out, "{}", headline(r, &r.link))?;
    for notice in &r.notices {
        writeln!(out, "  notice: {notice}")?;
    }
    writeln!(out)?;
    let calls = r.has_calls;
    if calls {
        writeln!(out, "Average Latency: {}", r.latency_ns.map_or_else(|| DASH.to_owned(), |s| ms(s.mean.0)))?;
    }
    writeln!(out, "Total Time: {} ({} ns, {})", seconds(r.virtual_ns), r.virtual_ns, r.outcome)?;
    if let Some(ideal) = r.detail.get("ideal") {
        let seconds = ideal.get("seconds").and_then(Json::as_f64).unwrap_or(0.0);
        let formula = ideal.get("formula").and_then(Json::as_str).unwrap_or("");
        writeln!(out, "Closed Form: {seconds:.3} s ({formula})")?;
    }
    if calls {
        writeln!(out, "Status Code Counts:{}", if r.status.is_empty() { " —" } else { "" })?;
        for (code, count) in &r.status {
            writeln!(out, "  {code}: {count}")?;
        }
    }
    writeln!(out)?;
    if calls {
        latencies(out, r)?;
    }
    servers(out, r)?;
    for line in &r.measured {
        let written = if line.measure.unit == TimeUnit::Seconds { seconds } else { ms };
        let word = format!("{}:", line.measure.noun);
        writeln!(out, "{word:<9} {}", summary(line.summary.as_ref(), written))?;
    }
    if r.percentiles != "exact" {
        writeln!(out, "Percentiles: of a histogram, to three digits; there were more samples than are kept")?;
    }
    outcomes(out, r)?;
    let each = r.tasks.bytes_peak.checked_div(r.tasks.peak).unwrap_or(0);
    writeln!(
        out,
        "Tasks: {} at once, {} in all, {} bytes at most, {each} each (a goroutine: 2,000 to 3,000)",
        r.tasks.peak, r.tasks.spawned, r.tasks.bytes_peak
    )?;
    writeln!(out, "Host Time: {}", ms(r.wall_ns))?;
    r.host.iter().try_for_each(|host| super::host::write(out, host))?;
    details(out, r)?;
    for blocked in &r.blocked {
        let place = blocked.line.map_or(String::new(), |line| format!(" ({}:{line})", blocked.file.unwrap_or("")));
        writeln!(out, "  blocked: {} on {}{place}", blocked.task, blocked.waiting_on)?;
    }
    writeln!(out)?;
    for check in &r.checks {
        let (mark, when) = mark(check.standing);
        writeln!(out, "  {mark}  {} ({}){when}", check.name, check.kind)?;
    }
    writeln!(out, "Trace: {} events, {}", r.events, r.trace_hash)
}

/// What stands where nothing was measured.
const DASH: &str = "—";

/// From sending to the answer, in the headline and for each way in which calls end.
fn latencies(out: &mut String, r: &Report) -> std::fmt::Result {
    let by = &r.latency_by_outcome;
    let limit = match by.timeout {
        Some(late) => format!(", {} of them timed out and count at their limit", late.count),
        None => String::new(),
    };
    writeln!(out, "Latency:  {}{limit}", summary(r.latency_ns.as_ref(), ms))?;
    for (word, latency) in [("success:", &by.success), ("error:  ", &by.error), ("timeout:", &by.timeout)] {
        writeln!(out, "  {word} {}", summary(latency.as_ref(), ms))?;
    }
    if r.has_open_arrivals {
        writeln!(out, "From the intended start: {}", summary(r.response_ns.as_ref(), ms))?;
    }
    Ok(())
}

/// A line for each server, where there are several: of one, all has been said.
fn servers(out: &mut String, r: &Report) -> std::fmt::Result {
    for server in r.servers.iter().filter(|_| r.servers.len() > 1) {
        let name = format!("{}:", server.name);
        let (answers, most) = (server.answers_per_s, server.in_flight_peak);
        writeln!(out, "  {name:<8} {}", summary(server.latency_ns.as_ref(), ms))?;
        let fault = server.fault.as_ref().map_or(String::new(), |fault| format!("; at the end {fault}"));
        writeln!(out, "           {answers:.1} answers/s, {most} in flight at most{fault}")?;
    }
    Ok(())
}

/// What only this pattern reports, where it is one word or number: a time of so many `_ns` in milliseconds, all else as programs have it.
fn details(out: &mut String, r: &Report) -> std::fmt::Result {
    for (key, value) in &r.detail {
        let nanos = key.strip_suffix("_ns").zip(value.as_u64());
        match (nanos, value) {
            (Some((key, nanos)), _) => writeln!(out, "  {key}: {}", ms(nanos))?,
            (_, Json::String(text)) => writeln!(out, "  {key}: {text}")?,
            (_, Json::Number(_) | Json::Bool(_)) => writeln!(out, "  {key}: {value}")?,
            _ => {}
        }
    }
    Ok(())
}

/// What became of the requests, as rates and as a sum.
fn outcomes(out: &mut String, r: &Report) -> std::fmt::Result {
    let (rates, q) = (&r.rates_per_s, &r.requests);
    let rate = |x: f64| if r.virtual_ns > 0 { format!("{x:.1}/s") } else { DASH.to_owned() };
    writeln!(out, "Throughput: {} (completed and failed)", rate(r.throughput_per_s))?;
    writeln!(out, "Goodput: {} (completed)", rate(r.goodput_per_s))?;
    let parts = [
        (q.completed, rates.completed, "completed"),
        (q.failed, rates.failed, "failed"),
        (q.rejected, rates.rejected, "rejected"),
        (q.timed_out, rates.timed_out, "timed out"),
        (q.cancelled, rates.cancelled, "cancelled"),
        (q.lost, rates.lost, "lost"),
    ];
    let parts: Vec<_> =
        parts.into_iter().filter(|(n, ..)| *n > 0).map(|(_, x, word)| format!("{} {word}", rate(x))).collect();
    writeln!(out, "Rates: {}", if parts.is_empty() { DASH.to_owned() } else { parts.join(", ") })?;
    writeln!(
        out,
        "Requests: {} offered = {} completed + {} failed + {} rejected + {} timed out + {} cancelled + {} lost + {} in the system",
        q.offered, q.completed, q.failed, q.rejected, q.timed_out, q.cancelled, q.lost, q.in_system
    )?;
    if r.substitutes > 0 {
        let each = rate(r.substitutes as f64 / (r.virtual_ns.max(1) as f64 / 1e9));
        writeln!(out, "Substitutes: {} of the completed, {each}, in no latency and no response", r.substitutes)?;
    }
    Ok(())
}

/// How a check stands, and since when. What only may happen and did not is no fault.
fn mark(standing: Standing) -> (&'static str, String) {
    match standing {
        Standing::Holds => ("holds", String::new()),
        Standing::Broken(at) => ("FAILS", format!(" at {}", seconds(at.0))),
        Standing::Happened(at) => ("seen", format!(" at {}", seconds(at.0))),
        Standing::Missed => ("not seen", String::new()),
        Standing::Unknown => ("not known", String::new()),
    }
}

fn summary(summary: Option<&Summary>, written: fn(u64) -> String) -> String {
    let Some(s) = summary else { return DASH.to_owned() };
    format!(
        "min {} mean {} p50 {} p90 {} p95 {} p99 {} p99.9 {} max {} (n = {})",
        written(s.min.0),
        written(s.mean.0),
        written(s.p50.0),
        written(s.p90.0),
        written(s.p95.0),
        written(s.p99.0),
        written(s.p999.0),
        written(s.max.0),
        s.count
    )
}

fn ms(nanos: u64) -> String {
    format!("{:.3} ms", nanos as f64 / 1e6)
}

fn seconds(nanos: u64) -> String {
    format!("{:.3} s", nanos as f64 / 1e9)
}
