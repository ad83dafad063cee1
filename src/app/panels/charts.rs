//! The live charts: series from the samples up to the playhead, drawn by plotters on canvases.

use crate::analysis::{LevelPoint, Subject, rates, windows};
use crate::app::icon::{Icon, IconName};
use crate::app::lab::Lab;
use crate::app::page::use_page;
use crate::platform::resize::Resizes;
use crate::platform::{canvas, clock, host};
use crate::spec::{GaugeSpec, Regulator, SceneSpec};
use crate::trace::{Answer, SimTime, Span};
use crate::view::charts::{Band, Histogram, Line, Paper, Table, TimeChart};
use crate::view::{Palette, Rgba, Theme, number};
use plotters_canvas::CanvasBackend;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

/// What one canvas shows.
#[derive(Clone, Debug, PartialEq)]
enum Figure {
    Time(TimeChart),
    Bars(Histogram),
}

/// A chart with its title line.
#[derive(Clone, Debug, PartialEq)]
struct Sheet {
    id: &'static str,
    title: &'static str,
    note: String,
    figure: Figure,
}

/// All charts.
#[component]
pub fn Charts() -> Html {
    let page = use_page();
    let palette = Palette::of(if page.state.dark { Theme::Dark } else { Theme::Light });
    let sheets = {
        let lab = page.lab();
        let mut sheets = vec![latency(&lab, palette), throughput(&lab, palette), in_flight(&lab, palette)];
        sheets.extend(gauges(&lab, palette));
        sheets.push(histogram(&lab));
        sheets
    };
    html! {
        <section class="sec charts" aria-label="Charts">
            { for sheets.into_iter().map(|sheet| { let key = sheet.id; html! { <Chart {key} {sheet} dark={page.state.dark} /> } }) }
        </section>
    }
}

/// Properties of a chart.
#[derive(Clone, PartialEq, Properties)]
struct ChartProps {
    sheet: Sheet,
    dark: bool,
}

#[component]
fn Chart(props: &ChartProps) -> Html {
    let node = use_node_ref();
    let as_table = use_state(|| false);
    use_painting(&node, props);
    let toggle = {
        let as_table = as_table.clone();
        Callback::from(move |_: MouseEvent| as_table.set(!*as_table))
    };
    let (sentence, table) = match &props.sheet.figure {
        Figure::Time(chart) => (chart.sentence(), as_table.then(|| chart.table())),
        Figure::Bars(bars) => (bars.sentence(), as_table.then(|| bars.table())),
    };
    let sheet = &props.sheet;
    html! {
        <figure class="chart">
            <figcaption><b>{ sheet.title }</b><span class="note">{ sheet.note.clone() }</span>
                <button class="astable" aria-pressed={as_table.to_string()} title="Show as table" aria-label={format!("Show {} as table", sheet.title)} onclick={toggle}><Icon name={IconName::Table} /></button>
            </figcaption>
            <canvas ref={node} role="img" data-testid={format!("chart-{}", sheet.id)} aria-label={format!("{}: {sentence}", sheet.title)}></canvas>
            if let Some(table) = table {
                { rows(&table) }
            }
        </figure>
    }
}

/// Paints the canvas whenever what it shows, its size or the theme has changed.
#[hook]
fn use_painting(node: &NodeRef, props: &ChartProps) {
    let latest = use_mut_ref(|| props.clone());
    {
        let (node, latest) = (node.clone(), latest.clone());
        use_effect_with(props.clone(), move |props| {
            latest.replace(props.clone());
            let props = props.clone();
            clock::soon(move || paint(&node, &props.sheet.figure, props.dark));
        });
    }
    let node = node.clone();
    use_effect_with((), move |()| {
        let watched = node.cast::<web_sys::Element>().map(|canvas| {
            Resizes::watch(&canvas, move || {
                let props = latest.borrow();
                paint(&node, &props.sheet.figure, props.dark);
            })
        });
        move || drop(watched)
    });
}

fn rows(table: &Table) -> Html {
    html! {
        <div class="scroll tabled">
            <table>
                <thead><tr>{ for table.head.iter().map(|h| html! { <th scope="col">{ h }</th> }) }</tr></thead>
                <tbody>{ for table.rows.iter().map(|row| html! { <tr>{ for row.iter().map(|cell| html! { <td>{ cell }</td> }) }</tr> }) }</tbody>
            </table>
        </div>
    }
}

