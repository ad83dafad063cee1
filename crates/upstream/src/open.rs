//! Opening servers: the default one, which a real endpoint may replace, and others by name.

use super::params::ServerParams;
use super::server::Simulated;
use millrace_engine::{Attempt, Env, Server, StationSpec, Upstream};
use millrace_parts::timeout;
use millrace_spec::ServerName;
use millrace_trace::{Answer, Span, StationId, StationKind, UNLIMITED};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// Opens the default server, that `env.call` goes to: the real endpoint if the run was given one, else a simulated server. Where a run has
/// several, this is the one that `target=fetch` stands for; the others stay simulated.
pub fn open(env: &Env, params: &ServerParams) -> Server {
    let server = stand(env, ServerName::DEFAULT, params, env.endpoint());
    env.set_default_server(&server);
    server
}

/// Opens another server, with a station, dice, faults and knobs of its own; it is called by its handle, and always simulated.
pub fn open_as(env: &Env, name: ServerName, params: &ServerParams) -> Server {
    stand(env, name, params, None)
}

fn stand(env: &Env, name: ServerName, params: &ServerParams, real: Option<Rc<dyn Upstream>>) -> Server {
    let slots =
        if params.slots == 0 || params.server != "general" || real.is_some() { UNLIMITED } else { params.slots };
    let station = env.open(StationSpec {
        kind: StationKind::Server,
        name: name.as_str(),
        parent: StationId::NONE,
        capacity: slots,
    });
    // A real one has limits of its own, of which the patience is one: it counts from when the request is sent.
    let upstream = real.unwrap_or_else(|| {
        let inner = Rc::new(Simulated::new(env, (name, station), params, slots));
        Rc::new(Patient { inner, patience: params.timeout })
    });
    Server::new(env, station, upstream)
}

/// A caller's patience: a call that takes longer is dropped, and so taken back.
struct Patient {
    inner: Rc<dyn Upstream>,
    patience: Span,
}

impl Upstream for Patient {
    fn has_room(&self) -> bool {
        self.inner.has_room()
    }

    fn retry_after(&self, answer: Answer) -> Span {
        self.inner.retry_after(answer)
    }

    fn call(&self, env: &Env, attempt: Attempt) -> Pin<Box<dyn Future<Output = Answer>>> {
        let call = self.inner.call(env, attempt);
        if self.patience.is_zero() {
            return call;
        }
        let (env, patience) = (env.clone(), self.patience);
        Box::pin(async move { timeout(&env, patience, call).await.unwrap_or(Answer::TimedOut) })
    }
}
