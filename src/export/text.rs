//! The report as text: what the original prints, and then what it promised.

use super::Report;
use crate::analysis::Summary;
use std::fmt::Write;

/// The report as lines for a terminal.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ok = write(&mut out, report);
    out
}

fn write(out: &mut String, r: &Report) -> std::fmt::Result {
    writeln!(out, "{} · {} · seed {}", r.pattern, r.fidelity, r.seed)?;
    for notice in &r.notices {
        writeln!(out, "  notice: {notice}")?;
    }
    writeln!(out)?;
    writeln!(out, "Average Latency: {}", ms(r.latency_ns.mean.0))?;
    writeln!(out, "Total Time: {} ({} ns, {})", seconds(r.virtual_ns), r.virtual_ns, r.outcome)?;
    if let Some(ideal) = r.detail.get("ideal") {
        let seconds = ideal.get("seconds").and_then(serde_json::Value::as_f64).unwrap_or(0.0);
        let formula = ideal.get("formula").and_then(serde_json::Value::as_str).unwrap_or("");
        writeln!(out, "Closed Form: {seconds:.3} s ({formula})")?;
    }
    writeln!(out, "Status Code Counts:")?;
    for (code, count) in &r.status {
        writeln!(out, "  {code}: {count}")?;
    }
    writeln!(out)?;
    writeln!(out, "Latency:  {}", summary(&r.latency_ns))?;
    if let Some(response) = &r.response_ns {
        writeln!(out, "Response: {} (from the intended start)", summary(response))?;
    }
    writeln!(out, "Throughput: {:.1}/s", r.throughput_per_s)?;
    let q = &r.requests;
    writeln!(
        out,
        "Requests: {} offered = {} completed + {} failed + {} rejected + {} timed out + {} cancelled + {} lost + {} in the system",
        q.offered, q.completed, q.failed, q.rejected, q.timed_out, q.cancelled, q.lost, q.in_system
    )?;
    let each = r.tasks.bytes_peak.checked_div(r.tasks.peak).unwrap_or(0);
    writeln!(
        out,
        "Tasks: {} at once, {} in all, {} bytes at most, {each} each (a goroutine: 2,000 to 3,000)",
        r.tasks.peak, r.tasks.spawned, r.tasks.bytes_peak
    )?;
    writeln!(out, "Host Time: {}", ms(r.wall_ns))?;
    r.host.iter().try_for_each(|host| super::host::write(out, host))?;
    for blocked in &r.blocked {
        let place = blocked.line.map_or(String::new(), |line| format!(" ({}:{line})", blocked.file.unwrap_or("")));
        writeln!(out, "  blocked: {} on {}{place}", blocked.task, blocked.waiting_on)?;
    }
    writeln!(out)?;
    for check in &r.checks {
        let mark = if check.holds { "holds" } else { "FAILS" };
        let when = check.first_violation_ns.map_or(String::new(), |t| format!(" at {}", seconds(t)));
        writeln!(out, "  {mark}  {} ({}){when}", check.name, check.kind)?;
    }
    writeln!(out, "Trace: {} events, {}", r.events, r.trace_hash)
}

fn summary(s: &Summary) -> String {
    format!(
        "min {} mean {} p50 {} p90 {} p95 {} p99 {} p99.9 {} max {} (n = {})",
        ms(s.min.0),
        ms(s.mean.0),
        ms(s.p50.0),
        ms(s.p90.0),
        ms(s.p95.0),
        ms(s.p99.0),
        ms(s.p999.0),
        ms(s.max.0),
        s.count
    )
}

fn ms(nanos: u64) -> String {
    format!("{:.3} ms", nanos as f64 / 1e6)
}

fn seconds(nanos: u64) -> String {
    format!("{:.3} s", nanos as f64 / 1e9)
}
