//! The alert rules of a scene at a playhead, in words: how each stands, what it reads of its limit, and for how long of its time it has been over it.
//!
//! The panel, the text alternative and the story say the same. Who fires stands first, then who is pending, then the others as they are declared.

use crate::number;
use crate::scene::{Look, Scene};
use crate::story::listed;
use millrace_analysis::{Entry, Prefix};
use millrace_spec::{AlertRule, AlertState, Alerted};
use millrace_trace::Span;
use millrace_trace::order::sort_by_key;

/// So many have a row each; of the quiet ones beyond them a line tells.
const ROWS: usize = 6;

/// A rule at a playhead.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRow {
    /// How it stands.
    pub state: AlertState,
    /// Its name.
    pub rule: &'static str,
    /// "4.2 of 2 s".
    pub now: String,
    /// "5:34 of 5:00".
    pub held: String,
    /// As it stands in a rule file.
    pub expr: String,
}

/// The rules, those first that somebody should look at.
pub fn alerts(scene: &Scene<'_>, look: &Look<'_>) -> Vec<AlertRow> {
    let row = |rule: &AlertRule| {
        let Alerted { state, now, since } = rule.stands(scene.ledger, scene.trace);
        let held = since.map_or_else(|| "0".to_owned(), |since| minutes(look.now.since(since)));
        AlertRow {
            state,
            rule: rule.name,
            now: of_limit(rule, now),
            held: format!("{held} of {}", minutes(rule.lasts)),
            expr: rule.expr(),
        }
    };
    let mut rows: Vec<AlertRow> = scene.spec.alerts.iter().map(row).collect();
    sort_by_key(&mut rows, |row| std::cmp::Reverse(row.state as u8));
    rows
}

/// How many rows there are, and what is said of the quiet ones that have none.
pub fn rows_and_rest(alerts: &[AlertRow]) -> (&[AlertRow], Option<String>) {
    let awake = alerts.iter().filter(|row| row.state != AlertState::Quiet).count();
    let (rows, rest) = alerts.split_at(alerts.len().min(ROWS.max(awake)));
    let says: Vec<String> = rest.iter().map(|row| format!("{} {}", row.rule, row.now)).collect();
    (rows, (!says.is_empty()).then(|| format!("And {}", says.join(", "))))
}

/// "1 firing, 1 pending, 6 quiet".
pub fn heading(alerts: &[AlertRow]) -> String {
    let states = [AlertState::Firing, AlertState::Pending, AlertState::Quiet];
    let count = |state| alerts.iter().filter(|row| row.state == state).count();
    let told = states.into_iter().map(|state| (count(state), state.word())).filter(|(n, _)| *n > 0);
    told.map(|(n, word)| format!("{n} {word}")).collect::<Vec<_>>().join(", ")
}

/// A row of the text alternative: "firing, 4.2 of 2 s, held 5:34 of 5:00".
pub(crate) fn says(row: &AlertRow) -> String {
    format!("{}, {}, held {}", row.state.word(), row.now, row.held)
}

/// "p95 latency alerts, 5xx rate is about to", where one of them is not quiet.
pub(crate) fn sentence(scene: &Scene<'_>, look: &Look<'_>) -> Option<String> {
    let rows = alerts(scene, look);
    let said = |state: AlertState, word: &str| -> Option<String> {
        let names: Vec<String> =
            rows.iter().filter(|row| row.state == state).map(|row| format!("{} {}", row.rule, row.now)).collect();
        (!names.is_empty()).then(|| format!("{word}: {}", listed(&names)))
    };
    let said: Vec<String> = [said(AlertState::Firing, "Alerts firing"), said(AlertState::Pending, "Alerts pending")]
        .into_iter()
        .flatten()
        .collect();
    (!said.is_empty()).then(|| said.join(". "))
}

/// Which rules fired so far, in a sentence.
pub(crate) fn story(scene: &Scene<'_>, so_far: &Prefix<'_>) -> Option<String> {
    let told: Vec<String> = scene.spec.alerts.iter().filter_map(|rule| spells(rule.name, so_far.journal())).collect();
    (!told.is_empty()).then(|| format!("Alerts fired: {}.", told.join("; ")))
}

