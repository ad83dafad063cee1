//! The API: requests come, are held against the limits, and are answered.
//!
//! An interview is begun in two steps: a row in the database, and a call to the service. Where the second fails the first is there.

use super::books::{Count, Request, Row};
use super::limits::{Asker, Over};
use super::process::{Part, Process};
use millrace_engine::{Draw, Job};
use millrace_parts::{Semaphore, Traffic, at_most};
use millrace_trace::{Answer, Outcome, Span};
use std::rc::Rc;

/// How long an interview may take to begin: its row, with the wait for a connection, and the service.
const START_WITHIN: Span = Span::secs(30);
/// A caller in a closed loop that got an error makes its next request after this at the soonest: an error may take no time at all, and who asked again
/// at once would ask for ever within an instant.
const PAUSE: Span = Span::millis(10);
/// How many users share an address.
const BEHIND_AN_ADDRESS: u32 = 4;

/// What is asked of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Start,
    Answers,
    Status,
    Complete,
}

impl Route {
    pub(super) const START: &str = "/api/v1/interviews/start";
    pub(super) const ANSWERS: &str = "/api/v1/interviews/{id}/answers";
    pub(super) const STATUS: &str = "/api/v1/interviews/{id}/status";
    pub(super) const COMPLETE: &str = "/api/v1/interviews/{id}/complete";
    const ALL: [Route; 4] = [Route::Start, Route::Answers, Route::Status, Route::Complete];

    /// By lot: an interview is begun and completed once, and has five questions.
    fn any(draw: &mut Draw) -> Route {
        match draw.below(10) {
            0 => Route::Start,
            1 => Route::Complete,
            2..=6 => Route::Answers,
            _ => Route::Status,
        }
    }

    /// Its method and its path, as the interface lists them.
    pub(super) const fn path(self) -> (&'static str, &'static str) {
        match self {
            Route::Start => ("POST", Route::START),
            Route::Answers => ("POST", Route::ANSWERS),
            Route::Status => ("GET", Route::STATUS),
            Route::Complete => ("POST", Route::COMPLETE),
        }
    }

    /// That of a method and a path of the interface.
    pub(super) fn of(method: &str, path: Option<&str>) -> Option<Route> {
        Route::ALL.into_iter().find(|route| Some(route.path().1) == path && route.path().0 == method)
    }

    /// The status of an answer.
    const fn status(self, outcome: Outcome) -> u16 {
        match (outcome, self) {
            (Outcome::Completed, Route::Start) => 201,
            (Outcome::Completed, _) => 200,
            (Outcome::Rejected, _) => 429,
            (Outcome::TimedOut, _) => 504,
            _ => 500,
        }
    }
}

/// Requests come, whether or not anybody lets them in.
pub(super) async fn come(process: Rc<Process>) {
    let (env, p) = (&process.env, &process.p);
    let callers = (p.load.traffic() == Traffic::Closed).then(|| Semaphore::new(env, p.callers));
    let mut arrivals = p.load.arrivals(env);
    loop {
        let turn = match &callers {
            Some(callers) => Some(callers.acquire().await),
            None => None,
        };
        let Some(job) = arrivals.next().await else { return };
        let request = Request::new(&process.books, job);
        if !process.accepts.get() {
            process.books.count(Count::Refused, 1);
            request.refused();
            if callers.is_some() {
                return;
            }
            continue;
        }
        let (inner, under_way) = (process.clone(), process.requests.under_way());
        let answered = async move {
            let served = answer(&inner, request).await;
            drop(under_way);
            // Who is told to come again later does, and meanwhile makes no other request.
            if turn.is_some() && served.status >= 400 {
                inner.env.sleep(served.retry_after.unwrap_or(PAUSE).max(PAUSE)).await;
            }
            drop(turn);
        };
        process.parts.start(Part::Http as usize, "request", process.api, answered);
    }
}

/// How a request was answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Served {
    pub status: u16,
    /// Where it was over a limit: after how long it would not be.
    pub retry_after: Option<Span>,
    /// How long it took.
    pub took: Span,
}

async fn answer(process: &Process, request: Request) -> Served {
    let id = request.held().map_or(0, |job| u64::from(job.id().0));
    let mut draw = process.env.draw("api", id, 0);
    let route = Route::any(&mut draw);
    let user = draw.below(u64::from(process.p.sessions)) as u32;
    let is_nobody = draw.chance(process.p.anonymous.0);
    let asker = Asker { user: (!is_nobody).then_some(user), address: user / BEHIND_AN_ADDRESS };
    let served = serve(process, request, route, asker).await;
    process.metrics.answered(route, served.status, served.took);
    served
}

/// Serves a request. Whoever tells the answer counts it, as it may tell another.
pub(super) async fn serve(process: &Process, request: Request, route: Route, asker: Asker) -> Served {
    let (came, mut retry_after) = (process.env.now(), None);
    let outcome = match (process.limits.ask(asker), request.held()) {
        (_, None) => Outcome::Failed,
        (Err(refused), _) => {
            let over = match refused.over {
                Over::User => Count::OverUser,
                Over::Nobody => Count::Anonymous,
                Over::Address => Count::OverAddress,
            };
            process.books.count(over, 1);
            retry_after = refused.retry_after;
            Outcome::Rejected
        }
        (Ok(()), Some(job)) => {
            job.go(process.api, true);
            let answer = match route {
                Route::Start => process.begin_interview(job).await,
                Route::Answers | Route::Status | Route::Complete => process.database.call_at(&process.query, job).await,
            };
            answer.map_or(Outcome::Failed, |answer| answer.outcome())
        }
    };
    request.ends(outcome);
    Served { status: route.status(outcome), retry_after, took: process.env.now() - came }
}

impl Process {
    /// Begins an interview: its row is created, and the service is told. Where both do not come to an end in time it has not begun.
    async fn begin_interview(&self, job: &Job) -> Option<Answer> {
        let mut row = None;
        let both = async {
            let created = self.database.call_at(&self.query, job).await;
            if !created.is_some_and(Answer::is_success) {
                return created;
            }
            row = Some(Row::created(&self.books));
            Some(self.initialize.call(job).await.answer)
        };
        let answer = at_most(&self.env, START_WITHIN, both).await.unwrap_or(Some(Answer::TimedOut));
        let Some(row) = row else { return answer };
        if answer.is_some_and(Answer::is_success) {
            row.has_its_interview();
        } else if self.p.takes_back() {
            let deleted = self.database.call_at(&self.query, job).await;
            if deleted.is_some_and(Answer::is_success) {
                row.deleted();
            }
        }
        answer
    }
}
