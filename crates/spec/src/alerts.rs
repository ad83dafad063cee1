//! Alert rules: what is looked at while a system runs, and when somebody is to be called, as data.
//!
//! A rule is one of Prometheus: an expression over what the system counts about itself, held against a limit, and a time for which it has to be
//! over it. What it reads stands here as Prometheus would select it, so a rule can be written down as it stands in a rule file; whoever counts says what each
//! name is. In the trace each rule is a station, a member of that of all alerts: its state is declared when it changes, and two gauges say what it
//! read last and since when it has been over its limit. So how every rule stands at a playhead is a fold, and one that reads the same again
//! is no event.

use super::Packed;
use millrace_trace::{EventKind, Gauge, Ledger, SimTime, Span, StationId, Trace, TraceEvent};
use serde_json::{Value as Json, json};

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRule {
    /// Its name, a few small letters: "5xx rate".
    pub name: &'static str,
    /// What is looked at.
    pub reads: Reading,
    /// What is too much, or too little.
    pub limit: Limit,
    /// For how long it has to be over it before somebody is called: `for` in a rule file.
    pub lasts: Span,
    /// How people are shown what it reads.
    pub unit: AlertUnit,
}

/// What a rule looks at. A name is a selector of Prometheus; that of a histogram has no `_bucket` behind it.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// What it is now.
    Level(&'static str),
    /// One over the other, as they are now.
    Ratio(&'static str, &'static str),
    /// How much there is of a count each second, in a window.
    Rate(&'static str, Span),
    /// Which share one count is of another, in a window.
    Share {
        /// What is counted.
        of: &'static str,
        /// Among what.
        among: &'static str,
        /// How far back.
        window: Span,
    },
    /// What a share of the observations of a histogram is not above, in a window.
    Quantile {
        /// The share: 0.95.
        q: f64,
        /// The histogram.
        of: &'static str,
        /// How far back.
        window: Span,
    },
}

impl Reading {
    /// How far back it looks.
    pub const fn window(&self) -> Span {
        match self {
            Reading::Level(_) | Reading::Ratio(..) => Span::ZERO,
            Reading::Rate(_, window) | Reading::Share { window, .. } | Reading::Quantile { window, .. } => *window,
        }
    }

    /// As PromQL has it.
    fn expr(&self) -> String {
        let rate = |name: &str, window: &Span| format!("sum(rate({name}[{}]))", brief(*window));
        match self {
            Reading::Level(name) => (*name).to_owned(),
            Reading::Ratio(of, among) => format!("{of} / {among}"),
            Reading::Rate(name, window) => rate(name, window),
            Reading::Share { of, among, window } => format!("{} / {}", rate(of, window), rate(among, window)),
            Reading::Quantile { q, of, window } => {
                format!("histogram_quantile({q}, sum by (le) (rate({of}_bucket[{}])))", brief(*window))
            }
        }
    }
}

/// A limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// More than this is over it.
    Above(f64),
    /// Less than this is.
    Below(f64),
}

impl Limit {
    /// Whether a value is over it. What there is no value of is not.
    pub fn is_passed(self, value: Option<f64>) -> bool {
        value.is_some_and(|value| match self {
            Limit::Above(limit) => value > limit,
            Limit::Below(limit) => value < limit,
        })
    }

    /// The number.
    pub const fn number(self) -> f64 {
        match self {
            Limit::Above(limit) | Limit::Below(limit) => limit,
        }
    }
}

/// How people are shown what a rule reads: divided by a number, with a word behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlertUnit {
    /// What one of the unit is: 0.01 for percent.
    pub one: f64,
    /// What stands behind the number, with the space before it: " %".
    pub word: &'static str,
}

impl AlertUnit {
    /// A number alone.
    pub const NUMBER: AlertUnit = AlertUnit { one: 1.0, word: "" };
    /// A share, in percent.
    pub const PERCENT: AlertUnit = AlertUnit { one: 0.01, word: " %" };
    /// Seconds.
    pub const SECONDS: AlertUnit = AlertUnit { one: 1.0, word: " s" };
    /// A rate.
    pub const PER_SECOND: AlertUnit = AlertUnit { one: 1.0, word: "/s" };
}

impl AlertRule {
    /// As it stands in a rule file: `queue_depth > 1000 for 10m`.
    pub fn expr(&self) -> String {
        let sign = match self.limit {
            Limit::Above(_) => '>',
            Limit::Below(_) => '<',
        };
        format!("{} {sign} {} for {}", self.reads.expr(), self.limit.number(), brief(self.lasts))
    }
}

/// A span as Prometheus writes it, which is as it is written here.
fn brief(span: Span) -> String {
    span.to_string()
}

/// How a rule stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlertState {
    /// It is not over its limit.
    #[default]
    Quiet,
    /// It is over it, and not for its time yet.
    Pending,
    /// It is over it for its time, and somebody is called.
    Firing,
}

impl AlertState {
    /// All of them.
    pub const ALL: [AlertState; 3] = [AlertState::Quiet, AlertState::Pending, AlertState::Firing];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            AlertState::Quiet => "quiet",
            AlertState::Pending => "pending",
            AlertState::Firing => "firing",
        }
    }

    /// That with this word.
    pub fn of(word: &str) -> Option<AlertState> {
        AlertState::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// What the gauges of the station of a rule mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertGauges {
    /// What it read last: [`Read`].
    pub now: Gauge,
    /// Since when it has been over its limit, in ns; zero while it is not. Nothing is looked at in the first instant of a run.
    pub since: Gauge,
}

impl AlertGauges {
    /// The name of the station whose members the rules are.
    pub const STATION: &str = "alerts";
    /// The gauges of every rule.
    pub const ALL: AlertGauges = AlertGauges { now: Gauge(0), since: Gauge(1) };
}

