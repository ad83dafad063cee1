//! The top bar: mark, title, presets, target, comparison, sharing, theme, help.

use super::share::Share;
use super::undo::undo_buttons;
use crate::app::icon::{brand, icon};
use crate::app::markup::{classes, html};
use crate::app::page::{Command, Page};
use crate::app::segmented::{Segment, Segmented};
use crate::platform::{field, host};
use crate::session::Target;
use yew::prelude::*;

/// The top bar.
pub fn top_bar(page: &Page, on_menu: &Callback<()>) -> Html {
    let scenario = page.scenario();
    let on_menu = on_menu.reform(|_: MouseEvent| ());
    let (compare, cabinet) = (page.state.compare, page.state.cabinet);
    let in_suite = scenario.pattern.suite.is_some() && !cabinet;
    // What stands after the # in the address is a link to a run: the jump must not be taken for one.
    let to_stage = Callback::from(move |event: MouseEvent| {
        event.prevent_default();
        host::focus(if compare || cabinet { "#main button" } else { "#stage-region .lanes" });
    });
    html! {
        <header class="top" role="banner">
            <a class="skip" href={if compare || cabinet { "#main" } else { "#stage-region" }} onclick={to_stage}>{ if compare { "Skip to the race" } else if cabinet { "Skip to the cards" } else { "Skip to stage" } }</a>
            <div class="brand">{ brand() }<span>{ "Millrace" }</span></div>
            <div class="ttl">
                <h1>{ if cabinet { "Bug cabinet" } else { scenario.pattern.title } }</h1>
                if !cabinet {
                    { presets(page, None) }
                    { undo_buttons(page) }
                }
            </div>
            <div class="right">
                if scenario.calls_server() && !cabinet {
                    { target_choice(page, scenario.target, true) }
                    <span class="vr"></span>
                }
                if in_suite {
                    <button class={classes!("btn", "wide", compare.then_some("on"))} data-testid="compare" aria-pressed={compare.to_string()}
                        title="Run the patterns of this group on one seed" onclick={page.asks(Command::Compare(!compare))}>
                        { icon("compare") }<span class="word">{ "Run all" }</span>
                    </button>
                }
                <Share named=true />
                <span class="vr"></span>
                <button class="btn ic" data-testid="theme" aria-label="Switch theme" onclick={page.asks(Command::Theme)}>{ icon("theme") }</button>
                <button class="btn ic wide" data-testid="help" aria-label="Help and keyboard map" onclick={page.asks(Command::Help(true))}>{ icon("help") }</button>
                <button class="btn ic menu" aria-label="Patterns" onclick={on_menu}>{ icon("menu") }</button>
            </div>
        </header>
    }
}

/// What the top bar has no room for on phones, for the head of the catalogue, which closes where another view is chosen.
pub fn menu_actions(page: &Page, on_chosen: &Callback<()>) -> Html {
    let scenario = page.scenario();
    let then = |wish: Command| {
        let (page, chosen) = (page.clone(), on_chosen.clone());
        Callback::from(move |_: MouseEvent| {
            page.ask(wish.clone());
            chosen.emit(());
        })
    };
    html! {
        <div class="menu-acts">
            if scenario.calls_server() {
                { target_choice(page, scenario.target, false) }
            }
            { presets(page, Some(on_chosen)) }
            { undo_buttons(page) }
            if scenario.pattern.suite.is_some() {
                <button class="btn bd" onclick={then(Command::Compare(true))}>{ icon("compare") }{ "Run all" }</button>
            }
            <Share named=false />
            <button class="btn bd" onclick={then(Command::Help(true))}>{ icon("help") }{ "Keys" }</button>
        </div>
    }
}

/// The choice of a preset. Outside scripts know it by name; its twin in the phone's menu is not the one they mean.
fn presets(page: &Page, in_menu: Option<&Callback<()>>) -> Html {
    let scenario = page.scenario();
    let presets = scenario.pattern.presets();
    if presets.is_empty() {
        return Html::default();
    }
    let named = in_menu.is_none();
    let onchange = {
        let (page, then) = (page.clone(), in_menu.cloned().unwrap_or_else(Callback::noop));
        Callback::from(move |event: Event| {
            let chosen = field::text(&event).unwrap_or_default();
            page.ask(Command::Preset(presets.iter().map(|p| p.id).find(|id| *id == chosen)));
            then.emit(());
        })
    };
    let current = scenario.preset.map(|p| p.id);
    let (usual, help) = (scenario.pattern.usual.label, scenario.began_as().told());
    let changed = scenario.is_changed();
    html! {
        <label class="pick" title={help}>
            <span>{ "Scenario" }</span>
            <select {onchange} data-testid={named.then_some("preset")}>
                <option value="" selected={current.is_none()}>{ usual }</option>
                { for presets.iter().map(|p| html! { <option value={p.id} selected={current == Some(p.id)}>{ p.label }</option> }) }
            </select>
            if changed {
                <i class="tag" data-testid={named.then_some("scenario-changed")}>{ "changed" }</i>
            }
        </label>
    }
}

fn target_choice(page: &Page, target: Target, named: bool) -> Html {
    let both = [Target::Sim, Target::Fetch];
    let segment = |id, label, testid| {
        let segment = Segment::new(id, label);
        if named { segment.testid(testid) } else { segment }
    };
    let segments = vec![segment("sim", "Simulated", "target-sim"), segment("fetch", "Real endpoint", "target-fetch")];
    let choose = {
        let page = page.clone();
        Callback::from(move |index: usize| page.ask(Command::Target(both.get(index).copied().unwrap_or_default())))
    };
    html! {
        <Segmented label="Target" {segments} chosen={usize::from(target == Target::Fetch)} {choose} />
    }
}
