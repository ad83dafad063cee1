//! What the process calls by a connection: it can be closed, and whoever calls it after that gets an error.

use super::books::Held;
use millrace_engine::{Env, Server};
use millrace_parts::WaitGroup;
use millrace_trace::{Answer, Span};
use std::cell::Cell;
use std::future::Future;

/// A server with the connections to it.
pub(super) struct Store {
    env: Env,
    server: Server,
    closes: Span,
    is_closed: Cell<bool>,
    under_way: WaitGroup,
}

impl Store {
    /// Open, and it takes so long to close it.
    pub fn new(env: &Env, server: Server, closes: Span) -> Store {
        Store { env: env.clone(), server, closes, is_closed: Cell::new(false), under_way: WaitGroup::new(env) }
    }

    /// Calls it with the first of what is held. No answer where it is closed.
    #[track_caller]
    pub fn call<'a>(&'a self, held: &'a Held) -> impl Future<Output = Option<Answer>> + 'a {
        let call = match held.job() {
            Some(job) if !self.is_closed.get() => Some((self.server.call(job), self.under_way.under_way())),
            _ => None,
        };
        async move {
            let (call, under_way) = call?;
            let reply = call.await;
            drop(under_way);
            Some(reply.answer)
        }
    }

    /// Closes it: no call begins from here on, and those under way are waited for.
    pub async fn close(&self) {
        self.cut();
        self.under_way.wait().await;
        self.env.sleep(self.closes).await;
    }

    /// Closes it there and then.
    pub fn cut(&self) {
        self.is_closed.set(true);
    }
}
