//! The calls at the landings of a bank, as a table: who has been waiting longest stands first.

use crate::app::as_painted::use_as_painted;
use crate::app::lab::Lab;
use crate::app::markup::{classes, html};
use crate::app::page::use_page;
use crate::app::scene::{self, read_scene};
use crate::trace::Span;
use crate::view::number;
use crate::view::scene::tables::{self, HallCall, Way};
use yew::prelude::*;

/// So many are listed.
const MOST: usize = 12;
/// Room for so many is kept.
const KEPT: usize = 10;

/// The section, for scenes with a bank.
#[component]
pub fn HallCalls() -> Html {
    let page = use_page();
    // Room that was once needed is kept, or what is below would jump with every call.
    let room = use_mut_ref(|| 1_usize);
    let calls = use_as_painted(&page, open_calls);
    let lab = page.lab();
    let spec = scene::spec(&lab);
    let Some((_, bank)) = spec.bank() else { return Html::default() };
    let shown = calls.len().min(MOST);
    // Before and after a run nothing jumps.
    let still = lab.session().events() == 0 || lab.session().at_end();
    let rows = if still { shown.max(1) } else { shown.min(KEPT).max(*room.borrow()) };
    room.replace(rows);
    let more = calls.len() - shown;
    html! {
        <section class="sec bank" aria-labelledby="h-hall-calls" data-testid="hall-calls" data-open={calls.len().to_string()}>
            <header><h2 id="h-hall-calls">{ "Hall calls" }</h2><span class="note">{ heading(calls.len(), more) }</span></header>
            <table class="calls">
                <thead><tr>
                    <th scope="col" class="what">{ bank.landing }</th><th scope="col">{ "Direction" }</th><th scope="col" class="n">{ "People" }</th>
                    <th scope="col" class="n">{ "Waiting" }</th><th scope="col" class="n">{ "Car" }</th><th scope="col" class="n">{ "Arrives" }</th>
                </tr></thead>
                <tbody>
                    { for calls.iter().take(MOST).map(row) }
                    { for (shown..rows).map(|index| blank(index == 0)) }
                </tbody>
            </table>
        </section>
    }
}

/// The calls, as they are written: how long somebody has been waiting is another with every frame.
fn open_calls(lab: &Lab) -> Vec<HallCall> {
    let calls = read_scene(lab, tables::hall_calls).into_iter();
    calls.map(|call| HallCall { longest: Span::ZERO, ..call }).collect()
}

fn heading(open: usize, more: usize) -> String {
    match (open, more) {
        (0, _) => "none open".to_owned(),
        (open, 0) => format!("{open} open, longest first"),
        (open, more) => format!("{open} open, {more} more than are listed"),
    }
}

fn row(call: &HallCall) -> Html {
    let (glyph, word) = match call.way {
        Way::Up => ("▲", "up"),
        Way::Down => ("▼", "down"),
    };
    let late = call.late.then_some("late");
    html! {
        <tr>
            <th scope="row">{ call.number.clone() }</th>
            <td><span aria-hidden="true">{ glyph }</span>{ " " }{ word }</td>
            <td class="n">{ number::count(call.people) }</td>
            <td class={classes!("n", late)}>{ call.waits.clone() }</td>
            <td class="n car" title={call.car.clone()}>{ if call.car.is_empty() { "–" } else { &call.car } }</td>
            <td class="n">{ call.arrives.clone() }</td>
        </tr>
    }
}

/// A row that keeps its place.
fn blank(says: bool) -> Html {
    html! { <tr aria-hidden={(!says).then_some("true")}><td colspan="6">{ if says { "nobody waits" } else { "" } }</td></tr> }
}
