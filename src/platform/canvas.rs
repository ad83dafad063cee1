//! Painting a display list on a canvas.

use super::cells;
use crate::view::shape::{Anchor, HATCH, Point, Rgba, Shape, hatch_lines};
use std::f64::consts::{FRAC_PI_2, TAU};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// The faces of the page, for the canvas.
const FACE: &str = "-apple-system, BlinkMacSystemFont, \"Segoe UI Variable Text\", \"Segoe UI\", Inter, Roboto, \"Helvetica Neue\", Arial, sans-serif";
const MONO: &str = "ui-monospace, \"SF Mono\", \"Cascadia Mono\", \"JetBrains Mono\", \"Roboto Mono\", Menlo, Consolas, \"DejaVu Sans Mono\", monospace";

/// The size of a canvas in CSS pixels; its backing store is made to fit, at `ratio` device pixels each. A canvas that is not
/// shown has no size.
pub fn fit(canvas: &HtmlCanvasElement, ratio: f64) -> Option<Point> {
    let (w, h) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    if w < 1.0 || h < 1.0 {
        return None;
    }
    let (wide, high) = ((w * ratio) as u32, (h * ratio) as u32);
    // Setting the size clears the canvas, and costs time: only when it changes.
    if canvas.width() != wide || canvas.height() != high {
        canvas.set_width(wide);
        canvas.set_height(high);
    }
    Some((w, h))
}

/// Clears a canvas and paints a display list on it.
pub fn paint(canvas: &HtmlCanvasElement, ratio: f64, shapes: &[Shape]) {
    let context = canvas.get_context("2d").ok().flatten().and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok());
    let Some(c) = context else { return };
    let _scaled = c.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    c.clear_rect(0.0, 0.0, f64::from(canvas.width()) / ratio, f64::from(canvas.height()) / ratio);
    let mut pen = Pen { c: &c, ratio, fill: None, stroke: None, width: None, face: None, anchor: None };
    for shape in shapes {
        pen.one(shape);
    }
}

/// A canvas that is painted on, with what its context was told last: to be told a colour or a font again costs a text that the browser reads.
struct Pen<'a> {
    c: &'a CanvasRenderingContext2d,
    ratio: f64,
    fill: Option<Rgba>,
    stroke: Option<Rgba>,
    width: Option<f64>,
    face: Option<(u16, f64, bool)>,
    anchor: Option<Anchor>,
}

/// Whether something is to be told because it was not told last.
fn is_news<T: PartialEq>(last: &mut Option<T>, value: T) -> bool {
    let value = Some(value);
    let news = *last != value;
    *last = value;
    news
}

impl Pen<'_> {
    fn one(&mut self, shape: &Shape) {
        let c = self.c;
        match shape {
            Shape::Circle { at, r, fill, stroke } => {
                c.begin_path();
                let _drawn = c.arc(at.0, at.1, *r, 0.0, TAU);
                self.ink(*fill, *stroke);
            }
            Shape::HalfDisc { at, r, colour } => {
                c.begin_path();
                let _drawn = c.arc(at.0, at.1, *r, 0.0, TAU);
                self.ink(None, Some((*colour, 1.4)));
                c.begin_path();
                let _drawn = c.arc(at.0, at.1, *r, -FRAC_PI_2, FRAC_PI_2);
                self.ink(Some(*colour), None);
            }
            Shape::Rect { at, size, radius, fill, stroke } => {
                c.begin_path();
                if *radius > 0.0 {
                    let _drawn = c.round_rect_with_f64(at.0, at.1, size.0, size.1, *radius);
                } else {
                    c.rect(at.0, at.1, size.0, size.1);
                }
                self.ink(*fill, *stroke);
            }
            Shape::Boxes { rects, fill, stroke } => self.boxes(rects, *fill, *stroke),
            Shape::Cells(cells) => {
                if !cells::paint(c, self.ratio, cells) {
                    cells.boxes().for_each(|(hue, rects)| self.boxes(&rects, Some(hue), None));
                }
            }
            Shape::Segments { lines, stroke, width } => {
                c.begin_path();
                for [x, y, to_x, to_y] in lines {
                    c.move_to(f64::from(*x), f64::from(*y));
                    c.line_to(f64::from(*to_x), f64::from(*to_y));
                }
                self.ink(None, Some((*stroke, *width)));
            }
            Shape::Dots { at, r, fill } => {
                c.begin_path();
                for (x, y) in at {
                    c.move_to(f64::from(*x) + r, f64::from(*y));
                    let _drawn = c.arc(f64::from(*x), f64::from(*y), *r, 0.0, TAU);
                }
                self.ink(Some(*fill), None);
            }
            Shape::Line { points, stroke, width, dash } => {
                path(c, points);
                if let Some((on, off)) = dash {
                    let _set = c.set_line_dash(&js_sys::Array::of2(&(*on).into(), &(*off).into()));
                }
                self.ink(None, Some((*stroke, *width)));
                if dash.is_some() {
                    let _unset = c.set_line_dash(&js_sys::Array::new());
                }
            }
            Shape::Area { points, fill, stroke } => {
                path(c, points);
                c.close_path();
                self.ink(*fill, *stroke);
            }
            Shape::Hatch { rects, stroke, gap } => {
                c.begin_path();
                for (from, to) in rects.iter().flat_map(|rect| hatch_lines(*rect, *gap)) {
                    c.move_to(from.0, from.1);
                    c.line_to(to.0, to.1);
                }
                self.ink(None, Some((*stroke, HATCH)));
            }
            Shape::Text { at, text, colour, size, weight, anchor, mono } => {
                if is_news(&mut self.face, (*weight, *size, *mono)) {
                    c.set_font(&format!("{weight} {size}px {}", if *mono { MONO } else { FACE }));
                }
                if is_news(&mut self.anchor, *anchor) {
                    c.set_text_align(match anchor {
                        Anchor::Start => "left",
                        Anchor::Middle => "center",
                        Anchor::End => "right",
                    });
                }
                self.fill_with(*colour);
                let _drawn = c.fill_text(text, at.0, at.1);
            }
        }
    }

    fn boxes(&mut self, rects: &[[f32; 4]], fill: Option<Rgba>, stroke: Option<(Rgba, f64)>) {
        self.c.begin_path();
        for [x, y, w, h] in rects {
            self.c.rect(f64::from(*x), f64::from(*y), f64::from(*w), f64::from(*h));
        }
        self.ink(fill, stroke);
    }

    fn fill_with(&mut self, colour: Rgba) {
        if is_news(&mut self.fill, colour) {
            self.c.set_fill_style_str(&colour.css());
        }
    }

    fn ink(&mut self, fill: Option<Rgba>, stroke: Option<(Rgba, f64)>) {
        if let Some(fill) = fill {
            self.fill_with(fill);
            self.c.fill();
        }
        if let Some((stroke, width)) = stroke {
            if is_news(&mut self.stroke, stroke) {
                self.c.set_stroke_style_str(&stroke.css());
            }
            if is_news(&mut self.width, width) {
                self.c.set_line_width(width);
            }
            self.c.stroke();
        }
    }
}

fn path(c: &CanvasRenderingContext2d, points: &[Point]) {
    c.begin_path();
    for (index, (x, y)) in points.iter().enumerate() {
        if index == 0 {
            c.move_to(*x, *y);
        } else {
            c.line_to(*x, *y);
        }
    }
}
