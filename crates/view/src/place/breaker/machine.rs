//! The three states of a breaker and the ways between them, with the one it is in lit.

use crate::scene::Frame;
use crate::scene::contact::Contact;
use crate::shape::{Ink, Point, Sheet, crisp};
use crate::{Palette, Rgba};

/// The least width.
pub const WIDTH: f64 = 98.0;
/// The height.
pub const HEIGHT: f64 = 74.0;
/// The height of a state.
const NODE: f64 = 19.0;

/// Draws the diagram.
pub fn draw(sheet: &mut Sheet, p: &Palette, state: Contact, frame: Frame) {
    let w = frame.w.min(150.0);
    let x = frame.x + (frame.w - w) / 2.0;
    let closed = Frame { x, y: frame.y, w: 46.0, h: NODE };
    let open = Frame { x: x + w - 38.0, y: frame.y, w: 38.0, h: NODE };
    let half = Frame { x: x + w / 2.0 - 33.0, y: frame.bottom() - NODE, w: 66.0, h: NODE };
    let y = crisp(frame.y + NODE / 2.0);
    arrow(sheet, (closed.right() + 1.0, y), (open.x - 2.0, y), p.line_3);
    // Time leads to half-open; a failed probe back, enough that passed to closed.
    let (out, back) = (open.middle() + 8.0, open.middle() - 5.0);
    arrow(sheet, (out, open.bottom() + 1.0), (half.right() - 5.0, half.y - 2.0), p.line_3);
    arrow(sheet, (half.right() - 22.0, half.y - 1.0), (back, open.bottom() + 2.0), p.line_3);
    arrow(sheet, (half.x + 12.0, half.y - 1.0), (closed.middle(), closed.bottom() + 2.0), p.line_3);
    for (node, of) in [(closed, Contact::Closed), (open, Contact::Open), (half, Contact::HalfOpen)] {
        let lit = state == of || (of == Contact::Open && state == Contact::ForcedOpen);
        let (fill, edge, width) = if lit { (of.wash(p), of.colour(p), 1.6) } else { (p.surface, p.line_2, 1.0) };
        sheet.frame((node.x, node.y), (node.w, node.h), 3.0, Some(fill), edge, width);
        let ink = if lit { Ink::new(of.ink(p)).bold() } else { Ink::new(p.ink_3) };
        sheet.text((node.middle(), node.y + 13.0), of.word(), ink.middle());
    }
}

fn arrow(sheet: &mut Sheet, from: Point, to: Point, colour: Rgba) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = libm::sqrt(dx * dx + dy * dy).max(1.0);
    let (ux, uy) = (dx / length, dy / length);
    let base = (to.0 - 5.0 * ux, to.1 - 5.0 * uy);
    sheet.line(from, base, colour, 1.0);
    sheet.area(vec![to, (base.0 - 2.6 * uy, base.1 + 2.6 * ux), (base.0 + 2.6 * uy, base.1 - 2.6 * ux)], colour);
}
