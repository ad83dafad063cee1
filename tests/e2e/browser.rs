//! Headless Chromiums that tests take turns in, driven over WebDriver.
//!
//! Tests run side by side, each in a browser that no other has meanwhile; starting one takes as long as many a test, so who comes next takes
//! over the browser of who has ended. What a test finds is fresh all the same: a window of its own, which no earlier command of the DevTools
//! protocol reaches, at an address of its own, where nothing is stored. A browser in which a test failed is closed, and whatever the last test
//! leaves is closed with it: a browser that outlives the tests would be nobody's.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use crate::driver::{ATTEMPTS, Driver};
use crate::page::PATIENCE;

/// The same flags for Chromium as the browser tests have.
const CAPABILITIES: &str = include_str!("../../webdriver.json");

/// What drives the browsers: a test's own runtime ends with the test, and would take the connection to the browser along.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads can be started")
});

/// The browsers that nobody is in, and how many tests are in one or about to be.
static SHARED: Mutex<Shared> = Mutex::new(Shared { idle: Vec::new(), tests: 0 });

/// A browser, and the driver that it is driven with.
struct Browser {
    driver: Arc<Driver>,
    client: Client,
}

struct Shared {
    idle: Vec<Browser>,
    tests: usize,
}

/// A test that fails while it holds the lock breaks nothing that the lock is for.
fn shared<Answer>(look: impl FnOnce(&mut Shared) -> Answer) -> Answer {
    look(&mut SHARED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Runs a test in a browser with one empty window.
pub async fn in_a_browser<Body, Ending>(body: Body)
where
    Body: FnOnce(Client) -> Ending + Send + 'static,
    Ending: Future<Output = ()> + Send + 'static,
{
    shared(|shared| shared.tests += 1);
    let outcome = RUNTIME.spawn(in_one(body)).await;
    let unwanted = shared(|shared| {
        shared.tests -= 1;
        if shared.tests == 0 { std::mem::take(&mut shared.idle) } else { Vec::new() }
    });
    let closed = RUNTIME.spawn(async move {
        for browser in unwanted {
            browser.client.close().await.expect("the browser closes");
        }
    });
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
    closed.await.expect("browsers close");
}

/// Runs a test in an idle browser, or in a new one, and leaves it to the next unless the test failed.
async fn in_one<Body, Ending>(body: Body)
where
    Body: FnOnce(Client) -> Ending + Send + 'static,
    Ending: Future<Output = ()> + Send + 'static,
{
    let idle = shared(|shared| shared.idle.pop());
    let browser = match idle {
        Some(browser) => browser.with_a_fresh_window().await,
        None => connect().await,
    };
    // A task of its own, for a panic ends the task and not this function.
    match tokio::spawn(body(browser.client.clone())).await {
        Ok(()) => shared(|shared| shared.idle.push(browser)),
        Err(failure) => {
            let _closed = browser.client.close().await;
            if !browser.driver.runs() {
                eprintln!("the driver has ended, and said: {}", browser.driver.words());
            }
            std::panic::resume_unwind(failure.into_panic());
        }
    }
}

impl Browser {
    /// The browser with one window, new and empty, in place of whatever there was.
    async fn with_a_fresh_window(self) -> Browser {
        let old = self.client.windows().await.expect("the browser tells its windows");
        let fresh = self.client.new_window(false).await.expect("the browser opens a window");
        for window in old {
            self.client.switch_to_window(window).await.expect("a window that was told is there");
            self.client.close_window().await.expect("a window closes");
        }
        self.client.switch_to_window(fresh.handle).await.expect("the new window is there");
        self
    }
}

/// A new browser. A machine that is busy with other things may not give one at once: who
/// gives up says what was said.
async fn connect() -> Browser {
    let mut failures = Vec::new();
    for attempt in 1..=ATTEMPTS {
        let driver = tokio::task::spawn_blocking(Driver::shared).await.expect("starting a driver does not panic");
        let driver = driver.unwrap_or_else(|failures| panic!("no driver: {failures}"));
        let client =
            ClientBuilder::new(HttpConnector::new()).capabilities(capabilities()).connect(&driver.address()).await;
        match client {
            Ok(client) => return Browser { driver, client },
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
