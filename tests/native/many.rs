//! Many of one kind: each has a cell of its own that can be pointed at, a lens shows those around it and covers none of them, and keys move it; what is
//! drawn stays a handful of shapes.

use super::pool::{PHONE, WIDE, seen, seen_of, stays_on_canvas};
use crate::stage::{bounds, crossing, fault_of};
use millrace::engine::Env;
use millrace::parts::Crew;
use millrace::session::Scenario;
use millrace::spec::{Flow, Pattern, Place, SceneSpec};
use millrace::trace::Span;
use millrace::view::scene::{Frame, Lens, Look, Scene, draw, hit, lens_after, lens_item, lens_over, lens_pressed};
use millrace::view::svg::svg;
use millrace::view::{Rgba, Shape, text};
use std::collections::BTreeSet;

/// So many members, every third of whom rests.
async fn members(env: Env, n: u32) {
    let inner = env.clone();
    let crew = Crew::start(&env, "pool", "worker", n, move |worker| {
        let env = inner.clone();
        async move {
            let job = (!worker.number.is_multiple_of(3)).then(|| env.job());
            if let Some(job) = &job {
                job.go(env.station(), true);
            }
            env.sleep(Span::secs(5)).await;
            job.into_iter().for_each(|job| job.leave(millrace::trace::Outcome::Completed));
        }
    });
    crew.join().await;
}

static FEW_THOUSAND: Pattern = Pattern {
    id: "members",
    scene: |_, _| SceneSpec::new(Flow::row([Place::crew("pool", "Frame pool")]), []),
    run: |env, _, _| Box::pin(members(env, 2_600)),
    ..Pattern::BASE
};

static MANY_THOUSAND: Pattern = Pattern { run: |env, _, _| Box::pin(members(env, 30_000)), ..FEW_THOUSAND };

/// The rectangles of one colour each, whether they are a shape by themselves or cells of a larger one.
fn boxes(shapes: &[Shape]) -> Vec<(Rgba, Vec<[f32; 4]>)> {
    let of = |shape: &Shape| match shape {
        Shape::Boxes { rects, fill: Some(fill), stroke: None } => vec![(*fill, rects.clone())],
        Shape::Cells(cells) => cells.boxes().collect(),
        _ => Vec::new(),
    };
    shapes.iter().flat_map(of).collect()
}

/// The cells of a picture: what is square, small and one of many.
fn cells(shapes: &[Shape]) -> Vec<[f32; 4]> {
    let all = boxes(shapes).into_iter().flat_map(|(_, rects)| rects);
    all.filter(|[_, _, w, h]| w == h && *w < 12.0).collect()
}

fn texts(shapes: &[Shape]) -> Vec<&str> {
    let mut texts = Vec::new();
    for shape in shapes {
        if let Shape::Text { text, .. } = shape {
            texts.push(text.as_str());
        }
    }
    texts
}

fn few<T>(size: (f64, f64), ask: impl FnOnce(&Scene<'_>, &Look<'_>) -> T) -> T {
    seen_of(Scenario::new(&FEW_THOUSAND), 10, size, ask)
}

#[test]
fn every_member_has_a_cell_of_its_own_and_is_found_there() {
    for size in [WIDE, (620.0, 300.0), (1_400.0, 700.0), PHONE] {
        few(size, |scene, look| {
            let shapes = draw(scene, look);
            let cells = cells(&shapes);
            assert_eq!(cells.len(), 2_600, "{size:?}");
            assert!(shapes.len() < 100, "{size:?}: {} shapes", shapes.len());
            assert_eq!(fault_of(&shapes, size), None);
            let at = |[x, y, w, h]: [f32; 4]| (f64::from(x + w / 2.0), f64::from(y + h / 2.0));
            let names: BTreeSet<String> =
                cells.iter().step_by(97).map(|cell| hit(scene, look, at(*cell)).expect("a member").title).collect();
            assert_eq!(names.len(), cells.iter().step_by(97).count(), "{size:?}");
            assert!(names.iter().all(|name| name.starts_with("worker ")), "{names:?}");
        });
    }
}

#[test]
fn how_dense_it_is_and_how_many_are_at_work_is_told_in_the_head() {
    few(WIDE, |scene, look| {
        let shapes = draw(scene, look);
        assert!(
            texts(&shapes).iter().any(|text| text.ends_with("of 2,600 busy, one cell each")),
            "{:?}",
            texts(&shapes)
        );
    });
    seen_of(Scenario::new(&MANY_THOUSAND), 10, PHONE, |scene, look| {
        let shapes = draw(scene, look);
        assert!(texts(&shapes).iter().any(|text| text.contains("a cell is 10")), "{:?}", texts(&shapes));
        assert!(shapes.len() < 100, "{} shapes", shapes.len());
    });
}

