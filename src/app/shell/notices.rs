//! What the page has to say: parts of a link that were ignored or clamped, and what went wrong.

use super::stuck::stuck;
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::app::stillness;
use yew::prelude::*;

/// Notices and errors, under the transport.
pub fn notices(page: &Page) -> Html {
    let (notices, error) = (&page.state.notices, &page.state.error);
    html! {
        <div class="says">
            { stuck(page) }
            if !notices.is_empty() {
                <div class="notice" role="status" data-testid="notice">
                    <ul>{ for notices.iter().map(|n| html! { <li>{ n }</li> }) }</ul>
                    <button onclick={page.asks(Command::Dismiss)}>{ "Dismiss" }</button>
                </div>
            }
            if let Some(link) = &page.state.offered {
                <div class="notice" role="status" data-testid="offered">
                    <label>{ "The browser does not let this page copy. Copy the link from here:" }<input id="offered" class="mono" readonly="true" value={link.clone()} /></label>
                    <button onclick={page.asks(Command::Dismiss)}>{ "Dismiss" }</button>
                </div>
            }
            if page.lab().stands_still() {
                <div class="notice" role="status" data-testid="still"><ul><li>{ stillness::SAYS }</li></ul></div>
            }
            if let Some(forgets) = page.lab().forgets() {
                <div class="notice" data-testid="forgets"><ul><li>{ forgets }</li></ul></div>
            }
            if let Some(error) = error {
                <div class="error" role="alert" data-testid="error">
                    <ul><li>{ error }</li></ul>
                    <button onclick={page.asks(Command::Dismiss)}>{ "Dismiss" }</button>
                </div>
            }
        </div>
    }
}
