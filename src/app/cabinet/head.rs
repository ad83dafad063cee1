//! What stands over the two runs of a card: what goes otherwise than promised, the figure in which they differ with both of its values,
//! why, and the way to the next one.
//!
//! The figures are those of the runs as the card has them, held against them by a test. Where something of the runs was changed since, that
//! is said in place of the figures.

use super::difference::spoken;
use super::{capital, sections, use_cards};
use crate::app::icon::{IconName, icon, icon_of};
use crate::app::markup::html;
use crate::app::page::{Command, Page, use_page};
use crate::app::shell::voice;
use crate::session::{Moment, Scenario, link};
use crate::spec::{COSTS, Card, parse_span};
use crate::trace::{SimTime, Span};
use crate::view::number;
use yew::prelude::*;

/// The head of an opened card; that of any other run where there is no such card, or as long as the cards are on their way.
#[component]
pub fn CardHead() -> Html {
    let page = use_page();
    let scenario = page.scenario();
    let (all, ..) = use_cards(true);
    let drawers = page.state.drawers;
    let is_it = |card: &Card<'_>| scenario.card.as_deref() == Some(card.id);
    // Who chose some of them goes on through those.
    let chosen: Vec<_> = sections(&all, drawers).into_iter().flat_map(|section| section.cards).collect();
    let cards = if chosen.iter().any(is_it) { &chosen } else { &*all };
    let place = cards.iter().position(is_it);
    let Some((place, card)) = place.and_then(|place| Some((place, cards.get(place)?))) else { return voice(&page) };
    let cost = COSTS.iter().find(|(cost, ..)| *cost == card.cost).map_or("", |(_, name, _)| *name);
    let neighbour = |step: usize, (label, key): (&'static str, char), glyph: IconName, testid: &'static str| {
        let card = cards.get((place + step) % cards.len());
        html! { <a class="btn ic" href={card.map(Card::link)} data-testid={testid} aria-label={label} title={card.map(|card| format!("{} ({key})", card.says))}>{ icon_of(glyph) }</a> }
    };
    html! {
        <section class="voice head" aria-label="Card of the bug cabinet" data-testid="card" data-card={card.id}>
            <p class="crumbs">
                <a href={drawers.link()} data-testid="card-index">{ "Bug cabinet" }</a>
                <span>{ icon(card.kind) }{ capital(card.kind) }</span>
                <span class="cost">{ cost }</span>
                <span><i>{ "card" }</i>{ format!("{} of {}", place + 1, cards.len()) }</span>
                { neighbour(cards.len() - 1, ("Previous card", 'P'), IconName::Back, "card-previous") }
                { neighbour(1, ("Next card", 'N'), IconName::Next, "card-next") }
            </p>
            <div class="lines">
                <p class="sentence">{ card.says }</p>
                { difference(&page, &scenario, card) }
            </div>
            <p class="vh" role="status">{ spoken(&page.lab()) }</p>
            <p class="why">{ card.why }{ " " }<a href={without_card(card)} data-testid="card-leave">{ "Open in the workbench" }</a></p>
        </section>
    }
}

/// Whether a scenario and the one beside it are the two runs of a card, wherever one stands in them.
pub fn is_of(scenario: &Scenario, card: &Card<'_>) -> bool {
    let mut runs = scenario.clone();
    runs.moment = Moment::default();
    link::encode(&runs) == card.link_to_runs()
}

/// The figure, and where the runs part.
fn difference(page: &Page, scenario: &Scenario, card: &Card<'static>) -> Html {
    if !is_of(scenario, card) {
        return html! {
            <p class="differs" role="status" data-testid="card-changed">{ "These are no more the runs of the card. " }<a href={card.link()}>{ "Back to those" }</a></p>
        };
    }
    let at = SimTime(parse_span(card.at, Span::secs(1)).unwrap_or_default().0);
    html! {
        <p class="differs" role="status">
            <span>{ card.figure }{ ", in the end: " }</span>
            <span>{ "document " }<b data-testid="card-document">{ card.document }</b>{ ", " }</span>
            <span>{ "code " }<b data-testid="card-code">{ card.code }</b>{ ". " }</span>
            <button class="link" data-testid="card-parting" onclick={page.asks(Command::Seek(at))}>{ format!("To {}, where they have parted", number::time_text(at.0)) }</button>
        </p>
    }
}

/// The link to the same runs and the same instant, as any others.
fn without_card(card: &Card<'static>) -> String {
    let link = card.link();
    link.split_once("&card=").map_or(link.clone(), |(link, _)| link.to_owned())
}
