//! What the backend counts about itself, under the names that its alert rules use.
//!
//! Every answer is counted by method, route and status as it is given; all else is read off the figures when somebody looks, so that nothing is written twice. The names of the host are those
//! of the exporter beside it: here one interface tells both. While the process is down nobody tells anything of it, and only the host is there.

use super::figures::Figures;
use millrace_parts::BUCKETS;
use millrace_parts::exposition::{Family, Observed, Sample, Served, text};
use millrace_spec::Console;
use millrace_trace::Span;
use std::cell::RefCell;

pub(super) const UP: &str = "up";
pub(super) const FAILED: &str = "http_requests_total{status_code=~\"5..\"}";
pub(super) const DURATION: &str = "http_request_duration_seconds";
pub(super) const OPEN: &str = "db_connections{state=\"open\"}";
pub(super) const MAX_OPEN: &str = "db_connections{state=\"max_open\"}";
pub(super) const HEAP: &str = "memory_usage_bytes{type=\"heap\"}";
pub(super) const MISSES: &str = "cache_misses_total";
pub(super) const READS: &str = "{__name__=~\"cache_(hits|misses)_total\"}";
pub(super) const BUSY: &str = "node_cpu_seconds_total{mode!=\"idle\"}";
pub(super) const CPU: &str = "node_cpu_seconds_total";
pub(super) const TAKEN: &str = "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes";

/// The counts.
#[derive(Debug)]
pub(super) struct Metrics {
    served: RefCell<Served>,
}

impl Metrics {
    /// Nothing yet.
    pub fn new() -> Metrics {
        Metrics { served: RefCell::new(Served::new(BUCKETS, "")) }
    }

    /// A request of the scenario was answered, on a route as it is written.
    pub fn served(&self, method: &'static str, route: &'static str, status: u16, took: Span) {
        self.served.borrow_mut().observe(method, route, status, took);
    }

    /// Somebody's request to the interface was answered. One to a path that there is not has an empty route.
    pub fn answered(&self, console: &Console, asked: (&str, &str), status: u16, took: Span) {
        self.served.borrow_mut().count(console, asked, status, took);
    }

    /// The process has ended, and what it counted is gone.
    pub fn forget(&self) {
        self.served.replace(Served::new(BUCKETS, ""));
    }

    /// All of it as text, in one of the two formats.
    pub fn text(&self, figures: &Figures, openmetrics: bool) -> String {
        let labels: &[&str] = &["method", "endpoint", "status_code"];
        let served = self.served.borrow();
        let mut families = vec![
            Family { name: "http_requests", help: "Requests that were answered", labels, series: served.counts() },
            Family { name: DURATION, help: "How long requests took", labels, series: served.spreads() },
        ];
        for (name, help, label, values) in FAMILIES {
            let series = values.iter().filter_map(|value| {
                let labels = if label.is_empty() { Vec::new() } else { vec![(*value).to_owned()] };
                Some((labels, of(figures, name, value)?))
            });
            let labels = if label.is_empty() { &[] } else { std::slice::from_ref(label) };
            families.push(Family { name, help, labels, series: series.collect() });
        }
        text(None, families, openmetrics)
    }

    /// What a name in a rule is now.
    pub fn read(&self, name: &str, figures: &Figures, is_up: bool) -> Option<Sample> {
        let host = &figures.host;
        match name {
            UP => Some(Sample::Level(f64::from(u8::from(is_up)))),
            BUSY => of(figures, "node_cpu_seconds", "user"),
            CPU => Some(Sample::Time(host.all())),
            TAKEN => Some(Sample::Level(host.taken)),
            _ if !is_up => None,
            FAILED => {
                let served = self.served.borrow();
                let failed = served.series().iter().filter(|((.., status), _)| status / 100 == 5);
                Some(Sample::Count(failed.map(|(_, seen)| seen.count()).sum()))
            }
            DURATION => {
                let mut all = Observed::new(BUCKETS);
                self.served.borrow().series().values().for_each(|seen| all.add(seen));
                Some(Sample::Spread(all))
            }
            OPEN => of(figures, "db_connections", "open"),
            MAX_OPEN => of(figures, "db_connections", "max_open"),
            HEAP => of(figures, "memory_usage_bytes", "heap"),
            MISSES => of(figures, "cache_misses", ""),
            READS => Some(Sample::Count(figures.cache.hits + figures.cache.misses)),
            _ => None,
        }
    }
}

