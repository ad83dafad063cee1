//! How old the calls under way are: the scale inside the server's box, and the calls on it.
//!
//! The scale is logarithmic and spans two and a half decades, chosen by the mean of all calls so far, so it stands still.

use super::worker::Worker;
use super::{Frame, Look, Scene};
use crate::shape::{Shape, Sheet};
use millrace_trace::StationId;
use millrace_trace::ledger::{Fate, JobRow, StationRow};

/// Left and right inside the box.
const PAD: f64 = 8.0;
/// From the least to the greatest age on the scale.
const SPAN: f64 = 250.0;
/// Bars of the histogram.
const BARS: usize = 24;
/// More calls than this are bars.
const MOST_DOTS: usize = 256;

/// The scale of ages, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The least age that is told apart.
    pub low: f64,
}

impl Scale {
    /// The scale of a server: 1 to 250 ms, unless calls take much less or much longer.
    pub fn of(scene: &Scene<'_>, server: StationId) -> Scale {
        let mean = scene.recent.calls(server).and_then(|calls| calls.mean());
        let Some(mean) = mean.filter(|mean| *mean > 0) else { return Scale { low: 1.0 } };
        let decade = libm::floor(libm::log10(mean as f64 / 1e6 / 6.0)).clamp(-4.0, 5.0);
        Scale { low: libm::pow(10.0, decade) }
    }

    /// Where an age is in a box. What is younger than the least runs up to it.
    pub fn x(self, frame: Frame, nanos: u64) -> f64 {
        let share = nanos as f64 / 1e6 / self.low;
        if share <= 1.0 {
            return frame.x + PAD * share;
        }
        let room = (frame.w - 2.0 * PAD).max(1.0);
        frame.x + PAD + room * (libm::log10(share) / libm::log10(SPAN)).min(1.0)
    }

    /// The marks on the scale, in nanoseconds, with their labels.
    pub fn ticks(self) -> [(u64, String); 3] {
        [1.0, 10.0, 100.0].map(|step| {
            let ms = self.low * step;
            // The unit stands at the last mark that has it.
            let text = if ms >= 999.0 {
                format!("{} s", trimmed(ms / 1e3))
            } else if ms >= 99.0 || step > 50.0 {
                format!("{} ms", trimmed(ms))
            } else {
                trimmed(ms)
            };
            ((ms * 1e6 + 0.5) as u64, text)
        })
    }
}

/// Without trailing zeros.
fn trimmed(x: f64) -> String {
    let text = format!("{x:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Calls of lanes: each on the wire of its lane, with the way it has come.
pub fn lanes(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    (server, id): (Frame, StationId),
    calls: &[(&JobRow, f64)],
    r: f64,
) {
    let p = look.palette;
    let scale = Scale::of(scene, id);
    let mut ways = Vec::new();
    let mut marks = Vec::new();
    for &(job, y) in calls {
        if !job.started {
            // It waits for a slot, at the door.
            marks.push(((server.x - r - 2.0, y), false));
            continue;
        }
        let x = if look.calm { server.middle() } else { scale.x(server, look.now.since(job.since).0) };
        ways.push([server.x as f32, y as f32, x as f32, y as f32]);
        marks.push(((x, y), true));
    }
    sheet.segments(ways, p.waiting, 1.5);
    for (at, inside) in marks {
        if inside {
            // The way shows through the empty half otherwise.
            sheet.disc(at, r - 0.3, p.sunken);
            sheet.shapes.push(Shape::HalfDisc { at, r: r - 0.3, colour: p.waiting });
        } else {
            sheet.disc(at, r - 0.6, p.queued);
        }
    }
}

/// Calls of workers without lanes: a dot each, or bars where there are too many.
pub fn dots(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    workers: &[Worker<'_>],
    (frame, id): (Frame, StationId),
) {
    let calls: Vec<(usize, &JobRow)> = workers
        .iter()
        .enumerate()
        .filter_map(|(i, w)| Some((i, w.job.and_then(|id| scene.ledger.job(id)).filter(|j| j.calling() && j.started)?)))
        .collect();
    if workers.len() > MOST_DOTS {
        bars(sheet, scene, look, calls.into_iter().map(|(_, job)| job), (frame, id));
        return;
    }
    let scale = Scale::of(scene, id);
    let room = frame.h - 40.0;
    let at = calls.into_iter().map(|(index, job)| {
        let x = if look.calm { frame.middle() } else { scale.x(frame, look.now.since(job.since).0) };
        let y = frame.y + 18.0 + room * (index as f64 + 0.5) / workers.len().max(1) as f64;
        (x as f32, y as f32)
    });
    let r = (room / workers.len().max(1) as f64 * 0.75).clamp(1.6, 3.0);
    sheet.dots(at.collect(), r, look.palette.waiting);
}

/// All calls at a server: bars by age.
pub fn draw(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    station: Option<(StationId, &StationRow)>,
    frame: Frame,
) {
    let Some((id, row)) = station else { return };
    if row.levels.present > 0 {
        let here = scene.ledger.jobs.iter().map(|(_, j)| j).filter(|j| j.fate == Fate::At(id) && j.started);
        bars(sheet, scene, look, here, (frame, id));
    }
}

fn bars<'a>(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    jobs: impl Iterator<Item = &'a JobRow>,
    (frame, id): (Frame, StationId),
) {
    let scale = Scale::of(scene, id);
    let mut bars = [0_u32; BARS];
    for job in jobs {
        let share = (scale.x(frame, look.now.since(job.since).0) - frame.x) / frame.w;
        if let Some(bar) = bars.get_mut(((share * BARS as f64) as usize).min(BARS - 1)) {
            *bar += 1;
        }
    }
    let most = bars.iter().copied().max().unwrap_or(0).max(1);
    let w = frame.w / BARS as f64;
    let rects = bars.iter().enumerate().filter(|(_, n)| **n > 0).map(|(i, n)| {
        let h = ((frame.h - 52.0) * f64::from(*n) / f64::from(most)).max(2.0);
        [frame.x + i as f64 * w + 0.5, frame.bottom() - 20.0 - h, w - 1.0, h].map(|x| x as f32)
    });
    sheet.boxes(rects.collect(), Some(look.palette.waiting.faint(0.75)), None);
}
