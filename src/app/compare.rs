//! Run all: the patterns of a suite on one seed, computed, then raced under one playhead, with what came of it.
//!
//! It stands in place of the workbench. Nothing here knows a pattern by name: members, claims and closed forms are data of
//! the patterns.

mod documents;
mod matrix;
mod result;
mod room;

use crate::app::effect::use_effect_on;
use crate::app::icon::icon;
use crate::app::lab::Speed;
use crate::app::markup::{classes, html};
use crate::app::page::{Command, Page, use_page};
use crate::export::suite::{RaceCell, Verdict, verdict};
use crate::platform::{clock, field, host};
use crate::session::link;
use crate::view::fault_bands::planned_name;
use crate::view::{Palette, Theme, number};
use room::{Phase, Room};
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

/// Milliseconds between fresh looks at the figures of the race.
const LOOK_MS: f64 = 200.0;

/// The comparison of the suite that the scenario's pattern belongs to.
#[component]
pub fn Compare() -> Html {
    let page = use_page();
    let scenario = page.scenario();
    let room = use_memo(link::encode(&scenario), |_| Room::new(&scenario).map(|room| Rc::new(RefCell::new(room))));
    match (*room).clone() {
        Some(room) => html! { <Floor room={Shared(room)} dark={page.state.dark} back={back(&page)} /> },
        None => html! {
            <main id="main" class="suite">
                <div class="tp">{ back(&page) }</div>
                <p class="loading">{ "This pattern belongs to no suite." }</p>
            </main>
        },
    }
}

/// A room as a property: the same one is the same.
#[derive(Clone)]
struct Shared(Rc<RefCell<Room>>);

impl PartialEq for Shared {
    fn eq(&self, other: &Shared) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, PartialEq, Properties)]
struct FloorProps {
    room: Shared,
    dark: bool,
    back: Html,
}

#[component]
fn Floor(props: &FloorProps) -> Html {
    let again = use_force_update();
    let room = props.room.0.clone();
    let canvases = use_memo(room.borrow().members(), |n| (0..*n).map(|_| NodeRef::default()).collect::<Vec<_>>());
    {
        let (again, canvases, props) = (again.clone(), canvases.clone(), props.clone());
        use_effect_on(props.clone(), move || {
            let theme = if props.dark { Theme::Dark } else { Theme::Light };
            let (room, palette) = (props.room.0.clone(), Palette::of(theme));
            let (mut looked, mut painted) = (0.0, None);
            clock::FrameLoop::start(move |now| {
                let (changed, rest) = room.borrow_mut().frame(now);
                let room = room.borrow();
                let seen = (room.at(), room.members_done(), host::pixel_ratio().to_bits());
                if painted != Some(seen) {
                    painted = Some(seen);
                    for (index, node) in canvases.iter().enumerate() {
                        if let Some(canvas) = node.cast::<HtmlCanvasElement>() {
                            matrix::paint(&canvas, &room, index, palette);
                        }
                    }
                }
                if changed && (rest || now - looked >= LOOK_MS) {
                    looked = now;
                    again.force_update();
                }
            })
        });
    }
    let act = |change: fn(&mut Room)| {
        let (room, again) = (room.clone(), again.clone());
        Callback::from(move |_: MouseEvent| {
            change(&mut room.borrow_mut());
            again.force_update();
        })
    };
    let on_speed = {
        let (room, again) = (room.clone(), again.clone());
        Callback::from(move |event: InputEvent| {
            let index = field::number(&event).unwrap_or(0.0).clamp(0.0, 9.0) as usize;
            if let Some(speed) = Speed::STOPS.get(index) {
                room.borrow_mut().speed = *speed;
            }
            again.force_update();
        })
    };
    let room = room.borrow();
    html! {
        <main id="main" class="suite">
            <div class="tp" role="toolbar" aria-label="Race transport">
                { props.back.clone() }
                <span class="vr"></span>
                { transport(&room, &act) }
                { speed(&room, on_speed) }
                { facts(&room) }
            </div>
            <div class="floor scroll">
                <section aria-label="Race">
                    <h2 class="vh">{ "Race" }</h2>
                    <ol class="races">{ for canvases.iter().enumerate().map(|(index, node)| race(&room, index, node)) }</ol>
                    { key(&room) }
                    { for room.base().suite_leaves_out().into_iter().map(|left| html! { <p class="note" data-testid="suite-leaves-out">{ left }</p> }) }
                </section>
                { result::result_table(room.rows(), room.base().pattern.id, &room.base().seed) }
                <div class="low">
                    { result::claims_table(room.rows(), room.base().pattern.id) }
                    { says(verdict(room.rows(), room.base()).filter(|_| room.stage() == Phase::Computed)) }
                </div>
                { documents::documents(room.rows(), room.base().pattern.id) }
            </div>
        </main>
    }
}

