//! The text alternative of the stage: what the picture shows, as rows of a table and as a sentence.

use super::alerts::{self, AlertRow, alerts};
use super::scene::{Look, Scene, await_line, conservation};
use super::targets::{self, targets};
use millrace_trace::StationId;

/// One row: what it is about, and what there is to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// A worker, a channel, the server.
    pub what: String,
    /// State, request, elapsed, waiting line; or fill and capacity.
    pub says: String,
}

/// A row for each place in the order in which they are read, for each worker of a crew, for each target and alert rule, and for the sum that must always hold.
/// Crowds and large crews are told by state.
pub fn rows(scene: &Scene<'_>, look: &Look<'_>) -> Vec<Row> {
    let mut rows: Vec<Row> = scene.all().flat_map(|here| here.face().rows(here, look)).collect();
    let alert = |row: &AlertRow| Row { what: format!("Alert, {}", row.rule), says: alerts::says(row) };
    let target = |row: &targets::TargetRow| Row { what: format!("Target, {}", row.name), says: targets::says(row) };
    rows.extend(targets(scene, look).iter().map(target));
    rows.extend(alerts(scene, look).iter().map(alert));
    rows.push(Row { what: "Sum".to_owned(), says: conservation(scene).0 });
    rows
}

/// A few sentences for people who do not see the canvas: what is full, how many workers do what, what is done.
pub fn description(scene: &Scene<'_>, look: &Look<'_>) -> String {
    let mut sentences: Vec<String> = scene.all().filter_map(|here| here.face().sentence(here, look)).collect();
    sentences.extend(targets::sentence(scene, look));
    sentences.extend(alerts::sentence(scene, look));
    sentences.push(capital(&conservation(scene).0));
    format!("{}.", sentences.join(". "))
}

/// Two phrases beside each other, where there are two.
pub(crate) fn join(text: String, more: Option<String>) -> String {
    more.map_or(text.clone(), |more| format!("{text}, {more}"))
}

/// At which line the first live task at a station waits.
pub(crate) fn waiting(scene: &Scene<'_>, station: StationId) -> Option<String> {
    let station = station.some()?;
    let task = scene.ledger.tasks.iter().map(|(_, t)| t).find(|t| t.station == station && t.is_live())?;
    await_line(scene, task).map(|line| format!("waits at {line}"))
}

/// With a capital letter at its beginning.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| std::iter::once(first.to_ascii_uppercase()).chain(chars).collect())
}
