//! A headless Chromium of the test's own, driven over WebDriver.
//!
//! Tests run side by side in browsers of their own, of a driver that they share. A test that fails must not leave its browser
//! behind: its session is closed however it ends.

use std::sync::Arc;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::driver::{ATTEMPTS, Driver};
use crate::page::PATIENCE;

/// The same flags for Chromium as the browser tests have.
const CAPABILITIES: &str = include_str!("../../webdriver.json");

/// Runs a test in a browser with one empty window, and closes the browser however the test ends.
pub async fn in_a_browser<Body, Ending>(body: Body)
where
    Body: FnOnce(Client) -> Ending,
    Ending: Future<Output = ()> + Send + 'static,
{
    let (driver, client) = connect().await;
    // A task of its own, for a panic ends the task and not this function.
    let outcome = tokio::spawn(body(client.clone())).await;
    let closed = client.close().await;
    if let Err(failure) = outcome {
        if !driver.runs() {
            eprintln!("the driver has ended, and said: {}", driver.words());
        }
        std::panic::resume_unwind(failure.into_panic());
    }
    closed.expect("the browser closes");
}

/// A browser, and the driver that it is driven with. A machine that is busy with other things may not give one at once: who
/// gives up says what was said.
async fn connect() -> (Arc<Driver>, Client) {
    let mut failures = Vec::new();
    for attempt in 1..=ATTEMPTS {
        let driver = tokio::task::spawn_blocking(Driver::shared).await.expect("starting a driver does not panic");
        let driver = driver.unwrap_or_else(|failures| panic!("no driver: {failures}"));
        let client =
            ClientBuilder::new(HttpConnector::new()).capabilities(capabilities()).connect(&driver.address()).await;
        match client {
            Ok(client) => return (driver, client),
            Err(error) => failures.push(format!("attempt {attempt}: {error}; the driver said: {}", driver.words())),
        }
    }
    panic!("the driver starts no browser:\n{}", failures.join("\n"));
}

/// What a browser is asked for. A script may take as long as anything else: the page computes while it is asked.
fn capabilities() -> Capabilities {
    let mut capabilities: Capabilities = serde_json::from_str(CAPABILITIES).expect("webdriver.json is a JSON object");
    let limit = PATIENCE.as_millis() as u64;
    capabilities.insert("timeouts".to_owned(), json!({ "script": limit, "pageLoad": limit }));
    capabilities
}
