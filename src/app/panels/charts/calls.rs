//! The charts of patterns whose jobs call a server: latency, throughput, jobs in flight and in queues, gauges.

use super::{Figure, Sheet, end_of, line, measured, short, steps, unit_of, window_of};
use crate::analysis::{Rates, Subject};
use crate::app::lab::Lab;
use crate::spec::{GaugeSpec, Measure, Regulator, SceneSpec, Unit};
use crate::trace::{Outcome, Span, StationKind};
use crate::view::charts::{Line, Points, TimeChart};
use crate::view::{Palette, number};

/// All of them, in order: of calls where somebody is called, and of what the pattern declares that it measures.
pub fn sheets(lab: &Lab, scene: &SceneSpec, p: &Palette) -> Vec<Sheet> {
    let declared: Vec<&'static str> = lab.scenario().measures().iter().map(|measure| measure.id).collect();
    let calls = scene.has_server() || declared.is_empty();
    let shown: Vec<&'static str> = calls.then_some(Measure::LATENCY).into_iter().chain(declared).collect();
    let mut sheets: Vec<Sheet> = shown.iter().flat_map(|id| measured::percentiles(lab, id, p)).collect();
    sheets.push(throughput(lab, p));
    sheets.extend(in_flight(lab, scene, p));
    sheets.extend(gauges(lab, scene, p));
    let title = if calls { "Latency histogram" } else { "Distribution" };
    sheets.extend(shown.first().and_then(|id| measured::distribution(lab, id, ("histogram", title))));
    sheets
}

fn throughput(lab: &Lab, p: &Palette) -> Sheet {
    let window = window_of(lab);
    let left = lab.so_far().responses();
    let points = left.map_or_else(Vec::new, |left| left.rates(lab.session().playhead(), window));
    let series = |pick: &dyn Fn(&Rates) -> f64| -> (Points, String) {
        let all: Points = points.iter().map(|r| (r.at.seconds(), pick(&r.rates))).collect();
        let value = all.last().map_or_else(|| "—".to_owned(), |q| number::rate(q.1));
        (all, value)
    };
    let scenario = lab.scenario();
    let ideal = (scenario.pattern.ideal)(&scenario.values(), scenario.fidelity).filter(|i| i.seconds > 0.0);
    let theory = ideal
        .map(|i| scenario.values().jobs().unwrap_or(0) as f64 / i.seconds)
        .map(|rate| (rate, format!("ideal {}", number::rate(rate))));
    let (all, value) = series(&Rates::throughput);
    let mut rate = line("", value, vec![all], p.ink_2, p.ink, 1.4);
    rate.fill = Some(p.queued_wash);
    let (good, value) = series(&Rates::goodput);
    let mut lines = vec![rate, line("goodput", value, vec![good], p.success, p.success_ink, 1.4)];
    // What leaves otherwise, once something has.
    let others = [
        (Outcome::Rejected, "rejected", p.rejected, p.rejected_ink),
        (Outcome::TimedOut, "timeout", p.timeout, p.timeout_ink),
        (Outcome::Substituted, "subst.", p.waiting, p.waiting_ink),
    ];
    for (outcome, word, colour, ink) in others.into_iter().filter(|(o, ..)| lab.ledger().tally.count(*o) > 0) {
        let (points, value) = series(&|rates| rates.rate(outcome));
        lines.push(line(word, value, vec![points], colour, ink, 1.0));
    }
    let chart = TimeChart {
        end: end_of(lab),
        lines,
        theory: theory.into_iter().collect(),
        unit: "per second",
        ..TimeChart::default()
    };
    let note = format!("completed + failed /s, per {}", unit_of(window));
    Sheet { id: "throughput".into(), title: "Throughput".into(), note, figure: Figure::Time(chart) }
}

