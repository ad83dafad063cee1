//! Alerts: that each rule is pending, fires and is over at the instants that follow from what was counted, that who looks keeps no run alive, and
//! that whoever draws and reports says the same.

use crate::program::{follow_scenario, run, run_any, start_pattern, values};
use millrace::analysis::{History, Mark};
use millrace::engine::{Env, Progress, Seed, Setup};
use millrace::parts::exposition::Sample;
use millrace::parts::{Alerts, ServiceMetrics};
use millrace::session::{Scenario, Session};
use millrace::spec::{
    AlertRule, AlertSpells, AlertState, AlertUnit, Detail, Fidelity, Flow, Limit, Pattern, Place, Preset,
    ProgramFuture, Reading, SceneSpec, Values, Wire,
};
use millrace::trace::{Cursor, EventKind, Ledger, Outcome, SimTime, Span, StationKind, Trace, TraceEvent, Wait};
use millrace::view::alerts::{alerts, heading};
use millrace::view::timeline::Timeline;
use millrace::view::{Look, Palette, Picture, Scene, Theme, story, text};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

const SECOND: u64 = 1_000_000_000;

/// A service with a request a second. From 600 s to 1,200 s every second one is answered with an error; from 2,400 s to 3,000 s each takes two seconds;
/// from 3,600.5 s to 4,800.5 s its queue is too long, and for a while from 5,100.5 s on. A peak at 5,011 s comes and goes between two looks.
static PATTERN: Pattern = Pattern {
    id: "watched",
    name: "Watched",
    title: "A service that is watched",
    group: "Services",
    glyph: "pool",
    usual: Preset { label: "An hour and a half", says: "Each of its alerts fires and is over.", ..Preset::BASE },
    scene: |_, _| SceneSpec {
        alerts: ServiceMetrics::rules(),
        ..SceneSpec::new(
            Flow::row([Place::source("clients", "Clients"), Place::sink("results", "Results")]),
            [Wire::new("clients", "results")],
        )
    },
    detail: Some(|_| Box::new(Fired::default())),
    file: file!(),
    run: |env, _, fidelity| -> ProgramFuture { Box::pin(serve(env, fidelity)) },
    ..Pattern::BASE
};

const REQUESTS: u64 = 5_700;
const QUEUE: [(u64, usize); 6] =
    [(3_600_500, 1_500), (4_800_500, 0), (5_011_000, 2_000), (5_024_000, 0), (5_100_500, 1_001), (5_400_500, 1_000)];

#[derive(Debug, Default)]
struct Fired(AlertSpells);

impl Detail for Fired {
    fn apply(&mut self, event: &TraceEvent, after: &Ledger, trace: &Trace) {
        self.0.apply(event, after, trace);
    }

    fn report(&self) -> Map<String, Json> {
        let mut all = Map::new();
        all.insert("alerts".to_owned(), self.0.report().0);
        all
    }
}

async fn serve(env: Env, fidelity: Fidelity) {
    let clients = env.open_plain(StationKind::Source, "clients");
    let depth = Rc::new(Cell::new(0));
    let queued = depth.clone();
    let metrics = Rc::new(ServiceMetrics::new(fidelity == Fidelity::Documented, "What waits", move || queued.get()));
    let reads = metrics.clone();
    let _alerts = Alerts::watch(&env, Alerts::EVERY, ServiceMetrics::rules(), move |name| reads.read(name));
    let inner = env.clone();
    let _queue = env.spawn("queue", async move {
        for (ms, queued) in QUEUE {
            inner.sleep_until(SimTime(ms * 1_000_000), Wait::Sleep).await;
            depth.set(queued);
        }
    });
    let mut under_way = Vec::new();
    for request in 0..REQUESTS {
        env.sleep_until(SimTime(request * SECOND + SECOND / 4), Wait::Sleep).await;
        let status = if (600..1_200).contains(&request) && request % 2 == 0 { 500 } else { 200 };
        let takes = if (2_400..3_000).contains(&request) { Span::secs(2) } else { Span::millis(100) };
        let (job, inner, metrics) = (env.job_at(clients), env.clone(), metrics.clone());
        under_way.retain(|task: &millrace::engine::Task<()>| !task.is_finished());
        under_way.push(env.spawn_at("request", clients, async move {
            inner.sleep(takes).await;
            metrics.served("GET", "/data", status, takes);
            job.leave(if status == 500 { Outcome::Failed } else { Outcome::Completed });
        }));
    }
    for task in under_way {
        task.await;
    }
}

