//! What a breaker did, in sentences: told from the states that it declared.

use crate::number;
use crate::place::Here;
use crate::story::{instant, length};
use millrace_analysis::Entry;
use millrace_spec::BreakerGauges;
use millrace_trace::{SimTime, Span, ledger::StationRow};

/// When it opened, why, how long it was not closed and how it is now, from the states that it declared.
pub(super) fn told<'a>(
    here: &Here<'_, '_>,
    stated: impl Iterator<Item = &'a Entry>,
    row: &StationRow,
    now: SimTime,
) -> Option<String> {
    let (mut opened, mut left, mut away) = (Vec::new(), None::<SimTime>, Span::ZERO);
    for entry in stated {
        match entry.text.as_str() {
            "closed" => away = away.saturating_add(left.take().map_or(Span::ZERO, |since| entry.at.since(since))),
            word => {
                opened.extend((word == "open").then_some(entry.at));
                left.get_or_insert(entry.at);
            }
        }
    }
    let first = *opened.first()?;
    let gauges = BreakerGauges::ALL;
    let limit = row.gauge(gauges.limit);
    let why = if limit > 0 { format!(", after {limit} failures in a row") } else { String::new() };
    let times = match opened.len() {
        1 => format!("opened at {}{why}", instant(first)),
        n => format!("opened {n} times, first at {}{why}", instant(first)),
    };
    let whole = away.saturating_add(left.map_or(Span::ZERO, |since| now.since(since)));
    let state = row.state.map_or("closed", |state| here.scene.trace.name(state));
    let turned_away = number::count(row.gauge(gauges.turned_away).max(0) as u64);
    Some(format!(
        "{}: it {times}. It was not closed for {} in all and is {state} since {}; {turned_away} calls were turned away.",
        here.label(),
        length(whole),
        instant(row.state_since),
    ))
}
