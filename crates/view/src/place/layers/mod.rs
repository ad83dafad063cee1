//! Policies round a call, as a stack from the outside in: what came to each, passed it, was ended by it, and what it added; and last the server
//! that they are round. A layer can be moved where one can move it: it and the list that has the order are one value.

mod picture;
mod plot;
mod state;

use super::Here;
use super::face::{Face, OnPhone, Room, Words, step};
use crate::number;
use crate::place::Condition;
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Worker, heading};
use crate::shape::{Ink, Sheet, bold_width, cut, text_width};
use crate::text::Row;
use millrace_spec::{self as spec, LayerCounts, Policy};
use millrace_trace::{Outcome, StationKind, ledger::StationRow};
use plot::{GRIP, PICTURE, Plot, columns, phone, rows_of};
use state::{Layer, State, added};

/// Layers round a call.
#[derive(Debug)]
pub struct Layers<'a> {
    pub spec: &'a spec::Layers,
}

const WORDS: Words = Words {
    came: "sent",
    gone: "done",
    ways: &[
        (Outcome::Completed, "answered"),
        (Outcome::Failed, "failed"),
        (Outcome::TimedOut, "cut off"),
        (Outcome::Rejected, "refused"),
        (Outcome::Substituted, "by the fallback"),
    ],
};

/// The position of a layer in words: "layer 3 of 7, inside timeout 2 s, outside breaker 5".
pub fn position(policies: &[Policy], index: usize) -> String {
    let of =
        |index: Option<usize>| index.and_then(|index| policies.get(index)).map(|policy| policy.label().to_lowercase());
    let inside = of(index.checked_sub(1)).map_or(String::new(), |outer| format!(", inside {outer}"));
    let outside = of(Some(index + 1)).map_or(String::new(), |inner| format!(", outside {inner}"));
    format!("layer {} of {}{inside}{outside}", index + 1, policies.len())
}

