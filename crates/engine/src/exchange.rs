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
    /// How it came, where it came over a real network.
    pub terms: Terms,
}

/// How a request came, beyond what it says. From a link or from the page it comes without a word about that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Its id, which its answer repeats. Where it has none, the system makes one of its number.
    pub id: Option<String>,
    /// The type of content that its answer should have, one of those that the route offers; none for the route's first.
    pub accept: Option<String>,
    /// Why it can be counted and answered, and nothing more.
    pub unfit: Option<Unfit>,
}

/// Why a request cannot be worked on, whatever it asks for. It came all the same: it counts, and it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// What it asks for streams, and it offers no protocol that can.
    Plain,
    /// Its body is larger than anything that is read.
    TooLarge,
    /// Its body did not arrive in time.
    TooLate,
    /// Its body broke off.
    Cut,
}

impl Unfit {
    /// The status of HTTP that says so.
    pub const fn status(self) -> u16 {
        match self {
            Unfit::Plain => 426,
            Unfit::TooLarge => 413,
            Unfit::TooLate => 408,
            Unfit::Cut => 400,
        }
    }

    /// The same in words.
    pub const fn message(self) -> &'static str {
        match self {
            Unfit::Plain => "this route streams: connect to it by a WebSocket",
            Unfit::TooLarge => "the body is larger than a mebibyte",
            Unfit::TooLate => "the body did not arrive in time",
            Unfit::Cut => "the body broke off",
        }
    }
}

impl Exchange {
    /// Its id: its own, or one made of its number.
    pub fn id(&self) -> String {
        self.terms.id.clone().unwrap_or_else(|| Exchange::id_of(self.number))
    }

    /// The id of an exchange that came without one.
    pub fn id_of(number: u32) -> String {
        format!("req-{number}")
    }
}
