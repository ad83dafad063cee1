//! A pool with a buffer before it and one behind it, and what becomes of both when it is stopped.
//!
//! # Problem
//! Frames of interviews come faster than a model can look at them. A pool of workers does as many at once as the model bears; and some
//! day the process is to end, with frames on every side of the workers.
//!
//! # Idea
//! Submit puts a frame into a buffer. A worker takes it from there unless everything was cancelled, has it analysed, and puts the result
//! into a second buffer unless everything was cancelled. Stop closes the first buffer, waits for the workers, who do what still lies in
//! it, and closes the second.
//!
//! # Watch
//! Stop is right where somebody reads the results. Where nobody does, they fill their buffer, each worker waits with one more in hand,
//! and Stop waits for the workers, for ever. To cancel frees them, and abandons what lies before them. A worker that has a result and
//! room for it finds both ways open and takes either by lot: some results are dropped that were done. Before the next frame it is the
//! same again. And a frame that is submitted after Stop goes into a closed channel, which is a panic. A call to the model has no
//! context: who cancels waits for the calls under way.
//!
//! # Choose
//! As a pool for anything that takes long and must not be forgotten. Then Stop needs a limit of time after which it cancels, and Submit
//! has to refuse what comes late: both are a parameter here.
//!
//! # Primitives
//! Channels. Select. Wait group. Tasks.
//!
//! # Origin
//! The `FrameProcessor` of the concurrency document of an interview platform. There is no code beside that document, so there is nothing shipped that
//! could differ from it: what goes wrong here is what its own listing does. Workers and service time are not given there.

mod presets;
mod report;

use millrace_engine::{Carries, Env, Job};
use millrace_parts::{Crew, Either, Rx, Tx, WaitGroup, Watch, at_most, channel, select2};
use millrace_spec::{
    Check, Choice, Fidelity, Field, FieldGroup, Flow, Ideal, Pattern, Place, Role, SceneSpec, Values, Wire, params,
    plain,
};
use millrace_trace::{JobId, Ledger, Outcome, SimTime, Span, StationKind, Trace, Wait, ledger::StationRow};
use millrace_upstream::{self as upstream, Response, ServerParams};
use std::rc::Rc;

const READS: &[Choice] = &[
    Choice { id: "on", label: "On", help: "Somebody takes each result as soon as it is there." },
    Choice { id: "off", label: "Off", help: "Nobody takes results: they fill their buffer." },
];

const SUBMITS: &[Choice] = &[
    Choice { id: "off", label: "Off", help: "Who submits knows of the stop, and keeps what is left." },
    Choice { id: "on", label: "On", help: "Who submits does not know of the stop, and goes on." },
];

const LATE: &[Choice] = &[
    Choice { id: "panics", label: "Panics", help: "It is sent into a closed channel, and the program panics." },
    Choice { id: "refused", label: "Refused", help: "Submit looks whether there was a stop, and says no." },
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
        late_submit: String => Field::choice("late-submit", "A late frame", "panics", LATE).when(submits_late),
        /// How long Stop waits for the workers before it cancels; 0 for ever.
        stop_within: Span => Field::span("stop-within", "Stop waits", Span::ZERO, Span::ZERO..=Span::secs(3600)).when(stops),
        ;
        ..server: ServerParams { server: "general", service: "lognormal", mean: Span::millis(120), errors: 0.01 },
    }
}

fn stops(values: &Values) -> bool {
    !values.span("stop-at").is_zero()
}

fn submits_late(values: &Values) -> bool {
    stops(values) && values.word("submit-after-stop") == "on"
}

