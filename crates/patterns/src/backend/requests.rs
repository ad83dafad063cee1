//! What a request asks for: a search, a check or to save something.
//!
//! A search looks into the cache, and asks the database for what is not there. Each of its operations is a task of the pool of its kind, where requests go through the
//! pools, and its own await where they do not.

use super::books::Count;
use super::process::Process;
use crate::concurrency_manager::{Errand, Kind, Operation, enter};
use crate::request_handler::{Ended, Request};
use millrace_engine::Job;
use millrace_parts::{Traffic, at_most};
use millrace_spec::drawn;
use millrace_trace::{Answer, Span};
use std::cell::Cell;
use std::rc::Rc;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Search,
    Check,
    Save,
}

impl Route {
    pub(super) const ALL: [Route; 3] = [Route::Search, Route::Check, Route::Save];

    pub(super) const fn id(self) -> &'static str {
        match self {
            Route::Search => "search",
            Route::Check => "check",
            Route::Save => "save",
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

/// Takes requests in as they come, and waits until the last has been answered.
pub(super) async fn come(process: Rc<Process>) {
    let Process { env, p, handler, .. } = &*process;
    let is_closed = p.load.traffic() == Traffic::Closed;
    let ask = |job: Job| {
        let (process, rank) = (process.clone(), handler.rank_of(&job));
        async move {
            let rest = process.handler.serve(job, rank).await;
            // In a closed loop whoever was turned away makes its next request later.
            if is_closed {
                process.env.sleep(rest).await;
            }
        }
    };
    p.load.each(env, handler.station(), p.callers, ask).await;
}

impl Process {
    /// Does what a request asks for.
    pub(super) async fn does(self: Rc<Self>, request: Rc<Request>) -> Ended {
        let Some(lent) = request.lent() else { return Ended::with(Answer::Cancelled) };
        let Some(job) = lent.job() else { return Ended::with(Answer::Cancelled) };
        // Without the handler nobody gives a request a deadline.
        let limit = if self.p.is_installed() { self.p.request_timeout } else { Span::ZERO };
        let answer = at_most(&self.env, limit, self.answers(job)).await.unwrap_or(Answer::TimedOut);
        let ended = Ended::with(answer);
        self.books.answered(ended.status());
        ended
    }

    async fn answers(self: &Rc<Self>, job: &Job) -> Answer {
        self.machine.computes(self.p.compute).await;
        let lot = self.env.draw("route", u64::from(job.id().0), 0).unit();
        let route = drawn(&self.routes, lot).and_then(|place| Route::ALL.get(place).copied());
        match route.unwrap_or(Route::Search) {
            Route::Search => self.searches(job).await,
            Route::Check => self.asks(Asks::External, job).await,
            Route::Save => self.asks(Asks::Database, job).await,
        }
    }

    async fn searches(self: &Rc<Self>, job: &Job) -> Answer {
        let (word, _) = self.asking.borrow_mut().next(&self.words, job);
        let looked = self.asks(Asks::Cache, job).await;
        let now = self.env.now();
        if looked.is_success() && self.cached.borrow_mut().get(&word, now).is_some() {
            self.books.count(Count::Hits);
            return looked;
        }
        self.books.count(Count::Misses);
        let found = self.asks(Asks::Database, job).await;
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
        let (answer, inner) = (Rc::new(Cell::new(None)), self.clone());
        let number = self.operations.replace(self.operations.get() + 1);
        let operation = Operation { number, kind: what.kind(), is_urgent: false };
        let errand = Errand::new(move |job| Box::pin(async move { inner.performs(what, job).await }), &answer);
        if let Some(handled) = enter(manager, job, job.split(), operation, Some(errand)).await {
            handled.wait().await;
        }
        answer.take().unwrap_or(Answer::Cancelled)
    }

    async fn performs(&self, what: Asks, job: &Job) -> Answer {
        match what {
            Asks::Database => self.database.query(job).await,
            Asks::External => self.env.call(job).await.answer,
            Asks::Cache => self.cache.call(job).await.answer,
        }
    }
}
