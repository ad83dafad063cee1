//! The transport: run, step, restart, clock, speed, progress, seed, hash.

use crate::app::entry::Entry;
use crate::app::icon::icon;
use crate::app::lab::{Speed, Status};
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::app::range::Range;
use yew::prelude::*;

/// The transport.
pub fn transport(page: &Page) -> Html {
    let (status, busy, real, fixed) = {
        let lab = page.lab();
        (lab.status(), lab.progress().is_some(), lab.wants_real(), lab.is_out_of_reach())
    };
    let (glyph, word) = match status {
        Status::Running if real => ("pause", "Stop"),
        Status::Running => ("pause", "Pause"),
        Status::Done | Status::Failed => ("play", "Again"),
        Status::Idle | Status::Paused => ("play", "Run"),
    };
    html! {
        <div class="tp" role="toolbar" aria-label="Transport">
            <button class="btn pri run" data-testid="run" data-state={status.word()} title="Space" onclick={page.asks(Command::Toggle)}>
                { icon(glyph) }<span class="word">{ word }</span>
            </button>
            <button class="btn ic bd" data-testid="step" aria-label="One event on" disabled={fixed}
                title={if fixed { "A real endpoint answers in real time" } else { "One event on: ." }} onclick={page.asks(Command::Step)}>{ icon("step") }</button>
            <button class="btn ic bd" data-testid="restart" aria-label="Restart" title="Restart, same seed: R" onclick={page.asks(Command::Restart)}>{ icon("restart") }</button>
            if busy {
                <button class="btn bd cancel" data-testid="cancel" onclick={page.asks(Command::Cancel)}>{ "Cancel" }</button>
            }
            <span class="vr"></span>
            { clock(page, page.at.0) }
            <span class="vr"></span>
            { speed_choice(page) }
            { done(page) }
            { seed(page) }
        </div>
    }
}

fn clock(page: &Page, ns: u64) -> Html {
    let real = page.lab().wants_real();
    // To the nearest, as the flag on the timeline has it.
    let ms = (ns + 500_000) / 1_000_000;
    let head = format!("{:02}:{:02}:", ms / 3_600_000, ms / 60_000 % 60);
    let tail = format!("{:02}.{:03}", ms / 1_000 % 60, ms % 1_000);
    let label = if real { "Wall time" } else { "Virtual time" };
    html! {
        <output class="clock" aria-label={label} aria-live="off" title={format!("{label}: {} ns", ns)} data-testid="clock" data-ns={ns.to_string()}>
            <span>{ head }</span>{ tail }
        </output>
    }
}

fn speed_choice(page: &Page) -> Html {
    let (speed, real) = {
        let lab = page.lab();
        (lab.speed(), lab.wants_real())
    };
    let oninput = {
        let page = page.clone();
        Callback::from(move |position: f64| page.ask(Command::Speed(speed_at(position))))
    };
    let text = match speed {
        Speed::Times(x) => format!("{x} times"),
        Speed::Max => "as fast as it can be computed".to_owned(),
    };
    let cycle = {
        let stops = Speed::STOPS;
        let next = stops.iter().position(|s| *s == speed).map_or(1, |i| (i + 1) % stops.len());
        stops.get(next).copied().unwrap_or(Speed::Max)
    };
    html! {
        <div class="spd">
            <span class="name">{ "Speed" }</span>
            <div class="stops">
                <Range max=5.0 step=0.05 value={position_of(speed)} label="Speed" {text} testid="speed" disabled={real}
                    title={real.then_some("A real endpoint answers in real time")} {oninput} />
                <div class="ticks" aria-hidden="true">{ for ["0.1", "1", "10", "100", "1k", "max"].iter().map(|t| html! { <span>{ *t }</span> }) }</div>
            </div>
            <button class="btn bd cycle" aria-label={format!("{}, next speed", speed.label())} onclick={page.asks(Command::Speed(cycle))}>{ speed.label() }</button>
            <output>{ speed.label() }</output>
        </div>
    }
}

/// The speed at a place of the slider: a stop each whole number, and between them by powers of ten.
fn speed_at(position: f64) -> Speed {
    if position > 4.5 {
        return Speed::Max;
    }
    let exact = libm::pow(10.0, position.min(4.0) - 1.0);
    // One and a half digits are enough for a person, and the stops are exact.
    let scale = libm::pow(10.0, libm::floor(libm::log10(exact)) - 1.0);
    Speed::Times(libm::round(libm::round(exact / scale) * scale * 1000.0) / 1000.0)
}

fn position_of(speed: Speed) -> f64 {
    match speed {
        Speed::Times(x) => libm::log10(x.max(0.1)) + 1.0,
        Speed::Max => 5.0,
    }
}

fn done(page: &Page) -> Html {
    let lab = page.lab();
    let departed = lab.ledger().tally.departed();
    // Somebody may have asked for more than were to come.
    let total = lab.scenario().expects().map(|total| total.max(lab.ledger().tally.offered));
    let hash = lab.session().hash().hex();
    let events = lab.session().events();
    html! {
        <span class="done" data-testid="trace-hash" data-events={events.to_string()} data-hash={hash.clone()}
            title={format!("Trace {hash}: {events} events. The same scenario has the same trace, natively and on every screen.")}>
            if let Some(total) = total {
                <span><b>{ thousands(departed) }</b>{ format!(" of {}", thousands(total)) }</span>
                <progress max={total.max(1).to_string()} value={departed.to_string()} aria-label="Done"></progress>
            } else {
                <span><b>{ thousands(departed) }</b>{ " done" }</span>
            }
        </span>
    }
}

fn seed(page: &Page) -> Html {
    let seed = page.scenario().seed;
    let commit = {
        let (page, old) = (page.clone(), seed.clone());
        Callback::from(move |text: String| {
            // What is in force already does not start the run anew.
            if text.trim() != old {
                page.ask(Command::Seed(text.trim().to_owned()));
            }
            true
        })
    };
    html! {
        <span class="fld">
            <label for="seed">{ "Seed" }</label>
            <Entry id="seed" testid="seed" value={seed} {commit} />
            <button aria-label="New random seed" title="Restart, new seed: Shift R" onclick={page.asks(Command::NewSeed)}>{ icon("dice") }</button>
        </span>
    }
}

fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + 4);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}
