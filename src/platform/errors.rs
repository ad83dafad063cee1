//! Uncaught errors and panics, collected where tests and curious people find them: `window.__errors`.

use js_sys::{Array, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

const KEY: &str = "__errors";

/// Starts collecting. To be called before anything else.
pub fn collect() {
    let Some(window) = web_sys::window() else { return };
    let _kept = Reflect::set(&window, &JsValue::from_str(KEY), &Array::new());
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        note(&panic.to_string());
    }));
    for kind in ["error", "unhandledrejection"] {
        let listener = Closure::<dyn FnMut(JsValue)>::new(|event: JsValue| {
            let read = |key: &str| Reflect::get(&event, &JsValue::from_str(key)).ok().filter(|v| !v.is_undefined());
            let what = read("message").or_else(|| read("reason")).unwrap_or(JsValue::from_str("unknown error"));
            note(&what.as_string().unwrap_or_else(|| format!("{what:?}")));
        });
        let _added = window.add_event_listener_with_callback(kind, listener.as_ref().unchecked_ref());
        // It listens as long as the page lives.
        listener.forget();
    }
}

/// Adds an error to the list.
pub fn note(message: &str) {
    let list = web_sys::window().and_then(|w| Reflect::get(&w, &JsValue::from_str(KEY)).ok());
    if let Some(list) = list.and_then(|l| l.dyn_into::<Array>().ok()) {
        list.push(&JsValue::from_str(message));
    }
}
