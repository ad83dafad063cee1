//! The ring of clients around their hub: where each stands, and how it is drawn.

use super::super::Here;
use super::many;
use super::state::{C, Client, Stands, State};
use crate::number;
use crate::palette::{Palette, Rgba};
use crate::scene::{Detail, Frame, Look, Raster, first_fit};
use crate::shape::{Ink, Point, Sheet, bold_width, cut, text_width};
use std::f64::consts::{PI, TAU};

/// Half of what is left free where the wire comes in, in radians.
const GAP: f64 = 0.11;
/// The radius of the hub.
const HUB: f64 = 17.0;
/// The most clients that stand in one ring and have a line and a tick each.
const ONE: usize = 60;
/// The most clients that stand in rings.
const RINGS: usize = 400;
/// The room that labels take at each side, at least and at most; and the least that is left for the ring.
const LABELS: (f64, f64) = (88.0, 150.0);
const LEAST: f64 = 220.0;
/// The least room in which clients stand around their hub.
const LEAST_RING: f64 = 44.0;
/// The most clients that were let go of which the lines are drawn.
const CUT_LINES: usize = 16;
/// The most labels at a side.
const LABELLED: usize = 9;
/// How long a message that was written is on its way to be seen, in ns.
const FLIGHT: f64 = 60e6;
/// The length of a tick that is the whole time for a pong.
const TICK: f64 = 12.0;

/// Where the clients are.
pub(super) struct Plot {
    centre: Point,
    radius: f64,
    /// The radius of the hub, and the length of a tick that is the whole time for a pong.
    hub: f64,
    tick: f64,
    /// The clients in each ring, from the outside in; empty where they are in none.
    rings: Vec<usize>,
    /// The side of a square.
    size: f64,
    /// Their cells, where they are too many for rings.
    pub(super) cells: Option<Raster>,
    /// Where neither has room.
    pub(super) area: Frame,
    /// The room for labels at each side, if there are some.
    labels: f64,
}

impl Plot {
    pub(super) fn of(clients: usize, frame: Frame) -> Plot {
        let beside = (frame.w - frame.h) / 2.0;
        let labels = if frame.w >= LEAST + 2.0 * LABELS.0 { beside.clamp(LABELS.0, LABELS.1) } else { 0.0 };
        let wide = frame.w - 2.0 * labels;
        // Where there is little room the ticks are short, and where there is hardly any they stand side by side.
        let room = wide.min(frame.h);
        let one = clients <= ONE && room >= LEAST_RING;
        let tick = if room < 240.0 { TICK / 2.0 } else { TICK };
        let radius = (room / 2.0 - if one { tick + tick / 2.0 + 4.0 } else { 6.0 }).max(10.0);
        let hub = if radius < 90.0 { HUB * 0.72 } else { HUB };
        let centre = (frame.middle(), frame.y + frame.h / 2.0);
        let mut plot =
            Plot { centre, radius, hub, tick, rings: Vec::new(), size: 8.0, cells: None, area: frame, labels };
        if one {
            let pitch = (TAU - 2.0 * GAP) * radius / clients.max(1) as f64;
            plot.size = (pitch * 0.74).clamp(3.0, 13.0);
            plot.rings = vec![clients];
            return plot;
        }
        let sizes = [(8.0, 11.0), (6.0, 8.0)];
        for (size, pitch) in sizes.into_iter().filter(|_| clients <= RINGS && room >= LEAST_RING) {
            let room =
                |ring: usize| ((TAU - 2.0 * GAP) * (radius - ring as f64 * (pitch + 1.0)) / pitch).max(0.0) as usize;
            for rings in 2..=4 {
                let all: usize = (0..rings).map(room).sum();
                if all < clients {
                    continue;
                }
                // As many in each as its share is of the room.
                let up_to = |ring: usize| (0..ring).map(room).sum::<usize>() * clients / all.max(1);
                let rings = (0..rings).map(|ring| up_to(ring + 1) - up_to(ring)).collect();
                return Plot { rings, size, ..plot };
            }
        }
        Plot { cells: many::raster(clients, frame), labels: 0.0, ..plot }
    }

