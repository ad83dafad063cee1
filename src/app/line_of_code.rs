//! Lines of source that one can be led to: those in the files that the code pane has.

use super::lab::Lab;
use super::page::Command;
use crate::patterns;
use crate::spec::short_path;
use crate::trace::Site;

/// A line as people read it, where the code pane has its file: `circuit_breaker/caller.rs:34`.
pub fn place(lab: &Lab, site: Site) -> Option<String> {
    let (file, line) = known(lab, site)?;
    Some(format!("{}:{line}", short_path(file).trim_start_matches("patterns/")))
}

/// What leads there.
pub fn wish(lab: &Lab, site: Site) -> Option<Command> {
    known(lab, site).map(|(file, line)| Command::OpenLine(file, line))
}

/// Its file and number.
pub fn known(lab: &Lab, site: Site) -> Option<(&'static str, u32)> {
    let (file, line) = (site.file()?, site.line()?);
    patterns::sources(lab.scenario().pattern).iter().any(|source| source.path == file).then_some((file, line))
}
