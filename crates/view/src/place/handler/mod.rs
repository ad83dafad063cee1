//! A handler of requests: its breaker, how many are under way below the limit and the threshold, how healthy the process is, and what the last ones were told.

mod picture;
mod state;

use super::face::{Face, Note, OnPhone, Room, step};
use super::{Here, Term};
use crate::number;
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, glyph, heading};
use crate::shape::{Ink, Sheet, text_width};
use millrace_analysis::Prefix;
use millrace_spec as spec;
use millrace_trace::{StationKind, ledger::StationRow};
use picture::Plot;
use state::State;

/// A handler of requests.
#[derive(Debug)]
pub struct Handler<'a> {
    /// How it was wired.
    pub spec: &'a spec::Handler,
}

impl Handler<'_> {
    fn state<'a>(&'a self, here: Here<'_, 'a>) -> State<'a> {
        State::of(self.spec, here)
    }

    fn area(here: Here<'_, '_>, layout: &Layout) -> Option<Frame> {
        match layout {
            Layout::Desk(plan) => Some(plan.spot(here.index()).frame),
            Layout::Phone(all) if all.main == here.index() => Some(all.area),
            _ => None,
        }
    }
}

impl Face for Handler<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Crew]
    }

    fn reads(&self) -> &'static str {
        "While the process is gone it says that it is down, and nothing else. The contact is that of the breaker. The bar is how many are under way, with a tick at the limit and a dashed one where answers begin to say that the service is degraded. Below \
         are the last answers, the newest on the right."
    }

    fn story(&self, here: Here<'_, '_>, _: &Prefix<'_>) -> Option<String> {
        let state = self.state(here);
        (state.down.is_some() || state.is_used()).then(|| format!("{}: {}.", here.label(), state.says().join("; ")))
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        let least = step([200.0, 180.0, 150.0, 112.0], level);
        let high = step([330.0, 250.0, 180.0, 150.0], level);
        Room { width: (least, 340.0), appetite: 2.0, ..Room::new(least).high(high, f64::INFINITY) }
    }

    /// Beside the bar: what goes on from here is what is under way.
    fn port(&self, _: Here<'_, '_>, frame: Frame) -> f64 {
        frame.y + (frame.h / 2.0).min(60.0)
    }

    fn before(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([24.0, 18.0, 14.0, 10.0], level)
    }

    fn after(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([28.0, 20.0, 15.0, 10.0], level)
    }

    /// Straight on, wherever that is.
    fn port_towards(&self, _: Here<'_, '_>, frame: Frame, y: f64) -> f64 {
        y.clamp(frame.y + 8.0, (frame.bottom() - 8.0).max(frame.y + 8.0))
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let (spot, state) = (plan.spot(here.index()), self.state(here));
        let line = if self.spec.installed { "in the router" } else { "in no router" };
        heading(sheet, look, (spot.frame.x, spot.frame.w), spot.cell, here.label(), line, false);
        if let Some(down) = state.down {
            let at = (spot.frame.right(), spot.cell.y + 17.0);
            sheet.text(at, down, Ink::new(look.palette.server_ink).bold().end());
        }
        picture::boxed(sheet, here, look, &state, spot.frame);
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Main
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let state = self.state(here);
        picture::bar(sheet, look, &state, bar);
        (state.load(), state.down.is_some() || state.is_full())
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &Arrangement) {
        picture::boxed(sheet, here, look, &self.state(here), all.area);
    }

    fn over(&self, here: Here<'_, '_>, _: &Arrangement) -> String {
        let state = self.state(here);
        let gap = if state.down.is_some() { "" } else { " under way" };
        format!("{}: {}{gap}", here.label(), state.load())
    }

    fn parts(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, _: &Item) -> Vec<Item> {
        let Some(area) = Handler::area(here, layout) else { return Vec::new() };
        let state = self.state(here);
        if !state.instead().is_empty() {
            return Vec::new();
        }
        let Some(row) = Plot::of(picture::inside(area), &state).answers else { return Vec::new() };
        let told = state.answers.iter().enumerate();
        told.map(|(index, answer)| {
            let (title, lines) = state::told(here, look, *answer);
            Item::new(picture::cell(row, index, state.answers.len()), title, lines)
        })
        .collect()
    }

    fn at(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, at: (f64, f64)) -> Option<Item> {
        let inside = |item: &Item| {
            let f = item.frame;
            at.0 >= f.x - 1.0 && at.0 <= f.right() + 1.0 && at.1 >= f.y - 3.0 && at.1 <= f.bottom() + 3.0
        };
        let itself = Item::new(Frame { x: 0.0, y: 0.0, w: 0.0, h: 0.0 }, String::new(), Vec::new());
        self.parts(here, look, layout, &itself).into_iter().find(inside)
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        self.state(here).says()
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), self.state(here).says().join(", ")))
    }

    fn term(&self, here: Here<'_, '_>, _: Option<&crate::scene::Worker<'_>>, row: &StationRow) -> Term {
        match here.scene.name(row) {
            name if name == self.spec.unanswered => Term::new(7, "never told"),
            _ => Term::RUNNING,
        }
    }

    fn legend(&self, sheet: &mut Sheet, _: Here<'_, '_>, look: &Look<'_>, (left, right): (f64, f64), y: f64) -> f64 {
        let mut x = left;
        for (status, word) in [(429, "429"), (503, "503"), (504, "504")] {
            let wide = 26.0 + text_width(word, 11.0, false);
            if x + wide > right {
                return x;
            }
            glyph::job(sheet, (x + 4.0, y), 3.2, state::sort(status), look.palette);
            sheet.text((x + 12.0, y + 4.0), word, Ink::new(look.palette.ink_2));
            x += wide;
        }
        x
    }
}

/// "200 of 200"
fn of(n: u64, most: u64) -> String {
    format!("{} of {}", number::count(n), number::count(most))
}
