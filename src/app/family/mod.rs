//! Families of scenes: what stands beside the stage, in the words of what the stage shows.
//!
//! A pool of workers is told in calls and latencies, a bank in people who wait and ride; a hub or a table of jobs will have
//! words of their own. A family is a table of functions, one file or folder each, and [`of`] is the one place that knows which
//! scene belongs to which. No panel, tab or key asks what kind of places there are.

mod bank;
mod requests;

use super::lab::{Lab, Side};
use super::page::Page;
use super::panels::ReportPart;
use crate::spec::{PlaceKind, SceneSpec};
use crate::view::Palette;
use crate::view::shape::Point;
use crate::view::sheets::Sheet;
use crate::view::tiles::Tile;
use std::rc::Rc;
use yew::prelude::*;

/// What a family of scenes shows beside the stage.
pub struct Family {
    /// Sections of its own, between the faults and the figures.
    pub sections: fn() -> Html,
    /// The figures of a run, and what is to be said about all of them.
    pub tiles: fn(&Lab, Side) -> (Vec<Tile>, String),
    /// The charts.
    pub charts: fn(&Lab, &SceneSpec, &Palette) -> Vec<Sheet>,
    /// What the report begins with, and what it tells after the promises.
    pub report: [ReportPart; 2],
    /// Whether what its report counts can be compared in cost with the original's.
    pub has_cost: bool,
    /// The names of the members that a fault may be about, in the order of their numbers, where they have names of their own.
    pub members: fn(&Lab) -> Option<Rc<[String]>>,
    /// What a press at a point of the stage opens, if it opens something: a box, and what tells one press from another. The
    /// callback takes it away.
    pub press: fn(&Page, Point, Point, Callback<()>) -> Option<Html>,
}

/// The family of a scene.
pub fn of(scene: &SceneSpec) -> &'static Family {
    let own = scene.places().into_iter().find_map(|place| match place.kind {
        PlaceKind::Bank(_) => Some(&bank::BANK),
        _ => None,
    });
    own.unwrap_or(&requests::REQUESTS)
}
