//! Metric tiles, of every pattern: what somebody on call reads first.
//!
//! The story: "Server OK", "p99 100 ms" and "Rate 1,006/s" stood beside a server that answered one of five calls in time.

use crate::everyone::everyone;
use millrace::analysis::History;
use millrace::session::{Scenario, Session, link};
use millrace::spec::Fidelity;
use millrace::trace::{SimTime, Span};
use millrace::view::scene::{Look, Scene, conservation};
use millrace::view::tiles::{Seen, Tile, of_bank, of_calls};
use millrace::view::{Palette, Picture, Theme};

/// The tiles of a scenario at an instant.
fn tiles(scenario: Scenario, at: SimTime) -> Vec<Tile> {
    let history = History::of(scenario.pattern, &scenario.values());
    let mut session = Session::new(scenario, Picture::default(), history);
    session.compute(at, u64::MAX);
    session.show(at.min(session.computed()), u64::MAX);
    let (scenario, values) = (session.scenario(), session.scenario().values());
    let (spec, measures) = ((scenario.pattern.scene)(&values, scenario.fidelity), scenario.measures());
    let (trace, state) = (session.run().trace(), session.state());
    let scene = Scene::new(&spec, &values, &state.ledger, &state.recent, &trace);
    let look = Look::new((0.0, 0.0), Palette::of(Theme::Light), session.playhead());
    let so_far = session.history().until(session.events(), session.playhead());
    let seen = Seen {
        scene: &scene,
        look: &look,
        so_far,
        measures: &measures,
        summary: &|id| so_far.summary(id),
        given_up: &|id| so_far.of(id)?.given_up(),
        at_server: &|id| so_far.calls().map_or((None, None), |all| (all.at(id).summary(), all.at(id).given_up())),
        at_end: session.at_end(),
        real: false,
    };
    if spec.bank().is_some() { of_bank(&seen).0 } else { of_calls(&seen).0 }
}

#[track_caller]
fn of(link: &str, ms: u64) -> Vec<Tile> {
    let decoded = link::decode(link).expect("a link");
    assert_eq!(decoded.notices, Vec::<String>::new(), "{link}");
    tiles(decoded.scenario, SimTime(ms * 1_000_000))
}

#[track_caller]
fn tile<'a>(tiles: &'a [Tile], id: &str) -> &'a Tile {
    tiles.iter().find(|tile| tile.id == id).unwrap_or_else(|| panic!("no {id} in {tiles:?}"))
}

#[track_caller]
fn says(tiles: &[Tile], id: &str) -> String {
    let tile = tile(tiles, id);
    format!("{} {} {}", tile.label, tile.shown.replace('\u{2009}', " "), tile.unit).trim().to_owned()
}

#[test]
fn a_server_that_answers_one_call_of_five_in_time_is_seen_to_do_so() {
    let all = of("#/worker-pool?server=general&slots=4&workers=100&timeout=100ms&requests=5000", 2_000);
    let first: Vec<&str> = all.iter().take(8).map(|tile| tile.label.as_str()).collect();
    let wanted = ["Attempts", "Goodput", "Failed", "In flight", "Resp. p50", "Resp. p95", "Resp. p99", "Queue"];
    assert_eq!(first, wanted);
    for id in ["p50", "p95", "p99"] {
        assert_eq!(says(&all, id), format!("Resp. {id} > 100 ms"), "at least its limit, not its limit");
        assert_eq!((tile(&all, id).plain.as_str(), tile(&all, id).is_bad), ("100000000", true));
    }
    assert!(tile(&all, "errors").is_bad && tile(&all, "goodput").is_bad && !tile(&all, "attempts").is_bad);
    let number = |id| tile(&all, id).plain.parse::<f64>().expect("a number");
    assert!((0.75..0.85).contains(&number("errors")));
    assert!((900.0..1_100.0).contains(&number("attempts")) && (180.0..230.0).contains(&number("goodput")));
    assert_eq!((says(&all, "in-flight"), says(&all, "queue")), ("In flight 100".into(), "Queue 100 full".into()));
}

