//! Metric tiles: the numbers at the playhead. Which they are depends on the picture: calls, or people who wait for cars.

mod bank;
mod calls;

pub use bank::tiles as bank_tiles;
pub use calls::tiles as call_tiles;

use crate::analysis::Summary;
use crate::app::markup::html;
use crate::app::page::Page;
use crate::app::{family, scene};
use crate::trace::Span;
use crate::view::number;
use yew::prelude::*;

/// One figure of a summary.
type Pick = fn(&Summary) -> Span;

/// The figures that tiles show, and how many samples each needs to mean something.
const MEAN: (u64, Pick) = (1, |s| s.mean);
const P50: (u64, Pick) = (1, |s| s.p50);
const P95: (u64, Pick) = (20, |s| s.p95);
const P99: (u64, Pick) = (100, |s| s.p99);
const P999: (u64, Pick) = (1_000, |s| s.p999);

/// One tile: id, name, what is shown, its unit, the plain number in base units.
pub struct Tile {
    id: String,
    label: String,
    shown: String,
    unit: String,
    plain: String,
    /// What is shown, in full, where that is shorter or may be cut.
    full: String,
}

impl Tile {
    fn new(id: &str, label: &str, shown: String, unit: impl Into<String>, plain: impl ToString) -> Tile {
        Tile {
            id: id.to_owned(),
            label: label.to_owned(),
            shown,
            unit: unit.into(),
            plain: plain.to_string(),
            full: String::new(),
        }
    }

    /// What there is nothing to say of yet.
    fn dash(id: &str, label: &str) -> Tile {
        Tile::new(id, label, "—".to_owned(), "", "")
    }

    /// A time in milliseconds, unless there are too few samples to speak of it.
    fn time(id: &str, label: &str, of: Option<Summary>, (enough, pick): (u64, Pick)) -> Tile {
        match of.filter(|summary| summary.count >= enough).map(|summary| pick(&summary)) {
            Some(span) => Tile::new(id, label, number::short_millis(span.0), "ms", span.0),
            None => Tile::dash(id, label),
        }
    }

    /// A time in seconds, unless there are too few samples to speak of it.
    fn seconds(id: &str, label: &str, of: Option<Summary>, (enough, pick): (u64, Pick)) -> Tile {
        match of.filter(|summary| summary.count >= enough).map(|summary| pick(&summary)) {
            Some(span) => Tile::new(id, label, number::short_seconds(span.0), "s", span.0),
            None => Tile::dash(id, label),
        }
    }

    /// Jobs a second, unless no time has passed.
    fn rate(id: &str, label: &str, per_second: Option<f64>) -> Tile {
        match per_second {
            Some(rate) => Tile::new(id, label, number::rate(rate), "/s", rate),
            None => Tile::dash(id, label),
        }
    }

    /// A number of things.
    fn count(id: &str, label: &str, n: u64) -> Tile {
        Tile { full: number::count(n), ..Tile::new(id, label, number::short_count(n), "", n) }
    }

    /// How something is, in a word or two.
    fn word(id: &str, label: &str, word: String) -> Tile {
        Tile { full: word.clone(), ..Tile::new(id, label, word.clone(), "", word) }
    }
}

/// The tiles.
pub fn tiles(page: &Page) -> Html {
    let (tiles, note) = {
        let lab = page.lab();
        let scene = scene::spec(&lab);
        (family::of(&scene).tiles)(&lab, &scene)
    };
    // Rows of four; the last one is filled up, so that no hole shows.
    let empty = (4 - tiles.len() % 4) % 4;
    html! {
        <section class="sec metrics" aria-labelledby="h-metrics">
            <header><h2 id="h-metrics">{ "Metrics" }</h2><span class="note">{ note }</span></header>
            <dl class="tiles">
                { for tiles.into_iter().map(|t| { let title = (!t.full.is_empty() && t.full != t.shown).then_some(t.full); html! {
                    <div data-testid={format!("metric-{}", t.id)} data-value={t.plain}><dt>{ t.label }</dt><dd {title}>{ t.shown }<small>{ t.unit }</small></dd></div>
                } }) }
                { for (0..empty).map(|_| html! { <div aria-hidden="true"></div> }) }
            </dl>
        </section>
    }
}
