//! The live charts, drawn by plotters on canvases, each with another canvas over it for what changes with every look: the
//! playhead, the values there, and where somebody points, which is the same instant in all charts.
//!
//! They are of all that is computed, so moving the playhead within that makes none of them anew.

mod plot;
mod pointed;

use crate::app::lab::{Lab, Side};
use crate::app::markup::html;
use crate::app::memo::next_after;
use crate::app::page::{Page, use_page};
use crate::app::panels::follow::life;
use crate::app::panels::two_runs::{brief, differences};
use crate::app::{family, scene};
use crate::platform::clock;
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

/// From so many requests on the charts are worked out in a task of their own, so that the page answers in between; and while a run is played,
/// no more often than leaves the time to the stage ([`next_after`]).
const MANY: u64 = 20_000;

/// What charts are of now.
fn of(page: &Page) -> Of {
    let lab = page.lab();
    let session = lab.session();
    Of {
        scenario: link::encode(lab.scenario()),
        far: session.far_hash(),
        until: session.computed(),
        over: session.outcome().is_some(),
        before: lab.before().map(|before| (before.computed(), before.is_open())),
        beside: lab.second().map(|second| second.far_hash()),
        dark: page.state.dark,
    }
}

type Sheets = Vec<Rc<Sheet>>;

fn work_out(page: &Page) -> Sheets {
    let (lab, theme) = (page.lab(), if page.state.dark { Theme::Dark } else { Theme::Light });
    let scene = scene::spec(&lab);
    (family::of(&scene).charts)(&lab, &scene, Palette::of(theme)).into_iter().map(Rc::new).collect()
}

/// The charts as they are to be shown now.
#[hook]
fn use_sheets(page: &Page) -> Sheets {
    // What they are of, and at which tick they were last asked for in a task of their own.
    let known = use_mut_ref(|| None::<(Of, Sheets, f64)>);
    let asked = use_mut_ref(|| None::<u64>);
    let again = use_force_update();
    let now = of(page);
    let look =
        |(of, sheets, next): &(Of, Sheets, f64)| (*of == now, of.scenario == now.scenario, sheets.clone(), *next);
    let kept = known.borrow().as_ref().map(look);
    let (many, moves) = (page.lab().ledger().tally.departed() > MANY, page.lab().is_busy());
    match kept {
        Some((true, _, sheets, _)) => sheets,
        Some((_, true, sheets, next)) if many && moves && clock::now_ms() < next => sheets,
        Some((_, true, sheets, _)) if many => {
            if asked.replace(Some(page.state.tick)) != Some(page.state.tick) {
                let page = page.clone();
                clock::soon(move || {
                    let began = clock::now_ms();
                    let (of, sheets) = (of(&page), work_out(&page));
                    known.replace(Some((of, sheets, next_after(began))));
                    again.force_update();
                });
            }
            sheets
        }
        _ => {
            let sheets = work_out(page);
            known.replace(Some((now, sheets.clone(), 0.0)));
            sheets
        }
    }
}

/// All charts.
#[component]
pub fn Charts() -> Html {
    let page = use_page();
    let sheets = use_sheets(&page);
    let pointed = use_mut_ref(|| Rc::new(Pointed::default())).borrow().clone();
    let (dark, playhead, life) = (page.state.dark, page.lab().session().playhead(), life(&page));
    html! {
        <section class="sec charts" aria-label="Charts" ref={pointed.section.clone()}>
            { for sheets.into_iter().map(|sheet| { let key = sheet.id.clone(); html! { <Plot {key} sheet={Same(sheet)} {dark} {playhead} {life} pointed={Same(pointed.clone())} /> } }) }
        </section>
    }
}
