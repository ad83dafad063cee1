//! The strip of keys: how often each was asked for, the first ones by themselves and the others together.

use super::plot::Plot;
use super::state::State;
use crate::number;
use crate::scene::{Frame, Look};
use crate::shape::{Ink, Sheet, bold_width, text_width};

/// How many keys have a cell of their own, how wide that is, and how wide those of several are.
const OWN: usize = 64;
const CELL: f64 = 9.0;
const BIN: f64 = 44.0;
/// Up to which key the bins go.
const BINS: [usize; 7] = [100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/// A cell of the strip: its keys, from the first to the one behind the last, and where it is.
pub(super) struct Heat {
    pub(super) keys: (usize, usize),
    pub(super) frame: Frame,
}

/// The cells, as far as there is room and there are keys.
pub(super) fn cells(state: &State<'_>, plot: &Plot) -> Vec<Heat> {
    let Some(strip) = plot.strip else { return Vec::new() };
    let all = state.spec.keys as usize;
    let ends: Vec<usize> = BINS.iter().copied().filter(|end| *end > OWN).collect();
    let bins = if all <= OWN { 0 } else { 1 + ends.iter().filter(|end| **end < all).count() };
    let own = all.min(OWN);
    let pitch = ((strip.w - bins as f64 * BIN) / own.max(1) as f64).min(2.0 * CELL);
    let (y, h) = (strip.y + 20.0, 12.0);
    let mut cells = Vec::new();
    for key in 0..own {
        let x = strip.x + key as f64 * pitch;
        cells.push(Heat { keys: (key, key + 1), frame: Frame { x, y, w: (pitch - 1.0).max(1.0), h } });
    }
    let mut from = own;
    for (index, end) in ends.into_iter().take(bins).enumerate() {
        let x = strip.x + own as f64 * pitch + 4.0 + index as f64 * BIN;
        cells.push(Heat { keys: (from, end.min(all)), frame: Frame { x, y, w: BIN - 4.0, h } });
        from = end.min(all);
    }
    cells
}

/// Draws them: five steps, on a scale of powers, of how often one key of a cell was asked for.
pub(super) fn draw(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, plot: &Plot) {
    let (p, Some(strip)) = (look.palette, plot.strip) else { return };
    let base = strip.y + 12.0;
    sheet.text((strip.x, base), "Keys", Ink::new(p.ink).size(12.0).bold());
    let all = u64::from(state.spec.keys);
    let says = if state.spec.words.is_empty() {
        format!("{} by rank, Zipf {}", number::count(all), millrace_spec::plain(state.spec.skew))
    } else {
        format!("{} of a script", number::count(all))
    };
    let x = strip.x + bold_width("Keys", 12.0) + 10.0;
    sheet.text((x, base), says.clone(), Ink::new(p.ink_3));
    let asked = format!("requests for each, {} in all", number::count(state.asked(0, usize::MAX)));
    if x + text_width(&says, 11.0, false) + text_width(&asked, 11.0, false) + 16.0 <= strip.right() {
        sheet.text((strip.right(), base), asked, Ink::new(p.ink_3).end());
    }
    let cells = cells(state, plot);
    let each = |cell: &Heat| {
        let (from, to) = cell.keys;
        state.asked(from, to) as f64 / to.saturating_sub(from).max(1) as f64
    };
    let most = cells.iter().map(each).fold(0.0, f64::max);
    let mut steps: [Vec<[f32; 4]>; 5] = Default::default();
    for cell in &cells {
        let Frame { x, y, w, h } = cell.frame;
        // A third of it is a step less.
        let step = match each(cell) / most.max(1e-9) {
            share if share > 0.3 => 4,
            share if share > 0.1 => 3,
            share if share > 0.03 => 2,
            share if share > 0.008 => 1,
            _ => 0,
        };
        steps.get_mut(step).into_iter().for_each(|boxes| boxes.push([x, y, w, h].map(|part| part as f32)));
    }
    for (boxes, faint) in steps.into_iter().zip([0.08, 0.22, 0.42, 0.68, 1.0]) {
        sheet.boxes(boxes, Some(p.p50.faint(faint)), None);
    }
    labels(sheet, look, state, &cells, strip);
}

/// What the first, some of the others and the bins are called, as far as there is room.
fn labels(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, cells: &[Heat], strip: Frame) {
    let p = look.palette;
    let base = strip.y + 45.0;
    let hot = state.hot as usize;
    let mut free = strip.x;
    for cell in cells {
        let (from, to) = cell.keys;
        let Frame { x, y, w, h } = cell.frame;
        let words = match to - from {
            1 if from == hot => {
                sheet.frame((x - 1.0, y - 1.0), (w + 2.0, h + 2.0), 2.0, None, p.ink, 1.5);
                format!("{} {}", state.spec.name(state.hot), number::count(state.asked(from, to)))
            }
            1 if matches!(from, 9 | 39) && state.spec.words.is_empty() => state.spec.name(from as u32),
            1 => continue,
            _ => format!("–{}", number::count(to as u64)),
        };
        let ink = if from == hot && to - from == 1 { Ink::new(p.ink).bold() } else { Ink::new(p.ink_3) };
        let wide = bold_width(&words, 11.0);
        if x >= free && x + wide <= strip.right() + 4.0 {
            sheet.text((x, base), words, ink);
            free = x + wide + 8.0;
        }
    }
}
