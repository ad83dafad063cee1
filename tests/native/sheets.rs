//! The charts of a run: honest windows, gaps where too few were, rates among rates, faults in every one, and the run before.

use crate::everyone::everyone;
use crate::program::follow_scenario;
use millrace::analysis::{History, Little};
use millrace::session::{Scenario, Session, link};
use millrace::trace::{Ledger, SimTime};
use millrace::view::charts::{At, Line, TimeChart};
use millrace::view::shape::Shape;
use millrace::view::sheets::{Beside, Figure, Sheet, Told, of_bank, of_calls};
use millrace::view::{Palette, Theme};

type Run = Session<Ledger, History>;

fn scenario(link: &str) -> Scenario {
    let decoded = link::decode(link).expect("a link");
    assert_eq!(decoded.notices, Vec::<String>::new(), "{link}");
    decoded.scenario
}

/// A run, computed up to an instant.
fn until(scenario: Scenario, ms: u64) -> Run {
    let history = History::of(scenario.pattern, &scenario.values());
    let mut session = Session::new(scenario, Ledger::new(), history);
    session.compute(SimTime(ms * 1_000_000), u64::MAX);
    session
}

/// Its charts, with those of the run before.
fn sheets(run: &Run, before: Option<&Run>) -> Vec<Sheet> {
    sheets_of(run, before, None)
}

/// The same with a run beside it.
fn sheets_of(run: &Run, before: Option<&Run>, beside: Option<&Run>) -> Vec<Sheet> {
    let scenario = run.scenario();
    let (values, measures, trace) = (scenario.values(), scenario.measures(), run.run().trace());
    let spec = (scenario.pattern.scene)(&values, scenario.fidelity);
    let told = Told {
        history: run.history(),
        until: run.computed(),
        over: run.end(),
        trace: &trace,
        spec: &spec,
        values: &values,
        measures: &measures,
        ceiling: (scenario.pattern.ceiling)(&values, scenario.fidelity),
        palette: Palette::of(Theme::Light),
        before: before.map(|before| (before.history(), before.computed())),
        beside: beside.map(|beside| Beside {
            history: beside.history(),
            until: beside.computed(),
            name: "slower".to_owned(),
        }),
        cars: &[],
    };
    if spec.bank().is_some() { of_bank(&told) } else { of_calls(&told) }
}

#[track_caller]
fn chart<'a>(sheets: &'a [Sheet], id: &str) -> &'a TimeChart {
    let sheet = sheets.iter().find(|sheet| sheet.id == id).unwrap_or_else(|| panic!("no {id}"));
    let Figure::Time(chart) = &sheet.figure else { panic!("{id} is over time") };
    chart
}

#[track_caller]
fn line<'a>(chart: &'a TimeChart, name: &str) -> &'a Line {
    chart.lines.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn points(line: &Line) -> impl Iterator<Item = (f64, f64)> + '_ {
    line.pieces.iter().flatten().copied()
}

#[test]
fn no_window_that_is_still_open_is_in_a_chart_and_all_charts_have_one_scale_of_time() {
    let run = until(scenario("#/worker-pool?server=general&service=constant&mean=20ms"), 3_070);
    let all = sheets(&run, None);
    for id in ["response", "throughput", "latency"] {
        let chart = chart(&all, id);
        let last = chart.lines[0].last().expect("there were calls").0;
        assert!(last <= 3.07 && 3.07 - last < chart.lines[0].window, "{id}: {last}");
    }
    // Half of a window showed half of the rate, at the end of every chart.
    let (least, most) = points(line(chart(&all, "throughput"), "goodput"))
        .skip(1)
        .fold((f64::MAX, 0.0_f64), |(least, most), (_, rate)| (least.min(rate), most.max(rate)));
    assert!(least > 700.0 && most < 800.0, "steady work is steady up to its end: {least} to {most}");
}

#[test]
fn percentiles_need_ten_twenty_and_a_hundred_calls() {
    // A single call was p50, p95 and p99 of its window. 8 a second come, and no window of 10 s is longer than 2 s.
    let run = until(
        scenario("#/worker-pool?arrivals=constant&rate=8&server=general&service=exponential&mean=5ms&requests=900"),
        9_900,
    );
    let all = sheets(&run, None);
    let response = chart(&all, "response");
    let known = |name| points(line(response, name)).count();
    assert!(known("p50") >= 3, "sixteen a window are enough for a median");
    assert_eq!((known("p95"), known("p99")), (0, 0), "and for no more");
    let busy = until(scenario("#/worker-pool?server=general&service=exponential&mean=20ms"), 9_900);
    let all = sheets(&busy, None);
    let response = chart(&all, "response");
    assert!(["p50", "p95", "p99"].iter().all(|name| points(line(response, name)).count() > 20), "150 a window are");
}

