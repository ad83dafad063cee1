//! A rate limiter: the account that its rule keeps, what it said in the last two seconds, and the most that it ever let through in the time that its limit is
//! for. Several stand one above the other as rows of one table: the same columns, the same axis of time, the same requests.

mod faces;
mod reading;
mod verdicts;

use super::face::{Face, Note, OnPhone, Room, Words, step};
use super::{Here, Term};
use crate::number;
use crate::recent::Mark;
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Spot, Worker, heading};
use crate::shape::{Ink, Sheet, cut};
use millrace_analysis::Prefix;
use millrace_spec as spec;
use millrace_trace::{Outcome, StationKind, ledger::StationRow};
use reading::{G, Reading, exact};

/// A rate limiter.
#[derive(Debug)]
pub struct Bucket<'a> {
    /// Its rule and its limit.
    pub spec: &'a spec::Bucket,
}

/// Those who ask, where nothing comes after it.
const WORDS: Words =
    Words { came: "asked", gone: "told", ways: &[(Outcome::Completed, "passed"), (Outcome::Rejected, "refused")] };
/// The height of the heads over the columns.
const HEADS: f64 = 44.0;
/// The height of a row, by level of detail, without the gap to the next.
const ROWS: [f64; 4] = [64.0, 54.0, 46.0, 26.0];
/// How much higher a row may be where there is room.
const GROWS: f64 = 14.0;
/// From this height on a row has its picture in full.
const FULL_ROW: f64 = 60.0;
/// The height of a row on a phone.
const BAND: f64 = 57.0;
/// The columns of a row: name, picture, and the most; the verdicts have what is left.
const NAME: f64 = 132.0;
const MOST: f64 = 104.0;
const GAP: f64 = 20.0;
/// One that stands alone where others need the room: its words in several lines.
const NARROW: f64 = 132.0;
/// The height of a line of words.
const LINE: f64 = 16.0;
/// A cell of the strip of keys, and how many stand in a line.
const CELL: f64 = 4.0;
const IN_LINE: usize = 100;

/// Where the parts of a row are.
struct Columns {
    picture: Frame,
    verdicts: Frame,
    most: Frame,
}

impl Columns {
    fn of(frame: Frame) -> Columns {
        let picture = if frame.h >= FULL_ROW { faces::FULL.0 } else { faces::SMALL.0 + 12.0 };
        let left = frame.x + NAME + GAP + picture + 24.0;
        let most = Frame { x: frame.right() - MOST, w: MOST, ..frame };
        Columns {
            picture: Frame { x: frame.x + NAME + GAP, w: picture, ..frame },
            verdicts: Frame { x: left, w: (most.x - GAP - left).max(20.0), ..frame },
            most,
        }
    }
}

/// Where the parts of a limiter that stands alone are, from top to bottom.
struct Card {
    picture: Frame,
    verdicts: Frame,
    most: Frame,
    keys: Frame,
}

impl Card {
    fn of(frame: Frame) -> Card {
        let wide = frame.w >= faces::FULL.0;
        let picture = if wide { faces::FULL.1 } else { faces::SMALL.1 + 8.0 };
        let words = if frame.w <= NARROW { 46.0 + LINE } else { 46.0 };
        let verdicts = Frame { y: frame.y + 4.0 + picture + words, h: 40.0, ..frame };
        let most = Frame { y: verdicts.bottom() + 36.0, h: 56.0, w: frame.w.min(220.0), ..frame };
        let keys = Frame { y: most.bottom() + 24.0, h: (frame.bottom() - most.bottom() - 24.0).max(0.0), ..frame };
        Card { picture: Frame { y: frame.y + 4.0, h: picture, ..frame }, verdicts, most, keys }
    }
}

/// Whether several limiters are asked, and which of them this one is.
fn among(here: Here<'_, '_>) -> Option<usize> {
    let of_kind = |other: &Here<'_, '_>| matches!(other.shown.place.kind, spec::PlaceKind::Bucket(_));
    let all: Vec<usize> = here.scene.all().filter(of_kind).map(Here::index).collect();
    (all.len() > 1).then(|| all.iter().position(|index| *index == here.index())).flatten()
}

