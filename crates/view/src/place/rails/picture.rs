//! The picture of a queue by class: the rails, the main queue below them, what is to be said of it, and who waits outside.

use super::state::{Line, State};
use crate::number;
use crate::scene::{Frame, Look};
use crate::shape::{Ink, Point, Shape, Sheet, bold_width, crisp, cut, text_width};
use crate::{Palette, Rgba};
use millrace_trace::JobId;

/// From rail to rail, at least and at most: this share of the height.
const RAIL: (f64, f64) = (26.0, 40.0);
const SHARE: f64 = 0.08;
/// The most marks on a rail, and in the main queue: two rows.
const ON_RAIL: u64 = 30;
const IN_ROW: u64 = 50;
/// The height of the main queue at least and at most, as many rails high; and that of a line of words.
const MAIN: (f64, f64) = (40.0, 60.0);
const LINE: f64 = 15.0;
/// The width of the names of the rails, with how many are there.
const NAMES: f64 = 76.0;
/// The pitch of the marks outside, and below which height there are none.
const PITCH: f64 = 8.0;
const LEAST: f64 = 44.0;

/// A mark: the first of the tasks that it stands for.
pub(super) struct Mark {
    pub at: Point,
    pub job: JobId,
    pub class: usize,
    /// Which line it is in, from the first rail on, and its place there.
    pub line: usize,
    pub place: usize,
}

/// Where everything is.
pub(super) struct Plot {
    frame: Frame,
    /// How many tasks a mark stands for.
    pub unit: u64,
    /// The frames of the lines that are drawn, by their numbers.
    pub lines: Vec<(usize, Frame)>,
    pub marks: Vec<Mark>,
}

impl Plot {
    pub(super) fn of(state: &State<'_>, frame: Frame) -> Plot {
        let rails = state.rails.len();
        let (rail, main) = parts(frame, rails);
        let unit = unit(state);
        let mut plot = Plot { frame, unit, lines: Vec::new(), marks: Vec::new() };
        for (number, line) in state.rails.iter().enumerate() {
            let row = Frame { y: frame.y + rail * number as f64, h: rail, ..frame };
            // Where it is low beside many others, what has no room is left out.
            if row.y + 14.0 > frame.bottom() + 6.0 {
                continue;
            }
            plot.lines.push((number, row));
            let pitch = (row.w - NAMES - 6.0) / ON_RAIL as f64;
            plot.row(number, line, 0, ON_RAIL as usize, (row.right() - 6.0, row.y + 12.0), -pitch);
        }
        // Where there is no main queue nobody is in it, and it has no name.
        let has_main = !state.main.name.is_empty() && main.y + 12.0 <= frame.bottom() + 6.0;
        let main = if has_main { main } else { Frame { y: main.y - 16.0, h: 0.0, ..main } };
        if has_main {
            plot.lines.push((rails, Frame { y: main.y - 16.0, h: main.h + 16.0, ..frame }));
        }
        let pitch = (main.w - 10.0) / IN_ROW as f64;
        let rows = if main.h >= 30.0 { 2 } else { 1 };
        for row in 0..rows {
            let y = main.y + main.h * (row as f64 + 0.5) / rows as f64;
            let from = row * IN_ROW as usize;
            plot.row(rails, &state.main, from, IN_ROW as usize, (main.right() - 7.0, y), -pitch);
        }
        // Below the words there is room for those outside.
        let mut y = main.bottom() + 12.0 + LINE * 2.0;
        for (number, line) in [(rails + 1, &state.outside), (rails + 2, &state.retries)] {
            if line.jobs.is_empty() || frame.bottom() - y < LEAST {
                continue;
            }
            let columns = ((frame.w - 16.0) / PITCH).max(1.0) as usize;
            let wanted = line.jobs.len().div_ceil(unit as usize).div_ceil(columns);
            let most = (((frame.bottom() - y - 28.0) / PITCH) as usize).max(1);
            let rows = wanted.min(most);
            let own = Frame { y, h: 28.0 + rows as f64 * PITCH, ..frame };
            for row in 0..rows {
                let at = (frame.x + 12.0, own.y + 26.0 + PITCH * row as f64);
                plot.row(number, line, row * columns, columns, at, PITCH);
            }
            plot.lines.push((number, own));
            y = own.bottom() + 8.0;
        }
        plot
    }

    /// The marks of a line from one on, from a point on.
    fn row(&mut self, number: usize, line: &Line<'_>, from: usize, most: usize, (x, y): Point, pitch: f64) {
        let unit = self.unit as usize;
        let marks = line.jobs.iter().enumerate().step_by(unit).skip(from).take(most).enumerate();
        self.marks.extend(marks.map(|(index, (place, (job, class)))| Mark {
            at: (x + pitch * index as f64, y),
            job: *job,
            class: *class,
            line: number,
            place,
        }));
    }

