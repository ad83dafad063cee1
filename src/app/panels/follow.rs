//! One request followed: its way in a sentence, its waits as bars on one axis of time, and the line it is at.
//!
//! What the bars say adds up to how long it took. A bar leads to where it begins.

use super::its_line::ItsLine;
use super::spans::spans;
use crate::analysis::{Doing, Stretch, Way};
use crate::app::icon::{IconName, icon_of};
use crate::app::lab::Lab;
use crate::app::line_of_code::known;
use crate::app::markup::{classes, html};
use crate::app::page::{Command, Page};
use crate::app::scene;
use crate::spec::short_path;
use crate::trace::{JobId, SimTime, Span, StationId, StationKind, Wait};
use crate::view::fault_bands::fault_bands;
use crate::view::{Palette, Theme, number};
use std::rc::Rc;
use yew::prelude::*;

/// The axis of the bars, in the units of their drawing.
const AXIS: f64 = 1_000.0;

/// The request that is followed: whatever is chosen on the stage, if that is one.
pub fn followed(page: &Page) -> Option<JobId> {
    request(page.state.lane.as_deref()?)
}

/// Its way, as far as the run is computed.
pub fn way(page: &Page) -> Option<Rc<Way>> {
    followed(page).and_then(|job| page.lab().way(job))
}

/// From when to when the request was there that is followed, as far as the run is computed.
pub fn life(page: &Page) -> Option<(SimTime, SimTime)> {
    let way = way(page)?;
    let to = way.left.map_or_else(|| page.lab().session().computed(), |(at, _)| at);
    Some((way.entered, to))
}

/// The request with a title, if it is that of one.
pub fn request(title: &str) -> Option<JobId> {
    let digits = title.strip_prefix('#')?.replace(',', "");
    digits.parse::<u32>().ok()?.checked_sub(1).map(JobId)
}

/// "#1,094".
pub fn title_of(job: JobId) -> String {
    format!("#{}", number::count(u64::from(job.number())))
}

/// The pane.
pub fn follow(page: &Page) -> Html {
    let lab = page.lab();
    let Some(job) = followed(page) else { return Html::default() };
    let now = lab.session().computed();
    let content = match way(page) {
        Some(way) => html! {
            <div>
                <p class="story">{ sentence(&lab, &way, now) }</p>
                { bars(page, &lab, &way, now) }
                { spans(page, &lab, job, now) }
            </div>
        },
        None => {
            html! { <p class="none">{ format!("{} has not come in yet, as far as the run is computed.", title_of(job)) }</p> }
        }
    };
    html! {
        <div class="follow scroll fill" tabindex="0" data-testid="follow">
            { content }
            <div>
                { its_line(page) }
                { neighbours(page, job) }
            </div>
        </div>
    }
}

/// The line that keeps it where it is at the playhead, or that kept it last.
fn its_line(page: &Page) -> Html {
    let lab = page.lab();
    let (at, way) = (lab.playhead(), way(page));
    let over = way.as_ref().and_then(|way| way.left).is_some_and(|(left, _)| left <= at);
    let stretches = way.iter().flat_map(|way| &way.stretches);
    let site = stretches
        .filter(|stretch| stretch.from <= at)
        .map(|stretch| stretch.site)
        .rfind(|site| known(&lab, *site).is_some());
    match site.and_then(|site| known(&lab, site)) {
        Some((file, line)) => html! { <ItsLine {file} {line} {over} /> },
        None => Html::default(),
    }
}

/// The requests before and after it.
fn neighbours(page: &Page, job: JobId) -> Html {
    let of = |job: JobId, glyph: &'static str| {
        html! { <button type="button" class="btn bd" onclick={page.asks(Command::Follow(Some(job)))}>{ format!("{glyph} {}", title_of(job)) }</button> }
    };
    html! {
        <div class="acts">
            { for job.0.checked_sub(1).map(|before| of(JobId(before), "‹")) }
            { of(JobId(job.0 + 1), "›") }
            <button type="button" class="btn bd" onclick={page.asks(Command::Follow(None))}>{ icon_of(IconName::Close) }{ "Follow no more" }</button>
        </div>
    }
}

/// "#1,094 took 1.23 s and was completed, and was worked on for 76.0 ms of them, 6 %. Longest: 736 ms in requests, 142 ms with worker 12, for
/// room in responses."
fn sentence(lab: &Lab, way: &Way, now: SimTime) -> String {
    let (total, worked) = (way.total(now), way.worked(now));
    let ms = number::time_text;
    let share = if total.0 > 0 { worked.0 as f64 / total.0 as f64 } else { 0.0 };
    let took = match way.left {
        Some((_, Some(outcome))) => format!("took {} and was {}", ms(total.0), outcome.word()),
        Some((_, None)) => format!("took {} until it became part of another", ms(total.0)),
        None => format!("is under way for {}", ms(total.0)),
    };
    let work = if worked.0 > 0 {
        format!(", and was worked on for {} of them, {} %", ms(worked.0), number::percent(share))
    } else {
        String::new()
    };
    let waits: Vec<_> =
        way.longest_waits(now).iter().map(|wait| format!("{} {}", ms(wait.length(now).0), words(lab, wait))).collect();
    let waits = if waits.is_empty() { String::new() } else { format!(" Longest: {}.", waits.join(", ")) };
    format!("{} {took}{work}.{waits}", title_of(way.job))
}

