//! What a system counts about itself, in the text formats of Prometheus, written by the project that defines them.
//!
//! A snapshot in a fixed order: the library's own families keep their series in a hash table, and the text of an answer is a part of the
//! trace. Nobody from outside may fill the memory by what he asks for: what stands in labels is of a known number.

use litemap::LiteMap;
use millrace_spec::Console;
use millrace_spec::exposition::to_prometheus;
use millrace_trace::Span;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet, text as library};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use std::fmt;

/// Labels of a series, in the order of their names in its family.
pub type Labels = Vec<String>;

/// A value of a series.
#[derive(Clone, Debug)]
pub enum Sample {
    /// It only grows.
    Count(u64),
    /// It only grows, and is a time, told in seconds.
    Time(Span),
    /// It is what it is now.
    Level(f64),
    /// Many values, in buckets.
    Spread(Observed),
}

/// A metric with its series. One without any is not told of.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// Its series, all of one kind.
    pub series: Vec<(Labels, Sample)>,
}

/// Observations in buckets.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    bounds: &'static [f64],
    /// How many fell into each, and into none.
    counts: Vec<u64>,
    /// Their sum.
    pub sum: f64,
}

impl Observed {
    /// None yet, for buckets with these upper bounds.
    pub fn new(bounds: &'static [f64]) -> Observed {
        Observed { bounds, counts: vec![0; bounds.len() + 1], sum: 0.0 }
    }

    /// Takes one in.
    pub fn observe(&mut self, value: f64) {
        let index = self.bounds.iter().position(|bound| value <= *bound).unwrap_or(self.bounds.len());
        if let Some(count) = self.counts.get_mut(index) {
            *count += 1;
        }
        self.sum += value;
    }

    /// Takes those of another with the same buckets in.
    pub fn add(&mut self, other: &Observed) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.sum += other.sum;
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How many fell into each bucket alone, and beyond the last.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The upper bounds of the buckets.
    pub fn bounds(&self) -> &'static [f64] {
        self.bounds
    }
}

/// The methods that stand in labels by their names. Anybody may make up others, and no label grows by that.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// What requests are counted by: method, path of the route, and status.
pub type Endpoint = (&'static str, &'static str, u16);

/// How long requests to an interface took, by method, path of the route, and status.
///
/// What stands in labels is written when somebody asks for them: a request that is counted is found among twenty and makes no text.
#[derive(Clone, Debug)]
pub struct Served {
    bounds: &'static [f64],
    /// What stands in the label for whatever is no path of the interface.
    unknown: &'static str,
    series: LiteMap<Endpoint, Observed>,
}

impl Served {
    /// None yet.
    pub fn new(bounds: &'static [f64], unknown: &'static str) -> Served {
        Served { bounds, unknown, series: LiteMap::new_vec() }
    }

    /// A request was answered. Whoever asks for what there is not is one of many. The path that it is counted under.
    pub fn count(&mut self, console: &Console, (method, path): (&str, &str), status: u16, took: Span) -> &'static str {
        let endpoint = console.endpoint(path).unwrap_or(self.unknown);
        let method = METHODS.iter().find(|known| **known == method).copied().unwrap_or("OTHER");
        self.observe(method, endpoint, status, took);
        endpoint
    }

    /// A request to a route was answered.
    pub fn observe(&mut self, method: &'static str, endpoint: &'static str, status: u16, took: Span) {
        let bounds = self.bounds;
        let seen = self.series.entry((method, endpoint, status)).or_insert_with(|| Observed::new(bounds));
        seen.observe(took.seconds());
    }

    /// All of them.
    pub fn series(&self) -> &LiteMap<Endpoint, Observed> {
        &self.series
    }

    /// The same as samples.
    pub fn spreads(&self) -> Vec<(Labels, Sample)> {
        self.samples(|seen| Sample::Spread(seen.clone()))
    }

    /// How many there were of each, as samples.
    pub fn counts(&self) -> Vec<(Labels, Sample)> {
        self.samples(|seen| Sample::Count(seen.count()))
    }

    fn samples(&self, sample: fn(&Observed) -> Sample) -> Vec<(Labels, Sample)> {
        let labels =
            |(method, path, status): &Endpoint| vec![(*method).to_owned(), (*path).to_owned(), status.to_string()];
        self.series.iter().map(|(of, seen)| (labels(of), sample(seen))).collect()
    }
}

