//! A planned fault on the timeline, to be taken by hand: its head moves it, its edges size it, and a card has its numbers.
//!
//! What is seen is drawn by the timeline; this is what can be pressed, focused and read aloud. While a person drags, nothing is computed:
//! the scenario changes where the pointer is let go. Its places are set through CSSOM, because markup must not have style attributes.

use crate::app::effect::use_effect_on;
use crate::app::entry::Entry;
use crate::app::held::{Held, use_held};
use crate::app::icon::{IconName, icon_of};
use crate::app::markup::{classes, html};
use crate::app::page::{Command, Page, use_page};
use crate::session::Planned;
use crate::spec::{FaultSpec, FaultUnit, parse_span};
use crate::trace::{SimTime, Span};
use crate::view::fault_bands::{planned_name, scheduled_name};
use crate::view::number;
use crate::view::shape::text_width;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// Left and right of the timeline's axis, in CSS pixels, as its picture has it.
const SIDE: f64 = 16.0;
/// The shortest that a fault can be made by hand.
const SHORTEST: Span = Span::millis(1);

/// Properties of a band.
#[derive(Clone, PartialEq, Properties)]
pub struct FaultBandProps {
    /// Its number among the planned faults.
    pub number: usize,
    /// When it begins and ends, and how much of it there is.
    pub planned: Planned,
    /// What it is in the scene.
    pub fault: FaultSpec,
    /// Whether it is still to come.
    pub scheduled: bool,
    /// The right end of the axis.
    pub end: SimTime,
    /// How many others lie above it where it stands.
    pub level: usize,
}

/// What of a band is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Grip {
    Head,
    Start,
    End,
}

/// A drag: what was taken, where, and where the band is meanwhile.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Drag {
    grip: Grip,
    x: f64,
    by: i64,
}

impl FaultBandProps {
    /// Where the band is when its grip has been moved by so many nanoseconds.
    fn moved(&self, grip: Grip, by: i64) -> (SimTime, Option<SimTime>) {
        let (from, to) = (self.planned.from, self.planned.to);
        let add = |at: SimTime| SimTime(at.0.saturating_add_signed(by));
        match grip {
            // It keeps its length, also where it comes to the start.
            Grip::Head => {
                let by = by.max(-i64::try_from(from.0).unwrap_or(i64::MAX));
                (SimTime(from.0.saturating_add_signed(by)), to.map(|to| SimTime(to.0.saturating_add_signed(by))))
            }
            Grip::Start => {
                let last = to.map_or(SimTime::MAX, |to| SimTime(to.0.saturating_sub(SHORTEST.0)));
                (add(from).min(last), to)
            }
            Grip::End => (from, Some(add(to.unwrap_or(self.end)).max(from + SHORTEST))),
        }
    }
}

