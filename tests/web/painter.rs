//! The painter, on a real canvas.

use millrace::analysis::History;
use millrace::patterns;
use millrace::platform::canvas;
use millrace::session::{Scenario, Session};
use millrace::trace::SimTime;
use millrace::view::scene::{self, Detail, Look, Scene};
use millrace::view::shape::Cells;
use millrace::view::{Palette, Picture, Rgba, Shape, Theme};
use std::collections::BTreeSet;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// A canvas of this size in CSS pixels, in the page, as long as it is not dropped.
struct Painted(HtmlCanvasElement);

impl Painted {
    fn new(width: u32, height: u32) -> Painted {
        let document = web_sys::window().and_then(|window| window.document()).expect("a browser has a document");
        let element = document.create_element("canvas").expect("a document makes elements");
        let canvas: HtmlCanvasElement = element.dyn_into().expect("a canvas element is a canvas");
        let style = canvas.style();
        style.set_property("width", &format!("{width}px")).expect("a style can be set");
        style.set_property("height", &format!("{height}px")).expect("a style can be set");
        document.body().expect("a page has a body").append_child(&canvas).expect("a body takes elements");
        Painted(canvas)
    }

    /// Red, green, blue, opacity, pixel after pixel.
    fn pixels(&self) -> Vec<u8> {
        let context = self.0.get_context("2d").expect("asking does not throw").expect("there is a context");
        let context: CanvasRenderingContext2d = context.dyn_into().expect("a 2d context");
        let (width, height) = (f64::from(self.0.width()), f64::from(self.0.height()));
        context.get_image_data(0.0, 0.0, width, height).expect("a canvas of our own can be read").data().0
    }

    /// How many different opaque colours there are.
    fn colours(&self) -> usize {
        let opaque = self.pixels().chunks_exact(4).filter(|p| p[3] == 255).map(<[u8]>::to_vec).collect::<BTreeSet<_>>();
        opaque.len()
    }
}

impl Drop for Painted {
    fn drop(&mut self) {
        self.0.remove();
    }
}

/// Paints a pattern's stage after so many events.
fn paint(scenario: Scenario, events: u64, theme: Theme, canvas: &HtmlCanvasElement) {
    let mut session = Session::new(scenario, Picture::default(), History::default());
    while !session.compute(SimTime::MAX, u64::MAX) {}
    for _ in 0..events {
        session.step();
    }
    let scenario = session.scenario();
    let values = scenario.values();
    let spec = (scenario.pattern.scene)(&values, scenario.fidelity);
    let trace = session.run().trace();
    let (ledger, recent) = (&session.state().ledger, &session.state().recent);
    let scene = Scene::new(&spec, &values, ledger, recent, &trace);
    let size = canvas::fit(canvas, 2.0).expect("the canvas is shown");
    let look = Look {
        size,
        palette: Palette::of(theme),
        now: session.playhead(),
        detail: Detail::Numbers,
        item: None,
        part: None,
        calm: false,
        stuck: false,
        order: None,
        follow: None,
        lens: None,
    };
    canvas::paint(canvas, 2.0, &scene::draw(&scene, &look));
}

#[wasm_bindgen_test]
fn every_pattern_paints_its_stage_before_and_during_its_run() {
    for pattern in patterns::ALL {
        for theme in [Theme::Light, Theme::Dark] {
            let canvas = Painted::new(880, 430);
            paint(Scenario::new(pattern), 0, theme, &canvas.0);
            assert_eq!((canvas.0.width(), canvas.0.height()), (1760, 860), "two device pixels a CSS pixel");
            let before = canvas.pixels();
            assert!(canvas.colours() > 3, "{}, {theme:?}: an empty stage shows its places", pattern.id);
            paint(Scenario::new(pattern), 800, theme, &canvas.0);
            assert!(canvas.colours() > 3, "{}, {theme:?}: a stage in use", pattern.id);
            assert!(canvas.pixels() != before, "{}, {theme:?}: jobs are on the stage", pattern.id);
        }
    }
}

#[wasm_bindgen_test]
fn a_phone_shows_the_stage_too() {
    for pattern in patterns::ALL {
        let canvas = Painted::new(358, 300);
        paint(Scenario::new(pattern), 800, Theme::Light, &canvas.0);
        assert!(canvas.colours() > 1, "{}: {} colours", pattern.id, canvas.colours());
    }
}

/// So many cells in hues of which some let through what is below, with a last row that is not full.
fn cells(at: (f64, f64), pitch: f64, columns: usize, turn: usize) -> Cells {
    let p = Palette::of(Theme::Light);
    let hues = vec![p.success.faint(0.34), p.server, p.waiting, p.line, p.ink.faint(0.5)];
    let shown = (0..columns * 20 + columns / 3).map(|index| ((index * index / 7 + index + turn) % 5) as u8).collect();
    Cells { at, pitch: (pitch, pitch), size: (pitch - 1.0, pitch - 1.0), columns, hues, shown }
}

/// What is on a canvas with so many device pixels a CSS pixel, over something that is drawn before. Everywhere there is something opaque: of what is nearly
/// transparent a canvas does not give back the colour that it was given.
fn painted(ratio: f64, shapes: Vec<Shape>) -> Vec<u8> {
    let canvas = Painted::new(200, 120);
    canvas::fit(&canvas.0, ratio).expect("the canvas is shown");
    let (paper, blue) = (Some(Rgba::new(250, 251, 252, 1.0)), Some(Rgba::new(90, 120, 200, 1.0)));
    let mut all = vec![
        Shape::Rect { at: (0.0, 0.0), size: (200.0, 120.0), radius: 0.0, fill: paper, stroke: None },
        Shape::Circle { at: (70.0, 50.0), r: 40.0, fill: blue, stroke: None },
    ];
    all.extend(shapes);
    canvas::paint(&canvas.0, ratio, &all);
    canvas.pixels()
}

#[wasm_bindgen_test]
fn thousands_of_cells_are_painted_as_their_rectangles_would_be() {
    // At whole and at broken places, on coarse, fine and odd screens; one after the other, as two stages are; and anew where only the hues are others.
    let grids = [((8.0, 6.0), 3.0, 40), ((8.25, 6.6), 4.0, 30), ((0.0, 0.0), 5.0, 31), ((8.0, 6.0), 3.0, 40)];
    for ratio in [0.5, 1.0, 1.25, 1.5, 2.0, 3.0] {
        for (turn, (at, pitch, columns)) in grids.into_iter().enumerate() {
            let cells = cells(at, pitch, columns, turn);
            let as_boxes = |(hue, rects)| Shape::Boxes { rects, fill: Some(hue), stroke: None };
            let expected = painted(ratio, cells.boxes().map(as_boxes).collect());
            let below = painted(ratio, Vec::new());
            let found = painted(ratio, vec![Shape::Cells(cells)]);
            assert_eq!(found.len(), expected.len());
            let most = found.iter().zip(&expected).map(|(a, b)| a.abs_diff(*b)).max();
            // Where colours are mixed they are rounded at another place.
            assert!(most <= Some(3), "{most:?} of 255 apart at {ratio}, {at:?}, {pitch}");
            assert!(below.iter().zip(&found).filter(|(a, b)| a != b).count() > 1_000, "and they are there");
        }
    }
}

#[wasm_bindgen_test]
fn a_canvas_that_is_not_shown_has_no_size_and_is_left_alone() {
    let canvas = Painted::new(0, 0);
    assert_eq!(canvas::fit(&canvas.0, 1.0), None);
}
