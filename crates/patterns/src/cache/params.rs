//! The parameters of the cache, and the words they choose from.

use millrace_spec::{Choice, DefaultValue, Field, FieldGroup, Level, Role, Share, Value, Values, params};
use millrace_trace::Span;
use millrace_upstream::{Keys, Load, Outages, ServerParams};

const SHARED: &[Choice] = &[
    Choice { id: "on", label: "One for all", help: "Who misses a key that is being loaded waits for that load." },
    Choice { id: "off", label: "Each its own", help: "Whoever misses a key loads it." },
];

const TIMED: &[Choice] = &[
    Choice {
        id: "on",
        label: "Yes",
        help: "A copy is kept for the time of the first level, and never longer than its value is good.",
    },
    Choice { id: "off", label: "No", help: "A copy stays until it has to make room, whatever becomes of the value." },
];

const EARLY: &[Choice] = &[
    Choice { id: "off", label: "No", help: "A value is loaded when it is missed." },
    Choice {
        id: "on",
        label: "Yes",
        help: "A value that is asked for shortly before its time is over is loaded again, while whoever asks goes on with the old one. Whoever misses it meanwhile follows that load.",
    },
];

const ON_ERROR: &[Choice] = &[
    Choice {
        id: "fails",
        label: "Fails",
        help: "An error of the second level is one: the request fails, and nobody loads.",
    },
    Choice {
        id: "miss",
        label: "Is a miss",
        help: "An error of the second level is taken for a miss: the origin is asked.",
    },
];

const WRITES: &[Choice] = &[
    Choice { id: "at-once", label: "At once", help: "A write is done when it returns: who reads next finds it." },
    Choice {
        id: "buffered",
        label: "Buffered",
        help: "A write waits in a buffer for whoever carries it out. One that finds no room is dropped, and nobody is told.",
    },
];

const READERS: &[Choice] = &[
    Choice {
        id: "take",
        label: "Take what is there",
        help: "Whoever asks can do with a text as well as with what it was written from.",
    },
    Choice {
        id: "cast",
        label: "Expect its type",
        help: "Whoever asks takes what it is given for the type that was stored. A text is not of that type: the request fails.",
    },
];

const GIVES: &[Choice] = &[
    Choice {
        id: "type",
        label: "What was stored",
        help: "The text that the second level has is read back into the type that was stored.",
    },
    Choice {
        id: "text",
        label: "A text",
        help: "What the second level has is handed on as it is there, as a text, and kept so in the first level.",
    },
];

fn is(word: &str) -> DefaultValue {
    DefaultValue::Is(Value::Word(word.to_owned()))
}

fn general(values: &Values) -> bool {
    values.word("server") == "general"
}

fn refreshes(values: &Values) -> bool {
    values.word("refresh-early") == "on"
}

fn casts(values: &Values) -> bool {
    values.word("readers") == "cast"
}

/// No value is kept for longer than it is good.
fn l1_ttl_acts_as(values: &Values) -> Option<String> {
    let (l1, good) = (values.span("l1-ttl"), values.span("l2-ttl"));
    (l1 > good).then(|| format!("acts as {good}: no value is good for longer"))
}

fn buffers(values: &Values) -> bool {
    values.word("l1-writes") == "buffered"
}

fn has_script(values: &Values) -> bool {
    !values.word("script").is_empty()
}

fn by_lot(values: &Values) -> bool {
    !has_script(values)
}

/// A day: what is kept longer is kept for good in any run.
const DAY: Span = Span::secs(86_400);
/// The most keys. Each may be told of by itself.
const MOST: u64 = 10_000;

