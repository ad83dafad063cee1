//! The way of one job: stretches without a gap that add up to how long it took, and each what the log says of that time.

use crate::program::follow;
use millrace::analysis::{Doing, Way};
use millrace::patterns;
use millrace::session::{Scenario, link};
use millrace::trace::{Cursor, EventKind, JobId, SimTime, Wait};
use millrace::view::scene::{Look, Scene, draw};
use millrace::view::{Palette, Picture, Shape, Theme};

/// Links of small runs of every pattern, as it is by default and with each of its presets.
fn small_runs() -> Vec<String> {
    let mut links = Vec::new();
    for pattern in patterns::ALL {
        for preset in std::iter::once(None).chain(pattern.presets().iter().map(Some)) {
            let mut scenario = Scenario::new(pattern);
            scenario.preset = preset;
            scenario.fidelity = preset.and_then(|preset| preset.fidelity).unwrap_or_default();
            if scenario.field("requests").is_some() {
                scenario.set("requests", "150").expect("a good value");
            }
            links.push(link::encode(&scenario));
        }
    }
    links
}

#[test]
fn stretches_follow_one_another_and_add_up_to_how_long_it_took_in_every_scenario() {
    for link in small_runs() {
        let session = follow(&link);
        let run = session.run();
        let (trace, end) = (run.trace(), run.now());
        let mut entered: Vec<(JobId, SimTime)> = Vec::new();
        for event in trace.iter() {
            if let EventKind::Entered { job, .. } = event.kind {
                entered.push((job, event.at));
            }
        }
        let left: Vec<_> = trace
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::Left { job, outcome } => Some((job, event.at, Some(outcome))),
                EventKind::Merged { job, .. } => Some((job, event.at, None)),
                _ => None,
            })
            .collect();
        assert!(!entered.is_empty(), "{link}");
        for (job, at) in entered.into_iter().step_by(7) {
            let way = Way::of(&trace, job).expect("it came in");
            let gone = left.iter().find(|(other, ..)| *other == job).map(|(_, at, how)| (*at, *how));
            assert_eq!((way.entered, way.left), (at, gone), "{link} {job:?}");
            let told: u64 = way.stretches.iter().map(|s| s.length(end).0).sum();
            assert_eq!(told, way.total(end).0, "{link} {job:?} {:?}", way.stretches);
            let mut next = at;
            for stretch in &way.stretches {
                assert_eq!(stretch.from, next, "{link} {job:?}");
                next = stretch.to.unwrap_or(end);
            }
            assert!(way.worked(end) <= way.total(end), "{link} {job:?}");
        }
    }
}

/// By hand: 1 worker, a server of 20 ms, and room for nobody: the second request waits at the door for as long as the first is served.
#[test]
fn who_waits_for_room_for_a_slot_and_with_its_answer_in_hand_is_told_so() {
    let link = "#/worker-pool?requests=3&workers=2&request-buffer=1&server=general&service=constant&mean=20ms&slots=1";
    let session = follow(link);
    let trace = session.run().trace();
    let name =
        |id| session.history().ledger.station(id).map_or_else(String::new, |row| trace.name(row.name).to_owned());
    let told = |n: u32| {
        let way = Way::of(&trace, JobId(n)).expect("it came in");
        let told = way.stretches.iter().map(|s| (name(s.station), s.doing, s.length(SimTime::MAX).0 / 1_000_000));
        told.collect::<Vec<_>>()
    };
    // The first goes through at once; the second has a worker, and waits for the slot; the third waits in the channel, then for the slot.
    assert_eq!(told(0), [("server".to_owned(), Doing::Served, 20)]);
    assert_eq!(told(1), [("server".to_owned(), Doing::Queues, 20), ("server".to_owned(), Doing::Served, 20)]);
    assert_eq!(
        told(2),
        [
            ("requests".to_owned(), Doing::Lies, 20),
            ("server".to_owned(), Doing::Queues, 20),
            ("server".to_owned(), Doing::Served, 20),
        ]
    );
}

