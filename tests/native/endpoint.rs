//! The real endpoint as clients meet it: over sockets of this machine, with a client that is not ours.

use millrace::native::endpoint::{Endpoint, EndpointCall, bind};
use millrace::session::{Scenario, Target};
use millrace::trace::{Answer, EventKind, SimTime};
use reqwest::{Client, Method, Response};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::task::JoinSet;

/// Every answer is a coin's, and at once.
const COIN: &[&str] = &["--model", "general", "--service", "constant", "--mean", "0ms", "--errors", "0.5"];

/// Every answer takes an hour.
const HOUR: &[&str] = &["--model", "general", "--service", "constant", "--mean", "1h"];

/// How long something that works may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running endpoint, and a client of it. Both end with the test's runtime.
#[derive(Clone)]
struct Served {
    client: Client,
    address: SocketAddr,
}

impl Served {
    async fn get(&self, path: &str) -> Response {
        self.try_get(path).await.expect("the endpoint answers")
    }

    async fn try_get(&self, path: &str) -> reqwest::Result<Response> {
        self.client.get(format!("http://{}{path}", self.address)).send().await
    }

    /// The statuses of so many requests, one after the other.
    async fn statuses(&self, count: usize) -> Vec<u16> {
        let mut statuses = Vec::new();
        while statuses.len() < count {
            statuses.push(self.get("/data").await.status().as_u16());
        }
        statuses
    }

    /// The samples of `/metrics`.
    async fn metrics(&self) -> Metrics {
        Metrics::read(&self.get("/metrics").await.text().await.expect("metrics are text"))
    }

    /// Waits until the metrics are so.
    async fn until(&self, holds: impl Fn(&Metrics) -> bool) {
        let wait = async { while !holds(&self.metrics().await) {} };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        assert!(waited.is_ok(), "it never comes to that: {:?}", self.metrics().await);
    }
}

async fn bound(options: &[&[&str]]) -> Endpoint {
    let words = ["--port", "0"].iter().chain(options.iter().copied().flatten());
    let options = EndpointCall::read(words).expect("options of the endpoint");
    bind(&options).await.expect("this machine has a free port")
}

async fn serve(options: &[&[&str]]) -> Served {
    let endpoint = bound(options).await;
    let address = endpoint.address();
    tokio::spawn(endpoint.until(std::future::pending()));
    Served { client: Client::builder().no_proxy().build().expect("a client"), address }
}

/// Samples by name and labels.
#[derive(Debug)]
struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// Reads the text format of Prometheus: metadata or a sample in each line.
    fn read(text: &str) -> Metrics {
        let mut samples = BTreeMap::new();
        for line in text.lines() {
            if let Some(metadata) = line.strip_prefix("# ") {
                let word = metadata.split(' ').next().unwrap_or_default();
                assert!(["HELP", "TYPE"].contains(&word), "metadata: {line}");
                continue;
            }
            let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("a sample: {line}"));
            let value = value.parse().unwrap_or_else(|e| panic!("{line}: {e}"));
            assert_eq!(samples.insert(name.to_owned(), value), None, "one sample each: {line}");
        }
        Metrics(samples)
    }

    fn get(&self, name: &str) -> f64 {
        *self.0.get(name).unwrap_or_else(|| panic!("{name} is among {self:?}"))
    }
}

