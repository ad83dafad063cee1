//! Metric tiles: the numbers at the playhead. Which they are depends on the picture: calls, or people who wait for cars.

use crate::app::lab::{Lab, Side};
use crate::app::markup::html;
use crate::app::page::Page;
use crate::app::{family, scene};
use crate::spec::Measure;
use crate::view::tiles::{Seen, Tile, of_bank, of_calls};
use yew::prelude::*;

/// The tiles of a bank.
pub fn bank_tiles(lab: &Lab, side: Side) -> (Vec<Tile>, String) {
    seen(lab, side, of_bank)
}

/// The tiles of patterns whose jobs call a server.
pub fn call_tiles(lab: &Lab, side: Side) -> (Vec<Tile>, String) {
    seen(lab, side, of_calls)
}

fn seen(lab: &Lab, side: Side, of: fn(&Seen<'_>) -> (Vec<Tile>, String)) -> (Vec<Tile>, String) {
    let run = lab.of(side);
    let measures = run.scenario().measures();
    scene::with_scene_of((lab, run), scene::Sight::default(), |scene, look| {
        of(&Seen {
            scene,
            look,
            so_far: lab.so_far_of(side),
            measures: &measures,
            summary: &|id| lab.summary_of(side, id),
            given_up: &|id| lab.given_up_of(side, id),
            at_server: &|id| {
                let of = Measure::LATENCY;
                (lab.summary_at(side, of, id), lab.given_up_at(side, of, id))
            },
            at_end: run.at_end(),
            real: run.is_real(),
        })
    })
}

/// The tiles.
pub fn tiles(page: &Page) -> Html {
    let (tiles, note) = {
        let lab = page.lab();
        let scene = scene::spec(&lab);
        (family::of(&scene).tiles)(&lab, Side::First)
    };
    // Rows of four; the last one is filled up, so that no hole shows.
    let empty = (4 - tiles.len() % 4) % 4;
    html! {
        <section class="sec metrics" aria-labelledby="h-metrics">
            <header><h2 id="h-metrics">{ "Metrics" }</h2><span class="note">{ note }</span></header>
            <dl class="tiles">
                { for tiles.into_iter().map(tile) }
                { for (0..empty).map(|_| html! { <div aria-hidden="true"></div> }) }
            </dl>
        </section>
    }
}

fn tile(t: Tile) -> Html {
    let means = Some(t.means()).filter(|means| !means.is_empty());
    let title = (!t.full.is_empty()).then_some(t.full);
    let class = classes!(t.is_bad.then_some("bad"), t.is_word.then_some("word"));
    html! {
        <div data-testid={format!("metric-{}", t.id)} data-value={t.plain} title={means}><dt>{ t.label }</dt><dd {title} {class}>{ t.shown }<small>{ t.unit }</small></dd></div>
    }
}
