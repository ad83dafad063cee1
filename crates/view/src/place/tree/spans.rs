//! Spans: a row for each context in the order of the tree, its work as a bar, hatched where it goes on although the context has ended.

use super::nodes::{colours, mark};
use super::plot::{self, Node};
use super::state::{Context, How, State, time};
use crate::number;
use crate::scene::{Frame, Look};
use crate::shape::{Ink, Sheet, crisp, cut, text_width};
use millrace_trace::SimTime;

/// The most and the least between rows, the height of a bar, of the axis, and the room for words behind the bars.
const ROW: (f64, f64) = (28.0, 13.0);
const AXIS: f64 = 20.0;
const WORDS: f64 = 96.0;

/// The columns and rows of an area.
pub(super) struct Rows {
    area: Frame,
    pitch: f64,
    indent: f64,
    names: f64,
    small: bool,
    /// What there is to be shown: with more than rows, leaves in one state are one, and the last row says what is left out.
    nodes: Vec<Node>,
    rows: usize,
}

impl Rows {
    pub fn of(area: Frame, state: &State<'_>, small: bool) -> Rows {
        let high = (area.h - AXIS).max(ROW.1);
        let fit = (libm::floor(high / ROW.1) as usize).max(1);
        let nodes = plot::nodes(state, state.all.len() > fit);
        let pitch = (high / nodes.len().max(1) as f64).clamp(ROW.1, ROW.0);
        let rows = fit.min(nodes.len());
        let names = if small { 104.0 } else { (area.w * 0.3).clamp(84.0, 190.0) };
        // Deep trees step in less, so that there is room for the names.
        let depth = state.all.iter().map(|one| one.depth).max().unwrap_or(0);
        let indent = (names * 0.5 / depth.max(1) as f64).min(if small { 8.0 } else { 10.0 });
        Rows { area, pitch, indent, names, small, nodes, rows }
    }

    /// How many have a row of their own.
    fn shown(&self) -> usize {
        if self.rows < self.nodes.len() { self.rows - 1 } else { self.rows }
    }

    fn row(&self, index: usize) -> Frame {
        Frame { y: self.area.y + index as f64 * self.pitch, h: self.pitch, ..self.area }
    }

    /// The contexts that have a row to themselves, and where it is.
    pub fn each(&self) -> impl Iterator<Item = (usize, Frame)> {
        let own = self.nodes.iter().take(self.shown()).enumerate().filter(|(_, node)| node.times == 1);
        own.map(|(index, node)| (node.of, self.row(index)))
    }

    fn bars(&self) -> (f64, f64) {
        let words = if self.small { 72.0 } else { WORDS };
        let left = self.area.x + self.names + 8.0;
        (left, (self.area.right() - words).max(left + 40.0))
    }
}

/// From the start of the run to a round instant after now.
struct Axis {
    left: f64,
    width: f64,
    end: f64,
}

impl Axis {
    fn of((left, right): (f64, f64), now: SimTime) -> Axis {
        let nanos = (now.0 as f64).max(1e7);
        let decade = libm::pow(10.0, libm::floor(libm::log10(nanos)));
        let end = [1.0, 2.0, 4.0, 6.0, 8.0, 10.0].map(|times| times * decade).into_iter().find(|end| *end >= nanos);
        Axis { left, width: right - left, end: end.unwrap_or(nanos) }
    }

    fn x(&self, at: SimTime) -> f64 {
        self.left + self.width * (at.0 as f64 / self.end).min(1.0)
    }
}