fn scenario(fidelity: Fidelity) -> Scenario {
    let mut scenario = Scenario::new(&PATTERN);
    scenario.fidelity = fidelity;
    scenario
}

/// What the states of the rules were, in the order of their changes: when in seconds, which rule, which state.
fn changes(trace: &Trace) -> Vec<(f64, String, String)> {
    let (mut ledger, mut cursor, mut told) = (Ledger::new(), Cursor::new(), Vec::new());
    while let Some(event) = trace.get(cursor.index).copied() {
        cursor.step(trace, SimTime::MAX, &mut ledger);
        if let EventKind::Stated { station, state } = event.kind {
            let name = ledger.station(station).map_or("", |row| trace.name(row.name));
            told.push((event.at.seconds(), name.to_owned(), trace.name(state).to_owned()));
        }
    }
    told
}

/// Of a request a second 300 are in the window of five minutes.
///
/// Errors: at 630 s there are 15 among them, which is no more than 5 %; at 645 s 23. The last look at which there are more than 15 is that
/// at 1,455 s.
/// Slow ones: of the 298 that ended in the window at 2,430 s, 28 took two seconds; 13 of those at 2,415 s. 17 of 302 at 3,285 s, 2 at 3,300 s.
/// The queue is seen to be too long first at 3,615 s, and to be short at 4,815 s.
const CHANGES: [(f64, &str, &str); 11] = [
    (645.0, "5xx rate", "pending"),
    (945.0, "5xx rate", "firing"),
    (1_470.0, "5xx rate", "quiet"),
    (2_430.0, "p95 latency", "pending"),
    (2_730.0, "p95 latency", "firing"),
    (3_300.0, "p95 latency", "quiet"),
    (3_615.0, "queue depth", "pending"),
    (4_215.0, "queue depth", "firing"),
    (4_815.0, "queue depth", "quiet"),
    (5_115.0, "queue depth", "pending"),
    (5_415.0, "queue depth", "quiet"),
];

#[test]
fn each_of_the_three_alerts_is_pending_fires_and_is_over_at_the_instants_that_follow_from_its_rule() {
    let session = follow_scenario(scenario(Fidelity::Documented));
    let told = changes(&session.run().trace());
    let told: Vec<_> = told.iter().map(|(at, rule, state)| (*at, rule.as_str(), state.as_str())).collect();
    assert_eq!(told, CHANGES);
    let spell =
        |rule: &str, from: u64, to: u64| json!({ "rule": rule, "from_ns": from * SECOND, "to_ns": to * SECOND });
    assert_eq!(
        session.history().detail().expect("a report").report()["alerts"],
        json!([spell("5xx rate", 945, 1_470), spell("p95 latency", 2_730, 3_300), spell("queue depth", 4_215, 4_815)])
    );
}

/// Nobody ever sets the gauge that the rule looks at.
#[test]
fn as_shipped_a_queue_may_be_as_long_as_it_likes_and_no_alert_comes() {
    let session = follow_scenario(scenario(Fidelity::Shipped));
    let told = changes(&session.run().trace());
    assert_eq!(told.len(), 6);
    assert!(told.iter().all(|(_, rule, _)| rule != "queue depth"), "{told:?}");
}

