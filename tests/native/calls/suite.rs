//! The comparison of the request patterns.

use super::{list, millrace, number};
use millrace::export::suite::SuiteRun;
use millrace::session::{Scenario, link};

const SET: [&str; 4] = ["--set", "requests=400", "--set", "workers=7"];

fn suite(more: &[&str]) -> super::Called {
    millrace(&[&["suite"], &SET[..], more].concat())
}

#[test]
fn its_rows_are_the_reports_of_the_runs_in_the_order_of_the_suite() {
    let json = suite(&["--seed", "shared", "--format", "json"]).ended(0).json();
    assert_eq!(json["seed"], "shared");
    let ids: Vec<_> = list(&json["rows"]).iter().map(|row| row["pattern"].as_str().unwrap_or_default()).collect();
    assert_eq!(ids, ["sequential", "wait-group", "worker-pool", "backpressure", "pipeline"]);
    for row in list(&json["rows"]) {
        let has_workers = row["params"].get("workers").is_some();
        let workers = if has_workers { "&workers=7" } else { "" };
        let link = format!("#/{}?requests=400{workers}&seed=shared", row["pattern"].as_str().unwrap_or_default());
        let mut alone = millrace(&["run", &link, "--format", "json"]).ended(0).json();
        for member in alone
            .as_object_mut()
            .expect("a report")
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "wall_ns" | "host"))
        {
            assert_eq!(&row[member.0.as_str()], member.1, "{} of {link}", member.0);
        }
    }
}

#[test]
fn its_ratios_are_those_of_the_figures_beside_them_to_the_first_row() {
    let json = suite(&["--format", "json"]).ended(0).json();
    let rows = list(&json["rows"]);
    let figures = |row: &serde_json::Value| {
        [number(&row["virtual_ns"]), number(&row["tasks"]["bytes_peak"]), number(&row["throughput_per_s"])]
    };
    let first = figures(&rows[0]);
    for row in rows {
        for ((figure, first), key) in figures(row).into_iter().zip(first).zip(["time", "memory", "throughput"]) {
            let ratio = number(&row["ratio"][key]);
            assert!((ratio - figure / first).abs() < 1e-9 * ratio, "{key} of {}: {ratio}", row["pattern"]);
        }
    }
}

#[test]
fn the_documents_claims_stand_beside_the_figures() {
    // The tables of the documents, by hand.
    let json = suite(&["--format", "json"]).ended(0).json();
    let rows = list(&json["rows"]);
    let claims: Vec<_> = rows.iter().map(|row| &row["claims"]).collect();
    let times: Vec<_> = claims.iter().map(|c| c["time"].as_f64()).collect();
    assert_eq!(times, [Some(1.0), Some(0.2), Some(0.25), Some(0.3), None]);
    let words = |key: &str| claims.iter().map(|c| c["words"][key].as_str().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(words("memory"), ["Low", "Very high", "Medium", "Medium", "Low"]);
    assert_eq!(words("throughput"), ["Slowest", "Fastest", "Fast", "Adaptive", "that of the bottleneck stage"]);
    assert_eq!(words("latency"), ["High", "Variable", "Stable", "Responsive", "the sum of the stages"]);
    let benchmarks: Vec<_> = claims.iter().map(|c| c["benchmark"]["time"].as_str()).collect();
    assert_eq!(benchmarks, [Some("25.18 s"), Some("~4–5 s"), Some("~5–6 s"), Some("~6–9 s"), None]);
    let with =
        |primitive: &str| claims.iter().filter(|c| list(&c["primitives"]).iter().any(|p| p == primitive)).count();
    let counts = ["WaitGroup", "Channels", "Goroutines", "Mutex", "Context", "Generics"].map(with);
    assert_eq!(counts, [1, 3, 4, 0, 1, 1]);
}

#[test]
fn its_figures_are_those_that_the_page_computes() {
    let json = suite(&["--format", "json"]).ended(0).json();
    let mut base: Scenario = link::decode("#/worker-pool?requests=400&workers=7").expect("a link").scenario;
    base.seed = "otis".to_owned();
    let mut page = SuiteRun::new(&base).expect("a suite");
    while !page.work(1_000) {}
    for (row, theirs) in list(&json["rows"]).iter().zip(page.rows()) {
        assert_eq!(row["virtual_ns"], theirs.end.0, "{}", theirs.pattern.id);
        assert_eq!(row["tasks"]["bytes_peak"], theirs.bytes_peak, "{}", theirs.pattern.id);
        assert!((number(&row["ratio"]["time"]) * 100.0 - theirs.time_share).abs() < 1e-9);
    }
}

#[test]
fn as_text_and_as_a_table_for_spreadsheets_it_says_the_same() {
    let text = suite(&[]).ended(0).out;
    for said in
        ["Request patterns on seed otis", "Very high", "~4–5 s, estimated", "order does not matter", "✓", "of log"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    let csv = suite(&["--format", "csv"]).ended(0).out;
    let mut reader = csv_lines(&csv);
    let heading = reader.next().expect("a heading");
    let place = |name: &str| heading.iter().position(|cell| cell == name).expect("a column");
    let rows: Vec<Vec<String>> = reader.collect();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row.len() == heading.len()));
    assert_eq!(rows[1][place("goroutines_claimed")], "7,500", "a comma within a cell parts nothing");
    // 400 calls say nothing of the thousandth.
    assert_eq!(rows[0][place("p999_ns")], "");
}

/// Lines of comma-separated values with quoted cells, none of which has a quote or a line end within.
fn csv_lines(text: &str) -> impl Iterator<Item = Vec<String>> {
    text.lines().map(|line| {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                c => cells.last_mut().expect("a cell").push(c),
            }
        }
        cells
    })
}
