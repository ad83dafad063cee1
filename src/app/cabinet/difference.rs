//! What an opened card says at length, in the panel beside its two runs: the figure in which they differ, all that became of their work, the same
//! on thirty seeds, who fares otherwise where they part, what to try, and where it comes from.
//!
//! All of it is read out of the two runs, which are computed to their ends; where those are no more the runs of the card, nothing is said.

use super::head::is_of;
use super::use_cards;
use crate::analysis::{Happened, Next, Parting, Who};
use crate::app::lab::{Experiment, Lab};
use crate::app::markup::html;
use crate::app::page::{Command, Page, use_page};
use crate::app::panels::title_of;
use crate::app::scene;
use crate::app::shell::trial_button;
use crate::export::pairs::Pairs;
use crate::export::{Report, figure, written};
use crate::spec::{Card, Deed, SOURCES, SceneSpec, Unit};
use crate::trace::SimTime;
use crate::view::number;
use std::rc::Rc;
use yew::prelude::*;

/// What both runs came to, by rows: what it is called, and the document's and the code's.
type Rows = Vec<(&'static str, [String; 2])>;

/// The sections.
#[component]
pub fn CardPanel() -> Html {
    let page = use_page();
    let scenario = page.scenario();
    let (cards, ..) = use_cards(scenario.card.is_some());
    let own = |card: &&Card<'static>| scenario.card.as_deref() == Some(card.id);
    let card = cards.iter().find(own).copied().filter(|card| is_of(&scenario, card));
    let ends = page.lab().ends_of_card().map(|runs| runs.map(|run| run.far_hash()));
    let known = (card, ends.filter(|_| card.is_some()));
    let rows: Rc<Option<Rows>> = {
        let page = page.clone();
        use_memo(known, move |(card, _)| rows(&page.lab(), &(*card)?))
    };
    let Some(card) = card else { return Html::default() };
    html! {
        <>
            { difference(&card, rows.as_ref().as_ref()) }
            { on_seeds(&page, &card) }
            { parts(&page) }
            { tries(&page) }
            { origin(&page, &card) }
        </>
    }
}

/// What both runs came to. It adds up: whoever came is in one of the rows below.
fn rows(lab: &Lab, card: &Card<'static>) -> Option<Rows> {
    let runs = lab.ends_of_card()?;
    let reports = runs.map(|run: &Experiment| Report::of(run, Vec::new(), 0));
    let [first, second] = &reports;
    let ways = [
        ("Came", first.requests.offered, second.requests.offered),
        ("Completed", first.requests.completed, second.requests.completed),
        ("Failed", first.requests.failed, second.requests.failed),
        ("Timed out", first.requests.timed_out, second.requests.timed_out),
        ("Rejected", first.requests.rejected, second.requests.rejected),
        ("Cancelled", first.requests.cancelled, second.requests.cancelled),
        ("Lost", first.requests.lost, second.requests.lost),
        ("Still inside", first.requests.in_system, second.requests.in_system),
    ];
    let ways = ways.into_iter().filter(|(name, document, code)| *name == "Came" || document + code > 0);
    let mut rows: Rows = ways.map(|(name, document, code)| (name, [document, code].map(number::count))).collect();
    rows.push(("Over after", [first, second].map(|report| number::time_text(report.virtual_ns))));
    let own = [first, second].map(|report| {
        let report = serde_json::to_value(report).unwrap_or_default();
        written(&figure(&report, card.path), card.path)
    });
    rows.push((card.figure, own));
    Some(rows)
}

fn difference(card: &Card<'static>, rows: Option<&Rows>) -> Html {
    let of = if card.whole.is_empty() { String::new() } else { format!(", of {}", card.whole) };
    let row = |(name, [document, code]): &(&'static str, [String; 2])| {
        let class = (*name == card.figure).then_some("own");
        html! { <tr {class}><th scope="row">{ *name }</th><td>{ document.clone() }</td><td>{ code.clone() }</td></tr> }
    };
    html! {
        <section class="sec two diff" aria-labelledby="h-difference" data-testid="difference">
            <header><h2 id="h-difference">{ "The difference" }</h2></header>
            <p class="big"><b>{ card.code }</b>{ format!("in place of {}{of}", card.document) }<span>{ card.figure }</span></p>
            if let Some(rows) = rows {
                <table data-testid="difference-rows">
                    <thead><tr><td></td><th scope="col">{ "document" }</th><th scope="col">{ "code" }</th></tr></thead>
                    <tbody>{ for rows.iter().map(row) }</tbody>
                </table>
            } else {
                <p class="note">{ "Both runs are being computed to their ends." }</p>
            }
        </section>
    }
}

/// The same on other seeds. Starting, going on and giving up are one button, so that the focus stays where it is.
fn on_seeds(page: &Page, card: &Card<'static>) -> Html {
    let side_runs = page.side_runs();
    let (pairs, running) = (side_runs.pairs(), side_runs.is_pairing());
    let done = pairs.map_or(0, |pairs| pairs.figures().len());
    let most = pairs.map_or(0, Pairs::most);
    let (handle, label, wish) = match (running, pairs) {
        (true, _) => ("seeds-cancel", "Cancel", Command::CancelSeeds),
        (_, None) => ("seeds-start", "Run 30 seeds", Command::OnSeeds(card.path)),
        _ => ("seeds-start", "Go on", Command::OnSeeds(card.path)),
    };
    let is_over = pairs.is_some_and(Pairs::is_done);
    html! {
        <section class="sec seeds" aria-labelledby="h-seeds" data-testid="seeds" data-done={done.to_string()}>
            <header><h2 id="h-seeds">{ "The same on 30 seeds" }</h2></header>
            if let Some(pairs) = pairs.filter(|pairs| !pairs.figures().is_empty()) {
                { strips(pairs) }
            }
            <div class="seek">
                if !is_over {
                    <button type="button" class="btn bd sm" data-testid={handle} title="Both runs on other seeds: whether it was luck"
                        onclick={page.asks(wish)}>{ label }</button>
                }
                if running {
                    <progress max={most.to_string()} value={done.to_string()} aria-label="Seeds run"></progress>
                }
                <span role="status" data-testid="seeds-say">{ match pairs {
                    None => "Whether the two differ whatever the luck.".to_owned(),
                    Some(pairs) if is_over => format!("They differ on {} of {most} seeds.", pairs.apart()),
                    Some(_) if running => format!("{done} of {most}"),
                    Some(pairs) => format!("Cancelled after {done}: they differ on {}.", pairs.apart()),
                } }</span>
            </div>
        </section>
    }
}

/// Width and height of a strip of dots.
const STRIP: (f64, f64) = (280.0, 18.0);

/// A dot for each seed, on one scale for both sides; of words, on how many it is which.
fn strips(pairs: &Pairs) -> Html {
    let ends = pairs.ends();
    let strip = |side: usize, name: &'static str, class: &'static str| {
        let dots = ends.as_ref().zip(pairs.numbers(side)).map(|(ends, numbers)| dots(&numbers, ends));
        html! {
            <div {class}><span>{ name }</span>
                <b data-testid={format!("seeds-{name}")}>{ pairs.says(side) }</b>
                if let Some(dots) = dots { { dots } }
            </div>
        }
    };
    html! {
        <div class="strips">
            { strip(0, "document", "promised") }
            { strip(1, "code", "amiss") }
            if let Some([(_, low), (_, high)]) = ends.as_ref() {
                <div class="ends" aria-hidden="true"><i>{ low.clone() }</i><i>{ high.clone() }</i></div>
            }
        </div>
    }
}

fn dots(numbers: &[f64], [(low, _), (high, _)]: &[(f64, String); 2]) -> Html {
    let (wide, high_px) = STRIP;
    let mut svg = format!(r#"<svg viewBox="0 0 {wide} {high_px}" aria-hidden="true" focusable="false">"#);
    for (place, n) in numbers.iter().enumerate() {
        let share = (n - low) / (high - low).max(f64::MIN_POSITIVE);
        // Those of the same figure lie side by side, not one on the other.
        let (x, y) = (4.0 + share.clamp(0.0, 1.0) * (wide - 8.0), high_px / 2.0 + (place * 7 % 5) as f64 * 2.0 - 4.0);
        svg.push_str(&format!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="2.5"/>"#));
    }
    svg.push_str("</svg>");
    Html::from_html_unchecked(AttrValue::from(svg))
}

/// Where they part, and who fares otherwise from there on.
fn parts(page: &Page) -> Html {
    let lab = page.lab();
    let Some(parting) = lab.parting() else { return Html::default() };
    let spec = scene::spec(&lab);
    let who = who(parting);
    let follows = match parting.who {
        Who::Job(job) => Some((format!("Follow {who}"), Command::Follow(Some(job)))),
        Who::Station(_) => None,
    };
    let [document, code] = parting.next.each_ref().map(|next| says(parting, next, &spec));
    html! {
        <section class="sec parting" aria-labelledby="h-parting" data-testid="parting" data-ns={parting.at.0.to_string()}>
            <header><h2 id="h-parting">{ "Here they part" }</h2><span class="note">{ instant(parting.at) }</span></header>
            <p>{ if parting.at == SimTime::ZERO { format!("From the start on another thing happens to {who}:") } else { format!("Until then all happens in both. Then {who}") } }</p>
            <dl><dt>{ "document" }</dt><dd>{ document }</dd><dt>{ "code" }</dt><dd class="amiss">{ code }</dd></dl>
            <div class="seek">
                <button type="button" class="btn bd sm" data-testid="parting-go" onclick={page.asks(Command::Seek(parting.at))}>{ "Go there" }</button>
                if let Some((label, wish)) = follows {
                    <button type="button" class="btn bd sm" data-testid="parting-follow" onclick={page.asks(wish)}>{ label }</button>
                }
            </div>
        </section>
    }
}

/// That they part, in a sentence, for those who do not see it.
pub fn spoken(lab: &Lab) -> Option<String> {
    let parting = lab.parting()?;
    let spec = scene::spec(lab);
    let [document, code] = parting.next.each_ref().map(|next| says(parting, next, &spec));
    Some(format!(
        "They part at {}: {} {document} in the document, and {code} in the code.",
        instant(parting.at),
        who(parting)
    ))
}

/// When, in words.
fn instant(at: SimTime) -> String {
    if at == SimTime::ZERO { "the start".to_owned() } else { number::time_text(at.0) }
}

fn who(parting: &Parting) -> String {
    match &parting.who {
        Who::Job(job) => title_of(*job),
        Who::Station(name) => name.clone(),
    }
}

/// What happens next to whoever fares otherwise: at once, or later.
fn says(parting: &Parting, next: &Next, spec: &SceneSpec) -> String {
    let Some((at, happened)) = next else { return "stays as it is".to_owned() };
    let said = match happened {
        Happened::Said(said) => said.clone(),
        Happened::Gauged(gauge, value) => {
            let is_it =
                |one: &&crate::spec::GaugeSpec| Who::Station(one.station.clone()) == parting.who && one.gauge == *gauge;
            match spec.gauges.iter().find(is_it) {
                Some(known) => format!("{} is {}", known.label.to_ascii_lowercase(), told(known.unit, *value)),
                None => format!("counts {}", number::count(value.unsigned_abs())),
            }
        }
    };
    if *at == parting.at { said } else { format!("{said}, at {}", number::time_text(at.0)) }
}

/// A number as its unit has it.
fn told(unit: Unit, value: i64) -> String {
    match unit {
        Unit::Time => number::time_text(value.max(0) as u64),
        Unit::Share => format!("{} %", number::percent(value as f64 / 1e6)),
        Unit::Count(_) | Unit::Sum(_) => value.to_string(),
        Unit::Word(_) => unit.says(value).to_owned(),
    }
}

/// What the scenario invites to, but for the other fidelity: that is there already.
fn tries(page: &Page) -> Html {
    let tries = page.scenario().tries();
    let is_other = |trial: &crate::spec::Trial| !trial.does.iter().any(|deed| matches!(deed, Deed::Fidelity(_)));
    let mut tries = tries.iter().enumerate().filter(|(_, trial)| is_other(trial)).peekable();
    if tries.peek().is_none() {
        return Html::default();
    }
    html! {
        <section class="sec" aria-labelledby="h-tries">
            <header><h2 id="h-tries">{ "Try" }</h2></header>
            <div class="trials">{ for tries.map(|(number, trial)| trial_button(page, number, trial)) }</div>
        </section>
    }
}

fn origin(page: &Page, card: &Card<'static>) -> Html {
    let sources = SOURCES.iter().filter(|(_, part, _)| card.is_told_in(part));
    let sources: Vec<String> = sources.map(|(number, _, name)| format!("Document {number}, {name}")).collect();
    html! {
        <section class="sec origin" aria-labelledby="h-from">
            <header><h2 id="h-from">{ "Where it comes from" }</h2></header>
            <p>{ format!("{}. ", sources.join("; ")) }<button class="link" data-testid="card-origin" onclick={page.asks(Command::Origin)}>{ "Origin" }</button></p>
        </section>
    }
}