#[tokio::test]
async fn an_answer_is_the_greeting_or_the_simulated_error() {
    let served = serve(&[COIN]).await;
    let mut seen = BTreeMap::new();
    for _ in 0..64 {
        let answer = served.get("/data").await;
        let status = answer.status().as_u16();
        assert_eq!(answer.headers()["content-type"], "application/json");
        seen.insert(status, answer.text().await.expect("a body"));
    }
    let expected = [(200, r#"{"message":"Hello, World!"}"#), (500, r#"{"error":"Simulated server error"}"#)];
    assert_eq!(seen, expected.map(|(status, body)| (status, body.to_owned())).into());
}

#[tokio::test]
async fn it_says_that_it_is_well_and_what_else_there_is() {
    let served = serve(&[]).await;
    assert_eq!(served.get("/healthz").await.text().await.expect("a body"), "ok\n");
    let nothing = served.get("/nothing").await;
    assert_eq!(nothing.status(), 404);
    assert!(nothing.text().await.expect("a body").contains("/data"));
    let post = served.client.post(format!("http://{}/data", served.address)).send().await.expect("an answer");
    assert_eq!(post.status(), 405);
}

#[tokio::test]
async fn any_page_may_call_and_may_ask_first() {
    let served = serve(&[COIN]).await;
    let url = format!("http://{}/data", served.address);
    let from_page = |method| served.client.request(method, &url).header("origin", "https://example.org");

    // Errors too: a page that may not read a 500 would take it for a server that is down.
    for _ in 0..64 {
        let answer = from_page(Method::GET).send().await.expect("an answer");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*", "on {}", answer.status());
    }

    let ask = from_page(Method::OPTIONS)
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "x-trace");
    let plain = ask.try_clone().expect("no body").send().await.expect("an answer");
    assert!(plain.status().is_success());
    assert_eq!(plain.headers()["access-control-allow-origin"], "*");
    assert_eq!(plain.headers()["access-control-allow-methods"], "GET");
    assert_eq!(plain.headers()["access-control-allow-headers"], "*");
    assert!(!plain.headers().contains_key("access-control-allow-private-network"), "nobody asked");

    let private = ask.header("access-control-request-private-network", "true").send().await.expect("an answer");
    assert_eq!(private.headers()["access-control-allow-private-network"], "true");
    assert_eq!(served.metrics().await.get("millrace_requests_in_flight"), 0.0, "a preflight is no request");
}

#[tokio::test]
async fn a_seed_gives_the_same_statuses_each_time_and_another_seed_gives_others() {
    let (first, again) = (serve(&[COIN, &["--seed", "ada"]]).await, serve(&[COIN, &["--seed", "ada"]]).await);
    let other = serve(&[COIN, &["--seed", "bob"]]).await;
    let statuses = first.statuses(64).await;
    assert_eq!(again.statuses(64).await, statuses);
    assert_ne!(other.statuses(64).await, statuses);
}

/// The statuses that a simulation meets, in order.
fn simulated(link: &str) -> Vec<u16> {
    let mut run = Scenario::read(link).expect("a link").scenario.run(None);
    run.advance(SimTime::MAX, u64::MAX);
    let trace = run.trace();
    let statuses = trace.iter().filter_map(|event| match event.kind {
        EventKind::Answered { answer: Answer::Status(status), .. } => Some(status),
        _ => None,
    });
    statuses.collect()
}

#[tokio::test]
async fn the_nth_request_meets_what_it_meets_in_a_simulation_with_that_seed() {
    // The two models whose statuses do not depend on when a request comes.
    for (options, link) in [
        (COIN, "sequential?server=general&service=constant&mean=0ms&errors=0.5&requests=64&seed=ada"),
        (&["--model", "shipped"], "sequential?server=shipped&requests=64&seed=ada"),
    ] {
        assert_eq!(serve(&[options, &["--seed", "ada"]]).await.statuses(64).await, simulated(link), "{link}");
    }
}

#[tokio::test]
async fn the_metrics_count_what_was_sent() {
    let served = serve(&[COIN]).await;
    let before = served.metrics().await;
    for status in [200, 500] {
        assert_eq!(
            before.get(&format!("millrace_requests_total{{status=\"{status}\"}}")),
            0.0,
            "a series from the start"
        );
    }

    let statuses = served.statuses(64).await;
    let after = served.metrics().await;
    for status in [200, 500] {
        let sent = statuses.iter().filter(|s| **s == status).count();
        assert_eq!(after.get(&format!("millrace_requests_total{{status=\"{status}\"}}")), sent as f64);
    }
    assert_eq!(after.get("millrace_request_duration_seconds_count"), 64.0);
    assert_eq!(after.get("millrace_request_duration_seconds_bucket{le=\"+Inf\"}"), 64.0);
    assert_eq!(after.get("millrace_requests_in_flight"), 0.0);
    assert_eq!(after.get("millrace_requests_abandoned_total"), 0.0);
}

#[tokio::test]
async fn all_requests_are_worked_on_at_once_and_those_whose_clients_go_away_are_let_go() {
    let served = serve(&[HOUR]).await;
    let mut clients = JoinSet::new();
    for _ in 0..200 {
        let served = served.clone();
        clients.spawn(async move { served.get("/data").await });
    }
    served.until(|m| m.get("millrace_requests_in_service") == 200.0).await;
    clients.shutdown().await;
    served.until(|m| m.get("millrace_requests_in_flight") == 0.0).await;
    let after = served.metrics().await;
    assert_eq!(after.get("millrace_requests_in_service"), 0.0);
    assert_eq!(after.get("millrace_requests_abandoned_total"), 200.0);
}

#[tokio::test]
async fn with_slots_so_many_are_worked_on_and_the_others_wait() {
    let served = serve(&[HOUR, &["--slots", "3"]]).await;
    let mut clients = JoinSet::new();
    for _ in 0..10 {
        let served = served.clone();
        clients.spawn(async move { served.get("/data").await });
    }
    served.until(|m| m.get("millrace_requests_in_flight") == 10.0).await;
    assert_eq!(served.metrics().await.get("millrace_requests_in_service"), 3.0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_takes_the_models_time_and_the_base() {
    let served = serve(&[HOUR, &["--base", "1m"]]).await;
    let start = tokio::time::Instant::now();
    assert_eq!(served.get("/data").await.status(), 200);
    // The clock stands still but for timers, so that nothing but the service can have taken this time.
    assert!(start.elapsed().as_secs() >= 61 * 60, "it took {:?}", start.elapsed());
    assert!(served.metrics().await.get("millrace_request_duration_seconds_sum") >= 61.0 * 60.0);
}

#[tokio::test(start_paused = true)]
async fn a_slow_endpoint_delays_even_its_health() {
    let served = serve(&[&["--delay", "1m"]]).await;
    let start = tokio::time::Instant::now();
    served.get("/healthz").await;
    assert!(start.elapsed().as_secs() >= 60, "it took {:?}", start.elapsed());
}

#[tokio::test]
async fn without_cors_no_answer_is_for_pages() {
    let served = serve(&[COIN, &["--no-cors"]]).await;
    let answer = served.get("/data").await;
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn garbage_is_what_it_is_called() {
    let body = serve(&[&["--garbage=body"]]).await.get("/data").await;
    assert_eq!(
        (body.status().as_u16(), &body.headers()["access-control-allow-origin"]),
        (200, &"*".parse().expect("a value"))
    );
    assert!(body.json::<serde_json::Value>().await.is_err());

    let cut = serve(&[&["--garbage"]]).await.get("/data").await;
    assert_eq!(
        (cut.status().as_u16(), &cut.headers()["access-control-allow-origin"]),
        (200, &"*".parse().expect("a value"))
    );
    assert!(cut.bytes().await.is_err(), "it ends in the middle");

    assert!(serve(&[&["--garbage=noise"]]).await.try_get("/data").await.is_err());

    let kept = serve(&[&["--garbage=body", "--no-cors"]]).await.get("/data").await;
    assert!(!kept.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn it_stops_when_told() {
    let endpoint = bound(&[COIN]).await;
    let client = Client::builder().no_proxy().build().expect("a client");
    let url = endpoint.data_url();
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(endpoint.until(async move {
        let _told = told.await;
    }));
    client.get(&url).send().await.expect("an answer while it serves");
    tell.send(()).expect("it listens");
    serving.await.expect("no panic").expect("no failure of the socket");
    assert!(client.get(&url).send().await.is_err());
}

#[tokio::test]
async fn a_taken_port_is_said_in_words() {
    let first = bound(&[]).await;
    let port = first.address().port().to_string();
    let again = EndpointCall::read(["--port", &port]).expect("options");
    let message = bind(&again).await.expect_err("the port is taken");
    assert!(message.contains(&port) && message.contains("taken") && message.contains("--port"), "{message}");
}

#[tokio::test]
async fn options_that_would_do_nothing_are_refused() {
    let options = EndpointCall::read(["--model", "shipped", "--slots", "3"]).expect("each is right by itself");
    let message = bind(&options).await.expect_err("slots are for the general model");
    assert!(message.contains("--slots") && message.contains("general"), "{message}");
    for wrong in [["--model", "other"], ["--base", "soon"], ["--errors", "2"], ["--garbage", "cut"]] {
        assert!(EndpointCall::read(wrong).is_err(), "{wrong:?}");
    }
}

#[tokio::test]
async fn it_keeps_to_this_machine_unless_told() {
    let address = bound(&[]).await.address();
    assert!(address.ip().is_loopback(), "{address}");
    let open = bound(&[&["--host", "0.0.0.0"]]).await;
    assert!(open.address().ip().is_unspecified());
    assert_eq!(open.data_url(), format!("http://127.0.0.1:{}/data", open.address().port()), "one that can be called");
}

/// The program, ended with the test whatever becomes of it.
struct Program(Child);

impl Program {
    fn start(arguments: &[&str]) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_millrace"));
        command.arg("endpoint").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        Program(command.spawn().expect("the program starts"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _over = self.0.kill();
        let _over = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn the_program_says_where_it_serves_and_stops_on_a_signal() {
    let mut program = Program::start(&["--port", "0", "--model", "shipped"]);
    let mut lines = BufReader::new(program.0.stdout.take().expect("a pipe")).lines().map(|line| line.expect("text"));

    let serving = lines.next().expect("a line");
    let url = serving.split(' ').nth(1).expect("an address").to_owned();
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/data"), "{serving}");
    let page = lines.next().expect("another line");
    let scenario = Scenario::read(&page).expect("what it says to open is a link").scenario;
    assert_eq!((scenario.target, scenario.url.as_deref()), (Target::Fetch, Some(url.as_str())));
    let answer = tokio::runtime::Runtime::new().expect("threads").block_on(async {
        let client = Client::builder().no_proxy().build().expect("a client");
        client.get(&url).send().await.expect("it serves there").status().as_u16()
    });
    assert!([200, 500].contains(&answer), "{answer}");

    let told = Command::new("kill").args(["-TERM", &program.0.id().to_string()]).status().expect("kill runs");
    assert!(told.success());
    assert_eq!(lines.collect::<Vec<_>>(), ["Stopping."]);
    assert_eq!(program.0.wait().expect("it ends").code(), Some(0));
}

/// A terminal that is closed used to kill it at once.
#[cfg(unix)]
#[test]
fn the_program_stops_on_each_of_the_signals_that_ask_it_to() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let mut program = Program::start(&["--port", "0"]);
        let mut lines =
            BufReader::new(program.0.stdout.take().expect("a pipe")).lines().map(|line| line.expect("text"));
        lines.next().expect("it serves");
        let told = Command::new("kill").args([signal, &program.0.id().to_string()]).status().expect("kill runs");
        assert!(told.success());
        assert_eq!(lines.last().as_deref(), Some("Stopping."), "{signal}");
        assert_eq!(program.0.wait().expect("it ends").code(), Some(0), "{signal}");
    }
}

/// What the program writes to standard error while it answers so many requests to its paths.
#[cfg(unix)]
fn logged(options: &[&str], paths: &[&str]) -> String {
    let mut program = Program::start(options);
    let mut lines = BufReader::new(program.0.stdout.take().expect("a pipe")).lines().map(|line| line.expect("text"));
    let serving = lines.next().expect("a line");
    let url = serving.split(' ').nth(1).expect("an address").trim_end_matches("/data").to_owned();
    tokio::runtime::Runtime::new().expect("threads").block_on(async {
        let client = Client::builder().no_proxy().build().expect("a client");
        for path in paths {
            let answer = client.get(format!("{url}{path}")).header("x-request-id", "mine").send().await;
            answer.expect("an answer");
        }
    });
    let told = Command::new("kill").args(["-TERM", &program.0.id().to_string()]).status().expect("kill runs");
    assert!(told.success());
    let mut log = String::new();
    std::io::Read::read_to_string(program.0.stderr.as_mut().expect("a pipe"), &mut log).expect("text");
    log
}

#[cfg(unix)]
#[test]
fn each_request_is_a_line_in_the_log_unless_it_is_to_be_quiet() {
    let log = logged(&["--port", "0", "--model", "shipped"], &["/data", "/nothing"]);
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert!(["GET", "/data", "127.0.0.1", "mine"].iter().all(|word| lines[0].contains(word)), "{log}");
    assert!(lines[1].contains("WARN") && lines[1].contains("/nothing") && lines[1].contains("404 in"), "{log}");
    assert_eq!(logged(&["--port", "0", "--quiet"], &["/data"]), "");
}

#[cfg(unix)]
#[test]
fn a_slow_answer_is_a_warning_in_the_log() {
    let slow = ["--port", "0", "--model", "general", "--service", "constant", "--mean", "1001ms"];
    let log = logged(&slow, &["/data"]);
    assert!(log.contains("WARN") && log.contains("slow request"), "{log}");
    let quick = ["--port", "0", "--model", "general", "--service", "constant", "--mean", "0ms"];
    let log = logged(&quick, &["/data"]);
    assert!(log.contains("INFO") && log.contains("200 in"), "{log}");
}

#[tokio::test]
async fn metrics_come_in_the_format_that_the_client_accepts() {
    let served = serve(&[]).await;
    let accepting = async |accept: &str| {
        let request = served.client.get(format!("http://{}/metrics", served.address)).header("accept", accept);
        let answer = request.send().await.expect("an answer");
        let content = answer.headers()["content-type"].to_str().expect("text").to_owned();
        (content, answer.text().await.expect("a body"))
    };
    let (content, text) = accepting("*/*").await;
    assert_eq!(content, "text/plain; version=0.0.4; charset=utf-8");
    assert!(
        text.contains("# TYPE millrace_requests_total counter\n")
            && !text.contains("# EOF")
            && !text.contains("# UNIT")
    );
    let (content, text) = accepting("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5").await;
    assert_eq!(content, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(text.contains("# TYPE millrace_requests counter\n") && text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn the_program_leaves_with_2_and_one_line_where_the_port_is_taken() {
    let first = bound(&[]).await;
    let port = first.address().port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_millrace")).args(["endpoint", "--port", &port]).output();
    let output = output.expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(&port), "{said}");
}