/// What becomes of a job during a stretch, in words.
fn words(lab: &Lab, stretch: &Stretch) -> String {
    let trace = lab.session().run().trace();
    let ledger = &lab.session().history().ledger;
    let name = |id: StationId| ledger.station(id).map_or("?", |row| trace.name(row.name)).to_owned();
    let kind = ledger.station(stretch.station).map(|row| row.kind);
    let here = name(stretch.station);
    match (stretch.doing, kind) {
        (Doing::Lies, Some(StationKind::Landing)) => format!("waiting at {here}"),
        (Doing::Lies, _) => format!("in {here}"),
        (Doing::Queues, Some(StationKind::Pool)) => format!("for a permit of {here}"),
        (Doing::Queues, _) => format!("for a slot of {here}"),
        (Doing::Served, _) => format!("on {here}"),
        (Doing::Held, Some(StationKind::Car)) => format!("riding in {here}"),
        (Doing::Held, _) => format!("holding of {here}"),
        (Doing::Waits(Wait::Send, to), _) => match to.some() {
            Some(to) => format!("with {here}, for room in {}", name(to)),
            None => format!("with {here}, for room"),
        },
        (Doing::Waits(Wait::Sleep, _), _) => format!("with {here}, which sleeps"),
        (Doing::Waits(what, of), _) => match of.some() {
            Some(of) => format!("with {here}, for {} ({})", name(of), what.word()),
            None => format!("with {here} ({})", what.word()),
        },
        (Doing::There, _) => format!("with {here}"),
    }
}

fn bars(page: &Page, lab: &Lab, way: &Rc<Way>, now: SimTime) -> Html {
    let (from, total) = (way.entered, way.total(now).0.max(1));
    let x = |at: SimTime| AXIS * at.since(from).0 as f64 / total as f64;
    let playhead = lab.playhead();
    let head = (playhead >= from && playhead.since(from).0 <= total).then(|| x(playhead));
    let end = from + Span(total);
    let palette = Palette::of(if page.state.dark { Theme::Dark } else { Theme::Light });
    let journal = lab.session().history().journal.entries();
    // The faults that stood meanwhile lie behind all bars.
    let faults: Vec<_> = fault_bands(journal, &scene::spec(lab).faults, palette)
        .into_iter()
        .map(|band| (band.from.max(from), band.to.unwrap_or(now).min(end), band.hue.wash.css()))
        .filter(|(a, b, _)| a < b)
        .map(|(a, b, fill)| (format!("{:.1}", x(a)), format!("{:.1}", x(b) - x(a)), fill))
        .collect();
    let row = |stretch: &Stretch| {
        let length = stretch.length(now).0;
        let class = match stretch.doing {
            Doing::Served => "served",
            Doing::Lies | Doing::Held => "lies",
            Doing::There => "there",
            _ => "waits",
        };
        let here = stretch.holds(playhead);
        let site =
            stretch.site.file().zip(stretch.site.line()).map(|(file, line)| format!("{}:{line}", short_path(file)));
        let what = words(lab, stretch);
        let title = site.map_or_else(|| what.clone(), |site| format!("{what}, {site}"));
        let (left, width) = (x(stretch.from), (AXIS * length as f64 / total as f64).max(2.0));
        html! {
            <li class={classes!(class, here.then_some("now"))} aria-current={here.then_some("true")}>
                <button type="button" {title} onclick={page.asks(Command::Seek(stretch.from))}>
                    <span class="what">{ what }</span>
                    <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                        { for faults.iter().map(|(x, width, wash)| html! { <rect x={x.clone()} width={width.clone()} y="0" height="10" fill={wash.clone()}></rect> }) }
                        <rect class="bar" x={format!("{left:.1}")} y="1" width={format!("{width:.1}")} height="8"></rect>
                        if let Some(head) = head {
                            <rect class="head" x={format!("{:.1}", head - 1.0)} y="0" width="2" height="10"></rect>
                        }
                    </svg>
                    <span class="mono">{ number::millis(length) }</span>
                    <span class="part">{ format!("{} %", number::percent(length as f64 / total as f64)) }</span>
                </button>
            </li>
        }
    };
    html! { <ol class="bars" aria-label="What it waited for, in order">{ for way.stretches.iter().filter(|s| s.length(now).0 > 0).map(row) }</ol> }
}
