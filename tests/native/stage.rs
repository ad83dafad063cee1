//! The stage: what is drawn follows the ledger, stays on the canvas, can be read, and stays small however large the run.

use crate::everyone::everyone;
use millrace::engine::{Run, Seed, Setup};
use millrace::patterns;
use millrace::spec::{Fidelity, Flow, Pattern, Place, PlaceKind, Preset, SceneSpec, Values};
use millrace::trace::{Answer, Cursor, EventKind, SimTime, Span, StationKind};
use millrace::view::recent::Mode;
use millrace::view::scene::{
    Detail, Item, Look, Reading, Scene, Worker, census, conservation, draw, hit, items, tables,
};
use millrace::view::shape::{Anchor, hatch_lines, text_width};
use millrace::view::{Palette, Picture, Shape, Theme, svg, text};
use std::mem::{Discriminant, discriminant};

/// What can be walked through and is no place as a whole: the workers.
fn lanes_of(scene: &Scene<'_>, look: &Look<'_>) -> Vec<Item> {
    let is_place = |item: &Item| scene.spec.places().iter().any(|place| place.label == item.title);
    // Beside a crew what other places have is no lane.
    let crews: Vec<_> =
        scene.all().filter(|here| here.shown.place.kind == PlaceKind::Crew).map(|here| here.id()).collect();
    let of_crew = |item: &Item| {
        let whole = scene.ledger.station(item.station).map(|row| row.parent);
        crews.is_empty() || crews.contains(&item.station) || whole.is_some_and(|whole| crews.contains(&whole))
    };
    items(scene, look).into_iter().filter(|item| !is_place(item) && of_crew(item)).collect()
}

/// A pattern's run, and the picture at an instant of it.
struct Experiment {
    spec: SceneSpec,
    values: Values,
    run: Run,
}

impl Experiment {
    fn new(pattern: &Pattern, preset: Option<&Preset>, fidelity: Fidelity, given: &[(&str, &str)]) -> Experiment {
        let values = pattern.values(fidelity, preset, |field| {
            given.iter().find(|(key, _)| *key == field.key).and_then(|(_, text)| field.read(text).ok())
        });
        let setup = Setup::new(Seed::from_word("otis"));
        Experiment::with(pattern, values, fidelity, setup)
    }

    fn with(pattern: &Pattern, values: Values, fidelity: Fidelity, setup: Setup) -> Experiment {
        let spec = (pattern.scene)(&values, fidelity);
        let run = Run::new(setup, pattern.home, |env| (pattern.run)(env, &values, fidelity));
        Experiment { spec, values, run }
    }

    fn at(&mut self, at: SimTime) -> Picture {
        self.run.advance(at, u64::MAX);
        let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
        while cursor.step(&self.run.trace(), at, &mut picture) {}
        picture
    }

    fn with_scene<T>(&self, picture: &Picture, body: impl FnOnce(&Scene<'_>) -> T) -> T {
        let (trace, ledger, recent) = (self.run.trace(), &picture.ledger, &picture.recent);
        body(&Scene::new(&self.spec, &self.values, ledger, recent, &trace))
    }

    fn describe(&self, picture: &Picture) -> String {
        self.with_scene(picture, |scene| text::description(scene, &look(WIDE, picture.ledger.now, Theme::Light)))
    }

    fn shapes(&self, picture: &Picture, look: &Look<'_>) -> Vec<Shape> {
        self.with_scene(picture, |scene| draw(scene, look))
    }
}

fn look(size: (f64, f64), now: SimTime, theme: Theme) -> Look<'static> {
    Look::new(size, Palette::of(theme), now)
}

const MS: u64 = 1_000_000;

const WIDE: (f64, f64) = (880.0, 430.0);

/// Left, top, right and bottom of a shape; texts as wide as they are taken to be.
pub fn bounds(shape: &Shape) -> (f64, f64, f64, f64) {
    let around = |points: &mut dyn Iterator<Item = (f64, f64)>, pad: f64| {
        points.fold((f64::MAX, f64::MAX, f64::MIN, f64::MIN), |(l, t, r, b), (x, y)| {
            (l.min(x - pad), t.min(y - pad), r.max(x + pad), b.max(y + pad))
        })
    };
    let corners = |r: &[f32; 4]| {
        let [x, y, w, h] = r.map(f64::from);
        [(x, y), (x + w, y + h)]
    };
    match shape {
        Shape::Circle { at, r, .. } | Shape::HalfDisc { at, r, .. } => around(&mut std::iter::once(*at), *r),
        Shape::Rect { at, size, .. } => (at.0, at.1, at.0 + size.0, at.1 + size.1),
        Shape::Boxes { rects, .. } => around(&mut rects.iter().flat_map(corners), 0.0),
        Shape::Cells(cells) => around(&mut cells.boxes().flat_map(|(_, rects)| rects).flat_map(|r| corners(&r)), 0.0),
        Shape::Hatch { rects, gap, .. } => {
            let lines = rects.iter().flat_map(|rect| hatch_lines(*rect, *gap));
            around(&mut lines.flat_map(|(a, b)| [a, b]).chain(rects.iter().flat_map(corners)), 0.0)
        }
        Shape::Dots { at, r, .. } => around(&mut at.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))), *r),
        Shape::Segments { lines, .. } => {
            let ends = |l: &[f32; 4]| {
                let [x, y, to_x, to_y] = l.map(f64::from);
                [(x, y), (to_x, to_y)]
            };
            around(&mut lines.iter().flat_map(ends), 0.0)
        }
        Shape::Line { points, .. } | Shape::Area { points, .. } => around(&mut points.iter().copied(), 0.0),
        Shape::Text { at, text, size, anchor, mono, .. } => {
            let w = text_width(text, *size, *mono);
            let left = match anchor {
                Anchor::Start => at.0,
                Anchor::Middle => at.0 - w / 2.0,
                Anchor::End => at.0 - w,
            };
            (left, at.1 - size * 0.8, left + w, at.1 + size * 0.25)
        }
    }
}

