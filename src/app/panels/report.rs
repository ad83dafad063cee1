//! The report: what the original prints, and then what it promised.

use crate::app::page::{Page, use_page};
use crate::export::Report;
use crate::view::number;
use yew::prelude::*;

/// The report of the run up to the playhead's session; complete once the run is over.
#[component]
pub fn ReportPane() -> Html {
    let page = use_page();
    let report = {
        let lab = page.lab();
        Report::of(lab.session(), page.state.notices.clone(), (lab.host_ms * 1e6) as u64)
    };
    html! {
        <div class="report scroll" tabindex="0" data-testid="report" data-outcome={report.outcome} data-virtual-ns={report.virtual_ns.to_string()}>
            { original(&report) }
            { promised(&page, &report) }
            { stations(&report) }
            { checks(&report) }
            { said(&report) }
        </div>
    }
}

fn ms(nanos: u64) -> String {
    format!("{} ms", number::millis(nanos))
}

fn original(r: &Report) -> Html {
    html! {
        <section>
            <h3>{ "What the original prints" }</h3>
            <dl class="facts">
                <dt>{ "Average Latency" }</dt><dd>{ ms(r.latency_ns.mean.0) }</dd>
                <dt>{ "Total Time" }</dt><dd>{ format!("{:.6} s", r.virtual_ns as f64 / 1e9) }</dd>
                { for r.status.iter().map(|(code, n)| html! { <><dt>{ format!("Status {code}") }</dt><dd>{ number::count(*n) }</dd></> }) }
                <dt>{ "Memory" }</dt><dd>{ format!("{} bytes of waiting futures at most", number::count(r.tasks.bytes_peak)) }</dd>
            </dl>
        </section>
    }
}

fn promised(page: &Page, r: &Report) -> Html {
    let scenario = page.scenario();
    let ideal = (scenario.pattern.ideal)(&scenario.values(), scenario.fidelity);
    let each = r.tasks.bytes_peak.checked_div(r.tasks.peak).unwrap_or(0);
    let l = &r.latency_ns;
    let q = &r.requests;
    let outcomes = [
        ("completed", q.completed),
        ("failed", q.failed),
        ("rejected", q.rejected),
        ("timed out", q.timed_out),
        ("cancelled", q.cancelled),
        ("lost", q.lost),
        ("in the system", q.in_system),
    ];
    let sum: Vec<String> =
        outcomes.iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{} {word}", number::count(*n))).collect();
    html! {
        <section>
            <h3>{ "What it promised" }</h3>
            <dl class="facts">
                <dt>{ "Ended" }</dt><dd>{ format!("{} at exactly {} ns", r.outcome, number::count(r.virtual_ns)) }</dd>
                if let Some(ideal) = ideal {
                    <dt>{ "Closed form" }</dt><dd>{ format!("{} = {} ns", ideal.formula, number::count((ideal.seconds * 1e9 + 0.5) as u64)) }</dd>
                }
                <dt>{ "Requests" }</dt><dd>{ format!("{} offered = {}", number::count(q.offered), sum.join(" + ")) }</dd>
                <dt>{ "Throughput" }</dt><dd>{ format!("{} /s", number::rate(r.throughput_per_s)) }</dd>
                <dt>{ "Latency, send to answer" }</dt>
                <dd>{ format!("min {} · mean {} · p50 {} · p90 {} · p95 {} · p99 {} · p99.9 {} · max {}", ms(l.min.0), ms(l.mean.0), ms(l.p50.0), ms(l.p90.0), ms(l.p95.0), ms(l.p99.0), ms(l.p999.0), ms(l.max.0)) }</dd>
                if let Some(x) = &r.response_ns {
                    <dt>{ "Response, from the intended start" }</dt>
                    <dd>{ format!("min {} · mean {} · p50 {} · p90 {} · p95 {} · p99 {} · p99.9 {} · max {}", ms(x.min.0), ms(x.mean.0), ms(x.p50.0), ms(x.p90.0), ms(x.p95.0), ms(x.p99.0), ms(x.p999.0), ms(x.max.0)) }</dd>
                }
                <dt>{ "Tasks" }</dt><dd>{ format!("{} at once, {} in all", number::count(r.tasks.peak), number::count(r.tasks.spawned)) }</dd>
                <dt>{ "Bytes a waiting task" }</dt><dd>{ format!("{} (a goroutine is said to take 2,000 to 3,000)", number::count(each)) }</dd>
                <dt>{ "Host time spent" }</dt><dd>{ ms(r.wall_ns) }</dd>
                <dt>{ "Trace" }</dt><dd class="mono">{ format!("{} · {} events", r.trace_hash, number::count(r.events)) }</dd>
            </dl>
        </section>
    }
}

fn stations(r: &Report) -> Html {
    html! {
        <section>
            <h3>{ "Stations" }</h3>
            <table>
                <thead><tr><th scope="col">{ "Station" }</th><th scope="col">{ "Capacity" }</th><th scope="col">{ "Queue, mean" }</th><th scope="col">{ "Queue, most" }</th><th scope="col">{ "Utilisation" }</th></tr></thead>
                <tbody>{ for r.stations.iter().take(40).map(|s| html! {
                    <tr>
                        <th scope="row">{ s.name.clone() }</th>
                        <td>{ s.capacity.map_or("–".to_owned(), |c| number::count(u64::from(c))) }</td>
                        <td>{ format!("{:.1}", s.queue_mean) }</td>
                        <td>{ number::count(s.queue_peak) }</td>
                        <td>{ format!("{} %", number::percent(s.utilisation)) }</td>
                    </tr>
                }) }</tbody>
            </table>
            if r.stations.len() > 40 {
                <p class="note">{ format!("and {} more", r.stations.len() - 40) }</p>
            }
        </section>
    }
}

fn checks(r: &Report) -> Html {
    html! {
        <section>
            <h3>{ "Checks" }</h3>
            <ul>{ for r.checks.iter().map(|c| html! { <li>{ format!("{} {} ({})", if c.holds { "✓" } else { "✗" }, c.name, c.kind) }</li> }) }</ul>
        </section>
    }
}

/// What the program said, who it leaked, who is blocked.
fn said(r: &Report) -> Html {
    let text = |v: &serde_json::Value, key: &str| v.get(key).and_then(|t| t.as_str()).unwrap_or_default().to_owned();
    let list = |key: &str| r.detail.get(key).and_then(|v| v.as_array()).cloned().unwrap_or_default();
    let (said, leaked) = (list("said"), list("leaked"));
    html! {
        <section>
            if !said.is_empty() {
                <h3>{ "What the program and its server said" }</h3>
                <ul>{ for said.iter().take(40).map(|s| html! { <li>{ format!("{}: {}", text(s, "who"), text(s, "text")) }</li> }) }</ul>
            }
            if !leaked.is_empty() {
                <h3>{ format!("Leaked: {} tasks that nobody waits for", leaked.len()) }</h3>
                <ul>{ for leaked.iter().take(20).map(|s| html! { <li>{ format!("{} waits on {}", text(s, "task"), text(s, "waiting_on")) }</li> }) }</ul>
            }
            if !r.blocked.is_empty() {
                <h3>{ "Blocked" }</h3>
                <ul>{ for r.blocked.iter().take(20).map(|b| html! { <li>{ format!("{} waits on {} at {}:{}", b.task, b.waiting_on, b.file.unwrap_or("?"), b.line.unwrap_or(0)) }</li> }) }</ul>
            }
        </section>
    }
}
