//! Calls to a real endpoint, against a `fetch` that only pretends: it keeps what it was asked, and never answers unless told.

use js_sys::{Array, Function, Reflect};
use millrace::app::real::{Consents, NotYet, RealRun};
use millrace::engine::{Progress, Upstream};
use millrace::patterns;
use millrace::platform::endpoint::{Endpoint, Refusal};
use millrace::platform::fetch::FetchUpstream;
use millrace::session::{Scenario, Target};
use millrace::spec::Value;
use millrace::trace::{SimTime, Span};
use millrace::upstream::{Failure, Limited, Limits, Witness};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

/// Puts another `fetch` in place of the browser's. It keeps the signal of each request in the array that comes back.
fn pretend(body: &str) -> (Array, Restore) {
    let window = web_sys::window().expect("a browser has a window");
    let (key, kept) = (JsValue::from_str("fetch"), Array::new());
    let real = Reflect::get(&window, &key).expect("a window has fetch");
    Reflect::set(&window, &JsValue::from_str("__requests"), &kept).expect("a window takes values");
    let fake = Function::new_with_args("url, init", &format!("window.__requests.push(init.signal); {body}"));
    Reflect::set(&window, &key, &fake).expect("fetch can be replaced");
    (kept, Restore(real))
}

struct Restore(JsValue);

impl Drop for Restore {
    fn drop(&mut self) {
        let window = web_sys::window().expect("a browser has a window");
        Reflect::set(&window, &JsValue::from_str("fetch"), &self.0).expect("fetch can be put back");
    }
}

fn aborted(requests: &Array) -> usize {
    requests.iter().filter(|s| s.unchecked_ref::<web_sys::AbortSignal>().aborted()).count()
}

/// Gives the browser a turn: what is settled is delivered.
async fn settle() {
    let turn = js_sys::Promise::new(&mut |resolve, _| {
        let window = web_sys::window().expect("a browser has a window");
        window.set_timeout_with_callback(&resolve).expect("a window has timers");
    });
    JsFuture::from(turn).await.expect("a resolved promise resolves");
}

fn scenario(pattern: &str, requests: u64) -> Scenario {
    let mut scenario = Scenario::new(patterns::find(pattern).expect("a pattern"));
    scenario.choose("requests", Value::Count(requests));
    scenario.target = Target::Fetch;
    scenario.url = Some("http://127.0.0.1:5000/data".to_owned());
    scenario
}

fn endpoint(witness: &Witness, limits: Limits) -> Rc<dyn Upstream> {
    let fetch = FetchUpstream::new("http://127.0.0.1:5000/data", false, witness.clone());
    Rc::new(Limited::new(Rc::new(fetch), limits, witness.clone()))
}

#[wasm_bindgen_test]
async fn dropping_a_run_aborts_its_requests_and_sends_no_more() {
    let (requests, _restore) = pretend("return new Promise(() => {});");
    let witness = Witness::default();
    let mut run = scenario("wait-group", 20).run(Some(endpoint(&witness, Limits { at_once: 4, ..Limits::DEFAULT })));
    run.advance(SimTime(1_000_000), u64::MAX);
    settle().await;
    assert_eq!((requests.length(), aborted(&requests)), (4, 0));
    drop(run);
    settle().await;
    assert_eq!((requests.length(), aborted(&requests)), (4, 4));
    assert_eq!(witness.evidence().failed(), 0);
}

#[wasm_bindgen_test]
async fn a_request_past_its_timeout_is_aborted() {
    let (requests, _restore) = pretend("return new Promise(() => {});");
    let witness = Witness::default();
    let limits = Limits { patience: Span::millis(5), ..Limits::DEFAULT };
    let mut run = scenario("sequential", 1).run(Some(endpoint(&witness, limits)));
    run.advance(SimTime(1_000_000), u64::MAX);
    settle().await;
    assert_eq!(aborted(&requests), 0);
    assert_eq!(run.advance(SimTime(6_000_000), u64::MAX), Progress::Drained);
    assert_eq!(aborted(&requests), 1);
    assert_eq!(witness.evidence().count(Failure::TimedOut), 1);
}

#[wasm_bindgen_test]
async fn answers_wake_the_run_and_are_counted_by_status() {
    let (requests, _restore) = pretend("return Promise.resolve(new Response('x', { status: 503 }));");
    let witness = Witness::default();
    let mut run = scenario("sequential", 3).run(Some(endpoint(&witness, Limits::DEFAULT)));
    let (mut over, mut turns) = (Progress::Reached, 0);
    // How many turns a body takes is the browser's affair; that many it never takes.
    while !over.is_final() && turns < 2_000 {
        turns += 1;
        over = run.advance(SimTime(turns * 1_000), u64::MAX);
        settle().await;
    }
    assert_eq!((over, requests.length()), (Progress::Drained, 3));
    assert_eq!(witness.evidence().statuses.get(&503), Some(&3));
}

#[wasm_bindgen_test]
async fn a_refused_request_is_unreachable_and_a_body_that_breaks_off_unreadable() {
    for (body, failure) in [
        ("return Promise.reject(new TypeError('Failed to fetch'));", Failure::Unreachable),
        (
            "const r = new Response('x'); r.arrayBuffer = () => Promise.reject(new TypeError('broken')); return Promise.resolve(r);",
            Failure::Unreadable,
        ),
    ] {
        let (_requests, _restore) = pretend(body);
        let witness = Witness::default();
        let mut run = scenario("sequential", 1).run(Some(endpoint(&witness, Limits::DEFAULT)));
        for ms in 1..10 {
            run.advance(SimTime(ms * 1_000_000), u64::MAX);
            settle().await;
        }
        assert_eq!(witness.evidence().count(failure), 1);
    }
}

#[wasm_bindgen_test]
fn nothing_is_prepared_without_consent_to_the_host_and_never_more_requests_than_the_cap() {
    let (requests, _restore) = pretend("return new Promise(() => {});");
    let asked = scenario("sequential", 7_500);
    let mut consents = Consents::default();
    let Err(NotYet::Consent(plan)) = RealRun::prepare(&asked, Limits::DEFAULT, &consents) else {
        panic!("a host that nobody agreed to must be asked about");
    };
    assert_eq!((plan.endpoint.host.as_str(), plan.requests), ("127.0.0.1:5000", Some(100)));
    consents.give("other.example");
    assert!(RealRun::prepare(&asked, Limits::DEFAULT, &consents).is_err());
    consents.give(&plan.endpoint.host);
    let (scenario, _real) = RealRun::prepare(&asked, Limits::DEFAULT, &consents).expect("a person agreed");
    assert_eq!(scenario.values().count("requests"), 100);
    assert_eq!(requests.length(), 0);
}

#[wasm_bindgen_test]
fn only_http_addresses_can_be_called() {
    assert_eq!(Endpoint::read("http://localhost:5000/data").map(|e| e.host), Ok("localhost:5000".to_owned()));
    assert_eq!(Endpoint::read("javascript:alert(1)"), Err(Refusal::Scheme("javascript".to_owned())));
    assert_eq!(Endpoint::read("file:///etc/passwd"), Err(Refusal::Scheme("file".to_owned())));
    assert_eq!(Endpoint::read("localhost/data"), Err(Refusal::Unreadable));
    assert_eq!(Endpoint::read("http://name:word@localhost/"), Err(Refusal::Credentials));
    assert_eq!(Endpoint::read("  "), Err(Refusal::Missing));
}