#[test]
fn of_more_than_fifty_members_the_text_alternative_tells_in_numbers() {
    let rows = few(WIDE, text::rows);
    let told: Vec<_> = rows.iter().filter(|row| row.what == "Frame pool").collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(rows.len() < 10, "{} rows", rows.len());
}

/// Where the frame of a lens is: the largest with a line of 1.5 px.
fn lens_of(shapes: &[Shape]) -> Frame {
    let frames = shapes.iter().filter_map(|shape| match shape {
        Shape::Rect { at, size, fill: Some(_), stroke: Some((_, 1.5)), .. } => {
            Some(Frame { x: at.0, y: at.1, w: size.0, h: size.1 })
        }
        _ => None,
    });
    frames.max_by(|a, b| a.w.total_cmp(&b.w)).expect("a lens")
}

#[test]
fn a_lens_shows_the_twenty_eight_around_and_covers_no_cell() {
    for size in [WIDE, (1_400.0, 700.0), (700.0, 360.0), PHONE] {
        for index in [0, 1_300, 2_599] {
            few(size, |scene, look| {
                let lens = Lens { place: 0, index, pinned: false };
                let look = Look { lens: Some(lens), ..*look };
                let shapes = draw(scene, &look);
                let frame = lens_of(&shapes);
                let covered = cells(&shapes).into_iter().find(|[x, y, w, h]| {
                    let (x, y, w, h) = (f64::from(*x), f64::from(*y), f64::from(*w), f64::from(*h));
                    x < frame.right() && x + w > frame.x && y < frame.bottom() && y + h > frame.y
                });
                assert_eq!(covered, None, "{size:?}: {frame:?}");
                assert_eq!((frame.h + 1.0, fault_of(&shapes, size)), (122.0, None), "{size:?}");
                assert_eq!(crossing(&shapes), None, "{size:?}, {index}");
                let inside = |shape: &&Shape| {
                    let (left, top, right, bottom) = bounds(shape);
                    left > frame.x && right < frame.right() && top > frame.y + 24.0 && bottom < frame.bottom()
                };
                let told = shapes.iter().filter(inside).filter(|shape| matches!(shape, Shape::Text { .. })).count();
                assert_eq!(told, if index == 2_599 { told.clamp(7, 28) } else { 28 }, "{size:?}, {index}");
                let item = lens_item(scene, &look, lens).expect("a member");
                assert_eq!(item.title, format!("worker {}", index + 1));
            });
        }
    }
}

#[test]
fn keys_move_a_lens_and_pin_it_and_what_is_pinned_stays() {
    few(WIDE, |scene, look| {
        let after = |lens: Option<Lens>, key| lens_after(scene, &Look { lens, ..*look }, Some(0), key);
        let first = after(None, "ArrowRight").expect("a key of a lens").expect("a lens");
        assert_eq!((first.index, first.pinned), (0, false));
        let next = |lens, key| after(Some(lens), key).expect("a key").expect("a lens");
        assert_eq!(next(first, "ArrowLeft"), first, "it stays at the end");
        assert_eq!(next(first, "ArrowRight").index, 1);
        let below = next(first, "PageDown");
        // The one below stands in the same column, one row lower.
        let at = |lens| lens_item(scene, look, lens).expect("a member").frame;
        assert_eq!((at(below).x, at(below).y > at(first).y), (at(first).x, true));
        assert_eq!(next(below, "PageUp"), first);
        let last = Lens { index: 2_599, ..first };
        assert_eq!((next(last, "ArrowRight"), next(last, "PageDown")), (last, last));
        let pinned = next(below, "Enter");
        assert!(pinned.pinned);
        let middle = |frame: Frame| (frame.middle(), frame.y + frame.h / 2.0);
        let over = |lens| lens_over(scene, &Look { lens, ..*look }, middle(at(last)));
        assert_eq!(over(Some(pinned)), Some(pinned));
        assert_eq!(over(Some(below)), Some(last));
        assert_eq!(over(None), Some(last));
        assert_eq!(after(Some(pinned), "Escape"), Some(None));
        assert_eq!(after(None, "Escape"), None, "without a lens the key is another's");
        let pressed = |lens| lens_pressed(scene, &Look { lens, ..*look }, middle(at(first))).expect("cells");
        let there = Some(Lens { pinned: true, ..first });
        assert_eq!((pressed(None), pressed(Some(pinned))), (there, there));
        assert_eq!(pressed(there), None, "a second press lets it go");
    });
}

