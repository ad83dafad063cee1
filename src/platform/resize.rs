//! Hearing when an element gets another size, in CSS pixels or in device pixels, which includes that it is shown for the first
//! time.
//!
//! A window that goes to another screen, or is zoomed while the layout stays, changes no size in CSS pixels: what is painted
//! for so many device pixels must hear of it all the same, or it stays blurred.

use super::clock::FrameLoop;
use super::host;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

/// An element that is watched until this is dropped.
pub struct Resizes {
    observer: Option<ResizeObserver>,
    _listener: Closure<dyn FnMut()>,
    _ratio: FrameLoop,
}

impl std::fmt::Debug for Resizes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Resizes")
    }
}

impl Resizes {
    /// Calls `handler` whenever the element has got another size, or a CSS pixel another number of device pixels.
    pub fn watch(element: &Element, handler: impl Fn() + 'static) -> Resizes {
        let handler: Rc<dyn Fn()> = Rc::new(handler);
        let heard = handler.clone();
        let listener = Closure::<dyn FnMut()>::new(move || heard());
        let observer = ResizeObserver::new(listener.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        // There is no event for it, and a query for the ratio of now does not always say when it ceases to hold.
        let mut painted = host::pixel_ratio();
        let ratio = FrameLoop::start(move |_| {
            let now = host::pixel_ratio();
            if std::mem::replace(&mut painted, now).to_bits() != now.to_bits() {
                handler();
            }
        });
        Resizes { observer, _listener: listener, _ratio: ratio }
    }
}

impl Drop for Resizes {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
