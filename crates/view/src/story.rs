//! What happened in a run up to the playhead, in sentences with its own times and numbers, and how its picture is read.
//!
//! Each kind of place tells its own part; what applies to any run is told here. Nothing is written by hand that a run could contradict:
//! a number in a sentence is a fold of the trace.

use crate::scene::{Look, Scene, conservation};
use crate::text::capital;
use crate::{alerts, number};
use millrace_analysis::{Mark, Prefix, Summary};
use millrace_spec::Measure;
use millrace_trace::{Outcome, SimTime, Span, StationKind};

/// What happened so far, a sentence or two each: the sum, what was done to the run, what each place tells, where the longest line was,
/// what the pattern measures.
pub fn story(scene: &Scene<'_>, look: &Look<'_>, so_far: &Prefix<'_>) -> Vec<String> {
    let mut told = vec![format!("Up to {}: {}.", instant(look.now), conservation(scene).0)];
    told.extend(outcomes(scene));
    told.extend(faults(scene, so_far));
    // What decides about others first: in a picture with a gate it is what the picture is about.
    let (gates, others): (Vec<_>, Vec<_>) =
        scene.all().partition(|here| here.face().stations().contains(&StationKind::Gate));
    // Where a place tells of several things in order, each is a paragraph.
    let places = gates.into_iter().chain(others).filter_map(|here| here.face().story(here, so_far));
    told.extend(places.flat_map(|story| story.lines().map(str::to_owned).collect::<Vec<_>>()));
    told.extend(alerts::story(scene, so_far));
    told.extend(longest_line(scene, look));
    told.extend(so_far.measures().filter_map(|figures| measured(figures.measure(), figures.summary()?)));
    if look.stuck {
        let stuck = scene.ledger.live_tasks().count() as u64;
        told.push(format!("It cannot go on: {} wait for what does not come.", number::counted(stuck, "task", "tasks")));
    }
    told
}

/// How each place is read, in the order in which they stand: its name and a sentence for each kind.
pub fn reading(scene: &Scene<'_>) -> Vec<(String, &'static str)> {
    let mut read: Vec<(String, &'static str)> = Vec::new();
    for here in scene.all() {
        let how = here.face().reads();
        match read.iter_mut().find(|(_, other)| *other == how) {
            Some((names, _)) => *names = format!("{names}, {}", here.label()),
            None => read.push((here.label().to_owned(), how)),
        }
    }
    read
}

/// What was done to the run, and when.
fn faults(scene: &Scene<'_>, so_far: &Prefix<'_>) -> Option<String> {
    let begun = so_far.journal().iter().filter_map(|entry| match &entry.mark {
        Some(Mark::FaultOn(name, _)) => {
            let spec = scene.spec.faults.iter().find(|fault| fault.name() == *name)?;
            Some(format!("{} at {}", spec.full_label().to_lowercase(), instant(entry.at)))
        }
        _ => None,
    });
    let begun: Vec<String> = begun.collect();
    let more = begun.len().saturating_sub(MOST);
    let named = begun.get(..begun.len().min(MOST)).unwrap_or_default().join(", ");
    let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
    (!begun.is_empty()).then(|| format!("Faults began: {named}{rest}."))
}

/// So many of a kind are named; the others are counted.
const MOST: usize = 3;

/// Where those who waited were, on average. A channel tells of its own line.
fn longest_line(scene: &Scene<'_>, look: &Look<'_>) -> Option<String> {
    let waits = |kind| !matches!(kind, StationKind::Sink | StationKind::Worker | StationKind::Crew);
    let lines = scene.ledger.stations.iter().filter(|row| waits(row.kind));
    let lines = lines.map(|row| (row, row.levels.waiting_mean(look.now)));
    let (row, mean) = lines.max_by(|(_, a), (_, b)| a.total_cmp(b)).filter(|(_, mean)| *mean >= LITTLE)?;
    let name = scene.trace.name(row.name);
    let label = scene.all().find(|here| here.shown.place.station == name).map_or(name, |here| here.label());
    Some(if row.kind == StationKind::Channel {
        format!("Most of the waiting was at {}.", label.to_lowercase())
    } else {
        let peak = number::count(row.levels.waiting_peak);
        format!("Most of the waiting was at {}: {mean:.1} waited on average, {peak} at most.", label.to_lowercase())
    })
}

/// A mean below which there is no line to speak of.
pub(crate) const LITTLE: f64 = 0.05;

/// What became of those that left, where it is not the same for all.
fn outcomes(scene: &Scene<'_>) -> Option<String> {
    let tally = &scene.ledger.tally;
    let ways = [
        (tally.served(), "have a result"),
        (tally.count(Outcome::Failed), "failed"),
        (tally.count(Outcome::TimedOut), "timed out"),
        (tally.count(Outcome::Rejected), "were turned away"),
        (tally.count(Outcome::Cancelled), "were cancelled"),
        (tally.count(Outcome::Lost), "lost their result"),
    ];
    let told: Vec<String> =
        ways.into_iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{} {words}", number::count(n))).collect();
    (told.len() > 1).then(|| format!("Of those that left, {}.", listed(&told)))
}

/// What a pattern measures beside its calls; what all have is told by their server.
fn measured(measure: &Measure, summary: Summary) -> Option<String> {
    let own = !matches!(measure.id, Measure::LATENCY | Measure::RESPONSE);
    own.then(|| format!("{} of {}: {}.", capital(measure.label), number::count(summary.count), spread(summary)))
}

/// How long something took: the median, and what may be said beyond it of so many.
pub(crate) fn spread(summary: Summary) -> String {
    let beyond = match summary.count {
        100.. => format!(", p99 {}", length(summary.p99)),
        2.. => format!(", at most {}", length(summary.max)),
        _ => String::new(),
    };
    format!("median {}{beyond}", length(summary.p50))
}

/// An instant as sentences have it.
pub(crate) fn instant(at: SimTime) -> String {
    number::moment(at.0)
}

/// A length of time in the unit that suits it.
pub(crate) fn length(span: Span) -> String {
    let (number, unit) = number::time(span.0);
    let plain = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { &number };
    format!("{plain} {unit}")
}

/// Parts of a sentence: "a, b and c".
pub(crate) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
