//! The focus of who works by keyboard, when what has it goes away: a button that closes what it stands in, a row that is taken out.
//!
//! Browsers let it fall to the page's body then, and the next Tab begins at the top. Here it goes to the nearest place that is left of
//! where it was. It is looked at once a frame, for whoever takes a control away; who uses a pointer or a finger loses nothing by it,
//! and a finger would have a keyboard come up.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// What can have the focus by Tab.
const TABBED: &str = ":is(a[href], button, input, select, textarea, [tabindex]):not([tabindex='-1'], :disabled)";

/// What has the focus, and what that stands in, from the inside out; empty where nothing has it, or not by keyboard.
#[derive(Debug, Default)]
pub struct Focus(Vec<Element>);

impl Focus {
    /// Sees who has the focus, and gives it on where that one is gone.
    pub fn look(&mut self) {
        let Some(document) = web_sys::window().and_then(|w| w.document()) else { return };
        let body = document.body().map(Element::from);
        match document.active_element().filter(|active| Some(active) != body.as_ref()) {
            Some(active) if self.0.first() == Some(&active) => {}
            Some(active) => self.0 = chain(active),
            None => self.give_on(),
        }
    }

    fn give_on(&mut self) {
        let chain = std::mem::take(&mut self.0);
        let Some((last, around)) = chain.split_first() else { return };
        if is_there(last) && !last.matches(":disabled").unwrap_or(false) {
            // Somebody has let go of it.
            return;
        }
        let heir = around.iter().filter(|e| e.is_connected()).find_map(heir);
        heir.into_iter().for_each(|heir| {
            let _focused = heir.focus();
        });
    }
}

fn chain(from: Element) -> Vec<Element> {
    let by_keyboard = from.matches(":focus-visible").unwrap_or(false);
    std::iter::successors(Some(from), |e| e.parent_element()).filter(|_| by_keyboard).collect()
}

fn is_there(element: &Element) -> bool {
    element.is_connected() && element.get_bounding_client_rect().width() > 0.0
}

/// The first that can have the focus of what stands in a place.
fn heir(place: &Element) -> Option<HtmlElement> {
    let within = place.query_selector_all(TABBED).ok()?;
    (0..within.length()).filter_map(|i| within.item(i)?.dyn_into::<HtmlElement>().ok()).find(|e| is_there(e))
}
