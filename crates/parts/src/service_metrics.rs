//! The three metrics of a service that serves requests, sockets and a queue, and the three alerts over them.
//!
//! Every request is an observation of one histogram, by method, route and status; how many sockets are open and how long the queue is are
//! two gauges. The document behind it declares both gauges, and nothing in it ever sets them: so as shipped they stay at nought, and an alert
//! over them never comes.
//!
//! An observation is two additions in a table of some twenty rows, so millions of requests may be counted as they are served.

use super::exposition::{Family, Labels, Observed, Sample, Served, text};
use millrace_spec::{AlertRule, AlertUnit, Console, Limit, Reading};
use millrace_trace::Span;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

/// The upper bounds of what requests take, in seconds: those that clients of Prometheus have where nobody says otherwise.
pub const BUCKETS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

const DURATION: &str = "http_request_duration_seconds";
const REQUESTS: &str = "http_request_duration_seconds_count";
const FAILED: &str = "http_request_duration_seconds_count{status=~\"5..\"}";
const CONNECTIONS: &str = "websocket_active_connections";
const QUEUE: &str = "queue_depth";

/// What a service counts about itself.
pub struct ServiceMetrics {
    served: RefCell<Served>,
    open: Rc<Cell<u32>>,
    /// How much lies in the queue.
    queued: Box<dyn Fn() -> usize>,
    /// What the queue is, in a sentence.
    queue: &'static str,
    sets_gauges: bool,
}

impl fmt::Debug for ServiceMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceMetrics({} open)", self.open.get())
    }
}

/// A connection that is open, counted as long as this is held.
#[derive(Debug)]
pub struct OpenConnection(Rc<Cell<u32>>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

impl ServiceMetrics {
    /// Nothing yet. `queue` says in a sentence what `queued` counts; `sets_gauges`: whether anybody sets the gauges that are declared.
    pub fn new(sets_gauges: bool, queue: &'static str, queued: impl Fn() -> usize + 'static) -> ServiceMetrics {
        let served = RefCell::new(Served::new(BUCKETS, ""));
        ServiceMetrics { served, open: Rc::default(), queued: Box::new(queued), queue, sets_gauges }
    }

    /// A socket is open, as long as what this gives is held.
    pub fn connected(&self) -> OpenConnection {
        self.open.set(self.open.get() + 1);
        OpenConnection(self.open.clone())
    }

    /// Somebody's request was answered. One to a path that there is not has an empty route.
    pub fn answered(&self, console: &Console, asked: (&str, &str), status: u16, took: Span) {
        self.served.borrow_mut().count(console, asked, status, took);
    }

    /// A request of the scenario was answered, on a route of the interface as that is written.
    pub fn served(&self, method: &'static str, route: &'static str, status: u16, took: Span) {
        self.served.borrow_mut().observe(method, route, status, took);
    }

    /// How many sockets are open, and how many the gauge of them says.
    pub fn sockets(&self) -> (u32, f64) {
        (self.open.get(), self.gauge(self.open.get() as usize))
    }

    /// How much lies in the queue, and how much the gauge of it says.
    pub fn queue(&self) -> (usize, f64) {
        let queued = (self.queued)();
        (queued, self.gauge(queued))
    }

    fn gauge(&self, value: usize) -> f64 {
        if self.sets_gauges { value as f64 } else { 0.0 }
    }

    /// All of them as text, in one of the two formats.
    pub fn exposition(&self, openmetrics: bool) -> String {
        let gauge = |name, help, value: usize| {
            let never = "0 for ever: it is declared, and nothing ever sets it";
            let help = if self.sets_gauges { help } else { never };
            let series: Vec<(Labels, Sample)> = vec![(Vec::new(), Sample::Level(self.gauge(value)))];
            Family { name, help, labels: &[], series }
        };
        let families = vec![
            Family {
                name: DURATION,
                help: "How long requests took; for a WebSocket, until it was granted",
                labels: &["method", "endpoint", "status"],
                series: self.served.borrow().spreads(),
            },
            gauge(CONNECTIONS, "Connections that are open", self.open.get() as usize),
            gauge(QUEUE, self.queue, (self.queued)()),
        ];
        text(None, families, openmetrics)
    }

    /// What a name in a rule is now.
    pub fn read(&self, name: &str) -> Option<Sample> {
        let count = |is: fn(u16) -> bool| {
            let served = self.served.borrow();
            let of = served.series().iter().filter(|((.., status), _)| is(*status));
            Sample::Count(of.map(|(_, seen)| seen.count()).sum())
        };
        Some(match name {
            REQUESTS => count(|_| true),
            FAILED => count(|status| status / 100 == 5),
            CONNECTIONS => Sample::Level(self.gauge(self.open.get() as usize)),
            QUEUE => Sample::Level(self.gauge((self.queued)())),
            DURATION => {
                let mut all = Observed::new(BUCKETS);
                self.served.borrow().series().values().for_each(|seen| all.add(seen));
                Sample::Spread(all)
            }
            _ => return None,
        })
    }

    /// The alerts over them: too many errors, requests that take long, a queue that is long.
    pub fn rules() -> Vec<AlertRule> {
        let five = Span::secs(300);
        vec![
            AlertRule {
                name: "5xx rate",
                reads: Reading::Share { of: FAILED, among: REQUESTS, window: five },
                limit: Limit::Above(0.05),
                lasts: five,
                unit: AlertUnit::PERCENT,
            },
            AlertRule {
                name: "p95 latency",
                reads: Reading::Quantile { q: 0.95, of: DURATION, window: five },
                limit: Limit::Above(1.0),
                lasts: five,
                unit: AlertUnit::SECONDS,
            },
            AlertRule {
                name: "queue depth",
                reads: Reading::Level(QUEUE),
                limit: Limit::Above(1_000.0),
                lasts: Span::secs(600),
                unit: AlertUnit::NUMBER,
            },
        ]
    }
}