fn back(page: &Page) -> Html {
    html! {
        <button class="btn bd" data-testid="workbench" onclick={page.asks(Command::Compare(false))}>{ icon("back") }{ "Workbench" }</button>
    }
}

fn transport(room: &Room, act: &dyn Fn(fn(&mut Room)) -> Callback<MouseEvent>) -> Html {
    match room.stage() {
        Phase::Computing => {
            let share = room.progress();
            html! {
                <>
                    <button class="btn bd" data-testid="compare-cancel" onclick={act(Room::cancel)}>{ "Cancel" }</button>
                    <label class="computing" role="status">
                        <span>{ format!("Computing {}", room.computing().unwrap_or("the suite")) }</span>
                        <progress max="1" value={format!("{share:.3}")} data-testid="compare-progress" aria-label="Computed"></progress>
                        <span>{ format!("{:.0} %", share * 100.0) }</span>
                    </label>
                </>
            }
        }
        Phase::Cancelled => html! {
            <>
                <button class="btn bd" onclick={act(Room::resume)}>{ "Compute on" }</button>
                <span class="note">{ format!("Cancelled at {:.0} %. What is complete is below.", room.progress() * 100.0) }</span>
            </>
        },
        Phase::Computed => {
            let (glyph, word) = match (room.is_playing(), room.is_at_end()) {
                (true, _) => ("pause", "Pause"),
                (false, true) => ("play", "Again"),
                (false, false) => ("play", "Run"),
            };
            html! {
                <>
                    <button class="btn pri run" data-testid="race-run" onclick={act(Room::toggle)}>{ icon(glyph) }<span class="word">{ word }</span></button>
                    <button class="btn ic bd" aria-label="Restart the race" onclick={act(Room::restart)}>{ icon("restart") }</button>
                    <button class="btn bd" data-testid="race-end" onclick={act(Room::finish)}>{ "To the end" }</button>
                    <span class="vr"></span>
                    <output class="clock" aria-label="Virtual time of the race" aria-live="off" data-testid="race-clock" data-ns={room.at().0.to_string()}>
                        { number::clock(room.at().0) }
                    </output>
                </>
            }
        }
    }
}

fn speed(room: &Room, oninput: Callback<InputEvent>) -> Html {
    if room.stage() != Phase::Computed {
        return Html::default();
    }
    let stop = Speed::STOPS.iter().position(|s| *s == room.speed).unwrap_or(0);
    html! {
        <label class="spd">
            <span class="name">{ "Speed" }</span>
            <input type="range" min="0" max={(Speed::STOPS.len() - 1).to_string()} step="1" value={stop.to_string()} aria-label="Speed of the race"
                aria-valuetext={room.speed.label()} data-testid="race-speed" {oninput} />
            <output>{ room.speed.label() }</output>
        </label>
    }
}

