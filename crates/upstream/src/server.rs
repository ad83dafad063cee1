//! The simulated server: a model, so many slots, and faults.
//!
//! Its dice are keyed by its name, the job, and which attempt of the job at this server it is: a second attempt meets something
//! else, two servers of one kind do not agree, and what a job meets here depends on nobody else.

use super::at_door::Refusal;
use super::faults::{BROWNOUT, CRASH, ERROR_BURST, OUTAGE, PARTITION, SLOW_SERVER};
use super::left_behind::Kept;
use super::model::Model;
use super::params::ServerParams;
use super::reach::Reach;
use super::service::Service;
use millrace_engine::{Attempt, Between, Env, Scheduled, Stream, Upstream};
use millrace_parts::Semaphore;
use millrace_spec::ServerName;
use millrace_trace::{Answer, Span, StationId, UNLIMITED};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

pub(super) struct Simulated {
    state: Rc<State>,
    slots: Option<Semaphore>,
    /// The mean time of what is asked for less, where this is the way to ask for it.
    less: Option<Rc<Cell<i64>>>,
}

/// How the server answers during an outage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Down {
    Late,
    AtOnce,
    Never,
}

/// The names of its faults, as they stand.
struct Faults {
    slow: String,
    burst: String,
    brownout: String,
    outage: String,
}

/// The streams of its dice: what it does with a request, and whether a burst of errors or a brownout meets it.
struct Streams {
    service: Stream,
    burst: Stream,
    brownout: Stream,
}

/// What all requests at one server share.
pub(super) struct State {
    pub env: Env,
    name: ServerName,
    pub station: StationId,
    /// How an outage answers, and for how long a refusal at the door asks to stay away.
    down: Down,
    retry_after: Span,
    faults: Faults,
    streams: Streams,
    pub reach: Rc<Reach>,
    /// What it is, and how often it had crashed when it began: it remembers nothing of before.
    fresh: Model,
    model: RefCell<(u32, Model)>,
    visits: Cell<u64>,
    /// How many may wait for a slot, and how many do.
    queue: u64,
    pub waiting: Cell<u64>,
    /// Whether it goes on with requests whose callers have gone.
    keeps_gone: bool,
    /// Requests that stayed when their callers went: in the queue, in slots, and those that were served.
    pub gone: [Cell<i64>; 3],
    /// Whether what it said last was a refusal at the door.
    pub refused: Rc<Cell<bool>>,
    pub in_service: Cell<u64>,
    base: Rc<Cell<i64>>,
    mean: Rc<Cell<i64>>,
    errors: Rc<Cell<i64>>,
    /// What that is as a share, of the value that was read last.
    share: Cell<(i64, f64)>,
}

impl Streams {
    /// The default server's have the names they always had, and so have those of a second one of the same name.
    fn new(env: &Env, name: ServerName) -> Streams {
        let number = env.ordinal(name.as_str());
        let of = |what: &str| {
            let whose = if name == ServerName::DEFAULT { String::new() } else { format!(" {}", name.as_str()) };
            let again = if number == 0 { String::new() } else { format!(" {}", number + 1) };
            env.stream(&format!("{what}{whose}{again}"))
        };
        Streams { service: of("server"), burst: of("error burst"), brownout: of("brownout") }
    }
}

impl Simulated {
    pub fn new(env: &Env, (name, station): (ServerName, StationId), params: &ServerParams, slots: u32) -> Simulated {
        let live = |key, initial: u64| env.live(params.prefix.key(key), i64::try_from(initial).unwrap_or(i64::MAX));
        let state = State {
            env: env.clone(),
            name,
            station,
            down: match params.outage_answers.as_str() {
                "at-once" => Down::AtOnce,
                "never" => Down::Never,
                _ => Down::Late,
            },
            retry_after: params.retry_after,
            faults: Faults {
                slow: name.fault(SLOW_SERVER),
                burst: name.fault(ERROR_BURST),
                brownout: name.fault(BROWNOUT),
                outage: name.fault(OUTAGE),
            },
            streams: Streams::new(env, name),
            reach: Reach::new(env, &name.fault(PARTITION), &name.fault(CRASH)),
            fresh: params.model(),
            model: RefCell::new((0, params.model())),
            visits: Cell::new(0),
            queue: if params.queue == 0 || slots == UNLIMITED { u64::MAX } else { u64::from(params.queue) },
            waiting: Cell::new(0),
            keeps_gone: params.keeps_gone() && slots != UNLIMITED,
            gone: Default::default(),
            refused: Rc::default(),
            in_service: Cell::new(0),
            base: live("base", params.base.0),
            mean: live("mean", params.mean.0),
            errors: live("errors", (params.errors.0 * 1e6 + 0.5) as u64),
            share: Cell::new((0, 0.0)),
        };
        Simulated { state: Rc::new(state), slots: (slots != UNLIMITED).then(|| Semaphore::new(env, slots)), less: None }
    }

    /// The same server, asked for less: what that takes on average.
    pub fn for_less(&self, mean: Rc<Cell<i64>>) -> Simulated {
        Simulated { state: self.state.clone(), slots: self.slots.clone(), less: Some(mean) }
    }
}

