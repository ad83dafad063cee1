//! Hearing when an element gets another size, in CSS pixels or in device pixels, which includes that it is shown for the first
//! time.
//!
//! A window that goes to another screen, or is zoomed while the layout stays, changes no size in CSS pixels: what is painted
//! for so many device pixels must hear of it all the same, or it stays blurred.

use super::clock;
use super::media::Media;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};

/// An element that is watched until this is dropped.
pub struct Resizes {
    observer: Option<ResizeObserver>,
    _listener: Closure<dyn FnMut()>,
    _ratio: Rc<Ratio>,
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
        let ratio = Rc::new(Ratio { handler, query: RefCell::default() });
        ratio.arm();
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

/// Who hears when the ratio of device pixels to CSS pixels changes. There is no event for that: a query for the ratio of now
/// ceases to hold, and then the next one is asked.
struct Ratio {
    handler: Rc<dyn Fn()>,
    query: RefCell<Option<Media>>,
}

impl Ratio {
    fn arm(self: &Rc<Ratio>) {
        let now = web_sys::window().map_or(1.0, |w| w.device_pixel_ratio());
        let watched = Rc::downgrade(self);
        let changed = move |_| {
            let watched = watched.clone();
            // In a task of its own: this listener is dropped by what it calls.
            clock::soon(move || {
                if let Some(ratio) = watched.upgrade() {
                    ratio.arm();
                    (ratio.handler)();
                }
            });
        };
        self.query.replace(Some(Media::watch(&format!("(resolution: {now}dppx)"), changed)));
    }
}
