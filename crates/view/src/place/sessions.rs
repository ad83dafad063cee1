//! A source of the sessions of many clients: a cell for each, in the hue of what became of the last that it sent. A lens shows some of them from the start.

use super::face::{Face, Note, OnPhone, Room, Words, step};
use super::{Here, Term};
use crate::number;
use crate::recent::{Became, Last, Mode, Sessions as Fold};
use crate::scene::glyph::{self, Sort};
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Raster, Scene, first_fit, heading, lens, strips};
use crate::shape::{Ink, Point, Sheet, bold_width, text_width};
use crate::{Palette, Rgba};
use millrace_trace::ledger::{Fate, StationRow};
use millrace_trace::{JobId, Outcome, StationKind};

/// Sessions.
#[derive(Debug)]
pub struct Sessions {
    /// How many there are to be.
    pub n: u32,
}

/// What they send is counted with what comes of it.
const WORDS: Words = Words {
    came: "sent",
    gone: "gone",
    ways: &[(Outcome::Completed, "done"), (Outcome::Rejected, "turned away"), (Outcome::Failed, "failed")],
};
/// The greatest pitch of cells, and the greatest width that is of use.
const PITCH: f64 = 12.0;
const WIDEST: f64 = 420.0;

/// How a number is written.
type Write = fn(u64) -> String;

/// Where the last one of a session is: out at a server, in a queue, elsewhere inside; or what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Called,
    Queued,
    Held,
    Left(Became),
}

impl Stands {
    const ALL: [Stands; 8] = [
        Stands::Left(Became::Answered),
        Stands::Called,
        Stands::Queued,
        Stands::Held,
        Stands::Left(Became::Full),
        Stands::Left(Became::Limited),
        Stands::Left(Became::Failed),
        Stands::Left(Became::Lost),
    ];

    fn inside(scene: &Scene<'_>, job: JobId) -> Stands {
        let Some(row) = scene.ledger.job(job) else { return Stands::Held };
        let Fate::At(station) = row.fate else { return Stands::Held };
        match scene.ledger.station(station).map(|row| row.kind) {
            _ if row.calling() => Stands::Called,
            Some(StationKind::Channel) => Stands::Queued,
            _ => Stands::Held,
        }
    }

    fn of(scene: &Scene<'_>, last: &Last) -> Stands {
        if last.became == Became::Inside { Stands::inside(scene, last.job) } else { Stands::Left(last.became) }
    }

    fn place(self) -> usize {
        Stands::ALL.iter().position(|one| *one == self).unwrap_or(0)
    }

    /// Its word, its hue as a cell, in which a success recedes, and its mark.
    fn seen(self, p: &Palette) -> (&'static str, Rgba, Result<Sort, Mode>) {
        match self {
            Stands::Called => ("at the service", p.waiting, Err(Mode::Waiting)),
            Stands::Queued => ("queued", p.blocked, Err(Mode::Blocked)),
            Stands::Held => ("in hand", p.running, Err(Mode::Busy)),
            Stands::Left(Became::Inside | Became::Answered) => ("answered", p.success.faint(0.34), Ok(Sort::Success)),
            Stands::Left(Became::Full) => ("queue full", p.rejected, Ok(Sort::Rejected)),
            Stands::Left(Became::Limited) => ("limited", p.client, Ok(Sort::Client)),
            Stands::Left(Became::Failed) => ("errors", p.server, Ok(Sort::Server)),
            Stands::Left(Became::Lost) => ("lost", p.ink, Ok(Sort::Lost)),
        }
    }

    fn word(self, p: &Palette) -> &'static str {
        self.seen(p).0
    }

    fn hue(self, p: &Palette) -> Rgba {
        self.seen(p).1
    }

    fn mark(self, sheet: &mut Sheet, at: Point, p: &Palette) {
        match self.seen(p).2 {
            Ok(sort) => glyph::job(sheet, at, 3.4, sort, p),
            Err(mode) => glyph::mode(sheet, at, mode, p),
        }
    }
}

