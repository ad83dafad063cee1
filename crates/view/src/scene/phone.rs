//! The stage on a phone: the tree from top to bottom. One place is drawn in full, what its lanes run through stands beside it or
//! above, and all others are strips. Where several with lanes could be drawn in full, none is: see [`strips`].

use super::layout::SIDE;
use super::{Frame, Look, Scene, footer, glyph, outcomes, strips};
use crate::number;
use crate::place::{Here, OnPhone};
use crate::shape::{Ink, Sheet, cut, text_width};

/// The least height of what is drawn in full.
const LEAST: f64 = 90.0;

/// More members than this are cells: who has them is what there is to see.
const MANY: u64 = 256;

/// What is kept free where one place leads: for it, and for the lines over and below it.
const LEADS: f64 = 146.0;

/// Where things are on a phone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrangement {
    /// The place that is drawn in full.
    pub main: usize,
    /// Its area.
    pub area: Frame,
    /// The width of the area with what stands beside it.
    pub width: f64,
    /// What its lanes run through, beside it.
    pub beside: Option<(usize, Frame)>,
    /// Places with bands of their own.
    pub bands: Vec<(usize, Frame)>,
    /// The others, a line each.
    pub strips: Vec<(usize, Frame)>,
    /// Places that are told in words, where those stand.
    pub notes: Vec<(usize, Frame)>,
    /// Whether there is nothing else.
    pub is_whole: bool,
}

impl Arrangement {
    /// Where things are, if there is one place to be drawn in full.
    pub fn of(scene: &Scene<'_>, look: &Look<'_>) -> Option<Arrangement> {
        let (w, h) = look.size;
        let kind = |here: Here<'_, '_>| here.face().on_phone(here);
        if scene.places.len() == 1 && scene.here(0).is_some_and(|only| kind(only) == OnPhone::Whole) {
            let area = Frame { x: SIDE, y: 0.0, w: w - 2.0 * SIDE, h };
            return Some(Arrangement { area, width: area.w, is_whole: true, ..Arrangement::default() });
        }
        let main = main(scene)?;
        let called = called(main);
        let stands_beside = |index: &usize| scene.here(*index).is_some_and(|here| kind(here) == OnPhone::Beside);
        let beside = called.iter().copied().find(stands_beside);
        let (mut bands, mut strips) = (Vec::new(), Vec::new());
        let (mut top, mut bottom) = (0.0, h - 20.0);
        // Where bands would leave no room for what is drawn in full, they are strips.
        let high = |here: Here<'_, '_>| if let OnPhone::Band(h) = kind(here) { h } else { 0.0 };
        let leads = kind(main) == OnPhone::Lead;
        let has_room = !leads && scene.all().map(high).sum::<f64>() + LEAST <= h;
        // What all is about has its room first: of the others there are as many as fit.
        let mut free = if leads { ((h - LEADS) / strips::STRIP).max(0.0) as usize } else { usize::MAX };
        // What lanes run through and cannot stand beside them stands above them.
        let is_above = |here: &Here<'_, '_>| here.index() < main.index() || called.contains(&here.index());
        let (above, below): (Vec<_>, Vec<_>) = scene.all().partition(is_above);
        let mut stack = |here: Here<'_, '_>, place: &mut dyn FnMut(f64) -> f64| {
            let mut frame = |h: f64| Frame { x: 16.0, y: place(h), w: w - 32.0, h };
            match kind(here) {
                _ if Some(here.index()) == beside || here.index() == main.index() => {}
                OnPhone::Note => {}
                OnPhone::Band(h) if has_room => bands.push((here.index(), frame(h))),
                _ if free == 0 => {}
                _ => {
                    free -= 1;
                    strips.push((here.index(), frame(strips::STRIP)));
                }
            }
        };
        for here in above {
            stack(here, &mut |h| {
                top += h;
                top - h
            });
        }
        for here in below.into_iter().rev() {
            stack(here, &mut |h| {
                bottom -= h;
                bottom
            });
        }
        let top = f64::max(top, 8.0) + 18.0;
        let area = Frame { x: 16.0, y: top, w: w - 32.0, h: (bottom - top - 4.0).max(20.0) };
        let (area, beside) = match beside {
            Some(index) => {
                let used = main.face().height_of_lanes(main);
                let server = Frame { x: w - 98.0, y: top, w: 56.0, h: area.h.min(used.max(120.0) + 2.0) };
                (Frame { w: w - 16.0 - 136.0, ..area }, Some((index, server)))
            }
            None => (area, None),
        };
        let notes = notes(scene, &bands, Frame { y: area.y - 18.0, h: 16.0, ..area });
        let (main, width) = (main.index(), w - 32.0);
        Some(Arrangement { main, area, width, beside, bands, strips, notes, is_whole: false })
    }

    /// Where a place is, if it is drawn at all.
    pub fn area_of(&self, index: usize) -> Option<Frame> {
        if index == self.main {
            return Some(self.area);
        }
        let all = self.bands.iter().chain(&self.strips).chain(&self.beside).chain(&self.notes);
        all.into_iter().find(|(place, _)| *place == index).map(|(_, frame)| *frame)
    }
}