    /// Where a client stands, and under which angle.
    fn spot(&self, index: usize) -> (Point, f64, usize) {
        let (mut place, mut ring) = (index, 0);
        let mut size = self.rings.first().copied().unwrap_or(1);
        while place >= size && ring + 1 < self.rings.len() {
            place -= size;
            ring += 1;
            size = self.rings.get(ring).copied().unwrap_or(1);
        }
        let angle = PI + GAP + (place as f64 + 0.5) / size.max(1) as f64 * (TAU - 2.0 * GAP);
        let radius = self.radius - ring as f64 * (self.size + 4.0);
        (self.along(angle, radius), angle, ring)
    }

    fn along(&self, angle: f64, radius: f64) -> Point {
        (self.centre.0 + radius * libm::cos(angle), self.centre.1 + radius * libm::sin(angle))
    }

    /// The square of a client.
    pub(super) fn square(&self, index: usize) -> Frame {
        if let Some(raster) = &self.cells {
            return raster.cell(index as u64 / raster.each);
        }
        let size = self.size;
        let ((x, y), ..) = self.spot(index);
        Frame { x: x - size / 2.0, y: y - size / 2.0, w: size, h: size }
    }

    /// The client at a point.
    pub(super) fn at(&self, clients: usize, (x, y): Point) -> Option<usize> {
        let distance = |index: usize| {
            let square = self.square(index);
            let (dx, dy) = (x - square.middle(), y - square.y - square.h / 2.0);
            dx * dx + dy * dy
        };
        let nearest = (0..clients).map(|index| (distance(index), index)).min_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(nearest).filter(|(distance, _)| *distance <= (self.size + 6.0) * (self.size + 6.0)).map(|(_, index)| index)
    }

    /// The wire between the hub and one of its sides.
    pub(super) fn wire(&self, sheet: &mut Sheet, look: &Look<'_>, side: f64) {
        if self.is_ring() {
            let (x, y) = self.centre;
            let wall = if side < x { x - self.hub } else { x + self.hub };
            sheet.line((side, y), (wall, y), look.palette.line_3, 1.4);
        }
    }

    /// Whether there is room for more than squares and lines.
    fn has_room(&self) -> bool {
        self.radius >= 50.0
    }

    /// Whether each client can be walked to.
    pub(super) fn is_one(&self) -> bool {
        self.rings.len() == 1
    }

    /// Whether they stand around their hub.
    pub(super) fn is_ring(&self) -> bool {
        !self.rings.is_empty()
    }
}

fn colour(stands: Stands, p: &Palette) -> Rgba {
    match stands {
        Stands::Open => p.ink_2,
        Stands::Slow => p.blocked,
        Stands::NoPong => p.timeout,
        Stands::Silent | Stands::Stuck | Stands::Dropped(_) => p.server,
        Stands::Gone(_) => p.line_2,
    }
}

fn ink(stands: Stands, p: &Palette) -> Rgba {
    match stands {
        Stands::Slow => p.blocked_ink,
        Stands::NoPong => p.timeout_ink,
        Stands::Silent | Stands::Stuck | Stands::Dropped(_) => p.server_ink,
        Stands::Open | Stands::Gone(_) => p.ink_3,
    }
}

/// The ink of words about those who stand like this.
pub(super) fn ink_of(word: &str, p: &Palette) -> Rgba {
    match word {
        "slow" => p.blocked_ink,
        "no pong" => p.timeout_ink,
        _ => p.server_ink,
    }
}

