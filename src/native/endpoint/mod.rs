//! `millrace endpoint`: the simulated server as a real one, over HTTP; or a whole system that has an interface of its own.
//!
//! It is the very [`Model`](crate::upstream::Model) that runs are simulated with, handed the host's time instead of the
//! run's: the n-th request throws the same dice as the n-th request of a simulation with that seed. A page that calls it
//! shows the same pattern against a network.
//!
//! No limit of its own may stand between a client and the model: every request is worked on at once, unless `--slots` says
//! otherwise. And it must stay private until told: it binds this machine's loopback address.

mod accept;
mod bounded;
mod call;
mod connections;
mod front;
mod garbage;
mod host;
mod log;
mod manners;
mod metrics;
mod server;
mod streams;
mod system;
mod talks;

pub use call::EndpointCall;
pub use connections::Deadlines;
pub use front::Front;
pub use garbage::Garbage;
pub use server::{Endpoint, bind};
pub use system::{Answer, Conversation, Question, System};

use super::{Failure, run};
use crate::patterns;
use crate::session::{DEFAULT_SEED, Scenario, link};
use crate::spec::Console;
use std::future::Future;
use std::io::Write;
use std::time::Duration;

/// Serves until somebody asks the program to stop (Ctrl-C, SIGTERM, SIGHUP). Requests in flight then get their answers, as long as
/// that does not take too long; a second time ends them.
///
/// # Errors
/// [`Failure::Wrong`] where the options do not go together or the address cannot be had.
pub fn serve(call: &EndpointCall) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::Wrong(format!("the threads to serve with: {e}")))?;
    let _written_to_the_end = (!call.quiet).then(log::start);
    let served = match &call.system {
        None => runtime.block_on(serve_model(call)),
        Some(text) => {
            let (scenario, console) = scenario(text, call)?;
            runtime.block_on(serve_system(call, scenario, console))
        }
    };
    // Whoever is stuck is left behind.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served.map_err(Failure::Wrong)
}

async fn serve_model(call: &EndpointCall) -> Result<(), String> {
    // Who reads that it serves may tell it to stop at once, so it listens for that first.
    let signals = Signals::listen()?;
    let endpoint = bind(call).await?;
    let url = endpoint.data_url();
    say(&format!("Serving {url} (model {}, seed {})", call.model, call.seed));
    say(&format!("Point the page at it: …/#/worker-pool?target=fetch&url={url}"));
    let in_flight = endpoint.in_flight();
    until_told(signals, in_flight, |stop| endpoint.until(stop)).await.map_err(|e| format!("serving {url}: {e}"))
}

async fn serve_system(call: &EndpointCall, scenario: Scenario, console: &'static Console) -> Result<(), String> {
    let signals = Signals::listen()?;
    let (link, seed) = (link::encode(&scenario), scenario.seed.clone());
    let system = System::start(move || scenario.live()).map_err(|e| format!("a thread for the system: {e}"))?;
    let front = Front::bind(call, console, system).await?;
    let url = front.url();
    say(&format!("Serving {url} ({}, seed {seed})", console.name));
    for route in console.routes {
        let how = if route.stream.is_some() { "WebSocket" } else { route.method };
        say(&format!("  {how:<9} {:<24} {}", route.path, route.help));
    }
    say(&format!("The same system in virtual time: …/{link}"));
    let in_flight = front.in_flight();
    until_told(signals, in_flight, |stop| front.until(stop)).await.map_err(|e| format!("serving {url}: {e}"))
}

/// The scenario whose system is served, and the interface of that.
fn scenario(text: &str, call: &EndpointCall) -> Result<(Scenario, &'static Console), Failure> {
    let wrong = |what: &str| {
        let those: Vec<_> = patterns::ALL.iter().filter(|p| p.console.is_some()).map(|p| p.id).collect();
        let those = if those.is_empty() { "none".to_owned() } else { those.join(", ") };
        Failure::Wrong(format!("--system {text}: {what}; patterns that have one: {those}"))
    };
    let decoded = link::decode(text).map_err(|_| wrong("there is no such pattern with an API"))?;
    let mut scenario = decoded.scenario;
    let console = scenario.pattern.console.ok_or_else(|| wrong("this pattern has no API"))?;
    if let Some(notice) = decoded.notices.first() {
        return Err(Failure::Wrong(format!("--system {text}: {notice}")));
    }
    // What the link or its preset chose stays chosen.
    let (plain, chosen) = (Scenario::new(scenario.pattern).values(), scenario.values());
    for (key, value) in console.served.iter().filter(|(key, _)| plain.get(key) == chosen.get(key)) {
        scenario.set(key, value).map_err(|e| wrong(&format!("{key}={value}: {}", e.message())))?;
    }
    run::set(&mut scenario, &call.set)?;
    if call.seed != DEFAULT_SEED {
        scenario.seed = call.seed.clone();
    }
    // What was done to another run had its place there.
    scenario.interventions.clear();
    Ok((scenario, console))
}

/// Serves until the first signal, and then until all is done, or until the second.
async fn until_told<S: Future<Output = std::io::Result<()>>>(
    Signals { mut first, mut second }: Signals,
    in_flight: impl Fn() -> u64 + Send + 'static,
    serve: impl FnOnce(Stop) -> S,
) -> std::io::Result<()> {
    let stop: Stop = Box::pin(async move {
        first.next().await;
        match in_flight() {
            0 => say("Stopping."),
            n => say(&format!(
                "Stopping when those in flight ({n}) have their answers, in {} s at the latest; stop again to drop them.",
                (Deadlines::default().drain + Deadlines::default().grace).as_secs()
            )),
        }
    });
    let impatience = async move {
        second.next().await;
        second.next().await;
    };
    tokio::select! {
        result = serve(stop) => result,
        () = impatience => Ok(()),
    }
}

/// A line for whoever started the program, at once.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that has seen enough closes the pipe; that is no reason to stop serving.
    let _closed = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// What ends when the program is to stop.
type Stop = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// Two ears for the same signals: the first ends the serving, the second the patience.
struct Signals {
    first: StopSignals,
    second: StopSignals,
}

impl Signals {
    fn listen() -> Result<Signals, String> {
        let listen = || StopSignals::listen().map_err(|e| format!("the signals to stop by: {e}"));
        Ok(Signals { first: listen()?, second: listen()? })
    }
}

/// The ways to ask a program to stop: from the keyboard, by whoever runs it, and by a terminal that is closed.
#[cfg(unix)]
struct StopSignals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl StopSignals {
    fn listen() -> std::io::Result<StopSignals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(StopSignals([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn next(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

/// The way to ask a program to stop.
#[cfg(windows)]
struct StopSignals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl StopSignals {
    fn listen() -> std::io::Result<StopSignals> {
        tokio::signal::windows::ctrl_c().map(StopSignals)
    }

    async fn next(&mut self) {
        let _ended = self.0.recv().await;
    }
}
