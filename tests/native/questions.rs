//! What the front door asks is answered by a scenario that stops where there is something to see, and the fact beside it is the run's.

use crate::program::follow_scenario;
use millrace::analysis::History;
use millrace::engine::Progress;
use millrace::export::Report;
use millrace::patterns::questions;
use millrace::session::link;
use millrace::session::{Scenario, Session};
use millrace::spec::{CheckKind, Pattern, Question, Unit};
use millrace::trace::{EventKind, Ledger, SimTime};
use millrace::view::number;
use std::collections::BTreeSet;

fn scenario(pattern: &'static Pattern, question: &Question) -> Scenario {
    Scenario::of(pattern, question.preset)
}

#[test]
fn the_front_door_asks_five_questions_or_more_and_each_names_a_scenario() {
    let questions = questions();
    let asked: BTreeSet<_> = questions.iter().map(|(_, question)| question.asks).collect();
    assert_eq!(asked.len(), questions.len(), "a question is asked twice");
    assert!(questions.len() >= 5, "{asked:?}");
    let places: Vec<_> = questions.iter().map(|(_, question)| question.place).collect();
    assert_eq!(places, (0..questions.len() as u32).collect::<Vec<_>>(), "counted from nought without gaps");
    for (pattern, question) in questions {
        let is_there = question.preset.is_empty() || pattern.preset(question.preset).is_some();
        assert!(is_there, "{}: there is no preset {}", pattern.id, question.preset);
        let scenario = link::of_preset(pattern, question.preset);
        assert_eq!(link::of_question(pattern, &question), scenario, "beside as in the preset");
        for (text, most) in [(question.asks, 38), (question.fact, 24)] {
            assert!((5..=most).contains(&text.chars().count()) && !text.ends_with('.'), "{}: {text:?}", pattern.id);
        }
    }
}

#[test]
fn a_question_is_answered_within_ten_seconds_and_before_its_run_is_over() {
    for (pattern, question) in questions() {
        let scenario = scenario(pattern, &question);
        let seconds = question.stops.seconds() / scenario.began_as().speed;
        assert!((1.0..=10.0).contains(&seconds), "{}: it stops after {seconds} s", question.asks);
        let over = follow_scenario(scenario).end().expect("the end of a run");
        assert!(SimTime(question.stops.0) <= over, "{}: the run is over at {} s", question.asks, over.seconds());
    }
}

#[test]
fn the_fact_beside_a_question_is_what_happens_in_the_run() {
    for (pattern, question) in questions() {
        let session = follow_scenario(scenario(pattern, &question));
        let true_of_it = statements(&session);
        assert!(
            true_of_it.iter().any(|statement| statement == question.fact),
            "{:?} is none of {true_of_it:#?}",
            question.fact
        );
    }
}

/// What can be said of a run in a few words. A pattern whose question needs another kind of fact adds it here.
fn statements(session: &Session<Ledger, History>) -> Vec<String> {
    let report = Report::brief(session, Vec::new(), 0);
    let (requests, offered) = (report.requests, report.requests.offered);
    let share = |part: u64| (part as f64 / offered as f64 * 100.0).round();
    let mut said = vec![
        format!("{} of {} lost", number::count(requests.lost), number::count(offered)),
        format!("{} % of calls time out", share(requests.timed_out)),
        format!("{} % fail", share(requests.failed)),
    ];
    let told = session.history().detail().map(|detail| detail.report());
    let made = told.and_then(|told| told.get("attempts")?["amplification"].as_f64());
    said.extend(made.map(|made| format!("{made:.1} attempts a request")));
    if matches!(session.outcome(), Some(Progress::Deadlock(_))) {
        said.push(format!("{} for ever", waiting(requests.in_system)));
    }
    let seen = session.history().checks.states().iter().filter(|s| s.check.kind == CheckKind::Sometimes);
    said.extend(seen.filter_map(|s| {
        let name = s.check.name();
        let happened = name.rsplit(' ').next()?;
        Some(format!("{happened} at {} s", number::seconds(s.first_seen()?.0)))
    }));
    said.extend(alternating(session));
    said
}

fn waiting(how_many: u64) -> String {
    match how_many {
        1 => "one waits".to_owned(),
        2 => "two wait".to_owned(),
        3 => "three wait".to_owned(),
        more => format!("{more} wait"),
    }
}

/// Times among the gauges that go back and forth between two values to the end.
fn alternating(session: &Session<Ledger, History>) -> Vec<String> {
    let (scenario, run) = (session.scenario(), session.run());
    let scene = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity);
    let trace = run.trace();
    let last_eight = |spec: &millrace::spec::GaugeSpec| {
        let (station, _) = session.history().ledger.find(&spec.station, &trace)?;
        let values: Vec<i64> = trace
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::Gauged { station: at, gauge, value } if (at, gauge) == (station, spec.gauge) => Some(value),
                _ => None,
            })
            .collect();
        let last = values.get(values.len().checked_sub(8)?..)?.to_vec();
        let (a, b) = (last[6], last[7]);
        let back_and_forth = a != b && last.chunks(2).all(|pair| pair == [a, b]);
        let ms = |ns: i64| ns / 1_000_000;
        let (high, low) = (ms(a.max(b)), ms(a.min(b)));
        back_and_forth.then(|| format!("{high}, {low}, {high}, {low} ms, for ever"))
    };
    scene.gauges.iter().filter(|spec| spec.unit == Unit::Time).filter_map(last_eight).collect()
}

#[test]
fn what_is_painted_before_the_program_is_there_says_what_the_front_door_will() {
    let frame = include_str!("../../index.html");
    let says = Scenario::at_the_door().expect("a scenario").began_as().says;
    assert!(frame.contains(&format!("<p class=\"sentence\">{says}</p>")), "index.html does not say: {says}");
    let lead = include_str!("../../src/app/front_door.rs")
        .split("LEAD: &str = \"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let lead = lead.expect("the sentence that says what Millrace is");
    assert!(
        frame.contains(&format!("<p class=\"lead\"><span><b>Millrace</b>{lead}</span></p>")),
        "index.html does not say: {lead}"
    );
}
