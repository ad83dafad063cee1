//! The checks as one badge: how many hold, or the first that does not.

use crate::app::icon::Icon;
use crate::app::page::use_page;
use yew::prelude::*;

/// The badge, with the list behind it.
#[component]
pub fn ChecksBadge() -> Html {
    let page = use_page();
    let lab = page.lab();
    let (at, over) = (lab.session().playhead(), lab.session().at_end());
    let states = lab.session().history().checks.states();
    let failed = states.iter().find_map(|s| s.first_violation(at, over).map(|when| (s.check.name, when)));
    let list: Vec<String> = states
        .iter()
        .map(|s| format!("{} {} ({})", if s.holds(at, over) { "✓" } else { "✗" }, s.check.name, s.check.kind.word()))
        .collect();
    let title = list.join("\n");
    html! {
        <span data-testid="checks" data-holds={failed.is_none().to_string()} title={title.clone()}>
            if let Some((name, when)) = failed {
                <span class="chk bad"><Icon word="warning" />{ format!("does not hold at {:.3} s: {name}", when.seconds()) }</span>
            } else {
                <span class="chk"><Icon word="check" />{ format!("{} checks hold", states.len()) }</span>
            }
            <span class="vh">{ title }</span>
        </span>
    }
}
