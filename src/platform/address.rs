//! The address bar and the clipboard.

use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;

/// What stands after `#`, with it; empty if nothing does.
pub fn fragment() -> String {
    web_sys::window().and_then(|w| w.location().hash().ok()).unwrap_or_default()
}

/// Writes the part from `#` on, without a new entry in the history of the browser.
pub fn write(fragment: &str) {
    if self::fragment() == fragment {
        return;
    }
    if let Some(history) = web_sys::window().and_then(|w| w.history().ok()) {
        // A page in a sandbox may not write its address; it works without.
        let _refused = history.replace_state_with_url(&JsValue::NULL, "", Some(fragment));
    }
}

/// Writes the part from `#` on as a new step of the browser's history. Back finds the step that is left as `leaving` says.
pub fn step(leaving: &str, fragment: &str) {
    write(leaving);
    if let Some(history) = web_sys::window().and_then(|w| w.history().ok()) {
        // As in `write`. A browser that has too many steps refuses too.
        let _refused = history.push_state_with_url(&JsValue::NULL, "", Some(fragment));
    }
}

/// The whole address with another part from `#` on.
pub fn whole(fragment: &str) -> String {
    let href = web_sys::window().and_then(|w| w.location().href().ok()).unwrap_or_default();
    format!("{}{fragment}", href.split('#').next().unwrap_or_default())
}

/// Puts a text into the clipboard. Whether the browser allowed it: on a page that does not come over https there may be no clipboard.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    let clipboard = window.navigator().clipboard();
    if clipboard.is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Calls `handler` whenever somebody else changes the part from `#` on, or goes back or forward, as long as the page lives.
pub fn on_change(handler: impl Fn(String) + 'static) {
    let listener = Closure::<dyn FnMut()>::new(move || handler(fragment()));
    if let Some(window) = web_sys::window() {
        for kind in ["popstate", "hashchange"] {
            let _added = window.add_event_listener_with_callback(kind, listener.as_ref().unchecked_ref());
        }
    }
    listener.forget();
}
