//! What the run came to, as plain text with one press for the clipboard: for a ticket.

use crate::app::held::use_held;
use crate::app::markup::html;
use crate::platform::address;
use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Milliseconds for which the button says that it has copied.
const SAYS_MS: u32 = 2_000;

/// Properties of the headline.
#[derive(Clone, PartialEq, Properties)]
pub struct HeadlineProps {
    /// Its lines.
    pub text: AttrValue,
}

/// The headline.
#[component]
pub fn Headline(HeadlineProps { text }: &HeadlineProps) -> Html {
    let says = use_held(|| "Copy");
    let onclick = {
        let (says, text) = (says.clone(), text.clone());
        Callback::from(move |_: MouseEvent| {
            let (says, text) = (says.clone(), text.clone());
            spawn_local(async move {
                // Where the browser keeps its clipboard to itself, a person selects the lines.
                says.set(if address::copy(&text).await { "Copied" } else { "Select the lines and copy them" });
                Timeout::new(SAYS_MS, move || says.set("Copy")).forget();
            });
        })
    };
    html! {
        <section class="headline">
            <h3>{ "For a ticket" }<button class="btn bd" data-testid="copy-headline" title="Copy these lines" {onclick}>{ *says }</button></h3>
            <pre id="headline" data-testid="headline" tabindex="0">{ text.clone() }</pre>
            <span class="vh" role="status">{ if *says == "Copy" { "" } else { *says } }</span>
        </section>
    }
}
