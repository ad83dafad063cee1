//! A worker pool whose producer slows down when the workers are busy.
//!
//! # Problem
//! A worker pool bounds what is under way, but its producer still pushes as hard as the channel lets it. On a server that
//! is shared, or overloaded, somebody should hold back.
//!
//! # Idea
//! Each worker shows that it is busy. A controller looks how many are, and sets a delay that the producer keeps before
//! each request: up when more than 10 are busy, to nothing when fewer than 3 are.
//!
//! # Watch
//! The documented controller never settles. Every 100 ms it sees either everybody busy or hardly anybody: the delay
//! alternates between 5 ms and 0, and the pool between a rush and a trickle. The shipped one never delays the producer at all:
//! its 15 cool-down tasks each eat two signals a round and settle at 10 ms, which caps the pool at 200 requests a second
//! for each worker. Below that rate it does nothing.
//!
//! # Choose
//! For a shared or overloaded server and long-lived clients, with a controller that was looked at while it ran.
//!
//! # Primitives
//! Channels. Ticker. Tasks.
//!
//! # Origin
//! The client `fanoutinwbp` of a collection of Go concurrency patterns. The document promises one monitor, 5 ms steps and the
//! highest stability of latency; the code has a cool-down task for each worker, steps of 1 ms, and leaks them all.

use millrace_engine::{Env, Job};
use millrace_parts::{Crew, Rx, Ticker, Tx, channel};
use millrace_spec::{
    Benchmark, Check, Claims, Deed, DefaultValue, Fidelity, Field, FieldGroup, GaugeSpec, Ideal, Pattern, Place,
    PlaceKind, Preset, Primitive, Profile, Question, Regulator, SceneSpec, Suite, Trial, Unit, Value, Values, Words,
    params,
};
use millrace_trace::{Gauge, Ledger, SimTime, Span, StationId, StationKind, Trace};
use millrace_upstream::{self as upstream, Load, Response, ServerParams};
use std::cell::Cell;
use std::rc::Rc;

params! {
    /// The parameters of the pool with backpressure.
    pub struct Params {
        ..load: Load,
        /// How many workers take requests, each one at a time.
        workers: u32 => Field::count("workers", "Workers", 15, 1..=1_024).simple(),
        /// How many requests wait for a worker before the producer blocks. As shipped: all of them, up to 200,000, for which
        /// there is memory.
        request_buffer: u32 => Field::count("request-buffer", "Request channel", 100, 0..=200_000)
            .simple().shipped(DefaultValue::SameAs("requests")),
        /// How many results wait for the collector before a worker blocks. As shipped: all of them, up to 200,000, for which
        /// there is memory.
        response_buffer: u32 => Field::count("response-buffer", "Response channel", 100, 0..=200_000)
            .simple().shipped(DefaultValue::SameAs("requests")),
        /// How many busy signals fit into the backpressure channel. As shipped: one for each worker, and a worker that finds
        /// it full waits.
        busy_buffer: u32 => Field::count("busy-buffer", "Busy channel", 1_000, 1..=200_000).shipped(DefaultValue::SameAs("workers")),
        /// Below this pressure the delay goes down: to nothing as documented, by a step as shipped.
        low: u32 => Field::count("low", "Low threshold", 3, 0..=100_000).live().simple(),
        /// Above this pressure the delay goes up by a step.
        high: u32 => Field::count("high", "High threshold", 10, 0..=100_000).live().simple(),
        /// By how much the delay goes up.
        step: Span => Field::span("step", "Step", Span::millis(5), Span::ZERO..=Span::secs(10))
            .shipped(DefaultValue::Is(Value::Span(Span::millis(1)))).live(),
        /// The longest delay.
        max_delay: Span => Field::span("max-delay", "Maximum delay", Span::millis(50), Span::ZERO..=Span::secs(60)).live().simple(),
        /// How often the controller looks.
        tick: Span => Field::span("tick", "Tick", Span::millis(100), Span::micros(100)..=Span::secs(60)),
        ;
        ..server: ServerParams,
    }
}

/// Busy workers, or signals since the last look.
const PRESSURE: Gauge = Gauge(0);
/// The delay, in nanoseconds.
const DELAY: Gauge = Gauge(1);
/// The channel of the signals.
const SIGNALS: &str = "busy signals";
/// The tasks that empty it, as shipped.
const COOL_DOWN: &str = "cool-down";

