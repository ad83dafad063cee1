//! What is where on the stage: items to walk through with the keyboard, and what there is to say about whatever is pointed at.

use super::worker::{Worker, await_line};
use super::{Frame, Layout, Look, Scene};
use crate::number;
use crate::place::Here;
use crate::shape::Point;
use millrace_trace::StationId;

/// A worker, a place, a car: whatever can be pointed at, and what there is to say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its number among the items, as [`Look::item`] has it; none for what cannot be walked to.
    pub index: usize,
    /// Where it is.
    pub frame: Frame,
    /// Where its label box stands: left and top.
    pub label: Point,
    /// The station that it shows, or [`StationId::NONE`].
    pub station: StationId,
    /// Its name.
    pub title: String,
    /// State, request, elapsed, the line it waits at.
    pub lines: Vec<String>,
}

impl Item {
    /// An item with its label box below it.
    pub fn new(frame: Frame, title: String, lines: Vec<String>) -> Item {
        Item {
            index: usize::MAX,
            frame,
            label: (frame.x + 60.0, frame.bottom() + 2.0),
            station: StationId::NONE,
            title,
            lines,
        }
    }

    /// The same as what a station is shown by.
    pub fn of(mut self, station: StationId) -> Item {
        self.station = station;
        self
    }

    /// The same with its label box elsewhere.
    pub fn labelled(mut self, label: Point) -> Item {
        self.label = label;
        self
    }
}

/// The items of a picture, place by place in the order in which places are read: its parts, or the place itself where it has
/// none that could be told apart.
pub fn items(scene: &Scene<'_>, look: &Look<'_>) -> Vec<Item> {
    items_in(scene, look, &Layout::of(scene, look))
}

/// The same, in a layout that is there.
pub(super) fn items_in(scene: &Scene<'_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
    let items = scene.all().flat_map(|here| here.face().items(here, look, layout));
    items.enumerate().map(|(index, item)| Item { index, ..item }).collect()
}

/// What there is inside the item of a number, from left to right.
pub fn parts(scene: &Scene<'_>, look: &Look<'_>, number: usize) -> Vec<Item> {
    parts_in(scene, look, &Layout::of(scene, look), number)
}

fn parts_in(scene: &Scene<'_>, look: &Look<'_>, layout: &Layout, number: usize) -> Vec<Item> {
    let all =
        scene.all().flat_map(|here| here.face().items(here, look, layout).into_iter().map(move |item| (here, item)));
    let of = all.into_iter().nth(number);
    of.map_or_else(Vec::new, |(here, item)| here.face().parts(here, look, layout, &item))
}

/// Where the item of a number is, or the part of it that is looked at.
pub(super) fn frame_of(scene: &Scene<'_>, look: &Look<'_>, layout: &Layout, number: usize) -> Option<Frame> {
    let part =
        look.part.and_then(|title| parts_in(scene, look, layout, number).into_iter().find(|part| part.title == title));
    part.or_else(|| items_in(scene, look, layout).into_iter().nth(number)).map(|item| item.frame)
}

/// What is at a point: a part of a place first, of which there may be too many to walk through, then an item.
pub fn hit(scene: &Scene<'_>, look: &Look<'_>, at: Point) -> Option<Item> {
    let layout = Layout::of(scene, look);
    let inside = |f: &Frame| at.0 >= f.x && at.0 < f.right() && at.1 >= f.y && at.1 < f.bottom();
    let cell = |here: Here<'_, '_>| {
        let raster = here.face().cells(here, look, &layout)?;
        here.face().cell(here, look, &raster, raster.at(at)?)
    };
    let part = |here: Here<'_, '_>| cell(here).or_else(|| here.face().at(here, look, &layout, at));
    if let Some(part) = scene.all().find_map(part) {
        return Some(part);
    }
    items_in(scene, look, &layout).into_iter().find(|item| inside(&item.frame))
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
pub(crate) fn waits_at(scene: &Scene<'_>, id: StationId) -> Option<String> {
    let id = id.some()?;
    let task = scene.ledger.tasks.iter().rev().map(|(_, t)| t).find(|t| t.station == id && t.is_live())?;
    await_line(scene, task)
}
