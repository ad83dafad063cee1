//! The live region: changes of state in words, merged, for people who do not see the stage.

use crate::analysis::{Entry, Mark};
use crate::app::lab::Status;
use crate::app::markup::html;
use crate::app::page::use_page;
use crate::app::scene;
use crate::platform::clock;
use crate::spec::{AlertState, SceneSpec};
use crate::view::fault_bands::entry_words;
use crate::view::number;
use yew::prelude::*;

/// Milliseconds between announcements.
const MERGE_MS: f64 = 2_000.0;

/// The live region.
#[component]
pub fn Announce() -> Html {
    let page = use_page();
    let said = use_mut_ref(|| (0_usize, 0.0_f64, Status::Idle, String::new()));
    let lab = page.lab();
    let (entries, status) = (lab.so_far().journal(), lab.status());
    let spec = scene::spec(&lab);
    let mut said = said.borrow_mut();
    if entries.len() < said.0 {
        // The playhead went back: what was said was about another time.
        said.0 = entries.len();
    }
    let now = clock::now_ms();
    let news: Vec<&Entry> = entries.get(said.0..).unwrap_or_default().iter().filter(|e| e.mark.is_some()).collect();
    let ended = status != said.2 && matches!(status, Status::Done | Status::Failed);
    if ended || (!news.is_empty() && now - said.1 >= MERGE_MS) {
        let mut sentences = Vec::new();
        if ended {
            let how = if status == Status::Done { "finished" } else { "stopped" };
            sentences.push(format!("Run {how} at {}.", number::spoken(lab.playhead().0)));
        }
        // Newest first, at most one sentence about each thing.
        let mut about: Vec<&Entry> = Vec::new();
        for entry in news.iter().rev() {
            if about.len() < 3 && about.iter().all(|said| said.who != entry.who) {
                about.push(entry);
                sentences.push(sentence(entry, &spec));
            }
        }
        *said = (entries.len(), now, status, sentences.join(" "));
    }
    said.2 = status;
    html! { <div class="vh" role="status" aria-live="polite">{ said.3.clone() }</div> }
}

fn sentence(entry: &Entry, spec: &SceneSpec) -> String {
    let (who, text) = entry_words(entry, &spec.faults);
    if spec.alerts.iter().any(|rule| rule.name == entry.who) {
        let text = if entry.text == AlertState::Quiet.word() { "over" } else { text.as_str() };
        return format!("Alert {who}: {text}.");
    }
    let fault = if matches!(entry.mark, Some(Mark::FaultOn(..) | Mark::FaultOff(..))) { "Fault " } else { "" };
    format!("{fault}{who}: {text}.")
}
