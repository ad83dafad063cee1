//! Stages in a row, each with workers and a buffer of its own.
//!
//! # Problem
//! Work has several steps that differ in cost. One pool for all of them makes every worker do everything, and the slowest
//! step sets the number of workers for all.
//!
//! # Idea
//! A stage takes messages from a channel, applies its function with its own number of workers, and puts the results into
//! its own channel for the next stage. Throughput is that of the slowest stage; latency is the sum of all.
//!
//! # Watch
//! The buffer in front of the slowest stage fills and the ones behind it stay empty: that is how a bottleneck looks. Messages
//! overtake each other; the id says which is which. With *on error: fail* the first error cancels. As documented
//! everything stops. As shipped only its own stage does, and notices only when it sends: the source and the stages above
//! block for ever and leak, while the stages below end as if all were well. A feeder that only sends leaks in the same way when the
//! whole is cancelled. And where stages take items of any type, as shipped, one of a wrong type is a panic: there is no way for an error.
//! As documented what feeds the first stage takes in nothing that no stage can take.
//!
//! # Choose
//! Where steps differ in cost or need different resources, and order does not matter.
//!
//! # Primitives
//! Channels. Context. Generics. Tasks.
//!
//! # Origin
//! The package `pipeline` of a collection of Go concurrency patterns (`Message`, `PipelineStage`, `Run`). Its manual speaks of
//! configurable defaults; there are none. Its timeline shows values that cannot occur. The frames and their feeder are from the concurrency
//! document of an interview platform, which gives no times.

mod presets;
mod stages;

use millrace_engine::{Env, Job};
use millrace_parts::{Arrivals, Either, ErrorGroup, GroupError, Message, Traffic, Tx, channel, select2};
use millrace_spec::{
    Check, Choice, Claims, DefaultValue, Fidelity, Field, FieldGroup, Flow, Ideal, Pattern, Place, Primitive,
    SceneSpec, Suite, Value, Values, Wire, Words, params,
};
use millrace_trace::{Answer, Outcome, SimTime, Span, StationKind, Wait, ledger::WaitRow};
use millrace_upstream::{self as upstream, Load, ServerParams};
use stages::{Stage, Work, check_stages, read_stages};
use std::rc::Rc;

const ON_ERROR: &[Choice] = &[
    Choice { id: "pass", label: "Pass on", help: "An error is a result like any other." },
    Choice { id: "fail", label: "Fail", help: "The first error cancels." },
];

/// Pipelines for tests by chance.
const STAGES: &[&str] = &[
    "prepare:2:3,call:3:0,store:1:5",
    "square:1:0,double:2:4",
    "call:4:10",
    "a:0:1,b:2:2",
    "decode:1:0:8ms,preprocess:2:1:12ms,analyze:3:0:40ms",
];

const FEEDER: &[Choice] = &[
    Choice { id: "watches", label: "Watches", help: "While it sends it watches whether the pipeline was cancelled." },
    Choice { id: "ignores", label: "Ignores", help: "It only sends: if nobody receives any more, it waits for ever." },
];

const TYPES: &[Choice] = &[
    Choice {
        id: "checked",
        label: "Checked",
        help: "What feeds the first stage takes in frames alone, and refuses what is none.",
    },
    Choice {
        id: "any",
        label: "Any",
        help: "Stages take items of any type: one that looks into what is no frame panics.",
    },
];

fn has_wrong_item(values: &Values) -> bool {
    values.count("wrong-item") > 0
}

