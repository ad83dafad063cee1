//! What stands on both sides of the connections: on the left those who wait and what has come and gone, on the right the server with its slots.

use super::super::{Condition, Here};
use super::plot::Plot;
use super::state::State;
use crate::number;
use crate::scene::age::Scale;
use crate::scene::{Frame, Look, first_fit};
use crate::shape::{Ink, Sheet, bold_width, crisp, text_width};
use millrace_spec as spec;

/// The height of a line of what has come and gone, and of its heading with what is above it.
const LINE: f64 = 14.0;
const ABOVE: f64 = 26.0;

/// Those who wait: above what has come and gone.
pub(super) fn line_of(frame: Frame, state: &State<'_>) -> Frame {
    let churn = ABOVE + state.churn().len() as f64 * LINE;
    Frame { h: (frame.h - churn).max(30.0), ..frame }
}

/// What has come and gone so far.
pub(super) fn churn(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, frame: Frame) {
    let p = look.palette;
    let top = line_of(frame, state).bottom();
    if top + ABOVE > frame.bottom() {
        return;
    }
    sheet.line((frame.x, crisp(top + 4.0)), (frame.right(), crisp(top + 4.0)), p.line, 1.0);
    sheet.text((frame.x, top + 20.0), "So far", Ink::new(p.ink).size(12.0).bold());
    for (index, (word, n, bad)) in state.churn().into_iter().enumerate() {
        let base = top + ABOVE + (index as f64 + 0.8) * LINE;
        let ink = if bad { p.server_ink } else { p.ink_2 };
        sheet.text((frame.x, base), word, Ink::new(ink));
        sheet.text(
            (frame.right(), base),
            number::short_count(n),
            Ink::new(if bad { ink } else { p.ink }).medium().end(),
        );
    }
}

/// The server: its box, a socket for each slot that nobody has, and the scale of its queries.
pub(super) fn server(
    sheet: &mut Sheet,
    here: Here<'_, '_>,
    look: &Look<'_>,
    spec: &spec::Connections,
    state: &State<'_>,
    plot: &Plot,
    head: Option<f64>,
) {
    let p = look.palette;
    let frame = plot.server;
    let condition = Condition::of(here.scene, &spec.server, look.now);
    sheet.frame((frame.x + 0.5, frame.y + 0.5), (frame.w - 1.0, frame.h - 1.0), 4.0, Some(p.sunken), p.line_3, 1.0);
    let taken = state.taken();
    let short = state.slots().map(|slots| format!("{}/{}", number::count(taken), number::count(slots)));
    let texts: Vec<String> = std::iter::once(state.slots_line()).chain(short).collect();
    let line = first_fit(&texts, frame.w - 2.0);
    if let Some(head) = head {
        let [name, brief] = spec.leads_to;
        let label = if bold_width(name, 12.0) + 8.0 <= frame.w { name } else { brief };
        sheet.text((frame.x + 2.0, head), label, Ink::new(p.ink).size(12.0).bold());
        let room = frame.w - bold_width(label, 12.0) - 8.0;
        let fits = |words: &String| bold_width(words, 11.0) <= room;
        let words = [condition.words(), condition.brief()].into_iter().find(fits).unwrap_or_default();
        sheet.text((frame.right(), head), words, Ink::new(condition.ink(p)).bold().end());
        sheet.text((frame.x + 2.0, head + 15.0), line, Ink::new(p.ink_3));
    } else {
        // On a phone how it does is the colour of how much of it is taken.
        sheet.text((frame.right(), frame.y - 4.0), line, Ink::new(condition.ink(p)).end());
    }
    let Some((id, _)) = state.server else { return };
    let scale = Scale::of(here.scene, id);
    let inner = Frame { w: if frame.w >= 84.0 { frame.w - 30.0 } else { frame.w }, ..frame };
    let foot = frame.bottom() - 15.0;
    if let Some(p50) = here.scene.recent.calls(id).and_then(|calls| calls.recent_p50()) {
        let x = crisp(scale.x(inner, p50));
        sheet.dashed((x, frame.y + 8.0), (x, foot - 12.0), p.p50, 1.0, (2.0, 3.0));
    }
    if head.is_none() {
        return;
    }
    let mut free = frame.x + 6.0;
    for (age, text) in scale.ticks() {
        let (x, w) = (scale.x(inner, age), text_width(&text, 11.0, false));
        let left = (x - w / 2.0).clamp(frame.x + 5.0, (frame.right() - w - 4.0).max(frame.x + 5.0));
        if left >= free && left + w <= frame.right() - 3.0 {
            sheet.text((left, foot), text, Ink::new(p.ink_3));
            free = left + w + 6.0;
        }
    }
    spare(sheet, look, state, Frame { x: frame.x + 8.0, y: frame.bottom() - 12.0, w: frame.w - 14.0, h: 9.0 });
}

/// The slots that nobody has.
fn spare(sheet: &mut Sheet, look: &Look<'_>, state: &State<'_>, frame: Frame) {
    let p = look.palette;
    let Some(slots) = state.slots() else { return };
    let spare = slots.saturating_sub(state.taken());
    let text = if spare == 0 { "no slot spare".to_owned() } else { format!("{} spare", number::count(spare)) };
    let w = text_width(&text, 11.0, false);
    let room = frame.w - w - 6.0;
    let drawn = (libm::floor(room / 10.0).max(0.0) as u64).min(spare);
    let square = |index: u64| [frame.x + index as f64 * 10.0, frame.y + 0.5, 7.0, 7.0].map(|x| x as f32);
    sheet.boxes((0..drawn).map(square).collect(), None, Some((p.line_3, 1.2)));
    if w <= frame.w {
        let ink = if spare == 0 { Ink::new(p.server_ink).bold() } else { Ink::new(p.ink_3) };
        sheet.text((frame.right(), frame.y + 8.0), text, ink.end());
    }
}