fn paint(node: &NodeRef, figure: &Figure, dark: bool) {
    let Some(element) = node.cast::<HtmlCanvasElement>() else { return };
    let ratio = host::pixel_ratio();
    if canvas::fit(&element, ratio).is_none() {
        return;
    }
    let Some(backend) = CanvasBackend::with_canvas_object(element) else { return };
    let palette = Palette::of(if dark { Theme::Dark } else { Theme::Light });
    let paper = Paper::new(backend, palette, ratio);
    // A canvas that cannot be drawn on stays empty; the numbers are in the tiles and in the table.
    let _drawn = match figure {
        Figure::Time(chart) => chart.draw(&paper, palette.chrome),
        Figure::Bars(bars) => bars.draw(&paper, palette.chrome),
    };
}

/// The right end of the time axes, in seconds. Before the start they show a second to come.
fn end_of(lab: &Lab) -> f64 {
    let playhead = lab.session().playhead();
    if playhead == SimTime::ZERO { 1.0 } else { playhead.seconds().max(1e-3) }
}

/// About a hundredth of the time shown, rounded.
fn window_of(lab: &Lab) -> Span {
    Span::from_seconds(number::round_step(end_of(lab), 100.0).max(0.000_1))
}

fn unit_of(window: Span) -> String {
    if window.0 >= 1_000_000_000 { format!("{} s", window.seconds()) } else { format!("{} ms", window.as_millis()) }
}

fn line(name: &str, value: String, points: Vec<(f64, f64)>, colour: Rgba, ink: Rgba, width: f64) -> Line {
    Line { name: name.to_owned(), value, points, colour, ink, width, steps: false, fill: None }
}

fn latency(lab: &Lab, p: &Palette) -> Sheet {
    let window = window_of(lab);
    let points = windows(lab.so_far().calls(), lab.session().playhead(), window);
    let series = |pick: fn(&crate::analysis::WindowPoint) -> Span| {
        points.iter().map(|w| (w.at.seconds(), pick(w).as_millis().max(0.01))).collect::<Vec<_>>()
    };
    let (p50, p95, p99) = (series(|w| w.p50), series(|w| w.p95), series(|w| w.p99));
    let last = |s: &[(f64, f64)]| s.last().map_or("–".to_owned(), |q| number::millis((q.1 * 1e6) as u64));
    let timeout = lab.scenario().values().span("timeout");
    let theory = if timeout.is_zero() {
        Vec::new()
    } else {
        vec![(timeout.as_millis(), format!("timeout {}", number::millis(timeout.0)))]
    };
    let chart = TimeChart {
        end: end_of(lab),
        log: true,
        bands: vec![
            Band { low: p95.clone(), high: p99.clone(), fill: p.p_band2 },
            Band { low: p50.clone(), high: p95.clone(), fill: p.p_band1 },
        ],
        lines: vec![
            line("p50", last(&p50), p50, p.p50, p.ink, 1.8),
            line("p95", last(&p95), p95, p.p95, p.ink_2, 1.2),
            line("p99", last(&p99), p99, p.p99, p.ink_2, 1.2),
        ],
        theory,
        unit: "ms",
    };
    Sheet {
        id: "latency",
        title: "Latency",
        note: format!("ms, log · {} window", unit_of(window)),
        figure: Figure::Time(chart),
    }
}

fn throughput(lab: &Lab, p: &Palette) -> Sheet {
    let window = window_of(lab);
    let points = rates(lab.so_far().departures(), lab.session().playhead(), window);
    let all: Vec<_> = points.iter().map(|r| (r.at.seconds(), r.rate)).collect();
    let scenario = lab.scenario();
    let ideal = (scenario.pattern.ideal)(&scenario.values(), scenario.fidelity).filter(|i| i.seconds > 0.0);
    let theory = ideal
        .map(|i| scenario.values().count("requests") as f64 / i.seconds)
        .map(|rate| (rate, format!("ideal {}", number::rate(rate))));
    let value = all.last().map_or("–".to_owned(), |q| number::rate(q.1));
    let mut rate = line("", value, all, p.ink_2, p.ink, 1.4);
    rate.fill = Some(p.queued_wash);
    let chart = TimeChart {
        end: end_of(lab),
        lines: vec![rate],
        theory: theory.into_iter().collect(),
        unit: "per second",
        ..TimeChart::default()
    };
    let note = format!("completions per second, {} window", unit_of(window));
    Sheet { id: "throughput", title: "Throughput", note, figure: Figure::Time(chart) }
}

/// A name that leaves room for a number at the right of a chart.
fn short(name: &str) -> String {
    if name.chars().count() <= 9 { name.to_owned() } else { name.chars().take(8).collect::<String>() + "…" }
}

fn steps(points: &[LevelPoint], end: f64, scale: f64) -> Vec<(f64, f64)> {
    let mut series: Vec<_> = points.iter().map(|q| (q.at.seconds(), q.level as f64 * scale)).collect();
    if let Some(last) = series.last().copied() {
        series.push((end, last.1));
    }
    series
}

