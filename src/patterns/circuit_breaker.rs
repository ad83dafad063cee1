//! Calls that keep failing are interrupted, so that neither side wastes its time.
//!
//! # Problem
//! A server is down or drowning. Every caller waits for an answer that does not come or is an error, holds what it
//! holds meanwhile, and calls again; and the load keeps the server from coming back.
//!
//! # Idea
//! Calls go through a breaker that counts how they end. When too many fail, it opens and turns every call away at once. After a
//! time it is half-open and lets a few probes through: if they pass it closes, if not it opens again.
//!
//! # Watch
//! At 2 s the server goes down. Five failures in a row open the breaker, and from then on no call reaches the server: the
//! callers come back empty-handed and try the next request after their pause. At about 4 s the first probe fails and the breaker opens
//! again; at about 6 s, a second after the server has come back, three probes pass and it closes. The time that the
//! server is up and the breaker is not closed is its price. As shipped nothing that happens counts as a failure: it cannot open, and
//! every request of the outage fails at the server.
//!
//! # Choose
//! Where the other side fails for longer than a call takes, and where failing at once is better than failing late. It
//! is no limit on load: a server that is slow because it has too many callers is well again as soon as they are turned
//! away, and slow again as soon as they are not.
//!
//! # Primitives
//! Circuit breaker. Channels. Tasks.
//!
//! # Origin
//! Michael Nygard, "Release It!". The counters are those of the elevator service's breaker (5 failures, 3 successes); its
//! wrapped operation always returns no error and a timeout is not a failure, so it never opens. Rates and windows are
//! resilience4j's, generations are sony/gobreaker's.

use crate::engine::{Env, Job, StationSpec};
use crate::params;
use crate::parts::{
    Arrivals, Breaker, BreakerSettings, Crew, HalfOpen, Pass, Probing, Rx, Trip, Tx, WaitGroup, Window, channel,
};
use crate::spec::{
    Check, Choice, Default, FaultSpec, FaultUnit, Fidelity, Field, GaugeSpec, Group, Ideal, Pattern, Place, Preset,
    ProgramFuture, SceneSpec, Share, Source, Value, Values,
};
use crate::trace::{Answer, Gauge, Ledger, Outcome, Span, StationId, StationKind, Trace, UNLIMITED};
use crate::upstream::{self, Load, Outages, ServerParams};
use std::cell::Cell;
use std::rc::Rc;

const TRIPS: &[Choice] = &[
    Choice {
        id: "consecutive",
        label: "Failures in a row",
        help: "So many failures in a row open it; one success forgets them.",
    },
    Choice { id: "rate", label: "Rates", help: "The share of failed or of slow calls in the window opens it." },
];

const COUNTS: &[Choice] = &[
    Choice {
        id: "nothing",
        label: "Nothing",
        help: "The wrapped call never returns an error, as shipped: it cannot open.",
    },
    Choice {
        id: "errors",
        label: "Errors",
        help: "Answers of 500 and more, and calls that could not be made. A timeout says nothing.",
    },
    Choice {
        id: "errors-and-timeouts",
        label: "Errors and timeouts",
        help: "An answer that does not come in time is a failure too.",
    },
    Choice {
        id: "errors-timeouts-slow",
        label: "Slow calls too",
        help: "An answer that comes late is a failure even if it is a success.",
    },
];

const PROBING: &[Choice] = &[
    Choice {
        id: "in-flight",
        label: "Let through",
        help: "No more probes are let through than permitted until they have told.",
    },
    Choice {
        id: "passed",
        label: "Passed",
        help: "Only probes that passed count, as in the original: meanwhile everybody is let through.",
    },
];

const WINDOWS: &[Choice] = &[
    Choice { id: "calls", label: "Calls", help: "The last so many calls, however long ago." },
    Choice { id: "time", label: "Time", help: "The calls of the last so many seconds, in slices." },
];

const ON_OPEN: &[Choice] = &[
    Choice { id: "reject", label: "Reject", help: "A call that is turned away is a request that fails, at once." },
    Choice {
        id: "fallback",
        label: "Fall back",
        help: "A call that is turned away is answered with a substitute, such as the last known value.",
    },
];

fn rates(values: &Values) -> bool {
    values.word("trip") == "rate"
}

fn in_a_row(values: &Values) -> bool {
    !rates(values)
}

fn by_calls(values: &Values) -> bool {
    values.word("window") == "calls"
}

fn by_time(values: &Values) -> bool {
    !by_calls(values)
}