/// Draws hub and clients.
pub(super) fn draw(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    state: &State<'_>,
    plot: &Plot,
    pong_wait: u64,
) {
    let p = look.palette;
    if let Some(raster) = &plot.cells {
        return many::cells(sheet, here, look, state, (raster, plot.area));
    }
    if !plot.is_ring() {
        return many::levels(sheet, look, state, plot.area);
    }
    links(sheet, look, state, plot);
    hub(sheet, look, state, plot);
    for (index, client) in state.clients.iter().enumerate() {
        mark(sheet, p, client, plot.square(index));
    }
    if plot.is_one() && plot.has_room() {
        ticks(sheet, look, state, plot, pong_wait);
    }
    if plot.labels > 0.0 {
        labels(sheet, look, state, plot);
    }
}

fn hub(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let p = look.palette;
    let (x, y) = plot.centre;
    let stroke = if state.is_over { p.line_2 } else { p.ink };
    sheet.disc(plot.centre, plot.hub, p.surface);
    sheet.ring(plot.centre, plot.hub, stroke, 1.6);
    let words = if state.is_over { "over" } else { "Hub" };
    sheet.text((x, y + 4.0), words, Ink::new(if state.is_over { p.ink_3 } else { p.ink }).middle());
}

/// The lines between hub and clients, with what is on its way.
fn links(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let p = look.palette;
    let (mut plain, mut dots, mut capsules) = (Vec::new(), Vec::new(), Vec::new());
    // Where many were let go, their marks say it better than a fan of lines.
    let few = (state.count("let go") + state.count("cut off")) as usize <= CUT_LINES;
    for (index, client) in state.clients.iter().enumerate() {
        let (at, angle, ring) = plot.spot(index);
        let radius = plot.radius - ring as f64 * (plot.size + 4.0) - plot.size / 2.0 - 1.0;
        let on = |share: f64| plot.along(angle, plot.hub + (radius - plot.hub) * share);
        let bar = |sheet: &mut Sheet, share: f64, colour| {
            let ((x, y), (dx, dy)) = (on(share), (-libm::sin(angle) * 4.5, libm::cos(angle) * 4.5));
            sheet.line((x - dx, y - dy), (x + dx, y + dy), colour, 1.5);
        };
        match client.stands {
            Stands::Open if !plot.is_one() => {}
            Stands::Open => {
                let ((a, b), (x, y)) = (on(0.0), on(1.0));
                plain.push([a, b, x, y].map(|part| part as f32));
            }
            Stands::Slow => sheet.line(on(0.0), on(1.0), p.blocked, 1.5),
            Stands::NoPong => sheet.dashed(on(0.0), on(1.0), p.timeout, 1.2, (4.0, 3.0)),
            Stands::Silent => {
                sheet.line(on(0.0), on(0.22), p.server, 1.5);
                bar(sheet, 0.22, p.server);
                sheet.dashed(on(0.34), on(1.0), p.line_3, 1.0, (3.0, 3.0));
            }
            Stands::Dropped(_) if plot.is_one() && few => {
                sheet.line(on(0.0), on(0.4), p.server, 1.2);
                bar(sheet, 0.4, p.server);
                bar(sheet, 0.52, p.server);
                sheet.line(on(0.52), on(1.0), p.server, 1.2);
            }
            Stands::Stuck | Stands::Dropped(_) | Stands::Gone(_) => {}
        }
        if look.detail == Detail::Flow || !client.stands.is_there() {
            continue;
        }
        if client.frame >= 4 && plot.is_one() && plot.has_room() {
            // Neighbours stand at different distances.
            capsules.push((on(if index % 2 == 0 { 0.5 } else { 0.68 }), client.frame));
        } else if let Some(share) = flight(look, client) {
            let (x, y) = if plot.is_one() { on(share) } else { at };
            dots.push((x as f32, y as f32));
        }
    }
    sheet.segments(plain, p.line_2, 1.0);
    sheet.dots(dots, if plot.size < 8.0 { 2.0 } else { 2.6 }, p.running);
    for ((x, y), messages) in capsules {
        let text = format!("×{}", number::count(messages));
        let w = bold_width(&text, 11.0) + 9.0;
        sheet.frame((x - w / 2.0, y - 8.0), (w, 16.0), 8.0, Some(p.surface), p.blocked, 1.2);
        sheet.text((x, y + 4.0), text, Ink::new(p.blocked_ink).middle());
    }
}

