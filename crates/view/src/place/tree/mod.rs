//! Contexts: the tree in which each was made from another, with the way that a cancellation took, and beside it the work under each as a
//! bar over time. Where there is no room for the tree its rows are all: they step in as it branches.

mod nodes;
mod plot;
mod spans;
mod state;

use super::face::{Face, OnPhone, Room, Words, step};
use super::{Here, Term};
use crate::number;
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Worker, heading};
use crate::shape::{Ink, Sheet, bold_width, cut, text_width};
use crate::text::Row;
use millrace_analysis::Prefix;
use millrace_spec as spec;
use millrace_trace::{Outcome, StationKind, ledger::StationRow};
use plot::Plot;
use spans::Rows;
use state::{How, State};

/// Contexts.
#[derive(Debug)]
pub struct Tree<'a> {
    pub spec: &'a spec::Tree,
}

const WORDS: Words = Words {
    came: "begun",
    gone: "over",
    ways: &[
        (Outcome::Completed, "done"),
        (Outcome::Failed, "failed"),
        (Outcome::TimedOut, "out of time"),
        (Outcome::Cancelled, "cancelled"),
    ],
};

/// The width from which on there is a tree beside the spans, and its share.
const BOTH: f64 = 560.0;
const SHARE: f64 = 0.54;
const GAP: f64 = 24.0;
/// The most rows in the text alternative.
const MOST: usize = 200;

/// Where the tree stands, if it does, and the rows.
fn parts(frame: Frame, state: &State<'_>) -> (Option<(Frame, Plot)>, Frame) {
    let tree = Frame { y: frame.y + 4.0, w: (frame.w - GAP) * SHARE, h: frame.h - 4.0, ..frame };
    match Plot::of(tree, state).filter(|_| frame.w >= BOTH) {
        Some(plot) => {
            let x = tree.right() + GAP;
            let rows = Frame { x, y: frame.y + 4.0, w: frame.right() - x, h: frame.h - 4.0 };
            (Some((tree, plot)), rows)
        }
        None => (None, Frame { y: frame.y + 4.0, h: frame.h - 4.0, ..frame }),
    }
}

/// Where the rows stand on a phone.
fn on_phone(all: &Arrangement) -> Frame {
    Frame { y: all.area.y + 44.0, h: all.area.h - 58.0, ..all.area }
}

impl Tree<'_> {
    /// What is left, with its words, and whether it is to be put right.
    fn left(&self, here: Here<'_, '_>) -> Option<(u64, &'static str, bool)> {
        let (station, gauge, [one, several]) = self.spec.left.as_ref()?;
        let (_, row) = here.scene.station(station)?;
        let left = row.gauge(*gauge).max(0) as u64;
        Some((left, if left == 1 { one } else { several }, left > 0 && row.levels.present == 0))
    }

    /// The number that all is about, with its words in two lines, ending at a right edge.
    fn draw_left(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, (right, base): (f64, f64)) -> f64 {
        let p = look.palette;
        let Some((left, words, is_bad)) = self.left(here) else { return right };
        let (first, second) = halves(words);
        let width = text_width(first, 11.0, false).max(text_width(second, 11.0, false));
        let number = number::count(left);
        let ink = if is_bad { p.server_ink } else { p.ink };
        sheet.text((right - width, base - 11.0), first, Ink::new(p.ink_2));
        sheet.text((right - width, base + 1.0), second, Ink::new(p.ink_2));
        sheet.text((right - width - 7.0, base), number.clone(), Ink::new(ink).size(24.0).bold().end());
        right - width - 7.0 - bold_width(&number, 24.0) - 10.0
    }
}

/// Some words in two lines, as alike as can be.
fn halves(words: &str) -> (&str, &str) {
    let middle = words.len() / 2;
    let spaces = words.char_indices().filter(|(_, c)| *c == ' ').map(|(at, _)| at);
    let at = spaces.min_by_key(|at| at.abs_diff(middle));
    at.and_then(|at| words.split_at_checked(at)).map_or((words, ""), |(first, second)| (first, second.trim_start()))
}

