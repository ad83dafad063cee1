//! What a request asks for: a search, a check, to save something or to sign in.
//!
//! A search looks into the cache, and asks the database for what is not there; what it found is put into the cache later, also where it was there. Each of its operations is a task of the pool of its kind, where requests go through the
//! pools, and its own await where they do not.

use super::books::Count;
use super::http::Unanswered;
use super::life::Part;
use super::process::Process;
use super::throttle::{self, Asker};
use crate::concurrency_manager::{Errand, Kind, Operation, enter};
use crate::request_handler::{Ended, Rank, Request};
use millrace_engine::Job;
use millrace_parts::{Semaphore, Traffic, UnderWay, at_most};
use millrace_spec::drawn;
use millrace_trace::{Answer, Outcome, Span};
use std::cell::RefCell;
use std::rc::Rc;

/// A caller in a closed loop that was not served makes its next request after this at the soonest.
const PAUSE: Span = Span::millis(100);

/// How a request was served.
#[derive(Clone, Copy, Debug)]
struct Served {
    status: u16,
    outcome: Outcome,
    rest: Span,
}

/// A request that somebody outside waits for. Where it is let go of because the process is gone, its connection breaks: whoever asked is told nothing.
struct InHand {
    process: Rc<Process>,
    /// It, before it goes into the handler, and there.
    job: RefCell<Option<Job>>,
    request: RefCell<Option<Rc<Request>>>,
}

impl InHand {
    fn goes_in(&self, rank: Rank) -> Option<Rc<Request>> {
        let request = self.process.handler.receives(self.job.take()?, rank);
        self.request.replace(Some(request.clone()));
        Some(request)
    }

    fn takes(&self) -> Option<Job> {
        let inside = self.request.take().and_then(|request| request.takes());
        inside.or_else(|| self.job.take())
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        if self.process.machine.is_up() {
            return;
        }
        if let Some(job) = self.takes() {
            self.process.books.count(Count::Unheard);
            job.leave(Outcome::Failed);
        }
    }
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Search,
    Check,
    Save,
    SignIn,
}

impl Route {
    pub(super) const ALL: [Route; 4] = [Route::Search, Route::Check, Route::Save, Route::SignIn];

    pub(super) const fn id(self) -> &'static str {
        match self {
            Route::Search => "search",
            Route::Check => "check",
            Route::Save => "save",
            Route::SignIn => "sign-in",
        }
    }

    const fn method(self) -> &'static str {
        if matches!(self, Route::Save | Route::SignIn) { "POST" } else { "GET" }
    }

    const fn path(self) -> &'static str {
        match self {
            Route::Search => "/api/v1/words/search",
            Route::Check => "/api/v1/grammar/check",
            Route::Save => "/api/v1/progress",
            Route::SignIn => "/api/v1/auth/login",
        }
    }
}

/// A server that an operation asks.
#[derive(Clone, Copy, Debug)]
enum Asks {
    Database,
    External,
    Cache,
}

impl Asks {
    fn kind(self) -> Kind {
        match self {
            Asks::Database => Kind::Db,
            Asks::External => Kind::Http,
            Asks::Cache => Kind::Cache,
        }
    }
}

/// Requests come, whether or not anybody lets them in.
pub(super) async fn come(process: Rc<Process>, coming: UnderWay) {
    let Process { env, p, handler, life, .. } = &*process;
    let callers = (p.load.traffic() == Traffic::Closed).then(|| Semaphore::new(env, p.callers));
    let at = life.number(Part::Http).unwrap_or_default();
    let mut arrivals = p.load.arrivals(env);
    loop {
        let turn = match &callers {
            Some(callers) => Some(callers.acquire().await),
            None => None,
        };
        let Some(job) = arrivals.next().await else { break };
        let (inner, under_way) = (process.clone(), process.requests.under_way());
        let rank = handler.rank_of(&job);
        life.parts().start(at, "request", handler.station(), async move {
            let rest = inner.serves(job, rank).await;
            drop(under_way);
            // In a closed loop whoever was turned away makes its next request later.
            if turn.is_some() {
                inner.env.sleep(rest).await;
            }
            drop(turn);
        });
    }
    drop(coming);
}

impl Process {
    /// A request from a client, from its coming until it has left. How long whoever made it stays away after it.
    async fn serves(self: &Rc<Self>, job: Job, rank: Rank) -> Span {
        let (route, number) = (self.route_of(&job), job.id().0);
        // Whoever signs in has no name yet.
        let is_known = rank != Rank::Low && route != Route::SignIn;
        let asker = Asker::of(&self.env, &self.p.throttling, number, is_known, route.path());
        let held = InHand { process: self.clone(), job: RefCell::new(Some(job)), request: RefCell::default() };
        let served = self.life.http.serve(asker.address, self.lets_in(&held, asker, rank, route)).await;
        let (outcome, rest) = match served {
            Ok(Served { status, outcome, rest }) => {
                self.books.answered(status);
                (outcome, rest)
            }
            Err(why) => {
                self.books.count(Count::Unheard);
                let outcome = match why {
                    Unanswered::Refused => Outcome::Rejected,
                    Unanswered::Unread => Outcome::TimedOut,
                    Unanswered::Unwritten => Outcome::Failed,
                };
                (outcome, PAUSE)
            }
        };
        if let Some(job) = held.takes() {
            job.leave(outcome);
        }
        if outcome == Outcome::Completed { rest } else { rest.max(PAUSE) }
    }

