//! The interface where time is real: a host has the date, a clock, memory and tasks of its own. The host of these tests is made of
//! numbers, so that what follows from them is known.

use super::scenario;
use millrace::engine::{Host, Memory, Run, Terms, Unfit};
use millrace::spec::exposition::OPENMETRICS;
use millrace::trace::{EventKind, SimTime, Span};
use serde_json::Value as Json;
use std::cell::Cell;
use std::rc::Rc;

/// On this host every look at the clock takes two milliseconds.
#[derive(Default)]
struct Numbers {
    clock: Cell<u64>,
    taken: Cell<u64>,
    tasks: Cell<u64>,
}

impl Host for Numbers {
    fn date(&self) -> SimTime {
        // The first second of the year 2000.
        SimTime(946_684_800_000_000_000)
    }

    fn clock(&self) -> SimTime {
        self.clock.set(self.clock.get() + 2_000_000);
        SimTime(self.clock.get())
    }

    fn memory(&self) -> Option<Memory> {
        Some(Memory { taken: self.taken.get(), limit: 100 })
    }

    fn tasks(&self) -> u64 {
        self.tasks.get()
    }
}

/// A served bank on that host.
struct Hosted {
    run: Run,
    host: Rc<Numbers>,
    now: SimTime,
}

impl Hosted {
    fn new(query: &str) -> Hosted {
        let mut run = scenario(&format!("script=&open-for=1h&{query}")).live();
        let host: Rc<Numbers> = Rc::default();
        run.set_host(host.clone());
        run.advance(SimTime::ZERO, u64::MAX);
        Hosted { run, host, now: SimTime::ZERO }
    }

    fn pass(&mut self, span: Span) {
        self.now += span;
        self.run.advance(self.now, u64::MAX);
    }