/// Calls under way, at each server where there are several, and what is in channels and waits for pools; nothing where nobody calls
/// and nothing can queue.
fn in_flight(lab: &Lab, scene: &SceneSpec, p: &Palette) -> Option<Sheet> {
    let (so_far, end) = (lab.so_far(), end_of(lab));
    let trace = lab.session().run().trace();
    let mut lines = Vec::new();
    let flight = steps(so_far.level(Subject::InFlight), end, 1.0);
    let value = flight.last().map_or("0".to_owned(), |q| number::count(q.1 as u64));
    let calls = scene.has_server();
    lines.extend(
        calls.then(|| Line { steps: true, ..line("in flight", value, vec![flight], p.running, p.running_ink, 1.2) }),
    );
    for subject in lab.session().history().levels.subjects() {
        let Subject::Queue(station) = subject else { continue };
        let Some(row) = lab.ledger().station(station).filter(|r| r.levels.arrivals > 0) else { continue };
        let points = steps(so_far.level(subject), end, 1.0);
        let value = points.last().map_or("0".to_owned(), |q| number::count(q.1.max(0.0) as u64));
        let full = row.capacity > 0 && row.levels.present >= u64::from(row.capacity);
        let name = short(trace.name(row.name));
        let (colour, ink) = if full { (p.blocked, p.blocked_ink) } else { (p.ink_2, p.ink) };
        lines.push(Line { steps: true, ..line(&name, value, vec![points], colour, ink, 1.0) });
    }
    let can_queue =
        lab.ledger().stations.iter().any(|row| matches!(row.kind, StationKind::Channel | StationKind::Pool));
    if !calls && !can_queue {
        return None;
    }
    // Little's law, from the same samples: L = λ W.
    let law = lab.latency().filter(|_| calls).map(|latency| (latency.count as f64 / end, latency.mean));
    let in_system = |(rate, mean): (f64, Span)| rate * mean.seconds();
    let note = law.map_or(String::new(), |(rate, mean)| {
        let (shown, ms) = (number::rate(rate), number::millis(mean.0));
        format!("L = λW = {shown}/s × {ms} ms = {:.1}", in_system((rate, mean)))
    });
    let theory = law.map(|law| (in_system(law), "λW".to_owned())).into_iter().collect();
    let chart = TimeChart { end, lines, theory, unit: "requests", ..TimeChart::default() };
    let title = if calls { "In flight, queue depth" } else { "Queue depth" };
    Some(Sheet { id: "in-flight".into(), title: title.into(), note, figure: Figure::Time(chart) })
}

/// The gauges that the scene declares, times in milliseconds.
fn gauges(lab: &Lab, scene: &SceneSpec, p: &Palette) -> Vec<Sheet> {
    let trace = lab.session().run().trace();
    let end = end_of(lab);
    let sheet = |g: &GaugeSpec| {
        let (station, row) = lab.ledger().find(&g.station, &trace)?;
        let now = row.gauge(g.gauge).max(0) as u64;
        let (scale, unit, value) = match g.unit {
            Unit::Sum(_) => return None,
            Unit::Time => (1e-6, "ms", number::millis(now)),
            Unit::Share => (1e-4, "%", number::percent(now as f64 / 1e6)),
            Unit::Count(of) => (1.0, of, number::count(now)),
        };
        let points = steps(lab.so_far().level(Subject::Gauge(station, g.gauge)), end, scale);
        let line = Line {
            steps: true,
            fill: Some(p.blocked_wash),
            ..line("", value, vec![points], p.blocked, p.blocked_ink, 1.2)
        };
        let chart = TimeChart { end, lines: vec![line], theory: thresholds(scene, g), unit, ..TimeChart::default() };
        Some(Sheet { id: g.id.into(), title: g.label.into(), note: unit.to_owned(), figure: Figure::Time(chart) })
    };
    scene.gauges.iter().filter_map(sheet).collect()
}

/// The thresholds of the regulator whose pressure a gauge is.
fn thresholds(scene: &SceneSpec, gauge: &GaugeSpec) -> Vec<(f64, String)> {
    let of = |(station, r): &(&str, &Regulator)| *station == gauge.station && r.pressure == gauge.gauge;
    let regulator = scene.regulators().into_iter().find(of);
    regulator
        .map(|(_, r)| vec![(r.low as f64, format!("low {}", r.low)), (r.high as f64, format!("high {}", r.high))])
        .unwrap_or_default()
}
