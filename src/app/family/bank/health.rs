//! How a bank is: each car with its breaker, the fleet in a word, and the figures that the original computes.

use crate::analysis::{Subject, Summary};
use crate::app::as_painted::use_as_painted;
use crate::app::icon::{IconName, icon_of};
use crate::app::lab::Lab;
use crate::app::markup::{classes, html};
use crate::app::page::use_page;
use crate::app::scene::{self, read_scene};
use crate::spec::Bank;
use crate::trace::StationKind;
use crate::view::number;
use crate::view::scene::tables::{self, CarHealth, Contact, Health};
use yew::prelude::*;

/// The section, for scenes with a bank.
#[component]
pub fn SystemHealth() -> Html {
    let page = use_page();
    let read = use_as_painted(&page, |lab| {
        read_scene(lab, |scene, look| {
            let health = tables::health(scene, look)?;
            let score = tables::score(scene, &health);
            Some((health, score))
        })
    });
    let lab = page.lab();
    let spec = scene::spec(&lab);
    let Some((_, bank)) = spec.bank() else { return Html::default() };
    let Some((health, score)) = read else { return Html::default() };
    html! {
        <section class="sec bank" aria-labelledby="h-health" data-testid="system-health" data-in-service={health.in_service().to_string()}>
            <header><h2 id="h-health">{ "System health" }</h2>{ verdict(&health) }</header>
            <div class="scroll fleet" tabindex="0" role="group" aria-label="Cars">
                <table>
                    <thead><tr>
                        <th scope="col">{ "Car" }</th><th scope="col">{ "Breaker" }</th>
                        <th scope="col" class="n">{ "Failures" }</th>
                        <th scope="col" class="n" title="People it has set down">{ "Trips" }</th>
                    </tr></thead>
                    <tbody>{ for health.cars.iter().map(row) }</tbody>
                </table>
            </div>
            <dl class="figures">
                if let Some((score, formula)) = score {
                    <div title={formula} data-testid="metric-score" data-value={score.map(|score| score.to_string())}>
                        <dt>{ "Performance score" }</dt><dd>{ number::dashed(score, |score| format!("{score:.2}")) }<span class="vh">{ format!(", {formula}") }</span></dd>
                    </div>
                }
                <div data-testid="metric-load" data-value={health.load().to_string()}>
                    <dt>{ "Load" }</dt><dd>{ format!("{:.1} a car", health.load()) }</dd>
                </div>
                { expected(&lab, bank) }
            </dl>
        </section>
    }
}

fn verdict(health: &Health) -> Html {
    if health.is_shut || health.cars.is_empty() {
        return html! { <span class="note" data-testid="health-verdict">{ health.verdict() }</span> };
    }
    let (class, icon) = match (health.in_service(), health.cars.len()) {
        (n, all) if n == all => ("good", IconName::Check),
        (0, _) => ("bad", IconName::Warning),
        _ => ("fair", IconName::Warning),
    };
    html! { <span class={classes!("verdict", class)} data-testid="health-verdict">{ icon_of(icon) }{ health.verdict() }</span> }
}

fn row(car: &CarHealth) -> Html {
    // What keeps a car from working is more than what its breaker waits for; the contact still tells the breaker's state.
    let words = match (&car.trouble, &car.says) {
        (Some(trouble), _) => {
            html! { <span class="late"><span class="vh">{ format!("{}, ", car.status.word()) }</span>{ trouble }</span> }
        }
        (None, Some(says)) => html! { <span>{ format!("{}, {says}", car.status.word()) }</span> },
        (None, None) => html! { <span>{ car.status.word() }</span> },
    };
    html! {
        <tr>
            <th scope="row">{ car.name.clone() }</th>
            <td class={classes!("br", class_of(car.status))}>{ contact(car.status) }{ words }</td>
            <td class="n">{ car.failures.clone() }</td>
            <td class="n">{ number::count(car.delivered) }</td>
        </tr>
    }
}

const fn class_of(status: Contact) -> &'static str {
    match status {
        Contact::Closed => "closed",
        Contact::Open | Contact::ForcedOpen => "open",
        Contact::HalfOpen => "half",
        Contact::Disabled => "off",
    }
}

/// The contact arm of the stage's chips, 26 × 12, in the colour of the text around it.
fn contact(status: Contact) -> Html {
    let (arm, dash) = match status {
        Contact::Closed => ("M7.5 9H18.5", None),
        Contact::HalfOpen => ("M7.5 9 18 5", Some("2.4 1.8")),
        Contact::Open => ("M7.5 9 16 2", None),
        Contact::ForcedOpen => ("M7.5 9 16 2M13.2 .8H18.8", None),
        Contact::Disabled => ("M2 9V3H24V9", None),
    };
    html! {
        <svg class="contact" viewBox="0 0 26 12" width="26" height="12" aria-hidden="true">
            <path d="M0 9H6M20 9H26" /><path d={arm} stroke-dasharray={dash} />
            <circle cx="7.5" cy="9" r="1.6" /><circle cx="18.5" cy="9" r="1.6" />
        </svg>
    }
}

/// How long a wait was announced when a car was called, beside how long people waited.
fn expected(lab: &Lab, bank: &Bank) -> Html {
    let landings = lab.ledger().stations_with_ids().filter(|(_, row)| row.kind == StationKind::Landing);
    let gauges = landings.flat_map(|(id, _)| [Subject::Gauge(id, bank.due.0), Subject::Gauge(id, bank.due.1)]);
    let Some(announced) = lab.so_far().announced(gauges) else { return Html::default() };
    let seconds = |waits: Summary| format!("{} s", number::short_seconds(waits.mean.0));
    let measured = lab.summary("waiting").map_or_else(|| "—".to_owned(), seconds);
    let title =
        "The mean of the waits that were announced when a car was called, and the mean of those that came to pass";
    html! {
        <div {title} data-testid="metric-wait-announced" data-value={announced.0.to_string()}>
            <dt>{ "Wait announced" }</dt><dd>{ format!("{} s, measured {measured}", number::short_seconds(announced.0)) }</dd>
        </div>
    }
}
