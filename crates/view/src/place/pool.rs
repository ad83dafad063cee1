//! A pool: a capsule for each thing that can be taken, with who holds it and for how long; who waits, first at the top, left of a bar;
//! and how much was held lately. Too many of them are a bar with a number, and the five that are held longest.

mod picture;
mod plot;
mod state;

use super::face::{Face, Note, OnPhone, Room, Words, step};
use super::{Here, Term};
use crate::number;
use crate::scene::{Frame, Item, Layout, Look, Plan, first_fit, heading};
use crate::shape::{Ink, Sheet, text_width};
use crate::text::Row;
use millrace_trace::{JobId, Outcome, StationKind, ledger::StationRow};
use picture::{capsule, draw, hatched, level};
use plot::{CAPSULES, LONGEST, Plot, WAITERS};
use state::{Stands, State, Stays};

/// A pool.
#[derive(Debug)]
pub struct Pool;

/// How many letters there is room for beside its bar on a phone.
const ROOM: usize = 12;

/// The width from which on more is of no use where calls go on through it.
const WIDEST: f64 = 704.0;

/// Callers, who ask and are served or refused.
const WORDS: Words =
    Words { came: "asked", gone: "done", ways: &[(Outcome::Completed, "done"), (Outcome::Rejected, "refused")] };

impl Face for Pool {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Pool]
    }

    fn reads(&self) -> &'static str {
        "A capsule for each permit, with who holds it and for how long; who waits stands before it, the next one in front."
    }

    fn room(&self, here: Here<'_, '_>, level: usize) -> Room {
        let width = Room::new(step([260.0, 220.0, 180.0, 130.0], level));
        // Where lanes run through it, they are what there is to see.
        let lanes = here.across().filter_map(|path| here.other(path.from()?)).any(|from| from.face().has_lanes());
        match is_gate(here) {
            false => width.hungry(1.0),
            true if lanes => width,
            true => Room { width: (width.width.0, WIDEST), appetite: 0.5, ..width },
        }
    }

    fn before(&self, _: Here<'_, '_>, level: usize) -> f64 {
        // Who waits for it stands at the door of their lane.
        step([32.0, 24.0, 16.0, 12.0], level)
    }

    fn after(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([30.0, 22.0, 16.0, 12.0], level)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let state = State::of(here);
        let frame = Frame { y: spot.frame.y + 6.0, h: spot.frame.h - 6.0, ..spot.frame };
        let plot = Plot::of(&state, frame, false);
        let line = first_fit(&state.words(), frame.w);
        heading(sheet, look, (frame.x, frame.w), spot.cell, here.label(), &line, state.is_full());
        draw(sheet, here, look, &state, &plot);
    }

    fn on_phone(&self, here: Here<'_, '_>) -> OnPhone {
        // Where lanes run through it, those are what there is to see.
        if is_gate(here) && here.scene.all().any(|other| other.face().has_lanes()) {
            OnPhone::Strip
        } else {
            OnPhone::Main
        }
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let state = State::of(here);
        level(sheet, look, &state, bar);
        let [_, held] = state.words();
        // The bar tells how many are held.
        match state.waiters.len() {
            0 if state.out() > 0 => (format!("{} out", number::count(state.out())), state.is_full()),
            // Bold words take more room than there is.
            0 if state.is_full() => (held.trim_end_matches(" held").to_owned(), true),
            0 if held.len() > ROOM => (held.trim_end_matches(" held").to_owned(), false),
            0 => (held, false),
            waiting => (format!("{} waiting", number::count(waiting as u64)), true),
        }
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &crate::scene::Arrangement) {
        let state = State::of(here);
        draw(sheet, here, look, &state, &Plot::of(&state, all.area, true));
    }

    fn over(&self, here: Here<'_, '_>, _: &crate::scene::Arrangement) -> String {
        let [words, _] = State::of(here).words();
        format!("{}: {words}", here.label())
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let state = State::of(here);
        let plot = match layout {
            Layout::Desk(plan) => {
                let frame = plan.spot(here.index()).frame;
                Plot::of(&state, Frame { y: frame.y + 6.0, h: frame.h - 6.0, ..frame }, false)
            }
            Layout::Phone(all) if all.main == here.index() => Plot::of(&state, all.area, true),
            _ => return super::face::itself(self.about(here, look), here, layout),
        };
        let holders = state.holders.iter().take(plot.shown()).enumerate().map(|(index, holder)| {
            let held = vec![format!("held for {}", State::for_ms(look, holder))];
            let weight = state.weight(holder).into_iter().collect();
            Item::new(plot.capsule(index), title(holder.job), [held, weight, lines(here, holder.job)].concat())
        });
        let all: Vec<Item> = holders.chain(waiters(here, look, &state, &plot)).collect();
        // One that nobody uses can be pointed at too.
        if all.is_empty() { super::face::itself(self.about(here, look), here, layout) } else { all }
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        let [words, _] = State::of(here).words();
        let most = here.row().map(|row| format!("at most {} waiting", number::count(row.levels.waiting_peak)));
        [Some(words), most].into_iter().flatten().collect()
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let state = State::of(here);
        let label = here.label();
        let [words, _] = state.words();
        let all = Row { what: label.to_owned(), says: words };
        let holder = |holder: &Stays| Row { what: format!("{label}, holder"), says: said(&state, look, holder, None) };
        let shown = if state.whole as usize > CAPSULES { LONGEST } else { CAPSULES };
        let holders = state.holders.iter().take(shown).map(holder);
        std::iter::once(all).chain(holders).chain(waiting_rows(here, look)).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, _: &Look<'_>) -> Option<String> {
        let [words, _] = State::of(here).words();
        Some(format!("{}: {words}", here.label()))
    }

    fn terms(&self, here: Here<'_, '_>, row: &StationRow) -> Option<[(Term, u64); 2]> {
        let own = here.id() != millrace_trace::StationId::NONE;
        own.then(|| [(Term::HOLDING, row.levels.in_service), (Term::WAITING, row.levels.waiting())])
    }

    fn words(&self, here: Here<'_, '_>) -> Option<&'static Words> {
        (!is_gate(here)).then_some(&WORDS)
    }

    fn legend(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, edges: (f64, f64), y: f64) -> f64 {
        let p = look.palette;
        let (mut x, limit) = edges;
        let out = State::of(here).out() > 0;
        let all = [("held", Stands::Held), ("free", Stands::Free), ("out", Stands::Out)];
        for (word, stands) in all.into_iter().filter(|(_, stands)| out || *stands != Stands::Out) {
            if x + 24.0 + text_width(word, 11.0, false) > limit {
                return x;
            }
            capsule(sheet, look, Frame { x, y: y - 6.0, w: 20.0, h: 12.0 }, stands);
            sheet.text((x + 25.0, y + 4.0), word, Ink::new(p.ink_2));
            x += 41.0 + text_width(word, 11.0, false);
        }
        let weight = text_width("weight", 11.0, false);
        let state = State::of(here);
        if state.weighs() && !state.is_lock && x + 22.0 + weight <= limit {
            sheet.boxes(
                [0.0, 8.0].map(|more| [x + more, y - 4.0, 7.0, 8.0].map(|x| x as f32)).into(),
                Some(p.queued),
                None,
            );
            sheet.text((x + 20.0, y + 4.0), "weight", Ink::new(p.ink_2));
            x += 36.0 + weight;
        }
        if x + 16.0 + text_width("waits", 11.0, false) <= limit {
            hatched(sheet, look, vec![[x, y - 4.0, 16.0, 8.0].map(|x| x as f32)]);
            sheet.text((x + 21.0, y + 4.0), "waits", Ink::new(p.ink_2));
            x += 37.0 + text_width("waits", 11.0, false);
        }
        x
    }
}

