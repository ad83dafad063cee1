//! Hearing when an element gets another size, which includes that it is shown for the first time.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

/// An element that is watched until this is dropped.
pub struct Resizes {
    observer: Option<ResizeObserver>,
    _listener: Closure<dyn FnMut()>,
}

impl std::fmt::Debug for Resizes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Resizes")
    }
}

impl Resizes {
    /// Calls `handler` whenever the element has got another size.
    pub fn watch(element: &Element, handler: impl Fn() + 'static) -> Resizes {
        let listener = Closure::<dyn FnMut()>::new(handler);
        let observer = ResizeObserver::new(listener.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Resizes { observer, _listener: listener }
    }
}

impl Drop for Resizes {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