/// A planned fault.
#[component]
pub fn FaultBand(props: &FaultBandProps) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let drag = use_held(|| None::<Drag>);
    let open = use_held(|| false);
    let problem = use_held(|| None::<String>);
    let (from, to) = drag.map_or((props.planned.from, props.planned.to), |drag| props.moved(drag.grip, drag.by));
    {
        let (node, place) = (node.clone(), (from, to.unwrap_or(props.end), props.end));
        let name = text_width(&scheduled_name(&planned_name(&props.fault, props.planned.magnitude), from), 11.0, false);
        let level = props.level;
        use_effect_on((place, name, level), move || put(&node, place, name, level));
    }
    let take = |grip: Grip| {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            event.stop_propagation();
            // Of several fingers the first leads.
            if !event.is_primary() {
                return;
            }
            if let Some(element) = event.target_dyn_into::<Element>() {
                let _kept = element.set_pointer_capture(event.pointer_id());
            }
            drag.set(Some(Drag { grip, x: f64::from(event.client_x()), by: 0 }));
        })
    };
    let onpointermove = {
        let (drag, node, end) = (drag.clone(), node.clone(), props.end);
        Callback::from(move |event: PointerEvent| {
            let Some(taken) = drag.latest().filter(|_| event.is_primary()) else { return };
            let Some(track) = node.cast::<HtmlElement>().and_then(|band| band.offset_parent()) else { return };
            let pixel = end.seconds() * 1e9 / (f64::from(track.client_width()) - 2.0 * SIDE).max(1.0);
            // As fine as the hand can tell, in round numbers.
            let step = number::round_step(pixel, 1.0).max(1e3);
            let by = libm::round((f64::from(event.client_x()) - taken.x) * pixel / step) * step;
            drag.set(Some(Drag { by: by as i64, ..taken }));
        })
    };
    let onpointerup = {
        let (page, drag, open, props) = (page.clone(), drag.clone(), open.clone(), props.clone());
        Callback::from(move |_: PointerEvent| {
            let Some(taken) = *drag.latest() else { return };
            drag.set(None);
            match props.moved(taken.grip, taken.by) {
                (from, to) if taken.by != 0 => page.ask(Command::Reschedule(props.number, from, to)),
                _ => open.set(!*open),
            }
        })
    };
    let onkeydown = {
        let (page, open, props) = (page.clone(), open.clone(), props.clone());
        Callback::from(move |event: KeyboardEvent| {
            let step = if event.shift_key() { 1_000_000_000 } else { 100_000_000 };
            let grip = if event.alt_key() { Grip::End } else { Grip::Head };
            match event.key().as_str() {
                "ArrowRight" => reschedule(&page, &props, grip, step),
                "ArrowLeft" => reschedule(&page, &props, grip, -step),
                "Delete" | "Backspace" => page.ask(Command::Unplan(props.number)),
                "Enter" => open.set(!*open),
                "Escape" if *open => open.set(false),
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        })
    };
    // Near the right end its card opens to the left.
    let right = from.seconds() > 0.6 * props.end.seconds();
    let oncancel = {
        let drag = drag.clone();
        Callback::from(move |_: PointerEvent| drag.set(None))
    };
    let label = props.fault.full_label();
    let said = said(&props.fault, (from, to), props.planned.magnitude);
    let id = format!("band-{}", props.number);
    let close = {
        let open = open.clone();
        Callback::from(move |()| open.set(false))
    };
    html! {
        <div class={classes!("fband", drag.map(|_| "dragged"), right.then_some("right"))} ref={node} {onpointermove} {onpointerup} onpointercancel={oncancel}>
            <button type="button" class="head" data-testid={id} title={format!("{said} Drag to move.")} aria-label={said.clone()} aria-expanded={open.to_string()}
                aria-description="Arrows move it by 100 ms, with Shift by 1 s, with Alt its end. Enter opens its numbers, Delete takes it away."
                onpointerdown={take(Grip::Head)} {onkeydown}></button>
            <span class="grip from" title={format!("{label}: begins")} onpointerdown={take(Grip::Start)}></span>
            <span class="grip to" title={format!("{label}: ends")} onpointerdown={take(Grip::End)}></span>
            if props.scheduled {
                <button type="button" class="away" tabindex="-1" aria-label={format!("{label}: take it away")} title="Take it away"
                    onclick={page.asks(Command::Unplan(props.number))}>{ icon_of(IconName::Close) }</button>
            }
            if drag.is_some() {
                <output class="at mono">{ said }</output>
            }
            if *open && drag.is_none() {
                { card(&page, props, &problem, &close) }
            }
        </div>
    }
}

fn reschedule(page: &Page, props: &FaultBandProps, grip: Grip, by: i64) {
    let (from, to) = props.moved(grip, by);
    page.ask(Command::Reschedule(props.number, from, to));
}

/// "Slow server ×3 from 2 s to 5 s."
fn said(fault: &FaultSpec, (from, to): (SimTime, Option<SimTime>), magnitude: i64) -> String {
    let name = planned_name(fault, magnitude);
    let until = to.map_or_else(|| "until it is switched off".to_owned(), |to| format!("to {}", number::moment(to.0)));
    format!("{name} from {} {until}.", number::moment(from.0))
}