/// What a rule read, to a millionth; nothing where there is nothing to be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Read(pub Option<f64>);

impl Packed for Read {
    fn packed(self) -> i64 {
        // Before it is first set a gauge is zero: so zero is nothing, and a number that is none is next to it.
        let millionths = self.0.map(|value| (value * 1e6).clamp(-9e18, 9e18)).map(|value| value as i64);
        millionths.map_or(0, |n| if n < 0 { n } else { n + 1 })
    }

    fn read(packed: i64) -> Read {
        Read((packed != 0).then(|| (if packed < 0 { packed } else { packed - 1 }) as f64 / 1e6))
    }
}

/// A rule at a playhead.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Alerted {
    /// How it stands.
    pub state: AlertState,
    /// What it read last.
    pub now: Option<f64>,
    /// Since when it has been over its limit.
    pub since: Option<SimTime>,
}

impl AlertRule {
    /// How it stands. One that nobody looks at yet is quiet.
    pub fn stands(&self, ledger: &Ledger, trace: &Trace) -> Alerted {
        let gauges = AlertGauges::ALL;
        let row = || {
            let (alerts, _) = ledger.find(AlertGauges::STATION, trace)?;
            ledger.members(alerts).map(|(_, row)| row).find(|row| trace.name(row.name) == self.name)
        };
        row().map_or_else(Alerted::default, |row| Alerted {
            state: row.state.and_then(|word| AlertState::of(trace.name(word))).unwrap_or_default(),
            now: Read::read(row.gauge(gauges.now)).0,
            since: u64::try_from(row.gauge(gauges.since)).ok().filter(|ns| *ns > 0).map(SimTime),
        })
    }
}

/// A time for which a rule was firing.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertSpell {
    /// The name of the rule.
    pub rule: String,
    /// From when on it was firing.
    pub from: SimTime,
    /// When it was over; nothing while it is firing.
    pub to: Option<SimTime>,
}

/// When which rule was firing, in the order of the beginnings: a fold that runs along, for reports.
#[derive(Debug, Default)]
pub struct AlertSpells {
    alerts: Option<StationId>,
    list: Vec<AlertSpell>,
    more: u64,
}

impl AlertSpells {
    /// The most that a report has.
    const MOST: usize = 10_000;

    /// Takes in an event, with the state after it.
    pub fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        match event.kind {
            EventKind::Opened { station, name, .. }
                if self.alerts.is_none() && trace.name(name) == AlertGauges::STATION =>
            {
                self.alerts = Some(station);
            }
            EventKind::Stated { station, state } if self.alerts.is_some() => {
                let row = after.station(station).filter(|row| Some(row.parent) == self.alerts);
                if let Some(row) = row {
                    self.stated(trace.name(row.name), trace.name(state), event.at);
                }
            }
            _ => {}
        }
    }

    fn stated(&mut self, rule: &str, state: &str, at: SimTime) {
        if AlertState::of(state) != Some(AlertState::Firing) {
            let last = self.list.iter_mut().rev().find(|spell| spell.rule == rule);
            if let Some(last) = last.filter(|spell| spell.to.is_none()) {
                last.to = Some(at);
            }
        } else if self.list.len() < AlertSpells::MOST {
            self.list.push(AlertSpell { rule: rule.to_owned(), from: at, to: None });
        } else {
            self.more += 1;
        }
    }

    /// All of them so far.
    pub fn spells(&self) -> &[AlertSpell] {
        &self.list
    }

    /// The same for a report, and how many more there were than a report has.
    pub fn report(&self) -> (Json, u64) {
        let spell = |spell: &AlertSpell| json!({ "rule": spell.rule, "from_ns": spell.from.0, "to_ns": spell.to.map(|to| to.0) });
        (self.list.iter().map(spell).collect(), self.more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rule_read_reads_back_and_nothing_is_not_nought() {
        for value in [None, Some(0.0), Some(0.25), Some(-0.5), Some(-0.000_001), Some(1_203.0), Some(1.5e9)] {
            assert_eq!(Read::read(Read(value).packed()), Read(value));
        }
        assert_eq!(Read::read(0), Read(None), "a gauge that nobody has set");
    }

    #[test]
    fn a_rule_is_written_as_it_stands_in_a_rule_file() {
        let minutes = |n: u64| Span::secs(60 * n);
        let rule = |reads, limit, lasts| AlertRule { name: "", reads, limit, lasts, unit: AlertUnit::NUMBER }.expr();
        assert_eq!(
            rule(Reading::Level("queue_depth"), Limit::Above(1_000.0), minutes(10)),
            "queue_depth > 1000 for 10m"
        );
        assert_eq!(
            rule(Reading::Quantile { q: 0.95, of: "took", window: minutes(5) }, Limit::Above(1.0), minutes(5)),
            "histogram_quantile(0.95, sum by (le) (rate(took_bucket[5m]))) > 1 for 5m"
        );
        assert_eq!(rule(Reading::Level("up"), Limit::Below(1.0), minutes(1)), "up < 1 for 1m");
        let share = Reading::Share { of: "a", among: "b", window: minutes(5) };
        assert_eq!(rule(share, Limit::Above(0.05), minutes(5)), "sum(rate(a[5m])) / sum(rate(b[5m])) > 0.05 for 5m");
    }

    #[test]
    fn a_limit_is_passed_by_what_is_beyond_it_alone() {
        let above = [Some(1.0), Some(1.1), None].map(|value| Limit::Above(1.0).is_passed(value));
        assert_eq!(above, [false, true, false]);
        let below = [Some(1.0), Some(0.9), None].map(|value| Limit::Below(1.0).is_passed(value));
        assert_eq!(below, [false, true, false]);
    }
}
