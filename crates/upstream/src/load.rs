//! How much work there is, and how it comes: the traffic that every pattern takes which sends requests.

use millrace_engine::{Env, Job};
use millrace_parts::{Arrivals, RateCurve, Semaphore, Traffic, Tx, WaitGroup};
use millrace_spec::{CLOSED, Choice, Field, Prefix, Role, SCRIPT, Values, params, parse_script};
use millrace_trace::{Span, StationId};
use std::panic::Location;

const ARRIVALS: &[Choice] = &[
    Choice { id: CLOSED, label: "Closed loop", help: "The next request is made when somebody takes it." },
    Choice { id: "constant", label: "Constant", help: "One arrival each 1 ÷ rate." },
    Choice {
        id: "poisson",
        label: "Poisson",
        help: "Independent arrivals at a rate, whether or not anybody is ready.",
    },
    Choice { id: "burst", label: "Bursts", help: "Many at once, again and again, and nothing in between." },
    Choice { id: "step", label: "Step", help: "Independent arrivals at one rate, and from an instant on at another." },
    Choice { id: "ramp", label: "Ramp", help: "Independent arrivals at a rate that goes evenly from one to another." },
    Choice { id: "day", label: "Day", help: "Independent arrivals at a rate that goes up and down like a sine." },
    Choice {
        id: SCRIPT,
        label: "Script",
        help: "What is written down, when it is written down; an empty script brings nothing.",
    },
];

/// Whether one of these ways of arriving is in force.
fn one_of(values: &Values, ways: &[&str]) -> bool {
    ways.contains(&values.way_of_arriving().unwrap_or_default())
}

fn counted(values: &Values) -> bool {
    !one_of(values, &[SCRIPT])
}

fn rated(values: &Values) -> bool {
    one_of(values, &["constant", "poisson", "step", "ramp", "day"])
}

fn changes(values: &Values) -> bool {
    one_of(values, &["step", "ramp", "day"])
}

fn steps(values: &Values) -> bool {
    one_of(values, &["step"])
}

fn ramps(values: &Values) -> bool {
    one_of(values, &["ramp"])
}

fn bursts(values: &Values) -> bool {
    one_of(values, &["burst"])
}

fn days(values: &Values) -> bool {
    one_of(values, &["day"])
}

fn scripted(values: &Values) -> bool {
    one_of(values, &[SCRIPT])
}

fn check_script(text: &str) -> Result<(), String> {
    parse_script(text).map(|_| ())
}

/// A year: virtual time has an end, and a run must not come near it.
const LONGEST: Span = Span::secs(366 * 86_400);

params! {
    /// How much work there is, and how it comes.
    pub struct Load {
        ..prefix: Prefix,
        /// How many requests the run sends: up to 100,000,000 where the workers bound how many are inside at once. With open arrivals
        /// that come faster than they are worked off, those that wait take memory.
        requests: u32 => Field::count("requests", "Requests", 7_500, 1..=100_000_000).simple().role(Role::Jobs).when(counted),
        /// Whether the next request waits until somebody can take it (closed), or comes when it comes (open). With open
        /// arrivals the response time is counted from the intended start.
        arrivals: String => Field::choice("arrivals", "Arrivals", CLOSED, ARRIVALS).role(Role::Arrivals),
        /// How many requests arrive in a second: all the time, or where it changes at first.
        rate: f64 => Field::rate("rate", "Arrival rate", 500.0, 0.001..=1_000_000.0).when(rated),
        /// How many requests arrive in a second after the step or the ramp, or in the middle of the day.
        to: f64 => Field::rate("to", "Second rate", 1_000.0, 0.001..=1_000_000.0).when(changes),
        /// When the second rate begins.
        step_at: Span => Field::span("step-at", "Step at", Span::secs(5), Span::ZERO..=LONGEST).when(steps),
        /// How long it takes from one rate to the other, from the start on.
        ramp_for: Span => Field::span("ramp-for", "Ramp lasts", Span::secs(10), Span::ZERO..=LONGEST).when(ramps),
        /// From one burst to the next. The first is at the start.
        burst_every: Span => Field::span("burst-every", "Burst every", Span::secs(1), Span::micros(1)..=LONGEST).when(bursts),
        /// How many requests come at once.
        burst_size: u32 => Field::count("burst-size", "Burst size", 100, 1..=1_000_000).when(bursts),
        /// How long a day is: it begins at the first rate, has the second in its middle, and ends as it began.
        period: Span => Field::span("period", "Period", Span::secs(86_400), Span::millis(1)..=LONGEST).when(days),
        /// What comes when: what@time joined by ;, with *n before the @ for n at once, as in *25@0s;@1.5s. One that is not empty is in force
        /// whatever the arrivals are, and says how many requests there are.
        script: String => Field::text("script", "Script", "", "what*n@time;…", check_script, SCRIPTS).role(Role::Script).when(scripted),
    }
}

