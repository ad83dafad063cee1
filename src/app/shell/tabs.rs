//! The lower region: code, log, explanation, report; on narrow screens the panel's parts too.

use crate::app::page::{Tab, Wish, use_page};
use crate::app::panels::{Charts, ChecksBadge, Code, EndpointSection, Explain, Faults, Log, Params, ReportPane, Tiles};
use crate::platform::host;
use yew::prelude::*;

/// The tabs, in order; the last two only where the panel is not beside them.
const TABS: [(Tab, &str, bool); 6] = [
    (Tab::Params, "Params", true),
    (Tab::Charts, "Charts", true),
    (Tab::Code, "Code", false),
    (Tab::Log, "Log", false),
    (Tab::Explain, "Explain", false),
    (Tab::Report, "Report", false),
];

/// The tab row and the pane below it.
#[component]
pub fn Tabs() -> Html {
    let page = use_page();
    let current = page.state.tab;
    let onkeydown = {
        let page = page.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => TABS.len() - 1,
                _ => return,
            };
            event.prevent_default();
            let from = TABS.iter().position(|(tab, ..)| *tab == page.state.tab).unwrap_or(0);
            if let Some((tab, ..)) = TABS.get((from + step) % TABS.len()) {
                page.ask(Wish::Tab(*tab));
                host::focus(&format!("[data-testid=tab-{}]", tab.id()));
            }
        })
    };
    let tab = |(tab, label, narrow): (Tab, &'static str, bool)| {
        let on = tab == current;
        html! {
            <button role="tab" id={format!("tab-{}", tab.id())} class={narrow.then_some("narrow")} data-testid={format!("tab-{}", tab.id())}
                aria-selected={on.to_string()} aria-controls="pane" tabindex={if on { "0" } else { "-1" }} onclick={page.asks(Wish::Tab(tab))}>{ label }</button>
        }
    };
    html! {
        <section class="bot" aria-label="Code, log, explanation and report">
            <div class="tabs">
                <div role="tablist" {onkeydown}>{ for TABS.into_iter().map(tab) }</div>
                <span class="fn"><ChecksBadge /><span class="mono">{ page.scenario().pattern.source.path.trim_start_matches("src/") }</span></span>
            </div>
            <div class="pane" id="pane" role="tabpanel" aria-labelledby={format!("tab-{}", current.id())}>
                { match current {
                    Tab::Code => html! { <Code /> },
                    Tab::Log => html! { <Log /> },
                    Tab::Explain => html! { <Explain /> },
                    Tab::Report => html! { <ReportPane /> },
                    Tab::Params => html! { <div class="scroll fill"><EndpointSection /><Params /><Faults /></div> },
                    Tab::Charts => html! { <div class="scroll fill"><Tiles /><Charts /></div> },
                } }
            </div>
        </section>
    }
}
