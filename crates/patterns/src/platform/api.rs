//! The API: requests come, are held against the limits, and are answered.
//!
//! An interview is begun in two steps: a row in the database, and a call to the service. Where the second fails the first is there.

use super::books::{Count, Request};
use super::limits::{Asker, Over};
use super::process::{Part, Process, UnderWay};
use millrace_engine::{Draw, Job};
use millrace_parts::{Semaphore, Traffic, at_most};
use millrace_trace::{Answer, Outcome, Span};
use std::rc::Rc;

/// How long an interview may take to begin.
const START_WITHIN: Span = Span::secs(30);
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
        let (inner, under_way) = (process.clone(), UnderWay::begin(&process.requests));
        let answered = async move {
            answer(inner, request).await;
            drop((under_way, turn));
        };
        process.start(Part::Http, "request", process.api, answered);
    }
}

async fn answer(process: Rc<Process>, request: Request) {
    let Some(job) = request.held() else { return };
    let mut draw = process.env.draw("api", u64::from(job.id().0), 0);
    let route = Route::any(&mut draw);
    let user = draw.below(u64::from(process.p.sessions)) as u32;
    let is_nobody = draw.chance(process.p.anonymous.0);
    let asker = Asker { user: (!is_nobody).then_some(user), address: user / BEHIND_AN_ADDRESS };
    serve(&process, request, route, asker).await;
}

/// Serves a request. The status of its answer.
pub(super) async fn serve(process: &Process, request: Request, route: Route, asker: Asker) -> u16 {
    let Some(job) = request.held() else { return 500 };
    let came = process.env.now();
    let outcome = match process.limits.ask(asker) {
        Err(over) => {
            process.books.count(Count::Anonymous, i64::from(over == Over::Nobody));
            Outcome::Rejected
        }
        Ok(()) => {
            job.go(process.api, true);
            let answer = match route {
                Route::Start => process.begin_interview(job).await,
                Route::Answers | Route::Status | Route::Complete => process.database.call_at(&process.query, job).await,
            };
            answer.map_or(Outcome::Failed, |answer| answer.outcome())
        }
    };
    let status = route.status(outcome);
    process.metrics.answered(route, status, process.env.now() - came);
    request.ends(outcome);
    status
}

impl Process {
    /// Begins an interview: its row is created, and the service is told.
    async fn begin_interview(&self, job: &Job) -> Option<Answer> {
        let created = self.database.call_at(&self.query, job).await;
        if !created.is_some_and(Answer::is_success) {
            return created;
        }
        let begun = at_most(&self.env, START_WITHIN, self.initialize.call(job)).await;
        let answer = begun.map_or(Answer::TimedOut, |reply| reply.answer);
        if !answer.is_success() {
            let deleted = self.p.takes_back() && {
                let deleted = self.database.call_at(&self.query, job).await;
                deleted.is_some_and(Answer::is_success)
            };
            self.books.count(Count::RowsLeft, i64::from(!deleted));
        }
        Some(answer)
    }
}
