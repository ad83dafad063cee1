//! The headers of an answer, each with what it is for. They are those that the same interface has on a real network, and
//! follow from the exchange: no trace holds them.

use crate::app::markup::html;
use crate::spec::Console;
use crate::spec::headers::{self, Answered, DATE, Header};
use crate::trace::SimTime;
use yew::prelude::*;

/// Properties of the headers: what they follow from.
#[derive(Clone, PartialEq, Properties)]
pub struct HeadersProps {
    /// The interface.
    pub console: &'static Console,
    /// The method of the request.
    pub method: AttrValue,
    /// Its path.
    pub path: AttrValue,
    /// Its id.
    pub id: String,
    /// When it was answered.
    pub at: SimTime,
    /// With which status.
    pub status: u16,
    /// What the answer says.
    pub body: AttrValue,
}

/// The list, to be unfolded.
#[component]
pub fn Headers(props: &HeadersProps) -> Html {
    let HeadersProps { console, method, path, id, at, status, body } = props;
    let answered = Answered { method, path, id, accept: None, status: *status, body };
    let mut all = headers::of(console, &answered);
    let (name, help) = DATE;
    all.push(Header { name, value: date(*at), help });
    html! {
        <details class="headers" data-testid="api-headers">
            <summary>{ "Headers" }<span>{ all.len() }</span></summary>
            <dl>{ for all.into_iter().map(|Header { name, value, help }| html! {
                <div key={name}>
                    <dt>{ name }</dt>
                    <dd><code>{ value }</code><small>{ help }</small></dd>
                </div>
            }) }</dl>
        </details>
    }
}

/// An instant as HTTP writes dates; a run in virtual time begins with 1970.
fn date(at: SimTime) -> String {
    js_sys::Date::new(&(at.seconds() * 1e3).into()).to_utc_string().into()
}
