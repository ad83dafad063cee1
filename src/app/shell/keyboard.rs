//! The keyboard map, and the keys themselves.

use crate::app::effect::use_effect_on;
use crate::app::lab::{Side, Speed};
use crate::app::markup::html;
use crate::app::page::{Command, Page, Tab, use_page};
use crate::app::panels::way;
use crate::platform::{field, host, keys};
use crate::spec::Fidelity;
use crate::trace::{JobId, SimTime};
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

const MAP: [(&str, &str); 24] = [
    ("Space", "run, pause"),
    ("R", "restart, same seed"),
    ("Shift R", "restart, new seed"),
    (". and ,", "one event on, one back; of a request that is followed"),
    ("[ and ]", "previous, next mark; of a card, where its runs part and end"),
    ("N and P", "the next card, the one before"),
    ("D and S", "of two runs, document or shipped alone"),
    ("Home, End", "start, live edge"),
    ("← →", "on the timeline: 100 ms; with Shift 1 s"),
    ("↑ ↓", "on the stage: lane to lane"),
    ("← →", "on the stage: from verdict to verdict of a limiter"),
    ("Enter", "on a landing of the stage: call a car"),
    ("← → PgUp PgDn", "on many cells: the lens; Enter pins it"),
    ("Space ↑ ↓", "on a layer of the stage: lift, move, put down"),
    ("1 to 6", "speed 0.1 to max"),
    ("C L E", "code, log, explanation"),
    ("/", "find anything"),
    ("Ctrl Z", "undo; with Shift do again"),
    ("F", "follow the request of the chosen lane"),
    ("Del", "on a fault of the timeline: take it away"),
    ("T", "theme"),
    ("?", "this map"),
    ("Tab", "the next control"),
    ("Esc", "close"),
];

/// Single keys, wherever the focus is, unless it is in a text field.
#[hook]
pub fn use_shortcuts(page: &Page) {
    let latest: Rc<RefCell<Page>> = use_mut_ref(|| page.clone());
    latest.replace(page.clone());
    use_effect_on((), move || {
        keys::Keys::listen(move |event| {
            let page = latest.borrow().clone();
            let always = matches!(event.key().as_str(), "?" | "Escape") || keys::undoes(event);
            if keys::is_typing(event) || !(page.state.shortcuts || always) {
                return;
            }
            if let Some(wish) = wish(event, &page) {
                event.prevent_default();
                page.ask(wish);
            }
        })
    });
}

fn wish(event: &web_sys::KeyboardEvent, page: &Page) -> Option<Command> {
    let key = event.key();
    if keys::undoes(event) {
        return Some(if event.shift_key() { Command::Redo } else { Command::Undo });
    }
    // The workbench is not there: what cannot be seen is not to be run by a key.
    let seeks = key == "/" && page.state.cabinet;
    let hidden = page.state.compare || page.state.cabinet;
    if hidden && !seeks && !matches!(key.as_str(), "t" | "T" | "?" | "Escape") {
        return None;
    }
    Some(match key.as_str() {
        " " if !keys::uses_space(event) => Command::Toggle,
        "r" => Command::Restart,
        "R" => Command::NewSeed,
        "." => stretch(page, true).map_or(Command::Step, Command::Seek),
        "," => stretch(page, false).map_or(Command::StepBack, Command::Seek),
        "n" | "N" | "p" | "P" if page.scenario().card.is_some() => {
            let to =
                if key.eq_ignore_ascii_case("n") { "[data-testid=card-next]" } else { "[data-testid=card-previous]" };
            host::press(to);
            event.prevent_default();
            return None;
        }
        "[" => Command::Seek(mark(page, false)?),
        "]" => Command::Seek(mark(page, true)?),
        "Home" if !keys::is_control(event) => Command::Seek(SimTime::ZERO),
        "End" if !keys::is_control(event) => Command::GoLive,
        "d" | "D" => Command::Solo(side(page, Fidelity::Documented)?),
        "s" | "S" => Command::Solo(side(page, Fidelity::Shipped)?),
        "c" | "C" => Command::Tab(Tab::Code),
        "l" | "L" => Command::Tab(Tab::Log),
        "e" | "E" => Command::Tab(Tab::Explain),
        "f" | "F" => Command::Follow(Some(in_hand(page)?)),
        "t" | "T" => Command::Theme,
        "?" => Command::Help(!page.state.help),
        // Taken from the dialog, which closes at once and says so later: a key in between would be answered by what was.
        "Escape" if page.state.help => Command::Help(false),
        "Escape" if page.state.compare => Command::Compare(false),
        "Escape" if page.state.cabinet => Command::Cabinet(false),
        // Back to the card, unless it was about the stage.
        "Escape" if page.state.lane.is_none() && page.scenario().card.is_some() => Command::Cabinet(true),
        "/" => {
            host::focus("#find");
            event.prevent_default();
            return None;
        }
        digit => {
            let number: usize = digit.parse().ok()?;
            Command::Speed(*Speed::STOPS.get(number.checked_sub(1)?)?)
        }
    })
}

