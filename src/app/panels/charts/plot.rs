//! One chart: its title line, its canvases, its table; and what a pointer and keys do on it.

use super::pointed::{Over, Pointed};
use crate::app::effect::use_effect_on;
use crate::app::held::use_held;
use crate::app::icon::{IconName, icon_of};
use crate::app::markup::html;
use crate::app::painting::use_painting;
use crate::platform::{canvas, host};
use crate::trace::SimTime;
use crate::view::charts::{Paper, Table};
use crate::view::sheets::{Figure, Sheet};
use crate::view::{Palette, Theme};
use plotters_canvas::CanvasBackend;
use std::rc::Rc;
use web_sys::{Element, HtmlCanvasElement};
use yew::prelude::*;

/// What is the same only if it is one and the same.
pub struct Same<T>(pub Rc<T>);

impl<T> Clone for Same<T> {
    fn clone(&self) -> Same<T> {
        Same(self.0.clone())
    }
}

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Same<T>) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Properties of a chart.
#[derive(Clone, PartialEq, Properties)]
pub struct PlotProps {
    /// What it shows.
    pub sheet: Same<Sheet>,
    /// In which theme.
    pub dark: bool,
    /// With the playhead where.
    pub playhead: SimTime,
    /// And where the request was there that is followed.
    #[prop_or_default]
    pub life: Option<(SimTime, SimTime)>,
    /// And where somebody points.
    pub pointed: Same<Pointed>,
}

/// What is shown of a sheet.
#[derive(Clone, PartialEq)]
pub struct Shown {
    /// The sheet.
    pub sheet: Same<Sheet>,
    /// In which theme.
    pub dark: bool,
    /// With the playhead where.
    pub playhead: SimTime,
    /// And where the request was there that is followed.
    pub life: Option<(SimTime, SimTime)>,
}

/// What is painted when a chart gets another size: the chart, and what lies over it.
#[derive(Clone, PartialEq)]
struct Both {
    sheet: Same<Sheet>,
    dark: bool,
    over: Same<Over>,
    pointed: Same<Pointed>,
}

/// The chart.
#[component]
pub fn Plot(PlotProps { sheet, dark, playhead, life, pointed }: &PlotProps) -> Html {
    let (node, as_table) = (use_node_ref(), use_held(|| false));
    let over = use_mut_ref(|| {
        let over = Over { canvas: NodeRef::default(), read: NodeRef::default(), shown: Default::default() };
        Same(Rc::new(over))
    });
    let over = over.borrow().clone();
    let shown = Shown { sheet: sheet.clone(), dark: *dark, playhead: *playhead, life: *life };
    over.0.shown.replace(Some(shown.clone()));
    use_painting(
        &node,
        Both { sheet: sheet.clone(), dark: *dark, over: over.clone(), pointed: pointed.clone() },
        paint,
    );
    {
        let (over, pointed) = (over.clone(), pointed.clone());
        use_effect_on(shown, move || over.0.paint(pointed.0.seconds()));
    }
    {
        let (over, pointed) = (over.clone(), pointed.clone());
        use_effect_on((), move || pointed.0.watch(&over.0));
    }
    let toggle = {
        let as_table = as_table.clone();
        Callback::from(move |_: MouseEvent| as_table.set(!*as_table))
    };
    let (sheet, title) = (&sheet.0, &sheet.0.title);
    let hint = if sheet.hint.is_empty() { &sheet.note } else { &sheet.hint }.clone();
    let label = format!("{title}: {}", sheet.sentence(*playhead));
    let canvas = html! { <canvas ref={node} role="img" data-testid={format!("chart-{}", sheet.id)} aria-label={label}></canvas> };
    let table = as_table.then(|| match &sheet.figure {
        Figure::Time(chart) => chart.table(),
        Figure::Bars(bars) => bars.table(),
    });
    html! {
        <figure class="chart" data-chart={sheet.id.clone()}>
            <figcaption><b>{ title.clone() }</b><span class="note" title={hint}>{ sheet.note.clone() }</span><span class="read" ref={over.0.read.clone()}></span>
                <button class="astable" aria-pressed={as_table.to_string()} title="Show as table" aria-label={format!("Show {title} as table")} onclick={toggle}>{ icon_of(IconName::Table) }</button>
            </figcaption>
            { match sheet.figure {
                Figure::Time(_) => pointable(canvas, title, &over, pointed),
                Figure::Bars(_) => html! { <div class="plot">{ canvas }</div> },
            } }
            if let Some(table) = table {
                { rows(title, &table) }
            }
        </figure>
    }
}