/// What all members share.
fn facts(room: &Room) -> Html {
    let base = room.base();
    let chosen: Vec<(String, String)> = base
        .chosen()
        .into_iter()
        .filter_map(|(key, value)| Some((base.field(key)?.label.to_owned(), value.to_string())))
        .take(4)
        .collect();
    html! {
        <span class="cfg">
            <span><b>{ number::count(room.requests()) }</b>{ " requests each" }</span>
            { for chosen.iter().filter(|(label, _)| label != "Requests").map(|(label, value)| html! { <span>{ format!("{label} ") }<b>{ value }</b></span> }) }
            { for base.planned().iter().take(2).filter_map(|p| {
                let fault = base.fault(&p.name)?;
                Some(html! { <span>{ planned_name(&fault, p.magnitude) }<b>{ format!(" at {}", number::short_moment(p.from.0)) }</b></span> })
            }) }
            <span>{ "Seed " }<b class="mono">{ &base.seed }</b></span>
        </span>
    }
}

/// When a run ended: two decimals tell apart those that end together.
fn ended(nanos: u64) -> String {
    if nanos < number::HOUR { format!("{} s", number::seconds(nanos)) } else { number::short_moment(nanos) }
}

fn race(room: &Room, index: usize, node: &NodeRef) -> Html {
    let Some(member) = room.member(index) else { return Html::default() };
    let pattern = member.pattern();
    let total = member.requests().max(1);
    let (count, errors) = room.counts(index);
    let end = member.end().map(|(at, _)| at);
    let share = 100.0 * count as f64 / total as f64;
    let stands = match end {
        None => html! { <span>{ "not computed yet" }</span> },
        Some(at) if at <= room.at() && room.is_drained(index) => {
            html! { <span><b class="fin">{ "done" }</b>{ format!(" {}", ended(at.0)) }</span> }
        }
        Some(at) if room.is_drained(index) => html! { <span>{ format!("ends {}", ended(at.0)) }</span> },
        Some(at) => html! { <span><b class="stuck">{ "stuck" }</b>{ format!(" {}", ended(at.0)) }</span> },
    };
    html! {
        <li class={classes!("race", (pattern.id == room.base().pattern.id).then_some("cur"))}>
            <header>{ icon(pattern.glyph) }<h3>{ pattern.name }</h3>{ stands }</header>
            <canvas ref={node.clone()} role="img"
                aria-label={format!("{}: {} of {} ended at {}, {errors} without a result", pattern.name, count, total, ended(room.at().0))}></canvas>
            <progress class="pb" max="100" value={format!("{share:.1}")} aria-label={pattern.name}></progress>
            <p><span><b>{ number::count(count) }</b>{ format!(" of {}", number::count(total)) }</span><span>{ format!("{} errors", number::count(errors)) }</span><span>{ format!("{share:.0} %") }</span></p>
        </li>
    }
}

fn key(room: &Room) -> Html {
    let total = room.requests();
    let each = matrix::Grid::of(total);
    let cells = match each.requests {
        1 => format!("One cell per request, {} per row", each.columns),
        n => format!("One cell per {n} requests, the worst of them shown, {} cells per row", each.columns),
    };
    html! {
        <div class="key">
            { for RaceCell::ALL.iter().filter(|s| room.has_seen(**s)).map(|state| html! {
                <span><i class={matrix::class(*state)}></i>{ state.word() }</span>
            }) }
            <em>{ cells }</em>
        </div>
    }
}

fn says(verdict: Option<Verdict>) -> Html {
    let Some(verdict) = verdict else {
        return html! { <section class="ver"><h2>{ "Verdict" }</h2><p class="note">{ "Comes when all members are computed." }</p></section> };
    };
    html! {
        <section class="ver" data-testid="verdict" aria-labelledby="h-verdict">
            <h2 id="h-verdict">{ "Verdict" }<span>{ "one seed" }</span></h2>
            <p class="big">{ verdict.lead }</p>
            <ul>{ for verdict.rest.into_iter().map(|(who, what)| html! { <li><b>{ who }</b>{ " " }{ what }</li> }) }</ul>
        </section>
    }
}
