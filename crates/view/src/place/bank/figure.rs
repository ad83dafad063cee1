//! People, lamps and stops: the small marks of a bank.

use super::state::Way;
use crate::Rgba;
use crate::shape::{Point, Shape, Sheet};

/// The width of a figure that is 11 px high, and its pitch beside others.
pub const FIGURE: f64 = 8.0;
/// The height of a figure.
pub const HEIGHT: f64 = 11.0;

/// Figures of one colour, painted in two strokes however many there are.
#[derive(Debug)]
pub struct People {
    colour: Rgba,
    height: f64,
    heads: Vec<(f32, f32)>,
    bodies: Vec<[f32; 4]>,
}

impl People {
    /// Nobody yet.
    pub fn new(colour: Rgba, height: f64) -> People {
        People { colour, height, heads: Vec::new(), bodies: Vec::new() }
    }

    /// A figure that stands at a point.
    pub fn stand(&mut self, (x, ground): Point) {
        let scale = self.height / HEIGHT;
        self.heads.push((x as f32, (ground - 8.6 * scale) as f32));
        // Shoulders: three courses make them round at this size.
        for (w, bottom, h) in [(7.4, 0.0, 3.2), (6.2, 3.2, 1.1), (4.0, 4.3, 0.8)] {
            let (w, y) = (w * scale, ground - (bottom + h) * scale);
            self.bodies.push([x - w / 2.0, y, w, h * scale].map(|v| v as f32));
        }
    }

    /// Paints them.
    pub fn paint(self, sheet: &mut Sheet) {
        let r = 2.5 * self.height / HEIGHT;
        sheet.boxes(self.bodies, Some(self.colour), None);
        sheet.dots(self.heads, r, self.colour);
    }
}

/// A triangle that points a way, about `r` around a point.
pub fn arrow(sheet: &mut Sheet, (x, y): Point, r: f64, way: Way, fill: Option<Rgba>, stroke: Option<Rgba>) {
    let tip = match way {
        Way::Up => -0.9 * r,
        Way::Down => 0.9 * r,
    };
    let points = vec![(x - r, y - tip), (x + r, y - tip), (x, y + tip)];
    sheet.shapes.push(Shape::Area { points, fill, stroke: stroke.map(|colour| (colour, 1.0)) });
}
