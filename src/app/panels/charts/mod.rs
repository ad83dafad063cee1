//! The live charts: series from the samples up to the playhead, drawn by plotters on canvases.
//!
//! What there is to plot depends on the picture: calls that are answered, or people who wait for cars.

mod bank;
mod calls;
mod measured;

pub use bank::sheets as bank_charts;
pub use calls::sheets as call_charts;

use crate::analysis::{LevelPoint, Summary, WindowPoint, pieces};
use crate::app::held::use_held;
use crate::app::icon::{IconName, icon_of};
use crate::app::lab::Lab;
use crate::app::markup::html;
use crate::app::page::Page;
use crate::app::painting::use_painting;
use crate::app::{family, scene};
use crate::platform::{canvas, host};
use crate::trace::{SimTime, Span};
use crate::view::charts::{Histogram, Line, Paper, Points, Table, TimeChart};
use crate::view::{Palette, Rgba, Theme, number};
use plotters_canvas::CanvasBackend;
use std::rc::Rc;
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
pub struct Sheet {
    id: AttrValue,
    title: AttrValue,
    note: String,
    figure: Figure,
}

/// All charts.
pub fn charts(page: &Page) -> Html {
    let palette = Palette::of(if page.state.dark { Theme::Dark } else { Theme::Light });
    let sheets = {
        let lab = page.lab();
        let scene = scene::spec(&lab);
        (family::of(&scene).charts)(&lab, &scene, palette)
    };
    html! {
        <section class="sec charts" aria-label="Charts">
            { for sheets.into_iter().map(|sheet| { let key = sheet.id.to_string(); html! { <Chart {key} sheet={Rc::new(sheet)} dark={page.state.dark} /> } }) }
        </section>
    }
}

/// Properties of a chart.
#[derive(Clone, PartialEq, Properties)]
struct ChartProps {
    sheet: Rc<Sheet>,
    dark: bool,
}

#[component]
fn Chart(props: &ChartProps) -> Html {
    let node = use_node_ref();
    let as_table = use_held(|| false);
    use_painting(&node, props.clone(), paint);
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
            <figcaption><b>{ sheet.title.clone() }</b><span class="note">{ sheet.note.clone() }</span>
                <button class="astable" aria-pressed={as_table.to_string()} title="Show as table" aria-label={format!("Show {} as table", sheet.title)} onclick={toggle}>{ icon_of(IconName::Table) }</button>
            </figcaption>
            <canvas ref={node} role="img" data-testid={format!("chart-{}", sheet.id)} aria-label={format!("{}: {sentence}", sheet.title)}></canvas>
            if let Some(table) = table {
                { rows(&table) }
            }
        </figure>
    }
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

fn paint(node: &NodeRef, ChartProps { sheet, dark }: &ChartProps) {
    let Some(element) = node.cast::<HtmlCanvasElement>() else { return };
    let ratio = host::pixel_ratio();
    if canvas::fit(&element, ratio).is_none() {
        return;
    }
    let Some(backend) = CanvasBackend::with_canvas_object(element) else { return };
    let palette = Palette::of(if *dark { Theme::Dark } else { Theme::Light });
    let paper = Paper::new(backend, palette, ratio);
    // A canvas that cannot be drawn on stays empty; the numbers are in the tiles and in the table.
    let _drawn = match &sheet.figure {
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

fn line(name: &str, value: String, pieces: Vec<Points>, colour: Rgba, ink: Rgba, width: f64) -> Line {
    Line { name: name.to_owned(), value, pieces, colour, ink, width, steps: false, fill: None }
}

/// The percentiles that a histogram marks: those that there are enough samples for.
fn marks_of(summary: Option<Summary>, unit: fn(Span) -> f64) -> Vec<(f64, &'static str)> {
    let marks = |s: Summary| [(s.p50, "p50", 1), (s.p95, "p95", 20), (s.p99, "p99", 100)].map(|mark| (mark, s.count));
    let marks = summary.map(marks).into_iter().flatten();
    marks.filter(|((.., enough), count)| count >= enough).map(|((span, name, _), _)| (unit(span), name)).collect()
}

/// A percentile over time, in pieces: where no window has a sample nothing is known.
fn percentile_of(points: &[WindowPoint], step: Span, pick: impl Fn(&WindowPoint) -> f64) -> Vec<Points> {
    pieces(points, step).map(|piece| piece.iter().map(|w| (w.at.seconds(), pick(w))).collect()).collect()
}

/// What a percentile is now, as text: nothing, if the last window has no sample.
fn now_of(lab: &Lab, points: &[WindowPoint], shown: impl Fn(&WindowPoint) -> String) -> String {
    let last = points.last().filter(|w| w.at == lab.session().playhead());
    last.map_or_else(|| "—".to_owned(), shown)
}

/// A name that leaves room for a number at the right of a chart.
fn short(name: &str) -> String {
    if name.chars().count() <= 9 { name.to_owned() } else { name.chars().take(8).collect::<String>() + "…" }
}

fn steps(points: &[LevelPoint], end: f64, scale: f64) -> Points {
    let mut series: Vec<_> = points.iter().map(|q| (q.at.seconds(), q.level as f64 * scale)).collect();
    if let Some(last) = series.last().copied() {
        series.push((end, last.1));
    }
    series
}
