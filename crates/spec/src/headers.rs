//! The headers that a system's answers have, each with what it is for: one list, from which the real interface takes them and
//! the page tells of them.
//!
//! A header is a function of the request, the answer's status and its body, so that no trace has to hold it.

use super::console::Console;
use serde::de::IgnoredAny;

/// One header of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name, as it is usually written.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// What it is for, in a sentence.
    pub help: &'static str,
}

/// A header with the same value on every answer: name, value, and what it is for.
pub type Fixed = (&'static str, &'static str, &'static str);

/// What keeps browsers from making more of an answer than it is.
pub const SECURITY: &[Fixed] = &[
    (
        "X-Content-Type-Options",
        "nosniff",
        "A browser takes the answer for what it is called, and guesses nothing from its bytes.",
    ),
    ("X-Frame-Options", "DENY", "No page may show the answer inside of itself and lure clicks onto it."),
    (
        "X-XSS-Protection",
        "1; mode=block",
        "Old browsers stop a page in which they see a script that came with the request; new ones have forgotten it.",
    ),
    (
        "Referrer-Policy",
        "strict-origin-when-cross-origin",
        "Who follows a link from here tells another site no more than where it came from.",
    ),
    (
        "Content-Security-Policy",
        "default-src 'self'",
        "Were the answer a page, it could load nothing from anywhere else.",
    ),
];

/// The header that names a request.
pub const REQUEST_ID: &str = "X-Request-ID";

/// What lets any page read the answer.
pub const CORS: &[Fixed] = &[
    ("Access-Control-Allow-Origin", "*", "A page of any origin may read the answer."),
    (
        "Access-Control-Expose-Headers",
        "x-request-id",
        "A page may read this header too, beside the few that are always allowed.",
    ),
    (
        "Vary",
        "origin, access-control-request-method, access-control-request-headers",
        "A cache keeps answers apart that differ by these headers of the request.",
    ),
];

/// How long a browser may remember what it is allowed to ask, in seconds: a day.
pub const MAX_AGE: u64 = 86_400;

/// An answer, as far as its headers depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// Its path, with its query if it has one.
    pub path: &'a str,
    /// Its id.
    pub id: &'a str,
    /// The type of content that was agreed on, where there was a choice; none for the route's first.
    pub accept: Option<&'a str>,
    /// The status of the answer. A stream that begins has 101, whatever its first message says.
    pub status: u16,
    /// Its body.
    pub body: &'a str,
}

/// The headers of what a system itself says: what the answer is, and what became of the request.
pub fn of_system(console: &Console, answered: &Answered<'_>) -> Vec<Header> {
    let place = answered.path.split('?').next().unwrap_or_default();
    let header = |name, value: &str, help| Header { name, value: value.to_owned(), help };
    let mut headers = Vec::new();
    if [101, 426].contains(&answered.status) {
        headers.push(header("Upgrade", "websocket", "The protocol in which this route goes on."));
        headers.push(header(
            "Connection",
            "upgrade",
            "The header Upgrade is for this connection, not for whoever passes it on.",
        ));
    }
    if answered.status == 101 {
        return headers;
    }
    let content = content_type(console, answered, place);
    headers.push(header("Content-Type", content, "What the body is, so that nobody has to guess."));
    headers.push(header("Cache-Control", "no-store", "Nobody keeps the answer: the next one may be another."));
    if answered.status == 405 {
        let allowed = console.methods(place).join(", ");
        headers.push(header("Allow", &allowed, "The methods that this path takes: with 405 it must be said."));
    }
    headers
}

/// All headers of an answer but its date.
pub fn of(console: &Console, answered: &Answered<'_>) -> Vec<Header> {
    let fixed = |list: &[Fixed]| -> Vec<Header> {
        list.iter().map(|&(name, value, help)| Header { name, value: value.to_owned(), help }).collect()
    };
    let mut headers = of_system(console, answered);
    if answered.status != 101 {
        let help = "How many bytes the body has, so that one knows when it is complete.";
        headers.push(Header { name: "Content-Length", value: answered.body.len().to_string(), help });
    }
    let help = "The request by name, in the answer, in its envelope and in the log: the client's own, if it sent one.";
    headers.push(Header { name: REQUEST_ID, value: answered.id.to_owned(), help });
    headers.extend(fixed(SECURITY));
    headers.extend(fixed(CORS));
    headers
}

/// The date of an answer, which only the clock knows.
pub const DATE: (&str, &str) = ("Date", "When the answer was given, by the clock of whoever gave it.");

fn content_type<'a>(console: &Console, answered: &Answered<'a>, place: &str) -> &'a str {
    let offers = console.route(answered.method, place).map_or(&[][..], |route| route.offers);
    let body = answered.body.trim_start();
    let is_json = body.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(body).is_ok();
    match offers.first() {
        Some(usual) if answered.status < 300 => answered.accept.unwrap_or(usual),
        _ if is_json => "application/json",
        _ => "text/plain; charset=utf-8",
    }
}