/// What is wrong with a picture, if anything is.
pub fn fault_of(shapes: &[Shape], size: (f64, f64)) -> Option<String> {
    for shape in shapes {
        let (left, top, right, bottom) = bounds(shape);
        if !(left >= -0.6 && top >= -0.6 && right <= size.0 + 0.6 && bottom <= size.1 + 0.6) {
            return Some(format!("{shape:?} leaves the canvas of {size:?}: {left} {top} {right} {bottom}"));
        }
        if let Shape::Text { size, text, .. } = shape
            && *size < 11.0
        {
            return Some(format!("{text:?} is set in {size} px"));
        }
    }
    None
}

/// Two texts of a picture that touch, if any do. So little of one may lie in the box of the other: letters are seldom as high as it.
pub fn crossing(shapes: &[Shape]) -> Option<String> {
    const SLACK: (f64, f64) = (1.0, 3.0);
    let texts: Vec<_> = shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Text { text, .. } if !text.is_empty() => Some((text, bounds(shape))),
            _ => None,
        })
        .collect();
    for (index, (text, (left, top, right, bottom))) in texts.iter().enumerate() {
        let cross = texts[index + 1..]
            .iter()
            .find(|(_, (l, t, r, b))| right.min(*r) - left.max(*l) > SLACK.0 && bottom.min(*b) - top.max(*t) > SLACK.1);
        if let Some((other, at)) = cross {
            return Some(format!("{text:?} at {:?} and {other:?} at {at:?}", (left, top, right, bottom)));
        }
    }
    None
}

/// Every pattern with its defaults and every preset, in both fidelities.
fn everything() -> impl Iterator<Item = (&'static Pattern, Option<&'static Preset>, Fidelity)> {
    everyone().flat_map(|pattern| {
        let presets = std::iter::once(None).chain(pattern.presets().iter().map(Some));
        presets.flat_map(move |preset| {
            let asked = preset.and_then(|p| p.fidelity);
            let both =
                [Fidelity::Documented, Fidelity::Shipped].into_iter().filter(move |f| asked.is_none_or(|a| a == *f));
            both.map(move |fidelity| (pattern, preset, fidelity))
        })
    })
}

#[test]
fn every_picture_adds_up_stays_on_the_canvas_and_can_be_read() {
    let sizes = [WIDE, (390.0, 368.0), (1480.0, 700.0), (620.0, 320.0), (320.0, 300.0), (760.0, 320.0)];
    let details = [Detail::Numbers, Detail::Items, Detail::Flow];
    let mut crossed = Vec::new();
    for (pattern, preset, fidelity) in everything() {
        let mut experiment = Experiment::new(pattern, preset, fidelity, &[]);
        experiment.run.advance(SimTime(600_000 * MS), u64::MAX);
        let end = experiment.run.now().0;
        let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
        for step in 0..=50_u64 {
            // Closer together at the start, where most happens.
            let now = SimTime((u128::from(end) * u128::from(step * step) / 2_500) as u64);
            while cursor.step(&experiment.run.trace(), now, &mut picture) {}
            let look = Look {
                detail: details[step as usize % 3],
                calm: step % 7 == 0,
                stuck: step % 5 == 0,
                item: (step % 4 == 0).then_some(step as usize % 11),
                ..look(sizes[step as usize % 6], now, if step % 2 == 0 { Theme::Light } else { Theme::Dark })
            };
            let context = format!("{} {:?} {fidelity:?} at {} ns", pattern.id, preset.map(|p| p.id), now.0);
            let shapes = experiment.shapes(&picture, &look);
            assert!(!shapes.is_empty(), "{context}: nothing drawn");
            assert!(shapes.len() < 4_000, "{context}: {} shapes", shapes.len());
            assert_eq!(fault_of(&shapes, look.size), None, "{context}");
            if let Some(texts) = crossing(&shapes) {
                crossed.push(format!("{context}, {:?}, {:?}: {texts}", look.size, look.detail));
            }
            let (sum, holds) = experiment.with_scene(&picture, conservation);
            assert!(holds, "{context}: {sum}");
            let rows = experiment.with_scene(&picture, |scene| text::rows(scene, &look));
            assert!((3..100).contains(&rows.len()), "{context}: {} rows of text", rows.len());
        }
    }
    assert!(crossed.is_empty(), "{} pictures with texts that touch:\n{}", crossed.len(), crossed.join("\n"));
}

