//! What is where on the stage: lanes to walk through with the keyboard, and what there is to say about whatever is pointed at.

use super::super::number;
use super::matrix::{self, Cell, Raster};
use super::worker::{Worker, await_line};
use super::{Frame, Look, PHONE, Reading, Scene, bank, channel, crew, crowd, layout, phone, rows, server, source};
use millrace_spec::Place;
use millrace_trace::{JobId, StationId};

/// A lane, or whatever is pointed at, and what there is to say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Its number among the lanes, as [`Look::lane`] has it; none for what is no lane.
    pub index: usize,
    /// Where it is.
    pub frame: Frame,
    /// Where its label box stands: left and top.
    pub label: (f64, f64),
    /// Its name.
    pub title: String,
    /// State, request, elapsed, the line it waits at.
    pub lines: Vec<String>,
}

/// Where the label box of what has no better place for it stands.
fn label_of(frame: Frame) -> (f64, f64) {
    (frame.x + 60.0, frame.bottom() + 2.0)
}

/// The workers of a picture with their frames, from top to bottom, one crew after the other. Those that are only counted
/// have none.
fn frames<'a>(scene: &Scene<'a>, look: &Look<'_>) -> Vec<(Worker<'a>, Frame)> {
    let mut all = Vec::new();
    if look.size.0 >= PHONE {
        let columns = layout::columns(scene, look);
        for (index, column) in columns.iter().enumerate() {
            let Place::Crew { station, .. } = column.place else { continue };
            let workers = Worker::crew(scene, station);
            // Its wires and its part of what it runs through are the lane's too.
            let right = layout::Run::of(&columns, index).end(column.frame);
            let cells = crew::frames(workers.len(), crew::lanes_frame(column.frame), right);
            all.extend(workers.into_iter().zip(cells));
        }
    } else if let Some(arrangement) = phone::arrange(scene, look) {
        if let Some(Place::Crew { station, .. }) = arrangement.crew {
            let workers = Worker::crew(scene, station);
            let cells = match phone::lane_height(workers.len(), arrangement.area) {
                Some(pitch) => (0..workers.len())
                    .map(|i| Frame {
                        y: arrangement.area.y + pitch * i as f64,
                        h: pitch,
                        w: look.size.0 - 32.0,
                        ..arrangement.area
                    })
                    .collect(),
                None => crew::frames(workers.len(), arrangement.area, arrangement.area.right()),
            };
            all.extend(workers.into_iter().zip(cells));
        }
    } else {
        for (place, row) in rows::frames(scene, look) {
            if let Place::Crew { station, .. } = place {
                let workers = Worker::crew(scene, station);
                let cells = rows::glyphs(&workers, rows::glyph_bar(row)).unwrap_or_default();
                all.extend(workers.into_iter().zip(cells));
            }
        }
    }
    all
}

