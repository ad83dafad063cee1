//! The code pane: the very files that run, with the number of tasks that wait at each line.

use super::parked::{Parked, parked};
use super::source::SourceLines;
use crate::app::cabinet::use_line_of_card;
use crate::app::effect::use_effect_on;
use crate::app::held::use_held;
use crate::app::lab::Lab;
use crate::app::markup::html;
use crate::app::page::use_page;
use crate::app::reading::{Reading, instead, use_reading};
use crate::app::trying::passage;
use crate::engine::Progress;
use crate::patterns;
use crate::platform::field;
use crate::spec::{line_with, short_path};
use crate::view::number;
use yew::prelude::*;

/// The code pane.
#[component]
pub fn Code() -> Html {
    let page = use_page();
    let pattern = page.scenario().pattern;
    let files = patterns::sources(pattern);
    let first = patterns::read_first(pattern);
    // A choice is of a file of one pattern: of another it means nothing, and would fetch a file that nobody asked for.
    let chosen = use_held(|| (pattern.id, first));
    let index = if chosen.0 == pattern.id { chosen.1 } else { first };
    let passage = passage(&page.state);
    let line = page.state.line.filter(|_| passage.is_none());
    let of_card = use_line_of_card();
    let passage = passage.or(of_card.filter(|_| line.is_none()));
    {
        let chosen = chosen.clone();
        use_effect_on((passage, line), move || {
            let named = |path: &str| {
                passage.is_some_and(|p| short_path(path) == p.file) || line.is_some_and(|(file, _)| file == path)
            };
            files
                .iter()
                .position(|source| named(source.path))
                .into_iter()
                .for_each(|file| chosen.set((pattern.id, file)));
        });
    }
    let source = files.get(index).or_else(|| files.first()).copied();
    let path = source.map_or("", |source| source.path);
    let (reading, again) = use_reading(source);
    let text = if let Reading::Text(text) = reading { text } else { "" };
    let lines = parked(&page.lab());
    let waiting = |path: &str| lines.iter().filter(|p| p.file == path).map(|p| p.tasks).sum::<u64>();
    let label = |path: &'static str| match waiting(path) {
        0 => short_path(path),
        tasks => format!("{} ({})", short_path(path), number::count(tasks)),
    };
    let here: Vec<Parked> = lines.iter().copied().filter(|p| p.file == path).collect();
    // The line with most waiting workers; ties go to the later one.
    let hot = here.iter().filter(|p| p.workers > 0).max_by_key(|p| (p.workers, p.line)).map(|p| p.line);
    let stuck = stuck(&page.lab(), path);
    let here_is = passage.filter(|p| p.file == short_path(path));
    let asked = match here_is {
        Some(passage) => line_with(text, passage.text).map(|line| line as u32),
        None => line.filter(|(file, _)| *file == path).map(|(_, line)| line),
    };
    let onchange = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| {
            let index = field::text(&event).and_then(|text| text.parse().ok()).unwrap_or(0);
            chosen.set((pattern.id, index));
        })
    };
    html! {
        <div class="code" data-testid="code">
            { instead(&reading, &again).unwrap_or_else(|| html! { <SourceLines {path} {text} parked={here.clone()} {hot} {stuck} {asked} /> }) }
            <div class="aw scroll" tabindex="0">
                <label class="file">{ "File " }
                    <select {onchange}>
                        { for files.iter().enumerate().map(|(i, source)| html! {
                            <option value={i.to_string()} selected={i == index}>{ label(source.path) }</option>
                        }) }
                    </select>
                </label>
                <h3>{ "Parked at await points" }</h3>
                <table>
                    <thead><tr><th scope="col">{ "Line" }</th><th scope="col">{ "Tasks" }</th><th scope="col">{ "Mean so far" }</th></tr></thead>
                    <tbody>{ for here.iter().map(|p| parked_row(p, text, hot)) }</tbody>
                </table>
                if here.is_empty() {
                    <p>{ "No task waits in this file." }</p>
                }
            </div>
        </div>
    }
}

/// The first line of this file at which a run waits that cannot go on, once the page shows its end.
fn stuck(lab: &Lab, path: &str) -> Option<u32> {
    let (Progress::Deadlock(who) | Progress::Livelock(who) | Progress::Crashed(who)) = lab.session().outcome()? else {
        return None;
    };
    let at_end = lab.session().at_end();
    who.iter().filter(|_| at_end).find(|t| t.site.file() == Some(path)).and_then(|t| t.site.line())
}

/// A time in the unit that suits it: a car's seconds would be long rows of milliseconds.
fn duration(nanos: u64) -> String {
    if nanos < 10_000_000_000 {
        format!("{} ms", number::millis(nanos))
    } else {
        let (number, unit) = number::long_time(nanos);
        format!("{number} {unit}")
    }
}

fn parked_row(parked: &Parked, text: &str, hot: Option<u32>) -> Html {
    let line = parked.line;
    let source: String = text.lines().nth(line as usize - 1).unwrap_or("").trim().chars().take(40).collect();
    let mean = parked.total.0.checked_div(parked.tasks).unwrap_or(0);
    html! {
        <tr class={(hot == Some(line)).then_some("hot")}>
            <td title={source.clone()}><span><span class="l">{ line }</span><span class="src">{ source }</span></span></td>
            <td>{ number::count(parked.tasks) }</td>
            <td>{ duration(mean) }</td>
        </tr>
    }
}
