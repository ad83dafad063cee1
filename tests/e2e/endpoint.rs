//! A real endpoint: asked for first, called within limits, and clear about what went wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::routing::get;
use millrace::native::endpoint::{EndpointCall, bind};
use millrace::patterns;
use millrace::session::Scenario;
use millrace::spec::Role;
use tokio::net::{TcpListener, TcpSocket};

use crate::page::{Page, on_the_page};

/// An endpoint that serves as long as its test runs; its address.
async fn endpoint(options: &[&str]) -> String {
    let words = ["--port", "0"].iter().chain(options).copied();
    let call = EndpointCall::read(words).expect("good options");
    let endpoint = bind(&call).await.expect("a free port");
    let address = endpoint.data_url();
    tokio::spawn(endpoint.until(std::future::pending()));
    address
}

/// An endpoint that answers so many requests and keeps all others waiting for as long as its test runs; its address.
async fn endpoint_that_answers(requests: u64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}/data", listener.local_addr().expect("it has an address"));
    let came = Arc::new(AtomicU64::new(0));
    let answer = move || async move {
        if came.fetch_add(1, Ordering::Relaxed) >= requests {
            std::future::pending::<()>().await;
        }
        ([("access-control-allow-origin", "*")], "{}")
    };
    let router = Router::new().route("/data", get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// A port that is taken, so that no other test gets it, and has nobody behind it who listens; its address.
fn nobody() -> (TcpSocket, String) {
    let silent = TcpSocket::new_v4().expect("a socket");
    silent.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let address = format!("http://{}/data", silent.local_addr().expect("it has an address"));
    (silent, address)
}

/// Goes to a real endpoint, agrees, and waits for the end.
async fn call(page: &Page, address: &str, more: &str) {
    page.go(&format!("#/worker-pool?target=fetch&url={address}{more}")).await;
    page.until("the address is in the form", "$('endpoint-url')?.value.startsWith('http')").await;
    let timeouts = "[...document.querySelectorAll('input')].filter(i => /timeout/.test(i.dataset.testid ?? '')).map(i => i.dataset.testid).join()";
    assert_eq!(page.value(timeouts).await, "param-timeout", "one timeout, that of the scenario");
    page.click("run").await;
    page.until("the question", "$('consent')").await;
    let sent = format!("performance.getEntriesByType('resource').filter(r => r.name.startsWith('{address}')).length");
    assert_eq!(page.value(&sent).await, 0, "nothing is sent before a person agreed");
    page.click("consent").await;
}

async fn error(page: &Page) -> String {
    page.until("what went wrong", "$('error')").await;
    page.element("error").await.text().await.expect("an error is text")
}

#[tokio::test]
async fn the_same_pattern_calls_a_live_endpoint_after_a_person_agreed() {
    let address = endpoint(&["--model", "general", "--service", "constant", "--mean", "2ms"]).await;
    on_the_page("#/worker-pool", async move |page: Page| {
        call(&page, &address, "&requests=40&timeout=60s").await;
        page.until_is("run", "data-state", "done").await;
        assert_eq!(page.number("metric-completed", "data-value").await, 40);
        page.click("tab-report").await;
        page.until(
            "by which clock the calls were timed",
            "$('report')?.textContent.includes('request going out to the end of the answer')",
        )
        .await;
        // The same host is not asked about again in this visit.
        page.click("restart").await;
        page.until_is("run", "data-state", "idle").await;
        page.click("run").await;
        page.until_is("run", "data-state", "done").await;
    })
    .await;
}

#[tokio::test]
async fn a_real_run_keeps_what_is_planned_and_how_many_requests_there_are_in_the_scenario() {
    let address = endpoint(&["--model", "general", "--service", "constant", "--mean", "1ms"]).await;
    on_the_page("#/worker-pool", async move |page: Page| {
        call(&page, &address, "&x=1000000000~0~fault~slow-server~3;2000000000~0~fault~slow-server~off").await;
        page.until_is("run", "data-state", "done").await;
        assert_eq!(page.number("metric-completed", "data-value").await, 100, "no more than the cap allows");
        assert!(page.text("$('kept').textContent").await.contains("None of it acts in a run against a real endpoint"));
        let link = page.link().await;
        assert!(link.contains("slow-server~3") && !link.contains("requests="), "{link}");
        page.click("target-sim").await;
        page.until("the simulated server again", "$('param-requests')?.value === '7,500'").await;
        page.until("its faults", "$('planned').textContent.startsWith('1 on the timeline')").await;
        assert!(page.link().await.contains("slow-server~3"));
    })
    .await;
}

#[tokio::test]
async fn stop_stops_and_what_happened_stays() {
    // It does not depend on who is faster: the endpoint itself stands still midway.
    let address = endpoint_that_answers(7).await;
    on_the_page("#/worker-pool", async move |page: Page| {
        call(&page, &address, "&timeout=10m").await;
        page.until("all answers that there will be", "$('metric-completed')?.dataset.value === '7'").await;
        assert_eq!(page.attribute("run", "data-state").await, "running", "others are still waited for");
        page.click("run").await;
        page.until_is("run", "data-state", "done").await;
        assert_eq!(page.number("metric-completed", "data-value").await, 7, "what came before stays");
    })
    .await;
}

#[tokio::test]
async fn an_endpoint_that_is_down_slow_closed_to_pages_or_breaks_off_is_said_in_words() {
    let (closed, garbage) = (endpoint(&["--no-cors"]).await, endpoint(&["--garbage"]).await);
    let slow = endpoint(&["--delay", "5s"]).await;
    let ((_kept, down), (_too, gone)) = (nobody(), nobody());
    on_the_page("#/worker-pool", async move |page: Page| {
        for (address, more, word) in
            [(&down, "", "CORS"), (&closed, "", "CORS"), (&slow, "&timeout=200ms", "too slow"), (&garbage, "", "")]
        {
            call(&page, address, &format!("&requests=4{more}")).await;
            let said = error(&page).await;
            assert!(said.contains("127.0.0.1") && said.contains("4 of 4") && said.contains(word), "{address}: {said}");
            assert!(said.contains("Use simulated server"), "a way out: {said}");
        }
        // More would fare no better: nobody waits for the end of them all.
        call(&page, &gone, "&requests=90").await;
        let said = error(&page).await;
        assert!(said.contains("The run was stopped after 1") && said.contains("refusals in a row"), "{said}");
        page.until_is("run", "data-state", "done").await;
        page.go(&format!("#/worker-pool?target=fetch&url={down}&requests=4")).await;
        // Nothing is lost: the simulated server is one click away, with the same parameters.
        page.click("target-sim").await;
        page.until(
            "the simulated server again",
            "!location.hash.includes('target=fetch') && location.hash.includes('requests=4')",
        )
        .await;
        page.run_to_the_end().await;
    })
    .await;
}

/// Counts those who are gone before they are answered.
struct Gone(Arc<AtomicU64>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// An endpoint that keeps the first request for as long as the caller bears it, and answers all others; its address, how many came, and
/// how many were given up by their callers.
async fn endpoint_that_keeps_the_first() -> (String, Arc<AtomicU64>, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}/data", listener.local_addr().expect("it has an address"));
    let (came, gone) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (coming, going) = (came.clone(), gone.clone());
    let answer = move || async move {
        if coming.fetch_add(1, Ordering::Relaxed) == 0 {
            let _gone = Gone(going);
            std::future::pending::<()>().await;
        }
        ([("access-control-allow-origin", "*")], "{}")
    };
    let router = Router::new().route("/data", get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, came, gone)
}

#[tokio::test]
async fn every_pattern_that_calls_a_server_calls_a_real_one_to_the_end_with_the_same_code() {
    let address = endpoint(&["--model", "general", "--service", "constant", "--mean", "2ms"]).await;
    on_the_page("#/worker-pool", async move |page: Page| {
        for pattern in patterns::ALL.iter().filter(|pattern| Scenario::new(pattern).calls_server()) {
            let id = pattern.id;
            // Some count frames, and not requests; where they come in batches, there are three of four; and where they come until somebody
            // ends it, a few.
            let has = |key: &str| (pattern.fields)().iter().any(|field| field.key == key);
            let few = match Scenario::new(pattern).field_with(Role::Jobs) {
                Some(jobs) => format!("{}=12&rate=200", jobs.key),
                None if has("batches") => "batch=4&batches=3".to_owned(),
                None if has("run-for") => "sessions=2&rate=4&run-for=1s".to_owned(),
                None => "sessions=2&rate=4".to_owned(),
            };
            page.go(&format!("#/{id}?target=fetch&url={address}&{few}")).await;
            page.until(
                &format!("{id} stands there"),
                &format!("$('pattern-{id}').getAttribute('aria-current') === 'page'"),
            )
            .await;
            page.until_is("run", "data-state", "idle").await;
            page.click("run").await;
            // The first asks whether this host may be called.
            page.until("a question, or a run", "$('consent') || $('run').dataset.state !== 'idle'").await;
            page.script("$('consent')?.click(); return null", vec![]).await;
            page.until_is("run", "data-state", "done").await;
            let completed = page.number("metric-completed", "data-value").await;
            assert!((1..=12 * 6).contains(&completed), "{id}: {completed} completed");
            assert_eq!(page.value("!!$('error')").await, false, "{id}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_call_that_is_cancelled_is_aborted_at_the_endpoint_too() {
    let (address, came, gone) = endpoint_that_keeps_the_first().await;
    on_the_page("#/worker-pool", async move |page: Page| {
        page.go(&format!("#/hedge?target=fetch&url={address}&requests=1&rate=200&delay=20ms&timeout=10m")).await;
        page.until_is("pattern-hedge", "aria-current", "page").await;
        page.click("run").await;
        page.until("the question", "$('consent')").await;
        page.click("consent").await;
        page.until_is("run", "data-state", "done").await;
        assert_eq!(page.number("metric-completed", "data-value").await, 1, "the second call won");
        assert_eq!(came.load(Ordering::Relaxed), 2);
        // The endpoint hears of it a little later than the page says so.
        for _ in 0..1_000 {
            if gone.load(Ordering::Relaxed) == 1 {
                return;
            }
            tokio::task::yield_now().await;
            page.value("1").await;
        }
        panic!("the call that lost goes on at the endpoint");
    })
    .await;
}
