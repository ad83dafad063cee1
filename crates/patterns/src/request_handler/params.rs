//! The parameters of the request handler.

use super::rank::{request, weights};
use millrace_parts::{BreakerSettings, HalfOpen, MachineParams};
use millrace_spec::{Choice, DefaultValue, Field, FieldGroup, Kind, Role, Share, Value, Values, check_words, params};
use millrace_trace::Span;
use millrace_upstream::{Load, Outages, ServerParams};

const PRIORITIES: &[Choice] = &[
    Choice {
        id: "on",
        label: "By class",
        help: "A queue for high, medium and low requests, of 100, 200 and 300, and processors that take from them. As shipped nobody who waits there is ever answered.",
    },
    Choice { id: "off", label: "At once", help: "Each request that is let in runs at once." },
];

const INSTALLED: &[Choice] = &[
    Choice { id: "on", label: "Installed", help: "Each request goes through the handler." },
    Choice { id: "off", label: "Not installed", help: "No request does: nobody put it into the router." },
];

const CLASSES: &[&str] = &["anonymous:1", "anonymous:6,user:3,admin:1", "user:3,admin:0"];
const SCRIPTS: &[&str] = &["", "@0s", "*3@10ms;admin*2@5ms;@1s", "anonymous:/api/v1/words@0s;user:/metrics*20@40ms"];
const HOUR: Span = Span::secs(3_600);
const DAY: Span = Span::secs(86_400);

fn check_classes(text: &str) -> Result<(), String> {
    weights(text).map(|_| ())
}

/// A script whose words are requests.
fn check_script(text: &str) -> Result<(), String> {
    check_words(text, |word| request(word).map(|_| ()))
}

/// What a script is written like.
pub(crate) const SCRIPT: Kind = Kind::Text { form: "class:/path*n@time;…", check: check_script, examples: SCRIPTS };

fn is_installed(values: &Values) -> bool {
    values.word("installed") != "off"
}

fn by_class(values: &Values) -> bool {
    is_installed(values) && values.word("priorities") != "off"
}

/// From how many under way on a request is told that the service is degraded.
fn threshold(max: u64, degrade: u64) -> u64 {
    max.saturating_mul(degrade) / 100
}

/// How many may be under way, where 0 is as many as the processors are good for; and the share of that, where 0 is the usual one.
fn limits(max: u64, degrade: u64, cpus: u64) -> (u64, u64) {
    (if max == 0 { cpus.saturating_mul(100) } else { max }, if degrade == 0 { 80 } else { degrade })
}

fn degrades_at(values: &Values) -> Option<String> {
    let (max, degrade) = limits(values.count("max"), values.count("degrade"), values.count("cpus"));
    let from = threshold(max, degrade);
    Some(match from >= max {
        true => format!("from {from} of {max}: never reached"),
        false => format!("from {from} of {max}"),
    })
}

