//! The real endpoint's form, where requests go to one.

use crate::app::endpoint::EndpointForm;
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::session::Target;
use yew::prelude::*;

/// The form of the real endpoint.
pub fn endpoint_section(page: &Page) -> Html {
    let scenario = page.scenario();
    if scenario.target != Target::Fetch {
        return Html::default();
    }
    let (limits, running, remarks) = {
        let lab = page.lab();
        (lab.limits, lab.playing, lab.remarks())
    };
    let on_url = {
        let page = page.clone();
        Callback::from(move |url: String| page.ask(Command::Url(url)))
    };
    let on_limits = {
        let page = page.clone();
        Callback::from(move |limits| page.ask(Command::Limits(limits)))
    };
    html! {
        <section class="sec" aria-labelledby="h-endpoint">
            <header><h2 id="h-endpoint">{ "Real endpoint" }</h2><span class="note">{ "wall time" }</span></header>
            <EndpointForm url={scenario.url.clone().unwrap_or_default()} {limits} {running} {on_url} {on_limits} />
            { for remarks.iter().map(|r| html! { <p class="note" role="status">{ *r }</p> }) }
        </section>
    }
}