#[test]
fn ten_thousand_sessions_are_one_shape_that_is_the_same_rectangles() {
    // A rectangle each was ten thousand calls of the canvas in every frame.
    let link = "platform?preset=platform-sized&sessions=10000&hasty=0.2";
    for size in [WIDE, (834.0, 580.0), (1_400.0, 700.0), PHONE] {
        seen(link, 700, size, |scene, look| {
            let shapes = draw(scene, look);
            let single = |shape: &Shape| if let Shape::Boxes { rects, .. } = shape { rects.len() } else { 0 };
            let singles: usize = shapes.iter().map(single).sum();
            assert!(shapes.len() < 400 && singles < 1_000, "{size:?}: {} shapes, {singles} boxes", shapes.len());
            let large =
                shapes.iter().find_map(|shape| if let Shape::Cells(cells) = shape { Some(cells) } else { None });
            let Some(large) = large else { panic!("{size:?}: no cells among {} shapes", shapes.len()) };
            let of_hues: usize = large.boxes().map(|(_, rects)| rects.len()).sum();
            assert_eq!(of_hues, large.shown.len(), "{size:?}: each has one of the hues");
            assert!(large.boxes().count() >= 3, "{size:?}: sessions in {} states", large.boxes().count());
            // Each is where a hand finds its session, in the order of their numbers.
            let each = 10_000_usize.div_ceil(large.shown.len());
            assert!(large.shown.len() == 10_000 || each.is_multiple_of(10), "{size:?}: {} cells", large.shown.len());
            for index in (0..large.shown.len()).step_by(379) {
                let [x, y, w, h] = large.rect(index).map(f64::from);
                let lens = lens_over(scene, look, (x + w / 2.0, y + h / 2.0)).expect("there are cells");
                assert_eq!(lens.index, (index * each) as u64, "{size:?}");
            }
            // Whoever draws rectangles draws the same picture.
            let as_boxes: Vec<Shape> = shapes
                .iter()
                .flat_map(|shape| match shape {
                    Shape::Cells(cells) => cells
                        .boxes()
                        .map(|(hue, rects)| Shape::Boxes { rects, fill: Some(hue), stroke: None })
                        .collect(),
                    other => vec![other.clone()],
                })
                .collect();
            assert_eq!(svg(&shapes, size, look.palette), svg(&as_boxes, size, look.palette), "{size:?}");
        });
    }
}

#[test]
fn among_thousands_of_clients_those_that_are_silent_stand_out() {
    let link = "hub?clients=2000&messages=8000&buffer=8&rate=4000&reregister=on&fidelity=shipped";
    for size in [WIDE, PHONE] {
        seen(link, 1_900, size, |scene, look| {
            let shapes = draw(scene, look);
            let silent = boxes(&shapes).into_iter().find(|(fill, _)| *fill == look.palette.server_ink);
            assert_eq!(silent.map(|(_, rects)| rects.len()), Some(200), "{size:?}");
            assert!(texts(&shapes).iter().any(|text| text.contains("200 silent")), "{:?}", texts(&shapes));
            assert_eq!(crossing(&shapes), None, "{size:?}");
        });
    }
}

#[test]
fn connections_are_links_then_cells_then_a_bar_and_the_leaked_are_always_named() {
    for open in [25, 31, 60, 120, 121, 500, 501, 1_000] {
        let link = format!("connection-pool?open={open}&idle=20&callers=25&slots=1000&leak=0.02&requests=1000");
        for size in [(880.0, 560.0), (760.0, 430.0), PHONE] {
            seen(&link, 1_000, size, |scene, look| {
                let shapes = draw(scene, look);
                assert_eq!((fault_of(&shapes, size), crossing(&shapes)), (None, None), "{open} at {size:?}");
                assert!(shapes.len() < 1_200, "{open} at {size:?}: {} shapes", shapes.len());
                let leaked = texts(&shapes).into_iter().filter(|text| text.contains("leaked")).count();
                assert!(leaked >= 5, "{open} at {size:?}: {:?}", texts(&shapes));
            });
            stays_on_canvas(Scenario::read(&link).expect("a good link").scenario, 200, size);
        }
    }
}
