//! The stage's picture: places from left to right in the order of the flow, each drawn by its kind.
//!
//! A job is drawn where its ledger row says it is. Positions are a pure function of virtual time.

mod channel;
mod crew;
mod crowd;
mod footer;
mod glyph;
mod hit;
mod layout;
mod phone;
mod server;
mod sink;
mod source;

pub use hit::{Lane, lanes};

use super::shape::{Ink, Point, Sheet};
use super::{Palette, Shape, Stage};
use crate::spec::{Place, SceneSpec, Values};
use crate::trace::{Ledger, SimTime, StationId, Trace, ledger::StationRow};

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
    /// Which lane is pointed at or focused.
    pub lane: Option<usize>,
}

/// How much is told of each item: the faster it runs, the less can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Items with their numbers.
    Numbers,
    /// Items.
    Items,
}

/// What a picture is drawn from.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The places, gauges and faults.
    pub spec: &'a SceneSpec,
    /// The parameters, for what is not there before the run.
    pub values: &'a Values,
    /// The state at the playhead.
    pub ledger: &'a Ledger,
    /// The recent past.
    pub stage: &'a Stage,
    /// The names.
    pub trace: &'a Trace,
}

impl std::fmt::Debug for Scene<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scene(at {} ns)", self.ledger.now.0)
    }
}

impl<'a> Scene<'a> {
    /// The station of a place, once it is open.
    pub fn station(&self, name: &str) -> Option<(StationId, &'a StationRow)> {
        self.ledger.find(name, self.trace)
    }

    /// The workers of a crew: its members, or the station itself if it is a worker.
    pub fn workers(&self, crew: &str) -> Vec<(StationId, &'a StationRow)> {
        let Some((id, row)) = self.station(crew) else { return Vec::new() };
        match row.kind {
            crate::trace::StationKind::Worker => vec![(id, row)],
            _ => self.ledger.members(id).collect(),
        }
    }

    /// The name of a station.
    pub fn name(&self, row: &StationRow) -> &'a str {
        self.trace.name(row.name)
    }
}

/// A rectangle that a place is drawn in.
#[derive(Clone, Copy, Debug, PartialEq)]
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
}

/// Below this width the phone's picture is drawn.
pub const PHONE: f64 = 600.0;

/// The picture.
pub fn draw(scene: &Scene<'_>, look: &Look<'_>) -> Vec<Shape> {
    let mut sheet = Sheet::default();
    if look.size.0 < 40.0 || look.size.1 < 40.0 {
        return sheet.shapes;
    }
    if look.size.0 < PHONE && phone::suits(scene.spec) {
        phone::draw(&mut sheet, scene, look);
        return sheet.shapes;
    }
    let places = layout::columns(scene, look);
    for (index, (place, frame)) in places.iter().enumerate() {
        match place {
            Place::Source { label, .. } => source::draw(&mut sheet, scene, look, label, place.station(), *frame),
            Place::Channel { label, station } => channel::draw(&mut sheet, scene, look, label, station, *frame),
            Place::Crew { label, station } => {
                // Its server, where it calls one, is the next place; the lanes run through it.
                let server = places.get(index + 1).filter(|(p, _)| matches!(p, Place::Server { .. })).map(|(_, f)| *f);
                if let (Some(frame), Some((place, _))) = (server, places.get(index + 1)) {
                    server::draw(&mut sheet, scene, look, place.label(), place.station(), frame);
                }
                crew::draw(&mut sheet, scene, look, label, station, *frame, server);
            }
            Place::Crowd { label, station } => crowd::draw(&mut sheet, scene, look, label, station, *frame),
            Place::Server { label, station } => {
                let drawn_with_crew = index
                    .checked_sub(1)
                    .and_then(|i| places.get(i))
                    .is_some_and(|(p, _)| matches!(p, Place::Crew { .. }));
                if !drawn_with_crew {
                    server::draw(&mut sheet, scene, look, label, station, *frame);
                    server::draw_ages(&mut sheet, scene, look, station, *frame);
                }
            }
            Place::Sink { label, .. } => sink::draw(&mut sheet, scene, look, label, *frame),
        }
    }
    footer::draw(&mut sheet, scene, look);
    sheet.shapes
}

/// A column's heading and the line below it.
fn heading(sheet: &mut Sheet, look: &Look<'_>, x: f64, label: &str, line: &str, full: bool) {
    let p = look.palette;
    sheet.text((x, 25.0), label, Ink::new(p.ink).size(12.0).bold());
    let colour = if full { p.blocked_ink } else { p.ink_3 };
    let ink = Ink::new(colour).size(11.5);
    sheet.text((x, 41.0), line, if full { ink.bold() } else { ink });
}
