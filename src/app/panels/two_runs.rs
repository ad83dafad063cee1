//! Two runs under one playhead: what they differ in, and what came of it, side by side.
//!
//! The same words and figures as in the tiles of each. What differs is changed here; whatever else is changed is changed in both.

use crate::app::entry::Entry;
use crate::app::family;
use crate::app::held::use_held;
use crate::app::icon::{IconName, icon_of};
use crate::app::lab::Side;
use crate::app::markup::{classes, html};
use crate::app::page::{Command, Page, use_page};
use crate::app::scene;
use crate::platform::field;
use crate::session::{Differences, Scenario};
use crate::spec::{Field, Kind, Value};
use crate::trace::Span;
use crate::view::tiles::Tile;
use yew::prelude::*;

/// What two scenarios differ in: its key, its name, and its value in the one and in the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    key: String,
    label: String,
    values: [String; 2],
}

/// What a scenario and the one beside it differ in.
pub fn differences(first: &Scenario, second: &Scenario) -> Vec<Difference> {
    first.versus.first().map_or_else(Vec::new, |pairs| differing(first, second, pairs))
}

fn differing(first: &Scenario, second: &Scenario, pairs: &Differences) -> Vec<Difference> {
    let of = |(key, written): &(String, String)| {
        let field = first.field(key);
        let value = |scenario: &Scenario| match (key.as_str(), &field) {
            ("fidelity", _) => scenario.fidelity.id().to_owned(),
            ("preset", _) => scenario.preset.map_or("Defaults", |preset| preset.label).to_owned(),
            ("seed", _) => scenario.seed.clone(),
            (key, Some(_)) => scenario.values().get(key).map(Value::to_string).unwrap_or_default(),
            _ => written.clone(),
        };
        let label = match (key.as_str(), &field) {
            ("fidelity", _) => "As".to_owned(),
            (_, Some(field)) => field.label.to_owned(),
            (key, None) => key.to_owned(),
        };
        Difference { key: key.clone(), label, values: [value(first), value(second)] }
    };
    pairs.pairs().iter().map(of).collect()
}

/// What a run is called beside the other: "Workers 45", "As shipped".
pub fn name(differences: &[Difference], side: Side) -> String {
    let one = |difference: &Difference| {
        let [first, second] = &difference.values;
        let value = if side == Side::First { first } else { second };
        match difference.key.as_str() {
            "fidelity" => format!("as {value}"),
            _ => format!("{} {value}", difference.label),
        }
    };
    let named = differences.iter().map(one).collect::<Vec<_>>().join(", ");
    let mut letters = named.chars();
    letters.next().into_iter().map(|first| first.to_ascii_uppercase()).chain(letters).collect()
}

/// What a run is called where there is hardly any room: the values that it has otherwise.
pub fn brief(differences: &[Difference], side: Side) -> String {
    let value = |difference: &Difference| difference.values[usize::from(side == Side::Second)].clone();
    differences.iter().map(value).collect::<Vec<_>>().join(", ")
}

/// The section of the panel, where two runs stand under the playhead.
pub fn two_runs(page: &Page) -> Html {
    let lab = page.lab();
    let Some(second) = lab.second() else { return Html::default() };
    let differences = differences(lab.scenario(), second.scenario());
    let family = family::of(&scene::spec(&lab));
    let tiles = [Side::First, Side::Second].map(|side| (family.tiles)(&lab, side).0);
    let names = [Side::First, Side::Second].map(|side| name(&differences, side));
    html! {
        <section class="sec two" aria-labelledby="h-two" data-testid="two-runs">
            <header><h2 id="h-two">{ "Two runs" }</h2>
                <button type="button" class="link" data-testid="alone" onclick={page.asks(Command::Alone)}>{ icon_of(IconName::Close) }{ "one run" }</button>
            </header>
            { others(page, lab.scenario()) }
            <table>
                <thead><tr><td></td>{ for names.iter().map(|name| html! { <th scope="col" title={name.clone()}>{ name }</th> }) }</tr></thead>
                <tbody class="apart">{ for differences.iter().map(|difference| html! { <Differs key={difference.key.clone()} difference={difference.clone()} /> }) }</tbody>
                <tbody>{ for rows(&tiles).into_iter().map(|(first, second)| figures(&first, second.as_ref())) }</tbody>
            </table>
        </section>
    }
}

/// Which of several stands beside the first, and the way to one more.
fn others(page: &Page, first: &Scenario) -> Html {
    let choices = first.choices_beside();
    let of = |(number, second): &(usize, Scenario)| {
        let differences = first.versus.get(*number).map_or_else(Vec::new, |pairs| differing(first, second, pairs));
        html! { <option value={number.to_string()} selected={*number == 0}>{ name(&differences, Side::Second) }</option> }
    };
    let onchange = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let number = field::text(&event).and_then(|text| text.parse().ok()).unwrap_or(0);
            page.ask(Command::StandBeside(number));
        })
    };
    let more = one_more(first, &choices).filter(|_| first.has_room_beside());
    html! {
        <div class="others">
            if choices.len() > 1 {
                <label>{ "Beside" }<select data-testid="beside-which" {onchange}>{ for choices.iter().map(of) }</select></label>
            }
            if let Some((key, text, label)) = more {
                <button type="button" class="link" data-testid="beside-also" title={format!("One more to choose from, with {label} {text}")}
                    onclick={page.asks(Command::BesideAlso(key, text.clone()))}>{ format!("also {label} {text}") }</button>
            }
        </div>
    }
}

