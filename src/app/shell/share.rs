//! Sharing: a link to this moment, or to the run from its start, into the clipboard with one press.
//!
//! The half that was pressed says for two seconds what was copied, in the room that it has. Where the browser refuses the clipboard,
//! the page shows the link, selected.

use crate::app::held::use_held;
use crate::app::icon::icon;
use crate::app::markup::html;
use crate::app::page::{Command, use_page};
use crate::platform::{address, clock, host};
use crate::trace::SimTime;
use crate::view::number;
use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Milliseconds for which a half says that it has copied.
const SAYS_MS: u32 = 2_000;

/// Properties of the group.
#[derive(Clone, PartialEq, Properties)]
pub struct ShareProps {
    /// Whether outside scripts know this group by name: its twin in the phone's menu is not the one they mean.
    pub named: bool,
}

/// The group.
#[component]
pub fn Share(props: &ShareProps) -> Html {
    let page = use_page();
    // Which half was pressed, and what it says.
    let said = use_held(|| None::<(bool, String)>);
    let silence = use_mut_ref(|| None::<Timeout>);
    let press = |moment: bool| {
        let (page, said, silence) = (page.clone(), said.clone(), silence.clone());
        Callback::from(move |_: MouseEvent| {
            let (link, at) = page.link(moment);
            let link = address::whole(&link);
            let (page, said, silence) = (page.clone(), said.clone(), silence.clone());
            spawn_local(async move {
                if !address::copy(&link).await {
                    page.ask(Command::Offer(link));
                    clock::soon(|| host::select("#offered"));
                    return;
                }
                said.set(Some((moment, copied(at))));
                let quiet = Timeout::new(SAYS_MS, move || said.set(None));
                // One that waits already is given up: it was about an earlier press.
                silence.replace(Some(quiet));
            });
        })
    };
    let half = |moment: bool, glyph, label: &'static str, title: &'static str, testid: &'static str| {
        let says = (*said).as_ref().filter(|(which, _)| *which == moment).map(|(_, says)| says.clone());
        let glyph = if says.is_some() { "check" } else { glyph };
        html! {
            <button class="btn" data-testid={props.named.then_some(testid)} data-says={says.is_some().to_string()} {title} onclick={press(moment)}>
                { icon(glyph) }<span class="word">{ label }</span>
                if let Some(says) = &says { <span class="said" aria-hidden="true">{ says }</span> }
            </button>
        }
    };
    html! {
        <div class="sharing" role="group" aria-label="Share">
            { half(true, "share", "Share this moment", "Copy a link to this moment: playhead, lane and tab", "share") }
            { half(false, "start", "from the start", "Copy a link to this run from its start", "share-start") }
            <span class="vh" role="status">{ (*said).as_ref().map(|(_, says)| says.clone()) }</span>
        </div>
    }
}

/// That it is done, and how far into the run the link leads.
fn copied(at: Option<SimTime>) -> String {
    match at {
        Some(at) if at.0 >= 1_000_000_000_000 => format!("Copied, {}", number::short_moment(at.0)),
        Some(at) => format!("Copied, {}", number::moment(at.0)),
        None => "Copied".to_owned(),
    }
}
