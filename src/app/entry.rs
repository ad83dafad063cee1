//! A text box whose text counts when it is committed: by Enter, or by going elsewhere.
//!
//! The page renders five times a second while a run goes on, and a render puts a box's value back. What somebody is typing must
//! survive that, and so must a text that was refused, for it is what the message below is about.

use crate::app::effect::use_effect_on;
use crate::app::held::use_held;
use crate::app::markup::html;
use crate::platform::field;
use yew::prelude::*;

/// Letters from which on a box may be too narrow: its tooltip has all of them then.
const LONG: usize = 18;

/// Properties of a box.
#[derive(Clone, PartialEq, Properties)]
pub struct EntryProps {
    /// The value in force, as the box has it.
    pub value: AttrValue,
    /// Takes what was typed. Whether it was accepted.
    pub commit: Callback<String, bool>,
    /// Whether what was typed last was refused.
    #[prop_or_default]
    pub bad: bool,
    /// The id that its label points at.
    #[prop_or_default]
    pub id: Option<AttrValue>,
    /// Its name where no label points at it.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// The ids of what explains it.
    #[prop_or_default]
    pub described: Option<AttrValue>,
    /// The test handle.
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    /// Classes of the input.
    #[prop_or_default]
    pub class: Option<AttrValue>,
    /// Which keys a phone shows.
    #[prop_or_default]
    pub inputmode: Option<AttrValue>,
}

/// A text box. Escape takes back what was typed.
#[component]
pub fn Entry(props: &EntryProps) -> Html {
    let draft = use_held(|| None::<String>);
    {
        let draft = draft.clone();
        use_effect_on(props.value.clone(), move || draft.set(None));
    }
    let oninput = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| draft.set(field::text(&event)))
    };
    let onchange = {
        let (draft, commit) = (draft.clone(), props.commit.clone());
        Callback::from(move |event: Event| {
            let Some(text) = field::text(&event) else { return };
            let accepted = commit.emit(text.clone());
            draft.set((!accepted).then_some(text));
        })
    };
    let onkeydown = {
        let (draft, commit, value) = (draft.clone(), props.commit.clone(), props.value.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                // The value in force reads as itself: nothing changes, and a complaint goes away.
                commit.emit(value.to_string());
                draft.set(None);
            }
        })
    };
    let shown = draft.as_ref().map_or_else(|| props.value.clone(), |text| text.clone().into());
    html! {
        <input id={props.id.clone()} title={(shown.len() > LONG).then(|| shown.clone())} class={props.class.clone()} value={shown} data-testid={props.testid.clone()} aria-label={props.label.clone()}
            aria-invalid={props.bad.to_string()} aria-describedby={props.described.clone()} inputmode={props.inputmode.clone()}
            autocomplete="off" spellcheck="false" {oninput} {onchange} {onkeydown} />
    }
}