#[test]
fn odd_sizes_and_odd_numbers_of_workers_are_drawn_within_the_canvas() {
    let pool = patterns::find("worker-pool").expect("the pool");
    for workers in ["1", "2", "22", "27", "33", "256", "257", "1024"] {
        for buffer in ["0", "1", "7", "200", "201", "200000"] {
            let given = [("workers", workers), ("request-buffer", buffer), ("requests", "900")];
            let mut experiment = Experiment::new(pool, None, Fidelity::Documented, &given);
            let now = SimTime(30 * MS);
            let picture = experiment.at(now);
            for size in [WIDE, (390.0, 368.0), (600.0, 320.0), (2_000.0, 1_200.0), (10.0, 10.0)] {
                let look = look(size, now, Theme::Light);
                let shapes = experiment.shapes(&picture, &look);
                assert_eq!(fault_of(&shapes, size), None, "{workers} workers, buffer {buffer}");
                assert_eq!(crossing(&shapes), None, "{workers} workers, buffer {buffer}, {size:?}");
                // What is dark is laid out as what is light.
                let dark = experiment.shapes(&picture, &Look { palette: Palette::of(Theme::Dark), ..look });
                assert_eq!(shapes.iter().map(bounds).collect::<Vec<_>>(), dark.iter().map(bounds).collect::<Vec<_>>());
                assert!(shapes.len() < 4_000, "{} shapes", shapes.len());
            }
        }
    }
}

fn dots(shapes: &[Shape], fill: millrace::view::Rgba) -> usize {
    let count = |shape: &Shape| match shape {
        Shape::Dots { at, fill: f, .. } if *f == fill => at.len(),
        _ => 0,
    };
    shapes.iter().map(count).sum()
}

#[test]
fn as_many_cells_are_filled_as_the_channels_hold() {
    let pipeline = patterns::find("pipeline").expect("the pipeline");
    let mut experiment = Experiment::new(pipeline, pipeline.preset("bottleneck"), Fidelity::Documented, &[]);
    for at in [0, 3, 40, 333, 1_500, 4_000] {
        let now = SimTime(at * MS);
        let picture = experiment.at(now);
        let look = look(WIDE, now, Theme::Light);
        let shapes = experiment.shapes(&picture, &look);
        let (mut open, mut good) = (0, 0);
        for station in picture.ledger.stations.iter().filter(|s| s.kind == StationKind::Channel) {
            for job in station.queue.iter().filter_map(|id| picture.ledger.job(*id)) {
                match job.answer {
                    None => open += 1,
                    Some(Answer::Status(200)) => good += 1,
                    Some(_) => {}
                }
            }
        }
        assert_eq!(
            (dots(&shapes, look.palette.queued), dots(&shapes, look.palette.success)),
            (open, good),
            "at {at} ms"
        );
    }
}

/// The mark that the legend has for a word: how it is drawn may change, that it is drawn alike everywhere must not.
fn mark_of(shapes: &[Shape], word: &str, look: &Look<'_>) -> Discriminant<Shape> {
    let in_legend = |s: &Shape| matches!(s, Shape::Text { at, .. } if at.1 > look.size.1 - 30.0);
    let told = |s: &Shape| in_legend(s) && matches!(s, Shape::Text { text, .. } if text == word);
    let end = shapes.iter().position(told).expect("the legend has the word");
    let before = shapes[..end].iter().rposition(in_legend).expect("another word before it");
    discriminant(&shapes[before + 1])
}

#[test]
fn each_call_under_way_is_in_the_server_once() {
    let pool = patterns::find("worker-pool").expect("the pool");
    let given = [("server", "general"), ("mean", "20ms"), ("errors", "0.1")];
    let mut experiment = Experiment::new(pool, None, Fidelity::Documented, &given);
    for at in [0, 1, 50, 700, 9_990, 60_000] {
        let now = SimTime(at * MS);
        let picture = experiment.at(now);
        let look = look(WIDE, now, Theme::Light);
        let shapes = experiment.shapes(&picture, &look);
        let mark = mark_of(&shapes, "waiting", &look);
        let marks = shapes.iter().filter(|shape| discriminant(*shape) == mark).count();
        // One at the lane, one in the server, and the one in the legend.
        assert_eq!(marks as u64, 2 * picture.ledger.tally.in_flight + 1, "at {at} ms");
    }
}

