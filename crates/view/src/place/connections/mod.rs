//! Connections that are lent: those who wait for one, a row for each with who has it and for how long, the link that it is, and the server that it holds a
//! slot of. What was closed stays in its row with why, until another takes its place. Too many for a row each are links, cells or a bar.

mod many;
mod plot;
mod rows;
mod sides;
mod state;

use super::face::{Face, Note, OnPhone, Room, Words, step};
use super::{Here, Term, pool};
use crate::number;
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Raster, first_fit, heading, strips};
use crate::shape::{Ink, Point, Sheet, text_width};
use crate::text::Row;
use many::Many;
use millrace_analysis::Prefix;
use millrace_spec::{self as spec, Closing, ConnectionState};
use millrace_trace::{Outcome, StationKind, ledger::StationRow};
use plot::Plot;
use state::{G, Lent, State};

/// Connections.
#[derive(Debug)]
pub struct Connections<'a> {
    /// What they are to be.
    pub spec: &'a spec::Connections,
}

/// Callers, who ask and are answered.
const WORDS: Words = Words {
    came: "asked",
    gone: "done",
    ways: &[(Outcome::Completed, "answered"), (Outcome::Rejected, "gave up"), (Outcome::TimedOut, "timed out")],
};
/// The most rows in the text alternative.
const ROWS: usize = 50;
/// As one place among many it is no wider than this.
const SMALL: f64 = 190.0;

impl Connections<'_> {
    fn plot(&self, frame: Frame, small: bool) -> Plot {
        Plot::of(frame, self.spec.open as usize, self.spec.statements > 0 || self.spec.commands, small)
    }

    /// Where so many that each is not a row are drawn.
    fn many(&self, here: Here<'_, '_>, layout: &Layout) -> Option<Frame> {
        match layout {
            Layout::Desk(plan) if plan.spot(here.index()).frame.w < many::LEAST => {
                Some(many::inside(plan.spot(here.index()).frame))
            }
            _ => {
                let (area, small) = Connections::area(here, layout)?;
                self.plot(area, small).cells
            }
        }
    }

    /// Where it is drawn, and whether on a phone.
    fn area(here: Here<'_, '_>, layout: &Layout) -> Option<(Frame, bool)> {
        match layout {
            Layout::Desk(plan) => Some((plan.spot(here.index()).frame, false)),
            Layout::Phone(all) if all.main == here.index() => Some((on_phone(all), true)),
            _ => None,
        }
    }

    fn body(
        &self,
        sheet: &mut Sheet,
        here: Here<'_, '_>,
        look: &Look<'_>,
        state: &State<'_>,
        plot: &Plot,
        head: Option<f64>,
    ) {
        sides::server(sheet, here, look, self.spec, state, plot, head);
        match plot.cells {
            Some(frame) => many::draw(sheet, look, state, frame),
            None => rows::draw(sheet, here.scene, look, self.spec, state, plot),
        }
    }

    /// Whether it has little room.
    fn is_small(&self, here: Here<'_, '_>, layout: &Layout) -> bool {
        matches!(layout, Layout::Desk(plan) if plan.spot(here.index()).frame.w < many::LEAST)
    }

    fn item(&self, lent: &Lent<'_>, look: &Look<'_>, frame: Frame) -> Item {
        Item::new(frame, lent.name(), lent.lines(self.spec, look.now)).of(lent.station)
    }
}

/// The area on a phone: below the heads of the columns.
fn on_phone(all: &Arrangement) -> Frame {
    Frame { y: all.area.y + 10.0, h: all.area.h - 10.0, ..all.area }
}

