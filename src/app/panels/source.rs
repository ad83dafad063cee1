//! A source file, line by line, with the number of tasks that wait at each.
//!
//! A line is rendered again only when something about it has changed: a few hundred lines of a dozen pieces each, five times a
//! second, would be felt.

use super::highlight::{Pieces, Tint, highlight};
use super::parked::Parked;
use crate::app::effect::use_effect_on;
use crate::app::markup::{classes, html};
use crate::platform::clock;
use crate::view::number;
use crate::view::recent::Mode;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// Properties of a source.
#[derive(Clone, PartialEq, Properties)]
pub struct SourceProps {
    /// The file's path.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Who waits where.
    pub parked: Vec<Parked>,
    /// The line with most waiting workers.
    pub hot: Option<u32>,
    /// The first line that a run which cannot go on is stuck at.
    pub stuck: Option<u32>,
    /// The line that somebody asked for.
    pub asked: Option<u32>,
}

/// The source.
#[component]
pub fn SourceLines(props: &SourceProps) -> Html {
    let lines = use_memo(props.path, |_| highlight(props.text).into_iter().map(Rc::new).collect::<Vec<_>>());
    let node = use_node_ref();
    use_scrolling(&node, props);
    html! {
        <ol class="scroll" ref={node} tabindex="0" aria-label={format!("Source of {}", props.path)}>
            { for lines.iter().enumerate().map(|(i, pieces)| {
                let number = i as u32 + 1;
                html! { <Line key={number} {number} pieces={Same(pieces.clone())} parked={props.parked.iter().copied().find(|p| p.line == number)} hot={props.hot == Some(number)} asked={props.asked == Some(number)} /> }
            }) }
        </ol>
    }
}

/// Properties of a few lines of a source.
#[derive(Clone, PartialEq, Properties)]
pub struct ExcerptProps {
    /// The file's path.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// The line in the middle.
    pub line: u32,
    /// Who waits where.
    pub parked: Vec<Parked>,
}

/// So many lines are shown before a line, and as many after it.
const AROUND: u32 = 3;

/// A line and those around it.
#[component]
pub fn Excerpt(props: &ExcerptProps) -> Html {
    let lines = use_memo(props.path, |_| highlight(props.text).into_iter().map(Rc::new).collect::<Vec<_>>());
    let from = props.line.saturating_sub(AROUND).max(1);
    let shown = (from..=props.line + AROUND).filter_map(|number| Some((number, lines.get(number as usize - 1)?)));
    html! {
        <ol class="scroll" start={from.to_string()} tabindex="0" aria-label={format!("Line {} of {}", props.line, props.path)}>
            { for shown.map(|(number, pieces)| {
                html! { <Line key={number} {number} pieces={Same(pieces.clone())} parked={props.parked.iter().copied().find(|p| p.line == number)} hot={false} asked={number == props.line} /> }
            }) }
        </ol>
    }
}

/// A highlighted line as a property: the same one is the same.
#[derive(Clone)]
struct Same(Rc<Pieces>);

impl PartialEq for Same {
    fn eq(&self, other: &Same) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, PartialEq, Properties)]
struct LineProps {
    number: u32,
    pieces: Same,
    parked: Option<Parked>,
    hot: bool,
    asked: bool,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let class =
        classes!(props.hot.then_some("hot"), props.asked.then_some("asked"), props.parked.map(|p| state_class(p.mode)));
    let paint = |(tint, piece): &(Tint, &'static str)| match tint {
        Tint::Plain => html! { { *piece } },
        Tint::Keyword => html! { <i>{ *piece }</i> },
        Tint::Text => html! { <s>{ *piece }</s> },
        Tint::Comment => html! { <em>{ *piece }</em> },
        Tint::Await => html! { <b>{ *piece }</b> },
    };
    html! {
        <li {class}>
            <span class="ln">{ props.number }</span>
            <span class="pk">if let Some(parked) = props.parked { <b title="Tasks that wait here">{ number::count(parked.tasks) }</b> }</span>
            <code>{ for props.pieces.0.iter().map(paint) }</code>
        </li>
    }
}

fn state_class(mode: Mode) -> &'static str {
    match mode {
        Mode::Idle => "st-idle",
        Mode::Busy => "st-sending",
        Mode::Waiting => "st-waiting",
        Mode::Blocked => "st-blocked",
        Mode::Killed | Mode::Done => "st-prod",
    }
}

/// Scrolls to the first async function when the file changes, past the words and the registry; to the line that somebody asked for, or else to
/// the one that is stuck.
#[hook]
fn use_scrolling(node: &NodeRef, props: &SourceProps) {
    let (node, text, shown) = (node.clone(), props.text, props.asked.or(props.stuck));
    use_effect_on((props.path, shown), move || {
        let is_async = |line: &str| line.contains("async fn ") && !line.trim_start().starts_with("//");
        let first = text.lines().position(is_async).unwrap_or(0);
        // There are some lines above it, so that one sees where one is.
        let index = shown.map_or(first, |line| (line as usize).saturating_sub(4));
        // Where a line stands is known once it is laid out: to ask before would lay out everything in the task that is mounting it.
        clock::after_a_frame(move || {
            let Some(list) = node.cast::<Element>() else { return };
            let child =
                |index: usize| list.children().item(index as u32).and_then(|e| e.dyn_into::<HtmlElement>().ok());
            if let (Some(top), Some(line)) = (child(0), child(index)) {
                list.set_scroll_top(line.offset_top() - top.offset_top());
            }
        });
    });
}
