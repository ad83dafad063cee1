//! Scenes that are more than a row: a column of servers, a column of rows, a row in a column. What holds for any tree is held
//! here, for trees that no pattern has: nothing covers anything, nothing leaves the picture, wires end where they say.

use super::stage::fault_of;
use millrace::analysis::History;
use millrace::engine::{Env, Job, Run, StationSpec};
use millrace::export::picture_problems;
use millrace::session::{Scenario, Session};
use millrace::spec::{Flow, Pattern, Place, PlaceKind, Regulator, SceneSpec, Values, Wire};
use millrace::trace::{Cursor, Gauge, Ledger, Outcome, SimTime, Span, StationId, StationKind, UNLIMITED};
use millrace::view::place::problems;
use millrace::view::scene::{Frame, Layout, Look, Plan, Scene, conservation, draw, hit, items, routes};
use millrace::view::{Palette, Picture, Shape, Theme, svg, text};

const SIZES: [(f64, f64); 4] = [(1_440.0, 560.0), (820.0, 430.0), (620.0, 430.0), (390.0, 480.0)];

/// A source and what it feeds, and where results end up.
fn ends(between: Flow) -> Flow {
    Flow::row([
        Place::source("source", "Source").into(),
        Place::channel("input", "Input").into(),
        between,
        Place::sink("home", "Results").into(),
    ])
}

/// One crew calls three servers.
fn fan_out() -> SceneSpec {
    let servers = ["one", "two", "three"];
    let column = Flow::column(servers.map(|name| Place::server(name, format!("Server {name}"))));
    let flow = ends(Flow::row([Place::crew("crew", "Crew").into(), column]));
    let calls = servers.map(|name| Wire::new("crew", "home").through([name]));
    SceneSpec::new(flow, [Wire::new("source", "input"), Wire::new("input", "crew")].into_iter().chain(calls))
}

/// Two pools of workers, each with a channel and a server of its own.
fn pools() -> SceneSpec {
    let row = |n: usize| {
        Flow::row([
            Place::channel(format!("queue {n}"), format!("Queue {n}")),
            Place::crew(format!("pool {n}"), format!("Pool {n}")),
            Place::server(if n == 1 { "one" } else { "two" }, format!("Server {n}")),
        ])
    };
    let flow = Flow::row([
        Place::source("source", "Source").into(),
        Flow::column([row(1), row(2)]),
        Place::sink("home", "Results").into(),
    ]);
    let wires = [(1, "one"), (2, "two")].into_iter().flat_map(|(n, server)| {
        [
            Wire::new("source", format!("queue {n}")),
            Wire::new(format!("queue {n}"), format!("pool {n}")),
            Wire::new(format!("pool {n}"), "home").through([server]),
        ]
    });
    SceneSpec::new(flow, wires)
}

/// A column of things to be taken and given back.
fn permits() -> SceneSpec {
    let names = ["permits 1", "permits 2"];
    let flow = Flow::row([
        Place::source("source", "Source").into(),
        Flow::column(names.map(|name| Place::pool(name, format!("Gate of {name}")))),
        Place::sink("home", "Results").into(),
    ]);
    SceneSpec::new(flow, names.map(|name| Wire::new("source", "home").through([name])))
}

/// A row above a server that serves it, and beside both where results end up.
fn row_in_column() -> SceneSpec {
    let above = Flow::row([Place::channel("input", "Input"), Place::crew("crew", "Crew")]);
    let column = Flow::column([above, Place::server("one", "Server").into()]);
    let flow = Flow::row([
        Place::source("source", "Source").into(),
        column,
        Flow::column([Place::channel("output", "Output"), Place::sink("home", "Results")]),
    ]);
    let wires = [
        Wire::new("source", "input"),
        Wire::new("input", "crew"),
        Wire::new("crew", "output").through(["one"]),
        Wire::new("output", "home"),
    ];
    SceneSpec::new(flow, wires)
}

