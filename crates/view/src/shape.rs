//! The display list: pictures as data, in CSS pixels, colours already chosen.

pub use super::palette::Rgba;

/// A point.
pub type Point = (f64, f64);

/// An item of the display list. Items are painted in order.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the fields are named after what they are")]
pub enum Shape {
    /// A circle, filled, outlined or both.
    Circle { at: Point, r: f64, fill: Option<Rgba>, stroke: Option<(Rgba, f64)> },
    /// The right half of a disc, with the whole outlined: half done.
    HalfDisc { at: Point, r: f64, colour: Rgba },
    /// A rectangle with rounded corners.
    Rect { at: Point, size: Point, radius: f64, fill: Option<Rgba>, stroke: Option<(Rgba, f64)> },
    /// Many rectangles of one colour: left, top, width, height.
    Boxes { rects: Vec<[f32; 4]>, fill: Option<Rgba>, stroke: Option<(Rgba, f64)> },
    /// Thousands of squares in rows, each in one of a few colours.
    Cells(Cells),
    /// Many discs of one size and colour.
    Dots { at: Vec<(f32, f32)>, r: f64, fill: Rgba },
    /// Many straight lines of one colour: from, to.
    Segments { lines: Vec<[f32; 4]>, stroke: Rgba, width: f64 },
    /// An open line, dashed where a dash and a gap are given.
    Line { points: Vec<Point>, stroke: Rgba, width: f64, dash: Option<Point> },
    /// A closed area.
    Area { points: Vec<Point>, fill: Option<Rgba>, stroke: Option<(Rgba, f64)> },
    /// Rectangles of slanted lines.
    Hatch { rects: Vec<[f32; 4]>, stroke: Rgba, gap: f64 },
    /// A line of text; the point is on its base line.
    Text { at: Point, text: String, colour: Rgba, size: f64, weight: u16, anchor: Anchor, mono: bool },
}

/// Equal cells in rows, so many that whoever paints them does better than one rectangle after the other: where they are follows from their number.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    /// The left top corner of the first.
    pub at: Point,
    /// From one to the next, along a row and down a column.
    pub pitch: Point,
    /// How large each is: what is left of the pitch is a gap.
    pub size: Point,
    /// How many there are in a row.
    pub columns: usize,
    /// The colours.
    pub hues: Vec<Rgba>,
    /// Of each in the order of their numbers, which of the colours it has.
    pub shown: Vec<u8>,
}

impl Cells {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.shown.len().div_ceil(self.columns.max(1))
    }

    /// One of them: left, top, width, height.
    pub fn rect(&self, index: usize) -> [f32; 4] {
        let columns = self.columns.max(1);
        let (column, row) = ((index % columns) as f64, (index / columns) as f64);
        let corner = (self.at.0 + column * self.pitch.0, self.at.1 + row * self.pitch.1);
        [corner.0, corner.1, self.size.0, self.size.1].map(|x| x as f32)
    }

    /// The same as rectangles, those of one colour together.
    pub fn boxes(&self) -> impl Iterator<Item = (Rgba, Vec<[f32; 4]>)> + '_ {
        let of = |hue: usize| self.shown.iter().enumerate().filter(move |(_, shown)| usize::from(**shown) == hue);
        let boxes = self.hues.iter().enumerate().map(move |(hue, colour)| {
            let rects: Vec<_> = of(hue).map(|(index, _)| self.rect(index)).collect();
            (*colour, rects)
        });
        boxes.filter(|(_, rects)| !rects.is_empty())
    }
}

/// Which end of a text its point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The left end.
    Start,
    /// The middle.
    Middle,
    /// The right end.
    End,
}

/// The smallest text on the page, in CSS pixels.
pub const SMALLEST_TEXT: f64 = 11.0;

/// A display list being drawn.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// What is drawn so far.
    pub shapes: Vec<Shape>,
}

impl Sheet {
    /// A filled disc.
    pub fn disc(&mut self, at: Point, r: f64, fill: Rgba) {
        self.shapes.push(Shape::Circle { at, r, fill: Some(fill), stroke: None });
    }

    /// A ring.
    pub fn ring(&mut self, at: Point, r: f64, stroke: Rgba, width: f64) {
        self.shapes.push(Shape::Circle { at, r, fill: None, stroke: Some((stroke, width)) });
    }

    /// A filled rectangle.
    pub fn fill(&mut self, at: Point, size: Point, radius: f64, fill: Rgba) {
        if size.0 > 0.0 && size.1 > 0.0 {
            self.shapes.push(Shape::Rect { at, size, radius, fill: Some(fill), stroke: None });
        }
    }

    /// A rectangle with an outline.
    pub fn frame(&mut self, at: Point, size: Point, radius: f64, fill: Option<Rgba>, stroke: Rgba, width: f64) {
        self.shapes.push(Shape::Rect { at, size, radius, fill, stroke: Some((stroke, width)) });
    }

    /// A line.
    pub fn line(&mut self, from: Point, to: Point, stroke: Rgba, width: f64) {
        self.shapes.push(Shape::Line { points: vec![from, to], stroke, width, dash: None });
    }

    /// A dashed line.
    pub fn dashed(&mut self, from: Point, to: Point, stroke: Rgba, width: f64, dash: Point) {
        self.shapes.push(Shape::Line { points: vec![from, to], stroke, width, dash: Some(dash) });
    }

