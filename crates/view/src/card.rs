//! The two small pictures of a card of the bug cabinet: what its document promises and what its code does, in the marks of the stage.
//!
//! They are drawn from what the card says of its runs: so many of the whole are lost or wait, so far is one beyond the other. Both are on
//! one scale, and nothing in them moves. Where a card has no numbers its kind of mistake is drawn: a control that is connected or cut, those
//! who go first or later, two at one place at once. Who paints the paths is not known here.

use millrace_spec::Card;

/// Width and height of a picture.
pub const SIZE: (i32, i32) = (124, 22);

/// What a path is inked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// What is there.
    Plain,
    /// What is done, or works.
    Good,
    /// What is otherwise than promised.
    Bad,
    /// What waits for ever.
    Waits,
    /// An outline: what is not there.
    Line,
}

impl Ink {
    /// All of them, in the order of painting.
    pub const ALL: [Ink; 5] = [Ink::Line, Ink::Plain, Ink::Good, Ink::Waits, Ink::Bad];

    /// Its name in a style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Ink::Plain => "plain",
            Ink::Good => "good",
            Ink::Bad => "bad",
            Ink::Waits => "waits",
            Ink::Line => "line",
        }
    }
}

/// How many marks stand in a row.
const MARKS: i32 = 12;
/// The middle of the height.
const MIDDLE: i32 = SIZE.1 / 2;
/// The longest bar: right of it there is room for a tick.
const LONGEST: f64 = 120.0;

/// Paths in the making, one for each ink.
#[derive(Default)]
struct Drawing([String; Ink::ALL.len()]);

impl Drawing {
    fn add(&mut self, ink: Ink, path: &str) {
        let place = Ink::ALL.iter().position(|one| *one == ink).unwrap_or(0);
        if let Some(paths) = self.0.get_mut(place) {
            paths.push_str(path);
        }
    }

    fn dot(&mut self, ink: Ink, x: i32, y: i32, r: i32) {
        let d = 2 * r;
        self.add(ink, &format!("M{} {y}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0z", x - r));
    }

    fn bar(&mut self, ink: Ink, x: i32, y: i32, (w, h): (i32, i32)) {
        if w > 0 {
            self.add(ink, &format!("M{x} {y}h{w}v{h}h-{w}z"));
        }
    }

    /// Two strokes across each other, as thick as two.
    fn cross(&mut self, x: i32, y: i32) {
        let (left, top) = (x - 4, y - 3);
        self.add(Ink::Bad, &format!("M{left} {top}l1-1 3 3 3-3 1 1-3 3 3 3-1 1-3-3-3 3-1-1 3-3z"));
    }
}

/// The picture of a card for one of its sides: paths within [`SIZE`], each with its ink.
pub fn picture(card: &Card<'_>, is_code: bool) -> Vec<(Ink, String)> {
    let mut drawing = Drawing::default();
    match card.amounts() {
        Some(amounts) => match card.cost {
            "lost" => row(&mut drawing, shares(card, amounts), is_code, lost),
            "forever" => row(&mut drawing, shares(card, amounts), is_code, waits),
            _ => bars(&mut drawing, card.cost, amounts, is_code),
        },
        None => match card.kind {
            "order" => turns(&mut drawing, is_code),
            "race" => meet(&mut drawing, is_code),
            "lost work" => row(&mut drawing, (0.0, 0.1), is_code, lost),
            _ => control(&mut drawing, is_code),
        },
    }
    Ink::ALL.into_iter().zip(drawing.0).filter(|(_, path)| !path.is_empty()).collect()
}

/// Which share of the whole is hit in the document and in the code.
fn shares(card: &Card<'_>, (document, code): (f64, f64)) -> (f64, f64) {
    let whole = card.whole().unwrap_or(document.max(code)).max(f64::MIN_POSITIVE);
    if code > document { (document / whole, code / whole) } else { (0.0, (document - code) / whole) }
}

/// A row of marks of which so many are hit: one at least where any is, and not all unless all are.
fn row(drawing: &mut Drawing, shares: (f64, f64), is_code: bool, draw: fn(&mut Drawing, i32, bool)) {
    let share = if is_code { shares.1 } else { shares.0 };
    let most = if share >= 1.0 { MARKS } else { MARKS - 1 };
    let hit = if share > 0.0 { ((share * f64::from(MARKS)) as i32).clamp(1, most) } else { 0 };
    for mark in 0..MARKS {
        // Spread over the row, as they are over a run.
        let is_hit = (mark + 1) * hit / MARKS > mark * hit / MARKS;
        draw(drawing, 5 + mark * 114 / (MARKS - 1), is_hit);
    }
}

fn lost(drawing: &mut Drawing, x: i32, is_hit: bool) {
    if is_hit { drawing.cross(x, MIDDLE) } else { drawing.dot(Ink::Good, x, MIDDLE, 3) }
}