impl Bucket<'_> {
    fn read<'a>(&'a self, here: Here<'_, 'a>, look: &Look<'_>) -> Reading<'a> {
        Reading::of(self.spec, here, look.now)
    }

    fn per(&self) -> String {
        exact(self.spec.per.0)
    }

    /// "20 per 1.00 s, burst 10"
    fn terms(&self) -> String {
        let limit = format!("{} per {}", number::count(self.spec.limit.into()), self.per());
        if self.spec.rule.has_burst() {
            format!("{limit}, burst {}", number::count(self.spec.burst.into()))
        } else {
            limit
        }
    }
}

impl Face for Bucket<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Gate]
    }

    fn reads(&self) -> &'static str {
        "The account of a limiter as it stands now; what it said in the last 2 s, up where somebody passed or waits and down where it was refused; and the most \
         that ever passed in the time of its limit, against that limit."
    }

    fn room(&self, here: Here<'_, '_>, level: usize) -> Room {
        match among(here) {
            Some(index) => {
                let head = if index == 0 { HEADS } else { 0.0 };
                let high = step(ROWS, level) + head;
                Room {
                    head,
                    foot: 0.0,
                    ..Room::new(step([780.0, 620.0, 560.0, 480.0], level)).hungry(1.0).high(high, high + GROWS)
                }
            }
            None if self.spec.refuses => Room::new(step([292.0, 284.0, 200.0, 120.0], level)).hungry(1.0),
            // Who refuses nobody is passed sooner or later: what stands on both sides of it tells more.
            None => Room::new(step([292.0, NARROW, NARROW, 120.0], level)),
        }
    }

    fn port(&self, here: Here<'_, '_>, frame: Frame) -> f64 {
        match among(here) {
            Some(_) => frame.y + frame.h / 2.0,
            None => {
                let verdicts = Card::of(frame).verdicts;
                verdicts.y + verdicts.h / 2.0
            }
        }
    }

    fn before(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([24.0, 18.0, 12.0, 8.0], level)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let reading = self.read(here, look);
        match among(here) {
            Some(index) => {
                if index == 0 {
                    self.heads(sheet, look, Columns::of(spot.frame), spot.cell);
                }
                self.row(sheet, &reading, look, spot.frame);
            }
            None => self.card(sheet, here, look, spot),
        }
    }

    fn on_phone(&self, here: Here<'_, '_>) -> OnPhone {
        if among(here).is_some() { OnPhone::Band(BAND) } else { OnPhone::Main }
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let reading = self.read(here, look);
        let frame = Frame { y: bar.y - 6.0, h: 20.0, ..bar };
        verdicts::ribbon(sheet, &reading, look, frame);
        let most = reading.sum(G.most);
        (
            format!("{} of {}", number::short_count(most), number::short_count(self.spec.limit.into())),
            reading.excess() > 1.0,
        )
    }

    fn band(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, frame: Frame, _: Note) {
        self.band_of(sheet, &self.read(here, look), look, frame);
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, arrangement: &Arrangement) {
        self.body(sheet, here, &self.read(here, look), look, arrangement.area);
    }

    fn over(&self, here: Here<'_, '_>, _: &Arrangement) -> String {
        format!("{}, {}", here.label(), self.terms())
    }

    fn parts(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, _: &Item) -> Vec<Item> {
        let Some(ribbon) = ribbon_of(here, layout) else { return Vec::new() };
        let reading = self.read(here, look);
        verdicts::shown(&reading, look).map(|mark| verdict(here, look, ribbon, mark)).collect()
    }

    fn at(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, at: (f64, f64)) -> Option<Item> {
        let Layout::Desk(plan) = layout else { return None };
        let (reading, frame) = (self.read(here, look), plan.spot(here.index()).frame);
        let inside = |f: Frame| at.0 >= f.x - 4.0 && at.0 < f.right() + 4.0 && at.1 >= f.y && at.1 < f.bottom();
        let keys = among(here).is_none().then(|| Card::of(frame).keys);
        if let Some(keys) = keys.filter(|keys| inside(*keys)) {
            return self.key_at(here, &reading, keys, at);
        }
        let ribbon = ribbon_of(here, layout).filter(|ribbon| inside(*ribbon))?;
        Some(verdict(here, look, ribbon, verdicts::nearest(&reading, look, ribbon, at.0)?))
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        let reading = self.read(here, look);
        let (line, next) = reading.lines();
        let mut says: Vec<String> = reading.whose().into_iter().collect();
        says.extend([line, next]);
        let sums = [(G.passed, "passed"), (G.refused, "refused"), (G.waiting, "waiting")];
        says.extend(sums.map(|(gauge, word)| format!("{} {word}", number::count(reading.sum(gauge)))));
        says.push(format!(
            "at most {} in any {}, limit {}",
            number::count(reading.sum(G.most)),
            self.per(),
            number::count(self.spec.limit.into())
        ));
        if reading.sum(G.lost) > 0 {
            says.push(format!("{} buckets lost to another for the same key", number::count(reading.sum(G.lost))));
        }
        says
    }

    fn sentence(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<String> {
        let reading = self.read(here, look);
        let most = number::count(reading.sum(G.most));
        Some(format!("{}: {}, most passed in any {} {most}", here.label(), reading.lines().0, self.per()))
    }

    fn story(&self, here: Here<'_, '_>, _: &Prefix<'_>) -> Option<String> {
        let row = here.row()?;
        let read = |gauge| number::count(row.gauge(gauge).max(0) as u64);
        (row.gauge(G.asked) > 0).then(|| {
            format!(
                "{}: {} asked, {} passed, {} were refused and {} wait; the most that passed in any {} is {}, and the limit is {}.",
                here.label(),
                read(G.asked),
                read(G.passed),
                read(G.refused),
                read(G.waiting),
                self.per(),
                read(G.most),
                number::count(self.spec.limit.into())
            )
        })
    }

    fn term(&self, _: Here<'_, '_>, _: Option<&Worker<'_>>, _: &StationRow) -> Term {
        Term::WAITING
    }

    fn words(&self, here: Here<'_, '_>) -> Option<&'static Words> {
        among(here).map(|_| &WORDS)
    }

    fn legend(&self, sheet: &mut Sheet, _: Here<'_, '_>, look: &Look<'_>, edges: (f64, f64), y: f64) -> f64 {
        verdicts::legend(sheet, look, self.spec.refuses, edges, y)
    }
}

