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

pub use point::{box_about, landing_at, number_of};

use super::Here;
use super::face::{Face, OnPhone, Room, Words};
use crate::scene::{
    Arrangement, Frame, Item, Layout, Look, Plan as Spots, Scene, conservation, layout::SIDE, short_conservation,
};
use crate::shape::{Ink, Sheet, cut, text_width};
use crate::text::Row;
use millrace_analysis::Prefix;
use millrace_spec as spec;
use millrace_trace::{Outcome, StationKind};
use plan::Plan;
use state::State;

/// A bank of stations that move past landings.
#[derive(Debug)]
pub struct Bank<'a> {
    /// What its cars and landings show.
    pub spec: &'a spec::Bank,
}

/// People come and go in words of their own.
const PEOPLE: Words = Words {
    came: "arrived",
    gone: "gone",
    ways: &[(Outcome::Completed, "delivered"), (Outcome::Rejected, "turned away"), (Outcome::Cancelled, "gave up")],
};

impl Face for Bank<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Crew]
    }

    fn reads(&self) -> &'static str {
        "Each shaft is a car: its right edge is now, and to the left is where the car has been. Figures are people; dots are floors where it will stop."
    }

    fn room(&self, _: Here<'_, '_>, _: usize) -> Room {
        Room::new(300.0).hungry(1.0)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, spots: &Spots) {
        draw(sheet, here.scene, look, &self.state(here, look), spots.spot(here.index()).frame);
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Whole
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, arrangement: &Arrangement) {
        draw(sheet, here.scene, look, &self.state(here, look), arrangement.area);
        sums(sheet, here.scene, look);
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, _: &Layout) -> Vec<Item> {
        point::items(here.scene, look)
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        rows_of(here, look).into_iter().next_back().map(|row| row.says).into_iter().collect()
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        rows_of(here, look)
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        Some(words::description(here.scene, here.label()))
    }

    fn story(&self, here: Here<'_, '_>, _: &Prefix<'_>) -> Option<String> {
        words::story(here.scene)
    }

    fn words(&self, _: Here<'_, '_>) -> Option<&'static Words> {
        Some(&PEOPLE)
    }

    fn legend(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, edges: (f64, f64), y: f64) -> f64 {
        legend::draw(sheet, &self.state(here, look), look, edges, y)
    }
}

impl<'a> Bank<'a> {
    fn state(&self, here: Here<'_, 'a>, look: &Look<'_>) -> State<'a> {
        State::read(here.scene, look, &here.shown.place.station, self.spec)
    }
}

fn rows_of(here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
    let rows = words::rows(here.scene, look, here.label()).into_iter();
    rows.map(|(what, says)| Row { what, says }).collect()
}

/// The frame of a scene's bank.
fn frame(scene: &Scene<'_>, look: &Look<'_>) -> Option<Frame> {
    let bank = scene.all().find(|here| matches!(here.shown.place.kind, spec::PlaceKind::Bank(_)))?;
    match Layout::of(scene, look) {
        Layout::Desk(spots) => Some(spots.spot(bank.index()).frame),
        layout => layout.area(bank.index()),
    }
}

/// Draws the bank within a frame.
fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, state: &State<'_>, frame: Frame) {
    let plan = Plan::of(state, look, frame);
    floors::draw(sheet, state, look, &plan);
    shaft::draw(sheet, scene, state, look, &plan);
    header::draw(sheet, state, look, &plan);
    car::draw(sheet, state, look, &plan);
}

/// The sum that must always hold, on a phone.
fn sums(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>) {
    let p = look.palette;
    let (w, h) = look.size;
    let (long, holds) = conservation(scene);
    let ink = if holds { Ink::new(p.ink_2) } else { Ink::new(p.server_ink).bold() };
    let room = w - 2.0 * SIDE;
    let fits = text_width(&long, 11.0, false) <= room;
    let text = if fits { long } else { short_conservation(scene).0 };
    sheet.text((SIDE, h - 8.0), cut(&text, room, 11.0, false), ink);
}
