//! Policies round a call, as a stack from the outside in: what came to each, passed it, was ended by it, and what it added; and last the server
//! that they are round. A layer can be moved where one can move it: it and the list that has the order are one value.

mod picture;

use super::Here;
use super::face::{Face, OnPhone, Room, Words, step};
use crate::number;
use crate::place::Condition;
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Worker, heading};
use crate::shape::{Ink, Sheet, bold_width, cut, text_width};
use crate::text::Row;
use millrace_spec::{self as spec, LayerCounts, LayerGauges, Policy, layer_counts};
use millrace_trace::{Outcome, StationId, StationKind, ledger::StationRow};

/// Layers round a call.
#[derive(Debug)]
pub struct Layers<'a> {
    pub spec: &'a spec::Layers,
}

/// The largest pitch of rows, and from which on a row has its state in a line of its own, and its figures with words.
const PITCH: f64 = 48.0;
const TWO_LINES: f64 = 40.0;
const WITH_STATE: f64 = 20.0;
/// The widths of the grip, the picture and a column of figures.
const GRIP: f64 = 24.0;
const PICTURE: f64 = 84.0;
const FIGURE: f64 = 58.0;
/// Above the rows: the heads of the columns and the callers.
const HEAD: f64 = 26.0;

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

/// A layer as it is drawn.
struct Layer<'a> {
    policy: Policy,
    counts: LayerCounts,
    /// What came to the next one further in.
    next: i64,
    row: Option<(StationId, &'a StationRow)>,
    /// The breaker that belongs to it, if it is one.
    breaker: Option<&'a StationRow>,
}

/// All that is drawn.
struct State<'a> {
    layers: Vec<Layer<'a>>,
    server: LayerCounts,
}

impl<'a> State<'a> {
    fn of(here: Here<'_, 'a>, spec: &spec::Layers) -> State<'a> {
        let ledger = here.scene.ledger;
        let mut counts = layer_counts(ledger, here.id());
        let gates = |of: StationId| ledger.members(of).filter(|(_, row)| row.kind == StationKind::Gate);
        let mut stations: Vec<(StationId, &StationRow)> =
            if here.row().is_some() { gates(here.id()).collect() } else { Vec::new() };
        // Before the run there is nothing to count.
        if stations.len() != spec.policies.len() {
            stations.clear();
            counts = vec![LayerCounts::default(); spec.policies.len() + 1];
        }
        let server = counts.last().copied().unwrap_or_default();
        let layer = |(index, policy): (usize, &Policy)| {
            let row = stations.get(index).copied();
            let breaker = row.and_then(|(id, _)| gates(id).next()).map(|(_, row)| row);
            let next = counts.get(index + 1).map_or(0, |next| next.came);
            Layer { policy: *policy, counts: counts.get(index).copied().unwrap_or_default(), next, row, breaker }
        };
        let layers = spec.policies.iter().enumerate().map(layer).collect();
        State { layers, server }
    }
}

impl Layer<'_> {
    fn gauge(&self, gauge: millrace_trace::Gauge) -> i64 {
        self.row.map_or(0, |(_, row)| row.gauge(gauge))
    }

    /// How it is, in a few words, and whether that calls for attention.
    fn state(&self, here: Here<'_, '_>, look: &Look<'_>) -> (String, bool) {
        let ended = number::count(self.counts.ended.max(0) as u64);
        match self.policy {
            Policy::Fallback => (format!("{ended} answered here"), false),
            Policy::Timeout(_) if self.counts.ended > 0 => (format!("{ended} cut off"), true),
            Policy::Timeout(_) if self.counts.worst > 0 => {
                (format!("worst {}", number::time_text(self.counts.worst as u64)), false)
            }
            Policy::Timeout(_) => (String::new(), false),
            Policy::Retry(_) if self.counts.came > 0 => {
                // One that turns nobody away made at least one try of each.
                (format!("{:.2} tries a call", self.next as f64 / self.counts.came as f64), false)
            }
            Policy::Retry(_) => (String::new(), false),
            Policy::Breaker(_) => match self.breaker {
                Some(row) => {
                    let state = row.state.map_or("closed", |state| here.scene.trace.name(state));
                    let until = row.gauge(millrace_spec::BreakerGauges::ALL.until).max(0) as u64;
                    let left = until.saturating_sub(look.now.0);
                    let words = match state {
                        "open" if left > 0 => format!("open, {} s left", number::seconds(left)),
                        "open" => "open, next call is a probe".to_owned(),
                        state => state.to_owned(),
                    };
                    (words, state != "closed")
                }
                None => ("closed".to_owned(), false),
            },
            Policy::Limit(_) => (format!("{ended} refused"), self.counts.ended > 0),
            Policy::Bulkhead(_) => {
                let held = number::count(self.counts.inside.max(0) as u64);
                (format!("{held} held, {ended} refused"), self.counts.ended > 0)
            }
            Policy::Hedge(_) => {
                let again = self.gauge(LayerGauges::ALL.again).max(0) as u64;
                (format!("{} asked twice", number::count(again)), false)
            }
        }
    }

    /// "435 in, 279 passed, 140 refused, 16 inside, added 106 ms"
    fn says(&self) -> String {
        let LayerCounts { came, passed, ended, inside, .. } = self.counts;
        let [came, passed, ended, inside] = [came, passed, ended, inside].map(|n| number::count(n.max(0) as u64));
        let added = added(&self.counts);
        format!("{came} in, {passed} passed, {ended} refused, {inside} inside, added {added}")
    }
}