/// The lanes of a picture.
pub fn lanes(scene: &Scene<'_>, look: &Look<'_>) -> Vec<Lane> {
    let lane = |(index, (worker, frame)): (usize, (Worker<'_>, Frame))| Lane {
        index,
        frame,
        label: label_of(frame),
        title: scene.name(worker.row).to_owned(),
        lines: about(scene, look, &worker),
    };
    let mut lanes: Vec<Lane> = frames(scene, look).into_iter().enumerate().map(lane).collect();
    lanes.extend(bank::lanes(scene, look, lanes.len()));
    lanes
}

/// Where the lane is that is pointed at or focused.
pub(super) fn focused(scene: &Scene<'_>, look: &Look<'_>) -> Option<Frame> {
    let lane = look.lane?;
    if bank::is_in(scene) {
        return lanes(scene, look).get(lane).map(|lane| lane.frame);
    }
    frames(scene, look).get(lane).map(|(_, frame)| *frame)
}

/// What is at a point: a lane first, then a request's cell, then a place.
pub fn hit(scene: &Scene<'_>, look: &Look<'_>, at: (f64, f64)) -> Option<Lane> {
    let inside = |f: &Frame| at.0 >= f.x && at.0 < f.right() && at.1 >= f.y && at.1 < f.bottom();
    let workers = frames(scene, look);
    if let Some(index) = workers.iter().position(|(_, frame)| inside(frame)) {
        return lanes(scene, look).into_iter().nth(index);
    }
    if let Some(lane) = bank::lanes(scene, look, workers.len()).into_iter().find(|lane| inside(&lane.frame)) {
        return Some(lane);
    }
    let item = |frame: Frame, title: String, lines: Vec<String>| {
        Some(Lane { index: usize::MAX, frame, label: label_of(frame), title, lines })
    };
    let cells = |area: Frame| -> Option<Lane> {
        let total = scene.total();
        let raster = Raster::of(total, area);
        let (first, frame) = inside(&area).then(|| raster.at(at, total)).flatten()?;
        let (title, lines) = about_job(scene, look, first, raster.each);
        item(frame, title, lines)
    };
    if look.size.0 < PHONE {
        let arrangement = phone::arrange(scene, look)?;
        return match arrangement.crew {
            Some(Place::Crowd { .. }) => cells(arrangement.area),
            _ => None,
        };
    }
    for column in layout::columns(scene, look) {
        let frame = Frame { y: 8.0, h: column.frame.bottom() - 8.0, ..column.frame };
        if !inside(&frame) {
            continue;
        }
        if let Place::Crowd { .. } = column.place {
            return cells(crowd::cells_frame(column.frame));
        }
        if let (Place::Crew { station, .. }, true) = (column.place, at.1 > column.frame.y) {
            let free = crew::free_below(scene, scene.workers(station).len(), column.frame);
            return free.map(matrix::below_title).and_then(cells);
        }
        return item(column.frame, column.place.label().to_owned(), about_place(scene, look, column.place));
    }
    None
}

/// What there is to say about a worker.
pub fn about(scene: &Scene<'_>, look: &Look<'_>, worker: &Worker<'_>) -> Vec<String> {
    let elapsed = number::millis(look.now.since(worker.since).0);
    let mut lines = vec![format!("{} for {elapsed} ms", worker.mode.word())];
    if let Some(job) = worker.job {
        lines.push(format!("request #{}", number::count(u64::from(job.number()))));
    }
    lines.extend(waits_at(scene, worker.id));
    lines
}

/// The line at which the task at a station waits.
fn waits_at(scene: &Scene<'_>, id: StationId) -> Option<String> {
    let task = scene.ledger.tasks.iter().rev().map(|(_, t)| t).find(|t| t.station == id && t.is_live())?;
    await_line(scene, task)
}

fn about_job(scene: &Scene<'_>, look: &Look<'_>, first: u64, each: u64) -> (String, Vec<String>) {
    if each > 1 {
        let title = format!("Requests #{} to #{}", number::count(first + 1), number::count(first + each));
        return (title, Vec::new());
    }
    let title = format!("Request #{}", number::count(first + 1));
    let Some(job) = scene.ledger.job(JobId(first as u32)) else { return (title, vec!["not sent".to_owned()]) };
    let cell = Cell::of(scene, job);
    let state = match cell {
        Cell::Left(sort) | Cell::Answered(sort) if sort.is_error() => format!("{}: {}", cell.word(), sort.word()),
        _ => cell.word().to_owned(),
    };
    let elapsed = number::millis(look.now.since(job.since).0);
    (title, vec![format!("{state}, since {elapsed} ms")])
}

fn about_place(scene: &Scene<'_>, look: &Look<'_>, place: &Place) -> Vec<String> {
    let station = place.station();
    let row = scene.station(station);
    match place {
        Place::Channel { .. } => {
            let mut lines = vec![channel::fill(scene, station).0];
            if let Some(head) = row.and_then(|(_, row)| row.queue.front()) {
                lines.push(format!("next is #{}", number::count(u64::from(head.number()))));
            }
            lines.extend(row.map(|(_, row)| format!("at most {}", number::count(row.levels.present_peak))));
            lines
        }
        Place::Server { .. } => {
            let mut lines = vec![server::load(scene, station), server::condition(scene, look).0];
            lines
                .extend(scene.recent.recent_mean().map(|ns| format!("mean of recent calls {} ms", number::millis(ns))));
            lines
        }
        Place::Source { .. } => {
            let (sent, left) = source::sent_and_left(scene);
            let mut lines = vec![format!("{} sent, {} left", number::count(sent), number::count(left))];
            lines.extend(row.and_then(|(id, _)| waits_at(scene, id)));
            lines
        }
        Place::Sink { .. } => {
            let mut lines = vec![format!("{} done", number::count(scene.ledger.tally.departed()))];
            lines.extend(row.and_then(|(id, _)| waits_at(scene, id)));
            lines
        }
        Place::Breaker { gauges, .. } => Reading::of(scene, station, gauges).says(look.now),
        Place::Crew { .. } | Place::Crowd { .. } | Place::Bank { .. } => Vec::new(),
    }
}