/// A value worth one more run: the next one of what the second differs in that none has yet. Its key, it, and what it is called.
fn one_more(first: &Scenario, choices: &[(usize, Scenario)]) -> Option<(String, String, String)> {
    let pairs = first.versus.first()?.pairs();
    let (key, field) = pairs.iter().find_map(|(key, _)| Some((key, first.field(key)?)))?;
    let of = |scenario: &Scenario| scenario.values().get(key).cloned();
    let taken: Vec<Value> = choices.iter().map(|(_, other)| other).chain([first]).filter_map(of).collect();
    let mut next = of(choices.iter().find(|(number, _)| *number == 0).map(|(_, second)| second)?)?;
    for _ in 0..taken.len() {
        next = another(&field, &next)?;
        if !taken.contains(&next) {
            return Some((key.clone(), next.to_string(), field.label.to_owned()));
        }
    }
    None
}

/// The tiles that both have, and those of the first alone.
fn rows([first, second]: &[Vec<Tile>; 2]) -> Vec<(Tile, Option<Tile>)> {
    let of = |tile: &Tile| (tile.clone(), second.iter().find(|other| other.id == tile.id).cloned());
    first.iter().map(of).collect()
}

fn figures(first: &Tile, second: Option<&Tile>) -> Html {
    let cell = |tile: &Tile| {
        let title = (!tile.full.is_empty()).then(|| tile.full.clone());
        html! { <td class={classes!(tile.is_bad.then_some("bad"))} {title} data-value={tile.plain.clone()}>{ tile.shown.clone() }<small>{ tile.unit.clone() }</small></td> }
    };
    html! {
        <tr data-testid={format!("two-{}", first.id)}><th scope="row">{ first.label.clone() }</th>
            { cell(first) }
            { second.map_or_else(|| html! { <td>{ "—" }</td> }, cell) }
        </tr>
    }
}

/// Properties of a row.
#[derive(Clone, PartialEq, Properties)]
struct DiffersProps {
    difference: Difference,
}

/// A row of what differs: the second value is changed here, and what is wrong with it is said here.
#[component]
fn Differs(props: &DiffersProps) -> Html {
    let page = use_page();
    let problem = use_held(|| None::<String>);
    let Difference { key, label, values: [first, second] } = &props.difference;
    let commit = {
        let (page, key, problem, second, label) =
            (page.clone(), key.clone(), problem.clone(), second.clone(), label.clone());
        Callback::from(move |text: String| {
            let refused = page.scenario().differ(&key, &text).err().map(|wrong| wrong.message().to_owned());
            problem.set(refused.as_ref().map(|why| format!("{label}: {why}. Staying with {second}.")));
            if refused.is_none() {
                page.ask(Command::Beside(key.clone(), text));
            }
            refused.is_none()
        })
    };
    let is_field = page.lab().scenario().field(key).is_some();
    html! {
        <>
            <tr><th scope="row">{ label }
                    <button type="button" class="reset" title={format!("{label}: the same in both")} aria-label={format!("{label}: the same in both")}
                        onclick={page.asks(Command::Agree(key.clone()))}>{ icon_of(IconName::Close) }</button></th>
                <td>{ first }</td>
                <td>if is_field {
                    <Entry value={second.clone()} {commit} bad={problem.is_some()} testid={format!("beside-{key}")} label={format!("{label} of the second run")} class="mono" />
                } else {
                    { second }
                }</td>
            </tr>
            if let Some(message) = &*problem {
                <tr><td class="err" colspan="3" role="alert" data-testid={format!("beside-error-{key}")}>{ message }</td></tr>
            }
        </>
    }
}

/// A value worth seeing beside one: the next choice, or twice as much. Nothing where nobody could guess one.
pub fn another(field: &Field, value: &Value) -> Option<Value> {
    let twice = match value {
        Value::Count(n) => Value::Count(if *n == 0 { 10 } else { n * 2 }),
        Value::Span(span) => {
            Value::Span(if span.is_zero() { Span::millis(100) } else { Span(span.0.saturating_mul(2)) })
        }
        Value::Number(x) => Value::Number(if *x == 0.0 { 0.1 } else { x * 2.0 }),
        Value::Word(word) => {
            let Kind::Choice(choices) = field.kind else { return None };
            let at = choices.iter().position(|choice| choice.id == word)?;
            Value::Word(choices.get((at + 1) % choices.len())?.id.to_owned())
        }
    };
    let half = match value {
        Value::Count(n) => Value::Count(n / 2),
        Value::Span(span) => Value::Span(Span(span.0 / 2)),
        Value::Number(x) => Value::Number(x / 2.0),
        Value::Word(word) => Value::Word(word.clone()),
    };
    [twice, half].into_iter().find(|other| other != value && field.read(&other.to_string()).as_ref() == Ok(other))
}