#[test]
fn a_producer_that_is_blocked_and_a_worker_that_cannot_give_its_answer_are_waits_with_their_line() {
    let blocked = "#/worker-pool?requests=9&workers=1&request-buffer=1&server=general&service=constant&mean=20ms";
    let session = follow(blocked);
    let trace = session.run().trace();
    let way = Way::of(&trace, JobId(4)).expect("it came in");
    let first = way.stretches.first().expect("it waits");
    assert!(
        matches!(first.doing, Doing::Waits(Wait::Send, _)) && first.length(SimTime::MAX).0 == 20_000_000,
        "{first:?}"
    );
    assert!(first.site.file().is_some_and(|file| file.ends_with(".rs")), "{first:?}");
    assert_eq!(way.longest_waits(SimTime::MAX).len(), 2);
    assert_eq!(way.worked(SimTime::MAX).0, 20_000_000);
}

/// Whoever is followed has a way on the stage, in every pattern and at every width, and it stays on the canvas.
#[test]
fn the_way_of_a_request_is_drawn_on_every_stage_and_stays_on_it() {
    for link in small_runs() {
        let scenario = Scenario::read(&link).expect("a link").scenario;
        let (values, fidelity, pattern) = (scenario.values(), scenario.fidelity, scenario.pattern);
        let spec = (pattern.scene)(&values, fidelity);
        let mut run = scenario.run(None);
        while !run.advance(SimTime::MAX, 100_000).is_final() && run.trace().len() < 20_000 {}
        let trace = run.trace();
        let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
        // In the middle of what happened, so that there are ways that are not over.
        let middle = trace.get(trace.len() / 2).expect("an event").at;
        while cursor.step(&trace, middle, &mut picture) {}
        let scene = Scene::new(&spec, &values, &picture.ledger, &picture.recent, &trace);
        let inside = trace.iter().filter_map(|event| match event.kind {
            EventKind::Entered { job, .. } if event.at <= middle => Some(job),
            _ => None,
        });
        // The last one that is somewhere on the stage: of a request that is turned away at the door nothing is to be drawn.
        let inside: Vec<JobId> = inside.collect();
        let is_shown = |way: &Way| way.stops.iter().any(|(_, station)| scene.place_of(*station).is_some());
        let Some(way) = inside.iter().rev().filter_map(|job| Way::of(&trace, *job)).find(is_shown) else { continue };
        assert!(!way.stops.is_empty(), "{link}");
        for size in [(880.0, 430.0), (880.0, 180.0), (390.0, 368.0), (390.0, 180.0)] {
            let palette = Palette::of(Theme::Light);
            let plain = Look::new(size, palette, middle);
            let is_text = |shape: &Shape| matches!(shape, Shape::Text { .. });
            let drawn = draw(&scene, &plain);
            let (without, texts) = (drawn.len(), drawn.iter().filter(|shape| is_text(shape)).count());
            let shapes = draw(&scene, &Look { follow: Some(&way), ..plain });
            assert!(shapes.len() > without + 1, "{link} {size:?}: a way over the picture");
            // Marks go back behind a veil, and words can still be read.
            let is_veil = |shape: &Shape| matches!(shape, Shape::Rect { size: own, .. } if *own == size);
            let veil = shapes.iter().position(is_veil).expect("a veil");
            assert!(!shapes[..veil].iter().any(is_text), "{link}");
            let is_small_print =
                |shape: &&Shape| matches!(shape, Shape::Text { colour, .. } if *colour == palette.ink_3);
            assert_eq!(shapes[veil..].iter().filter(is_small_print).count(), texts, "{link}");
            for shape in shapes.iter().skip(veil + 1) {
                let points = match shape {
                    Shape::Line { points, .. } => points.clone(),
                    _ => Vec::new(),
                };
                let on = |(x, y): &(f64, f64)| *x >= -1.0 && *x <= size.0 + 1.0 && *y >= -1.0 && *y <= size.1 + 1.0;
                assert!(points.iter().all(on), "{link} {size:?}: {points:?}");
            }
        }
    }
}
