//! The charts of patterns whose jobs call a server: latency, throughput, jobs in flight and in queues, gauges.

use super::{Figure, Sheet, end_of, line, marks_of, now_of, percentile_of, short, steps, unit_of, window_of};
use crate::analysis::{Rates, Subject, WindowPoint};
use crate::app::lab::Lab;
use crate::spec::{GaugeSpec, Regulator, SceneSpec, Unit};
use crate::trace::{Outcome, Span};
use crate::view::charts::{Band, Histogram, Line, Points, TimeChart};
use crate::view::{Palette, number};

/// All of them, in order.
pub fn sheets(lab: &Lab, scene: &SceneSpec, p: &Palette) -> Vec<Sheet> {
    let mut sheets = vec![latency(lab, p), throughput(lab, p), in_flight(lab, p)];
    sheets.extend(gauges(lab, scene, p));
    sheets.push(histogram(lab));
    sheets
}

fn latency(lab: &Lab, p: &Palette) -> Sheet {
    let window = window_of(lab);
    let calls = lab.so_far().calls();
    let points = calls.map_or_else(Vec::new, |calls| calls.by_window(lab.session().playhead(), window));
    let step = calls.map_or(window, |calls| calls.coarse(window));
    let series = |pick: fn(&WindowPoint) -> Span| percentile_of(&points, step, |w| pick(w).as_millis().max(0.01));
    let now = |pick: fn(&WindowPoint) -> Span| now_of(lab, &points, |w| number::millis(pick(w).0));
    let (p50, p95, p99) = (series(|w| w.p50), series(|w| w.p95), series(|w| w.p99));
    let patience = lab.scenario().values().patience();
    let theory = patience.map(|span| (span.as_millis(), format!("timeout {}", brief(span)))).into_iter().collect();
    let chart = TimeChart {
        end: end_of(lab),
        log: true,
        bands: vec![
            Band { low: p95.clone(), high: p99.clone(), fill: p.p_band2 },
            Band { low: p50.clone(), high: p95.clone(), fill: p.p_band1 },
        ],
        lines: vec![
            line("p50", now(|w| w.p50), p50, p.p50, p.ink, 1.8),
            line("p95", now(|w| w.p95), p95, p.p95, p.ink_2, 1.2),
            line("p99", now(|w| w.p99), p99, p.p99, p.ink_2, 1.2),
        ],
        theory,
        unit: "ms",
        ..TimeChart::default()
    };
    let limits = if lab.timeouts() > 0 { " · timeouts at limit" } else { " window" };
    let note = format!("ms, log · {}{limits}", unit_of(window));
    Sheet { id: "latency", title: "Latency", note, figure: Figure::Time(chart) }
}

/// Room for a few digits is all there is beside a chart: milliseconds as on its axis, from a second on seconds.
fn brief(span: Span) -> String {
    if span.0 < 1_000_000_000 { number::short_millis(span.0) } else { unit_of(span) }
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
    Sheet { id: "throughput", title: "Throughput", note, figure: Figure::Time(chart) }
}

fn in_flight(lab: &Lab, p: &Palette) -> Sheet {
    let (so_far, end) = (lab.so_far(), end_of(lab));
    let trace = lab.session().run().trace();
    let mut lines = Vec::new();
    let flight = steps(so_far.level(Subject::InFlight), end, 1.0);
    let value = flight.last().map_or("0".to_owned(), |q| number::count(q.1 as u64));
    lines.push(Line { steps: true, ..line("in flight", value, vec![flight], p.running, p.running_ink, 1.2) });
    for subject in lab.session().history().levels.subjects() {
        let Subject::Queue(station) = subject else { continue };
        let Some(row) = lab.ledger().station(station).filter(|r| r.levels.arrivals > 0) else { continue };
        let points = steps(so_far.level(subject), end, 1.0);
        let value = number::count(row.levels.present);
        let full = row.capacity > 0 && row.levels.present >= u64::from(row.capacity);
        let name = short(trace.name(row.name));
        let (colour, ink) = if full { (p.blocked, p.blocked_ink) } else { (p.ink_2, p.ink) };
        lines.push(Line { steps: true, ..line(&name, value, vec![points], colour, ink, 1.0) });
    }
    // Little's law, from the same samples: L = λ W.
    let law = lab.latency().map(|latency| (latency.count as f64 / end, latency.mean));
    let in_system = |(rate, mean): (f64, Span)| rate * mean.seconds();
    let note = law.map_or(String::new(), |(rate, mean)| {
        let (shown, ms) = (number::rate(rate), number::millis(mean.0));
        format!("L = λW = {shown}/s × {ms} ms = {:.1}", in_system((rate, mean)))
    });
    let theory = law.map(|law| (in_system(law), "λW".to_owned())).into_iter().collect();
    let chart = TimeChart { end, lines, theory, unit: "requests", ..TimeChart::default() };
    Sheet { id: "in-flight", title: "In flight, queue depth", note, figure: Figure::Time(chart) }
}

/// The gauges that the scene declares, times in milliseconds.
fn gauges(lab: &Lab, scene: &SceneSpec, p: &Palette) -> Vec<Sheet> {
    let trace = lab.session().run().trace();
    let end = end_of(lab);
    let sheet = |g: &GaugeSpec| {
        let (station, row) = lab.ledger().find(&g.station, &trace)?;
        let now = row.gauge(g.gauge).max(0) as u64;
        let (scale, unit, value) = match g.unit {
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
        Some(Sheet { id: g.id, title: g.label, note: unit.to_owned(), figure: Figure::Time(chart) })
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

fn histogram(lab: &Lab) -> Sheet {
    let so_far = lab.so_far();
    let lengths: Vec<_> = so_far.calls().into_iter().flat_map(|calls| calls.lengths()).collect();
    let calls = lengths.iter().map(|(span, how, n)| (span.as_millis(), how.is_good(), *n));
    let latency = lab.latency();
    let note = format!("ms, log · n = {}", number::count(latency.map_or(0, |s| s.count)));
    let marks = marks_of(latency, Span::as_millis);
    Sheet { id: "histogram", title: "Latency histogram", note, figure: Figure::Bars(Histogram::of(calls, marks)) }
}
