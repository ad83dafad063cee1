//! Where the nodes of a tree stand: levels from top to bottom, each parent over the middle of its children, as close as they can without
//! touching. Where that is too wide, leaves of one parent in one state are one node; where that is too much as well, there is no tree.

use super::state::{How, State};
use crate::scene::Frame;
use crate::shape::{bold_width, text_width};

/// The height of a node, and the most and the least between levels.
pub(super) const NODE: f64 = 22.0;
const LEVEL: (f64, f64) = (92.0, 38.0);
/// What stands below the last level: a deadline bar and a line of words.
const FOOT: f64 = 22.0;
/// From which distance on there is room for words between two levels.
const ROOMY: f64 = 66.0;
/// The room of the words at a node, and the gap between nodes.
pub(super) const WORDS: f64 = 88.0;
const GAP: f64 = 8.0;
/// More contexts than these are rows alone.
const MOST: usize = 64;

/// A node of the picture: a context, or several leaves in one state.
pub(super) struct Node {
    /// The context; the first of several.
    pub of: usize,
    /// How many it stands for.
    pub times: u64,
    /// The node above it.
    pub parent: Option<usize>,
    pub is_leaf: bool,
    /// Whether there is room for words below it.
    pub has_foot: bool,
    pub label: String,
    pub frame: Frame,
    depth: usize,
    children: Vec<usize>,
}

impl Node {
    /// How far it reaches to the left and to the right of its middle.
    fn reach(&self) -> (f64, f64) {
        let half = self.frame.w / 2.0;
        if self.is_leaf { (half.max(WORDS / 2.0), half.max(WORDS / 2.0)) } else { (half, half + 4.0 + WORDS) }
    }
}

/// All nodes that there is room for.
pub(super) struct Plot {
    pub nodes: Vec<Node>,
}

impl Plot {
    /// The tree in an area, if there is room for one.
    pub fn of(area: Frame, state: &State<'_>) -> Option<Plot> {
        if state.all.is_empty() || state.all.len() > MOST {
            return None;
        }
        [false, true].into_iter().find_map(|folds| Plot::laid_out(area, nodes(state, folds)))
    }

    fn laid_out(area: Frame, mut nodes: Vec<Node>) -> Option<Plot> {
        let levels = nodes.iter().map(|node| node.depth).max()?;
        let pitch = match levels {
            0 => LEVEL.0,
            levels => ((area.h - NODE - FOOT) / levels as f64).min(LEVEL.0),
        };
        if pitch < LEVEL.1 {
            return None;
        }
        let (left, right) = across(&mut nodes)?;
        if right - left > area.w {
            return None;
        }
        let first = area.x - left + (area.w - right + left) / 2.0;
        for index in 0..nodes.len() {
            let above = nodes.get(index)?.parent.and_then(|parent| nodes.get(parent)).map(|above| above.frame.middle());
            let node = nodes.get_mut(index)?;
            node.has_foot &= pitch >= ROOMY || node.depth == levels;
            // So far its middle is counted from that of the one above it.
            let middle = above.unwrap_or(first) + node.frame.x;
            node.frame = Frame {
                x: middle - node.frame.w / 2.0,
                y: area.y + node.depth as f64 * pitch,
                w: node.frame.w,
                h: NODE,
            };
        }
        Some(Plot { nodes })
    }
}

/// The nodes of a tree, each before those below it; where `folds`, leaves of one parent in one state are two at most.
pub(super) fn nodes(state: &State<'_>, folds: bool) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut places: Vec<Option<usize>> = vec![None; state.all.len()];
    for (of, context) in state.all.iter().enumerate() {
        let parent = context.parent.and_then(|parent| places.get(parent).copied().flatten());
        let is_leaf = context.children.is_empty();
        // The first of several leaves in one state stands for itself, and the second for all others.
        let alike = |node: &Node, how: How| {
            node.parent == parent && node.is_leaf && state.all.get(node.of).is_some_and(|other| other.how == how)
        };
        if folds && is_leaf {
            let mut others = nodes.iter_mut().filter(|node| alike(node, context.how));
            if let (Some(_), Some(second)) = (others.next(), others.next()) {
                second.times += 1;
                continue;
            }
        }
        let place = nodes.len();
        if let Some(above) = parent.and_then(|parent| nodes.get_mut(parent)) {
            above.children.push(place);
        }
        if let Some(slot) = places.get_mut(of) {
            *slot = Some(place);
        }
        let label = context.name.to_owned();
        let frame = Frame::default();
        nodes.push(Node {
            of,
            times: 1,
            parent,
            is_leaf,
            has_foot: is_leaf,
            label,
            frame,
            depth: context.depth,
            children: Vec::new(),
        });
    }
    for node in &mut nodes {
        if let Some(context) = state.all.get(node.of).filter(|_| node.times > 1) {
            node.label = format!("+{} {}", node.times, context.word());
        }
        let text = if node.times > 1 { text_width(&node.label, 11.0, false) } else { bold_width(&node.label, 11.0) };
        node.frame.w = (text + 28.0).clamp(64.0, 116.0);
    }
    nodes
}

/// Gives each node the distance of its middle from that of the one above it, and says how far all reach from the middle of the first.
fn across(nodes: &mut [Node]) -> Option<(f64, f64)> {
    // Of each subtree, level by level, how far it reaches from the middle of its first node.
    let mut outlines: Vec<Vec<(f64, f64)>> = vec![Vec::new(); nodes.len()];
    for index in (0..nodes.len()).rev() {
        let node = nodes.get(index)?;
        let (reach, children) = (node.reach(), node.children.clone());
        let mut below: Vec<(f64, f64)> = Vec::new();
        let mut middles: Vec<f64> = Vec::new();
        for child in &children {
            let outline = outlines.get(*child)?;
            let shift =
                below.iter().zip(outline).map(|((_, right), (left, _))| right + GAP - left).fold(f64::MIN, f64::max);
            let shift = if below.is_empty() { 0.0 } else { shift };
            middles.push(shift);
            for (level, (left, right)) in outline.iter().enumerate() {
                match below.get_mut(level) {
                    Some(all) => all.1 = right + shift,
                    None => below.push((left + shift, right + shift)),
                }
            }
        }
        let centre = middles.first().zip(middles.last()).map_or(0.0, |(first, last)| (first + last) / 2.0);
        for (child, middle) in children.into_iter().zip(middles) {
            nodes.get_mut(child)?.frame.x = middle - centre;
        }
        let mut outline = vec![(-reach.0, reach.1)];
        outline.extend(below.into_iter().map(|(left, right)| (left - centre, right - centre)));
        *outlines.get_mut(index)? = outline;
    }
    // Several that are below nobody stand beside each other.
    let roots: Vec<usize> =
        (0..nodes.len()).filter(|index| nodes.get(*index).is_some_and(|node| node.parent.is_none())).collect();
    let (mut left, mut right) = (0.0_f64, f64::MIN);
    for root in roots {
        let outline = outlines.get(root)?;
        let least = outline.iter().map(|(left, _)| *left).fold(f64::MAX, f64::min);
        let most = outline.iter().map(|(_, right)| *right).fold(f64::MIN, f64::max);
        let shift = if right == f64::MIN { 0.0 } else { right + GAP - least };
        nodes.get_mut(root)?.frame.x = shift;
        left = left.min(least + shift);
        right = most + shift;
    }
    Some((left, right))
}
