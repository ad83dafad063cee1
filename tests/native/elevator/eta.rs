//! When a car arrives, as the page foretells it, against when it does.

use super::{report, scenario};
use millrace::analysis::History;
use millrace::session::Session;
use millrace::trace::{Cursor, Ledger, SimTime, Span};
use millrace::view::scene::{Detail, Look, Scene, tables};
use millrace::view::{Palette, Picture, Theme};

/// What is foretold at a playhead: the landing, the car, and in how many seconds.
fn foretold(query: &str, at: Span) -> Vec<(i64, String, f64)> {
    let scenario = scenario(query);
    let mut session = Session::new(scenario.clone(), Ledger::new(), History::default());
    session.compute(SimTime(at.0), u64::MAX);
    let (values, trace) = (scenario.values(), session.run().trace());
    let spec = (scenario.pattern.scene)(&values, scenario.fidelity);
    let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
    while cursor.step(&trace, SimTime(at.0), &mut picture) {}
    let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
    let look =
        Look { detail: Detail::Numbers, ..Look::new((1_200.0, 700.0), Palette::of(Theme::Light), SimTime(at.0)) };
    let calls = tables::hall_calls(&scene, &look);
    let seconds = |text: &str| text.strip_prefix("in ")?.strip_suffix(" s")?.parse().ok();
    calls.into_iter().filter_map(|c| Some((i64::from(c.place), c.car, seconds(&c.arrives)?))).collect()
}

/// When each car opens its doors, and where.
fn doors(query: &str) -> Vec<(String, f64, i64)> {
    let report = report(&super::finished(scenario(query)));
    let cars = report.detail["cars"].as_array().expect("cars").clone();
    let of = |car: serde_json::Value| {
        let name = car["name"].as_str().expect("a name").to_owned();
        let doors = car["doors"].as_array().expect("doors").clone();
        doors
            .into_iter()
            .map(move |d| (name.clone(), d[0].as_u64().expect("a time") as f64 / 1e9, d[1].as_i64().expect("a floor")))
    };
    cars.into_iter().flat_map(of).collect()
}

/// Holds every forecast at some playheads against the first time after it at which that car opens its doors there.
#[track_caller]
fn agrees(query: &str, playheads: &[u64], within: f64) {
    let opened = doors(query);
    let mut held = 0;
    for at in playheads {
        for (floor, car, seconds) in foretold(query, Span::millis(*at)) {
            let now = *at as f64 / 1e3;
            let really = opened.iter().find(|(name, at, there)| *name == car && *there == floor && *at >= now);
            let (_, really, _) = really.unwrap_or_else(|| panic!("{car} never stops at {floor}: {query}"));
            let off = (now + seconds - really).abs();
            assert!(off <= within, "at {now} s: {car} at {floor} in {seconds} s, really {really} s: {query}");
            held += 1;
        }
    }
    assert!(held > 0, "something was foretold");
}

/// It said "in 23 s" of a ride of six: the original's announcement of two seconds a floor.
#[test]
fn a_car_without_stops_on_its_way_is_foretold_to_the_second() {
    for policy in ["reference", "look"] {
        agrees(&format!("policy={policy}&cars=A:0..20&script=12->0@0s"), &[1, 870, 3_000, 5_000], 0.6);
    }
}

#[test]
fn stops_for_those_aboard_and_for_those_who_wait_on_the_way_are_counted() {
    // Everybody has come by the playheads, so that nobody delays what was foretold.
    let script = "script=0->9@0s;3->7@0.1s;8->2@0.2s;6->1@0.3s";
    for policy in ["reference", "look"] {
        agrees(&format!("policy={policy}&cars=A:0..9&{script}"), &[400, 1_000, 4_000, 8_000, 12_000, 16_000], 2.1);
    }
    agrees(&format!("policy=look&boarding-time=1s&cars=A:0..9&{script}"), &[400, 5_000, 15_000], 2.6);
}