#[test]
fn what_is_told_of_every_place_is_what_the_ledger_has_of_its_station() {
    let first = |text: &str| text.chars().filter(|c| *c != ',').skip_while(|c| !c.is_ascii_digit()).collect::<String>();
    let number =
        |text: &str| first(text).split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse::<u64>().ok());
    let mut told = 0;
    for (pattern, preset, fidelity) in everything() {
        let mut experiment = Experiment::new(pattern, preset, fidelity, &[]);
        experiment.run.advance(SimTime(60_000 * MS), u64::MAX);
        let end = experiment.run.now().0;
        let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
        for step in 1..=4_u64 {
            let now = SimTime(end / 5 * step);
            while cursor.step(&experiment.run.trace(), now, &mut picture) {}
            let look = look(WIDE, now, Theme::Light);
            let context = format!("{} {:?} {fidelity:?} at {} ns", pattern.id, preset.map(|p| p.id), now.0);
            experiment.with_scene(&picture, |scene| {
                let rows = text::rows(scene, &look);
                for here in scene.all() {
                    let Some(station) = here.row() else { continue };
                    let row = rows.iter().find(|row| row.what == here.label()).map_or("", |row| row.says.as_str());
                    match here.shown.place.kind {
                        PlaceKind::Channel if station.capacity > 0 => {
                            assert_eq!(number(row), Some(station.levels.present), "{context}: {row}");
                            told += 1;
                        }
                        PlaceKind::Server => {
                            assert_eq!(number(row), Some(station.levels.in_service), "{context}: {row}");
                            told += 1;
                        }
                        PlaceKind::Crew => {
                            let crew = here.workers();
                            let waits = crew.iter().filter(|worker| worker.mode == Mode::Waiting).count();
                            let says = |worker: &Worker<'_>| {
                                let name = scene.name(worker.row);
                                rows.iter().any(|row| row.what == name && row.says.starts_with("waiting for "))
                            };
                            let told_so = crew.iter().filter(|worker| says(worker)).count();
                            assert!(told_so == waits || crew.len() > 50, "{context}: {told_so} of {waits} wait");
                        }
                        _ => {}
                    }
                }
            });
        }
    }
    assert!(told > 300, "{told} rows were compared");
}

#[test]
fn a_cell_of_several_requests_is_as_dark_with_errors_as_many_of_them_are() {
    // One error among six coloured its cell: a quarter of all looked like four of five.
    let group = patterns::find("wait-group").expect("the group");
    let given = [("requests", "200000"), ("server", "general"), ("errors", "0.25")];
    let mut experiment = Experiment::new(group, None, Fidelity::Documented, &given);
    let now = SimTime(5_000 * MS);
    let picture = experiment.at(now);
    assert_eq!(picture.ledger.tally.departed(), 200_000);
    let p = Palette::of(Theme::Light);
    let (mut all, mut red) = (0.0, 0.0);
    for shape in experiment.shapes(&picture, &look(WIDE, now, Theme::Light)) {
        let Shape::Boxes { rects, fill: Some(fill), .. } = shape else { continue };
        let area: f32 = rects.iter().map(|[_, _, w, h]| w * h).sum();
        match (fill.r, fill.g, fill.b) {
            hue if hue == (p.success.r, p.success.g, p.success.b) => all += area,
            hue if hue == (p.server.r, p.server.g, p.server.b) => red += area * fill.a,
            _ => {}
        }
    }
    assert!(all > 10_000.0 && (0.24..0.30).contains(&(red / all)), "{} of {all}", red / all);
}

#[test]
fn a_crowd_is_a_cell_for_each_request_and_takes_no_more_shapes_for_more_of_them() {
    let group = patterns::find("wait-group").expect("the group");
    let mut experiment = Experiment::new(group, None, Fidelity::Documented, &[]);
    let mut most = 0;
    for at in [1, 12, 5_000, 60_000] {
        let now = SimTime(at * MS);
        let picture = experiment.at(now);
        let look = look(WIDE, now, Theme::Light);
        let shapes = experiment.shapes(&picture, &look);
        most = most.max(shapes.len());
        experiment.with_scene(&picture, |scene| {
            let census = census(scene);
            assert_eq!(census.iter().map(|(_, n)| n).sum::<u64>(), 7_500, "each request is in one state");
            // Where one points at the cells, each says the state of its request.
            let mut cells: Vec<Item> = Vec::new();
            let grid = (160..880).step_by(6).flat_map(|x| [100.0, 200.0, 300.0].map(|y| (f64::from(x), y)));
            for item in grid.filter_map(|at| hit(scene, &look, at)).filter(|item| item.title.starts_with("Request #")) {
                if !cells.iter().any(|cell| cell.title == item.title) {
                    cells.push(item);
                }
                if cells.len() == 40 {
                    break;
                }
            }
            assert_eq!(cells.len(), 40, "at {at} ms");
            let words: Vec<&str> = census.iter().map(|(cell, _)| cell.word()).collect();
            assert!(cells.iter().all(|cell| words.iter().any(|word| cell.lines[0].starts_with(word))), "at {at} ms");
        });
        let waiting: usize = shapes
            .iter()
            .map(|s| match s {
                Shape::Boxes { rects, fill: Some(fill), .. } if *fill == look.palette.waiting => rects.len(),
                _ => 0,
            })
            .sum();
        assert_eq!(waiting as u64, picture.ledger.tally.in_flight, "at {at} ms");
    }
    let given = [("requests", "200000"), ("server", "general")];
    let mut experiment = Experiment::new(group, None, Fidelity::Documented, &given);
    let now = SimTime(10 * MS);
    let picture = experiment.at(now);
    let shapes = experiment.shapes(&picture, &look(WIDE, now, Theme::Light));
    assert!(shapes.len() <= most + 20, "{} shapes for 200,000 requests, and {most} for 7,500", shapes.len());
}

