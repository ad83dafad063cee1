//! The parameters of the batch processor.

use millrace_parts::BatcherSettings;
use millrace_spec::{Choice, DefaultValue, Field, Share, Value, Values, params};
use millrace_trace::Span;
use millrace_upstream::Load;

const RESTART: &[Choice] = &[
    Choice { id: "on", label: "Yes", help: "The interval begins anew when a full batch goes out." },
    Choice { id: "off", label: "No", help: "It beats on, so that a small batch may follow a full one at once." },
];

const ON_STOP: &[Choice] = &[
    Choice {
        id: "on",
        label: "Yes",
        help: "What lies in the buffer goes out as a last batch, and every insert is waited for.",
    },
    Choice {
        id: "off",
        label: "No",
        help: "The process ends there and then: what lies in the buffer and what is being inserted is lost.",
    },
];

fn stops(values: &Values) -> bool {
    values.span("stop-at") > Span::ZERO
}

fn off() -> DefaultValue {
    DefaultValue::Is(Value::Word("off".to_owned()))
}

params! {
    /// The parameters of the batch processor.
    pub struct Params {
        ..load: Load { requests: 1_000, arrivals: "poisson", rate: 100.0 },
        /// How many items are a full batch, which goes out at once.
        batch_size: u32 => Field::count("batch-size", "Batch size", 100, 1..=10_000).simple(),
        /// After how long a batch goes out that is not full.
        interval: Span => Field::span("interval", "Interval", Span::secs(1), Span::millis(1)..=Span::secs(3_600)).simple(),
        /// How long it takes to insert a batch into the database, whatever its size.
        insert: Span => Field::span("insert", "Insert", Span::millis(20), Span::ZERO..=Span::secs(60)).simple(),
        /// How many batches are inserted at once; more wait. 0 for any number: each has a task of its own that begins at once.
        inserts_at_once: u32 => Field::count("inserts-at-once", "Inserts at once", 1, 0..=1_000).simple()
            .shipped(DefaultValue::Is(Value::Count(0))),
        /// The share of the inserts that fail: the items of such a batch are not written.
        insert_errors: Share => Field::share("insert-errors", "Inserts that fail", 0.0, 1.0),
        /// When the process is asked to end; 0 for never.
        stop_at: Span => Field::span("stop-at", "Stop at", Span::ZERO, Span::ZERO..=Span::secs(86_400)).simple(),
        /// Whether the interval begins anew when a full batch goes out.
        restart: String => Field::choice("restart-ticker", "Restarts interval", "on", RESTART).simple().shipped(off()),
        /// Whether a process that is asked to end writes first what it has.
        flush_on_stop: String => Field::choice("flush-on-stop", "Writes on stop", "on", ON_STOP).simple().shipped(off()).when(stops),
    }
}

impl Params {
    pub(super) fn settings(&self) -> BatcherSettings {
        let restarts = self.restart != "off";
        BatcherSettings { size: self.batch_size, interval: self.interval, restarts, from_first: false }
    }

    /// Nothing is lost when the process ends.
    pub(super) fn drains(&self) -> bool {
        self.flush_on_stop != "off"
    }
}
