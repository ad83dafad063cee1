//! Policies raced on the same traffic, and seeds looked for.

use super::{report, scenario};
use millrace::analysis::History;
use millrace::export::race::{RaceRun, verdict};
use millrace::export::search::Search;
use millrace::session::{Scenario, Session, link};
use millrace::trace::{Ledger, SimTime};
use proptest::prelude::*;

fn raced(scenario: &Scenario, seeds: usize) -> RaceRun {
    let mut race = RaceRun::new(scenario, seeds).expect("a race");
    while !race.work(10_000) {}
    race
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn two_policies_on_one_seed_see_identical_passengers_whatever_the_traffic(
        seed in "[a-z0-9]{1,6}",
        traffic in prop::sample::select(vec!["script", "up-peak", "down-peak", "lunch", "inter-floor"]),
        (shipped, shuffled) in (any::<bool>(), any::<bool>()),
        rate in 1..40_u32,
    ) {
        let fidelity = if shipped { "shipped" } else { "documented" };
        let schedule = if shuffled { "shuffled" } else { "fifo" };
        let rate = f64::from(rate) / 20.0;
        let random = if traffic == "script" { String::new() } else { format!("&passengers=25&rate={rate}") };
        let race = raced(&scenario(&format!("seed={seed}&traffic={traffic}&fidelity={fidelity}&schedule={schedule}{random}")), 1);
        prop_assert_eq!(race.rows().len(), 6);
        let first = &race.rows()[0];
        for row in race.rows() {
            prop_assert_eq!((row.arrivals, row.offered), (first.arrivals, first.offered));
        }
    }
}

#[test]
fn another_seed_brings_other_passengers_and_the_digest_tells() {
    let race = raced(&scenario("traffic=lunch&passengers=30"), 3);
    assert_eq!(race.seeds(), ["otis", "1", "2"]);
    let digests: Vec<_> = race.rows().iter().map(|r| (r.seed, r.arrivals)).collect();
    for (seed, digest) in &digests {
        assert!(digests.iter().all(|(other, theirs)| (other == seed) == (theirs == digest)));
    }
}

#[test]
fn a_race_computed_in_slices_is_the_race_computed_at_once() {
    let base = scenario("traffic=lunch&passengers=30");
    let mut sliced = RaceRun::new(&base, 1).expect("a race");
    while !sliced.work(7) {}
    assert_eq!(sliced.rows(), raced(&base, 1).rows());
}

#[test]
fn a_raced_figure_is_the_one_that_the_run_of_that_policy_shows() {
    let race = raced(&scenario("preset=lunch"), 1);
    for (row, line) in race.rows().iter().zip(race.lines()) {
        let alone = super::finished(scenario(&format!("preset=lunch&policy={}", line.choice.id)));
        let so_far = alone.history().until(u64::MAX, alone.computed());
        assert_eq!(
            (&row.measured, row.end),
            (&vec![so_far.summary("waiting"), so_far.summary("riding")], alone.computed())
        );
        assert_eq!(row.delivered, report(&alone).requests.completed);
    }
}

#[test]
fn at_lunch_the_verdict_names_the_least_of_the_figures() {
    let base = scenario("preset=lunch&policy=reference");
    let race = raced(&base, 1);
    let lines = race.lines();
    let verdict = verdict(&lines, race.rows(), "reference", &race.words()).expect("a verdict");
    let of = |id: &str| lines.iter().find(|l| l.choice.id == id).and_then(|l| l.mean).expect("a figure");
    assert!(
        lines.iter().filter(|l| l.drained && l.delivered == l.offered).all(|l| of(verdict.best) <= of(l.choice.id))
    );
    assert!((verdict.less - (of(verdict.over) - of(verdict.best))).abs() < 1e-9);
    let digest = race.rows()[0].arrivals.hex();
    assert_eq!(
        verdict.same,
        format!("All met the same 600 passengers (fingerprint of their arrivals: {}…).", &digest[..8])
    );
}

