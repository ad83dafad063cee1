//! `millrace suite`: the request patterns on one seed, beside what the documents claim. It succeeds the originals' `simulate.sh`,
//! which ran four clients one after the other and left the comparing to the eye.

use super::run::{ended_early, measured};
use super::{Failure, print};
use crate::export::suite::{self, Column, SuiteRow};
use crate::export::{self, Report};
use crate::session::{Keep, Scenario};
use crate::spec::Problem;

/// What `millrace suite` is asked to do.
#[derive(Clone, Debug, clap::Args)]
pub struct SuiteCall {
    /// The seed: any word.
    #[arg(long)]
    pub seed: Option<String>,
    /// Set a parameter of every pattern that has it: --set requests=1000.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// How the comparison is written.
    #[arg(long, value_enum, default_value_t = SuiteFormat::Text)]
    pub format: SuiteFormat,
}

/// How the comparison is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SuiteFormat {
    /// For people.
    Text,
    /// For programs: each row a whole report.
    Json,
    /// For spreadsheets: a line for each pattern.
    Csv,
}

/// Runs the patterns and prints the comparison.
///
/// # Errors
/// [`Failure::Wrong`] with what is wrong and where; [`Failure::Broken`] after the comparison, where an `always` check failed.
pub fn run(call: &SuiteCall) -> Result<(), Failure> {
    let mut base = Scenario::first().ok_or_else(|| Failure::Wrong("there is no pattern".into()))?;
    base.seed = call.seed.clone().unwrap_or(base.seed);
    let members = members(&mut base, &call.set)?;
    let (mut rows, mut reports) = (Vec::new(), Vec::new());
    for member in members {
        let asked = member.until;
        let (session, cost) = measured(member, Keep::NOTHING);
        let notices = ended_early(&session, asked).into_iter().collect();
        let host = cost.host(session.scenario(), &session.run().trace());
        reports.push(Report { host: Some(host), ..Report::of(&session, notices, cost.wall_ns) });
        rows.extend(SuiteRow::of(&session));
    }
    let rows = suite::measured(rows);
    print(&match call.format {
        SuiteFormat::Text => {
            let costs = export::costs(&reports);
            suite::text(&rows, &base)
                + "\nWhat the runs cost the host, and what the documents have of memory\n"
                + &costs
        }
        SuiteFormat::Json => format!("{:#}\n", suite::json(&rows, &reports, &base)),
        SuiteFormat::Csv => csv(&rows).map_err(|e| Failure::Wrong(format!("--format csv: {e}")))?,
    });
    if reports.iter().any(Report::is_broken) { Err(Failure::Broken) } else { Ok(()) }
}

/// The members of the first suite with what was set: each parameter in those that have it, and it must be one of somebody's.
fn members(base: &mut Scenario, set: &[String]) -> Result<Vec<Scenario>, Failure> {
    let mut parameters = Vec::new();
    for entry in set {
        let wrong = |message: &str| Failure::Wrong(format!("--set {entry}: {message}"));
        match entry.split_once('=') {
            None => return Err(wrong("is not key=value")),
            Some(("seed", seed)) => seed.clone_into(&mut base.seed),
            Some(("fidelity" | "preset", _)) => {
                return Err(wrong("a suite runs as documented and without presets: the claims are the documents'"));
            }
            Some((key, value)) => parameters.push((entry, key, value)),
        }
    }
    let mut members = base.suite();
    for (entry, key, value) in parameters {
        let mut taken = false;
        for member in members.iter_mut().filter(|member| member.field(key).is_some()) {
            let id = member.pattern.id;
            let refused = |p: Problem| Failure::Wrong(format!("--set {entry}: {id}: {}", p.message()));
            member.set(key, value).map_err(refused)?;
            taken = true;
        }
        if !taken {
            return Err(Failure::Wrong(format!("--set {entry}: none of the patterns has a parameter \"{key}\"")));
        }
    }
    Ok(members)
}

/// A line for each pattern: figures in base units, ratios to the first, and the documents' words.
fn csv(rows: &[SuiteRow]) -> Result<String, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "pattern",
        "virtual_ns",
        "drained",
        "requests",
        "throughput_per_s",
        "p50_ns",
        "p95_ns",
        "p99_ns",
        "p999_ns",
        "errors_percent",
        "tasks_peak",
        "bytes_peak",
        "time_ratio",
        "memory_ratio",
        "throughput_ratio",
        "time_claimed",
        "memory_claimed",
        "throughput_claimed",
        "goroutines_claimed",
        "memory_word",
        "throughput_word",
        "latency_word",
        "benchmark_time",
        "benchmark_memory",
    ])?;
    for row in rows {
        let claims = &row.claims;
        let figure = |x: Option<f64>| x.map_or(String::new(), |x| x.to_string());
        let ratio = |percent: Option<f64>| figure(percent.map(|percent| percent / 100.0));
        let span = |column| row.percentile(column).map_or(String::new(), |span| span.0.to_string());
        out.write_record([
            row.pattern.id.to_owned(),
            row.end.0.to_string(),
            row.drained.to_string(),
            row.requests.to_string(),
            figure(row.throughput),
            span(Column::P50),
            span(Column::P95),
            span(Column::P99),
            span(Column::P999),
            figure(row.errors),
            row.tasks_peak.to_string(),
            row.bytes_peak.to_string(),
            ratio(row.time_share),
            ratio(row.memory_share),
            ratio(row.throughput_share),
            ratio(claims.time),
            ratio(claims.memory),
            ratio(claims.throughput),
            claims.goroutines.to_owned(),
            claims.words.memory.to_owned(),
            claims.words.throughput.to_owned(),
            claims.words.latency.to_owned(),
            claims.benchmark.map_or("", |row| row.time).to_owned(),
            claims.benchmark.map_or("", |row| row.memory).to_owned(),
        ])?;
    }
    let bytes = out.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
