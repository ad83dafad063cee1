//! Everything from the first page to the report, by keyboard alone: each place is reached by Tab, what has the focus can be seen, and where
//! a control goes away the focus goes to what is left beside it.

use serde_json::json;

use crate::chromium::Command;
use crate::page::{Page, before_the_page};
use crate::walk;

const SHIFT: char = '\u{e008}';
const CTRL: char = '\u{e009}';
const ALT: char = '\u{e00a}';
const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';
const DELETE: char = '\u{e017}';
const LEFT: char = '\u{e012}';
const RIGHT: char = '\u{e014}';
const DOWN: char = '\u{e015}';

/// So many presses of Tab lead from anywhere to anywhere.
const MOST: usize = 140;

/// What is wrong with what has the focus, if anything is: that it is nothing, cannot be seen to have it, or is not in the window.
const WRONG: &str = r"
    const e = document.activeElement, what = e.outerHTML.slice(0, 140), s = getComputedStyle(e), b = e.getBoundingClientRect();
    if (e === document.body) return 'nothing has the focus';
    // A slider shows it by its thumb, of which no script is told.
    const around = e.matches('input[type=range]:focus-visible') ? [{ outlineStyle: 'solid', outlineWidth: '2px' }] : [s, getComputedStyle(e.parentElement), getComputedStyle(e, '::after')];
    if (!around.some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1)) return `it cannot be seen that it has the focus: ${what}`;
    const top = document.elementFromPoint(Math.min(Math.max(b.x + b.width / 2, 1), innerWidth - 1), Math.min(Math.max(b.y + Math.min(b.height / 2, 20), 1), innerHeight - 1));
    if (b.width < 2 || b.bottom < 0 || b.top > innerHeight || b.right < 0 || b.left > innerWidth || !top) return `it is outside of the window: ${what}`;
    return '';";

/// Presses Tab, or Shift and Tab, until what has the focus fits a selector; wherever it comes by is looked at.
async fn go(page: &Page, back: bool, selector: &str) {
    let mut way = Vec::new();
    for _ in 0..MOST {
        if page.value(&format!("document.activeElement.matches(`{selector}`)")).await == json!(true) {
            return;
        }
        page.press_with(back.then_some(SHIFT), TAB).await;
        let wrong = page.script(WRONG, vec![]).await;
        assert_eq!(wrong, json!(""), "on the way to {selector}");
        way.push(page.text("document.activeElement.dataset.testid ?? document.activeElement.className").await);
    }
    panic!("{selector} is not reached: {way:?}");
}

/// Somebody has the focus, after what had it has gone.
async fn focus_is_kept(page: &Page, after: &str) {
    page.until(&format!("something has the focus after {after}"), "document.activeElement !== document.body").await;
    assert_eq!(page.script(WRONG, vec![]).await, json!(""), "after {after}");
}

