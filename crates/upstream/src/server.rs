//! The simulated server: a model, so many slots, and faults. Or the real endpoint in its place.

use super::model::Model;
use super::params::ServerParams;
use millrace_engine::{Env, StationSpec, Upstream};
use millrace_parts::{KILL_WORKER, Semaphore, timeout};
use millrace_spec::{FaultSpec, FaultUnit};
use millrace_trace::{Answer, EventKind, JobId, Span, StationId, StationKind, UNLIMITED};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// The fault that makes the server slower by a factor.
pub const SLOW_SERVER: &str = "slow-server";
/// The fault that makes a percentage of answers errors.
pub const ERROR_BURST: &str = "error-burst";
/// The fault that makes every answer a 503, for a time.
pub const OUTAGE: &str = "outage";

/// The faults of the server, for scenes.
pub fn faults() -> Vec<FaultSpec> {
    vec![
        FaultSpec {
            id: SLOW_SERVER,
            label: "Slow server",
            help: "Requests that come now take several times as long.",
            unit: FaultUnit::Times,
            default: 3,
            min: 2,
            max: 100,
        },
        FaultSpec {
            id: OUTAGE,
            label: "Outage",
            help: "For a time, every request is answered with 503: after as long as it would have taken, or at once.",
            unit: FaultUnit::Lasts,
            default: 2_000_000_000,
            min: 1_000_000,
            max: 600_000_000_000,
        },
        FaultSpec {
            id: ERROR_BURST,
            label: "Error burst",
            help: "This share of requests is answered with 500, on top of the server's own errors.",
            unit: FaultUnit::Percent,
            default: 5,
            min: 1,
            max: 100,
        },
    ]
}

/// Opens the server's station and lets the run's calls go there: to the real endpoint if the run was given one, else to
/// the simulated server.
pub fn open(env: &Env, params: &ServerParams) -> StationId {
    let real = env.endpoint();
    let slots =
        if params.slots == 0 || params.server != "general" || real.is_some() { UNLIMITED } else { params.slots };
    let station =
        env.open(StationSpec { kind: StationKind::Server, name: "server", parent: StationId::NONE, capacity: slots });
    let inner = real.unwrap_or_else(|| Rc::new(Server::new(env, station, params, slots)));
    env.set_upstream(station, Rc::new(Patient { inner, patience: params.timeout }));
    station
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

    fn call(&self, env: &Env, job: JobId) -> Pin<Box<dyn Future<Output = Answer>>> {
        let call = self.inner.call(env, job);
        if self.patience.is_zero() {
            return call;
        }
        let (env, patience) = (env.clone(), self.patience);
        Box::pin(async move { timeout(&env, patience, call).await.unwrap_or(Answer::TimedOut) })
    }
}

struct Server {
    env: Env,
    state: Rc<State>,
    slots: Option<Semaphore>,
}

/// How the server answers during an outage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Down {
    Late,
    AtOnce,
    Never,
}

struct State {
    station: StationId,
    /// How an outage answers, and for how long a refusal at the door asks to stay away.
    outage: Down,
    retry_after: Span,
    /// The streams of its dice: what it does with a request, and whether a burst of errors meets it.
    service: String,
    burst: String,
    model: RefCell<Model>,
    visits: Cell<u64>,
    in_service: Cell<u64>,
    base: Rc<Cell<i64>>,
    mean: Rc<Cell<i64>>,
    errors: Rc<Cell<i64>>,
}

impl Server {
    fn new(env: &Env, station: StationId, params: &ServerParams, slots: u32) -> Server {
        let live = |key, initial: u64| env.live(key, i64::try_from(initial).unwrap_or(i64::MAX));
        // The first server's streams have the names they always had.
        let stream =
            |name: &str, number: u32| if number == 0 { name.to_owned() } else { format!("{name} {}", number + 1) };
        let number = env.ordinal("server");
        let state = State {
            station,
            outage: match params.outage_answers.as_str() {
                "at-once" => Down::AtOnce,
                "never" => Down::Never,
                _ => Down::Late,
            },
            retry_after: params.retry_after,
            service: stream("server", number),
            burst: stream("error burst", number),
            model: RefCell::new(params.model()),
            visits: Cell::new(0),
            in_service: Cell::new(0),
            base: live("base", params.base.0),
            mean: live("mean", params.mean.0),
            errors: live("errors", (params.errors.0 * 1e6 + 0.5) as u64),
        };
        Server {
            env: env.clone(),
            state: Rc::new(state),
            slots: (slots != UNLIMITED).then(|| Semaphore::new(env, slots)),
        }
    }
}