/// The place that is drawn in full: the one that leads, else the one with the most members, where those are far too many for lanes; else the only one
/// that can be, or, among some that have lanes, the only one that has none, as those lanes lead to it.
fn main<'a>(scene: &'a Scene<'_>) -> Option<Here<'a, 'a>> {
    let only = |lanes: bool| {
        let mut mains = scene.all().filter(|here| here.face().on_phone(*here) == OnPhone::Main);
        let mut found = mains.by_ref().filter(|here| lanes || !here.face().has_lanes());
        found.next().filter(|_| found.next().is_none())
    };
    let lead = scene.all().find(|here| here.face().on_phone(*here) == OnPhone::Lead);
    let mains = || scene.all().filter(|here| here.face().on_phone(*here) == OnPhone::Main);
    let most = || mains().map(|here| here.face().population(here)).max().filter(|most| *most > MANY);
    let many = || most().and_then(|most| mains().find(|here| here.face().population(*here) == most));
    lead.or_else(many).or_else(|| only(true)).or_else(|| only(false))
}

/// Where the words about places stand that have nothing but words: at the end of a band that they are joined to, or over what
/// is drawn in full, beside each other.
fn notes(scene: &Scene<'_>, bands: &[(usize, Frame)], over: Frame) -> Vec<(usize, Frame)> {
    let words = scene.all().filter(|here| here.face().on_phone(*here) == OnPhone::Note);
    let at = |here: Here<'_, '_>| {
        let index = Some(here.index());
        let joined = bands.iter().find(|(band, _)| {
            let band = scene.here(*band);
            let neighbour = band
                .and_then(|band| band.fed_by().filter(|other| other.face().note(*other).is_some()).or(band.feeds()));
            neighbour.map(Here::index) == index
        });
        joined.map(|(_, frame)| Frame { x: frame.middle(), w: frame.w / 2.0, h: frame.h.min(26.0), ..*frame })
    };
    let found: Vec<(usize, Option<Frame>)> = words.map(|here| (here.index(), at(here))).collect();
    let n = found.iter().filter(|(_, frame)| frame.is_none()).count().max(1) as f64;
    let mut left = over.x;
    let mut beside = || {
        let frame = Frame { x: left, w: over.w / n, ..over };
        left += over.w / n;
        frame
    };
    found.into_iter().map(|(index, frame)| (index, frame.unwrap_or_else(&mut beside))).collect()
}

/// What the lanes of a place run through, if they have one way to go.
fn called(main: Here<'_, '_>) -> Vec<usize> {
    let mut out = main.out();
    let only = out.next().filter(|_| out.next().is_none() && main.face().has_lanes());
    only.and_then(|path| path.stops.get(1..path.stops.len().saturating_sub(1))).map_or_else(Vec::new, <[usize]>::to_vec)
}

/// Draws the phone's picture.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, arrangement: &Arrangement) {
    let p = look.palette;
    let (w, h) = look.size;
    let Some(main) = scene.here(arrangement.main) else { return };
    if arrangement.is_whole {
        return main.face().full(sheet, main, look, arrangement);
    }
    for (index, frame) in &arrangement.bands {
        if let Some(here) = scene.here(*index) {
            let neighbours = here.fed_by().into_iter().chain(here.feeds());
            let note = neighbours.filter_map(|other| other.face().note(other)).next().unwrap_or_default();
            here.face().band(sheet, here, look, *frame, note);
        }
    }
    for (index, frame) in &arrangement.strips {
        if let Some(here) = scene.here(*index) {
            strips::strip(sheet, here, look, *frame);
        }
    }
    over(sheet, scene, look, arrangement);
    main.face().full(sheet, main, look, arrangement);
    marks(sheet, scene, look, (16.0, w - 16.0), h - 6.0);
    if !footer::conservation(scene).1 {
        sheet.text((16.0, h - 20.0), footer::short_conservation(scene).0, Ink::new(p.server_ink).bold());
    }
}

/// The line over what is drawn in full: what acts on the flow, or what there is to say about it; and over what stands beside it
/// how that does.
fn over(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, arrangement: &Arrangement) {
    let base = arrangement.area.y - 6.0;
    let right = arrangement.beside.map_or(look.size.0 - 16.0, |(_, frame)| frame.x - 8.0);
    let valves = scene.all().find_map(|here| Some((here, here.face().valve()?)));
    if let Some((here, valve)) = valves {
        valve.line(sheet, here, look, (16.0, right), base);
    } else if let Some(main) = scene.here(arrangement.main) {
        let text = main.face().over(main, arrangement);
        let text = cut(&text, right - 16.0, 11.0, false);
        sheet.text((16.0, base), text, Ink::new(look.palette.ink_3));
    }
    if let Some((index, frame)) = arrangement.beside
        && let Some(here) = scene.here(index)
    {
        here.face().caption(sheet, here, look, (frame.middle(), base));
    }
}

/// What became of the requests, as marks with numbers in one line.
pub fn marks(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, (left, right): (f64, f64), base: f64) {
    let p = look.palette;
    let mut x = left;
    for (sort, word, n) in outcomes(scene) {
        let (word, n) = (format!("{word} "), number::count(n));
        let word_w = text_width(&word, 11.0, false);
        let w = word_w + text_width(&n, 11.0, true);
        if x + 12.0 + w > right {
            break;
        }
        glyph::job(sheet, (x + 4.0, base - 4.0), 3.4, sort, p);
        sheet.text((x + 12.0, base), word, Ink::new(p.ink_3));
        sheet.text((x + 12.0 + w, base), n, Ink::new(p.ink).mono().end());
        x += 12.0 + w + 14.0;
    }
}
