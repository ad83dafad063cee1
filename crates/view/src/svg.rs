//! A display list as SVG: for tests, and to look at pictures without a browser's canvas.

use super::shape::{Anchor, HATCH, Point, Shape, hatch_lines};
use super::{Palette, Rgba};
use std::fmt::Write;

/// The faces of the page.
const FACE: &str = "Segoe UI, Inter, Roboto, Helvetica Neue, Arial, sans-serif";
const MONO: &str = "SF Mono, Cascadia Mono, JetBrains Mono, Roboto Mono, Menlo, Consolas, DejaVu Sans Mono, monospace";

/// The picture of a display list, `size` in CSS pixels.
pub fn svg(shapes: &[Shape], size: Point, palette: &Palette) -> String {
    let mut out = String::new();
    let (w, h) = size;
    // Writing to a string cannot fail.
    let _ok = write!(out, r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}">"#);
    let _ok = write!(out, r#"<rect width="{w}" height="{h}" fill="{}"/>"#, palette.stage.css());
    shapes.iter().for_each(|shape| element(&mut out, shape));
    out.push_str("</svg>");
    out
}

fn paint(fill: Option<Rgba>, stroke: Option<(Rgba, f64)>) -> String {
    let fill = fill.map_or("none".to_owned(), Rgba::css);
    let stroke = stroke.map_or(String::new(), |(c, w)| format!(r#" stroke="{}" stroke-width="{w}""#, c.css()));
    format!(r#"fill="{fill}"{stroke}"#)
}

fn path(points: &[Point], close: bool) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let _ok = write!(d, "{}{x:.2} {y:.2}", if i == 0 { "M" } else { "L" });
    }
    if close {
        d.push('z');
    }
    d
}

fn boxes(
    out: &mut String,
    rects: &[[f32; 4]],
    (fill, stroke): (Option<Rgba>, Option<(Rgba, f64)>),
) -> std::fmt::Result {
    let mut d = String::new();
    for [x, y, w, h] in rects {
        let _ok = write!(d, "M{x:.2} {y:.2}h{w:.2}v{h:.2}h-{w:.2}z");
    }
    write!(out, r#"<path d="{d}" {}/>"#, paint(fill, stroke))
}

fn element(out: &mut String, shape: &Shape) {
    let _ok = match shape {
        Shape::Circle { at, r, fill, stroke } => {
            write!(out, r#"<circle cx="{:.2}" cy="{:.2}" r="{r}" {}/>"#, at.0, at.1, paint(*fill, *stroke))
        }
        Shape::HalfDisc { at: (x, y), r, colour } => write!(
            out,
            r#"<circle cx="{x:.2}" cy="{y:.2}" r="{r}" {}/><path d="M{x:.2} {:.2}A{r} {r} 0 0 1 {x:.2} {:.2}z" fill="{}"/>"#,
            paint(None, Some((*colour, 1.4))),
            y - r,
            y + r,
            colour.css()
        ),
        Shape::Rect { at, size, radius, fill, stroke } => write!(
            out,
            r#"<rect x="{:.2}" y="{:.2}" width="{:.2}" height="{:.2}" rx="{radius}" {}/>"#,
            at.0,
            at.1,
            size.0,
            size.1,
            paint(*fill, *stroke)
        ),
        Shape::Boxes { rects, fill, stroke } => boxes(out, rects, (*fill, *stroke)),
        Shape::Cells(cells) => cells.boxes().try_for_each(|(colour, rects)| boxes(out, &rects, (Some(colour), None))),
        Shape::Segments { lines, stroke, width } => {
            let mut d = String::new();
            for [x, y, to_x, to_y] in lines {
                let _ok = write!(d, "M{x:.2} {y:.2}L{to_x:.2} {to_y:.2}");
            }
            write!(out, r#"<path d="{d}" {}/>"#, paint(None, Some((*stroke, *width))))
        }
        Shape::Dots { at, r, fill } => at
            .iter()
            .try_for_each(|(x, y)| write!(out, r#"<circle cx="{x:.2}" cy="{y:.2}" r="{r}" fill="{}"/>"#, fill.css())),
        Shape::Line { points, stroke, width, dash } => {
            let dash = dash.map_or(String::new(), |(a, b)| format!(r#" stroke-dasharray="{a} {b}""#));
            write!(out, r#"<path d="{}" {}{dash}/>"#, path(points, false), paint(None, Some((*stroke, *width))))
        }
        Shape::Area { points, fill, stroke } => {
            write!(out, r#"<path d="{}" {}/>"#, path(points, true), paint(*fill, *stroke))
        }
        Shape::Hatch { rects, stroke, gap } => {
            let mut d = String::new();
            for (a, b) in rects.iter().flat_map(|rect| hatch_lines(*rect, *gap)) {
                let _ok = write!(d, "M{:.2} {:.2}L{:.2} {:.2}", a.0, a.1, b.0, b.1);
            }
            write!(out, r#"<path d="{d}" {}/>"#, paint(None, Some((*stroke, HATCH))))
        }
        Shape::Text { at, text, colour, size, weight, anchor, mono } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let face = if *mono { MONO } else { FACE };
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            write!(
                out,
                r#"<text x="{:.2}" y="{:.2}" font-family="{face}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" fill="{}">{text}</text>"#,
                at.0,
                at.1,
                colour.css()
            )
        }
    };
}
