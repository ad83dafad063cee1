//! What the tests of the coordination patterns have in common: what a link's run reports of its own.

use crate::program::follow;
use serde_json::{Map, Value as Json};

/// What a link's run reports of its own.
#[track_caller]
pub fn detail(link: &str) -> Map<String, Json> {
    let session = follow(link);
    session.history().detail().expect("it reports something of its own").report()
}
