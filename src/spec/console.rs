//! An interface that the running system has of its own, as data: what one may ask it, and an example of each.

/// The routes of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Console {
    /// What it is called: "API of the elevator bank".
    pub name: &'static str,
    /// Its routes, in the order in which they are shown.
    pub routes: &'static [Route],
    /// What the parameters are, where nobody says otherwise, for a system that serves others in real time rather than an
    /// experiment: key and value, as in a link.
    pub served: &'static [(&'static str, &'static str)],
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
    /// An example of its body; empty where it takes none.
    pub body: &'static str,
    /// Whether it goes on answering until whoever asked hangs up: on a real network, a WebSocket.
    pub stream: bool,
}
