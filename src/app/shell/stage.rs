//! The stage: a canvas that is painted whenever what it shows has changed, items to walk through, and its text alternative.

use crate::app::effect::use_effect_on;
use crate::app::family;
use crate::app::held::use_held;
use crate::app::lab::{Side, Speed};
use crate::app::markup::html;
use crate::app::page::{Command, Page, use_page};
use crate::app::panels::{request, way};
use crate::app::scene::{Sight, spec, with_scene_of};
use crate::platform::{canvas, clock, host};
use crate::trace::order::sort_by;
use crate::view::place::order;
use crate::view::scene::{self, Item, Lens, Look, Scene};
use crate::view::{number, text};
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

/// Milliseconds between pictures: at high speeds nobody can read more, and with reduced motion nobody wants more.
const SLOW_MS: f64 = 250.0;
const STEPS_MS: f64 = 500.0;

/// As it is read aloud: with all the room that it has on a desk.
const READ: Sight<'static> =
    Sight { dark: false, size: (880.0, 430.0), item: None, part: None, follow: None, lens: None };

/// What a picture depends on: painted anew when one of them changes.
#[derive(Clone, PartialEq)]
struct Seen {
    events: u64,
    playhead: u64,
    size: (f64, f64),
    /// Device pixels for each CSS pixel: a canvas that is fitted to others is empty.
    ratio: f64,
    dark: bool,
    item: Option<usize>,
    part: Option<String>,
    lens: Option<Lens>,
    pattern: &'static str,
    /// Counts on with every wish: a parameter may have changed the empty scene.
    tick: u64,
}

/// The handles of a stage's canvas and of its text alternative.
const fn handles(side: Side) -> (&'static str, &'static str) {
    match side {
        Side::First => ("stage", "stage-text"),
        Side::Second => ("stage-second", "stage-second-text"),
    }
}

/// Properties of a stage.
#[derive(Clone, PartialEq, Properties)]
pub struct StageProps {
    /// Whose it is.
    #[prop_or_default]
    pub side: Side,
}

