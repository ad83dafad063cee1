//! What a chart is drawn on: an area with plain coordinates in pixels, text and lines as the design wants them.

use crate::{Palette, Rgba};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// A drawing area with its palette and the scale of its pixels.
pub struct Paper<'a, DB: DrawingBackend> {
    area: DrawingArea<DB, Shift>,
    /// The colours.
    pub palette: &'a Palette,
    scale: f64,
}

impl<DB: DrawingBackend> std::fmt::Debug for Paper<'_, DB> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Paper({:?} at {})", self.area.dim_in_pixel(), self.scale)
    }
}

/// Whose text is aligned how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

pub(super) fn colour(c: Rgba) -> RGBAColor {
    RGBAColor(c.r, c.g, c.b, f64::from(c.a))
}

impl<'a, DB: DrawingBackend> Paper<'a, DB> {
    /// A paper on a backend whose pixels are `scale` to a CSS pixel.
    pub fn new(backend: DB, palette: &'a Palette, scale: f64) -> Paper<'a, DB> {
        Paper { area: backend.into_drawing_area(), palette, scale }
    }

    /// Width and height in CSS pixels.
    pub fn size(&self) -> (f64, f64) {
        let (w, h) = self.area.dim_in_pixel();
        (f64::from(w) / self.scale, f64::from(h) / self.scale)
    }

    /// The nearest pixel. Points far outside, and ones that are nowhere, come to the edge.
    fn pixel(&self, (x, y): (f64, f64)) -> (i32, i32) {
        let near = |v: f64| if v.is_finite() { (v * self.scale).clamp(-20_000.0, 20_000.0) as i32 } else { 0 };
        (near(x), near(y))
    }

    /// Clears the paper.
    pub(super) fn clear(&self, background: Rgba) -> Result<(), String> {
        self.area.fill(&colour(background)).map_err(|e| e.to_string())
    }

    pub(super) fn line(&self, points: &[(f64, f64)], stroke: Rgba, width: f64) -> Result<(), String> {
        if points.len() < 2 {
            return Ok(());
        }
        let style = colour(stroke).stroke_width(((width * self.scale) + 0.5).max(1.0) as u32);
        let points: Vec<_> = points.iter().map(|p| self.pixel(*p)).collect();
        self.area.draw(&PathElement::new(points, style)).map_err(|e| e.to_string())
    }

    /// A level dashed line: short pieces, since only level ones are needed.
    pub(super) fn dashed(&self, from: (f64, f64), to: (f64, f64), stroke: Rgba) -> Result<(), String> {
        let mut x = from.0;
        while x < to.0 && from.0.is_finite() {
            self.line(&[(x, from.1), ((x + 3.0).min(to.0), from.1)], stroke, 1.0)?;
            x += 5.0;
        }
        Ok(())
    }

    pub(super) fn area(&self, points: &[(f64, f64)], fill: Rgba) -> Result<(), String> {
        if points.len() < 3 {
            return Ok(());
        }
        let points: Vec<_> = points.iter().map(|p| self.pixel(*p)).collect();
        self.area.draw(&Polygon::new(points, colour(fill))).map_err(|e| e.to_string())
    }

    pub(super) fn rect(&self, from: (f64, f64), to: (f64, f64), fill: Rgba) -> Result<(), String> {
        let corners = [self.pixel(from), self.pixel(to)];
        self.area.draw(&Rectangle::new(corners, colour(fill).filled())).map_err(|e| e.to_string())
    }

    pub(super) fn text(&self, at: (f64, f64), text: &str, ink: Rgba, align: Align) -> Result<(), String> {
        let h = match align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        let ink = colour(ink);
        let style = TextStyle::from((FontFamily::SansSerif, (11.0 * self.scale).max(11.0)).into_font())
            .color(&ink)
            .pos(Pos::new(h, VPos::Center));
        self.area.draw_text(text, &style, self.pixel(at)).map_err(|e| e.to_string())
    }

    /// Hands everything to the backend.
    pub(super) fn present(&self) -> Result<(), String> {
        self.area.present().map_err(|e| e.to_string())
    }
}
