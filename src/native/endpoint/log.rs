//! The log of a server: a line for each request, and what the system notes, on standard error.

use std::io::IsTerminal;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};

/// Lines that wait to be written. When nobody reads them more are dropped, and no answer waits for that.
const MOST_WAITING: usize = 8_192;

/// Writes the log from now on. What is still waiting when the guard is dropped is written then.
pub fn start() -> WorkerGuard {
    let builder = NonBlockingBuilder::default().buffered_lines_limit(MOST_WAITING);
    let (writer, guard) = builder.finish(std::io::stderr());
    let is_terminal = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_writer(writer).with_ansi(is_terminal).with_target(false);
    // One that is there already, in a test, is as good.
    let _there_already = log.with_max_level(tracing::Level::INFO).try_init();
    guard
}
