//! A row for each connection: its name, how it stands, who has it, its age, its past, and the link to the server, which is as thick as it is used.

use super::plot::{Plot, ROW};
use super::state::{Lent, State};
use crate::number;
use crate::recent::Mode;
use crate::scene::age::Scale;
use crate::scene::{Detail, Frame, Look, Scene, first_fit, glyph};
use crate::shape::{Ink, Shape, Sheet, crisp, cut, text_width};
use crate::{Palette, Rgba};
use millrace_spec::{self as spec, ConnectionState};
use millrace_trace::{SimTime, Span, StationId};

/// The age at which the bar of a connection begins to be drawn, in ns; it is full at the lifetime.
const YOUNG: f64 = 1e7;

/// All rows.
pub(super) fn draw(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    spec: &spec::Connections,
    state: &State<'_>,
    plot: &Plot,
) {
    head(sheet, look, spec, plot, window(scene, state));
    for (index, lent) in state.places.iter().enumerate().take(plot.rows) {
        row(sheet, scene, look, spec, state, lent, plot, plot.row(index));
    }
}

fn head(sheet: &mut Sheet, look: &Look<'_>, spec: &spec::Connections, plot: &Plot, window: Span) {
    let p = look.palette;
    let (ink, base) = (Ink::new(p.ink_3), plot.head);
    sheet.text((plot.left, base), "id, state", ink);
    sheet.text((plot.caller, base), "caller", ink.end());
    if let Some(x) = plot.age {
        sheet.text((x, base), if plot.uses.is_some() { "age, log" } else { "age" }, ink);
    }
    if let Some(x) = plot.uses.filter(|_| plot.age.is_some()) {
        sheet.text((x, base), "uses", ink.end());
    }
    if let Some(x) = plot.statements {
        sheet.text((x, base), if spec.commands { "cmds" } else { "stmts" }, ink);
    }
    if let Some((x, w)) = plot.past {
        let ms = window.0 / 1_000_000;
        let past = if ms < 1_000 { format!("−{ms} ms") } else { format!("−{} s", ms / 1_000) };
        sheet.text((x, base), past, ink);
        sheet.text((x + w, base), "now", ink.end());
    }
}

#[expect(clippy::too_many_arguments, reason = "all a row is drawn from")]
fn row(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    spec: &spec::Connections,
    state: &State<'_>,
    lent: &Lent<'_>,
    plot: &Plot,
    frame: Frame,
) {
    let p = look.palette;
    let (y, base) = (frame.y + frame.h / 2.0, frame.y + frame.h / 2.0 + 4.0);
    let there = lent.stands.is_there();
    let leaked = lent.stands == ConnectionState::Leaked;
    let for_nobody = lent.is_for_nobody();
    if leaked {
        let w = plot.box_left - 4.0 - plot.left;
        sheet.frame((plot.left - 4.0, frame.y + 0.5), (w, frame.h - 1.0), 3.0, Some(p.server_wash), p.server, 1.0);
    }
    sheet.text((plot.left, base), lent.name(), Ink::new(if there { p.ink } else { p.ink_3 }).mono());
    mark(sheet, p, lent.stands, plot.glyph, y);
    let ink = match lent.stands {
        ConnectionState::InUse if for_nobody => Ink::new(p.server_ink),
        ConnectionState::InUse => Ink::new(p.waiting_ink),
        ConnectionState::Leaked => Ink::new(p.server_ink).bold(),
        ConnectionState::Opening => Ink::new(p.running_ink),
        ConnectionState::Idle => Ink::new(p.ink_2),
        _ => Ink::new(p.ink_3),
    };
    let word = if for_nobody { "no caller" } else { lent.word() };
    sheet.text((plot.glyph + 10.0, base), word, ink);
    let caller = lent.caller().unwrap_or_else(|| "–".to_owned());
    let ink = Ink::new(if leaked || for_nobody {
        p.server_ink
    } else if there {
        p.ink
    } else {
        p.ink_3
    });
    let after = plot.glyph + 10.0 + text_width(word, 11.0, false);
    if plot.caller - text_width(&caller, 11.0, true) > after {
        sheet.text((plot.caller, base), caller, ink.mono().end());
    }
    if let Some((x, age)) = plot.age.zip(lent.age(look.now)) {
        sheet.fill((x, y - 2.0), (plot.age_w, 4.0), 2.0, p.line);
        sheet.fill((x, y - 2.0), ((plot.age_w * grown(age, spec.lifetime)).max(4.0), 4.0), 2.0, p.queued);
    }
    if let Some(x) = plot.uses.filter(|_| plot.age.is_some()) {
        let uses = number::short_count(lent.uses());
        sheet.text((x, base), uses, Ink::new(if there { p.ink_2 } else { p.ink_3 }).end());
    }
    if let Some(x) = plot.statements {
        if spec.commands && lent.stands == ConnectionState::InUse {
            sheet.text((x, base), format!("×{}", number::short_count(lent.commands())), Ink::new(p.ink).medium());
        }
        statements(sheet, p, spec, lent, (x, y - 4.0));
    }
    if let Some((x, w)) = plot.past {
        match lent.line() {
            Some(line) => {
                let since = number::time_text(look.now.since(lent.row.state_since).0);
                sheet.text((x, base), first_fit(&[format!("{line}, {since}"), line], w + 8.0), Ink::new(p.server_ink));
            }
            None => past(sheet, scene, look, state, lent, Frame { x, y: frame.y, w, h: frame.h }),
        }
    }
    link(sheet, p, lent, plot, y);
    if let Some((id, _)) = state.server {
        query(sheet, scene, look, lent, (id, plot.server), y);
    }
}

