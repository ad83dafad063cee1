//! The interface of the backend for those outside: what the concurrency layer says of itself, whether it is healthy, that it is to count anew, and what is counted.
//!
//! Whoever asks comes by the same process, and is answered at once. What there is depends on the configuration: with the layer switched off the two that tell of it say so, and
//! there is nothing to be reset.

use super::alerts::rules;
use super::figures::{Backend, Figures};
use super::health::health;
use super::key::{self, KeyMetrics};
use super::metrics::Metrics;
use super::reset::Since;
use super::sections::{Dates, Told, background, concurrency, object};
use millrace_engine::{Env, Exchange, Task};
use millrace_parts::{Alerts, Ticker};
use millrace_spec::exposition::OPENMETRICS;
use millrace_spec::{Console, Route, Values, timestamp};
use millrace_trace::Span;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::rc::{Rc, Weak};

const CONCURRENCY: &str = "/api/v1/performance/concurrency";
const HEALTH: &str = "/api/v1/performance/concurrency/health";
const RESET: &str = "/api/v1/admin/performance/concurrency/reset";
const STATS: &str = "/api/v1/performance/stats";
const METRICS: &str = Route::METRICS.path;

/// Who may reset the counts: whoever has the permission performance:manage, which is an administrator's.
const ADMIN: &str = "admin";
/// Whoever is known and has it not.
const USER: &str = "user";

/// The interface.
pub(super) static CONSOLE: Console = Console {
    name: "API of the backend",
    // Two months of traffic.
    served: &[("arrivals", "poisson"), ("rate", "20"), ("requests", "100000000")],
    fit: |_: &Values, example| example.to_owned(),
    routes: &[
        Route::get(CONCURRENCY, "What manager, pool and handler count, and how the process is."),
        Route::get(HEALTH, "Which of them is near its limits."),
        Route::post(
            RESET,
            "Counts anew. Needs the token of an administrator, in its body or as a bearer's: \"admin\" is one, \"user\" is not.",
            r#"{"token": "admin"}"#,
        ),
        Route::get(STATS, "What the background processor counts."),
        Route::METRICS,
    ],
};

/// What the answers depend on beside the figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    /// Whether there is a concurrency layer.
    pub enabled: bool,
    pub is_shipped: bool,
}

/// The open interface, and whoever looks at what it tells: as long as this is held.
pub(super) struct Answers {
    _desk: Rc<Desk>,
    _alerts: Alerts,
    _key_metrics: Task<()>,
}

/// What all exchanges share.
struct Desk {
    env: Env,
    backend: Weak<dyn Backend>,
    metrics: Rc<Metrics>,
    settings: Settings,
    since: Rc<RefCell<Since>>,
}

impl Answers {
    /// Takes in what is asked from now on, and looks at key metrics and alert rules. A reset is noted in `since`, by which others tell too.
    pub fn open(
        env: &Env,
        backend: &Rc<dyn Backend>,
        (metrics, since): (&Rc<Metrics>, &Rc<RefCell<Since>>),
        settings: Settings,
    ) -> Answers {
        let backend = Rc::downgrade(backend);
        let (read, counts) = (backend.clone(), metrics.clone());
        let alerts = Alerts::watch(env, Alerts::EVERY, rules(), move |name| {
            let backend = read.upgrade()?;
            counts.read(name, &backend.figures(), backend.is_up())
        });
        let (looked_at, shown, inner) = (backend.clone(), KeyMetrics::open(env), env.clone());
        let key_metrics = env.spawn("key metrics", async move {
            let mut ticker = Ticker::new(&inner, key::EVERY).in_background();
            while let Some(backend) = looked_at.upgrade() {
                shown.show(&backend.figures());
                drop(backend);
                ticker.tick().await;
            }
        });
        let (metrics, since) = (metrics.clone(), since.clone());
        let desk = Rc::new(Desk { env: env.clone(), backend, metrics, settings, since });
        let asked = Rc::downgrade(&desk);
        env.on_ask(move |exchange| {
            if let Some(desk) = asked.upgrade() {
                desk.take(&exchange);
            }
        });
        Answers { _desk: desk, _alerts: alerts, _key_metrics: key_metrics }
    }
}

impl Desk {
    fn take(&self, asked: &Exchange) {
        let lap = self.env.lap();
        let (status, body) = self.answer(asked).unwrap_or_else(|refused| self.refuses(asked, refused));
        let took: Span = self.env.took(lap);
        // A process that is gone counts nothing.
        if self.backend.upgrade().is_some_and(|backend| backend.is_up()) {
            self.metrics.answered(&CONSOLE, (&asked.method, asked.place()), status, took);
        }
        self.env.reply(asked.number, status, &body);
    }