params! {
    /// The parameters of the pipeline.
    pub struct Params {
        ..load: Load,
        /// The stages as name:workers:buffer, in order, and behind another colon the time that an item takes there, as in
        /// decode:1:0:8ms. Stages called square and double compute; of the others without a time the one in the middle calls the server.
        stages: String => Field::text("stages", "Stages", "prepare:2:100,call:11:100,store:2:100", "name:workers:buffer:time,…", check_stages, STAGES).simple(),
        /// How long a stage that neither calls nor computes takes for a message.
        stage_time: Span => Field::span("stage-time", "PipelineStage time", Span::micros(200), Span::ZERO..=Span::secs(60)),
        /// What an error does. By default nothing special as documented, so that all requests are made; the shipped stage
        /// stops at the first.
        on_error: String => Field::choice("on-error", "On error", "pass", ON_ERROR)
            .shipped(DefaultValue::Is(Value::Word("fail".into()))).simple(),
        /// When everything is cancelled by whoever started it; 0 for never.
        cancel_at: Span => Field::span("cancel-at", "Cancel at", Span::ZERO, Span::ZERO..=Span::secs(3600)),
        /// Whether what feeds the first stage watches the cancellation.
        feeder: String => Field::choice("feeder", "Feeder", "watches", FEEDER)
            .shipped(DefaultValue::Is(Value::Word("ignores".into()))),
        /// Which item is of a type that no stage expects; 0 for none.
        wrong_item: u32 => Field::count("wrong-item", "Item of a wrong type", 0, 0..=100_000_000),
        /// What items are taken in.
        types: String => Field::choice("types", "Types", "checked", TYPES)
            .shipped(DefaultValue::Is(Value::Word("any".into()))).when(has_wrong_item),
        ;
        ..server: ServerParams,
    }
}

/// The pipeline, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "pipeline",
    name: "Pipeline",
    title: "Pipeline of stages",
    group: "Request patterns",
    glyph: "stages",
    fields: Params::fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || CHECKS,
    shipped: "an error stops one stage and no other",
    disagreement: Some(
        "Documented, the first error cancels the whole pipeline; shipped, only its own stage: look at the source and the stages \
         above it, which block for ever. Documented, what feeds the stages goes when they are cancelled, and takes in nothing of a wrong type; \
         shipped, it waits for ever, and the first stage that looks into such an item panics.",
    ),
    file: file!(),
    suite: Some(Suite {
        name: "Request patterns",
        place: 4,
        claims: Claims {
            goroutines: "the sum of the workers",
            sync: "channels + ctx + generics",
            words: Words {
                memory: "Low",
                throughput: "that of the bottleneck stage",
                latency: "the sum of the stages",
            },
            primitives: &[Primitive::Channels, Primitive::Goroutines, Primitive::Context, Primitive::Generics],
            ..Claims::NONE
        },
    }),
    ideal,
    ceiling: |values, _| upstream::ceiling(values, Some(callers(values)?)),
    run: |env, values, fidelity| Box::pin(run(env, Params::read(values), fidelity)),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::sometimes("a worker waits to hand on what it has", |l, _| {
        let waits = |wait: Option<WaitRow>| wait.is_some_and(|wait| wait.what == Wait::Select);
        l.live_tasks().any(|(_, task)| {
            let home = l.station(task.station).filter(|home| home.kind == StationKind::Worker);
            waits(task.wait) && home.is_some_and(|home| home.in_hand.is_some())
        })
    }),
    Check::sometimes("the feeder waits, and no stage is left", |l, t| {
        let stages = l.stations.iter().filter(|station| station.kind == StationKind::Worker);
        let feeder = l.find("source", t).map_or(0, |(_, source)| source.tasks_live);
        feeder > 0 && stages.map(|stage| stage.tasks_live).sum::<u64>() == 0
    })
    .by("the tasks of the source, and those of all stages"),
    Check::sometimes("an item of a wrong type is refused", |l, _| l.tally.count(Outcome::Rejected) > 0),
    Check::sometimes("an item of a wrong type is a panic", |l, _| l.crash.is_some()),
    Check::eventually("nothing is left in the pipeline at the end", |l, _| l.tally.in_system == 0),
];

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let stages = read_stages(values.word("stages")).unwrap_or_default();
    let mut places = vec![Place::source("source", "Source"), Place::channel("input", "Input")];
    let mut wires = vec![Wire::new("source", "input")];
    let mut last = "input".to_owned();
    for Stage { stage, work, .. } in &stages {
        let out = format!("{} out", stage.name);
        places.push(Place::crew(&stage.name, capitalised(&stage.name)));
        wires.push(Wire::new(last, &stage.name));
        let call = *work == Work::Call;
        if call {
            places.push(Place::server("server", "Server"));
        }
        places.push(Place::channel(&out, format!("{} out", capitalised(&stage.name))));
        wires.push(Wire::new(&stage.name, &out).through(call.then_some("server")));
        last = out;
    }
    places.push(Place::sink("results", "Results"));
    wires.push(Wire::new(last, "results"));
    let backlog = Some(Arrivals::BACKLOG.into());
    SceneSpec { backlog, faults: upstream::faults_with_crew(), ..SceneSpec::new(Flow::row(places), wires) }
}

