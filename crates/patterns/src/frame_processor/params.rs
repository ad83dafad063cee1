//! The parameters of the frame processor, and the words they choose from.

use millrace_spec::{Choice, DefaultValue, Field, Role, Value, Values, params};
use millrace_trace::Span;
use millrace_upstream::ServerParams;

const READS: &[Choice] = &[
    Choice { id: "on", label: "On", help: "Somebody takes each result as soon as it is there." },
    Choice { id: "off", label: "Off", help: "Nobody takes results: they fill their buffer." },
];

const SUBMITS: &[Choice] = &[
    Choice { id: "off", label: "Off", help: "Who submits knows of the stop, and keeps what is left." },
    Choice { id: "on", label: "On", help: "Who submits does not know of the stop, and goes on." },
];

const ON_CANCEL: &[Choice] = &[
    Choice {
        id: "answers",
        label: "Answers all",
        help: "Every frame that was taken in has a result: one that is done is delivered, and one that is not has an error.",
    },
    Choice {
        id: "abandons",
        label: "Abandons",
        help: "What lies in the buffer stays there, and a worker with a result delivers it or drops it by lot.",
    },
];

const CALLS: &[Choice] = &[
    Choice {
        id: "on",
        label: "Ends the call",
        help: "A call has the context of the pool, and ends when that is cancelled.",
    },
    Choice { id: "off", label: "Does not", help: "A call has no context: it comes to its own end, for nobody." },
];

const LATE: &[Choice] = &[
    Choice { id: "panics", label: "Panics", help: "It is sent into a closed channel, and the program panics." },
    Choice { id: "refused", label: "Refused", help: "Submit looks whether there was a stop, and says no." },
];

const TIMES: &[Choice] = &[
    Choice {
        id: "on",
        label: "Says it",
        help: "A result says when its frame was taken: whoever reads it puts aside what is too old.",
    },
    Choice {
        id: "off",
        label: "Does not",
        help: "A result has a session, an emotion and an error: whoever reads it takes it for new, however old it is.",
    },
];

params! {
    /// The parameters of the frame processor.
    pub struct Params {
        /// How many workers take frames, each one at a time.
        workers: u32 => Field::count("workers", "Workers", 8, 1..=1_024).simple(),
        /// How many frames wait for a worker before who submits has to wait.
        jobs_buffer: u32 => Field::count("jobs-buffer", "Jobs channel", 1_000, 0..=200_000).simple(),
        /// How many results wait for whoever reads them before a worker has to wait.
        results_buffer: u32 => Field::count("results-buffer", "Results channel", 1_000, 0..=200_000).simple(),
        /// How many frames there are.
        frames: u32 => Field::count("frames", "Frames", 7_500, 1..=200_000).simple().role(Role::Jobs),
        /// Whether anybody reads the results.
        read_results: String => Field::choice("read-results", "Read results", "on", READS).simple(),
        /// When Stop is called; 0 for never. It is called also where all is done before.
        stop_at: Span => Field::span("stop-at", "Stop at", Span::ZERO, Span::ZERO..=Span::secs(3600)).simple(),
        /// When everything is cancelled; 0 for never.
        cancel_at: Span => Field::span("cancel-at", "Cancel at", Span::ZERO, Span::ZERO..=Span::secs(3600)).simple(),
        /// Whether frames are submitted after Stop was called. At least one is left for then.
        submit_after_stop: String => Field::choice("submit-after-stop", "Submit after Stop", "off", SUBMITS).simple().when(stops),
        /// What becomes of a frame that is submitted after Stop was called.
        late_submit: String => Field::choice("late-submit", "A late frame", "refused", LATE)
            .shipped(is("panics")).when(submits_late),
        /// How long Stop waits for the workers before it cancels; 0 for ever.
        stop_within: Span => Field::span("stop-within", "Stop waits", GRACE, Span::ZERO..=Span::secs(3600))
            .shipped(DefaultValue::Is(Value::Span(Span::ZERO))).when(stops),
        /// What becomes of frames that are inside when everything is cancelled.
        on_cancel: String => Field::choice("on-cancel", "A cancellation", "answers", ON_CANCEL).shipped(is("abandons")).when(may_cancel),
        /// Whether a cancellation ends the calls that are under way.
        call_cancels: String => Field::choice("call-cancels", "It ends calls", "on", CALLS).shipped(is("off")).when(may_cancel),
        /// For how long after its frame was taken a result is of use to whoever reads it; 0 for however long.
        fresh_for: Span => Field::span("fresh-for", "Of use for", Span::ZERO, Span::ZERO..=Span::secs(3600)).when(is_read),
        /// Whether a result says when its frame was taken.
        result_time: String => Field::choice("result-time", "A result's time", "on", TIMES).shipped(is("off")).when(ages),
        ;
        ..server: ServerParams { server: "general", service: "lognormal", mean: Span::millis(120), errors: 0.01 },
    }
}

/// How long a process has to end in the document: a Stop is a part of that.
const GRACE: Span = Span::secs(30);

fn is(word: &str) -> DefaultValue {
    DefaultValue::Is(Value::Word(word.to_owned()))
}

fn stops(values: &Values) -> bool {
    !values.span("stop-at").is_zero()
}

fn submits_late(values: &Values) -> bool {
    stops(values) && values.word("submit-after-stop") == "on"
}

fn is_read(values: &Values) -> bool {
    values.word("read-results") == "on"
}

/// Whether a result may be too old.
fn ages(values: &Values) -> bool {
    is_read(values) && !values.span("fresh-for").is_zero()
}

/// Whether there may be a cancellation: by somebody, or by a Stop that has waited for long enough.
fn may_cancel(values: &Values) -> bool {
    !values.span("cancel-at").is_zero() || stops(values) && !values.span("stop-within").is_zero()
}

impl Params {
    /// Every frame that was taken in has a result, also where everything is cancelled.
    pub(super) fn answers_all(&self) -> bool {
        self.on_cancel != "abandons"
    }

    /// Whether a result tells whoever reads it how old it is.
    pub(super) fn results_have_a_time(&self) -> bool {
        self.result_time != "off"
    }

    /// Whether a result whose frame was taken so long ago is of no use any more.
    pub(super) fn is_old(&self, age: Span) -> bool {
        !self.fresh_for.is_zero() && age > self.fresh_for
    }

    /// Who submits does not know of the stop.
    pub(super) fn submits_late(&self) -> bool {
        self.submit_after_stop == "on" && !self.stop_at.is_zero()
    }
}