/// Draws the rows, and below them the axis.
pub(super) fn draw(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, rows: &Rows) {
    let p = look.palette;
    let axis = Axis::of(rows.bars(), look.now);
    let bottom = crisp(rows.area.y + rows.rows as f64 * rows.pitch + 2.0);
    for tick in 0..=2_u32 {
        let at = SimTime((axis.end * f64::from(tick) / 2.0) as u64);
        let x = crisp(axis.x(at));
        sheet.line((x, rows.area.y - 2.0), (x, bottom), p.grid, 1.0);
        // The mark of now goes first.
        let text = if tick == 0 { "0".to_owned() } else { time(at.0) };
        if (axis.x(look.now) - x).abs() > 20.0 + text_width(&text, 11.0, false) / 2.0 {
            sheet.text((x, bottom + 14.0), text, Ink::new(p.ink_3).middle());
        }
    }
    sheet.line((axis.left, bottom), (axis.left + axis.width, bottom), p.line_2, 1.0);
    for (index, node) in rows.nodes.iter().take(rows.shown()).enumerate() {
        let Some(context) = state.all.get(node.of) else { continue };
        if node.times == 1 {
            one(sheet, look, rows, &axis, context, rows.row(index));
        } else {
            let indent = context.depth as f64 * rows.indent;
            let (x, y) = (rows.area.x + indent, rows.row(index).y + rows.pitch / 2.0 + 4.0);
            sheet.text((x, y), cut(&node.label, rows.names - indent, 11.0, false), Ink::new(p.ink_3));
        }
    }
    let now = crisp(axis.x(look.now));
    sheet.line((now, rows.area.y - 2.0), (now, bottom), p.ink, 1.5);
    sheet.text((now, bottom + 14.0), "now", Ink::new(p.ink).medium().middle());
    if rows.shown() < rows.nodes.len() {
        let rest = rows.nodes.iter().skip(rows.shown());
        let open = rest.clone().filter(|node| state.all.get(node.of).is_some_and(|one| one.ended.is_none()));
        let [rest, open]: [u64; 2] = [rest.clone().map(|node| node.times).sum(), open.map(|node| node.times).sum()];
        let text = format!("+{} more, {} open", number::count(rest), number::count(open));
        let row = rows.row(rows.shown());
        sheet.text((row.x, row.y + row.h / 2.0 + 4.0), cut(&text, rows.names, 11.0, false), Ink::new(p.ink_2));
    }
}

fn one(sheet: &mut Sheet, look: &Look<'_>, rows: &Rows, axis: &Axis, context: &Context<'_>, row: Frame) {
    let p = look.palette;
    let y = row.y + row.h / 2.0;
    let half = (row.h / 2.0 - 2.0).min(6.0);
    let indent = context.depth as f64 * rows.indent;
    let name = cut(context.name, rows.names - indent, 11.0, false);
    sheet.text((row.x + indent, y + 4.0), name, Ink::new(p.ink));
    let until = |at: Option<SimTime>| axis.x(at.unwrap_or(look.now));
    let (from, work) = (axis.x(context.row.opened), until(context.over));
    let ended = until(context.ended);
    // Work for somebody, and after the end of its context work for nobody.
    let good = work.min(ended);
    sheet.frame((from, y - half), ((good - from).max(1.0), half * 2.0), 0.0, Some(p.waiting_wash), p.waiting, 1.0);
    if work > ended + 0.5 {
        let late = [ended, y - half, work - ended, half * 2.0].map(|v| v as f32);
        sheet.fill((ended, y - half), (work - ended, half * 2.0), 0.0, p.blocked_wash);
        sheet.hatch(vec![late], p.blocked, 4.0);
        sheet.frame((ended, y - half), (work - ended, half * 2.0), 0.0, None, p.blocked, 1.0);
    }
    // Its work is over, and it stays open: nobody ends it.
    let stays = context.over.is_some() && ended > work + 0.5;
    if stays {
        sheet.dashed((work, crisp(y)), (ended, crisp(y)), p.blocked, 1.4, (3.0, 2.4));
    }
    if let Some(deadline) = context.own_deadline.filter(|at| at.0 as f64 <= axis.end) {
        let x = axis.x(deadline);
        sheet.line((x, y - half - 2.0), (x, y + half + 2.0), p.ink, 2.0);
    }
    let end = work.max(ended);
    if let Some(at) = context.ended {
        let how = if matches!(context.how, How::Closing | How::Holds) { how_it_ended(context) } else { context.how };
        if row.h >= 13.0 {
            mark(sheet, (axis.x(at), y), how, look);
        }
    }
    let (text, ink) = match context.how {
        How::Open => (time(look.now.since(context.row.opened).0), p.ink_3),
        How::Leaked => (context.line().unwrap_or_else(|| "leaked".to_owned()), p.blocked_ink),
        how => (context.words(look.now), if how == How::Done { p.ink_3 } else { colours(how, look).2 }),
    };
    // Words stand right behind the bar, or behind the mark of now where that would cross them.
    let (mut x, now) = (end + 8.0, axis.x(look.now));
    if x <= now + 6.0 && x + text_width(&text, 11.0, false) > now - 3.0 {
        x = now + 7.0;
    }
    sheet.text((x, y + 4.0), cut(&text, row.right() - x, 11.0, false), Ink::new(ink));
}

/// What ended a context whose work goes on.
fn how_it_ended(context: &Context<'_>) -> How {
    match context.state {
        _ if context.order > 1 => How::Reached,
        millrace_spec::ContextState::DeadlineExceeded => How::Deadline,
        _ => How::Cancelled,
    }
}
