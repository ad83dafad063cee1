//! The native program: patterns without a page, and a real endpoint for the page to call.

use clap::{Parser, Subcommand};
use millrace::native::{Failure, endpoint, list, race, run, suite};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;
use std::io::Write;
use std::process::ExitCode;

/// Counts what is allocated: a run's report says what it took.
#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

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
    /// Run the request patterns on one seed and compare them with what the documents claim.
    Suite(suite::SuiteCall),
    /// Race the alternatives of a choice on the same traffic.
    Race(race::RaceCall),
    /// Serve the server model over HTTP: GET /data, /healthz, /metrics.
    Endpoint(endpoint::EndpointCall),
}

fn main() -> ExitCode {
    let program = match Program::try_parse() {
        Ok(program) => program,
        Err(error) => return not_called_so(&error),
    };
    let result = match program.call {
        Call::List { json } => {
            let text = if json { list::json() + "\n" } else { list::text() };
            // A reader that has seen enough closes the pipe; that is no error of ours.
            let _closed = std::io::stdout().write_all(text.as_bytes());
            Ok(())
        }
        Call::Run(call) => run::run(&call),
        Call::Suite(call) => suite::run(&call),
        Call::Race(call) => race::run(&call),
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

/// Help and version are printed as they are; of anything else, one line says what is wrong.
fn not_called_so(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind;
    if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // A reader that has seen enough closes the pipe; that is no error of ours.
        let _closed = error.print();
        return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
    }
    let text = error.to_string();
    // What is wrong comes first, before tips, usage and where to find help.
    let first = text.split("\n\n").next().unwrap_or(&text);
    let line = first.split_whitespace().collect::<Vec<_>>().join(" ");
    eprintln!("millrace: {}", line.strip_prefix("error: ").unwrap_or(&line));
    ExitCode::from(2)
}
