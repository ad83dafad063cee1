//! The two text formats of Prometheus, and the way from one to the other.
//!
//! No crate writes both from one set of metrics: `prometheus-client` writes OpenMetrics alone, `prometheus` the older format
//! alone. They differ in little: in the older one the name of a counter has its `_total` in its description too, there are
//! no units and no end mark, and what is of no known type is called otherwise. So the library writes, and this rewrites the lines that
//! differ, as the client library for Python does it.

/// The type of content of the older format, for whoever asks for nothing better.
pub const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The type of content of OpenMetrics.
pub const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Metrics in the older format, from the same in OpenMetrics.
pub fn to_prometheus(openmetrics: &str) -> String {
    let metadata = |line: &'_ str, word: &str| -> Option<(String, String)> {
        let rest = line.strip_prefix("# ")?.strip_prefix(word)?.strip_prefix(' ')?;
        let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
        Some((name.to_owned(), text.to_owned()))
    };
    let types = || openmetrics.lines().filter_map(|line| metadata(line, "TYPE"));
    let counters: Vec<String> = types().filter(|(_, kind)| kind == "counter").map(|(name, _)| name).collect();
    let total = |name: &String| if counters.contains(name) { "_total" } else { "" };
    let mut out = String::with_capacity(openmetrics.len());
    for line in openmetrics.lines() {
        let line = if let Some((name, help)) = metadata(line, "HELP") {
            // Quotes stand for themselves here.
            format!("# HELP {name}{} {}", total(&name), help.replace("\\\"", "\""))
        } else if let Some((name, kind)) = metadata(line, "TYPE") {
            let kind = if kind == "unknown" { "untyped" } else { &kind };
            format!("# TYPE {name}{} {kind}", total(&name))
        } else if line == "# EOF" || metadata(line, "UNIT").is_some() {
            continue;
        } else {
            line.to_owned()
        };
        out.push_str(&line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_counters_units_and_the_end_mark_are_what_differs() {
        let openmetrics = "# HELP a_requests Requests\\\\, \\\"all\\\" of them.\n# TYPE a_requests counter\na_requests_total{b=\"\\\"\"} 1\n\
                           # HELP a_wait_seconds Waits.\n# TYPE a_wait_seconds histogram\n# UNIT a_wait_seconds seconds\n\
                           a_wait_seconds_bucket{le=\"+Inf\"} 1\n# HELP a_odd What?\n# TYPE a_odd unknown\na_odd 2.0\n# EOF\n";
        let prometheus = "# HELP a_requests_total Requests\\\\, \"all\" of them.\n# TYPE a_requests_total counter\na_requests_total{b=\"\\\"\"} 1\n\
                          # HELP a_wait_seconds Waits.\n# TYPE a_wait_seconds histogram\n\
                          a_wait_seconds_bucket{le=\"+Inf\"} 1\n# HELP a_odd What?\n# TYPE a_odd untyped\na_odd 2.0\n";
        assert_eq!(to_prometheus(openmetrics), prometheus);
    }
}
