//! The parameters of the backend: the twelve of its configuration, under their own names, and what its traffic and its surroundings are.
//!
//! Each part has parameters of its own, most of which nobody configures. It gets them as they are by its own defaults, those of a run as shipped among them, but for
//! what the twelve say.

use super::BACKGROUND;
use super::crash::Crashing;
use super::life::{Lifetime, MANAGER_STOPS};
use super::requests::Route;
use super::sockets::Connected;
use super::throttle::Throttling;
use crate::background_processor::Settings;
use crate::{concurrency_manager, pool_manager, request_handler};
use millrace_parts::{MachineParams, Sizing};
use millrace_spec::{
    Choice, DefaultValue, Fidelity, Field, FieldGroup, Level, Pattern, Role, Value, Values, params, parse_weights,
};
use millrace_trace::Span;
use millrace_upstream::{Load, Outages, ServerParams};

const ENABLED: &[Choice] = &[
    Choice { id: "on", label: "On", help: "The concurrency layer is built." },
    Choice { id: "off", label: "Off", help: "It is not: there are no pools, and nobody looks at the connections." },
];

const INSTALLED: &[Choice] = &[
    Choice {
        id: "on",
        label: "Installed",
        help: "Each request goes through the handler, and what it does through the pools.",
    },
    Choice {
        id: "off",
        label: "Not installed",
        help: "No request does: the handler is in no router, and the pools get no task.",
    },
];

const ROUTES: &[&str] = &["search:6,check:3,save:1", "search:1", "sign-in:1,save:3,search:9"];
const CLASSES: &[&str] = &["anonymous:6,user:3,admin:1", "user:1", "admin:1,user:0,anonymous:4"];
const HOUR: Span = Span::secs(3_600);
const DAY: Span = Span::secs(86_400);

fn check_routes(text: &str) -> Result<(), String> {
    parse_weights("route", text, Route::ALL.map(Route::id)).map(|_| ())
}

fn check_classes(text: &str) -> Result<(), String> {
    request_handler::weights(text).map(|_| ())
}

fn is_enabled(values: &Values) -> bool {
    values.word("concurrency-enabled") != "off"
}

fn is_in_use(values: &Values) -> bool {
    is_enabled(values) && values.word("installed") != "off"
}

/// Whether pools and handler are there, so that their numbers are.
fn ops(key: &'static str, label: &'static str, default: u64) -> Field {
    Field::count(key, label, default, 1..=10_000).when(is_in_use)
}

fn workers(key: &'static str, label: &'static str, default: u64) -> Field {
    Field::count(key, label, default, 1..=256).when(is_in_use)
}

