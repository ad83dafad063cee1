//! A process that is asked to end, and what it loses.
//!
//! # Problem
//! A new version is rolled out, and the process gets SIGTERM. It has requests under way, open sockets, frames before and behind its workers,
//! and a batch that is half full. After a time of grace it is killed.
//!
//! # Idea
//! Each part is stopped before what it needs: first nobody is let in and the requests are waited for, then the hub gives every socket its
//! close frame, the frame processor does what lies before it, the last batch is written, and only then the connections are closed.
//!
//! # Watch
//! A row for each part: what it has, how long it took to stop, and what is lost of it. In the order above all counts of losses stay at 0, as
//! long as the grace lasts and the stores answer: nobody writes a batch twice. What was lost before the signal, with a
//! worker that was killed, is told apart. As written only the requests are waited for: sockets are no requests to the server, which forgets them, and
//! what lies in the other parts goes with the process. Where the grace is over first, the part at hand is cut off, and so are those after it.
//!
//! # Choose
//! For every process that answers before it has written, or holds connections that others believe in. Where nothing may be lost even if
//! the process is killed, it has to be written before it is answered.
//!
//! # Primitives
//! Hub. Channels. Wait group. Timeout. Select. Tasks.
//!
//! # Origin
//! The shutdown of a design for an interview platform, which never left its document. The order in which all parts are stopped is a correction.

mod books;
mod checks;
mod params;
mod presets;
mod process;
mod report;
mod store;
mod work;

use millrace_engine::Env;
use millrace_parts::{Ends, Process as _};
use millrace_spec::{
    Batch, Counted, Fidelity, FieldGroup, Flow, GaugeSpec, Hub, Pattern, Place, SceneSpec, ServerName, Shutdown,
    ShutdownGauges, Unit, Values, Wire, server_name,
};
use millrace_trace::{Gauge, SimTime, Span, StationKind, Wait};
use millrace_upstream as upstream;
use params::Params;
use process::Process;

const PROCESS: &str = "process";
const HUB: &str = "hub";
const JOBS: &str = "jobs";
const WORKERS: &str = "workers";
const RESULTS: &str = "results";
const BATCH: &str = "batch";
const REDIS: ServerName = server_name!("redis");
const DATABASE: ServerName = server_name!("db");
const G: ShutdownGauges = ShutdownGauges::ALL;
/// How many frames the model answered with an error: they have no result.
const MODEL_FAILED: Gauge = Gauge(28);
/// How many batches came to a connection that was closed, frames to a pool that takes none, results to a batch that takes none.
const NO_CONNECTION: Gauge = Gauge(29);
const NO_POOL: Gauge = Gauge(30);
const NO_BATCH: Gauge = Gauge(31);

/// A part of the process. Its number is its place among the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Http,
    Hub,
    Processor,
    Batch,
    Redis,
    Database,
}

impl Part {
    /// All of them, each before what it needs.
    const ALL: [Part; 6] = [Part::Http, Part::Hub, Part::Processor, Part::Batch, Part::Redis, Part::Database];

    const fn name(self) -> &'static str {
        match self {
            Part::Http => "HTTP server",
            Part::Hub => "Hub",
            Part::Processor => "Frame processor",
            Part::Batch => "Batch processor",
            Part::Redis => "Redis client",
            Part::Database => "Database pool",
        }
    }
}

/// What the process has, and may lose. Its number is that of its counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Request,
    Socket,
    Frame,
    Result,
    Item,
}

impl Kind {
    const ALL: [Kind; 5] = [Kind::Request, Kind::Socket, Kind::Frame, Kind::Result, Kind::Item];

    const fn number(self) -> u8 {
        self as u8
    }

    /// The part that has it, and its words.
    const fn counted(self) -> Counted {
        let (part, words) = match self {
            Kind::Request => (Part::Http, ["request", "requests"]),
            Kind::Socket => (Part::Hub, ["socket", "sockets"]),
            Kind::Frame => (Part::Processor, ["frame", "frames"]),
            Kind::Result => (Part::Processor, ["result", "results"]),
            Kind::Item => (Part::Batch, ["item", "items"]),
        };
        Counted { part: part.name(), words }
    }
}

