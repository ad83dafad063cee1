//! Requests that are made, called out and answered: whatever has no family of its own.

use super::Family;
use crate::app::panels::{call_charts, call_report, call_tiles};
use yew::prelude::*;

/// The family of requests.
pub static REQUESTS: Family = Family {
    sections: Html::default,
    tiles: call_tiles,
    charts: call_charts,
    report: call_report(),
    has_cost: true,
    members: |_| None,
    press: |_, _, _, _| None,
};
