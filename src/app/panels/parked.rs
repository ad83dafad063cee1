//! Which lines tasks wait at, and for how long so far.

use crate::app::lab::Lab;
use crate::trace::{Site, Span, StationKind};
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
    // Of hundreds of thousands of tasks most wait where the one before them does: whose file is whose is asked once for all of them.
    let mut groups: Vec<Group> = Vec::new();
    let mut last = 0;
    for (_, task) in ledger.live_tasks() {
        let Some(wait) = task.wait else { continue };
        let sites = [wait.site, wait.inner];
        if groups.get(last).is_none_or(|group| !group.is_at(sites)) {
            last = groups.iter().position(|group| group.is_at(sites)).unwrap_or(groups.len());
        }
        let station = ledger.station(task.station);
        if last == groups.len() {
            let mode = Mode::of(wait.what, station.is_some_and(|s| s.in_hand.is_some()));
            groups.push(Group { sites, tasks: 0, total: Span::ZERO, mode, workers: 0 });
        }
        let worker =
            station.is_some_and(|s| matches!(s.kind, StationKind::Worker | StationKind::Crew | StationKind::Car));
        if let Some(group) = groups.get_mut(last) {
            group.tasks += 1;
            group.total = group.total.saturating_add(now.since(wait.since));
            group.workers += u64::from(worker);
        }
    }
    let mut lines = Vec::new();
    for group in &groups {
        let mut seen = None;
        for site in group.sites {
            let Some(place) = place_of(site).filter(|p| seen != Some(*p)) else { continue };
            seen = Some(place);
            add(&mut lines, place, group);
        }
    }
    lines
}

/// The tasks that wait at one line of a pattern, inside one line of a part.
struct Group {
    sites: [Site; 2],
    tasks: u64,
    total: Span,
    mode: Mode,
    workers: u64,
}

impl Group {
    /// By address, as names of files are long. What is told apart by mistake comes together by its line.
    fn is_at(&self, sites: [Site; 2]) -> bool {
        let [here, there] = [self.sites, sites].map(|sites| sites.map(|site| site.0.map(std::ptr::from_ref)));
        here == there
    }
}

fn place_of(site: Site) -> Option<(&'static str, u32)> {
    Some((site.file()?, site.line()?))
}

/// Counts tasks at their line. There are a handful of lines, however many tasks.
fn add(lines: &mut Vec<Parked>, (file, line): (&'static str, u32), group: &Group) {
    let at = lines.partition_point(|p| (p.file, p.line) < (file, line));
    if lines.get(at).is_none_or(|p| (p.file, p.line) != (file, line)) {
        lines.insert(at, Parked { file, line, tasks: 0, total: Span::ZERO, mode: group.mode, workers: 0 });
    }
    if let Some(here) = lines.get_mut(at) {
        here.tasks += group.tasks;
        here.total = here.total.saturating_add(group.total);
        here.workers += group.workers;
    }
}