#[test]
fn panel_text_story_and_timeline_say_how_the_rules_stand_at_any_playhead() {
    let scenario = scenario(Fidelity::Documented);
    let history = History::of(&PATTERN, &scenario.values());
    let mut session = Session::new(scenario.clone(), Picture::default(), history);
    while !session.compute(SimTime::MAX, u64::MAX) {}
    let spec = (PATTERN.scene)(&scenario.values(), Fidelity::Documented);
    // Back and forth: it is a fold.
    for (at, rows, head) in [
        (
            600,
            [
                "quiet: 5xx rate, 0 of 5 %, 0 of 5:00",
                "quiet: p95 latency, 0.1 of 1 s, 0 of 5:00",
                "quiet: queue depth, 0 of 1,000, 0 of 10:00",
            ],
            "3 quiet",
        ),
        // 46 of 300 at 690 s: the rank 285 of 300 is among those up to 0.1 s.
        (
            690,
            [
                "pending: 5xx rate, 15 of 5 %, 0:45 of 5:00",
                "quiet: p95 latency, 0.1 of 1 s, 0 of 5:00",
                "quiet: queue depth, 0 of 1,000, 0 of 10:00",
            ],
            "1 pending, 2 quiet",
        ),
        // All 300 that ended in the window took two seconds: 1 s and 95 % of the way to 2.5 s.
        (
            2_760,
            [
                "firing: p95 latency, 2.4 of 1 s, 5:30 of 5:00",
                "quiet: 5xx rate, 0 of 5 %, 0 of 5:00",
                "quiet: queue depth, 0 of 1,000, 0 of 10:00",
            ],
            "1 firing, 2 quiet",
        ),
        (
            5_201,
            [
                "pending: queue depth, 1,001 of 1,000, 1:26 of 10:00",
                "quiet: 5xx rate, 0 of 5 %, 0 of 5:00",
                "quiet: p95 latency, 0.1 of 1 s, 0 of 5:00",
            ],
            "1 pending, 2 quiet",
        ),
        (
            1_000,
            [
                "firing: 5xx rate, 50 of 5 %, 5:55 of 5:00",
                "quiet: p95 latency, 0.1 of 1 s, 0 of 5:00",
                "quiet: queue depth, 0 of 1,000, 0 of 10:00",
            ],
            "1 firing, 2 quiet",
        ),
    ] {
        session.show(SimTime(at * SECOND), u64::MAX);
        let (picture, trace) = (session.state(), session.run().trace());
        let values = scenario.values();
        let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
        let look = Look::new((880.0, 430.0), Palette::of(Theme::Light), session.playhead());
        let told = alerts(&scene, &look);
        let said: Vec<_> =
            told.iter().map(|row| format!("{}: {}, {}, {}", row.state.word(), row.rule, row.now, row.held)).collect();
        assert_eq!(said, rows, "at {at} s");
        assert_eq!(heading(&told), head);
        let first = &told[0];
        let says = format!("{}, {}, held {}", first.state.word(), first.now, first.held);
        let text = text::rows(&scene, &look);
        assert!(text.iter().any(|row| row.what == format!("Alert, {}", first.rule) && row.says == says), "{text:?}");
    }
    session.show(SimTime(5_000 * SECOND), u64::MAX);
    let (picture, trace) = (session.state(), session.run().trace());
    let values = scenario.values();
    let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
    let look = Look::new((880.0, 430.0), Palette::of(Theme::Light), session.playhead());
    let told = story::story(&scene, &look, &session.history().until(session.events(), session.playhead()));
    let fired = told.iter().find(|sentence| sentence.starts_with("Alerts fired")).expect("a sentence");
    assert_eq!(
        fired,
        "Alerts fired: 5xx rate from 945.000 s to 1470.000 s; p95 latency from 2730.000 s to 3300.000 s; \
         queue depth from 01:10:15.000 to 01:20:15.000."
    );
    let journal = session.history().journal.entries();
    let timeline = Timeline {
        parting: None,
        size: (832.0, 86.0),
        palette: Palette::of(Theme::Light),
        left: None,
        faults: &[],
        planned: &[],
        journal,
        playhead: session.computed(),
        earliest: SimTime::ZERO,
        computed: session.computed(),
        end: session.computed(),
        over: true,
        life: None,
    };
    for (at, rule, state) in CHANGES {
        let at = SimTime((at * 1e9) as u64);
        assert_eq!(timeline.mark_at((timeline.x(at), 66.0)), Some(at), "{rule} is {state}");
        assert!(journal.iter().any(|e| e.at == at && e.who == rule && e.text == state && e.mark == Some(Mark::Change)));
    }
}