/// The canvas, its items, its words.
#[component]
pub fn StageBox(props: &StageProps) -> Html {
    let side = props.side;
    let page = use_page();
    let node = use_node_ref();
    // Where its items are is known once it is laid out: the first render knows of no size.
    let laid_out = use_held(|| false);
    {
        let laid_out = laid_out.clone();
        use_effect_on((), move || clock::after_a_frame(move || laid_out.set(true)));
    }
    // What the mouse is over; what was chosen, by a press or by key, stays when it goes elsewhere, and stands in the link to a moment.
    let over = use_held(|| None::<usize>);
    let items = {
        let lab = page.lab();
        with_scene_of((&lab, lab.of(side)), Sight { size: size_of(&node), ..Sight::default() }, scene::items)
    };
    let lane = page.state.lane.as_ref().filter(|_| side == Side::First);
    let chosen = lane.and_then(|lane| items.iter().position(|item| item.title == *lane));
    let shown = over.or(chosen);
    // What is looked at inside the chosen item, by its title: what is told of a moment moves on with the playhead.
    let part = use_held(|| None::<String>);
    let within = part.as_ref().filter(|_| over.is_none()).cloned();
    // Whom of many a lens is on: whoever the mouse is over, until it is pinned, or whoever it was moved to by key.
    let lens = use_held(|| None::<Lens>);
    {
        // It is of the pattern that it was put on.
        let lens = lens.clone();
        use_effect_on(page.lab().scenario().pattern.id, move || {
            if lens.is_some() {
                lens.set(None);
            }
        });
    }
    let see = {
        let (page, node, lens) = (page.clone(), node.clone(), lens.clone());
        move |ask: &dyn Fn(&Scene<'_>, &Look<'_>) -> Option<Option<Lens>>| {
            let lab = page.lab();
            let sight = Sight { size: size_of(&node), lens: *lens, ..Sight::default() };
            let next = with_scene_of((&lab, lab.of(side)), sight, ask);
            next.into_iter().for_each(|next| {
                if next != *lens {
                    lens.set(next)
                }
            });
            next.is_some()
        }
    };
    use_painting(&page, &node, (shown, within.clone(), *lens), side);
    // How many of its items can be put into another order, here where that is done.
    let movable = order(&spec(&page.lab())).filter(|_| side == Side::First).map_or(0, |(_, n)| n);
    let dragged = use_mut_ref(|| false);
    let onpointerdown = {
        let (page, items, dragged) = (page.clone(), items.clone(), dragged.clone());
        Callback::from(move |event: PointerEvent| {
            let (x, y) = point_of(&event);
            let row = under(&items, (x, y)).filter(|index| *index < movable);
            let grip = row.and_then(|index| items.get(index)).is_some_and(|item| x < item.frame.x + GRIP);
            *dragged.borrow_mut() = grip;
            if let Some(index) = row.filter(|_| grip) {
                page.ask(Command::Arrange(Some((index, index))));
            }
        })
    };
    let onpointermove = {
        let (page, items, over, dragged) = (page.clone(), items.clone(), over.clone(), dragged.clone());
        let see = see.clone();
        Callback::from(move |event: PointerEvent| {
            let point = point_of(&event);
            if event.pointer_type() == "mouse" {
                see(&|scene, look| Some(scene::lens_over(scene, look, point)));
            }
            // A finger is over nothing once it is lifted, and nobody says so.
            let it = (event.pointer_type() == "mouse").then(|| under(&items, point));
            over.set(it.flatten());
            let lifted = page.lab().lifted.filter(|_| *dragged.borrow());
            if let Some((from, to)) = lifted {
                // The rows stand where they stood, whoever is in them.
                let mut rows: Vec<_> = items.iter().take(movable).map(|item| item.frame).collect();
                sort_by(&mut rows, |a, b| a.y.total_cmp(&b.y));
                let next = rows.iter().filter(|row| row.bottom() < point.1).count().min(movable.saturating_sub(1));
                if next != to {
                    page.ask(Command::Arrange(Some((from, next))));
                }
            }
        })
    };
    let onpointerup = {
        let (page, dragged) = (page.clone(), dragged.clone());
        Callback::from(move |_: PointerEvent| {
            if *dragged.borrow() {
                page.ask(Command::PutDown);
            }
        })
    };
    let onpointerleave = {
        let (page, over, dragged) = (page.clone(), over.clone(), dragged.clone());
        let lens = lens.clone();
        Callback::from(move |_: PointerEvent| {
            over.set(None);
            if lens.is_some_and(|lens| !lens.pinned) {
                lens.set(None);
            }
            if dragged.replace(false) {
                page.ask(Command::Arrange(None));
            }
        })
    };
    let pressed = use_held(|| None::<Html>);
    let press = {
        let (page, node, pressed) = (page.clone(), node.clone(), pressed.clone());
        Callback::from(move |point: (f64, f64)| {
            let close = {
                let pressed = pressed.clone();
                Callback::from(move |()| pressed.set(None))
            };
            // What is asked is asked of both, on the first.
            if side == Side::Second {
                return;
            }
            let family = family::of(&spec(&page.lab()));
            pressed.set((family.press)(&page, size_of(&node), point, close));
        })
    };
    let onclick = {
        let (page, press, items, node) = (page.clone(), press.clone(), items.clone(), node.clone());
        let (dragged, see) = (dragged.clone(), see.clone());
        Callback::from(move |event: MouseEvent| {
            // What was dragged was not pressed.
            if dragged.replace(false) {
                return;
            }
            let size = size_of(&node);
            let point = point_of(&event);
            // A single request that is pressed is followed.
            let part = {
                let lab = page.lab();
                with_scene_of((&lab, lab.of(side)), Sight { size, ..Sight::default() }, |scene, look| {
                    scene::hit(scene, look, point)
                })
            };
            if let Some(job) = part.and_then(|part| request(&part.title)).filter(|_| side == Side::First) {
                return page.ask(Command::Follow(Some(job)));
            }
            if see(&|scene, look| scene::lens_pressed(scene, look, point)) {
                return;
            }
            let lane = under(&items, point).and_then(|index| items.get(index)).map(|item| item.title.clone());
            // A second press lets go of it.
            page.ask(Command::Lane(lane.filter(|lane| page.state.lane.as_ref() != Some(lane))));
            press.emit(point);
        })
    };
    let parts_of = {
        let (page, node) = (page.clone(), node.clone());
        move |item: usize| {
            let lab = page.lab();
            let sight = Sight { size: size_of(&node), ..Sight::default() };
            with_scene_of((&lab, lab.of(side)), sight, |scene, look| scene::parts(scene, look, item))
        }
    };
    let onkeydown = {
        let (page, items, part, parts_of) = (page.clone(), items.clone(), part.clone(), parts_of.clone());
        let see = see.clone();
        // Where a landing is pressed by key, its lamps are not.
        let edge = chosen.and_then(|index| items.get(index)).map(|l| (l.frame.x + 1.0, l.frame.y + l.frame.h / 2.0));
        Callback::from(move |event: KeyboardEvent| {
            let lifted = page.lab().lifted;
            if let Some(wish) = arranges(&event.key(), chosen.filter(|index| *index < movable), lifted, movable) {
                event.prevent_default();
                // Where it is put down it stays chosen, under its new number.
                let name = lifted.filter(|_| wish == Arranging::PutDown).and_then(|(from, to)| {
                    let (_, name) = items.get(from)?.title.split_once(' ')?;
                    Some(format!("{}. {name}", to + 1))
                });
                page.ask(match wish {
                    Arranging::PutDown => Command::PutDown,
                    Arranging::Hold(lifted) => Command::Arrange(lifted),
                });
                return name.into_iter().for_each(|name| page.ask(Command::Lane(Some(name))));
            }
            if see(&|scene, look| scene::lens_after(scene, look, chosen, &event.key())) {
                part.set(None);
                return event.prevent_default();
            }
            let next = match event.key().as_str() {
                "Enter" => {
                    // Else the same key would open the list of the box that takes the focus.
                    event.prevent_default();
                    return edge.into_iter().for_each(|point| press.emit(point));
                }
                "ArrowDown" => chosen.map_or(0, |l| (l + 1).min(items.len().saturating_sub(1))),
                "ArrowUp" => chosen.map_or(0, |l| l.saturating_sub(1)),
                key @ ("ArrowLeft" | "ArrowRight") => {
                    let parts = chosen.map(&parts_of).unwrap_or_default();
                    // Who comes in begins with the newest.
                    let Some(last) = parts.len().checked_sub(1) else { return };
                    let from = part.as_ref().and_then(|title| parts.iter().position(|part| part.title == *title));
                    let next = match from {
                        None => last,
                        Some(from) if key == "ArrowLeft" => from.saturating_sub(1),
                        Some(from) => (from + 1).min(last),
                    };
                    event.prevent_default();
                    return part.set(parts.get(next).map(|part| part.title.clone()));
                }
                "Escape" if part.is_some() => return part.set(None),
                "Escape" => return page.ask(Command::Lane(None)),
                _ => return,
            };
            part.set(None);
            event.prevent_default();
            page.ask(Command::Lane(items.get(next).map(|item| item.title.clone())));
        })
    };
    let (events, hash) = {
        let lab = page.lab();
        (lab.of(side).events(), lab.of(side).hash().hex())
    };
    let (handle, _) = handles(side);
    let name = if side == Side::First { "Lanes of the stage" } else { "Lanes of the second stage" };
    let inside =
        within.zip(shown).and_then(|(title, item)| parts_of(item).into_iter().find(|part| part.title == title));
    let under_lens = lens.and_then(|lens| {
        let lab = page.lab();
        let sight = Sight { size: size_of(&node), ..Sight::default() };
        with_scene_of((&lab, lab.of(side)), sight, |scene, look| scene::lens_item(scene, look, lens))
    });
    let chosen = under_lens.or(inside).or_else(|| shown.and_then(|index| items.get(index).cloned()));
    html! {
        <>
            <div class="lanes" role="group" tabindex="0" aria-label={name} {onclick} {onpointerdown} {onpointermove} {onpointerup} {onpointerleave} {onkeydown}>
                <canvas ref={node.clone()} data-testid={handle} role="img" aria-label={describe(&page, side)} data-events={events.to_string()} data-hash={hash}></canvas>
                <p class="vh" aria-live="polite">{ chosen.as_ref().map(|l| format!("{}: {}", l.title, l.lines.join(", "))) }</p>
            </div>
            if let Some(opened) = (*pressed).clone() {
                { opened }
            } else if let Some(item) = chosen {
                <Tip {item} />
            }
            <StageText {side} />
        </>
    }
}