impl State {
    /// How requests are answered that come now, if there is an outage.
    pub fn down(&self) -> Option<Down> {
        self.env.fault(&self.faults.outage).map(|_| self.down)
    }

    /// The share of answers that are errors. It is divided by a million once for each value, and not for each request.
    fn share_of_errors(&self) -> f64 {
        let (errors, (known, share)) = (self.errors.get(), self.share.get());
        if errors == known {
            return share;
        }
        let share = errors as f64 / 1e6;
        self.share.set((errors, share));
        share
    }

    /// How long what this attempt of a job meets now takes, faults included, and the status of the answer. One that asks for less says what that takes on average.
    pub fn visit(&self, attempt: Attempt, less: Option<i64>) -> (Span, u16) {
        let (env, key) = (&self.env, u64::from(attempt.job.0));
        let mut visit = {
            let (began, model) = &mut *self.model.borrow_mut();
            if std::mem::replace(began, self.reach.crashes()) != self.reach.crashes() {
                *model = self.fresh.clone();
            }
            if let Model::General(general) = model {
                general.mean = Span(less.unwrap_or(self.mean.get()).max(0) as u64);
                general.errors = self.share_of_errors();
            }
            let turn = self.visits.replace(self.visits.get() + 1);
            let (key, number) = if model.has_memory() { (turn, 0) } else { (key, attempt.number) };
            model.visit(env.now(), self.in_service.get(), &mut self.streams.service.draw(key, number))
        };
        // The other models know no mean that could be another.
        if let Some(less) = less.filter(|_| !matches!(self.fresh, Model::General(_))) {
            visit.takes = Span(less.max(0) as u64);
        }
        match visit.toggled {
            Some(true) => env.note_by(self.station, self.name.as_str(), "error state on", 1),
            Some(false) => env.note_by(self.station, self.name.as_str(), "error state off", 0),
            None => {}
        }
        let base = self.base.get().max(0) as u64;
        if !env.has_faults() {
            return (Span(visit.takes.0.saturating_add(base)), visit.status);
        }
        let meets = |stream: Stream, share: f64| stream.draw(key, attempt.number).chance(share);
        let slower = env.fault(&self.faults.slow).map_or(1, |times| times.max(1) as u64);
        let brownout = env.fault(&self.faults.brownout).map(|hundredths| hundredths.max(100) as u64);
        let burst =
            env.fault(&self.faults.burst).is_some_and(|percent| meets(self.streams.burst, percent as f64 / 100.0));
        let faint = brownout.is_some_and(|hundredths| meets(self.streams.brownout, brownout_errors(hundredths)));
        let takes = visit.takes.0.saturating_add(base).saturating_mul(slower);
        let takes = brownout.map_or(takes, |hundredths| {
            u64::try_from(u128::from(takes) * u128::from(hundredths) / 100).unwrap_or(u64::MAX)
        });
        let status = match visit.status {
            _ if env.fault(&self.faults.outage).is_some() => 503,
            _ if burst || faint => 500,
            status => status,
        };
        (Span(takes), status)
    }
}

/// The share of errors in a brownout by a factor in hundredths: half of what it adds, at most half of all.
fn brownout_errors(hundredths: u64) -> f64 {
    (hundredths.saturating_sub(100) as f64 / 200.0).min(0.5)
}

impl Upstream for Simulated {
    fn has_room(&self) -> bool {
        self.slots.as_ref().is_none_or(|slots| slots.free() > 0)
    }

    fn retry_after(&self, _: Answer) -> Span {
        if self.state.refused.take() { self.state.retry_after } else { Span::ZERO }
    }

    fn schedule(&self, attempt: Attempt) -> Option<Scheduled> {
        let state = &self.state;
        // Who may have to queue, and whom an outage or a partition meets, has more to go through than time.
        if self.slots.is_some() || state.reach.is_gone() || state.reach.is_cut() || state.down().is_some() {
            return None;
        }
        state.in_service.set(state.in_service.get() + 1);
        let (takes, status) = state.visit(attempt, self.less.as_ref().map(|less| less.get()));
        Some(Scheduled { takes, status, crashes: state.reach.crashes() })
    }

    fn between(&self, scheduled: &Scheduled) -> Between {
        match &self.state.reach {
            reach if reach.crashes() != scheduled.crashes => Between::Lost,
            reach if reach.is_cut() => Between::Cut,
            _ => Between::Open,
        }
    }

    fn released(&self) {
        self.state.in_service.set(self.state.in_service.get().saturating_sub(1));
    }

    fn call(&self, _: &Env, attempt: Attempt) -> Pin<Box<dyn Future<Output = Answer>>> {
        if self.state.reach.is_gone() {
            return Box::pin(std::future::ready(Answer::Failed));
        }
        let full = || !self.has_room() && self.state.waiting.get() >= self.state.queue;
        if self.state.down() == Some(Down::AtOnce) || full() {
            return Box::pin(Refusal(self.state.refused.clone()));
        }
        if self.slots.is_none() && !self.state.keeps_gone {
            return Box::pin(Service::entering(&self.state, attempt, self.less.clone()));
        }
        let service = Service::begin(&self.state, self.slots.as_ref(), attempt, self.less.clone());
        if self.state.keeps_gone { Box::pin(Kept::new(&self.state, service)) } else { Box::pin(service) }
    }
}