/// One request in service, as long as it is held.
struct InService(Rc<State>);

impl InService {
    fn begin(state: &Rc<State>) -> InService {
        state.in_service.set(state.in_service.get() + 1);
        InService(state.clone())
    }
}

impl Drop for InService {
    fn drop(&mut self) {
        self.0.in_service.set(self.0.in_service.get().saturating_sub(1));
    }
}

impl State {
    /// How requests are answered that come now, if there is an outage.
    fn down(&self, env: &Env) -> Option<Down> {
        env.fault(OUTAGE).map(|_| self.outage)
    }

    /// What this attempt of a job meets now, faults included.
    fn visit(&self, env: &Env, job: JobId, attempt: u32) -> (Span, Answer) {
        let visit = {
            let mut model = self.model.borrow_mut();
            if let Model::General(general) = &mut *model {
                general.mean = Span(self.mean.get().max(0) as u64);
                general.errors = self.errors.get() as f64 / 1e6;
            }
            let turn = self.visits.replace(self.visits.get() + 1);
            let (key, attempt) = if model.has_memory() { (turn, 0) } else { (u64::from(job.0), attempt) };
            model.visit(env.now(), self.in_service.get(), &mut env.draw(&self.service, key, attempt))
        };
        match visit.toggled {
            Some(true) => env.note_by(self.station, "server", "error state on", 1),
            Some(false) => env.note_by(self.station, "server", "error state off", 0),
            None => {}
        }
        let base = self.base.get().max(0) as u64;
        let slower = env.fault(SLOW_SERVER).map_or(1, |n| n.max(1) as u64);
        let takes = Span(visit.takes.0.saturating_add(base).saturating_mul(slower));
        let burst = env
            .fault(ERROR_BURST)
            .is_some_and(|p| env.draw(&self.burst, u64::from(job.0), attempt).chance(p as f64 / 100.0));
        let status = match visit.status {
            _ if env.fault(OUTAGE).is_some() => 503,
            _ if burst => 500,
            status => status,
        };
        (takes, Answer::Status(status))
    }
}

impl Upstream for Server {
    fn has_room(&self) -> bool {
        self.slots.as_ref().is_none_or(|slots| slots.free() > 0)
    }

    fn retry_after(&self, answer: Answer) -> Span {
        if answer == Answer::Status(503) && self.state.down(&self.env) == Some(Down::AtOnce) {
            self.state.retry_after
        } else {
            Span::ZERO
        }
    }

    fn call(&self, env: &Env, job: JobId) -> Pin<Box<dyn Future<Output = Answer>>> {
        let attempt = env.attempt(job);
        let (env, state, slots, queues) = (env.clone(), self.state.clone(), self.slots.clone(), !self.has_room());
        if state.down(&env) == Some(Down::AtOnce) {
            return Box::pin(std::future::ready(Answer::Status(503)));
        }
        Box::pin(async move {
            let _slot = match &slots {
                Some(slots) => Some(slots.acquire().await),
                None => None,
            };
            if queues {
                env.emit(EventKind::Started { job });
            }
            let _in_service = InService::begin(&state);
            if state.down(&env) == Some(Down::Never) {
                // It has its slot until its caller gives up, also when the outage is over: nobody remembers it.
                std::future::pending::<()>().await;
            }
            let (takes, answer) = state.visit(&env, job, attempt);
            env.sleep(takes).await;
            answer
        })
    }
}

/// The faults of the server, and the one that kills a worker, for scenes with a crew.
pub fn faults_with_crew() -> Vec<FaultSpec> {
    let mut all = faults();
    all.push(FaultSpec {
        id: KILL_WORKER,
        label: "Kill worker",
        help: "A worker goes away, with the request it has in hand, and comes back when the fault is lifted.",
        unit: FaultUnit::Member,
        default: 1,
        min: 1,
        max: 1_024,
    });
    all
}