#[test]
fn across_an_outage_the_server_has_no_time_and_attempts_go_on_without_goodput() {
    // Five failures open the breaker at 2 s, and the outage ends at 5 s.
    let run = until(scenario("#/circuit-breaker?outage-answers=at-once"), 8_000);
    let all = sheets(&run, None);
    let server = chart(&all, "latency");
    assert_eq!(server.nothing, Some("no answers"));
    let inside = |q: &(f64, f64)| q.0 > 2.5 && q.0 < 4.9;
    for name in ["p50", "p95"] {
        assert_eq!(points(line(server, name)).filter(inside).count(), 0, "{name}");
        assert!(line(server, name).pieces.len() >= 2, "the line stops and begins again");
    }
    let rates = chart(&all, "throughput");
    assert_eq!(rates.lines.len(), 2, "rates only");
    let during = |name| points(line(rates, name)).filter(inside).map(|q| q.1).sum::<f64>();
    assert!(during("attempts") > 500.0 && during("goodput") == 0.0);
    assert!(all.iter().all(|sheet| sheet.title != "Turned away"), "what only grows is no rate");
}

#[test]
fn what_was_given_up_lies_on_the_limit_of_the_response_and_is_no_answer() {
    let run = until(scenario("#/worker-pool?server=general&slots=4&workers=100&timeout=100ms&requests=5000"), 4_000);
    let all = sheets(&run, None);
    let response = chart(&all, "response");
    assert_eq!(
        response.marks.iter().map(|mark| (mark.value, mark.label.as_str())).collect::<Vec<_>>(),
        [(100.0, "limit 100")]
    );
    let late = points(line(response, "p95")).skip(3).all(|q| q.1 == 100.0);
    assert!(late, "four of five were given up");
    assert!(points(line(chart(&all, "latency"), "p50")).all(|q| q.1 < 100.0), "answers only");
    let marks: Vec<_> = chart(&all, "throughput").marks.iter().map(|mark| mark.label.as_str()).collect();
    assert_eq!(marks, ["λ max 200"], "by its slots");
    let hint = all.iter().find(|sheet| sheet.id == "throughput").map(|sheet| sheet.hint.as_str());
    assert_eq!(hint, Some("λ max = 4 slots ÷ 20 ms"));
    let rates: Vec<f64> = points(line(chart(&all, "throughput"), "goodput")).map(|q| q.1).collect();
    let mean = rates.iter().sum::<f64>() / rates.len() as f64;
    assert!((180.0..210.0).contains(&mean), "all that the server can do, and no more: {mean}");
}

#[test]
fn faults_and_changes_of_state_are_in_every_chart_at_the_same_place() {
    let run = until(scenario("#/circuit-breaker"), 6_000);
    let all = sheets(&run, None);
    let over_time = |sheet: &Sheet| if let Figure::Time(chart) = &sheet.figure { Some(chart.clone()) } else { None };
    let charts: Vec<TimeChart> = all.iter().filter_map(over_time).collect();
    assert!(charts.len() >= 4);
    for chart in &charts {
        assert_eq!(chart.faults.len(), 1);
        let outage = chart.faults[0].clone();
        assert!((outage.from - 2.0).abs() < 0.01 && (outage.to - 5.0).abs() < 0.01, "{outage:?}");
        assert!(chart.changes.len() >= 2 && chart.changes == charts[0].changes);
        assert_eq!((chart.end, chart.until), (charts[0].end, 6.0));
    }
}

#[test]
fn the_lines_of_the_run_before_are_the_lines_it_had() {
    let slow = until(scenario("#/worker-pool?server=general&service=constant&mean=40ms&requests=3000"), 20_000);
    let fast = until(scenario("#/worker-pool?server=general&service=constant&mean=20ms&requests=3000"), 1_000);
    let (alone, both) = (sheets(&slow, None), sheets(&fast, Some(&slow)));
    let ghost = &chart(&both, "throughput").before;
    assert_eq!(ghost.len(), 1, "its goodput");
    assert!(chart(&both, "throughput").end >= slow.computed().seconds(), "its whole length is there");
    let own = line(chart(&alone, "throughput"), "goodput");
    assert_eq!((ghost[0].pieces.clone(), ghost[0].window), (own.pieces.clone(), own.window));
    let palette = Palette::of(Theme::Light);
    assert_eq!((ghost[0].colour, ghost[0].width), (palette.line_3, 1.2));
    for id in ["response", "latency", "in-flight"] {
        assert!(!chart(&both, id).before.is_empty(), "{id}");
        assert!(chart(&alone, id).before.is_empty(), "{id}");
    }
}

#[test]
fn the_run_beside_has_a_line_under_its_own_name_that_is_the_line_it_has_alone() {
    let fast = until(scenario("#/worker-pool?server=general&service=constant&mean=20ms&requests=3000"), 3_000);
    let slow = until(scenario("#/worker-pool?server=general&service=constant&mean=40ms&requests=3000"), 3_000);
    let (alone, both) = (sheets(&slow, None), sheets_of(&fast, None, Some(&slow)));
    for (id, name) in [("response", "p50"), ("throughput", "goodput"), ("latency", "p50"), ("in-flight", "in flight")] {
        let (beside, own) = (line(chart(&both, id), "slower"), line(chart(&alone, id), name));
        assert_eq!(beside.pieces, own.pieces, "{id}");
        assert!(chart(&both, id).read(2.0).contains("slower "), "{id} is read too");
    }
}

