//! Scripted outages: a server that goes down and comes back at known times, so that a link shows both.
//!
//! They are the fault that a person can inject, switched by the run itself.

use super::faults::OUTAGE;
use millrace_engine::{Env, Injected, Task};
use millrace_spec::{Field, ServerName, Values, params};
use millrace_trace::Span;

fn scripted(values: &Values) -> bool {
    values.span("outage-for") > Span::ZERO
}

params! {
    /// When the server is down.
    pub struct Outages {
        /// How long the server is down: every request is answered with 503 then. 0 for no outage.
        lasts: Span => Field::span("outage-for", "Outage lasts", Span::ZERO, Span::ZERO..=Span::secs(600)).simple(),
        /// When it goes down for the first time.
        first: Span => Field::span("outage-at", "Outage at", Span::secs(2), Span::ZERO..=Span::secs(3600)).when(scripted),
        /// From the beginning of one outage to that of the next; 0 for one outage only.
        every: Span => Field::span("outage-every", "Outage every", Span::ZERO, Span::ZERO..=Span::secs(3600)).when(scripted),
    }
}

impl Outages {
    /// Starts the script of the default server. It goes on as long as the task is held. A real endpoint has its own outages.
    pub fn start(&self, env: &Env) -> Option<Task<()>> {
        env.endpoint().is_none().then(|| self.begin(env, |env, lasts| env.inject(OUTAGE, lasts))).flatten()
    }

    /// Starts the script of another server.
    pub fn start_at(&self, env: &Env, server: ServerName) -> Option<Task<()>> {
        self.begin(env, move |env, lasts| env.inject(&server.fault(OUTAGE), lasts))
    }

    fn begin(&self, env: &Env, outage: impl Fn(&Env, i64) -> Injected + 'static) -> Option<Task<()>> {
        let Outages { lasts, first, every } = *self;
        if lasts.is_zero() {
            return None;
        }
        let inner = env.clone();
        Some(env.spawn("outages", async move {
            // Nobody waits for an outage: a run in which all are stuck does not go on for the next one.
            inner.sleep(first).in_background().await;
            loop {
                let outage = outage(&inner, i64::try_from(lasts.0).unwrap_or(i64::MAX));
                inner.sleep(lasts).in_background().await;
                drop(outage);
                if every.is_zero() {
                    return;
                }
                inner.sleep(every.saturating_sub(lasts)).in_background().await;
            }
        }))
    }
}
