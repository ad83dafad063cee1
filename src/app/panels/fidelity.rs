//! Documented or shipped: the switch, and what the difference is.

use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::app::segmented::{Segment, Segmented};
use crate::spec::Fidelity;
use yew::prelude::*;

const BOTH: [(Fidelity, &str); 2] = [(Fidelity::Documented, "As documented"), (Fidelity::Shipped, "As shipped")];

/// The switch, where documents and code disagree.
pub fn fidelity_choice(page: &Page) -> Html {
    let scenario = page.scenario();
    let Some(disagreement) = scenario.pattern.disagreement else { return Html::default() };
    let segment =
        |(f, label): (Fidelity, &'static str)| Segment::new(f.id(), label).testid(format!("fidelity-{}", f.id()));
    let choose = {
        let page = page.clone();
        Callback::from(move |index: usize| {
            if let Some((fidelity, _)) = BOTH.get(index) {
                page.ask(Command::Fidelity(*fidelity));
            }
        })
    };
    html! {
        <div class="fidelity">
            <Segmented label="Documented or shipped" testid="fidelity" segments={BOTH.map(segment).to_vec()}
                chosen={BOTH.iter().position(|(f, _)| *f == scenario.fidelity).unwrap_or(0)} {choose} />
            <p class="note">{ disagreement }</p>
        </div>
    }
}