/// Every station that one of the scenes shows, with some jobs at each.
async fn program(env: Env) {
    let open = |kind, name: &str, parent, capacity| env.open(StationSpec { kind, name, parent, capacity });
    let root = |kind, name: &str, capacity| open(kind, name, StationId::NONE, capacity);
    let source = root(StationKind::Source, "source", UNLIMITED);
    let mut stations = Vec::new();
    for (name, capacity) in [("input", 40), ("output", 20), ("queue 1", 10), ("queue 2", 400)] {
        stations.push((root(StationKind::Channel, name, capacity), 7));
    }
    for (name, workers) in [("crew", 8), ("pool 1", 4), ("pool 2", 60)] {
        let crew = root(StationKind::Crew, name, UNLIMITED);
        for n in 1..=workers {
            stations.push((open(StationKind::Worker, &format!("{name} worker {n}"), crew, 1), u64::from(n % 2 == 0)));
        }
    }
    root(StationKind::Crew, "nobody in it", UNLIMITED);
    for (name, slots) in [("one", 3), ("two", UNLIMITED), ("three", 100)] {
        stations.push((root(StationKind::Server, name, slots), 3));
    }
    for (name, permits, n) in [("permits 1", 5, 4), ("permits 2", 300, 120)] {
        stations.push((root(StationKind::Pool, name, permits), n));
    }
    let mut jobs: Vec<Job> = Vec::new();
    for (station, n) in stations {
        for _ in 0..n {
            let job = env.job_at(source);
            job.go(station, true);
            env.sleep(Span::millis(1)).await;
            jobs.push(job);
        }
    }
    for _ in 0..5 {
        env.job_at(source).leave(Outcome::Completed);
    }
    env.sleep(Span::secs(100)).await;
}

/// A run of the program with one of the scenes, and its picture.
struct Shot {
    run: Run,
    spec: SceneSpec,
    values: Values,
    picture: Picture,
}

impl Shot {
    fn of(spec: SceneSpec) -> Shot {
        let mut run = Run::new(super::program::setup(), (StationKind::Sink, "home"), program);
        let now = SimTime(1_000_000_000);
        run.advance(now, u64::MAX);
        let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
        while cursor.step(&run.trace(), now, &mut picture) {}
        Shot { run, spec, values: Values::default(), picture }
    }

    fn with<T>(&self, body: impl FnOnce(&Scene<'_>) -> T) -> T {
        let trace = self.run.trace();
        body(&Scene::new(&self.spec, &self.values, &self.picture.ledger, &self.picture.recent, &trace))
    }
}

fn look(size: (f64, f64)) -> Look<'static> {
    Look::new(size, Palette::of(Theme::Light), SimTime(1_000_000_000))
}

