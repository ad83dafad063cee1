//! The report: what the original prints, and then what it promised. A bank's says how long people waited and rode instead.

use super::cost::cost;
use crate::analysis::{CheckState, Standing, Summary};
use crate::app::lab::Lab;
use crate::app::markup::html;
use crate::app::page::{Page, use_page};
use crate::app::{family, scene};
use crate::export::{MeasuredLine, Report, StationLine};
use crate::platform::clock;
use crate::spec::TimeUnit;
use crate::trace::StationKind;
use crate::view::{number, standing, status};
use yew::prelude::*;

/// The report of the run up to the playhead's session; complete once the run is over.
#[component]
pub fn ReportPane() -> Html {
    let page = use_page();
    let report = use_report(&page);
    let (over, family) = {
        let lab = page.lab();
        (lab.session().outcome().is_some(), family::of(&scene::spec(&lab)))
    };
    let [first, then] = family.report;
    html! {
        <div class="report scroll" tabindex="0" aria-label="Report" data-testid="report" data-outcome={report.outcome}
            data-over={over.to_string()} data-virtual-ns={report.virtual_ns.to_string()}>
            <div class="cols">
                { first(&page, &report) }
                { promised(&page, &report, over) }
                { then(&page, &report) }
                if family.has_cost {
                    { cost(&report, page.scenario().pattern) }
                }
                { stations(&report) }
                { checks(&page.lab()) }
                { said(&report) }
            </div>
        </div>
    }
}

/// A part of the report.
pub type ReportPart = fn(&Page, &Report) -> Html;

/// The report of a bank: how long people waited and rode, and what the running system answered.
pub const fn bank_report() -> [ReportPart; 2] {
    [|_, report| measured(report), |page, _| asked_for(&by_status(&page.lab()))]
}

/// The report of requests: what the original prints, and the latencies where something is called.
pub const fn call_report() -> [ReportPart; 2] {
    [|_, report| original(report), |_, report| called(report)]
}

/// The report, which takes all samples to work out: once a second while there is more to come, else at once.
#[hook]
fn use_report(page: &Page) -> Report {
    let known = use_mut_ref(|| None::<(f64, Report)>);
    let (lab, now) = (page.lab(), clock::now_ms());
    let pattern = lab.scenario().pattern.id;
    let fresh = |(then, report): &&(f64, Report)| lab.is_busy() && report.pattern == pattern && now - then < 1_000.0;
    let kept = known.borrow().as_ref().filter(fresh).map(|(_, report)| report.clone());
    kept.unwrap_or_else(|| {
        let report = Report::brief(lab.session(), page.state.notices.clone(), (lab.host_ms * 1e6) as u64);
        known.replace(Some((now, report.clone())));
        report
    })
}

/// How many requests to the running system were answered with which status.
fn by_status(lab: &Lab) -> Vec<(u16, u64)> {
    let mut counts: Vec<(u16, u64)> = Vec::new();
    let so_far = lab.session().history().until(u64::MAX, lab.session().computed());
    for reply in so_far.exchanges().iter().filter_map(|row| so_far.replies(row).first()) {
        let at = counts.partition_point(|(status, _)| *status < reply.status);
        if counts.get(at).is_none_or(|(status, _)| *status != reply.status) {
            counts.insert(at, (reply.status, 0));
        }
        if let Some((_, n)) = counts.get_mut(at) {
            *n += 1;
        }
    }
    counts
}

fn ms(nanos: u64) -> String {
    format!("{} ms", number::millis(nanos))
}

fn fact(word: &'static str, value: impl Into<AttrValue>) -> Html {
    html! { <><dt>{ word }</dt><dd>{ value.into() }</dd></> }
}

