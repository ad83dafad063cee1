//! The native program, called as a script calls it.

mod host;
mod picture;
mod race;
mod shuffle;
mod suite;
mod wrong;

use serde_json::Value as Json;
use std::process::Command;

/// What a call came to.
struct Called {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Called {
    /// What it printed, as JSON.
    #[track_caller]
    fn json(&self) -> Json {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    /// Fails unless it ended so.
    #[track_caller]
    fn ended(self, code: i32) -> Called {
        assert_eq!(self.code, Some(code), "{}", self.err);
        self
    }
}

/// Calls the program.
fn millrace(arguments: &[&str]) -> Called {
    let ran = Command::new(env!("CARGO_BIN_EXE_millrace")).args(arguments).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it speaks UTF-8");
    Called { code: ran.status.code(), out: text(ran.stdout), err: text(ran.stderr) }
}

/// A number of a JSON text.
#[track_caller]
fn number(json: &Json) -> f64 {
    json.as_f64().unwrap_or_else(|| panic!("{json} is a number"))
}

/// The members of a list.
#[track_caller]
fn list(json: &Json) -> &[Json] {
    json.as_array().unwrap_or_else(|| panic!("{json} is a list"))
}