/// "4 contexts: 2 open, 2 ended"
fn counted(state: &State<'_>) -> String {
    let (open, ended, late) = state.counts();
    let all = match open + ended {
        1 => "1 context".to_owned(),
        all => format!("{} contexts", number::count(all)),
    };
    let late = match late {
        0 => String::new(),
        1 => ", of one of which the work goes on".to_owned(),
        late => format!(", of {} of which the work goes on", number::count(late)),
    };
    format!("{all}: {} open, {} ended{late}", number::count(open), number::count(ended))
}

impl Face for Tree<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Crew]
    }

    fn reads(&self) -> &'static str {
        "Each context stands under the one it was made from; the numbers on the edges say in which order a cancellation came down. Beside it the work under each, hatched where it goes on after the end."
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        Room { head: 44.0, ..Room::new(step([760.0, 620.0, 480.0, 400.0], level)).hungry(1.0) }
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let p = look.palette;
        let spot = plan.spot(here.index());
        let state = State::of(here);
        let (tree, rows) = parts(spot.frame, &state);
        let spans = "since the start; a tick is a deadline";
        let (open, ended, _) = state.counts();
        let line = format!("{} open, {} ended", number::count(open), number::count(ended));
        match &tree {
            Some((area, plot)) => {
                let right = self.draw_left(sheet, here, look, (area.right(), spot.cell.y + 28.0));
                heading(sheet, look, (area.x, right - area.x), spot.cell, here.label(), &line, false);
                heading(sheet, look, (rows.x, rows.w), spot.cell, "Spans", spans, false);
                let middle = crate::shape::crisp(area.right() + GAP / 2.0);
                sheet.line((middle, spot.frame.y), (middle, spot.frame.bottom()), p.line, 1.0);
                nodes::draw(sheet, look, &state, plot);
            }
            None => {
                let right = self.draw_left(sheet, here, look, (rows.right(), spot.cell.y + 28.0));
                heading(
                    sheet,
                    look,
                    (rows.x, right - rows.x),
                    spot.cell,
                    here.label(),
                    &format!("{line}, {spans}"),
                    false,
                );
            }
        }
        spans::draw(sheet, look, &state, &Rows::of(rows, &state, false));
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Whole
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &Arrangement) {
        let p = look.palette;
        let state = State::of(here);
        let (open, ended, _) = state.counts();
        let right = self.draw_left(sheet, here, look, (all.area.right(), all.area.y + 31.0));
        let room = right - all.area.x;
        sheet.text(
            (all.area.x, all.area.y + 18.0),
            cut(here.label(), room, 12.0, false),
            Ink::new(p.ink).size(12.0).bold(),
        );
        let line = format!("{} open, {} ended", number::count(open), number::count(ended));
        sheet.text((all.area.x, all.area.y + 33.0), cut(&line, room, 11.0, false), Ink::new(p.ink_3));
        spans::draw(sheet, look, &state, &Rows::of(on_phone(all), &state, true));
        if !crate::scene::conservation(here.scene).1 {
            let text = crate::scene::short_conservation(here.scene).0;
            sheet.text((all.area.x, all.area.bottom() - 4.0), text, Ink::new(p.server_ink).bold());
        }
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let state = State::of(here);
        let (plot, area, small) = match layout {
            Layout::Desk(plan) => {
                let (tree, rows) = parts(plan.spot(here.index()).frame, &state);
                (tree.map(|(_, plot)| plot), rows, false)
            }
            Layout::Phone(all) => (None, on_phone(all), true),
            Layout::Strips(_) => return super::face::itself(self.about(here, look), here, layout),
        };
        let rows = Rows::of(area, &state, small);
        let item = |frame: Frame, of: usize| {
            let context = state.all.get(of)?;
            Some(Item::new(frame, context.name.to_owned(), state.about(here, look, context)).of(context.id))
        };
        let items: Vec<Item> = match plot {
            Some(plot) => {
                let one = plot.nodes.iter().filter(|node| node.times == 1);
                one.filter_map(|node| item(node.frame, node.of)).collect()
            }
            None => rows.each().filter_map(|(of, frame)| item(frame, of)).collect(),
        };
        if items.is_empty() { super::face::itself(self.about(here, look), here, layout) } else { items }
    }

    fn at(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, (x, y): (f64, f64)) -> Option<Item> {
        // Beside the tree the rows are the same contexts once more: a pointer reads them there too.
        let Layout::Desk(plan) = layout else { return None };
        let state = State::of(here);
        let (tree, area) = parts(plan.spot(here.index()).frame, &state);
        tree.filter(|_| x >= area.x && x < area.right())?;
        let rows = Rows::of(area, &state, false);
        let (of, row) = rows.each().find(|(_, row)| y >= row.y && y < row.bottom())?;
        let context = state.all.get(of)?;
        Some(Item::new(row, context.name.to_owned(), state.about(here, look, context)).of(context.id))
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        let left = self.left(here).map(|(left, words, _)| format!("{} {words}", number::count(left)));
        std::iter::once(counted(&State::of(here))).chain(left).collect()
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let state = State::of(here);
        let row = |context: &state::Context<'_>| {
            let above = context.parent.and_then(|parent| state.all.get(parent));
            let above = above.map_or_else(|| "at the top".to_owned(), |above| format!("below {}", above.name));
            let about = state.about(here, look, context).join(", ");
            Row { what: format!("{}, {}", here.label(), context.name), says: format!("{above}, {about}") }
        };
        let first = Row { what: here.label().to_owned(), says: self.about(here, look).join(", ") };
        std::iter::once(first).chain(state.all.iter().take(MOST).map(row)).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), self.about(here, look).join(", ")))
    }

    fn story(&self, here: Here<'_, '_>, _: &Prefix<'_>) -> Option<String> {
        let state = State::of(here);
        // Each end that came from outside or by the clock, with how many it reached.
        let began = state.all.iter().filter(|one| {
            one.order == 1 && !matches!(one.state, spec::ContextState::Done | spec::ContextState::Failed)
        });
        let told = began.map(|one| {
            let with =
                state.all.iter().filter(|other| state.cause(other).is_some_and(|cause| cause.id == one.id)).count();
            let at = number::moment(one.ended.unwrap_or(one.row.opened).0);
            let how =
                if one.state == spec::ContextState::DeadlineExceeded { "was out of time" } else { "was cancelled" };
            let with = match with {
                0 => String::new(),
                n => format!(", and with it {} below it", number::count(n as u64)),
            };
            format!("{} {how} at {at}{with}.", one.name)
        });
        let told: Vec<String> = told.take(6).collect();
        (!told.is_empty()).then(|| told.join(" "))
    }

    fn words(&self, _: Here<'_, '_>) -> Option<&'static Words> {
        Some(&WORDS)
    }

    fn term(&self, _: Here<'_, '_>, _: Option<&Worker<'_>>, _: &StationRow) -> Term {
        Term::new(3, "at work")
    }

    fn legend(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, (left, right): (f64, f64), y: f64) -> f64 {
        let p = look.palette;
        let state = State::of(here);
        let always =
            [(How::Open, "open"), (How::Done, "ended"), (How::Deadline, "deadline"), (How::Cancelled, "cancelled")];
        let some = [(How::Failed, "error"), (How::Leaked, "nobody ends it")];
        let some = some.into_iter().filter(|(how, _)| state.all.iter().any(|one| one.how == *how));
        let mut x = left;
        for (how, word) in always.into_iter().chain(some) {
            let w = 22.0 + text_width(word, 11.0, false);
            if x + w > right {
                return x;
            }
            nodes::mark(sheet, (x + 4.0, y), how, look);
            sheet.text((x + 12.0, y + 4.0), word, Ink::new(p.ink_2));
            x += w;
        }
        let word = "after the end";
        if x + 24.0 + text_width(word, 11.0, false) <= right {
            sheet.hatch(vec![[x as f32, (y - 5.0) as f32, 14.0, 10.0]], p.blocked, 4.0);
            sheet.frame((x, y - 5.0), (14.0, 10.0), 0.0, None, p.blocked, 1.0);
            sheet.text((x + 19.0, y + 4.0), word, Ink::new(p.ink_2));
            x += 34.0 + text_width(word, 11.0, false);
        }
        x
    }
}
