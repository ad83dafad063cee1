//! What somebody outside asks of the running system: a request over an interface that the program has of its own.
//!
//! It comes in as an intervention, so a link replays it, and it is data: whoever mounts the same interface on a real
//! network asks the same way.

/// A request, with the number under which it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Its number in the run.
    pub number: u32,
    /// Who asks.
    pub client: String,
    /// The method, as HTTP has it.
    pub method: String,
    /// The path, with its query if it has one.
    pub path: String,
    /// The body as it was sent.
    pub body: String,
}