fn original(r: &Report) -> Html {
    html! {
        <section>
            <h3>{ "What the original prints" }</h3>
            <dl class="facts">
                if r.has_calls {
                    { fact("Average Latency", r.latency_ns.map_or_else(|| "—".to_owned(), |s| ms(s.mean.0))) }
                }
                { fact("Total Time", format!("{:.6} s", r.virtual_ns as f64 / 1e9)) }
                { for r.status.iter().map(|(code, n)| html! { <><dt>{ format!("Status {code}") }</dt><dd>{ number::count(*n) }</dd></> }) }
                { fact("Memory", format!("{} bytes of waiting futures at most", number::count(r.tasks.bytes_peak))) }
            </dl>
        </section>
    }
}

fn promised(page: &Page, r: &Report, over: bool) -> Html {
    let scenario = page.scenario();
    let ideal = (scenario.pattern.ideal)(&scenario.values(), scenario.fidelity);
    let q = &r.requests;
    let ended = if over { format!("{} at exactly", r.outcome) } else { "not yet: computed up to".to_owned() };
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
    let tasks = format!("{} at once, {} in all", number::count(r.tasks.peak), number::count(r.tasks.spawned));
    html! {
        <section>
            <h3>{ "What it promised" }</h3>
            <dl class="facts">
                { fact("Ended", format!("{ended} {} ns", number::count(r.virtual_ns))) }
                if let Some(ideal) = ideal {
                    { fact("Closed form", format!("{} = {} ns", ideal.formula, number::count((ideal.seconds * 1e9 + 0.5) as u64))) }
                }
                { fact("Requests", format!("{} offered = {}", number::count(q.offered), if sum.is_empty() { "0".to_owned() } else { sum.join(" + ") })) }
                if q.lost > 0 {
                    { fact("Lost results", format!("{} were answered, but the program lost what came back", number::count(q.lost))) }
                }
                if r.substitutes > 0 {
                    { fact("Substitutes", substitutes(r)) }
                }
                { fact("Throughput", format!("{} completed and failed", rate(r, r.throughput_per_s))) }
                { fact("Goodput", format!("{} completed", rate(r, r.goodput_per_s))) }
                { fact("Rates", rates(r)) }
                { fact("Tasks", tasks) }
                { fact("Memory for each task", each_task(r)) }
                if r.percentiles != "exact" {
                    { fact("Percentiles", "of a histogram, to three digits: there were more samples than are kept".to_owned()) }
                }
                { fact("Host time spent", ms(r.wall_ns)) }
                <dt>{ "Trace" }</dt><dd class="mono">{ format!("{} · {} events", r.trace_hash, number::count(r.events)) }</dd>
            </dl>
        </section>
    }
}

/// A rate, unless no time has passed.
fn rate(r: &Report, per_second: f64) -> String {
    if r.virtual_ns > 0 { format!("{} /s", number::rate(per_second)) } else { "—".to_owned() }
}

/// How many were answered without a server: among the completed, and to be seen as what they are.
fn substitutes(r: &Report) -> String {
    let each = rate(r, r.substitutes as f64 / (r.virtual_ns.max(1) as f64 / 1e9));
    format!("{} of the completed, {each}, in no latency and no response", number::count(r.substitutes))
}

/// How often a second requests left in each way in which any has.
fn rates(r: &Report) -> String {
    let (q, of) = (&r.requests, &r.rates_per_s);
    let ways = [
        (q.completed, of.completed, "completed"),
        (q.failed, of.failed, "failed"),
        (q.rejected, of.rejected, "rejected"),
        (q.timed_out, of.timed_out, "timed out"),
        (q.cancelled, of.cancelled, "cancelled"),
        (q.lost, of.lost, "lost"),
    ];
    let ways = ways.into_iter().filter(|(n, ..)| *n > 0);
    let ways: Vec<String> = ways.map(|(_, x, word)| format!("{} {word}", rate(r, x))).collect();
    if ways.is_empty() { "—".to_owned() } else { ways.join(", ") }
}

