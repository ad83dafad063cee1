//! A stage is drawn whatever room it gets: a window that is resized passes through sizes that nobody would choose, and a panic there kills
//! the page.

use crate::everyone::everyone;
use millrace::analysis::History;
use millrace::session::{Scenario, Session};
use millrace::trace::SimTime;
use millrace::view::{Look, Palette, Picture, Scene, Shape, Theme, draw, scene};

const SIZES: [(f64, f64); 9] = [
    (0.0, 0.0),
    (1.0, 1.0),
    (20.0, 900.0),
    (90.0, 40.0),
    (390.0, 60.0),
    (390.0, 200.0),
    (880.0, 12.0),
    (880.0, 90.0),
    (4_000.0, 3_000.0),
];

/// What is drawn at an instant of a scenario.
fn drawn(scenario: Scenario, at: SimTime, size: (f64, f64)) -> Vec<Shape> {
    let (pattern, values) = (scenario.pattern, scenario.values());
    let mut session = Session::new(scenario, Picture::default(), History::of(pattern, &values));
    while !session.compute(at, u64::MAX) {}
    session.show(at, u64::MAX);
    let spec = (pattern.scene)(&values, session.scenario().fidelity);
    let (picture, trace) = (session.state(), session.run().trace());
    let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
    draw(&scene, &Look::new(size, Palette::of(Theme::Light), session.playhead()))
}

#[test]
fn in_the_half_of_a_stage_no_heading_stands_in_the_sum_below() {
    for id in ["circuit-breaker", "worker-pool", "pipeline", "semaphore"] {
        let pattern = millrace::patterns::find(id).expect("a pattern");
        for height in [150.0, 170.0, 187.0, 210.0] {
            let shapes = drawn(Scenario::new(pattern), SimTime(150_000_000), (880.0, height));
            let texts = || {
                shapes.iter().filter_map(|shape| match shape {
                    Shape::Text { at, text, .. } => Some((text.as_str(), at.1)),
                    _ => None,
                })
            };
            let (_, sum) = texts().find(|(text, _)| text.contains(" = ")).expect("the sum");
            let low: Vec<_> = texts().filter(|(text, y)| *text == "Outcomes" && *y > sum - 14.0).collect();
            assert_eq!(low, [], "{id}, {height} px high: the sum stands at {sum}");
        }
    }
}

#[test]
fn a_stage_of_any_size_is_drawn_and_can_be_pointed_at() {
    for pattern in everyone() {
        for preset in pattern.scenarios() {
            let scenario = Scenario::of(pattern, preset.id);
            let values = scenario.values();
            let history = History::of(pattern, &values);
            let mut session = Session::new(scenario, Picture::default(), history);
            // Where there is much to draw, if it comes to that.
            let at = SimTime(30_000_000_000);
            while !session.compute(at, u64::MAX) {}
            session.show(SimTime(session.computed().0 / 2), u64::MAX);
            let spec = (pattern.scene)(&values, session.scenario().fidelity);
            let (picture, trace) = (session.state(), session.run().trace());
            let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
            for size in SIZES {
                let look = Look::new(size, Palette::of(Theme::Dark), session.playhead());
                let (shapes, items) = (draw(&scene, &look), scene::items(&scene, &look));
                assert!(size.0 < 390.0 || size.1 < 200.0 || !shapes.is_empty(), "{} at {size:?}", pattern.id);
                drop(items);
            }
        }
    }
}