/// The frame processor, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "frame-processor",
    name: "Frame processor",
    title: "A pool that is stopped",
    group: "Coordination",
    glyph: "pool",
    fields: Params::fields,
    scene,
    usual: presets::USUAL,
    presets: presets::PRESETS,
    gets_stuck: &["unread", "late"],
    checks: &[
        Check::CONSERVED,
        Check::WITHIN_CAPACITY,
        Check::SLOTS_KEPT,
        Check::always("nobody has more than one frame in hand", |l, _| {
            workers(l).all(|worker| worker.holders().len() <= 1)
        }),
        Check::always("Stop is not over while a worker has a frame", |l, t| {
            !is_closed(l, t, RESULTS) || workers(l).all(|worker| worker.in_hand.is_none())
        })
        .by("the results channel, which Stop closes last, beside what workers have in hand"),
        Check::sometimes("the jobs channel was full", |l, t| is_full(l, t, JOBS)),
        Check::sometimes("Stop waited for the workers", |l, t| {
            is_closed(l, t, JOBS) && !is_closed(l, t, RESULTS) && workers(l).any(|worker| worker.in_hand.is_some())
        }),
        Check::sometimes("the results were full and every worker had one more in hand", everybody_waits_to_deliver)
            .by("the results channel, the server, and what workers have in hand"),
        Check::sometimes("frames were abandoned", |l, _| l.tally.count(Outcome::Cancelled) > 0),
        Check::sometimes("a frame was submitted after Stop", |l, t| {
            l.crash.is_some() || is_closed(l, t, JOBS) && l.tally.count(Outcome::Rejected) > 0
        }),
        Check::ALL_LEFT,
    ],
    file: file!(),
    home: (StationKind::Sink, READER),
    ideal,
    ceiling: |values, _| upstream::ceiling(values, Some(values.count("workers"))),
    detail: Some(|_| Box::new(report::Frames::default())),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const JOBS: &str = "jobs";
const RESULTS: &str = "results";
const READER: &str = "reader";

fn scene(_: &Values, _: Fidelity) -> SceneSpec {
    let places = [
        Place::source("frames", "Frames"),
        Place::channel(JOBS, "Jobs"),
        Place::crew("workers", "Workers"),
        Place::server("server", "Model"),
        Place::channel(RESULTS, "Results"),
        Place::sink(READER, "Reader"),
    ];
    let wires = [
        Wire::new("frames", JOBS),
        Wire::new(JOBS, "workers"),
        Wire::new("workers", RESULTS).through(["server"]),
        Wire::new(RESULTS, READER),
    ];
    SceneSpec { faults: upstream::faults_with_crew(), ..SceneSpec::new(Flow::row(places), wires) }
}

/// Frames × mean ÷ workers, where nothing ends it before.
fn ideal(values: &Values, _: Fidelity) -> Option<Ideal> {
    let p = Params::read(values);
    if !p.stop_at.is_zero() || !p.cancel_at.is_zero() || p.read_results != "on" {
        return None;
    }
    let mean = p.server.mean_call()?;
    let formula = format!("{} × {} ms ÷ {}", p.frames, plain(mean * 1e3), p.workers);
    Some(Ideal { seconds: f64::from(p.frames) * mean / f64::from(p.workers), formula })
}

fn workers(ledger: &Ledger) -> impl Iterator<Item = &StationRow> {
    ledger.stations.iter().filter(|station| station.kind == StationKind::Worker)
}

fn is_closed(ledger: &Ledger, trace: &Trace, channel: &str) -> bool {
    ledger.find(channel, trace).is_some_and(|(_, row)| row.state.is_some_and(|state| trace.name(state) == "closed"))
}

fn is_full(ledger: &Ledger, trace: &Trace, channel: &str) -> bool {
    ledger.find(channel, trace).is_some_and(|(_, row)| row.levels.present >= u64::from(row.capacity))
}

fn everybody_waits_to_deliver(ledger: &Ledger, trace: &Trace) -> bool {
    let calls = ledger.find("server", trace).map_or(0, |(_, server)| server.levels.present);
    calls == 0 && is_full(ledger, trace, RESULTS) && workers(ledger).all(|worker| worker.in_hand.is_some())
}

/// A frame that is submitted. As long as it is there, it has no result.
struct Frame {
    job: Job,
    open: Open,
}

impl Carries for Frame {
    fn job(&self) -> Option<JobId> {
        self.job.job()
    }
}

/// Counts as open as long as it is held.
struct Open(WaitGroup);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.done();
    }
}

/// What all who have to do with the processor share.
struct Processor {
    jobs: (Tx<Frame>, Rx<Frame>),
    results: (Tx<Response>, Rx<Response>),
    cancelled: Watch<bool>,
    /// Stop was called.
    stopped: Watch<bool>,
    /// No result comes any more.
    quiet: Watch<bool>,
    /// The workers that are still there: one for all of them.
    workers: WaitGroup,
}

impl Processor {
    fn open(env: &Env, p: &Params) -> Rc<Processor> {
        let no = || Watch::new(env, false);
        Rc::new(Processor {
            jobs: channel(env, JOBS, p.jobs_buffer),
            results: channel(env, RESULTS, p.results_buffer),
            cancelled: no(),
            stopped: no(),
            quiet: no(),
            workers: WaitGroup::new(env),
        })
    }