params! {
    /// The parameters of the request handler.
    pub struct Params {
        ..load: Load,
        /// How many requests may be under way at once; 0 for a hundred for each CPU. One more is turned away with 429.
        max: u32 => Field::count("max", "Limit", 200, 0..=100_000).simple().when(is_installed),
        /// From which share of the limit on requests are told that the service is degraded, in percent of it; 0 for 80. As shipped it is given 0.8 × the limit, which is
        /// a number of requests: 160 for 200, and so 320.
        degrade: u32 => Field::count("degrade", "Degrades from", 80, 0..=100_000).unit("%").simple().when(is_installed).remark(degrades_at)
            .shipped(DefaultValue::PercentOf(&("max", 80))),
        /// How many failures open the breaker: in a row, and of the server; 0 for 10. As shipped all that there were, however long ago, and mistakes of clients too.
        breaker_failures: u32 => Field::count("breaker-failures", "Failures to open", 10, 0..=100_000).simple().when(is_installed),
        /// How long the breaker turns everybody away before it lets a probe through; 0 for a minute.
        breaker_reset: Span => Field::span("breaker-reset", "Open for", Span::secs(300), Span::ZERO..=DAY).simple().when(is_installed),
        /// What takes longer than that is counted as slow: half of the timeout, if nothing else is said; 0 for 5 s.
        slow: Span => Field::span("slow", "Slow from", Span::secs(15), Span::ZERO..=HOUR).when(is_installed),
        /// Whether requests wait in a queue by class until a processor takes them.
        priorities: String => Field::choice("priorities", "Priorities", "on", PRIORITIES).simple().when(is_installed)
            .shipped(DefaultValue::Is(Value::Word("off".into()))),
        /// How many processors take requests from the queues, what matters most first. As shipped there is one for each queue.
        processors: u32 => Field::count("processors", "Processors", 20, 1..=1_000).when(by_class),
        /// Whether the handler is in the router.
        installed: String => Field::choice("installed", "In the router", "on", INSTALLED).simple(),
        /// How many come of each class in proportion to each other, by lot: anonymous, user, admin. In a script an entry can say it itself.
        classes: String => Field::text("classes", "Classes", "anonymous:6,user:3,admin:1", "class:weight,…", check_classes, CLASSES),
        /// How many callers there are, each with one request at a time.
        callers: u32 => Field::count("callers", "Callers", 250, 1..=100_000).simple().when(Values::is_closed_loop),
        /// How long a caller that was turned away rests before its next request.
        pause: Span => Field::span("pause", "Pause when refused", Span::millis(100), Span::ZERO..=HOUR).when(Values::is_closed_loop),
        /// Which share of the handlers panics, with 500. As shipped such a request is counted as under way for ever.
        panics: Share => Field::share("panics", "Panics", 0.0, 1.0).when(is_installed),
        ;
        ..server: ServerParams { server: "general", mean: Span::millis(50), timeout: Span::secs(30) },
        ..outages: Outages,
        ..machine: MachineParams,
    }
}

impl Params {
    /// The fields: in a script the words are requests.
    pub(crate) fn with_script() -> Vec<Field> {
        let mut fields = Params::fields();
        for field in &mut fields {
            if field.role == Some(Role::Script) {
                field.kind = SCRIPT;
                field.help = "What comes when: class:/path*n@time joined by ;, as in admin:/api/v1/admin/users*25@0s;user@1.5s. A request without a path asks for words, \
                              or of an admin for users; one without a class gets one by lot. A script that is not empty is in force whatever the arrivals are, and says \
                              how many requests there are.";
            }
        }
        // By default it follows the timeout, and so comes after it.
        if let Some(place) = fields.iter().position(|field| field.key == "slow") {
            let slow = Field { default: DefaultValue::PercentOf(&("timeout", 50)), ..fields.remove(place) };
            let after =
                fields.iter().position(|field| field.key == "timeout").map_or(fields.len(), |timeout| timeout + 1);
            fields.insert(after, slow);
        }
        fields
    }

    pub(crate) fn is_installed(&self) -> bool {
        self.installed != "off"
    }

    pub(crate) fn by_class(&self) -> bool {
        self.is_installed() && self.priorities != "off"
    }

    /// From how many under way on a request is told that the service is degraded.
    pub(crate) fn degrades_from(&self) -> u64 {
        let (max, degrade) = self.limits();
        threshold(max, degrade)
    }

    fn limits(&self) -> (u64, u64) {
        limits(self.max.into(), self.degrade.into(), self.machine.cpus.into())
    }

    /// How many may be under way.
    pub(crate) fn limit(&self) -> u32 {
        u32::try_from(self.limits().0).unwrap_or(u32::MAX)
    }

    /// The share of that from which on it is degraded, in percent.
    pub(crate) fn degrade(&self) -> u32 {
        u32::try_from(self.limits().1).unwrap_or(u32::MAX)
    }

    /// What takes longer than that is slow.
    pub(crate) fn slow_from(&self) -> Span {
        if self.slow.is_zero() { Span::secs(5) } else { self.slow }
    }

    /// How many failures open the breaker, and for how long it is open then.
    pub(super) fn opens(&self) -> (u32, Span) {
        let failures = if self.breaker_failures == 0 { 10 } else { self.breaker_failures };
        (failures, if self.breaker_reset.is_zero() { Span::secs(60) } else { self.breaker_reset })
    }

    /// The breaker that the document promises: failures in a row, and one probe that decides.
    pub(crate) fn breaker(&self) -> BreakerSettings {
        let (failures, open_for) = self.opens();
        BreakerSettings::plain(failures, open_for, HalfOpen::of(1))
    }
}
