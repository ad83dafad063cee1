//! The timeline: drag scrubs and pauses, a click jumps, arrows go in steps.

use super::fault_band::FaultBand;
use crate::app::lab::Lab;
use crate::app::markup::html;
use crate::app::page::{Command, Page, use_page};
use crate::app::painting::use_painting;
use crate::app::panels::life;
use crate::app::scene;
use crate::platform::{canvas, host};
use crate::session::Planned;
use crate::trace::{SimTime, Span};
use crate::view::fault_bands::planned_band;
use crate::view::number;
use crate::view::timeline::Timeline as Picture;
use crate::view::{Palette, Theme};
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

/// The timeline.
#[component]
pub fn Timeline() -> Html {
    let page = use_page();
    let node = use_node_ref();
    let dragging = use_mut_ref(|| false);
    use_painting(&node, page.clone(), paint);
    let seek = {
        let (page, node) = (page.clone(), node.clone());
        // A press on a mark leads to its instant. What is dragged goes with the hand.
        Callback::from(move |((x, y), press): ((f64, f64), bool)| {
            let size = |c: HtmlCanvasElement| (f64::from(c.client_width()), f64::from(c.client_height()));
            let size = node.cast::<HtmlCanvasElement>().map_or((0.0, 0.0), size);
            let mut at = SimTime::ZERO;
            with_picture(&page, size, &mut |picture| {
                at = picture.mark_at((x, y)).filter(|_| press).unwrap_or_else(|| picture.at(x));
            });
            page.ask(Command::Seek(at));
        })
    };
    let onpointerdown = {
        let (seek, dragging) = (seek.clone(), dragging.clone());
        Callback::from(move |event: PointerEvent| {
            // Of several fingers the first leads.
            if event.is_primary() {
                dragging.replace(true);
                seek.emit((place(&event), true));
            }
        })
    };
    let onpointermove = {
        let dragging = dragging.clone();
        Callback::from(move |event: PointerEvent| {
            if *dragging.borrow() && event.is_primary() && event.buttons() != 0 {
                seek.emit((place(&event), false));
            }
        })
    };
    let onpointerup = Callback::from(move |_: PointerEvent| {
        dragging.replace(false);
    });
    let onkeydown = {
        let page = page.clone();
        Callback::from(move |event: KeyboardEvent| {
            let at = page.lab().aimed();
            let step = if event.shift_key() { Span::secs(1) } else { Span::millis(100) };
            let to = match event.key().as_str() {
                "ArrowRight" => at + step,
                "ArrowLeft" => SimTime(at.0.saturating_sub(step.0)),
                "Home" => SimTime::ZERO,
                "End" => page.lab().computed(),
                _ => return,
            };
            event.prevent_default();
            page.ask(Command::Seek(to));
        })
    };
    let lab = page.lab();
    let earliest = lab.session().earliest();
    let (at, computed, live) = (lab.playhead(), lab.computed(), lab.is_live());
    let text = format!("{}{}", number::spoken(at.0), if live { ", live edge" } else { "" });
    html! {
        <section class="tl" aria-label="Timeline">
            <div class="scrub" role="slider" tabindex="0" aria-label="Run timeline" data-testid="timeline" aria-valuemin={(earliest.0 / 1_000_000).to_string()}
                aria-valuemax={(computed.0 / 1_000_000).to_string()} aria-valuenow={(at.0 / 1_000_000).to_string()} aria-valuetext={text}
                {onkeydown} {onpointerdown} {onpointermove} {onpointerup}>
                <canvas ref={node} aria-hidden="true"></canvas>
            </div>
            { bands(&page) }
            // Of a card all is computed, and nothing is live.
            if !live && !lab.playing && lab.scenario().card.is_none() {
                <button class="golive" onclick={page.asks(Command::GoLive)}>{ "Go to live" }</button>
            }
        </section>
    }
}

