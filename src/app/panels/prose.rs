//! Words as they stand in a source's docs: paragraphs, `code`, *emphasis*.

use crate::app::markup::html;
use yew::prelude::*;

/// The paragraphs of a text.
pub fn paragraphs(text: &str) -> Html {
    html! { <>{ for text.split('\n').map(str::trim).filter(|p| !p.is_empty()).map(|p| html! { <p>{ inline(p) }</p> }) }</> }
}

/// A paragraph with its code and its emphasis. A mark without its partner stands for itself.
fn inline(mut rest: &str) -> Html {
    let mut out: Vec<Html> = Vec::new();
    while let Some((before, mark, inside, after)) = marked(rest) {
        out.push(html! { { before.to_owned() } });
        let inside = inside.to_owned();
        out.push(if mark == '`' {
            html! { <code class="mono">{ inside }</code> }
        } else {
            html! { <em>{ inside }</em> }
        });
        rest = after;
    }
    out.push(html! { { rest.to_owned() } });
    out.into_iter().collect()
}

/// What stands before the first pair of marks, the mark, what it encloses, and what comes after.
fn marked(text: &str) -> Option<(&str, char, &str, &str)> {
    for (at, mark) in text.match_indices(['`', '*']) {
        let after = text.get(at + mark.len()..)?;
        if let Some((inside, rest)) = after.split_once(mark)
            && !inside.is_empty()
            && !inside.starts_with(' ')
        {
            return Some((text.get(..at)?, mark.chars().next()?, inside, rest));
        }
    }
    None
}
