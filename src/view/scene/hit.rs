//! What is where on the stage: lanes, for hovering and for walking through with the keyboard.

use super::super::number;
use super::crew::{lane_height, mode_of};
use super::layout;
use super::{Frame, Look, Scene};
use crate::spec::Place;
use crate::trace::StationId;

/// A lane, and what there is to say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Its number within its crew, as the picture marks it.
    pub index: usize,
    /// Where it is.
    pub frame: Frame,
    /// Its name.
    pub title: String,
    /// State, request, elapsed, the line it waits at.
    pub lines: Vec<String>,
}

/// The lanes of a picture, from top to bottom, one crew after the other.
pub fn lanes(scene: &Scene<'_>, look: &Look<'_>) -> Vec<Lane> {
    let columns = layout::columns(scene, look);
    let mut all = Vec::new();
    for (place, frame) in columns.iter().filter(|(p, _)| matches!(p, Place::Crew { .. })) {
        let workers = scene.workers(place.station());
        let Some(pitch) = lane_height(workers.len(), frame.h) else { continue };
        for (index, (id, row)) in workers.iter().enumerate() {
            let frame = Frame { y: frame.y + pitch * index as f64, h: pitch, ..*frame };
            all.push(Lane { index, frame, title: scene.name(row).to_owned(), lines: about(scene, look, *id) });
        }
    }
    all
}

/// What there is to say about a worker.
pub fn about(scene: &Scene<'_>, look: &Look<'_>, id: StationId) -> Vec<String> {
    let mode = mode_of(scene, id);
    let since = scene.stage.ribbon(id).map_or(look.now, |r| r.since);
    let mut lines = vec![format!("{} for {} ms", mode.word(), number::millis(look.now.since(since).0))];
    if let Some(job) = scene.ledger.station(id).and_then(|s| s.in_hand) {
        lines.push(format!("request #{}", number::count(u64::from(job.number()))));
    }
    let task = scene.ledger.live_tasks().find(|(_, t)| t.station == id);
    if let Some(wait) = task.and_then(|(_, t)| t.wait)
        && let (Some(file), Some(line)) = (wait.site.file(), wait.site.line())
    {
        lines.push(format!("at {}:{line}", file.rsplit('/').next().unwrap_or(file)));
    }
    lines
}