/// The pool with backpressure, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "backpressure",
    name: "+ Backpressure",
    title: "Worker pool with backpressure",
    group: "Request patterns",
    glyph: "gate",
    fields: Params::fields,
    scene,
    usual: Preset {
        label: "Fifteen workers",
        says: "While more than ten workers are busy, the producer is held back: 5 ms more each 100 ms.",
        tries: &[
            Trial::at(2_000, "Never hold back", &[Deed::Value("max-delay", "0ms")]),
            Trial::at(3_000, "Slow the server ×3 at 3 s", &[Deed::fault_for("slow-server", 3_000, 3, 3_000)]),
            Trial::at(2_000, "Open the code at the rule", &[Deed::Code("patterns/backpressure.rs", "knobs.adjust(")]),
        ],
        ..Preset::BASE
    },
    presets: || PRESETS,
    question: Some(Question {
        place: 4,
        asks: "Watch a controller that never settles",
        preset: "bang-bang",
        beside: &[],
        stops: Span::millis(1_450),
        fact: "5, 0, 5, 0 ms, for ever",
        picture: "bang-bang",
    }),
    checks: || CHECKS,
    shipped: "each worker is held back, not the producer",
    disagreement: Some(
        "Documented, one monitor delays the producer; shipped, a cool-down task for each worker delays the taking of signals: \
         look at the delay and at what waits for it.",
    ),
    file: file!(),
    home: (StationKind::Sink, "collector"),
    suite: Some(Suite {
        name: "Request patterns",
        place: 3,
        claims: Claims {
            time: Some(30.0),
            memory: Some(150.0),
            throughput: Some(350.0),
            goroutines: "15+ (17)",
            sync: "channels + signals",
            words: Words { memory: "Medium", throughput: "Adaptive", latency: "Responsive" },
            benchmark: Some(Benchmark { time: "~6–9 s", memory: "5–8 MB", collections: None, measured: false }),
            choose: &["a server that is shared or overloaded", "load that changes", "a program that lives long"],
            primitives: &[Primitive::Channels, Primitive::Goroutines],
            profile: Profile::Absolute,
        },
    }),
    ideal,
    ceiling: |values, _| upstream::ceiling(values, Some(values.count("workers"))),
    run: |env, values, fidelity| Box::pin(run(env, Params::read(values), fidelity)),
    ..Pattern::BASE
};

const PRESETS: &[Preset] = &[
    Preset {
        id: "new-config",
        label: "NewConfig: 10 requests, 4 workers",
        says: "Ten requests for four workers: all are done before the controller looks at all.",
        help: "The configuration that NewConfig really gives, where its manual says 7,500 and 15.",
        tries: &[
            Trial::at(20, "Let it look each 10 ms", &[Deed::Value("tick", "10ms"), Deed::Value("high", "3")]),
            Trial::at(100, "Send 1,000", &[Deed::Value("requests", "1000")]),
        ],
        speed: 0.01,
        values: &[("requests", "10"), ("workers", "4")],
        ..Preset::BASE
    },
    Preset {
        id: "bang-bang",
        label: "Bang-bang",
        says: "The controller holds back 5 ms, then nothing, then 5 ms again: it never settles.",
        help: "The documented controller against the shipped server: it alternates between 5 ms and 0 and never settles.",
        tries: &[
            Trial::at(1_000, "Take steps of 1 ms", &[Deed::Value("step", "1ms")]),
            Trial::at(1_000, "Look ten times as often", &[Deed::Value("tick", "10ms")]),
            Trial::at(1_000, "Open the code at the rule", &[Deed::Code("patterns/backpressure.rs", "knobs.adjust(")]),
        ],
        speed: 0.3,
        values: &[("server", "shipped"), ("base", "0.86ms")],
        ..Preset::BASE
    },
    Preset {
        id: "hard-cap",
        label: "Hard cap",
        says: "As shipped each worker makes about 200 calls a second, however fast the server is.",
        help: "The shipped cool-down tasks: 200 requests a second for each worker, however fast the server is.",
        tries: &[
            Trial::at(1_000, "Take 30 workers", &[Deed::Value("workers", "30")]),
            Trial::at(1_000, "As documented beside it", &[Deed::Beside("fidelity", "documented")]),
        ],
        speed: 0.1,
        fidelity: Some(Fidelity::Shipped),
        values: &[("requests", "30000"), ("server", "shipped"), ("base", "0.86ms")],
        ..Preset::BASE
    },
];