impl Face for Connections<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Pool]
    }

    fn reads(&self) -> &'static str {
        "A row for each connection: who has it, its age up to its lifetime, what it did lately, and its link to a slot of the server; who waits for one stands on the left."
    }

    fn story(&self, here: Here<'_, '_>, _: &Prefix<'_>) -> Option<String> {
        let state = State::of(self.spec, here);
        let told = state.churn_words();
        let never = self.spec.idle_time_never_acts().then(|| {
            let Connections { spec } = self;
            format!(" The idle time of {} never acts: the lifetime of {} is shorter.", spec.idle_time, spec.lifetime)
        });
        let never = never.unwrap_or_default();
        (state.gauge(G.opened) > 0).then(|| format!("{}: {}.{never}", here.label(), told.join(", ")))
    }

    fn room(&self, here: Here<'_, '_>, level: usize) -> Room {
        if many::is_small(here) {
            let room = Room::new(step([150.0, 138.0, 126.0, 112.0], level)).hungry(0.5).high(80.0, 240.0);
            return Room { width: (room.width.0, SMALL), head: 0.0, foot: 0.0, ..room };
        }
        Room::new(step([700.0, 560.0, 480.0, 400.0], level)).hungry(1.0)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let state = State::of(self.spec, here);
        if spot.frame.w < many::LEAST {
            return many::small(sheet, here, look, self.spec, &state, spot.frame);
        }
        let plot = self.plot(spot.frame, false);
        if let Some(side) = plot.side {
            let line = format!("{} now, at most {}", number::count(state.waiting()), self.most_waiting(here));
            heading(sheet, look, (side.x, side.w), spot.cell, "Waiters", &line, state.waiting() > 0);
            pool::line(sheet, here, look, sides::line_of(side, &state));
            sides::churn(sheet, look, &state, side);
        }
        let base = spot.cell.y + 17.0;
        sheet.text((plot.left, base), here.label(), Ink::new(look.palette.ink).size(12.0).bold());
        let dense = plot.cells.map(|frame| Many::of(state.open as usize, state.leaked().count(), frame));
        let dense = dense.map(|many| format!("{}, {}", state.line(), many.density()));
        let texts = [state.line(), format!("{} of {} open", state.taken(), state.open)];
        let (x, texts) = (plot.left + 44.0, dense.into_iter().chain(texts).collect::<Vec<_>>());
        let ink = if state.is_full() { Ink::new(look.palette.blocked_ink) } else { Ink::new(look.palette.ink_3) };
        sheet.text((x, base), first_fit(&texts, plot.box_left - x - 8.0), ink);
        self.body(sheet, here, look, &state, &plot, Some(base));
    }

    fn on_phone(&self, here: Here<'_, '_>) -> OnPhone {
        if many::is_small(here) { OnPhone::Strip } else { OnPhone::Main }
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let state = State::of(self.spec, here);
        many::strip(sheet, look, &state, bar);
        (format!("{} of {} in use", state.count("in use"), state.open), state.is_full())
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &Arrangement) {
        let state = State::of(self.spec, here);
        let frame = on_phone(all);
        self.body(sheet, here, look, &state, &self.plot(frame, true), None);
    }

    fn over(&self, here: Here<'_, '_>, _: &Arrangement) -> String {
        let state = State::of(self.spec, here);
        format!("{}: {}", here.label(), state.line())
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let state = State::of(self.spec, here);
        let Some((area, small)) = Connections::area(here, layout) else {
            return super::face::itself(self.about(here, look), here, layout);
        };
        let plot = self.plot(area, small);
        let mut all: Vec<Item> = match self.many(here, layout) {
            None => {
                state.places.iter().enumerate().map(|(index, lent)| self.item(lent, look, plot.row(index))).collect()
            }
            // Of many those can be walked through that will never come back; the others can be pointed at.
            Some(frame) => {
                let many = Many::of(state.open as usize, state.leaked().count(), frame);
                let those = state.places.iter().enumerate();
                let those = those.filter(|(_, lent)| lent.stands == ConnectionState::Leaked);
                let item = |(index, lent)| Some(self.item(lent, look, many.at(index, frame)?));
                those.take(ROWS).filter_map(item).collect()
            }
        };
        if self.is_small(here, layout) {
            // Who waits is told in a number.
            return if all.is_empty() { super::face::itself(self.about(here, look), here, layout) } else { all };
        }
        if let Some(side) = plot.side {
            all.extend(pool::waiting(here, look, sides::line_of(side, &state)));
        }
        if all.is_empty() { super::face::itself(self.about(here, look), here, layout) } else { all }
    }

    fn at(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, (x, y): (f64, f64)) -> Option<Item> {
        let frame = self.many(here, layout)?;
        let state = State::of(self.spec, here);
        let many = Many::of(state.open as usize, state.leaked().count(), frame);
        if matches!(many, Many::Cells(_)) {
            return None;
        }
        let inside = |at: &Frame| (at.x..at.right()).contains(&x) && (at.y..at.bottom()).contains(&y);
        let all = state.places.iter().enumerate();
        let mut under = all.filter_map(|(index, lent)| Some((many.at(index, frame).filter(inside)?, lent)));
        under.next().map(|(at, lent)| self.item(lent, look, at))
    }

    fn cells(&self, here: Here<'_, '_>, _: &Look<'_>, layout: &Layout) -> Option<Raster> {
        let frame = self.many(here, layout)?;
        let state = State::of(self.spec, here);
        match Many::of(state.open as usize, state.leaked().count(), frame) {
            Many::Cells(raster) => Some(raster.holding(state.places.len() as u64)).filter(|raster| raster.n > 0),
            _ => None,
        }
    }

    fn cell(&self, here: Here<'_, '_>, look: &Look<'_>, raster: &Raster, index: u64) -> Option<Item> {
        let state = State::of(self.spec, here);
        state.places.get(index as usize).map(|lent| self.item(lent, look, raster.cell(index)))
    }

    fn magnified(
        &self,
        sheet: &mut Sheet,
        here: Here<'_, '_>,
        look: &Look<'_>,
        _: u64,
        some: &[(u64, Point)],
    ) -> Vec<(String, Option<u64>)> {
        let state = State::of(self.spec, here);
        let one = |(index, at): &(u64, Point)| {
            let lent = state.places.get(*index as usize)?;
            rows::mark(sheet, look.palette, lent.stands, at.0, at.1);
            Some((lent.name(), Some(look.now.since(lent.row.state_since).0)))
        };
        some.iter().filter_map(one).collect()
    }

    fn widest_bar(&self, _: Here<'_, '_>) -> f64 {
        strips::BAR
    }

    fn population(&self, _: Here<'_, '_>) -> u64 {
        self.spec.open.into()
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        let state = State::of(self.spec, here);
        vec![state.line(), state.churn_words().join(", "), format!("the server: {}", state.slots_line())]
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let state = State::of(self.spec, here);
        let label = here.label();
        let all = Row { what: label.to_owned(), says: self.about(here, look).join("; ") };
        // Above so many only those that nobody expects.
        let few = state.places.len() <= ROWS;
        let told = state.places.iter().filter(|lent| few || lent.stands == ConnectionState::Leaked).take(ROWS);
        let row = |lent: &Lent<'_>| Row {
            what: format!("{label}, {}", lent.name()),
            says: lent.lines(self.spec, look.now).join(", "),
        };
        let waiters = pool::waiting_rows(here, look);
        std::iter::once(all).chain(told.map(row)).chain(waiters).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), self.about(here, look).join("; ")))
    }

    fn term(&self, _: Here<'_, '_>, _: Option<&crate::scene::Worker<'_>>, row: &StationRow) -> Term {
        match row.kind {
            StationKind::Worker => Term::new(5, "getting ready"),
            // Those for which another of their batch has the connection, or waits for one.
            StationKind::Crew => Term::new(8, "with their batch"),
            _ => Term::WAITING,
        }
    }

    fn words(&self, _: Here<'_, '_>) -> Option<&'static Words> {
        Some(&WORDS)
    }

    fn legend(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, (left, right): (f64, f64), y: f64) -> f64 {
        let p = look.palette;
        let state = State::of(self.spec, here);
        let all = [
            ConnectionState::InUse,
            ConnectionState::Idle,
            ConnectionState::Opening,
            ConnectionState::Closing(Closing::IdleLimit),
            ConnectionState::Closed(Closing::IdleLimit),
            ConnectionState::Leaked,
        ];
        let mut x = left;
        for stands in all {
            let word = match stands {
                ConnectionState::Closing(_) => "closing",
                ConnectionState::Closed(_) => "closed",
                other => other.word(),
            };
            let n = state.count(word);
            if stands == ConnectionState::Leaked && n == 0 {
                continue;
            }
            let text = format!("{word} {}", number::count(n));
            let w = text_width(&text, 11.0, false);
            if x + 14.0 + w > right {
                return x;
            }
            rows::mark(sheet, p, stands, x + 4.0, y);
            sheet.text((x + 13.0, y + 4.0), text, Ink::new(p.ink_2));
            x += 27.0 + w;
        }
        x
    }
}

impl Connections<'_> {
    fn most_waiting(&self, here: Here<'_, '_>) -> String {
        number::count(here.row().map_or(0, |row| row.levels.waiting_peak))
    }
}
