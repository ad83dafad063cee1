//! A crew on a phone: its lanes in full, alone or below its name where other crews have lanes too.

use super::super::Here;
use super::many::{self, Many};
use crate::number;
use crate::scene::lane::{self, Gate, Wires};
use crate::scene::{Arrangement, Frame, Look, Scene, Worker, age, glyph, matrix, strips};
use crate::shape::{Ink, Sheet, bold_width, crisp};
use millrace_trace::StationId;

/// The height of a lane, and the least.
pub(super) const LANE: f64 = 15.8;
const THIN: f64 = 12.5;

/// Where the lanes of so many workers are, if they fit as lanes.
pub(super) fn frames(workers: usize, area: Frame) -> Option<Vec<Frame>> {
    let pitch = lane_height(workers, area)?;
    Some((0..workers).map(|i| Frame { y: area.y + pitch * i as f64, h: pitch, ..area }).collect())
}

/// The room that a band has for lanes.
pub(super) fn below_name(band: Frame) -> Frame {
    Frame { y: band.y + strips::HEAD, h: band.h - strips::HEAD, ..band }
}

/// One of several crews: its name, and its lanes below it.
pub(super) fn band(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, band: Frame) {
    let p = look.palette;
    let workers = here.workers();
    let up = workers.iter().filter(|w| w.is_up()).count();
    let base = band.y + 16.0;
    sheet.text((band.x, base), here.label(), Ink::new(p.ink).size(12.0).bold());
    let x = band.x + bold_width(here.label(), 12.0) + 8.0;
    sheet.text((x, base), format!("{up} of {} up", workers.len()), Ink::new(p.ink_3));
    let area = below_name(band);
    if let Some(pitch) = lane_height(workers.len(), area) {
        lanes(sheet, here.scene, look, &workers, (area, pitch), None);
    }
}

/// The height of the lanes on a phone, or none if they do not fit as lanes.
fn lane_height(workers: usize, area: Frame) -> Option<f64> {
    let each = area.h / workers.max(1) as f64;
    (each >= THIN).then_some(each.min(LANE))
}

/// A phone's crew: its lanes, or glyphs where they are too many, through what stands beside them; below few, every request.
pub(super) fn full(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, arrangement: &Arrangement) {
    let (scene, area) = (here.scene, arrangement.area);
    let workers = here.workers();
    let beside = arrangement.beside.and_then(|(index, frame)| Some((here.other(index)?, frame)));
    if let Some((other, frame)) = beside {
        other.face().beside(sheet, other, look, frame);
    }
    // What lanes run through stands above them; their wires are cut here.
    let stops = || here.out().flat_map(|path| &path.stops).filter_map(|index| here.other(*index));
    let conducts = stops().all(|other| other.face().conducts(other));
    let cut = Gate { frame: Frame { x: area.right(), w: 5.0, ..area }, conducts, station: StationId::NONE };
    let server = beside.map(|(other, frame)| {
        // Whoever waits for one of them waits in front of the server that stands here in its place.
        let wall = Frame { x: frame.x - 3.0, w: 0.0, ..frame };
        let gates = stops().filter(|other| other.index() != here.index() && !other.face().holds_calls());
        let gates = gates.map(|other| Gate { frame: wall, conducts, station: other.id() });
        ((frame, other.id()), if conducts { gates.collect() } else { vec![cut] })
    });
    match lane_height(workers.len(), area) {
        Some(pitch) => lanes(sheet, scene, look, &workers, (area, pitch), server),
        None => {
            match Many::of(workers.len(), area) {
                Many::Glyphs => many::grid(sheet, look, &workers, area, false),
                Many::Cells(raster) => {
                    let needed = super::needed(here, workers.len());
                    let says = (arrangement.bands.is_empty(), needed.as_deref());
                    many::cells(sheet, here, look, &workers, (&raster, area), says);
                }
                Many::Counts => many::counts(sheet, look, &workers, area),
            }
            if let Some((other, frame)) = beside {
                age::dots(sheet, scene, look, &workers, (frame, other.id()));
            }
        }
    }
    let below = area.y + workers.len() as f64 * LANE + 8.0;
    if area.bottom() - below > 60.0 {
        let free = Frame { x: 16.0, y: below, w: look.size.0 - 32.0, h: area.bottom() - below };
        let free = match beside {
            Some((_, server)) if server.bottom() > below => Frame { w: server.x - 28.0, ..free },
            _ => free,
        };
        matrix::draw(sheet, scene, look, free);
    }
}

/// A phone's lanes.
fn lanes(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    workers: &[Worker<'_>],
    (area, pitch): (Frame, f64),
    server: Option<((Frame, StationId), Vec<Gate>)>,
) {
    let p = look.palette;
    let right = look.size.0 - 16.0;
    for (index, worker) in workers.iter().enumerate() {
        let y = area.y + pitch * (index as f64 + 0.5);
        sheet.text((area.x, y + 4.0), format!("{:02}", index + 1), Ink::new(p.ink_3).mono());
        glyph::mode(sheet, (area.x + 26.0, y), worker.mode, p);
        sheet.text((area.x + 36.0, y + 4.0), worker.mode.word(), Ink::new(glyph::mode_ink(worker.mode, p)));
        let elapsed = number::short_millis(look.now.since(worker.since).0);
        sheet.text((area.x + 122.0, y + 4.0), elapsed, Ink::new(p.ink).mono().end());
    }
    let rules = (1..workers.len()).map(|i| crisp(area.y + pitch * i as f64) as f32);
    sheet.segments(rules.map(|y| [area.x as f32, y, area.right() as f32, y]).collect(), p.line, 0.8);
    let bare = Frame { x: area.right(), w: 0.0, ..area };
    let (server, gates) = server.unzip();
    let gates = gates.unwrap_or_default();
    let wires = Wires { from: None, start: Some(area.right()), gates, server, to: server.map(|_| right) };
    lane::draw_wires(sheet, scene, look, workers, bare, pitch, &wires);
    lane::ribbons(sheet, scene, look, workers, (area.x + 130.0, area.right()), (area.y, pitch));
}
