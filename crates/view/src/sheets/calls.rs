//! The charts of patterns whose jobs call a server: how long one waits, how much comes of it, how long the server takes; then what is
//! under way and waits, gauges, and how often which length.

use super::levels::{gauges, in_flight};
use super::measured::{Of, declared, distribution, of_millis};
use super::{Sheet, Told, unit_of};
use crate::charts::{Line, Mark, TimeChart, Written};
use crate::number;
use millrace_analysis::{How, Prefix, RatePoint, Rates};
use millrace_spec::Measure;
use millrace_trace::StationId;

/// All of them, in order: of calls where somebody is called, and of what the pattern declares that it measures.
pub fn sheets(told: &Told<'_>) -> Vec<Sheet> {
    let calls = told.spec.has_server() || told.measures.is_empty();
    let mut sheets: Vec<Sheet> = calls.then(|| response(told)).flatten().into_iter().collect();
    if !calls {
        sheets.extend(told.measures.iter().filter_map(|measure| declared(told, measure)));
    }
    sheets.push(goodput(told));
    if calls {
        // Where there is no server nobody answers.
        sheets.extend(told.spec.has_server().then(|| server_times(told)).into_iter().flatten());
        sheets.extend(told.measures.iter().filter_map(|measure| declared(told, measure)));
    }
    sheets.extend(in_flight(told));
    sheets.extend(gauges(told));
    let (headline, title) = match told.measures.first() {
        Some(measure) if !calls => (measure.clone(), "Distribution"),
        _ => {
            let all = [Measure::latency(), Measure::response()];
            let waited = told.spec.waited(told.values);
            (
                all.into_iter().find(|measure| measure.id == waited).unwrap_or_else(Measure::latency),
                "Response histogram",
            )
        }
    };
    sheets.extend(distribution(told, &headline, ("histogram", title)));
    sheets
}

/// How long whoever wanted an answer waited: results and errors at their own time, what was given up at its limit. Who was turned away has
/// no time.
fn response(told: &Told<'_>) -> Option<Sheet> {
    let id = told.spec.waited(told.values);
    let patience = told.values.patience().filter(|_| id == Measure::LATENCY);
    let chart = of_millis(told, Of::all(id), patience.map(|span| (span, "limit")))?;
    let note = match told.values.patience() {
        Some(_) => "ms, log · failures at the limit".to_owned(),
        None => format!("ms, log · {} window", unit_of(told.window())),
    };
    let hint = format!(
        "Percentiles of each window of {}, from {} to the end. The tiles have those of the whole run so far.",
        unit_of(told.window()),
        if id == Measure::RESPONSE { "the intended start" } else { "the call" },
    );
    Some(Sheet { hint, ..Sheet::time("response", "Response time", note, chart) })
}

/// How long the server takes to answer, whatever it says: of each where there are several.
fn server_times(told: &Told<'_>) -> Vec<Sheet> {
    let so_far = told.so_far();
    let Some(calls) = so_far.calls() else { return Vec::new() };
    let stations: Vec<StationId> = calls.stations().collect();
    let note = format!("ms, log · {} window", unit_of(told.window()));
    let chart = |station| {
        let of = Of { id: Measure::LATENCY, station, counts: How::is_answer };
        Some(TimeChart { nothing: Some("no answers"), ..of_millis(told, of, None)? })
    };
    let all = chart(None).map(|chart| Sheet::time("latency", "Server time, answers only", note.clone(), chart));
    let mut sheets: Vec<Sheet> = all.into_iter().collect();
    for id in stations.iter().copied().filter(|_| stations.len() > 1) {
        let Some(row) = told.history.ledger.station(id) else { continue };
        let name = told.trace.name(row.name);
        let (own, title) = (format!("latency-{name}"), format!("Answers only, {name}"));
        sheets.extend(chart(Some(id)).map(|chart| Sheet::time(&own, &title, note.clone(), chart)));
    }
    sheets
}

/// What comes of the attempts, over the same windows.
fn rates(told: &Told<'_>, so_far: &Prefix<'_>) -> Vec<Line> {
    let (p, window) = (told.palette, told.window());
    let left = so_far.responses();
    let points = left.map_or_else(Vec::new, |left| left.rates(so_far.at(), window));
    let length = left.map_or(window, |left| left.coarse(window)).seconds();
    let series =
        |pick: fn(&Rates) -> f64| vec![points.iter().map(|r: &RatePoint| (r.at.seconds(), pick(&r.rates))).collect()];
    vec![
        Line::windows("goodput", series(Rates::goodput), length, (p.success, p.success_ink), 1.8),
        Line::windows(word_of_ended(told), series(Rates::attempts), length, (p.ink_2, p.ink), 1.2),
    ]
}

fn goodput(told: &Told<'_>) -> Sheet {
    let ink = told.palette.ink_3;
    let mark = |rate: f64| Mark { value: rate, label: format!("λ max {}", number::rate(rate)), colour: ink, ink };
    let mut lines = rates(told, &told.so_far());
    lines.extend(told.beside(|beside| rates(told, beside)));
    let chart = TimeChart {
        lines,
        before: told.earlier().map_or_else(Vec::new, |earlier| told.ghosts(rates(told, &earlier), 1)),
        marks: told.ceiling.iter().map(|ceiling| mark(ceiling.per_second)).collect(),
        unit: "per second",
        written: Written::Rate,
        ..told.chart()
    };
    let note = format!("per s · {} window", unit_of(told.window()));
    let title = if told.spec.has_tries() { "Ended and goodput" } else { "Attempts and goodput" };
    let hint = told.ceiling.as_ref().map_or_else(String::new, |ceiling| format!("λ max = {}", ceiling.formula));
    Sheet { hint, ..Sheet::time("throughput", title, note, chart) }
}

/// What those are called that ended in whatever way.
fn word_of_ended(told: &Told<'_>) -> &'static str {
    if told.spec.has_tries() { "ended" } else { "attempts" }
}
