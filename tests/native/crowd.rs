//! A crowd beside other tasks, and a bucket whose permits are used up: what is counted is the crowd's own, who was turned away is not
//! "done", and a pool that lost its permits says how many it had.

use super::pool::{PHONE, WIDE, seen, seen_of};
use millrace::engine::Env;
use millrace::parts::Semaphore;
use millrace::session::Scenario;
use millrace::spec::{FieldGroup, Flow, Pattern, Place, SceneSpec, Wire};
use millrace::trace::{Outcome, Span, StationKind};
use millrace::upstream::{self, ServerParams};
use millrace::view::scene::{Layout, Look, Scene, draw, routes};
use millrace::view::{Shape, text};

/// Nine requests at once, a bucket of five tokens that are used up, two tasks that are none of the crowd, one of them refilling.
static BUCKET: Pattern = Pattern {
    id: "bucket",
    fields: ServerParams::fields,
    scene: |_, _| {
        let places = [
            Place::crowd("requests", "Requests"),
            Place::pool("tokens", "Tokens"),
            Place::server("server", "Server"),
            Place::sink("results", "Results"),
        ];
        SceneSpec::new(Flow::row(places), [Wire::new("requests", "results").through(["tokens", "server"])])
    },
    run: |env, values, _| Box::pin(bucket(env, ServerParams::read(values))),
    ..Pattern::BASE
};

async fn bucket(env: Env, p: ServerParams) {
    upstream::open(&env, &p);
    let requests = env.open_plain(StationKind::Crew, "requests");
    let tokens = Semaphore::open(&env, "tokens", 5);
    for _ in 0..2 {
        let inner = env.clone();
        env.spawn("clock", async move { inner.sleep(Span::secs(10)).await }).detach();
    }
    for n in 0..9 {
        let (inner, tokens, job) = (env.clone(), tokens.clone(), env.job());
        let one = async move {
            job.go(inner.station(), true);
            let token = if n < 7 { tokens.try_acquire_for(&job) } else { Some(tokens.acquire_for(&job).await) };
            let let_in = token.map(|token| token.forget()).is_some();
            if !let_in {
                return job.leave(Outcome::Rejected);
            }
            let reply = inner.call(&job).await;
            job.leave(reply.answer.outcome());
        };
        env.spawn_at("request", requests, one).detach();
    }
    env.sleep(Span::secs(10)).await;
}

fn at<T>(ms: u64, size: (f64, f64), ask: impl FnOnce(&Scene<'_>, &Look<'_>) -> T) -> T {
    let mut scenario = Scenario::new(&BUCKET);
    for (key, value) in [("server", "general"), ("service", "constant"), ("mean", "20ms")] {
        scenario.set(key, value).expect("a good value");
    }
    seen_of(scenario, ms, size, ask)
}

fn texts(ms: u64, size: (f64, f64)) -> Vec<String> {
    let text = |shape| if let Shape::Text { text, .. } = shape { Some(text) } else { None };
    at(ms, size, draw).into_iter().filter_map(text).collect()
}

#[test]
fn a_crowd_counts_the_tasks_at_home_there_and_no_others() {
    // Five call, two wait; the program has three tasks more.
    let said = texts(10, WIDE);
    assert!(said.contains(&"7 at once".to_owned()), "{said:?}");
    assert!(texts(100, WIDE).contains(&"2 at once".to_owned()), "those who wait for a token that never comes");
    // Where all tasks but the first are the crowd's, that is what it was before: all but one.
    for ms in [0, 1, 12, 40, 5_000] {
        seen("#/wait-group?requests=300", ms, WIDE, |scene, _| {
            let (_, crowd) = scene.station("tasks").expect("the crowd");
            let tally = &scene.ledger.tally;
            assert_eq!((crowd.tasks_live, crowd.tasks_peak), (tally.tasks_live.max(1) - 1, tally.tasks_peak - 1));
        });
    }
}

#[test]
fn who_was_turned_away_is_not_done_and_has_a_row_and_a_mark_of_its_own() {
    let rows = at(100, WIDE, text::rows);
    let says = |what: &str| rows.iter().find(|row| row.what == what).map(|row| row.says.clone());
    assert_eq!(says("Requests, done").as_deref(), Some("5"));
    assert_eq!(says("Requests, turned away").as_deref(), Some("2"));
    let said = texts(100, WIDE);
    for word in ["turned away", "Failed"] {
        assert!(said.iter().any(|text| text == word), "{word} in {said:?}");
    }
    assert!(!said.iter().any(|text| text == "Errors"), "who is turned away is no error");
    let description = at(100, WIDE, text::description);
    assert!(description.contains("percent failed"), "{description}");
}

#[test]
fn a_pool_whose_permits_are_used_up_says_how_many_it_had_and_how_many_are_out() {
    let rows = at(100, WIDE, text::rows);
    let tokens = rows.iter().find(|row| row.what == "Tokens").expect("the pool");
    assert_eq!(tokens.says, "0 of 5 held, 5 out, 2 waiting");
    let said = texts(100, WIDE);
    assert!(said.contains(&"out".to_owned()), "the legend says what a pale capsule is: {said:?}");
    let phone = texts(100, PHONE);
    assert!(phone.contains(&"2 waiting".to_owned()), "a phone says that somebody waits: {phone:?}");
}

#[test]
fn who_waits_for_a_slot_stands_at_the_door_in_the_ink_of_those_who_queue() {
    let at_door = |link: &str| {
        seen(link, 30, WIDE, |scene, look| {
            let door = Layout::of(scene, look).area(1).expect("the server").x;
            let bar = |shape: &Shape| {
                let (left, top, right, bottom) = super::stage::bounds(shape);
                let ink = matches!(shape, Shape::Rect { fill: Some(fill), .. } if *fill == look.palette.queued);
                ink && left > door - 10.0 && right <= door && bottom - top > 5.0
            };
            draw(scene, look).iter().any(bar)
        })
    };
    let all = "#/wait-group?server=general&requests=300";
    assert!(at_door(&format!("{all}&slots=50")) && !at_door(all), "nobody waits where there is no limit");
}

#[test]
fn what_follows_a_crowd_is_joined_to_it_and_a_pool_on_the_way_takes_room_that_is_left() {
    at(10, WIDE, |scene, look| {
        let Layout::Desk(plan) = Layout::of(scene, look) else { panic!("a desktop") };
        let (crowd, pool) = (plan.spot(0).frame, plan.spot(1).frame);
        let joined = |points: &Vec<(f64, f64)>| points.first().is_some_and(|p| p.0 == crowd.right());
        assert!(routes(scene, &plan).iter().any(joined), "a wire goes out of the crowd");
        assert!(pool.w <= 704.0, "no pool uses more");
    });
    let width = |size| at(10, size, |scene, look| Layout::of(scene, look).area(1).map_or(0.0, |area| area.w));
    assert!(width((1_440.0, 560.0)) > width(WIDE), "{} and {}", width((1_440.0, 560.0)), width(WIDE));
}
