//! Work that belongs together, in a tree.
//!
//! # Problem
//! A request asks others, and each of those asks others again. When whoever wanted the answer has gone, or it comes too late, all of
//! that is work for nobody; and who is to tell everybody?
//!
//! # Idea
//! Every piece of work has a context, made from the one of whoever asked for it. Cancelling one cancels all below it, a deadline cancels
//! by the clock, and nothing goes upward. A child's deadline is never later than its parent's.
//!
//! # Watch
//! Search has 300 ms and needs 1 s, so it is cut off at 300 ms, and the root, which waits for those below it, ends then. Stock asks for
//! 500 ms and gets the 300 ms of search. When an interview is started, its row is created first; if the service is not ready in 300 ms,
//! somebody must delete the row under a context that was not cancelled with the rest. The shipped code does not, and the row stays.
//!
//! # Choose
//! For whatever asks somebody else and may be given up. It stops nobody by force: work that does not look at its context goes on, and a
//! context that nobody ends stays until its parent or its timer ends it.
//!
//! # Primitives
//! Context. Tasks. Timeout. Wait group.
//!
//! # Origin
//! The package `context` of Go, after which a check-list of planned patterns names it; and `StartInterview` of a design for an interview
//! platform, which creates a row, calls a service, and leaves the row if the call fails.

mod initialize;
mod interview;
mod presets;
mod report;
mod step;
mod texts;
mod tree;

use millrace_engine::Env;
use millrace_parts::Context;
use millrace_spec::{
    Check, Choice, ContextGauges, ContextState, DefaultValue, Fidelity, Field, FieldGroup, Flow, GaugeSpec, Pattern,
    Place, SceneSpec, Tree, Unit, Value, Values, params,
};
use millrace_trace::{Gauge, Ledger, Outcome, SimTime, StationKind, Trace, ledger::StationRow};
use texts::Timed;
use tree::{Held, Node, Running};

/// The station above all contexts.
const CONTEXTS: &str = "contexts";
/// The gauge with the rows that belong to no interview, at the context of the whole.
const ROWS: Gauge = ContextGauges::FREE;
const GAUGES: ContextGauges = ContextGauges::ALL;

const SCENARIOS: &[Choice] = &[
    Choice { id: "tree", label: "Tree", help: "The contexts and the work that the texts say." },
    Choice {
        id: "start-interview",
        label: "StartInterview",
        help: "A row is created, then a service must be ready within 300 ms.",
    },
];

const SWITCH: &[Choice] =
    &[Choice { id: "on", label: "On", help: "It is so." }, Choice { id: "off", label: "Off", help: "It is not so." }];

const TREE: &str = "root;search<root@300ms;price<root;stock<search@500ms";
const WORK: &str = "search=1s;price=100ms;stock=50ms";
/// Trees and names that any of them has, for tests by chance.
const TREES: &[&str] = &[
    TREE,
    "stock<price;price<search@1s;search<root@20ms;root",
    "root@5ms;search<root;price<root@2ms;stock<price;rate<stock",
];
const WORKS: &[&str] = &["", "search=1s", "price=3ms;stock=0"];
const CANCELS: &[&str] = &["", "price@80ms", "search@1ms;root@2ms"];
const NAMES: &[&str] = &["", "stock", "search;price"];

params! {
    /// The parameters of the contexts.
    pub struct Params {
        /// What is run.
        scenario: String => Field::choice("scenario", "Scenario", "tree", SCENARIOS).simple()
            .fits(|values| fits(values, "cancel", texts::cancels)),
        /// The contexts as name<parent@timeout: one root, all others below it, each at most as long as the one above it.
        tree: String => Field::text("tree", "Tree", TREE, "name<parent@timeout;…", |text| texts::tree(text).map(|_| ()), TREES)
            .simple().when(is_tree).fits(all_fit),
        /// How long the work of each takes. Who has none waits for those below it.
        work: String => Field::text("work", "Work", WORK, "name=time;…", |text| texts::work(text).map(|_| ()), WORKS)
            .simple().when(is_tree).fits(|values| fits(values, "work", texts::work)),
        /// Who is cancelled from outside, and when.
        cancel: String => Field::text("cancel", "Cancel", "", "name@time;…", |text| texts::cancels(text).map(|_| ()), CANCELS)
            .simple().fits(|values| fits(values, "cancel", texts::cancels)),
        /// Whose work never looks at its context, and goes on after the end of it.
        ignores: String => Field::text("ignores", "Never look", "", "name;…", |text| texts::names(text).map(|_| ()), NAMES)
            .when(is_tree).fits(|values| fits(values, "ignores", texts::names)),
        /// Whose context is never ended by whoever began it: it lives until its parent or its timer.
        forgets: String => Field::text("forgets", "Never ended", "", "name;…", |text| texts::names(text).map(|_| ()), NAMES)
            .when(is_tree).fits(|values| fits(values, "forgets", texts::names)),
        /// Whether the service is not ready in time: what it loads takes 480 ms instead of 120.
        initialize_fails: String => Field::choice("initialize-fails", "Initialize fails", "off", SWITCH).simple().when(is_interview),
        /// Whether the row is deleted when the service is not ready. As shipped it stays.
        compensate: String => Field::choice("compensate", "Compensate", "on", SWITCH)
            .shipped(DefaultValue::Is(Value::Word("off".into()))).simple().when(is_interview),
        /// Whether the watch looks at its context. One that does not goes on for ever.
        watch_obeys: String => Field::choice("watch-obeys", "Watch obeys", "on", SWITCH).when(is_interview),
    }
}

