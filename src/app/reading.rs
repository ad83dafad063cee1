//! Source files for those who read along. They are files of the site, fetched when somebody looks; which text belongs to the program
//! that runs, its digest says: a file of another build is refused and never shown beside it.

use crate::app::effect::use_effect_on;
use crate::app::held::use_held;
use crate::app::markup::html;
use crate::platform::site;
use crate::spec::{Source, digest, short_path};
use std::cell::RefCell;
use yew::prelude::*;

/// Where a file is that somebody wants to read.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// On its way.
    Loading,
    /// Here.
    Text(&'static str),
    /// Nowhere, for the reason in this sentence.
    Failed(String),
}

thread_local! {
    /// The files that were fetched, by path. They live as long as the page, so that each is fetched once and nobody copies it.
    static FETCHED: RefCell<Vec<(&'static str, &'static str)>> = const { RefCell::new(Vec::new()) };
}

/// The text of a source file, and a way to try again.
#[hook]
pub fn use_reading(source: Option<Source>) -> (Reading, Callback<MouseEvent>) {
    let failed = use_held(|| None::<(&'static str, String)>);
    let tried = use_held(|| 0_u32);
    let shown = use_force_update();
    {
        let failed = failed.clone();
        use_effect_on((source, *tried), move || {
            let Some(source) = source.filter(|source| fetched(source.path).is_none()) else { return };
            failed.set(None);
            wasm_bindgen_futures::spawn_local(async move {
                match fetch(source).await {
                    Ok(text) => {
                        FETCHED.with_borrow_mut(|files| files.push((source.path, text.leak())));
                        shown.force_update();
                    }
                    Err(why) => failed.set(Some((source.path, why))),
                }
            });
        });
    }
    let reading = match (source, &*failed) {
        (None, _) => Reading::Text(""),
        (Some(source), failed) => match (fetched(source.path), failed) {
            (Some(text), _) => Reading::Text(text),
            (None, Some((path, why))) if *path == source.path => Reading::Failed(why.clone()),
            (None, _) => Reading::Loading,
        },
    };
    let again = Callback::from(move |_| tried.set(*tried + 1));
    (reading, again)
}

fn fetched(path: &str) -> Option<&'static str> {
    FETCHED.with_borrow(|files| files.iter().find(|(known, _)| *known == path).map(|(_, text)| *text))
}

async fn fetch(source: Source) -> Result<String, String> {
    // With the digest in its address, the file of another build is no answer of any cache either.
    let text = site::text(&format!("sources/{}?{:016x}", short_path(source.path), source.digest)).await?;
    if digest(text.as_bytes()) == source.digest {
        Ok(text)
    } else {
        Err("The site has this file of another build than the one that runs here. Reload the page.".to_owned())
    }
}

/// What stands in place of a text that is not here.
pub fn instead(reading: &Reading, again: &Callback<MouseEvent>) -> Option<Html> {
    match reading {
        Reading::Text(_) => None,
        Reading::Loading => Some(html! { <p class="reading" role="status">{ "Loading the source…" }</p> }),
        Reading::Failed(why) => Some(html! {
            <div class="reading" role="alert"><p>{ why }</p><button class="btn bd" onclick={again.clone()}>{ "Try again" }</button></div>
        }),
    }
}