/// The numbers of a band: when it begins, how long it lasts, how much of it, and away with it.
fn card(page: &Page, props: &FaultBandProps, problem: &Held<Option<String>>, close: &Callback<()>) -> Html {
    let FaultBandProps { number, planned, fault, .. } = props;
    let (number, from, to, unit) = (*number, planned.from, planned.to, fault.unit);
    let row = |word: &'static str, id: &str, value: String, wanted: String, take: Callback<String, bool>| {
        let commit = {
            let (problem, value) = (problem.clone(), value.clone());
            Callback::from(move |text: String| {
                let taken = take.emit(text);
                problem.set((!taken).then(|| format!("{word}: enter {wanted}. Staying with {value}.")));
                taken
            })
        };
        html! {
            <label><span>{ word }</span><Entry {value} {commit} described={problem.as_ref().map(|_| "band-problem")} testid={format!("band-{id}")} class="mono" /></label>
        }
    };
    let begins = {
        let page = page.clone();
        Callback::from(move |text: String| {
            let read = parse_span(&text, Span::secs(1)).ok();
            if let Some(at) = read.map(|span| SimTime(span.0)) {
                let to = to.map(|to| at + Span(to.since(from).0));
                page.ask(Command::Reschedule(number, at, to));
            }
            read.is_some()
        })
    };
    let lasts = {
        let page = page.clone();
        Callback::from(move |text: String| {
            let endless = matches!(text.trim(), "∞" | "");
            let read = parse_span(&text, Span::secs(1)).ok().filter(|span| !span.is_zero());
            if endless || read.is_some() {
                page.ask(Command::Reschedule(number, from, read.map(|span| from + span)));
            }
            endless || read.is_some()
        })
    };
    let much = {
        let (page, range) = (page.clone(), fault.min..=fault.max);
        Callback::from(move |text: String| {
            let read = unit.read(&text).filter(|magnitude| range.contains(magnitude));
            if let Some(magnitude) = read {
                page.ask(Command::Strengthen(number, magnitude));
            }
            read.is_some()
        })
    };
    let onclick = {
        let close = close.clone();
        Callback::from(move |_: MouseEvent| close.emit(()))
    };
    let length = to.map_or_else(|| "∞".to_owned(), |to| Span(to.since(from).0).to_string());
    html! {
        <div class="bcard" role="group" aria-label={format!("{}, its numbers", fault.full_label())}>
            <strong>{ fault.full_label().into_owned() }</strong>
            { row("Begins", "begins", Span(from.0).to_string(), "a time, like 2s".to_owned(), begins) }
            { row("Lasts", "lasts", length, "a time, like 500ms, or ∞".to_owned(), lasts) }
            if unit != FaultUnit::Lasts {
                { row("Size", "size", unit.written(planned.magnitude), format!("{}–{}", unit.written(fault.min), unit.written(fault.max)), much) }
            }
            if let Some(message) = &**problem {
                <p class="err" role="alert" id="band-problem" data-testid="band-problem">{ message }</p>
            }
            <div class="acts">
                <button type="button" class="btn bd" data-testid="band-remove" onclick={page.asks(Command::Unplan(number))}>{ "Remove" }</button>
                <button type="button" class="btn bd" {onclick}>{ "Close" }</button>
            </div>
        </div>
    }
}

/// Tells the style sheet where a band is, as shares of the axis, how wide its name is, how many lie above it.
fn put(node: &NodeRef, (from, to, end): (SimTime, SimTime, SimTime), name: f64, level: usize) {
    let Some(element) = node.cast::<HtmlElement>() else { return };
    let share = |at: SimTime| (at.seconds() / end.seconds().max(1e-9)).clamp(0.0, 1.0);
    let (from, to) = (share(from), share(to).max(share(from) + 1e-5));
    let properties = [
        ("--from", format!("{from:.5}")),
        ("--to", format!("{to:.5}")),
        ("--room", format!("{:.3}", (1.0 - from) / (to - from))),
        ("--level", level.to_string()),
        ("--name", format!("{name:.0}px")),
    ];
    for (property, value) in properties {
        // It can only fail for a name that is no property's; then the band stands at the start.
        let _set = element.style().set_property(property, &value);
    }
}
