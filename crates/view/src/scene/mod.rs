//! The stage's picture: places in rows and columns, each drawn by its kind, joined by the wires that its scene tells of.
//!
//! A job is drawn where its ledger row says it is. Positions are a pure function of virtual time: no easing, and nothing that
//! a seek could not rebuild. No pattern is known by name, and no kind of place: what a kind is stands in `view/place`.

pub(crate) mod age;
pub(crate) mod contact;
pub(crate) mod glyph;
pub(crate) mod item;
pub(crate) mod lane;
pub(crate) mod layout;
pub(crate) mod lens;
pub(crate) mod matrix;
pub(crate) mod phone;
pub(crate) mod raster;
pub(crate) mod strips;
pub(crate) mod wires;

mod follow;
mod footer;
mod outcomes;
mod worker;

pub use crate::place::{Condition, Reading, box_about, landing_at, number_of, tables};
pub use footer::conservation;
pub(crate) use footer::short_conservation;
pub use item::{Item, about, hit, items, parts};
pub use layout::{Plan, Spot};
pub use lens::{Lens, lens_after, lens_item, lens_over, lens_pressed};
pub use matrix::{Cell, MOST_JOBS, census};
pub use outcomes::outcomes;
pub use phone::Arrangement;
pub use raster::Raster;
pub use wires::routes;
pub use worker::{Worker, await_line};

use super::shape::{Ink, Point, Sheet, cut};
use super::{Palette, Recent, Shape};
use crate::place::{Here, Path, Shown, paths};
use millrace_analysis::Way;
use millrace_spec::{SceneSpec, Values};
use millrace_trace::{Ledger, SimTime, StationId, Trace, ledger::StationRow};

/// How the stage is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Width and height, in CSS pixels.
    pub size: Point,
    /// The colours.
    pub palette: &'a Palette,
    /// The playhead.
    pub now: SimTime,
    /// How much is told of each item.
    pub detail: Detail,
    /// Which item is pointed at or focused: an index into [`items`].
    pub item: Option<usize>,
    /// Which part of it, by its title: one of [`parts`].
    pub part: Option<&'a str>,
    /// Items stand in slots instead of travelling, for people who want less motion.
    pub calm: bool,
    /// The run cannot go on: those who wait are outlined.
    pub stuck: bool,
    /// An item that is lifted out of its order, by its place, and the place that it would get.
    pub order: Option<(usize, usize)>,
    /// The request that is followed: its way is drawn over everything else.
    pub follow: Option<&'a Way>,
    /// Whom of many a lens is on.
    pub lens: Option<Lens>,
}

impl<'a> Look<'a> {
    /// Everything, with nothing pointed at.
    pub const fn new(size: Point, palette: &'a Palette, now: SimTime) -> Look<'a> {
        Look {
            size,
            palette,
            now,
            detail: Detail::Numbers,
            item: None,
            part: None,
            calm: false,
            stuck: false,
            order: None,
            follow: None,
            lens: None,
        }
    }
}

/// How much is told of each item: the faster it runs, the less can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Items with their numbers: up to 10 times.
    Numbers,
    /// Items: up to 100 times.
    Items,
    /// How dense the flow is.
    Flow,
}

impl Detail {
    /// What can be read when virtual time passes so many times as fast.
    pub fn at_speed(times: f64) -> Detail {
        if times <= 10.0 {
            Detail::Numbers
        } else if times <= 100.0 {
            Detail::Items
        } else {
            Detail::Flow
        }
    }
}

/// What a picture is drawn from. What is looked up by name is looked up here, once for the picture.
pub struct Scene<'a> {
    /// The places, gauges and faults.
    pub spec: &'a SceneSpec,
    /// The parameters, for what is not there before the run.
    pub values: &'a Values,
    /// The state at the playhead.
    pub ledger: &'a Ledger,
    /// The recent past.
    pub recent: &'a Recent,
    /// The names.
    pub trace: &'a Trace,
    /// The places with their stations, in the order in which they are read.
    pub places: Vec<Shown<'a>>,
    /// The wires between them.
    pub paths: Vec<Path>,
    /// Where open arrivals wait for whoever takes them in, once that is open.
    pub backlog: Option<&'a StationRow>,
}

impl std::fmt::Debug for Scene<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scene(at {} ns)", self.ledger.now.0)
    }
}

impl<'a> Scene<'a> {
    /// The scene of a run at a playhead.
    pub fn new(
        spec: &'a SceneSpec,
        values: &'a Values,
        ledger: &'a Ledger,
        recent: &'a Recent,
        trace: &'a Trace,
    ) -> Scene<'a> {
        let places = Shown::all(spec, ledger, trace);
        let paths = paths(spec, &places);
        let backlog = spec.backlog.as_ref().and_then(|name| ledger.find(name, trace)).map(|(_, row)| row);
        Scene { spec, values, ledger, recent, trace, places, paths, backlog }
    }

    /// A place, by its number.
    pub fn here(&self, index: usize) -> Option<Here<'_, 'a>> {
        self.places.get(index).map(|shown| Here { scene: self, shown })
    }

    /// All places, in the order in which they are read.
    pub fn all(&self) -> impl Iterator<Item = Here<'_, 'a>> {
        self.places.iter().map(|shown| Here { scene: self, shown })
    }

    /// The place that shows a station, or what it is a part of, however deep in it. Where several show one station, the first tells of it.
    pub fn place_of(&self, id: StationId) -> Option<Here<'_, 'a>> {
        let whole = |part: &StationId| self.ledger.station(*part).and_then(|row| row.parent.some());
        std::iter::successors(id.some(), whole).find_map(|id| self.all().find(|here| here.id() == id))
    }

    /// A station by name, once it is open.
    pub fn station(&self, name: &str) -> Option<(StationId, &'a StationRow)> {
        self.ledger.find(name, self.trace)
    }

    /// The name of a station.
    pub fn name(&self, row: &StationRow) -> &'a str {
        self.trace.name(row.name)
    }

    /// How many jobs there will be in all.
    pub fn total(&self) -> u64 {
        self.values.jobs().unwrap_or(0).max(self.ledger.jobs.len() as u64)
    }
}

