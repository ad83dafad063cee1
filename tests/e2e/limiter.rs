//! What a limiter said, read by key alone: into a row, from verdict to verdict, and out again.

use crate::page::{Page, on_the_page};

const DOWN: char = '\u{e015}';
const LEFT: char = '\u{e012}';
const RIGHT: char = '\u{e014}';
const ESCAPE: char = '\u{e00c}';
/// The stage, as keys have it.
const LANES: &str = "document.querySelector('.lanes')";
const LINK: &str = "#/rate-limiter?algorithm=all&limit=2&burst=2&script=@900ms;@950ms;@1100ms&at=1.2s";

/// What the stage says of what is looked at, and the label box with it.
fn says(words: &str) -> String {
    format!(
        "{LANES}.querySelector('[aria-live]').textContent.startsWith('{words}') && document.querySelector('.tip').textContent.startsWith('{words}')"
    )
}

#[tokio::test]
async fn verdicts_are_read_one_after_the_other_by_key_and_escape_leads_back_to_the_row() {
    on_the_page(LINK, async |page: Page| {
        page.until_is("clock", "data-ns", "1200000000").await;
        page.script(&format!("{LANES}.focus(); return null"), vec![]).await;
        // The token bucket is the first item.
        for key in [DOWN, LEFT] {
            page.press(key).await;
        }
        page.until("who comes in begins with the newest", &says("Request 3")).await;
        // Would have caught: a label box beside the right edge, of which half was cut off.
        let whole = "(() => { const [tip, stage] = ['.tip', '.lanes'].map(of => document.querySelector(of).getBoundingClientRect());
            return tip.left >= stage.left && tip.right <= stage.right && tip.bottom <= stage.bottom; })()";
        page.until("all that is said of it can be read", whole).await;
        page.press(LEFT).await;
        page.until("the one before it", &says("Request 2")).await;
        page.press(LEFT).await;
        page.press(LEFT).await;
        page.until("the first is the end", &says("Request 1")).await;
        page.press(RIGHT).await;
        page.until("and on again", &says("Request 2")).await;
        page.press(DOWN).await;
        page.press(LEFT).await;
        page.until("the next row begins with its newest again", &says("Request 3")).await;
        page.press(ESCAPE).await;
        page.until("it leads back to the row", &says("Leaky bucket")).await;
    })
    .await;
}
