//! Where the places stand: rows and columns that share the picture by what their kinds need, with less told where there is less
//! room.
//!
//! Every place gets its least width, and what is left goes by appetite. Where that is too much, those with the least appetite
//! give up detail first, a step at a time; nothing is ever cut. Heights are shared alike in a column.

use super::{Frame, Look, Scene};
use crate::place::{Here, Room};
use millrace_spec::Flow;

/// Left and right of the picture.
pub const SIDE: f64 = 16.0;
/// Above it, and below it, where the footer stands.
const TOP: f64 = 8.0;
pub const FOOT: f64 = 36.0;
/// The least gap beside a column, and the gap between the parts of one.
const COLUMN: f64 = 24.0;
const ROW: f64 = 12.0;
/// The last level of detail.
const LAST: usize = 3;

/// Where a place stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// All that is its own: heading, picture, foot.
    pub cell: Frame,
    /// Its picture.
    pub frame: Frame,
    /// The right edge of what stands on its left, if anything does.
    pub left: Option<f64>,
}

/// Where all places of a scene stand, by their numbers.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    spots: Vec<Spot>,
}

/// A row, a column or a place, by its number.
enum Node {
    Place(usize),
    Row(Vec<Node>),
    Column(Vec<Node>),
}

impl Node {
    fn of(flow: &Flow, next: &mut usize) -> Node {
        match flow {
            Flow::Place(_) => {
                *next += 1;
                Node::Place(*next - 1)
            }
            Flow::Row(parts) => Node::Row(parts.iter().map(|part| Node::of(part, next)).collect()),
            Flow::Column(parts) => Node::Column(parts.iter().map(|part| Node::of(part, next)).collect()),
        }
    }

    /// The places at its right edge, or at its left one.
    fn edge(&self, right: bool) -> Vec<usize> {
        match self {
            Node::Place(index) => vec![*index],
            Node::Row(parts) => {
                let part = if right { parts.last() } else { parts.first() };
                part.map_or_else(Vec::new, |part| part.edge(right))
            }
            Node::Column(parts) => parts.iter().flat_map(|part| part.edge(right)).collect(),
        }
    }

    fn is_column(&self) -> bool {
        matches!(self, Node::Column(parts) if parts.len() > 1)
    }
}

/// What a part of the picture needs: the least, what it can use, and its share of what is left over.
#[derive(Clone, Copy, Debug)]
struct Need {
    least: f64,
    most: f64,
    appetite: f64,
}

/// The scene with how much each place gives up.
struct Measure<'s, 'a> {
    scene: &'s Scene<'a>,
    levels: Vec<usize>,
}

impl Measure<'_, '_> {
    fn here(&self, index: usize) -> Option<(Here<'_, '_>, usize)> {
        Some((self.scene.here(index)?, self.levels.get(index).copied().unwrap_or(LAST)))
    }

    fn room(&self, index: usize) -> Room {
        self.here(index).map_or(Room::new(0.0), |(here, level)| here.face().room(here, level))
    }

    /// The gap between two parts of a row.
    fn gap(&self, left: &Node, right: &Node) -> f64 {
        let mut gap = if left.is_column() || right.is_column() { COLUMN } else { 0.0_f64 };
        for (a, level) in left.edge(true).into_iter().filter_map(|index| self.here(index)) {
            for (b, next) in right.edge(false).into_iter().filter_map(|index| self.here(index)) {
                let level = level.max(next);
                gap = gap.max(a.face().after(a, level)).max(b.face().before(b, level));
            }
        }
        gap
    }

    fn gaps(&self, parts: &[Node]) -> Vec<f64> {
        parts.windows(2).filter_map(|pair| Some(self.gap(pair.first()?, pair.get(1)?))).collect()
    }

