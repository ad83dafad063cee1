//! What a hub shows of itself on its station and on those of its clients, for whoever draws it, checks it or reports it.

use millrace_trace::Gauge;

/// Why a client is there no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// Its queue was full when a message came for it.
    Slow,
    /// A frame was not written within its time.
    Write,
    /// It did not answer a ping within its time.
    NoPong,
    /// It went by itself.
    Left,
    /// Its session came again.
    Replaced,
    /// The hub was shut down.
    Shutdown,
    /// The process ended without a word to it.
    Exit,
}

impl Parting {
    /// All of them.
    pub const ALL: [Parting; 7] = [
        Parting::Slow,
        Parting::Write,
        Parting::NoPong,
        Parting::Left,
        Parting::Replaced,
        Parting::Shutdown,
        Parting::Exit,
    ];

    /// The word for it in reports, which the station of the client has as its state.
    pub const fn id(self) -> &'static str {
        match self {
            Parting::Slow => "slow",
            Parting::Write => "write",
            Parting::NoPong => "no-pong",
            Parting::Left => "left",
            Parting::Replaced => "replaced",
            Parting::Shutdown => "shutdown",
            Parting::Exit => "exit",
        }
    }

    /// The same in a few words, for whoever looks and for the client itself.
    pub const fn reason(self) -> &'static str {
        match self {
            Parting::Slow => "its queue was full",
            Parting::Write => "a frame took too long",
            Parting::NoPong => "no pong came",
            Parting::Left => "left",
            Parting::Replaced => "replaced by its successor",
            Parting::Shutdown => "closed with the hub",
            Parting::Exit => "the process ended",
        }
    }

    /// The one with this word.
    pub fn from_id(id: &str) -> Option<Parting> {
        Parting::ALL.into_iter().find(|why| why.id() == id)
    }

    /// Whether it was let go or cut off, rather than having gone or been told.
    pub const fn is_drop(self) -> bool {
        matches!(self, Parting::Slow | Parting::Write | Parting::NoPong | Parting::Exit)
    }
}

/// What the gauges of a hub mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HubGauges {
    /// How many entries its map has.
    pub entries: Gauge,
    /// How often an entry was removed while somebody else read the map.
    pub torn: Gauge,
    /// How many messages that clients sent are being handled.
    pub handled: Gauge,
    /// How many clients were let go.
    pub dropped: Gauge,
    /// How many clients are gone and wait for somebody to take them out of the map.
    pub leaving: Gauge,
    /// The most messages of one client that were being handled at once so far.
    pub most_of_one: Gauge,
    /// The first of the counts of frames, by how many messages they had: see [`HubGauges::frames_of`].
    frames: Gauge,
}

impl HubGauges {
    /// The state of the station of a hub that has come to its end.
    pub const STOPPED: &'static str = "stopped";

    /// The gauges of every hub.
    pub const ALL: HubGauges = HubGauges {
        entries: Gauge(0),
        torn: Gauge(1),
        handled: Gauge(2),
        dropped: Gauge(3),
        leaving: Gauge(4),
        most_of_one: Gauge(5),
        frames: Gauge(8),
    };

    /// The sizes of frames that are counted together: 1, 2, 3 to 4, up to 8, 16, 32, 64, 128, and more.
    pub const SIZES: [&'static str; 9] = ["1", "2", "3–4", "5–8", "9–16", "17–32", "33–64", "65–128", "> 128"];

    /// The count of those frames that had as many messages as this one, or about as many.
    pub fn frames_of(self, messages: usize) -> Gauge {
        let place = (messages.max(1) - 1).checked_ilog2().map_or(0, |log| log + 1);
        self.frames_at(place as usize)
    }

    /// The count of frames of a size, by its place among [`HubGauges::SIZES`].
    pub fn frames_at(self, place: usize) -> Gauge {
        Gauge(self.frames.0 + place.min(HubGauges::SIZES.len() - 1) as u8)
    }
}

/// What the gauges of a client mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientGauges {
    /// 1 while the map of the hub has it, -1 once it has it no more, 0 before it came in.
    pub entry: Gauge,
    /// When it is let go unless a pong comes before, in ns; 0 for never.
    pub pong_due: Gauge,
    /// When it was sent a ping that it has not answered, in ns; 0 for none.
    pub pinged: Gauge,
    /// How many messages the last frame had that was written to it.
    pub wrote: Gauge,
    /// The number of its session.
    pub session: Gauge,
    /// 1 while it is gone and waits to be taken out of the map.
    pub leaving: Gauge,
}

impl ClientGauges {
    /// The gauges of every client.
    pub const ALL: ClientGauges = ClientGauges {
        entry: Gauge(0),
        pong_due: Gauge(1),
        pinged: Gauge(2),
        wrote: Gauge(3),
        session: Gauge(4),
        leaving: Gauge(5),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_counted_with_others_of_about_their_size() {
        let place = |messages| HubGauges::ALL.frames_of(messages).0 - HubGauges::ALL.frames_at(0).0;
        let all: Vec<u8> = [1, 2, 3, 4, 5, 8, 9, 16, 17, 33, 65, 128, 129, 100_000].map(place).into();
        assert_eq!(all, [0, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 7, 8, 8]);
    }

    #[test]
    fn a_parting_has_a_word_of_its_own() {
        for why in Parting::ALL {
            assert_eq!(Parting::from_id(why.id()), Some(why));
        }
        assert_eq!(Parting::from_id("open"), None);
    }
}
