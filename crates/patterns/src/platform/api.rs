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
enum Route {
    /// `POST /api/v1/interviews/start`
    Start,
    /// `POST /api/v1/interviews/:id/answers`
    Answers,
    /// `GET /api/v1/interviews/:id/status`
    Status,
    /// `POST /api/v1/interviews/:id/complete`
    Complete,
}

impl Route {
    /// By lot: an interview is begun and completed once, and has five questions.
    fn any(draw: &mut Draw) -> Route {
        match draw.below(10) {
            0 => Route::Start,
            1 => Route::Complete,
            2..=6 => Route::Answers,
            _ => Route::Status,
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
    if let Err(over) = process.limits.ask(asker) {
        // 429 {"error":"rate limit exceeded"}
        process.books.count(Count::Anonymous, i64::from(over == Over::Nobody));
        return request.ends(Outcome::Rejected);
    }
    job.go(process.api, true);
    let answer = match route {
        Route::Start => process.begin_interview(job).await,
        Route::Answers | Route::Status | Route::Complete => process.database.call_at(&process.query, job).await,
    };
    match answer {
        Some(answer) => request.ends(answer.outcome()),
        None => request.ends(Outcome::Failed),
    }
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
