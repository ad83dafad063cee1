//! The timeline.

use yew::prelude::*;

/// The timeline.
#[component]
pub fn Timeline() -> Html {
    html! { <section class="tl" aria-label="Timeline"></section> }
}
