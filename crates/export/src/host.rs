//! What a run cost the host that computed it, beside what the documents print of memory and collections. It is no part of the run:
//! two computations of one scenario have one hash and two of these.

use super::Report;
use super::table::table;
use millrace_spec::{Benchmark, Pattern};
use millrace_view::number;
use serde::Serialize;
use std::fmt::{Result, Write};

/// What a run cost, where that can be known: on a page it cannot.
#[derive(Clone, Debug, Serialize)]
pub struct Host {
    /// What the figures are of.
    pub of: &'static str,
    /// The processor time of the thread that computed the run. None on a system that does not tell.
    pub cpu_ns: Option<u64>,
    /// The heap. None in a program that does not count what it allocates.
    pub heap: Option<Heap>,
    /// The bytes of the run's log at its end, which are on the heap too.
    pub log_bytes: u64,
    /// What the pattern's original prints beside it, where there is an original.
    pub documents: Option<Documents>,
}

/// The heap while a run was computed.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Heap {
    /// The most bytes that were on it beyond what was there before, as seen every few thousand polls.
    pub peak_bytes: u64,
    /// All bytes that were ever put on it.
    pub allocated_bytes: u64,
    /// In how many pieces.
    pub allocations: u64,
}

/// What the documents have of memory and collections.
#[derive(Clone, Debug, Serialize)]
pub struct Documents {
    /// What the original's report prints.
    pub prints: &'static [&'static str],
    /// What that is of.
    pub of: &'static str,
    /// The memory of the page of benchmarks: "352.5 KB".
    pub memory: Option<&'static str>,
    /// Its garbage collections.
    pub collections: Option<u32>,
    /// Whether somebody measured those two, rather than estimating them.
    pub measured: bool,
}

impl Documents {
    /// Those of a pattern. None where it has no original that says anything.
    pub fn of(pattern: &Pattern) -> Option<Documents> {
        let claims = pattern.suite?.claims;
        let Benchmark { memory, collections, measured, .. } = claims.benchmark?;
        Some(Documents {
            prints: claims.profile.keys(),
            of: claims.profile.of(),
            memory: Some(memory),
            collections,
            measured,
        })
    }
}

/// The lines about it in a report for people.
pub(super) fn write(out: &mut String, host: &Host) -> Result {
    if let Some(cpu) = host.cpu_ns {
        writeln!(out, "Processor Time: {:.3} ms", cpu as f64 / 1e6)?;
    }
    if let Some(heap) = host.heap {
        writeln!(
            out,
            "Heap: {} at most, and {} of log at the end; {} in all, in {} pieces; nothing is collected",
            mib(heap.peak_bytes),
            mib(host.log_bytes),
            mib(heap.allocated_bytes),
            number::count(heap.allocations),
        )?;
    }
    writeln!(out, "  of {}", host.of)?;
    let Some(documents) = &host.documents else { return Ok(()) };
    writeln!(out, "  the documents' client prints {}: {}", documents.prints.join(", "), documents.of)?;
    if let Some(memory) = documents.memory {
        let how = if documents.measured { "measured" } else { "estimated" };
        let collections = documents.collections.map_or(String::new(), |n| format!(" and {n} collections"));
        writeln!(out, "  the documents' page of benchmarks: {memory}{collections}, {how}")?;
    }
    Ok(())
}

/// What runs cost, a line for each, beside what their originals print: a table for a terminal. Reports that know nothing of the
/// host have no line.
pub fn costs(reports: &[Report]) -> String {
    let headings =
        ["", "Host ms", "Processor ms", "Heap", "of log", "Allocated", "documents", "collections", "printed"];
    let mut lines = vec![headings.map(str::to_owned).to_vec()];
    let dash = || "—".to_owned();
    for report in reports {
        let Some(host) = &report.host else { continue };
        let documents = host.documents.as_ref();
        lines.push(vec![
            report.pattern.to_owned(),
            number::millis(report.wall_ns),
            host.cpu_ns.map_or_else(dash, number::millis),
            host.heap.map_or_else(dash, |heap| mib(heap.peak_bytes)),
            mib(host.log_bytes),
            host.heap.map_or_else(dash, |heap| mib(heap.allocated_bytes)),
            documents.and_then(|d| d.memory).map_or_else(dash, str::to_owned),
            documents.and_then(|d| d.collections).map_or_else(dash, |n| n.to_string()),
            documents.map_or_else(dash, |d| d.prints.join(" ")),
        ]);
    }
    table(&lines, &[0, 8])
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
}