#[test]
fn percentiles_below_the_limit_are_what_they_are() {
    let all = of("#/worker-pool?server=general&service=exponential&mean=20ms&timeout=100ms", 8_000);
    assert!(says(&all, "p50").starts_with("Resp. p50 1") && !tile(&all, "p50").is_bad, "{}", says(&all, "p50"));
    assert!(!tile(&all, "p95").is_bad, "{}", says(&all, "p95"));
    assert_eq!(says(&all, "p999"), "Resp. p99.9 > 100 ms");
    assert_eq!(says(&all, "in-flight"), "In flight 15 of 15");
}

#[test]
fn response_is_from_the_intended_start_where_arrivals_are_open_and_two_tiles_have_two_names() {
    let all =
        of("#/worker-pool?arrivals=poisson&rate=900&server=general&service=constant&mean=20ms&requests=6000", 6_000);
    // 900 a second come, 750 are worked off: who comes after six seconds waits for a second.
    assert_eq!(says(&all, "p99"), "Call p99 20.0 ms");
    let response = tile(&all, "response-p99");
    assert_eq!((response.label.as_str(), response.unit.as_str()), ("Resp. p99", "s"), "{response:?}");
    assert!(response.shown.starts_with("1.") || response.shown.starts_with("0.9"), "{response:?}");
    let mut labels: Vec<&str> = all.iter().map(|tile| tile.label.as_str()).collect();
    let n = labels.len();
    labels.sort_unstable();
    labels.dedup();
    assert_eq!(labels.len(), n, "two tiles were called \"Response …\"");
}

#[test]
fn where_the_stages_work_themselves_and_nobody_is_called_the_response_is_that_of_the_item() {
    // A frame takes 8, 12 and 120 ms if it waits for nobody; once all are busy the last stage holds up the two before it.
    let all = of("#/pipeline?preset=frames", 4_000);
    let p50 = tile(&all, "response-p50").plain.parse::<u64>().expect("a number");
    assert!((240_000_000..=480_000_000).contains(&p50), "{p50}");
}

#[test]
fn an_open_breaker_turns_attempts_away_and_has_no_goodput() {
    let all = of("#/circuit-breaker", 4_900);
    let number = |id| tile(&all, id).plain.parse::<f64>().expect("a number");
    assert!(number("attempts") > 100.0 && number("goodput") == 0.0 && number("throughput") < 10.0);
    assert!(tile(&all, "goodput").is_bad);
}

#[test]
fn where_requests_are_tried_again_those_that_ended_are_not_called_attempts() {
    // The stage said 239 attempts a second, and the tile beside it 74: one counted calls, the other requests.
    for link in ["#/retry?preset=storm", "#/hedge", "#/policy-pipeline"] {
        assert_eq!(tile(&of(link, 2_000), "attempts").label, "Ended", "{link}");
    }
    assert_eq!(tile(&of("#/worker-pool", 2_000), "attempts").label, "Attempts");
}

#[test]
fn where_nobody_waits_but_at_the_server_the_queue_is_the_servers() {
    // "Queue 0" stood beside a server before which a hundred and twenty waited.
    let all = of("#/retry?preset=storm", 14_000);
    assert!(tile(&all, "queue").plain.parse::<u64>().expect("a number") > 20, "{all:?}");
}

#[test]
fn requests_that_wait_in_the_backlog_have_come_and_were_not_sent() {
    // "2,374 sent" stood at the producer, and "5,000 sent = 2,625 in backlog + …" below the stage.
    let sum = |link: &str| crate::pool::seen(link, 4_000, crate::pool::WIDE, |scene, _| conservation(scene).0);
    assert!(
        sum("#/worker-pool?preset=open&workers=4").contains(" came = "),
        "{}",
        sum("#/worker-pool?preset=open&workers=4")
    );
    assert!(sum("#/worker-pool").contains(" sent = "));
}

