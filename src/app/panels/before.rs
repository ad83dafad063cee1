//! That the run before the last change is still in the charts, what it differs in, and the way to be rid of it.

use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::session::Scenario;
use yew::prelude::*;

/// The note, while there is an earlier run.
pub fn before_note(page: &Page) -> Html {
    let lab = page.lab();
    let Some(before) = lab.before() else { return Html::default() };
    let with = differs(before.scenario(), lab.scenario()).map_or_else(String::new, |with| format!(", with {with}"));
    let told = format!("the run before{with}");
    html! {
        <span class="before" data-testid="before"><i aria-hidden="true"></i><span title={told.clone()}>{ told }</span>
            <button type="button" data-testid="dismiss-before" aria-label="Dismiss the run before from the charts" onclick={page.asks(Command::DismissBefore)}>{ "dismiss" }</button>
        </span>
    }
}

/// The first thing that an earlier scenario has otherwise: "Workers 15", "seed otis", "no outage".
fn differs(earlier: &Scenario, now: &Scenario) -> Option<String> {
    if earlier.seed != now.seed {
        return Some(format!("seed {}", earlier.seed));
    }
    if earlier.fidelity != now.fidelity {
        return Some(format!("all as {}", earlier.fidelity.id()));
    }
    let (was, is) = (earlier.values(), now.values());
    let other = |field: crate::spec::Field| {
        let value = was.get(field.key)?;
        (Some(value) != is.get(field.key)).then(|| format!("{} {value}", field.label))
    };
    let field = (earlier.pattern.fields)().into_iter().find_map(other);
    field.or_else(|| (earlier.interventions != now.interventions).then(|| "other faults".to_owned()))
}
