//! One parameter: label, slider, number with unit; what is wrong with it, below, or what nobody would expect of it.

use super::two_runs::another;
use crate::app::effect::use_effect_on;
use crate::app::entry::Entry;
use crate::app::held::use_held;
use crate::app::icon::{IconName, icon_of};
use crate::app::markup::{classes, html};
use crate::app::page::{Command, Page, use_page};
use crate::app::range::Range;
use crate::platform::field;
use crate::spec::{Field, Kind, Problem, Value};
use crate::trace::Span;
use crate::view::number;
use yew::prelude::*;

/// Properties of a row.
#[derive(Clone, PartialEq, Properties)]
pub struct RowProps {
    /// The field.
    pub field: SameKey,
    /// Its value.
    pub value: Value,
    /// What it is in the scenario as it was written, if that is another.
    #[prop_or_default]
    pub written: Option<Value>,
    /// Why it cannot stand beside the values of others: those went back to what they were, or began to matter.
    #[prop_or_default]
    pub misfit: Option<String>,
    /// What there is to say of it although it is good.
    #[prop_or_default]
    pub remark: Option<String>,
}

/// A field as a property: fields with one key are the same.
#[derive(Clone, Debug)]
pub struct SameKey(pub Field);

impl PartialEq for SameKey {
    fn eq(&self, other: &SameKey) -> bool {
        self.0.key == other.0.key
    }
}

impl yew::html::IntoPropValue<SameKey> for Field {
    fn into_prop_value(self) -> SameKey {
        SameKey(self)
    }
}

/// A row of the form. What is typed counts when it is committed; the last valid value stays in force until then.
#[component]
pub fn ParamRow(props: &RowProps) -> Html {
    let page = use_page();
    let field = &props.field.0;
    let problem = use_held(|| None::<String>);
    {
        // Another value came into force by another way: the complaint speaks of one that is gone.
        let problem = problem.clone();
        use_effect_on(props.value.clone(), move || problem.set(None));
    }
    let commit = {
        let (page, problem, field, value) = (page.clone(), problem.clone(), field.clone(), props.value.clone());
        Callback::from(move |text: String| {
            match field.read(&text).and_then(|new| beside_the_others(&page, field.key, new)) {
                Ok(new) => {
                    problem.set(None);
                    if new != value {
                        page.ask(Command::Choose(field.key, new));
                    }
                    true
                }
                Err(error) => {
                    problem.set(Some(complaint(&error, &field, &value)));
                    false
                }
            }
        })
    };
    let id = format!("p-{}", field.key);
    let (help_id, error_id, remark_id) = (format!("{id}-help"), format!("{id}-error"), format!("{id}-remark"));
    let standing = props.misfit.as_ref().map(|why| complaint(&Problem::Form(why.clone()), field, &props.value));
    let problem = (*problem).clone().or(standing);
    let bad = problem.is_some();
    // A complaint is about what was typed, a remark about what is in force: that has to wait.
    let remark = props.remark.as_ref().filter(|_| !bad);
    let described = match remark {
        _ if bad => format!("{error_id} {help_id}"),
        Some(_) => format!("{remark_id} {help_id}"),
        None => help_id.clone(),
    };
    let title = format!("{} ({})", field.help, field.range());
    let testid = format!("param-{}", field.key);
    let live = field.live.then_some("Felt at once while the run goes on.");
    let control = match &field.kind {
        Kind::Choice(choices) => {
            let current = props.value.to_string();
            let onchange = {
                let commit = commit.clone();
                Callback::from(move |event: Event| {
                    commit.emit(field::text(&event).unwrap_or_default());
                })
            };
            html! {
                <select id={id.clone()} class="wide" data-testid={testid} aria-describedby={described} {onchange}>
                    { for choices.iter().map(|c| html! { <option value={c.id} title={c.help} selected={c.id == current}>{ c.label }</option> }) }
                </select>
            }
        }
        Kind::Text { .. } => html! {
            <span class={classes!("num", "wide", bad.then_some("bad"))}>
                <Entry id={id.clone()} {testid} class="mono text" value={props.value.to_string()} {bad} {described} {commit} />
            </span>
        },
        _ => html! {
            <>
                { slider(field, &props.value, props.written.as_ref(), &commit) }
                <span class={classes!("num", bad.then_some("bad"))}>
                    <Entry id={id.clone()} {testid} value={shown(field, &props.value)} inputmode={keys(field)} {bad} {described} {commit} />
                    <i>{ unit(field, &props.value) }</i>
                </span>
            </>
        },
    };
    let reset = props.written.as_ref().map(|written| {
        let (unit, written) = (unit(field, written), shown(field, written));
        let gap = if unit.is_empty() { "" } else { " " };
        let name = format!("{}: back to {}{gap}{unit}", field.label, number::quoted(&written));
        html! {
            <button type="button" class="reset" data-testid={format!("reset-{}", field.key)} title={name.clone()} aria-label={name}
                onclick={page.asks(Command::Reset(field.key))}>{ icon_of(IconName::Undo) }</button>
        }
    });
    let vary = another(field, &props.value).map(|other| {
        let name = format!("{}: beside {other}, under one playhead", field.label);
        html! {
            <button type="button" class="vary" data-testid={format!("vary-{}", field.key)} title={name.clone()} aria-label={name}
                onclick={page.asks(Command::Beside(field.key.to_owned(), other.to_string()))}>{ icon_of(IconName::Beside) }</button>
        }
    });
    html! {
        <div class={classes!("prow", props.written.as_ref().map(|_| "changed"))}>
            <div class="pr" {title}>
                <span class="name"><label for={id}>{ field.label }</label>{ for reset }{ for vary }</span>
                { control }
            </div>
            <span class="vh" id={help_id}>{ format!("{} {}", field.help, live.unwrap_or_default()) }</span>
            if let Some(message) = &problem {
                <p class="err" role="alert" id={error_id} data-testid={format!("param-error-{}", field.key)}>{ message }</p>
            }
            if let Some(remark) = remark {
                <p class="err remark" id={remark_id} data-testid={format!("param-remark-{}", field.key)}>{ remark }</p>
            }
        </div>
    }
}