/// Scripts for tests by chance.
const SCRIPTS: &[&str] = &["", "@0s", "*3@10ms;a*2@5ms;@1s", "word@0.5s;*40@20ms"];

impl Load {
    /// The requests, in the order of their arrival.
    #[track_caller]
    pub fn arrivals(&self, env: &Env) -> Arrivals {
        let names = [Arrivals::STREAM, Arrivals::BACKLOG].map(|name| self.prefix.key(name));
        let traffic = self.traffic();
        // A script says itself how many there are.
        let total = if matches!(traffic, Traffic::Script(_)) { u32::MAX } else { self.requests };
        Arrivals::named(env, names, total, traffic)
    }

    /// The work of a producer: it sends every request into a channel, and closes it. It waits at the caller's line.
    #[track_caller]
    pub fn produce(&self, env: &Env, requests: Tx<Job>) -> impl Future<Output = ()> + use<> {
        let (env, load) = (env.clone(), self.clone());
        env.clone().at_caller(async move {
            let mut arrivals = load.arrivals(&env);
            while let Some(job) = arrivals.next().await {
                if requests.send(job).await.is_err() {
                    return;
                }
            }
            requests.close();
        })
    }

    /// A task at a station for each request, and waits until all are done. With a closed loop there are so many callers, each with one
    /// request at a time; else as many tasks as it takes.
    #[track_caller]
    pub fn each<F: Future<Output = ()> + 'static>(
        &self,
        env: &Env,
        at: StationId,
        callers: u32,
        ask: impl Fn(Job) -> F,
    ) -> impl Future<Output = ()> {
        self.by_turns(env, (at, "request"), callers, async |arrivals| arrivals.next().await, ask)
    }

    /// The same for so many requests at a time: as soon as that many have come, or no more will.
    #[track_caller]
    pub fn batches<F: Future<Output = ()> + 'static>(
        &self,
        env: &Env,
        at: StationId,
        callers: u32,
        size: u32,
        ask: impl Fn(Vec<Job>) -> F,
    ) -> impl Future<Output = ()> {
        let gather = async move |arrivals: &mut Arrivals| {
            let mut batch = Vec::new();
            while batch.len() < size.max(1) as usize
                && let Some(job) = arrivals.next().await
            {
                batch.push(job);
            }
            (!batch.is_empty()).then_some(batch)
        };
        self.by_turns(env, (at, "batch"), callers, gather, ask)
    }

    /// A task for each thing that is gathered from the arrivals, in a closed loop as many at once as there are callers.
    #[track_caller]
    fn by_turns<T, F: Future<Output = ()> + 'static>(
        &self,
        env: &Env,
        (at, name): (StationId, &'static str),
        callers: u32,
        mut gather: impl AsyncFnMut(&mut Arrivals) -> Option<T>,
        ask: impl Fn(T) -> F,
    ) -> impl Future<Output = ()> {
        let site = Location::caller();
        async move {
            let (group, free) = (WaitGroup::new(env), Semaphore::new(env, callers));
            let closed = self.traffic() == Traffic::Closed;
            let mut arrivals = self.arrivals(env);
            loop {
                let turn = if closed { Some(env.at(site, free.acquire()).await) } else { None };
                let Some(gathered) = env.at(site, gather(&mut arrivals)).await else { break };
                group.add(1);
                let (request, group) = (ask(gathered), group.clone());
                let request = async move {
                    request.await;
                    drop(turn);
                    group.done();
                };
                env.spawn_from(site, name, at, request).detach();
            }
            env.at(site, group.wait()).await;
        }
    }

    /// How the requests come.
    pub fn traffic(&self) -> Traffic {
        let script = parse_script(&self.script).unwrap_or_default();
        if !script.is_empty() || self.arrivals == SCRIPT {
            return Traffic::Script(script.into());
        }
        match self.arrivals.as_str() {
            "poisson" => Traffic::Poisson(self.rate),
            "constant" => Traffic::Constant(self.rate),
            "burst" => Traffic::Burst { size: self.burst_size, every: self.burst_every },
            "step" => Traffic::Varying(RateCurve::Step { before: self.rate, after: self.to, at: self.step_at }),
            "ramp" => Traffic::Varying(RateCurve::Ramp { from: self.rate, to: self.to, over: self.ramp_for }),
            "day" => Traffic::Varying(RateCurve::Day { from: self.rate, to: self.to, period: self.period }),
            _ => Traffic::Closed,
        }
    }
}
