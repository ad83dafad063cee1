//! Which lines tasks wait at, and for how long so far.

use crate::app::lab::Lab;
use crate::trace::{SimTime, Site, Span, StationKind};
use crate::view::recent::Mode;

/// The tasks that wait at one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The file.
    pub file: &'static str,
    /// The line.
    pub line: u32,
    /// How many.
    pub tasks: u64,
    /// How long they have waited, all together.
    pub total: Span,
    /// What the first of them does.
    pub mode: Mode,
    /// How many of them work at a station that jobs are brought to.
    pub workers: u64,
}

/// Who waits where, by file and line. A wait inside a part counts at the pattern's line, and at the part's own.
pub fn parked(lab: &Lab) -> Vec<Parked> {
    let ledger = lab.ledger();
    let now = lab.session().playhead();
    let mut lines = Vec::new();
    for (_, task) in ledger.live_tasks() {
        let Some(wait) = task.wait else { continue };
        let station = ledger.station(task.station);
        let mode = Mode::of(wait.what, station.is_some_and(|s| s.in_hand.is_some()));
        let worker =
            station.is_some_and(|s| matches!(s.kind, StationKind::Worker | StationKind::Crew | StationKind::Car));
        let mut seen = None;
        for site in [wait.site, wait.inner] {
            let Some(place) = place_of(site).filter(|p| seen != Some(*p)) else { continue };
            seen = Some(place);
            add(&mut lines, place, mode, worker, now, wait.since);
        }
    }
    lines
}

fn place_of(site: Site) -> Option<(&'static str, u32)> {
    Some((site.file()?, site.line()?))
}

/// Counts a task at its line. There are a handful of lines, however many tasks.
fn add(
    lines: &mut Vec<Parked>,
    (file, line): (&'static str, u32),
    mode: Mode,
    worker: bool,
    now: SimTime,
    since: SimTime,
) {
    let at = lines.partition_point(|p| (p.file, p.line) < (file, line));
    if lines.get(at).is_none_or(|p| (p.file, p.line) != (file, line)) {
        lines.insert(at, Parked { file, line, tasks: 0, total: Span::ZERO, mode, workers: 0 });
    }
    if let Some(here) = lines.get_mut(at) {
        here.tasks += 1;
        here.total = here.total.saturating_add(now.since(since));
        here.workers += u64::from(worker);
    }
}
