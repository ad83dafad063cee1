//! The page as a test sees it: by the handles that outside scripts rely on, waiting for conditions and never for time.

use std::time::Duration;
use tokio::time::Instant;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::browser::in_a_browser;
use crate::chromium::Command;
use crate::site::Site;

/// How long something that works may take on a machine that is busy with other things. It only says when a test that will
/// fail anyway gives up, so that it is far beyond what any step takes.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// Between two looks at a page that is not there yet.
const PAUSE: Duration = Duration::from_millis(40);

/// What scripts of the tests begin with: `$("run")` is the element with that handle.
const PRELUDE: &str = "const $ = id => document.querySelector(`[data-testid=\"${id}\"]`);";

/// The page, open in a browser.
#[derive(Clone)]
pub struct Page {
    client: Client,
    address: String,
}

/// Runs a test on the page, opened with a link, from `#` on; empty for none. The test ends with a page that has met no error.
pub async fn on_the_page<Body, Ending>(link: &'static str, body: Body)
where
    Body: FnOnce(Page) -> Ending + Send + 'static,
    Ending: Future<Output = ()> + Send + 'static,
{
    before_the_page(async move |page: Page| {
        page.open(link).await;
        body(page.clone()).await;
    })
    .await;
}

/// The same, for a test that has something to do before it opens the page.
pub async fn before_the_page<Body, Ending>(body: Body)
where
    Body: FnOnce(Page) -> Ending + Send + 'static,
    Ending: Future<Output = ()> + Send + 'static,
{
    on_a_site(Site::serve().await, body).await;
}

/// The same, with a site that is sent compressed.
pub async fn on_the_page_as_sent<Body, Ending>(body: Body)
where
    Body: FnOnce(Page) -> Ending + Send + 'static,
    Ending: Future<Output = ()> + Send + 'static,
{
    on_a_site(Site::serve_as_sent().await, body).await;
}

async fn on_a_site<Body, Ending>(site: Site, body: Body)
where
    Body: FnOnce(Page) -> Ending + Send + 'static,
    Ending: Future<Output = ()> + Send + 'static,
{
    in_a_browser(move |client| async move {
        let page = Page { client, address: site.address.clone() };
        page.chromium(Command::window(1440, 900)).await;
        body(page.clone()).await;
        page.has_met_no_error().await;
    })
    .await;
}

impl Page {
    /// Opens a link in a fresh page, and waits until it can be used.
    pub async fn open(&self, link: &str) {
        self.load(link).await;
        self.until("the page is ready", "document.documentElement.dataset.ready === 'true'").await;
    }

    /// Opens a link in a fresh page, whatever becomes of it.
    pub async fn load(&self, link: &str) {
        // From elsewhere: a change after the `#` alone would not load the page.
        self.client.goto("about:blank").await.expect("the browser leaves the page");
        self.client.goto(&format!("{}{link}", self.address)).await.expect("the browser opens the page");
    }

    /// Writes a link into the address bar of the page that is open.
    pub async fn go(&self, link: &str) {
        self.script("location.hash = arguments[0]; return null", vec![json!(link)]).await;
    }

    /// What stands in the address, from `#` on.
    pub async fn link(&self) -> String {
        self.text("location.hash").await
    }

    /// Runs a script in the page.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        let outcome = self.client.execute(&format!("{PRELUDE} {script}"), arguments).await;
        outcome.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// What a script says in the end, by calling the last of its arguments.
    pub async fn later(&self, script: &str) -> Value {
        let outcome = self.client.execute_async(&format!("{PRELUDE} {script}"), vec![]).await;
        outcome.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The value of an expression.
    pub async fn value(&self, expression: &str) -> Value {
        self.script(&format!("return {expression}"), vec![]).await
    }

    /// The value of an expression that is text, or is read as text.
    pub async fn text(&self, expression: &str) -> String {
        let value = self.value(&format!("String({expression})")).await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// An attribute of the element with a handle.
    pub async fn attribute(&self, handle: &str, name: &str) -> String {
        self.text(&format!("$('{handle}')?.getAttribute('{name}')")).await
    }

    /// An attribute that is a whole number.
    pub async fn number(&self, handle: &str, name: &str) -> u64 {
        let text = self.attribute(handle, name).await;
        text.parse().unwrap_or_else(|_| panic!("{name} of {handle} is \"{text}\" and not a whole number"))
    }

    /// Waits until a condition holds, an expression in the page.
    pub async fn until(&self, what: &str, condition: &str) {
        let start = Instant::now();
        while self.value(&format!("Boolean({condition})")).await != json!(true) {
            if start.elapsed() > PATIENCE {
                let errors = self.value("JSON.stringify(window.__errors ?? null)").await;
                panic!("waited in vain until {what}: {condition}; the page's errors are {errors}");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until an attribute has a value.
    pub async fn until_is(&self, handle: &str, name: &str, value: &str) {
        let condition = format!("$('{handle}')?.getAttribute('{name}') === '{value}'");
        self.until(&format!("{name} of {handle} is {value}"), &condition).await;
    }

    /// The element with a handle, once there is one.
    pub async fn element(&self, handle: &str) -> Element {
        let css = format!("[data-testid=\"{handle}\"]");
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&css)).await;
        found.unwrap_or_else(|error| panic!("{handle}: {error}"))
    }

    /// Clicks the element with a handle, as a person does: what lies over it would be hit instead. Who finds it covered, or
    /// made anew between look and click, looks again.
    pub async fn click(&self, handle: &str) {
        let start = Instant::now();
        while let Err(error) = self.element(handle).await.click().await {
            assert!(is_passing(&error) && start.elapsed() < PATIENCE, "clicking {handle}: {error}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Chooses an option of a list.
    pub async fn choose(&self, handle: &str, option: &str) {
        let chosen = self.element(handle).await.select_by_value(option).await;
        chosen.unwrap_or_else(|error| panic!("choosing {option} of {handle}: {error}"));
    }

    /// Replaces the text in a field and leaves it with Tab, which commits it.
    pub async fn fill(&self, handle: &str, text: &str) {
        self.click(handle).await;
        let field = self.element(handle).await;
        self.script("$(arguments[0]).select(); return null", vec![json!(handle)]).await;
        // What is selected is replaced; by nothing, with Backspace.
        let keys = if text.is_empty() { "\u{e003}" } else { text };
        field.send_keys(keys).await.unwrap_or_else(|error| panic!("typing in {handle}: {error}"));
        self.press('\u{e004}').await;
    }

    /// Presses a key wherever the focus is. Keys without a sign have numbers: `fantoccini::key::Key` knows them.
    pub async fn press(&self, key: char) {
        self.press_with(None, key).await;
    }

    /// Presses a key while another is held.
    pub async fn press_with(&self, held: Option<char>, key: char) {
        let mut keys = KeyActions::new("keyboard".to_owned());
        if let Some(value) = held {
            keys = keys.then(KeyAction::Down { value });
        }
        keys = keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        if let Some(value) = held {
            keys = keys.then(KeyAction::Up { value });
        }
        self.client.perform_actions(keys).await.unwrap_or_else(|error| panic!("pressing {key}: {error}"));
    }

    /// Gives up the focus, so that keys go to the page.
    pub async fn blur(&self) {
        self.script("document.activeElement?.blur(); return null", vec![]).await;
    }

    /// Tells Chromium something.
    pub async fn chromium(&self, command: Command) {
        self.client.issue_cmd(command).await.expect("Chromium does as it is told");
    }

    /// Lets the run go as fast as it can, to its end.
    pub async fn run_to_the_end(&self) {
        self.blur().await;
        self.press('6').await;
        self.click("run").await;
        self.is_over().await;
    }

    /// Runs to somewhere in the middle and stands there.
    pub async fn stand_midway(&self) {
        // At its own speed, so that many frames pass between the start and the end.
        self.press('2').await;
        self.press(' ').await;
        self.pause_once("$('stage').dataset.events > 500").await;
    }

    /// Pauses the run in the first frame in which a condition holds. The page itself looks: a test that looks from outside may
    /// come back when the run is over. A frame moves the clock by a tenth of a second at most, times the speed, and what is
    /// seen is a few frames old: the run must be longer than that.
    pub async fn pause_once(&self, condition: &str) {
        let look = format!(
            "const look = () => {{ if ({condition}) $('run').click(); else requestAnimationFrame(look); }}; look(); return null"
        );
        self.script(&look, vec![]).await;
        self.until_is("run", "data-state", "paused").await;
    }

    /// Waits until the run is over and the playhead stands at its end.
    pub async fn is_over(&self) {
        self.until("the run is over", "['done', 'failed'].includes($('run')?.dataset.state)").await;
    }

    /// Events and hash at the playhead.
    pub async fn trace(&self) -> Trace {
        Trace {
            events: self.number("trace-hash", "data-events").await,
            hash: self.attribute("trace-hash", "data-hash").await,
        }
    }

    /// The page has met no error and no panic since it was opened.
    pub async fn has_met_no_error(&self) {
        assert_eq!(self.value("window.__errors").await, json!([]), "errors that the page has met");
    }
}

/// Whether what keeps a person from clicking may be gone at the next look.
fn is_passing(error: &CmdError) -> bool {
    let covered = matches!(error, CmdError::Standard(refused) if refused.error() == "element click intercepted");
    covered || error.is_stale_element_reference() || error.is_element_not_interactable()
}

/// How many events, and their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    pub events: u64,
    pub hash: String,
}

impl Trace {
    /// What the native program gets for a link.
    pub fn native(link: &str) -> Self {
        let report = native_report(link);
        Self { events: report.events, hash: report.trace_hash }
    }
}

/// The report that the native program has for a link.
pub fn native_report(link: &str) -> millrace::export::Report {
    let scenario = millrace::session::link::decode(link).expect("the test's link is right").scenario;
    let (session, _) = millrace::native::run::finish(scenario);
    millrace::export::Report::of(&session, Vec::new(), 0)
}