/// Which of two runs is the one of a fidelity. Where both are of the same, the first is taken for the document.
fn side(page: &Page, fidelity: Fidelity) -> Option<Side> {
    let lab = page.lab();
    let [first, second] = [lab.scenario().fidelity, lab.second()?.scenario().fidelity];
    let is_first = if first == second { fidelity == Fidelity::Documented } else { first == fidelity };
    Some(if is_first { Side::First } else { Side::Second })
}

/// Where the next or the previous stretch of the request begins that is followed, while its pane is open.
fn stretch(page: &Page, forward: bool) -> Option<SimTime> {
    let way = way(page).filter(|_| page.state.tab == Tab::Follow)?;
    let lab = page.lab();
    let (at, ends) = (lab.aimed(), way.left.map(|(at, _)| at));
    let turns = way.stretches.iter().map(|stretch| stretch.from).chain(ends);
    if forward { turns.filter(|turn| *turn > at).min() } else { turns.filter(|turn| *turn < at).max() }
}

/// The request that the chosen lane has in hand, or that is chosen itself.
fn in_hand(page: &Page) -> Option<JobId> {
    let lab = page.lab();
    let lane = page.state.lane.as_deref()?;
    let (_, row) = lab.ledger().find(lane, &lab.session().run().trace())?;
    row.in_hand
}

/// The next or the previous mark of the timeline; of an open card, where its two runs begin, part and end.
fn mark(page: &Page, forward: bool) -> Option<SimTime> {
    let lab = page.lab();
    let at = lab.aimed();
    let journal = lab.session().history().journal.entries().iter();
    let marks = lab.turns_of_card().unwrap_or_else(|| journal.filter(|e| e.mark.is_some()).map(|e| e.at).collect());
    let marks = marks.into_iter();
    if forward { marks.filter(|m| *m > at).min() } else { marks.filter(|m| *m < at).max() }
}

/// The keyboard map, as a dialog.
#[component]
pub fn KeyboardMap() -> Html {
    let page = use_page();
    let node = use_node_ref();
    {
        let node = node.clone();
        let help = page.state.help;
        use_effect_on(help, move || {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                if help && !dialog.open() {
                    let _shown = dialog.show_modal();
                } else if !help {
                    dialog.close();
                }
            }
        });
    }
    let onchange = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            page.ask(Command::Shortcuts(field::is_checked(&event)));
        })
    };
    let onclose = {
        let page = page.clone();
        Callback::from(move |_: Event| {
            if page.state.help {
                page.ask(Command::Help(false));
            }
        })
    };
    html! {
        <dialog ref={node} aria-labelledby="keys-title" {onclose}>
            <h2 id="keys-title">{ "Keyboard map" }</h2>
            <table>
                <tbody>{ for MAP.iter().map(|(key, action)| html! { <tr><th scope="row"><span class="kbd">{ *key }</span></th><td>{ *action }</td></tr> }) }</tbody>
            </table>
            <div class="acts">
                <label><input type="checkbox" checked={page.state.shortcuts} {onchange} />{ " Single-key shortcuts" }</label>
                <button class="btn bd" onclick={page.asks(Command::Help(false))}>{ "Close" }</button>
            </div>
        </dialog>
    }
}
