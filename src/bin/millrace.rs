//! The native program: patterns without a page, and a real endpoint for the page to call.

use clap::{Parser, Subcommand};
use millrace::native::{Failure, endpoint, list, run};
use std::io::Write;
use std::process::ExitCode;

/// Concurrency patterns as real Rust futures in virtual time.
#[derive(Debug, Parser)]
#[command(name = "millrace", version)]
struct Program {
    #[command(subcommand)]
    call: Call,
}

#[derive(Debug, Subcommand)]
enum Call {
    /// List the patterns with their parameters and presets.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run a scenario and print its report.
    Run(run::RunCall),
    /// Serve the server model over HTTP: GET /data, /healthz, /metrics.
    Endpoint(endpoint::EndpointCall),
}

fn main() -> ExitCode {
    let result = match Program::parse().call {
        Call::List { json } => {
            let text = if json { list::json() + "\n" } else { list::text() };
            // A reader that has seen enough closes the pipe; that is no error of ours.
            let _closed = std::io::stdout().write_all(text.as_bytes());
            Ok(())
        }
        Call::Run(call) => run::run(&call),
        Call::Endpoint(call) => endpoint::serve(&call),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Broken) => ExitCode::from(1),
        Err(Failure::Wrong(message)) => {
            eprintln!("millrace: {message}");
            ExitCode::from(2)
        }
    }
}
