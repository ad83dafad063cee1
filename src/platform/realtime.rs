//! The driver of a run in real time: when to advance it, in between frames and without them.
//!
//! Time is what the browser's clock says since the start. After each advance one browser timer is armed for the run's next
//! deadline; an answer from outside asks for one advance more, however many answers come together. Frames are not needed:
//! a hidden tab has none, and its timers are slow, which is why it is told when the page is hidden.

use super::clock;
use crate::trace::SimTime;
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;

/// What an advance says about the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is more to do at once.
    Now,
    /// Nothing happens before this instant, unless something comes from outside.
    At(SimTime),
    /// Nothing happens unless something comes from outside.
    Outside,
    /// The run is over.
    Never,
}

type Advance = Box<dyn FnMut(SimTime) -> Next>;

/// A run's clock and alarm. Dropping it stops both.
pub struct RealTime {
    shared: Rc<Shared>,
}

struct Shared {
    start: Cell<f64>,
    advance: RefCell<Option<Advance>>,
    alarm: RefCell<Option<Timeout>>,
    soon: Cell<bool>,
    was_hidden: Cell<bool>,
    visibility: RefCell<Option<Closure<dyn FnMut()>>>,
}

impl std::fmt::Debug for RealTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RealTime(at {} ns)", self.now().0)
    }
}

impl Default for RealTime {
    fn default() -> RealTime {
        RealTime::new()
    }
}

impl RealTime {
    /// A clock that stands at zero until [`RealTime::start`].
    pub fn new() -> RealTime {
        let shared = Shared {
            start: Cell::new(f64::NAN),
            advance: RefCell::default(),
            alarm: RefCell::default(),
            soon: Cell::new(false),
            was_hidden: Cell::new(is_hidden()),
            visibility: RefCell::default(),
        };
        RealTime { shared: Rc::new(shared) }
    }

    /// Lets time pass from now on. `advance` is called with the time whenever something may have happened, never from
    /// within itself and never from within a call to this clock.
    pub fn start(&self, advance: impl FnMut(SimTime) -> Next + 'static) {
        self.shared.start.set(clock::now_ms());
        self.shared.advance.replace(Some(Box::new(advance)));
        Shared::listen(&self.shared);
        Shared::ask(&self.shared);
    }

    /// Stops for good: `advance` is dropped and not called again. Time stands from then on.
    pub fn stop(&self) {
        self.shared.stop();
    }

    /// Whether it was started and not stopped, and the run is not over.
    pub fn is_running(&self) -> bool {
        !self.shared.start.get().is_nan() && self.shared.visibility.borrow().is_some()
    }

    /// The time since the start.
    pub fn now(&self) -> SimTime {
        self.shared.now()
    }

    /// A hook that asks for an advance soon, for whoever wakes the run from outside.
    pub fn hook(&self) -> Rc<dyn Fn()> {
        let shared = Rc::downgrade(&self.shared);
        Rc::new(move || {
            if let Some(shared) = shared.upgrade() {
                Shared::ask(&shared);
            }
        })
    }

    /// Sets the alarm after the run was advanced by somebody else: a frame.
    pub fn arm(&self, next: Next) {
        Shared::arm(&self.shared, next);
    }

    /// Whether the page is hidden, or was since the start: its timers were slower than they should be.
    pub fn was_hidden(&self) -> bool {
        self.shared.was_hidden.get()
    }
}

impl Drop for RealTime {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Shared {
    fn now(&self) -> SimTime {
        let ms = clock::now_ms() - self.start.get();
        // Before the start there is no time.
        if ms > 0.0 { SimTime((ms * 1e6) as u64) } else { SimTime::ZERO }
    }

    fn stop(&self) {
        self.alarm.replace(None);
        if let Some(listener) = self.visibility.take()
            && let Some(document) = web_sys::window().and_then(|w| w.document())
        {
            let _gone =
                document.remove_event_listener_with_callback("visibilitychange", listener.as_ref().unchecked_ref());
        }
        // It may be running just now: then it is not here, and is not put back.
        let _dropped = self.advance.try_borrow_mut().ok().and_then(|mut a| a.take());
    }

    /// One advance when whoever asks has returned, however often it is asked for. No timer: those wait in hidden tabs.
    fn ask(shared: &Rc<Shared>) {
        if !shared.soon.replace(true) {
            let weak = Rc::downgrade(shared);
            spawn_local(async move { Shared::wake(&weak) });
        }
    }

    fn wake(weak: &Weak<Shared>) {
        let Some(shared) = weak.upgrade() else { return };
        shared.soon.set(false);
        let Some(mut advance) = shared.advance.take() else { return };
        let next = advance(shared.now());
        // Stopped from within: what was running is let go.
        if shared.visibility.borrow().is_some() {
            shared.advance.replace(Some(advance));
            Shared::arm(&shared, next);
        }
    }

    fn arm(shared: &Rc<Shared>, next: Next) {
        let ms = match next {
            // The browser has its turn in between.
            Next::Now => Some(0),
            Next::Outside => None,
            // The alarm must not go off early: then nothing would have happened yet.
            Next::At(at) => Some((at.since(shared.now()).as_millis() + 1.0).min(f64::from(i32::MAX)) as u32),
            Next::Never => return shared.stop(),
        };
        let weak = Rc::downgrade(shared);
        shared.alarm.replace(ms.map(|ms| Timeout::new(ms, move || Shared::wake(&weak))));
    }

    fn listen(shared: &Rc<Shared>) {
        let weak = Rc::downgrade(shared);
        let listener = Closure::<dyn FnMut()>::new(move || {
            if let Some(shared) = weak.upgrade() {
                shared.was_hidden.set(shared.was_hidden.get() || is_hidden());
                Shared::ask(&shared);
            }
        });
        if let Some(document) = web_sys::window().and_then(|w| w.document()) {
            let _added =
                document.add_event_listener_with_callback("visibilitychange", listener.as_ref().unchecked_ref());
        }
        shared.visibility.replace(Some(listener));
    }
}

/// Whether the page is in a tab that nobody looks at.
pub fn is_hidden() -> bool {
    web_sys::window().and_then(|w| w.document()).is_some_and(|d| d.hidden())
}
