//! The focus of who works by keyboard, when what has it goes away: a button that closes what it stands in, a row that is taken out.
//!
//! Browsers let it fall to the page's body then, and the next Tab begins at the top. Here it goes to the nearest place that is left of
//! where it was. Who has it is noted as it comes, because a key may take away what has had it for less than a frame; whether it is gone is
//! looked at once a frame, for whoever takes a control away; who uses a pointer or a finger loses nothing by it,
//! and a finger would have a keyboard come up.

use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement};

/// What can have the focus by Tab.
const TABBED: &str = ":is(a[href], button, input, select, textarea, [tabindex]):not([tabindex='-1'], :disabled)";

/// What has the focus, and what that stands in, from the inside out; empty where nothing has it, or not by keyboard.
#[derive(Clone, Debug, Default)]
pub struct Focus(Rc<RefCell<Vec<Element>>>);

impl Focus {
    /// Notes from now on who gets it, as long as the page lives.
    pub fn noted() -> Focus {
        let focus = Focus::default();
        let known = focus.clone();
        let listener = Closure::<dyn FnMut()>::new(move || {
            let _somebody = known.note();
        });
        if let Some(document) = web_sys::window().and_then(|w| w.document()) {
            let _added = document.add_event_listener_with_callback("focusin", listener.as_ref().unchecked_ref());
        }
        listener.forget();
        focus
    }

    /// Notes who has it. Whether anybody does.
    fn note(&self) -> bool {
        let Some(document) = web_sys::window().and_then(|w| w.document()) else { return true };
        let body = document.body().map(Element::from);
        let Some(active) = document.active_element().filter(|active| Some(active) != body.as_ref()) else {
            return false;
        };
        if self.0.borrow().first() != Some(&active) {
            let around = chain(active);
            self.0.replace(around);
        }
        true
    }

    /// Gives it on where whoever had it is gone.
    pub fn look(&self) {
        if !self.note() {
            self.give_on();
        }
    }

    fn give_on(&self) {
        let chain = self.0.take();
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
