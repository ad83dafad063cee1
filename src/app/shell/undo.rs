//! Undo and redo, beside the scenario whose steps they take.

use crate::app::icon::{IconName, icon_of};
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use yew::prelude::*;

/// Both buttons. One with nothing to do says so and keeps its place.
pub fn undo_buttons(page: &Page) -> Html {
    let lab = page.lab();
    let (undoes, redoes) = (lab.edits().undoes(), lab.edits().redoes());
    html! {
        <span class="undo">
            { button(page, ("undo", "Undo", "Ctrl Z"), IconName::Undo, undoes, Command::Undo) }
            { button(page, ("redo", "Redo", "Ctrl Shift Z"), IconName::Redo, redoes, Command::Redo) }
        </span>
    }
}

fn button(
    page: &Page,
    (id, word, keys): (&'static str, &str, &str),
    glyph: IconName,
    step: Option<&str>,
    wish: Command,
) -> Html {
    let name = step.map_or_else(|| format!("{word}: nothing to {id}"), |step| format!("{word}: {step}"));
    html! {
        <button class="btn ic" data-testid={id} title={format!("{name} ({keys})")} aria-label={name} aria-disabled={step.is_none().to_string()}
            onclick={page.asks(wish)}>{ icon_of(glyph) }</button>
    }
}