    /// Many rectangles at once.
    pub fn boxes(&mut self, rects: Vec<[f32; 4]>, fill: Option<Rgba>, stroke: Option<(Rgba, f64)>) {
        if !rects.is_empty() {
            self.shapes.push(Shape::Boxes { rects, fill, stroke });
        }
    }

    /// Many discs at once.
    pub fn dots(&mut self, at: Vec<(f32, f32)>, r: f64, fill: Rgba) {
        if !at.is_empty() {
            self.shapes.push(Shape::Dots { at, r, fill });
        }
    }

    /// Many straight lines at once.
    pub fn segments(&mut self, lines: Vec<[f32; 4]>, stroke: Rgba, width: f64) {
        if !lines.is_empty() {
            self.shapes.push(Shape::Segments { lines, stroke, width });
        }
    }

    /// Hatched rectangles.
    pub fn hatch(&mut self, rects: Vec<[f32; 4]>, stroke: Rgba, gap: f64) {
        if !rects.is_empty() {
            self.shapes.push(Shape::Hatch { rects, stroke, gap });
        }
    }

    /// An open line through points.
    pub fn polyline(&mut self, points: Vec<Point>, stroke: Rgba, width: f64) {
        if points.len() > 1 {
            self.shapes.push(Shape::Line { points, stroke, width, dash: None });
        }
    }

    /// A filled polygon.
    pub fn area(&mut self, points: Vec<Point>, fill: Rgba) {
        self.shapes.push(Shape::Area { points, fill: Some(fill), stroke: None });
    }

    /// A line of text.
    pub fn text(&mut self, at: Point, text: impl Into<String>, style: Ink) {
        let text = text.into();
        if !text.is_empty() {
            let Ink { colour, size, weight, anchor, mono } = style;
            self.shapes.push(Shape::Text { at, text, colour, size: size.max(SMALLEST_TEXT), weight, anchor, mono });
        }
    }
}

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ink {
    colour: Rgba,
    size: f64,
    weight: u16,
    anchor: Anchor,
    mono: bool,
}

impl Ink {
    /// Small and plain, from the left.
    pub const fn new(colour: Rgba) -> Ink {
        Ink { colour, size: SMALLEST_TEXT, weight: 400, anchor: Anchor::Start, mono: false }
    }

    /// In this size.
    pub const fn size(mut self, size: f64) -> Ink {
        self.size = size;
        self
    }

    /// Bold.
    pub const fn bold(mut self) -> Ink {
        self.weight = 600;
        self
    }

    /// A little bolder.
    pub const fn medium(mut self) -> Ink {
        self.weight = 500;
        self
    }

    /// Ending at the point.
    pub const fn end(mut self) -> Ink {
        self.anchor = Anchor::End;
        self
    }

    /// Centred on the point.
    pub const fn middle(mut self) -> Ink {
        self.anchor = Anchor::Middle;
        self
    }

    /// In the monospaced face.
    pub const fn mono(mut self) -> Ink {
        self.mono = true;
        self
    }
}

/// The width of a text, near enough to lay it out: no font is at hand where pictures are made.
pub fn text_width(text: &str, size: f64, mono: bool) -> f64 {
    let each = |c: char| match c {
        _ if mono => 0.6,
        'i' | 'l' | 'j' | '.' | ',' | ':' | '\'' | '|' | ' ' | 'I' | 't' | 'f' | 'r' | '(' | ')' => 0.33,
        'm' | 'w' | 'M' | 'W' | '%' | '×' | '–' => 0.85,
        'A'..='Z' | '+' | '=' | '<' | '>' | '≠' | '−' => 0.66,
        _ => 0.6,
    };
    text.chars().map(each).sum::<f64>() * size
}

/// The width of a bold text: bold letters are a little wider.
pub fn bold_width(text: &str, size: f64) -> f64 {
    1.1 * text_width(text, size, false)
}

/// A text cut to a width, with an ellipsis; nothing at all where not even a few letters fit.
pub fn cut(text: &str, width: f64, size: f64, mono: bool) -> String {
    if text_width(text, size, mono) <= width {
        return text.to_owned();
    }
    let room = width - text_width("…", size, mono);
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if text_width(&out, size, mono) > room {
            out.pop();
            break;
        }
    }
    if out.chars().count() < 2 { String::new() } else { format!("{}…", out.trim_end()) }
}

/// The middle of the nearest pixel, so that a line of 1 px is crisp.
pub fn crisp(x: f64) -> f64 {
    libm::floor(x) + 0.5
}

/// The width of a line of a hatch.
pub const HATCH: f64 = 1.4;

/// The lines of a hatch, cut at the edges of its rectangle. Neighbours continue each other: the lines lie on one raster.
pub fn hatch_lines([x, y, w, h]: [f32; 4], gap: f64) -> impl Iterator<Item = (Point, Point)> {
    let (x, y, w, h) = (f64::from(x), f64::from(y), f64::from(w), f64::from(h));
    let gap = gap.max(1.0);
    // On a line that rises to the right, x + y is the same everywhere.
    let first = libm::ceil((x + y) / gap) as i64;
    let last = libm::floor((x + w + y + h) / gap) as i64;
    (first..=last).map(move |i| {
        let sum = i as f64 * gap;
        let (left, right) = ((sum - y - h).max(x), (sum - y).min(x + w));
        ((left, sum - left), (right, sum - right))
    })
}