/// How far on its way the last frame is, from 0 to 1, if it is.
fn flight(look: &Look<'_>, client: &Client<'_>) -> Option<f64> {
    let written = client.row.gauge(C.wrote) > 0;
    let share = look.now.0.saturating_sub(client.row.gauged.0) as f64 / FLIGHT;
    match client.frame {
        _ if !written => None,
        0 if share >= 1.0 || look.calm => None,
        0 => Some(share),
        _ if look.calm => Some(0.5),
        _ => Some(share.min(0.94)),
    }
}

/// The square of a client, filled as its queue is.
pub(super) fn mark(sheet: &mut Sheet, p: &Palette, client: &Client<'_>, Frame { x, y, w, h }: Frame) {
    let stroke = colour(client.stands, p);
    let width = if w >= 8.0 { 1.4 } else { 1.0 };
    let radius = if w >= 8.0 { 2.5 } else { 1.0 };
    match client.stands {
        Stands::Silent => {
            sheet.fill((x, y), (w, h), radius, p.surface);
            for (from, to) in
                [((x, y), (x + w, y)), ((x + w, y), (x + w, y + h)), ((x + w, y + h), (x, y + h)), ((x, y + h), (x, y))]
            {
                sheet.dashed(from, to, stroke, width, (2.5, 2.0));
            }
            return;
        }
        Stands::Dropped(_) | Stands::Gone(_) => {
            sheet.frame((x, y), (w, h), radius, Some(p.surface), stroke, width);
            let inset = w * 0.28;
            let (left, right, top, bottom) = (x + inset, x + w - inset, y + inset, y + h - inset);
            sheet.line((left, top), (right, bottom), stroke, width);
            sheet.line((left, bottom), (right, top), stroke, width);
            return;
        }
        Stands::Open | Stands::Slow | Stands::NoPong | Stands::Stuck => {}
    }
    let paper = if client.stands == Stands::Stuck { p.server_wash } else { p.surface };
    sheet.frame((x, y), (w, h), radius, Some(paper), stroke, width);
    let inner = h - 3.0;
    let high = inner * client.fill();
    if client.queued > 0 && inner > 1.0 {
        let high = high.max(1.0);
        sheet.fill((x + 1.5, y + h - 1.5 - high), (w - 3.0, high), 0.0, stroke);
    }
}

/// How much is left until the pong of each has to be there: a tick outside its square.
fn ticks(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot, pong_wait: u64) {
    let p = look.palette;
    let (mut usual, mut late) = (Vec::new(), Vec::new());
    for (index, client) in state
        .clients
        .iter()
        .enumerate()
        .filter(|(_, client)| client.stands.is_there() && client.stands != Stands::Stuck)
    {
        let Some(left) = client.left(look.now).filter(|_| pong_wait > 0) else { continue };
        let share = (left as f64 / pong_wait as f64).min(1.0);
        let (_, angle, _) = plot.spot(index);
        let from = plot.radius + plot.size / 2.0 + 4.0;
        let ((a, b), (x, y)) = (plot.along(angle, from), plot.along(angle, from + plot.tick * share));
        let line = [a, b, x, y].map(|part| part as f32);
        if share < 0.1 { late.push(line) } else { usual.push(line) }
    }
    sheet.segments(usual, p.line_3, 1.5);
    sheet.segments(late, p.blocked, 2.0);
}

