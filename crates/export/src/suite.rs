//! A suite run: all patterns of a suite on one seed and the same traffic, and what came of it.
//!
//! Computed in slices, so a page stays alive meanwhile and can give it up. A member's log is forgotten as soon as it is
//! folded: what remains is its row of figures and its race, from which the state of every request at any instant can be
//! told. Which patterns belong to a suite, and what their documents claim, is data of the patterns.

mod beside;
mod column;
mod race;
mod row;
mod verdict;
mod written;

pub use beside::Said;
pub use column::{Column, kib};
pub use race::{Race, RaceCell, Standing};
pub use row::{Best, SuiteRow, best, best_written, measured};
pub use verdict::{Verdict, verdict};
pub use written::{json, text};

use super::headless::{Bounds, Headless};
use millrace_analysis::History;
use millrace_engine::Progress;
use millrace_session::Scenario;
use millrace_spec::Pattern;
use millrace_trace::{FarFold, Fold, SimTime, Trace, TraceEvent};

/// A suite in the course of being computed.
#[derive(Debug)]
pub struct SuiteRun {
    base: Scenario,
    members: Vec<Member>,
    current: usize,
}

/// One pattern of the suite.
#[derive(Debug)]
pub struct Member {
    run: Headless<Folds>,
}

#[derive(Debug)]
struct Folds {
    history: History,
    race: Race,
}

impl Fold for Folds {
    fn apply(&mut self, event: &TraceEvent, trace: &Trace) {
        self.history.apply(event, trace);
        self.race.apply(event, trace);
    }
}

impl FarFold for Folds {
    fn run_over(&mut self, trace: &Trace) {
        self.history.run_over(trace);
    }

    fn put_together(&mut self, before: u64) {
        self.history.put_together(before);
    }
}

impl SuiteRun {
    /// The suite that a scenario's pattern belongs to, with what the scenario and the members share. None if it belongs to
    /// none.
    pub fn new(base: &Scenario) -> Option<SuiteRun> {
        let members: Vec<Member> = base.suite().into_iter().map(Member::new).collect();
        (!members.is_empty()).then(|| SuiteRun { base: base.clone(), members, current: 0 })
    }

    /// The scenario it was made from.
    pub fn base(&self) -> &Scenario {
        &self.base
    }

    /// Computes on, at most so many polls. Whether all members are computed.
    pub fn work(&mut self, max_polls: u64) -> bool {
        if let Some(member) = self.members.get_mut(self.current)
            && member.work(max_polls)
        {
            self.current += 1;
        }
        self.is_done()
    }

    /// Whether all members are computed.
    pub fn is_done(&self) -> bool {
        self.current >= self.members.len()
    }

    /// The share of the work that is done, by requests.
    pub fn progress(&self) -> f64 {
        let done: f64 = self.members.iter().map(Member::progress).sum();
        if self.members.is_empty() { 1.0 } else { done / self.members.len() as f64 }
    }

    /// The member that is being computed.
    pub fn computing(&self) -> Option<&Member> {
        self.members.get(self.current)
    }

    /// The members, in the order of the suite.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The figures of the members that are computed, in the order of the suite.
    pub fn rows(&self) -> Vec<SuiteRow> {
        measured(self.members.iter().filter_map(Member::row).collect())
    }

    /// When the last member ended.
    pub fn end(&self) -> SimTime {
        self.members.iter().filter_map(Member::end).map(|(at, _)| at).max().unwrap_or(SimTime::ZERO)
    }
}

impl Member {
    fn new(scenario: Scenario) -> Member {
        let folds = Folds {
            history: History::of(scenario.pattern, &scenario.values()).without_charts(),
            race: Race::default(),
        };
        Member { run: Headless::new(scenario, Bounds::NONE, folds) }
    }

