//! One worker at the playhead: what it does, since when, with which request, and at which line it waits.

use super::Scene;
use crate::recent::Mode;
use millrace_trace::ledger::{StationRow, TaskRow};
use millrace_trace::{JobId, SimTime, Site, StationId};

/// What a worker does.
#[derive(Clone, Copy, Debug)]
pub struct Worker<'a> {
    /// Its station.
    pub id: StationId,
    /// Its station's row.
    pub row: &'a StationRow,
    /// What it does.
    pub mode: Mode,
    /// Since when.
    pub since: SimTime,
    /// What it has in hand, also while it is out on a call.
    pub job: Option<JobId>,
}

impl<'a> Worker<'a> {
    /// The worker of a station.
    pub fn of(scene: &Scene<'a>, id: StationId, row: &'a StationRow) -> Worker<'a> {
        let (mode, since) = scene.recent.ribbon(id).map_or((Mode::Idle, row.opened), |r| (r.mode, r.since));
        Worker { id, row, mode, since, job: row.in_hand }
    }

    /// Whether it is up.
    pub fn is_up(&self) -> bool {
        !matches!(self.mode, Mode::Killed | Mode::Done)
    }

    /// A short name: "worker 3" as "w03"; what has no number as the number of its lane.
    pub fn short_name(&self, scene: &Scene<'_>, index: usize) -> String {
        let name = scene.name(self.row);
        let initial = name.chars().next().unwrap_or('w');
        match name.rsplit_once(' ') {
            Some((_, number)) if !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) => {
                format!("{initial}{number:0>2}")
            }
            _ => format!("{initial}{:02}", index + 1),
        }
    }
}

/// "worker_pool.rs:172 responses.send": where a task waits and for what.
pub fn await_line(scene: &Scene<'_>, task: &TaskRow) -> Option<String> {
    let wait = task.wait?;
    let station = wait.station.some().and_then(|id| scene.ledger.station(id)).map(|row| scene.name(row));
    let what = match station {
        Some(name) => format!("{name}.{}", wait.what.word()),
        None => wait.what.word().to_owned(),
    };
    Some(match place_of(wait.site) {
        Some(place) => format!("{place} {what}"),
        None => what,
    })
}

fn place_of(site: Site) -> Option<String> {
    let (file, line) = (site.file()?, site.line()?);
    Some(format!("{}:{line}", file.rsplit('/').next().unwrap_or(file)))
}
