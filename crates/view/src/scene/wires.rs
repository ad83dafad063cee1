//! Wires between places. Those that run straight on are drawn by the places themselves, as pipes and lanes; all others turn at
//! right angles in the gaps between rows and columns.

use super::layout::{Plan, Spot};
use super::{Frame, Look, Scene};
use crate::place::{Here, Path};
use crate::shape::{Point, Shape, Sheet};

/// The width of a wire that turns.
const BUS: f64 = 1.4;
/// How far out a bracket over lanes stands.
const BRACKET: f64 = 4.0;
/// How far from a place a wire turns that has to go around others.
const CLEAR: f64 = 6.0;

/// What the lanes of a place run straight on through, and where they end. Nothing for what has no lanes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// What they run through, from left to right.
    pub through: Vec<usize>,
    /// Where they end, if they get there straight.
    pub to: Option<usize>,
}

/// The run of the lanes of a place: they have to have one way to go, and what they run into has to be as high as they are.
pub fn run(here: Here<'_, '_>, plan: &Plan) -> Run {
    let mut run = Run::default();
    let Some(path) = only(here.out()).filter(|_| here.face().has_lanes()) else { return run };
    let Some((last, between)) = path.stops.get(1..).and_then(|stops| stops.split_last()) else { return run };
    let mut at = here.index();
    for stop in between {
        if !plan.is_level(at, *stop) {
            return run;
        }
        run.through.push(*stop);
        at = *stop;
    }
    run.to = is_straight(&edges(here.scene), plan, (at, *last)).then_some(*last);
    run
}

fn only<'p>(mut paths: impl Iterator<Item = &'p Path>) -> Option<&'p Path> {
    paths.next().filter(|_| paths.next().is_none())
}

/// All stretches of wire from one place to the next, each once.
fn edges(scene: &Scene<'_>) -> Vec<(usize, usize)> {
    let mut edges: Vec<(usize, usize)> = Vec::new();
    for path in &scene.paths {
        for (a, b) in path.stops.iter().zip(path.stops.iter().skip(1)) {
            if !edges.contains(&(*a, *b)) {
                edges.push((*a, *b));
            }
        }
    }
    edges
}

/// Whether the wire between two places is the only one at that side of both, and straight.
fn is_straight(edges: &[(usize, usize)], plan: &Plan, (a, b): (usize, usize)) -> bool {
    let alone = |side: &dyn Fn(&(usize, usize)) -> bool| edges.iter().filter(|edge| side(edge)).count() == 1;
    alone(&|edge| edge.0 == a) && alone(&|edge| edge.1 == b) && plan.is_beside(a, b)
}

/// Where the pipe from a place leads, if it is straight: the place and its walls.
pub fn pipe_to(here: Here<'_, '_>, plan: &Plan) -> Option<(usize, Frame)> {
    let edges = edges(here.scene);
    let (_, to) = edges.iter().find(|(a, _)| *a == here.index()).copied()?;
    is_straight(&edges, plan, (here.index(), to)).then_some(())?;
    Some((to, walls(here.other(to)?, plan)))
}

/// Where the pipe to a place comes from, if it is straight: the place and its walls.
pub fn pipe_from(here: Here<'_, '_>, plan: &Plan) -> Option<(usize, Frame)> {
    let edges = edges(here.scene);
    let (from, _) = edges.iter().find(|(_, b)| *b == here.index()).copied()?;
    is_straight(&edges, plan, (from, here.index())).then_some(())?;
    Some((from, walls(here.other(from)?, plan)))
}

/// The walls of a place at its spot.
pub fn walls(here: Here<'_, '_>, plan: &Plan) -> Frame {
    here.face().walls(here, plan.spot(here.index()).frame)
}

/// Draws the wires that no place draws itself.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, plan: &Plan) {
    let p = look.palette;
    let on_way = |here: Here<'_, '_>| here.out().next().is_some() && run(here, plan) == Run::default();
    for here in scene.all().filter(|here| on_way(*here)) {
        let frame = plan.spot(here.index()).frame;
        if let Some((top, bottom)) = here.face().lanes_out(here, frame).filter(|(top, bottom)| bottom > top) {
            // A bracket over all lanes: the wire is that of any of them.
            let x = walls(here, plan).right();
            let points = vec![(x, top), (x + BRACKET, top), (x + BRACKET, bottom), (x, bottom)];
            sheet.shapes.push(Shape::Line { points, stroke: p.line_3, width: BUS, dash: None });
        }
    }
    for points in routes(scene, plan) {
        let mut dash = None;
        if let [from, .., before, tip] = points.as_slice() {
            // Who sends something back does not wait for it.
            dash = (from.0 > tip.0).then_some((4.0, 3.0));
            sheet.area(head(*before, *tip), p.line_3);
        } else if let [before, tip] = points.as_slice() {
            sheet.area(head(*before, *tip), p.line_3);
        }
        sheet.shapes.push(Shape::Line { points, stroke: p.line_3, width: BUS, dash });
    }
}

/// The head of an arrow that comes from a point, along one of the axes.
fn head(from: Point, (x, y): Point) -> Vec<Point> {
    const LENGTH: f64 = 5.0;
    if (x - from.0).abs() > (y - from.1).abs() {
        let back = x - LENGTH.copysign(x - from.0);
        vec![(x, y), (back, y - 3.0), (back, y + 3.0)]
    } else {
        let back = y - LENGTH.copysign(y - from.1);
        vec![(x, y), (x - 3.0, back), (x + 3.0, back)]
    }
}

