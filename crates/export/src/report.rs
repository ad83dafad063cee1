//! The report of a run: the figures that outside scripts rely on, under the names they rely on.

use millrace_analysis::{ByOutcome, Figures, GivenUp, History, How, Prefix, Rates, Standing, Summary};
use millrace_engine::{Progress, Run, WaitingTask};
use millrace_session::{Scenario, Session, link};
use millrace_spec::{Measure, Role, SCRIPT, SceneSpec, Value, Values};
use millrace_trace::ledger::StationRow;
use millrace_trace::{Fold, Ledger, Outcome, SimTime, StationKind, Trace};
use millrace_view::number;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;

/// The report of a run, serialised as outside scripts expect it. Times are nanoseconds.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The pattern's id.
    pub pattern: &'static str,
    /// The seed.
    pub seed: String,
    /// `documented` or `shipped`.
    pub fidelity: &'static str,
    /// The values of all parameters; times in nanoseconds.
    pub params: Map<String, Json>,
    /// `drained`, `horizon`, `deadlock`, `livelock` or `crashed`.
    pub outcome: &'static str,
    /// What was ignored or clamped.
    pub notices: Vec<String>,
    /// Who waits for what, where the run did not come to its end; or where it crashed.
    pub blocked: Vec<Blocked>,
    /// The virtual time at the end.
    pub virtual_ns: u64,
    /// The host time it took.
    pub wall_ns: u64,
    /// What else it cost the host, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<super::Host>,
    /// How many events there were.
    pub events: u64,
    /// Their hash.
    pub trace_hash: String,
    /// What became of the requests.
    pub requests: Requests,
    /// Of the completed ones, those that were answered with a substitute, without a call.
    pub substitutes: u64,
    /// The answers of the server by status.
    #[serde(serialize_with = "as_object")]
    pub status: Vec<(u16, u64)>,
    /// Requests that left with a result or an error, a second.
    pub throughput_per_s: f64,
    /// Requests that left with a result, a second.
    pub goodput_per_s: f64,
    /// Requests a second, by how they left.
    pub rates_per_s: RatesLine,
    /// From send to answer, per call; a call that timed out counts at its limit. None without a call that ended.
    pub latency_ns: Option<Summary>,
    /// The same for each way in which calls end.
    pub latency_by_outcome: ByOutcome,
    /// From the intended start to the end, where arrivals are open. None without one that ended.
    pub response_ns: Option<Summary>,
    /// What was given up among those.
    #[serde(skip)]
    pub response_given_up: Option<GivenUp>,
    /// The link that leads to this run.
    #[serde(skip)]
    pub link: String,
    /// What the pattern declares that it measures, each as `<id>_ns`. None without a sample.
    #[serde(flatten, serialize_with = "measured_ns")]
    pub measured: Vec<MeasuredLine>,
    /// `exact` as long as each sample was kept; else `histogram`, of three digits.
    pub percentiles: &'static str,
    /// The servers that were called, each with its own figures.
    pub servers: Vec<ServerLine>,
    /// Whether somebody is called at all: without a server in the scene, figures of calls are of nothing.
    #[serde(skip)]
    pub has_calls: bool,
    /// Whether requests come when they come, so that there is an intended start to count from.
    #[serde(skip)]
    pub has_open_arrivals: bool,
    /// The tasks.
    pub tasks: Tasks,
    /// The stations.
    pub stations: Vec<StationLine>,
    /// The checks.
    pub checks: Vec<CheckLine>,
    /// What this pattern alone reports.
    pub detail: Map<String, Json>,
}

/// A task that waits.
#[derive(Clone, Debug, Serialize)]
pub struct Blocked {
    /// Its name.
    pub task: String,
    /// What it waits for.
    pub waiting_on: String,
    /// The line in the pattern.
    pub line: Option<u32>,
    /// The file of that line.
    pub file: Option<&'static str>,
}