#[test]
fn who_looks_keeps_no_run_alive_and_what_does_not_change_is_no_event() {
    let over = run_any(|env| async move {
        let _alerts = Alerts::watch(&env, Alerts::EVERY, ServiceMetrics::rules(), |_| Some(Sample::Level(7.0)));
        std::future::pending::<()>().await;
    });
    assert!(matches!(over.progress, Progress::Deadlock(_)), "{:?}", over.progress);
    let told = run(|env| async move {
        let alerts = Alerts::watch(&env, Alerts::EVERY, ServiceMetrics::rules(), |_| Some(Sample::Level(7.0)));
        env.sleep(Span::secs(100_000)).await;
        drop(alerts);
    });
    let gauged = told.pick(|event| matches!(event.kind, EventKind::Gauged { .. }).then_some(event.at.seconds()));
    assert_eq!(gauged, [15.0], "the queue is seven at every look");
}

#[test]
fn the_metrics_of_a_service_are_told_under_routes_and_as_shipped_their_gauges_stay_at_nought() {
    let told = |sets: bool| {
        let metrics = ServiceMetrics::new(sets, "What waits", || 3);
        let open = [metrics.connected(), metrics.connected()];
        metrics.served("POST", "/api/v1/interviews/start", 429, Span::millis(2));
        metrics.served("POST", "/api/v1/interviews/start", 201, Span::millis(300));
        metrics.served("GET", "", 404, Span::ZERO);
        let before = metrics.exposition(false);
        drop(open);
        (before, metrics.exposition(false))
    };
    let (text, after) = told(true);
    for line in [
        "# TYPE http_request_duration_seconds histogram",
        r#"http_request_duration_seconds_bucket{le="0.25",method="POST",endpoint="/api/v1/interviews/start",status="201"} 0"#,
        r#"http_request_duration_seconds_bucket{le="0.5",method="POST",endpoint="/api/v1/interviews/start",status="201"} 1"#,
        r#"http_request_duration_seconds_count{method="POST",endpoint="/api/v1/interviews/start",status="429"} 1"#,
        r#"http_request_duration_seconds_count{method="GET",endpoint="",status="404"} 1"#,
        "websocket_active_connections 2.0",
        "queue_depth 3.0",
    ] {
        assert!(text.lines().any(|said| said == line), "no {line} in\n{text}");
    }
    assert!(after.contains("websocket_active_connections 0.0"));
    let (shipped, _) = told(false);
    assert!(shipped.contains("websocket_active_connections 0.0") && shipped.contains("queue_depth 0.0"), "{shipped}");
}

/// What there is to be read, after an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Seen {
    level: i32,
    bad: u64,
    all: u64,
}

/// What changes, by how long after the last change, in milliseconds.
fn series() -> impl Strategy<Value = Vec<(u64, Seen)>> {
    let change = (1..40_000_u64, -3..6_i32, 0..3_u64, 0..8_u64);
    proptest::collection::vec(change, 1..60).prop_map(|changes| {
        let (mut at, mut seen, mut all) = (0, Seen::default(), Vec::new());
        for (gap, level, bad, good) in changes {
            // Never with a look: that is every whole second at most.
            at += gap + u64::from((at + gap) % 1_000 == 0);
            seen = Seen { level, bad: seen.bad + bad, all: seen.all + bad + good };
            all.push((at, seen));
        }
        all
    })
}