params! {
    /// The parameters of the backend.
    pub struct Params {
        ..load: Load { requests: 3_000, arrivals: "poisson", rate: 50.0 },
        /// CONCURRENCY_ENABLED: whether there is a concurrency layer at all.
        enabled: String => Field::choice("concurrency-enabled", "Concurrency layer", "on", ENABLED),
        /// MAX_CONCURRENT_DB_OPS: how many operations on the database may be under way. The pool of connections grows up to twice as many.
        db_ops: u32 => ops("max-concurrent-db-ops", "Database ops", 100).simple(),
        /// MAX_CONCURRENT_HTTP_OPS: how many calls may be under way, and how many requests.
        http_ops: u32 => ops("max-concurrent-http-ops", "HTTP ops", 200).simple(),
        /// MAX_CONCURRENT_CACHE_OPS: how many operations of the cache may be under way.
        cache_ops: u32 => ops("max-concurrent-cache-ops", "Cache ops", 150).simple(),
        /// WORKER_POOL_SIZE_DB: how many workers ask the database.
        db_workers: u32 => workers("worker-pool-size-db", "Database workers", 20).simple(),
        /// WORKER_POOL_SIZE_HTTP: how many workers call others.
        http_workers: u32 => workers("worker-pool-size-http", "HTTP workers", 30).simple(),
        /// WORKER_POOL_SIZE_CACHE: how many workers look into the cache.
        cache_workers: u32 => workers("worker-pool-size-cache", "Cache workers", 25).simple(),
        /// BACKGROUND_WORKER_COUNT: how many workers there are at most for what is done later.
        background_workers: u32 => Field::count("background-worker-count", "Background", 10, 1..=1_000).simple(),
        /// BACKGROUND_QUEUE_SIZE: for how many tasks their main queue has room.
        background_queue: u32 => Field::count("background-queue-size", "Background queue", 1_000, 1..=10_000),
        /// CIRCUIT_BREAKER_THRESHOLD: how many failures open the breaker of the handler. That of the database opens after ten, whatever is set.
        breaker_threshold: u32 => Field::count("circuit-breaker-threshold", "Breaker", 10, 1..=100_000).when(is_in_use),
        /// REQUEST_TIMEOUT_SECONDS: how long a request may take. One that takes half of it is slow.
        request_timeout: Span => Field::span("request-timeout-seconds", "Request timeout", Span::secs(30), Span::millis(1)..=HOUR).unit("s").when(is_in_use),
        /// HEALTH_CHECK_INTERVAL: how often the manager looks at the process, and the manager of connections at their use.
        interval: Span => Field::span("health-check-interval", "Health check", Span::secs(30), Span::secs(1)..=HOUR).unit("s").when(is_enabled),
        /// Whether the handler is in the router, and what requests do goes through the pools.
        installed: String => Field::choice("installed", "Handler and pools", "on", INSTALLED).simple().when(is_enabled)
            .shipped(DefaultValue::Is(Value::Word("off".into()))),
        /// What requests are for, by lot and in proportion to each other: a search looks into the cache and asks the database for what is not there, a check calls the
        /// external service, to save and to sign in are a query.
        routes: String => Field::text("routes", "Routes", "search:6,check:3,save:1", "route:weight,…", check_routes, ROUTES).simple(),
        /// How many come of each class in proportion to each other, by lot: anonymous, user, admin.
        classes: String => Field::text("classes", "Classes", "anonymous:6,user:3,admin:1", "class:weight,…", check_classes, CLASSES),
        /// How many words somebody may search for.
        words: u32 => Field::count("words", "Words", 10_000, 1..=100_000),
        /// How unevenly searches fall on the words: 0 evenly, 1 as in a text (Zipf).
        skew: f64 => Field::rate("skew", "Skew", 1.0, 0.0..=3.0).unit(""),
        /// For how many words the cache has room.
        cache_size: u32 => Field::count("cache-size", "Cache size", 5_000, 1..=100_000),
        /// How long the cache keeps a word after the last task that put it there.
        cache_ttl: Span => Field::span("cache-ttl", "Cache TTL", Span::secs(600), Span::millis(1)..=DAY),
        /// How long it takes to put a word into the cache. It is done in the background, after each search that found its word.
        warm_up: Span => Field::span("warm-up", "Warm-up", Span::millis(20), Span::ZERO..=HOUR),
        /// How long a request computes, with a processor of its own.
        compute: Span => Field::span("compute", "Computes", Span::millis(2), Span::ZERO..=HOUR),
        /// How many callers there are, each with one request at a time.
        callers: u32 => Field::count("callers", "Callers", 250, 1..=100_000).simple().when(Values::is_closed_loop),
        ;
        ..external: ServerParams { server: "general", service: "uniform", base: Span::millis(20), mean: Span::millis(40), timeout: Span::secs(30) },
        ..outages: Outages,
        ..sizing: Sizing,
        ..database: ServerParams as "db" { server: "general", service: "uniform", base: Span::millis(5), mean: Span::micros(7_500) },
        ..cache: ServerParams as "cache" { server: "general", service: "uniform", base: Span::micros(500), mean: Span::micros(750) },
        ..throttling: Throttling,
        ..lifetime: Lifetime,
        ..crashing: Crashing,
        ..connected: Connected,
        ..machine: MachineParams,
    }
}

/// What is forecast has to be seen several times in a period.
fn seen_in_a_period(values: &Values) -> Result<(), String> {
    let (period, every) = (values.span("period"), values.span("health-check-interval"));
    if values.word("rule") == "forecast" && period.0 < every.0.saturating_mul(2) {
        Err(format!("who looks every {every} sees nothing repeat itself every {period}"))
    } else {
        Ok(())
    }
}

