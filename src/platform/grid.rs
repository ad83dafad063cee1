//! Walking through cards that stand in rows, by the arrows.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Moves the focus from one of those within `outer` that a selector finds to the next in the direction of an arrow: to the left and the right
/// in their order, up and down to the one that is nearest in another row. Those that are not shown are passed over.
pub fn walk(event: &KeyboardEvent, outer: &str, selector: &str) {
    let key = event.key();
    let forward = matches!(key.as_str(), "ArrowRight" | "ArrowDown");
    if !(forward || matches!(key.as_str(), "ArrowLeft" | "ArrowUp")) {
        return;
    }
    let Some(here) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let Ok(Some(outer)) = here.closest(outer) else { return };
    let Ok(found) = outer.query_selector_all(selector) else { return };
    let all = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok());
    let mut all: Vec<HtmlElement> = all.filter(|one| one.offset_parent().is_some()).collect();
    if !forward {
        all.reverse();
    }
    let Some(from) = all.iter().position(|one| here.is_same_node(Some(one))) else { return };
    let (left, top) = place(&here);
    let after = || all.iter().skip(from + 1);
    let next = if matches!(key.as_str(), "ArrowLeft" | "ArrowRight") {
        after().next()
    } else {
        let row = after().map(|one| place(one).1).find(|other| *other != top);
        let of_row = after().filter(|one| row == Some(place(one).1));
        of_row.min_by_key(|one| (place(one).0 - left).abs())
    };
    if let Some(next) = next {
        event.prevent_default();
        let _focused = next.focus();
    }
}

fn place(element: &Element) -> (i32, i32) {
    let frame = element.get_bounding_client_rect();
    (frame.left() as i32, frame.top() as i32)
}
