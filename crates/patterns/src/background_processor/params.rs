//! The parameters of the background processor.

use super::rank::{Rank, weights};
use millrace_parts::BatcherSettings;
use millrace_spec::{Choice, Field, FieldGroup, Kind, Role, Share, Values, check_words, params, parse_script};
use millrace_trace::Span;
use millrace_upstream::Load;

const PRIORITIES: &[Choice] = &[
    Choice { id: "on", label: "By class", help: "A rail for high, medium and low tasks, of 100, 200 and 300." },
    Choice { id: "off", label: "One queue", help: "All are alike, and go in the order in which they come." },
];

const SCALE: &[Choice] = &[
    Choice {
        id: "on",
        label: "As needed",
        help: "A quarter more where more than 80 % of the workers work, a quarter fewer where less than 30 % do, and never less than half of the most.",
    },
    Choice { id: "off", label: "Fixed", help: "There are always as many workers." },
];

const TYPES: &[Choice] = &[
    Choice { id: "task", label: "Task", help: "Each for itself, of the class that the script or the lot says." },
    Choice {
        id: "cache-warmup",
        label: "Cache warm-up",
        help: "What a search for a word sets off: a low task. As documented several are put together.",
    },
];

const CLASSES: &[&str] = &["plain:1", "high:1,medium:3,low:6", "low:3,high:0"];
const SCRIPTS: &[&str] = &["", "@0s", "*3@10ms;high*2@5ms;@1s", "low@0.5s;medium*40@20ms;plain*7@30ms"];
const HOUR: Span = Span::secs(3_600);
const DAY: Span = Span::secs(86_400);

fn check_classes(text: &str) -> Result<(), String> {
    weights(text).map(|_| ())
}

/// A script whose words are classes.
fn check_script(text: &str) -> Result<(), String> {
    check_words(text, |word| Rank::from_id(word).map(|_| ()))
}

fn is_warmup(values: &Values) -> bool {
    values.word("type") == "cache-warmup"
}

/// A cache is warmed up by low tasks, whatever is said of classes.
fn all_low(values: &Values) -> Option<String> {
    let classes = parse_script(values.word("script")).unwrap_or_default();
    let differs = classes.iter().any(|entry| !matches!(entry.what.as_str(), "" | "low"));
    (is_warmup(values) && differs).then(|| "all are low, whatever the script says".to_owned())
}

fn is_task(values: &Values) -> bool {
    !is_warmup(values)
}

fn by_class(values: &Values) -> bool {
    values.word("priorities") != "off"
}

fn by_cpu(values: &Values) -> bool {
    values.count("workers") == 0
}

fn tries_again(values: &Values) -> bool {
    values.count("retries") > 0
}

