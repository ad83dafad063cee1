//! A hub in the middle of its clients: a square for each, filled as its queue is, with the time that is left for its pong as a tick. Who is
//! slow, was let go, does not answer or is in no map is told by its name; too many for one ring stand in several, and more are cells.

mod column;
mod many;
mod ring;
mod state;

use super::face::{Face, Note, OnPhone, Room, Words, step};
use super::{Here, Term};
use crate::number;
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Raster, first_fit, heading, strips};
use crate::shape::{Point, Sheet};
use crate::text::Row;
use millrace_analysis::Prefix;
use millrace_spec as spec;
use millrace_trace::{Outcome, StationKind, ledger::StationRow};
use ring::Plot;
use state::{Client, G, Stands, State};

/// A hub.
#[derive(Debug)]
pub struct Hub<'a> {
    /// What it is to be.
    pub spec: &'a spec::Hub,
}

/// Messages.
const WORDS: Words = Words {
    came: "sent",
    gone: "gone",
    ways: &[
        (Outcome::Completed, "delivered"),
        (Outcome::Lost, "dropped"),
        (Outcome::Rejected, "to nobody"),
        (Outcome::Cancelled, "refused"),
    ],
};
/// The most rows of clients in the text alternative.
const ROWS: usize = 50;
/// From this level of detail on it stands alone: its clients are told in numbers. It is so wide then, and with less than this width it is too.
const SMALL: usize = 3;
const ALONE: f64 = 76.0;
const LEAST: f64 = 120.0;
/// From this width on there is a column beside the ring.
const WITH_COLUMN: f64 = 480.0;

impl Hub<'_> {
    fn state<'a>(&self, here: Here<'_, 'a>, look: &Look<'_>) -> State<'a> {
        State::of(self.spec, here, look.now)
    }

    /// The ring, and the column beside it where there is room.
    fn parts(frame: Frame) -> (Frame, Option<Frame>) {
        if frame.w < WITH_COLUMN {
            return (frame, None);
        }
        let column = Frame { x: frame.right() - column::WIDTH, w: column::WIDTH, ..frame };
        (Frame { w: frame.w - column::WIDTH - 16.0, ..frame }, Some(column))
    }

    /// The cells of its clients, where they are too many for rings.
    fn raster(&self, here: Here<'_, '_>, layout: &Layout) -> Option<Raster> {
        let area = self.area(here, layout)?;
        let workers = here.scene.ledger.members(here.id()).filter(|(_, row)| row.kind == StationKind::Worker);
        let n = if here.row().is_some() { workers.count() } else { 0 };
        Plot::of(n.max(self.spec.clients as usize), area).cells.map(|raster| raster.holding(n as u64))
    }

    fn plot(&self, state: &State<'_>, frame: Frame) -> Plot {
        // Before the run it is as large as it will be.
        Plot::of(state.clients.len().max(self.spec.clients as usize), frame)
    }

    fn area(&self, here: Here<'_, '_>, layout: &Layout) -> Option<Frame> {
        match layout {
            Layout::Desk(plan) => Some(Hub::parts(plan.spot(here.index()).frame).0).filter(|frame| frame.w >= LEAST),
            Layout::Phone(all) if all.main == here.index() => Some(all.area),
            _ => None,
        }
    }

    fn item(client: &Client<'_>, look: &Look<'_>, square: Frame) -> Item {
        Item::new(square, client.name.to_owned(), client.lines(look.now)).of(client.id)
    }
}

/// Whether it is one stop among many others.
fn is_stop(here: Here<'_, '_>) -> bool {
    here.is_one_of_many() || here.across().next().is_some()
}