/// The ways of the wires that no place draws itself, from one place to the next.
pub fn routes(scene: &Scene<'_>, plan: &Plan) -> Vec<Vec<Point>> {
    let edges = edges(scene);
    let mut in_lanes: Vec<(usize, usize)> = Vec::new();
    for here in scene.all() {
        let run = run(here, plan);
        let mut at = here.index();
        for stop in run.through.iter().copied().chain(run.to) {
            in_lanes.push((at, stop));
            at = stop;
        }
    }
    let own = |index: usize| scene.here(index).is_some_and(|here| here.face().draws_wires());
    let left = edges.iter().filter(|edge| {
        let drawn = is_straight(&edges, plan, **edge) && (own(edge.0) || own(edge.1));
        !drawn && !in_lanes.contains(edge)
    });
    left.filter_map(|(a, b)| route(scene.here(*a)?, scene.here(*b)?, plan)).collect()
}

fn route(a: Here<'_, '_>, b: Here<'_, '_>, plan: &Plan) -> Option<Vec<Point>> {
    let (from, to) = (plan.spot(a.index()), plan.spot(b.index()));
    let (left, right) = (from.cell, to.cell);
    let others = || plan.spots().iter().enumerate().filter(|(index, _)| *index != a.index() && *index != b.index());
    let hits = |x: (f64, f64), y: (f64, f64)| {
        let meets = |c: &Frame| c.x < x.1 && c.right() > x.0 && c.y < y.1 && c.bottom() > y.0;
        others().any(|(_, spot)| meets(&spot.cell))
    };
    // One below the other, with nothing between them.
    if left.x < right.right() && right.x < left.right() {
        let x = (left.x.max(right.x) + left.right().min(right.right())) / 2.0;
        let (above, below) = if left.y < right.y { (left, right) } else { (right, left) };
        if !hits((x - 1.0, x + 1.0), (above.bottom(), below.y)) {
            let ends = if left.y < right.y { (left.bottom(), right.y) } else { (left.y, right.bottom()) };
            return Some(vec![(x, ends.0), (x, ends.1)]);
        }
    }
    let free = |leg: &[Point]| match leg {
        [p, q] => !hits((p.0.min(q.0) - 1.0, p.0.max(q.0) + 1.0), (p.1.min(q.1) + 0.5, p.1.max(q.1) - 0.5)),
        _ => true,
    };
    if let Some(way) = back(a, b, plan).filter(|way| way.windows(2).all(free)) {
        return Some(way);
    }
    let into = (walls(b, plan).x, b.face().port(b, to.frame));
    let out = (walls(a, plan).right(), a.face().port_towards(a, from.frame, into.1));
    // Half a pixel is no step.
    let into = if (out.1 - into.1).abs() < 1.0 { (into.0, out.1) } else { into };
    // Side by side, with a gap between them that has nothing in it.
    if right.x >= left.right() {
        let span = (out.1.min(into.1), out.1.max(into.1));
        if !hits((left.right(), right.x), (span.0 - 1.0, span.1 + 1.0)) {
            let x = (left.right() + right.x) / 2.0;
            return Some(without_bends(vec![out, (x, out.1), (x, into.1), into]));
        }
    }
    // Around whatever is between: over it, or below where there is more room.
    let (x, back) = (left.right() + CLEAR, right.x - CLEAR);
    let span = (x.min(back), x.max(back));
    let between = others()
        .map(|(_, spot)| spot)
        .chain([&from, &to])
        .filter(|spot: &&Spot| spot.cell.x < span.1 + CLEAR && spot.cell.right() > span.0 - CLEAR);
    let cells: Vec<Frame> = between.map(|spot| spot.cell).collect();
    let top = cells.iter().map(|cell| cell.y).fold(f64::INFINITY, f64::min);
    let y = if top.is_finite() { (top - CLEAR / 2.0).max(2.0) } else { out.1 };
    Some(without_bends(vec![out, (x, out.1), (x, y), (back, y), (back, into.1), into]))
}

/// The way back to what stands further left: below the row, and from there up or down.
fn back(a: Here<'_, '_>, b: Here<'_, '_>, plan: &Plan) -> Option<Vec<Point>> {
    let (from, to) = (walls(a, plan), walls(b, plan));
    let (left, right) = (plan.spot(a.index()).cell, plan.spot(b.index()).cell);
    if right.right() > left.x {
        return None;
    }
    let y = left.bottom().max(from.bottom()) + CLEAR;
    let (x, end) = if right.y >= y {
        (to.x + 2.0 * CLEAR, right.y)
    } else {
        (to.middle(), b.face().foot(b, plan.spot(b.index()).frame))
    };
    Some(vec![(from.middle(), from.bottom()), (from.middle(), y), (x, y), (x, end)])
}

/// Without points at which nothing turns.
fn without_bends(points: Vec<Point>) -> Vec<Point> {
    let mut way: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if let [.., before, last] = way.as_slice() {
            let level = (before.1 - last.1).abs() < 0.01 && (last.1 - point.1).abs() < 0.01;
            let upright = (before.0 - last.0).abs() < 0.01 && (last.0 - point.0).abs() < 0.01;
            if level || upright {
                way.pop();
            }
        }
        if way.last() != Some(&point) {
            way.push(point);
        }
    }
    way
}
