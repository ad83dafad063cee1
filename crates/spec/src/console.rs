//! An interface that the running system has of its own, as data: what one may ask it, and an example of each.

use super::Values;
use super::exposition::{OPENMETRICS, PROMETHEUS};
use millrace_trace::Span;
use percent_encoding::percent_decode_str;

/// The routes of a system.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    /// What it is called: "API of the elevator bank".
    pub name: &'static str,
    /// Its routes, in the order in which they are shown.
    pub routes: &'static [Route],
    /// What the parameters are, where nobody says otherwise, for a system that serves others in real time rather than an
    /// experiment: key and value, as in a link.
    pub served: &'static [(&'static str, &'static str)],
    /// Fits an example, a body or a path, to the parameters, so that what it asks for is there.
    pub fit: fn(&Values, &'static str) -> String,
}

/// A console is a static of its pattern: functions have no identity, names do.
impl PartialEq for Console {
    fn eq(&self, other: &Console) -> bool {
        (self.name, self.routes) == (other.name, other.routes)
    }
}

impl Console {
    /// The route of a method and a path without a query.
    pub fn route(&self, method: &str, path: &str) -> Option<&'static Route> {
        self.routes.iter().find(|route| route.method == method && route.is_at(path))
    }

    /// The methods that a path without a query takes, in the order of the routes; none where it is no path of this interface.
    pub fn methods(&self, path: &str) -> Vec<&'static str> {
        let mut methods: Vec<&str> = Vec::new();
        for route in self.routes.iter().filter(|route| route.is_at(path)) {
            if !methods.contains(&route.method) {
                methods.push(route.method);
            }
        }
        methods
    }

    /// The path of a route as it is written here: what an answer is counted under. None where it is no path of this interface.
    pub fn endpoint(&self, path: &str) -> Option<&'static str> {
        self.routes.iter().find(|route| route.is_at(path)).map(|route| route.path)
    }
}

/// One route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method, as HTTP has it.
    pub method: &'static str,
    /// The path. A part of it in braces stands for any one word: `/ws/interviews/{session}`.
    pub path: &'static str,
    /// What it does.
    pub help: &'static str,
    /// An example of its body, before it is fitted to the parameters; empty where it takes none.
    pub body: &'static str,
    /// Whether it goes on answering until whoever asked hangs up: on a real network, a WebSocket.
    pub stream: Option<Stream>,
    /// The types of content to choose from, the usual one first. Empty where there is no choice: JSON, or plain text.
    pub offers: &'static [&'static str],
}

impl Route {
    /// One that says something.
    pub const fn get(path: &'static str, help: &'static str) -> Route {
        Route { method: "GET", path, help, body: "", stream: None, offers: &[] }
    }

    /// One that is told something, with an example of that.
    pub const fn post(path: &'static str, help: &'static str, body: &'static str) -> Route {
        Route { method: "POST", body, ..Route::get(path, help) }
    }

    /// One that goes on.
    pub const fn streams(path: &'static str, help: &'static str, stream: Stream) -> Route {
        Route { stream: Some(stream), ..Route::get(path, help) }
    }

    /// All counts of a system, in one of the formats of Prometheus.
    pub const METRICS: Route = Route {
        offers: &[PROMETHEUS, OPENMETRICS],
        ..Route::get(
            "/metrics",
            "All counts, in the text format of Prometheus, or of OpenMetrics for whoever accepts it.",
        )
    };

    /// What a path of its own has where it has a part in braces, as plain text.
    pub fn word(&self, path: &str) -> Option<String> {
        let word = self.path.split('/').zip(path.split('/')).find(|(own, _)| own.starts_with('{'))?.1;
        Some(percent_decode_str(word).decode_utf8_lossy().into_owned())
    }

    /// Whether a path without a query is one of its own.
    pub fn is_at(&self, path: &str) -> bool {
        let (mut own, mut asked) = (self.path.split('/'), path.split('/'));
        loop {
            match (own.next(), asked.next()) {
                (None, None) => return true,
                (Some(own), Some(asked)) if own == asked || (own.starts_with('{') && !asked.is_empty()) => {}
                _ => return false,
            }
        }
    }
}

/// How a route goes on, on a real network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// The system tells and does not listen. Whoever carries it sees to it that the client is there and takes what it is told.
    Tells(Rhythm),
    /// What the client says reaches the system, a message after the other, none longer than so many bytes. The system says one thing at a
    /// time: it learns when that was taken, and until then can only end the stream. It asks itself whether the client is there
    /// ([`Stream::PING`]), and lets it go when it thinks it right.
    Talks(usize),
}

impl Stream {
    /// An answer with this status says nothing: whoever carries it asks the client whether it is there.
    pub const PING: u16 = 100;
    /// An answer with this status says that the stream has begun, and its client is told nothing.
    pub const BEGUN: u16 = 101;
    /// A status from here on ends a stream: it is the code of the close frame, and its body the reason.
    pub const CLOSED: u16 = 1_000;
}

/// The deadlines of a stream that tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// A message that is older than this when its turn comes is not sent: a newer one follows.
    pub update: Span,
    /// Between pings.
    pub ping: Span,
    /// How long a client may be silent, pongs included.
    pub read: Span,
    /// How long a client may take to accept a message.
    pub write: Span,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_in_braces_stands_for_one_word_and_no_more() {
        let route = Route::get("/rooms/{room}/chairs", "");
        for (path, is) in [
            ("/rooms/7/chairs", true),
            ("/rooms/%C3%A9/chairs", true),
            ("/rooms//chairs", false),
            ("/rooms/7", false),
            ("/rooms/7/chairs/", false),
            ("/rooms/7/8/chairs", false),
        ] {
            assert_eq!(route.is_at(path), is, "{path}");
        }
        assert_eq!(route.word("/rooms/%C3%A9%2F/chairs").as_deref(), Some("é/"));
        assert_eq!(Route::get("/rooms", "").word("/rooms"), None);
    }

    #[test]
    fn a_path_names_each_of_its_methods_once() {
        static ROUTES: [Route; 3] =
            [Route::get("/{a}", ""), Route::post("/{a}", "", "1"), Route::post("/{a}", "", "2")];
        let console = Console { name: "", routes: &ROUTES, served: &[], fit: |_, body| body.to_owned() };
        assert_eq!(console.methods("/x"), ["GET", "POST"]);
        assert_eq!((console.endpoint("/x"), console.endpoint("/x/y")), (Some("/{a}"), None));
    }
}