/// What a waiting task takes: the size of its future, measured, beside what is said of the original's.
fn each_task(r: &Report) -> String {
    let each = r.tasks.bytes_peak.checked_div(r.tasks.peak).unwrap_or(0);
    format!("{} bytes: its future, as boxed. A goroutine is said to take 2–3 KB", number::count(each))
}

/// One figure of a summary, in nanoseconds.
type Figure = fn(&Summary) -> u64;

const FIGURES: [(&str, Figure); 8] = [
    ("min", |s| s.min.0),
    ("mean", |s| s.mean.0),
    ("p50", |s| s.p50.0),
    ("p90", |s| s.p90.0),
    ("p95", |s| s.p95.0),
    ("p99", |s| s.p99.0),
    ("p99.9", |s| s.p999.0),
    ("max", |s| s.max.0),
];

/// What was asked of the running system, by the status of its answer.
fn asked_for(asked: &[(u16, u64)]) -> Html {
    html! {
        <section>
            <h3>{ "Answers of the system" }</h3>
            <dl class="facts">
                if asked.is_empty() {
                    { fact("None", "nobody has asked yet") }
                }
                { for asked.iter().map(|(code, n)| html! {
                    <><dt>{ format!("{code} {}", status::reason(*code)) }</dt><dd>{ number::count(*n) }</dd></>
                }) }
            </dl>
        </section>
    }
}

/// What the pattern declares that it measures as a table, a column each: waits and rides.
fn measured(r: &Report) -> Html {
    let cell = |line: &MeasuredLine, pick: Figure| {
        let shown = |s: Summary| match line.measure.unit {
            TimeUnit::Seconds => format!("{:.3} s", pick(&s) as f64 / 1e9),
            TimeUnit::Millis => ms(pick(&s)),
        };
        line.summary.map_or_else(|| "—".to_owned(), shown)
    };
    let counted = |line: &MeasuredLine| {
        let n = number::count(line.summary.map_or(0, |s| s.count));
        format!("{} of {n} {}", line.measure.noun, line.measure.who)
    };
    if r.measured.is_empty() {
        return Html::default();
    }
    let heading = r.measured.iter().map(counted).reduce(|all, next| format!("{all}, {}", standing::within(&next)));
    html! {
        <section>
            <h3>{ heading }</h3>
            <table>
                <thead><tr><th scope="col"></th>{ for r.measured.iter().map(|line| html! { <th scope="col">{ line.measure.label }</th> }) }</tr></thead>
                <tbody>{ for FIGURES.into_iter().map(|(word, pick)| html! {
                    <tr><th scope="row">{ word }</th>{ for r.measured.iter().map(|line| html! { <td>{ cell(line, pick) }</td> }) }</tr>
                }) }</tbody>
            </table>
        </section>
    }
}

/// How each server did, where there are several.
fn servers(r: &Report) -> Html {
    if r.servers.len() < 2 {
        return Html::default();
    }
    let cell = |latency: Option<Summary>, pick: Figure| latency.map_or_else(|| "—".to_owned(), |s| ms(pick(&s)));
    html! {
        <section>
            <h3>{ "Servers" }</h3>
            <table>
                <thead><tr>{ for ["Server", "Calls", "Answers", "In flight, most", "p50", "p95", "p99"].map(|word| html! { <th scope="col">{ word }</th> }) }</tr></thead>
                <tbody>{ for r.servers.iter().map(|s| html! {
                    <tr>
                        <th scope="row">{ s.name.clone() }</th>
                        <td>{ number::count(s.calls) }</td>
                        <td>{ rate(r, s.answers_per_s) }</td>
                        <td>{ number::count(s.in_flight_peak) }</td>
                        { for FIGURES.iter().filter(|(word, _)| matches!(*word, "p50" | "p95" | "p99")).map(|(_, pick)| html! { <td>{ cell(s.latency_ns, *pick) }</td> }) }
                    </tr>
                }) }</tbody>
            </table>
        </section>
    }
}

