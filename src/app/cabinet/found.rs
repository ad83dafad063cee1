//! What a search finds in the cabinet: cards that have the words in their sentence, their figure, why it is so, or the name of their pattern.

use super::drawer::name_of;
use super::use_cards;
use crate::app::markup::html;
use crate::session::find::has_words;
use yew::prelude::*;

/// The most that are listed.
const MOST: usize = 8;

/// Properties of what is found.
#[derive(Clone, PartialEq, Properties)]
pub struct FoundCardsProps {
    /// What is sought.
    pub sought: String,
    /// Nothing else was found: where there is no card either, that is to be said.
    pub is_all: bool,
    /// One was chosen.
    pub on_chosen: Callback<()>,
}

/// The cards that were found, each a link to its two runs.
#[component]
pub fn FoundCards(props: &FoundCardsProps) -> Html {
    let (cards, ..) = use_cards(true);
    let has = |words: &[&str]| has_words(&props.sought, &words.join(" "));
    let found: Vec<_> = cards
        .iter()
        .filter(|card| has(&[card.says, card.figure, card.why, card.kind, name_of(card)]))
        .take(MOST)
        .collect();
    if found.is_empty() {
        let none = format!("Nothing here has to do with \"{}\".", props.sought);
        return html! { <>if props.is_all { <p class="none">{ none }</p> }</> };
    }
    let onclick = props.on_chosen.reform(|_: MouseEvent| ());
    html! {
        <section class="findings">
            <h2>{ "Bug cabinet" }</h2>
            <ul>{ for found.iter().map(|card| html! {
                <li><a href={card.link()} onclick={onclick.clone()} data-testid="found-card" title={card.says}><span class="name">{ card.says }</span><small>{ name_of(card) }</small></a></li>
            }) }</ul>
        </section>
    }
}
