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
//! and Stop waits for the workers: as shipped for ever, as documented for 30 s. To cancel frees them, and as shipped abandons what lies
//! before them. A worker that has a result and room for it finds both ways open then and takes either by lot: some results are dropped
//! that were done. A call to the model has no context, so it goes on for nobody, and who cancels waits for it. And a frame that is
//! submitted after Stop goes into a closed channel, which is a panic. As documented it is refused, and a cancellation ends the calls
//! and gives every frame that was taken in a result, if only an error. And a result says as shipped of which frame it is and not when that was
//! taken: whoever wants none that is too old cannot tell, and shows what was seen seconds ago.
//!
//! # Choose
//! As a pool for anything that takes long and must not be forgotten. Then Stop needs a limit of time after which it cancels, Submit
//! has to refuse what comes late, and a cancellation has to answer for what it ends: each is a parameter here.
//!
//! # Primitives
//! Channels. Select. Wait group. Tasks.
//!
//! # Origin
//! The `FrameProcessor` of the concurrency document of an interview platform. There is no code beside that document: as shipped is what its own listing
//! does, and as documented what it is there for. Workers and service time are not given there. A frame has a session, bytes and a time in it, and a result a
//! session, an emotion and an error. Session, bytes and emotion change nothing that a pool does, so no run of this one could show them: sessions are to be
//! seen on the platform, and emotions and how large a message may be at the hub.

mod params;
mod presets;
mod report;

use millrace_engine::{Carries, Env, Job, Reply};
use millrace_parts::{
    Crew, Either, ErrorGroup, GroupError, Rx, Tx, WaitGroup, Watch, at_most, channel, select2, timeout,
};
use millrace_spec::{
    Check, Fidelity, FieldGroup, Flow, GaugeSpec, Ideal, Pattern, Place, SceneSpec, Unit, Values, Wire, plain,
};
use millrace_trace::{
    Answer, Gauge, JobId, Ledger, Outcome, SimTime, Span, StationId, StationKind, Trace, Wait, ledger::StationRow,
};
use millrace_upstream as upstream;
use params::Params;
use std::cell::Cell;
use std::panic::Location;
use std::pin::pin;
use std::rc::Rc;

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
    presets: || presets::PRESETS,
    checks: || CHECKS,
    shipped: "Stop waits for ever, or a frame panics",
    disagreement: Some(
        "The document means a pool that ends well: look at how it ends. In its listing Stop has no limit, so it waits for ever where nobody \
         reads the results. A frame that is submitted after Stop is a panic. A cancellation abandons what lies in the buffer and, by lot, \
         what is done and in hand, and a call that is under way has no context: it goes on for nobody. And a result carries no time, so \
         whoever gets it cannot tell how old its frame is.",
    ),
    file: file!(),
    home: (StationKind::Sink, READER),
    ideal,
    ceiling: |values, _| upstream::ceiling(values, Some(values.count("workers"))),
    detail: Some(|_| Box::new(report::Frames::default())),
    run: |env, values, _| Box::pin(run(env, Params::read(values))),
    ..Pattern::BASE
};

const CHECKS: &[Check] = &[
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
    Check::sometimes("Stop waited without a limit for workers that could not deliver", |l, t| {
        let stops = is_closed(l, t, JOBS) && !is_closed(l, t, RESULTS);
        stops && said(l, t, LIMITED) == 0 && everybody_waits_to_deliver(l, t)
    })
    .by("the jobs channel, which is closed, the results, which are full, and whether Stop ends its wait"),
    Check::sometimes("a call went on for nobody", |l, t| {
        said(l, t, CANCELLED) > 0 && l.find("server", t).is_some_and(|(_, server)| server.levels.present > 0)
    })
    .by("the calls that are under way after everything was cancelled"),
    Check::sometimes("a frame was submitted after Stop", |l, t| said(l, t, LATE) > 0)
        .by("what is sent by whoever does not know of the stop, once the jobs channel is closed"),
    Check::sometimes("a frame after Stop was a panic", |l, _| l.crash.is_some()),
    Check::sometimes("a result was too old, and was used as if it were new", |l, t| said(l, t, USED_OLD) > 0)
        .by("when its frame was taken, against when the result was read"),
    Check::ALL_LEFT,
];

const JOBS: &str = "jobs";
const RESULTS: &str = "results";
const READER: &str = "reader";
const FRAMES: &str = "frames";

/// What the station of the frames says: how many were submitted after Stop, that everything was cancelled, that Stop does not wait for ever,
/// how many frames have a result that says no more than that they were cancelled, and how many results were too old: used, as nobody could tell, or put aside.
const LATE: Gauge = Gauge(0);
const CANCELLED: Gauge = Gauge(1);
const LIMITED: Gauge = Gauge(2);
const CUT: Gauge = Gauge(3);
const USED_OLD: Gauge = Gauge(4);
const PUT_ASIDE: Gauge = Gauge(5);

/// How long somebody who was cancelled waits for room: for whoever is making it just now.
const LAST_WAIT: Span = Span::millis(100);

