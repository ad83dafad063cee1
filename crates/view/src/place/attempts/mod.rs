//! Requests that may be tried several times: what trying again costs, in one large figure; the tries of some of them as bars; and the
//! server that is tried, with its inlet, its queue and its slots, and what in them is for nobody any more.

mod chart;
mod figures;
mod rows;
mod server;

use super::face::{Face, Note, OnPhone, Room, Words, step};
use super::{Here, Term};
use crate::number;
use crate::recent::Tried;
use crate::scene::glyph::{self, Sort};
use crate::scene::{Arrangement, Frame, Item, Layout, Look, Plan, Worker, heading};
use crate::shape::{Ink, Sheet, text_width};
use crate::text::Row;
use figures::Figures;
use millrace_spec as spec;
use millrace_trace::{Answer, Outcome, StationKind, ledger::StationRow};

/// Requests and their tries.
#[derive(Debug)]
pub struct Attempts<'a> {
    pub spec: &'a spec::Attempts,
}

/// The most requests that are drawn, and on a phone.
const MOST: usize = 12;
const MOST_ON_PHONE: usize = 8;
/// The widths of the figures and of the server, and the gap between columns.
const FIGURES: f64 = 132.0;
const SERVER: f64 = 264.0;
const GAP: f64 = 24.0;

const WORDS: Words = Words {
    came: "sent",
    gone: "done",
    ways: &[
        (Outcome::Completed, "answered"),
        (Outcome::Failed, "gave up"),
        (Outcome::TimedOut, "gave up waiting"),
        (Outcome::Rejected, "out of budget"),
    ],
};

/// The columns of the picture, and below the server the chart, where there is room for one.
struct Columns {
    figures: Frame,
    rows: Frame,
    server: Frame,
    chart: Option<Frame>,
}

impl Columns {
    fn of(frame: Frame) -> Columns {
        let server = if frame.w >= 640.0 { SERVER } else { 180.0_f64.min(frame.w * 0.3) };
        let figures = Frame { w: FIGURES, ..frame };
        let right = Frame { x: frame.right() - server, w: server, ..frame };
        let rows = Frame { x: figures.right() + GAP, w: (right.x - GAP - figures.right() - GAP).max(40.0), ..frame };
        let chart = Frame { y: frame.y + server::HEIGHT + 12.0, h: frame.h - server::HEIGHT - 12.0, ..right };
        Columns { figures, rows, server: right, chart: (chart.h >= 76.0).then_some(chart) }
    }
}

/// Which requests are drawn in an area.
fn shown<'a>(here: Here<'_, 'a>, look: &Look<'_>, area: Frame, small: bool) -> (u64, Vec<&'a Tried>) {
    let most = if small { MOST_ON_PHONE } else { MOST };
    here.scene.recent.tries().rows(look.now, most.min(rows::fit(area, small)))
}