fn scenes() -> [(&'static str, Shot); 4] {
    [("fan-out", fan_out()), ("pools", pools()), ("permits", permits()), ("row-in-column", row_in_column())]
        .map(|(name, spec)| (name, Shot::of(spec)))
}

fn meet(a: &Frame, b: &Frame) -> bool {
    a.x < b.right() - 0.5 && b.x < a.right() - 0.5 && a.y < b.bottom() - 0.5 && b.y < a.bottom() - 0.5
}

#[test]
fn the_scenes_of_these_tests_fit_their_program() {
    for (name, shot) in scenes() {
        assert_eq!(problems(&shot.spec, &shot.picture.ledger, &shot.run.trace()), Vec::<String>::new(), "{name}");
        let (sum, holds) = shot.with(conservation);
        assert!(holds, "{name}: {sum}");
    }
}

#[test]
fn a_place_that_would_be_empty_without_a_word_is_told_of() {
    let regulator = Regulator {
        pressure: Gauge(0),
        delay: Gauge(1),
        pressure_max: 15,
        low: 5,
        high: 10,
        delay_max: 1,
        rules: Default::default(),
    };
    let flow = Flow::row([
        Place::source("source", "Source"),
        Place {
            kind: PlaceKind::Regulator(Box::new(regulator)),
            ..Place::source("source", "Throttle").named("throttle")
        },
        Place::crew("nobody in it", "Workers"),
        Place::sink("home", "Results"),
    ]);
    let shot = Shot::of(SceneSpec::new(flow, []));
    let problems = problems(&shot.spec, &shot.picture.ledger, &shot.run.trace());
    let about = |what: &[&str]| problems.iter().any(|problem| what.iter().all(|word| problem.contains(word)));
    assert!(about(&["\"Throttle\"", "\"source\"", "0 pixels", "column"]), "{problems:?}");
    assert!(about(&["\"Workers\"", "\"nobody in it\"", "member"]), "{problems:?}");
}

#[test]
fn the_wires_to_a_column_of_servers_go_out_of_the_middle_of_all_lanes() {
    let shot = Shot::of(fan_out());
    for size in [(1_440.0, 560.0), (820.0, 430.0)] {
        let look = look(size);
        shot.with(|scene| {
            let plan = Plan::of(scene, &look);
            let crew = scene.all().find(|here| here.label() == "Crew").expect("the crew");
            let frame = plan.spot(crew.index()).frame;
            let (top, bottom) = crew.face().lanes_out(crew, frame).expect("eight lanes");
            let out: Vec<_> = routes(scene, &plan).into_iter().filter(|points| points[0].0 == frame.right()).collect();
            assert_eq!(out.len(), 3, "a wire to each server");
            assert!(out.iter().all(|points| (points[0].1 - (top + bottom) / 2.0).abs() < 1.0), "{out:?} between {top} and {bottom}");
            let bracket = |shape: &Shape| matches!(shape, Shape::Line { points, .. } if points.first() == Some(&(frame.right(), top)) && points.last() == Some(&(frame.right(), bottom)));
            assert!(draw(scene, &look).iter().any(bracket), "and a bracket from the first lane to the last");
        });
    }
}

#[test]
fn no_place_of_a_tree_covers_another_or_leaves_the_picture() {
    for (name, shot) in scenes() {
        for size in SIZES {
            let look = look(size);
            shot.with(|scene| {
                let layout = Layout::of(scene, &look);
                let areas: Vec<(usize, Frame)> =
                    (0..scene.places.len()).filter_map(|index| Some((index, layout.area(index)?))).collect();
                assert_eq!(areas.len(), scene.places.len(), "{name} at {size:?}: every place is somewhere");
                for (index, area) in &areas {
                    let label = &scene.places[*index].place.label;
                    assert!(area.x >= 0.0 && area.y >= 0.0, "{name} at {size:?}: {label} {area:?}");
                    assert!(area.right() <= size.0 && area.bottom() <= size.1, "{name} at {size:?}: {label} {area:?}");
                    for (other, frame) in areas.iter().filter(|(other, _)| other > index) {
                        // On a phone the words about a neighbour stand at the end of a channel's heading.
                        let within =
                            |a: &Frame, b: &Frame| a.x >= b.x && a.right() <= b.right() && a.y >= b.y && a.h < b.h;
                        if size.0 < 600.0 && (within(area, frame) || within(frame, area)) {
                            continue;
                        }
                        let other = &scene.places[*other].place.label;
                        assert!(!meet(area, frame), "{name} at {size:?}: {label} {area:?} covers {other} {frame:?}");
                    }
                }
            });
            let shapes = shot.with(|scene| draw(scene, &look));
            assert!(shapes.len() > 15, "{name} at {size:?}: {} shapes", shapes.len());
            assert_eq!(fault_of(&shapes, size), None, "{name} at {size:?}");
        }
    }
}

#[test]
fn wires_begin_and_end_at_the_walls_of_their_places_and_cross_no_other() {
    for (name, shot) in scenes() {
        for size in SIZES.into_iter().filter(|(w, _)| *w >= 600.0) {
            let look = look(size);
            shot.with(|scene| {
                let plan = Plan::of(scene, &look);
                let routes = routes(scene, &plan);
                assert!(!routes.is_empty(), "{name}: a tree has wires that turn");
                for route in routes {
                    let touches = |(x, y): (f64, f64)| {
                        let at = |cell: &Frame| {
                            let (sides, level) = ([cell.x, cell.right()], [cell.y, cell.bottom()]);
                            let beside =
                                (cell.y..=cell.bottom()).contains(&y) && x >= cell.x - 0.5 && x <= cell.right() + 0.5;
                            let above =
                                (cell.x..=cell.right()).contains(&x) && level.iter().any(|edge| (edge - y).abs() < 1.0);
                            // A vessel is narrower than its cell: its walls are within.
                            beside && (sides.iter().any(|side| (side - x).abs() < cell.w)) || above
                        };
                        plan.spots().iter().any(|spot| at(&spot.cell))
                    };
                    let (Some(first), Some(last)) = (route.first(), route.last()) else {
                        panic!("{name}: an empty wire")
                    };
                    assert!(touches(*first) && touches(*last), "{name} at {size:?}: {route:?} ends nowhere");
                    for pair in route.windows(2) {
                        let (a, b) = (pair[0], pair[1]);
                        assert!(a.0 == b.0 || a.1 == b.1, "{name} at {size:?}: {route:?} is not at right angles");
                        let line = Frame {
                            x: a.0.min(b.0) - 0.1,
                            y: a.1.min(b.1) - 0.1,
                            w: (a.0 - b.0).abs() + 0.2,
                            h: (a.1 - b.1).abs() + 0.2,
                        };
                        let own = |spot: &Frame| {
                            [first, last].into_iter().any(|end| {
                                end.0 >= spot.x - 1.0
                                    && end.0 <= spot.right() + 1.0
                                    && end.1 >= spot.y - 1.0
                                    && end.1 <= spot.bottom() + 1.0
                            })
                        };
                        let crossed = plan.spots().iter().find(|spot| !own(&spot.cell) && meet(&line, &spot.cell));
                        assert_eq!(crossed, None, "{name} at {size:?}: {route:?} crosses a place");
                    }
                }
            });
        }
    }
}

#[test]
fn every_place_of_a_tree_can_be_walked_to_pointed_at_and_read() {
    for (name, shot) in scenes() {
        for size in SIZES {
            let look = look(size);
            shot.with(|scene| {
                let layout = Layout::of(scene, &look);
                let items = items(scene, &look);
                let rows = text::rows(scene, &look);
                for (index, shown) in scene.places.iter().enumerate() {
                    let label = &shown.place.label;
                    let area = layout.area(index).expect("it is somewhere");
                    let item = items.iter().find(|item| meet(&item.frame, &area));
                    assert!(item.is_some(), "{name} at {size:?}: {label} cannot be walked to");
                    let member = |what: &str| what.starts_with(&shown.place.station);
                    let told = rows.iter().any(|row| row.what == *label || member(&row.what));
                    assert!(told, "{name} at {size:?}: {label} is in no row of text");
                }
                for item in &items {
                    let middle = (item.frame.x + item.frame.w / 2.0, item.frame.y + item.frame.h / 2.0);
                    assert!(hit(scene, &look, middle).is_some(), "{name} at {size:?}: nothing at {:?}", item.title);
                }
            });
        }
    }
}

#[test]
fn who_is_called_by_lanes_that_cannot_run_through_it_shows_its_calls_itself() {
    let shot = Shot::of(fan_out());
    let says = shot.with(|scene| text::description(scene, &look((880.0, 430.0))));
    assert!(says.contains("Server one: 3 of 3 slots in use"), "{says}");
    assert!(says.contains("Server two: 3 calls under way, OK"), "{says}");
}

#[test]
fn a_scene_that_does_not_fit_its_program_says_what_is_wrong_and_draws_all_the_same() {
    let flow = Flow::row([
        Place::server("crew", "Server"),
        Place::crew("nobody", "Workers"),
        Place::sink("input", "Results"),
        Place::source("input", "Source"),
    ]);
    let shot =
        Shot::of(SceneSpec::new(flow, [Wire::new("crew", "nowhere"), Wire::new("nobody", "input").through(["crew"])]));
    let problems = problems(&shot.spec, &shot.picture.ledger, &shot.run.trace());
    let about = |what: &[&str]| problems.iter().any(|problem| what.iter().all(|word| problem.contains(word)));
    assert!(about(&["\"Server\"", "\"crew\"", "is a crew", "can show a server"]), "{problems:?}");
    assert!(about(&["\"Workers\"", "\"nobody\"", "nobody opened"]), "{problems:?}");
    assert!(about(&["\"Results\"", "\"input\"", "is a channel"]), "{problems:?}");
    assert!(about(&["\"Source\"", "second with the name", "named"]), "{problems:?}");
    assert!(about(&["\"nowhere\"", "no place"]), "{problems:?}");
    for size in SIZES {
        let look = look(size);
        assert!(!shot.with(|scene| draw(scene, &look)).is_empty());
        assert!(!shot.with(|scene| text::rows(scene, &look)).is_empty());
        shot.with(|scene| items(scene, &look));
    }
}

#[test]
fn whoever_has_a_picture_made_is_told_what_is_wrong_with_it() {
    let of = |pattern| {
        let mut session = Session::new(Scenario::new(pattern), Ledger::new(), History::default());
        while !session.compute(SimTime::MAX, u64::MAX) {}
        picture_problems(&session)
    };
    assert_eq!(of(&crate::levels::PATTERN), Vec::<String>::new());
    let scene = |_: &Values, _| SceneSpec::new(Flow::row([Place::server("l3", "L3")]), []);
    let broken: &'static Pattern = Box::leak(Box::new(Pattern { scene, ..crate::levels::PATTERN.clone() }));
    assert_eq!(of(broken), ["the place \"L3\" shows the station \"l3\", which nobody opened"]);
}

/// Pictures to be looked at: `MILLRACE_LOOK=/some/folder cargo test --test native -- --ignored trees_to_look_at`.
#[test]
#[ignore = "writes pictures into the folder that MILLRACE_LOOK names"]
fn trees_to_look_at() {
    let Ok(folder) = std::env::var("MILLRACE_LOOK") else { return };
    for (name, shot) in scenes() {
        for size in SIZES {
            let look = look(size);
            let text = svg::svg(&shot.with(|scene| draw(scene, &look)), size, look.palette);
            std::fs::write(format!("{folder}/tree-{name}-{}.svg", size.0), text).expect("the folder is there");
        }
    }
}

#[test]
fn the_gauge_of_a_regulator_keeps_its_words_apart_and_inside_its_frame_however_narrow_and_low_it_is() {
    let phrase = |when: &str, what: &str| (when.to_owned(), what.to_owned());
    let rules = [phrase("> 10", "held up"), phrase("5 to 10", "as it was"), phrase("> 0", "let through")];
    let regulator =
        Regulator { pressure: Gauge(0), delay: Gauge(1), pressure_max: 15, low: 5, high: 10, delay_max: 50, rules };
    let gauge = Place::new(PlaceKind::Regulator(Box::new(regulator)), "source", "Throttle").named("throttle");
    let flow = Flow::column([Place::source("source", "Source"), gauge]);
    let shot = Shot::of(SceneSpec::new(Flow::row([flow, Place::crew("crew", "Crew").into()]), []));
    for height in (240..=560).step_by(5) {
        let look = look((1_440.0, f64::from(height)));
        shot.with(|scene| {
            let frame = Plan::of(scene, &look).spot(1).frame;
            let texts = draw(scene, &look).into_iter().filter(|shape| matches!(shape, Shape::Text { .. }));
            let inside =
                |[left, top, ..]: &[f64; 4]| *left >= frame.x - 1.0 && *left < frame.right() && *top >= frame.y;
            let words: Vec<[f64; 4]> = texts.map(|text| super::stage::bounds(&text).into()).filter(inside).collect();
            assert!(words.len() > 5, "the gauge is there: {words:?}");
            let floor = f64::from(height) - 34.0;
            let low: Vec<_> =
                words.iter().filter(|[_, top, _, bottom]| *top < floor && *bottom > floor + 0.5).collect();
            let meet = |a: &[f64; 4], b: &[f64; 4]| a != b && a[3] == b[3] && a[0] <= b[0] && a[2] > b[0];
            assert!(!words.iter().any(|a| words.iter().any(|b| meet(a, b))), "{words:?} at height {height}");
            assert!(low.is_empty(), "{low:?} runs through the footer at {floor}, height {height}");
        });
    }
}