    /// What is answered at once.
    fn ask_so(&mut self, (method, path, body): (&str, &str, &str), terms: Terms) -> (u16, String) {
        let number = self.run.ask("10.0.0.1", (method, path, body), terms);
        self.run.advance(self.now, u64::MAX);
        let trace = self.run.trace();
        let answer = trace.iter().find_map(|event| match event.kind {
            EventKind::Replied { exchange, status, body } if exchange == number => {
                Some((status, trace.name(body).to_owned()))
            }
            _ => None,
        });
        answer.unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> (u16, String) {
        self.ask_so((method, path, body), Terms::default())
    }

    fn json(&mut self, path: &str) -> Json {
        serde_json::from_str(&self.ask("GET", path, "").1).expect("JSON")
    }

    /// The sample of `/metrics` with this name and these labels.
    fn metric(&mut self, name: &str) -> f64 {
        let (_, text) = self.ask("GET", "/metrics", "");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().expect("a number")
    }
}

/// Each used to say the first second of 1970.
#[test]
fn the_date_is_that_of_the_host() {
    let mut bank = Hosted::new("");
    for path in
        ["/v1", "/v1/health", "/v1/metrics", "/v1/health/live", "/v1/health/ready", "/v1/health/detailed", "/health"]
    {
        assert_eq!(bank.json(path)["timestamp"], "2000-01-01T00:00:00.000Z", "{path}");
    }
    assert_eq!(bank.json("/v1/metrics")["data"]["timestamp"], "2000-01-01T00:00:00.000Z");
}

/// The sums were 0 over all series: the clock of a run stands still while a task works.
#[test]
fn durations_are_measured_by_the_clock_of_the_host() {
    let mut bank = Hosted::new("");
    let trip = r#"{"from":0,"to":7}"#;
    let answer: Json = serde_json::from_str(&bank.ask("POST", "/v1/floors/request", trip).1).expect("JSON");
    assert_ne!(answer["meta"]["duration"], "0ms", "{answer}");
    let labels = r#"{method="POST",endpoint="/v1/floors/request",status_code="200"}"#;
    assert!(bank.metric(&format!("elevator_http_request_duration_seconds_sum{labels}")) >= 0.002);
    let labels = r#"{elevator="A",status="success"}"#;
    // The clock was looked at when the request began and when it was handed over, and at nothing between.
    assert_eq!(bank.metric(&format!("elevator_request_duration_seconds_sum{labels}")), 0.002);
}

#[test]
fn the_average_response_time_is_one_as_documented_and_the_last_one_as_shipped() {
    let mut bank = Hosted::new("");
    let trip = r#"{"from":0,"to":7}"#;
    // The first passes through a car, the second is refused before that and looks at the clock less often.
    bank.ask("POST", "/v1/floors/request", trip);
    bank.ask("POST", "/v1/floors/request", "{");
    bank.ask("GET", "/v1/health", "");
    let series = r#"elevator_avg_response_time_seconds{operation="elevator_request"}"#;
    let average = bank.metric(series);
    let sums = ["200", "400"].map(|status| {
        let labels = format!(r#"{{method="POST",endpoint="/v1/floors/request",status_code="{status}"}}"#);
        bank.metric(&format!("elevator_http_request_duration_seconds_sum{labels}"))
    });
    assert_ne!(sums[0], sums[1]);
    assert!((average - (sums[0] + sums[1]) / 2.0).abs() < 1e-9, "{average} of {sums:?}");
    assert!(bank.metric(r#"elevator_avg_response_time_seconds{operation="health_check"}"#) > 0.0);

    let mut bank = Hosted::new("fidelity=shipped");
    bank.ask("POST", "/v1/floors/request", trip);
    bank.ask("POST", "/v1/floors/request", "{");
    let last =
        r#"elevator_http_request_duration_seconds_sum{method="POST",endpoint="/v1/floors/request",status_code="400"}"#;
    assert_eq!(bank.metric(series), bank.metric(last));
}

#[test]
fn too_much_memory_or_too_many_tasks_degrade_health_and_a_finding_is_kept_for_half_a_minute() {
    let mut bank = Hosted::new("");
    let status = |bank: &mut Hosted| bank.json("/v1/health")["data"]["status"].as_str().expect("a word").to_owned();
    bank.host.taken.set(85);
    assert_eq!(status(&mut bank), "healthy", "85 % is not above 85 %");
    bank.host.taken.set(86);
    bank.pass(Span::millis(29_999));
    assert_eq!(status(&mut bank), "healthy", "what was found is kept");
    bank.pass(Span::millis(1));
    assert_eq!(status(&mut bank), "degraded");
    let (code, detailed) = bank.ask("GET", "/v1/health/detailed", "");
    let detailed: Json = serde_json::from_str(&detailed).expect("JSON");
    assert_eq!((code, &detailed["status"]), (200, &"degraded".into()), "who is degraded serves");
    assert_eq!(detailed["checks"]["system_resources"]["message"], "high memory usage: 86.00%");
    assert_eq!(detailed["summary"]["degraded_checks"], 1);

    bank.host.taken.set(10);
    bank.host.tasks.set(1_001);
    bank.pass(Span::secs(30));
    assert_eq!(status(&mut bank), "degraded");
    bank.host.tasks.set(10);
    bank.pass(Span::secs(30));
    assert_eq!(status(&mut bank), "healthy");
}

#[test]
fn what_nobody_can_work_on_is_counted_and_counts_for_the_limit() {
    let mut bank = Hosted::new("api-limit=4");
    let unfit = [(Unfit::Plain, 426), (Unfit::TooLarge, 413), (Unfit::TooLate, 408), (Unfit::Cut, 400)];
    for (unfit, status) in unfit {
        let terms = Terms { unfit: Some(unfit), ..Terms::default() };
        let (was, says) = bank.ask_so(("GET", "/ws/status", ""), terms);
        assert_eq!(was, status, "{says}");
        let says: Json = serde_json::from_str(&says).expect("an envelope");
        assert_eq!(says["success"], false);
    }
    assert_eq!(bank.ask("GET", "/v1", "").0, 429, "four were enough");
    bank.pass(Span::secs(60));
    for status in [426, 413, 408, 400] {
        let labels = format!(r#"{{method="GET",endpoint="/ws/status",status_code="{status}"}}"#);
        assert_eq!(bank.metric(&format!("elevator_http_requests_total{labels}")), 1.0);
        bank.pass(Span::secs(60));
    }
    // The four and the one that was too many.
    assert_eq!(bank.metric(r#"elevator_errors_total{error_type="client_error",component="http_handler"}"#), 5.0);
}

#[test]
fn an_answer_repeats_the_id_that_its_request_came_with() {
    let mut bank = Hosted::new("");
    let terms = Terms { id: Some("the client's own".to_owned()), ..Terms::default() };
    let (_, says) = bank.ask_so(("POST", "/v1/floors/request", "{"), terms);
    let says: Json = serde_json::from_str(&says).expect("JSON");
    assert_eq!(says["meta"]["request_id"], "the client's own");
    assert_eq!(says["error"]["request_id"], "the client's own");
    assert_eq!(bank.json("/v1")["meta"]["request_id"], "req-1", "who has none is numbered");
}

#[test]
fn metrics_are_openmetrics_for_whoever_agreed_on_that() {
    let mut bank = Hosted::new("");
    bank.ask("POST", "/v1/floors/request", r#"{"from":0,"to":7}"#);
    let terms = Terms { accept: Some(OPENMETRICS.to_owned()), ..Terms::default() };
    let (_, open) = bank.ask_so(("GET", "/metrics", ""), terms);
    let (_, usual) = bank.ask("GET", "/metrics", "");
    assert!(open.ends_with("# EOF\n") && open.contains("# TYPE elevator_requests counter\n"), "{open}");
    assert!(!usual.contains("# EOF") && usual.contains("# TYPE elevator_requests_total counter\n"), "{usual}");
    let sample = "elevator_requests_total{elevator=\"A\",direction=\"up\",status=\"success\"} 1\n";
    assert!(open.contains(sample) && usual.contains(sample));
}

/// A hundred thousand presses of one button were a hundred thousand people, who took 74 MB while the cars were on their way.
#[test]
fn a_button_that_is_lit_is_pressed_by_nobody_new() {
    for cars in ["cars=A:0..9", "cars=A:0..9,B:0..9"] {
        let mut bank = Hosted::new(&format!("{cars}&api-limit=100000"));
        for _ in 0..500 {
            assert_eq!(bank.ask("POST", "/v1/floors/request", r#"{"from":3,"to":7}"#).0, 200);
        }
        let entered = |bank: &Hosted| {
            bank.run.trace().iter().filter(|event| matches!(event.kind, EventKind::Entered { .. })).count()
        };
        assert_eq!(entered(&bank), 1, "{cars}");
        assert_eq!(
            bank.metric(r#"elevator_requests_total{elevator="A",direction="up",status="success"}"#),
            500.0,
            "{cars}"
        );
        // Once they have been fetched, the next one is somebody.
        bank.pass(Span::secs(60));
        bank.ask("POST", "/v1/floors/request", r#"{"from":3,"to":7}"#);
        assert_eq!(entered(&bank), 2, "{cars}");
    }
}
