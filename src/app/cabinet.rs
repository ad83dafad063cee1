//! The bug cabinet: every place where a document and its code say different things, as cards, the dearest first.
//!
//! The cards are a file of the site, fetched when somebody wants to see one. A card is a link to two runs on one seed, at the instant where
//! they have parted; what stands over those is in [`head`]. Nothing moves here, and nothing runs.

mod head;

use crate::app::effect::use_effect_on;
use crate::app::held::use_held;
use crate::app::icon::icon;
use crate::app::markup::html;
use crate::app::page::{Command, use_page};
use crate::app::reading::{Reading, instead, use_reading};
use crate::app::trying::Passage;
use crate::patterns;
use crate::platform::{clock, grid, host};
use crate::spec::{COSTS, Card, KINDS};
pub use head::CardHead;
use std::rc::Rc;
use yew::prelude::*;

/// The cards: all of them in the order of the cabinet, or none as long as nobody wants to see them or they are on their way.
#[hook]
fn use_cards(wanted: bool) -> (Rc<Vec<Card<'static>>>, Reading, Callback<MouseEvent>) {
    let (reading, again) = use_reading(wanted.then_some(patterns::CARDS.0));
    let text = if let Reading::Text(text) = reading { text } else { "" };
    (use_memo(text, |text| Card::all(text)), reading, again)
}

/// The line that the card is about from which the runs were opened, if they were.
#[hook]
pub fn use_line_of_card() -> Option<Passage> {
    let card = use_page().scenario().card;
    let (cards, ..) = use_cards(card.is_some());
    let card = card.and_then(|id| cards.iter().find(|card| card.id == id).copied())?;
    Some(Passage { file: card.file, text: card.marker })
}

/// The index.
#[component]
pub fn Cabinet() -> Html {
    let page = use_page();
    let (cards, reading, again) = use_cards(true);
    let chosen = page.state.cabinet.unwrap_or(0);
    let last = page.scenario().card;
    let cost_of_last = cards.iter().find(|card| last.as_deref() == Some(card.id)).map_or("", |card| card.cost);
    let opened = use_held(Vec::<&'static str>::new);
    {
        let last = last.clone();
        use_effect_on(cards.is_empty(), move || {
            // Who comes back from a card goes on at it.
            if let Some(id) = last.filter(|_| !cost_of_last.is_empty()) {
                clock::soon(move || host::focus(&format!("[data-card=\"{id}\"]")));
            }
        });
    }
    let onkeydown = Callback::from(|event: KeyboardEvent| grid::walk(&event, "main", "a.drawer"));
    let section = |(cost, name, more): &(&'static str, &'static str, &'static str)| {
        let of_cost: Vec<_> = cards.iter().filter(|card| card.cost == *cost && is_chosen(chosen, card)).collect();
        if of_cost.is_empty() {
            return Html::default();
        }
        let all = chosen != 0 || opened.contains(cost) || cost_of_last == *cost;
        let open = {
            let (opened, cost) = (opened.clone(), *cost);
            Callback::from(move |_: MouseEvent| opened.set(opened.iter().copied().chain([cost]).collect()))
        };
        html! {
            <section data-all={all.to_string()} data-n={of_cost.len().to_string()}>
                <header><h2>{ *name }</h2><p>{ *more }</p>
                    if !all { <button class="link" onclick={open}>{ format!("Show all {}", of_cost.len()) }</button> }
                </header>
                <ul>{ for of_cost.iter().map(|card| drawer(card, last.as_deref() == Some(card.id))) }</ul>
            </section>
        }
    };
    let chip = |label: String, n: usize, glyph: Option<&str>, testid: String, pressed: bool, kinds: u8| {
        html! {
            <button data-testid={testid} aria-pressed={pressed.to_string()} onclick={page.asks(Command::Kinds(kinds))}>
                if let Some(glyph) = glyph { { icon(glyph) } }
                { label }<small>{ n }</small>
            </button>
        }
    };
    let kinds = KINDS.iter().enumerate().map(|(place, kind)| {
        let (bit, n) = (1 << place, cards.iter().filter(|card| card.kind == *kind).count());
        chip(capital(kind), n, Some(kind), format!("kind-{}", kind.replace(' ', "-")), chosen & bit != 0, chosen ^ bit)
    });
    html! {
        <main id="main" class="cabinet scroll" data-testid="cards" {onkeydown}>
            <div class="intro">
                <p>{ "Every place where one of the five source documents and its code say different things. Press a card: both run on one seed, at the instant where they part." }</p>
                <div class="kinds" role="group" aria-label="Kinds of mistakes">
                    { chip("All".to_owned(), cards.len(), None, "kind-all".to_owned(), chosen == 0, 0) }
                    { for kinds }
                </div>
            </div>
            { for instead(&reading, &again) }
            { for COSTS.iter().map(section) }
        </main>
    }
}

fn is_chosen(chosen: u8, card: &Card<'_>) -> bool {
    chosen == 0 || KINDS.iter().position(|kind| *kind == card.kind).is_some_and(|place| chosen & (1 << place) != 0)
}

/// A card, closed.
fn drawer(card: &Card<'static>, is_last: bool) -> Html {
    let pattern = patterns::find(card.pattern).map_or("", |pattern| pattern.name.trim_start_matches("+ "));
    html! {
        <li key={card.id}>
            <a class="drawer" href={card.link()} data-card={card.id} data-testid={format!("card-{}", card.id)} aria-current={is_last.then_some("true")}>
                <span class="of">{ icon(card.kind) }{ capital(card.kind) }<i>{ pattern }</i></span>
                <b>{ card.says }</b>
                <span class="figure">{ card.figure }</span>
                <span class="value">{ "document " }<b>{ card.document }</b></span>
                <span class="value">{ "code " }<b>{ card.code }</b></span>
            </a>
        </li>
    }
}

/// A word with a large first letter.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().map(|first| first.to_ascii_uppercase()).chain(letters).collect()
}