/// One who holds or waits, in the text alternative.
fn said(state: &State, look: &Look<'_>, stays: &Stays, more: Option<String>) -> String {
    let first = format!("{} for {}", title(stays.job), State::for_ms(look, stays));
    std::iter::once(first).chain(state.weight(stays)).chain(more).collect::<Vec<_>>().join(", ")
}

/// Those who wait, as they stand in a picture.
fn waiters(here: Here<'_, '_>, look: &Look<'_>, state: &State, plot: &Plot) -> Vec<Item> {
    let waiting = state.waiters.len();
    let item = |(index, waiter): (usize, &Stays)| {
        let frame = plot.row(index, waiting)?;
        let before = match index {
            0 => "next".to_owned(),
            n => format!("{} before it", number::count(n as u64)),
        };
        let waits = vec![format!("waiting for {}", State::for_ms(look, waiter)), before];
        let weight = state.weight(waiter).into_iter().chain(state.says(index).map(|(says, _)| says)).collect();
        Some(Item::new(frame, title(waiter.job), [waits, weight, lines(here, waiter.job)].concat()))
    };
    state.waiters.iter().enumerate().filter_map(item).collect()
}

/// Draws those who wait for something of a pool, for another place that shows one.
pub(super) fn line(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame) {
    picture::waiters(sheet, look, &State::of(here), &Plot::line(frame));
}

/// The same as what can be pointed at.
pub(super) fn waiting(here: Here<'_, '_>, look: &Look<'_>, frame: Frame) -> Vec<Item> {
    waiters(here, look, &State::of(here), &Plot::line(frame))
}

/// The same in the text alternative.
pub(super) fn waiting_rows(here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
    let state = State::of(here);
    let row = |(index, waiter): (usize, &Stays)| Row {
        what: format!("{}, waiting {}", here.label(), index + 1),
        says: said(&state, look, waiter, state.says(index).map(|(says, _)| says)),
    };
    state.waiters.iter().take(WAITERS).enumerate().map(row).collect()
}

/// Whether calls go through it to somewhere else, rather than jobs coming to stay.
fn is_gate(here: Here<'_, '_>) -> bool {
    here.across().next().is_some()
}

fn title(job: JobId) -> String {
    format!("#{}", number::count(u64::from(job.number())))
}

/// The line at which the task of a job waits, where a worker has it in hand.
fn lines(here: Here<'_, '_>, job: JobId) -> Vec<String> {
    let worker = here.scene.ledger.stations_with_ids().find(|(_, row)| row.in_hand == Some(job));
    worker.and_then(|(id, _)| crate::scene::item::waits_at(here.scene, id)).into_iter().collect()
}
