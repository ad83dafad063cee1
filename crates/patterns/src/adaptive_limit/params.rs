//! The parameters of the adaptive limit, and the words they choose from.

use millrace_engine::Env;
use millrace_parts::{Aimd, Gradient2, Gradient2Settings, LimitRule, Vegas};
use millrace_spec::{Choice, Field, Share, Values, params};
use millrace_trace::Span;
use millrace_upstream::{Load, ServerParams};

const ALGORITHMS: &[Choice] = &[
    Choice {
        id: "aimd",
        label: "AIMD",
        help: "One more for each call that goes well, a share less for each that is dropped or late.",
    },
    Choice { id: "vegas", label: "Vegas", help: "It estimates the queue from the quickest call, and keeps it short." },
    Choice {
        id: "gradient2",
        label: "Gradient2",
        help: "It compares each call with a long average, and moves by their ratio.",
    },
    Choice { id: "fixed", label: "Fixed", help: "The initial limit stays as it is." },
];

fn aimd(values: &Values) -> bool {
    values.word("algorithm") == "aimd"
}

fn vegas(values: &Values) -> bool {
    values.word("algorithm") == "vegas"
}

fn gradient(values: &Values) -> bool {
    values.word("algorithm") == "gradient2"
}

fn moves(values: &Values) -> bool {
    values.word("algorithm") != "fixed"
}

/// The least limit is not above the greatest.
fn ordered(values: &Values) -> Result<(), String> {
    let (least, greatest) = (values.count("min"), values.count("max"));
    if least <= greatest { Ok(()) } else { Err(format!("the least limit, {least}, is above the greatest, {greatest}")) }
}

/// The bounds of the queue leave room between them.
fn bounds_ordered(values: &Values) -> Result<(), String> {
    let (alpha, beta) = (values.count("vegas-alpha"), values.count("vegas-beta"));
    if alpha <= beta {
        Ok(())
    } else {
        Err(format!("alpha, {alpha}, is above beta, {beta}: the limit would grow and shrink at once"))
    }
}

params! {
    /// The parameters of the adaptive limit.
    pub struct Params {
        ..load: Load,
        /// How the next limit is found.
        algorithm: String => Field::choice("algorithm", "Algorithm", "aimd", ALGORITHMS).simple(),
        /// The limit to begin with.
        initial: u32 => Field::count("initial", "Initial limit", 20, 1..=10_000).simple(),
        /// The least that the limit becomes.
        min: u32 => Field::count("min", "Least limit", 1, 1..=10_000).when(moves).fits(ordered),
        /// The greatest that the limit becomes.
        max: u32 => Field::count("max", "Greatest limit", 200, 1..=10_000).simple().when(moves).fits(ordered),
        /// To which share of itself the limit goes after a call that was dropped or late.
        backoff: Share => Field::share("aimd-backoff", "AIMD backoff", 0.9, 1.0).when(aimd),
        /// From which time on a call is late.
        late: Span => Field::span("aimd-timeout", "AIMD timeout", Span::secs(5), Span::micros(1)..=Span::secs(3600)).when(aimd),
        /// A queue below this many times the logarithm of the limit lets it grow.
        alpha: u32 => Field::count("vegas-alpha", "Vegas alpha", 3, 1..=100).when(vegas).fits(bounds_ordered),
        /// A queue above this many times the logarithm of the limit lets it shrink.
        beta: u32 => Field::count("vegas-beta", "Vegas beta", 6, 1..=100).when(vegas).fits(bounds_ordered),
        /// Of each change so much is made.
        vegas_smoothing: Share => Field::share("vegas-smoothing", "Vegas smoothing", 1.0, 1.0).when(vegas),
        /// Of each change so much is made.
        smoothing: Share => Field::share("gradient2-smoothing", "Gradient2 smoothing", 0.2, 1.0).when(gradient),
        /// So many times the long average is still no longer than usual.
        tolerance: f64 => Field::rate("gradient2-tolerance", "Gradient2 tolerance", 1.5, 1.0..=10.0).unit("times").when(gradient),
        /// Over about how many calls the long average goes.
        long_window: u32 => Field::count("gradient2-long-window", "Gradient2 long window", 600, 1..=100_000).when(gradient),
        /// The queue that is allowed for.
        gradient_queue: u32 => Field::count("gradient2-queue", "Gradient2 queue", 4, 0..=1_000).when(gradient),
        /// How many callers there are, each with one request at a time.
        callers: u32 => Field::count("callers", "Callers", 60, 1..=10_000).simple().when(Values::is_closed_loop),
        /// How long a caller that was refused rests before it takes its next request.
        pause: Span => Field::span("pause", "Pause when refused", Span::millis(10), Span::ZERO..=Span::secs(3600)).when(Values::is_closed_loop),
        ;
        ..server: ServerParams { server: "general" },
    }
}

impl Params {
    /// The least and the greatest limit.
    fn ends(&self) -> (u32, u32) {
        (self.min.min(self.max), self.max)
    }

    pub(super) fn rule(&self, env: &Env) -> LimitRule {
        let (least, greatest) = self.ends();
        let initial = self.initial.clamp(least, greatest);
        match self.algorithm.as_str() {
            "vegas" => {
                let bounds = (self.alpha.into(), self.beta.into());
                LimitRule::Vegas(Vegas::new(initial, self.ends(), bounds, self.vegas_smoothing.0, env.stream("probe")))
            }
            "gradient2" => {
                let (smoothing, tolerance) = (self.smoothing.0, self.tolerance);
                let settings = Gradient2Settings {
                    smoothing,
                    tolerance,
                    long_window: self.long_window,
                    queue: self.gradient_queue,
                };
                LimitRule::Gradient2(Gradient2::new(initial, self.ends(), settings))
            }
            "fixed" => LimitRule::Fixed(self.initial),
            _ => LimitRule::Aimd(Aimd::new(initial, self.ends(), self.backoff.0, self.late)),
        }
    }
}