fn is_tree(values: &Values) -> bool {
    values.word("scenario") == "tree"
}

fn is_interview(values: &Values) -> bool {
    !is_tree(values)
}

/// Whether the tree has all that the other texts name.
fn all_fit(values: &Values) -> Result<(), String> {
    fits(values, "work", texts::work)?;
    fits(values, "cancel", texts::cancels)?;
    fits(values, "ignores", texts::names)?;
    fits(values, "forgets", texts::names)
}

/// Whether all that a text names are there. The work of the default is that of the default tree: with another, it is of those who are there.
fn fits(values: &Values, key: &str, read: fn(&str) -> Result<Vec<Timed>, String>) -> Result<(), String> {
    let text = values.word(key);
    let named = read(text)?;
    if is_interview(values) {
        return texts::known(&named, |name| interview::STEPS.contains(&name));
    }
    if text == WORK {
        return Ok(());
    }
    let tree = texts::tree(values.word("tree"))?;
    texts::known(&named, |name| tree.iter().any(|one| one.name == name))
}

/// The contexts, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "context",
    name: "Context",
    title: "Context tree",
    group: "Coordination",
    glyph: "tree",
    fields: Params::fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::ALL,
    checks: || CHECKS,
    shipped: "the row stays when the service fails",
    disagreement: Some(
        "The document means a failed start to leave nothing behind; the code has no compensation: with StartInterview and a service that \
         fails, look at the row, which nobody deletes.",
    ),
    file: file!(),
    home: (StationKind::Crew, CONTEXTS),
    detail: Some(|_| Box::new(report::Contexts::default())),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::always("the work under every context goes on, or has ended", |l, _| l.is_conserved())
        .by("the work that began, against what goes on at each context and what has ended"),
    Check::always("as many contexts are open as are counted", |l, t| {
        let counted = l.find(CONTEXTS, t).map_or(0, |(_, above)| above.gauge(GAUGES.open));
        contexts(l).filter(|row| is_open(row, t)).count() as i64 == counted
    })
    .by("the state of each context, against the count"),
    Check::always("no deadline is later than that of the context above", |l, _| {
        contexts(l).all(|row| is_within(row, l))
    })
    .by("the deadline of each context, beside its parent's"),
    Check::always("who is below one that ended has ended too", |l, t| {
        contexts(l).all(|row| is_detached(row) || !is_open(row, t) || above(row, l).is_none_or(|up| is_open(up, t)))
    })
    .by("the state of each context, beside its parent's"),
    Check::always("no context outlives its deadline", |l, t| {
        contexts(l).all(|row| !is_open(row, t) || deadline(row).is_none_or(|at| l.now < at))
    })
    .by("the contexts that are open, and their deadlines"),
    Check::sometimes("who was below one that was cancelled ended with it while other work went on", |l, t| {
        let below = |row: &StationRow| row.gauge(GAUGES.order) > 1;
        contexts(l).any(|row| below(row) && is_in(row, ContextState::Canceled, t))
            && contexts(l).any(|row| is_open(row, t))
    })
    .by("who was reached by a cancellation, beside who is open then"),
    Check::sometimes("a deadline ended what was under way", |l, _| l.tally.count(Outcome::TimedOut) > 0),
    Check::sometimes("one that asked for more time ended with the context above", |l, t| {
        contexts(l).any(|row| row.gauge(GAUGES.asked) > 0 && is_in(row, ContextState::DeadlineExceeded, t))
    })
    .by("what was asked for, beside the deadline of the context above"),
    Check::sometimes("work went on after its context had ended", |l, t| {
        contexts(l).any(|row| !is_open(row, t) && row.levels.present > 0)
    })
    .by("who is at work under a context that has ended"),
    Check::sometimes("a context was open that nobody would end", |l, t| {
        contexts(l).any(|row| is_in(row, ContextState::Leaked, t))
    })
    .by("the contexts that were forgotten"),
    Check::sometimes("a row was left that belongs to no interview", |l, t| {
        contexts(l).any(|row| row.gauge(ROWS) > 0 && !is_open(row, t) && row.levels.present == 0)
    })
    .by("the rows that were created, once the interview has ended and nobody works on it any more"),
    Check::eventually("no row is left that belongs to no interview", |l, _| {
        contexts(l).all(|row| row.gauge(ROWS) == 0)
    })
    .by("the rows that were created, against those of interviews and those deleted"),
];

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let open = GaugeSpec {
        id: "open",
        station: CONTEXTS.into(),
        gauge: GAUGES.open,
        label: "Open",
        unit: Unit::Count("contexts"),
    };
    let rows = is_interview(values).then(|| GaugeSpec {
        id: "rows",
        station: interview::WHOLE.into(),
        gauge: ROWS,
        label: "Rows left",
        unit: Unit::Count("rows"),
    });
    let left = rows.as_ref().map(|rows| (rows.station.clone(), ROWS, ["row of no interview", "rows of no interview"]));
    let place = Place::tree(CONTEXTS, "Contexts", Tree { left });
    SceneSpec { gauges: [open].into_iter().chain(rows).collect(), ..SceneSpec::new(Flow::row([place]), []) }
}

