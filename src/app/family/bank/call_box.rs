//! Calling a car from a landing: a small box beside the landing that was pressed, which asks where to.
//!
//! What it sends is data of the scene, and comes in at the playhead like any other request: a link replays it. It must not
//! know what the interface of the system looks like.

use crate::app::effect::use_effect_on;
use crate::app::held::use_held;
use crate::app::markup::html;
use crate::app::page::{Command, Page, use_page};
use crate::app::panels::obstacle;
use crate::app::scene::{Sight, with_scene};
use crate::platform::keys::Keys;
use crate::platform::{field, host};
use crate::spec::CarCall;
use crate::view::scene::{box_about, landing_at, number_of, tables};
use crate::view::shape::Point;
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// A landing that was pressed.
#[derive(Clone, Debug, PartialEq)]
pub struct Called {
    call: CarCall,
    /// Its place and name.
    from: (i32, String),
    /// Where one can go from there, from the highest: places and names.
    others: Vec<(i32, String)>,
    /// The place that is chosen to begin with.
    to: i32,
    /// Where it was pressed, where its number ends, and the size of the stage.
    at: (f64, f64),
    number: (f64, f64),
    room: (f64, f64),
}

impl Called {
    /// Tells one press from another.
    pub fn key(&self) -> String {
        format!("{} {:?}", self.from.0, self.at)
    }

    /// The landing at a point of the stage, where a car can be called from it.
    pub fn at(page: &Page, size: (f64, f64), point: (f64, f64)) -> Option<Called> {
        let lab = page.lab();
        with_scene(&lab, Sight { size, ..Sight::default() }, |scene, look| {
            let call = scene.spec.bank()?.1.call?;
            let (pressed, way) = landing_at(scene, look, point)?;
            let mut others = tables::landings(scene, look);
            others.reverse();
            let index = others.iter().position(|(id, ..)| *id == pressed)?;
            let (_, place, name) = others.remove(index);
            let (top, bottom) = (others.first()?.1, others.last()?.1);
            // As far as it goes the way that was pressed; else to the end that is further away.
            let up = if way == 0 { top - place > place - bottom } else { way > 0 };
            let others = others.into_iter().map(|(_, place, name)| (place, name)).collect();
            let number = number_of(scene, look, pressed)?;
            let to = if up { top } else { bottom };
            Some(Called { call, from: (place, name), others, to, at: point, number, room: size })
        })
    }
}

/// The box about a landing at a point of the stage, where a car can be called from it.
pub fn press(page: &Page, size: Point, point: Point, close: Callback<()>) -> Option<Html> {
    let called = Called::at(page, size, point)?;
    let key = called.key();
    Some(html! { <CallBox {key} {called} {close} /> })
}

/// Properties of the box.
#[derive(Clone, PartialEq, Properties)]
pub struct CallBoxProps {
    /// What was pressed.
    pub called: Called,
    /// Takes the box away.
    pub close: Callback<()>,
}

/// The box.
#[component]
pub fn CallBox(props: &CallBoxProps) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let to = use_held(|| props.called.to);
    {
        let (node, Called { at, number, room, .. }) = (node.clone(), props.called.clone());
        use_effect_on((), move || {
            if let Some(element) = node.cast::<web_sys::HtmlElement>() {
                let size = (f64::from(element.offset_width()), f64::from(element.offset_height()));
                let (x, y) = box_about(at, number, size, room);
                let style = element.style();
                let _x = style.set_property("--x", &format!("{x}px"));
                let _y = style.set_property("--y", &format!("{y}px"));
            }
            host::focus("[data-testid=call-to]");
        });
    }
    let obstacle = obstacle(&page);
    let call = {
        let (called, close, to) = (props.called.clone(), props.close.clone(), *to);
        Callback::from(move |()| {
            let CarCall { method, path, .. } = called.call;
            let body = called.call.body(called.from.0, to);
            page.ask(Command::Ask { method: method.to_owned(), path: path.to_owned(), body });
            leave(&close);
        })
    };
    let onsubmit = call.reform(|event: SubmitEvent| event.prevent_default());
    let onkeydown = {
        let ready = obstacle.is_none();
        Callback::from(move |event: KeyboardEvent| {
            let on_list = event.target().is_some_and(|t| t.has_type::<HtmlSelectElement>());
            if event.key() == "Enter" && on_list {
                // Else it would open the list, in which what is wanted is chosen already.
                event.prevent_default();
                if ready {
                    call.emit(());
                }
            }
        })
    };
    {
        // Wherever the focus is.
        let close = props.close.clone();
        use_effect_on((), move || {
            Keys::listen(move |event| {
                if event.key() == "Escape" {
                    event.prevent_default();
                    leave(&close);
                }
            })
        });
    }
    let onchange = {
        let to = to.clone();
        Callback::from(move |event: Event| {
            if let Some(place) = field::text(&event).and_then(|text| text.parse().ok()) {
                to.set(place);
            }
        })
    };
    let cancel = props.close.reform(|_: MouseEvent| ());
    let Called { from, others, .. } = &props.called;
    html! {
        <form class="summon" ref={node} role="dialog" aria-label={format!("Call a car from {}", from.1)} {onsubmit} {onkeydown}>
            <p>{ "From " }<b data-testid="call-from" data-value={from.0.to_string()}>{ &from.1 }</b>{ " to" }</p>
            <select aria-label="To" data-testid="call-to" {onchange}>
                { for others.iter().map(|(place, name)| html! {
                    <option value={place.to_string()} selected={*place == *to}>{ name }</option>
                }) }
            </select>
            <button type="submit" class="btn pri" data-testid="call-send" disabled={obstacle.is_some()}>{ "Call" }</button>
            <button type="button" class="btn bd" onclick={cancel}>{ "Cancel" }</button>
            if let Some(why) = obstacle {
                <p class="note">{ why }</p>
            }
        </form>
    }
}

/// Takes the box away, and the focus back to where it came from.
fn leave(close: &Callback<()>) {
    close.emit(());
    host::focus(".stagebox .lanes");
}