impl Face for Layers<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Crew]
    }

    fn reads(&self) -> &'static str {
        "The outermost layer is at the top: a call goes down through all of them to the server; in is what passed, was refused, and is inside."
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        let room = Room::new(step([640.0, 560.0, 480.0, 400.0], level));
        Room { width: (room.width.0, 720.0), appetite: 1.0, head: 40.0, ..room }
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let p = look.palette;
        let spot = plan.spot(here.index());
        let state = State::of(here, self.spec);
        let n = self.spec.policies.len();
        let order = number::counted(n as u64, "layer, from the outside in", "layers, from the outside in");
        heading(sheet, look, (spot.frame.x, spot.frame.w), spot.cell, here.label(), &order, false);
        let plot = Plot::of(rows_of(spot.frame, n), n, look);
        let columns = columns(spot.frame);
        let base = spot.cell.y + 32.0;
        for (x, word) in columns.into_iter().zip(["in", "passed", "refused", "added"]) {
            sheet.text((x, base), word, Ink::new(p.ink_3).end());
        }
        let middle = spot.frame.x + GRIP + PICTURE / 2.0;
        let callers = spot.frame.y + 12.0;
        let mut from = spot.frame.y - 4.0;
        if plot.area.y >= callers + 10.0 {
            sheet.disc((middle, callers), 4.0, p.queued);
            let words = spot.frame.x + GRIP + PICTURE + 12.0;
            sheet.text((words, callers + 4.0), "Callers", Ink::new(p.ink).bold());
            let came = state.layers.first().map_or(state.server.came, |first| first.counts.came);
            let came = number::count(came.max(0) as u64);
            sheet.text((columns[0], callers + 4.0), came, Ink::new(p.ink).bold().end());
            from = callers + 4.0;
        }
        for index in 0..=n {
            let row = plot.at(index);
            let came = state.layers.get(index).map_or(state.server.came, |layer| layer.counts.came);
            let thick = (came as f64 / 150.0).clamp(1.0, 5.0);
            sheet.line((middle, from), (middle, row.y), p.queued, thick);
            from = row.bottom();
        }
        for (index, layer) in state.layers.iter().enumerate() {
            draw_layer(sheet, here, look, layer, plot.row(index), &columns, plot.two_lines());
        }
        if let Some((from, _)) = look.order {
            // The figures are those of the order that was.
            let figures = Frame { x: columns[0] - 40.0, w: columns[3] - columns[0] + 44.0, ..spot.frame };
            sheet.fill((figures.x, figures.y), (figures.w, figures.h), 0.0, p.stage.faint(0.4));
            let row = plot.row(from);
            sheet.frame((row.x + 1.0, row.y + 1.0), (row.w - 2.0, row.h - 2.0), 4.0, None, p.accent, 2.0);
        }
        draw_server(sheet, here, look, (&state.server, &self.spec.server), plot.row(n), &columns, plot.two_lines());
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Whole
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &Arrangement) {
        let p = look.palette;
        let state = State::of(here, self.spec);
        let area = phone(all);
        let columns = [area.right() - 62.0, area.right() - 8.0];
        sheet.text((area.x, all.area.y + 18.0), here.label(), Ink::new(p.ink).size(12.0).bold());
        for (x, word) in columns.into_iter().zip(["in", "refused"]) {
            sheet.text((x, all.area.y + 18.0), word, Ink::new(p.ink_3).end());
        }
        let plot = Plot::of(area, self.spec.policies.len(), look);
        for (index, layer) in state.layers.iter().enumerate() {
            let row = plot.row(index);
            box_of(sheet, look, row, false);
            picture::draw(sheet, here, look, layer, Frame { x: row.x + 6.0, w: 44.0, ..row });
            let words = (row.x + 58.0, columns[0] - 44.0 - row.x - 58.0);
            name(sheet, here, look, layer, row, words, plot.two_lines());
            let y = row.y + row.h / 2.0 + 4.0;
            sheet.text((columns[0], y), number::count(layer.counts.came.max(0) as u64), Ink::new(p.ink).bold().end());
            refused(sheet, look, layer.counts.ended, (columns[1], y));
        }
        let row = plot.row(state.layers.len());
        box_of(sheet, look, row, true);
        let condition = Condition::of(here.scene, &self.spec.server, look.now);
        let y = row.y + row.h / 2.0 + 4.0;
        sheet.text((row.x + 8.0, y), "Server", Ink::new(p.ink).bold());
        sheet.text((row.x + 58.0, y), condition.words(), Ink::new(condition.ink(p)));
        sheet.text((columns[0], y), number::count(state.server.came.max(0) as u64), Ink::new(p.ink).bold().end());
        if !crate::scene::conservation(here.scene).1 {
            let text = crate::scene::short_conservation(here.scene).0;
            sheet.text((area.x, all.area.bottom() - 4.0), text, Ink::new(p.server_ink).bold());
        }
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let area = match layout {
            Layout::Desk(plan) => rows_of(plan.spot(here.index()).frame, self.spec.policies.len()),
            Layout::Phone(all) => phone(all),
            Layout::Strips(_) => return super::face::itself(self.about(here, look), here, layout),
        };
        let state = State::of(here, self.spec);
        let plot = Plot::of(area, self.spec.policies.len(), look);
        let item = |(index, layer): (usize, &Layer<'_>)| {
            let (words, _) = layer.state(here, look);
            let mut order = self.spec.policies.clone();
            let place = plot.places.get(index).copied().unwrap_or(index);
            if look.order.is_some_and(|(from, _)| from == index) && index < order.len() {
                let lifted = order.remove(index);
                order.insert(place.min(order.len()), lifted);
            }
            let lines = [position(&order, place), layer.says(), words];
            let lines = lines.into_iter().filter(|line| !line.is_empty()).collect();
            let title = format!("{}. {}", index + 1, layer.policy.label());
            let item = Item::new(plot.row(index), title, lines);
            layer.row.map_or(item.clone(), |(station, _)| item.of(station))
        };
        let all: Vec<Item> = state.layers.iter().enumerate().map(item).collect();
        if all.is_empty() { super::face::itself(self.about(here, look), here, layout) } else { all }
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        let state = State::of(here, self.spec);
        let server = Condition::of(here.scene, &self.spec.server, look.now).words();
        let layers = number::counted(state.layers.len() as u64, "layer", "layers");
        vec![
            format!("{layers} round a call"),
            format!("{} calls at the server, {server}", number::count(state.server.came.max(0) as u64)),
        ]
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let state = State::of(here, self.spec);
        let row = |(index, layer): (usize, &Layer<'_>)| {
            let (words, _) = layer.state(here, look);
            let words = if words.is_empty() { words } else { format!(", {words}") };
            Row {
                what: format!("{}, {}", here.label(), layer.policy.label()),
                says: format!("{}, {}{words}", position(&self.spec.policies, index), layer.says()),
            }
        };
        let server = Condition::of(here.scene, &self.spec.server, look.now).words();
        let calls = number::count(state.server.came.max(0) as u64);
        let last = Row {
            what: "Server".to_owned(),
            says: format!("{calls} calls in, {} under way, {server}", state.server.inside.max(0)),
        };
        state.layers.iter().enumerate().map(row).chain([last]).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), self.about(here, look).join(", ")))
    }

    fn words(&self, _: Here<'_, '_>) -> Option<&'static Words> {
        Some(&WORDS)
    }

    fn term(&self, _: Here<'_, '_>, _: Option<&Worker<'_>>, _: &StationRow) -> super::Term {
        super::Term::new(3, "inside")
    }

    fn order(&self) -> Option<(&'static str, usize)> {
        Some((self.spec.field, self.spec.policies.len()))
    }

    fn legend(&self, sheet: &mut Sheet, _: Here<'_, '_>, look: &Look<'_>, (left, right): (f64, f64), y: f64) -> f64 {
        let text = cut("refused: the layer ended the call itself", right - left, 11.0, false);
        sheet.text((left, y + 4.0), text.clone(), Ink::new(look.palette.ink_3));
        left + text_width(&text, 11.0, false)
    }
}