    /// The pattern.
    pub fn pattern(&self) -> &'static Pattern {
        self.scenario().pattern
    }

    /// What it runs.
    pub fn scenario(&self) -> &Scenario {
        self.run.scenario()
    }

    /// Its race.
    pub fn race(&self) -> &Race {
        &self.run.fold().race
    }

    /// Its samples.
    pub fn history(&self) -> &History {
        &self.run.fold().history
    }

    /// When and how it ended, once it has.
    pub fn end(&self) -> Option<(SimTime, &Progress)> {
        self.run.end().map(|end| (end.at, &end.how))
    }

    fn row(&self) -> Option<SuiteRow> {
        self.end().map(|(at, how)| SuiteRow::ended(self.scenario(), self.history(), at, how))
    }

    /// How many requests it is to send.
    pub fn requests(&self) -> u64 {
        self.scenario().values().jobs().unwrap_or(0)
    }

    fn progress(&self) -> f64 {
        if self.end().is_some() {
            return 1.0;
        }
        let tally = &self.history().ledger.tally;
        (tally.departed() as f64 / self.requests().max(1) as f64).min(1.0)
    }

    fn work(&mut self, max_polls: u64) -> bool {
        self.run.work(max_polls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_analysis::Summary;
    use millrace_patterns as patterns;
    use millrace_trace::Span;

    fn base(requests: u64) -> Scenario {
        let mut scenario = Scenario::new(patterns::find("worker-pool").expect("a pattern"));
        scenario.set("requests", &requests.to_string()).expect("a count");
        scenario.set("workers", "7").expect("a count");
        scenario
    }

    fn computed(base: &Scenario, slice: u64) -> SuiteRun {
        let mut run = SuiteRun::new(base).expect("a suite");
        while !run.work(slice) {}
        run
    }

    #[test]
    fn a_suite_computed_in_slices_is_the_suite_computed_at_once() {
        let (sliced, whole) = (computed(&base(200), 13), computed(&base(200), u64::MAX));
        assert_eq!(sliced.rows(), whole.rows());
        let cells = |run: &SuiteRun| -> Vec<Vec<RaceCell>> {
            run.members().iter().map(|m| m.race().standing(run.end()).cells().to_vec()).collect()
        };
        assert_eq!(cells(&sliced), cells(&whole));
    }

    #[test]
    fn every_member_sends_the_requests_that_the_base_scenario_asks_for() {
        let run = computed(&base(150), 10_000);
        assert!(run.rows().len() >= 2);
        assert!(run.rows().iter().all(|row| row.requests == 150));
        assert_eq!(run.progress(), 1.0);
    }

    #[test]
    fn members_share_the_values_that_were_chosen_where_they_have_the_parameter() {
        let run = SuiteRun::new(&base(10)).expect("a suite");
        for member in run.members() {
            let values = member.scenario().values();
            assert_eq!(values.count("requests"), 10);
            if member.scenario().field("workers").is_some() {
                assert_eq!(values.count("workers"), 7);
            }
        }
    }

    #[test]
    fn the_first_member_is_a_hundred_percent_of_itself() {
        let rows = computed(&base(50), 10_000).rows();
        let first = rows.first().expect("a row");
        assert_eq!([first.time_share, first.memory_share, first.throughput_share], [Some(100.0); 3]);
    }

    #[test]
    fn where_no_time_passed_and_nothing_ended_there_are_no_figures() {
        let mut scenario = base(50);
        scenario.until = Some(millrace_trace::Span::ZERO);
        for (setting, value) in [("server", "general"), ("service", "constant")] {
            scenario.set(setting, value).expect("a choice");
        }
        let run = computed(&scenario, 10_000);
        for row in run.rows() {
            assert_eq!((row.latency, row.throughput, row.time_share), (None, None, None), "{}", row.pattern.id);
            assert_eq!(row.figure(Column::P50), None);
        }
        let verdict = verdict(&run.rows(), run.base()).expect("rows make a verdict");
        assert!(!verdict.lead.contains("median call"), "{}", verdict.lead);
    }

    #[test]
    fn the_closed_form_of_a_constant_server_is_met_by_who_sends_one_request_after_the_other() {
        let mut scenario = base(100);
        scenario.set("server", "general").expect("a choice");
        scenario.set("service", "constant").expect("a choice");
        let rows = computed(&scenario, 10_000).rows();
        let first = rows.first().expect("a row");
        let ideal = first.ideal.as_ref().expect("a closed form");
        assert_eq!(first.end, SimTime((ideal.seconds * 1e9) as u64));
    }

    #[test]
    fn a_race_counts_every_request_once_at_every_instant_and_all_as_ended_at_the_end() {
        let run = computed(&base(120), 10_000);
        for member in run.members() {
            let (end, _) = member.end().expect("it is computed");
            for at in [SimTime::ZERO, SimTime(end.0 / 3), end] {
                let standing = member.race().standing(at);
                assert!(standing.cells().len() <= 120);
                assert!(standing.ended() <= 120);
            }
            assert_eq!(member.race().standing(end).ended(), 120);
        }
    }

    #[test]
    fn a_race_seen_backwards_is_the_race_seen_forwards() {
        let run = computed(&base(80), 10_000);
        for member in run.members() {
            let (end, _) = member.end().expect("it is computed");
            let middle = SimTime(end.0 / 2);
            let mut standing = member.race().standing(end);
            standing.go(member.race(), middle);
            assert_eq!(standing.cells(), member.race().standing(middle).cells());
        }
    }

    #[test]
    fn a_verdict_compares_no_two_figures_that_read_the_same() {
        let run = computed(&base(50), 10_000);
        let rows = run.rows();
        let (first, studied) = (&rows[0], rows.iter().position(|r| r.pattern.id == "worker-pool").expect("a member"));
        let of = |micros: u64| {
            let mut rows = rows.clone();
            let row = &mut rows[studied];
            (row.end, row.tasks_peak, row.bytes_peak) = (first.end, first.tasks_peak, first.bytes_peak);
            (row.goodput, row.errors) = (first.goodput, first.errors);
            row.latency = first.latency.map(|one| Summary { p50: Span(one.p50.0 + micros * 1_000), ..one });
            let verdict = verdict(&rows, run.base()).expect("rows make a verdict");
            let rest: Vec<String> = verdict.rest.into_iter().map(|(_, text)| text).collect();
            (verdict.lead, rest.join(" "))
        };
        let (lead, rest) = of(0);
        assert!(lead.contains("and the same median call, ") && lead.contains(", as many"), "{lead}");
        assert!(lead.contains(&format!(", as long as {}", first.pattern.name)), "{lead}");
        assert!(!lead.contains("instead of"), "{lead}");
        assert!(rest.contains("as many KiB of futures, "), "{rest}");
        // Ten microseconds are less than the first decimal of a millisecond.
        let (lead, _) = of(10);
        let (own, other) = lead.split_once(" ms instead of ").expect("a comparison");
        let own = own.rsplit(' ').next().expect("a figure");
        assert!(!other.starts_with(&format!("{own} ")), "{lead}");
    }

    #[test]
    fn who_ends_first_because_most_of_its_requests_failed_is_not_praised_for_it() {
        let run = computed(&base(50), 10_000);
        let mut rows = run.rows();
        let (fails, works) = (rows.len() - 1, 1);
        for row in &mut rows {
            (row.end, row.goodput, row.errors) = (SimTime(10_000_000_000), Some(5.0), Some(0.0));
        }
        (rows[fails].end, rows[fails].goodput, rows[fails].errors) = (SimTime(1_000_000_000), Some(0.5), Some(99.7));
        (rows[works].end, rows[works].goodput) = (SimTime(2_000_000_000), Some(25.0));
        // The base scenario's own pattern is the first: the verdict is on whoever is ahead.
        let mut base = run.base().clone();
        base.pattern = rows[0].pattern;
        let told = verdict(&rows, &base).expect("rows make a verdict");
        assert!(told.lead.starts_with(rows[works].pattern.name), "{}", told.lead);
        assert!(told.lead.contains("brings 25.0 results a second instead of 5.0"), "{}", told.lead);
        let of = |row: &SuiteRow| {
            let own = told.rest.iter().filter(|(who, _)| who == row.pattern.name);
            own.map(|(_, what)| what.as_str()).collect::<Vec<_>>().join(" ")
        };
        let last = of(&rows[fails]);
        assert!(last.contains("did not do its work") && last.contains("99.7 % of requests fail"), "{last}");
        assert_eq!(best_written(&rows, Column::Time), Some("2.00".to_owned()), "bold is who did its work");
        assert!(rows[fails].is_in_the_running(Column::Errors) && !rows[fails].is_in_the_running(Column::P99));
    }

    #[test]
    fn who_fails_least_is_named_with_all_who_fail_as_rarely() {
        let run = computed(&base(50), 10_000);
        let mut rows = run.rows();
        rows.iter_mut().for_each(|row| row.errors = Some(9.0));
        (rows[1].errors, rows[2].errors) = (Some(1.03), Some(1.03));
        let told = verdict(&rows, run.base()).expect("rows make a verdict");
        let least = told.rest.iter().find(|(_, what)| what.starts_with("fails least")).expect("who fails least");
        assert_eq!(least.0, rows[1].pattern.name);
        assert!(least.1.starts_with(&format!("fails least, as does {}: 1.03 %", rows[2].pattern.name)), "{}", least.1);
    }

    #[test]
    fn figures_that_read_the_same_are_equally_good() {
        let mut rows = computed(&base(50), 10_000).rows();
        rows.truncate(3);
        let of = |rows: &mut [SuiteRow], ends: [u64; 3]| {
            rows.iter_mut().zip(ends).for_each(|(row, end)| row.end = SimTime(end * 1_000_000));
            best_written(rows, Column::Time)
        };
        assert_eq!(of(&mut rows, [1_001, 1_000, 2_000]), Some("1.00".to_owned()));
        assert_eq!(rows[0].written(Column::Time), rows[1].written(Column::Time));
        assert_eq!(of(&mut rows, [1_001, 1_000, 1_002]), None);
    }

    #[test]
    fn a_verdict_names_the_numbers_it_speaks_of() {
        let run = computed(&base(300), 10_000);
        let rows = run.rows();
        let verdict = verdict(&rows, run.base()).expect("rows make a verdict");
        assert!(verdict.lead.contains(&format!("{:.2}", rows[2].end.seconds())), "{}", verdict.lead);
        assert!(verdict.rest.iter().all(|(_, text)| text.chars().any(|c| c.is_ascii_digit())));
    }
}
