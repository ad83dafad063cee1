//! The only native adapter: the calls of the program `millrace`, files, and the host's clock.

pub mod endpoint;
pub mod list;
pub mod run;

/// Why a call ends without its result.
#[derive(Debug)]
pub enum Failure {
    /// The call, link or file is wrong: exit code 2.
    Wrong(String),
    /// An `always` check did not hold: exit code 1.
    Broken,
}
