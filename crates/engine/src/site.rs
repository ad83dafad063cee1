//! Where a task waits: the line in the pattern, and the line in the innermost part.
//!
//! A part that waits inside another part would report the outer part's own line. [`Within`] pushes the caller's line
//! while it is polled, so that the outermost one, in the pattern, is known as well.

use super::core::Core;
use millrace_trace::Site;
use pin_project_lite::pin_project;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A pair of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sites {
    pub outer: Site,
    pub inner: Site,
}

pin_project! {
    /// A future whose waits happen at one line of the caller. See [`crate::Env::at_caller`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Within<F> {
        core: Rc<Core>,
        site: &'static Location<'static>,
        #[pin]
        inner: F,
    }
}

impl<F> Within<F> {
    pub(super) fn new(core: Rc<Core>, site: &'static Location<'static>, inner: F) -> Within<F> {
        Within { core, site, inner }
    }
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let outer = this.core.site.get();
        if outer.is_none() {
            this.core.site.set(Some(this.site));
        }
        let result = this.inner.poll(cx);
        this.core.site.set(outer);
        result
    }
}
