//! What a policy looks like: a picture for each, with what it is doing now.

use super::super::Here;
use super::Layer;
use crate::scene::{Frame, Look};
use crate::shape::{Shape, Sheet};
use millrace_spec::Policy;

/// The least height of a row that has a picture.
const LEAST: f64 = 14.0;

/// Draws it in the middle of a frame.
pub(super) fn draw(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, layer: &Layer<'_>, frame: Frame) {
    if frame.h < LEAST {
        return;
    }
    let p = look.palette;
    let (y, left, right) = (frame.y + frame.h / 2.0, frame.x + 2.0, frame.right() - 2.0);
    let w = right - left;
    match layer.policy {
        Policy::Fallback => {
            let h = (frame.h * 0.18).min(7.0);
            let (bend, stroke) = (left + w * 0.55, p.ink_2);
            let points = vec![
                (left, y - h),
                (bend - 5.0, y - h),
                (bend, y - h + 5.0_f64.min(h)),
                (bend, y + h - 5.0_f64.min(h)),
                (bend - 5.0, y + h),
                (left + 3.0, y + h),
            ];
            sheet.shapes.push(Shape::Line { points, stroke, width: 1.5, dash: None });
            sheet.area(vec![(left - 1.0, y + h), (left + 6.0, y + h - 3.5), (left + 6.0, y + h + 3.5)], stroke);
            sheet.dashed((bend + 6.0, y), (right, y), p.line_3, 1.0, (2.0, 2.0));
        }
        Policy::Timeout(limit) => {
            let share = (layer.counts.worst.max(0) as f64 / limit.0.max(1) as f64).min(1.0);
            let share = if layer.counts.ended > 0 { 1.0 } else { share };
            sheet.fill((left, y - 3.0), (w, 6.0), 3.0, p.line);
            let fill = if layer.counts.ended > 0 { p.timeout } else { p.queued };
            sheet.fill((left, y - 3.0), (w * share, 6.0), (w * share / 2.0).min(3.0), fill);
            sheet.line((right, y - 8.0), (right, y + 8.0), p.ink, 2.0);
        }
        Policy::Retry(tries) => {
            let n = tries.clamp(1, 4) as usize;
            let pitch = w / n as f64;
            let bars = |index: usize| [left + index as f64 * pitch, y - 4.0, pitch * 0.6, 8.0].map(|v| v as f32);
            sheet.dashed((left, y), (left + pitch * (n as f64 - 0.4), y), p.line_3, 1.0, (2.0, 2.0));
            sheet.boxes((0..n).map(bars).collect(), Some(p.waiting_wash), Some((p.waiting, 1.0)));
            sheet.fill((left - 1.0, y - 6.0), (2.0, 12.0), 0.0, p.ink);
        }
        Policy::Breaker(_) => breaker(sheet, here, look, layer, frame),
        Policy::Limit(_) => {
            let (h, half) = ((frame.h - 6.0).clamp(6.0, 26.0), 15.0);
            let (top, bottom, x) = (y - h / 2.0, y + h / 2.0, frame.middle());
            let vessel = vec![(x - half, top), (x - half + 4.0, bottom), (x + half - 4.0, bottom), (x + half, top)];
            sheet.area(
                vec![
                    (x - half + 1.0, top + 4.0),
                    (x - half + 4.0, bottom),
                    (x + half - 4.0, bottom),
                    (x + half - 1.0, top + 4.0),
                ],
                if layer.counts.ended > 0 { p.blocked_wash } else { p.queued_wash },
            );
            sheet.polyline(vessel, p.queued, 1.5);
        }
        Policy::Bulkhead(permits) => {
            let shown = permits.min(20);
            let held = layer.counts.inside.max(0) as f64 * f64::from(shown) / f64::from(permits.max(1));
            let per_line = shown.clamp(1, ((w / 6.0) as u32).clamp(1, 10));
            let pitch = (w / f64::from(per_line)).min(7.0);
            let lines = shown.div_ceil(per_line);
            let h = ((frame.h - 6.0) / f64::from(lines)).min(11.0);
            for index in 0..shown {
                let (line, column) = (index / per_line, index % per_line);
                let at = (
                    frame.middle() - f64::from(per_line) * pitch / 2.0 + f64::from(column) * pitch,
                    y + (f64::from(line) - f64::from(lines) / 2.0) * h + 1.0,
                );
                let is_held = f64::from(index) < held;
                let fill = is_held.then_some(p.running_wash);
                let edge = if is_held { p.running } else { p.line_3 };
                sheet.frame(at, (pitch - 2.0, h - 2.0), (pitch - 2.0) / 2.0, fill, edge, 1.0);
            }
        }
        Policy::Hedge(_) => {
            let bars = [[left, y - 7.0, w, 5.0], [left + w * 0.4, y + 2.0, w * 0.45, 5.0]];
            let bars = bars.map(|bar| bar.map(|v| v as f32)).to_vec();
            sheet.boxes(bars, Some(p.waiting_wash), Some((p.waiting, 1.0)));
            sheet.dashed((left + w * 0.4, y - 7.0), (left + w * 0.4, y + 7.0), p.line_3, 1.0, (2.0, 2.0));
        }
    }
}

/// A contact that is closed, raised, or half raised.
fn breaker(sheet: &mut Sheet, here: Here<'_, '_>, look: &Look<'_>, layer: &Layer<'_>, frame: Frame) {
    let p = look.palette;
    let state = layer.breaker.and_then(|row| row.state).map_or("closed", |state| here.scene.trace.name(state));
    let (wash, ink, up) = match state {
        "closed" => (p.success_wash, p.success, 0.0),
        "half-open" => (p.blocked_wash, p.blocked, 3.0),
        _ => (p.server_wash, p.server, 7.0),
    };
    let (w, h) = (44.0_f64.min(frame.w), 24.0_f64.min(frame.h - 4.0));
    let (x, y) = (frame.middle(), frame.y + frame.h / 2.0);
    sheet.fill((x - w / 2.0, y - h / 2.0), (w, h), 3.0, wash);
    sheet.line((x - w / 2.0 + 6.0, y), (x - 6.0, y), ink, 2.0);
    sheet.line((x + 6.0, y), (x + w / 2.0 - 6.0, y), ink, 2.0);
    sheet.line((x - 6.0, y), (x + 6.0, y - up), ink, 2.0);
}
