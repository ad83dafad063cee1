//! What the platform counts about itself, and the alerts over it.
//!
//! Every answer of the API is counted under its route and status. How many sockets are open and how many frames wait are gauges that the document
//! declares and never sets, so as shipped no alert tells of a queue. Nor does one as documented while frames wait in the channel of the process: that has room for
//! a thousand, and the rule asks for more.

use super::Route;
use super::books::Frame;
use millrace_engine::Env;
use millrace_parts::{Alerts, OpenConnection, Rx, ServiceMetrics};
use millrace_spec::{AlertRule, AlertState, Check, Console, Deed, Fidelity, Preset, Trial};
use millrace_trace::{Ledger, SimTime, Span, Trace};
use std::cell::RefCell;
use std::rc::Rc;

/// The alert rules of the platform.
pub(super) fn rules() -> Vec<AlertRule> {
    ServiceMetrics::rules()
}

/// The first instant at which a rule can be firing. Checks are asked at every instant, and no run that is shorter has to pay for these.
const FIRST: SimTime = SimTime(300_000_000_000);

fn stands(ledger: &Ledger, trace: &Trace, name: &str, is: fn(&millrace_spec::Alerted) -> bool) -> bool {
    ledger.now >= FIRST
        && rules().iter().find(|rule| rule.name == name).is_some_and(|rule| is(&rule.stands(ledger, trace)))
}

fn fires(ledger: &Ledger, trace: &Trace, name: &str) -> bool {
    stands(ledger, trace, name, |rule| rule.state == AlertState::Firing)
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
    Check::sometimes("more than a thousand frames waited, and the count of them said none", |l, t| {
        stands(l, t, "queue depth", |rule| rule.now == Some(0.0))
            && ["jobs", super::jobs_of("queue")]
                .iter()
                .any(|jobs| l.find(jobs, t).is_some_and(|(_, row)| row.levels.present > 1_000))
    })
    .by("the channel of the jobs, and what the rule read");

/// The scenario in which each of them fires.
pub(super) const SCENARIO: Preset = Preset {
    id: "alerts",
    label: "Three alerts",
    says: "The service hangs for ten minutes: errors, latency and a queue call somebody, each in its time.",
    help: "The service does not answer from the first minute on. Interviews cannot begin and give up after thirty seconds, so one in ten answers is an error \
           and takes long, and frames pile up in the queue of the broker. A rule has to be over its limit for five minutes, or ten, before somebody is called, and \
           is over when what it looks at is: five minutes of the past for the first two. As shipped nobody sets the length of the queue, and that alert never comes.",
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

    /// A request of the scenario was answered.
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