    fn answer(&self, asked: &Exchange) -> Result<(u16, String), (u16, String)> {
        let refused = |status: u16, message: &str| Err((status, message.to_owned()));
        let Some(backend) = self.backend.upgrade().filter(|backend| backend.is_up()) else {
            return refused(503, "The process is down");
        };
        if let Some(unfit) = asked.terms.unfit {
            return refused(unfit.status(), unfit.message());
        }
        let Settings { enabled, is_shipped } = self.settings;
        let place = asked.place();
        let methods = CONSOLE.methods(place);
        if methods.is_empty() || place == RESET && !enabled {
            return refused(404, &format!("There is no {place}"));
        }
        if !methods.contains(&asked.method.as_str()) {
            return refused(405, &format!("{place} takes {}", methods.join(" and ")));
        }
        if matches!(place, CONCURRENCY | HEALTH) && !enabled {
            return refused(503, "Concurrency management is not enabled");
        }
        let figures = backend.figures();
        let dates = Dates { date: self.env.date(), now: figures.now, is_shipped };
        Ok(match place {
            METRICS => (200, self.metrics.text(&figures, asked.terms.accept.as_deref() == Some(OPENMETRICS))),
            STATS => {
                let tasks =
                    figures.background.as_ref().map(|of| ("background_tasks", Told::Section(background(of, dates))));
                (200, object(tasks.into_iter().collect()).to_string())
            }
            HEALTH => {
                let (status, said) = health(&self.told(figures), is_shipped);
                (status, said.to_string())
            }
            CONCURRENCY => (200, concurrency(&self.told(figures), dates).to_string()),
            _ => match token(asked).as_deref() {
                Some(ADMIN) => {
                    self.since.borrow_mut().reset(&figures);
                    backend.reset();
                    let done = Told::Text("Concurrency metrics reset successfully".to_owned());
                    (200, object(vec![("message", done)]).to_string())
                }
                Some(USER) => return refused(403, "The permission performance:manage is needed"),
                _ => return refused(401, "Authentication is needed"),
            },
        })
    }

    /// Without what was counted before a reset.
    fn told(&self, figures: Figures) -> Figures {
        self.since.borrow_mut().tell(figures, self.settings.is_shipped)
    }

    /// What somebody is told who is told nothing else.
    fn refuses(&self, asked: &Exchange, (status, message): (u16, String)) -> (u16, String) {
        let code = match status {
            401 => "UNAUTHORIZED",
            403 => "FORBIDDEN",
            404 => "NOT_FOUND",
            405 => "METHOD_NOT_ALLOWED",
            503 => "SERVICE_UNAVAILABLE",
            _ => "BAD_REQUEST",
        };
        let text = |text: &str| Told::Text(text.to_owned());
        let error = object(vec![("code", text(code)), ("message", Told::Text(message))]);
        let mut fields = vec![
            ("status", text("error")),
            ("error", Told::Section(error)),
            ("language", text("en")),
            ("timestamp", Told::Text(timestamp(self.env.date()))),
        ];
        if let Some(id) = &asked.terms.id {
            fields.push(("trace_id", text(id)));
        }
        (status, object(fields).to_string())
    }
}

