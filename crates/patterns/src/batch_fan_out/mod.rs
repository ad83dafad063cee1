//! A task for each frame of a batch, and whatever comes of them.
//!
//! # Problem
//! A batch of frames is to be analysed, each by a call that takes long, and some of the calls fail. One after the other is too slow, and
//! one frame that fails must not cost the others their results.
//!
//! # Idea
//! Start a task for each frame. It puts what it gets into one of two channels, for results and for errors, each with room for the
//! whole batch, so that no task ever waits to deliver. One more task waits for all of them and closes both channels; the caller takes
//! from either until both are closed. It returns the results that there are, and an error beside them where some failed.
//!
//! # Watch
//! Results come in the order in which calls end, which is not that of the frames: whoever needs the order has to give each a number. The
//! number of tasks is as shipped that of the frames: a batch of a thousand is a thousand calls at once, and a model that does ten at once
//! lets the others wait. The batch is done no sooner than with ten tasks. A socket whose reader starts a task for each message has no bound
//! at all: where messages come faster than they are done, tasks pile up, and nobody who sends is held back. As documented there are fifty
//! tasks at once, which is a whole batch.
//!
//! # Choose
//! For small batches of known size. With anything that comes from outside take a permit before a task is started: the reader then
//! waits, and so does who sends.
//!
//! # Primitives
//! Channels. Select. Wait group. Tasks.
//!
//! # Origin
//! The functions `ProcessBatchFrames` and `ReadPump` of the concurrency document of an interview platform. There is no code beside that
//! document: as shipped is what its own listing does. Batch size and service time are not given there; fifty frames are the most that the
//! design around it has in a batch.

mod presets;
mod report;

use millrace_engine::{Env, Job, StationSpec, Task};
use millrace_parts::{Either, Permit, Rx, Semaphore, Tx, WaitGroup, channel, select2};
use millrace_spec::{
    Check, Choice, DefaultValue, Fidelity, Field, FieldGroup, Flow, Pattern, Place, SceneSpec, Value, Values, Wire,
    params,
};
use millrace_trace::{Ledger, Outcome, Span, StationId, StationKind, Trace, UNLIMITED, Wait, ledger::Fate};
use millrace_upstream::{self as upstream, Response, ServerParams};

const FROM: &[Choice] = &[
    Choice { id: "batches", label: "Batches", help: "The next batch begins when the last one has come back." },
    Choice { id: "socket", label: "A socket", help: "Each message is a frame, and comes when it comes." },
];

params! {
    /// The parameters of the batches.
    pub struct Params {
        /// How many frames a batch has. One of none comes back at once, with nothing and without an error.
        batch: u32 => Field::count("batch", "Batch", 20, 0..=2_000).simple(),
        /// How many batches there are, one after the other. From a socket come as many frames as these would have.
        batches: u32 => Field::count("batches", "Batches", 10, 1..=100).simple(),
        /// How frames come.
        from: String => Field::choice("from", "Frames from", "batches", FROM).simple(),
        /// How long after the one before each message comes from the socket.
        every: Span => Field::span("every", "Message every", Span::millis(5), Span::ZERO..=Span::secs(60)).simple().when(is_socket),
        /// How many tasks there may be at once: who would start one more waits. 0 for no limit.
        at_once: u32 => Field::count("at-once", "Tasks at once", AT_ONCE, 0..=2_000).simple()
            .shipped(DefaultValue::Is(Value::Count(0))),
        ;
        ..server: ServerParams { server: "general", service: "lognormal", mean: Span::millis(120), errors: 0.01 },
    }
}

/// How many tasks there are at once as documented: the most frames that a batch of the design has.
const AT_ONCE: u64 = 50;

fn is_socket(values: &Values) -> bool {
    values.word("from") == "socket"
}