const CHECKS: &[Check] = &[
    Check::CONSERVED,
    Check::WITHIN_CAPACITY,
    Check::SLOTS_KEPT,
    Check::always("as many busy signals are in the channel as workers are busy", signals_are_there).by(
        "the pressure, against the calls that are under way; where not all workers have room, no more than there is",
    ),
    Check::sometimes("the controller held back", |l, t| l.find("busy", t).is_some_and(|(_, s)| s.gauge(DELAY) > 0)),
    Check::ALL_LEFT,
];

/// What is counted is what is there. As shipped nobody takes a signal back, so that they count nothing.
fn signals_are_there(ledger: &Ledger, trace: &Trace) -> bool {
    let Some((_, busy)) = ledger.find("busy", trace) else { return true };
    if trace.texts().find(COOL_DOWN).is_some() {
        return true;
    }
    let (counted, calling) = (busy.gauge(PRESSURE), i64::try_from(ledger.tally.in_flight).unwrap_or(i64::MAX));
    let room = ledger.find(SIGNALS, trace).map_or(0, |(_, signals)| i64::from(signals.capacity));
    let workers = ledger.find("workers", trace).map_or(0, |(crew, _)| ledger.members(crew).count());
    match i64::try_from(workers) {
        Ok(workers) if workers <= room => counted == calling,
        _ => counted <= calling.min(room),
    }
}

fn scene(values: &Values, fidelity: Fidelity) -> SceneSpec {
    let (low, high) = (values.count("low"), values.count("high"));
    let (step, down) = match fidelity {
        Fidelity::Documented => (values.span("step"), "to 0".to_owned()),
        Fidelity::Shipped => (values.span("step"), format!("−{}", values.span("step"))),
    };
    let regulator = Regulator {
        pressure: PRESSURE,
        pressure_max: values.count("workers").max(high + 1),
        delay: DELAY,
        delay_max: values.span("max-delay").0,
        low,
        high,
        rules: [
            (format!("> {high}"), format!("+{step}")),
            (format!("{low}–{high}"), "hold".into()),
            (format!("< {low}"), down),
        ],
    };
    let regulator = Place::new(PlaceKind::Regulator(Box::new(regulator)), "busy", "Backpressure");
    SceneSpec {
        gauges: vec![
            GaugeSpec {
                id: "pressure",
                station: "busy".into(),
                gauge: PRESSURE,
                label: "Pressure",
                unit: Unit::Count("busy"),
            },
            GaugeSpec { id: "delay", station: "busy".into(), gauge: DELAY, label: "Delay", unit: Unit::Time },
        ],
        faults: upstream::faults_with_crew(),
        ..upstream::fan_out(Some(regulator))
    }
}

fn ideal(values: &Values, _: Fidelity) -> Option<Ideal> {
    upstream::ideal(values, values.count("workers"))
}

/// The busy signals: a channel, and the gauges that show it.
#[derive(Clone)]
struct Busy {
    env: Env,
    gauges: StationId,
    tx: Tx<()>,
    rx: Rx<()>,
}

impl Busy {
    fn open(env: &Env, capacity: u32) -> Busy {
        let gauges = env.open_plain(StationKind::Gate, "busy");
        let (tx, rx) = channel(env, SIGNALS, capacity);
        Busy { env: env.clone(), gauges, tx, rx }
    }

    /// Counts a worker as busy, as long as what comes back is held. None where there is no room for its signal.
    fn count(&self) -> Option<Counted> {
        self.tx.try_send(()).ok()?;
        self.show();
        Some(Counted(self.clone()))
    }

    fn show(&self) {
        self.env.gauge(self.gauges, PRESSURE, self.rx.len() as i64);
    }
}

/// A busy signal in the channel. It is taken out when this is dropped, so also when its worker is killed: a worker that took
/// its own out left it there then, and the producer waited for the rest of the run for somebody who was not there.
struct Counted(Busy);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.rx.try_recv();
        self.0.show();
    }
}

/// The thresholds and steps, as a person may change them while the run goes on.
#[derive(Clone)]
struct Knobs {
    low: Rc<Cell<i64>>,
    high: Rc<Cell<i64>>,
    step: Rc<Cell<i64>>,
    max_delay: Rc<Cell<i64>>,
}

impl Knobs {
    fn read(env: &Env, p: &Params) -> Knobs {
        let span = |key, span: Span| env.live(key, i64::try_from(span.0).unwrap_or(i64::MAX));
        Knobs {
            low: env.live("low", i64::from(p.low)),
            high: env.live("high", i64::from(p.high)),
            step: span("step", p.step),
            max_delay: span("max-delay", p.max_delay),
        }
    }

