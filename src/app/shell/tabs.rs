//! The lower region: code, log, explanation, report, the interface of a system that has one; on narrow screens the panel's
//! parts too.

use crate::app::effect::use_effect_on;
use crate::app::held::{Held, use_held};
use crate::app::markup::html;
use crate::app::narrow::use_narrow;
use crate::app::page::{Command, Tab, use_page};
use crate::app::panels::{
    Api, Charts, Code, Explain, FamilySections, ReportPane, before_note, card, checks_badge, checks_pane,
    endpoint_section, faults, follow, followed, log, params, standings, start, tiles, title_of, two_runs,
};
use crate::app::scene;
use crate::platform::{clock, host};
use crate::spec::short_path;
use yew::prelude::*;

/// The tabs, in order; two of them only where the panel is not beside them, the last only where there is somebody to ask.
const TABS: [(Tab, &str, bool); 10] = [
    (Tab::Start, "Start", false),
    (Tab::Params, "Params", true),
    (Tab::Charts, "Charts", true),
    (Tab::Code, "Code", false),
    (Tab::Log, "Log", false),
    (Tab::Explain, "Explain", false),
    (Tab::Report, "Report", false),
    (Tab::Checks, "Checks", false),
    (Tab::Api, "API", false),
    (Tab::Follow, "", false),
];

/// Whether the pane shows what is in it yet: while the page is mounted it comes after the row.
#[derive(Clone, Copy, PartialEq, Eq, Properties)]
pub struct TabsProps {
    /// It does.
    pub filled: bool,
}

/// The tab row and the pane below it.
#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    let page = use_page();
    let narrow = use_narrow();
    let is_there = {
        let has_api = page.lab().scenario().pattern.console.is_some();
        let follows = followed(&page).is_some();
        move |tab: Tab| match tab {
            Tab::Api => has_api,
            Tab::Follow => follows,
            _ => true,
        }
    };
    let current = match page.state.tab {
        tab if !is_there(tab) => Tab::Code,
        // In wide windows these two are in the panel.
        Tab::Params | Tab::Charts if !narrow => Tab::Code,
        tab => tab,
    };
    let onkeydown = {
        let page = page.clone();
        Callback::from(move |event: KeyboardEvent| {
            let tabs: Vec<_> = TABS.iter().filter(|(tab, ..)| is_there(*tab)).collect();
            let step = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => tabs.len() - 1,
                _ => return,
            };
            event.prevent_default();
            let from = tabs.iter().position(|(tab, ..)| *tab == page.state.tab).unwrap_or(0);
            if let Some((tab, ..)) = tabs.get((from + step) % tabs.len()) {
                page.ask(Command::Tab(*tab));
                host::focus(&format!("[data-testid=tab-{}]", tab.id()));
            }
        })
    };
    let open = use_open(current);
    // A tall picture has the room, until somebody chooses a tab.
    let rests = scene::has_the_room(&page.lab());
    let pattern = page.scenario().pattern;
    let file = AttrValue::from(short_path(pattern.file).trim_end_matches("/mod.rs").to_owned());
    let request = followed(&page).map(title_of);
    // The request's own number is the name of its tab.
    let named = |tab: Tab, label: &'static str| {
        request.clone().filter(|_| tab == Tab::Follow).map_or(AttrValue::Static(label), AttrValue::from)
    };
    let tab = |(tab, label, narrow): (Tab, &'static str, bool)| {
        let on = tab == current;
        let label = named(tab, label);
        let onclick = {
            let (page, open) = (page.clone(), open.clone());
            Callback::from(move |_: MouseEvent| {
                open.set(!(on && *open));
                page.ask(Command::Tab(tab));
                make_room();
            })
        };
        html! {
            <button role="tab" id={format!("tab-{}", tab.id())} class={narrow.then_some("narrow")} data-testid={format!("tab-{}", tab.id())}
                aria-selected={on.to_string()} aria-controls="pane" data-word={label.clone()} tabindex={if on { "0" } else { "-1" }} {onclick}>{ label }</button>
        }
    };
    html! {
        <section class="bot" data-open={open.to_string()} data-rests={rests.to_string()} aria-label="Code, log, explanation and report">
            <div class="tabs">
                <div role="tablist" {onkeydown}>{ for TABS.into_iter().filter(|(tab, ..)| is_there(*tab)).map(tab) }</div>
                <span class="fn">{ checks_badge(&page) }<span class="mono" title={file.clone()}>{ file }</span></span>
            </div>
            <div class="pane" key={current.id()} id="pane" role="tabpanel" aria-labelledby={format!("tab-{}", current.id())}>
                <h2 class="vh">{ TABS.iter().find(|(tab, ..)| *tab == current).map(|(tab, label, _)| named(*tab, label)) }</h2>
                { match current {
                    _ if !props.filled => Html::default(),
                    Tab::Start => start(&page),
                    Tab::Code => html! { <Code /> },
                    Tab::Log => log(&page),
                    Tab::Explain => html! { <Explain /> },
                    Tab::Report => html! { <ReportPane /> },
                    Tab::Checks => checks_pane(&page),
                    Tab::Api => html! { <Api /> },
                    Tab::Follow => follow(&page),
                    Tab::Params => html! { <div class="scroll fill">{ endpoint_section(&page) }{ params(&page) }{ faults(&page) }</div> },
                    Tab::Charts => html! { <div class="scroll fill">{ before_note(&page) }{ card(&page) }{ two_runs(&page) }{ standings(&page) }<FamilySections />{ tiles(&page) }<Charts /></div> },
                } }
            </div>
        </section>
    }
}

/// Whether the region is open where it is only its tab row otherwise, in a low window or below a tall picture: choosing a tab
/// opens it, by whatever way, and pressing the chosen one again closes it. Elsewhere the style sheet takes no notice.
#[hook]
fn use_open(current: Tab) -> Held<bool> {
    // At the front door the questions are there to be seen.
    let open = use_held(|| current == Tab::Start);
    let seen = use_mut_ref(|| current);
    {
        let open = open.clone();
        use_effect_on(current, move || {
            if seen.replace(current) != current {
                open.set(true);
                make_room();
            }
            // Once it is laid out, as where a line of code stands.
            clock::after_a_frame(|| host::show_in_row("[role=tab][aria-selected=true]"));
        });
    }
    open
}

/// On a phone the page goes to where the stage and the pane have the whole window.
fn make_room() {
    if host::is_phone() {
        host::reveal("#stage-region");
    }
}