/// The batches, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "batch-fan-out",
    name: "Batch fan-out",
    title: "A task for each frame of a batch",
    group: "Coordination",
    glyph: "burst",
    fields: Params::fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    shipped: "a task for each frame, however many come",
    disagreement: Some(
        "The document means a batch of at most fifty frames. Its listing has no such limit: a batch of a thousand is a thousand tasks, and a \
         reader that starts one for each message has any number of them. Look at the tasks that wait for the model.",
    ),
    file: file!(),
    home: (StationKind::Sink, "caller"),
    ceiling: |values, _| upstream::ceiling(values, Some(values.count("at-once")).filter(|n| *n > 0)),
    detail: Some(|_| Box::new(report::Batches::default())),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("each task has one frame, and each frame under way a task", each_task_has_one)
        .by("the tasks that live, beside the frames that they have and those that are at the server"),
    Check::always("no task waits to deliver", |l, _| {
        l.live_tasks().all(|(_, task)| task.wait.is_none_or(|wait| wait.what != Wait::Send))
    })
    .by("what every task waits for"),
    Check::sometimes("a frame came back before one that began earlier", overtaken)
        .by("how many are done, beside the first that is not"),
    Check::sometimes("frames came back with a result and others with an error", |l, _| {
        l.tally.count(Outcome::Completed) > 0 && l.tally.count(Outcome::Failed) > 0
    }),
    Check::sometimes("more than fifty frames had a task at once", |l, t| {
        l.find(TASKS, t).is_some_and(|(_, tasks)| tasks.tasks_live > AT_ONCE)
    })
    .by("the tasks that live"),
    Check::ALL_LEFT,
];

const TASKS: &str = "tasks";
const RESULTS: &str = "results";
const ERRORS: &str = "errors";

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let faults = upstream::faults();
    let (tasks, server) = (Place::crowd(TASKS, "Tasks"), Place::server("server", "Model"));
    let caller = |label| Place::sink("caller", label);
    if is_socket(values) {
        let flow = Flow::row([tasks, server, caller("Session")]);
        return SceneSpec { faults, ..SceneSpec::new(flow, [Wire::new(TASKS, "caller").through(["server"])]) };
    }
    let channels = Flow::column([Place::channel(RESULTS, "Results"), Place::channel(ERRORS, "Errors")]);
    let flow = Flow::row([tasks.into(), server.into(), channels, caller("Caller").into()]);
    let wires = [
        Wire::new(TASKS, RESULTS).through(["server"]),
        Wire::new(TASKS, ERRORS).through(["server"]),
        Wire::new(RESULTS, "caller"),
        Wire::new(ERRORS, "caller"),
    ];
    SceneSpec { faults, ..SceneSpec::new(flow, wires) }
}

fn each_task_has_one(ledger: &Ledger, trace: &Trace) -> bool {
    let present = |name| ledger.find(name, trace).map_or(0, |(_, row)| row.levels.present);
    let tasks = ledger.find(TASKS, trace).map_or(0, |(_, row)| row.tasks_live);
    tasks == present(TASKS) + present("server")
}

/// A frame is still under way, and more are done than began before it.
fn overtaken(ledger: &Ledger, trace: &Trace) -> bool {
    let ids = [TASKS, "server"].map(|name| ledger.find(name, trace));
    let under_way = |fate| ids.iter().flatten().any(|(id, _)| fate == Fate::At(*id));
    let first = ledger.jobs.iter().find(|(_, job)| under_way(job.fate)).map(|(number, _)| u64::from(number));
    let present: u64 = ids.iter().flatten().map(|(_, row)| row.levels.present).sum();
    first.is_some_and(|first| ledger.tally.offered - present > first)
}

/// What starts a task for each frame.
struct FanOut {
    env: Env,
    tasks: StationId,
    /// Nobody waits where there is no limit.
    at_once: Option<Semaphore>,
}

