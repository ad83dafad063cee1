//! The bug cabinet: every place where a document and its code say different things, as cards, the dearest first.
//!
//! The cards are a file of the site, fetched when somebody wants to see one. A card is a link to two runs on one seed, at the instant where
//! they have parted; what stands over those is in [`head`], and beside them in [`difference`]. Nothing moves here, and nothing runs.

mod difference;
mod drawer;
mod found;
mod head;

use crate::app::effect::use_effect_on;
use crate::app::held::use_held;
use crate::app::icon::icon;
use crate::app::markup::html;
use crate::app::page::{Command, use_page};
use crate::app::reading::{Reading, instead, use_reading};
use crate::app::trying::Passage;
use crate::patterns;
use crate::platform::{clock, field, grid, host};
use crate::session::Drawers;
use crate::spec::{COSTS, Card, KINDS, SOURCES};
pub use difference::CardPanel;
use drawer::drawer;
pub use found::FoundCards;
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

/// Cards that stand together: what they are called by, what is said of them, and they.
struct Section {
    name: &'static str,
    more: &'static str,
    cards: Vec<Card<'static>>,
}

/// Those that are chosen, in the order that is chosen: by what they cost, or by their patterns as the catalogue has them.
fn sections(cards: &[Card<'static>], drawers: Drawers) -> Vec<Section> {
    let of = |name, more, is_of: &dyn Fn(&Card<'_>) -> bool| Section {
        name,
        more,
        cards: cards.iter().filter(|card| drawers.show(card) && is_of(card)).copied().collect(),
    };
    let mut all: Vec<Section> = if drawers.by_pattern {
        let by = |pattern: &&'static crate::spec::Pattern| of(pattern.name, "", &|card| card.pattern == pattern.id);
        patterns::ALL.iter().map(by).collect()
    } else {
        COSTS.iter().map(|(cost, name, more)| of(name, more, &|card| card.cost == *cost)).collect()
    };
    all.retain(|section| !section.cards.is_empty());
    all
}

/// The index.
#[component]
pub fn Cabinet() -> Html {
    let page = use_page();
    let (cards, reading, again) = use_cards(true);
    let drawers = page.state.drawers;
    let last = page.scenario().card;
    let is_last = |card: &Card<'_>| last.as_deref() == Some(card.id);
    let is_there = cards.iter().any(is_last);
    let opened = use_held(Vec::<&'static str>::new);
    {
        let last = last.clone();
        use_effect_on(cards.is_empty(), move || {
            // Who comes back from a card goes on at it.
            if let Some(id) = last.filter(|_| is_there) {
                clock::soon(move || host::focus(&format!("[data-card=\"{id}\"]")));
            }
        });
    }
    let onkeydown = Callback::from(|event: KeyboardEvent| grid::walk(&event, "main", "a.drawer"));
    let section = |Section { name, more, cards }: &Section| {
        let all = drawers.leave_out() || opened.contains(name) || cards.iter().any(is_last);
        let open = {
            let (opened, name) = (opened.clone(), *name);
            Callback::from(move |_: MouseEvent| opened.set(opened.iter().copied().chain([name]).collect()))
        };
        html! {
            <section key={*name} data-all={all.to_string()} data-n={cards.len().to_string()}>
                <header><h2>{ *name }</h2><p>{ *more }</p>
                    if !all { <button class="link" onclick={open}>{ format!("Show all {}", cards.len()) }</button> }
                </header>
                <ul>{ for cards.iter().map(|card| drawer(card, is_last(card))) }</ul>
            </section>
        }
    };
    let chip = |label: String, n: usize, glyph: Option<&str>, testid: String, pressed: bool, kinds: u8| {
        html! {
            <button data-testid={testid} aria-pressed={pressed.to_string()} onclick={page.asks(Command::Drawers(Drawers { kinds, ..drawers }))}>
                if let Some(glyph) = glyph { { icon(glyph) } }
                { label }<small>{ n }</small>
            </button>
        }
    };
    // How many there are of a kind among those of the source: what a press would show.
    let of_source = || cards.iter().filter(|card| drawers.has_source_of(card));
    let kinds = KINDS.iter().enumerate().map(|(place, kind)| {
        let (bit, n) = (1 << place, of_source().filter(|card| card.kind == *kind).count());
        let testid = format!("kind-{}", kind.replace(' ', "-"));
        chip(capital(kind), n, Some(kind), testid, drawers.kinds & bit != 0, drawers.kinds ^ bit)
    });
    let source = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let word = field::text(&event).unwrap_or_default();
            let source = SOURCES.iter().position(|(source, ..)| *source == word);
            page.ask(Command::Drawers(Drawers { source, ..drawers }));
        })
    };
    let sort = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let by_pattern = field::text(&event).as_deref() == Some("pattern");
            page.ask(Command::Drawers(Drawers { by_pattern, ..drawers }));
        })
    };
    let sections = sections(&cards, drawers);
    html! {
        <main id="main" class="cabinet scroll" data-testid="cards" {onkeydown}>
            <div class="intro">
                <p>{ "Every place where one of the five source documents and its code say different things. Press a card: both run on one seed, at the instant where they part." }</p>
                <div class="chosen">
                    <div class="kinds" role="group" aria-label="Kinds of mistakes">
                        { chip("All".to_owned(), of_source().count(), None, "kind-all".to_owned(), drawers.kinds == 0, 0) }
                        { for kinds }
                    </div>
                    <label>{ "Source" }
                        <select data-testid="cabinet-source" onchange={source}>
                            <option value="" selected={drawers.source.is_none()}>{ "all five" }</option>
                            { for SOURCES.iter().enumerate().map(|(place, (word, _, name))| html! {
                                <option value={*word} selected={drawers.source == Some(place)}>{ *name }</option>
                            }) }
                        </select>
                    </label>
                    <label>{ "Sorted by" }
                        <select data-testid="cabinet-sort" onchange={sort}>
                            <option value="cost" selected={!drawers.by_pattern}>{ "what it costs" }</option>
                            <option value="pattern" selected={drawers.by_pattern}>{ "pattern" }</option>
                        </select>
                    </label>
                </div>
            </div>
            { for instead(&reading, &again) }
            { for sections.iter().map(section) }
            if sections.is_empty() && !cards.is_empty() { <p class="none">{ "No card of that kind is of that source." }</p> }
        </main>
    }
}

/// A word with a large first letter.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().map(|first| first.to_ascii_uppercase()).chain(letters).collect()
}
