//! A request to the running system, as somebody writes it.

use crate::app::markup::html;
use crate::app::page::{Command, Draft, use_page};
use crate::platform::field;
use crate::spec::Console;
use crate::view::json;
use yew::prelude::*;

/// What can be asked for, beside what the routes take: a method that a route does not know has an answer too.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A path of more letters than these has a row of its own, below its method.
const LONG: usize = 28;

/// Properties of the editor.
#[derive(Clone, PartialEq, Properties)]
pub struct EditorProps {
    /// The request so far.
    pub draft: Draft,
    /// Takes what it is next.
    pub write: Callback<Draft>,
    /// What can be asked for.
    pub console: &'static Console,
    /// Why nothing can be sent, if so.
    pub obstacle: Option<&'static str>,
    /// The first answer to what was asked last, in words.
    pub latest: Option<String>,
}

/// Method, path, body, and the button that sends them.
#[component]
pub fn Editor(props: &EditorProps) -> Html {
    let page = use_page();
    let EditorProps { draft, write, console, obstacle, latest } = props.clone();
    let can_send = obstacle.is_none() && !draft.path.is_empty();
    let send = {
        let Draft { method, path, body, .. } = draft.clone();
        let wish = Command::Ask { method, path, body };
        Callback::from(move |()| {
            if can_send {
                page.ask(wish.clone());
            }
        })
    };
    let onsubmit = send.reform(|event: SubmitEvent| event.prevent_default());
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            send.emit(());
        }
    });
    let mut methods: Vec<&str> = console.routes.iter().map(|route| route.method).chain(METHODS).collect();
    crate::trace::order::sort_by_key(&mut methods, |method| METHODS.iter().position(|known| known == method));
    methods.dedup();
    let written = |edit: fn(&mut Draft, String)| {
        let (draft, write) = (draft.clone(), write.clone());
        Callback::from(move |text: String| {
            let mut draft = draft.clone();
            edit(&mut draft, text);
            write.emit(draft);
        })
    };
    let on_method =
        written(|draft, text| draft.method = text).reform(|event: Event| field::text(&event).unwrap_or_default());
    let on_path =
        written(|draft, text| draft.path = text).reform(|event: InputEvent| field::text(&event).unwrap_or_default());
    let on_body =
        written(|draft, text| draft.body = text).reform(|event: InputEvent| field::text(&event).unwrap_or_default());
    let problem = Some(&draft.body).filter(|body| !body.trim().is_empty()).and_then(|body| json::problem(body));
    html! {
        <form class="request" aria-label="Request" autocomplete="off" {onsubmit} {onkeydown}>
            <div class={classes!("target", (draft.path.len() > LONG).then_some("long"))}>
                <select aria-label="Method" data-testid="api-method" onchange={on_method}>
                    { for methods.into_iter().map(|method| html! {
                        <option value={method} selected={method == draft.method}>{ method }</option>
                    }) }
                </select>
                <input class="mono" aria-label="Path" data-testid="api-path" value={draft.path.clone()} spellcheck="false"
                    autocapitalize="off" oninput={on_path} />
            </div>
            <textarea class="mono scroll" aria-label="Body" aria-describedby="api-hint" data-testid="api-body" rows="4" spellcheck="false"
                autocapitalize="off" placeholder="No body" value={draft.body.clone()} oninput={on_body} />
            <p class="hint" id="api-hint">{ problem.map(|what| format!("not JSON: {what}. It is sent as it is.")) }</p>
            if let Some(why) = obstacle {
                <p class="note">{ why }</p>
            }
            <div class="acts">
                <button type="submit" class="btn pri" data-testid="api-send" disabled={!can_send}>{ "Send" }<span class="kbd">{ "Ctrl ⏎" }</span></button>
                <span class="note" role="status" data-testid="api-latest">{ latest.unwrap_or_else(|| "at the playhead, in virtual time".to_owned()) }</span>
            </div>
        </form>
    }
}
