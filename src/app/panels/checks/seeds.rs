//! The search for a seed that breaks a check: its button, how far it is, what came of it.

use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::spec::CheckKind;
use yew::prelude::*;

/// The search for a seed that breaks check `n`, of this kind, whose statement has the id `describes`. Starting and cancelling are one
/// button, so that the focus stays where it is.
pub fn seed_search(page: &Page, n: usize, kind: CheckKind, describes: &str) -> Html {
    if page.lab().wants_real() {
        return Html::default();
    }
    let side_runs = page.side_runs();
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
        (_, None, ..) if kind == CheckKind::Sometimes => "Find a seed that makes it happen",
        _ => "Find a seed that breaks it",
    };
    html! {
        <div class="seek">
            <button type="button" class="btn bd sm" data-testid={format!("{handle}-{n}")} aria-describedby={describes.to_owned()}
                onclick={page.asks(wish)}>{ label }</button>
            if let Some(found) = found {
                <button type="button" class="btn bd sm" data-testid={format!("open-seed-{n}")} data-seed={found.seed.clone()}
                    aria-describedby={describes.to_owned()} onclick={page.asks(Command::OpenFound(n))}>{ format!("Open seed {}", found.seed) }</button>
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