    /// The mark at a point.
    pub(super) fn at(&self, (x, y): Point) -> Option<&Mark> {
        let near = |mark: &&Mark| (mark.at.0 - x).abs() <= 4.0 && (mark.at.1 - y).abs() <= 7.0;
        self.marks.iter().find(near)
    }

    fn line(&self, number: usize) -> Option<Frame> {
        self.lines.iter().find(|(own, _)| *own == number).map(|(_, frame)| *frame)
    }
}

/// From rail to rail, and where the main queue is: wider apart where there is room.
pub(super) fn parts(frame: Frame, rails: usize) -> (f64, Frame) {
    let rail = (frame.h * SHARE).clamp(RAIL.0, RAIL.1);
    let top = frame.y + rail * rails as f64 + 18.0;
    let high = (rail * 1.5).clamp(MAIN.0, MAIN.1);
    (rail, Frame { y: top, h: high.min((frame.bottom() - top).max(12.0)), ..frame })
}

/// One task a mark where that has room, else as many as it takes with all places taken: 10, 100.
fn unit(state: &State<'_>) -> u64 {
    let few = |line: &Line<'_>, most: u64| line.n <= most;
    if state.rails.iter().all(|rail| few(rail, ON_RAIL)) && few(&state.main, 2 * IN_ROW) {
        return 1;
    }
    let rooms = state.rails.iter().map(|rail| u64::from(rail.room.unwrap_or(0)).div_ceil(ON_RAIL));
    let main = u64::from(state.main.room.unwrap_or(0)).div_ceil(2 * IN_ROW);
    let most = rooms.max().unwrap_or(1).max(main);
    let mut unit = 1;
    while unit < most {
        unit *= 10;
    }
    unit
}

/// The mark of a class: a dotted disc, a disc, a ring, a rounded square.
pub(super) fn mark(sheet: &mut Sheet, (x, y): Point, class: usize, p: &Palette) {
    match class {
        0 => {
            sheet.ring((x, y), 2.3, p.running, 1.3);
            sheet.disc((x, y), 0.9, p.running);
        }
        1 => sheet.disc((x, y), 2.5, p.queued),
        2 => sheet.ring((x, y), 2.1, p.idle, 1.0),
        _ => sheet.shapes.push(Shape::Rect {
            at: (x - 2.2, y - 2.2),
            size: (4.4, 4.4),
            radius: 1.3,
            fill: Some(p.queued_wash),
            stroke: Some((p.queued, 1.0)),
        }),
    }
}

/// Draws all of it.
pub(super) fn draw(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let p = look.palette;
    for (number, rail) in state.rails.iter().enumerate() {
        if let Some(row) = plot.line(number) {
            draw_rail(sheet, p, rail, row, plot.unit);
        }
    }
    let below = plot.line(state.rails.len()).inspect(|frame| draw_main(sheet, p, state, *frame));
    let last =
        || plot.lines.iter().filter(|(number, _)| *number < state.rails.len()).map(|(_, frame)| *frame).next_back();
    if let Some(frame) = below.or_else(last) {
        words(sheet, p, state, plot, frame.bottom() + 16.0);
    }
    for (number, line, says, ink) in [
        (state.rails.len() + 1, &state.outside, "outside any queue", p.server_ink),
        (state.rails.len() + 2, &state.retries, "to be tried again", p.blocked_ink),
    ] {
        let Some(own) = plot.line(number) else { continue };
        let stroke = if ink == p.server_ink { p.server } else { p.line_3 };
        outline(sheet, own, stroke);
        let says = format!("{} {says}", number::count(line.n));
        sheet.text((own.x + 8.0, own.y + 14.0), says, Ink::new(ink).bold());
    }
    for one in &plot.marks {
        mark(sheet, one.at, one.class, p);
    }
}

