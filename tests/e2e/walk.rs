//! The main views of the page, for tests that look at all of them.

use serde_json::json;

use crate::chromium::Command;
use crate::page::Page;

pub const DESK: (u32, u32) = (1440, 900);
pub const PHONE: (u32, u32) = (390, 844);

/// A window of this size, of a person who wants less motion: what is looked at stands still.
pub async fn window(page: &Page, (width, height): (u32, u32)) {
    page.chromium(Command::window(width, height)).await;
    page.chromium(Command::less_motion()).await;
}

/// Opens a link, and waits until the playhead stands where it says, or the run is over before.
pub async fn stand(page: &Page, link: &str) {
    page.open(link).await;
    page.until(
        "it stands",
        "!location.hash.includes('at=') || +$('clock').dataset.ns > 0 && $('run').dataset.state !== 'running'",
    )
    .await;
    page.until("nothing is computed any more", "!$('cancel')").await;
}

/// The tabs that there are in a window of this width.
pub async fn tabs(page: &Page) -> Vec<String> {
    let tabs = page
        .value("[...document.querySelectorAll('[role=tab]')].filter(t => t.offsetParent).map(t => t.dataset.testid.slice(4))")
        .await;
    tabs.as_array().into_iter().flatten().filter_map(|tab| tab.as_str().map(str::to_owned)).collect()
}

/// Chooses a tab, and waits for what it fetches.
pub async fn tab(page: &Page, id: &str) {
    let handle = format!("tab-{id}");
    page.script("$(arguments[0]).click(); return null", vec![json!(handle)]).await;
    page.until_is(&handle, "aria-selected", "true").await;
    page.until("its pane is there", "!document.querySelector('.pane .reading')").await;
}
