//! The log: the journal up to the playhead.

use crate::analysis::{Entry, Mark, Tone};
use crate::app::markup::html;
use crate::app::page::Page;
use crate::app::scene;
use crate::spec::FaultSpec;
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
    html! {
        <div class="logbox scroll" tabindex="0" data-testid="log">
            if entries.is_empty() {
                <p class="none">{ "Nothing worth telling has happened yet." }</p>
            }
            <ol class="log" role="log" aria-live="off">
                { for entries.iter().rev().take(SHOWN).map(|entry| line(entry, &faults)) }
                if hidden > 0 {
                    <li class="more"><span></span><span></span><span></span><span>{ format!("{hidden} earlier entries") }</span></li>
                }
                if left_out > 0 {
                    <li class="more"><span></span><span></span><span></span><span>{ format!("{left_out} later errors are counted in the report only") }</span></li>
                }
            </ol>
        </div>
    }
}

fn line(entry: &Entry, faults: &[FaultSpec]) -> Html {
    let (class, glyph) = match entry.tone {
        Tone::State => ("t-state", "○"),
        Tone::Blocked => ("t-blocked", "●|"),
        Tone::Server => ("t-server", "■"),
        Tone::Timeout => ("t-timeout", "◔"),
        Tone::Killed => ("t-killed", "×"),
        Tone::Note => ("t-note", "›"),
        Tone::Success => ("t-success", "●"),
    };
    // The trace knows a fault by its id, a person by its label.
    let label = match &entry.mark {
        Some(Mark::FaultOn(id, _) | Mark::FaultOff(id, _)) => {
            faults.iter().find(|f| f.name() == id.as_str()).map(|f| f.full_label().into_owned())
        }
        _ => None,
    };
    html! {
        <li class={class}>
            <time>{ format!("{:.3}", entry.at.seconds()) }</time>
            <i aria-hidden="true">{ glyph }</i>
            <b>{ label.unwrap_or_else(|| entry.who.clone()) }</b>
            <span>{ entry.text.clone() }</span>
        </li>
    }
}
