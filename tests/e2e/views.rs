//! Views of the page that have to be got to: a link, and what somebody did there. What is to hold on every view is held on these too.

use serde_json::json;

use crate::page::Page;
use crate::walk;

/// A view.
pub struct View {
    /// Its name, for who reads that a test failed.
    pub name: &'static str,
    link: &'static str,
    /// What is done there, a script.
    acts: &'static str,
    /// What holds once it is done, an expression.
    until: &'static str,
    /// Whether each of its tabs is looked at.
    pub tabs: bool,
}

impl View {
    const fn at(name: &'static str, link: &'static str) -> View {
        View { name, link, acts: "", until: "true", tabs: false }
    }

    const fn does(self, acts: &'static str, until: &'static str) -> View {
        View { acts, until, ..self }
    }

    const fn with_tabs(self) -> View {
        View { tabs: true, ..self }
    }

    /// Opens it.
    pub async fn open(&self, page: &Page) {
        walk::stand(page, self.link).await;
        page.script(&format!("{}; return null", self.acts), vec![]).await;
        page.until(self.name, self.until).await;
    }
}

/// All of them.
pub const VIEWS: [View; 21] = [
    View::at("the front door", ""),
    View::at("the interface of a system", "#/elevator?preset=lunch&at=20s&tab=api"),
    View::at("an answer of it", "#/elevator?preset=lunch&at=20s&tab=api").does(
        "$('api-route').click(); setTimeout(() => $('api-send').click(), 100)",
        "$('api-exchange')?.dataset.status > 0",
    ),
    View::at("an endpoint without an address", "#/worker-pool?target=fetch").does("$('run').click()", "true"),
    View::at("consent", "#/worker-pool?target=fetch&url=http://127.0.0.1:9/data").does("$('run').click()", "$('consent')"),
    View::at("a deadlock", "#/elevator?preset=stranded&at=60s").does("", "$('stuck')"),
    View::at("a crash", "#/wait-group?preset=lost-results&seed=v1&at=60s").does("", "$('stuck')"),
    View::at("two runs", "#/worker-pool?requests=600&at=150ms&vs=workers=45,fidelity=shipped|workers=4").with_tabs(),
    View::at("two banks", "#/elevator?preset=lunch&at=20s&vs=policy=look").with_tabs(),
    View::at("a followed request", "#/worker-pool?requests=300&server=general&at=60ms&lane=%2342&tab=follow").with_tabs(),
    View::at("the card of a fault", "#/circuit-breaker?at=3s&x=2000000000~0~fault~slow-server~3@1000000000").does(
        "$('band-0').focus(); $('band-0').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))",
        "$('band-begins')",
    ),
    View::at("what was found", "#/worker-pool?at=150ms").does(
        "const find = document.getElementById('find'); find.focus(); find.value = 'work'; find.dispatchEvent(new InputEvent('input', { bubbles: true }))",
        "$('found')",
    ),
    View::at("a race", "#/elevator?preset=lunch&at=20s").does("$('race-start')?.click()", "!$('race-cancel') && $('race-verdict')"),
    View::at("a report", "#/circuit-breaker?at=30s&tab=report"),
    View::at("200,000 requests", "#/worker-pool?requests=200000&workers=1024&request-buffer=100000&at=20s").with_tabs(),
    View::at("six hours", "#/elevator?traffic=inter-floor&rate=0.05&requests=2000&at=6h").with_tabs(),
    View::at(
        "a scenario that was changed",
        "#/circuit-breaker?failures=17&open-for=123456ms&requests=123456&arrivals=poisson&rate=123.456&server=general&service=lognormal&mean=1234ms&timeout=12345ms&at=3s",
    )
    .with_tabs(),
    View::at(
        "faults, one over the other",
        "#/circuit-breaker?x=500000000~0~fault~outage~2000000000;1500000000~0~fault~slow-server~3;4000000000~0~fault~error-burst~50&at=3s",
    ),
    View::at("all parameters", "#/elevator?at=3s").does(
        "[...document.querySelectorAll('.panel [role=radio]')].find(r => r.innerText === 'Advanced')?.click()",
        "true",
    ),
    View::at("the bug cabinet", "#/cabinet").does("", "$('card-lost-results')"),
    View::at(
        "a card of it",
        "#/hub?preset=registers-again&fidelity=documented&at=1200ms&vs=fidelity=shipped&tab=code&card=registers-again",
    )
    .does("", "$('card')"),
];

/// Two frames, in which the page answers to a window of another size.
pub async fn settled(page: &Page) {
    let frames = "return new Promise(done => { let n = 4; const next = () => n-- ? requestAnimationFrame(next) : done(null); next(); })";
    page.script(frames, vec![]).await;
}

/// Run all, at its end.
pub async fn run_all(page: &Page) {
    page.open("#/worker-pool?requests=200&tab=suite").await;
    page.until("all are computed", "$('race-run')").await;
    page.script("$('race-end').click(); return null", vec![]).await;
    page.until("its result is there", "$('verdict') && $('suite-result')").await;
    assert_eq!(page.value("Boolean($('compare-cancel'))").await, json!(false));
}
