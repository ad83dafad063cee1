//! What a breaker did, in sentences: told from the states that it declared, each with what brought it about.
//!
//! A breaker changes its state in the poll in which an answer is told to it, so the cause of a change is the last answer before it at the
//! same instant. Where there is none, time or a person did it.

use super::Reading;
use crate::number;
use crate::place::Here;
use crate::story::{instant, length};
use millrace_analysis::Entry;
use millrace_spec::BreakerGauges;
use millrace_trace::{Answer, EventKind, JobId, SimTime, Span};

/// So many changes are told one by one; the others are counted.
const MOST: usize = 8;
/// How far back an answer is looked for, in events: what a poll writes is less.
const BACK: u64 = 64;

/// When it opened, why, how long it was not closed and how it is now; then its changes in order, each with its cause.
pub(super) fn told<'a>(here: &Here<'_, '_>, stated: impl Iterator<Item = &'a Entry>, now: SimTime) -> Option<String> {
    let states: Vec<&Entry> = stated.collect();
    let (mut opened, mut left, mut away) = (Vec::<&Entry>::new(), None::<SimTime>, Span::ZERO);
    for entry in &states {
        match entry.text.as_str() {
            "closed" => away = away.saturating_add(left.take().map_or(Span::ZERO, |since| entry.at.since(since))),
            word => {
                opened.extend(matches!(word, "open" | "forced open").then_some(*entry));
                left.get_or_insert(entry.at);
            }
        }
    }
    let first = opened.first()?;
    let shown = Reading::of(*here);
    let why = match first.text.as_str() {
        "forced open" => ", by hand".to_owned(),
        _ if shown.limit > 0 => format!(", after {} failures in a row", shown.limit),
        _ => String::new(),
    };
    let times = match opened.len() {
        1 => format!("opened at {}{why}", instant(first.at)),
        n => format!("opened {n} times, first at {}{why}", instant(first.at)),
    };
    let whole = away.saturating_add(left.map_or(Span::ZERO, |since| now.since(since)));
    let row = here.row()?;
    let state = row.state.map_or("closed", |state| here.scene.trace.name(state));
    let turned_away = number::count(shown.turned_away);
    let label = here.label();
    Some(format!(
        "{label}: it {times}. It was not closed for {} in all and is {state} since {}; {turned_away} calls were turned away.\n{}",
        length(whole),
        instant(row.state_since),
        in_order(here, &shown, &states),
    ))
}

/// "Breaker, in order: open at 2.030 s, as #1,612 got 503, failure 5 in a row.", and a line for each other change.
fn in_order(here: &Here<'_, '_>, shown: &Reading, states: &[&Entry]) -> String {
    let changes = states.iter().zip(states.iter().skip(1));
    let mut told: Vec<String> =
        changes.clone().take(MOST).map(|(before, entry)| change(here, shown, before, entry)).collect();
    let more = changes.count().saturating_sub(MOST) as u64;
    if more > 0 {
        told.push(format!("Then {}", number::counted(more, "change more", "changes more")));
    }
    format!("{} in order. {}.", here.label(), told.join(".\n"))
}

/// A change of state, when it was, and what brought it about.
fn change(here: &Here<'_, '_>, shown: &Reading, before: &Entry, entry: &Entry) -> String {
    let at = instant(entry.at);
    let answer = || last_answer(here, entry);
    match (before.text.as_str(), entry.text.as_str()) {
        ("half-open", "open") => match answer().filter(|(_, answer)| !answer.is_success() || shown.limit == 0) {
            Some(answer) if shown.limit > 0 => {
                format!("Open again at {at}, as {} {}", probe(here, shown, before, entry), said(answer))
            }
            Some(answer) => {
                format!("Open again at {at}, as too many probes failed or were slow, the last of them {}", said(answer))
            }
            None => format!("Open again at {at}, its time half-open being over"),
        },
        (_, "open") => {
            let why = match (answer(), shown.limit) {
                (Some(answer), 0) => format!(", as {}: too many in the window failed or were slow", said(answer)),
                (Some(answer), limit) => format!(", as {}, failure {limit} in a row", said(answer)),
                (None, _) => String::new(),
            };
            format!("Open at {at}{why}")
        }
        (_, "half-open") => format!("Half-open at {at}, its time open being over: the next calls are probes"),
        ("half-open", "closed") => match answer() {
            Some(answer) if shown.limit > 0 => {
                format!("Closed at {at}, as {} {}", probe(here, shown, before, entry), said(answer))
            }
            Some(answer) => format!("Closed at {at}, as enough probes passed, the last of them {}", said(answer)),
            None => format!("Closed at {at}"),
        },
        ("forced open", "closed") => format!("Closed at {at}, no longer held open by hand"),
        ("disabled", "closed") => format!("Closed at {at}, no longer bridged by hand"),
        (_, "forced open") => format!("Held open by hand from {at}"),
        (_, "disabled") => format!("Bridged by hand from {at}"),
        (_, state) => format!("{state} at {at}"),
    }
}

/// "probe 1 of 3,": which it was of those that decide, by how many had passed since it was half-open.
fn probe(here: &Here<'_, '_>, shown: &Reading, before: &Entry, entry: &Entry) -> String {
    let mut earlier = (before.event..entry.event).rev().filter_map(|index| here.scene.trace.get(index));
    let passed = earlier.find_map(|event| match event.kind {
        EventKind::Gauged { gauge, value, .. } if gauge == BreakerGauges::ALL.passed => Some(value.max(0) as u64),
        _ => None,
    });
    format!("probe {} of {},", passed.unwrap_or(0) + 1, shown.deciding)
}

/// The last answer before a change at its instant, if it was told then.
fn last_answer(here: &Here<'_, '_>, entry: &Entry) -> Option<(JobId, Answer)> {
    let before = (entry.event.saturating_sub(BACK)..entry.event).rev().map_while(|i| here.scene.trace.get(i));
    before.take_while(|event| event.at == entry.at).find_map(|event| match event.kind {
        EventKind::Answered { job, answer, .. } => Some((job, answer)),
        _ => None,
    })
}

/// "#1,640 got 503".
fn said((job, answer): (JobId, Answer)) -> String {
    let job = number::count(u64::from(job.number()));
    match answer {
        Answer::Status(200..=299) => format!("#{job} passed"),
        Answer::Status(code) => format!("#{job} got {code}"),
        Answer::TimedOut => format!("#{job} timed out"),
        _ => format!("#{job} got no answer"),
    }
}
