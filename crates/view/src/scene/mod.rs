//! The stage's picture: places from left to right in the order of the flow, each drawn by its kind.
//!
//! A job is drawn where its ledger row says it is. Positions are a pure function of virtual time: no easing, and nothing that
//! a seek could not rebuild. No pattern is known by name.

mod age;
pub(crate) mod bank;
mod breaker;
mod channel;
mod contact;
mod crew;
mod crowd;
mod footer;
mod gate;
mod glyph;
mod hit;
mod lane;
mod layout;
mod matrix;
mod outcomes;
mod phone;
mod rows;
mod server;
mod sink;
mod source;
mod worker;

pub use bank::{box_about, landing_at, number_of, tables};
pub use breaker::Reading;
pub use footer::conservation;
pub use hit::{Lane, about, hit, lanes};
pub use matrix::{Cell, MOST_JOBS, census};
pub use outcomes::outcomes;
pub use worker::{Worker, await_line};

use super::shape::{Ink, Point, Sheet, cut};
use super::{Palette, Recent, Shape};
use millrace_spec::{Place, SceneSpec, Values};
use millrace_trace::{Ledger, SimTime, StationId, StationKind, Trace, ledger::StationRow};

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
    /// Which lane is pointed at or focused: an index into [`lanes`].
    pub lane: Option<usize>,
    /// Items stand in slots instead of travelling, for people who want less motion.
    pub calm: bool,
    /// The run cannot go on: those who wait are outlined.
    pub stuck: bool,
}

impl<'a> Look<'a> {
    /// Everything, with nothing pointed at.
    pub const fn new(size: Point, palette: &'a Palette, now: SimTime) -> Look<'a> {
        Look { size, palette, now, detail: Detail::Numbers, lane: None, calm: false, stuck: false }
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
    pub recent: &'a Recent,
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
            StationKind::Worker => vec![(id, row)],
            _ => self.ledger.members(id).collect(),
        }
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

    /// The middle, from left to right.
    pub fn middle(&self) -> f64 {
        self.x + self.w / 2.0
    }
}

/// Below this width the phone's picture is drawn.
pub const PHONE: f64 = 600.0;

/// The picture.
pub fn draw(scene: &Scene<'_>, look: &Look<'_>) -> Vec<Shape> {
    let mut sheet = Sheet::default();
    if look.size.0 < 240.0 || look.size.1 < 120.0 {
        return sheet.shapes;
    }
    if let Some(lane) = hit::focused(scene, look) {
        let (x, w) = (lane.x - 4.0, lane.w + 8.0);
        sheet.fill((x, lane.y), (w, lane.h), 3.0, look.palette.accent_wash);
    }
    if look.size.0 < PHONE {
        if bank::is_in(scene) {
            bank::draw(&mut sheet, scene, look);
        } else {
            phone::draw(&mut sheet, scene, look);
        }
        return sheet.shapes;
    }
    let columns = layout::columns(scene, look);
    for (index, column) in columns.iter().enumerate() {
        let previous = index.checked_sub(1).and_then(|i| columns.get(i));
        let next = columns.get(index + 1);
        let walls = |column: &layout::Column<'_>| match column.place {
            Place::Channel { station, .. } => channel::vessel(scene, station, column.frame),
            _ => column.frame,
        };
        let frame = column.frame;
        match column.place {
            Place::Source { label, station } => {
                source::draw(&mut sheet, scene, look, (label, station), frame, next.map(walls));
            }
            Place::Channel { label, station } => {
                channel::draw(&mut sheet, scene, look, (label, station), frame, previous.map(|p| p.frame.right()));
            }
            Place::Crew { label, station } => {
                let layout::Run { breaker, server, after } = layout::Run::of(&columns, index);
                if let Some(Place::Server { label, station }) = server.map(|n| n.place) {
                    let frame = server.map_or(frame, |n| n.frame);
                    server::draw(&mut sheet, scene, look, (label, station), frame);
                }
                let wires = lane::Wires {
                    from: previous.map(|p| walls(p).right()),
                    breaker: breaker.map(|b| (b.frame, conducts(scene, b.place))),
                    server: server.map(|s| s.frame),
                    to: after.map(|c| walls(c).x),
                };
                crew::draw(&mut sheet, scene, look, (label, station), frame, wires);
            }
            Place::Bank { .. } => bank::draw(&mut sheet, scene, look),
            Place::Breaker { label, station, gauges } => {
                breaker::draw(&mut sheet, scene, look, (label, station, gauges), frame);
            }
            Place::Crowd { label, station } => crowd::draw(&mut sheet, scene, look, (label, station), frame),
            Place::Server { label, station } => {
                if !previous.is_some_and(|p| matches!(p.place, Place::Crew { .. } | Place::Breaker { .. })) {
                    server::draw(&mut sheet, scene, look, (label, station), frame);
                    age::draw(&mut sheet, scene, look, station, frame);
                }
            }
            Place::Sink { label, station } => {
                sink::draw(&mut sheet, scene, look, (label, station), frame, previous.map(|p| walls(p).right()));
            }
        }
    }
    footer::draw(&mut sheet, scene, look);
    sheet.shapes
}

/// Whether the breaker of a place lets calls through.
fn conducts(scene: &Scene<'_>, place: &Place) -> bool {
    match place {
        Place::Breaker { station, gauges, .. } => Reading::of(scene, station, gauges).conducts(),
        _ => true,
    }
}

/// A column's heading and the line below it, cut to a width.
fn heading(sheet: &mut Sheet, look: &Look<'_>, (x, w): (f64, f64), label: &str, line: &str, full: bool) {
    let p = look.palette;
    sheet.text((x, 25.0), cut(label, w, 12.0, false), Ink::new(p.ink).size(12.0).bold());
    let ink = if full { Ink::new(p.blocked_ink).bold() } else { Ink::new(p.ink_3) };
    sheet.text((x, 40.0), cut(line, w, 11.0, false), ink);
}

/// The first of some texts, from long to short, that fits a width.
fn first_fit(texts: &[String], width: f64) -> String {
    let fits = |t: &&String| super::shape::text_width(t, 11.0, false) <= width;
    texts.iter().find(fits).or(texts.last()).cloned().unwrap_or_default()
}
