//! The way of one request over the stage: solid as far as it has come, dashed from there on.
//!
//! Everything else goes back behind a veil and stays true. The way goes through the places as it went; where somebody took it
//! back with an answer, that is no way of its own. Times stand where it spent most of its time, three at most.

use super::item::items_in;
use super::{Frame, Layout, Look, Scene};
use crate::number;
use crate::shape::{Anchor, Ink, Point, Shape, Sheet, text_width};
use millrace_analysis::{Stretch, Way};
use millrace_trace::StationId;

/// How much of everything else shows.
const VEIL: f32 = 0.62;
/// The least share of the whole time that is told.
const WORTH_TELLING: f64 = 0.05;

/// Draws the way of a request over a picture.
pub(super) fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, layout: &Layout, way: &Way) {
    let p = look.palette;
    let (texts, own) = (veil(sheet, look), sheet.shapes.len());
    let items = items_in(scene, look, layout);
    let frame_of = |station: StationId| -> Option<Frame> {
        let item = items.iter().find(|item| item.station == station).map(|item| item.frame);
        item.or_else(|| scene.place_of(station).and_then(|here| layout.area(here.index())))
    };
    let stops: Vec<_> =
        way.stops.iter().filter_map(|(at, station)| Some((*at, *station, frame_of(*station)?))).collect();
    let mut right = f64::NEG_INFINITY;
    let mut last: Option<Point> = None;
    let mut head = None;
    for (at, _, frame) in &stops {
        // Back to whoever has it in hand: that is on the way already.
        if frame.x < right - 1.0 {
            continue;
        }
        right = frame.x;
        let come = *at <= look.now;
        // Where a lane runs on through a place, the way stays on it.
        let on_lane = last.filter(|from| from.0 > frame.x && from.1 >= frame.y && from.1 <= frame.bottom());
        let stop = (frame.middle(), on_lane.map_or(frame.y + frame.h / 2.0, |from| from.1));
        if on_lane.is_none() {
            if let Some(from) = last {
                leg(sheet, look, from, (frame.x, stop.1), come);
            }
            leg(sheet, look, (frame.x, stop.1), (frame.right(), stop.1), come);
        }
        sheet.disc(stop, 4.0, p.stage);
        sheet.ring(stop, 3.0, p.accent, 1.5);
        last = Some((frame.right().max(last.map_or(frame.right(), |from| from.0)), stop.1));
        head = Some(stop).filter(|_| come).or(head);
    }
    if let Some(at) = head {
        sheet.disc(at, 5.0, p.accent);
    }
    words(sheet, look, texts, own);
    tags(sheet, look, way, &frame_of);
}

/// Lets marks go back, and takes the texts out, which go back only so far that they can be read as well as any small print.
fn veil(sheet: &mut Sheet, look: &Look<'_>) -> Vec<Shape> {
    let p = look.palette;
    let (mut texts, marks): (Vec<_>, Vec<_>) =
        std::mem::take(&mut sheet.shapes).into_iter().partition(|shape| matches!(shape, Shape::Text { .. }));
    sheet.shapes = marks;
    sheet.fill((0.0, 0.0), look.size, 0.0, p.stage.faint(VEIL));
    for shape in &mut texts {
        if let Shape::Text { colour, .. } = shape {
            *colour = p.ink_3;
        }
    }
    texts
}

/// The texts again, over the way: what it goes through has the ground of the stage behind it.
fn words(sheet: &mut Sheet, look: &Look<'_>, texts: Vec<Shape>, way: usize) {
    let legs: Vec<(Point, Point)> = sheet.shapes.iter().skip(way).filter_map(ends).collect();
    for shape in texts {
        if let Shape::Text { at, text, size, anchor, mono, .. } = &shape {
            let width = text_width(text, *size, *mono);
            let left = match anchor {
                Anchor::Start => at.0,
                Anchor::Middle => at.0 - width / 2.0,
                Anchor::End => at.0 - width,
            };
            let (top, bottom) = (at.1 - size * 0.85, at.1 + size * 0.25);
            let is_through = |(a, b): &(Point, Point)| {
                a.1.min(b.1) < bottom && a.1.max(b.1) > top && a.0.min(b.0) < left + width && a.0.max(b.0) > left
            };
            if legs.iter().any(is_through) {
                sheet.fill((left - 3.0, top), (width + 6.0, bottom - top), 2.0, look.palette.stage);
            }
        }
        sheet.shapes.push(shape);
    }
}

fn ends(shape: &Shape) -> Option<(Point, Point)> {
    match shape {
        Shape::Line { points, .. } => points.first().copied().zip(points.last().copied()),
        _ => None,
    }
}

/// From one point to another, turning half way.
fn leg(sheet: &mut Sheet, look: &Look<'_>, from: Point, to: Point, come: bool) {
    let turn = (from.0 + to.0) / 2.0;
    let points = [from, (turn, from.1), (turn, to.1), to];
    for (a, b) in points.iter().zip(points.iter().skip(1)).filter(|(a, b)| a != b) {
        if come {
            sheet.line(*a, *b, look.palette.accent, 2.0);
        } else {
            sheet.dashed(*a, *b, look.palette.accent, 2.0, (4.0, 3.0));
        }
    }
}

/// How long it stayed where it stayed longest.
fn tags(sheet: &mut Sheet, look: &Look<'_>, way: &Way, frame_of: &dyn Fn(StationId) -> Option<Frame>) {
    let p = look.palette;
    let total = way.total(look.now).0 as f64;
    let length = |stretch: &&Stretch| stretch.length(look.now).0;
    let mut told: Vec<&Stretch> = way.stretches.iter().filter(|s| s.from <= look.now).collect();
    told.retain(|stretch| length(stretch) as f64 > WORTH_TELLING * total);
    millrace_trace::order::sort_by_key(&mut told, |stretch| std::cmp::Reverse(length(stretch)));
    for stretch in told.into_iter().take(3) {
        let Some(frame) = frame_of(stretch.station) else { continue };
        let text = format!("{} ms", number::millis(length(&stretch)));
        let width = text_width(&text, 11.0, false) + 12.0;
        let left = (frame.middle() - width / 2.0).clamp(2.0, (look.size.0 - width - 2.0).max(2.0));
        let top = (frame.y + frame.h / 2.0 + 8.0).min(look.size.1 - 20.0);
        sheet.frame((left, top), (width, 16.0), 4.0, Some(p.surface), p.accent, 1.2);
        sheet.text((left + width / 2.0, top + 12.0), text, Ink::new(p.ink).middle().bold());
    }
}
