//! Painting a display list on a canvas.

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
    for shape in shapes {
        one(&c, shape);
    }
}

fn one(c: &CanvasRenderingContext2d, shape: &Shape) {
    match shape {
        Shape::Circle { at, r, fill, stroke } => {
            c.begin_path();
            let _drawn = c.arc(at.0, at.1, *r, 0.0, TAU);
            ink(c, *fill, *stroke);
        }
        Shape::HalfDisc { at, r, colour } => {
            c.begin_path();
            let _drawn = c.arc(at.0, at.1, *r, 0.0, TAU);
            ink(c, None, Some((*colour, 1.4)));
            c.begin_path();
            let _drawn = c.arc(at.0, at.1, *r, -FRAC_PI_2, FRAC_PI_2);
            ink(c, Some(*colour), None);
        }
        Shape::Rect { at, size, radius, fill, stroke } => {
            c.begin_path();
            if *radius > 0.0 {
                let _drawn = c.round_rect_with_f64(at.0, at.1, size.0, size.1, *radius);
            } else {
                c.rect(at.0, at.1, size.0, size.1);
            }
            ink(c, *fill, *stroke);
        }
        Shape::Boxes { rects, fill, stroke } => {
            c.begin_path();
            for [x, y, w, h] in rects {
                c.rect(f64::from(*x), f64::from(*y), f64::from(*w), f64::from(*h));
            }
            ink(c, *fill, *stroke);
        }
        Shape::Segments { lines, stroke, width } => {
            c.begin_path();
            for [x, y, to_x, to_y] in lines {
                c.move_to(f64::from(*x), f64::from(*y));
                c.line_to(f64::from(*to_x), f64::from(*to_y));
            }
            ink(c, None, Some((*stroke, *width)));
        }
        Shape::Dots { at, r, fill } => {
            c.begin_path();
            for (x, y) in at {
                c.move_to(f64::from(*x) + r, f64::from(*y));
                let _drawn = c.arc(f64::from(*x), f64::from(*y), *r, 0.0, TAU);
            }
            ink(c, Some(*fill), None);
        }
        Shape::Line { points, stroke, width, dash } => {
            path(c, points);
            if let Some((on, off)) = dash {
                let _set = c.set_line_dash(&js_sys::Array::of2(&(*on).into(), &(*off).into()));
            }
            ink(c, None, Some((*stroke, *width)));
            if dash.is_some() {
                let _unset = c.set_line_dash(&js_sys::Array::new());
            }
        }
        Shape::Area { points, fill, stroke } => {
            path(c, points);
            c.close_path();
            ink(c, *fill, *stroke);
        }
        Shape::Hatch { rects, stroke, gap } => {
            c.begin_path();
            for (from, to) in rects.iter().flat_map(|rect| hatch_lines(*rect, *gap)) {
                c.move_to(from.0, from.1);
                c.line_to(to.0, to.1);
            }
            ink(c, None, Some((*stroke, HATCH)));
        }
        Shape::Text { at, text, colour, size, weight, anchor, mono } => {
            c.set_font(&format!("{weight} {size}px {}", if *mono { MONO } else { FACE }));
            c.set_text_align(match anchor {
                Anchor::Start => "left",
                Anchor::Middle => "center",
                Anchor::End => "right",
            });
            c.set_fill_style_str(&colour.css());
            let _drawn = c.fill_text(text, at.0, at.1);
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

fn ink(c: &CanvasRenderingContext2d, fill: Option<Rgba>, stroke: Option<(Rgba, f64)>) {
    if let Some(fill) = fill {
        c.set_fill_style_str(&fill.css());
        c.fill();
    }
    if let Some((stroke, width)) = stroke {
        c.set_stroke_style_str(&stroke.css());
        c.set_line_width(width);
        c.stroke();
    }
}