/// "5xx rate from 330.000 s to 900.000 s and 2 times more", where it fired.
fn spells(rule: &str, journal: &[Entry]) -> Option<String> {
    let mut own = journal.iter().filter(|entry| entry.who == rule && entry.mark.is_some());
    let fires = |entry: &&Entry| entry.text == AlertState::Firing.word();
    let from = own.by_ref().find(fires)?;
    let until = own.next().map_or_else(|| "on".to_owned(), |to| format!("to {}", number::moment(to.at.0)));
    let more = own.filter(fires).count() as u64;
    let more =
        if more > 0 { format!(" and {}", number::counted(more, "time more", "times more")) } else { String::new() };
    Some(format!("{rule} from {} {until}{more}", number::moment(from.at.0)))
}

/// What a rule reads of its limit. Two numbers that differ do not read alike.
fn of_limit(rule: &AlertRule, now: Option<f64>) -> String {
    let (unit, limit) = (rule.unit, rule.limit.number() / rule.unit.one);
    let limit_says = plain(limit, 2);
    let now_says = number::dashed(now, |now| {
        let now = now / unit.one;
        if now.abs() >= 9_999.5 {
            return number::rate(now);
        }
        let decimals = match now.abs() {
            10.0.. => 0,
            1.0.. => 1,
            _ => 2,
        };
        let differs = |says: &String| *says != limit_says || now == limit;
        (decimals..decimals + 4).map(|decimals| plain(now, decimals)).find(differs).unwrap_or_else(|| plain(now, 4))
    });
    format!("{now_says} of {limit_says}{}", unit.word)
}

/// A number with at most so many decimals, and thousands set off.
fn plain(x: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", x.abs());
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let whole = number::count(whole.parse().unwrap_or(u64::MAX));
    let rest = rest.trim_end_matches('0');
    let sign = if x < 0.0 { "−" } else { "" };
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// "5:34", and from a hundred minutes on "1:40 h".
fn minutes(span: Span) -> String {
    let seconds = span.0 / 1_000_000_000;
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    if minutes < 100 {
        format!("{minutes}:{seconds:02}")
    } else {
        format!("{}:{:02} h", number::count(minutes / 60), minutes % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_spec::{AlertUnit, Limit, Reading};

    fn rule(limit: f64, unit: AlertUnit) -> AlertRule {
        AlertRule { name: "", reads: Reading::Level("x"), limit: Limit::Above(limit), lasts: Span::ZERO, unit }
    }

    #[test]
    fn what_is_read_stands_in_the_unit_of_its_limit_and_two_numbers_that_differ_never_read_alike() {
        let seconds = |now| of_limit(&rule(1.0, AlertUnit::SECONDS), now);
        assert_eq!(seconds(Some(4.23)), "4.2 of 1 s");
        assert_eq!(seconds(Some(1.004)), "1.004 of 1 s");
        assert_eq!(seconds(Some(1.0)), "1 of 1 s");
        assert_eq!(seconds(Some(0.123)), "0.12 of 1 s");
        assert_eq!(seconds(None), "— of 1 s");
        let percent = |now| of_limit(&rule(0.05, AlertUnit::PERCENT), Some(now));
        assert_eq!([0.0, 0.0312, 0.38].map(percent), ["0 of 5 %", "3.1 of 5 %", "38 of 5 %"]);
        assert_eq!(of_limit(&rule(1_000.0, AlertUnit::NUMBER), Some(12_345.0)), "12.3k of 1,000");
        assert_eq!(of_limit(&rule(0.1, AlertUnit::PER_SECOND), Some(0.12)), "0.12 of 0.1/s");
    }

    #[test]
    fn a_time_is_written_in_minutes() {
        let written = [0, 33, 334, 3_934, 6_000].map(|s| minutes(Span::secs(s)));
        assert_eq!(written, ["0:00", "0:33", "5:34", "65:34", "1:40 h"]);
    }

    #[test]
    fn six_have_a_row_and_of_the_quiet_rest_a_line_tells_but_none_that_is_awake() {
        let row =
            |state| AlertRow { state, rule: "heap", now: "1 of 2".into(), held: String::new(), expr: String::new() };
        let quiet = vec![row(AlertState::Quiet); 8];
        let (rows, rest) = rows_and_rest(&quiet);
        assert_eq!((rows.len(), rest.as_deref()), (6, Some("And heap 1 of 2, heap 1 of 2")));
        let mut all = vec![row(AlertState::Firing); 7];
        all.push(row(AlertState::Quiet));
        assert_eq!(rows_and_rest(&all).0.len(), 7);
        assert_eq!(heading(&all), "7 firing, 1 quiet");
        assert_eq!(rows_and_rest(&quiet[..3]), (&quiet[..3], None));
    }
}