/// The token that somebody shows.
fn token(asked: &Exchange) -> Option<String> {
    if let Some(bearer) = asked.terms.authorization.as_deref() {
        return bearer.strip_prefix("Bearer ").map(|token| token.trim().to_owned());
    }
    let body: Json = serde_json::from_str(&asked.body).ok()?;
    Some(body.get("token")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::figures::tests::{Scripted, some};
    use millrace_engine::{Clock, Run, Seed, Setup, Terms};
    use millrace_trace::{EventKind, SimTime, StationKind};
    use serde_json::json;

    /// A served backend with the figures of the tests.
    struct Served {
        run: Run,
        backend: Rc<RefCell<Option<Rc<Scripted>>>>,
        second: u64,
    }

    impl Served {
        fn new(enabled: bool, is_shipped: bool) -> Served {
            let backend: Rc<RefCell<Option<Rc<Scripted>>>> = Rc::default();
            let kept = backend.clone();
            let program = move |env: Env| async move {
                let mut figures = some();
                if !enabled {
                    (figures.manager, figures.pool, figures.handler) = (None, None, None);
                }
                let backend = Rc::new(Scripted::new(&env, figures));
                kept.replace(Some(backend.clone()));
                let backend: Rc<dyn Backend> = backend;
                let counts = (&Rc::new(Metrics::new()), &Rc::default());
                let _answers = Answers::open(&env, &backend, counts, Settings { enabled, is_shipped });
                env.sleep(Span::secs(1_000)).await;
            };
            let setup = Setup { clock: Clock::Real, ..Setup::new(Seed::from_word("otis")) };
            let mut run = Run::new(setup, (StationKind::Worker, "home"), program);
            run.advance(SimTime::ZERO, u64::MAX);
            Served { run, backend, second: 0 }
        }

        fn backend(&self) -> Rc<Scripted> {
            self.backend.borrow().clone().expect("it has begun")
        }

        /// A second later somebody asks, and is answered at once.
        fn ask_so(&mut self, method: &str, path: &str, body: &str, terms: Terms) -> (u16, String) {
            self.second += 1;
            let now = SimTime(self.second * 1_000_000_000);
            self.run.advance(now, u64::MAX);
            let number = self.run.ask("10.0.0.1", (method, path, body), terms);
            self.run.advance(now, u64::MAX);
            let trace = self.run.trace();
            let answer = trace.iter().find_map(|event| match event.kind {
                EventKind::Replied { exchange, status, body } if exchange == number => {
                    Some((status, trace.name(body).to_owned()))
                }
                _ => None,
            });
            answer.unwrap_or_else(|| panic!("no answer to {method} {path}"))
        }

        fn ask(&mut self, method: &str, path: &str, body: &str) -> (u16, Json) {
            let (status, body) = self.ask_so(method, path, body, Terms::default());
            (status, serde_json::from_str(&body).unwrap_or_else(|_| panic!("no JSON: {body}")))
        }

        fn get(&mut self, path: &str) -> (u16, Json) {
            self.ask("GET", path, "")
        }
    }

    const ADMIN_TOKEN: &str = r#"{"token": "admin"}"#;

    fn refusal(code: &str, message: &str, second: u64) -> Json {
        let error = json!({ "code": code, "message": message });
        json!({ "status": "error", "error": error, "language": "en", "timestamp": format!("1970-01-01T00:00:{second:02}.000Z") })
    }

    #[test]
    fn the_concurrency_layer_tells_its_sections_and_the_processor_its_tasks() {
        let mut served = Served::new(true, false);
        let (status, told) = served.get(CONCURRENCY);
        let sections: Vec<_> = told.as_object().expect("an object").keys().collect();
        let all =
            ["concurrency_metrics", "connection_pool_stats", "database_stats", "request_handler_stats", "system_stats"];
        assert_eq!(
            (status, sections),
            (200, all.iter().map(|name| name.to_string()).collect::<Vec<_>>().iter().collect())
        );
        assert_eq!(told["request_handler_stats"]["total_requests"], 72);
        let (status, told) = served.get(STATS);
        assert_eq!((status, told), (200, json!({})), "there is no processor");
    }

    #[test]
    fn health_is_told_with_its_status() {
        let mut served = Served::new(true, false);
        let (status, told) = served.get(HEALTH);
        assert_eq!((status, &told["overall_health"]), (200, &json!("degraded")));
        assert_eq!(
            told["components"]["request_handler"]["issues"],
            json!(["High active request count", "High error rate"])
        );
    }

    #[test]
    fn without_the_layer_both_say_so_and_there_is_nothing_to_reset() {
        for is_shipped in [false, true] {
            let mut served = Served::new(false, is_shipped);
            let says = "Concurrency management is not enabled";
            assert_eq!(served.get(CONCURRENCY), (503, refusal("SERVICE_UNAVAILABLE", says, 1)));
            assert_eq!(served.get(HEALTH), (503, refusal("SERVICE_UNAVAILABLE", says, 2)));
            let none = refusal("NOT_FOUND", &format!("There is no {RESET}"), 3);
            assert_eq!(served.ask("POST", RESET, ADMIN_TOKEN), (404, none));
            assert_eq!(served.backend().resets.get(), 0);
            assert_eq!(served.get(STATS).0, 200, "the background processor is always there");
            assert_eq!(served.ask_so("GET", METRICS, "", Terms::default()).0, 200);
        }
    }

    #[test]
    fn only_an_administrator_resets() {
        let mut served = Served::new(true, false);
        let nobody = (401, "Authentication is needed");
        let user = (403, "The permission performance:manage is needed");
        for (body, (status, says)) in [
            ("", nobody),
            ("admin", nobody),
            (r#"{"token": "Admin"}"#, nobody),
            (r#"{"token": 1}"#, nobody),
            (r#"{"token": "user"}"#, user),
        ] {
            let (told, body) = served.ask("POST", RESET, body);
            assert_eq!((told, &body["error"]["message"]), (status, &json!(says)));
        }
        assert_eq!(served.backend().resets.get(), 0);
        let done = json!({ "message": "Concurrency metrics reset successfully" });
        assert_eq!(served.ask("POST", RESET, ADMIN_TOKEN), (200, done.clone()));
        for (bearer, status) in [("Bearer admin", 200), ("Bearer user", 403), ("Basic admin", 401), ("", 401)] {
            let terms = Terms { authorization: Some(bearer.to_owned()), ..Terms::default() };
            assert_eq!(served.ask_so("POST", RESET, "", terms).0, status, "{bearer}");
        }
        assert_eq!(served.backend().resets.get(), 2);
    }

    #[test]
    fn after_a_reset_it_is_counted_from_nought_and_as_shipped_fewer_than_none_are_active() {
        for (is_shipped, at_once, later) in [(false, 71, 0), (true, 0, -71)] {
            let mut served = Served::new(true, is_shipped);
            served.ask("POST", RESET, ADMIN_TOKEN);
            let handler = |served: &mut Served| {
                let told = served.get(CONCURRENCY).1["request_handler_stats"].clone();
                ["active_requests", "total_requests"].map(|name| told[name].as_i64().expect("a number"))
            };
            assert_eq!(handler(&mut served), [at_once, 0]);
            if let Some(handler) = &mut served.backend().figures.borrow_mut().handler {
                (handler.active, handler.total) = (0, handler.total + 5);
            }
            assert_eq!(handler(&mut served), [later, 5]);
        }
    }

    #[test]
    fn what_there_is_not_is_refused_and_all_answers_are_counted() {
        let mut served = Served::new(true, false);
        assert_eq!(served.get("/api/v2"), (404, refusal("NOT_FOUND", "There is no /api/v2", 1)));
        let (status, told) = served.ask("POST", HEALTH, "");
        assert_eq!((status, told), (405, refusal("METHOD_NOT_ALLOWED", &format!("{HEALTH} takes GET"), 2)));
        let terms = Terms { id: Some("mine".to_owned()), ..Terms::default() };
        let (_, told) = served.ask_so("GET", RESET, "", terms);
        assert!(told.contains(r#""trace_id":"mine""#), "{told}");
        served.get(CONCURRENCY);
        let (status, text) = served.ask_so("GET", METRICS, "", Terms::default());
        assert_eq!(status, 200);
        for (method, path, status) in
            [("GET", "", 404), ("POST", HEALTH, 405), ("GET", RESET, 405), ("GET", CONCURRENCY, 200)]
        {
            let line =
                format!("http_requests_total{{method=\"{method}\",endpoint=\"{path}\",status_code=\"{status}\"}} 1");
            assert!(text.lines().any(|said| said == line), "no {line} in\n{text}");
        }
        let terms = Terms { accept: Some(OPENMETRICS.to_owned()), ..Terms::default() };
        assert!(served.ask_so("GET", METRICS, "", terms).1.ends_with("# EOF\n"));
    }

    #[test]
    fn a_process_that_is_down_answers_nobody() {
        let mut served = Served::new(true, false);
        served.backend().up.set(false);
        for path in [CONCURRENCY, HEALTH, STATS, METRICS, "/api/v2"] {
            let (status, told) = served.get(path);
            assert_eq!((status, &told["error"]["message"]), (503, &json!("The process is down")), "{path}");
        }
    }

    #[test]
    fn the_key_metrics_are_shown_once_a_second_where_they_have_changed() {
        let mut served = Served::new(true, false);
        served.get(CONCURRENCY);
        served.get(CONCURRENCY);
        served.backend().figures.borrow_mut().database.in_use = 20;
        served.get(CONCURRENCY);
        let trace = served.run.trace();
        let station = trace.iter().find_map(|event| match event.kind {
            EventKind::Opened { station, name, .. } if trace.name(name) == "key metrics" => Some(station),
            _ => None,
        });
        let shown = trace.iter().filter_map(|event| match event.kind {
            EventKind::Gauged { station: of, gauge, value } if Some(of) == station => {
                Some((event.at.0 / 1_000_000_000, gauge.0, value))
            }
            _ => None,
        });
        let share = |of: i64, among: i64| of * 1_000_000 / among;
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [
                (0, 0, share(43, 41)),
                (0, 1, 1),
                (0, 2, 2),
                (0, 3, 3),
                (0, 5, share(35, 34)),
                (0, 8, 60),
                (0, 11, 1),
                (3, 0, share(20, 41))
            ]
        );
    }
}