fn capitalised(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or(String::new(), |first| std::iter::once(first.to_ascii_uppercase()).chain(chars).collect())
}

/// Requests × mean ÷ workers of the calling stage, where that is the slowest; where all stages have times, that of the slowest.
fn ideal(values: &Values, _: Fidelity) -> Option<Ideal> {
    let p = Params::read(values);
    let stages = read_stages(&p.stages).ok()?;
    if let Some(calling) = stages.iter().find(|stage| stage.work == Work::Call) {
        return upstream::ideal(values, calling.stage.workers.into());
    }
    let is_whole = p.load.traffic() == Traffic::Closed && p.cancel_at.is_zero() && p.wrong_item == 0;
    let mut slowest: Option<(f64, Span, u32)> = None;
    for Stage { stage, time, .. } in stages.iter().filter(|_| is_whole) {
        let (time, workers) = ((*time)?, Some(stage.workers).filter(|workers| *workers > 0)?);
        let each = time.seconds() / f64::from(workers);
        slowest = slowest.filter(|(most, ..)| *most >= each).or(Some((each, time, workers)));
    }
    let (each, time, workers) = slowest?;
    let formula = format!("{} × {time} ÷ {workers}", p.load.requests);
    Some(Ideal { seconds: f64::from(p.load.requests) * each, formula })
}

/// How many workers the stage has that calls, if one does.
fn callers(values: &Values) -> Option<u64> {
    let stages = read_stages(values.word("stages")).ok()?;
    let calling = stages.iter().find(|stage| stage.work == Work::Call)?;
    Some(u64::from(calling.stage.workers))
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    upstream::open(&env, &p.server);
    let source = env.open_plain(StationKind::Source, "source");
    let stages = read_stages(&p.stages).unwrap_or_default();
    // As documented one group spans the pipeline; as shipped each stage has its own.
    let whole = (fidelity == Fidelity::Documented).then(|| ErrorGroup::new(&env));
    let (input, first) = channel::<Message<i64>>(&env, "input", 0);
    // What cancels the whole: as documented it is one with the stages' own.
    let context = whole.clone().unwrap_or_else(|| ErrorGroup::new(&env));
    let watches = (p.feeder == "watches").then(|| context.clone());
    let feeder = Feeder {
        env: env.clone(),
        load: p.load,
        wrong_item: p.wrong_item,
        checks: p.types != "any",
        watches,
        tells: whole.is_none(),
    };
    let source = env.spawn_at("source", source, feeder.feed(input));

    let mut flow = first;
    let mut running = Vec::new();
    let computes = |stage: &Stage| matches!(stage.work, Work::Square | Work::Double);
    let all_compute = stages.iter().all(computes);
    for stage in &stages {
        let (fail, work) = (p.on_error == "fail", stage.work);
        let time = stage.time.unwrap_or(if computes(stage) { Span::ZERO } else { p.stage_time });
        let handle =
            stage.stage.run(&env, flow, whole.as_ref(), move |env, value, job| step(env, work, value, job, time, fail));
        flow = handle.output.clone();
        running.push(handle);
    }
    let groups: Vec<_> = running.iter().map(|stage| stage.group().clone()).chain([context]).collect();
    let canceller = (!p.cancel_at.is_zero()).then(|| {
        let (inner, at) = (env.clone(), SimTime(p.cancel_at.0));
        env.spawn("canceller", async move {
            inner.sleep_until(at, Wait::Sleep).await;
            groups.iter().for_each(|group| group.fail(GroupError("context canceled".to_owned())));
        })
    });

    while let Some(Message { id, payload, job }) = flow.recv().await {
        if all_compute {
            env.note(&format!("[{id}]: {{}}"), payload);
        }
        job.leave(if payload == FAILED { Outcome::Failed } else { Outcome::Completed });
    }
    // One group has one error, however many stages are in it.
    let errors: Vec<_> = match &whole {
        Some(group) => group.error().into_iter().collect(),
        None => running.iter().filter_map(|stage| stage.error()).collect(),
    };
    errors.iter().for_each(|error| env.note(&error.0, 0));
    // What is still blocked now, the original leaks as well: nobody waits for it.
    running.into_iter().for_each(|stage| stage.leak());
    source.detach();
    drop(canceller);
}

