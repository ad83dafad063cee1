//! The catalogue: all patterns by group, with a search that knows more than their names.

use super::findings::findings;
use super::top_bar::menu_actions;
use crate::app::cabinet::FoundCards;
use crate::app::held::use_held;
use crate::app::icon::icon;
use crate::app::markup::html;
use crate::app::narrow::use_narrow;
use crate::app::page::{Command, use_page};
use crate::patterns;
use crate::platform::field;
use crate::session::{Drawers, find};
use crate::spec::Pattern;
use yew::prelude::*;

/// Properties of the catalogue.
#[derive(Clone, PartialEq, Properties)]
pub struct CatalogueProps {
    /// A pattern was chosen.
    pub on_chosen: Callback<()>,
}

/// The catalogue.
#[component]
pub fn Catalogue(props: &CatalogueProps) -> Html {
    let (page, narrow) = (use_page(), use_narrow());
    let sought = use_held(String::new);
    let oninput = {
        let sought = sought.clone();
        Callback::from(move |event: InputEvent| sought.set(field::text(&event).unwrap_or_default()))
    };
    let in_cabinet = page.state.cabinet;
    let current = if in_cabinet { "" } else { page.scenario().pattern.id };
    let in_card = page.scenario().card.is_some();
    let on_cabinet = props.on_chosen.reform(|_: MouseEvent| ());
    let found = find::named(&sought);
    let beside = find::beside(&sought);
    let mut groups: Vec<&'static str> = Vec::new();
    for pattern in &found {
        if !groups.contains(&pattern.group) {
            groups.push(pattern.group);
        }
    }
    let entry = |pattern: &'static Pattern| {
        let (page, chosen) = (page.clone(), props.on_chosen.clone());
        let onclick = Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            page.ask(Command::Pattern(pattern.id));
            chosen.emit(());
        });
        html! {
            <li>
                <a href={format!("#/{}", pattern.id)} title={pattern.title} {onclick} data-testid={format!("pattern-{}", pattern.id)}
                    aria-current={(current == pattern.id).then_some("page")}>
                    { icon(pattern.glyph) }<span class="name">{ pattern.name }</span>
                </a>
            </li>
        }
    };
    let is_all = found.is_empty() && beside.is_empty();
    // Who looks at the cards seeks one.
    let cards_found = || {
        html! {
            <>if sought.chars().nth(1).is_some() || is_all {
                <FoundCards sought={(*sought).clone()} {is_all} on_chosen={props.on_chosen.clone()} />
            }</>
        }
    };
    html! {
        <nav class="rail" aria-label="Pattern catalogue">
            { menu_actions(&page, &props.on_chosen) }
            <label class="find">
                { icon("search") }
                <input type="search" id="find" placeholder="Find anything" aria-label="Find anything" {oninput} />
                <span class="kbd">{ "/" }</span>
            </label>
            <div class="cat scroll">
                if in_cabinet { { cards_found() } }
                { for groups.iter().map(|group| html! {
                    <section>
                        <h2>{ *group }</h2>
                        <ul>{ for found.iter().filter(|p| p.group == *group).map(|p| entry(p)) }</ul>
                    </section>
                }) }
                { findings(&page, &beside, narrow, &props.on_chosen) }
                if !in_cabinet { { cards_found() } }
            </div>
            <a class="chest" href={Drawers::default().link()} title="Bug cabinet" data-testid="cabinet" onclick={on_cabinet} aria-current={if in_cabinet { Some("page") } else { in_card.then_some("true") }}>
                { icon("cabinet") }<span class="name">{ "Bug cabinet" }</span><span class="n">{ patterns::CARDS.1 }</span>
            </a>
            <footer>
                <span>{ format!("{} patterns", patterns::ALL.len()) }</span>
                <button onclick={page.asks(Command::Help(true))}>{ "Keys " }<span class="kbd">{ "?" }</span></button>
            </footer>
        </nav>
    }
}