/// A rectangle that a place is drawn in.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frame {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Frame {
    /// The right edge.
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// The bottom edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// The middle, from left to right.
    pub fn middle(&self) -> f64 {
        self.x + self.w / 2.0
    }
}

/// Below this width the phone's picture is drawn.
pub const PHONE: f64 = 600.0;

/// Where the places of a picture are.
#[derive(Clone, Debug)]
pub enum Layout {
    /// In rows and columns.
    Desk(Plan),
    /// On a phone: one in full, the others around it.
    Phone(Arrangement),
    /// On a phone: a strip for each.
    Strips(Vec<(usize, Frame)>),
}

impl Layout {
    /// The layout of a picture.
    pub fn of(scene: &Scene<'_>, look: &Look<'_>) -> Layout {
        if look.size.0 >= PHONE {
            return Layout::Desk(Plan::of(scene, look));
        }
        match Arrangement::of(scene, look) {
            Some(arrangement) => Layout::Phone(arrangement),
            None => Layout::Strips(strips::frames(scene, look)),
        }
    }

    /// All that belongs to a place, with its heading.
    pub fn area(&self, index: usize) -> Option<Frame> {
        match self {
            Layout::Desk(plan) => {
                let spot = plan.spot(index);
                Some(Frame { y: spot.cell.y, h: spot.frame.bottom() - spot.cell.y, ..spot.frame })
            }
            Layout::Phone(arrangement) => arrangement.area_of(index),
            Layout::Strips(frames) => frames.iter().find(|(place, _)| *place == index).map(|(_, frame)| *frame),
        }
    }
}

/// The picture.
pub fn draw(scene: &Scene<'_>, look: &Look<'_>) -> Vec<Shape> {
    let mut sheet = Sheet::default();
    if look.size.0 < 240.0 || look.size.1 < 120.0 {
        return sheet.shapes;
    }
    let layout = Layout::of(scene, look);
    // Under a wash the hues of cells could not be told apart: the frame of the lens shows who is meant.
    let item = look.item.filter(|_| look.lens.is_none());
    if let Some(item) = item.and_then(|number| item::frame_of(scene, look, &layout, number)) {
        let (x, w) = (item.x - 4.0, item.w + 8.0);
        sheet.fill((x, item.y), (w, item.h), 3.0, look.palette.accent_wash);
    }
    match &layout {
        Layout::Desk(plan) => {
            desk(&mut sheet, scene, look, plan);
            footer::draw(&mut sheet, scene, look);
        }
        Layout::Phone(arrangement) => phone::draw(&mut sheet, scene, look, arrangement),
        Layout::Strips(frames) => strips::draw(&mut sheet, scene, look, frames),
    }
    lens::draw(&mut sheet, scene, look, &layout);
    if let Some(way) = look.follow {
        follow::draw(&mut sheet, scene, look, &layout, way);
    }
    sheet.shapes
}

/// The places in their order; one whose lanes run on through others stands on top of them.
fn desk(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, plan: &Plan) {
    wires::draw(sheet, scene, look, plan);
    let mut drawn = vec![false; scene.places.len()];
    for here in scene.all() {
        let below = wires::run(here, plan).through;
        for index in below.into_iter().chain([here.index()]) {
            if let Some(done) = drawn.get_mut(index).filter(|done| !**done)
                && let Some(here) = scene.here(index)
            {
                *done = true;
                here.face().draw(sheet, here, look, plan);
            }
        }
    }
}

/// A place's heading and the line below it, cut to a width.
pub(crate) fn heading(
    sheet: &mut Sheet,
    look: &Look<'_>,
    (x, w): (f64, f64),
    cell: Frame,
    label: &str,
    line: &str,
    full: bool,
) {
    let p = look.palette;
    sheet.text((x, cell.y + 17.0), cut(label, w, 12.0, false), Ink::new(p.ink).size(12.0).bold());
    let ink = if full { Ink::new(p.blocked_ink).bold() } else { Ink::new(p.ink_3) };
    sheet.text((x, cell.y + 32.0), cut(line, w, 11.0, false), ink);
}

/// The first of some texts, from long to short, that fits a width.
pub(crate) fn first_fit(texts: &[String], width: f64) -> String {
    let fits = |t: &&String| super::shape::text_width(t, 11.0, false) <= width;
    texts.iter().find(fits).or(texts.last()).cloned().unwrap_or_default()
}
