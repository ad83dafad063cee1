//! The real endpoint: a GET for each call, by the browser's `fetch`.
//!
//! How long a call took is what the browser's network says, from when the request went out to when the last of the answer came in
//! ([`Timing`]): the page may have been busy with a picture when it came, and reads it later.
//!
//! A call that is dropped is aborted, so a timeout, a hedge that lost and a stopped run end at the network too. How many
//! requests go out, and how many at once, is the affair of [`Limited`](crate::upstream::Limited), which every run against
//! an endpoint is given around this.

use super::timing::{Timing, Watch};
use crate::engine::{Attempt, Env, Upstream};
use crate::trace::{Answer, Span};
use crate::upstream::{Failure, Witness};
use js_sys::Promise;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, RequestCache, RequestCredentials, RequestInit, RequestMode, Response};

/// What is called whenever an answer has come or failed.
type Settled = Rc<RefCell<Option<Rc<dyn Fn()>>>>;

/// An endpoint behind an address.
pub struct FetchUpstream {
    href: Rc<str>,
    mixed: bool,
    witness: Witness,
    settled: Settled,
    watch: Watch,
    took: Rc<Cell<Option<Span>>>,
}

impl std::fmt::Debug for FetchUpstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FetchUpstream({})", self.href)
    }
}

impl FetchUpstream {
    /// The endpoint at an address. `mixed` if the browser will not let this page call it. Nothing is sent before the first
    /// call.
    pub fn new(href: &str, mixed: bool, witness: Witness) -> FetchUpstream {
        let (settled, watch, took) = (Settled::default(), Watch::default(), Rc::default());
        FetchUpstream { href: href.into(), mixed, witness, settled, watch, took }
    }

    /// By which clock the calls so far were timed.
    pub fn timing(&self) -> Option<Timing> {
        self.watch.timing()
    }

    /// Calls `hook` whenever an answer has come or failed and the run should be advanced.
    pub fn on_settled(&self, hook: Rc<dyn Fn()>) {
        self.settled.replace(Some(hook));
    }
}

impl Upstream for FetchUpstream {
    fn has_room(&self) -> bool {
        true
    }

    fn took(&self) -> Option<Span> {
        self.took.take()
    }

    fn call(&self, _: &Env, _: Attempt) -> Pin<Box<dyn Future<Output = Answer>>> {
        if self.mixed {
            self.witness.failed(Failure::MixedContent);
            return Box::pin(std::future::ready(Answer::Failed));
        }
        Box::pin(InFlight::start(self))
    }
}

/// One request under way.
struct InFlight {
    shared: Rc<Shared>,
    took: Rc<Cell<Option<Span>>>,
    abort: Option<AbortController>,
}

#[derive(Default)]
struct Shared {
    answer: Cell<Option<(Answer, Span)>>,
    waker: RefCell<Option<Waker>>,
    gone: Cell<bool>,
}

impl InFlight {
    fn start(to: &FetchUpstream) -> InFlight {
        let (witness, settled) = (to.witness.clone(), to.settled.clone());
        let abort = AbortController::new().ok();
        let signal = abort.as_ref().map(AbortController::signal);
        let shared = Rc::<Shared>::default();
        let ours = shared.clone();
        // Sent here and now: a task begins only when whatever the page is busy with is over, and the call would seem to take longer.
        let watched = to.watch.begin(&to.href);
        let sent = send(&watched.href, signal.as_ref());
        spawn_local(async move {
            let result = read(sent).await;
            let took = watched.end();
            if ours.gone.get() {
                // Nobody waits for it: it was aborted, and that is no failure of the endpoint.
                return;
            }
            let answer = match result {
                Ok(status) => {
                    witness.answered(status);
                    Answer::Status(status)
                }
                Err(failure) => {
                    witness.failed(failure);
                    Answer::Failed
                }
            };
            ours.answer.set(Some((answer, took)));
            if let Some(waker) = ours.waker.take() {
                waker.wake();
            }
            let hook = settled.borrow().clone();
            if let Some(hook) = hook {
                hook();
            }
        });
        InFlight { shared, took: to.took.clone(), abort }
    }
}

impl Future for InFlight {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        match self.shared.answer.get() {
            Some((answer, took)) => {
                self.took.set(Some(took));
                Poll::Ready(answer)
            }
            None => {
                self.shared.waker.replace(Some(cx.waker().clone()));
                Poll::Pending
            }
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.shared.gone.set(true);
        if let (None, Some(abort)) = (self.shared.answer.get(), &self.abort) {
            abort.abort();
        }
    }
}

/// Sends one GET.
fn send(href: &str, signal: Option<&AbortSignal>) -> Option<Promise> {
    let init = RequestInit::new();
    init.set_method("GET");
    init.set_mode(RequestMode::Cors);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_signal(signal);
    Some(web_sys::window()?.fetch_with_str_and_init(href, &init))
}

/// The status of the answer, when its body has come to its end.
async fn read(sent: Option<Promise>) -> Result<u16, Failure> {
    let (window, sent) = web_sys::window().zip(sent).ok_or(Failure::Unreachable)?;
    let Ok(response) = JsFuture::from(sent).await else {
        return Err(if window.navigator().on_line() { Failure::Unreachable } else { Failure::Offline });
    };
    let response: Response = response.dyn_into().map_err(|_| Failure::Unreadable)?;
    let status = response.status();
    let body = response.array_buffer().map_err(|_| Failure::Unreadable)?;
    JsFuture::from(body).await.map_err(|_| Failure::Unreadable)?;
    Ok(status)
}
