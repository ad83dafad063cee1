//! The parameters of degradation, and the words they choose from.

use millrace_parts::DegradationSettings;
use millrace_spec::{
    Choice, DefaultValue, Field, FieldGroup, Kind, Priority, Role, Value, Values, check_words, params, parse_classes,
};
use millrace_trace::Span;
use millrace_upstream::{Load, ServerParams};

const SHED: &[Choice] = &[
    Choice {
        id: "low-first",
        label: "Low first",
        help: "While it is degraded low ones are turned away; at the limit who matters more takes the place of the last that matters less and is served less.",
    },
    Choice {
        id: "none",
        label: "Nobody",
        help: "Classes are not told apart: below the limit nobody is turned away, and at the limit whoever comes.",
    },
];

const CLASSES: &[&str] = &["high:1,normal:8,low:1", "normal:1", "low:3,high:0", "high:2, low:5"];
const SCRIPTS: &[&str] = &["", "@0s", "*3@10ms;high*2@5ms;@1s", "low@0.5s;normal*40@20ms"];

fn check_classes(text: &str) -> Result<(), String> {
    parse_classes(text).map(|_| ())
}

/// A script whose words are classes.
fn check_script(text: &str) -> Result<(), String> {
    check_words(text, |word| Priority::from_id(word).map(|_| ()))
}

/// It recovers where it degrades, or below.
fn ordered(values: &Values) -> Result<(), String> {
    let (degrade, recover) = (values.count("degrade"), values.count("recover"));
    if recover <= degrade {
        Ok(())
    } else {
        Err(format!("it would recover at {recover} %, above the {degrade} % at which it degrades"))
    }
}

params! {
    /// The parameters of degradation.
    pub struct Params {
        ..load: Load,
        /// How many requests may be under way at once. One more is turned away.
        max: u32 => Field::count("max", "Limit", 200, 1..=100_000).simple(),
        /// From which share of the limit on whoever comes is served less, in percent of it. From 100 on that is never reached, as the limit comes
        /// first. As shipped: 0.8 × the limit, so 160 of 200, where a percentage was wanted.
        degrade: u32 => Field::count("degrade", "Degrades from", 80, 0..=10_000).unit("%").simple().fits(ordered)
            .shipped(DefaultValue::PercentOf(&("max", 80))),
        /// Below which share of the limit whoever comes is served in full again, in percent of it: at most as much as above. The same as above is
        /// one threshold, at which the mode changes with each that comes and goes.
        recover: u32 => Field::count("recover", "Recovers below", 80, 0..=10_000).unit("%").fits(ordered),
        /// Who is turned away first.
        shed: String => Field::choice("shed", "Shed", "low-first", SHED).simple()
            .shipped(DefaultValue::Is(Value::Word("none".into()))),
        /// How many come of each class in proportion to each other, by lot: high, normal, low. In a script an entry can say its class itself, as in high*5@1s.
        classes: String => Field::text("classes", "Classes", "high:1,normal:8,low:1", "class:weight,…", check_classes, CLASSES).simple(),
        /// How many callers there are, each with one request at a time.
        callers: u32 => Field::count("callers", "Callers", 250, 1..=100_000).simple().when(Values::is_closed_loop),
        /// How long a caller that was turned away rests before it takes its next request.
        pause: Span => Field::span("pause", "Pause when refused", Span::millis(10), Span::ZERO..=Span::secs(3600)).when(Values::is_closed_loop),
        /// How long the server takes on average for a request that is served less. A server that is not the general one takes exactly that. A real
        /// endpoint is not told, and serves both alike. As shipped: as long as in full, as only headers and a counter said that it was less.
        less: Span => Field::span("degraded-mean", "Mean when degraded", Span::millis(5), Span::ZERO..=Span::secs(3600)).simple().live()
            .shipped(DefaultValue::SameAs("mean")),
        ;
        ..server: ServerParams { server: "general" },
    }
}

impl Params {
    /// The fields: it recovers where it degrades unless somebody says otherwise, in a script the words are classes, and the mean when degraded stands beside
    /// the other one, which it is by default as shipped.
    pub(super) fn with_classes() -> Vec<Field> {
        let mut fields = Params::fields();
        let place = |key: &str| fields.iter().position(|field| field.key == key);
        if let (Some(less), Some(mean)) = (place("degraded-mean"), place("mean")) {
            let less = fields.remove(less);
            fields.insert(mean, less);
        }
        for field in &mut fields {
            if field.key == "recover" {
                field.default = DefaultValue::SameAs("degrade");
            }
            if field.role == Some(Role::Script) {
                field.kind = Kind::Text { form: "class*n@time;…", check: check_script, examples: SCRIPTS };
                field.help = "What comes when: class*n@time joined by ;, as in high*25@0s;@1.5s. A request without a class gets one by lot. A script that is not \
                              empty is in force whatever the arrivals are, and says how many requests there are.";
            }
        }
        fields
    }

    pub(super) fn settings(&self) -> DegradationSettings {
        DegradationSettings {
            max: self.max,
            degrade: self.degrade,
            recover: self.recover,
            low_first: self.shed == "low-first",
        }
    }
}