/// How far a connection has come on the way to its lifetime, by powers of ten.
fn grown(age: u64, lifetime: Span) -> f64 {
    let whole = if lifetime.is_zero() { 3.6e12 } else { lifetime.0 as f64 };
    let decades = libm::log10((whole / YOUNG).max(10.0));
    (libm::log10((age as f64 / YOUNG).max(1.0)) / decades).clamp(0.0, 1.0)
}

/// The mark of how a connection stands.
pub(super) fn mark(sheet: &mut Sheet, p: &Palette, stands: ConnectionState, x: f64, y: f64) {
    match stands {
        ConnectionState::InUse => glyph::mode(sheet, (x, y), Mode::Waiting, p),
        ConnectionState::Idle => glyph::mode(sheet, (x, y), Mode::Idle, p),
        ConnectionState::Opening => glyph::mode(sheet, (x, y), Mode::Busy, p),
        // A drop.
        ConnectionState::Leaked => {
            sheet.disc((x, y + 1.5), 3.2, p.server);
            sheet.area(vec![(x, y - 5.0), (x + 2.9, y + 0.4), (x - 2.9, y + 0.4)], p.server);
        }
        ConnectionState::Closing(_) => {
            sheet.segments(bars(x, y), p.rejected, 1.4);
            sheet.line((x - 4.5, y), (x - 2.0, y), p.rejected, 1.4);
            sheet.line((x + 2.0, y), (x + 4.5, y), p.rejected, 1.4);
        }
        ConnectionState::Closed(_) | ConnectionState::Unopened => {
            let lines = [[x - 2.6, y - 2.6, x + 2.6, y + 2.6], [x - 2.6, y + 2.6, x + 2.6, y - 2.6]];
            sheet.segments(lines.map(|line| line.map(|x| x as f32)).to_vec(), p.line_3, 1.3);
        }
    }
}

fn bars(x: f64, y: f64) -> Vec<[f32; 4]> {
    [x - 2.0, x + 2.0].map(|x| [x, y - 3.6, x, y + 3.6].map(|x| x as f32)).to_vec()
}

/// A square for each statement, filled where it is prepared; and how many nobody will close.
fn statements(sheet: &mut Sheet, p: &Palette, spec: &spec::Connections, lent: &Lent<'_>, (x, y): (f64, f64)) {
    let square = |number: u32| [x + f64::from(number) * 10.0 + 0.5, y + 0.5, 7.0, 7.0].map(|x| x as f32);
    let (filled, hollow): (Vec<u32>, Vec<u32>) = (0..spec.statements).partition(|number| lent.has_prepared(*number));
    let outline = if lent.stands.is_there() { p.line_3 } else { p.line_2 };
    sheet.boxes(hollow.into_iter().map(square).collect(), None, Some((outline, 1.0)));
    sheet.boxes(filled.into_iter().map(square).collect(), Some(p.queued), None);
    if lent.statements_left() > 0 {
        let x = x + f64::from(spec.statements) * 10.0 + 1.0;
        sheet.text((x, y + 8.0), format!("+{}", lent.statements_left()), Ink::new(p.server_ink).bold());
    }
}

/// How far back the past of the rows goes: some queries of the usual length.
fn window(scene: &Scene<'_>, state: &State<'_>) -> Span {
    let mean = state.server.and_then(|(id, _)| scene.recent.calls(id)?.recent_mean()).unwrap_or(0);
    let all = [30, 100, 300, 1_000, 3_000, 10_000].map(Span::millis);
    all.into_iter().find(|window| window.0 >= mean.saturating_mul(4)).unwrap_or(Span::secs(30))
}

