//! What was asked from the page and what the system answered, up to the playhead, newest first.

use super::headers::{Headers, HeadersProps};
use crate::analysis::{ExchangeRow, Reply, Request};
use crate::app::lab::{Lab, Status};
use crate::app::markup::{classes, html};
use crate::app::page::{Command, Page};
use crate::engine::Exchange;
use crate::spec::{Console, Route, Stream};
use crate::trace::Trace;
use crate::view::{json, number, status};
use yew::prelude::*;

/// How many exchanges are shown.
const SHOWN: usize = 100;
/// How many messages of a stream that talks.
const TOLD: usize = 6;

/// The transcript.
pub fn transcript(page: &Page, console: &'static Console) -> Html {
    let lab = page.lab();
    let trace = lab.session().run().trace();
    let so_far = lab.so_far();
    // A run asks itself far more often than a person does.
    let asked: Vec<_> = so_far.exchanges().iter().filter(|row| row.is_from_page(&trace)).collect();
    let earlier = asked.len().saturating_sub(SHOWN);
    let scene = Scene { page, lab: &lab, trace: &trace, console };
    html! {
        <section class="said scroll" tabindex="0" aria-label="Requests and answers" data-testid="api-transcript">
            if asked.is_empty() {
                <p class="none">{ "Nothing was asked yet. Choose a route and send a request: it reaches the running system at the playhead, \
                    and its link replays it." }</p>
            }
            <ol>
                { for asked.iter().rev().take(SHOWN).enumerate().map(|(age, row)| scene.exchange(row, age == 0)) }
                if earlier > 0 {
                    <li key="earlier" class="note">{ format!("{earlier} earlier ones") }</li>
                }
            </ol>
        </section>
    }
}

/// What an exchange is told from.
struct Scene<'a> {
    page: &'a Page,
    lab: &'a Lab,
    trace: &'a Trace,
    console: &'static Console,
}

impl Scene<'_> {
    fn exchange(&self, row: &ExchangeRow, newest: bool) -> Html {
        let Request { method, path, body } = Request::of(self.trace.name(row.request));
        let replies = row.replies_until(self.lab.session().events());
        let code = replies.last().map_or_else(|| "none".to_owned(), |reply| reply.status.to_string());
        html! {
            <li key={row.number} data-testid="api-exchange" data-status={code} data-exchange={row.number.to_string()}>
                <div class="head">
                    <time title="virtual time">{ number::instant(row.at.0) }</time>
                    <b class="meth">{ method }</b><code>{ path }</code>
                    { self.outcome(row, replies) }
                </div>
                if !body.is_empty() {
                    { text("Sent", body, false) }
                }
                if self.streams(method, path, replies) {
                    { self.stream(row, replies, if self.talks(method, path) { TOLD } else { 1 }) }
                } else if let Some(reply) = replies.last() {
                    { text("Answer", self.trace.name(reply.body), newest) }
                }
                if let Some(reply) = replies.first() {
                    <Headers ..self.answered(row, (method, path), reply) />
                }
            </li>
        }
    }

    /// What the headers of an answer follow from. A stream that was not refused began with a switch of protocols.
    fn answered(&self, row: &ExchangeRow, (method, path): (&str, &str), reply: &Reply) -> HeadersProps {
        let streams = reply.status < 400 && self.streams(method, path, std::slice::from_ref(reply));
        HeadersProps {
            console: self.console,
            method: AttrValue::from(method.to_owned()),
            path: AttrValue::from(path.to_owned()),
            id: Exchange::id_of(row.number),
            at: reply.at,
            status: if streams { 101 } else { reply.status },
            body: AttrValue::from(self.trace.name(reply.body).to_owned()),
        }
    }

    /// The status in words and how long it took, or that there is none yet.
    fn outcome(&self, row: &ExchangeRow, replies: &[Reply]) -> Html {
        let Some(first) = replies.first() else {
            let waiting = match self.lab.status() {
                _ if self.lab.has_hung_up(row.number) => "hung up before an answer",
                Status::Done | Status::Failed => "no answer: the run is over",
                Status::Paused | Status::Idle => "no answer yet: run on",
                Status::Running => "no answer yet",
            };
            return html! { <span class="end"><span class="stat">{ waiting }</span></span> };
        };
        let last = replies.last().unwrap_or(first);
        html! {
            <span class="end">
                <span class={classes!("stat", status::token(last.status))}>{ format!("{} {}", last.status, status::reason(last.status)) }</span>
                <span class="took" title="from asking to the first answer, in virtual time">{ format!("{} ms", number::millis(row.took(first).0)) }</span>
            </span>
        }
    }

    fn route(&self, method: &str, path: &str) -> Option<&'static Route> {
        self.console.route(method, path.split('?').next().unwrap_or_default())
    }

    /// Whether each message is an answer of its own.
    fn talks(&self, method: &str, path: &str) -> bool {
        self.route(method, path).is_some_and(|route| matches!(route.stream, Some(Stream::Talks(_))))
    }

    fn streams(&self, method: &str, path: &str, replies: &[Reply]) -> bool {
        let route = self.route(method, path);
        // One that was refused has had its only answer.
        replies.len() > 1
            || (route.is_some_and(|route| route.stream.is_some()) && replies.iter().all(|reply| reply.status < 400))
    }

    /// The latest messages of a stream, how many there were, and the way to end it. Of one that only tells, the last is all there is to know.
    fn stream(&self, row: &ExchangeRow, replies: &[Reply], shown: usize) -> Html {
        // That it began is no message.
        let replies: Vec<&Reply> = replies.iter().filter(|reply| reply.status != Stream::BEGUN).collect();
        let hung_up = self.lab.has_hung_up(row.number);
        let ended = replies.last().is_some_and(|last| last.status >= 400);
        let count = match replies.len() {
            0 => "no message".to_owned(),
            1 => "1 message".to_owned(),
            n => format!("{} messages", number::count(n as u64)),
        };
        html! {
            <div class="stream">
                <span class="live">{ match (hung_up, replies.last()) {
                    _ if ended => format!("{count}, with the last of which the system ended it"),
                    (true, _) => format!("{count}, then hung up"),
                    (false, None) => "listening, no message yet".to_owned(),
                    (false, Some(last)) => format!("{count}, the latest at {}", number::moment(last.at.0)),
                } }</span>
                if !hung_up && !ended && !self.lab.wants_real() {
                    <button type="button" class="btn bd" data-testid="api-hang" onclick={self.page.asks(Command::Hang(row.number))}>{ "Hang up" }</button>
                }
                { for replies.iter().rev().take(shown).enumerate().map(|(age, reply)| {
                    text(if age == 0 { "Latest" } else { "Before that" }, self.trace.name(reply.body), age == 0)
                }) }
            </div>
        }
    }
}

/// A body, to be unfolded. JSON has a line for each member.
fn text(what: &'static str, body: &str, open: bool) -> Html {
    if body.is_empty() {
        return html! { <p class="note">{ format!("{what}: empty") }</p> };
    }
    let size = number::count(body.len() as u64);
    html! {
        <details {open}>
            <summary>{ what }<span>{ format!("{size} bytes") }</span></summary>
            <pre class="mono scroll" tabindex="0">{ json::pretty(body).unwrap_or_else(|| body.to_owned()) }</pre>
        </details>
    }
}