#[test]
fn no_tile_of_any_pattern_is_wider_than_its_place_at_any_time() {
    for pattern in everyone() {
        for fidelity in [Fidelity::Documented, Fidelity::Shipped] {
            for at in [Span::ZERO, Span::millis(300), Span::secs(5), Span::secs(100)] {
                let mut scenario = Scenario::new(pattern);
                scenario.fidelity = fidelity;
                let all = tiles(scenario, SimTime(at.0));
                let wide: Vec<&Tile> = all.iter().filter(|tile| !tile.fits()).collect();
                assert!(wide.is_empty(), "{} at {at:?}: {wide:?}", pattern.id);
                let mut ids: Vec<&str> = all.iter().map(|tile| tile.id.as_str()).collect();
                let n = ids.len();
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), n, "{}", pattern.id);
            }
        }
    }
}

#[test]
fn tiles_of_two_hundred_thousand_requests_fit_too() {
    // "In flight 4,17" and "4,027…".
    for (link, ms) in
        [("#/wait-group?requests=200000", 5_000), ("#/wait-group?requests=200000&fidelity=shipped", 60_000)]
    {
        let all = of(link, ms);
        let wide: Vec<&Tile> = all.iter().filter(|tile| !tile.fits()).collect();
        assert!(wide.is_empty(), "{link}: {wide:?}");
    }
}

#[test]
fn who_is_stranded_waits_for_ever_and_not_for_a_second() {
    use millrace::view::scene::tables::hall_calls;
    let scenario = link::decode("#/elevator?preset=stranded").expect("a link").scenario;
    let history = History::of(scenario.pattern, &scenario.values());
    let mut session = Session::new(scenario, Picture::default(), history);
    session.compute(SimTime::MAX, u64::MAX);
    session.show(SimTime::MAX, u64::MAX);
    let values = session.scenario().values();
    let (spec, trace) =
        ((session.scenario().pattern.scene)(&values, session.scenario().fidelity), session.run().trace());
    let (state, at) = (session.state(), session.playhead());
    let scene = Scene::new(&spec, &values, &state.ledger, &state.recent, &trace);
    let so_far = session.history().until(session.events(), at);
    let longest = |stuck: bool| {
        let look = Look { stuck, ..Look::new((0.0, 0.0), Palette::of(Theme::Light), at) };
        let (summary, given_up) = (|id| so_far.summary(id), |id| so_far.of(id)?.given_up());
        let seen = Seen {
            scene: &scene,
            look: &look,
            so_far,
            measures: &[],
            summary: &summary,
            given_up: &given_up,
            at_server: &|_| (None, None),
            at_end: true,
            real: false,
        };
        (tile(&of_bank(&seen).0, "wait-longest").clone(), hall_calls(&scene, &look))
    };
    let (shown, calls) = longest(true);
    assert_eq!(
        (shown.shown.as_str(), shown.is_bad, shown.plain.parse().ok()),
        ("for ever", true, calls.first().map(|call| call.longest.0))
    );
    assert!(shown.fits() && calls[0].waits == "for ever" && calls[0].late);
    assert_eq!(longest(false).0.unit, "s", "of a run that can go on it is told in seconds");
    // And its log tells the way of each passenger, also of the one who was never fetched.
    let told: Vec<String> =
        session.history().journal.entries().iter().map(|entry| format!("{} {}", entry.who, entry.text)).collect();
    let of = |passenger: &str| {
        told.iter().filter(|line| line.contains(&format!("{passenger} ")) || line.ends_with(passenger)).count()
    };
    assert!(of("#1") >= 3, "came, got in, arrived: {told:?}");
    assert!(told.iter().any(|line| line.contains("#1 is there, ")), "{told:?}");
    assert!(told.iter().any(|line| line.ends_with("#10 waits")), "{told:?}");
    assert!(!told.iter().any(|line| line.contains("#10 gets in")), "{told:?}");
}