#[test]
fn a_sum_that_does_not_add_up_is_shown_as_an_error() {
    let pool = patterns::find("worker-pool").expect("the pool");
    let mut experiment = Experiment::new(pool, None, Fidelity::Documented, &[]);
    let now = SimTime(500 * MS);
    let mut picture = experiment.at(now);
    let look = look(WIDE, now, Theme::Light);
    let alarming = |shapes: &[Shape]| {
        let wrong = |s: &&Shape| matches!(s, Shape::Text { text, colour, .. } if text.contains('≠') && *colour == look.palette.server_ink);
        shapes.iter().filter(wrong).count()
    };
    assert_eq!(alarming(&experiment.shapes(&picture, &look)), 0);
    picture.ledger.tally.offered += 1;
    assert_eq!(alarming(&experiment.shapes(&picture, &look)), 1);
}

#[test]
fn every_worker_can_be_pointed_at_and_says_what_it_does_and_where_it_waits() {
    let pool = patterns::find("worker-pool").expect("the pool");
    for workers in ["1", "15", "100"] {
        let mut experiment = Experiment::new(pool, None, Fidelity::Documented, &[("workers", workers)]);
        let now = SimTime(800 * MS);
        let picture = experiment.at(now);
        for size in [WIDE, (390.0, 368.0)] {
            let look = look(size, now, Theme::Light);
            experiment.with_scene(&picture, |scene| {
                let lanes = lanes_of(scene, &look);
                assert_eq!(lanes.len().to_string(), workers);
                for (index, lane) in lanes.iter().enumerate() {
                    let middle = (lane.frame.x + lane.frame.w / 2.0, lane.frame.y + lane.frame.h / 2.0);
                    assert_eq!(hit(scene, &look, middle).as_ref(), Some(lane));
                    assert_eq!(lane.title, format!("worker {}", index + 1));
                    assert!(lane.lines.iter().any(|l| l.starts_with("waiting for ")), "{:?}", lane.lines);
                    assert!(lane.lines.iter().any(|l| l.starts_with("worker_pool.rs:") && l.ends_with("server.call")));
                }
            });
        }
    }
}

/// The server that all lanes run through: they are those of one crew, which has one way to go, and the server stands in its row.
fn server_behind_the_lanes(spec: &SceneSpec) -> Option<&Place> {
    let places = spec.places();
    let mut crews = places.iter().filter(|place| place.kind == PlaceKind::Crew);
    let crew = crews.next().filter(|_| crews.next().is_none())?;
    let mut ways = spec.wires.iter().filter(|wire| wire.from == crew.name);
    let way = ways.next().filter(|_| ways.next().is_none())?;
    let server = places.iter().rfind(|place| place.kind == PlaceKind::Server && way.through.contains(&place.name))?;
    is_in_one_row(&spec.flow, crew, server).then_some(*server)
}

fn is_in_one_row(flow: &Flow, a: &Place, b: &Place) -> bool {
    match flow {
        Flow::Place(_) => false,
        Flow::Column(parts) => parts.iter().any(|part| is_in_one_row(part, a, b)),
        Flow::Row(parts) => {
            let has = |one: &Place| parts.iter().any(|part| matches!(part, Flow::Place(place) if place == one));
            has(a) && has(b) || parts.iter().any(|part| is_in_one_row(part, a, b))
        }
    }
}

#[test]
fn a_lane_is_found_all_along_from_its_worker_to_its_server_in_every_pattern() {
    // Behind a breaker it was not: the lane ended with its crew's column, and what it runs through was nobody's.
    let mut with_server = 0;
    for pattern in everyone() {
        let mut experiment = Experiment::new(pattern, None, Fidelity::Documented, &[]);
        let now = SimTime(800 * MS);
        let picture = experiment.at(now);
        let look = look(WIDE, now, Theme::Light);
        experiment.with_scene(&picture, |scene| {
            let lanes = lanes_of(scene, &look);
            if let Some(place) = server_behind_the_lanes(scene.spec).filter(|_| !lanes.is_empty()) {
                with_server += 1;
                // At the headings, above all lanes, one points at the places themselves.
                let mut headings = (4..880).step_by(4).filter_map(|x| hit(scene, &look, (f64::from(x), 20.0)));
                let server = headings.find(|heading| heading.title == place.label);
                let server = server.unwrap_or_else(|| panic!("{}: nobody finds {place:?}", pattern.id));
                for lane in &lanes {
                    let ends = (lane.frame.right() - server.frame.right()).abs() < 1.0;
                    assert!(ends, "{}: {lane:?} does not end with {server:?}", pattern.id);
                    let y = lane.frame.y + lane.frame.h / 2.0;
                    let mut x = lane.frame.x + 0.5;
                    while x < server.frame.right() {
                        let found = hit(scene, &look, (x, y)).map(|found| found.title);
                        assert_eq!(found.as_ref(), Some(&lane.title), "{} at {x}, {y}", pattern.id);
                        x += 4.0;
                    }
                }
            }
            for lane in &lanes {
                let left = (lane.frame.x + 1.0, lane.frame.y + lane.frame.h / 2.0);
                assert_eq!(
                    hit(scene, &look, left).map(|found| found.title),
                    Some(lane.title.clone()),
                    "{}",
                    pattern.id
                );
            }
        });
    }
    assert!(with_server >= 5, "sequential, the pools, the breaker and the template: {with_server}");
}

