//! The parameters of the concurrency manager.

use super::kind::{Kind, weights};
use millrace_parts::MachineParams;
use millrace_spec::{
    Choice, DefaultValue, Field, FieldGroup, Kind as FieldKind, Role, Share, Value, Values, check_words, params,
};
use millrace_trace::Span;
use millrace_upstream::Load;

const TIMES: &[Choice] = &[
    Choice { id: "task", label: "All alike", help: "Each takes as long as a task takes." },
    Choice {
        id: "by-kind",
        label: "By kind",
        help: "On the database 5 to 20 ms, by HTTP 20 to 100 ms, of the cache 0.5 to 2 ms.",
    },
];

const KINDS: &[&str] = &["db:1,http:1,cache:1", "http:1", "cache:3,db:0,http:2"];
const SCRIPTS: &[&str] = &["", "@0s", "*3@10ms;http*2@5ms;@1s", "cache@0.5s;db*40@20ms"];
const HOUR: Span = Span::secs(3_600);
const DAY: Span = Span::secs(86_400);

fn check_kinds(text: &str) -> Result<(), String> {
    weights(text).map(|_| ())
}

/// A script whose words are kinds.
fn check_script(text: &str) -> Result<(), String> {
    check_words(text, |word| Kind::from_id(word).map(|_| ()))
}

fn all_alike(values: &Values) -> bool {
    values.word("times") != "by-kind"
}

fn stops(values: &Values) -> bool {
    values.word("stop-at") != "0ms"
}

/// Who looks all the time has nothing else to do.
fn not_too_often(values: &Values) -> Result<(), String> {
    let every = values.span("monitor-every");
    if every.is_zero() || every >= Span::millis(10) { Ok(()) } else { Err("10 ms are the least".to_owned()) }
}

fn ops(key: &'static str, label: &'static str, default: u64) -> Field {
    Field::count(key, label, default, 0..=10_000)
}

fn workers(key: &'static str, label: &'static str, default: u64) -> Field {
    Field::count(key, label, default, 0..=1_024)
}

params! {
    /// The parameters of the manager.
    pub struct Params {
        ..load: Load { requests: 1_000, arrivals: "script", rate: 500.0, script: "db*100@0s" },
        /// How many operations on the database the semaphore lets in at once; 0 for twice as many as workers.
        db_ops: u32 => ops("db-ops", "DB operations", 100).simple(),
        /// How many calls by HTTP it lets in at once; 0 for twice as many as workers.
        http_ops: u32 => ops("http-ops", "HTTP operations", 200),
        /// How many operations of the cache it lets in at once; 0 for twice as many as workers.
        cache_ops: u32 => ops("cache-ops", "Cache operations", 150),
        /// How many workers there are for the database; 0 for two for each CPU. Ten times as many fit into the queue before them.
        db_workers: u32 => workers("db-workers", "DB workers", 20).simple(),
        /// How many workers there are for HTTP; 0 for four for each CPU.
        http_workers: u32 => workers("http-workers", "HTTP workers", 30),
        /// How many workers there are for the cache; 0 for two for each CPU.
        cache_workers: u32 => workers("cache-workers", "Cache workers", 25),
        /// How long a task takes.
        task: Span => Field::span("task", "Task", Span::millis(50), Span::ZERO..=HOUR).simple().when(all_alike),
        /// Whether all tasks take as long, or each as its kind does.
        times: String => Field::choice("times", "Times", "task", TIMES).simple(),
        /// Which share of its time a task computes, with a processor of its own. The rest of it, it waits for somebody else.
        compute: Share => Field::share("compute", "Computes", 0.0, 1.0).simple(),
        /// Which share of the tasks matters more than others. As shipped nobody looks at that.
        urgent: Share => Field::share("urgent", "Urgent", 0.0, 1.0).simple(),
        /// Which share of the tasks fails.
        fails: Share => Field::share("fails", "Fails", 0.0, 1.0),
        /// Which share of the tasks panics. As shipped a panic is the end of the process.
        panics: Share => Field::share("panics", "Panics", 0.0, 1.0),
        /// How long a task may take before it is given up and counts as failed; 0 for as long as it takes.
        timeout: Span => Field::span("timeout", "Timeout", Span::ZERO, Span::ZERO..=HOUR),
        /// How many come of each kind in proportion to each other, by lot. In a script an entry can say its kind itself, as in http*5@1s.
        kinds: String => Field::text("kinds", "Kinds", "db:1,http:1,cache:1", "kind:weight,…", check_kinds, KINDS),
        /// How many submitters there are, each with one operation at a time.
        callers: u32 => Field::count("callers", "Submitters", 200, 1..=10_000).when(Values::is_closed_loop),
        /// How often the statistics are refreshed; 0 for every 30 s. They say nothing else in between. The document has them tell of now and names no beat: once a second
        /// is what is made of that here.
        monitor_every: Span => Field::span("monitor-every", "Monitor every", Span::secs(1), Span::ZERO..=DAY).fits(not_too_often)
            .shipped(DefaultValue::Is(Value::Span(Span::secs(30)))),
        /// When the manager is asked to end; 0 for never. As documented it finishes first what it has let in. Whoever comes after that is refused.
        stop_at: Span => Field::span("stop-at", "Stop at", Span::ZERO, Span::ZERO..=DAY),
        /// How long that may take before what is left is cut off; 0 for as long as it takes.
        deadline: Span => Field::span("deadline", "Deadline", Span::secs(5), Span::ZERO..=HOUR).when(stops),
        ;
        ..machine: MachineParams,
    }
}

impl Params {
    /// The fields: in a script the words are kinds.
    pub(crate) fn with_script() -> Vec<Field> {
        let mut fields = Params::fields();
        for field in &mut fields {
            if field.role == Some(Role::Script) {
                field.kind = FieldKind::Text { form: "kind*n@time;…", check: check_script, examples: SCRIPTS };
                field.help = "What comes when: kind*n@time joined by ;, as in db*25@0s;http@1.5s. One without a kind gets it by lot. A script that is not \
                              empty is in force whatever the arrivals are, and says how many operations there are.";
            }
        }
        fields
    }

    /// How many workers a pool has.
    pub(crate) fn workers(&self, kind: Kind) -> u32 {
        let (set, each) = kind.pick([(self.db_workers, 2), (self.http_workers, 4), (self.cache_workers, 2)]);
        if set == 0 { self.machine.cpus.saturating_mul(each) } else { set }
    }

    /// How many permits its semaphore has.
    pub(crate) fn permits(&self, kind: Kind) -> u32 {
        let set = kind.pick([self.db_ops, self.http_ops, self.cache_ops]);
        if set == 0 { self.workers(kind).saturating_mul(2) } else { set }
    }

    /// The room of its queue, and of its results.
    pub(crate) fn room(&self, kind: Kind) -> u32 {
        self.workers(kind).saturating_mul(10)
    }

    /// How often the monitor looks.
    pub(crate) fn looks_every(&self) -> Span {
        if self.monitor_every.is_zero() { Span::secs(30) } else { self.monitor_every }
    }

    pub(crate) fn has_urgent(&self) -> bool {
        self.urgent.0 > 0.0
    }
}
