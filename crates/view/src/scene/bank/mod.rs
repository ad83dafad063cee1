//! A bank: stations that move past landings, each with its breaker, and those who wait for them.
//!
//! Height is the place on the scale, everywhere in the picture alike, and the right edge of a shaft is now. Where a car is
//! follows from its last event and the time, so nothing is eased and nothing looks ahead. What the bank is for is not known
//! here: landings, cars and breakers are told by their kinds and gauges.

mod breaker;
mod car;
mod eta;
mod figure;
mod floors;
mod header;
mod legend;
mod plan;
mod point;
mod shaft;
mod state;
pub mod tables;
mod words;

pub use point::{box_about, landing_at, lanes, number_of};
pub use words::{description, rows};

use super::{Frame, Look, PHONE, Scene, footer, layout};
use crate::shape::{Ink, Sheet, cut};
use millrace_spec::Place;
use plan::Plan;
use state::State;

/// Whether a scene has a bank.
pub fn is_in(scene: &Scene<'_>) -> bool {
    scene.spec.places.iter().any(|place| matches!(place, Place::Bank { .. }))
}

/// The frame of a scene's bank.
fn frame(scene: &Scene<'_>, look: &Look<'_>) -> Option<Frame> {
    if look.size.0 < PHONE {
        let whole = Frame { x: layout::SIDE, y: 0.0, w: look.size.0 - 2.0 * layout::SIDE, h: look.size.1 };
        return is_in(scene).then_some(whole);
    }
    let columns = layout::columns(scene, look);
    columns.into_iter().find(|column| matches!(column.place, Place::Bank { .. })).map(|column| column.frame)
}

/// Draws the bank within a frame; on a phone it is the whole picture.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>) {
    let (Some(state), Some(frame)) = (State::of(scene, look), frame(scene, look)) else { return };
    let plan = Plan::of(&state, look, frame);
    floors::draw(sheet, &state, look, &plan);
    shaft::draw(sheet, scene, &state, look, &plan);
    header::draw(sheet, &state, look, &plan);
    car::draw(sheet, &state, look, &plan);
    if look.size.0 < PHONE {
        sums(sheet, scene, look);
    }
}

/// The sum that must always hold, on a phone.
fn sums(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>) {
    let p = look.palette;
    let (w, h) = look.size;
    let (long, holds) = footer::conservation(scene);
    let ink = if holds { Ink::new(p.ink_2) } else { Ink::new(p.server_ink).bold() };
    let room = w - 2.0 * layout::SIDE;
    let fits = crate::shape::text_width(&long, 11.0, false) <= room;
    let text = if fits { long } else { footer::short_conservation(scene).0 };
    sheet.text((layout::SIDE, h - 8.0), cut(&text, room, 11.0, false), ink);
}

/// Draws the legend of a scene's bank between two edges.
pub fn legend(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, edges: (f64, f64), y: f64) {
    if let Some(state) = State::of(scene, look) {
        legend::draw(sheet, &state, look, edges, y);
    }
}