/// The shutdown, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "graceful-shutdown",
    name: "Graceful shutdown",
    title: "Graceful shutdown",
    group: "Services",
    glyph: "power",
    fields: Params::fields,
    scene,
    usual: presets::USUAL,
    presets: || presets::PRESETS,
    checks: || checks::CHECKS,
    shipped: "nobody stops sockets, frames and batch",
    disagreement: Some(
        "The document promises a graceful shutdown. Its code stops accepting, waits up to 30 s for requests, and exits with 1 if that is \
         not enough. A socket is a connection that was taken over from the server, which does not close it; hub, frame processor and batch \
         processor are not stopped at all. What lies in them is lost with the process, and so is what sockets send until then.",
    ),
    file: file!(),
    home: (StationKind::Crew, PROCESS),
    detail: Some(|_| Box::<report::Steps>::default()),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let count = |key| values.count(key) as u32;
    let hub = Hub { clients: count("sessions"), pong_wait: Span::ZERO };
    let batch = Batch { size: count("batch-size"), interval: values.span("interval") };
    let shutdown = Shutdown {
        at: values.span("shutdown-at"),
        grace: values.span("grace"),
        parts: Part::ALL.map(Part::name).to_vec(),
        kinds: Kind::ALL.map(Kind::counted).to_vec(),
    };
    let frames = Flow::row([
        Place::hub(HUB, "Sessions", hub),
        Place::channel(JOBS, "Jobs"),
        Place::crew(WORKERS, "Workers"),
        Place::server("server", "Model"),
    ]);
    let flow = Flow::row([
        Flow::column([frames, Place::shutdown(PROCESS, "Shutdown", shutdown).into()]),
        Flow::column([Place::channel(RESULTS, "Results"), Place::batch(BATCH, "Batch", batch)]),
        Flow::column([Place::server(REDIS.as_str(), "Redis"), Place::server(DATABASE.as_str(), "Database")]),
    ]);
    let wires = [
        Wire::new(HUB, JOBS),
        Wire::new(JOBS, WORKERS),
        Wire::new(WORKERS, RESULTS).through(["server"]),
        Wire::new(RESULTS, BATCH),
        Wire::new(BATCH, REDIS.as_str()),
        Wire::new(REDIS.as_str(), DATABASE.as_str()),
    ];
    let sum = |id, gauge, label, unit| GaugeSpec { id, station: PROCESS.into(), gauge, label, unit: Unit::Sum(unit) };
    let lost = |kind: Kind, id, label| sum(id, G.lost(kind.number()), label, kind.counted().words[1]);
    let gauges = vec![
        lost(Kind::Request, "lost-requests", "Requests lost"),
        lost(Kind::Socket, "lost-sockets", "Sockets lost"),
        lost(Kind::Frame, "lost-frames", "Frames lost"),
        lost(Kind::Result, "lost-results", "Results lost"),
        lost(Kind::Item, "lost-items", "Items lost"),
        sum("refused", G.refused, "Turned away", "requests"),
    ];
    let mut faults = upstream::faults_of(ServerName::DEFAULT, "Model");
    faults.extend(upstream::faults_of(REDIS, "Redis"));
    faults.extend(upstream::faults_of(DATABASE, "Database"));
    faults.push(upstream::kill_worker());
    SceneSpec { gauges, faults, ..SceneSpec::new(flow, wires) }
}

async fn run(env: Env, p: Params) {
    let (at, grace, order) = (SimTime(p.shutdown_at.0), p.grace, params::order(&p.order));
    let process = Process::open(&env, p);
    let ends = Ends(process.clone());
    work::start(&process).await;
    env.sleep_until(at, Wait::Sleep).await;
    process.shut_down(grace, order.iter().map(|part| *part as usize)).await;
    drop(ends);
}