/// What a pattern measures.
#[derive(Clone, Debug)]
pub struct MeasuredLine {
    /// What is measured.
    pub measure: Measure,
    /// From the first step to the second.
    pub summary: Option<Summary>,
}

/// A server.
#[derive(Clone, Debug, Serialize)]
pub struct ServerLine {
    /// Its name.
    pub name: String,
    /// The worst of its faults that still stand at the end, as its picture says it.
    pub fault: Option<String>,
    /// How many calls to it ended.
    pub calls: u64,
    /// How many of them were answered a second, with a success or an error.
    pub answers_per_s: f64,
    /// The most calls to it that were under way at once.
    pub in_flight_peak: u64,
    /// The share of its slots in use over time; zero without a limit.
    pub utilisation: f64,
    /// From send to answer; a call that timed out counts at its limit.
    pub latency_ns: Option<Summary>,
    /// The same for each way in which calls end.
    pub latency_by_outcome: ByOutcome,
}

/// What became of the requests. `offered` is the sum of the others.
#[derive(Clone, Copy, Debug, Serialize)]
#[expect(missing_docs, reason = "the words of the trace's outcomes")]
pub struct Requests {
    pub offered: u64,
    pub completed: u64,
    pub failed: u64,
    pub rejected: u64,
    pub timed_out: u64,
    pub cancelled: u64,
    pub lost: u64,
    pub in_system: u64,
}

/// Requests a second, by how they left.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the words of the trace's outcomes")]
pub struct RatesLine {
    pub completed: f64,
    pub failed: f64,
    pub rejected: f64,
    pub timed_out: f64,
    pub cancelled: f64,
    pub lost: f64,
}

/// The tasks of a run.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Tasks {
    /// Ever spawned, the main one included.
    pub spawned: u64,
    /// The most at once.
    pub peak: u64,
    /// The sizes of the live futures as boxed at spawn, at most.
    pub bytes_peak: u64,
}

/// A station.
#[derive(Clone, Debug, Serialize)]
pub struct StationLine {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// How much it holds or serves at once; none for no limit.
    pub capacity: Option<u32>,
    /// The most jobs that waited there at once.
    pub queue_peak: u64,
    /// How many waited on average.
    pub queue_mean: f64,
    /// The share of its capacity in use over time.
    pub utilisation: f64,
}

impl StationLine {
    /// The share of its capacity that was in use, in percent; a worker's is the time with a job in hand. None where there is no capacity to
    /// take a share of, and where it was never in use: a figure would say that something was measured.
    pub fn used(&self) -> Option<String> {
        let has_a_share = self.capacity.is_some_and(|room| room > 0) || self.kind == StationKind::Worker.word();
        match self.utilisation {
            share if !has_a_share || share <= 0.0 => None,
            share if share < 0.000_5 => Some("< 0.1 %".to_owned()),
            share => Some(format!("{} %", number::percent(share))),
        }
    }
}

/// A check.
#[derive(Clone, Debug, Serialize)]
pub struct CheckLine {
    /// What it says.
    pub name: Cow<'static, str>,
    /// `always`, `sometimes` or `eventually`.
    pub kind: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// When it first did not.
    pub first_violation_ns: Option<u64>,
    /// How it stands, for words about it: what only may happen and did not does not hold, and is no fault.
    #[serde(skip)]
    pub standing: Standing,
}

impl Report {
    /// The report of a session whose run is over, or of what is computed of it.
    pub fn of<F: Fold + Clone>(session: &Session<F, History>, notices: Vec<String>, wall_ns: u64) -> Report {
        let mut report = Report::brief(session, notices, wall_ns);
        report.detail.extend(session.history().detail().map(|detail| detail.report()).unwrap_or_default());
        report
    }

