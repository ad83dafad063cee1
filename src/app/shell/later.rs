//! A part of the page that takes its look at the run some frames after the rest.
//!
//! Five times a second the page looks at the run, and all that is beside the stage together takes longer than a frame has: so while the run is played the
//! parts look one after the other, each in a frame of its own. What somebody asked for, and what stands when the run rests, all of them show at once.

use crate::app::effect::use_effect_on;
use crate::app::page::{Page, use_page};
use crate::platform::clock;
use yew::prelude::*;

/// Properties of a part.
#[derive(Clone, PartialEq, Properties)]
pub struct LaterProps {
    /// How many frames after the others it looks.
    pub frames: u32,
    /// The part.
    pub content: Html,
}

/// The part, with the page as it was when it last looked.
#[component]
pub fn Later(props: &LaterProps) -> Html {
    let (page, again) = (use_page(), use_force_update());
    let shown = use_mut_ref(|| page.clone());
    let at_once = page.state.wishes != shown.borrow().state.wishes || !page.lab().playing;
    if at_once {
        shown.replace(page.clone());
    }
    {
        let (page, shown, frames) = (page.clone(), shown.clone(), props.frames);
        use_effect_on(page.state.tick, move || {
            let look = move || {
                // Meanwhile it may have looked at what came after.
                if shown.borrow().state.tick < page.state.tick {
                    shown.replace(page);
                    again.force_update();
                }
            };
            if !at_once {
                after_frames(frames, Box::new(look));
            }
        });
    }
    let seen = shown.borrow().clone();
    yew::html! { <ContextProvider<Page> context={seen}>{ props.content.clone() }</ContextProvider<Page>> }
}

/// Calls `look` once, in a task of its own, after so many frames.
fn after_frames(frames: u32, look: Box<dyn FnOnce()>) {
    match frames {
        0 => look(),
        frames => clock::after_a_frame(move || after_frames(frames - 1, look)),
    }
}