/// All that was sent, by how it stands.
fn counts(here: Here<'_, '_>, fold: &Fold) -> [u64; Stands::ALL.len()] {
    let mut counts = Stands::ALL.map(|stands| if let Stands::Left(became) = stands { fold.ended(became) } else { 0 });
    for job in fold.inside() {
        if let Some(count) = counts.get_mut(Stands::inside(here.scene, job).place()) {
            *count += 1;
        }
    }
    counts
}

impl Sessions {
    fn fold<'a>(&self, here: Here<'_, 'a>) -> Option<&'a Fold> {
        here.scene.recent.sessions(here.id())
    }

    fn raster(&self, area: Frame) -> Option<Raster> {
        lens::room(u64::from(self.n), area, PITCH)
    }

    fn last(&self, here: Here<'_, '_>, index: u64) -> Option<Last> {
        self.fold(here)?.last().get(index as usize).copied().flatten()
    }

    fn matrix(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, area: Frame) {
        let p = look.palette;
        let Some(raster) = self.raster(area) else { return };
        let last = self.fold(here).map(Fold::last).unwrap_or_default();
        let none = Stands::ALL.len();
        let stands = |one: &Option<Last>| one.as_ref().map_or(none, |last| Stands::of(here.scene, last).place());
        let shows = &mut |cell: u64| {
            let from = (cell * raster.each) as usize;
            let these = last.get(from..last.len().min(from + raster.each as usize)).unwrap_or_default();
            if let [one] = these {
                return stands(one);
            }
            // What most of them are.
            let mut counts = [0_u32; Stands::ALL.len() + 1];
            for one in these {
                if let Some(count) = counts.get_mut(stands(one)) {
                    *count += 1;
                }
            }
            let most = counts.iter().copied().max().filter(|most| *most > 0);
            counts.iter().position(|count| Some(*count) == most).unwrap_or(none)
        };
        let hues: Vec<Rgba> = Stands::ALL.map(|stands| stands.hue(p)).into_iter().chain([p.line]).collect();
        raster.draw(sheet, &hues, shows);
    }

    /// "10,000, one cell each, by id", from long to short.
    fn lines(&self, area: Frame) -> [String; 3] {
        let n = number::count(self.n.into());
        let density = self.raster(area).map_or("no room for cells".to_owned(), |raster| raster.density());
        [format!("{n}, {density}, by id"), format!("{n}, {density}"), n]
    }
}