/// The mean wait that a layer put in.
fn added(counts: &LayerCounts) -> String {
    match counts.mean_added() {
        mean if mean > 0 => number::time_text(mean as u64),
        _ => "0".to_owned(),
    }
}

/// Where the rows are: of the layers in the order in which they are, or would be, and of the server.
struct Plot {
    area: Frame,
    pitch: f64,
    /// By layer: its row.
    places: Vec<usize>,
}

impl Plot {
    fn of(area: Frame, layers: usize, look: &Look<'_>) -> Plot {
        let most = match layers {
            0..=9 => PITCH,
            10..=16 => 32.0,
            _ => WITH_STATE,
        };
        let mut order: Vec<usize> = (0..layers).collect();
        if let Some((from, to)) = look.order.filter(|(from, to)| *from < layers && *to < layers) {
            let lifted = order.remove(from);
            order.insert(to, lifted);
        }
        let places = (0..layers).map(|layer| order.iter().position(|other| *other == layer).unwrap_or(layer)).collect();
        Plot { area, pitch: (area.h / (layers + 1) as f64).min(most), places }
    }

    /// The row at a place, from 0.
    fn at(&self, place: usize) -> Frame {
        let gap = if self.pitch >= TWO_LINES {
            7.0
        } else if self.pitch >= WITH_STATE {
            4.0
        } else {
            1.0
        };
        Frame { y: self.area.y + place as f64 * self.pitch, h: (self.pitch - gap).max(4.0), ..self.area }
    }

    fn row(&self, layer: usize) -> Frame {
        self.at(self.places.get(layer).copied().unwrap_or(self.places.len()))
    }

    fn two_lines(&self) -> bool {
        self.pitch >= TWO_LINES
    }
}

/// The part of a cell that rows stand in.
fn rows_of(frame: Frame) -> Frame {
    Frame { y: frame.y + HEAD, h: frame.h - HEAD, ..frame }
}

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
        let plot = Plot::of(rows_of(spot.frame), n, look);
        let columns = columns(spot.frame);
        let base = spot.cell.y + 32.0;
        for (x, word) in columns.into_iter().zip(["in", "passed", "refused", "added"]) {
            sheet.text((x, base), word, Ink::new(p.ink_3).end());
        }
        let middle = spot.frame.x + GRIP + PICTURE / 2.0;
        let callers = spot.frame.y + 12.0;
        sheet.disc((middle, callers), 4.0, p.queued);
        sheet.text((spot.frame.x + GRIP + PICTURE + 12.0, callers + 4.0), "Callers", Ink::new(p.ink).bold());
        let came = state.layers.first().map_or(state.server.came, |first| first.counts.came);
        sheet.text((columns[0], callers + 4.0), number::count(came.max(0) as u64), Ink::new(p.ink).bold().end());
        let mut from = callers + 4.0;
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
            Layout::Desk(plan) => rows_of(plan.spot(here.index()).frame),
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

/// The right edges of the figures.
fn columns(frame: Frame) -> [f64; 4] {
    let right = frame.right() - 12.0;
    [right - 3.0 * FIGURE - 14.0, right - 2.0 * FIGURE - 14.0, right - FIGURE - 14.0, right]
}

fn phone(all: &Arrangement) -> Frame {
    Frame { y: all.area.y + 26.0, h: all.area.h - 40.0, ..all.area }
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
    if row.h >= 16.0 {
        let dot = |index: usize| (row.x + 9.0 + (index % 2) as f64 * 5.0, y + ((index / 2) as f64 - 1.0) * 5.0);
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
    if row.h >= 16.0 {
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
