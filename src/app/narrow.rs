//! Whether the window is so narrow that the panel's parts stand among the tabs.
//!
//! Each part must be in the page once: twice, and its ids and test handles would mean two things.

use crate::app::effect::use_effect_on;
use crate::app::held::use_held;
use crate::platform::media::Media;
use yew::prelude::*;

/// The same limit as in the style sheets.
const NARROW: &str = "(max-width: 1023.98px)";

/// Whether there is no room for a panel beside the stage.
#[hook]
pub fn use_narrow() -> bool {
    let narrow = use_held(|| Media::holds(NARROW));
    {
        let narrow = narrow.clone();
        use_effect_on((), move || Media::watch(NARROW, move |holds| narrow.set(holds)));
    }
    *narrow
}