/// Marks a message whose request failed and was passed on.
const FAILED: i64 = i64::MIN;
/// Marks an item that is of another type than all stages take it for.
const WRONG: i64 = i64::MIN + 1;

/// What feeds the first stage.
struct Feeder {
    env: Env,
    load: Load,
    wrong_item: u32,
    /// It takes in nothing of a wrong type.
    checks: bool,
    /// The cancellation that it watches while it sends, if it does.
    watches: Option<ErrorGroup>,
    /// Whether the stages hear of a cancellation only from it: they do not watch while they wait for input.
    tells: bool,
}

impl Feeder {
    async fn feed(self, input: Tx<Message<i64>>) {
        let Feeder { env, load, wrong_item, checks, watches, tells } = self;
        let mut arrivals = load.arrivals(&env);
        let mut id = 0;
        while let Some(job) = arrivals.next().await {
            id += 1;
            let payload = if id == i64::from(wrong_item) { WRONG } else { id };
            if payload == WRONG && checks {
                job.leave(Outcome::Rejected);
                continue;
            }
            let send = input.send(Message { id, payload, job });
            let cancelled = if let Some(group) = &watches {
                !matches!(select2(&env, send, group.cancelled()).await, Either::First(Ok(())))
            } else {
                send.await.is_err()
            };
            if cancelled {
                if tells {
                    input.close();
                }
                return;
            }
        }
        input.close();
    }
}

/// What a stage does with one message.
async fn step(env: Env, work: Work, value: i64, job: Rc<Job>, time: Span, fail: bool) -> Result<i64, String> {
    if value == WRONG {
        env.crash("interface conversion: interface {} is string, not pipeline.Frame").await;
    }
    match work {
        Work::Square => {
            env.sleep(time).await;
            Ok(value.wrapping_mul(value))
        }
        Work::Double => {
            env.sleep(time).await;
            Ok(value.wrapping_mul(2))
        }
        Work::Handle => {
            env.sleep(time).await;
            Ok(value)
        }
        Work::Call => {
            let reply = env.call(&job).await;
            env.sleep(reply.retry_after).await;
            match reply.answer {
                answer if answer.is_success() => Ok(value),
                answer if fail => Err(error(answer)),
                _ => Ok(FAILED),
            }
        }
    }
}

fn error(answer: Answer) -> String {
    match answer {
        Answer::Status(code) => format!("server answered {code}"),
        Answer::TimedOut => "request timed out".to_owned(),
        Answer::Cancelled => "request was cancelled".to_owned(),
        Answer::Failed => "request failed".to_owned(),
    }
}
