//! The stage: a canvas that is painted each frame, and its text alternative.

use crate::app::page::use_page;
use yew::prelude::*;

/// The canvas with its text alternative.
#[component]
pub fn StageBox() -> Html {
    let page = use_page();
    let events = page.lab().session().events();
    html! {
        <canvas data-testid="stage" role="img" data-events={events.to_string()}></canvas>
    }
}