/// What is read off the figures: name, help, and a label with its values where there is one.
const FAMILIES: &[(&str, &str, &str, &[&str])] = &[
    (UP, "Whether the process is there", "", &[""]),
    ("db_connections", "Connections to the database", "state", &["max_open", "open", "in_use", "idle"]),
    ("memory_usage_bytes", "Memory in use", "type", &["heap"]),
    ("goroutines_count", "Tasks", "", &[""]),
    ("cache_hits", "Reads that the cache served", "", &[""]),
    ("cache_misses", "Reads that it did not", "", &[""]),
    ("node_cpu_seconds", "What the processors did", "mode", &["idle", "user"]),
    ("node_memory_MemAvailable_bytes", "Memory of the machine that nobody has", "", &[""]),
    ("node_memory_MemTotal_bytes", "Memory of the machine", "", &[""]),
];

fn of(figures: &Figures, name: &str, label: &str) -> Option<Sample> {
    let Figures { database, host, cache, .. } = figures;
    let total = host.memory as f64;
    let level = match (name, label) {
        ("cache_hits", _) => return Some(Sample::Count(cache.hits)),
        ("cache_misses", _) => return Some(Sample::Count(cache.misses)),
        (_, "user") => return Some(Sample::Time(host.busy)),
        (_, "idle") if name == "node_cpu_seconds" => return Some(Sample::Time(host.all().saturating_sub(host.busy))),
        (UP, _) => 1.0,
        (_, "max_open") => database.max_open.into(),
        (_, "open") => database.open.into(),
        (_, "in_use") => database.in_use.into(),
        (_, "idle") => database.idle.into(),
        (_, "heap") => host.heap as f64,
        ("goroutines_count", _) => host.tasks as f64,
        ("node_memory_MemAvailable_bytes", _) => total * (1.0 - host.taken),
        ("node_memory_MemTotal_bytes", _) => total,
        _ => return None,
    };
    Some(Sample::Level(level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::figures::tests::some;
    use std::collections::BTreeMap;

    fn counted() -> Metrics {
        let metrics = Metrics::new();
        metrics.served("GET", "/api/v1/words", 200, Span::millis(20));
        metrics.served("GET", "/api/v1/words", 200, Span::millis(3_000));
        metrics.served("POST", "/api/v1/exams", 500, Span::millis(300));
        metrics
    }

    /// Reads the text format of Prometheus: metadata or a sample in each line, each once, each sample of a family that was described right before.
    fn read(text: &str) -> BTreeMap<String, f64> {
        let (mut samples, mut described, mut family) = (BTreeMap::new(), Vec::new(), String::new());
        for line in text.lines() {
            if let Some(metadata) = line.strip_prefix("# ") {
                let words: Vec<_> = metadata.splitn(3, ' ').collect();
                assert!(["HELP", "TYPE"].contains(&words[0]) && words.len() == 3, "{line}");
                assert!(!described.contains(&(words[0], words[1])), "twice: {line}");
                described.push((words[0], words[1]));
                family = words[1].to_owned();
                continue;
            }
            let (series, value) = line.rsplit_once(' ').expect("a sample");
            assert!(series.starts_with(&family), "{series} among {family}");
            assert_eq!(samples.insert(series.to_owned(), value.parse().expect("a number")), None, "twice: {line}");
        }
        samples
    }

    #[test]
    fn each_metric_is_told_once_and_has_its_own_figure() {
        let samples = read(&counted().text(&some(), false));
        for (series, value) in [
            (r#"http_requests_total{method="GET",endpoint="/api/v1/words",status_code="200"}"#, 2.0),
            (r#"http_requests_total{method="POST",endpoint="/api/v1/exams",status_code="500"}"#, 1.0),
            (r#"http_request_duration_seconds_sum{method="GET",endpoint="/api/v1/words",status_code="200"}"#, 3.02),
            (
                r#"http_request_duration_seconds_bucket{le="2.5",method="GET",endpoint="/api/v1/words",status_code="200"}"#,
                1.0,
            ),
            ("up", 1.0),
            (r#"db_connections{state="max_open"}"#, 41.0),
            (r#"db_connections{state="open"}"#, 42.0),
            (r#"db_connections{state="in_use"}"#, 43.0),
            (r#"db_connections{state="idle"}"#, 44.0),
            (r#"memory_usage_bytes{type="heap"}"#, 59.0),
            ("goroutines_count", 60.0),
            ("cache_hits_total", 91.0),
            ("cache_misses_total", 92.0),
            (r#"node_cpu_seconds_total{mode="user"}"#, 57.0),
            (r#"node_cpu_seconds_total{mode="idle"}"#, 4.0 * 56.0 - 57.0),
            ("node_memory_MemAvailable_bytes", 750.0),
            ("node_memory_MemTotal_bytes", 1_000.0),
        ] {
            assert_eq!(samples.get(series), Some(&value), "{series} among {samples:#?}");
        }
    }

    #[test]
    fn openmetrics_has_its_end_mark_and_the_same_samples() {
        let text = counted().text(&some(), true);
        assert!(text.ends_with("# EOF\n"), "{text}");
        assert!(
            text.contains("# TYPE http_requests counter\n") && text.contains("# TYPE node_cpu_seconds counter\n"),
            "{text}"
        );
        let samples =
            |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(samples(&text), samples(&counted().text(&some(), false)));
    }

    /// What a rule selects is among what is told, with the same figure.
    #[test]
    fn what_the_rules_read_is_what_is_told() {
        let (metrics, figures) = (counted(), some());
        let samples = read(&metrics.text(&figures, false));
        let read = |name: &str| match metrics.read(name, &figures, true).expect(name) {
            Sample::Count(n) => n as f64,
            Sample::Level(x) => x,
            Sample::Time(span) => span.seconds(),
            Sample::Spread(seen) => seen.sum,
        };
        for name in [UP, OPEN, MAX_OPEN, HEAP, MISSES] {
            assert_eq!(Some(&read(name)), samples.get(name), "{name}");
        }
        let all = |is: &dyn Fn(&str) -> bool| samples.iter().filter(|(name, _)| is(name)).map(|(_, n)| n).sum::<f64>();
        assert_eq!(
            read(FAILED),
            all(&|name| name.starts_with("http_requests_total") && name.contains("status_code=\"5"))
        );
        assert_eq!(read(DURATION), all(&|name| name.starts_with("http_request_duration_seconds_sum")));
        assert_eq!(read(READS), all(&|name| ["cache_hits_total", "cache_misses_total"].contains(&name)));
        assert_eq!(read(BUSY), samples[r#"node_cpu_seconds_total{mode="user"}"#]);
        assert_eq!(read(CPU), all(&|name| name.starts_with("node_cpu_seconds_total")));
        assert_eq!(
            read(TAKEN),
            1.0 - samples["node_memory_MemAvailable_bytes"] / samples["node_memory_MemTotal_bytes"]
        );
    }

    #[test]
    fn of_a_process_that_is_down_nothing_is_known_but_that_and_its_host() {
        let (metrics, figures) = (counted(), some());
        let known = |name: &&str| metrics.read(name, &figures, false).is_some();
        let all = [UP, FAILED, DURATION, OPEN, MAX_OPEN, HEAP, MISSES, READS, BUSY, CPU, TAKEN];
        assert_eq!(all.into_iter().filter(known).collect::<Vec<_>>(), [UP, BUSY, CPU, TAKEN]);
        assert!(matches!(metrics.read(UP, &figures, false), Some(Sample::Level(0.0))));
        metrics.forget();
        assert!(!metrics.text(&figures, false).contains("http_requests"), "it begins anew");
    }
}
