//! The log: the journal up to the playhead. A row leads to its instant, and where its line of source is known, to that.

use crate::analysis::{Entry, Tone};
use crate::app::lab::Status;
use crate::app::line_of_code;
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::app::scene;
use crate::engine::Progress;
use crate::platform::{field, host};
use crate::spec::FaultSpec;
use crate::view::fault_bands::entry_words;
use crate::view::number;
use yew::prelude::*;

/// How many entries are shown.
const SHOWN: usize = 400;

/// The log.
pub fn log(page: &Page) -> Html {
    let lab = page.lab();
    let entries = lab.so_far().journal();
    let hidden = entries.len().saturating_sub(SHOWN);
    let faults = scene::spec(&lab).faults;
    let left_out = lab.session().history().journal.left_out();
    let trace = lab.session().run().trace();
    let stuck = match lab.session().outcome() {
        Some(Progress::Deadlock(who) | Progress::Livelock(who)) if lab.status() == Status::Failed => Some(who.len()),
        _ => None,
    };
    // One for all rows: there may be hundreds, five times a second.
    let onclick = {
        let page = page.clone();
        Callback::from(move |event: MouseEvent| {
            let Some(entry) = field::data(&event, "event").and_then(|text| text.parse().ok()) else { return };
            page.ask(Command::SeekEvent(entry));
            let lab = page.lab();
            let site = lab.session().run().trace().get(entry).map(|event| event.site);
            let wish = site.and_then(|site| line_of_code::wish(&lab, site));
            drop(lab);
            if let Some(wish) = wish.filter(|_| field::data(&event, "line").is_some()) {
                page.ask(wish);
            }
        })
    };
    let onkeydown = Callback::from(|event: KeyboardEvent| {
        let down = match event.key().as_str() {
            "ArrowDown" => true,
            "ArrowUp" => false,
            _ => return,
        };
        event.prevent_default();
        host::focus_neighbour(&event, "li", ".row", down);
    });
    let row = |(index, entry): (usize, &Entry)| {
        let place = trace.get(entry.event).and_then(|event| line_of_code::place(&lab, event.site));
        line(entry, &faults, place, index == 0)
    };
    html! {
        <div class="logbox scroll" tabindex="0" role="log" aria-live="off" aria-label="Log" data-testid="log">
            if entries.is_empty() {
                <p class="none">{ "Nothing worth telling has happened yet." }</p>
            }
            <ol class="log" {onclick} {onkeydown}>
                if let Some(tasks) = stuck {
                    <li class="more" data-testid="log-stuck">
                        { format!("From {} on nothing can happen any more: {} for ever", number::instant(lab.playhead().0), number::counted(tasks as u64, "task waits", "tasks wait")) }
                    </li>
                }
                { for entries.iter().rev().take(SHOWN).enumerate().map(row) }
                if hidden > 0 {
                    <li class="more">{ format!("{hidden} earlier entries") }</li>
                }
                if left_out > 0 {
                    <li class="more">{ format!("{left_out} later errors are counted in the report only") }</li>
                }
            </ol>
        </div>
    }
}

fn line(entry: &Entry, faults: &[FaultSpec], place: Option<String>, first: bool) -> Html {
    let (class, glyph) = match entry.tone {
        Tone::State => ("t-state", "○"),
        Tone::Blocked => ("t-blocked", "●|"),
        Tone::Server => ("t-server", "■"),
        Tone::Timeout => ("t-timeout", "◔"),
        Tone::Killed => ("t-killed", "×"),
        Tone::Note => ("t-note", "›"),
        Tone::Success => ("t-success", "●"),
    };
    let (who, text) = entry_words(entry, faults);
    // The arrows walk from row to row: hundreds of stops would keep who uses the keyboard from all that comes after.
    let tabindex = if first { "0" } else { "-1" };
    html! {
        <li class={class}>
            <button class="row" title="Go there" data-event={entry.event.to_string()} {tabindex}>
                <time>{ number::instant(entry.at.0) }</time>
                <i aria-hidden="true">{ glyph }</i>
                <b>{ who }</b>
                <span>{ text }</span>
            </button>
            if let Some(place) = place {
                <button class="place mono" title="Show the line" data-event={entry.event.to_string()} data-line="" {tabindex}>{ place }</button>
            }
        </li>
    }
}