#[test]
fn places_and_single_requests_can_be_pointed_at() {
    let group = patterns::find("wait-group").expect("the group");
    let mut experiment = Experiment::new(group, group.preset("new-config"), Fidelity::Documented, &[]);
    let now = SimTime(12 * MS);
    let picture = experiment.at(now);
    let look = look(WIDE, now, Theme::Light);
    let found = experiment.with_scene(&picture, |scene| {
        let mut titles: Vec<String> = Vec::new();
        for x in (4..880).step_by(8) {
            for y in (4..430).step_by(8) {
                titles.extend(hit(scene, &look, (f64::from(x), f64::from(y))).map(|lane| lane.title));
            }
        }
        titles.sort();
        titles.dedup();
        titles
    });
    for number in 1..=10 {
        assert!(found.contains(&format!("Request #{number}")), "{found:?}");
    }
    assert!(found.contains(&"Server".to_owned()) && found.contains(&"Results".to_owned()), "{found:?}");
}

#[test]
fn the_rate_at_the_end_of_the_flow_is_of_those_who_got_something() {
    // It drew a green hill of refusals beside a breaker that was open.
    let breaker = patterns::find("circuit-breaker").expect("the breaker");
    let mut experiment = Experiment::new(breaker, None, Fidelity::Documented, &[]);
    let now = SimTime(4_500 * MS);
    let picture = experiment.at(now);
    let drained: u64 = picture.recent.drain(now).into_iter().map(u64::from).sum();
    let tally = &picture.ledger.tally;
    assert_eq!(drained, tally.served());
    assert!(tally.departed() > drained + 100, "it has turned many away since the outage began");
}

#[test]
fn a_share_of_nothing_is_not_told() {
    // "0 of 7,500 done, 0.0 percent errors", before anybody could fail; and "0.0 % of 0 calls failed".
    let pool = patterns::find("worker-pool").expect("the pool");
    let mut experiment = Experiment::new(pool, None, Fidelity::Documented, &[]);
    let picture = experiment.at(SimTime::ZERO);
    let said = experiment.describe(&picture);
    assert!(said.contains("0 of 7,500 done.") && !said.contains("percent failed"), "{said}");
    let reading = Reading { minimum: 10, rate: 50, slow_rate: 100, ..Reading::default() };
    assert_eq!(reading.says(SimTime::ZERO)[1], "no calls, 50 % failed or 100 % slow open it");
}

#[test]
fn when_a_car_is_expected_the_stage_says_as_the_tables_do() {
    let pattern = patterns::find("elevator").expect("a pattern");
    let mut expected = 0;
    for fidelity in [Fidelity::Documented, Fidelity::Shipped] {
        let mut experiment = Experiment::new(pattern, None, fidelity, &[]);
        for second in (2..80).step_by(3) {
            let at = SimTime(second * 1_000_000_000);
            let picture = experiment.at(at);
            let look = look(WIDE, at, Theme::Light);
            let calls = experiment.with_scene(&picture, |scene| tables::hall_calls(scene, &look));
            let shapes = experiment.shapes(&picture, &look);
            let drawn = |what: &str| shapes.iter().any(|s| matches!(s, Shape::Text { text, .. } if *text == what));
            for call in calls.iter().filter(|call| call.arrives.starts_with("in ")) {
                expected += 1;
                let short = call.arrives.trim_start_matches("in ");
                assert!(drawn(&call.arrives) || drawn(short), "{fidelity:?}, {second} s: {call:?} is not drawn");
            }
        }
    }
    assert!(expected > 10, "{expected} are expected");
}

#[test]
fn before_the_run_its_structure_stands_there_idle() {
    let pool = patterns::find("worker-pool").expect("the pool");
    let mut experiment =
        Experiment::new(pool, None, Fidelity::Documented, &[("workers", "4"), ("request-buffer", "30")]);
    experiment.run.advance(SimTime::ZERO, u64::MAX);
    let picture = Picture::idle(&experiment.run.trace());
    let look = look(WIDE, SimTime::ZERO, Theme::Light);
    let shapes = experiment.shapes(&picture, &look);
    let said = |what: &str| shapes.iter().any(|s| matches!(s, Shape::Text { text, .. } if text == what));
    assert!(said("4 of 4 up") && said("0 of 30") && said("0 of 100") && said("idle") && !said("waiting for"));
    assert_eq!(dots(&shapes, look.palette.queued), 0);
    experiment.with_scene(&picture, |scene| {
        assert_eq!(conservation(scene), ("0 sent = 0 done".to_owned(), true));
        let workers = scene.all().find(|here| here.label() == "Workers").map(|here| here.workers().len());
        assert_eq!(workers, Some(4));
    });
}

