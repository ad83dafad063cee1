//! Where the places stand: columns that share the width by what their kinds need.

use super::{Frame, Look, Scene};
use crate::spec::Place;

/// Left and right of the picture.
pub const SIDE: f64 = 16.0;
/// Below the headings.
pub const TOP: f64 = 50.0;
/// Above the footer.
pub const FOOT: f64 = 44.0;
/// Between columns.
const GAP: f64 = 14.0;

/// The places with their frames, from left to right.
pub fn columns<'a>(scene: &Scene<'a>, look: &Look<'_>) -> Vec<(&'a Place, Frame)> {
    let places = &scene.spec.places;
    let crews = places.iter().filter(|p| matches!(p, Place::Crew { .. })).count();
    let wants: Vec<(f64, f64)> = places.iter().map(|p| want(scene, p, crews)).collect();
    let room = look.size.0 - 2.0 * SIDE - GAP * (places.len().saturating_sub(1)) as f64;
    let (fixed, flexible): (f64, f64) = wants.iter().fold((0.0, 0.0), |(f, g), (base, grow)| (f + base, g + grow));
    // What is left over goes to those that can use it; what is missing is taken from all alike.
    let spare = room - fixed;
    let squeeze = if spare < 0.0 { room.max(0.0) / fixed } else { 1.0 };
    let mut x = SIDE;
    let h = (look.size.1 - TOP - FOOT).max(20.0);
    places
        .iter()
        .zip(wants)
        .map(|(place, (base, grow))| {
            let extra = if spare > 0.0 && flexible > 0.0 { spare * grow / flexible } else { 0.0 };
            let frame = Frame { x, y: TOP, w: base * squeeze + extra, h };
            x += frame.w + GAP;
            (place, frame)
        })
        .collect()
}

/// The width a place needs, and its share of what is left over.
fn want(scene: &Scene<'_>, place: &Place, crews: usize) -> (f64, f64) {
    match place {
        Place::Source { .. } if crews > 1 => (64.0, 0.0),
        Place::Source { .. } => (if scene.spec.regulator.is_some() { 118.0 } else { 96.0 }, 0.0),
        Place::Channel { station, .. } => match super::channel::capacity(scene, station) {
            Some(0) => (34.0, 0.0),
            _ if crews > 2 => (66.0, 0.0),
            _ => (68.0, 0.0),
        },
        Place::Crew { .. } if crews > 1 => (76.0, 1.0),
        Place::Crew { .. } => (290.0, 3.0),
        Place::Crowd { .. } => (300.0, 6.0),
        Place::Server { .. } => (94.0, if crews > 1 { 0.5 } else { 1.0 }),
        Place::Sink { .. } => (96.0, 0.0),
    }
}
