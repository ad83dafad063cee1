//! A queue by class: a rail for each with its head on the right, the main queue below them, and who waits where nothing counts it. Each task has the mark of
//! its class; where they are many a mark stands for ten or a hundred.

mod picture;
mod state;

use super::face::{Face, Note, OnPhone, Room, step};
use super::{Here, Term};
use crate::number;
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, first_fit, heading};
use crate::shape::{Ink, Sheet, text_width};
use crate::text::Row;
use millrace_analysis::Prefix;
use millrace_spec as spec;
use millrace_trace::{StationKind, ledger::StationRow};
use picture::{Mark, Plot};
use state::{Line, State};

/// A queue by class.
#[derive(Debug)]
pub struct Rails<'a> {
    /// Its classes, and what becomes of them.
    pub spec: &'a spec::Rails,
}

/// In a scene of more places than these it is not what all is about.
const PLACES: usize = 8;
/// The most marks of a line that can be walked through.
const WALKED: usize = 28;

impl Rails<'_> {
    fn area(here: Here<'_, '_>, layout: &Layout) -> Option<Frame> {
        match layout {
            Layout::Desk(plan) => Some(plan.spot(here.index()).frame),
            Layout::Phone(all) if all.main == here.index() => Some(all.area),
            _ => None,
        }
    }

    /// "35 of 100, the oldest for 1.20 s"
    fn says(line: &Line<'_>, look: &Look<'_>) -> String {
        let n = number::count(line.n);
        let of = line.room.map_or(n.clone(), |room| format!("{n} of {}", number::count(room.into())));
        match line.oldest {
            Some(oldest) => format!("{of}, the oldest for {}", number::time_text(look.now.since(oldest).0)),
            None => of,
        }
    }

    /// What there is to say of a task.
    fn lines(here: Here<'_, '_>, look: &Look<'_>, state: &State<'_>, mark: &Mark, unit: u64) -> Vec<String> {
        let mut lines = vec![format!("class {}", state.class(mark.class))];
        if let Some(job) = here.scene.ledger.job(mark.job) {
            let ago = number::time_text(look.now.since(job.entered).0);
            lines.push(format!("submitted {ago} ago"));
        }
        match here.scene.recent.tried(mark.job) {
            0 => {}
            1 => lines.push("tried once".to_owned()),
            n => lines.push(format!("tried {} times", number::count(n.into()))),
        }
        let line = state.lines().nth(mark.line).map_or("", |line| line.name);
        lines.push(format!("place {} of {line}", number::count(mark.place as u64 + 1)));
        match state.before(here, look.now, mark.job) {
            Some(0) => lines.push("goes next".to_owned()),
            Some(n) => lines.push(format!("{} go first", number::count(n as u64))),
            None => {}
        }
        if unit > 1 {
            lines.push(format!("the first of {unit}"));
        }
        lines
    }

    fn item(here: Here<'_, '_>, look: &Look<'_>, state: &State<'_>, mark: &Mark, unit: u64) -> Item {
        let frame = Frame { x: mark.at.0 - 4.0, y: mark.at.1 - 6.0, w: 8.0, h: 12.0 };
        let title = format!("#{}", number::count(mark.job.number().into()));
        Item::new(frame, title, Rails::lines(here, look, state, mark, unit))
    }

    fn trouble(state: &State<'_>) -> Note {
        let lost = state.lost();
        let waiting = state.waiting() + state.outside.n;
        match lost {
            0 => (format!("{} waiting", number::count(waiting)), false),
            lost => (format!("{} lost", number::count(lost)), true),
        }
    }
}