#[test]
fn the_text_alternative_tells_the_same_story() {
    let pressure = patterns::find("backpressure").expect("the pool with backpressure");
    let given = [("server", "general"), ("mean", "20ms")];
    let mut experiment = Experiment::new(pressure, None, Fidelity::Documented, &given);
    let now = SimTime(3_480 * MS);
    let picture = experiment.at(now);
    let look = look(WIDE, now, Theme::Light);
    let rows = experiment.with_scene(&picture, |scene| text::rows(scene, &look));
    assert_eq!(rows.iter().filter(|r| r.what.starts_with("worker ")).count(), 15);
    let says = |what: &str| rows.iter().find(|r| r.what == what).map_or("", |r| r.says.as_str());
    let requests = picture.ledger.find("requests", &experiment.run.trace()).map_or(0, |(_, s)| s.levels.present);
    assert!(says("Requests").contains(&format!("{requests} of 100")), "{}", says("Requests"));
    assert!(says("Collector").contains("of 7,500 done"), "{}", says("Collector"));
    let description = experiment.describe(&picture);
    for part in ["Delay ", "pressure ", "threshold", "Workers: ", "waiting on the server", "percent failed"] {
        assert!(description.contains(part), "{part:?} is missing in {description:?}");
    }
    let group = patterns::find("wait-group").expect("the group");
    let mut experiment = Experiment::new(group, None, Fidelity::Documented, &[]);
    let picture = experiment.at(SimTime(12 * MS));
    let rows = experiment.with_scene(&picture, |scene| text::rows(scene, &look));
    assert!(rows.len() < 12, "a crowd is told by state, not in {} rows", rows.len());
}

/// The default outage at a time in seconds: its experiment, the picture, and where one looks.
fn outage(at: f64) -> (Experiment, Picture, Look<'static>) {
    let breaker = patterns::find("circuit-breaker").expect("the breaker");
    let mut experiment = Experiment::new(breaker, None, Fidelity::Documented, &[]);
    let now = SimTime((at * 1e9) as u64);
    let picture = experiment.at(now);
    (experiment, picture, look(WIDE, now, Theme::Light))
}

#[test]
fn a_breaker_is_told_by_its_state_and_what_it_waits_for() {
    for (at, state, waits_for) in
        [(1.0, "closed", "5 open it"), (3.0, "open", "retry in 1.0"), (4.035, "half-open", "of 3 passed")]
    {
        let (experiment, picture, look) = outage(at);
        let rows = experiment.with_scene(&picture, |scene| text::rows(scene, &look));
        let says = rows.iter().find(|r| r.what == "Breaker").map_or("", |r| r.says.as_str());
        assert!(says.starts_with(&format!("{state}, ")) && says.contains(waits_for), "at {at} s: {says:?}");
        let description = experiment.describe(&picture);
        assert!(description.contains(&format!("Breaker: {state}, ")), "{description:?}");
        let shapes = experiment.shapes(&picture, &look);
        assert!(shapes.iter().any(|s| matches!(s, Shape::Text { text, .. } if text == state)), "at {at} s");
    }
}

/// Between the end of its time and the next call the state is the one that was last asked for: what is told must not be that it
/// waits for probes.
#[test]
fn a_half_open_breaker_tells_how_long_it_may_be_that_and_that_its_time_is_over() {
    let breaker = patterns::find("circuit-breaker").expect("the breaker");
    // The only caller is out on a call for longer than it may be half-open: nobody asks meanwhile.
    let given = [
        ("half-open-for", "10ms"),
        ("half-open-minimum", "2"),
        ("service", "constant"),
        ("mean", "200ms"),
        ("callers", "1"),
    ];
    let mut experiment = Experiment::new(breaker, None, Fidelity::Documented, &given);
    experiment.at(SimTime(10_000 * MS));
    let half_open = {
        let trace = experiment.run.trace();
        let mut events = trace.iter().filter(|e| match e.kind {
            EventKind::Stated { state, .. } => trace.name(state) == "half-open",
            _ => false,
        });
        events.next().map(|e| e.at).expect("it was half-open")
    };
    let mut says = |after: u64| {
        let now = half_open + Span::micros(after);
        let picture = experiment.at(now);
        let look = look(WIDE, now, Theme::Light);
        let rows = experiment.with_scene(&picture, |scene| text::rows(scene, &look));
        rows.into_iter().find(|r| r.what == "Breaker").map_or_else(String::new, |r| r.says)
    };
    let within = says(5_000);
    assert!(within.contains("the first 2 that tell decide") && within.contains("opens again in 0.0"), "{within:?}");
    let after = says(20_000);
    assert!(after.starts_with("half-open, next call finds it open"), "{after:?}");
}

