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
//! block for ever and leak, while the stages below end as if all were well.
//!
//! # Choose
//! Where steps differ in cost or need different resources, and order does not matter.
//!
//! # Primitives
//! Channels. Context. Generics. Tasks.
//!
//! # Origin
//! The package `pipeline` of a collection of Go concurrency patterns (`Message`, `PipelineStage`, `Run`). Its manual speaks of
//! configurable defaults; there are none. Its timeline shows values that cannot occur.

use millrace_engine::{Env, Job};
use millrace_parts::{Arrivals, Either, ErrorGroup, Message, PipelineStage, Tx, channel, select2};
use millrace_spec::{
    Check, Choice, Claims, Deed, DefaultValue, Fidelity, Field, FieldGroup, Flow, Ideal, Pattern, Place, Preset,
    Primitive, SceneSpec, Suite, Trial, Value, Values, Wire, Words, params,
};
use millrace_trace::{Answer, Outcome, Span, StationKind};
use millrace_upstream::{self as upstream, Load, ServerParams};
use std::rc::Rc;

const ON_ERROR: &[Choice] = &[
    Choice { id: "pass", label: "Pass on", help: "An error is a result like any other." },
    Choice { id: "fail", label: "Fail", help: "The first error cancels." },
];

/// Pipelines for tests by chance.
const STAGES: &[&str] = &["prepare:2:3,call:3:0,store:1:5", "square:1:0,double:2:4", "call:4:10", "a:0:1,b:2:2"];

