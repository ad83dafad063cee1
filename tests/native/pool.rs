//! The place of a pool: who holds, who waits and for how long is there to be seen, walked through and read, however many there are.

use millrace::analysis::History;
use millrace::session::{Scenario, Session};
use millrace::trace::{Cursor, Ledger, SimTime};
use millrace::view::scene::{Look, Scene, conservation, draw, items};
use millrace::view::{Palette, Picture, Shape, Theme, text};

const WIDE: (f64, f64) = (880.0, 430.0);
const PHONE: (f64, f64) = (390.0, 368.0);

/// What is asked of the scene of a link at an instant.
fn seen<T>(link: &str, ms: u64, size: (f64, f64), ask: impl FnOnce(&Scene<'_>, &Look<'_>) -> T) -> T {
    let scenario = Scenario::read(link).expect("a good link").scenario;
    let (values, at) = (scenario.values(), SimTime(ms * 1_000_000));
    let spec = (scenario.pattern.scene)(&values, scenario.fidelity);
    let mut session = Session::new(scenario, Ledger::new(), History::default());
    while !session.compute(at, u64::MAX) {}
    let trace = session.run().trace();
    let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
    while cursor.step(&trace, at, &mut picture) {}
    let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
    ask(&scene, &Look::new(size, Palette::of(Theme::Light), at))
}

/// The texts of a picture.
fn texts(link: &str, ms: u64, size: (f64, f64)) -> Vec<String> {
    let shapes = seen(link, ms, size, draw);
    let text = |shape| if let Shape::Text { text, .. } = shape { Some(text) } else { None };
    shapes.into_iter().filter_map(text).collect()
}

#[test]
fn the_text_alternative_tells_of_every_holder_and_every_waiter_in_line() {
    let rows = seen("#/semaphore?permits=2&callers=4", 70, WIDE, text::rows);
    let says = |what: &str| -> Vec<String> {
        rows.iter().filter(|row| row.what.starts_with(what)).map(|row| row.says.clone()).collect()
    };
    assert_eq!(says("Permits")[0], "2 of 2 held, 0 waiting");
    let rows = seen("#/semaphore?permits=2&callers=5&hold=100ms", 70, WIDE, text::rows);
    let says = |what: &str| rows.iter().find(|row| row.what == what).map(|row| row.says.clone());
    assert_eq!(says("Permits").as_deref(), Some("2 of 2 held, 3 waiting"));
    assert_eq!(says("Permits, waiting 1").as_deref(), Some("#3 for 70.0 ms"));
    assert_eq!(says("Permits, waiting 3").as_deref(), Some("#5 for 70.0 ms"));
    assert_eq!(says("Permits, waiting 4"), None);
    let holders = rows.iter().filter(|row| row.what == "Permits, holder").count();
    assert_eq!(holders, 2);
}

#[test]
fn the_sum_tells_those_who_hold_from_those_who_wait() {
    let sum = |ms| seen("#/semaphore?max-wait=120ms", ms, WIDE, |scene, _| conservation(scene));
    assert_eq!(sum(70), ("20 asked = 5 holding + 10 waiting + 5 done".to_owned(), true));
    assert_eq!(sum(1_000), ("20 asked = 5 refused + 15 done".to_owned(), true));
}

#[test]
fn a_few_have_a_capsule_each_and_many_a_bar_with_those_held_longest() {
    let few = texts("#/semaphore?permits=24&callers=24", 10, WIDE);
    assert!(few.contains(&"#24".to_owned()) && !few.iter().any(|text| text == "held longest"), "{few:?}");
    let many = texts("#/semaphore?permits=25&callers=25", 10, WIDE);
    assert!(many.iter().any(|text| text == "held longest") && many.contains(&"25 of 25 held".to_owned()), "{many:?}");
    assert!(many.contains(&"#5".to_owned()) && !many.contains(&"#6".to_owned()), "five are shown: {many:?}");
}

#[test]
fn fifteen_wait_in_rows_and_of_more_the_last_row_says_how_many() {
    let line = |callers: u32| texts(&format!("#/semaphore?permits=1&callers={callers}"), 10, WIDE);
    let more = |texts: &[String]| texts.iter().find(|text| text.starts_with('+')).cloned();
    assert_eq!(more(&line(16)), None);
    // Of a hundred one holds, and fourteen have a row.
    assert_eq!(more(&line(101)).as_deref(), Some("+86"));
}

#[test]
fn holders_and_waiters_can_be_walked_through_and_say_who_is_before_them() {
    for size in [WIDE, PHONE] {
        let all = seen("#/semaphore?permits=2&callers=5&hold=100ms", 70, size, items);
        let of =
            |title: &str| all.iter().find(|item| item.title == title).unwrap_or_else(|| panic!("{title} in {all:?}"));
        assert_eq!(of("#1").lines[0], "held for 70.0 ms");
        assert_eq!(of("#3").lines[..2], ["waiting for 70.0 ms", "next"]);
        assert_eq!(of("#5").lines[..2], ["waiting for 70.0 ms", "2 before it"]);
    }
}

#[test]
fn nothing_of_it_leaves_the_canvas_however_many_permits_and_callers_there_are() {
    for size in [WIDE, PHONE, (620.0, 260.0)] {
        for permits in [1, 5, 24, 25, 1_024] {
            for callers in [1, 20, 3_000] {
                let link = format!("#/semaphore?permits={permits}&callers={callers}");
                for shape in seen(&link, 70, size, draw) {
                    let (left, top, right, bottom) = crate::stage::bounds(&shape);
                    let inside = left >= -0.5 && top >= -0.5 && right <= size.0 + 0.5 && bottom <= size.1 + 0.5;
                    assert!(inside, "{link} at {size:?}: {shape:?}");
                }
            }
        }
    }
}
