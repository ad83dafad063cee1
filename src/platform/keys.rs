//! Key presses anywhere on the page.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, KeyboardEvent};

/// A listener for key presses, until it is dropped.
pub struct Keys {
    listener: Closure<dyn FnMut(KeyboardEvent)>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Calls `handler` with each key press that is no shortcut of the browser, and with those that undo.
    pub fn listen(handler: impl Fn(&KeyboardEvent) + 'static) -> Keys {
        Keys::tell(Box::new(handler))
    }

    fn tell(handler: Box<dyn Fn(&KeyboardEvent)>) -> Keys {
        let listener = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
            let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
            if (plain || undoes(&event)) && !event.default_prevented() {
                handler(&event);
            }
        });
        if let Some(window) = web_sys::window() {
            let _added = window.add_event_listener_with_callback("keydown", listener.as_ref().unchecked_ref());
        }
        Keys { listener }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            let _removed =
                window.remove_event_listener_with_callback("keydown", self.listener.as_ref().unchecked_ref());
        }
    }
}

/// Whether the key is the one that undoes, on any system, or does again with Shift.
pub fn undoes(event: &KeyboardEvent) -> bool {
    (event.ctrl_key() || event.meta_key()) && !event.alt_key() && event.key().eq_ignore_ascii_case("z")
}

/// Whether the key goes to a text field.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    closest(
        event,
        "input:not([type=range]):not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]",
    )
}

/// Whether the focused element does something of its own with Space. A link and a slider do not.
pub fn uses_space(event: &KeyboardEvent) -> bool {
    closest(
        event,
        "button, input:not([type=range]), select, textarea, summary, dialog, [role=radio], [role=switch], [role=tab]",
    )
}

/// Whether the focused element does something of its own with Space, Enter or the arrows.
pub fn is_control(event: &KeyboardEvent) -> bool {
    closest(event, "button, a, input, select, summary, dialog, [role=radio], [role=switch], [role=tab], [role=slider]")
}

fn closest(event: &KeyboardEvent, selector: &str) -> bool {
    let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
    target.is_some_and(|e| e.closest(selector).ok().flatten().is_some())
}