/// How a rule stands after each look, worked out anew for each from the whole series.
fn expected(series: &[(u64, Seen)], rule: &AlertRule, every: u64, looks: u64) -> Vec<AlertState> {
    let at = |ms: u64| series.iter().rev().find(|(then, _)| *then < ms).map_or(Seen::default(), |(_, seen)| *seen);
    let value = |look: u64| {
        let (now, window) = (look * every, rule.reads.window().0 / 1_000_000);
        // The last look that is a window ago, or the beginning.
        let from = (0..=look).rev().map(|n| n * every).find(|then| now - then >= window).unwrap_or(0);
        let (from_seen, now_seen) = (at(from), at(now));
        match rule.reads {
            Reading::Level(_) => Some(f64::from(now_seen.level)),
            Reading::Rate(..) => {
                Some((now_seen.bad - from_seen.bad) as f64 / ((now - from).max(window) as f64 / 1_000.0))
            }
            _ if now_seen.all == from_seen.all => None,
            _ => Some((now_seen.bad - from_seen.bad) as f64 / (now_seen.all - from_seen.all) as f64),
        }
    };
    let over: Vec<bool> = (0..=looks).map(|look| look > 0 && rule.limit.is_passed(value(look))).collect();
    let state = |look: u64| {
        let run = over[..=look as usize].iter().rev().take_while(|over| **over).count() as u64;
        match run {
            0 => AlertState::Quiet,
            run if (run - 1) * every * 1_000_000 >= rule.lasts.0 => AlertState::Firing,
            _ => AlertState::Pending,
        }
    };
    (1..=looks).map(state).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn over_any_series_the_rules_stand_as_if_each_look_began_anew(
        series in series(),
        every in 1..20_u64,
        lasts in 0..90_u64,
        window in 1..120_u64,
    ) {
        let window = Span::secs(window);
        let rule = |name, reads, limit| AlertRule { name, reads, limit, lasts: Span::secs(lasts), unit: AlertUnit::NUMBER };
        let rules = vec![
            rule("level", Reading::Level("level"), Limit::Above(2.0)),
            rule("too little", Reading::Level("level"), Limit::Below(0.0)),
            rule("rate", Reading::Rate("bad", window), Limit::Above(0.05)),
            rule("share", Reading::Share { of: "bad", among: "all", window }, Limit::Above(0.25)),
        ];
        let (given, watched) = (series.clone(), rules.clone());
        let end = series.last().expect("a change").0 + 1;
        let over = run(move |env| async move {
            let seen = Rc::new(RefCell::new(Seen::default()));
            let reads = seen.clone();
            let read = move |name: &str| {
                let seen = *reads.borrow();
                match name {
                    "level" => Some(Sample::Level(f64::from(seen.level))),
                    "bad" => Some(Sample::Count(seen.bad)),
                    "all" => Some(Sample::Count(seen.all)),
                    _ => None,
                }
            };
            let _alerts = Alerts::watch(&env, Span::secs(every), watched, read);
            for (at, next) in given {
                env.sleep_until(SimTime(at * 1_000_000), Wait::Sleep).await;
                seen.replace(next);
            }
            env.sleep_until(SimTime(end * 1_000_000), Wait::Sleep).await;
        });
        let (every, looks) = (every * 1_000, (end - 1) / (every * 1_000));
        let told = changes(&over.run.trace());
        for rule in &rules {
            let mut stands = AlertState::Quiet;
            let mut own = told.iter().filter(|(_, name, _)| *name == rule.name).peekable();
            for (look, wanted) in (1..=looks).zip(expected(&series, rule, every, looks)) {
                while let Some((_, _, state)) = own.next_if(|(at, ..)| *at * 1_000.0 <= (look * every) as f64 + 0.5) {
                    let next = AlertState::of(state).expect("a state");
                    prop_assert_ne!(next, stands, "what is said is a change");
                    stands = next;
                }
                prop_assert_eq!(stands, wanted, "{} at {} ms", rule.name, look * every);
            }
        }
    }
}

/// Whoever gives up at any instant leaves nobody behind.
#[test]
fn a_run_that_is_given_up_ends_with_its_alerts() {
    let setup = || Setup::new(Seed::from_word("otis"));
    let values: Values = values(&PATTERN, Fidelity::Documented, None, &[]);
    let mut run = start_pattern(setup(), &PATTERN, Fidelity::Documented, &values);
    run.advance(SimTime(700 * SECOND), u64::MAX);
    assert!(changes(&run.trace()).len() == 1);
    drop(run);
}