fn draw_rail(sheet: &mut Sheet, p: &Palette, rail: &Line<'_>, row: Frame, unit: u64) {
    let (y, n) = (row.y + 12.0, rail.n);
    sheet.text((row.x, y + 4.0), rail.name, Ink::new(p.ink_2));
    let style = if n > 0 { Ink::new(p.ink).bold() } else { Ink::new(p.ink_3) };
    sheet.text((row.x + NAMES - 10.0, y + 4.0), number::count(n), style.end());
    let whole = row.w - NAMES;
    let room = u64::from(rail.room.unwrap_or(0));
    // With one task a mark no rail is as long as its room.
    let length = if unit == 1 { whole } else { (room.div_ceil(unit) as f64 / ON_RAIL as f64).min(1.0) * whole };
    let (left, base) = (row.right() - length, crisp(y + 7.0));
    sheet.line((left, base), (row.right(), base), p.line_2, 1.0);
    if unit > 1 {
        sheet.line((crisp(left), base - 13.0), (crisp(left), base), p.line_3, 1.0);
        let says = number::count(room);
        // Where a rail is as short as that its room would stand where "empty" does.
        let reaches = if n == 0 { row.right() - 10.0 - text_width("empty", 11.0, false) } else { row.right() };
        if left - text_width(&says, 11.0, false) - 6.0 > row.x + NAMES && left <= reaches {
            sheet.text((left - 4.0, base), says, Ink::new(p.ink_3).end());
        }
    }
    if n == 0 {
        sheet.text((row.right() - 4.0, y + 4.0), "empty", Ink::new(p.ink_3).end());
    }
}

fn draw_main(sheet: &mut Sheet, p: &Palette, state: &State<'_>, frame: Frame) {
    let (base, main) = (frame.y + 10.0, &state.main);
    let (n, room) = (main.n, u64::from(main.room.unwrap_or(0)));
    let says = format!("{} of {}", number::count(n), number::count(room));
    sheet.text((frame.x, base), main.name, Ink::new(p.ink_2));
    let x = frame.x + text_width(main.name, 11.0, false) + 8.0;
    let is_full = n >= room && room > 0;
    let ink = if is_full { p.blocked_ink } else { p.ink };
    sheet.text((x, base), says.clone(), Ink::new(ink).bold());
    let left = x + bold_width(&says, 11.0) + 8.0;
    let note = match state.first_high() {
        Some(place) => (format!("first high: place {}", number::count(place as u64)), p.blocked_ink),
        None if state.spec.is_strict => ("kept by class".to_owned(), p.ink_3),
        None => ("as they come".to_owned(), p.ink_3),
    };
    if left + text_width(&note.0, 11.0, false) <= frame.right() {
        sheet.text((frame.right(), base), note.0, Ink::new(note.1).end());
    }
    let stroke = if is_full { p.blocked } else { p.line_3 };
    sheet.frame((frame.x + 0.5, frame.y + 16.5), (frame.w - 1.0, frame.h - 17.0), 3.0, Some(p.sunken), stroke, 1.2);
}

/// What is to be said of it, from a base line on; a line each as far as there is room.
fn words(sheet: &mut Sheet, p: &Palette, state: &State<'_>, plot: &Plot, mut base: f64) {
    let aside = |line: &Line<'_>, number: usize, says: &str, ink: Rgba| {
        let n = line.n;
        (n > 0 && plot.line(number).is_none()).then(|| (format!("{} {says}", number::count(n)), ink))
    };
    let rails = state.rails.len();
    let rule = match (state.spec.is_strict, state.spec.age) {
        _ if state.spec.rule.is_some() => state.spec.rule.unwrap_or_default().to_owned(),
        (true, age) if age.is_zero() => "nobody rises by having waited".to_owned(),
        (true, age) => format!("one rises a class after {}", number::time_text(age.0)),
        _ if state.spec.throws_away => "a full main queue throws tasks away".to_owned(),
        _ => "all are alike".to_owned(),
    };
    let good = (state.spec.keeps && state.lost() == 0).then(|| ("nothing accepted is lost".to_owned(), p.success_ink));
    let lines = [
        state.losses().map(|says| (says, p.server_ink)),
        aside(&state.outside, rails + 1, "outside any queue", p.server_ink),
        aside(&state.retries, rails + 2, "to be tried again", p.blocked_ink),
        Some((rule, p.ink_3)),
        good,
    ];
    let taken =
        plot.lines.iter().filter(|(number, _)| *number > rails).map(|(_, frame)| frame.y).fold(f64::INFINITY, f64::min);
    let bottom = taken.min(plot.frame.bottom() + 6.0);
    for (says, ink) in lines.into_iter().flatten() {
        if base > bottom {
            return;
        }
        sheet.text((plot.frame.x, base), cut(&says, plot.frame.w, 11.0, false), Ink::new(ink));
        base += LINE;
    }
}

/// A dashed frame.
fn outline(sheet: &mut Sheet, frame: Frame, stroke: Rgba) {
    let (l, t, r, b) = (crisp(frame.x), crisp(frame.y), crisp(frame.right() - 1.0), crisp(frame.bottom() - 1.0));
    for (from, to) in [((l, t), (r, t)), ((r, t), (r, b)), ((r, b), (l, b)), ((l, b), (l, t))] {
        sheet.dashed(from, to, stroke, 1.0, (4.0, 3.0));
    }
}
