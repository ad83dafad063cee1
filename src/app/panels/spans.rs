//! The spans of a request that is followed: in which service it was for how long, and within which call.
//!
//! They stand below its waits where there is more to see than those: a call within a call, or a part of it that goes its own way.

use super::follow::title_of;
use crate::analysis::ServiceSpan;
use crate::app::lab::Lab;
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::trace::{JobId, SimTime, StationId};
use crate::view::number;
use yew::prelude::*;

/// The axis of the bars, in the units of their drawing.
const AXIS: f64 = 1_000.0;

/// The spans of a request, where they say something.
pub fn spans(page: &Page, lab: &Lab, job: JobId, now: SimTime) -> Html {
    let Some(spans) = lab.spans(job).filter(|spans| spans.is_deep()) else { return Html::default() };
    let from = spans.list.first().map_or(SimTime::ZERO, |first| first.from);
    let end = spans.list.iter().map(|span| span.to.unwrap_or(now)).max().unwrap_or(now);
    let total = end.since(from).0.max(1) as f64;
    let row = |span: &ServiceSpan| {
        let length = span.length(now).0;
        let what = name(lab, span, job);
        let indent = "\u{2003}".repeat(span.depth as usize);
        let title = format!("{what}, from {} on for {} ms", number::moment(span.from.0), number::millis(length));
        let (left, width) = (AXIS * span.from.since(from).0 as f64 / total, (AXIS * length as f64 / total).max(2.0));
        html! {
            <li class={if span.station == StationId::NONE { "lies" } else { "served" }}>
                <button type="button" {title} onclick={page.asks(Command::Seek(span.from))}>
                    <span class="what">{ format!("{indent}{what}") }</span>
                    <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                        <rect class="bar" x={format!("{left:.1}")} y="1" width={format!("{width:.1}")} height="8"></rect>
                    </svg>
                    <span class="mono">{ number::millis(length) }</span>
                    <span class="part">{ format!("+{}", number::millis(span.from.since(from).0)) }</span>
                </button>
            </li>
        }
    };
    let more = (spans.more > 0).then(|| format!("And {}.", number::counted(spans.more, "part more", "parts more")));
    html! {
        <>
            <h3>{ "Spans" }<span class="note">{ "ms, and after how many it begins" }</span></h3>
            <ol class="bars" aria-label="Its spans through the services" data-testid="spans">{ for spans.list.iter().map(row) }</ol>
            { more.map(|more| html! { <p class="none">{ more }</p> }) }
        </>
    }
}

fn name(lab: &Lab, span: &ServiceSpan, followed: JobId) -> String {
    if span.station == StationId::NONE {
        let part = if span.job == followed { "" } else { ", a part of it" };
        return format!("{}{part}", title_of(span.job));
    }
    let trace = lab.session().run().trace();
    let ledger = &lab.session().history().ledger;
    ledger.station(span.station).map_or("?", |row| trace.name(row.name)).to_owned()
}
