//! The real endpoint on the page: its form, the question before the first request, and what went wrong.
//!
//! The components know nothing of the page: they are given what to show and say what a person did.

use super::icon::icon;
use super::real::Plan;
use crate::app::held::use_held;
use crate::app::markup::{classes, html};
use crate::platform::endpoint::Endpoint;
use crate::platform::field;
use crate::upstream::{Limits, Trouble};
use yew::prelude::*;

/// Properties of the form.
#[derive(Clone, PartialEq, Properties)]
pub struct EndpointFormProps {
    /// The address in force.
    pub url: AttrValue,
    /// The limits in force.
    pub limits: Limits,
    /// Whether a run is under way: then nothing can be changed.
    #[prop_or_default]
    pub running: bool,
    /// Another address that can be called.
    pub on_url: Callback<String>,
    /// Other limits.
    pub on_limits: Callback<Limits>,
}

/// The endpoint's address and caps. How long an answer may take is the scenario's parameter `timeout`.
#[component]
pub fn EndpointForm(props: &EndpointFormProps) -> Html {
    // What was typed and is not in force: it stands in the field, with what is wrong below.
    let draft = use_held(|| None::<String>);
    let text = (*draft).clone().unwrap_or_else(|| props.url.to_string());
    let problem = match &*draft {
        Some(text) => Endpoint::read(text).err().map(|r| r.message()),
        None if props.url.is_empty() => None,
        None => Endpoint::read(&props.url).err().map(|r| r.message()),
    };
    let onchange = {
        let (draft, on_url) = (draft.clone(), props.on_url.clone());
        Callback::from(move |event: Event| {
            let text = field::text(&event).unwrap_or_default().trim().to_owned();
            match Endpoint::read(&text) {
                Ok(_) => {
                    draft.set(None);
                    on_url.emit(text);
                }
                Err(_) => draft.set(Some(text)),
            }
        })
    };
    let bad = problem.is_some();
    let limits = props.limits;
    let set = |change: fn(&mut Limits, u64)| {
        let on_limits = props.on_limits.clone();
        Callback::from(move |n: u64| {
            let mut limits = limits;
            change(&mut limits, n);
            on_limits.emit(limits);
        })
    };
    let kept = (bad && draft.is_some() && !props.url.is_empty()).then(|| format!(" In force: {}", props.url));
    html! {
        <div class="ep" role="group" aria-label="Real endpoint">
            <label class="epurl">
                <span>{ "Address" }</span>
                <input type="url" class={classes!("mono", bad.then_some("bad"))} data-testid="endpoint-url" value={text} disabled={props.running}
                    placeholder="http://127.0.0.1:5000/data" autocomplete="off" spellcheck="false" aria-invalid={bad.to_string()}
                    aria-describedby="endpoint-problem" {onchange} />
            </label>
            <p id="endpoint-problem" class="eperr" role="alert">{ problem }{ kept }</p>
            <Number id="request-cap" label="Requests, at most" value={u64::from(limits.at_most)} least=1 most=10_000 disabled={props.running}
                on_value={set(|l, n| l.at_most = u32::try_from(n).unwrap_or(u32::MAX))} />
            <Number id="concurrency-cap" label="At once, at most" value={u64::from(limits.at_once)} least=1 most=64 disabled={props.running}
                on_value={set(|l, n| l.at_once = u32::try_from(n).unwrap_or(u32::MAX))} />
            <p class="note">{ format!("The parameter Timeout counts from the sending of a request; where it is 0 it is {} s.", limits.patience.seconds()) }</p>
            <p class="note">{ "Requests are GET, without cookies, and never answered from the browser's cache. Run asks before the first one." }</p>
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct NumberProps {
    id: AttrValue,
    label: AttrValue,
    value: u64,
    least: u64,
    most: u64,
    disabled: bool,
    on_value: Callback<u64>,
}

#[component]
fn Number(props: &NumberProps) -> Html {
    let draft = use_held(|| None::<String>);
    let onchange = {
        let (draft, on_value, range) = (draft.clone(), props.on_value.clone(), props.least..=props.most);
        Callback::from(move |event: Event| {
            let text = field::text(&event).unwrap_or_default();
            match text.trim().parse::<u64>().ok().filter(|n| range.contains(n)) {
                Some(n) => {
                    draft.set(None);
                    on_value.emit(n);
                }
                None => draft.set(Some(text)),
            }
        })
    };
    let bad = draft.is_some();
    let text = (*draft).clone().unwrap_or_else(|| props.value.to_string());
    html! {
        <>
            <div class="eprow">
                <label for={props.id.clone()}>{ &props.label }</label>
                <span class={classes!("num", bad.then_some("bad"))}>
                    <input id={props.id.clone()} data-testid={props.id.clone()} inputmode="numeric" value={text} disabled={props.disabled}
                        aria-invalid={bad.to_string()} {onchange} />
                </span>
            </div>
            if bad {
                <p class="eperr" role="alert">{ format!("Enter {}–{}. Using {}.", props.least, props.most, props.value) }</p>
            }
        </>
    }
}

/// The question before the first request to a host. It stands in the overlay over the stage.
pub fn consent_panel(plan: &Plan, on_consent: Callback<MouseEvent>, on_sim: Callback<MouseEvent>) -> Html {
    let Limits { at_once, at_most, patience } = plan.limits;
    let host = &plan.endpoint.host;
    let count = match plan.requests {
        Some(n) if n < u64::from(at_most) => format!("{n}, and with retries never more than {at_most}"),
        _ => format!("at most {at_most}"),
    };
    let button = match plan.requests {
        Some(1) => "Send 1 request".to_owned(),
        Some(n) => format!("Send {n} requests"),
        None => format!("Send up to {at_most} requests"),
    };
    html! {
        <div class="fr consent" role="group" aria-labelledby="consent-title">
            <strong id="consent-title">{ format!("Send real requests to {host}?") }</strong>
            <dl>
                <dt>{ "Address" }</dt><dd class="mono">{ &plan.endpoint.href }</dd>
                <dt>{ "Method" }</dt><dd>{ "GET, without cookies" }</dd>
                <dt>{ "Requests" }</dt><dd>{ count }</dd>
                <dt>{ "At once" }</dt><dd>{ format!("at most {at_once}") }</dd>
                <dt>{ "Timeout" }</dt><dd>{ format!("{} s each from its sending, then aborted", patience.seconds()) }</dd>
            </dl>
            <ul class="browsers">
                <li>{ "The endpoint must allow this page: Access-Control-Allow-Origin (CORS)." }</li>
                <li>{ "From an https page, browsers block http addresses other than this machine's (mixed content)." }</li>
                <li>{ "Over HTTP/1.1 a browser opens six connections a host; more requests wait in the browser." }</li>
                <li>{ "Timers are slowed while the tab is hidden." }</li>
            </ul>
            <span class="acts">
                <button class="btn pri" data-testid="consent" onclick={on_consent}>{ button }</button>
                <button class="btn bd" onclick={on_sim}>{ "Use simulated server" }</button>
            </span>
            <span class="note">{ "Asked once a host until the page is closed. Stop aborts what is under way." }</span>
        </div>
    }
}

/// What failed, the evidence, the ways out.
pub fn trouble_panel(trouble: &Trouble, on_retry: Callback<MouseEvent>, on_sim: Callback<MouseEvent>) -> Html {
    html! {
        <div class="fr bad trouble" role="alert" data-testid="error">
            <strong>{ icon("warning") }{ trouble.title }</strong>
            <span>{ &trouble.evidence }</span>
            <span class="advice">{ trouble.advice }</span>
            <span class="acts">
                <button class="btn bd" onclick={on_retry}>{ "Retry" }</button>
                <button class="btn bd" onclick={on_sim}>{ "Use simulated server" }</button>
            </span>
        </div>
    }
}

/// An address that cannot be called: nothing is sent, and the reason is said beforehand.
pub fn refusal_panel(message: &str, on_sim: Callback<MouseEvent>) -> Html {
    html! {
        <div class="fr trouble" role="alert">
            <strong>{ "No request can be sent" }</strong>
            <span class="advice">{ message }</span>
            <span class="acts"><button class="btn bd" onclick={on_sim}>{ "Use simulated server" }</button></span>
        </div>
    }
}
