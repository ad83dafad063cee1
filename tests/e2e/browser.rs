//! A headless Chromium of the test's own, driven over WebDriver.
//!
//! Each test starts its own driver on a port of the driver's choice, so that tests run side by side and none waits for, or
//! kills, a browser that is not its own. A test that fails must not leave its browser behind: a driver that is merely
//! killed would.

use std::process::Stdio;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The same flags for Chromium as the browser tests have.
const CAPABILITIES: &str = include_str!("../../webdriver.json");

/// Runs a test in a browser with one empty window, and closes the browser however the test ends.
///
/// The driver is the one named by `CHROMEDRIVER`, else the one on the path.
pub async fn in_a_browser<Body, Ending>(body: Body)
where
    Body: FnOnce(Client) -> Ending,
    Ending: Future<Output = ()> + Send + 'static,
{
    let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
    let mut driver = Command::new(&program)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{program} does not start: {error}"));
    let port = announced_port(&mut driver).await;
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(serde_json::from_str(CAPABILITIES).expect("webdriver.json is a JSON object"))
        .connect(&format!("http://127.0.0.1:{port}"))
        .await
        .expect("the driver starts a browser");

    // A task of its own, for a panic ends the task and not this function.
    let outcome = tokio::spawn(body(client.clone())).await;
    let closed = client.close().await;
    let ended = driver.kill().await;
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
    closed.expect("the browser closes");
    ended.expect("the driver ends");
}

/// The port on which the driver says it listens.
async fn announced_port(driver: &mut Child) -> u16 {
    let output = driver.stdout.take().expect("the driver's output is piped");
    let mut lines = BufReader::new(output).lines();
    let mut port = None;
    while port.is_none() {
        let line = lines.next_line().await.expect("the driver speaks UTF-8");
        let line = line.expect("the driver says its port before it ends");
        port = line.split_once("started successfully on port ").map(|(_, rest)| rest.trim_end_matches('.').to_owned());
    }
    // Read on: a driver whose output nobody takes blocks once the pipe is full.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    port.and_then(|port| port.parse().ok()).expect("a port is a number")
}