#[test]
fn a_race_that_was_given_up_compares_the_seeds_that_all_alternatives_finished() {
    // Its rows once were of three seeds for some and of two for others, and were compared all the same.
    let mut race = RaceRun::new(&scenario("traffic=lunch&passengers=30"), 30).expect("a race");
    while race.rows().len() < 3 {
        race.work(10_000);
    }
    assert_eq!(race.compared(), 0, "on the first seed there is nothing to compare yet, but figures to see");
    assert_eq!(race.lines().iter().filter(|l| l.mean.is_some()).count(), 3);
    while race.rows().len() < 2 * 6 + 3 {
        race.work(10_000);
    }
    let lines = race.lines();
    assert!(lines.iter().all(|l| l.waits.len() == 2), "three have run on the third seed, and three have not");
    assert_eq!((race.compared(), race.rows().len(), race.compared_rows().len()), (2, 15, 12));
    let verdict = verdict(&lines, race.compared_rows(), "reference", &race.words()).expect("a verdict");
    assert!(verdict.same.contains("on each of 2 seeds, 60 in all"), "{}", verdict.same);
}

#[test]
fn figures_are_about_a_scenario_until_something_but_the_raced_choice_is_another() {
    let base = scenario("preset=lunch");
    let race = RaceRun::new(&base, 1).expect("a race");
    assert!(race.is_about(&scenario("preset=lunch&policy=nearest")));
    for other in ["preset=lunch&seed=7", "preset=lunch&rate=0.2", "preset=lunch&fidelity=shipped"] {
        assert!(!race.is_about(&scenario(other)), "{other}");
    }
}

#[test]
fn a_race_takes_faults_along_at_their_times_and_leaves_out_what_was_asked_of_the_system() {
    let base = scenario(
        "x=0~0~fault~stop-car~2;3000000000~9~ask~page~DELETE~/v1/elevators~%257B%257D;9000000000~140~fault~stop-car~off",
    );
    assert_eq!((base.interventions.len(), RaceRun::leaves_out(&base)), (3, 1));
    let link = |s: &Scenario| link::encode(s);
    for alternative in base.alternatives() {
        assert!(
            link(&alternative.scenario).contains("x=0~0~fault~stop-car~2;9000000000~0~fault~stop-car~off"),
            "{}",
            link(&alternative.scenario)
        );
    }
}

fn searched(query: &str, tries: u64) -> Search {
    let base = scenario(query);
    let check =
        base.pattern.checks().iter().position(|c| c.name().contains("stands still with work")).expect("the check");
    let mut search = Search::new(&base, check).expect("a search").at_most(tries);
    while !search.work(512) {}
    search
}

#[test]
fn as_shipped_a_seed_that_strands_a_car_is_found_and_its_run_shows_it() {
    let search = searched("preset=stranded", 200);
    let found = search.found().expect("about one seed in ten strands a car");
    assert_eq!(found.seed, search.tried().to_string());
    let says = search.says().expect("it is over");
    assert!(says.starts_with(&format!("Seed {} breaks it at ", found.seed)), "{says}");
    assert!(says.contains(&format!(" {} seed", search.tried())), "{says}");
    // As the page will have it: from the link, with the playhead where the search says.
    let opened = Scenario::read(&link::encode(found)).expect("a link").scenario;
    let at = SimTime(opened.moment.at.expect("a playhead").0);
    let mut session = Session::new(opened.clone(), Ledger::new(), History::of(opened.pattern, &opened.values()));
    session.compute(at, u64::MAX);
    session.show(at, u64::MAX);
    let broken =
        session.history().checks.states().iter().find(|s| s.check.name() == search.check().name()).expect("the check");
    assert_eq!(broken.first_violation(at, session.at_end()), Some(at));
}

#[test]
fn where_tasks_go_in_turn_the_bad_luck_is_looked_for_in_their_order_too_and_told() {
    let search = searched("preset=stranded&schedule=fifo", 200);
    let found = search.found().expect("the same bad luck, with the schedule shuffled");
    assert!(search.is_by_lot() && search.says().expect("it is over").contains("with the schedule shuffled"));
    assert_eq!(found.values().word("schedule"), "shuffled");
    assert_eq!(found.seed, searched("preset=stranded", 200).found().expect("one").seed, "the same first seed");
    // Whoever opens what was found still looks at what the search is about.
    assert!(search.is_about(found) && search.is_about(&scenario("preset=stranded&schedule=fifo&seed=x")));
    assert!(!search.is_about(&scenario("preset=stranded&schedule=fifo&floor-time=1s")));
}

#[test]
fn as_documented_no_seed_strands_a_car() {
    let search = searched("preset=stranded&fidelity=documented", 200);
    assert_eq!((search.tried(), search.found().is_none()), (200, true));
    assert_eq!(search.says().as_deref(), Some("None of the seeds 1 to 200 breaks it."));
}
