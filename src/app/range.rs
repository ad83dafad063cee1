//! A slider: the browser's own range input, with its track filled up to the thumb.
//!
//! Firefox fills the track by itself; other browsers are told where the thumb is by the custom property `--fill`, which is set
//! through CSSOM because markup must not have style attributes. While a person drags, the track follows the thumb at once,
//! whether or not anybody listens, and no render puts the thumb back to where it was: the page renders five times a second.

use crate::app::effect::use_effect_on;
use crate::app::held::use_held;
use crate::app::markup::html;
use crate::platform::field;
use web_sys::HtmlElement;
use yew::prelude::*;

/// Properties of a slider.
#[derive(Clone, PartialEq, Properties)]
pub struct RangeProps {
    /// The left end.
    #[prop_or(0.0)]
    pub min: f64,
    /// The right end.
    #[prop_or(1.0)]
    pub max: f64,
    /// The finest step.
    pub step: f64,
    /// Where the thumb is.
    pub value: f64,
    /// Where it would be if nobody had moved it, to be marked under the track.
    #[prop_or_default]
    pub was: Option<f64>,
    /// Its name.
    pub label: AttrValue,
    /// Its value in words.
    pub text: AttrValue,
    /// The test handle.
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    /// The tooltip.
    #[prop_or_default]
    pub title: Option<AttrValue>,
    /// Whether the Tab key skips it, because a field beside it does the same.
    #[prop_or_default]
    pub skipped: bool,
    /// Whether it can be moved at all.
    #[prop_or_default]
    pub disabled: bool,
    /// Hears of every place on the way.
    #[prop_or_default]
    pub oninput: Callback<f64>,
    /// Hears where the thumb came to rest.
    #[prop_or_default]
    pub onchange: Callback<f64>,
}

/// A slider.
#[component]
pub fn Range(props: &RangeProps) -> Html {
    let node = use_node_ref();
    let dragged = use_held(|| None::<f64>);
    let (min, max) = (props.min, props.max);
    let at = dragged.unwrap_or(props.value);
    {
        let node = node.clone();
        use_effect_on((at, min, max), move || fill(&node, at, min, max));
    }
    let was = props.was;
    {
        let node = node.clone();
        use_effect_on(was, move || share_of(&node, "--was", was.unwrap_or(min), min, max));
    }
    {
        // Another value, by whatever way: that is where the thumb belongs.
        let dragged = dragged.clone();
        use_effect_on(props.value, move || dragged.set(None));
    }
    let oninput = {
        let (heard, dragged, node) = (props.oninput.clone(), dragged.clone(), node.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(at) = field::number(&event) {
                fill(&node, at, min, max);
                dragged.set(Some(at));
                heard.emit(at);
            }
        })
    };
    let onchange = {
        let heard = props.onchange.clone();
        Callback::from(move |event: Event| {
            if let Some(at) = field::number(&event) {
                dragged.set(None);
                heard.emit(at);
            }
        })
    };
    html! {
        <input ref={node} type="range" class={was.map(|_| "moved")} min={min.to_string()} max={max.to_string()} step={props.step.to_string()} value={at.to_string()}
            aria-label={props.label.clone()} aria-valuetext={props.text.clone()} data-testid={props.testid.clone()} title={props.title.clone()}
            tabindex={props.skipped.then_some("-1")} disabled={props.disabled} {oninput} {onchange} />
    }
}

/// Says how much of the track is filled.
fn fill(node: &NodeRef, value: f64, min: f64, max: f64) {
    share_of(node, "--fill", value, min, max);
}

/// Tells the style sheet at which share of the track a value is.
fn share_of(node: &NodeRef, property: &str, value: f64, min: f64, max: f64) {
    let Some(element) = node.cast::<HtmlElement>() else { return };
    let share = if max > min { ((value - min) / (max - min)).clamp(0.0, 1.0) } else { 0.0 };
    // It can only fail for a name that is no property's; then the track stays plain.
    let _set = element.style().set_property(property, &format!("{share:.4}"));
}