    fn start(self: &Rc<Self>, env: &Env, workers: u32) -> Crew {
        self.workers.add(1);
        let (inner, shared, last) = (env.clone(), self.clone(), self.clone());
        let work = move |_| {
            let (env, shared) = (inner.clone(), shared.clone());
            async move { shared.work(env).await }
        };
        Crew::start(env, "workers", "worker", workers, work).when_done(move || last.workers.done())
    }

    async fn work(&self, env: Env) {
        loop {
            let taken = select2(&env, self.jobs.1.recv(), self.cancelled.until(|is| is)).await;
            let Either::First(Some(Frame { job, open })) = taken else { return };
            // The call knows of no cancellation: it comes to its own end.
            let reply = env.call(&job).await;
            let delivery = self.results.0.send(Response { job, reply });
            let delivered = select2(&env, delivery, self.cancelled.until(|is| is)).await;
            drop(open);
            if !matches!(delivered, Either::First(Ok(()))) {
                return;
            }
            env.sleep(reply.retry_after).await;
        }
    }

    /// No more frames, then no more workers, then no more results.
    async fn stop(&self, env: &Env, within: Span) {
        self.stopped.set(true);
        self.jobs.0.close();
        if at_most(env, within, self.workers.wait()).await.is_err() {
            self.cancelled.set(true);
            self.workers.wait().await;
        }
        self.results.0.close();
    }

    async fn read(&self, env: &Env) {
        while let Either::First(Some(result)) = select2(env, self.results.1.recv(), self.quiet.until(|is| is)).await {
            note(result);
        }
        while let Some(result) = self.results.1.try_recv() {
            note(result);
        }
    }
}

fn note(Response { job, reply }: Response) {
    job.leave(reply.answer.outcome());
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let (p, source) = (Rc::new(p), env.open_plain(StationKind::Source, "frames"));
    let processor = Processor::open(&env, &p);
    let open = WaitGroup::new(&env);
    open.add(p.frames.into());
    let crew = processor.start(&env, p.workers);
    let frames = env.spawn_at("frames", source, submit(env.clone(), p.clone(), processor.clone(), open.clone()));
    let reader = (p.read_results == "on").then(|| {
        let (inner, processor) = (env.clone(), processor.clone());
        env.spawn("reader", async move { processor.read(&inner).await })
    });
    let cancels = (!p.cancel_at.is_zero()).then(|| {
        let (inner, shared, at) = (env.clone(), processor.clone(), SimTime(p.cancel_at.0));
        env.spawn("canceller", async move {
            inner.sleep_until(at, Wait::Sleep).await;
            shared.cancelled.set(true);
        })
    });

    if !p.stop_at.is_zero() {
        env.sleep_until(SimTime(p.stop_at.0), Wait::Sleep).await;
        processor.stop(&env, p.stop_within).await;
    } else if let Some(cancels) = cancels {
        cancels.await;
        processor.workers.wait().await;
    } else {
        // Nobody stops it: that is over when every frame has its result.
        open.wait().await;
    }
    processor.quiet.set(true);
    match reader {
        Some(reader) => reader.await,
        // The program ends, and what nobody read goes with it.
        None => {
            while let Some(Response { job, .. }) = processor.results.1.try_recv() {
                job.leave(Outcome::Lost);
            }
        }
    }
    drop((frames, crew));
}

/// Submits one frame after the other. Who knows of a stop, or of a cancellation, submits no more.
async fn submit(env: Env, p: Rc<Params>, processor: Rc<Processor>, open: WaitGroup) {
    let goes_on = p.submit_after_stop == "on" && !p.stop_at.is_zero();
    let is_over = || processor.cancelled.get() || processor.stopped.get() && !goes_on;
    for number in 1..=p.frames {
        let frame = Frame { job: env.job(), open: Open(open.clone()) };
        if goes_on && number == p.frames {
            processor.stopped.until(|is| is).await;
        }
        if is_over() {
            frame.job.leave(Outcome::Rejected);
            continue;
        }
        let sent = select2(&env, processor.jobs.0.send(frame), processor.cancelled.until(|is| is)).await;
        let Either::First(Err(late)) = sent else { continue };
        if goes_on && p.late_submit == "panics" {
            env.crash("send on closed channel").await;
        }
        late.0.job.leave(Outcome::Rejected);
    }
}