params! {
    /// The parameters of the circuit breaker.
    pub struct Params {
        ..load: Load,
        /// How many callers there are, each with one request at a time.
        callers: u32 => Field::count("callers", "Callers", 15, 1..=1_024).simple(),
        /// How many failures in a row open the breaker.
        failures: u32 => Field::count("breaker-failures", "Failures in a row", 5, 1..=1_000).simple().when(in_a_row),
        /// How long it stays open before it lets probes through.
        reset: Span => Field::span("breaker-reset", "Open for", Span::secs(2), Span::ZERO..=Span::secs(3600)).simple(),
        /// How many probes decide whether it closes.
        half_open: u32 => Field::count("half-open", "Probes", 3, 1..=100).simple(),
        /// How long a caller rests after it was turned away, before it takes the next request.
        pause: Span => Field::span("pause", "Pause when rejected", Span::millis(100), Span::ZERO..=Span::secs(60)).simple(),
        /// What becomes of a request whose call is turned away.
        on_open: String => Field::choice("on-open", "When open", "reject", ON_OPEN).simple(),
        /// What opens it.
        trip: String => Field::choice("trip", "Opens on", "consecutive", TRIPS),
        /// What counts as a failure. As shipped: nothing.
        counts: String => Field::choice("counts", "Counts as failure", "errors-and-timeouts", COUNTS)
            .shipped(Default::Is(Value::Word("nothing".into()))),
        /// The share of failed calls that opens it.
        failure_rate: Share => Field::share("failure-rate", "Failure rate", 0.5, 1.0).when(rates),
        /// The share of slow calls that opens it.
        slow_rate: Share => Field::share("slow-rate", "Slow-call rate", 1.0, 1.0).when(rates),
        /// How many calls must be in the window before a rate counts.
        minimum: u32 => Field::count("minimum", "Minimum calls", 10, 1..=1_000).when(rates),
        /// From which time on a call is slow; 0 for never.
        slow_after: Span => Field::span("slow-after", "Slow from", Span::millis(100), Span::ZERO..=Span::secs(60)),
        /// What the window of calls is a window of.
        window: String => Field::choice("window", "Window", "calls", WINDOWS),
        /// How many calls it holds.
        window_calls: u32 => Field::count("window-calls", "Calls in the window", 40, 1..=200).when(by_calls),
        /// How long it is.
        window_span: Span => Field::span("window-span", "Length of the window", Span::secs(2), Span::millis(1)..=Span::secs(600)).when(by_time),
        /// In how many steps it moves on.
        slices: u32 => Field::count("window-slices", "Slices", 10, 1..=60).when(by_time),
        /// What is limited to the number of probes while it is half-open.
        probing: String => Field::choice("probing", "Probes counted", "in-flight", PROBING)
            .shipped(Default::Is(Value::Word("passed".into()))),
        ;
        ..outages: Outages,
        ..server: ServerParams,
    }
}

/// The circuit breaker, for the registry.
pub static PATTERN: Pattern = Pattern {
    id: "circuit-breaker",
    name: "Circuit breaker",
    title: "Circuit breaker",
    group: "Resilience",
    glyph: "breaker",
    fields,
    scene,
    presets: &[
        Preset {
            id: "flapping",
            label: "Outage every 4 s",
            help: "The server goes down again and again: each time the breaker opens at once and closes late.",
            fidelity: None,
            values: &[("outage-for", "1s"), ("outage-at", "1s"), ("outage-every", "4s"), ("breaker-reset", "500ms")],
        },
        Preset {
            id: "flaky",
            label: "Flaky server",
            help: "A fifth of all answers are errors: rarely five in a row, but a rate of 30 % over sixty calls sees a bad spell.",
            fidelity: None,
            values: &[
                ("outage-for", "0s"),
                ("errors", "0.2"),
                ("trip", "rate"),
                ("failure-rate", "0.3"),
                ("window-calls", "60"),
                ("minimum", "60"),
                ("half-open", "10"),
                ("breaker-reset", "1s"),
                ("requests", "3000"),
            ],
        },
        Preset {
            id: "slow",
            label: "Slow server",
            help: "A server with four slots for fifteen callers: nothing fails, most calls are slow, and their share opens the breaker.",
            fidelity: None,
            values: &[
                ("outage-for", "0s"),
                ("slots", "4"),
                ("trip", "rate"),
                ("slow-rate", "0.5"),
                ("slow-after", "60ms"),
                ("window", "time"),
                ("minimum", "50"),
                ("half-open", "8"),
                ("breaker-reset", "1s"),
                ("requests", "2000"),
            ],
        },
        Preset {
            id: "herd",
            label: "Thundering probes",
            help: "Only probes that passed count: when the time is over, everybody is let through at once. Count those let through instead, and three are.",
            fidelity: None,
            values: &[
                ("probing", "passed"),
                ("callers", "48"),
                ("service", "constant"),
                ("mean", "150ms"),
                ("timeout", "1s"),
                ("pause", "40ms"),
                ("breaker-reset", "1s"),
                ("requests", "5000"),
            ],
        },
        Preset {
            id: "inert",
            label: "A breaker that cannot open",
            help: "The wrapped call never returns an error, and a timeout is not counted: every request of the outage fails at the server.",
            fidelity: Some(Fidelity::Shipped),
            values: &[],
        },
    ],
    checks: &[
        Check::CONSERVED,
        Check::WITHIN_CAPACITY,
        Check::always("no more probes are let through than permitted", probes_within_limit),
        Check::sometimes("the breaker opened", |l, t| {
            l.find(BREAKER, t).is_some_and(|(_, s)| s.state.is_some_and(|state| t.name(state) == "open"))
        }),
        Check::ALL_LEFT,
    ],
    disagreement: Some(
        "Documented, errors and timeouts open the breaker; shipped, the wrapped call always returns no error and timeouts are not \
         counted: look at the outage, during which the breaker stays closed.",
    ),
    source: Source { path: file!(), text: include_str!("circuit_breaker.rs") },
    more: &[],
    parts: &["breaker", "window", "crew", "channel", "wait_group", "arrivals"],
    home: (StationKind::Sink, "results"),
    suite: None,
    ideal,
    console: None,
    race: None,
    detail: Pattern::no_detail,
    run: |env, values, _| -> ProgramFuture { Box::pin(run(env, Params::read(values))) },
};

