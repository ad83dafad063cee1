//! Every scenario says what it shows and invites to something; what it invites to can be done, shows where it says, and can be taken
//! back.

use crate::everyone::everyone;
use millrace::patterns;
use millrace::session::{Scenario, link};
use millrace::spec::{self, Deed, Fidelity, Pattern, Preset, Trial, short_path};
use millrace::trace::{SimTime, Span};
use std::collections::BTreeSet;

fn scenario(pattern: &'static Pattern, preset: &'static Preset) -> Scenario {
    Scenario::of(pattern, preset.id)
}

/// Each scenario of each pattern, with its name for messages.
fn each(mut with: impl FnMut(&str, &'static Pattern, &'static Preset)) {
    for pattern in everyone() {
        for preset in pattern.scenarios() {
            with(&format!("{} {:?}", pattern.id, preset.label), pattern, preset);
        }
    }
}

fn each_trial(mut with: impl FnMut(&str, Scenario, &'static Trial)) {
    each(|of, pattern, preset| {
        for trial in preset.tries {
            with(&format!("{of}, {:?}", trial.label), scenario(pattern, preset), trial);
        }
    });
}

/// How a run stands at an instant: its hash, and whether it was over before.
fn stands_at(scenario: &Scenario, at: SimTime) -> (String, bool) {
    let mut run = scenario.run(None);
    let progress = run.advance(at, u64::MAX);
    (run.trace().hash().hex(), progress.is_final() && run.now() < at)
}

#[test]
fn every_scenario_says_in_a_sentence_that_no_other_has_what_it_shows() {
    let mut said = BTreeSet::new();
    each(|of, _, preset| {
        let (says, length) = (preset.says, preset.says.chars().count());
        assert!(says.ends_with('.') && !says.contains("  "), "{of} says {says:?}");
        assert!(says.starts_with(|c: char| c.is_uppercase() || c.is_numeric()), "{of} says {says:?}");
        assert!((30..=Preset::LONGEST).contains(&length), "{of}: a sentence of {length} characters");
        assert_eq!(says.matches(". ").count(), 0, "{of}: one sentence, not several");
        assert!(said.insert(says), "{of}: another scenario says the same");
        assert!(preset.speed > 0.0, "{of}: a speed at which something happens");
    });
}

#[test]
fn every_scenario_invites_to_one_to_three_things_with_names_that_fit_a_button() {
    each(|of, _, preset| {
        assert!((1..=3).contains(&preset.tries.len()), "{of}: {} things to try", preset.tries.len());
        let labels: BTreeSet<_> = preset.tries.iter().map(|trial| trial.label).collect();
        assert_eq!(labels.len(), preset.tries.len(), "{of}: a thing to try is there twice");
        let unfit: Vec<_> =
            labels.iter().filter(|l| !(5..=30).contains(&l.chars().count()) || l.ends_with('.')).collect();
        assert!(unfit.is_empty(), "{of}: {unfit:?}");
        assert!(preset.tries.iter().all(|trial| !trial.does.is_empty()), "{of}: something to try does nothing");
    });
}

#[test]
fn what_can_be_tried_is_possible_and_can_be_taken_back() {
    let mut wrong = Vec::new();
    each_trial(|of, before, trial| {
        wrong.extend(trial.does.iter().filter_map(|deed| fault_of(deed, &before)).map(|why| format!("{of}: {why}")));
        let mut hold = |holds: bool, why: &str| wrong.extend((!holds).then(|| format!("{of}: {why}")));
        hold(!before.has_tried(trial), "it is done before anybody did it");
        let mut tried = before.clone();
        tried.try_out(trial);
        hold(tried.misfits().is_empty(), "its values cannot stand together");
        let written = link::encode(&tried);
        // A pattern of the tests alone is in no link.
        let opened = match link::decode(&written) {
            Ok(opened) => Some(opened.scenario).filter(|_| opened.notices.is_empty()),
            Err(_) => patterns::find(before.pattern.id).is_none().then(|| tried.clone()),
        };
        hold(tried.has_tried(trial) == trial.changes_the_run(), "doing it is not seen");
        hold(
            opened.is_some_and(|o| o.has_tried(trial) == trial.changes_the_run()),
            &format!("{written} does not tell of it"),
        );
        tried.take_back(trial);
        hold(link::encode(&tried) == link::encode(&before), "taken back it leaves something");
    });
    assert_eq!(wrong, Vec::<String>::new());
}

/// Why something cannot be done with a scenario.
fn fault_of(deed: &Deed, scenario: &Scenario) -> Option<String> {
    match deed {
        Deed::Value(key, text) => scenario
            .clone()
            .set_one_of_several(key, text)
            .err()
            .map(|problem| format!("{key}={text}: {}", problem.message())),
        Deed::Fault { name, magnitude, .. } => match scenario.fault(name) {
            None => Some(format!("there is no fault {name}")),
            Some(fault) => (!(fault.min..=fault.max).contains(magnitude)).then(|| format!("{name} of {magnitude}")),
        },
        Deed::Code(file, text) => {
            let sources = patterns::sources(scenario.pattern);
            let Some(source) = sources.iter().find(|source| short_path(source.path) == *file) else {
                return Some(format!("{file} is no source of the pattern"));
            };
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(source.path);
            let code = std::fs::read_to_string(path).expect("a source");
            let line = spec::line_with(&code, text).and_then(|number| code.lines().nth(number - 1));
            let is_code = line.is_some_and(|line| !line.trim_start().starts_with("//"));
            (!is_code).then(|| format!("{file} has {text:?} at {line:?}"))
        }
        Deed::Tab(tab) => {
            (!["log", "report", "checks", "explain"].contains(tab)).then(|| format!("there is no tab {tab}"))
        }
        Deed::Fidelity(_) => None,
        Deed::Beside("fidelity", text) => Fidelity::from_id(text).is_none().then(|| format!("there is no {text}")),
        Deed::Beside(key, text) => scenario.clone().differ(key, text).err().map(|problem| problem.message().to_owned()),
    }
}

#[test]
fn what_can_be_tried_shows_within_two_seconds_of_where_the_playhead_goes() {
    let mut wrong = Vec::new();
    each_trial(|of, before, trial| {
        let Some(shows) = trial.shows else { return };
        let mut tried = before.clone();
        tried.try_out(trial);
        if stands_at(&tried, SimTime(shows.0)).1 {
            wrong.push(format!("{of}: the run is over before {} s", shows.seconds()));
        }
        let seen = SimTime(shows.0) + Span::from_seconds(2.0 * before.began_as().speed);
        // A run that is put beside another leaves that one as it was: it differs itself.
        let other = tried.beside().unwrap_or(tried);
        if trial.changes_the_run() && stands_at(&before, seen) == stands_at(&other, seen) {
            wrong.push(format!("{of}: nothing is another by {} s", seen.seconds()));
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn taking_one_thing_back_leaves_what_else_was_done() {
    let pattern = patterns::find("worker-pool").expect("a pattern");
    let [kill, more, ..] = pattern.usual.tries else { panic!("things to try") };
    let mut scenario = scenario(pattern, &pattern.usual);
    scenario.set("request-buffer", "7").expect("a buffer");
    scenario.try_out(kill);
    scenario.try_out(more);
    scenario.take_back(kill);
    assert!(scenario.has_tried(more) && !scenario.has_tried(kill));
    scenario.take_back(more);
    assert_eq!(link::encode(&scenario), "#/worker-pool?request-buffer=7");
}

#[test]
fn a_thing_that_was_changed_since_is_not_done_any_more() {
    let pattern = patterns::find("worker-pool").expect("a pattern");
    let more = &pattern.usual.tries[1];
    let mut scenario = scenario(pattern, &pattern.usual);
    scenario.try_out(more);
    scenario.set("workers", "61").expect("a number");
    assert!(!scenario.has_tried(more));
}