/// A plot that a pointer and keys read values from.
fn pointable(canvas: Html, title: &str, over: &Same<Over>, pointed: &Same<Pointed>) -> Html {
    let at = {
        let (over, pointed) = (over.clone(), pointed.clone());
        Callback::from(move |event: PointerEvent| {
            // A finger reads while it is down; who scrolls down the page reads nothing.
            if event.pointer_type() != "mouse" && event.buttons() == 0 {
                return;
            }
            pointed.0.point(second_at(&over.0, f64::from(event.offset_x())));
        })
    };
    let leave = {
        let pointed = pointed.clone();
        Callback::from(move |_: PointerEvent| pointed.0.point(None))
    };
    let lift = {
        let leave = leave.clone();
        Callback::from(move |event: PointerEvent| {
            if event.pointer_type() != "mouse" {
                leave.emit(event);
            }
        })
    };
    let onblur = {
        let (over, pointed) = (over.clone(), pointed.clone());
        Callback::from(move |_: FocusEvent| {
            is_live(&over.0, false);
            pointed.0.point(None);
        })
    };
    let onkeydown = {
        let (over, pointed) = (over.clone(), pointed.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(to) = second_by_key(&over.0, pointed.0.seconds(), &event.key()) else { return };
            event.prevent_default();
            event.stop_propagation();
            is_live(&over.0, true);
            pointed.0.point(to);
        })
    };
    html! {
        <div class="plot" role="group" tabindex="0" aria-label={format!("{title}: arrow keys read its values")} onpointermove={at.clone()} onpointerdown={at}
            onpointerup={lift} onpointercancel={leave.clone()} onpointerleave={leave} {onkeydown} {onblur}>
            { canvas }
            <canvas class="over" ref={over.0.canvas.clone()} aria-hidden="true"></canvas>
        </div>
    }
}

/// The second at a place of a chart, in CSS pixels from its left.
fn second_at(over: &Over, x: f64) -> Option<f64> {
    let element = over.canvas.cast::<HtmlCanvasElement>()?;
    let shown = over.shown.borrow();
    let Figure::Time(chart) = &shown.as_ref()?.sheet.0.figure else { return None };
    let size = (f64::from(element.client_width()), f64::from(element.client_height()));
    chart.scale(size)?.seconds(x)
}

/// Where a key moves the second that is pointed at, from one or from the playhead; nothing for a key that means nothing here.
fn second_by_key(over: &Over, from: Option<f64>, key: &str) -> Option<Option<f64>> {
    let shown = over.shown.borrow();
    let shown = shown.as_ref()?;
    let Figure::Time(chart) = &shown.sheet.0.figure else { return None };
    let (most, stride) = (chart.until.min(chart.end), chart.stride());
    // In the middle of a window, so that it is plain which one it is.
    let middle = |seconds: f64| ((seconds / stride).floor() + 0.5) * stride;
    // The last one that is over.
    let (first, last) = (stride / 2.0, middle((most - stride / 2.0).max(0.0)));
    let start = middle(from.unwrap_or_else(|| shown.playhead.seconds()).min(last));
    match key {
        "ArrowLeft" => Some(Some(if from.is_some() { start - stride } else { start }.max(first))),
        "ArrowRight" => Some(Some(if from.is_some() { start + stride } else { start }.min(last))),
        "Home" => Some(Some(first)),
        "End" => Some(Some(last)),
        "Escape" if from.is_some() => Some(None),
        _ => None,
    }
}

/// Whether what is read of a chart is said aloud: of the one that keys move in, and of no other.
fn is_live(over: &Over, is: bool) {
    if let Some(read) = over.read.cast::<Element>() {
        let _set = if is { read.set_attribute("aria-live", "polite") } else { read.remove_attribute("aria-live") };
    }
}

fn rows(title: &str, table: &Table) -> Html {
    html! {
        <div class="scroll tabled" tabindex="0" role="region" aria-label={format!("{title}: its numbers")}>
            <table>
                <thead><tr>{ for table.head.iter().map(|h| html! { <th scope="col">{ h }</th> }) }</tr></thead>
                <tbody>{ for table.rows.iter().map(|row| html! { <tr>{ for row.iter().map(|cell| html! { <td>{ cell }</td> }) }</tr> }) }</tbody>
            </table>
        </div>
    }
}

fn paint(node: &NodeRef, Both { sheet: Same(sheet), dark, over, pointed }: &Both) {
    over.0.paint(pointed.0.seconds());
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