/// Where the verdicts of a limiter lie.
fn ribbon_of(here: Here<'_, '_>, layout: &Layout) -> Option<Frame> {
    let several = among(here).is_some();
    Some(match layout {
        Layout::Desk(plan) if several => Columns::of(plan.spot(here.index()).frame).verdicts,
        Layout::Desk(plan) => Card::of(plan.spot(here.index()).frame).verdicts,
        _ if several => band_ribbon(layout.area(here.index())?),
        _ => Card::of(layout.area(here.index())?).verdicts,
    })
}

/// The same in a row as a phone has it.
fn band_ribbon(frame: Frame) -> Frame {
    Frame { x: frame.x + 108.0, y: frame.y + 18.0, w: frame.w - 108.0 - 52.0, h: 36.0 }
}

/// What a request was told, by this limiter and by those beside it.
fn verdict(here: Here<'_, '_>, look: &Look<'_>, ribbon: Frame, mark: &Mark) -> Item {
    let mut lines = vec![format!("at {}, costs {}", number::moment(mark.at.0), number::count(mark.asked.cost.into()))];
    lines.push(verdicts::told(mark));
    let others = here.scene.all().filter(|other| other.index() != here.index());
    lines.extend(others.filter_map(|other| {
        let mark = here.scene.recent.verdicts(other.id())?.mark(mark.number)?;
        Some(format!("{}: {}", other.label(), verdicts::told(mark)))
    }));
    let title = format!("Request {}", number::count(u64::from(mark.number) + 1));
    let x = verdicts::x_of(ribbon, look, mark.at);
    Item::new(Frame { x: x - 3.0, w: 6.0, ..ribbon }, title, lines).labelled((x + 12.0, ribbon.bottom()))
}

