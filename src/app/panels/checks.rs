//! The checks: as one badge, how many hold, or the first that does not; and one by one in a pane.

mod pane;
mod seeds;

pub use pane::checks_pane;

use crate::analysis::Standing;
use crate::app::icon::icon;
use crate::app::markup::html;
use crate::app::page::{Command, Page, Tab};
use crate::spec::CheckKind;
use crate::view::standing;
use yew::prelude::*;

/// The badge. Its tooltip lists the checks, and pressing it opens the pane, which tells more.
pub fn checks_badge(page: &Page) -> Html {
    let lab = page.lab();
    let (at, over) = (lab.session().playhead(), lab.session().at_end());
    let states = lab.session().history().checks.states();
    // What should have happened sometimes and did not is worth knowing, and no fault.
    let promised = states.iter().filter(|s| s.check.kind != CheckKind::Sometimes);
    let failed = promised.clone().find_map(|s| match s.standing(at, over) {
        broken @ Standing::Broken(_) => Some(format!("{}: {}", standing::says(s.check.kind, broken), s.check.name())),
        _ => None,
    });
    // What is asked of the end of a run neither holds nor fails before.
    let holding = promised.clone().filter(|s| s.standing(at, over) == Standing::Holds).count();
    let open = promised.count() - holding;
    let (holds, later) =
        (format!("{holding} checks hold"), if open == 0 { String::new() } else { format!(", {open} to come") });
    let list: Vec<String> = states
        .iter()
        .map(|s| format!("{}: {}", s.check.name(), standing::says(s.check.kind, s.standing(at, over))))
        .collect();
    // What the badge has no room for is told first.
    let first = failed.as_ref().map_or_else(|| format!("{holds}{later}"), |failed| standing::within(failed));
    let title = std::iter::once(first).chain(list).collect::<Vec<_>>().join("\n");
    html! {
        <button type="button" data-testid="checks" data-holds={failed.is_none().to_string()} title={title.clone()}
            aria-description={format!("{title}. Opens the checks.")} onclick={page.asks(Command::Tab(Tab::Checks))}>
            if let Some(failed) = failed {
                <span class="chk bad">{ icon("warning") }<span>{ standing::within(&failed) }</span></span>
            } else {
                <span class="chk">{ icon("check") }<span>{ holds }<span class="later">{ later }</span></span></span>
            }
        </button>
    }
}