impl Face for Sessions {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Source]
    }

    fn reads(&self) -> &'static str {
        "A cell for each session, in the order of their numbers, in the hue of what became of the last that it sent; the lens shows 28 of them, with the ms since."
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        let least = step([216.0, 190.0, 150.0, 110.0], level);
        Room { width: (least, WIDEST), ..Room::new(least).hungry(3.0) }
    }

    fn port_towards(&self, _: Here<'_, '_>, frame: Frame, y: f64) -> f64 {
        y.clamp(frame.y, frame.bottom())
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let (spot, p) = (plan.spot(here.index()), look.palette);
        let frame = spot.frame;
        let (came, _) = self.fold(here).map_or((0.0, 0.0), |fold| fold.rates(look.now));
        let rate = format!("{}/s", number::count((came + 0.5) as u64));
        let room = frame.w - bold_width(&rate, 11.0) - 6.0;
        heading(sheet, look, (frame.x, room), spot.cell, here.label(), "", false);
        sheet.text((frame.right(), spot.cell.y + 17.0), rate, Ink::new(p.ink).bold().end());
        let line = first_fit(&self.lines(frame), frame.w);
        sheet.text((frame.x, spot.cell.y + 32.0), line, Ink::new(p.ink_3));
        self.matrix(sheet, here, look, frame);
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Lead
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &Arrangement) {
        self.matrix(sheet, here, look, all.area);
    }

    fn over(&self, here: Here<'_, '_>, all: &Arrangement) -> String {
        let [line, ..] = self.lines(all.area);
        format!("{}: {line}", here.label())
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let Some(fold) = self.fold(here) else { return Note::default() };
        let parts = Stands::ALL.map(|stands| stands.hue(look.palette)).into_iter().zip(counts(here, fold));
        strips::stacked(sheet, look, bar, &parts.collect::<Vec<_>>(), fold.came());
        (format!("{} sent", number::short_count(fold.came())), false)
    }

    fn cells(&self, here: Here<'_, '_>, _: &Look<'_>, layout: &Layout) -> Option<Raster> {
        here.row()?;
        match layout {
            Layout::Desk(plan) => self.raster(plan.spot(here.index()).frame),
            Layout::Phone(all) if all.main == here.index() => self.raster(all.area),
            _ => None,
        }
    }

    fn cell(&self, here: Here<'_, '_>, look: &Look<'_>, raster: &Raster, index: u64) -> Option<Item> {
        let last = self.last(here, index).map(|last| {
            let since = number::time_text(look.now.since(last.at).0);
            let word = Stands::of(here.scene, &last).word(look.palette);
            format!("#{}: {word}, {since} ago", number::count(last.job.number().into()))
        });
        let says = last.unwrap_or_else(|| "nothing sent yet".to_owned());
        Some(Item::new(raster.cell(index / raster.each), name(index), vec![says]))
    }

    fn magnifies(&self) -> bool {
        true
    }

    fn magnified(
        &self,
        sheet: &mut Sheet,
        here: Here<'_, '_>,
        look: &Look<'_>,
        _: u64,
        some: &[(u64, Point)],
    ) -> Vec<(String, Option<u64>)> {
        let mut one = |(index, at): &(u64, Point)| {
            let last = self.last(here, *index);
            match &last {
                Some(last) => Stands::of(here.scene, last).mark(sheet, *at, look.palette),
                None => sheet.disc(*at, 1.6, look.palette.idle),
            }
            (name(*index), last.map(|last| look.now.since(last.at).0))
        };
        some.iter().map(&mut one).collect()
    }

    fn population(&self, _: Here<'_, '_>) -> u64 {
        self.n.into()
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        let mut all = vec![number::counted(self.n.into(), "session", "sessions")];
        if let Some(fold) = self.fold(here) {
            all.push(format!("{} sent", number::count(fold.came())));
            let some = Stands::ALL.into_iter().zip(counts(here, fold)).filter(|(_, n)| *n > 0);
            all.extend(some.map(|(stands, n)| format!("{} {}", number::count(n), stands.word(look.palette))));
        }
        all
    }

    fn sentence(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), self.about(here, look).join(", ")))
    }

    fn term(&self, _: Here<'_, '_>, _: Option<&crate::scene::Worker<'_>>, _: &StationRow) -> Term {
        Term::AT_SOURCE
    }

    fn words(&self, _: Here<'_, '_>) -> Option<&'static Words> {
        Some(&WORDS)
    }

    fn total(&self, here: Here<'_, '_>) -> Option<String> {
        self.fold(here).map(|fold| format!("= {} sent", number::count(fold.came())))
    }

    fn legend(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, (left, right): (f64, f64), y: f64) -> f64 {
        let Some(fold) = self.fold(here) else { return left };
        let p = look.palette;
        let counted = Stands::ALL.into_iter().zip(counts(here, fold));
        let shown: Vec<_> = counted.filter(|(stands, n)| *n > 0 || stands.place() == 0).collect();
        let width = |stands: Stands, n: &str| 16.0 + text_width(stands.word(p), 11.0, false) + bold_width(n, 11.0);
        // In full, closer together, in short; and what does not fit even then is left out.
        let ways: [(Write, f64); 3] = [(number::count, 16.0), (number::count, 9.0), (number::short_count, 9.0)];
        let fits = |(write, gap): &(Write, f64)| {
            shown.iter().map(|(stands, n)| width(*stands, &write(*n)) + gap).sum::<f64>() <= right - left
        };
        let [.., least] = ways;
        let (write, gap) = ways.into_iter().find(fits).unwrap_or(least);
        let mut x = left;
        for (stands, n) in shown {
            let n = write(n);
            let end = x + width(stands, &n);
            if end > right {
                break;
            }
            stands.mark(sheet, (x + 5.0, y), p);
            sheet.text((x + 12.0, y + 4.0), stands.word(p), Ink::new(p.ink_2));
            sheet.text((end, y + 4.0), n, Ink::new(p.ink).bold().end());
            x = end + gap;
        }
        x
    }
}

fn name(index: u64) -> String {
    format!("s{index}")
}