fn in_flight(lab: &Lab, p: &Palette) -> Sheet {
    let (so_far, end) = (lab.so_far(), end_of(lab));
    let trace = lab.session().run().trace();
    let mut lines = Vec::new();
    let flight = steps(so_far.level(Subject::InFlight), end, 1.0);
    let value = flight.last().map_or("0".to_owned(), |q| number::count(q.1 as u64));
    lines.push(Line { steps: true, ..line("in flight", value, flight, p.running, p.running_ink, 1.2) });
    for subject in lab.session().history().levels.subjects() {
        let Subject::Queue(station) = subject else { continue };
        let Some(row) = lab.ledger().station(station).filter(|r| r.levels.arrivals > 0) else { continue };
        let points = steps(so_far.level(subject), end, 1.0);
        let value = number::count(row.levels.present);
        let full = row.capacity > 0 && row.levels.present >= u64::from(row.capacity);
        let name = short(trace.name(row.name));
        let (colour, ink) = if full { (p.blocked, p.blocked_ink) } else { (p.ink_2, p.ink) };
        lines.push(Line { steps: true, ..line(&name, value, points, colour, ink, 1.0) });
    }
    // Little's law, from the same samples: L = λ W.
    let mean_ns = lab.latency().mean.0 as f64;
    let rate = so_far.calls().len() as f64 / end;
    let note = if rate > 0.0 {
        format!(
            "L = λW = {}/s × {} ms = {:.1}",
            number::rate(rate),
            number::millis(mean_ns as u64),
            rate * mean_ns / 1e9
        )
    } else {
        String::new()
    };
    let theory = if rate > 0.0 { vec![(rate * mean_ns / 1e9, "λW".to_owned())] } else { Vec::new() };
    let chart = TimeChart { end, lines, theory, unit: "requests", ..TimeChart::default() };
    Sheet { id: "in-flight", title: "In flight, queue depth", note, figure: Figure::Time(chart) }
}

/// The gauges that the scene declares, times in milliseconds.
fn gauges(lab: &Lab, p: &Palette) -> Vec<Sheet> {
    let scenario = lab.scenario();
    let trace = lab.session().run().trace();
    let end = end_of(lab);
    let scene = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity);
    let sheet = |g: &GaugeSpec| {
        let (station, row) = lab.ledger().find(&g.station, &trace)?;
        let (now, is_time) = (row.gauge(g.gauge).max(0) as u64, g.unit == "ns");
        let (scale, unit) = if is_time { (1e-6, "ms") } else { (1.0, g.unit) };
        let value = if is_time { number::millis(now) } else { number::count(now) };
        let points = steps(lab.so_far().level(Subject::Gauge(station, g.gauge)), end, scale);
        let line =
            Line { steps: true, fill: Some(p.blocked_wash), ..line("", value, points, p.blocked, p.blocked_ink, 1.2) };
        let chart = TimeChart { end, lines: vec![line], theory: thresholds(&scene, g), unit, ..TimeChart::default() };
        Some(Sheet { id: g.id, title: g.label, note: unit.to_owned(), figure: Figure::Time(chart) })
    };
    scene.gauges.iter().filter_map(sheet).collect()
}

/// The thresholds of the regulator whose pressure a gauge is.
fn thresholds(scene: &SceneSpec, gauge: &GaugeSpec) -> Vec<(f64, String)> {
    let of = |r: &&Regulator| r.station == gauge.station && r.pressure == gauge.gauge;
    let regulator = scene.regulator.iter().find(of);
    regulator
        .map(|r| vec![(r.low as f64, format!("low {}", r.low)), (r.high as f64, format!("high {}", r.high))])
        .unwrap_or_default()
}

fn histogram(lab: &Lab) -> Sheet {
    let so_far = lab.so_far();
    let calls = so_far
        .calls()
        .iter()
        .filter(|c| matches!(c.answer, Answer::Status(_)))
        .map(|c| (c.latency.as_millis(), c.answer.is_success()));
    let latency = lab.latency();
    let marks = [(latency.p50, "p50", 1), (latency.p95, "p95", 20), (latency.p99, "p99", 100)];
    let marks = marks
        .into_iter()
        .filter(|(_, _, enough)| latency.count >= *enough)
        .map(|(span, name, _)| (span.as_millis(), name))
        .collect();
    let note = format!("ms, log · n = {}", number::count(latency.count));
    Sheet { id: "histogram", title: "Latency histogram", note, figure: Figure::Bars(Histogram::of(calls, marks)) }
}