params! {
    /// The parameters of the background processor.
    pub struct Params {
        ..load: Load { requests: 400, arrivals: "script", rate: 20.0, script: "high*100@0s;low*300@100ms" },
        /// How many workers there are at most, and how many begin; 0 for two for each CPU.
        workers: u32 => Field::count("workers", "Workers", 10, 0..=1_000).simple(),
        /// How many tasks the main queue has room for; 0 for ten for each worker. One that finds neither its rail nor this with room is refused.
        queue: u32 => Field::count("queue", "Main queue", 1_000, 0..=10_000).simple(),
        /// Whether each class has a queue of its own.
        priorities: String => Field::choice("priorities", "Priorities", "on", PRIORITIES).simple(),
        /// How many tasks may be begun in a second. The tokens for them come one by one, and at the start there is none.
        task_rate: u32 => Field::count("task-rate", "Task rate", 100, 1..=1_000_000).unit("/s").simple(),
        /// How many tokens are saved up at most.
        task_burst: u32 => Field::count("task-burst", "Tokens", 100, 1..=1_000_000),
        /// How long a task takes.
        task: Span => Field::span("task", "Task", Span::secs(2), Span::ZERO..=HOUR).simple(),
        /// How long an attempt may take before it counts as failed; 0 for as long as it takes. As shipped its handler goes on all the same.
        timeout: Span => Field::span("timeout", "Timeout", Span::secs(30), Span::ZERO..=HOUR),
        /// How often a task that failed is tried again.
        retries: u32 => Field::count("retries", "Retries", 0, 0..=100).simple(),
        /// How long it waits before it is tried again. As documented twice as long each time, up to 10 s, half of it by lot; as shipped the worker sleeps so long, and
        /// then a second more for each attempt goes by.
        retry_delay: Span => Field::span("retry-delay", "Retry delay", Span::millis(500), Span::ZERO..=HOUR).simple().when(tries_again),
        /// Which share of the attempts fails.
        fails: Share => Field::share("fails", "Fails", 0.0, 1.0).simple(),
        /// Which share of the attempts panics. As shipped a panic counts as success.
        panics: Share => Field::share("panics", "Panics", 0.0, 1.0),
        /// After how long a wait a task counts as of the next higher class; 0 for never. As shipped nobody looks how long somebody has waited.
        age: Span => Field::span("age", "Ages after", Span::secs(30), Span::ZERO..=DAY).when(by_class),
        /// Whether there are more or fewer workers as there is more or less to do.
        scale: String => Field::choice("scale", "Scale", "on", SCALE).simple(),
        /// How often that is looked at.
        scale_every: Span => Field::span("scale-every", "Scale every", Span::secs(30), Span::millis(10)..=DAY),
        /// What kind of tasks there are.
        kind: String => Field::choice("type", "Type", "task", TYPES).remark(all_low),
        /// How many tasks of a type that are put together are a full batch, which is done in one go.
        batch_size: u32 => Field::count("batch-size", "Batch size", 10, 1..=10_000).when(is_warmup),
        /// How long after its first task a batch goes on that is not full.
        batch_every: Span => Field::span("batch-every", "Batch every", Span::secs(5), Span::millis(1)..=HOUR).when(is_warmup),
        /// How many come of each class in proportion to each other, by lot: high, medium, low, plain. In a script an entry can say its class itself, as in high*5@1s.
        classes: String => Field::text("classes", "Classes", "plain:1", "class:weight,…", check_classes, CLASSES).when(is_task),
        /// When the processor is asked to end; 0 for never. As documented it does first what it has accepted. Whoever comes after that is refused.
        stop_at: Span => Field::span("stop-at", "Stop at", Span::ZERO, Span::ZERO..=DAY),
        /// How many processors the machine has.
        cpus: u32 => Field::count("cpus", "CPUs", 8, 1..=1_024).when(by_cpu),
    }
}

impl Params {
    /// The fields: in a script the words are classes.
    pub(super) fn with_script() -> Vec<Field> {
        let mut fields = Params::fields();
        for field in &mut fields {
            if field.role == Some(Role::Script) {
                field.kind = Kind::Text { form: "class*n@time;…", check: check_script, examples: SCRIPTS };
                field.help = "What comes when: class*n@time joined by ;, as in high*25@0s;plain@1.5s. A task without a class gets one by lot. A script that is not \
                              empty is in force whatever the arrivals are, and says how many tasks there are.";
            }
        }
        fields
    }

    pub(super) fn by_class(&self) -> bool {
        self.priorities != "off"
    }

    pub(super) fn scales(&self) -> bool {
        self.scale != "off"
    }

    pub(super) fn is_warmup(&self) -> bool {
        self.kind == "cache-warmup"
    }

    /// What all tasks are, as the code calls it.
    pub(super) fn kind_word(&self) -> String {
        self.kind.replace('-', "_")
    }

    /// How many workers there are at most.
    pub(super) fn crew(&self) -> u32 {
        if self.workers == 0 { self.cpus.saturating_mul(2) } else { self.workers }
    }

    /// The room of the main queue.
    pub(super) fn room(&self) -> u32 {
        if self.queue == 0 { self.crew().saturating_mul(10) } else { self.queue }
    }

    /// The least workers that there are.
    pub(super) fn least(&self) -> u32 {
        (self.crew() / 2).max(1)
    }

    pub(super) fn batcher(&self) -> BatcherSettings {
        BatcherSettings { size: self.batch_size, interval: self.batch_every, restarts: false, from_first: true }
    }
}
