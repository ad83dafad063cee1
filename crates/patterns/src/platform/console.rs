//! The platform's interface for those outside: the routes that the scenario plays, and what is counted.
//!
//! Who asks from outside meets the same limits, the same database and the same service as the requests of the scenario, and is one of them: in the
//! counts, in the books, and for a shutdown.

use super::api::{Route, serve};
use super::books::Request;
use super::limits::Asker;
use super::process::{Part, Process};
use millrace_engine::Exchange;
use millrace_spec::exposition::OPENMETRICS;
use millrace_spec::{Console, Route as Listed, Values};
use serde_json::{Value as Json, json};
use std::collections::VecDeque;
use std::rc::Rc;

/// How many questions an interview has.
const QUESTIONS: u32 = 5;
/// The most interviews of those outside that are known at once.
const MOST: usize = 1_000;
/// The address that all of them come from.
const OUTSIDE: u32 = u32::MAX >> 8;

/// The interface of the platform.
pub(super) static CONSOLE: Console = Console {
    name: "API of the interview platform",
    // An hour is the longest run there is.
    served: &[("sessions", "1"), ("run-for", "1h"), ("arrivals", "poisson"), ("rate", "0.001")],
    fit: |_: &Values, example| example.replace("{id}", "1"),
    routes: &[
        Listed::post(
            Route::START,
            "Begins an interview: its row is created, and the service is told.",
            r#"{"user": 7}"#,
        ),
        Listed::get(Route::STATUS, "How far an interview is."),
        Listed::post(Route::ANSWERS, "Answers the question that is open.", r#"{"user": 7, "text": "Forty-two"}"#),
        Listed::post(Route::COMPLETE, "Ends an interview.", r#"{"user": 7}"#),
        Listed::METRICS,
    ],
};

/// The interviews that somebody outside has begun.
#[derive(Debug, Default)]
pub(super) struct Interviews {
    /// Each with its number, and how many of its questions are answered. The oldest comes first.
    known: VecDeque<(u64, u32)>,
    begun: u64,
}

impl Interviews {
    /// What is told to who asked, once that was served; none where there is no such interview.
    fn told(&mut self, route: Route, id: Option<u64>) -> Option<Json> {
        if route == Route::Start {
            self.begun += 1;
            if self.known.len() >= MOST {
                self.known.pop_front();
            }
            self.known.push_back((self.begun, 0));
            return Some(json!({ "id": self.begun, "total_questions": QUESTIONS }));
        }
        let place = self.known.iter().position(|(known, _)| Some(*known) == id)?;
        if route == Route::Complete {
            let (id, answered) = self.known.remove(place)?;
            return Some(json!({ "id": id, "answered": answered, "status": "completed" }));
        }
        let (_, answered) = self.known.get_mut(place)?;
        *answered = (*answered + u32::from(route == Route::Answers)).min(QUESTIONS);
        let progress = f64::from(*answered) / f64::from(QUESTIONS);
        let current = (*answered + 1).min(QUESTIONS);
        Some(json!({ "progress": progress, "current_question": current, "total_questions": QUESTIONS }))
    }
}

fn wrong(message: &str) -> String {
    json!({ "error": message }).to_string()
}

/// Who a request says that it is from: nobody where it does not say.
///
/// # Errors
/// Where it says something that is no user.
fn user(body: &str) -> Result<Option<u32>, ()> {
    let said = serde_json::from_str::<Json>(body).ok();
    match said.as_ref().and_then(|body| body.get("user")).filter(|user| !user.is_null()) {
        None => Ok(None),
        Some(user) => {
            let number = user.as_u64().and_then(|user| u32::try_from(user).ok());
            number.filter(|user| *user < OUTSIDE).map(Some).ok_or(())
        }
    }
}

impl Process {
    /// Takes in what is asked from now on.
    pub(super) fn listen(self: &Rc<Self>) {
        let process = Rc::downgrade(self);
        self.env.on_ask(move |asked| {
            if let Some(process) = process.upgrade() {
                process.take(asked);
            }
        });
    }

    fn take(self: &Rc<Self>, asked: Exchange) {
        let place = asked.place();
        let route = Route::of(&asked.method, CONSOLE.endpoint(place));
        match route.filter(|_| asked.terms.unfit.is_none()) {
            Some(route) if self.accepts.get() => self.serve_outside(route, &asked),
            Some(_) => self.tell(&asked, 503, wrong("the process ends")),
            None => {
                let (status, body) = self.answer_at_once(&asked);
                self.tell(&asked, status, body);
            }
        }
    }

    /// What needs nobody: the counts, and what cannot be worked on.
    fn answer_at_once(&self, asked: &Exchange) -> (u16, String) {
        let place = asked.place();
        let methods = CONSOLE.methods(place);
        match asked.terms.unfit {
            Some(unfit) => (unfit.status(), wrong(unfit.message())),
            None if methods.is_empty() => (404, wrong(&format!("there is no {place}"))),
            None if !methods.contains(&asked.method.as_str()) => {
                (405, wrong(&format!("{place} takes {}", methods.join(" and "))))
            }
            None => (200, self.metrics.text(asked.terms.accept.as_deref() == Some(OPENMETRICS))),
        }
    }

    fn tell(&self, asked: &Exchange, status: u16, body: String) {
        self.metrics.told(&CONSOLE, (&asked.method, asked.place()), status, millrace_trace::Span::ZERO);
        self.env.reply(asked.number, status, &body);
    }

    /// Serves it as one of the scenario.
    fn serve_outside(self: &Rc<Self>, route: Route, asked: &Exchange) {
        let place = asked.place();
        let id = CONSOLE.route(&asked.method, place).and_then(|route| route.word(place)?.parse().ok());
        let Ok(user) = user(&asked.body) else {
            return self.tell(asked, 400, wrong(&format!("\"user\" is a number below {OUTSIDE}, or is not there")));
        };
        let asker = Asker { user, address: OUTSIDE };
        let (process, number) = (self.clone(), asked.number);
        let (request, under_way) = (Request::new(&self.books, self.env.job_at(self.api)), self.requests.under_way());
        self.parts.start(Part::Http as usize, "request from outside", self.api, async move {
            let served = serve(&process, request, route, asker).await;
            let (status, body) = match served.status {
                status @ 200..300 => match process.interviews.borrow_mut().told(route, id) {
                    Some(told) => (status, told.to_string()),
                    None => (404, wrong("there is no such interview")),
                },
                429 => (429, wrong("rate limit exceeded")),
                504 => (504, wrong("it took too long")),
                status => (status, wrong("it could not be stored, or the service failed")),
            };
            // What is counted is what is told.
            process.metrics.answered(route, status, served.took);
            process.env.reply(number, status, &body);
            drop(under_way);
        });
    }
}