    /// The report without what this pattern alone has to say.
    pub fn brief<F: Fold + Clone>(session: &Session<F, History>, notices: Vec<String>, wall_ns: u64) -> Report {
        let (scenario, history) = (session.scenario(), session.history());
        let (ledger, trace) = (&history.ledger, session.run().trace());
        let (at, over) = (session.computed(), session.outcome().is_some());
        let so_far = history.until(u64::MAX, at);
        let tally = &ledger.tally;
        let rates = Rates::counted(tally.outcomes, at.since(SimTime::ZERO));
        let (latency_ns, calls) = (so_far.latency(), so_far.calls());
        let latency_by_outcome = calls.map_or_else(ByOutcome::default, |calls| ByOutcome::of(calls, latency_ns));
        let (outcome, blocked) = outcome(session.outcome());
        // What a server still works on is none of the program's tasks.
        let is_of_server = |task: &WaitingTask| {
            let home = ledger.task(task.task).and_then(|row| ledger.station(row.station));
            home.is_some_and(|station| station.kind == StationKind::Server)
        };
        let leaked: Vec<WaitingTask> = match session.outcome() {
            Some(Progress::Drained) => session.run().waiting().into_iter().filter(|task| !is_of_server(task)).collect(),
            _ => Vec::new(),
        };
        let spec = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity);
        let declared = so_far.measures().filter(|of| !matches!(of.measure().id, Measure::LATENCY | Measure::RESPONSE));
        let declared = declared.map(|of| MeasuredLine { measure: of.measure().clone(), summary: of.summary() });
        let mut report = Report {
            pattern: scenario.pattern.id,
            seed: scenario.seed.clone(),
            fidelity: scenario.fidelity.id(),
            params: params(scenario),
            outcome,
            notices: notices
                .into_iter()
                .chain(unheard(scenario))
                .chain(spinning(session.outcome(), session.run(), at))
                .chain(ledger.crash.map(|text| format!("the program panicked: {}", trace.name(text))))
                .collect(),
            blocked: blocked.iter().map(Blocked::of).collect(),
            virtual_ns: at.0,
            wall_ns,
            host: None,
            events: ledger.events,
            trace_hash: session.far_hash().hex(),
            requests: Requests {
                offered: tally.offered,
                completed: tally.served(),
                failed: tally.count(Outcome::Failed),
                rejected: tally.count(Outcome::Rejected),
                timed_out: tally.count(Outcome::TimedOut),
                cancelled: tally.count(Outcome::Cancelled),
                lost: tally.count(Outcome::Lost),
                in_system: tally.in_system,
            },
            substitutes: tally.count(Outcome::Substituted),
            status: tally.statuses.iter().map(|(code, n)| (*code, *n)).collect(),
            throughput_per_s: rates.map_or(0.0, |r| r.throughput()),
            goodput_per_s: rates.map_or(0.0, |r| r.goodput()),
            rates_per_s: rates.map(RatesLine::of).unwrap_or_default(),
            latency_ns,
            latency_by_outcome,
            response_ns: None,
            response_given_up: None,
            link: link::encode(scenario),
            measured: declared.collect(),
            percentiles: if history.is_exact() { "exact" } else { "histogram" },
            servers: servers(&spec, &so_far, (latency_ns, latency_by_outcome), ledger, &trace),
            has_calls: spec.has_server(),
            tasks: Tasks { spawned: tally.tasks_spawned, peak: tally.tasks_peak, bytes_peak: tally.task_bytes_peak },
            stations: stations(ledger, &trace, at),
            checks: history
                .checks
                .states()
                .iter()
                .map(|state| CheckLine {
                    name: state.check.name(),
                    kind: state.check.kind.word(),
                    holds: state.holds(at, over),
                    first_violation_ns: state.first_violation(at, over).map(|t| t.0),
                    standing: state.standing(at, over),
                })
                .collect(),
            detail: detail(scenario, &so_far, &leaked),
            has_open_arrivals: scenario.values().has_open_arrivals(),
        };
        if report.has_open_arrivals {
            report.response_ns = so_far.response();
            report.response_given_up = so_far.responses().and_then(Figures::given_up);
        }
        report
    }

    /// The summary of what a pattern declares that it measures.
    pub fn measured(&self, id: &str) -> Option<Summary> {
        self.measured.iter().find(|line| line.measure.id == id)?.summary
    }

    /// Whether an `always` check did not hold.
    pub fn is_broken(&self) -> bool {
        self.checks.iter().any(|c| c.kind == "always" && !c.holds)
    }
}