/// The same value, if the others' leave room for it.
fn beside_the_others(page: &Page, key: &'static str, value: Value) -> Result<Value, Problem> {
    let mut trial = page.scenario();
    trial.choose(key, value.clone());
    let misfit = trial.misfits().into_iter().find(|(misfit, _)| *misfit == key);
    misfit.map_or(Ok(value), |(_, why)| Err(Problem::Form(why)))
}

/// What is wrong, and what the run does meanwhile.
fn complaint(problem: &Problem, field: &Field, value: &Value) -> String {
    let message = problem.message();
    let mut chars = message.chars();
    let message: String = chars.next().into_iter().map(|first| first.to_ascii_uppercase()).chain(chars).collect();
    let unit = unit(field, value);
    let gap = if unit.is_empty() { "" } else { " " };
    let value = number::quoted(&shown(field, value));
    let end = if value.ends_with('…') { "" } else { "." };
    format!("{message}. Running with {value}{gap}{unit}{end}")
}

/// The value as the number box has it, without its unit.
fn shown(field: &Field, value: &Value) -> String {
    match value {
        Value::Count(n) => number::count(*n),
        Value::Span(span) => field.boxed(*span).0,
        Value::Number(x) => x.to_string(),
        Value::Word(word) => word.clone(),
    }
}

fn unit(field: &Field, value: &Value) -> &'static str {
    match value {
        Value::Span(span) => field.boxed(*span).1,
        _ => field.unit,
    }
}

/// Which keys a phone shows: times take a unit, so they need letters.
fn keys(field: &Field) -> &'static str {
    match field.kind {
        Kind::Count { .. } => "numeric",
        Kind::Span { .. } => "text",
        _ => "decimal",
    }
}

/// A slider over the field's range, logarithmic where that is wide.
fn slider(field: &Field, value: &Value, written: Option<&Value>, commit: &Callback<String, bool>) -> Html {
    // Rows with sliders are numbers; anything else has no ends and is drawn as a dead one.
    let (low, high) = field.slides().unwrap_or((0.0, 1.0));
    let position = to_position(as_number(value), low, high);
    let was = written.map(|written| to_position(as_number(written), low, high));
    let text_at = |at: f64| {
        field.read(&at_position(field, at, low, high)).map_or_else(|_| String::new(), |end| shown(field, &end))
    };
    let onchange = {
        let (commit, field) = (commit.clone(), field.clone());
        Callback::from(move |at: f64| {
            // A slider has no place outside its range.
            commit.emit(at_position(&field, at, low, high));
        })
    };
    html! {
        <span class="rng">
            <Range step=0.005 value={position} {was} label={field.label} text={format!("{} {}", shown(field, value), unit(field, value))} skipped=true {onchange} />
            <span class="ends" aria-hidden="true"><span>{ text_at(0.0) }</span><span>{ text_at(1.0) }</span></span>
        </span>
    }
}

fn as_number(value: &Value) -> f64 {
    match value {
        Value::Count(n) => *n as f64,
        Value::Span(span) => span.0 as f64,
        Value::Number(x) => *x,
        Value::Word(_) => 0.0,
    }
}

/// Where the logarithm of a range that begins at zero starts.
fn shift(low: f64, high: f64) -> f64 {
    if low > 0.0 { 0.0 } else { (high / 10_000.0).max(if high > 1_000_000.0 { 10_000.0 } else { 1.0 }) }
}

fn is_wide(low: f64, high: f64) -> bool {
    high > 100.0 * low.max(1.0)
}

fn to_position(value: f64, low: f64, high: f64) -> f64 {
    if !is_wide(low, high) {
        return (value - low) / (high - low).max(1e-12);
    }
    let s = shift(low, high);
    (libm::log(value.max(low) + s) - libm::log(low + s)) / (libm::log(high + s) - libm::log(low + s))
}

/// The value at a place, in round numbers, as text that the field reads.
fn at_position(field: &Field, position: f64, low: f64, high: f64) -> String {
    let exact = if is_wide(low, high) {
        let s = shift(low, high);
        libm::exp(libm::log(low + s) + position * (libm::log(high + s) - libm::log(low + s))) - s
    } else {
        low + position * (high - low)
    };
    let exact = exact.clamp(low, high);
    let magnitude = libm::pow(10.0, libm::floor(libm::log10(exact.max(1e-9))) - 1.0);
    let round = if is_wide(low, high) { (libm::round(exact / magnitude) * magnitude).clamp(low, high) } else { exact };
    match field.kind {
        Kind::Count { .. } => format!("{}", libm::round(round) as u64),
        Kind::Span { .. } => Span(libm::round(round) as u64).to_string(),
        _ => format!("{}", libm::round(round * 1_000.0) / 1_000.0),
    }
}