#[tokio::test]
async fn everything_is_done_by_keyboard_alone_from_the_first_page_to_the_report() {
    before_the_page(async |page: Page| {
        page.chromium(Command::less_motion()).await;
        walk::stand(&page, "").await;
        page.until("it stands where there is something to see", "$('run').dataset.state === 'paused' && !$('cancel')")
            .await;

        // A question is asked, its run goes on and stands.
        go(&page, false, "[data-testid=question-worker-pool]").await;
        page.press(ENTER).await;
        page.until(
            "the question is answered",
            "location.hash.startsWith('#/worker-pool') && !$('cancel') && +$('clock').dataset.ns > 0",
        )
        .await;
        focus_is_kept(&page, "a question").await;
        go(&page, true, "[data-testid=run]").await;
        let at = page.number("clock", "data-ns").await;
        page.press(ENTER).await;
        page.until("it runs", &format!("+$('clock').dataset.ns > {at}")).await;
        if page.attribute("run", "data-state").await == "running" {
            page.press(' ').await;
        }
        page.until("it stands", "['paused', 'done'].includes($('run').dataset.state)").await;

        // To and fro on the timeline.
        page.press('2').await;
        go(&page, false, "[data-testid=timeline]").await;
        page.press('\u{e011}').await;
        page.until_is("clock", "data-ns", "0").await;
        for _ in 0..5 {
            page.press(RIGHT).await;
        }
        page.until_is("clock", "data-ns", "500000000").await;
        page.press(LEFT).await;
        page.until_is("clock", "data-ns", "400000000").await;

        // A fault begins here; on the timeline it is moved, made longer and taken away.
        go(&page, false, "[data-testid=fault-brownout], #fault-brownout-switch").await;
        page.press(' ').await;
        page.until("there is a band", "$('band-0')").await;
        let link = page.link().await;
        go(&page, true, "[data-testid=band-0]").await;
        page.press(RIGHT).await;
        page.until("it is moved", &format!("location.hash !== '{link}'")).await;
        let moved = page.link().await;
        assert!(moved.contains("500000000"), "{moved}");
        page.press_with(Some(ALT), RIGHT).await;
        page.until("it is longer", &format!("location.hash !== '{moved}'")).await;
        page.press(ENTER).await;
        page.until("its numbers are there", "$('band-begins')").await;
        go(&page, false, "[data-testid=band-begins]").await;
        go(&page, false, ".bcard .acts .btn:last-child").await;
        page.press(ENTER).await;
        page.until("they are closed", "!$('band-begins')").await;
        focus_is_kept(&page, "the card").await;
        go(&page, true, "[data-testid=band-0]").await;
        page.press(DELETE).await;
        page.until("it is gone", "!$('band-0')").await;
        focus_is_kept(&page, "the band").await;

        // What was done is undone, and done again.
        page.press_with(Some(CTRL), 'z').await;
        page.until("it is back", "$('band-0')").await;
        page.press_with(Some(CTRL), 'Z').await;
        page.until("it is gone again", "!$('band-0')").await;
        go(&page, true, "[data-testid=undo]").await;
        while page.attribute("undo", "aria-disabled").await != "true" {
            page.press(ENTER).await;
        }
        focus_is_kept(&page, "the last undo").await;

        // Two runs, and one again.
        go(&page, false, "[data-testid=vary-workers]").await;
        page.press(ENTER).await;
        page.until("two runs are there", "$('stage-second')").await;
        focus_is_kept(&page, "vary").await;
        go(&page, true, "[data-testid=alone]").await;
        page.press(ENTER).await;
        page.until("one run is there", "!$('stage-second')").await;
        focus_is_kept(&page, "the second run").await;

        // A request of a lane is followed, the next one, and none.
        page.press_with(None, '2').await;
        go(&page, true, ".lanes").await;
        for _ in 0..20 {
            page.press('f').await;
            if page.value("Boolean($('tab-follow'))").await == json!(true) {
                break;
            }
            page.press(DOWN).await;
        }
        page.until_is("tab-follow", "aria-selected", "true").await;
        let followed = page.text("$('tab-follow').textContent").await;
        go(&page, false, ".follow .acts .btn:nth-child(2)").await;
        page.press(ENTER).await;
        page.until("the next one is followed", &format!("$('tab-follow').textContent !== '{followed}'")).await;
        focus_is_kept(&page, "the next request").await;
        let at = page.number("clock", "data-ns").await;
        page.press(',').await;
        page.until("its turn before", &format!("+$('clock').dataset.ns !== {at}")).await;
        go(&page, false, ".follow .acts .btn:last-child").await;
        page.press(ENTER).await;
        page.until("nobody is followed", "!$('tab-follow')").await;
        focus_is_kept(&page, "following").await;

        // The moment is shared.
        go(&page, true, "[data-testid=share]").await;
        page.press(ENTER).await;
        page.until(
            "it is copied, or shown to be copied",
            "$('offered') || document.querySelector('.sharing').textContent.includes('Copied')",
        )
        .await;
        focus_is_kept(&page, "sharing").await;

        // Something else is found.
        page.press_with(None, ESCAPE).await;
        page.script("if (document.activeElement.matches('input')) document.activeElement.blur(); return null", vec![])
            .await;
        page.press('/').await;
        for key in "fan-out".chars() {
            page.press(key).await;
        }
        page.until("it is found", "$('pattern-worker-pool') && !$('pattern-elevator')").await;
        go(&page, false, "[data-testid=pattern-worker-pool]").await;
        page.press(ENTER).await;
        page.until_is("pattern-worker-pool", "aria-current", "page").await;
        focus_is_kept(&page, "a find").await;

        // All run, and back.
        go(&page, true, "[data-testid=compare]").await;
        page.press(ENTER).await;
        page.until("all are run", "$('workbench')").await;
        focus_is_kept(&page, "Run all").await;
        go(&page, false, "[data-testid=compare-cancel], [data-testid=race-run]").await;
        go(&page, true, "[data-testid=workbench]").await;
        page.press(ENTER).await;
        page.until("the workbench is back", "$('run')").await;
        focus_is_kept(&page, "the way back").await;
        // It went to the link at the top of the page, and sixty stops led back to where one came from.
        let on_run_all = "document.activeElement?.dataset.testid === 'compare'";
        page.until("the focus is where one went in", on_run_all).await;
        page.press(ENTER).await;
        page.until("all are run again", "$('workbench')").await;
        page.press(ESCAPE).await;
        page.until("Escape leads back", "$('run') && !$('workbench')").await;
        page.until("the focus is where one went in", on_run_all).await;

        // The report.
        go(&page, false, "[role=tab][aria-selected=true]").await;
        for _ in 0..9 {
            if page.attribute("tab-report", "aria-selected").await == "true" {
                break;
            }
            page.press(RIGHT).await;
            focus_is_kept(&page, "an arrow among the tabs").await;
        }
        page.until("the report is there", "$('report')").await;
        go(&page, false, "[data-testid=report] button, [data-testid=export]").await;
    })
    .await;
}

const ESCAPE: char = '\u{e00c}';