fn box_of(sheet: &mut Sheet, look: &Look<'_>, row: Frame, sunken: bool) {
    let p = look.palette;
    let fill = if sunken { p.sunken } else { p.stage };
    let edge = if sunken { p.line_3 } else { p.line_2 };
    sheet.frame((row.x + 0.5, row.y + 0.5), (row.w - 1.0, row.h - 1.0), 4.0, Some(fill), edge, 1.0);
}

/// A layer: its grip, its picture, its name and state, its figures.
fn draw_layer(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    layer: &Layer<'_>,
    row: Frame,
    columns: &[f64; 4],
    two_lines: bool,
) {
    let p = look.palette;
    box_of(sheet, look, row, false);
    let y = row.y + row.h / 2.0;
    if row.h >= 12.0 {
        let dot = |index: usize| {
            (row.x + 9.0 + (index % 2) as f64 * 5.0, y + ((index / 2) as f64 - 1.0) * (row.h / 4.0).min(5.0))
        };
        sheet.dots((0..6).map(dot).map(|(x, y)| (x as f32, y as f32)).collect(), 1.1, p.ink_3);
    }
    picture::draw(sheet, here, look, layer, Frame { x: row.x + GRIP + 4.0, w: PICTURE - 8.0, ..row });
    let left = row.x + GRIP + PICTURE + 12.0;
    name(sheet, here, look, layer, row, (left, columns[0] - 40.0 - left), two_lines);
    let base = y + 4.0;
    let LayerCounts { came, passed, ended, .. } = layer.counts;
    sheet.text((columns[0], base), number::count(came.max(0) as u64), Ink::new(p.ink).bold().end());
    sheet.text((columns[1], base), number::count(passed.max(0) as u64), Ink::new(p.ink_2).end());
    refused(sheet, look, ended, (columns[2], base));
    let (text, ink) = match added(&layer.counts) {
        none if none == "0" => (none, p.ink_3),
        some => (format!("+{some}"), p.ink),
    };
    sheet.text((columns[3], base), text, Ink::new(ink).end());
}