impl RatesLine {
    fn of(rates: Rates) -> RatesLine {
        RatesLine {
            completed: rates.goodput(),
            failed: rates.rate(Outcome::Failed),
            rejected: rates.rate(Outcome::Rejected),
            timed_out: rates.rate(Outcome::TimedOut),
            cancelled: rates.rate(Outcome::Cancelled),
            lost: rates.rate(Outcome::Lost),
        }
    }
}

impl Blocked {
    fn of(task: &WaitingTask) -> Blocked {
        Blocked {
            task: task.name.clone(),
            waiting_on: task.waiting_on.clone(),
            line: task.site.line(),
            file: task.site.file(),
        }
    }
}

/// The word for how a run ended, as the report has it.
pub fn outcome_word(progress: Option<&Progress>) -> &'static str {
    outcome(progress).0
}

fn outcome(progress: Option<&Progress>) -> (&'static str, &[WaitingTask]) {
    match progress {
        Some(Progress::Drained) => ("drained", &[]),
        Some(Progress::Deadlock(waiting)) => ("deadlock", waiting),
        Some(Progress::Livelock(waiting)) => ("livelock", waiting),
        Some(Progress::Crashed(waiting)) => ("crashed", waiting),
        Some(Progress::Reached | Progress::BudgetSpent) | None => ("horizon", &[]),
    }
}

/// What is said of a run that was ended because it spins: no time passes any more, or nothing comes of it.
fn spinning(progress: Option<&Progress>, run: &Run, at: SimTime) -> Option<String> {
    let Some(Progress::Livelock(_)) = progress else { return None };
    let why = match run.is_stuck_in_an_instant() {
        true => "all happens at one instant and no time passes",
        false => "the run spins, and next to nothing comes of it",
    };
    Some(format!("{why}, so it was ended at {:.3} s, after {} events", at.seconds(), run.trace().len()))
}

/// What was asked for of arrivals and comes to nothing.
fn unheard(scenario: &Scenario) -> Option<String> {
    let values = scenario.values();
    let (field, asked) = (scenario.field_with(Role::Arrivals)?, values.with_role(Role::Arrivals)?);
    let usual = field.default_value(scenario.fidelity, &Values::default());
    match asked {
        _ if values.way_of_arriving() != Some(SCRIPT) => None,
        _ if values.jobs() == Some(0) => Some("the script is empty, so nobody comes".to_owned()),
        Value::Word(word) if word != SCRIPT && *asked != usual => {
            Some(format!("{}={word} has no effect, as there is a script, and it says what comes when", field.key))
        }
        _ => None,
    }
}

fn params(scenario: &Scenario) -> Map<String, Json> {
    let value = |value: &Value| match value {
        Value::Count(n) => json!(n),
        Value::Span(span) => json!(span.0),
        Value::Number(x) => json!(x),
        Value::Word(word) => json!(word),
    };
    let mut params = Map::new();
    params.extend(scenario.values().iter().map(|(key, v)| (key.to_owned(), value(v))));
    params
}

