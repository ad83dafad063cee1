//! The timeline: drag scrubs and pauses, a click jumps, arrows go in steps.

use crate::app::lab::Lab;
use crate::app::markup::html;
use crate::app::page::{Command, Page, use_page};
use crate::app::painting::use_painting;
use crate::app::scene;
use crate::platform::{canvas, host};
use crate::trace::{SimTime, Span};
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
        Callback::from(move |x: f64| {
            let width = node.cast::<HtmlCanvasElement>().map_or(0.0, |c| f64::from(c.client_width()));
            let mut at = SimTime::ZERO;
            with_picture(&page.lab(), page.state.dark, (width, 86.0), &mut |picture| at = picture.at(x));
            page.ask(Command::Seek(at));
        })
    };
    let onpointerdown = {
        let (seek, dragging) = (seek.clone(), dragging.clone());
        Callback::from(move |event: PointerEvent| {
            dragging.replace(true);
            seek.emit(f64::from(event.offset_x()));
        })
    };
    let onpointermove = {
        let dragging = dragging.clone();
        Callback::from(move |event: PointerEvent| {
            if *dragging.borrow() && event.buttons() != 0 {
                seek.emit(f64::from(event.offset_x()));
            }
        })
    };
    let onpointerup = Callback::from(move |_: PointerEvent| {
        dragging.replace(false);
    });
    let onkeydown = {
        let page = page.clone();
        Callback::from(move |event: KeyboardEvent| {
            let at = page.lab().session().playhead();
            let step = if event.shift_key() { Span::secs(1) } else { Span::millis(100) };
            let to = match event.key().as_str() {
                "ArrowRight" => at + step,
                "ArrowLeft" => SimTime(at.0.saturating_sub(step.0)),
                "Home" => SimTime::ZERO,
                "End" => page.lab().session().computed(),
                _ => return,
            };
            event.prevent_default();
            page.ask(Command::Seek(to));
        })
    };
    let lab = page.lab();
    let earliest = lab.session().earliest();
    let (at, computed, live) = (lab.session().playhead(), lab.session().computed(), lab.is_live());
    let text = format!("{:.3} seconds{}", at.seconds(), if live { ", live edge" } else { "" });
    html! {
        <section class="tl" aria-label="Timeline">
            <div class="scrub" role="slider" tabindex="0" aria-label="Run timeline" data-testid="timeline" aria-valuemin={(earliest.0 / 1_000_000).to_string()}
                aria-valuemax={(computed.0 / 1_000_000).to_string()} aria-valuenow={(at.0 / 1_000_000).to_string()} aria-valuetext={text}
                {onkeydown} {onpointerdown} {onpointermove} {onpointerup}>
                <canvas ref={node} aria-hidden="true"></canvas>
            </div>
            if !live && !lab.playing {
                <button class="golive" onclick={page.asks(Command::GoLive)}>{ "Go to live" }</button>
            }
        </section>
    }
}

/// Calls `body` with the timeline's picture.
fn with_picture(lab: &Lab, dark: bool, size: (f64, f64), body: &mut dyn FnMut(&Picture<'_>)) {
    let session = lab.session();
    let (history, scene) = (session.history(), scene::spec(lab));
    let so_far = history.until(u64::MAX, session.computed());
    let picture = Picture {
        size,
        palette: Palette::of(if dark { Theme::Dark } else { Theme::Light }),
        left: so_far.responses(),
        faults: &scene.faults,
        journal: history.journal.entries(),
        playhead: session.playhead(),
        earliest: session.earliest(),
        computed: session.computed().max(session.playhead()),
        end: end(lab),
        over: session.outcome().is_some(),
    };
    body(&picture);
}

/// The right end: the run's end once it is known, and before that an estimate from how many requests are done.
fn end(lab: &Lab) -> SimTime {
    let session = lab.session();
    if let Some(end) = session.end() {
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
    with_picture(&page.lab(), page.state.dark, size, &mut |picture| shapes = picture.draw());
    canvas::paint(&element, ratio, &shapes);
}