    fn width(&self, node: &Node) -> Need {
        match node {
            Node::Place(index) => {
                let Room { width: (least, most), appetite, .. } = self.room(*index);
                Need { least, most, appetite }
            }
            Node::Row(parts) => {
                let gaps: f64 = self.gaps(parts).iter().sum();
                let all = parts.iter().map(|part| self.width(part));
                all.fold(Need { least: gaps, most: gaps, appetite: 0.0 }, |sum, one| Need {
                    least: sum.least + one.least,
                    most: sum.most + one.most,
                    appetite: sum.appetite + one.appetite,
                })
            }
            Node::Column(parts) => self.widest(parts.iter().map(|part| self.width(part))),
        }
    }

    fn height(&self, node: &Node) -> Need {
        match node {
            Node::Place(index) => {
                let Room { height: (least, most), .. } = self.room(*index);
                Need { least, most, appetite: f64::from(u8::from(most > least)) }
            }
            Node::Row(parts) => self.widest(parts.iter().map(|part| self.height(part))),
            Node::Column(parts) => {
                let gaps = ROW * parts.len().saturating_sub(1) as f64;
                let all = parts.iter().map(|part| self.height(part));
                all.fold(Need { least: gaps, most: gaps, appetite: 0.0 }, |sum, one| Need {
                    least: sum.least + one.least,
                    most: sum.most + one.most,
                    appetite: sum.appetite + one.appetite,
                })
            }
        }
    }

    fn widest(&self, all: impl Iterator<Item = Need>) -> Need {
        all.fold(Need { least: 0.0, most: 0.0, appetite: 0.0 }, |most, one| Need {
            least: most.least.max(one.least),
            most: most.most.max(one.most),
            appetite: most.appetite.max(one.appetite),
        })
    }

    /// Gives each place of a part its cell.
    fn place(&self, node: &Node, cell: Frame, left: Option<f64>, spots: &mut Vec<Spot>) {
        match node {
            Node::Place(index) => {
                let Room { head, foot, .. } = self.room(*index);
                let frame = Frame { y: cell.y + head, h: (cell.h - head - foot).max(20.0), ..cell };
                debug_assert_eq!(spots.len(), *index, "places are visited in their order");
                spots.push(Spot { cell, frame, left });
            }
            Node::Row(parts) => {
                let needs: Vec<Need> = parts.iter().map(|part| self.width(part)).collect();
                let gaps = self.gaps(parts);
                let (widths, squeeze) = share(&needs, cell.w - gaps.iter().sum::<f64>(), cell.w);
                // Where all is shared out, the last one ends where the row ends, whatever was lost by whole pixels.
                let whole = widths.iter().sum::<f64>() + gaps.iter().sum::<f64>() > cell.w - 1.0;
                let (mut x, mut left) = (cell.x, left);
                for (index, (part, width)) in parts.iter().zip(&widths).enumerate() {
                    let w = libm::floor(*width);
                    let is_last = index + 1 == parts.len() && index > 0 && whole;
                    let at = if is_last { (cell.right() - w).max(libm::floor(x)) } else { libm::floor(x) };
                    self.place(part, Frame { x: at, w, ..cell }, left, spots);
                    left = Some(at + w);
                    x += w + gaps.get(index).copied().unwrap_or(0.0) * squeeze;
                }
            }
            Node::Column(parts) => {
                let needs: Vec<Need> = parts.iter().map(|part| self.height(part)).collect();
                let gaps = ROW * parts.len().saturating_sub(1) as f64;
                let (heights, squeeze) = share(&needs, cell.h - gaps, cell.h);
                let mut y = cell.y;
                for (index, (part, height)) in parts.iter().zip(&heights).enumerate() {
                    let is_last = index + 1 == parts.len() && needs.iter().any(|need| need.appetite > 0.0);
                    let h = if is_last { cell.bottom() - libm::floor(y) } else { libm::floor(*height) };
                    self.place(part, Frame { y: libm::floor(y), h, ..cell }, left, spots);
                    y += h + ROW * squeeze;
                }
            }
        }
    }
}