impl FanOut {
    /// Where there is a limit, a task is started with its permit already in hand: it is the starting that waits.
    async fn permit(&self) -> Option<Permit<'static>> {
        match &self.at_once {
            Some(at_once) => Some(at_once.acquire().await),
            None => None,
        }
    }

    /// All frames of a batch at once: how many have a result, and how many failed.
    async fn process(&self, frames: u32) -> (u32, u32) {
        let env = &self.env;
        let (results_tx, results) = channel::<Response>(env, RESULTS, frames);
        let (errors_tx, errors) = channel::<Response>(env, ERRORS, frames);
        let group = WaitGroup::new(env);
        group.add(frames.into());
        let closer = {
            let (group, results, errors) = (group.clone(), results_tx.clone(), errors_tx.clone());
            env.spawn("closer", async move {
                group.wait().await;
                results.close();
                errors.close();
            })
        };
        let mut tasks = Vec::new();
        for _ in 0..frames {
            let (permit, frame) = (self.permit().await, env.job());
            let one = analyse(env.clone(), frame, [results_tx.clone(), errors_tx.clone()], group.clone(), permit);
            tasks.push(env.spawn_at("frame", self.tasks, one));
        }
        let come = collect(env, results, errors).await;
        closer.await;
        // Nobody is there any more who could send: the next batch has channels of its own.
        env.close(results_tx.station());
        env.close(errors_tx.station());
        come
    }

    /// A task for each message, and nobody who waits for it but the end of the program.
    async fn pump(&self, messages: u32, every: Span) {
        let (env, group, begun) = (&self.env, WaitGroup::new(&self.env), self.env.now());
        let mut tasks: Vec<Task<()>> = Vec::new();
        for number in 0..messages {
            env.sleep_until(begun + Span(every.0.saturating_mul(number.into())), Wait::Receive).await;
            let (permit, frame) = (self.permit().await, env.job());
            group.add(1);
            let (env, done) = (env.clone(), group.clone());
            tasks.push(self.env.spawn_at("message", self.tasks, async move {
                frame.go(env.station(), true);
                let reply = env.call(&frame).await;
                frame.leave(reply.answer.outcome());
                drop(permit);
                done.done();
            }));
        }
        group.wait().await;
    }
}

/// What a task does with its frame.
async fn analyse(
    env: Env,
    job: Job,
    [results, errors]: [Tx<Response>; 2],
    group: WaitGroup,
    permit: Option<Permit<'static>>,
) {
    job.go(env.station(), true);
    let reply = env.call(&job).await;
    let channel = if reply.answer.is_success() { results } else { errors };
    // There is room for every frame of the batch, so this waits for nobody.
    let _ = channel.send(Response { job, reply }).await;
    drop(permit);
    group.done();
}

/// Takes from both channels until both are closed. One that is closed is taken from no more: it would be ready for ever.
async fn collect(env: &Env, results: Rx<Response>, errors: Rx<Response>) -> (u32, u32) {
    let (mut good, mut failed) = (0, 0);
    let (mut from_results, mut from_errors) = (Some(results), Some(errors));
    loop {
        let next = match (&from_results, &from_errors) {
            (None, None) => return (good, failed),
            (Some(results), Some(errors)) => select2(env, results.recv(), errors.recv()).await,
            (Some(results), None) => Either::First(results.recv().await),
            (None, Some(errors)) => Either::Second(errors.recv().await),
        };
        match next {
            Either::First(Some(Response { job, reply })) => {
                job.leave(reply.answer.outcome());
                good += 1;
            }
            Either::First(None) => from_results = None,
            Either::Second(Some(Response { job, reply })) => {
                job.leave(reply.answer.outcome());
                failed += 1;
            }
            Either::Second(None) => from_errors = None,
        }
    }
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let tasks =
        env.open(StationSpec { kind: StationKind::Crew, name: TASKS, parent: StationId::NONE, capacity: UNLIMITED });
    let at_once = (p.at_once > 0).then(|| Semaphore::new(&env, p.at_once));
    let fan_out = FanOut { env: env.clone(), tasks, at_once };
    if p.from == "socket" {
        return fan_out.pump(p.batch.saturating_mul(p.batches), p.every).await;
    }
    for number in 1..=p.batches {
        let (results, failed) = fan_out.process(p.batch).await;
        if failed > 0 {
            env.note(&format!("batch {number}: {results} results, and an error of {{}} frames"), failed.into());
        }
    }
}
