//! What is beside and below the stage: parameters, faults, metrics, charts; code, log, explanation, report, checks.
//!
//! Each reads the experiment through the page's context while it renders, and asks for changes by commands.

mod api;
mod charts;
mod checks;
mod code;
mod cost;
mod endpoint;
mod explain;
mod faults;
mod fidelity;
mod highlight;
mod log;
mod param_row;
mod params;
mod parked;
mod prose;
mod race;
mod report;
mod source;
mod tiles;

pub use api::{Api, obstacle};
pub use charts::{Charts, Sheet, bank_charts, call_charts};
pub use checks::{ChecksBadge, ChecksPane};
pub use code::Code;
pub use endpoint::EndpointSection;
pub use explain::Explain;
pub use faults::Faults;
pub use log::Log;
pub use params::Params;
pub use report::{ReportPane, ReportPart, bank_report, call_report};
pub use tiles::{Tile, Tiles, bank_tiles, call_tiles};

use super::narrow::use_narrow;
use super::page::use_page;
use super::{family, scene};
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// The panel beside the stage, where there is room for one.
#[component]
pub fn Panel() -> Html {
    if use_narrow() {
        return Html::default();
    }
    html! {
        <>
            <EndpointSection />
            <Params />
            <Faults />
            <FamilySections />
            <Tiles />
            <Charts />
        </>
    }
}

/// The sections that the scene's family has of its own.
#[component]
pub fn FamilySections() -> Html {
    let page = use_page();
    let family = family::of(&scene::spec(&page.lab()));
    (family.sections)()
}

/// The text of the input or select that an event is about.
fn text_of(event: &Event) -> String {
    let target = event.target();
    let input = target.clone().and_then(|t| t.dyn_into::<HtmlInputElement>().ok()).map(|i| i.value());
    input.or_else(|| target.and_then(|t| t.dyn_into::<HtmlSelectElement>().ok()).map(|s| s.value())).unwrap_or_default()
}
