//! A card, closed: what goes wrong in a sentence, and document and code with a small picture and the figure of each.

use super::capital;
use crate::app::icon::icon;
use crate::app::markup::html;
use crate::patterns;
use crate::spec::Card;
use crate::view::card::{SIZE, picture};
use yew::AttrValue;
use yew::prelude::*;

/// A card that leads to its two runs.
pub fn drawer(card: &Card<'static>, is_last: bool) -> Html {
    let share = card.share();
    let of = if card.whole.is_empty() { String::new() } else { format!(", of {}", card.whole) };
    html! {
        <li key={card.id}>
            <a class="drawer" href={card.link()} data-card={card.id} data-testid={format!("card-{}", card.id)} aria-current={is_last.then_some("true")}>
                <span class="of">{ icon(card.kind) }{ capital(card.kind) }<i>{ name_of(card) }</i></span>
                <b>{ card.says }</b>
                <span class="figure">{ card.figure }{ of }
                    if share > 0 { <i title="By so much of the work, or of the greater figure, the two differ">{ percent(share) }</i> }
                </span>
                <span class="value">{ "document " }{ drawn(card, false) }<b>{ card.document }</b></span>
                <span class="value">{ "code " }{ drawn(card, true) }<b>{ card.code }</b></span>
            </a>
        </li>
    }
}

/// What its pattern is called.
pub fn name_of(card: &Card<'static>) -> &'static str {
    patterns::find(card.pattern).map_or("", |pattern| pattern.name.trim_start_matches("+ "))
}

/// Thousandths in percent; of little, that it is little.
fn percent(share: u32) -> String {
    if share < 10 { "< 1 %".to_owned() } else { format!("{} %", (share + 5) / 10) }
}

/// The picture of a side. What it shows stands beside it as a number.
fn drawn(card: &Card<'static>, is_code: bool) -> Html {
    let (wide, high) = SIZE;
    let mut svg = format!(r#"<svg class="pic" viewBox="0 0 {wide} {high}" aria-hidden="true" focusable="false">"#);
    for (ink, path) in picture(card, is_code) {
        svg.push_str(&format!(r#"<path class="{}" d="{path}"/>"#, ink.class()));
    }
    svg.push_str("</svg>");
    Html::from_html_unchecked(AttrValue::from(svg))
}