/// Where the hand is, in CSS pixels of the timeline.
fn place(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

/// The planned faults, to be taken by hand.
fn bands(page: &Page) -> Html {
    let lab = page.lab();
    let (scenario, end) = (lab.scenario(), end(&lab));
    let computed = lab.session().computed();
    let mut levels = Vec::new();
    with_picture(page, (0.0, 0.0), &mut |picture| levels = picture.levels());
    let band = |(number, planned): (usize, Planned)| {
        let fault = scenario.fault(&planned.name)?;
        let (key, scheduled) = (format!("{}/{number}", planned.name), planned.from > computed);
        let level = levels.get(number).copied().unwrap_or(0);
        Some(html! { <FaultBand {key} {number} {planned} {fault} {scheduled} {end} {level} /> })
    };
    let bands: Vec<Html> = lab.planned().into_iter().enumerate().filter_map(band).collect();
    html! { <div class="fbands">{ for bands }</div> }
}

/// Calls `body` with the timeline's picture.
fn with_picture(page: &Page, size: (f64, f64), body: &mut dyn FnMut(&Picture<'_>)) {
    let (lab, dark) = (&*page.lab(), page.state.dark);
    let session = lab.session();
    let (history, scene) = (session.history(), scene::spec(lab));
    let so_far = history.until(u64::MAX, session.computed());
    let palette = Palette::of(if dark { Theme::Dark } else { Theme::Light });
    let planned: Vec<_> = lab
        .planned()
        .into_iter()
        .map(|p| planned_band((&p.name, p.magnitude), (p.from, p.to), &scene.faults, palette))
        .collect();
    let picture = Picture {
        size,
        palette,
        planned: &planned,
        left: so_far.responses(),
        faults: &scene.faults,
        journal: history.journal.entries(),
        playhead: page.at,
        earliest: session.earliest(),
        computed: lab.computed().max(page.at),
        end: end(lab),
        over: session.outcome().is_some(),
        parting: lab.parting().map(|parting| parting.at),
        life: life(page),
    };
    body(&picture);
}

/// The right end: the run's end once it is known, and before that an estimate from how many requests are done. What is planned for
/// later has room too, as far as the run does not shrink beside it.
fn end(lab: &Lab) -> SimTime {
    let end = end_of_run(lab);
    // Before the start there is nothing that could shrink.
    let room = if lab.computed() == SimTime::ZERO { SimTime::MAX } else { SimTime(end.0.saturating_mul(3)) };
    let planned = lab.planned().into_iter().map(|p| p.to.unwrap_or(p.from)).filter(|at| *at <= room);
    planned.map(|at| at + Span(end.0 / 50)).chain([end]).max().unwrap_or(end)
}

fn end_of_run(lab: &Lab) -> SimTime {
    let session = lab.session();
    let ends = [Some(session), lab.second()].into_iter().flatten().map(|run| run.end());
    // Both are over, or none is known.
    if let Some(end) =
        ends.min().flatten().and_then(|_| session.end().max(lab.second().and_then(|second| second.end())))
    {
        return end.max(SimTime(1_000_000));
    }
    let (done, total) = (session.history().ledger.tally.departed() as f64, lab.scenario().expects());
    let computed = session.computed().max(session.playhead()).seconds();
    let estimate = match total {
        Some(total) if done > 0.0 => computed * (total as f64 / done).clamp(1.05, 50.0),
        _ => computed * 2.0,
    };
    // In round steps, so that the axis does not creep under the eye.
    let step = number::round_step(estimate.max(0.1), 4.0);
    SimTime((libm::ceil(estimate.max(0.1) / step) * step * 1e9) as u64)
}

fn paint(node: &NodeRef, page: &Page) {
    let Some(element) = node.cast::<HtmlCanvasElement>() else { return };
    let ratio = host::pixel_ratio();
    let Some(size) = canvas::fit(&element, ratio) else { return };
    let mut shapes = Vec::new();
    with_picture(page, size, &mut |picture| shapes = picture.draw());
    canvas::paint(&element, ratio, &shapes);
}
