//! The columns of a suite's table: what heads them, and each figure as it is written.

use super::SuiteRow;
use millrace_view::number;

/// A column of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Total time, in seconds.
    Time,
    /// Requests with a result, a second.
    Goodput,
    /// Requests with a result or an error of the server, a second.
    Throughput,
    /// The median of the latency, in milliseconds.
    P50,
    /// 95 % are no longer.
    P95,
    /// 99 % are no longer.
    P99,
    /// 99.9 % are no longer.
    P999,
    /// Requests without a result, in percent.
    Errors,
    /// The most tasks at once.
    Tasks,
    /// Bytes of live futures, at most.
    Memory,
}

impl Column {
    /// All columns, in the order of the table.
    pub const ALL: [Column; 10] = [
        Column::Time,
        Column::Goodput,
        Column::Throughput,
        Column::P50,
        Column::P95,
        Column::P99,
        Column::P999,
        Column::Errors,
        Column::Tasks,
        Column::Memory,
    ];

    /// What it is, and its unit.
    pub const fn heading(self) -> (&'static str, &'static str) {
        match self {
            Column::Time => ("Time", "s"),
            Column::Goodput => ("Goodput", "results per s"),
            Column::Throughput => ("Throughput", "results + errors per s"),
            Column::P50 => ("p50", "ms"),
            Column::P95 => ("p95", "ms"),
            Column::P99 => ("p99", "ms"),
            Column::P999 => ("p99.9", "ms"),
            Column::Errors => ("Failed", "%"),
            Column::Tasks => ("Peak tasks", "at once"),
            Column::Memory => ("Memory", "KiB of futures"),
        }
    }
}

impl SuiteRow {
    /// A figure as it stands in the table; in brackets where the run did not come to its end.
    pub fn written(&self, column: Column) -> String {
        let text = match column {
            Column::Time => number::seconds(self.end.0),
            Column::Goodput => number::dashed(self.goodput, number::rate),
            Column::Throughput => number::dashed(self.throughput, number::rate),
            Column::Errors => number::dashed(self.errors, |share| format!("{share:.2}")),
            Column::Tasks => number::count(self.tasks_peak),
            Column::Memory => kib(self.bytes_peak),
            _ => number::dashed(self.percentile(column), |span| number::millis(span.0)),
        };
        if self.drained { text } else { format!("({text})") }
    }
}

/// Bytes in KiB, without the unit.
pub fn kib(bytes: u64) -> String {
    if bytes < 102_400 { format!("{:.1}", bytes as f64 / 1_024.0) } else { number::count((bytes + 512) / 1_024) }
}
