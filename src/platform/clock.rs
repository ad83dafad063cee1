//! The browser's clock and frames.

use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// Milliseconds since the page was opened, with fractions.
pub fn now_ms() -> f64 {
    web_sys::window().and_then(|w| w.performance()).map_or(0.0, |p| p.now())
}

/// A loop that is called once a frame until it is dropped.
pub struct FrameLoop {
    stop: Rc<RefCell<bool>>,
}

impl std::fmt::Debug for FrameLoop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FrameLoop")
    }
}

type FrameClosure = Rc<RefCell<Option<Closure<dyn FnMut(f64)>>>>;

impl FrameLoop {
    /// Calls `frame` with the time of each frame, in milliseconds.
    pub fn start(frame: impl FnMut(f64) + 'static) -> FrameLoop {
        FrameLoop::run(Box::new(frame))
    }

    fn run(mut frame: Box<dyn FnMut(f64)>) -> FrameLoop {
        let stop = Rc::new(RefCell::new(false));
        let (stopped, own): (_, FrameClosure) = (stop.clone(), Rc::new(RefCell::new(None)));
        let next = own.clone();
        own.replace(Some(Closure::new(move |now: f64| {
            if *stopped.borrow() {
                // Let go of the closure that is running: it is dropped when the browser is done with it.
                if let Some(running) = next.borrow_mut().take() {
                    running.forget();
                }
                return;
            }
            frame(now);
            request(&next);
        })));
        request(&own);
        FrameLoop { stop }
    }
}

fn request(closure: &FrameClosure) {
    if let (Some(window), Some(closure)) = (web_sys::window(), closure.borrow().as_ref()) {
        // A window that refuses frames is being closed.
        let _refused = window.request_animation_frame(closure.as_ref().unchecked_ref());
    }
}

impl Drop for FrameLoop {
    fn drop(&mut self) {
        self.stop.replace(true);
    }
}

/// Calls `body` once, in a task of its own, so that several pictures do not make one long task.
pub fn soon(body: impl FnOnce() + 'static) {
    let body: Box<dyn FnOnce()> = Box::new(body);
    gloo_timers::callback::Timeout::new(0, body).forget();
}

/// Calls `body` once, in a task of its own after the next frame, so that what was put into the page is laid out and painted before more
/// comes. Where nobody sees the page there are no frames, and it is not waited for one.
pub fn after_a_frame(body: impl FnOnce() + 'static) {
    let Some(window) = web_sys::window().filter(|w| w.document().is_some_and(|d| !d.hidden())) else {
        return soon(body);
    };
    let framed = Closure::once_into_js(move |_: f64| soon(body));
    // A window that refuses frames is being closed.
    let _refused = window.request_animation_frame(framed.unchecked_ref());
}
