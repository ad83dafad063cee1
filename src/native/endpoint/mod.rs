//! `millrace endpoint`: the simulated server as a real one, over HTTP.
//!
//! It is the very [`Model`](crate::upstream::Model) that runs are simulated with, handed the host's time instead of the
//! run's: the n-th request throws the same dice as the n-th request of a simulation with that seed. A page that calls it
//! shows the same pattern against a network.
//!
//! No limit of its own may stand between a client and the model: every request is worked on at once, unless `--slots` says
//! otherwise. And it must stay private until told: it binds this machine's loopback address.

mod call;
mod garbage;
mod metrics;
mod server;

pub use call::EndpointCall;
pub use garbage::Garbage;
pub use server::{Endpoint, bind};

use super::Failure;
use std::io::Write;

/// Serves until somebody asks the program to stop (Ctrl-C, SIGTERM). Requests in flight then get their answers; a second
/// time ends them.
///
/// # Errors
/// [`Failure::Wrong`] where the options do not go together or the address cannot be had.
pub fn serve(call: &EndpointCall) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::Wrong(format!("the threads to serve with: {e}")))?;
    runtime.block_on(until_told(call)).map_err(Failure::Wrong)
}

async fn until_told(call: &EndpointCall) -> Result<(), String> {
    // Who reads that it serves may tell it to stop at once, so it listens for that first.
    let no_signals = |e| format!("the signals to stop by: {e}");
    let mut first = StopSignals::listen().map_err(no_signals)?;
    let mut second = StopSignals::listen().map_err(no_signals)?;
    let endpoint = bind(call).await?;
    let url = endpoint.data_url();
    say(&format!("Serving {url} (model {}, seed {})", call.model, call.seed));
    say(&format!("Point the page at it: …/#/worker-pool?target=fetch&url={url}"));

    let in_flight = endpoint.in_flight();
    let stop = async move {
        first.next().await;
        match in_flight() {
            0 => say("Stopping."),
            n => say(&format!("Stopping when those in flight ({n}) have their answers; stop again to drop them.")),
        }
    };
    let impatience = async move {
        second.next().await;
        second.next().await;
    };
    tokio::select! {
        result = endpoint.until(stop) => result.map_err(|e| format!("serving {url}: {e}")),
        () = impatience => Ok(()),
    }
}

/// A line for whoever started the program, at once.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that has seen enough closes the pipe; that is no reason to stop serving.
    let _closed = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// The ways to ask a program to stop.
#[cfg(unix)]
struct StopSignals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignals {
    fn listen() -> std::io::Result<StopSignals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(StopSignals { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
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