/// Shares a length among parts, and says by how much they and the gaps between them had to be squeezed: each gets its least, and
/// what is left goes by appetite to those that can still use it.
fn share(needs: &[Need], room: f64, whole: f64) -> (Vec<f64>, f64) {
    let least: f64 = needs.iter().map(|need| need.least).sum();
    let mut spare = room - least;
    if spare < 0.0 {
        let squeeze = whole / (whole - spare);
        return (needs.iter().map(|need| need.least * squeeze).collect(), squeeze);
    }
    let mut lengths: Vec<f64> = needs.iter().map(|need| need.least).collect();
    for _ in 0..needs.len() {
        let eats = |need: &Need, length: f64| if need.most > length { need.appetite } else { 0.0 };
        let appetite: f64 = needs.iter().zip(&lengths).map(|(need, length)| eats(need, *length)).sum();
        if spare <= 1e-6 || appetite <= 0.0 {
            break;
        }
        let (each, mut left) = (spare / appetite, spare);
        for (need, length) in needs.iter().zip(&mut lengths) {
            let extra = (each * eats(need, *length)).min(need.most - *length).max(0.0);
            *length += extra;
            left -= extra;
        }
        spare = left;
    }
    (lengths, 1.0)
}

impl Plan {
    /// Where the places of a scene stand.
    pub fn of(scene: &Scene<'_>, look: &Look<'_>) -> Plan {
        let root = Node::of(&scene.spec.flow, &mut 0);
        let (w, h) = look.size;
        let cell = Frame { x: SIDE, y: TOP, w: w - 2.0 * SIDE, h: (h - TOP - FOOT).max(77.0) };
        let mut measure = Measure { scene, levels: vec![0; scene.places.len()] };
        let appetites: Vec<f64> = (0..scene.places.len()).map(|index| measure.room(index).appetite).collect();
        let mut classes = appetites.clone();
        millrace_trace::order::sort_by(&mut classes, f64::total_cmp);
        classes.dedup();
        let lowest = Measure { scene, levels: vec![LAST; scene.places.len()] }.height(&root).least;
        // Where even the least detail is too high, there is no use in giving any up for the height.
        let high = |measure: &Measure<'_, '_>| lowest <= cell.h && measure.height(&root).least > cell.h;
        let fits = |measure: &Measure<'_, '_>| measure.width(&root).least <= cell.w && !high(measure);
        let steps = (1..=LAST).flat_map(|level| classes.iter().map(move |class| (level, *class)));
        for (level, class) in steps {
            if fits(&measure) {
                break;
            }
            let of_class = measure.levels.iter_mut().zip(&appetites).filter(|(_, appetite)| **appetite == class);
            of_class.for_each(|(own, _)| *own = level);
        }
        let mut spots = Vec::with_capacity(scene.places.len());
        measure.place(&root, cell, None, &mut spots);
        Plan { spots }
    }

    /// Where a place stands.
    pub fn spot(&self, index: usize) -> Spot {
        let nowhere = Frame { x: 0.0, y: 0.0, w: 0.0, h: 0.0 };
        self.spots.get(index).copied().unwrap_or(Spot { cell: nowhere, frame: nowhere, left: None })
    }

    /// All of them, in the order of their numbers.
    pub fn spots(&self) -> &[Spot] {
        &self.spots
    }

    /// Whether one stands right beside the other with nothing between them, their upper edges on one line: a single wire
    /// between them is straight.
    pub fn is_beside(&self, a: usize, b: usize) -> bool {
        let (left, right) = (self.spot(a).cell, self.spot(b).cell);
        let between = |cell: &Frame| {
            cell.x >= left.right() && cell.right() <= right.x && cell.y < left.bottom() && cell.bottom() > left.y
        };
        right.x >= left.right() && (left.y - right.y).abs() < 1.0 && !self.spots.iter().any(|spot| between(&spot.cell))
    }

    /// Whether all lanes of one can run straight on into the other: they are as high as each other besides.
    pub fn is_level(&self, a: usize, b: usize) -> bool {
        self.is_beside(a, b) && (self.spot(a).cell.h - self.spot(b).cell.h).abs() < 1.0
    }
}
