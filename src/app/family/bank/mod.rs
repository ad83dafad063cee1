//! A bank: who waits at its landings, how its cars are, and a box to call one from.

mod call_box;
mod hall_calls;
mod health;

use super::Family;
use crate::app::markup::html;
use crate::app::panels::{bank_charts, bank_report, bank_tiles};
use crate::trace::StationKind;
use hall_calls::HallCalls;
use health::SystemHealth;

/// The family of banks.
pub static BANK: Family = Family {
    sections: || html! { <><HallCalls /><SystemHealth /></> },
    tiles: bank_tiles,
    charts: bank_charts,
    report: bank_report(),
    has_cost: false,
    members: |lab| {
        let trace = lab.session().run().trace();
        let cars = lab.ledger().stations.iter().filter(|row| row.kind == StationKind::Car);
        Some(cars.map(|row| trace.name(row.name).to_owned()).collect())
    },
    press: call_box::press,
};