/// What it did lately, from left to right.
fn past(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>, state: &State<'_>, lent: &Lent<'_>, frame: Frame) {
    let p = look.palette;
    let Some(stood) = lent.past else { return };
    let window = window(scene, state).0;
    let now = look.now.0;
    let start = now.saturating_sub(window);
    // The right edge is now, even where the run is younger than all that is shown.
    let x = |at: u64| frame.right() - frame.w * now.saturating_sub(at.max(start)) as f64 / window as f64;
    let y = frame.y + frame.h / 2.0;
    let high = (frame.h - 4.0).min(13.0);
    let (top, bottom) = (y - high / 2.0, y + high / 2.0);
    let ends = stood.past.iter().skip(1).map(|(at, _)| *at).chain(std::iter::once(look.now));
    for ((from, word), until) in stood.past.iter().zip(ends) {
        let (from, until): (&SimTime, SimTime) = (from, until);
        if until.0 <= start || until <= *from {
            continue;
        }
        let (left, right) = (x(from.0), x(until.0));
        match ConnectionState::of(scene.trace.name(*word)) {
            Some(ConnectionState::InUse) => {
                sheet.fill((left, top), ((right - left).max(1.0), high), 0.0, p.waiting.faint(0.5));
                // Where one ends and the next begins.
                sheet.line((left, top), (left, bottom), p.stage, 1.0);
            }
            Some(ConnectionState::Idle) => sheet.line((left, crisp(y)), (right, crisp(y)), p.line_3, 1.0),
            Some(ConnectionState::Opening) => sheet.dashed((left, y), (right, y), p.running, 1.6, (3.0, 2.0)),
            Some(ConnectionState::Closing(_)) => sheet.dashed((left, y), (right, y), p.rejected, 1.4, (1.5, 1.5)),
            _ => {}
        }
    }
}

/// The link to the server: both sockets, and what is between them.
fn link(sheet: &mut Sheet, p: &Palette, lent: &Lent<'_>, plot: &Plot, y: f64) {
    let (left, right) = (plot.link.0, plot.link.1);
    let (from, to) = (left + 5.0, right - 5.0);
    let middle = (from + to) / 2.0;
    let line = |sheet: &mut Sheet, colour: Rgba, width: f64| sheet.line((from, y), (to, y), colour, width);
    let outline = match lent.stands {
        ConnectionState::Leaked => p.server,
        stands if stands.is_there() => p.ink_3,
        _ => p.line_2,
    };
    match lent.stands {
        ConnectionState::InUse => line(sheet, p.waiting, 2.6),
        ConnectionState::Leaked => line(sheet, p.server, 3.0),
        ConnectionState::Idle => line(sheet, p.line_3, 1.2),
        ConnectionState::Opening => sheet.dashed((from, y), (to, y), p.running, 1.6, (4.0, 3.0)),
        ConnectionState::Closing(why) | ConnectionState::Closed(why) => {
            let closing = matches!(lent.stands, ConnectionState::Closing(_));
            let broken = why == spec::Closing::Broken;
            let stub: f64 = if to - from < 70.0 { 5.0 } else { 14.0 };
            let (stub, colour) = if closing { (stub, p.rejected) } else { (stub.min(6.0), p.line_2) };
            let colour = if broken { p.server } else { colour };
            let text = cut(why.label(), to - from - 2.0 * stub - 2.0, 11.0, false);
            if !text.is_empty() {
                let ink = if broken {
                    p.server_ink
                } else if closing {
                    p.rejected_ink
                } else {
                    p.ink_3
                };
                sheet.text((middle, y + 4.0), text, Ink::new(ink).middle());
            }
            for (x, end) in [(from, from + stub), (to, to - stub)] {
                sheet.line((x, y), (end, y), colour, 1.4);
                if closing {
                    sheet.line((end, y - 3.5), (end, y + 3.5), colour, 1.4);
                }
            }
        }
        ConnectionState::Unopened => {}
    }
    for x in [left, right] {
        sheet.frame((x - 3.5, y - 3.5), (7.0, 7.0), 1.5, Some(p.stage), outline, 1.2);
    }
}

/// The query that is under way on it, in the server's box: the further right, the longer it takes.
fn query(
    sheet: &mut Sheet,
    scene: &Scene<'_>,
    look: &Look<'_>,
    lent: &Lent<'_>,
    (id, server): (StationId, Frame),
    y: f64,
) {
    let p = look.palette;
    if lent.stands == ConnectionState::Leaked && server.w >= 70.0 {
        sheet.text((server.x + 12.0, y + 4.0), "no query", Ink::new(p.server_ink));
    }
    let Some(age) = lent.query else { return };
    let text = number::short_millis(age);
    let ms = look.detail == Detail::Numbers && server.w >= 84.0;
    let scale = Frame { w: if ms { server.w - 30.0 } else { server.w }, ..server };
    let x = Scale::of(scene, id).x(scale, age).max(server.x + 8.0);
    sheet.line((server.x + 4.0, y), (x, y), p.waiting, 1.4);
    sheet.disc((x, y), 3.4, p.sunken);
    sheet.shapes.push(Shape::HalfDisc { at: (x, y), r: 3.4, colour: p.waiting });
    if ms && text_width(&text, 11.0, false) <= 34.0 {
        sheet.text((server.right() - 5.0, y + 4.0), text, Ink::new(p.ink_2).end());
    }
}

/// The height of a row, for whoever asks what fits.
pub(super) fn fit(height: f64) -> usize {
    libm::floor(height / ROW.0).max(1.0) as usize
}