async fn run(env: Env, p: Params) {
    let background = Context::at(&env, env.station());
    let running = Running::new(&env);
    let held = Held(running.clone());
    if p.scenario == "tree" {
        tree::begin(&running, nodes(&p), &background);
    } else {
        interview::begin(&running, &p, &background);
    }
    let cancels = texts::cancels(&p.cancel).unwrap_or_default();
    let callers: Vec<_> =
        cancels.into_iter().map(|one| env.spawn("caller", tree::cancel(running.clone(), one.name, one.time))).collect();
    running.all.wait().await;
    drop(callers);
    if p.scenario != "tree" && p.watch_obeys == "off" {
        env.sleep(interview::LATER).await;
    }
    // Who was forgotten lives until its timer goes off; without one, for ever.
    let forgotten = running.contexts.borrow().clone();
    for context in forgotten.iter().filter(|context| context.deadline().is_some()) {
        context.done().await;
    }
    for leak in background.leaks() {
        let (name, line) = (leak.name, leak.site.line());
        env.note(&format!("{name} leaked: nobody ended it, and it has no timer; it was begun at line {line}"), 0);
    }
    drop(held);
}

/// What the texts say of each context.
fn nodes(p: &Params) -> Vec<Node> {
    let planned = texts::tree(&p.tree).unwrap_or_default();
    let work = texts::work(&p.work).unwrap_or_default();
    let [ignores, forgets] = [&p.ignores, &p.forgets].map(|text| texts::names(text).unwrap_or_default());
    let named = |names: &[Timed], name: &str| names.iter().any(|one| one.name == name);
    let node = |planned: texts::Planned| Node {
        work: work.iter().find(|one| one.name == planned.name).map(|one| one.time),
        ignores: named(&ignores, &planned.name),
        forgets: named(&forgets, &planned.name),
        planned,
    };
    planned.into_iter().map(node).collect()
}

/// The contexts of a run so far.
fn contexts(ledger: &Ledger) -> impl Iterator<Item = &StationRow> {
    ledger.stations.iter().filter(|row| row.parent.some().is_some())
}

fn above<'a>(row: &StationRow, ledger: &'a Ledger) -> Option<&'a StationRow> {
    ledger.station(row.parent).filter(|above| above.parent.some().is_some())
}

fn is_detached(row: &StationRow) -> bool {
    row.gauge(GAUGES.detached) != 0
}

fn is_in(row: &StationRow, state: ContextState, trace: &Trace) -> bool {
    row.state.is_some_and(|word| trace.name(word) == state.word())
}

fn is_open(row: &StationRow, trace: &Trace) -> bool {
    is_in(row, ContextState::Open, trace) || is_in(row, ContextState::Leaked, trace)
}

fn deadline(row: &StationRow) -> Option<SimTime> {
    u64::try_from(row.gauge(GAUGES.deadline)).ok().filter(|at| *at > 0).map(SimTime)
}

fn is_within(row: &StationRow, ledger: &Ledger) -> bool {
    let parent = above(row, ledger).filter(|_| !is_detached(row)).and_then(deadline);
    parent.is_none_or(|parent| deadline(row).is_some_and(|own| own <= parent))
}