impl Face for Attempts<'_> {
    fn stations(&self) -> &'static [StationKind] {
        &[StationKind::Crew]
    }

    fn reads(&self) -> &'static str {
        "A row for each request: its tries as bars up to now, each with the mark of its end; beside it how many tries a request takes, and the server's queue and slots."
    }

    fn room(&self, _: Here<'_, '_>, level: usize) -> Room {
        Room::new(step([720.0, 640.0, 560.0, 480.0], level)).hungry(1.0)
    }

    fn draw(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, plan: &Plan) {
        let spot = plan.spot(here.index());
        let (frame, cell) = (Frame { y: spot.frame.y + 4.0, h: spot.frame.h - 4.0, ..spot.frame }, spot.cell);
        let columns = Columns::of(frame);
        let figures = Figures::of(here, look, self.spec);
        if figures.is_storm() {
            let wash = look.palette.server_wash.faint(0.55);
            sheet.fill((0.0, 0.0), (look.size.0, spot.frame.bottom() + 8.0), 0.0, wash);
        }
        let p = look.palette;
        for x in [columns.rows.x - GAP / 2.0, columns.server.x - GAP / 2.0] {
            sheet.line((x, cell.y + 6.0), (x, frame.bottom()), p.line, 1.0);
        }
        heading(sheet, look, (columns.figures.x, columns.figures.w), cell, "Clients", "rates over 5 s", false);
        let (stride, shown) = shown(here, look, columns.rows, false);
        let line = if stride == 1 {
            "newest first".to_owned()
        } else {
            format!("1 request in {}, newest first", number::count(stride))
        };
        heading(sheet, look, (columns.rows.x, columns.rows.w), cell, here.label(), &line, false);
        let line = server::line(here, self.spec);
        heading(sheet, look, (columns.server.x, columns.server.w), cell, "Server", &line, false);
        figures.draw(sheet, look, columns.figures);
        rows::draw(sheet, look, &shown, columns.rows, false);
        server::draw(sheet, here, look, self.spec, columns.server);
        if let Some(frame) = columns.chart {
            chart::draw(sheet, here, look, self.spec, frame);
        }
    }

    fn on_phone(&self, _: Here<'_, '_>) -> OnPhone {
        OnPhone::Whole
    }

    fn strip(&self, _: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, _: Frame) -> Note {
        let figures = Figures::of(here, look, self.spec);
        (format!("{} attempts a request", figures.amplification()), figures.is_storm())
    }

    fn full(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, all: &Arrangement) {
        let figures = Figures::of(here, look, self.spec);
        if figures.is_storm() {
            sheet.fill((0.0, 0.0), look.size, 0.0, look.palette.server_wash.faint(0.55));
        }
        figures.draw_small(sheet, here, look, all.area);
        let area = rows_on_phone(all);
        let (_, shown) = shown(here, look, area, true);
        rows::draw(sheet, look, &shown, area, true);
        let foot = Frame { y: area.bottom() + 6.0, h: 16.0, ..all.area };
        server::draw_small(sheet, here, look, self.spec, foot);
        let below = foot.bottom() + 10.0;
        let chart = Frame { y: below, h: all.area.bottom() - below, ..all.area };
        if chart.h >= 76.0 {
            chart::draw(sheet, here, look, self.spec, chart);
        }
        if !crate::scene::conservation(here.scene).1 {
            let text = crate::scene::short_conservation(here.scene).0;
            sheet.text((all.area.x, all.area.bottom() - 4.0), text, Ink::new(look.palette.server_ink).bold());
        }
    }

    fn items(&self, here: Here<'_, '_>, look: &Look<'_>, layout: &Layout) -> Vec<Item> {
        let (area, small) = match layout {
            Layout::Desk(plan) => {
                let frame = plan.spot(here.index()).frame;
                (Columns::of(Frame { y: frame.y + 4.0, h: frame.h - 4.0, ..frame }).rows, false)
            }
            Layout::Phone(all) => (rows_on_phone(all), true),
            Layout::Strips(_) => return super::face::itself(self.about(here, look), here, layout),
        };
        let (_, shown) = shown(here, look, area, small);
        let item = |(index, tried): (usize, &&Tried)| {
            Item::new(rows::frame(area, index, small), title(tried), lines(look, tried))
        };
        let all: Vec<Item> = shown.iter().enumerate().map(item).collect();
        if all.is_empty() { super::face::itself(self.about(here, look), here, layout) } else { all }
    }

    fn about(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<String> {
        let figures = Figures::of(here, look, self.spec);
        let lines = [figures.sentence(), server::says(here, look, self.spec)];
        lines.to_vec()
    }

    fn rows(&self, here: Here<'_, '_>, look: &Look<'_>) -> Vec<Row> {
        let figures = Figures::of(here, look, self.spec);
        let all = [
            Row { what: here.label().to_owned(), says: figures.sentence() },
            Row { what: "Server".to_owned(), says: server::says(here, look, self.spec) },
        ];
        let (_, shown) = here.scene.recent.tries().rows(look.now, MOST);
        let row = |tried: &Tried| Row { what: title(tried), says: says(look, tried) };
        all.into_iter().chain(shown.into_iter().map(row)).collect()
    }

    fn sentence(&self, here: Here<'_, '_>, look: &Look<'_>) -> Option<String> {
        let figures = Figures::of(here, look, self.spec);
        Some(format!("{}: {}", here.label(), figures.sentence()))
    }

    fn term(&self, _: Here<'_, '_>, _: Option<&Worker<'_>>, _: &StationRow) -> Term {
        Term::new(3, "trying")
    }

    fn words(&self, _: Here<'_, '_>) -> Option<&'static Words> {
        Some(&WORDS)
    }

    fn legend(&self, sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, (left, right): (f64, f64), y: f64) -> f64 {
        let p = look.palette;
        let mut x = left;
        let fits = |x: f64, word: &str| x + 34.0 + text_width(word, 11.0, false) <= right;
        if fits(x, "try") {
            sheet.fill((x, y - 5.0), (2.0, 10.0), 0.0, p.ink);
            sheet.frame((x + 2.5, y - 3.5), (15.0, 7.0), 0.0, Some(p.waiting_wash), p.waiting, 1.0);
            sheet.text((x + 22.0, y + 4.0), "try", Ink::new(p.ink_2));
            x += 48.0;
        }
        if fits(x, "wait") {
            sheet.dashed((x, y), (x + 16.0, y), p.line_3, 1.0, (2.0, 2.0));
            sheet.text((x + 20.0, y + 4.0), "wait", Ink::new(p.ink_2));
            x += 54.0;
        }
        let gone = server::gone(here, self.spec) > (0, 0);
        let marks = [(Some(Sort::Success), "200"), (Some(Sort::TimedOut), "timeout"), (Some(Sort::Unavailable), "503")];
        let gone = gone.then_some((None, "caller gone"));
        for (sort, word) in marks.into_iter().chain(gone).filter(|(sort, _)| *sort != Some(Sort::Open)) {
            if !fits(x, word) {
                return x;
            }
            match sort {
                Some(sort) => glyph::job(sheet, (x + 4.0, y), 3.4, sort, p),
                None => sheet.ring((x + 4.0, y), 2.8, p.timeout, 1.4),
            }
            sheet.text((x + 12.0, y + 4.0), word, Ink::new(p.ink_2));
            x += 28.0 + text_width(word, 11.0, false);
        }
        x
    }
}

