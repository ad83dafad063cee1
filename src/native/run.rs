//! `millrace run`: one run, headless, in virtual time.

use super::Failure;
use crate::analysis::History;
use crate::export::{self, Report};
use crate::session::{Scenario, Session};
use crate::spec::parse_span;
use crate::trace::{Fold, Ledger, SimTime, Span};
use std::io::{BufWriter, Read, Write};
use std::path::PathBuf;

/// What `millrace run` is asked to do.
#[derive(Clone, Debug, clap::Args)]
pub struct RunCall {
    /// A link, a file with a link or a JSON scenario, or - for standard input.
    pub scenario: String,
    /// Set a parameter, or seed, fidelity, preset: --set workers=4.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// The seed: any word.
    #[arg(long)]
    pub seed: Option<String>,
    /// The horizon: stop there, whatever is still under way.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Write the trace to a file, one event a line.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Write the trace to a file for Perfetto (ui.perfetto.dev).
    #[arg(long, value_name = "FILE")]
    pub perfetto: Option<PathBuf>,
}

/// How the report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Runs and prints the report.
///
/// # Errors
/// [`Failure::Wrong`] with what is wrong and where; [`Failure::Broken`] after the report, where an `always` check failed.
pub fn run(call: &RunCall) -> Result<(), Failure> {
    let decoded = Scenario::read(&source(&call.scenario)?).map_err(Failure::Wrong)?;
    let mut scenario = decoded.scenario;
    apply(&mut scenario, call)?;
    if scenario.target == crate::session::Target::Fetch {
        return Err(Failure::Wrong(
            "target=fetch calls a real endpoint, which only the page does; leave it out".into(),
        ));
    }
    let asked_until = scenario.until;
    let (session, wall_ns) = finish(scenario);
    if let Some(path) = &call.trace {
        write_trace(&session, path).map_err(|e| Failure::Wrong(format!("{}: {e}", path.display())))?;
    }
    if let Some(path) = &call.perfetto {
        let json = export::perfetto(&session.run().trace()).to_string();
        std::fs::write(path, json).map_err(|e| Failure::Wrong(format!("{}: {e}", path.display())))?;
    }
    let mut notices = decoded.notices;
    if asked_until != session.scenario().until {
        let end = session.computed().seconds();
        notices.push(format!(
            "for more than a day nobody had come, moved or left, so the run was ended at {end:.3} s; --until goes on"
        ));
    }
    let report = Report::of(&session, notices, wall_ns);
    let text = match call.format {
        Format::Text => export::text(&report),
        Format::Json => serde_json::to_string_pretty(&report).map_err(|e| Failure::Wrong(e.to_string()))? + "\n",
    };
    // A reader that has seen enough closes the pipe; that is no error of ours.
    let _closed = std::io::stdout().write_all(text.as_bytes());
    if report.is_broken() { Err(Failure::Broken) } else { Ok(()) }
}

/// The text of a scenario: from standard input, a file, or the argument itself.
fn source(argument: &str) -> Result<String, Failure> {
    if argument == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|e| Failure::Wrong(format!("standard input: {e}")))?;
        return Ok(text);
    }
    let looks_like_link = argument.contains('#') || argument.contains('?') || argument.starts_with('/');
    if std::path::Path::new(argument).is_file() {
        return std::fs::read_to_string(argument).map_err(|e| Failure::Wrong(format!("{argument}: {e}")));
    }
    if !looks_like_link && (argument.ends_with(".json") || argument.contains('.')) {
        return Err(Failure::Wrong(format!("{argument}: there is no such file")));
    }
    Ok(argument.to_owned())
}

fn apply(scenario: &mut Scenario, call: &RunCall) -> Result<(), Failure> {
    set(scenario, &call.set)?;
    if let Some(seed) = &call.seed {
        scenario.seed = seed.clone();
    }
    if let Some(until) = &call.until {
        let until = parse_span(until, Span::secs(1));
        scenario.until = Some(until.map_err(|message| Failure::Wrong(format!("--until: {message}")))?);
    }
    Ok(())
}

/// What is said on the command line is meant: a wrong key or value is an error, not a notice.
pub(super) fn set(scenario: &mut Scenario, entries: &[String]) -> Result<(), Failure> {
    let wrong = |option: &str, message: &str| Failure::Wrong(format!("{option}: {message}"));
    for entry in entries {
        let option = format!("--set {entry}");
        let (key, value) = entry.split_once('=').ok_or_else(|| wrong(&option, "is not key=value"))?;
        match key {
            "seed" => scenario.seed = value.to_owned(),
            "fidelity" => {
                scenario.fidelity = crate::spec::Fidelity::from_id(value)
                    .ok_or_else(|| wrong(&option, "is neither documented nor shipped"))?;
            }
            "preset" => {
                let preset = scenario.pattern.preset(value).ok_or_else(|| wrong(&option, "there is no such preset"))?;
                scenario.preset = Some(preset);
                scenario.fidelity = preset.fidelity.unwrap_or(scenario.fidelity);
            }
            _ => scenario.set(key, value).map_err(|problem| wrong(&option, problem.message()))?,
        }
    }
    Ok(())
}

/// Polls between looks at what came of them.
const POLLS: u64 = 1 << 16;
/// A run that goes on although nothing has come of it for this long is ended: it would go on for ever.
const LONG: Span = Span::secs(86_400);

/// Runs a scenario to its end, or as far as anything comes of it, and says how long that took on the host.
#[allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "the host's clock is what is measured here")]
pub fn finish(scenario: Scenario) -> (Session<Ledger, History>, u64) {
    let checks = scenario.pattern.checks;
    let mut session = Session::new(scenario, Ledger::new(), History::watching(checks));
    let start = std::time::Instant::now();
    while !session.compute(SimTime::MAX, POLLS) {
        let (now, since) = (session.computed(), session.history().ledger.stands_since());
        if session.horizon() == SimTime::MAX && since.is_some_and(|since| now.since(since) > LONG) {
            session.scenario_mut().until = Some(Span(now.0));
        }
    }
    (session, u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX))
}

fn write_trace(session: &Session<Ledger, History>, path: &PathBuf) -> std::io::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    let trace = session.run().trace();
    let mut ledger = Ledger::new();
    for event in trace.iter() {
        ledger.apply(event, &trace);
        writeln!(file, "{}", export::json_line(event, &ledger, &trace))?;
    }
    file.flush()
}
