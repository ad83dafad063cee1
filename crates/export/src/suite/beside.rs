//! The documents' words and figures, each beside what was measured here. Words and figures are of different things, so that each
//! measure says what it is of.

use super::column::kib;
use super::{Column, SuiteRow};
use millrace_view::number;

/// Something that the documents say of every pattern, and what was measured of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// How many goroutines, against tasks at once.
    Goroutines,
    /// What keeps them in step: nothing that is measured.
    Sync,
    /// The matrix' word for memory, against futures.
    Memory,
    /// The matrix' word for throughput, against requests a second.
    Throughput,
    /// The matrix' word for latency, against percentiles of a call.
    Latency,
    /// The time of the page of benchmarks, against virtual time.
    BenchmarkTime,
    /// The memory of the page of benchmarks, against futures.
    BenchmarkMemory,
}

impl Said {
    /// All of it, in the order of the documents' matrix.
    pub const ALL: [Said; 7] = [
        Said::Goroutines,
        Said::Sync,
        Said::Memory,
        Said::Throughput,
        Said::Latency,
        Said::BenchmarkTime,
        Said::BenchmarkMemory,
    ];

    /// What it is.
    pub const fn heading(self) -> &'static str {
        match self {
            Said::Goroutines => "Goroutines",
            Said::Sync => "Kept in step by",
            Said::Memory => "Memory",
            Said::Throughput => "Throughput",
            Said::Latency => "Latency",
            Said::BenchmarkTime => "BENCHMARKS: time",
            Said::BenchmarkMemory => "BENCHMARKS: memory",
        }
    }

    /// What the measure beside it is of; none where nothing is measured.
    pub const fn measure(self) -> Option<&'static str> {
        match self {
            Said::Goroutines => Some("tasks at once"),
            Said::Sync => None,
            Said::Memory | Said::BenchmarkMemory => Some("KiB of futures"),
            Said::Throughput => Some("per s"),
            Said::Latency => Some("p50 and p99, ms"),
            Said::BenchmarkTime => Some("s, virtual"),
        }
    }
}

impl SuiteRow {
    /// What the documents say, if they do.
    pub fn claimed(&self, said: Said) -> Option<String> {
        let claims = &self.claims;
        let word = |word: &str| Some(word.to_owned()).filter(|word| !word.is_empty());
        let benchmark = |pick: fn(&millrace_spec::Benchmark) -> &'static str| {
            let row = claims.benchmark?;
            Some(format!("{}, {}", pick(&row), if row.measured { "measured" } else { "estimated" }))
        };
        match said {
            Said::Goroutines => word(claims.goroutines),
            Said::Sync => word(claims.sync),
            Said::Memory => word(claims.words.memory),
            Said::Throughput => word(claims.words.throughput),
            Said::Latency => word(claims.words.latency),
            Said::BenchmarkTime => benchmark(|row| row.time),
            Said::BenchmarkMemory => benchmark(|row| row.memory),
        }
    }

    /// What was measured here, without its unit: [`Said::measure`] says it.
    pub fn beside(&self, said: Said) -> Option<String> {
        Some(match said {
            Said::Goroutines => number::count(self.tasks_peak),
            Said::Sync => return None,
            Said::Memory | Said::BenchmarkMemory => kib(self.bytes_peak),
            Said::Throughput => self.written(Column::Throughput),
            Said::Latency => format!("{} and {}", self.written(Column::P50), self.written(Column::P99)),
            Said::BenchmarkTime => self.written(Column::Time),
        })
    }
}