const BREAKER: &str = "breaker";
/// The fault that holds the breaker open.
const FORCE_OPEN: &str = "force-open";
/// The fault that bridges it.
const DISABLE: &str = "disable-breaker";
/// A gauge of the results: requests that were answered with the substitute.
const SUBSTITUTES: Gauge = Gauge(0);
/// A gauge of the results: 1 where any number of probes is let through on purpose.
const UNBOUNDED: Gauge = Gauge(1);

/// A server of 20 ms that is down once, and callers who do not wait for ever.
fn fields() -> Vec<Field> {
    let mut fields = Params::fields();
    for field in &mut fields {
        field.default = match field.key {
            "server" => Default::Is(Value::Word("general".into())),
            "outage-for" => Default::Is(Value::Span(Span::secs(3))),
            "timeout" => Default::Is(Value::Span(Span::millis(250))),
            _ => continue,
        };
    }
    fields
}

fn probes_within_limit(ledger: &Ledger, trace: &Trace) -> bool {
    let gauges = Breaker::gauges();
    let unbounded = ledger.find("results", trace).is_some_and(|(_, row)| row.gauge(UNBOUNDED) > 0);
    unbounded
        || ledger.find(BREAKER, trace).is_none_or(|(_, row)| row.gauge(gauges.probes) <= row.gauge(gauges.permitted))
}

fn scene(_: &Values, _: Fidelity) -> SceneSpec {
    let gauges = Breaker::gauges();
    let by_hand = |id, label, help| FaultSpec {
        id,
        label,
        help,
        unit: FaultUnit::Lasts,
        default: 2_000_000_000,
        min: 1_000_000,
        max: 600_000_000_000,
    };
    let mut faults = upstream::faults_with_crew();
    faults.push(by_hand(
        FORCE_OPEN,
        "Force open",
        "The breaker turns every call away, whatever it counted; afterwards it begins anew, closed.",
    ));
    faults.push(by_hand(
        DISABLE,
        "Disable",
        "The breaker lets every call through and counts nothing; afterwards it begins anew, closed.",
    ));
    SceneSpec {
        places: vec![
            Place::Source { station: "producer".into(), label: "Producer".into() },
            Place::Channel { station: "requests".into(), label: "Requests".into() },
            Place::Crew { station: "callers".into(), label: "Callers".into() },
            Place::Breaker { station: BREAKER.into(), label: "Breaker".into(), gauges },
            Place::Server { station: "server".into(), label: "Server".into() },
            Place::Sink { station: "results".into(), label: "Results".into() },
        ],
        regulator: None,
        gauges: vec![
            GaugeSpec {
                id: "turned-away",
                station: BREAKER.into(),
                gauge: gauges.turned_away,
                label: "Turned away",
                unit: "calls",
            },
            GaugeSpec {
                id: "substitutes",
                station: "results".into(),
                gauge: SUBSTITUTES,
                label: "Substitutes",
                unit: "answers",
            },
        ],
        faults,
    }
}

/// Without a reason to open it, a breaker costs nothing.
fn ideal(values: &Values, _: Fidelity) -> Option<Ideal> {
    let calm = values.span("outage-for").is_zero() && values.number("errors") <= 0.0 && !rates(values);
    calm.then(|| upstream::ideal(values, values.count("callers"))).flatten()
}