fn scene(values: &Values, _: Fidelity) -> SceneSpec {
    let places = [
        Place::source(FRAMES, "Frames"),
        Place::channel(JOBS, "Jobs"),
        Place::crew("workers", "Workers"),
        Place::server("server", "Model"),
        Place::channel(RESULTS, "Results"),
        Place::sink(READER, "Reader"),
    ];
    let wires = [
        Wire::new(FRAMES, JOBS),
        Wire::new(JOBS, "workers"),
        Wire::new("workers", RESULTS).through(["server"]),
        Wire::new(RESULTS, READER),
    ];
    let old = |id, gauge, label| GaugeSpec { id, station: FRAMES.into(), gauge, label, unit: Unit::Sum("results") };
    let gauges = match values.span("fresh-for").is_zero() {
        true => Vec::new(),
        false => vec![old("used-old", USED_OLD, "Used old"), old("put-aside", PUT_ASIDE, "Put aside")],
    };
    SceneSpec { gauges, faults: upstream::faults_with_crew(), ..SceneSpec::new(Flow::row(places), wires) }
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

/// What the station of the frames says.
fn said(ledger: &Ledger, trace: &Trace, gauge: Gauge) -> i64 {
    ledger.find(FRAMES, trace).map_or(0, |(_, row)| row.gauge(gauge))
}

fn everybody_waits_to_deliver(ledger: &Ledger, trace: &Trace) -> bool {
    let calls = ledger.find("server", trace).map_or(0, |(_, server)| server.levels.present);
    calls == 0 && is_full(ledger, trace, RESULTS) && workers(ledger).all(|worker| worker.in_hand.is_some())
}

/// A frame that is submitted. As long as it is there, it has no result.
struct Frame {
    job: Job,
    taken: SimTime,
    open: Open,
}

impl Carries for Frame {
    fn job(&self) -> Option<JobId> {
        self.job.job()
    }
}

/// What whoever reads the results is handed.
struct FrameResult {
    job: Job,
    reply: Reply,
    /// When its frame was taken: that is for the books, and for nobody else where the result does not say it.
    taken: SimTime,
    time: Option<SimTime>,
}

impl Carries for FrameResult {
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
    env: Env,
    p: Params,
    /// The station of the frames, which says what befalls them.
    frames: StationId,
    jobs: (Tx<Frame>, Rx<Frame>),
    results: (Tx<FrameResult>, Rx<FrameResult>),
    cancelled: Watch<bool>,
    /// The context of the calls, where they have one.
    context: Option<ErrorGroup>,
    /// How many frames have a result that says no more than that they were cancelled.
    cut: Cell<i64>,
    /// How many results that were too old were used, and put aside.
    old: [Cell<i64>; 2],
    /// Stop was called.
    stopped: Watch<bool>,
    /// No result comes any more.
    quiet: Watch<bool>,
    /// The workers that are still there: one for all of them.
    workers: WaitGroup,
}

impl Processor {
    fn open(env: &Env, p: Params, frames: StationId) -> Rc<Processor> {
        let no = || Watch::new(env, false);
        Rc::new(Processor {
            env: env.clone(),
            frames,
            jobs: channel(env, JOBS, p.jobs_buffer),
            results: channel(env, RESULTS, p.results_buffer),
            cancelled: no(),
            context: (p.call_cancels != "off").then(|| ErrorGroup::new(env)),
            cut: Cell::new(0),
            old: Default::default(),
            stopped: no(),
            quiet: no(),
            workers: WaitGroup::new(env),
            p,
        })
    }

    fn start(self: &Rc<Self>) -> Crew {
        self.workers.add(1);
        let (shared, last) = (self.clone(), self.clone());
        let work = move |_| {
            let shared = shared.clone();
            async move { shared.work().await }
        };
        Crew::start(&self.env, "workers", "worker", self.p.workers, work).when_done(move || last.workers.done())
    }

    async fn work(&self) {
        let env = &self.env;
        loop {
            let taken = match select2(env, self.jobs.1.recv(), self.cancelled.until(|is| is)).await {
                Either::First(frame) => frame,
                // What was taken in has a result.
                Either::Second(_) if self.p.answers_all() => self.jobs.1.try_recv(),
                Either::Second(_) => None,
            };
            let Some(Frame { job, taken, open }) = taken else { return };
            let reply = self.analyse(&job).await;
            let time = self.p.results_have_a_time().then_some(taken);
            let result = FrameResult { job, reply, taken, time };
            let delivered = self.hand_on(self.results.0.send(result)).await;
            drop(open);
            if !matches!(delivered, Some(Ok(()))) {
                return;
            }
            env.sleep(reply.retry_after).await;
        }
    }

    /// Asks the model. Without a context a call knows of no cancellation: it comes to its own end.
    async fn analyse(&self, job: &Job) -> Reply {
        let call = || self.env.call(job);
        let reply = match &self.context {
            _ if self.cancelled.get() && self.p.answers_all() => None,
            Some(context) => context.guard(call()).await,
            None => Some(call().await),
        };
        reply.unwrap_or_else(|| {
            self.counts(CUT, &self.cut);
            Reply { answer: Answer::Cancelled, latency: Span::ZERO, retry_after: Span::ZERO }
        })
    }

    /// Hands something on, unless everything is cancelled: with both ways open it is one by lot. Who answers for all frames goes on for as
    /// long as it takes somebody to make room.
    #[track_caller]
    fn hand_on<'a, F: Future + 'a>(&'a self, send: F) -> impl Future<Output = Option<F::Output>> + 'a {
        let env = &self.env;
        env.at(Location::caller(), async move {
            let mut send = pin!(send);
            match select2(env, send.as_mut(), self.cancelled.until(|is| is)).await {
                Either::First(sent) => Some(sent),
                Either::Second(_) if self.p.answers_all() => timeout(env, LAST_WAIT, send).await.ok(),
                Either::Second(_) => None,
            }
        })
    }

    fn says(&self, gauge: Gauge, value: i64) {
        self.env.gauge(self.frames, gauge, value);
    }

    fn cancel(&self) {
        self.says(CANCELLED, 1);
        self.cancelled.set(true);
        if let Some(context) = &self.context {
            context.fail(GroupError("context canceled".to_owned()));
        }
    }

    /// No more frames, then no more workers, then no more results.
    async fn stop(&self) {
        let within = self.p.stop_within;
        if !within.is_zero() {
            self.says(LIMITED, 1);
        }
        self.stopped.set(true);
        self.jobs.0.close();
        if at_most(&self.env, within, self.workers.wait()).await.is_err() {
            self.cancel();
            self.workers.wait().await;
        }
        self.results.0.close();
    }

    async fn read(&self) {
        let env = &self.env;
        while let Either::First(Some(result)) = select2(env, self.results.1.recv(), self.quiet.until(|is| is)).await {
            self.note(result);
        }
        while let Some(result) = self.results.1.try_recv() {
            self.note(result);
        }
    }

    /// A result leaves with whoever reads it. That its frame was cancelled is an error like any other. One that says that it is too old is put aside; one
    /// that is, and does not say so, is used.
    fn note(&self, FrameResult { job, reply, taken, time }: FrameResult) {
        let is_old = |taken: SimTime| self.p.is_old(self.env.now().since(taken));
        let [used, aside] = &self.old;
        job.leave(match reply.answer {
            Answer::Cancelled => Outcome::Failed,
            answer if !answer.is_success() => answer.outcome(),
            _ if time.is_some_and(is_old) => {
                self.counts(PUT_ASIDE, aside);
                Outcome::TimedOut
            }
            answer => {
                if is_old(taken) {
                    self.counts(USED_OLD, used);
                }
                answer.outcome()
            }
        });
    }

    fn counts(&self, gauge: Gauge, count: &Cell<i64>) {
        count.set(count.get() + 1);
        self.says(gauge, count.get());
    }
}

async fn run(env: Env, p: Params) {
    upstream::open(&env, &p.server);
    let source = env.open_plain(StationKind::Source, FRAMES);
    let processor = Processor::open(&env, p, source);
    let p = &processor.p;
    let open = WaitGroup::new(&env);
    open.add(p.frames.into());
    let crew = processor.start();
    let frames = env.spawn_at(FRAMES, source, submit(processor.clone(), open.clone()));
    let reader = (p.read_results == "on").then(|| {
        let processor = processor.clone();
        env.spawn("reader", async move { processor.read().await })
    });
    let cancels = (!p.cancel_at.is_zero()).then(|| {
        let (inner, shared, at) = (env.clone(), processor.clone(), SimTime(p.cancel_at.0));
        env.spawn("canceller", async move {
            inner.sleep_until(at, Wait::Sleep).await;
            shared.cancel();
        })
    });

    if !p.stop_at.is_zero() {
        env.sleep_until(SimTime(p.stop_at.0), Wait::Sleep).await;
        processor.stop().await;
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
            while let Some(FrameResult { job, .. }) = processor.results.1.try_recv() {
                job.leave(Outcome::Lost);
            }
        }
    }
    drop((frames, crew));
}

/// Submits one frame after the other. Who knows of a stop, or of a cancellation, submits no more.
async fn submit(processor: Rc<Processor>, open: WaitGroup) {
    let (env, p) = (&processor.env, &processor.p);
    let goes_on = p.submits_late();
    let is_over = || processor.cancelled.get() || processor.stopped.get() && !goes_on;
    let mut late = 0;
    for number in 1..=p.frames {
        let frame = Frame { job: env.job(), taken: env.now(), open: Open(open.clone()) };
        if goes_on && number == p.frames {
            processor.stopped.until(|is| is).await;
        }
        if is_over() {
            frame.job.leave(Outcome::Rejected);
            continue;
        }
        let sent = processor.hand_on(processor.jobs.0.send(frame)).await;
        let Some(Err(refused)) = sent else { continue };
        if goes_on {
            late += 1;
            processor.says(LATE, late);
            if p.late_submit == "panics" {
                env.crash("send on closed channel").await;
            }
        }
        refused.0.job.leave(Outcome::Rejected);
    }
}