#[test]
fn the_wires_behind_a_breaker_are_there_unless_it_is_open() {
    let ending_at_the_server = |at: f64| {
        let (experiment, picture, look) = outage(at);
        let frame = (0..WIDE.0 as u32).map(|x| (f64::from(x), 30.0)).find(|at| {
            let there = experiment.with_scene(&picture, |scene| hit(scene, &look, *at));
            there.is_some_and(|lane| lane.title == "Server")
        });
        let (server, _) = frame.expect("it is pointed at");
        let lines = experiment.shapes(&picture, &look).into_iter().filter_map(|shape| match shape {
            Shape::Segments { lines, .. } => Some(lines),
            _ => None,
        });
        lines.flatten().filter(|l| l[1] == l[3] && (f64::from(l[2]) - server).abs() < 1.0).count()
    };
    assert_eq!(ending_at_the_server(1.0), 15, "one for each caller");
    assert_eq!(ending_at_the_server(3.0), 0);
    assert_eq!(ending_at_the_server(4.035), 15);
}

#[test]
fn the_picture_at_a_playhead_is_the_same_however_one_got_there() {
    let pressure = patterns::find("backpressure").expect("the pool with backpressure");
    let mut experiment = Experiment::new(pressure, None, Fidelity::Documented, &[]);
    let now = SimTime(2_345 * MS);
    let straight = experiment.at(now);
    let (mut cursor, mut stepped) = (Cursor::new(), Picture::default());
    for at in (0..=2_345).step_by(5) {
        while cursor.step(&experiment.run.trace(), SimTime(at * MS), &mut stepped) {}
        stepped = stepped.clone();
    }
    let look = look(WIDE, now, Theme::Dark);
    assert_eq!(experiment.shapes(&straight, &look), experiment.shapes(&stepped, &look));
}

/// Values of which no preset has the like, and which are drawn in other ways.
const ODD: [(&str, &[(&str, &str)]); 10] = [
    ("worker-pool", &[("workers", "100")]),
    ("worker-pool", &[("workers", "1000")]),
    ("worker-pool", &[("workers", "26"), ("request-buffer", "0")]),
    ("worker-pool", &[("arrivals", "poisson"), ("server", "general"), ("slots", "5"), ("requests", "3000")]),
    ("backpressure", &[("server", "general"), ("mean", "20ms"), ("errors", "0.06")]),
    ("backpressure", &[("arrivals", "poisson"), ("rate", "900"), ("server", "general")]),
    ("wait-group", &[("requests", "200"), ("server", "general"), ("errors", "0.1")]),
    ("wait-group", &[("requests", "5000"), ("arrivals", "poisson"), ("rate", "600"), ("server", "general")]),
    ("sequential", &[("arrivals", "poisson"), ("rate", "60"), ("server", "general")]),
    (
        "pipeline",
        &[("stages", "fetch:2:10,decode:4:20,resize:8:20,tag:3:10,call:11:100,score:4:300,pack:2:0,store:40:50")],
    ),
];

/// Pictures to be looked at: `MILLRACE_LOOK=/some/folder cargo test --test native -- --ignored pictures_to_look_at`. Every pattern with
/// its defaults and every preset, early, in the middle and late, on a page, on a small one and on a phone, light and dark.
#[test]
#[ignore = "writes pictures into the folder that MILLRACE_LOOK names"]
fn pictures_to_look_at() {
    let Ok(folder) = std::env::var("MILLRACE_LOOK") else { return };
    let odd = ODD.iter().enumerate().map(|(index, (id, given))| {
        let pattern = patterns::find(id).expect("a pattern");
        (format!("{id}-odd{index}"), Experiment::new(pattern, None, Fidelity::Documented, given))
    });
    let all = everything().map(|(pattern, preset, fidelity)| {
        let name = format!("{}-{}-{}", pattern.id, preset.map_or("default", |preset| preset.id), fidelity.id());
        (name, Experiment::new(pattern, preset, fidelity, &[]))
    });
    for (name, mut experiment) in all.chain(odd) {
        experiment.run.advance(SimTime(600_000 * MS), u64::MAX);
        let end = experiment.run.now().0;
        for (when, now) in [("start", 0), ("early", end / 40), ("middle", end / 3), ("late", end / 20 * 19)] {
            let now = SimTime(now);
            let picture = experiment.at(now);
            for (place, size) in
                [("", WIDE), ("-large", (1_480.0, 560.0)), ("-small", (620.0, 360.0)), ("-phone", (390.0, 368.0))]
            {
                for theme in [Theme::Light, Theme::Dark] {
                    let look = look(size, now, theme);
                    let shapes = experiment.shapes(&picture, &look);
                    let dark = if theme == Theme::Dark { "-dark" } else { "" };
                    let text = svg::svg(&shapes, size, look.palette);
                    let file = format!("{folder}/{name}-{when}{place}{dark}.svg");
                    std::fs::write(file, text).expect("the folder is there");
                }
            }
        }
    }
}
