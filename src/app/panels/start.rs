//! The tab *Start*: the questions of the front door, each a link to a scenario that runs and stops where there is something to see.

use super::pictures::picture;
use crate::app::front_door::is_answer;
use crate::app::icon::IconName;
use crate::app::icon::icon_of;
use crate::app::lab::Status;
use crate::app::markup::html;
use crate::app::page::{Command, Page};
use crate::patterns;
use crate::session::link;
use crate::spec::{Pattern, Question};
use yew::prelude::*;

/// The questions.
pub fn start(page: &Page) -> Html {
    html! {
        <ul class="start scroll" data-testid="start">
            { for patterns::questions().into_iter().enumerate().map(|(number, asked)| cell(page, number, asked)) }
        </ul>
    }
}

fn cell(page: &Page, number: usize, (pattern, question): (&'static Pattern, Question)) -> Html {
    let (here, status) = {
        let lab = page.lab();
        (is_answer(lab.scenario(), pattern, &question), lab.status())
    };
    let onclick = {
        let page = page.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            page.ask(Command::Question(number));
        })
    };
    let fact = match status {
        Status::Running if here => "running above",
        _ => question.fact,
    };
    html! {
        <li>
            <a href={link::of_question(pattern, &question)} data-testid={format!("question-{}", pattern.id)}
                aria-current={here.then_some("true")} {onclick}>
                { picture(question.picture) }
                <b>{ question.asks }</b>
                <span>{ pattern.name.trim_start_matches("+ ") }</span>
                <small>{ fact }</small>
                { icon_of(IconName::Next) }
            </a>
        </li>
    }
}