impl Params {
    fn settings(&self) -> BreakerSettings {
        BreakerSettings {
            trip: match self.trip.as_str() {
                "rate" => Trip::Rate { failures: self.failure_rate.0, slow: self.slow_rate.0, minimum: self.minimum },
                _ => Trip::Consecutive(self.failures),
            },
            window: match self.window.as_str() {
                "time" => Window::Time { span: self.window_span, slices: self.slices },
                _ => Window::Calls(self.window_calls),
            },
            slow_after: (!self.slow_after.is_zero()).then_some(self.slow_after),
            open_for: self.reset,
            half_open: HalfOpen {
                permitted: self.half_open,
                counts: if self.probing == "passed" { Probing::Passed } else { Probing::InFlight },
            },
        }
    }
}

async fn run(env: Env, p: Params) {
    let p = Rc::new(p);
    upstream::open(&env, &p.server);
    let results = env.station();
    let breaker = Breaker::open(&env, StationId::NONE, BREAKER, p.settings());
    by_hand(&env, &breaker);
    if p.probing == "passed" {
        env.gauge(results, UNBOUNDED, 1);
    }
    let producer = env.open(StationSpec {
        kind: StationKind::Source,
        name: "producer",
        parent: StationId::NONE,
        capacity: UNLIMITED,
    });
    let (requests_tx, requests) = channel::<Job>(&env, "requests", 100);
    let over = WaitGroup::new(&env);
    over.add(1);

    let caller = Rc::new(Caller { env: env.clone(), params: p.clone(), breaker, results, substitutes: Cell::new(0) });
    let last = over.clone();
    let crew = Crew::start(
        &env,
        "callers",
        "caller",
        p.callers,
        move |_| work(caller.clone(), requests.clone()),
        move || last.done(),
    );
    let outages = p.outages.start(&env);
    let producer = env.spawn_at("producer", producer, produce(env.clone(), p.load.clone(), requests_tx));
    over.wait().await;
    drop((crew, producer, outages));
}

/// What a person does to the breaker, as faults that are lifted again.
fn by_hand(env: &Env, breaker: &Breaker) {
    for fault in [FORCE_OPEN, DISABLE] {
        let (inner, breaker) = (env.clone(), breaker.clone());
        env.on_fault(fault, move |_: &[i64]| match (inner.fault(FORCE_OPEN), inner.fault(DISABLE)) {
            (Some(_), _) => breaker.force_open(),
            (None, Some(_)) => breaker.disable(),
            (None, None) => breaker.reset(),
        });
    }
}

async fn produce(env: Env, load: Load, requests: Tx<Job>) {
    let mut arrivals = Arrivals::start(&env, load.requests, load.traffic());
    while let Some(job) = arrivals.next().await {
        if requests.send(job).await.is_err() {
            return;
        }
    }
    requests.close();
}

/// What all callers share.
struct Caller {
    env: Env,
    params: Rc<Params>,
    breaker: Breaker,
    results: StationId,
    substitutes: Cell<i64>,
}

async fn work(caller: Rc<Caller>, requests: Rx<Job>) {
    let Caller { env, params: p, breaker, .. } = &*caller;
    let slow = (p.counts == "errors-timeouts-slow" && !p.slow_after.is_zero()).then_some(p.slow_after);
    while let Some(job) = requests.recv().await {
        match breaker.admit() {
            Ok(pass) => {
                let reply = env.call(&job).await;
                tell(pass, reply.answer, &p.counts, slow.is_some_and(|slow| reply.latency >= slow));
                job.leave(reply.answer.outcome());
            }
            Err(_) => {
                job.leave(caller.without());
                env.sleep(p.pause).await;
            }
        }
    }
}

impl Caller {
    /// What becomes of a request whose call was turned away.
    fn without(&self) -> Outcome {
        if self.params.on_open != "fallback" {
            return Outcome::Rejected;
        }
        self.substitutes.set(self.substitutes.get() + 1);
        self.env.gauge(self.results, SUBSTITUTES, self.substitutes.get());
        Outcome::Substituted
    }
}

/// Tells the breaker how a call went.
fn tell(pass: Pass, answer: Answer, counts: &str, slow: bool) {
    match answer {
        _ if counts == "nothing" => pass.success(),
        Answer::Status(500..) | Answer::Failed => pass.failure(),
        Answer::TimedOut if counts == "errors" => pass.ignore(),
        Answer::TimedOut => pass.failure(),
        // Whoever took the call back knows nothing about the server.
        Answer::Cancelled => pass.ignore(),
        Answer::Status(_) if slow => pass.failure(),
        Answer::Status(_) => pass.success(),
    }
}
