//! The place of a pool: who holds, who waits and for how long is there to be seen, walked through and read, however many there are.

use millrace::analysis::History;
use millrace::engine::Env;
use millrace::parts::{Crew, Semaphore};
use millrace::session::{Scenario, Session};
use millrace::spec::{FieldGroup, Flow, Pattern, Place, SceneSpec, Wire};
use millrace::trace::{Cursor, Ledger, SimTime};
use millrace::upstream::{self, ServerParams};
use millrace::view::scene::{Layout, Look, Scene, conservation, draw, items};
use millrace::view::{Palette, Picture, Shape, Theme, text};

pub(crate) const WIDE: (f64, f64) = (880.0, 430.0);
pub(crate) const PHONE: (f64, f64) = (390.0, 368.0);

/// What is asked of the scene of a link at an instant.
pub(crate) fn seen<T>(link: &str, ms: u64, size: (f64, f64), ask: impl FnOnce(&Scene<'_>, &Look<'_>) -> T) -> T {
    seen_of(Scenario::read(link).expect("a good link").scenario, ms, size, ask)
}

/// Nothing of a scenario's picture at an instant leaves the canvas.
pub(crate) fn stays_on_canvas(scenario: Scenario, ms: u64, size: (f64, f64)) {
    let link = millrace::session::link::encode(&scenario);
    for shape in seen_of(scenario, ms, size, draw) {
        let (left, top, right, bottom) = crate::stage::bounds(&shape);
        let inside = left >= -0.5 && top >= -0.5 && right <= size.0 + 0.5 && bottom <= size.1 + 0.5;
        assert!(inside, "{link} at {size:?}: {shape:?}");
    }
}

pub(crate) fn seen_of<T>(
    scenario: Scenario,
    ms: u64,
    size: (f64, f64),
    ask: impl FnOnce(&Scene<'_>, &Look<'_>) -> T,
) -> T {
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
fn how_much_was_held_goes_back_as_far_as_the_run_does_and_no_further_than_two_seconds() {
    for size in [WIDE, PHONE] {
        for (link, ms, back) in [
            ("#/once", 50, "50 ms"),
            ("#/semaphore", 70, "100 ms"),
            ("#/semaphore?callers=400", 1_500, "2 s"),
            ("#/semaphore?callers=400", 3_500, "2 s"),
        ] {
            let all = texts(link, ms, size);
            for text in ["Held".to_owned(), format!("last {back}"), format!("−{back}")] {
                assert!(all.contains(&text), "{link} at {ms} ms, {size:?}: {text}: {all:?}");
            }
        }
    }
}

#[test]
fn on_a_phone_a_pool_before_a_server_has_its_capsules_where_no_lanes_run_through_it() {
    let holders = |link| items_of(link, PHONE).iter().filter(|title| title.starts_with('#')).count();
    assert_eq!(holders("#/bulkhead"), 10, "one strip, and nothing below it");
}

fn items_of(link: &str, size: (f64, f64)) -> Vec<String> {
    seen(link, 500, size, items).into_iter().map(|item| item.title).collect()
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
                stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, 70, size);
            }
        }
    }
}

/// Four callers, one permit, and a server that takes 20 ms: calls go through a pool.
static GATED: Pattern = Pattern {
    id: "gated",
    fields: ServerParams::fields,
    scene: |_, _| {
        let (crew, pool) = (Place::crew("callers", "Callers"), Place::pool("permits", "Permits"));
        let places = [crew, pool, Place::server("server", "Server"), Place::sink("results", "Results")];
        SceneSpec::new(Flow::row(places), [Wire::new("callers", "results").through(["permits", "server"])])
    },
    run: |env, values, _| Box::pin(gated(env, ServerParams::read(values))),
    ..Pattern::BASE
};

async fn gated(env: Env, p: ServerParams) {
    upstream::open(&env, &p);
    let permits = Semaphore::open(&env, "permits", 1);
    let inner = env.clone();
    let work = move |_| {
        let (env, permits) = (inner.clone(), permits.clone());
        async move {
            let job = env.job();
            let permit = permits.acquire_for(&job).await;
            let reply = env.call(&job).await;
            drop(permit);
            job.leave(reply.answer.outcome());
        }
    };
    Crew::start(&env, "callers", "caller", 4, work).join().await;
}

fn gated_scenario() -> Scenario {
    let mut scenario = Scenario::new(&GATED);
    for (key, value) in [("server", "general"), ("service", "constant"), ("mean", "20ms")] {
        scenario.set(key, value).expect("a good value");
    }
    scenario
}

#[test]
fn who_waits_for_a_permit_before_a_call_is_drawn_before_the_pool_and_not_behind_the_server() {
    let waiting = Palette::of(Theme::Light).blocked;
    // On a phone the pool is a strip above, and its door is the server's.
    for (size, wall) in [(WIDE, 1), (PHONE, 2)] {
        let (bars, wall) = seen_of(gated_scenario(), 10, size, |scene, look| {
            let stroke_of = |shape| match shape {
                Shape::Segments { lines, stroke, .. } if stroke == waiting => lines,
                _ => Vec::new(),
            };
            let upright = |[left, _, right, _]: &[f32; 4]| left == right;
            let bars: Vec<f32> =
                draw(scene, look).into_iter().flat_map(stroke_of).filter(upright).map(|[x, ..]| x).collect();
            (bars, Layout::of(scene, look).area(wall).expect("what they wait at").x as f32)
        });
        assert_eq!(bars.len(), 3, "one calls, and three are held up, at {size:?}");
        assert!(bars.iter().all(|x| *x < wall), "{bars:?} before {wall} at {size:?}");
    }
}

#[test]
fn a_call_through_a_pool_holds_its_permit_while_it_is_at_the_server() {
    let sum = |ms| seen_of(gated_scenario(), ms, WIDE, |scene, _| conservation(scene));
    assert_eq!(sum(10), ("4 sent = 1 in flight + 3 waiting + 0 done".to_owned(), true));
    let rows = seen_of(gated_scenario(), 10, WIDE, text::rows);
    let pool = rows.iter().find(|row| row.what == "Permits").expect("the pool");
    assert_eq!(pool.says, "1 of 1 held, 3 waiting");
    for size in [WIDE, PHONE] {
        stays_on_canvas(gated_scenario(), 30, size);
    }
}

#[test]
fn a_server_without_room_for_both_tells_its_load_before_how_long_calls_take() {
    let mut scenario = gated_scenario();
    scenario.set("slots", "1000").expect("a good value");
    let shapes = seen_of(scenario, 30, WIDE, draw);
    let said = |wanted: &str| shapes.iter().any(|shape| matches!(shape, Shape::Text { text, .. } if text == wanted));
    assert!(said("1/1,000 slots") && !said("20.0 ms"), "{shapes:?}");
}