#[test]
fn littles_law_is_said_where_it_holds_and_only_there() {
    let note = |link: &str, ms| {
        let run = until(scenario(link), ms);
        let all = sheets(&run, None);
        let sheet = all.iter().find(|sheet| sheet.id == "in-flight").expect("calls are under way").clone();
        (
            sheet.note,
            chart(&all, "in-flight").marks.len(),
            Little::of(&run.history().until(u64::MAX, run.computed()), &run.history().ledger),
        )
    };
    let (steady, marks, law) = note("#/worker-pool?server=general&service=exponential&mean=20ms", 8_000);
    let law = law.expect("there were calls");
    assert!(law.holds() && steady.starts_with("L 1") && steady.contains(" = λ ") && marks == 1, "{steady}");
    assert!((law.level - law.product()).abs() < 0.03 * law.level);
    // All at once, and most of them still under way: those that have ended are the quick ones.
    let (burst, marks, law) = note("#/wait-group?server=general&service=exponential&mean=20ms&slots=10", 500);
    assert!(!law.expect("some have ended").holds() && marks == 0 && !burst.contains('λ'), "{burst}");
}

#[test]
fn every_pattern_has_charts_of_one_scale_whose_sentences_are_their_labels() {
    for pattern in everyone() {
        let empty = until(Scenario::new(pattern), 0);
        assert!(!sheets(&empty, None).is_empty(), "{}", pattern.id);
        let run = until(Scenario::new(pattern), 5_000);
        let all = sheets(&run, None);
        let mut ids: Vec<&str> = all.iter().map(|sheet| sheet.id.as_str()).collect();
        let n = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), n, "{}", pattern.id);
        for sheet in &all {
            let Figure::Time(chart) = &sheet.figure else { continue };
            let said = sheet.sentence(run.computed());
            assert!(chart.lines.iter().all(|line| said.contains(&line.name)), "{}: {said}", pattern.id);
            assert!(chart.end >= 5.0_f64.min(run.computed().seconds()), "{} {}", pattern.id, sheet.id);
        }
    }
}

/// In every chart of every pattern, wherever somebody points: the window, and of each line its value or that there is none.
#[test]
fn who_points_at_any_chart_of_any_pattern_is_told_its_values_or_that_there_are_none() {
    for pattern in everyone() {
        let run = until(Scenario::new(pattern), 5_000);
        let mut told = 0;
        for sheet in sheets(&run, None) {
            let Figure::Time(chart) = &sheet.figure else { continue };
            let scale = chart.scale((340.0, 120.0)).expect("there is room");
            for pixel in 0..=60 {
                let seconds = chart.end * f64::from(pixel) / 60.0;
                let (context, read) = (format!("{} {} at {seconds} s", pattern.id, sheet.id), chart.read(seconds));
                let mut parts = read.split("  ");
                let when = parts.next().unwrap_or_default();
                assert!(when.ends_with(" s") && when.starts_with(|c: char| c.is_ascii_digit()), "{context}: {read}");
                let bounds: Vec<f64> = when.trim_end_matches(" s").split('–').filter_map(|t| t.parse().ok()).collect();
                let (from, to) = (bounds[0], bounds[bounds.len() - 1]);
                let slack = chart.stride() * 0.51 + 0.06;
                assert!(from - slack <= seconds && seconds <= to + slack, "{context}: {read}");
                let said: Vec<&str> = parts.collect();
                for line in &chart.lines {
                    let own = said.iter().find(|said| said.starts_with(&*line.name));
                    let own = match (own, line.at(seconds)) {
                        (None, None) if line.is_level() => continue,
                        (own, _) => own.unwrap_or_else(|| panic!("{context}: nothing of {:?} in {read}", line.name)),
                    };
                    let has_value = own[line.name.len()..].contains(|c: char| c.is_ascii_digit());
                    assert_eq!(has_value, line.at(seconds).is_some(), "{context}: {read}");
                    told += usize::from(has_value);
                }
                assert!(!read.contains("NaN") && !read.contains("inf"), "{context}: {read}");
                let at = At { playhead: run.computed().seconds(), pointed: Some(seconds), life: None };
                let over = chart.over((340.0, 120.0), Palette::of(Theme::Light), at);
                let rings = over.iter().filter(|shape| matches!(shape, Shape::Circle { .. })).count();
                let known = chart.lines.iter().filter(|line| line.at(seconds).is_some()).count();
                assert_eq!(rings, known, "{context}");
                let back = scale.seconds(scale.x(seconds)).expect("it is in the plot");
                assert!((back - seconds).abs() < 1e-6 * chart.end, "{context}");
            }
        }
        assert!(told > 50, "{} has charts that tell something", pattern.id);
    }
}

#[test]
fn a_run_that_is_over_ends_where_its_charts_end() {
    let run = follow_scenario(scenario("#/worker-pool?server=general&service=constant&mean=20ms"));
    assert_eq!(chart(&sheets(&run, None), "response").end, 10.0);
}
