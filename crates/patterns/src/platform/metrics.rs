//! What the platform counts about itself, and the alerts over it.
//!
//! Every answer of the API is counted under its route and status. How many sockets are open and how many frames wait are gauges that the document
//! declares and never sets, so as shipped no alert tells of a queue. Nor does one as documented while frames wait in the channel of the process: that has room for
//! a thousand, and the rule asks for more.

use super::Route;
use super::books::{Count, Frame};
use super::checks::count;
use millrace_engine::Env;
use millrace_parts::{Alerts, OpenConnection, Rx, ServiceMetrics};
use millrace_spec::{AlertRule, AlertState, Check, Console, Deed, Fidelity, Preset, Trial};
use millrace_trace::{Ledger, Span, Trace};
use std::cell::RefCell;
use std::rc::Rc;

/// The alert rules of the platform.
pub(super) fn rules() -> Vec<AlertRule> {
    ServiceMetrics::rules()
}

/// How many frames a queue is too long with.
const LONG: usize = 1_000;

/// Whether a rule begins to fire or goes on. That changes when rules are looked at and at no other instant, and checks are asked at all of them: so none
/// but those has to pay for it.
fn fires(ledger: &Ledger, trace: &Trace, name: &str) -> bool {
    ledger.now.0.is_multiple_of(Alerts::EVERY.0)
        && rules()
            .iter()
            .filter(|rule| rule.name == name)
            .any(|rule| rule.stands(ledger, trace).state == AlertState::Firing)
}

/// What may be seen of the alerts.
pub(super) const ERRORS_FIRED: Check =
    Check::sometimes("too many answers were errors for five minutes, and an alert fired", |l, t| {
        fires(l, t, "5xx rate")
    })
    .by("the state of the rule");
/// See [`ERRORS_FIRED`].
pub(super) const LATENCY_FIRED: Check =
    Check::sometimes("answers took too long for five minutes, and an alert fired", |l, t| fires(l, t, "p95 latency"))
        .by("the state of the rule");
/// See [`ERRORS_FIRED`].
pub(super) const QUEUE_FIRED: Check =
    Check::sometimes("more than a thousand frames waited for ten minutes, and an alert fired", |l, t| {
        fires(l, t, "queue depth")
    })
    .by("the state of the rule");
/// The gauge that nobody sets.
pub(super) const QUEUE_UNSEEN: Check =
    Check::sometimes("more than a thousand frames waited, and the count of them said none", |l, _| {
        count(l, Count::Unseen) > 0
    })
    .by("the jobs, beside the gauge of them, once a second");

/// The other one.
pub(super) const SOCKETS_UNSEEN: Check =
    Check::sometimes("sockets were open, and the count of them said none", |l, _| count(l, Count::SocketsUnseen) > 0)
        .by("the sockets, beside the gauge of them, once a second");

/// The scenario in which each of them fires.
pub(super) const SCENARIO: Preset = Preset {
    id: "alerts",
    label: "Three alerts",
    says: "The service hangs for ten minutes: errors and latency call somebody, and later the queue does.",
    help: "The service does not answer from the first minute on. Interviews cannot begin and give up after thirty seconds, so one in ten answers is an error \
           and takes long, and frames pile up in the queue of the broker. A rule has to be over its limit for five minutes, or ten, before somebody is called, and \
           is over when what it looks at is: five minutes of the past for the first two. As shipped nobody sets the length of the queue, and that alert never comes; nor does the count of the sockets ever say that there is one.",
    tries: &[
        Trial::at(930_000, "As shipped", &[Deed::Fidelity(Fidelity::Shipped)]),
        Trial::at(600_000, "Refuse at once", &[Deed::Value("outage-answers", "at-once")]),
    ],
    speed: 60.0,
    values: &[
        ("sessions", "5"),
        ("frame-every", "1s"),
        ("workers", "1"),
        ("via", "queue"),
        ("rate", "2"),
        ("outage-at", "60s"),
        ("outage-for", "600s"),
        ("outage-answers", "never"),
        ("timeout", "30s"),
        ("run-for", "1200s"),
    ],
    ..Preset::BASE
};

/// What is counted, and who looks at it.
pub(super) struct Metrics {
    counts: Rc<ServiceMetrics>,
    sockets: RefCell<Vec<OpenConnection>>,
    _alerts: Alerts,
}

impl Metrics {
    /// Nothing yet. `jobs` is where frames wait.
    pub(super) fn open(env: &Env, fidelity: Fidelity, jobs: &Rx<Frame>) -> Metrics {
        let jobs = jobs.clone();
        let sets_gauges = fidelity == Fidelity::Documented;
        let counts = ServiceMetrics::new(sets_gauges, "Frames that wait for a worker", move || jobs.len());
        let counts = Rc::new(counts);
        let read = counts.clone();
        let alerts = Alerts::watch(env, Alerts::EVERY, rules(), move |name| read.read(name));
        Metrics { counts, sockets: RefCell::default(), _alerts: alerts }
    }

    /// So many sockets are open from now on.
    pub(super) fn connect(&self, sessions: u32) {
        self.sockets.replace((0..sessions).map(|_| self.counts.connected()).collect());
    }

    /// None is any more.
    pub(super) fn disconnect(&self) {
        self.sockets.take();
    }

    /// One of them is not any more.
    pub(super) fn disconnect_one(&self) {
        self.sockets.borrow_mut().pop();
    }

    /// Whether so many frames wait that somebody ought to know, and the gauge of them says none.
    pub(super) fn hides_the_queue(&self) -> bool {
        let (waiting, said) = self.counts.queue();
        waiting > LONG && said == 0.0
    }

    /// How many sockets are open while the gauge of them says none.
    pub(super) fn hidden_sockets(&self) -> i64 {
        let (open, said) = self.counts.sockets();
        if said == 0.0 { open.into() } else { 0 }
    }

    /// A request to a route of the interface was answered.
    pub(super) fn answered(&self, route: Route, status: u16, took: Span) {
        let (method, path) = route.path();
        self.counts.served(method, path, status, took);
    }

    /// Somebody outside was answered who asked for something else.
    pub(super) fn told(&self, console: &Console, asked: (&str, &str), status: u16, took: Span) {
        self.counts.answered(console, asked, status, took);
    }

    /// All of it as text.
    pub(super) fn text(&self, openmetrics: bool) -> String {
        self.counts.exposition(openmetrics)
    }
}
