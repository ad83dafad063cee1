//! A process that is asked to end: a row for each of its parts, with what it has, how long it took to stop, and what is lost of it.

mod rows;
mod state;

use super::face::{Face, Note, OnPhone, Room, Words, step};
use super::{Here, Term};
use crate::number;
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Spot, Worker, first_fit, heading};
use crate::shape::{Ink, Sheet, bold_width, text_width};
use crate::text::Row;
use millrace_analysis::Prefix;
use millrace_spec as spec;
use millrace_trace::{Outcome, StationKind, ledger::StationRow};
use rows::Rows;
use state::{Part, State, with_before};

/// A process that is asked to end.
#[derive(Debug)]
pub struct Shutdown<'a> {
    pub spec: &'a spec::Shutdown,
}

const WORDS: Words = Words {
    came: "came",
    gone: "gone",
    ways: &[
        (Outcome::Completed, "done"),
        (Outcome::Failed, "failed"),
        (Outcome::Rejected, "turned away"),
        (Outcome::Lost, "lost"),
    ],
};

/// The height below which its heading is one line.
const LOW: f64 = 150.0;

/// Where the rows stand.
fn on_desk(spot: &Spot) -> Frame {
    match spot.cell.h < LOW {
        true => Frame { y: spot.cell.y + 24.0, h: spot.cell.h - 26.0, ..spot.frame },
        false => spot.frame,
    }
}

impl Shutdown<'_> {
    fn area(&self, here: Here<'_, '_>, layout: &Layout) -> Option<Frame> {
        match layout {
            Layout::Desk(plan) => Some(on_desk(&plan.spot(here.index()))),
            Layout::Phone(all) if all.main == here.index() => Some(all.area),
            _ => None,
        }
    }

    fn lines(part: &Part, look: &Look<'_>) -> Vec<String> {
        let mut lines = vec![part.says(look.now)];
        if let Some(began) = part.began {
            lines.push(format!("told to stop at {}", number::moment(began.0)));
        }
        for count in &part.counts {
            let [one, several] = count.words;
            let came = number::counted(count.came, one, several);
            let said = format!("{came}, {} inside, {} lost", number::count(count.inside), number::count(count.lost));
            lines.push(with_before(&said, count.before));
        }
        lines
    }
}

impl Face for Shutdown<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Crew]
    }

    fn reads(&self) -> &'static str {
        "A row for each part of the process: what it has, a bar from when it was told to stop until it was over, hatched where it was \
         forced, as no time was left, and what is lost of it; the dashed line is the end of the grace."
    }

    fn story(&self, here: Here<'_, '_>, so_far: &Prefix<'_>) -> Option<String> {
        let (state, now) = (State::of(self.spec, here), so_far.at());
        state.asked?;
        let [line, _] = state.line(self.spec, now);
        let told = state.parts.iter().filter(|part| part.began.is_some());
        let told: Vec<String> = told.map(|part| format!("{} {}", part.name, part.says(now))).collect();
        let lost: Vec<String> = state.parts.iter().filter_map(Part::lost).collect();
        let lost = if lost.is_empty() { "nothing is lost".to_owned() } else { format!("lost: {}", lost.join(", ")) };
        let lost = format!("; {}", with_before(&lost, state.before()));
        let lost = if state.counts() { lost.as_str() } else { "" };
        Some(format!("{line}: {}{lost}.", told.join(", ")))
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        Room::new(step([430.0, 400.0, 360.0, 300.0], level)).hungry(2.0)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let state = State::of(self.spec, here);
        let (x, w) = (spot.frame.x, spot.frame.w);
        if spot.cell.h < LOW {
            let title = bold_width(here.label(), 12.0) + 10.0;
            let lost = state.lost();
            let lost = if lost > 0 { format!(", {} lost", number::count(lost)) } else { String::new() };
            let lines = state.line(self.spec, look.now).map(|line| line + &lost);
            heading(sheet, look, (x, w), spot.cell, here.label(), "", false);
            sheet.text((x + title, spot.cell.y + 17.0), first_fit(&lines, w - title), Ink::new(look.palette.ink_3));
        } else {
            let line = first_fit(&state.line(self.spec, look.now), w);
            heading(sheet, look, (x, w), spot.cell, here.label(), &line, false);
        }
        rows::draw(sheet, look, &state, &Rows::of(on_desk(&spot), &state));
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Lead
    }

    fn strip(&self, _: &mut Sheet, here: Here<'_, '_>, _: &Look<'_>, _: Frame) -> Note {
        let lost = State::of(self.spec, here).lost();
        (format!("{} lost", number::count(lost)), lost > 0)
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &Arrangement) {
        let state = State::of(self.spec, here);
        rows::draw(sheet, look, &state, &Rows::of(all.area, &state));
    }

    fn over(&self, here: Here<'_, '_>, all: &Arrangement) -> String {
        let state = State::of(self.spec, here);
        first_fit(&state.line(self.spec, here.scene.ledger.now), all.width)
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let Some(area) = self.area(here, layout) else {
            return super::face::itself(self.about(here, look), here, layout);
        };
        let state = State::of(self.spec, here);
        let item = |(index, row): (usize, Frame)| {
            let part = state.parts.get(index)?;
            Some(Item::new(row, part.name.to_owned(), Shutdown::lines(part, look)).of(part.id))
        };
        Rows::of(area, &state).each().filter_map(item).collect()
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        let state = State::of(self.spec, here);
        let [line, _] = state.line(self.spec, look.now);
        vec![line, state.losses()]
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let label = here.label();
        let state = State::of(self.spec, here);
        let all = Row { what: label.to_owned(), says: self.about(here, look).join(", ") };
        let part =
            |part: &Part| Row { what: format!("{label}, {}", part.name), says: Shutdown::lines(part, look).join(", ") };
        std::iter::once(all).chain(state.parts.iter().map(part)).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<String> {
        Some(format!("{}: {}", here.label(), self.about(here, look).join(", ")))
    }

    fn term(&self, _: Here<'_, '_>, _: Option<&Worker<'_>>, _: &StationRow) -> Term {
        Term::new(3, "in work")
    }

    fn words(&self, _: Here<'_, '_>) -> Option<&'static Words> {
        Some(&WORDS)
    }

    fn legend(&self, sheet: &mut Sheet, _: Here<'_, '_>, look: &Look<'_>, (left, right): (f64, f64), y: f64) -> f64 {
        let p = look.palette;
        let all = [
            ("being stopped", p.running_wash, p.running),
            ("stopped", p.success_wash, p.success),
            ("forced", p.server_wash, p.server),
        ];
        let mut x = left;
        for (word, wash, line) in all {
            let w = text_width(word, 11.0, false);
            if x + 19.0 + w > right {
                break;
            }
            sheet.frame((x, y - 5.0), (14.0, 10.0), 1.0, Some(wash), line, 1.0);
            if line == p.server {
                sheet.hatch(vec![[x as f32, (y - 5.0) as f32, 14.0, 10.0]], line, 4.0);
            }
            sheet.text((x + 19.0, y + 4.0), word, Ink::new(p.ink_2));
            x += 33.0 + w;
        }
        x
    }
}
