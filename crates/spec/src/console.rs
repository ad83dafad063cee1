//! An interface that the running system has of its own, as data: what one may ask it, and an example of each.

use super::Values;
use millrace_trace::Span;

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
    /// Fits the example of a body to the parameters, so that what it asks for is there.
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
        self.routes.iter().find(|route| route.method == method && route.path == path)
    }

    /// The methods that a path without a query takes, in the order of the routes; none where it is no path of this interface.
    pub fn methods(&self, path: &str) -> Vec<&'static str> {
        self.routes.iter().filter(|route| route.path == path).map(|route| route.method).collect()
    }
}

/// One route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method, as HTTP has it.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// What it does.
    pub help: &'static str,
    /// An example of its body, before it is fitted to the parameters; empty where it takes none.
    pub body: &'static str,
    /// Whether it goes on answering until whoever asked hangs up, and with which deadlines: on a real network, a WebSocket.
    pub stream: Option<Stream>,
    /// The types of content to choose from, the usual one first. Empty where there is no choice: JSON, or plain text.
    pub offers: &'static [&'static str],
}

/// The deadlines of a stream over a real network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// A message that is older than this when its turn comes is not sent: a newer one follows.
    pub update: Span,
    /// Between pings.
    pub ping: Span,
    /// How long a client may be silent, pongs included.
    pub read: Span,
    /// How long a client may take to accept a message.
    pub write: Span,
}