/// The latencies where something is called, by server where there are several, and what else is measured.
fn called(r: &Report) -> Html {
    html! {
        <>
            if r.has_calls {
                { latencies(r) }
                { servers(r) }
            }
            { measured(r) }
        </>
    }
}

/// Latencies as a table, a row for each figure: of all calls, of those that ended in each way, and from the intended start.
fn latencies(r: &Report) -> Html {
    let by = &r.latency_by_outcome;
    let mut columns = vec![("All", r.latency_ns)];
    // One way alone is all there is.
    let ways = [("Success", by.success), ("Error", by.error), ("Timeout", by.timeout)];
    let ways: Vec<_> = ways.into_iter().filter(|(_, latency)| latency.is_some()).collect();
    columns.extend(ways.into_iter().filter(|(_, latency)| *latency != r.latency_ns));
    if r.has_open_arrivals {
        columns.push(("From the intended start", r.response_ns));
    }
    let cell = |latency: Option<Summary>, pick: Figure| latency.map_or_else(|| "—".to_owned(), |s| ms(pick(&s)));
    let count = |latency: Option<Summary>| number::count(latency.map_or(0, |s| s.count));
    let limit = by.timeout.map(|late| format!(", {} of them at the limit", number::count(late.count)));
    html! {
        <section>
            <h3>{ format!("Latency of {} calls, send to answer{}", count(r.latency_ns), limit.unwrap_or_default()) }</h3>
            <table>
                <thead><tr>
                    <th scope="col"></th>
                    { for columns.iter().map(|(word, _)| html! { <th scope="col">{ *word }</th> }) }
                </tr></thead>
                <tbody>
                    <tr><th scope="row">{ "n" }</th>{ for columns.iter().map(|(_, of)| html! { <td>{ count(*of) }</td> }) }</tr>
                    { for FIGURES.into_iter().map(|(word, pick)| html! {
                        <tr><th scope="row">{ word }</th>{ for columns.iter().map(|(_, of)| html! { <td>{ cell(*of, pick) }</td> }) }</tr>
                    }) }
                </tbody>
            </table>
        </section>
    }
}

/// The share of its capacity in use; a worker's is the time with a job in hand.
fn utilisation(s: &StationLine) -> String {
    let has_a_share = s.capacity.is_some_and(|room| room > 0) || s.kind == StationKind::Worker.word();
    if has_a_share { format!("{} %", number::percent(s.utilisation)) } else { "—".to_owned() }
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
                        <td>{ s.capacity.map_or("—".to_owned(), |c| number::count(u64::from(c))) }</td>
                        <td>{ format!("{:.1}", s.queue_mean) }</td>
                        <td>{ number::count(s.queue_peak) }</td>
                        <td>{ utilisation(s) }</td>
                    </tr>
                }) }</tbody>
            </table>
            if r.stations.len() > 40 {
                <p class="note">{ format!("and {} more", r.stations.len() - 40) }</p>
            }
        </section>
    }
}

/// The checks as they stand at the playhead, in the words and marks of their own pane: two panes must not contradict each
/// other.
fn checks(lab: &Lab) -> Html {
    let (at, over) = (lab.session().playhead(), lab.session().at_end());
    let line = |state: &CheckState| {
        let stands = state.standing(at, over);
        let (class, mark) = standing::mark(stands);
        let kind = state.check.kind.word();
        // That it holds is said by the mark, and by a word to those who do not see it.
        let (hidden, shown) = match stands {
            Standing::Holds => ("holds: ", format!("{} ({kind})", state.check.name())),
            _ => (
                "",
                format!(
                    "{} ({kind}: {})",
                    state.check.name(),
                    standing::within(&standing::says(state.check.kind, stands))
                ),
            ),
        };
        html! {
            <li {class}><span aria-hidden="true">{ mark }{ " " }</span><span class="vh">{ hidden }</span>{ shown }</li>
        }
    };
    html! {
        <section>
            <h3>{ "Checks" }</h3>
            <ul>{ for lab.session().history().checks.states().iter().map(line) }</ul>
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