    /// It comes to the limiter and then to the handler. Its job is back in the end.
    async fn lets_in(&self, held: &InHand, asker: Asker, rank: Rank, route: Route) -> Served {
        let came = self.env.now();
        let served = match self.throttle.ask(asker) {
            Err(refused) => {
                let rest = refused.retry_after.unwrap_or(PAUSE);
                Served { status: throttle::STATUS, outcome: Outcome::Rejected, rest }
            }
            Ok(()) => match held.goes_in(rank) {
                Some(request) => {
                    let told = self.handler.answers(&request).await;
                    Served { status: told.status, outcome: told.outcome, rest: told.rest }
                }
                None => Served { status: 503, outcome: Outcome::Cancelled, rest: PAUSE },
            },
        };
        let took = self.env.now().since(came);
        self.metrics.served(route.method(), route.path(), served.status, took);
        served
    }

    /// Does what a request asks for.
    pub(super) async fn does(self: Rc<Self>, request: Rc<Request>) -> Ended {
        let began = self.env.now();
        let Some(lent) = request.lent() else { return Ended::with(Answer::Cancelled) };
        let Some(job) = lent.job() else { return Ended::with(Answer::Cancelled) };
        // Without the handler nobody gives a request a deadline.
        let limit = if self.p.is_installed() { self.p.request_timeout } else { Span::ZERO };
        let answer = at_most(&self.env, limit, self.answers(job, request.rank)).await.unwrap_or(Answer::TimedOut);
        if self.p.is_installed() {
            self.took(began);
        }
        Ended::with(answer)
    }

    /// What a request is for, by lot.
    fn route_of(&self, job: &Job) -> Route {
        let lot = self.env.draw("route", u64::from(job.id().0), 0).unit();
        drawn(&self.routes, lot).and_then(|place| Route::ALL.get(place).copied()).unwrap_or(Route::Search)
    }

    async fn answers(self: &Rc<Self>, job: &Job, rank: Rank) -> Answer {
        self.machine.computes(self.p.compute).await;
        match self.route_of(job) {
            Route::Search => self.searches(job).await,
            Route::Check => self.asks(Asks::External, job).await,
            Route::SignIn => self.asks(Asks::Database, job).await,
            Route::Save => {
                let saved = self.asks(Asks::Database, job).await;
                if saved.is_success() {
                    self.tells(job, rank).await;
                }
                saved
            }
        }
    }

    /// Whoever saved something is told so by its socket, where it has one.
    async fn tells(&self, job: &Job, rank: Rank) {
        let asker = Asker::of(&self.env, &self.p.throttling, job.id().0, rank != Rank::Low, Route::Save.path());
        if let Some(session) = asker.user.and_then(|user| self.sockets.session(user)) {
            self.sockets.tell(session, job.split()).await;
        }
    }

    async fn searches(self: &Rc<Self>, job: &Job) -> Answer {
        let (word, _) = self.asking.borrow_mut().next(&self.words, job);
        let looked = self.asks(Asks::Cache, job).await;
        let now = self.env.now();
        let found = if looked.is_success() && self.cached.borrow_mut().get(&word, now).is_some() {
            self.books.count(Count::Hits);
            looked
        } else {
            self.books.count(Count::Misses);
            self.asks(Asks::Database, job).await
        };
        // Wherever it was found: its caller does not ask.
        if found.is_success() {
            self.warms_up(job, word);
        }
        found
    }

    /// An operation: a task of the pool of its kind, or done here.
    async fn asks(self: &Rc<Self>, what: Asks, job: &Job) -> Answer {
        let Some(manager) = self.manager.as_ref().filter(|_| self.p.is_installed()) else {
            return self.performs(what, job).await;
        };
        let inner = self.clone();
        let (errand, wanted) =
            Errand::new(&self.env, move |job| Box::pin(async move { inner.performs(what, job).await }));
        let number = self.operations.replace(self.operations.get() + 1);
        let operation = Operation { number, kind: what.kind(), is_urgent: false };
        if let Some(handled) = enter(manager, job, job.split(), operation, Some(errand)).await {
            handled.wait().await;
        }
        wanted.answer().unwrap_or(Answer::Cancelled)
    }

    async fn performs(&self, what: Asks, job: &Job) -> Answer {
        let _running = self.runs(what.kind());
        match what {
            Asks::Database => self.database.query(job).await,
            Asks::External => self.env.call(job).await.answer,
            Asks::Cache => self.cache.call(job).await.answer,
        }
    }
}
