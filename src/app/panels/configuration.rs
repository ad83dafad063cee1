//! The configuration of a system, pasted as lines of its environment.
//!
//! What is typed is read as it is typed, and said line by line where it cannot be; nothing is changed before somebody asks for it, and then by one step that
//! can be undone. The text stays as it is, whatever becomes of it.

use crate::app::held::use_held;
use crate::app::markup::html;
use crate::app::page::{Command, Page, use_page};
use crate::platform::field;
use crate::spec::Wrong;
use crate::view::number;
use yew::prelude::*;

/// Where it is pasted; nothing where the system has no such lines.
#[component]
pub fn Configuration() -> Html {
    let page = use_page();
    let (draft, open) = (use_held(String::new), use_held(|| false));
    let Some(example) = page.scenario().configuration() else { return Html::default() };
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| draft.set(field::text(&event).unwrap_or_default()))
    };
    let (says, wrong) = read(&page, &draft);
    let apply = {
        let (page, draft) = (page.clone(), draft.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            page.ask(Command::Configure(draft.to_string()));
        })
    };
    let bad = !wrong.is_empty();
    let rows = (example.lines().count() + 1).to_string();
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <div class="conf">
            <button type="button" class="link" aria-expanded={open.to_string()} data-testid="configuration-open" onclick={toggle}>{ "Paste a configuration" }</button>
            if *open {
                <form autocomplete="off" onsubmit={apply}>
                    <textarea class="mono scroll" aria-label="Configuration, a line NAME=value for each variable" aria-describedby="conf-says"
                        aria-invalid={bad.to_string()} data-testid="configuration" {rows} spellcheck="false" autocapitalize="off" placeholder={example}
                        value={draft.to_string()} {oninput} />
                    <div id="conf-says">
                        <ul class="err" role="alert" data-testid="configuration-errors">
                            { for wrong.iter().map(|wrong| html! { <li>{ wrong.message() }</li> }) }
                        </ul>
                        <p class="note" role="status" data-testid="configuration-status">{ says }</p>
                    </div>
                    <button type="submit" class="btn bd" data-testid="configuration-apply" disabled={bad || draft.trim().is_empty()}>{ "Take these values" }</button>
                </form>
            }
        </div>
    }
}

/// What there is to say of a text, and what is wrong with it.
fn read(page: &Page, draft: &str) -> (String, Vec<Wrong>) {
    if draft.trim().is_empty() {
        return (String::new(), Vec::new());
    }
    let configured = match page.scenario().configured(draft) {
        Err(wrong) => return (String::new(), wrong),
        Ok(configured) => configured,
    };
    let mut says = match configured.taken {
        0 => "None of it is a parameter here.".to_owned(),
        _ if configured.scenario.values() == page.scenario().values() => "These values are in force.".to_owned(),
        1 => "One value is read.".to_owned(),
        n => format!("{} values are read.", number::count(n as u64)),
    };
    if !configured.left.is_empty() {
        says.push_str(&format!(" Not part of this pattern: {}.", configured.left.join(", ")));
    }
    (says, Vec::new())
}
