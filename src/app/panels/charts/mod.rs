//! The live charts, drawn by plotters on canvases, each with another canvas over it for what changes with every look: the
//! playhead, the values there, and where somebody points, which is the same instant in all charts.
//!
//! They are of all that is computed, so moving the playhead within that makes none of them anew.

mod plot;
mod pointed;

use crate::app::lab::{Lab, Side};
use crate::app::markup::html;
use crate::app::page::use_page;
use crate::app::panels::two_runs::{brief, differences};
use crate::app::{family, scene};
use crate::session::link;
use crate::spec::SceneSpec;
use crate::trace::{SimTime, TraceHash};
use crate::view::place::tables;
use crate::view::sheets::{Beside, Sheet, Told, of_bank, of_calls};
use crate::view::{Palette, Theme};
use plot::{Plot, Same};
use pointed::Pointed;
use std::rc::Rc;
use yew::prelude::*;

/// The charts of a bank.
pub fn bank_charts(lab: &Lab, scene: &SceneSpec, palette: &Palette) -> Vec<Sheet> {
    told(lab, scene, palette, of_bank)
}

/// The charts of patterns whose jobs call a server.
pub fn call_charts(lab: &Lab, scene: &SceneSpec, palette: &Palette) -> Vec<Sheet> {
    told(lab, scene, palette, of_calls)
}

fn told(lab: &Lab, scene: &SceneSpec, palette: &Palette, of: fn(&Told<'_>) -> Vec<Sheet>) -> Vec<Sheet> {
    let (session, scenario) = (lab.session(), lab.scenario());
    let (values, measures, trace) = (scenario.values(), scenario.measures(), session.run().trace());
    let health = scene.bank().and_then(|_| scene::read_scene(lab, tables::health));
    let cars = health.map_or_else(Vec::new, |health| health.cars);
    let cars: Vec<_> = cars.into_iter().map(|car| (car.name, car.status)).collect();
    of(&Told {
        history: session.history(),
        until: session.computed(),
        over: session.end(),
        trace: &trace,
        spec: scene,
        values: &values,
        measures: &measures,
        ceiling: (scenario.pattern.ceiling)(&values, scenario.fidelity),
        palette,
        before: lab.before().map(|before| (before.history(), before.computed())),
        beside: lab.second().map(|second| Beside {
            history: second.history(),
            until: second.computed(),
            name: brief(&differences(scenario, second.scenario()), Side::Second),
        }),
        cars: &cars,
    })
}

/// What charts are of: as long as it is the same, so are they.
#[derive(PartialEq)]
struct Of {
    scenario: String,
    far: TraceHash,
    until: SimTime,
    over: bool,
    before: Option<(SimTime, bool)>,
    beside: Option<TraceHash>,
    dark: bool,
}

/// All charts.
#[component]
pub fn Charts() -> Html {
    let page = use_page();
    let known = use_mut_ref(|| None::<(Of, Vec<Rc<Sheet>>)>);
    let pointed = use_mut_ref(|| Rc::new(Pointed::default())).borrow().clone();
    let (lab, dark) = (page.lab(), page.state.dark);
    let session = lab.session();
    let of = Of {
        scenario: link::encode(lab.scenario()),
        far: session.far_hash(),
        until: session.computed(),
        over: session.outcome().is_some(),
        before: lab.before().map(|before| (before.computed(), before.is_open())),
        beside: lab.second().map(|second| second.far_hash()),
        dark,
    };
    let kept = known.borrow().as_ref().filter(|(kept, _)| *kept == of).map(|(_, sheets)| sheets.clone());
    let sheets = kept.unwrap_or_else(|| {
        let (scene, palette) = (scene::spec(&lab), Palette::of(if dark { Theme::Dark } else { Theme::Light }));
        let sheets: Vec<Rc<Sheet>> =
            (family::of(&scene).charts)(&lab, &scene, palette).into_iter().map(Rc::new).collect();
        known.replace(Some((of, sheets.clone())));
        sheets
    });
    let playhead = session.playhead();
    html! {
        <section class="sec charts" aria-label="Charts" ref={pointed.section.clone()}>
            { for sheets.into_iter().map(|sheet| { let key = sheet.id.clone(); html! { <Plot {key} sheet={Same(sheet)} {dark} {playhead} pointed={Same(pointed.clone())} /> } }) }
        </section>
    }
}