/// The parameters of a part: as they are by its own defaults, but for these.
fn part<P: FieldGroup>(pattern: &Pattern, fidelity: Fidelity, given: &[(&str, Value)]) -> P {
    let given = |key: &str| given.iter().find(|(known, _)| *known == key).map(|(_, value)| value.clone());
    P::read(&pattern.values(fidelity, None, |field| given(field.key)))
}

impl Params {
    /// The fields. A script says when requests come and of which class, and not what for; what a rule of size has beside its name is for whoever wants to know.
    pub(super) fn with_script() -> Vec<Field> {
        let (mut fields, sizing) = (Params::fields(), Sizing::fields());
        for field in &mut fields {
            if field.role == Some(Role::Script) {
                field.kind = request_handler::SCRIPT;
            }
            if field.key == "period" {
                field.fits = Some(seen_in_a_period);
            }
            if field.key != "rule" && sizing.iter().any(|own| own.key == field.key) {
                field.level = Level::Advanced;
            }
        }
        fields
    }

    pub(super) fn is_enabled(&self) -> bool {
        self.enabled != "off"
    }

    /// Whether requests go through the handler and the pools.
    pub(super) fn is_installed(&self) -> bool {
        self.is_enabled() && self.installed != "off"
    }

    /// How many operations of each kind may be under way.
    pub(super) fn limits(&self) -> [u32; 3] {
        [self.db_ops, self.http_ops, self.cache_ops]
    }

    pub(super) fn routes(&self) -> [u64; 4] {
        // The field takes no other text.
        parse_weights("route", &self.routes, Route::ALL.map(Route::id)).unwrap_or([1, 0, 0, 0])
    }

    fn word(text: &str) -> Value {
        Value::Word(text.to_owned())
    }

    /// How many processors there are, which two parts ask for.
    fn cpus(&self) -> (&'static str, Value) {
        ("cpus", Value::Count(self.machine.cpus.into()))
    }

    pub(super) fn handler(&self, fidelity: Fidelity) -> request_handler::Params {
        let installed = if self.is_installed() { "on" } else { "off" };
        part(
            &request_handler::PATTERN,
            fidelity,
            &[
                ("max", Value::Count(self.http_ops.into())),
                ("breaker-failures", Value::Count(self.breaker_threshold.into())),
                ("timeout", Value::Span(self.request_timeout)),
                ("slow", Value::Span(Span(self.request_timeout.0 / 2))),
                ("installed", Params::word(installed)),
                ("priorities", Params::word("off")),
                ("classes", Params::word(&self.classes)),
                ("script", Params::word(&self.load.script)),
                ("arrivals", Params::word(&self.load.arrivals)),
                self.cpus(),
            ],
        )
    }

    pub(super) fn manager(&self, fidelity: Fidelity) -> concurrency_manager::Params {
        let count = |n: u32| Value::Count(n.into());
        part(
            &concurrency_manager::PATTERN,
            fidelity,
            &[
                ("db-ops", count(self.db_ops)),
                ("http-ops", count(self.http_ops)),
                ("cache-ops", count(self.cache_ops)),
                ("db-workers", count(self.db_workers)),
                ("http-workers", count(self.http_workers)),
                ("cache-workers", count(self.cache_workers)),
                ("script", Params::word("")),
                ("timeout", Value::Span(self.request_timeout)),
                ("monitor-every", Value::Span(self.interval)),
                ("deadline", Value::Span(MANAGER_STOPS)),
                self.cpus(),
            ],
        )
    }

    pub(super) fn pool(&self, fidelity: Fidelity) -> pool_manager::Params {
        let mut pool: pool_manager::Params = part(
            &pool_manager::PATTERN,
            fidelity,
            &[
                ("max", Value::Count(u64::from(self.db_ops.saturating_mul(2)).max(10))),
                ("interval", Value::Span(self.interval)),
                self.cpus(),
            ],
        );
        pool.sizing = self.sizing.clone();
        pool.wanted.period = self.load.period;
        pool
    }

    pub(super) fn background(&self, fidelity: Fidelity) -> Settings {
        let count = |n: u32| Value::Count(n.into());
        let given = [
            ("workers", count(self.background_workers)),
            ("queue", count(self.background_queue)),
            ("type", Params::word("cache-warmup")),
            ("timeout", Value::Span(Span::secs(5))),
            self.cpus(),
        ];
        Settings { names: BACKGROUND, ..Settings::of(fidelity, &given) }
    }
}
