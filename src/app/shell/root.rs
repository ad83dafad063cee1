//! The root: state, context, frame loop, address, theme.

use super::announce::Announce;
use super::catalogue::Catalogue;
use super::keyboard::{KeyboardMap, use_shortcuts};
use super::later::Later;
use super::notices::notices;
use super::overlay::overlay;
use super::stage::StageBox;
use super::tabs::Tabs;
use super::timeline::Timeline;
use super::top_bar::top_bar;
use super::transport::transport;
use super::voice::voice;
use crate::app::address_bar::{self, AddressBar};
use crate::app::cabinet::{Cabinet, CardHead};
use crate::app::commands;
use crate::app::compare::Compare;
use crate::app::effect::use_effect_on;
use crate::app::front_door;
use crate::app::held::use_held;
use crate::app::lab::{Lab, Side};
use crate::app::markup::{classes, html};
use crate::app::page::{Change, Command, Page, State, Tab};
use crate::app::panels::{Difference, Measured, Panel, differences, name};
use crate::app::scene;
use crate::app::side_runs::SideRuns;
use crate::platform::focus::Focus;
use crate::platform::{address, clock, host};
use crate::session::{Drawers, Moment, Scenario, link};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Milliseconds between fresh looks at the experiment.
const LOOK_MS: f64 = 200.0;

fn first_state() -> State {
    let (tab, lead) = front_door::first_look(&address::fragment());
    State {
        tick: 0,
        wishes: 0,
        tab,
        door: front_door::is_at(&address::fragment()),
        lead,
        origin: None,
        look: None,
        line: None,
        quiet: None,
        lane: None,
        advanced: false,
        dark: host::prefers_dark(),
        help: false,
        compare: false,
        cabinet: false,
        drawers: Drawers::default(),
        solo: None,
        shortcuts: true,
        notices: Vec::new(),
        offered: None,
        error: None,
    }
}

/// What the page is first rendered with: the scenario that stands in the address, at rest, so that nothing is fetched for another.
fn first_lab() -> Option<Lab> {
    let named = link::decode(&address::fragment()).ok().map(|decoded| decoded.scenario);
    let still = named.map(|mut scenario| {
        scenario.moment = Moment::default();
        scenario
    });
    still.or_else(Scenario::at_the_door).map(Lab::new)
}

/// The page as it is opened: the experiment, what runs beside it, what stands in the address, and what a person looks at.
struct Opened {
    lab: Rc<RefCell<Lab>>,
    side_runs: Rc<RefCell<SideRuns>>,
    bar: Rc<RefCell<AddressBar>>,
    state: State,
    /// Takes the place of the frame that is painted before the program is there.
    appear: Box<dyn Fn()>,
}

impl Opened {
    /// Opens what stands in the address.
    fn at(fragment: &str, appear: impl Fn() + 'static) -> Option<Opened> {
        let lab = Rc::new(RefCell::new(first_lab()?));
        let (side_runs, bar, mut state) = (Rc::default(), Rc::default(), first_state());
        open(fragment, (&lab, &side_runs, &bar), &mut state);
        Some(Opened { lab, side_runs, bar, state, appear: Box::new(appear) })
    }
}

/// Opens what stands in the address, or the front door where nothing does.
fn open(
    fragment: &str,
    (lab, side_runs, bar): (&RefCell<Lab>, &RefCell<SideRuns>, &RefCell<AddressBar>),
    state: &mut State,
) {
    if let Some(drawers) = Drawers::read(fragment) {
        front_door::leave(state);
        lab.borrow_mut().pause();
        (state.cabinet, state.drawers, state.compare, state.error) = (true, drawers, false, None);
    } else if front_door::is_at(fragment) {
        front_door::enter(&mut lab.borrow_mut(), state);
    } else {
        commands::open(fragment, &mut lab.borrow_mut(), state);
    }
    side_runs.borrow_mut().look_at(lab.borrow().scenario());
    bar.borrow_mut().write(&mut lab.borrow_mut(), state, None);
}

/// Puts the page where an element stands: one task opens what stands in the address, the next begins to render it, and the browser answers
/// between them. Neither is the task that calls this: the browser has just made the module ready, and what was loading it is not over
/// before it returns. What is opened is not rendered twice: a page is mounted as it stays.
pub fn mount(root: web_sys::Element) {
    clock::soon(move || {
        host::set_theme(host::prefers_dark(), false);
        // Out of sight at first. A copy of the element, without what says "loading".
        let Some(page) = root.clone_node().ok().and_then(|copy| copy.dyn_into::<web_sys::Element>().ok()) else {
            return;
        };
        let appear = {
            let page = page.clone();
            move || _ = root.replace_with_with_node_1(&page)
        };
        let Some(opened) = Opened::at(&address::fragment(), appear) else { return };
        clock::soon(move || {
            let opened = Shared(Rc::new(opened));
            yew::Renderer::<App>::with_root_and_props(page, AppProps { opened }).render();
        });
    });
}

