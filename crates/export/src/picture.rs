//! The stage at an instant, as a picture in a file: what the page paints, without a page.

use millrace_analysis::History;
use millrace_engine::Progress;
use millrace_session::Session;
use millrace_trace::{Cursor, Fold, SimTime};
use millrace_view::scene::{Look, Scene, draw};
use millrace_view::shape::Point;
use millrace_view::svg::svg;
use millrace_view::{Palette, Picture, Theme, place};

/// What a picture is painted on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Canvas {
    /// Width and height, in CSS pixels. Below a width of 600 it is a phone's picture.
    pub size: Point,
    /// Its colours.
    pub theme: Theme,
}

impl Canvas {
    /// The stage on a page of usual width.
    pub const PAGE: Canvas = Canvas { size: (880.0, 430.0), theme: Theme::Light };
    /// The stage where its picture has rows.
    pub const ROWS: Canvas = Canvas { size: (880.0, 560.0), theme: Theme::Light };
    /// The stage on a phone.
    pub const PHONE: Canvas = Canvas { size: (390.0, 368.0), theme: Theme::Light };
}

/// The stage of a session at an instant, at most where it is computed to, as SVG.
pub fn picture<F: Fold + Clone>(session: &Session<F, History>, at: SimTime, canvas: Canvas) -> String {
    let at = at.min(session.computed());
    let (scenario, trace) = (session.scenario(), session.run().trace());
    let (mut cursor, mut folded) = (Cursor::new(), Picture::default());
    while cursor.step(&trace, at, &mut folded) {}
    let values = scenario.values();
    let spec = (scenario.pattern.scene)(&values, scenario.fidelity);
    let palette = Palette::of(canvas.theme);
    let is_final = at >= session.computed();
    let stuck = matches!(session.outcome(), Some(Progress::Deadlock(_) | Progress::Livelock(_) | Progress::Crashed(_)));
    let scene = Scene::new(&spec, &values, &folded.ledger, &folded.recent, &trace);
    let look = Look { stuck: is_final && stuck, ..Look::new(canvas.size, palette, at) };
    svg(&draw(&scene, &look), canvas.size, palette)
}

/// What is wrong with the stage of a session, as what it opened so far shows: such places are drawn empty.
pub fn picture_problems<F: Fold + Clone>(session: &Session<F, History>) -> Vec<String> {
    let scenario = session.scenario();
    let spec = (scenario.pattern.scene)(&scenario.values(), scenario.fidelity);
    place::problems(&spec, &session.history().ledger, &session.run().trace())
}
