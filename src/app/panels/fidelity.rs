//! Documented or shipped: the switch, and in a sentence what the difference is. Where both come from is one press away.

use crate::app::icon::{IconName, icon_of};
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::app::segmented::{Segment, Segmented};
use crate::spec::Fidelity;
use yew::prelude::*;

const BOTH: [(Fidelity, &str); 2] = [(Fidelity::Documented, "As documented"), (Fidelity::Shipped, "As shipped")];

/// The switch, where documents and code disagree.
pub fn fidelity_choice(page: &Page) -> Html {
    let scenario = page.scenario();
    let shipped = scenario.pattern.shipped;
    if shipped.is_empty() {
        return Html::default();
    }
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
            <p class="note" data-testid="fidelity-note">
                { format!("Documented is what its document promises. Shipped is what its code did: there {shipped}. ") }
                <button data-testid="origin" onclick={page.asks(Command::Origin)}>{ "Origin" }</button>
            </p>
            <button type="button" class="link" data-testid="beside-fidelity" title="Both under one playhead, on one seed"
                onclick={page.asks(Command::BesideFidelity)}>{ icon_of(IconName::Beside) }{ "Both at once" }</button>
        </div>
    }
}
