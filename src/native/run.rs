//! `millrace run`: one run, headless, in virtual time.

use super::host::{Cost, Meter};
use super::shuffle;
use super::{Failure, print};
use crate::analysis::History;
use crate::export::{self, Canvas, Report};
use crate::session::{Keep, Scenario, Session};
use crate::spec::parse_span;
use crate::trace::{Fold, Ledger, SimTime, Span};
use crate::view::{Theme, number};
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
    /// Write the stage to a file, as SVG.
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
    /// The instant of the picture; else that of the link, or the end.
    #[arg(long, value_name = "TIME", requires = "picture")]
    pub at: Option<String>,
    /// Paint the picture as on a phone.
    #[arg(long, requires = "picture")]
    pub phone: bool,
    /// Paint the picture in the dark theme.
    #[arg(long, requires = "picture")]
    pub dark: bool,
    /// Run under so many shuffled schedules, and print which checks fail under which.
    #[arg(long, value_name = "N", conflicts_with_all = ["trace", "perfetto", "picture", "schedule"],
        value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub shuffle: Option<u64>,
    /// Run under the shuffled schedule of this number alone.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub schedule: Option<u64>,
}

impl RunCall {
    /// What a picture is painted on, with rows or without.
    fn canvas(&self, rows: bool) -> Canvas {
        let page = match (self.phone, rows) {
            (true, _) => Canvas::PHONE,
            (false, true) => Canvas::ROWS,
            (false, false) => Canvas::PAGE,
        };
        Canvas { theme: if self.dark { Theme::Dark } else { Theme::Light }, ..page }
    }
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
    let (mut scenario, mut notices) = scenario_of(&call.scenario, &call.set, call.seed.as_deref())?;
    if let Some(until) = &call.until {
        scenario.until = Some(span("--until", until)?);
    }
    if let Some(schedules) = call.shuffle {
        return shuffle::run(&scenario, &notices, schedules, call.format);
    }
    if let Some(number) = call.schedule {
        scenario = shuffle::scheduled(scenario, number);
    }
    let at = call.at.as_deref().map(|at| span("--at", at)).transpose()?.or(scenario.moment.at);
    let asked_until = scenario.until;
    let writes = call.trace.is_some() || call.perfetto.is_some() || call.picture.is_some();
    let keep = if writes { Keep::ALL } else { Keep::NOTHING };
    let (session, cost) = measured(scenario, keep);
    if let Some(path) = &call.trace {
        write_trace(&session, path).map_err(|e| Failure::Wrong(format!("{}: {e}", path.display())))?;
    }
    if let Some(path) = &call.perfetto {
        let json = export::perfetto(&session.run().trace()).to_string();
        std::fs::write(path, json).map_err(|e| Failure::Wrong(format!("{}: {e}", path.display())))?;
    }
    if let Some(path) = &call.picture {
        let at = at.map_or(SimTime::MAX, |span| SimTime(span.0));
        let end = session.computed();
        if at != SimTime::MAX && at > end {
            notices.push(format!("the run is over at {}, and the picture is that of its end", number::moment(end.0)));
        }
        notices.extend(export::picture_problems(&session));
        let (values, fidelity) = (session.scenario().values(), session.scenario().fidelity);
        let rows = (session.scenario().pattern.scene)(&values, fidelity).is_high();
        std::fs::write(path, export::picture(&session, at, call.canvas(rows)))
            .map_err(|e| Failure::Wrong(format!("{}: {e}", path.display())))?;
    }
    notices.extend(ended_early(&session, asked_until));
    let host = cost.host(session.scenario(), &session.run().trace());
    let report = Report { host: Some(host), ..Report::of(&session, notices, cost.wall_ns) };
    let text = match call.format {
        Format::Text => export::text(&report),
        Format::Json => serde_json::to_string_pretty(&report).map_err(|e| Failure::Wrong(e.to_string()))? + "\n",
    };
    print(&text);
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

/// A time of the command line, in seconds unless it says otherwise.
fn span(option: &str, text: &str) -> Result<Span, Failure> {
    parse_span(text, Span::secs(1)).map_err(|message| Failure::Wrong(format!("{option}: {message}")))
}

/// The scenario that a call names, with what it sets, and what of it was ignored or clamped.
pub(super) fn scenario_of(
    argument: &str,
    entries: &[String],
    seed: Option<&str>,
) -> Result<(Scenario, Vec<String>), Failure> {
    let decoded = Scenario::read(&source(argument)?).map_err(Failure::Wrong)?;
    let mut scenario = decoded.scenario;
    set(&mut scenario, entries)?;
    if let Some(seed) = seed {
        scenario.seed = seed.to_owned();
    }
    if scenario.target == crate::session::Target::Fetch {
        return Err(Failure::Wrong(
            "target=fetch calls a real endpoint, which only the page does; leave it out".into(),
        ));
    }
    Ok((scenario, decoded.notices))
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
            _ => scenario.set_one_of_several(key, value).map_err(|problem| wrong(&option, problem.message()))?,
        }
    }
    // Of several that cannot stand together, one that was set is to be named.
    match scenario.misfit_to_go().or_else(|| scenario.misfits().into_iter().next()) {
        None => Ok(()),
        Some((key, why)) => Err(Failure::Wrong(format!("{key}: {why}"))),
    }
}

/// Polls between looks at what came of them, and at the heap.
const POLLS: u64 = 1 << 11;
/// A run that goes on although nothing has come of it for this long is ended, where it has no end of its own: it would go on for ever.
const LONG: Span = Span::secs(86_400);

/// Runs a scenario to its end, or as far as anything comes of it, and says how long that took on the host.
pub fn finish(scenario: Scenario) -> (Session<Ledger, History>, u64) {
    let (session, cost) = measured(scenario, Keep::ALL);
    (session, cost.wall_ns)
}

/// The same, keeping so much of the run, and all that it cost the host.
pub fn measured(scenario: Scenario, keep: Keep) -> (Session<Ledger, History>, Cost) {
    let mut meter = Meter::start();
    let history = History::for_report(scenario.pattern, &scenario.values());
    let ends_itself = scenario.values().lasts().is_some();
    let mut session = Session::keeping(keep, scenario, Ledger::new(), history);
    while !session.compute(SimTime::MAX, POLLS) {
        meter.look();
        if ends_itself {
            continue;
        }
        let (now, since) = (session.computed(), session.history().ledger.stands_since());
        if session.horizon() == SimTime::MAX && since.is_some_and(|since| now.since(since) > LONG) {
            session.scenario_mut().until = Some(Span(now.0));
        }
    }
    (session, meter.stop())
}

/// What is to be said of a run that was ended before the horizon that was asked for.
pub(super) fn ended_early(session: &Session<Ledger, History>, asked: Option<Span>) -> Option<String> {
    let end = number::moment(session.computed().0);
    let says = || {
        format!("for more than a day nobody had come, moved or left, so the run was ended at {end}; --until goes on")
    };
    (asked != session.scenario().until).then(says)
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