/// Where the rows stand on a phone: below the figures, above the server.
fn rows_on_phone(all: &Arrangement) -> Frame {
    let area = all.area;
    let room = area.h - 44.0 - 30.0;
    Frame { y: area.y + 44.0, h: room.clamp(20.0, rows::MOST_HIGH), ..area }
}

fn title(tried: &Tried) -> String {
    format!("#{}", number::count(tried.number))
}

/// How many tries it has had, and what became of it.
fn says(look: &Look<'_>, tried: &Tried) -> String {
    let tries = u64::from(tried.before) + tried.tries.len() as u64;
    let ago = number::time_text(look.now.since(tried.entered).0);
    let end = match tried.left {
        None => "still trying".to_owned(),
        Some((_, Outcome::Completed)) => "answered".to_owned(),
        Some((_, Outcome::Rejected)) => "out of budget".to_owned(),
        Some((_, outcome)) => format!("given up, {}", outcome.word()),
    };
    format!("{}, {end}, came {ago} ago", number::counted(tries, "try", "tries"))
}

/// All there is to say about a request: its tries from the first to the last.
fn lines(look: &Look<'_>, tried: &Tried) -> Vec<String> {
    let since = |at: millrace_trace::SimTime| number::short_millis(at.since(tried.entered).0);
    let first = u64::from(tried.before);
    // A label box has room for so many.
    let left_off = tried.tries.len().saturating_sub(6);
    let one = |(index, a_try): (usize, &crate::recent::Try)| {
        let end = match a_try.end {
            None => "under way".to_owned(),
            Some((at, answer)) => format!("{} at {} ms", answer_word(answer), since(at)),
        };
        format!("try {} at {} ms: {end}", first + index as u64 + 1, since(a_try.from))
    };
    let tries = tried.tries.iter().enumerate().skip(left_off).map(one);
    std::iter::once(says(look, tried)).chain(tries).collect()
}

fn answer_word(answer: Answer) -> String {
    match answer {
        Answer::Status(code) => code.to_string(),
        Answer::TimedOut => "timed out".to_owned(),
        Answer::Cancelled => "taken back".to_owned(),
        Answer::Failed => "no answer".to_owned(),
    }
}
