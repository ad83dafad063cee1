//! The report: what the original prints, and then what it promised. A bank's says how long people waited and rode instead.

mod headline;
mod tables;

use super::cost::cost;
use crate::analysis::{CheckState, Standing};
use crate::app::lab::Lab;
use crate::app::markup::{Children, html};
use crate::app::page::{Page, use_page};
use crate::app::{family, scene};
use crate::export::{self, Report};
use crate::platform::{address, clock};
use crate::view::{number, standing, status};
use headline::Headline;
use std::rc::Rc;
use tables::{called, measured, stations};
use yew::prelude::*;

/// The report of the run up to the playhead's session; complete once the run is over.
#[component]
pub fn ReportPane() -> Html {
    let page = use_page();
    let link = address::whole(&page.link(false).0);
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
                <Headline text={export::headline(&report, &link)} />
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
fn use_report(page: &Page) -> Rc<Report> {
    let known = use_mut_ref(|| None::<(f64, Rc<Report>)>);
    let (lab, now) = (page.lab(), clock::now_ms());
    let pattern = lab.scenario().pattern.id;
    let fresh =
        |(then, report): &&(f64, Rc<Report>)| lab.is_busy() && report.pattern == pattern && now - then < 1_000.0;
    let kept = known.borrow().as_ref().filter(fresh).map(|(_, report)| report.clone());
    kept.unwrap_or_else(|| {
        let report = Rc::new(Report::brief(lab.session(), page.state.notices.clone(), (lab.host_ms * 1e6) as u64));
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
    // A time of a few microseconds is not none.
    if nanos < 100_000 { number::time_text(nanos) } else { format!("{} ms", number::millis(nanos)) }
}

/// A part under its heading.
fn section(heading: impl Children, content: Html) -> Html {
    html! { <section><h3>{ heading }</h3>{ content }</section> }
}

/// Facts: a word, and what is to be said of it. The last one may be markup.
fn facts<T: Into<AttrValue>>(all: Vec<(T, String)>, last: Html) -> Html {
    html! {
        <dl class="facts">
            { for all.into_iter().map(|(word, says)| html! { <><dt>{ word.into() }</dt><dd>{ says }</dd></> }) }
            { last }
        </dl>
    }
}

fn original(r: &Report) -> Html {
    let mut all = Vec::new();
    if r.has_calls {
        let mean = r.latency_ns.map_or_else(|| "—".to_owned(), |s| ms(s.mean.0));
        all.push(("Average Latency".to_owned(), mean));
    }
    all.push(("Total Time".to_owned(), format!("{:.6} s", r.virtual_ns as f64 / 1e9)));
    all.extend(r.status.iter().map(|(code, n)| (format!("Status {code}"), number::count(*n))));
    let memory = format!("{} bytes of waiting futures at most", number::count(r.tasks.bytes_peak));
    all.push(("Memory".to_owned(), memory));
    section("What the original prints", facts(all, Html::default()))
}

fn promised(page: &Page, r: &Report, over: bool) -> Html {
    let ideal = {
        let lab = page.lab();
        let scenario = lab.scenario();
        (scenario.pattern.ideal)(&scenario.values(), scenario.fidelity)
    };
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
    let sum = if sum.is_empty() { "0".to_owned() } else { sum.join(" + ") };
    let mut all = vec![("Ended", format!("{ended} {} ns", number::count(r.virtual_ns)))];
    if let Some(ideal) = ideal {
        let nanos = number::count((ideal.seconds * 1e9 + 0.5) as u64);
        all.push(("Closed form", format!("{} = {nanos} ns", ideal.formula)));
    }
    all.push(("Requests", format!("{} offered = {sum}", number::count(q.offered))));
    if q.lost > 0 {
        let lost = number::count(q.lost);
        all.push(("Lost results", format!("{lost} were answered, but the program lost what came back")));
    }
    if r.substitutes > 0 {
        all.push(("Substitutes", substitutes(r)));
    }
    all.extend([
        ("Throughput", format!("{} completed and failed", rate(r, r.throughput_per_s))),
        ("Goodput", format!("{} completed", rate(r, r.goodput_per_s))),
        ("Rates", rates(r)),
        ("Tasks", format!("{} at once, {} in all", number::count(r.tasks.peak), number::count(r.tasks.spawned))),
        ("Memory for each task", each_task(r)),
    ]);
    if r.percentiles != "exact" {
        let rounded = "of a histogram, to three digits: there were more samples than are kept".to_owned();
        all.push(("Percentiles", rounded));
    }
    if let Some(timing) = page.lab().timing() {
        all.push(("Clock of calls", timing.says().to_owned()));
    }
    all.push(("Host time spent", ms(r.wall_ns)));
    let trace = format!("{} · {} events", r.trace_hash, number::count(r.events));
    section("What it promised", facts(all, html! { <><dt>{ "Trace" }</dt><dd class="mono">{ trace }</dd></> }))
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

/// What was asked of the running system, by the status of its answer.
fn asked_for(asked: &[(u16, u64)]) -> Html {
    let fact = |(code, n): &(u16, u64)| (format!("{code} {}", status::reason(*code)), number::count(*n));
    let mut all: Vec<(String, String)> = asked.iter().map(fact).collect();
    if all.is_empty() {
        all.push(("None".to_owned(), "nobody has asked yet".to_owned()));
    }
    section("Answers of the system", facts(all, Html::default()))
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
    section("Checks", html! { <ul>{ for lab.session().history().checks.states().iter().map(line) }</ul> })
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
