//! The parameters of the hub.

use millrace_parts::HubSettings;
use millrace_spec::{Choice, DefaultValue, Field, Role, Share, Value, Values, params};
use millrace_trace::Span;

const AGAIN: &[Choice] = &[
    Choice { id: "off", label: "No", help: "Every session comes once." },
    Choice {
        id: "on",
        label: "Yes",
        help: "At 500 ms every tenth session comes again, and its first connection goes 500 ms later.",
    },
];

const COALESCE: &[Choice] = &[
    Choice { id: "on", label: "Together", help: "A frame takes all that lies in the queue of its client." },
    Choice { id: "off", label: "One by one", help: "Each message has a frame of its own." },
];

const FIND: &[Choice] = &[
    Choice { id: "by-name", label: "By its name", help: "The entry of the addressee is looked up." },
    Choice { id: "by-walk", label: "Among all", help: "Each entry is looked at, whoever the message is for." },
];

const REMOVES: &[Choice] = &[
    Choice {
        id: "its-own",
        label: "Its own entry",
        help: "Who leaves takes out its own entry, and who comes again ends its predecessor.",
    },
    Choice {
        id: "by-session",
        label: "That of its session",
        help: "Who leaves takes out whatever stands under its session, and who comes again leaves its predecessor open.",
    },
];

const UNDER: &[Choice] = &[
    Choice { id: "write-lock", label: "A writer's lock", help: "Nobody else reads the map while an entry is removed." },
    Choice { id: "read-lock", label: "A reader's lock", help: "Others may read the map while an entry is removed." },
];

const ON_STOP: &[Choice] = &[
    Choice {
        id: "close",
        label: "Lets all go",
        help: "What was taken in goes out, every client gets a close frame, and nothing more is taken in.",
    },
    Choice { id: "return", label: "Just returns", help: "Nobody listens any more, and nobody is told." },
];

const READS: &[Choice] = &[
    Choice { id: "one-by-one", label: "One by one", help: "The next message of a client is read when one is handled." },
    Choice { id: "task-each", label: "A task each", help: "Each message is handled by a task of its own, at once." },
];

fn is(word: &str) -> DefaultValue {
    DefaultValue::Is(Value::Word(word.to_owned()))
}

fn stops(values: &Values) -> bool {
    !values.span("stop-at").is_zero()
}

fn clients_send(values: &Values) -> bool {
    values.number("inbound") > 0.0
}

fn is_cut(values: &Values) -> bool {
    values.number("cut") > 0.0
}

/// Who is not asked in time is let go although it is there.
fn pings_in_time(values: &Values) -> Result<(), String> {
    let (ping, wait) = (values.span("ping"), values.span("pong-wait"));
    if wait.is_zero() || (!ping.is_zero() && ping < wait) {
        return Ok(());
    }
    Err(match ping.is_zero() {
        true => format!("no ping is sent, so no pong would come within {wait}"),
        false => format!("a ping every {ping} comes too late for a pong within {wait}: it has to be less"),
    })
}

const HOUR: Span = Span::secs(3_600);