params! {
    /// The parameters of the cache.
    pub struct Params {
        ..load: Load,
        /// How many keys there are. A script names its own.
        keys: u32 => Field::count("keys", "Keys", 1_000, 1..=MOST).simple().when(by_lot),
        /// How unevenly requests fall on the keys: 0 evenly, 1 as the words of a text (Zipf).
        skew: f64 => Field::rate("skew", "Skew", 1.0, 0.0..=3.0).unit("").simple().when(by_lot),
        /// How many entries the first level has room for: for one more the one goes that was not asked for longest.
        l1_size: u32 => Field::count("l1-size", "L1 size", 100, 1..=MOST).simple(),
        /// How long the first level keeps an entry.
        l1_ttl: Span => Field::span("l1-ttl", "L1 TTL", Span::secs(1), Span::millis(1)..=DAY).simple().remark(l1_ttl_acts_as),
        /// How long a value is good: the second level keeps it so long from its load on.
        l2_ttl: Span => Field::span("l2-ttl", "L2 TTL", Span::secs(10), Span::millis(1)..=DAY).simple(),
        /// How long the origin takes for a value on average.
        origin: Span => Field::span("origin", "Origin", Span::millis(50), Span::ZERO..=Span::secs(3_600)).when(general).simple(),
        /// Whether all who miss a key at once share one load.
        single_flight: String => Field::choice("single-flight", "Single flight", "on", SHARED).simple().shipped(is("off")),
        /// Whether a copy that the first level takes from the second has a time of its own.
        l1_copy_ttl: String => Field::choice("l1-copy-ttl", "L1 copy TTL", "on", TIMED).simple().shipped(is("off")),
        /// Whether values are loaded again before their time is over.
        refresh_early: String => Field::choice("refresh-early", "Early refresh", "off", EARLY).simple(),
        /// With how much of its time left a value is loaded again.
        refresh_at: Share => Field::share("refresh-at", "Refresh at", 0.2, 1.0).when(refreshes),
        /// What an error of the second level is for whoever asked it.
        l2_error: String => Field::choice("l2-error", "An error of L2", "fails", ON_ERROR).shipped(is("miss")),
        /// What whoever asks can do with what it is given.
        readers: String => Field::choice("readers", "Readers", "take", READERS),
        /// What the second level gives back of what was stored in it.
        l2_gives: String => Field::choice("l2-gives", "L2 gives", "type", GIVES).shipped(is("text")).when(casts),
        /// When a write to the first level is done.
        l1_writes: String => Field::choice("l1-writes", "L1 writes", "at-once", WRITES).shipped(is("buffered")),
        /// How many writes to the first level wait for whoever carries them out; one more is dropped. With 0 none waits: each is done at once.
        l1_write_buffer: u32 => Field::count("l1-write-buffer", "L1 write buffer", 32_768, 0..=1_000_000).when(buffers),
        /// How long it takes to carry out a write that has waited.
        l1_write: Span => Field::span("l1-write", "L1 write", Span::micros(10), Span::ZERO..=Span::secs(60)).when(buffers),
        /// How long a request has patience in all; 0 for as long as it takes.
        deadline: Span => Field::span("deadline", "Deadline", Span::ZERO, Span::ZERO..=Span::secs(3_600)),
        /// How many callers there are, each with one request at a time.
        callers: u32 => Field::count("callers", "Callers", 15, 1..=10_000).simple().when(Values::is_closed_loop),
        /// When the first key is removed from both levels; 0 for never.
        remove_at: Span => Field::span("remove-at", "Remove k1 at", Span::ZERO, Span::ZERO..=DAY),
        ;
        ..l1: ServerParams as "l1" { mean: Span::micros(100) },
        ..l2: ServerParams as "l2" { service: "constant", mean: Span::millis(2) },
        ..l2_outages: Outages as "l2",
        ..server: ServerParams { server: "general", service: "constant" },
    }
}

impl Params {
    /// The fields: of the levels what matters of a memory and of a store beside the origin; the mean of the origin has a name of its own.
    pub(super) fn with_levels() -> Vec<Field> {
        let mut fields = Params::fields();
        let of_l2 = [
            "l2-ttl",
            "l2-error",
            "l2-gives",
            "l2-mean",
            "l2-service",
            "l2-slots",
            "l2-errors",
            "l2-timeout",
            "l2-outage-for",
            "l2-outage-at",
        ];
        fields.retain(|field| match field.key {
            "mean" => false,
            key if key.starts_with("l1-") => field.prefix.is_empty() || key == "l1-mean",
            key if key.starts_with("l2-") => of_l2.contains(&key),
            _ => true,
        });
        for field in &mut fields {
            match field.key {
                "script" => {
                    field.help = "What comes when: key*n@time joined by ;, as in k1*1000@0s;k2@1.5s. A key is any word. A script that is not empty \
                                  is in force whatever the arrivals are, and says which keys there are.";
                }
                "l1-mean" => {
                    field.label = "L1: Takes";
                    field.relevant = None;
                    field.level = Level::Advanced;
                }
                key if key.starts_with("l2-") && !field.prefix.is_empty() => {
                    field.level = Level::Advanced;
                    field.role = field.role.filter(|role| *role != Role::Patience);
                    // It has no other model, and always slots or none.
                    if !key.starts_with("l2-outage") {
                        field.relevant = None;
                    }
                }
                _ => {}
            }
        }
        fields
    }

    pub(super) fn of(values: &Values) -> Params {
        let mut p = Params::read(values);
        p.server.mean = p.origin;
        for level in [&mut p.l1, &mut p.l2] {
            level.server = "general".to_owned();
        }
        p.l1.service = "constant".to_owned();
        p
    }

    pub(super) fn all_keys(&self) -> Keys {
        Keys::of(&self.load.script, self.keys, self.skew)
    }

    pub(super) fn shares_loads(&self) -> bool {
        self.single_flight != "off"
    }

    pub(super) fn copies_have_a_time(&self) -> bool {
        self.l1_copy_ttl != "off"
    }

    /// How many writes to the first level may wait; none where each is done at once.
    pub(super) fn waiting_writes(&self) -> Option<u32> {
        (self.l1_writes == "buffered" && self.l1_write_buffer > 0).then_some(self.l1_write_buffer)
    }

    /// Whether whoever asks fails where it is given a text.
    pub(super) fn expects_its_type(&self) -> bool {
        self.readers == "cast"
    }

    /// Whether what comes from the second level is a text.
    pub(super) fn l2_gives_text(&self) -> bool {
        self.l2_gives == "text"
    }

    pub(super) fn fails_on_error(&self) -> bool {
        self.l2_error != "miss"
    }

    /// How much of its time a value may have left to be loaded again; nothing where none is.
    pub(super) fn refreshes_within(&self) -> Span {
        if self.refresh_early == "on" {
            Span::from_seconds(self.l2_ttl.seconds() * self.refresh_at.0)
        } else {
            Span::ZERO
        }
    }
}