fn as_object<S: serde::Serializer>(counts: &[(u16, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(counts.iter().copied())
}

fn measured_ns<S: serde::Serializer>(lines: &[MeasuredLine], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(lines.iter().map(|line| (format!("{}_ns", line.measure.id), line.summary)))
}

/// The servers, where all calls have this latency: that of a server which is called alone.
fn servers(
    spec: &SceneSpec,
    so_far: &Prefix<'_>,
    all: (Option<Summary>, ByOutcome),
    ledger: &Ledger,
    trace: &Trace,
) -> Vec<ServerLine> {
    let Some(calls) = so_far.calls() else { return Vec::new() };
    let seconds = so_far.at().seconds();
    let is_alone = calls.stations().nth(1).is_none();
    let called = calls.stations().filter_map(|id| Some((calls.at(id), ledger.station(id)?)));
    let line = |(own, row): (Figures<'_>, &StationRow)| {
        let answers = own.count(|how| matches!(how, How::Success | How::Error));
        let name = trace.name(row.name);
        let (latency_ns, latency_by_outcome) = if is_alone {
            all
        } else {
            let latency = own.summary();
            (latency, ByOutcome::of(own, latency))
        };
        ServerLine {
            name: name.to_owned(),
            fault: spec.worst_fault(name, ledger, trace).map(|fault| fault.to_string()),
            calls: own.count(|_| true),
            answers_per_s: if seconds > 0.0 { answers as f64 / seconds } else { 0.0 },
            in_flight_peak: row.levels.present_peak,
            utilisation: row.utilisation(so_far.at()),
            latency_ns,
            latency_by_outcome,
        }
    };
    called.map(line).collect()
}

fn stations(ledger: &Ledger, trace: &Trace, at: SimTime) -> Vec<StationLine> {
    ledger
        .stations
        .iter()
        .filter(|s| !matches!(s.kind, StationKind::Crew | StationKind::Gate))
        .map(|s| StationLine {
            name: trace.name(s.name).to_owned(),
            kind: s.kind.word(),
            capacity: (s.capacity != millrace_trace::UNLIMITED).then_some(s.capacity),
            queue_peak: s.levels.waiting_peak,
            queue_mean: s.levels.waiting_mean(at),
            utilisation: s.utilisation(at),
        })
        .collect()
}

fn detail(scenario: &Scenario, so_far: &Prefix<'_>, leaked: &[WaitingTask]) -> Map<String, Json> {
    let mut detail = Map::new();
    if let Some(ideal) = (scenario.pattern.ideal)(&scenario.values(), scenario.fidelity) {
        detail.insert("ideal".into(), json!({ "seconds": ideal.seconds, "formula": ideal.formula }));
    }
    let said: Vec<Json> = so_far
        .journal()
        .iter()
        .filter(|e| e.tone == millrace_analysis::Tone::Note)
        .map(|e| json!({ "at_ns": e.at.0, "who": e.who, "text": e.text }))
        .collect();
    if !said.is_empty() {
        detail.insert("said".into(), Json::Array(said));
    }
    if !leaked.is_empty() {
        let leaked: Vec<Blocked> = leaked.iter().map(Blocked::of).collect();
        detail.insert("leaked".into(), json!(leaked));
    }
    detail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_in_use_has_no_share_and_what_hardly_was_is_not_nought() {
        let used = |kind: StationKind, capacity, utilisation| {
            let (name, kind) = ("s".to_owned(), kind.word());
            StationLine { name, kind, capacity, queue_peak: 0, queue_mean: 0.0, utilisation }.used()
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(used(StationKind::Channel, None, 0.0), None, "without a limit there is nothing to take a share of");
        assert_eq!(used(StationKind::Channel, Some(0), 0.0), None, "nor of no room");
        assert_eq!(used(StationKind::Server, Some(4), 0.0), None, "nothing happened");
        assert_eq!(used(StationKind::Worker, None, 0.0), None);
        assert_eq!(used(StationKind::Server, Some(4), 0.000_1), text("< 0.1 %"));
        assert_eq!(used(StationKind::Worker, None, 0.25), text("25.0 %"));
        assert_eq!(used(StationKind::Pool, Some(1), 1.0), text("100.0 %"));
    }
}
