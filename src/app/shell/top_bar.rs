//! The top bar: mark, title, presets, target, comparison, sharing, theme, help.

use crate::app::icon::{Brand, Icon};
use crate::app::page::{Command, use_page};
use crate::app::segmented::{Segment, Segmented};
use crate::platform::host;
use crate::session::Target;
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// Properties of the top bar.
#[derive(Clone, PartialEq, Properties)]
pub struct TopBarProps {
    /// Opens or closes the catalogue on phones.
    pub on_menu: Callback<()>,
}

/// The top bar.
#[component]
pub fn TopBar(props: &TopBarProps) -> Html {
    let page = use_page();
    let scenario = page.scenario();
    let on_menu = props.on_menu.reform(|_: MouseEvent| ());
    let compare = page.state.compare;
    let in_suite = scenario.pattern.suite.is_some();
    // What stands after the # in the address is a link to a run: the jump must not be taken for one.
    let to_stage = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        host::focus("#stage-region .lanes");
    });
    html! {
        <header class="top" role="banner">
            <a class="skip" href="#stage-region" onclick={to_stage}>{ "Skip to stage" }</a>
            <div class="brand"><Brand /><span>{ "Millrace" }</span></div>
            <div class="ttl">
                <h1>{ scenario.pattern.title }</h1>
                <Presets />
            </div>
            <div class="right">
                if scenario.calls_server() {
                    <TargetChoice target={scenario.target} />
                    <span class="vr"></span>
                }
                if in_suite {
                    <button class={classes!("btn", "wide", compare.then_some("on"))} data-testid="compare" aria-pressed={compare.to_string()}
                        title="Run the patterns of this group on one seed" onclick={page.asks(Command::Compare(!compare))}>
                        <Icon word="compare" /><span class="word">{ "Run all" }</span>
                    </button>
                }
                <button class="btn wide" data-testid="share" title="Copy the link to this run" onclick={page.asks(Command::Share)}>
                    <Icon word="share" /><span class="word">{ "Share" }</span>
                </button>
                <span class="vr"></span>
                <button class="btn ic" data-testid="theme" aria-label="Switch theme" onclick={page.asks(Command::Theme)}><Icon word="theme" /></button>
                <button class="btn ic wide" data-testid="help" aria-label="Help and keyboard map" onclick={page.asks(Command::Help(true))}><Icon word="help" /></button>
                <button class="btn ic menu" aria-label="Patterns" onclick={on_menu}><Icon word="menu" /></button>
            </div>
        </header>
    }
}

/// What the top bar has no room for on phones, for the head of the catalogue.
#[component]
pub fn MenuActions() -> Html {
    let page = use_page();
    let scenario = page.scenario();
    html! {
        <div class="menu-acts">
            if scenario.calls_server() {
                <TargetChoice target={scenario.target} named=false />
            }
            <Presets named=false />
            if scenario.pattern.suite.is_some() {
                <button class="btn bd" onclick={page.asks(Command::Compare(true))}><Icon word="compare" />{ "Run all" }</button>
            }
            <button class="btn bd" onclick={page.asks(Command::Share)}><Icon word="share" />{ "Share" }</button>
            <button class="btn bd" onclick={page.asks(Command::Help(true))}><Icon word="help" />{ "Keys" }</button>
        </div>
    }
}

/// Whether a control is the one that outside scripts know by name; its twin in the phone's menu is not.
#[derive(Clone, PartialEq, Properties)]
struct PresetsProps {
    #[prop_or(true)]
    named: bool,
}

#[component]
fn Presets(props: &PresetsProps) -> Html {
    let page = use_page();
    let scenario = page.scenario();
    let presets = scenario.pattern.presets;
    if presets.is_empty() {
        return Html::default();
    }
    let onchange = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let chosen = event
                .target()
                .and_then(|t| t.dyn_into::<HtmlSelectElement>().ok())
                .map(|s| s.value())
                .unwrap_or_default();
            page.ask(Command::Preset(presets.iter().map(|p| p.id).find(|id| *id == chosen)));
        })
    };
    let current = scenario.preset.map(|p| p.id);
    let help = scenario.preset.map_or("The defaults.", |p| p.help);
    html! {
        <label class="pick" title={help}>
            <span>{ "Scenario" }</span>
            <select {onchange} data-testid={props.named.then_some("preset")}>
                <option value="" selected={current.is_none()}>{ "Defaults" }</option>
                { for presets.iter().map(|p| html! { <option value={p.id} selected={current == Some(p.id)}>{ p.label }</option> }) }
            </select>
        </label>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct TargetProps {
    target: Target,
    #[prop_or(true)]
    named: bool,
}

#[component]
fn TargetChoice(props: &TargetProps) -> Html {
    let page = use_page();
    let both = [Target::Sim, Target::Fetch];
    let segment = |id, label, testid| {
        let segment = Segment::new(id, label);
        if props.named { segment.testid(testid) } else { segment }
    };
    let segments =
        vec![segment("sim", "Simulated server", "target-sim"), segment("fetch", "Real endpoint", "target-fetch")];
    let choose = {
        let page = page.clone();
        Callback::from(move |index: usize| page.ask(Command::Target(both.get(index).copied().unwrap_or_default())))
    };
    html! {
        <Segmented label="Target" {segments} chosen={usize::from(props.target == Target::Fetch)} {choose} />
    }
}
