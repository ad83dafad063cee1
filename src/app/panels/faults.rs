//! Faults: switches with their magnitudes. On means injected now.

use super::text_of;
use crate::app::page::{Wish, use_page};
use crate::spec::{FaultSpec, FaultUnit};
use crate::trace::Span;
use std::collections::BTreeMap;
use yew::prelude::*;

/// The faults that the pattern's scene offers.
#[component]
pub fn Faults() -> Html {
    let page = use_page();
    let magnitudes = use_state(BTreeMap::<&'static str, i64>::new);
    let lab = page.lab();
    let scenario = lab.scenario();
    let scene = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity);
    if scene.faults.is_empty() || lab.wants_real() {
        return Html::default();
    }
    let trace = lab.session().run().trace();
    let on = |id: &str| lab.ledger().faults.iter().find(|(fault, _)| trace.name(**fault) == id).map(|(_, m)| *m);
    let row = |fault: &FaultSpec| {
        let active = on(fault.id);
        let magnitude = active.or_else(|| magnitudes.get(fault.id).copied()).unwrap_or(fault.default);
        let (id, min, max, unit) = (fault.id, fault.min, fault.max, fault.unit);
        let onclick = page.asks(Wish::Fault(id, if active.is_some() { None } else { Some(magnitude) }));
        let onchange = {
            let (page, magnitudes) = (page.clone(), magnitudes.clone());
            let is_on = active.is_some();
            Callback::from(move |event: Event| {
                // What cannot be read leaves the magnitude as it was.
                if let Some(read) = read(unit, &text_of(&event)) {
                    let new = read.clamp(min, max);
                    let mut all = (*magnitudes).clone();
                    all.insert(id, new);
                    magnitudes.set(all);
                    if is_on {
                        page.ask(Wish::Fault(id, Some(new)));
                    }
                }
            })
        };
        html! {
            <div class="fault" title={fault.help}>
                <button class={classes!("sw", active.map(|_| "on"))} role="switch" aria-checked={active.is_some().to_string()} data-testid={format!("fault-{id}")}
                    aria-label={fault.label} aria-description={fault.help} {onclick}></button>
                <span>{ fault.label }</span>
                <input value={write(unit, magnitude)} aria-label={format!("{}, magnitude", fault.label)} {onchange} />
            </div>
        }
    };
    html! {
        <section class="sec" aria-labelledby="h-faults">
            <header><h2 id="h-faults">{ "Faults" }</h2><span class="note">{ "injected in virtual time" }</span></header>
            <div class="fl">{ for scene.faults.iter().map(row) }</div>
        </section>
    }
}

fn write(unit: FaultUnit, magnitude: i64) -> String {
    match unit {
        FaultUnit::Times => format!("×{magnitude}"),
        FaultUnit::Percent => format!("{magnitude} %"),
        FaultUnit::Lasts => Span(magnitude.max(0) as u64).to_string(),
        FaultUnit::Member => format!("w{magnitude:02}"),
    }
}

fn read(unit: FaultUnit, text: &str) -> Option<i64> {
    match unit {
        FaultUnit::Lasts => {
            crate::spec::parse_span(text, Span::secs(1)).ok().and_then(|span| i64::try_from(span.0).ok())
        }
        _ => text.trim().trim_start_matches(['×', 'x', 'w']).trim_end_matches('%').trim().parse().ok(),
    }
}
