//! The line of code that a request is at, with the lines around it: the very file that runs.

use super::parked::parked;
use super::source::Excerpt;
use crate::app::markup::html;
use crate::app::page::{Command, use_page};
use crate::app::reading::{Reading, instead, use_reading};
use crate::patterns;
use crate::spec::short_path;
use crate::view::number;
use yew::prelude::*;

/// Properties of the line.
#[derive(Clone, PartialEq, Properties)]
pub struct ItsLineProps {
    /// The file's path, which is among the pattern's own.
    pub file: &'static str,
    /// The line's number.
    pub line: u32,
    /// Whether the request is gone.
    pub over: bool,
}

/// The line, how many tasks wait there, and the way to it in the code pane.
#[component]
pub fn ItsLine(&ItsLineProps { file, line, over }: &ItsLineProps) -> Html {
    let page = use_page();
    let files = patterns::sources(page.scenario().pattern);
    let (reading, again) = use_reading(files.iter().find(|source| source.path == file).copied());
    let here: Vec<_> = parked(&page.lab()).into_iter().filter(|p| p.file == file).collect();
    let waiting = match here.iter().find(|p| p.line == line).map_or(0, |p| p.tasks) {
        0 => String::new(),
        1 => "1 task waits here".to_owned(),
        tasks => format!("{} tasks wait here", number::count(tasks)),
    };
    let title = if over { "Its last line" } else { "Its line now" };
    html! {
        <section class="its" aria-label={title}>
            <p class="head"><b>{ title }</b>
                <button type="button" class="link mono" data-testid="follow-line" onclick={page.asks(Command::OpenLine(file, line))}>{ format!("{}:{line}", short_path(file)) }</button>
                <span>{ waiting }</span></p>
            <div class="code">
                { instead(&reading, &again).unwrap_or_else(|| {
                    let text = if let Reading::Text(text) = reading { text } else { "" };
                    html! { <Excerpt path={file} {text} {line} parked={here.clone()} /> }
                }) }
            </div>
        </section>
    }
}
