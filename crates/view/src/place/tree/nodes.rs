//! The tree: a box for each context with its state, its deadline as a bar under it, and the way that a cancellation took along the edges.

use super::plot::{NODE, Node, Plot, WORDS};
use super::state::{Context, How, State};
use crate::Rgba;
use crate::recent::Mode;
use crate::scene::glyph::{self, Sort};
use crate::scene::{Frame, Look};
use crate::shape::{Ink, Point, Sheet, crisp, cut};

/// The deadline bar under a node.
const BAR: f64 = 4.0;
const DASH: Point = (3.0, 2.4);

/// The edge of a node, what it is filled with, and the ink of its words.
pub(super) fn colours(how: How, look: &Look<'_>) -> (Rgba, Rgba, Rgba) {
    let p = look.palette;
    match how {
        How::Open => (p.waiting, p.stage, p.ink_2),
        How::Leaked => (p.blocked, p.stage, p.blocked_ink),
        How::Done => (p.line_3, p.stage, p.ink_3),
        How::Failed | How::Cancelled | How::Reached => (p.server, p.server_wash, p.server_ink),
        How::Deadline => (p.timeout, p.timeout_wash, p.timeout_ink),
        How::Closing => (p.server, p.stage, p.server_ink),
        How::Holds => (p.blocked, p.blocked_wash, p.blocked_ink),
    }
}

/// The mark of a state.
pub(super) fn mark(sheet: &mut Sheet, at: Point, how: How, look: &Look<'_>) {
    let p = look.palette;
    match how {
        How::Open => glyph::mode(sheet, at, Mode::Waiting, p),
        How::Leaked => sheet.ring(at, 3.2, p.blocked, 1.6),
        How::Done => sheet.disc(at, 3.4, p.success),
        How::Failed => glyph::job(sheet, at, 3.2, Sort::Server, p),
        How::Deadline => glyph::job(sheet, at, 3.8, Sort::TimedOut, p),
        How::Cancelled | How::Reached | How::Closing => glyph::mode(sheet, at, Mode::Killed, p),
        How::Holds => glyph::mode(sheet, at, Mode::Blocked, p),
    }
}

/// Draws all of it.
pub(super) fn draw(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    for node in &plot.nodes {
        if let (Some(context), Some(above)) =
            (state.all.get(node.of), node.parent.and_then(|above| plot.nodes.get(above)))
        {
            let with_bar = state.all.get(above.of).is_some_and(shows_bar);
            edge(sheet, look, state, context, (above, with_bar), node);
        }
    }
    for node in &plot.nodes {
        if let Some(context) = state.all.get(node.of) {
            one(sheet, look, context, node);
            if context.order > 0 && node.times == 1 {
                let ink = if state.came_down(context) { look.palette.server_ink } else { colours(context.how, look).2 };
                let at = (crisp(node.frame.middle()) + 5.0, node.frame.y - 5.0);
                sheet.text(at, context.order.to_string(), Ink::new(ink).bold());
            }
        }
    }
}

/// Whether a context has its deadline under it: while it is open, or where that ended it.
fn shows_bar(context: &Context<'_>) -> bool {
    context.deadline.is_some() && matches!(context.how, How::Open | How::Leaked | How::Deadline)
}

fn edge(
    sheet: &mut Sheet,
    look: &Look<'_>,
    state: &State<'_>,
    context: &Context<'_>,
    (above, with_bar): (&Node, bool),
    node: &Node,
) {
    let p = look.palette;
    let from = above.frame.bottom() + if with_bar { BAR + 6.0 } else { 0.0 };
    let (x, to) = (crisp(above.frame.middle()), node.frame.y);
    let turn = crisp(above.frame.bottom() + (to - above.frame.bottom()) * 0.58);
    let own = crisp(node.frame.middle());
    let cut_off = state.came_down(context);
    let (colour, width) = if cut_off { (p.server, 1.6) } else { (p.line_3, 1.0) };
    let mut line = |from: Point, to: Point| {
        if context.detached {
            sheet.dashed(from, to, colour, width, DASH);
        } else {
            sheet.line(from, to, colour, width);
        }
    };
    line((x, from), (x, turn));
    line((x, turn), (own, turn));
    line((own, turn), (own, to));
}

fn one(sheet: &mut Sheet, look: &Look<'_>, context: &Context<'_>, node: &Node) {
    let p = look.palette;
    let Frame { x, y, w, .. } = node.frame;
    let (edge, fill, ink) = colours(context.how, look);
    if context.how == How::Closing {
        sheet.fill((x, y), (w, NODE), 4.0, fill);
        for (from, to) in sides(node.frame) {
            sheet.dashed(from, to, edge, 1.4, DASH);
        }
    } else {
        sheet.frame((x + 0.5, y + 0.5), (w - 1.0, NODE - 1.0), 4.0, Some(fill), edge, 1.4);
    }
    mark(sheet, (x + 12.0, y + NODE / 2.0), context.how, look);
    let label = cut(&node.label, (w - 24.0) / 1.05, 11.0, false);
    let style = if node.times > 1 { Ink::new(p.ink_2) } else { Ink::new(p.ink).medium() };
    sheet.text((x + 20.0, y + NODE / 2.0 + 4.0), label, style);
    let mut below = y + NODE;
    if shows_bar(context) && node.times == 1 {
        let left = context.left(look.now).unwrap_or(0.0);
        let bar =
            |sheet: &mut Sheet, share: f64, colour| sheet.fill((x, y + NODE + 3.0), (w * share, BAR), 1.0, colour);
        bar(sheet, 1.0, p.line);
        bar(sheet, left, p.ink_2);
        below += BAR + 3.0;
    }
    if node.times > 1 {
        return;
    }
    let words = cut(&context.words(look.now), WORDS, 11.0, false);
    if node.has_foot {
        sheet.text((node.frame.middle(), below + 13.0), words, Ink::new(ink).middle());
    } else if !node.is_leaf {
        sheet.text((node.frame.right() + 5.0, y + NODE / 2.0 + 4.0), words, Ink::new(ink));
    }
}

/// The sides of a frame.
fn sides(frame: Frame) -> [(Point, Point); 4] {
    let (l, r) = (crisp(frame.x), crisp(frame.right() - 1.0));
    let (t, b) = (crisp(frame.y), crisp(frame.bottom() - 1.0));
    [((l, t), (r, t)), ((r, t), (r, b)), ((r, b), (l, b)), ((l, b), (l, t))]
}