/// Who is not as the others are: outside, at its side, the worst first where there is no room for all.
fn labels(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let p = look.palette;
    let outside = plot.radius + plot.size / 2.0 + if plot.is_one() { plot.tick + 8.0 } else { 6.0 };
    for is_right in [true, false] {
        let mut told: Vec<(Point, &Client<'_>)> = Vec::new();
        for index in state.abnormal() {
            let (_, angle, _) = plot.spot(index);
            let at = plot.along(angle, outside);
            if (at.0 >= plot.centre.0) == is_right && told.len() < LABELLED {
                told.extend(state.clients.get(index).map(|client| (at, client)));
            }
        }
        millrace_trace::order::sort_by_key(&mut told, |((_, y), _)| (*y * 8.0) as i64);
        let lowest = plot.centre.1 + outside + 4.0;
        let mut base = f64::MIN;
        for (left, ((_, y), client)) in (0..told.len()).rev().zip(told) {
            // Those below it need room too; where it was moved it still stands outside.
            base = (y + 4.0).min(lowest - left as f64 * 13.0).max(base + 13.0);
            let from_middle = base - 4.0 - plot.centre.1;
            let beside = libm::sqrt((outside * outside - from_middle * from_middle).max(0.0)).max(8.0);
            let x = plot.centre.0 + if is_right { beside } else { -beside };
            let room = plot.radius + plot.tick + 10.0 + plot.labels - beside;
            let words = client.labels(look.now);
            let words = cut(&first_fit(&words, room), room, 11.0, false);
            let style = Ink::new(ink(client.stands, p));
            sheet.text((x, base), words, if is_right { style } else { style.end() });
        }
    }
}

/// What the marks mean, between two edges; where it ended.
pub(super) fn legend(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, (left, right): (f64, f64), y: f64) -> f64 {
    use millrace_spec::Parting;
    let p = look.palette;
    let all = [
        ("client, filled as its queue", Stands::Open, 0.4),
        ("slow", Stands::Slow, 0.7),
        ("let go", Stands::Dropped(Parting::Slow), 0.0),
        ("cut off", Stands::Dropped(Parting::Exit), 0.0),
        ("silent", Stands::Silent, 0.0),
        ("waits to be taken out", Stands::Stuck, 0.0),
        ("no pong", Stands::NoPong, 0.0),
    ];
    let mut x = left;
    // What there has not been needs no explanation yet.
    for (word, stands, fill) in
        all.into_iter().filter(|(_, stands, _)| *stands == Stands::Open || state.count(stands.word()) > 0)
    {
        let w = text_width(word, 11.0, false);
        if x + 17.0 + w > right {
            break;
        }
        let frame = Frame { x, y: y - 5.5, w: 11.0, h: 11.0 };
        let stroke = colour(stands, p);
        match stands {
            Stands::Silent => {
                sheet.dashed((frame.x, frame.y), (frame.right(), frame.y), stroke, 1.4, (2.5, 2.0));
                sheet.dashed((frame.right(), frame.y), (frame.right(), frame.bottom()), stroke, 1.4, (2.5, 2.0));
                sheet.dashed((frame.right(), frame.bottom()), (frame.x, frame.bottom()), stroke, 1.4, (2.5, 2.0));
                sheet.dashed((frame.x, frame.bottom()), (frame.x, frame.y), stroke, 1.4, (2.5, 2.0));
            }
            Stands::Dropped(_) => {
                sheet.frame((frame.x, frame.y), (11.0, 11.0), 2.0, None, stroke, 1.4);
                sheet.line((x + 3.0, frame.y + 3.0), (x + 8.0, frame.y + 8.0), stroke, 1.4);
                sheet.line((x + 3.0, frame.y + 8.0), (x + 8.0, frame.y + 3.0), stroke, 1.4);
            }
            _ => {
                sheet.frame((frame.x, frame.y), (11.0, 11.0), 2.0, None, stroke, 1.4);
                sheet.fill((x + 1.5, frame.bottom() - 1.5 - 8.0 * fill), (8.0, 8.0 * fill), 0.0, stroke);
            }
        }
        sheet.text((x + 16.0, y + 4.0), word, Ink::new(p.ink_2));
        x += 30.0 + w;
    }
    x
}
