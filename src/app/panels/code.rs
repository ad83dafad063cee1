//! The code pane: the very files that run, with the number of tasks that wait at each line.

use super::highlight::{Tint, pieces};
use super::parked::{Parked, parked};
use super::text_of;
use crate::app::page::use_page;
use crate::parts;
use crate::spec::Pattern;
use crate::view::number;
use crate::view::stage::Mode;
use std::collections::BTreeMap;
use yew::prelude::*;

/// The files a pattern runs: its own, then the parts it uses.
fn files(pattern: &'static Pattern) -> Vec<(&'static str, &'static str)> {
    let mut files = vec![(pattern.source.path, pattern.source.text)];
    files.extend(
        pattern
            .parts
            .iter()
            .filter_map(|part| parts::SOURCES.iter().find(|(path, _)| path.ends_with(&format!("/{part}.rs"))).copied()),
    );
    files
}

/// The code pane.
#[component]
pub fn Code() -> Html {
    let page = use_page();
    let chosen = use_state(|| 0_usize);
    let pattern = page.scenario().pattern;
    {
        let chosen = chosen.clone();
        use_effect_with(pattern.id, move |_| chosen.set(0));
    }
    let files = files(pattern);
    let (path, text) = files.get(*chosen).or_else(|| files.first()).copied().unwrap_or(("", ""));
    let lines = parked(&page.lab());
    let here: BTreeMap<u32, Parked> =
        lines.iter().filter(|((file, _), _)| *file == path).map(|((_, line), p)| (*line, *p)).collect();
    // The line with most waiting workers; ties go to the later one.
    let hot = here.iter().filter(|(_, p)| p.workers).max_by_key(|(line, p)| (p.tasks, **line)).map(|(line, _)| *line);
    let stuck = page.lab().session().outcome().and_then(|o| match o {
        crate::engine::Progress::Deadlock(w)
        | crate::engine::Progress::Livelock(w)
        | crate::engine::Progress::Crashed(w) => {
            w.iter().find(|t| t.site.file() == Some(path)).and_then(|t| t.site.line())
        }
        _ => None,
    });
    let node = use_node_ref();
    use_scrolling(&node, path, text, stuck);
    let onchange = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| chosen.set(text_of(&event).parse().unwrap_or(0)))
    };
    html! {
        <div class="code" data-testid="code">
            <ol class="scroll" ref={node} tabindex="0" aria-label={format!("Source of {path}")}>
                { for text.lines().enumerate().map(|(i, line)| source_line(i as u32 + 1, line, here.get(&(i as u32 + 1)), hot)) }
            </ol>
            <div class="aw scroll">
                <label class="file">{ "File " }
                    <select {onchange}>
                        { for files.iter().enumerate().map(|(i, (p, _))| html! {
                            <option value={i.to_string()} selected={i == *chosen}>{ p.trim_start_matches("src/") }</option>
                        }) }
                    </select>
                </label>
                <h3>{ "Parked at await points" }</h3>
                <table>
                    <thead><tr><th scope="col">{ "Line" }</th><th scope="col">{ "Tasks" }</th><th scope="col">{ "Mean so far" }</th></tr></thead>
                    <tbody>{ for here.iter().map(|(line, p)| parked_row(*line, p, text, hot)) }</tbody>
                </table>
                if here.is_empty() {
                    <p>{ "No task waits in this file." }</p>
                }
            </div>
        </div>
    }
}

/// Scrolls to the first async function when the file changes, and to the line that is stuck.
#[hook]
fn use_scrolling(node: &NodeRef, path: &'static str, text: &'static str, stuck: Option<u32>) {
    let node = node.clone();
    use_effect_with((path, stuck), move |(_, stuck)| {
        let first =
            text.lines().position(|l| l.starts_with("async fn") || l.starts_with("pub async fn")).unwrap_or(0) as u32;
        let line = stuck.map_or(first, |line| line.saturating_sub(4));
        if let Some(element) = node.cast::<web_sys::Element>() {
            element.set_scroll_top(i32::try_from(line * 17).unwrap_or(0));
        }
    });
}

fn state_class(mode: Mode) -> &'static str {
    match mode {
        Mode::Idle => "st-idle",
        Mode::Busy => "st-sending",
        Mode::Waiting => "st-waiting",
        Mode::Blocked => "st-blocked",
        Mode::Killed => "st-prod",
    }
}

fn source_line(number: u32, line: &str, parked: Option<&Parked>, hot: Option<u32>) -> Html {
    let class = classes!((hot == Some(number)).then_some("hot"), parked.map(|p| state_class(p.mode)));
    let paint = |(tint, piece): (Tint, &str)| {
        let piece = piece.to_owned();
        match tint {
            Tint::Plain => html! { { piece } },
            Tint::Keyword => html! { <i>{ piece }</i> },
            Tint::Text => html! { <s>{ piece }</s> },
            Tint::Comment => html! { <em>{ piece }</em> },
            Tint::Await => html! { <b>{ piece }</b> },
        }
    };
    html! {
        <li {class}>
            <span class="ln">{ number }</span>
            <span class="pk">if let Some(parked) = parked { <b>{ number::count(parked.tasks) }</b> }</span>
            <code>{ for pieces(line).into_iter().map(paint) }</code>
        </li>
    }
}

fn parked_row(line: u32, parked: &Parked, text: &str, hot: Option<u32>) -> Html {
    let source: String = text.lines().nth(line as usize - 1).unwrap_or("").trim().chars().take(40).collect();
    let mean = parked.total.0.checked_div(parked.tasks).unwrap_or(0);
    html! {
        <tr class={(hot == Some(line)).then_some("hot")}>
            <td title={source.clone()}><span><span class="l">{ line }</span><span class="src">{ source }</span></span></td>
            <td>{ number::count(parked.tasks) }</td>
            <td>{ format!("{} ms", number::millis(mean)) }</td>
        </tr>
    }
}