/// One that has ended, or one that stands before a bar.
fn waits(drawing: &mut Drawing, x: i32, is_hit: bool) {
    if is_hit {
        drawing.bar(Ink::Waits, x - 4, MIDDLE - 4, (5, 8));
        drawing.bar(Ink::Waits, x + 2, MIDDLE - 6, (2, 12));
    } else {
        drawing.dot(Ink::Good, x, MIDDLE, 2);
    }
}

/// Two amounts on one scale: what the code has beyond the document is bad, and so is what it has not.
fn bars(drawing: &mut Drawing, cost: &str, (document, code): (f64, f64), is_code: bool) {
    if code < 0.0 && cost == "wrong" {
        return below_none(drawing, (document, code), is_code);
    }
    let scale = |amount: f64| (amount / document.max(code).max(f64::MIN_POSITIVE) * LONGEST) as i32;
    let long = |amount: f64| if amount > 0.0 { scale(amount).max(2) } else { 0 };
    let (promised, is) = (long(document), long(code));
    let (top, height) = (MIDDLE - 5, 10);
    // Where both begin, so that nought is seen too.
    drawing.bar(Ink::Plain, 0, MIDDLE - 6, (1, 12));
    if cost == "wrong" {
        // What is told, and in outline what it should have been.
        if is_code {
            drawing.bar(Ink::Line, 0, top, (promised, height));
            drawing.bar(Ink::Bad, 0, top + 2, (is, height - 4));
        } else {
            drawing.bar(Ink::Plain, 0, top, (promised, height));
        }
        return;
    }
    drawing.bar(Ink::Plain, 0, top, (if is_code { is.min(promised) } else { promised }, height));
    if is_code {
        drawing.bar(Ink::Bad, promised, top, (is - promised, height));
        for x in (is..promised).step_by(6) {
            drawing.bar(Ink::Bad, x, MIDDLE - 1, ((promised - x).min(3), 2));
        }
    }
    if cost == "unprotected" {
        // The guard, where it is meant to stand.
        drawing.bar(Ink::Plain, promised.max(1), 1, (2, SIZE.1 - 2));
    }
}

/// A figure that cannot be: where there is nothing is to the right, and what the code tells goes the other way from there.
fn below_none(drawing: &mut Drawing, (document, code): (f64, f64), is_code: bool) {
    let whole = document.max(0.0) - code;
    let long = |amount: f64| ((amount / whole * LONGEST) as i32).max(2);
    let none = LONGEST as i32 - if document > 0.0 { long(document) } else { 0 };
    drawing.bar(Ink::Plain, none, MIDDLE - 8, (1, 16));
    match is_code {
        true => drawing.bar(Ink::Bad, none - long(-code), MIDDLE - 5, (long(-code), 10)),
        false if document > 0.0 => drawing.bar(Ink::Plain, none, MIDDLE - 5, (long(document), 10)),
        false => {}
    }
}

/// Those who matter more are the full ones: first, or wherever they came.
fn turns(drawing: &mut Drawing, is_code: bool) {
    for place in 0..8 {
        let x = 8 + place * 15;
        let matters = if is_code { [2, 5, 7].contains(&place) } else { place < 3 };
        match (matters, is_code) {
            (true, false) => drawing.dot(Ink::Plain, x, MIDDLE, 5),
            (true, true) => drawing.dot(Ink::Bad, x, MIDDLE, 5),
            _ => drawing.dot(Ink::Line, x, MIDDLE, 4),
        }
    }
}

/// Two ways to one place: one after the other, or both at once.
fn meet(drawing: &mut Drawing, is_code: bool) {
    for (y, x) in [(6, 40), (16, 84)] {
        drawing.bar(Ink::Line, 2, y, (119, 1));
        drawing.dot(if is_code { Ink::Bad } else { Ink::Good }, if is_code { 62 } else { x }, y, 3);
    }
    if is_code {
        drawing.bar(Ink::Bad, 61, 2, (2, 18));
    }
}

/// A switch, what it is to switch, and the line between them: whole, or cut.
fn control(drawing: &mut Drawing, is_code: bool) {
    let works = if is_code { Ink::Line } else { Ink::Good };
    drawing.add(Ink::Line, &format!("M8 {}h14a6 6 0 0 1 0 12h-14a6 6 0 0 1 0-12z", MIDDLE - 6));
    drawing.dot(if is_code { Ink::Plain } else { Ink::Good }, 22, MIDDLE, 4);
    if is_code {
        for (x, cut) in [(29, 56), (72, 70)] {
            drawing.bar(Ink::Plain, x, MIDDLE - 1, (27, 2));
            drawing.bar(Ink::Bad, cut, MIDDLE - 5, (2, 10));
        }
    } else {
        drawing.bar(Ink::Good, 29, MIDDLE - 1, (70, 2));
    }
    drawing.bar(works, 100, MIDDLE - 6, (20, 12));
}