/// How wide the part of a row is by which it is dragged.
const GRIP: f64 = 28.0;

/// What a key does to the order of the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arranging {
    /// One is lifted, held elsewhere, or put back.
    Hold(Option<(usize, usize)>),
    /// It stays where it is held.
    PutDown,
}

/// Space lifts the chosen item and puts it down, the arrows move it, Escape puts it back.
fn arranges(key: &str, chosen: Option<usize>, lifted: Option<(usize, usize)>, n: usize) -> Option<Arranging> {
    Some(match (key, lifted) {
        (" ", None) => Arranging::Hold(Some((chosen?, chosen?))),
        (" ", Some(_)) => Arranging::PutDown,
        ("ArrowUp", Some((from, to))) => Arranging::Hold(Some((from, to.saturating_sub(1)))),
        ("ArrowDown", Some((from, to))) => Arranging::Hold(Some((from, (to + 1).min(n.saturating_sub(1))))),
        ("Escape", Some(_)) => Arranging::Hold(None),
        _ => return None,
    })
}

fn point_of(event: &MouseEvent) -> (f64, f64) {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

/// Which of the items is at a point.
fn under(items: &[Item], (x, y): (f64, f64)) -> Option<usize> {
    items.iter().map(|item| item.frame).position(|f| x >= f.x && x < f.right() && y >= f.y && y < f.bottom())
}

fn size_of(node: &NodeRef) -> (f64, f64) {
    node.cast::<HtmlCanvasElement>().map_or((0.0, 0.0), |c| (f64::from(c.client_width()), f64::from(c.client_height())))
}

/// The number of the item that is pointed at or chosen, which part of it is looked at, and whom of many a lens is on.
type Shown = (Option<usize>, Option<String>, Option<Lens>);

/// Paints each frame in which there is something new.
#[hook]
fn use_painting(page: &Page, node: &NodeRef, shown: Shown, side: Side) {
    let latest: Rc<RefCell<(Page, Shown)>> = use_mut_ref(|| (page.clone(), shown.clone()));
    latest.replace((page.clone(), shown));
    let node = node.clone();
    use_effect_on((), move || {
        let (mut seen, mut painted) = (None::<Seen>, 0.0);
        let calm = host::prefers_less_motion();
        let paint = move |now: f64| {
            let (page, (item, part, lens)) = latest.borrow().clone();
            let Some(element) = node.cast::<HtmlCanvasElement>() else { return };
            let ratio = host::pixel_ratio();
            let lab = page.lab();
            let pace = match lab.speed() {
                _ if calm => STEPS_MS,
                Speed::Times(x) if x <= 100.0 => 0.0,
                _ => SLOW_MS,
            };
            if lab.playing && now - painted < pace {
                return;
            }
            let Some(size) = canvas::fit(&element, ratio) else { return };
            let session = lab.of(side);
            let current = Seen {
                events: session.events(),
                playhead: session.playhead().0,
                size,
                ratio,
                dark: page.state.dark,
                item,
                part,
                lens,
                pattern: lab.scenario().pattern.id,
                tick: if lab.playing { 0 } else { page.state.tick },
            };
            if seen.as_ref() == Some(&current) {
                return;
            }
            // It is followed through the run that it is of.
            let followed = way(&page).filter(|_| side == Side::First);
            let (part, follow) = (current.part.as_deref(), followed.as_deref());
            let sight = Sight { dark: current.dark, size, item, part, follow, lens };
            let shapes = with_scene_of((&lab, session), sight, scene::draw);
            canvas::paint(&element, ratio, &shapes);
            if side == Side::First {
                lab.readers.read(&lab);
            }
            seen = Some(current);
            painted = now;
        };
        // The first picture compiles whatever it is drawn with, so it has a task of its own beside that of the frame.
        let mut first = true;
        let paint = Rc::new(RefCell::new(paint));
        clock::FrameLoop::start(move |now| {
            if std::mem::take(&mut first) {
                let paint = paint.clone();
                clock::soon(move || (paint.borrow_mut())(now));
            } else {
                (paint.borrow_mut())(now);
            }
        })
    });
}

fn describe(page: &Page, side: Side) -> String {
    let lab = page.lab();
    let session = lab.of(side);
    let (at, title) = (number::spoken(session.playhead().0), session.scenario().pattern.title);
    with_scene_of((&lab, session), READ, |scene, look| format!("{title} at {at}. {}", text::description(scene, look)))
}

/// What is left free between the label box and the edges of the stage.
const MARGIN: f64 = 4.0;

/// Properties of the label box.
#[derive(Clone, PartialEq, Properties)]
struct TipProps {
    item: Item,
}

/// The label box of an item, placed beside it, and within the stage however long its lines are.
#[component]
fn Tip(props: &TipProps) -> Html {
    let node = use_node_ref();
    {
        let (node, (x, y)) = (node.clone(), props.item.label);
        use_effect_on(props.item.clone(), move || {
            let Some(element) = node.cast::<web_sys::HtmlElement>() else { return };
            let Some(stage) = element.offset_parent() else { return };
            let least = |at: f64, room: i32, own: i32| at.min(f64::from(room - own) - MARGIN).max(MARGIN);
            let x = least(x, stage.client_width(), element.offset_width());
            let y = least(y, stage.client_height(), element.offset_height());
            let style = element.style();
            let _x = style.set_property("--x", &format!("{x}px"));
            let _y = style.set_property("--y", &format!("{y}px"));
        });
    }
    html! {
        <div class="tip" ref={node} aria-hidden="true"><b>{ props.item.title.clone() }</b>{ for props.item.lines.iter().map(|l| html! { <div>{ l }</div> }) }</div>
    }
}

/// The text alternative, at rest at once, and while it runs at most once a second.
#[component]
fn StageText(props: &StageProps) -> Html {
    let page = use_page();
    let last = use_mut_ref(|| (f64::MIN, Vec::<text::Row>::new()));
    let lab = page.lab();
    let now = clock::now_ms();
    let mut last = last.borrow_mut();
    if !lab.playing || now - last.0 >= 1_000.0 {
        *last = (now, with_scene_of((&lab, lab.of(props.side)), READ, text::rows));
    }
    html! {
        <div class="vh">
            <table data-testid={handles(props.side).1}>
                <caption>{ format!("The stage at {}", number::spoken(lab.of(props.side).playhead().0)) }</caption>
                <tbody>{ for last.1.iter().map(|row| html! { <tr><th scope="row">{ row.what.clone() }</th><td>{ row.says.clone() }</td></tr> }) }</tbody>
            </table>
        </div>
    }
}
