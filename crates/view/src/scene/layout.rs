//! Where the places stand: columns that share the width by what their kinds need, with less told where there is less room.

use super::channel;
use super::{Frame, Look, Scene};
use millrace_spec::Place;

/// Left and right of the picture.
pub const SIDE: f64 = 16.0;
/// Below the headings.
pub const TOP: f64 = 56.0;
/// Above the footer.
pub const FOOT: f64 = 45.0;

/// A place with its frame.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// The place.
    pub place: &'a Place,
    /// Where it stands.
    pub frame: Frame,
}

/// What the lanes of a crew run through: the breaker they call through and the server they call, where there are such.
#[derive(Clone, Copy, Debug)]
pub struct Run<'c, 'a> {
    /// The breaker.
    pub breaker: Option<&'c Column<'a>>,
    /// The server.
    pub server: Option<&'c Column<'a>>,
    /// What comes behind them.
    pub after: Option<&'c Column<'a>>,
}

impl<'c, 'a> Run<'c, 'a> {
    /// What the lanes of the crew in the column of this number run through. The server is the next place, or the next but a
    /// breaker.
    pub fn of(columns: &'c [Column<'a>], crew: usize) -> Run<'c, 'a> {
        let breaker = columns.get(crew + 1).filter(|c| matches!(c.place, Place::Breaker { .. }));
        let behind = crew + 1 + usize::from(breaker.is_some());
        let server = columns.get(behind).filter(|c| matches!(c.place, Place::Server { .. }));
        Run { breaker, server, after: columns.get(behind + usize::from(server.is_some())) }
    }

    /// Where the lanes end, which begin in this frame.
    pub fn end(&self, crew: Frame) -> f64 {
        self.server.or(self.breaker).map_or(crew.right(), |last| last.frame.right())
    }
}

/// How much room each kind of place takes: the first that fits is taken.
struct Room {
    source: f64,
    channel: f64,
    slit: f64,
    crew: f64,
    breaker: f64,
    server: f64,
    sink: f64,
    /// Behind a source, between a crew and its server, in front of a sink, everywhere else.
    gaps: [f64; 4],
}

const ROOMS: [Room; 4] = [
    Room {
        source: 92.0,
        channel: 68.0,
        slit: 60.0,
        crew: 240.0,
        breaker: 140.0,
        server: 96.0,
        sink: 98.0,
        gaps: [32.0, 36.0, 12.0, 20.0],
    },
    Room {
        source: 74.0,
        channel: 44.0,
        slit: 22.0,
        crew: 106.0,
        breaker: 120.0,
        server: 66.0,
        sink: 88.0,
        gaps: [18.0, 22.0, 10.0, 15.0],
    },
    Room {
        source: 64.0,
        channel: 30.0,
        slit: 14.0,
        crew: 48.0,
        breaker: 84.0,
        server: 62.0,
        sink: 88.0,
        gaps: [12.0, 14.0, 8.0, 10.0],
    },
    Room {
        source: 60.0,
        channel: 22.0,
        slit: 12.0,
        crew: 26.0,
        breaker: 60.0,
        server: 52.0,
        sink: 84.0,
        gaps: [10.0, 10.0, 8.0, 8.0],
    },
];

/// The places with their frames, from left to right.
pub fn columns<'a>(scene: &Scene<'a>, look: &Look<'_>) -> Vec<Column<'a>> {
    let places = &scene.spec.places;
    let width = look.size.0 - 2.0 * SIDE;
    let needs = |room: &Room| -> (Vec<f64>, Vec<f64>) {
        let widths = places.iter().map(|place| need(scene, place, room)).collect();
        let gaps = places.windows(2).map(|pair| gap(scene, pair, room)).collect();
        (widths, gaps)
    };
    let sum = |(widths, gaps): &(Vec<f64>, Vec<f64>)| widths.iter().sum::<f64>() + gaps.iter().sum::<f64>();
    let (widths, gaps) = ROOMS
        .iter()
        .map(&needs)
        .find(|n| sum(n) <= width)
        .unwrap_or_else(|| ROOMS.last().map(&needs).unwrap_or_default());
    // What is left over goes to those that can use it; what is missing is taken from all alike.
    let spare = width - sum(&(widths.clone(), gaps.clone()));
    let appetite: f64 = places.iter().map(hunger).sum();
    let squeeze = if spare < 0.0 { width / (width - spare) } else { 1.0 };
    let (mut x, h) = (SIDE, (look.size.1 - TOP - FOOT).max(20.0));
    let mut columns = Vec::with_capacity(places.len());
    for (index, (place, base)) in places.iter().zip(&widths).enumerate() {
        let extra = if spare > 0.0 && appetite > 0.0 { spare * hunger(place) / appetite } else { 0.0 };
        let w = libm::floor(base * squeeze + extra);
        let frame = Frame { x: libm::floor(x), y: TOP, w, h };
        // A box that lanes run through is a little higher than they are: its words stand clear of them.
        let around = Frame { y: TOP - 8.0, h: h + 17.0, ..frame };
        let boxed = matches!(place, Place::Server { .. } | Place::Breaker { .. });
        columns.push(Column { place, frame: if boxed { around } else { frame } });
        x += w + gaps.get(index).copied().unwrap_or(0.0) * squeeze;
    }
    // The last one ends where the picture ends.
    if let Some(last) = columns.last_mut().filter(|_| places.len() > 1 && appetite > 0.0) {
        last.frame.x = (look.size.0 - SIDE - last.frame.w).max(last.frame.x);
    }
    columns
}

fn need(scene: &Scene<'_>, place: &Place, room: &Room) -> f64 {
    match place {
        Place::Source { .. } => room.source,
        Place::Channel { station, .. } => match channel::capacity(scene, station) {
            Some(0) => room.slit,
            _ => room.channel,
        },
        Place::Crew { .. } => room.crew,
        Place::Crowd { .. } | Place::Bank { .. } => 300.0,
        Place::Breaker { .. } => room.breaker,
        // What a crowd calls is told in large numbers.
        Place::Server { .. } if has_crowd(scene) => room.server.max(124.0),
        Place::Server { .. } => room.server,
        Place::Sink { .. } => room.sink,
    }
}

fn has_crowd(scene: &Scene<'_>) -> bool {
    scene.spec.places.iter().any(|place| matches!(place, Place::Crowd { .. }))
}

/// The share of what is left over.
fn hunger(place: &Place) -> f64 {
    match place {
        Place::Crew { .. } | Place::Crowd { .. } | Place::Bank { .. } => 1.0,
        _ => 0.0,
    }
}

fn gap(scene: &Scene<'_>, pair: &[Place], room: &Room) -> f64 {
    let [behind_source, to_server, to_sink, other] = room.gaps;
    match pair {
        [Place::Source { .. }, _] if scene.spec.regulator.is_some() => behind_source.max(28.0),
        [Place::Source { .. }, _] => behind_source,
        [Place::Crew { .. }, Place::Server { .. }] => to_server,
        [Place::Crew { .. }, Place::Breaker { .. }] | [Place::Breaker { .. }, Place::Server { .. }] => other.min(18.0),
        [Place::Channel { .. }, Place::Sink { .. }] => to_sink,
        [Place::Server { .. }, _] => other + 6.0,
        [Place::Channel { .. }, _] => other - 2.0,
        _ => other,
    }
}