/// What was opened, as a property: the same one is the same.
#[derive(Clone)]
struct Shared(Rc<Opened>);

impl PartialEq for Shared {
    fn eq(&self, other: &Shared) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Properties of the page.
#[derive(Clone, PartialEq, Properties)]
struct AppProps {
    opened: Shared,
}

/// The page.
#[component]
fn App(props: &AppProps) -> Html {
    let Opened { lab, side_runs, bar, state: first, .. } = &*props.opened.0;
    let (lab, side_runs, bar) = (lab.clone(), side_runs.clone(), bar.clone());
    let state = use_reducer(|| first.clone());
    // Wishes come from closures that live longer than a render: they look at the state there is, not at the one there was.
    let current = use_mut_ref(|| Rc::new(first.clone()));
    current.replace(Rc::new((*state).clone()));

    let ask = {
        let (dispatcher, lab, current) = (state.dispatcher(), lab.clone(), current.clone());
        let (side_runs, bar) = (side_runs.clone(), bar.clone());
        use_callback((), move |wish: Command, ()| {
            let mut next = (**current.borrow()).clone();
            let themed = wish == Command::Theme;
            let leaving = address_bar::is_step(&wish).then(|| address_bar::leaving(&mut lab.borrow_mut(), &next));
            if commands::carry_out(wish, &lab, &mut side_runs.borrow_mut(), &mut next) {
                side_runs.borrow_mut().look_at(lab.borrow().scenario());
            }
            bar.borrow_mut().write(&mut lab.borrow_mut(), &next, leaving);
            host::set_theme(next.dark, themed);
            current.replace(Rc::new(next.clone()));
            dispatcher.dispatch(Change::Set(Box::new(next)));
        })
    };
    use_opening(&state, &lab, &side_runs, &current, &bar);
    let parts = use_parts(&props.opened);
    use_frames(&state, &lab, &side_runs, parts == LAST);
    let (compare, cabinet, card) = (state.compare, state.cabinet, lab.borrow().asked().card.is_some());
    let drafts = use_mut_ref(|| None);
    let page = Page::new(Rc::new((*state).clone()), (lab.clone(), side_runs), ask, drafts);
    use_shortcuts(&page);
    let menu = use_held(|| false);
    let class = classes!("app", (*menu).then_some("menu"));
    let on_menu = {
        let menu = menu.clone();
        Callback::from(move |()| menu.set(!*menu))
    };
    let on_chosen = Callback::from(move |()| {
        // What was chosen begins with what is said of it.
        if *menu {
            host::reveal(".top");
        }
        menu.set(false);
    });
    let two = {
        let lab = page.lab();
        lab.second().map(|second| differences(lab.scenario(), second.scenario()))
    };
    let alone = page.state.solo.filter(|_| two.is_some());
    let is_deep = two.is_some() && scene::spec(&page.lab()).is_deep();
    let content = html! {
        <>
            <div {class}>
                { top_bar(&page, &on_menu) }
                if parts == 0 {
                } else if compare {
                    <Compare />
                } else {
                    if parts > 2 {
                        <Catalogue on_chosen={on_chosen} />
                    } else {
                        <nav class="rail" aria-label="Pattern catalogue"></nav>
                    }
                    if cabinet {
                        <Cabinet />
                    } else {
                    <main id="main">
                        if card { <CardHead /> } else { { voice(&page) } }
                        { transport(&page) }
                        { notices(&page) }
                        <section class={classes!("stagebox", two.as_ref().map(|_| "two"), alone.map(|_| "solo"), is_deep.then_some("deep"))} aria-label="Stage" id="stage-region">
                            if parts > 1 {
                                { stages(&page, two, alone) }
                                { overlay(&page) }
                            }
                        </section>
                        if parts > 3 {
                            <Timeline />
                            <Later frames=1 content={html! { <Tabs filled={parts > 4} /> }} />
                        } else {
                            { not_yet(&page) }
                        }
                    </main>
                    <aside class="panel scroll" aria-label="Parameters, faults and metrics">
                        if parts > 5 {
                            <Later frames=1 content={html! { <Panel /> }} />
                        }
                        if parts > 6 {
                            <Later frames=2 content={html! { <Measured /> }} />
                        }
                    </aside>
                    }
                }
            </div>
            if parts > 6 {
                <KeyboardMap />
                <Announce />
            }
        </>
    };
    yew::html! { <ContextProvider<Page> context={page.clone()}>{ content }</ContextProvider<Page>> }
}

/// The stage, or two one above the other, each under what it differs in; or one of the two with all the room there is.
fn stages(page: &Page, two: Option<Vec<Difference>>, alone: Option<Side>) -> Html {
    let Some(differences) = two else { return html! { <StageBox /> } };
    let stage = |side: Side| {
        let (key, testid, solo) = match side {
            Side::First => ("first", "run-first", "solo-first"),
            Side::Second => ("second", "run-second", "solo-second"),
        };
        let name = name(&differences, side);
        let is_alone = alone == Some(side);
        let label = if is_alone { "both runs again".to_owned() } else { format!("{name} alone") };
        html! {
            <div class="oneof" key={key}>
                <p><span data-testid={testid}>{ name.clone() }</span>
                    <button class="link" data-testid={solo} aria-label={label} onclick={page.asks(Command::Solo(side))}>
                        { if is_alone { "both" } else { "alone" } }
                    </button>
                </p>
                <div class="inner"><StageBox {side} /></div>
            </div>
        }
    };
    html! { <>{ for [Side::First, Side::Second].into_iter().filter(|side| alone.is_none_or(|alone| alone == *side)).map(stage) }</> }
}

/// Opens what stands in the address whenever somebody else changes it.
#[hook]
fn use_opening(
    state: &UseReducerHandle<State>,
    lab: &Rc<RefCell<Lab>>,
    side_runs: &Rc<RefCell<SideRuns>>,
    current: &Rc<RefCell<Rc<State>>>,
    bar: &Rc<RefCell<AddressBar>>,
) {
    let (dispatcher, lab, current) = (state.dispatcher(), lab.clone(), current.clone());
    let (side_runs, bar) = (side_runs.clone(), bar.clone());
    use_effect_on((), move || {
        address::on_change(move |text| {
            // Going back says so in two ways.
            if bar.borrow().wrote(&text) {
                return;
            }
            let mut next = (**current.borrow()).clone();
            open(&text, (&lab, &side_runs, &bar), &mut next);
            current.replace(Rc::new(next.clone()));
            front_door::hand_over(&next);
            dispatcher.dispatch(Change::Set(Box::new(next)));
        });
    });
}

/// How many parts of the page come after the first, and how many of those are painted before more comes.
const LAST: u8 = 7;
const PAINTED: u8 = 2;

/// The page is mounted in parts, each in a task of its own, so that the browser answers between them: how many are there beside the first,
/// which is the top bar. What is said of the scenario and the transport are the next, and with them the page appears; then the stage. Both are
/// painted at once, for somebody is waiting for them. Then come, one after the other, the rail, timeline and tabs, what the chosen tab shows,
/// what can be set, and what is measured, with what nobody sees. When all are there, the page is ready. A frame for each of those would be laid
/// out and painted for nobody, which a slow processor pays for; fewer parts would be longer tasks.
#[hook]
fn use_parts(opened: &Shared) -> u8 {
    let parts = use_held(|| 0);
    let (next, opened) = (parts.clone(), opened.clone());
    use_effect_on(*parts, move || {
        let Opened { appear, state, .. } = &*opened.0;
        if *next == 1 {
            appear();
            front_door::hand_over(state);
        }
        match *next {
            LAST => host::set_ready(),
            part if part <= PAINTED => clock::after_a_frame(move || next.set(part + 1)),
            part => clock::soon(move || next.set(part + 1)),
        }
    });
    *parts
}

/// What stands where timeline and tabs will be, and takes as much room.
fn not_yet(page: &Page) -> Html {
    let tall = scene::has_the_room(&page.lab());
    html! {
        <>
            <div class="tl"></div>
            <section class="bot" data-open={(page.state.tab == Tab::Start).to_string()} data-rests={tall.to_string()}></section>
        </>
    }
}

/// One frame after the other, from when the page is there on; a fresh look five times a second, and when things come to rest. Before, what
/// is computed would only keep back what shows it.
#[hook]
fn use_frames(state: &UseReducerHandle<State>, lab: &Rc<RefCell<Lab>>, side_runs: &Rc<RefCell<SideRuns>>, there: bool) {
    let (dispatcher, lab, side_runs) = (state.dispatcher(), lab.clone(), side_runs.clone());
    use_effect_on(there, move || {
        if !there {
            return None;
        }
        let (mut looked, mut stale, focus) = (0.0, false, Focus::noted());
        Some(clock::FrameLoop::start(move |now| {
            focus.look();
            let (changed, busy) = {
                let mut lab = lab.borrow_mut();
                (lab.frame(now), lab.is_busy())
            };
            let (computed, busy) = {
                let mut side_runs = side_runs.borrow_mut();
                (side_runs.frame(busy), busy || side_runs.is_busy())
            };
            stale |= changed || computed;
            if stale && (now - looked >= LOOK_MS || !busy) {
                looked = now;
                stale = false;
                // In a task of its own: a frame that folds hundreds of thousands of events and then shows them answers no click for twice as long.
                let dispatcher = dispatcher.clone();
                clock::soon(move || dispatcher.dispatch(Change::Tick));
            }
        }))
    });
}
