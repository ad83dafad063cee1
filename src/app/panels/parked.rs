//! Which lines tasks wait at, and for how long so far.

use crate::app::lab::Lab;
use crate::trace::{SimTime, Site, Span, StationKind};
use crate::view::recent::Mode;
use std::collections::BTreeMap;

/// The tasks that wait at one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parked {
    /// How many.
    pub tasks: u64,
    /// How long they have waited, all together.
    pub total: Span,
    /// What the first of them does.
    pub mode: Mode,
    /// How many of them work at a station that jobs are brought to.
    pub workers: u64,
}

/// File and line, with those who wait there. A wait inside a part counts at the pattern's line, and at the part's own.
pub fn parked(lab: &Lab) -> BTreeMap<(&'static str, u32), Parked> {
    let ledger = lab.ledger();
    let now = lab.session().playhead();
    let mut lines = BTreeMap::new();
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

fn add(
    lines: &mut BTreeMap<(&'static str, u32), Parked>,
    place: (&'static str, u32),
    mode: Mode,
    worker: bool,
    now: SimTime,
    since: SimTime,
) {
    let entry = lines.entry(place).or_insert(Parked { tasks: 0, total: Span::ZERO, mode, workers: 0 });
    entry.tasks += 1;
    entry.total = entry.total.saturating_add(now.since(since));
    entry.workers += u64::from(worker);
}
