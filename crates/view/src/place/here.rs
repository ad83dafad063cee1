//! A place in its scene: what was looked up of it once for the picture, and how it is joined to the others.

use super::{Face, face};
use crate::scene::{Scene, Worker};
use millrace_spec::{Place, SceneSpec};
use millrace_trace::{Ledger, StationId, StationKind, Trace, ledger::StationRow};

/// A place, with what was looked up of it once for the picture. Without `Debug`, which would bring every face's into the page.
pub struct Shown<'a> {
    /// Its number among the places, in the order in which they are read.
    pub index: usize,
    /// The place.
    pub place: &'a Place,
    /// How it is shown.
    pub face: Box<dyn Face + 'a>,
    /// Its station, once that is open.
    pub station: Option<(StationId, &'a StationRow)>,
}

impl<'a> Shown<'a> {
    /// All places of a scene.
    pub fn all(spec: &'a SceneSpec, ledger: &'a Ledger, trace: &Trace) -> Vec<Shown<'a>> {
        let shown = |(index, place): (usize, &'a Place)| Shown {
            index,
            place,
            face: face(place),
            station: ledger.find(&place.station, trace),
        };
        spec.places().into_iter().enumerate().map(shown).collect()
    }
}

/// A wire, by the numbers of the places it touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// From its beginning to its end.
    pub stops: Vec<usize>,
    /// What acts on it without standing in its way: valves in its pipe.
    pub valves: Vec<usize>,
}

impl Path {
    /// Where it begins.
    pub fn from(&self) -> Option<usize> {
        self.stops.first().copied()
    }

    /// Where it ends.
    pub fn to(&self) -> Option<usize> {
        self.stops.last().copied()
    }
}

/// The wires of a scene. One that touches what is no place is none.
pub fn paths(spec: &SceneSpec, places: &[Shown<'_>]) -> Vec<Path> {
    let number = |name: &str| places.iter().position(|shown| shown.place.name == name);
    let path = |wire: &millrace_spec::Wire| -> Option<Path> {
        let all: Vec<usize> = wire.stops().map(number).collect::<Option<_>>()?;
        let is_valve = |index: &usize| places.get(*index).is_some_and(|shown| shown.face.valve().is_some());
        let (valves, stops) = all.into_iter().partition(is_valve);
        Some(Path { stops, valves })
    };
    spec.wires.iter().filter_map(path).filter(|path| path.stops.len() > 1).collect()
}

/// A place in its scene.
#[derive(Clone, Copy)]
pub struct Here<'s, 'a> {
    /// The scene.
    pub scene: &'s Scene<'a>,
    /// The place.
    pub shown: &'s Shown<'a>,
}

/// In a scene of more places than these each is one among many.
const PLACES: usize = 5;

impl<'s, 'a> Here<'s, 'a> {
    /// Whether it is one place among many others, and makes do with little height.
    pub fn is_one_of_many(self) -> bool {
        self.scene.places.len() > PLACES
    }

    /// Its number among the places.
    pub fn index(self) -> usize {
        self.shown.index
    }

    /// Its heading.
    pub fn label(self) -> &'a str {
        &self.shown.place.label
    }

    /// How it is shown.
    pub fn face(self) -> &'s dyn Face {
        self.shown.face.as_ref()
    }

    /// Its station.
    pub fn id(self) -> StationId {
        self.shown.station.map_or(StationId::NONE, |(id, _)| id)
    }

    /// Its station's row, once that is open.
    pub fn row(self) -> Option<&'a StationRow> {
        self.shown.station.map(|(_, row)| row)
    }

    /// How many jobs are there.
    pub fn level(self) -> u64 {
        self.row().map_or(0, |row| row.levels.present)
    }

    /// Another place of the scene.
    pub fn other(self, index: usize) -> Option<Here<'s, 'a>> {
        self.scene.here(index)
    }

    /// The workers at its station: its members, or the station itself if that is a worker.
    pub fn workers(self) -> Vec<Worker<'a>> {
        let Some((id, row)) = self.shown.station else { return Vec::new() };
        match row.kind {
            StationKind::Worker => vec![Worker::of(self.scene, id, row)],
            _ => self.scene.ledger.members(id).map(|(id, row)| Worker::of(self.scene, id, row)).collect(),
        }
    }

    /// The wires that begin here.
    pub fn out(self) -> impl Iterator<Item = &'s Path> {
        self.scene.paths.iter().filter(move |path| path.from() == Some(self.index()))
    }

    /// The wires that end here.
    pub fn into(self) -> impl Iterator<Item = &'s Path> {
        self.scene.paths.iter().filter(move |path| path.to() == Some(self.index()))
    }

    /// The wires that run through here.
    pub fn across(self) -> impl Iterator<Item = &'s Path> {
        let inner = move |path: &&Path| {
            let ends = [path.from(), path.to()];
            path.stops.contains(&self.index()) && !ends.contains(&Some(self.index()))
        };
        self.scene.paths.iter().filter(inner)
    }

    /// The one place that a wire from here leads to, if there is one only.
    pub fn feeds(self) -> Option<Here<'s, 'a>> {
        let mut out = self.out();
        let only = out.next().filter(|_| out.next().is_none())?;
        self.other(only.to()?)
    }

    /// The one place that a wire to here comes from, if there is one only.
    pub fn fed_by(self) -> Option<Here<'s, 'a>> {
        let mut into = self.into();
        let only = into.next().filter(|_| into.next().is_none())?;
        self.other(only.from()?)
    }

    /// What acts on the wires that begin here.
    pub fn valves(self) -> impl Iterator<Item = Here<'s, 'a>> {
        self.out().flat_map(|path| &path.valves).filter_map(move |index| self.other(*index))
    }
}