params! {
    /// The parameters of the pipeline.
    pub struct Params {
        ..load: Load,
        /// The stages as name:workers:buffer, in order. Stages called square and double compute; of the others the one in
        /// the middle calls the server.
        stages: String => Field::text("stages", "Stages", "prepare:2:100,call:11:100,store:2:100", "name:workers:buffer,…", check_stages, STAGES).simple(),
        /// How long a stage that neither calls nor computes takes for a message.
        stage_time: Span => Field::span("stage-time", "PipelineStage time", Span::micros(200), Span::ZERO..=Span::secs(60)),
        /// What an error does. By default nothing special as documented, so that all requests are made; the shipped stage
        /// stops at the first.
        on_error: String => Field::choice("on-error", "On error", "pass", ON_ERROR)
            .shipped(DefaultValue::Is(Value::Word("fail".into()))).simple(),
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
    usual: Preset {
        label: "Three stages",
        says: "Three stages with a buffer before each: the slowest, which calls the server, sets the pace.",
        tries: &[
            Trial::at(
                2_000,
                "Give the call 33 workers",
                &[Deed::Value("stages", "prepare:2:100,call:33:100,store:2:100")],
            ),
            Trial::at(3_000, "Slow the server ×3 at 3 s", &[Deed::fault_for("slow-server", 3_000, 3, 3_000)]),
            Trial::at(2_000, "Open the code at the call", &[Deed::Code("patterns/pipeline.rs", "env.call(&job)")]),
        ],
        ..Preset::BASE
    },
    presets: &[
        Preset {
            id: "square-double",
            label: "Square, then double",
            says: "One to ten, squared by three workers, doubled by two: all of it happens in no time.",
            help: "The documents' example: 1 to 10, squared by three workers and doubled by two.",
            tries: &[
                Trial::at(0, "Read the log", &[Deed::Tab("log")]),
                Trial::at(0, "Open the code at the stages", &[Deed::Code("patterns/pipeline.rs", "square")]),
            ],
            values: &[("requests", "10"), ("stages", "square:3:4,double:2:4")],
            ..Preset::BASE
        },
        Preset {
            id: "bottleneck",
            label: "Bottleneck",
            says: "Four workers in the middle are too few: the buffer before them fills, and stays full.",
            help: "A stage in the middle with too few workers: the buffer in front of it fills.",
            tries: &[
                Trial::at(
                    1_000,
                    "Give the call 12 workers",
                    &[Deed::Value("stages", "prepare:2:20,call:12:20,store:2:20")],
                ),
                Trial::at(1_000, "Slow the server ×3 at 1 s", &[Deed::fault_for("slow-server", 1_000, 3, 1_000)]),
            ],
            speed: 0.1,
            values: &[
                ("requests", "1000"),
                ("stages", "prepare:2:20,call:4:20,store:2:20"),
                ("server", "general"),
                ("mean", "20ms"),
            ],
            ..Preset::BASE
        },
        Preset {
            id: "leak",
            label: "Leak on error",
            says: "The first error stops a stage: the source and the stage before it wait for ever.",
            help: "The shipped stage stops at the first error, and the source and the stage above block for ever.",
            tries: &[Trial::at(200, "Pass errors on", &[Deed::Value("on-error", "pass")])],
            speed: 0.03,
            fidelity: Some(Fidelity::Shipped),
            values: &[
                ("requests", "1000"),
                ("server", "general"),
                ("mean", "20ms"),
                ("errors", "0.02"),
                ("on-error", "fail"),
            ],
            beside: &[("fidelity", "documented")],
        },
    ],
    checks: &[
        Check::CONSERVED,
        Check::WITHIN_CAPACITY,
        Check::SLOTS_KEPT,
        Check::eventually("nothing is left in the pipeline at the end", |l, _| l.tally.in_system == 0),
    ],
    shipped: "an error stops one stage and no other",
    disagreement: Some(
        "Documented, the first error cancels the whole pipeline; shipped, only its own stage: look at the source and the stages \
         above it, which block for ever.",
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

/// Reads a list of stages.
fn read_stages(text: &str) -> Result<Vec<PipelineStage>, String> {
    let mut stages: Vec<PipelineStage> = Vec::new();
    for entry in text.split(',') {
        let mut parts = entry.trim().split(':').map(str::trim);
        let (Some(name), Some(workers), Some(buffer), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(format!("\"{}\" is not name:workers:buffer", entry.trim()));
        };
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 24 || !name.chars().all(is_word) {
            return Err(format!("\"{name}\" is no stage name: use 1 to 24 letters, digits, - or _"));
        }
        if matches!(name, "source" | "server" | "results" | "input") || stages.iter().any(|s| s.name == name) {
            return Err(format!("the name \"{name}\" is taken"));
        }
        let number = |what: &str, text: &str, max: u32| match text.parse::<u32>() {
            Ok(n) if n <= max => Ok(n),
            _ => Err(format!("{what} of {name} must be a whole number from 0 to {max}, not \"{text}\"")),
        };
        let (workers, buffer) = (number("the workers", workers, 256)?, number("the buffer", buffer, 100_000)?);
        stages.push(PipelineStage { name: name.to_owned(), workers, buffer });
    }
    if stages.len() > 8 {
        return Err("at most 8 stages".to_owned());
    }
    Ok(stages)
}

fn check_stages(text: &str) -> Result<(), String> {
    read_stages(text).map(|_| ())
}

/// What a stage does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    /// Multiply by itself.
    Square,
    /// Add to itself.
    Double,
    /// Ask the server.
    Call,
    /// Take the stage time.
    Handle,
}

/// What each of the stages does: named ones compute, and of the others the one in the middle calls.
fn works(stages: &[PipelineStage]) -> Vec<Work> {
    let plain = stages.iter().filter(|s| !matches!(s.name.as_str(), "square" | "double")).count();
    let mut seen = 0;
    stages
        .iter()
        .map(|stage| match stage.name.as_str() {
            "square" => Work::Square,
            "double" => Work::Double,
            _ => {
                seen += 1;
                if seen == plain / 2 + 1 { Work::Call } else { Work::Handle }
            }
        })
        .collect()
}

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let stages = read_stages(values.word("stages")).unwrap_or_default();
    let mut places = vec![Place::source("source", "Source"), Place::channel("input", "Input")];
    let mut wires = vec![Wire::new("source", "input")];
    let mut last = "input".to_owned();
    for (stage, work) in stages.iter().zip(works(&stages)) {
        let out = format!("{} out", stage.name);
        places.push(Place::crew(&stage.name, capitalised(&stage.name)));
        wires.push(Wire::new(last, &stage.name));
        let call = work == Work::Call;
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

/// Requests × mean ÷ workers of the calling stage, where that is the slowest.
fn ideal(values: &Values, _: Fidelity) -> Option<Ideal> {
    upstream::ideal(values, callers(values)?)
}

/// How many workers the stage has that calls, if one does.
fn callers(values: &Values) -> Option<u64> {
    let stages = read_stages(values.word("stages")).ok()?;
    let calling = stages.iter().zip(works(&stages)).find(|(_, work)| *work == Work::Call)?;
    Some(u64::from(calling.0.workers))
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    upstream::open(&env, &p.server);
    let source = env.open_plain(StationKind::Source, "source");
    let stages = read_stages(&p.stages).unwrap_or_default();
    // As documented one group spans the pipeline; as shipped each stage has its own.
    let whole = (fidelity == Fidelity::Documented).then(|| ErrorGroup::new(&env));
    let (input, first) = channel::<Message<i64>>(&env, "input", 0);
    let source = env.spawn_at("source", source, produce(env.clone(), p.load, input, whole.clone()));

    let mut flow = first;
    let mut running = Vec::new();
    for (stage, work) in stages.iter().zip(works(&stages)) {
        let fail = p.on_error == "fail";
        let time = p.stage_time;
        let handle =
            stage.run(&env, flow, whole.as_ref(), move |env, value, job| step(env, work, value, job, time, fail));
        flow = handle.output.clone();
        running.push(handle);
    }

    while let Some(Message { id, payload, job }) = flow.recv().await {
        if works(&stages).iter().all(|w| matches!(w, Work::Square | Work::Double)) {
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
}

/// Marks a message whose request failed and was passed on.
const FAILED: i64 = i64::MIN;

async fn produce(env: Env, load: Load, input: Tx<Message<i64>>, whole: Option<ErrorGroup>) {
    let mut arrivals = load.arrivals(&env);
    let mut id = 0;
    while let Some(job) = arrivals.next().await {
        id += 1;
        let send = input.send(Message { id, payload: id, job });
        let cancelled = match &whole {
            None => send.await.is_err(),
            Some(group) => !matches!(select2(&env, send, group.cancelled()).await, Either::First(Ok(()))),
        };
        if cancelled {
            return;
        }
    }
    input.close();
}

/// What a stage does with one message.
async fn step(env: Env, work: Work, value: i64, job: Rc<Job>, time: Span, fail: bool) -> Result<i64, String> {
    match work {
        Work::Square => Ok(value.wrapping_mul(value)),
        Work::Double => Ok(value.wrapping_mul(2)),
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
