//! An interface that the running system has of its own, as data: what one may ask it, and an example of each.

use super::Values;

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
    /// Whether it goes on answering until whoever asked hangs up: on a real network, a WebSocket.
    pub stream: bool,
}
