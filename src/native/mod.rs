//! The only native adapter: the calls of the program `millrace`, files, and the host's clock.

pub mod endpoint;
pub mod host;
pub mod list;
pub mod race;
pub mod run;
mod shuffle;
pub mod suite;

/// Why a call ends without its result.
#[derive(Debug)]
pub enum Failure {
    /// The call, link or file is wrong: exit code 2.
    Wrong(String),
    /// An `always` check did not hold: exit code 1.
    Broken,
}

/// Prints to standard output. A reader that has seen enough closes the pipe; that is no error of ours.
fn print(text: &str) {
    use std::io::Write;
    let _closed = std::io::stdout().write_all(text.as_bytes());
}