impl Face for Rails<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Channel]
    }

    fn reads(&self) -> &'static str {
        "A rail for each class, whose head is on the right, and below them the main queue. A dotted disc is a high task, a disc a medium one, a ring a low one, a square one \
         without a class."
    }

    fn story(&self, here: Here<'_, '_>, _: &Prefix<'_>) -> Option<String> {
        let losses = State::of(self.spec, here).losses()?;
        Some(format!("{}: {losses}.", here.label()))
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        let least = step([276.0, 250.0, 230.0, 216.0], level);
        let high = step([300.0, 226.0, 180.0, 150.0], level);
        Room { width: (least, 300.0), appetite: 2.0, ..Room::new(least).high(high, f64::INFINITY) }
    }

    fn before(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([24.0, 18.0, 14.0, 10.0], level)
    }

    fn after(&self, _: Here<'_, '_>, level: usize) -> f64 {
        step([24.0, 18.0, 14.0, 10.0], level)
    }

    fn walls(&self, _: Here<'_, '_>, frame: Frame) -> Frame {
        Frame { x: frame.x - 6.0, w: frame.w + 12.0, ..frame }
    }

    /// What is to go on stands in the main queue at last, or on a rail where there is none.
    fn port(&self, _: Here<'_, '_>, frame: Frame) -> f64 {
        let rails = self.spec.rails.iter().filter(|rail| rail.room.is_some()).count();
        let (rail, main) = picture::parts(frame, rails);
        if self.spec.main.1.is_empty() { frame.y + rail * rails as f64 / 2.0 } else { main.y + main.h / 2.0 }
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let state = State::of(self.spec, here);
        let plot = Plot::of(&state, spot.frame);
        let waiting = format!("{} waiting", number::count(state.waiting()));
        let texts = [format!("{waiting}; {}", unit_words(plot.unit)), waiting];
        heading(
            sheet,
            look,
            (spot.frame.x, spot.frame.w),
            spot.cell,
            here.label(),
            &first_fit(&texts, spot.frame.w),
            false,
        );
        picture::draw(sheet, look, &state, &plot);
    }

    fn on_phone(&self, here: Here<'_, '_>) -> OnPhone {
        if here.scene.places.len() > PLACES { OnPhone::Strip } else { OnPhone::Lead }
    }

    fn strip(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, bar: Frame) -> Note {
        let (p, state) = (look.palette, State::of(self.spec, here));
        let room: u64 = state.rails.iter().chain([&state.main]).filter_map(|line| line.room).map(u64::from).sum();
        sheet.frame((bar.x, bar.y), (bar.w, bar.h), 0.0, Some(p.sunken), p.line_2, 0.8);
        let share = state.waiting() as f64 / room.max(1) as f64;
        sheet.fill((bar.x, bar.y), (bar.w * share.min(1.0), bar.h), 0.0, p.queued);
        Rails::trouble(&state)
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &Arrangement) {
        let state = State::of(self.spec, here);
        picture::draw(sheet, look, &state, &Plot::of(&state, all.area));
    }

    fn over(&self, here: Here<'_, '_>, all: &Arrangement) -> String {
        let state = State::of(self.spec, here);
        let unit = Plot::of(&state, all.area).unit;
        format!("{}: {} waiting; {}", here.label(), number::count(state.waiting()), unit_words(unit))
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let Some(area) = Rails::area(here, layout) else {
            return super::face::itself(self.about(here, look), here, layout);
        };
        let state = State::of(self.spec, here);
        let plot = Plot::of(&state, area);
        let item = |(number, frame): &(usize, Frame)| {
            let line = state.lines().nth(*number)?;
            Some(Item::new(*frame, format!("{}, {}", here.label(), line.name), vec![Rails::says(line, look)]))
        };
        plot.lines.iter().filter_map(item).collect()
    }

    fn parts(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, item: &Item) -> Vec<Item> {
        let Some(area) = Rails::area(here, layout) else { return Vec::new() };
        let state = State::of(self.spec, here);
        let plot = Plot::of(&state, area);
        let of_line = |(_, frame): &&(usize, Frame)| *frame == item.frame;
        let Some((number, _)) = plot.lines.iter().find(of_line) else { return Vec::new() };
        let marks = plot.marks.iter().filter(|mark| mark.line == *number).take(WALKED);
        marks.map(|mark| Rails::item(here, look, &state, mark, plot.unit)).collect()
    }

    fn at(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout, at: (f64, f64)) -> Option<Item> {
        let area = Rails::area(here, layout)?;
        let state = State::of(self.spec, here);
        let plot = Plot::of(&state, area);
        let mark = plot.at(at)?;
        Some(Rails::item(here, look, &state, mark, plot.unit))
    }

    fn about(&self, here: Here<'_, '_>, _: &Look<'_>) -> Vec<String> {
        let state = State::of(self.spec, here);
        let outside = state.outside.n;
        let waiting = format!("{} waiting", number::count(state.waiting()));
        let outside = (outside > 0).then(|| format!("{} outside any queue", number::count(outside)));
        std::iter::once(waiting).chain(outside).chain(state.losses()).collect()
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let state = State::of(self.spec, here);
        let all = Row { what: here.label().to_owned(), says: self.about(here, look).join("; ") };
        let bounded = |line: &&Line<'_>| !line.name.is_empty() && (line.room.is_some() || !line.jobs.is_empty());
        let row =
            |line: &Line<'_>| Row { what: format!("{}, {}", here.label(), line.name), says: Rails::says(line, look) };
        std::iter::once(all).chain(state.lines().filter(bounded).map(row)).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), self.about(here, look).join("; ")))
    }

    fn term(&self, here: Here<'_, '_>, _: Option<&crate::scene::Worker<'_>>, row: &StationRow) -> Term {
        match here.scene.name(row) {
            name if name == self.spec.outside => Term::new(3, "outside"),
            name if name == self.spec.retries => Term::new(4, "to retry"),
            name if name == self.spec.stranded => Term::new(7, "with nobody"),
            _ => Term::QUEUED,
        }
    }

    fn legend(&self, sheet: &mut Sheet, _: Here<'_, '_>, look: &Look<'_>, (left, right): (f64, f64), y: f64) -> f64 {
        let width = |rail: &spec::Rail| 26.0 + text_width(rail.class, 11.0, false);
        if left + self.spec.rails.iter().map(width).sum::<f64>() > right {
            return left;
        }
        let mut x = left;
        for (class, rail) in self.spec.rails.iter().enumerate() {
            picture::mark(sheet, (x + 4.0, y), class, look.palette);
            sheet.text((x + 12.0, y + 4.0), rail.class, Ink::new(look.palette.ink_2));
            x += width(rail);
        }
        x
    }
}

/// "a mark is 10 tasks"
fn unit_words(unit: u64) -> String {
    if unit == 1 { "a mark each".to_owned() } else { format!("a mark is {} tasks", number::count(unit)) }
}
