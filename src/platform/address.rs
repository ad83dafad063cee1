//! The address bar and the clipboard.

use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

/// What stands after `#`, with it; empty if nothing does.
pub fn fragment() -> String {
    web_sys::window().and_then(|w| w.location().hash().ok()).unwrap_or_default()
}

/// Writes the part from `#` on, without a new entry in the history of the browser.
pub fn write(fragment: &str) {
    if let Some(history) = web_sys::window().and_then(|w| w.history().ok()) {
        // A page in a sandbox may not write its address; it works without.
        let _refused = history.replace_state_with_url(&JsValue::NULL, "", Some(fragment));
    }
}

/// Puts the whole address into the clipboard.
pub fn copy() {
    let Some(window) = web_sys::window() else { return };
    if let Ok(address) = window.location().href() {
        // Without permission nothing is copied; the address bar still has the link.
        let _promise = window.navigator().clipboard().write_text(&address);
    }
}

/// Calls `handler` whenever somebody else changes the part from `#` on, as long as the page lives.
pub fn on_change(handler: impl Fn(String) + 'static) {
    let listener = Closure::<dyn FnMut()>::new(move || handler(fragment()));
    if let Some(window) = web_sys::window() {
        let _added = window.add_event_listener_with_callback("hashchange", listener.as_ref().unchecked_ref());
    }
    listener.forget();
}
