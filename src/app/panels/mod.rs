//! What is beside and below the stage: parameters, faults, metrics, charts; code, log, explanation, report, checks.
//!
//! Each reads the experiment through the page's context while it renders, and asks for changes by commands.

mod alerts;
mod api;
mod before;
mod charts;
mod checks;
mod code;
mod configuration;
mod cost;
mod endpoint;
mod explain;
mod faults;
mod fidelity;
mod follow;
mod highlight;
mod its_line;
mod log;
mod param_row;
mod params;
mod parked;
mod pictures;
mod prose;
mod race;
mod report;
mod source;
mod spans;
mod start;
mod targets;
mod tiles;
mod two_runs;

use alerts::alerts;
pub use api::{Api, obstacle};
pub use before::before_note;
pub use charts::{Charts, bank_charts, call_charts};
pub use checks::{checks_badge, checks_pane};
pub use code::Code;
pub use endpoint::endpoint_section;
pub use explain::Explain;
pub use faults::faults;
pub use follow::{follow, followed, life, request, title_of, way};
pub use log::log;
pub use params::params;
pub use report::{ReportPane, ReportPart, bank_report, call_report};
pub use start::start;
use targets::targets;
pub use tiles::{bank_tiles, call_tiles, tiles};
pub use two_runs::{Difference, differences, name, two_runs};

use super::narrow::use_narrow;
use super::page::{Page, use_page};
use super::{family, scene};
use crate::app::cabinet::CardPanel;
use crate::app::markup::html;
use yew::prelude::*;

/// How a system stands against its targets and its alert rules, where its scene has some.
pub fn standings(page: &Page) -> Html {
    let spec = scene::spec(&page.lab());
    html! {
        <>
            if !spec.targets.is_empty() {
                { targets(page) }
            }
            if !spec.alerts.is_empty() {
                { alerts(page) }
            }
        </>
    }
}

/// What is told of the card that was opened. Only then is it mounted: it is none of what the front door has.
pub fn card(page: &Page) -> Html {
    if page.scenario().card.is_some() {
        html! { <CardPanel /> }
    } else {
        Html::default()
    }
}

/// The upper part of the panel beside the stage, where there is room for one: what can be set.
#[component]
pub fn Panel() -> Html {
    let (page, narrow) = (use_page(), use_narrow());
    if narrow {
        return Html::default();
    }
    html! { <>{ endpoint_section(&page) }{ card(&page) }{ two_runs(&page) }{ params(&page) }{ standings(&page) }{ faults(&page) }</> }
}

/// The lower part: what is measured.
#[component]
pub fn Measured() -> Html {
    let (page, narrow) = (use_page(), use_narrow());
    if narrow {
        return Html::default();
    }
    html! { <><FamilySections />{ tiles(&page) }<Charts /></> }
}

/// The sections that the scene's family has of its own.
#[component]
pub fn FamilySections() -> Html {
    let page = use_page();
    let family = family::of(&scene::spec(&page.lab()));
    (family.sections)()
}