impl Face for Hub<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Crew]
    }

    fn reads(&self) -> &'static str {
        "A square for each client, filled as its queue is; a disc is a message on its way to it, ×n a frame of so many; the tick outside is \
         what is left of the time for its pong."
    }

    fn story(&self, here: Here<'_, '_>, so_far: &Prefix<'_>) -> Option<String> {
        let state = State::of(self.spec, here, so_far.at());
        let (dropped, silent) = (state.gauge(G.dropped), state.count("silent"));
        let let_go = (dropped > 0).then(|| format!("{} let go", number::count(dropped)));
        let silent = (silent > 0).then(|| format!("{} open and in no map", number::count(silent)));
        let all: Vec<String> = let_go.into_iter().chain(silent).collect();
        (!all.is_empty()).then(|| format!("{}: {}.", here.label(), all.join(", ")))
    }

    fn room(&self, here: Here<'_, '_>, level: usize) -> Room {
        if level >= SMALL || is_stop(here) {
            return Room::new(ALONE);
        }
        Room::new(step([360.0, 300.0, 240.0, 240.0], level)).hungry(3.0)
    }

    fn foot(&self, _: Here<'_, '_>, frame: Frame) -> f64 {
        if frame.w < LEAST { frame.y + frame.h / 2.0 + many::radius(frame) } else { frame.bottom() }
    }

    fn before(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([28.0, 20.0, 14.0, 10.0], level)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let state = self.state(here, look);
        if spot.frame.w < LEAST {
            let links = state.links();
            let links = [number::count(links), number::count_within(links, 5)].map(|n| format!("{n} links"));
            let line = first_fit(&links, ALONE);
            heading(sheet, look, (spot.frame.x, ALONE), spot.cell, here.label(), &line, false);
            return many::alone(sheet, look, &state, spot.frame, spot.frame.y + spot.frame.h / 2.0);
        }
        let (ring, column) = Hub::parts(spot.frame);
        let (trouble, is_bad) = state.trouble();
        let texts =
            if is_bad { vec![format!("{}: {trouble}", state.line()), trouble] } else { vec![state.line(), trouble] };
        heading(sheet, look, (ring.x, ring.w), spot.cell, here.label(), &first_fit(&texts, ring.w), false);
        let plot = self.plot(&state, ring);
        if here.into().next().is_some() {
            plot.wire(sheet, look, ring.x);
        }
        if here.out().next().is_some() {
            plot.wire(sheet, look, ring.right());
        }
        ring::draw(sheet, here, look, &state, &plot, self.spec.pong_wait.0);
        if let Some(column) = column {
            column::draw(sheet, look, &state, column);
        }
    }

    fn on_phone(&self, here: Here<'_, '_>) -> OnPhone {
        if is_stop(here) { OnPhone::Strip } else { OnPhone::Main }
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let (state, p) = (self.state(here, look), look.palette);
        let (slow, late) = (state.count("slow"), state.count("no pong"));
        let bad: u64 = ["silent", "stuck", "cut off", "let go"].into_iter().map(|word| state.count(word)).sum();
        let well = if state.clients.is_empty() { state.links() } else { state.count(Stands::Open.word()) };
        let parts = [(p.queued, well), (p.blocked, slow), (p.timeout, late), (p.server, bad)];
        strips::stacked(sheet, look, bar, &parts, parts.iter().map(|(_, n)| n).sum());
        state.trouble()
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &Arrangement) {
        let state = self.state(here, look);
        ring::draw(sheet, here, look, &state, &self.plot(&state, all.area), self.spec.pong_wait.0);
    }

    fn over(&self, here: Here<'_, '_>, _: &Arrangement) -> String {
        let state = State::of(self.spec, here, here.scene.ledger.now);
        let (trouble, is_bad) = state.trouble();
        if is_bad { format!("{}: {trouble}", state.line()) } else { format!("{}: {}", here.label(), state.line()) }
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let state = self.state(here, look);
        let Some(area) = self.area(here, layout).filter(|_| !state.clients.is_empty()) else {
            return super::face::itself(self.about(here, look), here, layout);
        };
        let plot = self.plot(&state, area);
        // Of many those can be walked through with which something is the matter; the others can be pointed at.
        let those: Vec<usize> = if plot.is_one() {
            (0..state.clients.len()).collect()
        } else {
            state.abnormal().into_iter().take(ROWS).collect()
        };
        if those.is_empty() {
            return super::face::itself(self.about(here, look), here, layout);
        }
        let item = |index: usize| Some(Hub::item(state.clients.get(index)?, look, plot.square(index)));
        those.into_iter().filter_map(item).collect()
    }

    fn at(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, at: (f64, f64)) -> Option<Item> {
        let area = self.area(here, layout)?;
        let state = self.state(here, look);
        let plot = self.plot(&state, area);
        let index = plot.at(state.clients.len(), at).filter(|_| plot.is_ring() && !plot.is_one())?;
        Some(Hub::item(state.clients.get(index)?, look, plot.square(index)))
    }

    fn cells(&self, here: Here<'_, '_>, _: &Look<'_>, layout: &Layout) -> Option<Raster> {
        self.raster(here, layout)
    }

    fn cell(&self, here: Here<'_, '_>, look: &Look<'_>, raster: &Raster, index: u64) -> Option<Item> {
        let state = self.state(here, look);
        let client = state.clients.get(index as usize)?;
        Some(Hub::item(client, look, raster.cell(index / raster.each)))
    }

    fn magnified(
        &self,
        sheet: &mut Sheet,
        here: Here<'_, '_>,
        look: &Look<'_>,
        _: u64,
        some: &[(u64, Point)],
    ) -> Vec<(String, Option<u64>)> {
        let state = self.state(here, look);
        let one = |(index, (x, y)): &(u64, Point)| {
            let client = state.clients.get(*index as usize)?;
            ring::mark(sheet, look.palette, client, Frame { x: x - 4.5, y: y - 4.5, w: 9.0, h: 9.0 });
            Some((client.name.to_owned(), Some(look.now.since(client.row.gauged).0)))
        };
        some.iter().filter_map(one).collect()
    }

    fn widest_bar(&self, _: Here<'_, '_>) -> f64 {
        strips::BAR
    }

    fn population(&self, here: Here<'_, '_>) -> u64 {
        here.row().map_or(0, |_| u64::from(self.spec.clients))
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        let state = self.state(here, look);
        let (trouble, is_bad) = state.trouble();
        let over = state.is_over.then(|| "the hub has come to its end".to_owned());
        std::iter::once(state.line()).chain(is_bad.then_some(trouble)).chain(over).collect()
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let state = self.state(here, look);
        let label = here.label();
        let all = Row { what: label.to_owned(), says: self.about(here, look).join(", ") };
        let client = |index: usize| {
            let client = state.clients.get(index)?;
            Some(Row { what: format!("{label}, {}", client.name), says: client.lines(look.now).join(", ") })
        };
        let counted = [Stands::Open.word(), "gone"].into_iter().filter_map(|word| {
            let n = state.count(word);
            (n > 0).then(|| Row { what: format!("{label}, {word}"), says: number::count(n) })
        });
        let abnormal = state.abnormal();
        std::iter::once(all).chain(abnormal.into_iter().take(ROWS).filter_map(client)).chain(counted).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), self.about(here, look).join(", ")))
    }

    fn term(&self, here: Here<'_, '_>, _: Option<&crate::scene::Worker<'_>>, row: &StationRow) -> Term {
        match row.kind {
            StationKind::Channel => Term::new(4, "held"),
            // What clients send is there too, until it goes on.
            StationKind::Worker if here.out().next().is_some() => Term::new(5, "at sockets"),
            StationKind::Worker => Term::new(5, "being written"),
            _ => Term::new(3, "at the hub"),
        }
    }

    fn words(&self, here: Here<'_, '_>) -> Option<&'static Words> {
        // Where nothing comes to it, all is not about messages.
        here.into().next().map(|_| &WORDS)
    }

    fn legend(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, edges: (f64, f64), y: f64) -> f64 {
        // Where it stands alone there are no marks of clients.
        if is_stop(here) { edges.0 } else { ring::legend(sheet, look, &self.state(here, look), edges, y) }
    }
}
