//! What stands beside the stage says what the stage says, in every frame, and nothing moves that is not to move.

use serde_json::json;

use crate::chromium::Command;
use crate::page::{Page, before_the_page, on_the_page};

/// Keeps the texts of the last picture of the stage: `window.written`.
const LISTEN: &str = "window.written = [];
    const clear = CanvasRenderingContext2D.prototype.clearRect, fill = CanvasRenderingContext2D.prototype.fillText;
    const isStage = context => context.canvas.dataset?.testid === 'stage';
    CanvasRenderingContext2D.prototype.clearRect = function (...all) {
        if (isStage(this)) window.written = [];
        return clear.apply(this, all);
    };
    CanvasRenderingContext2D.prototype.fillText = function (...all) {
        if (isStage(this)) window.written.push(all[0]);
        return fill.apply(this, all);
    };";

/// Looks at the end of so many frames, and keeps where the table expects a car at another time than the stage does.
const COMPARE: &str = "const done = arguments[arguments.length - 1], differ = []; let frames = 0, compared = 0;
    const look = () => {
        const said = [...document.querySelectorAll('[data-testid=hall-calls] tbody tr')]
            .map(row => row.lastElementChild.textContent).filter(text => /^in \\d/.test(text));
        const drawn = window.written.filter(text => /^in \\d/.test(text));
        compared += said.length;
        if (said.sort().join() !== drawn.sort().join()) differ.push([drawn.join(), said.join()]);
        if (++frames < 240) requestAnimationFrame(() => setTimeout(look, 0)); else done([compared, differ]);
    };
    requestAnimationFrame(() => setTimeout(look, 0));";

#[tokio::test]
async fn the_table_of_calls_expects_each_car_when_the_stage_does_in_every_frame() {
    // "in 2 s" stood on the stage beside "in 4 s" in the table, which was five times a second behind.
    before_the_page(async |page: Page| {
        page.chromium(Command::before_load(LISTEN)).await;
        page.open("#/elevator").await;
        page.click("run").await;
        page.until("somebody waits", "+$('hall-calls').dataset.open > 0").await;
        let found = page.later(COMPARE).await;
        assert!(found[0].as_u64().is_some_and(|compared| compared > 50), "there was something to compare: {found}");
        assert_eq!(found[1], json!([]), "stage and table, by frame");
    })
    .await;
}

/// Where charts, tiles and the parts of the page are.
const PLACES: &str = "[...document.querySelectorAll('.tiles > *, .chart, .voice, .transport, .tl, .bot, .panel section')]
    .map(e => { const b = e.getBoundingClientRect(), p = e.closest('.panel'); return [e.dataset.testid ?? e.className, b.left, b.top + (p?.scrollTop ?? 0), b.width].join(' '); })";

#[tokio::test]
async fn nothing_moves_beside_the_stage_while_a_run_goes_on() {
    on_the_page("#/worker-pool", async |page: Page| {
        for link in ["#/worker-pool", "#/wait-group?requests=2000", "#/pipeline", "#/backpressure"] {
            page.open(link).await;
            page.click("run").await;
            page.until("it has run for a while", "+$('clock').dataset.ns > 1.5e9").await;
            // A tile more, where something happens for the first time, is news; what was there stays.
            let before = page.value(PLACES).await;
            let moved = page
                .later(&format!(
                    "const done = arguments[arguments.length - 1], before = {before}, moved = []; let frames = 0;
                     const look = () => {{
                         const now = {PLACES}; const changed = before.filter(place => !now.includes(place));
                         if (changed.length) moved.push(changed);
                         if (++frames < 60 && !moved.length) requestAnimationFrame(look); else done(moved);
                     }}; requestAnimationFrame(look);"
                ))
                .await;
            assert_eq!(moved, json!([]), "{link}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_only_a_screen_reader_is_to_find_is_clipped_by_what_is_no_table() {
    // Some browsers draw the caption of a table outside the box that clips it.
    on_the_page("#/worker-pool", async |page: Page| {
        for link in ["#/worker-pool?at=1s", "#/elevator?at=10s", "#/circuit-breaker?at=2s&vs=seed=other"] {
            page.open(link).await;
            let captions = page
                .value(
                    "[...document.querySelectorAll('caption')].map(caption => {
                         let hidden = caption.parentElement;
                         while (hidden && getComputedStyle(hidden).clipPath === 'none') hidden = hidden.parentElement;
                         return hidden && [getComputedStyle(hidden).display, getComputedStyle(hidden).overflow, hidden.clientWidth <= 1 && hidden.clientHeight <= 1].join(' ');
                     })",
                )
                .await;
            let captions = captions.as_array().cloned().unwrap_or_default();
            assert!(!captions.is_empty() && captions.iter().all(|how| how == "block hidden true"), "{link}: {captions:?}");
        }
    })
    .await;
}
