//! How long a request took by the browser's network, which keeps time while the page is busy with a picture.
//!
//! The browser writes down when a request went out and when the last of its answer came in. A page learns of an answer later, by as
//! much as it is busy, and with each caller more there is more to draw: by its own clock the endpoint would seem to slow down. Each
//! request has a number behind `#` in its address, which is never sent, so that its entry is found among others of that address.
//! When a request truly went out a page is told of its own origin, and of others that send `Timing-Allow-Origin`; of all when
//! `fetch` was called. Where there is no entry at all the page's clock has to do. Which it was is to be said.

use super::clock;
use crate::trace::Span;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::PerformanceResourceTiming;

/// By which clock a call was timed, the finest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timing {
    /// The browser's, from when the request went out on a connection.
    Wire,
    /// The browser's, from when it was given the request.
    Given,
    /// The page's own.
    Page,
}

impl Timing {
    /// The sentence for it in reports.
    pub const fn says(self) -> &'static str {
        match self {
            Timing::Wire => {
                "Calls are timed by the browser's network, from the request going out to the end of the answer."
            }
            Timing::Given => {
                "Calls are timed by the browser's network, from fetch() to the end of the answer: the endpoint sends no Timing-Allow-Origin, so waiting for a connection and making one are included."
            }
            Timing::Page => {
                "Some calls are timed by the page's own clock, for want of the browser's: the time until the page looks at an answer is included."
            }
        }
    }
}

/// Keeps the times of requests to an endpoint.
#[derive(Clone, Debug, Default)]
pub struct Watch(Rc<Times>);

/// How many milliseconds a request took and by which clock, once that is known.
type Said = Option<(Timing, f64)>;

#[derive(Debug, Default)]
struct Times {
    sent: Cell<u32>,
    /// The requests under way, and what the browser said of them.
    pending: RefCell<Vec<(String, Said)>>,
    coarsest: Cell<Option<Timing>>,
}

/// A request that is timed. It is as good as over when this is dropped.
#[derive(Debug)]
pub struct Watched {
    /// The address to be called.
    pub href: String,
    begun: f64,
    times: Rc<Times>,
}

impl Watch {
    /// A request to this address is about to be sent.
    pub fn begin(&self, href: &str) -> Watched {
        let number = self.0.sent.get() + 1;
        self.0.sent.set(number);
        let href = format!("{}#{number}", href.split('#').next().unwrap_or(href));
        self.0.pending.borrow_mut().push((href.clone(), None));
        Watched { href, begun: clock::now_ms(), times: self.0.clone() }
    }

    /// The coarsest clock by which a call was timed, once one was.
    pub fn timing(&self) -> Option<Timing> {
        self.0.coarsest.get()
    }
}

impl Watched {
    /// The request is over as far as the page sees: how long it took.
    pub fn end(self) -> Span {
        let own = (Timing::Page, clock::now_ms() - self.begun);
        self.times.read();
        let pending = self.times.pending.borrow();
        let (timing, ms) =
            pending.iter().find(|(href, _)| *href == self.href).and_then(|(_, said)| *said).unwrap_or(own);
        self.times.coarsest.set(self.times.coarsest.get().max(Some(timing)));
        Span((ms.max(0.0) * 1e6) as u64)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.times.pending.borrow_mut().retain(|(href, _)| *href != self.href);
    }
}

impl Times {
    /// Takes what the browser has written down, which keeps so many entries and no more.
    fn read(&self) {
        let Some(performance) = web_sys::window().and_then(|w| w.performance()) else { return };
        let mut pending = self.pending.borrow_mut();
        for entry in performance.get_entries_by_type("resource") {
            let Ok(entry) = entry.dyn_into::<PerformanceResourceTiming>() else { continue };
            let name = entry.name();
            if let Some((_, said)) = pending.iter_mut().find(|(href, _)| *href == name) {
                *said = time_of(&entry);
            }
        }
        performance.clear_resource_timings();
    }
}

fn time_of(entry: &PerformanceResourceTiming) -> Said {
    let (given, out, end) = (entry.start_time(), entry.request_start(), entry.response_end());
    let (timing, start) = if out > 0.0 { (Timing::Wire, out) } else { (Timing::Given, given) };
    (end > 0.0 && end >= start).then_some((timing, end - start))
}
