//! What was asked of the running system over its own interface, and what it answered.
//!
//! A run may ask itself for something thousands of times, and a stream answers for as long as somebody listens, so a row is
//! numbers: the texts stay in the trace's table.

use millrace_trace::{EventKind, SimTime, Span, TextId, Trace, TraceEvent};

/// Who asks from the page. Everybody else is a part of the run.
pub const PAGE: &str = "page";

/// What somebody asked for, with all that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeRow {
    /// The position in the log.
    pub event: u64,
    /// When.
    pub at: SimTime,
    /// Its number in the run.
    pub number: u32,
    /// Who asked.
    pub client: TextId,
    /// What for; [`Request::of`] takes it apart.
    pub request: TextId,
    /// The answers, in order. Where it streams there are many.
    pub replies: Vec<Reply>,
}

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The position in the log.
    pub event: u64,
    /// When.
    pub at: SimTime,
    /// With which status of HTTP.
    pub status: u16,
    /// What it says.
    pub body: TextId,
}

/// The exchanges of a run, in the order of asking.
#[derive(Clone, Debug, Default)]
pub struct Exchanges {
    rows: Vec<ExchangeRow>,
}

impl Exchanges {
    /// All of them, in the order of asking.
    pub fn rows(&self) -> &[ExchangeRow] {
        &self.rows
    }

    /// The exchange with this number.
    pub fn get(&self, number: u32) -> Option<&ExchangeRow> {
        // They are numbered in the order of asking, from 0.
        self.rows.get(number as usize).filter(|row| row.number == number)
    }

    /// Takes in an event.
    pub(super) fn observe(&mut self, event: &TraceEvent, position: u64) {
        match event.kind {
            EventKind::Asked { exchange, client, request } => self.rows.push(ExchangeRow {
                event: position,
                at: event.at,
                number: exchange,
                client,
                request,
                replies: Vec::new(),
            }),
            EventKind::Replied { exchange, status, body } => {
                let row = self.rows.get_mut(exchange as usize).filter(|row| row.number == exchange);
                if let Some(row) = row {
                    if row.replies.is_empty() {
                        // Most are answered once.
                        row.replies.reserve_exact(1);
                    }
                    row.replies.push(Reply { event: position, at: event.at, status, body });
                }
            }
            _ => {}
        }
    }
}

impl ExchangeRow {
    /// Whether it came from the page.
    pub fn is_from_page(&self, trace: &Trace) -> bool {
        trace.name(self.client) == PAGE
    }

    /// What was answered within the first so many events of the run.
    pub fn replies_until(&self, events: u64) -> &[Reply] {
        self.replies.get(..self.replies.partition_point(|r| r.event < events)).unwrap_or_default()
    }

    /// From asking to an answer.
    pub fn took(&self, reply: &Reply) -> Span {
        reply.at - self.at
    }
}

/// A request, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The method, as HTTP has it.
    pub method: &'a str,
    /// The path, with its query if it has one.
    pub path: &'a str,
    /// The body as it was sent.
    pub body: &'a str,
}

impl<'a> Request<'a> {
    /// The parts of a request as the trace has it: `METHOD PATH`, and its body from the second line on.
    pub fn of(text: &'a str) -> Request<'a> {
        let (head, body) = text.split_once('\n').unwrap_or((text, ""));
        let (method, path) = head.split_once(' ').unwrap_or((head, ""));
        Request { method, path, body }
    }
}