params! {
    /// The parameters of the hub.
    pub struct Params {
        /// How many clients are connected, a session each.
        clients: u32 => Field::count("clients", "Clients", 50, 0..=10_000).simple(),
        /// How many messages wait for a client before it is let go.
        buffer: u32 => Field::count("buffer", "Send buffer", 256, 1..=100_000).simple(),
        /// How many messages wait for the hub before who sends has to wait.
        broadcast: u32 => Field::count("broadcast", "Broadcast", 256, 0..=200_000),
        /// How many messages there are, each for one session, by lot.
        messages: u32 => Field::count("messages", "Messages", 10_000, 0..=200_000).role(Role::Jobs),
        /// How many messages come a second, at even distances.
        rate: f64 => Field::rate("rate", "Rate", 1_000.0, 0.1..=100_000.0).simple(),
        /// The share of clients that read slowly.
        slow: Share => Field::share("slow", "Slow clients", 0.1, 1.0).simple(),
        /// How long a slow client takes for each message of a frame.
        slow_for: Span => Field::span("slow-for", "Slow for", Span::millis(100), Span::ZERO..=Span::secs(60)).simple().unit("a message"),
        /// Within what time a client has to answer, counted from its last pong; 0 for no limit.
        pong_wait: Span => Field::span("pong-wait", "Pong wait", Span::secs(60), Span::ZERO..=HOUR).fits(pings_in_time),
        /// How often a client is asked whether it is there; 0 for never.
        ping: Span => Field::span("ping", "Ping every", Span::secs(54), Span::ZERO..=HOUR).fits(pings_in_time),
        /// Within what time a frame has to be written; 0 for no limit.
        write_wait: Span => Field::span("write-wait", "Write wait", Span::secs(10), Span::ZERO..=HOUR),
        /// How long it takes to write a frame, however many messages it has.
        write: Span => Field::span("write", "Frame", Span::millis(1), Span::ZERO..=Span::secs(60)),
        /// Whether sessions come again while their first connection is still open.
        reregister: String => Field::choice("reregister", "Register again", "off", AGAIN).simple(),
        /// Whether what lies in a queue goes out in one frame.
        coalesce: String => Field::choice("coalesce", "Messages in a frame", "on", COALESCE).simple(),
        /// How the hub finds the client that a message is for.
        find: String => Field::choice("find", "Finds a client", "by-name", FIND).shipped(is("by-walk")),
        /// How long it takes to look at an entry of the map.
        look: Span => Field::span("look", "A look takes", Span::micros(1), Span::ZERO..=Span::millis(100)),
        /// Which entry goes with a client that leaves.
        removes: String => Field::choice("removes", "Leaving removes", "its-own", REMOVES).shipped(is("by-session")),
        /// Under which lock a client that is let go is taken out of the map.
        removes_under: String => Field::choice("removes-under", "Removes under", "write-lock", UNDER).shipped(is("read-lock")),
        /// How often somebody reads the whole map, to report on it; 0 for never.
        report_every: Span => Field::span("report-every", "Report every", Span::ZERO, Span::ZERO..=HOUR),
        /// How many messages a second each client sends itself.
        inbound: f64 => Field::rate("inbound", "A client sends", 0.0, 0.0..=1_000.0),
        /// How long it takes to handle a message that a client sent.
        handle: Span => Field::span("handle", "Handling takes", Span::millis(50), Span::ZERO..=Span::secs(60)).when(clients_send),
        /// How the messages of a client are handled.
        reads: String => Field::choice("reads", "Handles", "one-by-one", READS).shipped(is("task-each")).when(clients_send),
        /// The share of clients whose line is cut: what is written to them is lost, and no pong comes.
        cut: Share => Field::share("cut", "Cut lines", 0.0, 1.0),
        /// When the lines are cut.
        cut_at: Span => Field::span("cut-at", "Cut at", Span::secs(1), Span::ZERO..=HOUR).when(is_cut),
        /// When the hub is shut down; 0 for never. Clients that are still there go by themselves within a second after that.
        stop_at: Span => Field::span("stop-at", "Shut down at", Span::ZERO, Span::ZERO..=HOUR),
        /// How long the emotion service looks at a frame that somebody outside sent, on average; lognormal.
        emotion: Span => Field::span("emotion", "Emotion service", Span::millis(120), Span::ZERO..=Span::secs(60)),
        /// The share of such frames in which the service finds no face.
        no_face: Share => Field::share("no-face", "No face", 0.01, 1.0),
        /// How long it stays open at least for those who connect from outside; then it ends when all messages are delivered.
        open_for: Span => Field::span("open-for", "Open for", Span::ZERO, Span::ZERO..=Span::secs(31_536_000)),
        /// What the hub does about its clients when it is shut down.
        on_stop: String => Field::choice("on-stop", "On shutdown", "close", ON_STOP).shipped(is("return")).when(stops),
    }
}

impl Params {
    pub(super) fn settings(&self) -> HubSettings {
        HubSettings {
            buffer: self.buffer,
            broadcast: self.broadcast,
            look: self.look,
            walks: self.find == "by-walk",
            by_name: self.removes == "by-session",
            removes_as_reader: self.removes_under == "read-lock",
            just_returns: self.on_stop == "return",
        }
    }

    /// Whether a client reads slowly, by its number: they are spread evenly.
    pub(super) fn is_slow(&self, number: u32) -> bool {
        spread(self.slow, number)
    }

    /// Whether its line is cut at some time. Counted from the last one, so that few of them are slow as well.
    pub(super) fn is_cut(&self, number: u32) -> bool {
        number <= self.clients && spread(self.cut, self.clients + 1 - number)
    }

    pub(super) fn coalesces(&self) -> bool {
        self.coalesce != "off"
    }

    pub(super) fn registers_again(&self) -> bool {
        self.reregister == "on"
    }

    pub(super) fn handles_at_once(&self) -> bool {
        self.reads == "task-each"
    }
}

/// Whether a share that is spread evenly over numbers from 1 has this one.
fn spread(share: Share, number: u32) -> bool {
    let up_to = |n: u32| (f64::from(n) * share.0 + 0.5) as u64;
    up_to(number) > up_to(number.saturating_sub(1))
}