fn refused(sheet: &mut Sheet, look: &Look<'_>, ended: i64, at: (f64, f64)) {
    let p = look.palette;
    let ink = if ended > 0 { p.server_ink } else { p.ink_3 };
    sheet.text(at, number::count(ended.max(0) as u64), Ink::new(ink).end());
}

/// Its name, and below it how it is, where there is room.
fn name(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    layer: &Layer<'_>,
    row: Frame,
    (x, room): (f64, f64),
    two_lines: bool,
) {
    let p = look.palette;
    let (state, is_loud) = layer.state(here, look);
    let ink = if is_loud { p.server_ink } else { p.ink_3 };
    let label = layer.policy.label();
    let y = row.y + row.h / 2.0;
    if two_lines && !state.is_empty() {
        sheet.text((x, y - 3.0), cut(&label, room / 1.1, 11.0, false), Ink::new(p.ink).bold());
        sheet.text((x, y + 12.0), cut(&state, room, 11.0, false), Ink::new(ink));
        return;
    }
    sheet.text((x, y + 4.0), cut(&label, room / 1.1, 11.0, false), Ink::new(p.ink).bold());
    let after = x + bold_width(&label, 11.0) + 10.0;
    // Beside its name, where it has no line of its own.
    if row.h >= 14.0 {
        sheet.text((after, y + 4.0), cut(&state, x + room - after, 11.0, false), Ink::new(ink));
    }
}

/// The server that the layers are round.
fn draw_server(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    (counts, name): (&LayerCounts, &str),
    row: Frame,
    columns: &[f64; 4],
    two_lines: bool,
) {
    let p = look.palette;
    box_of(sheet, look, row, true);
    let condition = Condition::of(here.scene, name, look.now);
    let (left, y) = (row.x + GRIP + PICTURE + 12.0, row.y + row.h / 2.0);
    let second = if two_lines { (left, y + 12.0) } else { (left + 52.0, y + 4.0) };
    sheet.text((left, if two_lines { y - 3.0 } else { y + 4.0 }), "Server", Ink::new(p.ink).bold());
    let words = cut(&condition.words(), columns[0] - 40.0 - second.0, 11.0, false);
    sheet.text(second, words, Ink::new(condition.ink(p)));
    let busy = counts.inside.clamp(0, 6);
    for index in 0..busy {
        let at = (row.x + GRIP + 10.0 + index as f64 * 11.0, y);
        crate::scene::glyph::mode(sheet, at, crate::recent::Mode::Waiting, p);
    }
    let statuses = &here.scene.ledger.tally.statuses;
    let failed: u64 = statuses.iter().filter(|(code, _)| **code >= 500).map(|(_, n)| *n).sum();
    sheet.text((columns[0], y + 4.0), number::count(counts.came.max(0) as u64), Ink::new(p.ink).bold().end());
    let passed = counts.passed.max(0) as u64;
    sheet.text((columns[1], y + 4.0), number::count(passed.saturating_sub(failed)), Ink::new(p.ink_2).end());
    if failed > 0 {
        sheet.text((columns[2], y + 4.0), number::count(failed), Ink::new(p.server_ink).bold().end());
        sheet.fill((columns[2] + 5.0, y - 3.5), (7.0, 7.0), 0.0, p.server);
    } else {
        sheet.text((columns[2], y + 4.0), "0", Ink::new(p.ink_3).end());
    }
}