impl Bucket<'_> {
    /// The heads over the columns.
    fn heads(&self, sheet: &mut Sheet, look: &Look<'_>, columns: Columns, cell: Frame) {
        let p = look.palette;
        let Columns { picture, verdicts, most } = columns;
        let head = |sheet: &mut Sheet, x: f64, title: String, line: String| {
            sheet.text((x, cell.y + 12.0), title, Ink::new(p.ink).size(12.0).bold());
            sheet.text((x, cell.y + 28.0), line, Ink::new(p.ink_3));
        };
        let terms = format!(
            "{} per {}, burst {}",
            number::count(self.spec.limit.into()),
            self.per(),
            number::count(self.spec.burst.into())
        );
        head(sheet, cell.x, "Limiter".into(), cut(&terms, NAME + GAP - 8.0, 11.0, false));
        head(sheet, picture.x + 4.0, "State now".into(), format!("{} s", number::seconds(look.now.0)));
        head(sheet, verdicts.x, "Verdicts".into(), "−2 s".into());
        sheet.text((verdicts.right(), cell.y + 28.0), "now", Ink::new(p.ink_3).end());
        sheet.line((verdicts.x + 28.0, cell.y + 24.5), (verdicts.right() - 26.0, cell.y + 24.5), p.line_2, 1.0);
        head(
            sheet,
            most.x,
            format!("Most in any {}", self.per()),
            format!("limit {}", number::count(self.spec.limit.into())),
        );
    }

    /// One row of several.
    fn row(&self, sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        let Columns { picture, verdicts, most } = Columns::of(frame);
        if verdicts::is_trouble(reading) {
            sheet.fill((0.0, frame.y - 5.5), (look.size.0, frame.h + 11.0), 0.0, p.server_wash.faint(0.55));
        }
        sheet.line((frame.x, frame.bottom() + 5.5), (frame.right(), frame.bottom() + 5.5), p.line, 1.0);
        let trunk = frame.x + NAME + 12.0;
        let middle = frame.y + frame.h * 0.56;
        sheet.line((trunk, frame.y - 6.0), (trunk, middle), p.line_3, 1.0);
        if self.spec.rule != spec::LimiterRule::Gcra {
            sheet.line((trunk, middle), (trunk, frame.bottom() + 6.0), p.line_3, 1.0);
        }
        sheet.line((trunk, middle), (trunk + 10.0, middle), p.line_3, 1.0);
        sheet.area(vec![(trunk + 7.0, middle - 3.5), (trunk + 13.0, middle), (trunk + 7.0, middle + 3.5)], p.line_3);
        let (line, next) = reading.lines();
        let whose = reading.whose();
        let title = cut(self.spec.rule.label(), NAME, 12.0, false);
        sheet.text((frame.x, frame.y + 14.0), title, Ink::new(p.ink).size(12.0).bold());
        let ink = if reading.is_tight() { Ink::new(p.blocked_ink).medium() } else { Ink::new(p.ink_2) };
        if frame.h >= verdicts::LOW {
            sheet.text((frame.x, frame.y + 31.0), cut(&line, NAME, 11.0, false), ink);
        }
        if frame.h >= 44.0 {
            sheet.text((frame.x, frame.y + 46.0), cut(&whose.unwrap_or(next), NAME, 11.0, false), Ink::new(p.ink_3));
        }
        let ribbon = Frame { y: frame.y + 2.0, h: frame.h - 6.0, ..verdicts };
        verdicts::edges(sheet, reading, look, Frame { y: frame.y - 6.0, h: frame.h + 12.0, ..verdicts }, false);
        if frame.h >= FULL_ROW {
            faces::full(sheet, reading, look, (picture.x, frame.y));
        } else {
            faces::small(sheet, reading, look, (picture.x + 4.0, frame.y + (frame.h - faces::SMALL.1) / 2.0));
        }
        verdicts::ribbon(sheet, reading, look, ribbon);
        verdicts::most(sheet, reading, look, most);
    }

    /// The only one, beside what it lets through to.
    fn card(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, spot: Spot) {
        let (cell, frame) = (spot.cell, spot.frame);
        heading(sheet, look, (frame.x, frame.w), cell, here.label(), &self.terms(), false);
        self.body(sheet, here, &self.read(here, look), look, frame);
    }

    /// The parts of one that stands alone.
    fn body(&self, sheet: &mut Sheet, here: Here<'_, '_>, reading: &Reading<'_>, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        let Card { picture, verdicts, most, keys } = Card::of(frame);
        if frame.w >= faces::FULL.0 {
            faces::full(sheet, reading, look, (picture.x - 4.0, picture.y));
        } else {
            faces::small(sheet, reading, look, (picture.x, picture.y + 4.0));
        }
        let (line, next) = reading.lines();
        let ink = if reading.is_tight() { Ink::new(p.blocked_ink).medium() } else { Ink::new(p.ink_2) };
        let says = match frame.w <= NARROW {
            true => vec![line, next],
            false => {
                vec![[reading.whose(), Some(line), Some(next)].into_iter().flatten().collect::<Vec<_>>().join(", ")]
            }
        };
        for (index, says) in says.iter().enumerate() {
            let y = picture.bottom() + LINE * (index + 1) as f64;
            sheet.text((frame.x, y), cut(says, frame.w, 11.0, false), ink);
        }
        if verdicts.bottom() + 16.0 > frame.bottom() {
            return;
        }
        sheet.text((frame.x, verdicts.y - 8.0), "Verdicts", Ink::new(p.ink).medium());
        sheet.text((frame.right(), verdicts.y - 8.0), "last 2 s", Ink::new(p.ink_3).end());
        verdicts::edges(sheet, reading, look, verdicts, false);
        verdicts::ribbon(sheet, reading, look, verdicts);
        if most.bottom() > frame.bottom() {
            return;
        }
        let title = match frame.w <= NARROW {
            true => format!("Most in any {}", self.per()),
            false => format!("Most that passed in any {}", self.per()),
        };
        sheet.text((frame.x, most.y - 4.0), cut(&title, frame.w, 11.0, false), Ink::new(p.ink).medium());
        verdicts::most(sheet, reading, look, most);
        if keys.h >= 12.0 && reading.keys.len() > 1 {
            self.keys(sheet, here, reading, look, keys);
        }
    }

    /// How much of each key's bucket is used up: a cell each.
    fn keys(&self, sheet: &mut Sheet, here: Here<'_, '_>, reading: &Reading<'_>, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        let title = format!("{} keys, darker is fuller", number::count(reading.sum(G.kept)));
        sheet.text((frame.x, frame.y - 6.0), cut(&title, frame.w, 11.0, false), Ink::new(p.ink_3));
        let columns = in_line(frame);
        let mut shades: [Vec<[f32; 4]>; 5] = Default::default();
        for index in 0..reading.keys.len() {
            let (line, column) = (index / columns, index % columns);
            let y = frame.y + line as f64 * CELL;
            if y + CELL > frame.bottom() {
                break;
            }
            let used = reading.at(index, here).used();
            let shade = if used >= 0.999 { 4 } else { (used * 4.0) as usize };
            if let Some(cells) = shades.get_mut(shade) {
                cells.push([frame.x + column as f64 * CELL, y, CELL - 1.0, CELL - 1.0].map(|v| v as f32));
            }
        }
        let colours = [p.line, p.queued.faint(0.3), p.queued.faint(0.55), p.queued.faint(0.8), p.blocked];
        for (cells, colour) in shades.into_iter().zip(colours) {
            sheet.boxes(cells, Some(colour), None);
        }
    }

    /// The key whose cell is at a point.
    fn key_at(&self, here: Here<'_, '_>, reading: &Reading<'_>, frame: Frame, at: (f64, f64)) -> Option<Item> {
        let columns = in_line(frame);
        let (line, column) = (((at.1 - frame.y) / CELL) as usize, ((at.0 - frame.x).max(0.0) / CELL) as usize);
        let index = line * columns + column.min(columns - 1);
        let (_, row) = reading.keys.get(index)?;
        let one = reading.at(index, here);
        let (line, next) = one.lines();
        let asked = format!("{} asked", number::count(row.gauge(G.asked).max(0) as u64));
        let area = Frame { x: at.0 - 12.0, y: at.1 - 12.0, w: 24.0, h: 24.0 };
        Some(Item::new(area, one.whose().unwrap_or_default(), vec![line, next, asked]))
    }

    /// A row as a phone has it.
    fn band_of(&self, sheet: &mut Sheet, reading: &Reading<'_>, look: &Look<'_>, frame: Frame) {
        let p = look.palette;
        if verdicts::is_trouble(reading) {
            sheet.fill((0.0, frame.y - 1.0), (look.size.0, frame.h), 0.0, p.server_wash.faint(0.55));
        }
        let (line, _) = reading.lines();
        sheet.text((frame.x, frame.y + 13.0), self.spec.rule.label(), Ink::new(p.ink).size(12.0).bold());
        faces::small(sheet, reading, look, (frame.x, frame.y + 22.0));
        let ribbon = band_ribbon(frame);
        sheet.text((ribbon.x, frame.y + 13.0), cut(&line, ribbon.w, 11.0, false), Ink::new(p.ink_2));
        verdicts::edges(sheet, reading, look, ribbon, false);
        verdicts::ribbon(sheet, reading, look, ribbon);
        verdicts::most(sheet, reading, look, Frame { x: frame.right() - 40.0, w: 40.0, ..frame });
    }
}

fn in_line(frame: Frame) -> usize {
    ((frame.w / CELL) as usize).clamp(1, IN_LINE)
}
