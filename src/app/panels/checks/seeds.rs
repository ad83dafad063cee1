//! The search for a seed that breaks a check: its button, how far it is, what came of it.

use super::pane::Kind;
use crate::app::page::{Command, use_page};
use crate::spec::CheckKind;
use yew::prelude::*;

/// Properties of a search.
#[derive(Clone, PartialEq, Properties)]
pub struct SearchProps {
    /// The number of the check.
    pub check: usize,
    /// Its kind.
    pub kind: Kind,
    /// The id of the statement that it is about.
    pub describes: AttrValue,
}

/// A search. Starting and cancelling are one button, so that the focus stays where it is.
#[component]
pub fn SeedSearch(props: &SearchProps) -> Html {
    let page = use_page();
    if page.lab().wants_real() {
        return Html::default();
    }
    let (n, side_runs) = (props.check, page.side_runs());
    let (search, running) = (side_runs.search(n), side_runs.searching() == Some(n));
    let found = search.and_then(|search| search.found());
    let says = search.and_then(|search| search.says());
    let (handle, wish) =
        if running { ("cancel-seed", Command::CancelSearch) } else { ("find-seed", Command::FindSeed(n)) };
    let label = match (running, search, found, says.is_some()) {
        (true, ..) => "Cancel",
        (_, _, Some(_), _) => "Find another",
        (_, Some(_), None, true) => "Try 200 more",
        (_, Some(_), None, false) => "Search on",
        (_, None, ..) if props.kind.0 == CheckKind::Sometimes => "Find a seed that makes it happen",
        _ => "Find a seed that breaks it",
    };
    html! {
        <div class="seek">
            <button type="button" class="btn bd sm" data-testid={format!("{handle}-{n}")} aria-describedby={props.describes.clone()}
                onclick={page.asks(wish)}>{ label }</button>
            if let Some(found) = found {
                <button type="button" class="btn bd sm" data-testid={format!("open-seed-{n}")} data-seed={found.seed.clone()}
                    aria-describedby={props.describes.clone()} onclick={page.asks(Command::OpenFound(n))}>{ format!("Open seed {}", found.seed) }</button>
            }
            if let Some(search) = search {
                if running {
                    <progress max={search.most().to_string()} value={search.tried().to_string()} aria-label="Seeds tried"></progress>
                }
                <span data-testid={format!("seed-result-{n}")} data-tried={search.tried().to_string()} data-over={says.is_some().to_string()}>
                    { says.unwrap_or_else(|| match running {
                        true => format!("{} of {} seeds tried", search.tried(), search.most()),
                        false => format!("Cancelled after {} seeds.", search.tried()),
                    }) }
                </span>
            }
        </div>
    }
}
