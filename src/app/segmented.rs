//! A choice between a few words that stand side by side.
//!
//! To a keyboard it is one stop: the arrows go from word to word and choose, as they do among the browser's own radio buttons.

use crate::app::markup::{classes, html};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// One of the words.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Its id: the group says it as `data-value` while this one is chosen.
    pub id: &'static str,
    /// What it reads.
    pub label: &'static str,
    /// The test handle.
    pub testid: Option<AttrValue>,
}

impl Segment {
    /// A word without a test handle of its own.
    pub const fn new(id: &'static str, label: &'static str) -> Segment {
        Segment { id, label, testid: None }
    }

    /// With a test handle.
    pub fn testid(mut self, testid: impl Into<AttrValue>) -> Segment {
        self.testid = Some(testid.into());
        self
    }
}

/// Properties of the choice.
#[derive(Clone, PartialEq, Properties)]
pub struct SegmentedProps {
    /// What is chosen between.
    pub label: &'static str,
    /// The words.
    pub segments: Vec<Segment>,
    /// Which one is chosen.
    pub chosen: usize,
    /// Hears which one a person chose.
    pub choose: Callback<usize>,
    /// The test handle of the group.
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    /// Whether it is the small kind.
    #[prop_or_default]
    pub small: bool,
}

/// The choice.
#[component]
pub fn Segmented(props: &SegmentedProps) -> Html {
    let node = use_node_ref();
    let onkeydown = {
        let (node, choose, chosen, count) =
            (node.clone(), props.choose.clone(), props.chosen, props.segments.len().max(1));
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowRight" | "ArrowDown" => (chosen + 1) % count,
                "ArrowLeft" | "ArrowUp" => (chosen + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            choose.emit(next);
            focus_child(&node, next);
        })
    };
    let one = |(index, segment): (usize, &Segment)| {
        let on = index == props.chosen;
        let choose = props.choose.clone();
        // What is chosen already is not chosen again: that would start the run anew.
        let onclick = Callback::from(move |_: MouseEvent| {
            if !on {
                choose.emit(index);
            }
        });
        html! {
            <button type="button" role="radio" aria-checked={on.to_string()} tabindex={if on { "0" } else { "-1" }} data-testid={segment.testid.clone()}
                {onclick}>{ segment.label }</button>
        }
    };
    html! {
        <div ref={node} class={classes!("seg", props.small.then_some("sm"))} role="radiogroup" aria-label={props.label} data-testid={props.testid.clone()}
            data-value={props.segments.get(props.chosen).map(|s| s.id)} {onkeydown}>
            { for props.segments.iter().enumerate().map(one) }
        </div>
    }
}

fn focus_child(node: &NodeRef, index: usize) {
    let child = node.cast::<Element>().and_then(|e| e.children().item(u32::try_from(index).unwrap_or(0)));
    if let Some(child) = child.and_then(|c| c.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        let _focused = child.focus();
    }
}
