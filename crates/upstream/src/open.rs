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

/// The same, with a second way to call it: for less, in the same slots. What is asked for less takes `less` on average, a live parameter of that
/// key: by the general model as its service times are distributed, by any other exactly that. A real endpoint is not told, and serves both alike.
pub fn open_with_less(env: &Env, params: &ServerParams, less: (&str, Span)) -> Server {
    let (full, less) = stand_with_less(env, ServerName::DEFAULT, params, env.endpoint(), less);
    env.set_default_server(&full);
    less
}

/// Opens another server with two ways to call it: as it is, and for less.
pub fn open_as_with_less(env: &Env, name: ServerName, params: &ServerParams, less: (&str, Span)) -> (Server, Server) {
    stand_with_less(env, name, params, None, less)
}

fn stand_with_less(
    env: &Env,
    name: ServerName,
    params: &ServerParams,
    real: Option<Rc<dyn Upstream>>,
    (key, less): (&str, Span),
) -> (Server, Server) {
    let (station, slots) = open_station(env, name, params, real.is_some());
    let (full, less) = match real {
        Some(real) => (real.clone(), real),
        None => {
            let full = Simulated::new(env, (name, station), params, slots);
            let less = full.for_less(env.live(key, i64::try_from(less.0).unwrap_or(i64::MAX)));
            (patient(full, params), patient(less, params))
        }
    };
    (Server::new(env, station, full), Server::new(env, station, less))
}

/// Opens another server, with a station, dice, faults and knobs of its own; it is called by its handle, and always simulated.
pub fn open_as(env: &Env, name: ServerName, params: &ServerParams) -> Server {
    stand(env, name, params, None)
}

fn stand(env: &Env, name: ServerName, params: &ServerParams, real: Option<Rc<dyn Upstream>>) -> Server {
    let (station, slots) = open_station(env, name, params, real.is_some());
    // A real one has limits of its own, of which the patience is one: it counts from when the request is sent.
    let upstream = real.unwrap_or_else(|| patient(Simulated::new(env, (name, station), params, slots), params));
    Server::new(env, station, upstream)
}

/// The station of a server, and how many slots it has.
fn open_station(env: &Env, name: ServerName, params: &ServerParams, is_real: bool) -> (StationId, u32) {
    let slots = if params.slots == 0 || params.server != "general" || is_real { UNLIMITED } else { params.slots };
    let station = env.open(StationSpec {
        kind: StationKind::Server,
        name: name.as_str(),
        parent: StationId::NONE,
        capacity: slots,
    });
    (station, slots)
}

/// A server as its callers have it: with the patience that they have, if that ends.
fn patient(inner: Simulated, params: &ServerParams) -> Rc<dyn Upstream> {
    if params.timeout.is_zero() { Rc::new(inner) } else { Rc::new(Patient { inner, patience: params.timeout }) }
}

/// A caller's patience: a call that takes longer is dropped, and so taken back.
struct Patient {
    inner: Simulated,
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
        let (env, patience) = (env.clone(), self.patience);
        Box::pin(async move { timeout(&env, patience, call).await.unwrap_or(Answer::TimedOut) })
    }
}