/// Observations as samples.
pub fn spreads(map: &LiteMap<Labels, Observed>) -> Vec<(Labels, Sample)> {
    map.iter().map(|(labels, seen)| (labels.clone(), Sample::Spread(seen.clone()))).collect()
}

/// All that there is to tell.
#[derive(Clone, Debug)]
struct Exposition(Vec<Family>);

impl Collector for Exposition {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for family in self.0.iter().filter(|family| !family.series.is_empty()) {
            let kind = match family.series.first().map(|(_, sample)| sample) {
                Some(Sample::Count(_) | Sample::Time(_)) => MetricType::Counter,
                Some(Sample::Spread(_)) => MetricType::Histogram,
                _ => MetricType::Gauge,
            };
            let mut metric = encoder.encode_descriptor(family.name, family.help, None, kind)?;
            for (values, sample) in &family.series {
                let labels: Vec<(&str, &str)> =
                    family.labels.iter().copied().zip(values.iter().map(String::as_str)).collect();
                let series = if labels.is_empty() { None } else { Some(&labels) };
                let mut encode = |sample: &Sample| match (sample, series) {
                    (Sample::Count(n), Some(labels)) => ConstCounter::new(*n).encode(metric.encode_family(labels)?),
                    (Sample::Time(of), Some(labels)) => {
                        ConstCounter::new(of.seconds()).encode(metric.encode_family(labels)?)
                    }
                    (Sample::Level(x), Some(labels)) => ConstGauge::new(*x).encode(metric.encode_family(labels)?),
                    (Sample::Spread(seen), Some(labels)) => spread(metric.encode_family(labels)?, seen),
                    (Sample::Count(n), None) => metric.encode_counter::<NoLabelSet, _, u64>(n, None),
                    (Sample::Time(of), None) => metric.encode_counter::<NoLabelSet, _, u64>(&of.seconds(), None),
                    (Sample::Level(x), None) => metric.encode_gauge(x),
                    (Sample::Spread(_), None) => Ok(()),
                };
                encode(sample)?;
            }
        }
        Ok(())
    }
}

fn spread(mut encoder: MetricEncoder<'_>, seen: &Observed) -> Result<(), fmt::Error> {
    let bounds = seen.bounds.iter().copied().chain([f64::INFINITY]);
    let buckets: Vec<(f64, u64)> = bounds.zip(seen.counts.iter().copied()).collect();
    encoder.encode_histogram::<NoLabelSet>(seen.sum, seen.count(), &buckets, None)
}

/// Metrics as text, with a prefix for their names if there is to be one, in one of the two formats.
pub fn text(prefix: Option<&str>, families: Vec<Family>, openmetrics: bool) -> String {
    let mut registry = prefix.map_or_else(Registry::default, Registry::with_prefix);
    registry.register_collector(Box::new(Exposition(families)));
    let mut out = String::new();
    match library::encode(&mut out, &registry) {
        Ok(()) if openmetrics => out,
        Ok(()) => to_prometheus(&out),
        // Writing to a string does not fail.
        Err(fmt::Error) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_spec::Route;

    static CONSOLE: Console =
        Console { name: "", routes: &[Route::get("/rooms/{room}", "")], served: &[], fit: |_, body| body.to_owned() };

    #[test]
    fn whatever_is_asked_for_there_are_no_more_series_than_methods_routes_and_answers() {
        let mut served = Served::new(&[0.5, 1.0], "/other");
        for n in 0..1_000 {
            served.count(&CONSOLE, (&format!("M{n}"), &format!("/{n}")), 404, Span::millis(n));
            served.count(&CONSOLE, ("GET", &format!("/rooms/{n}")), 200, Span::millis(n));
        }
        let series: Vec<_> = served.series().keys().copied().collect();
        assert_eq!(series, [("GET", "/rooms/{room}", 200), ("OTHER", "/other", 404)]);
        let family =
            Family { name: "took_seconds", help: "How long", labels: &["m", "p", "s"], series: served.spreads() };
        let text = text(None, vec![family], false);
        for line in [
            "# TYPE took_seconds histogram",
            r#"took_seconds_bucket{le="0.5",m="GET",p="/rooms/{room}",s="200"} 501"#,
            r#"took_seconds_bucket{le="1.0",m="GET",p="/rooms/{room}",s="200"} 1000"#,
            r#"took_seconds_count{m="OTHER",p="/other",s="404"} 1000"#,
        ] {
            assert!(text.lines().any(|said| said == line), "no {line} in\n{text}");
        }
    }
}
