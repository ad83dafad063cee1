//! The footer: what the marks mean, and the sum that must always hold.

use super::{Look, Scene, Worker};
use crate::number;
use crate::place::{Here, OnPhone, Term, Words};
use crate::recent::Mode;
use crate::shape::{Ink, Sheet, crisp, text_width};
use litemap::LiteMap;
use millrace_trace::{Outcome, StationKind, ledger::StationRow};

/// The words of requests: they are sent, and all that left are done.
const REQUESTS: Words = Words { came: "sent", gone: "done", ways: &[] };
/// The same, of requests that come by themselves: who is still in the backlog came, and was not sent on.
const ARRIVALS: Words = Words { came: "came", ..REQUESTS };

/// Where all the jobs are, in words: "3,201 sent = 76 queued + … + 3,011 done", and whether they add up to what came in.
///
/// Each job is counted where its station is; what came in is counted on its own. They can only disagree if the executor or
/// a part lost a job or has one twice.
pub fn conservation(scene: &Scene<'_>) -> (String, bool) {
    let Sum { terms, came, holds, .. } = Sum::of(scene);
    let words: Vec<String> = terms.iter().map(|(n, what)| format!("{} {what}", number::count(*n))).collect();
    (format!("{came} {} {}", if holds { "=" } else { "≠" }, words.join(" + ")), holds)
}

/// The same in three terms, for where there is no room.
pub fn short_conservation(scene: &Scene<'_>) -> (String, bool) {
    let Sum { terms, came, holds, gone } = Sum::of(scene);
    let departed = scene.ledger.tally.departed();
    let inside = terms.iter().map(|(n, _)| n).sum::<u64>().saturating_sub(departed);
    let (inside, departed) = (number::count(inside), number::count(departed));
    (format!("{came} {} {inside} inside + {departed} {gone}", if holds { "=" } else { "≠" }), holds)
}

/// Where all the jobs are.
struct Sum {
    terms: Vec<(u64, &'static str)>,
    /// "3,201 sent"
    came: String,
    holds: bool,
    /// The one word for those that left.
    gone: &'static str,
}

impl Sum {
    fn of(scene: &Scene<'_>) -> Sum {
        let backlog = scene.spec.backlog.as_ref().and_then(|name| scene.ledger.find(name, scene.trace));
        let usual = if backlog.is_some() { &ARRIVALS } else { &REQUESTS };
        let words = scene.all().find_map(|here| here.face().words(here)).unwrap_or(usual);
        let mut sums: LiteMap<Term, u64> = LiteMap::new_vec();
        for (id, row) in scene.ledger.stations_with_ids().filter(|(_, row)| row.levels.present > 0) {
            let place = scene.all().find(|here| here.id() == id);
            match place.and_then(|here| here.face().terms(here, row)) {
                Some(parts) => {
                    parts.into_iter().filter(|(_, n)| *n > 0).for_each(|(t, n)| *sums.entry(t).or_default() += n)
                }
                None => *sums.entry(term(scene, id, row)).or_default() += row.levels.present,
            }
        }
        let tally = &scene.ledger.tally;
        let mut terms: Vec<(u64, &str)> = sums.into_iter().map(|(term, n)| (n, term.word)).collect();
        terms.extend(left(scene, words));
        let sum: u64 = terms.iter().map(|(n, _)| n).sum();
        // A job that was split is in several places.
        let parts = tally.at_stations.saturating_sub(tally.in_system);
        let mut came = format!("{} {}", number::count(tally.offered), words.came);
        if parts > 0 {
            came = format!("{came} + {} parts", number::count(parts));
        }
        Sum { terms, came, holds: sum == tally.offered + parts, gone: words.gone }
    }
}

/// In which word the jobs at a station are: that of the place that shows it, or shows what it is a part of, however deep in it.
fn term(scene: &Scene<'_>, id: millrace_trace::StationId, row: &StationRow) -> Term {
    if scene.backlog.is_some_and(|backlog| std::ptr::eq(backlog, row)) {
        return Term::BACKLOG;
    }
    let worker = (row.kind == StationKind::Worker).then(|| Worker::of(scene, id, row));
    match scene.place_of(id) {
        Some(here) => here.face().term(here, worker.as_ref(), row),
        None if worker.is_some_and(|worker| worker.mode == Mode::Blocked) => Term::PARKED,
        None => {
            let name = scene.name(row);
            scene.all().find_map(|here| here.face().term_beside(here, name)).unwrap_or(Term::of(row))
        }
    }
}

/// Those who left: in one term, or in one for each way of leaving.
fn left(scene: &Scene<'_>, words: &Words) -> Vec<(u64, &'static str)> {
    let tally = &scene.ledger.tally;
    if words.ways.is_empty() {
        return vec![(tally.departed(), words.gone)];
    }
    let said = |outcome: Outcome| words.ways.iter().find(|(way, _)| *way == outcome).map(|(_, word)| *word);
    let counted = Outcome::ALL.into_iter().rev().map(|way| (way, tally.count(way)));
    let shown = counted.filter(|(way, n)| *n > 0 || *way == Outcome::Completed);
    shown.map(|(way, n)| (n, said(way).unwrap_or(way.word()))).collect()
}

/// Draws the footer.
pub fn draw(sheet: &mut Sheet, scene: &Scene<'_>, look: &Look<'_>) {
    let p = look.palette;
    let (w, h) = look.size;
    let base = h - 15.0;
    sheet.line((16.0, crisp(h - 34.0)), (w - 16.0, crisp(h - 34.0)), p.line, 1.0);
    let (mut text, holds) = conservation(scene);
    // Where the legend counts all, its total is the sum.
    if let Some(total) = scene.all().find_map(|here| here.face().total(here)).filter(|_| holds) {
        text = total;
    } else if text_width(&text, 11.0, false) > w - 32.0 {
        text = short_conservation(scene).0;
    }
    let ink = if holds { Ink::new(p.ink_2) } else { Ink::new(p.server_ink).bold() };
    let limit = w - 40.0 - text_width(&text, 11.0, false);
    sheet.text((w - 16.0, base), text, ink.end());
    let mut left = 16.0;
    let mut told: Vec<std::mem::Discriminant<_>> = Vec::new();
    let leads = |here: &Here<'_, '_>| here.face().on_phone(*here) == OnPhone::Lead;
    // What all is about tells first what its marks mean.
    for here in scene.all().filter(leads).chain(scene.all().filter(|here| !leads(here))) {
        // Marks mean the same in all places of a kind.
        let kind = std::mem::discriminant(&here.shown.place.kind);
        if !told.contains(&kind) {
            told.push(kind);
            left = here.face().legend(sheet, here, look, (left, limit), base - 4.0);
        }
    }
}