    /// The delay after a look at the pressure: up by a step above `high`, by `down` below `low`.
    fn adjust(&self, delay: Span, pressure: i64, down: impl Fn(Span, Span) -> Span) -> Span {
        let (step, max) = (Span(self.step.get().max(0) as u64), Span(self.max_delay.get().max(0) as u64));
        if pressure > self.high.get() {
            delay.saturating_add(step).min(max)
        } else if pressure < self.low.get() {
            down(delay, step)
        } else {
            delay
        }
    }
}

async fn run(env: Env, p: Params, fidelity: Fidelity) {
    upstream::open(&env, &p.server);
    let producer = env.open_plain(StationKind::Source, "producer");
    let (requests_tx, requests) = channel::<Job>(&env, "requests", p.request_buffer);
    let (responses_tx, responses) = channel::<Response>(&env, "responses", p.response_buffer);
    let busy = Busy::open(&env, p.busy_buffer);
    let knobs = Knobs::read(&env, &p);
    let delay = Rc::new(Cell::new(Span::ZERO));

    let monitor = match fidelity {
        Fidelity::Documented => {
            Some(env.spawn("monitor", monitor(env.clone(), busy.clone(), knobs, p.tick, delay.clone())))
        }
        Fidelity::Shipped => {
            for _ in 0..p.workers {
                // Nobody ever closes the channel: these tasks stay until the process ends, as in the original.
                env.spawn(COOL_DOWN, cool_down(env.clone(), busy.clone(), knobs.clone(), p.tick)).detach();
            }
            None
        }
    };
    let (inner, last) = (env.clone(), responses_tx.clone());
    let crew = Crew::start(&env, "workers", "worker", p.workers, move |_| {
        work(inner.clone(), requests.clone(), responses_tx.clone(), busy.clone(), fidelity)
    })
    .when_done(move || last.close());
    let producer = env.spawn_at("producer", producer, produce(env.clone(), p.load, requests_tx, delay));

    // The collector. It ends when the last worker has.
    while let Some(Response { job, reply }) = responses.recv().await {
        job.leave(reply.answer.outcome());
    }
    drop((crew, producer, monitor));
}

async fn produce(env: Env, load: Load, requests: Tx<Job>, delay: Rc<Cell<Span>>) {
    let mut arrivals = load.arrivals(&env);
    while let Some(job) = arrivals.next().await {
        // As shipped, nobody ever sets this delay.
        env.sleep(delay.get()).await;
        if requests.send(job).await.is_err() {
            return;
        }
    }
    requests.close();
}

async fn work(env: Env, requests: Rx<Job>, responses: Tx<Response>, busy: Busy, fidelity: Fidelity) {
    while let Some(job) = requests.recv().await {
        let reply = match fidelity {
            Fidelity::Documented => {
                // A full channel is no reason to wait; then this worker does not count, and takes nobody else's signal out.
                let _counted = busy.count();
                env.call(&job).await
            }
            Fidelity::Shipped => {
                // A full channel is the only thing that ever slows a worker down.
                if busy.tx.send(()).await.is_err() {
                    return;
                }
                env.call(&job).await
            }
        };
        if responses.send(Response { job, reply }).await.is_err() {
            return;
        }
        env.sleep(reply.retry_after).await;
    }
}

/// The documented controller: looks at every tick, and sets the producer's delay.
async fn monitor(env: Env, busy: Busy, knobs: Knobs, tick: Span, delay: Rc<Cell<Span>>) {
    let mut ticker = Ticker::new(&env, tick).in_background();
    loop {
        ticker.tick().await;
        let pressure = busy.rx.len() as i64;
        let next = knobs.adjust(delay.get(), pressure, |_, _| Span::ZERO);
        if delay.replace(next) != next {
            env.gauge(busy.gauges, DELAY, next.0 as i64);
        }
    }
}

/// The shipped controller, one for each worker: counts signals, sleeps, and throws a second signal away.
async fn cool_down(env: Env, busy: Busy, knobs: Knobs, tick: Span) {
    let (mut delay, mut signals, mut last): (Span, i64, SimTime) = (Span::ZERO, 0, env.now());
    while busy.rx.recv().await.is_some() {
        signals += 1;
        if env.now() - last >= tick {
            delay = knobs.adjust(delay, signals, Span::saturating_sub);
            env.gauge(busy.gauges, PRESSURE, signals);
            env.gauge(busy.gauges, DELAY, delay.0 as i64);
            signals = 0;
            last = env.now();
        }
        env.sleep(delay).await;
        busy.rx.recv().await;
    }
}
