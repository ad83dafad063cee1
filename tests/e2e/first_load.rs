//! The way to a page that can be used: what is painted before the program is there, and how long all of it takes on a slow line and
//! a slow processor.

use serde_json::json;

use crate::chromium::Command;
use crate::page::{Page, before_the_page, on_the_page_as_sent};

/// Where the regions of the page are, in CSS pixels, and what colour is behind them.
const REGIONS: &str = "JSON.stringify([['.top', '.brand', '.rail', 'main', '.voice', '.tp', '.stagebox', '.tl', '.bot', '.panel'].map(css => { \
    const element = document.querySelector(css), r = element?.getBoundingClientRect(); \
    return [css, r && [r.x, r.y, r.width, r.height], element && getComputedStyle(element).backgroundColor]; }), document.documentElement.dataset.theme])";

/// Notes when the page is ready, and how far anything moved until then.
const WATCH: &str = "window.shift = 0; \
    new PerformanceObserver(list => list.getEntries().forEach(entry => { window.shift += entry.value; })) \
        .observe({ type: 'layout-shift', buffered: true }); \
    new MutationObserver(() => { window.readyAt ??= document.documentElement.dataset.ready && performance.now(); }) \
        .observe(document, { attributes: true, subtree: true, attributeFilter: ['data-ready'] });";

/// What was fetched, in bytes as sent.
const BYTES: &str = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')] \
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0)";

/// Ten megabits a second and a quarter of the processor, and what a first visit may take there.
const BITS_PER_SECOND: f64 = 10e6;
const SLOWER: u32 = 4;
/// As in `scripts/build.sh`.
const MOST_BYTES: f64 = 600_000.0;
const MOST_MS: f64 = 1500.0;

#[tokio::test]
async fn a_frame_is_painted_without_the_program_and_stands_where_the_page_will() {
    before_the_page(async |page: Page| {
        // A phone of 390: this browser has a bar of 15 where a page scrolls.
        for (width, height) in [(1440, 900), (1100, 720), (405, 844)] {
            for scheme in ["dark", "light"] {
                page.chromium(Command::window(width, height)).await;
                page.chromium(Command::colour_scheme(scheme)).await;
                page.chromium(Command::network()).await;
                page.chromium(Command::blocked(&["*.wasm"])).await;
                page.load("").await;
                page.until("the frame says what it waits for", "document.querySelector('.frame [role=status]')").await;
                let frame = page.text(REGIONS).await;
                assert_eq!(page.value("document.documentElement.dataset.ready ?? null").await, json!(null));
                page.chromium(Command::blocked(&[])).await;
                page.open("").await;
                assert_eq!(
                    page.text(REGIONS).await,
                    frame,
                    "{width} × {height}, {scheme}: left the page, right the frame"
                );
                assert_eq!(page.value("document.querySelector('.frame')").await, json!(null), "the frame is gone");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_source_that_cannot_be_had_or_is_of_another_build_is_not_shown() {
    before_the_page(async |page: Page| {
        let shown = "$('code').innerText.includes('async fn')";
        page.chromium(Command::network()).await;
        page.chromium(Command::blocked(&["*/sources/*"])).await;
        page.open("#/worker-pool").await;
        page.until("the page says that it cannot have the file", "$('code').innerText.includes('out of reach')").await;
        assert_eq!(page.value(shown).await, json!(false));
        page.chromium(Command::blocked(&[])).await;
        page.script("document.querySelector('[data-testid=code] .reading button').click(); return null", vec![]).await;
        page.until("it was tried again", shown).await;

        // The file of a site that was built anew meanwhile.
        let newer = "const real = window.fetch; window.fetch = async (...asked) => String(asked[0]).includes('sources/') \
                     ? new Response('// newer\\n' + await (await real(...asked)).text()) : real(...asked);";
        page.chromium(Command::before_load(newer)).await;
        page.open("#/worker-pool").await;
        page.until("the page says that it is of another build", "$('code').innerText.includes('another build')").await;
        assert_eq!(page.value(shown).await, json!(false));
    })
    .await;
}

/// How often the rest of the program was fetched.
const RESTS: &str =
    "performance.getEntriesByType('resource').filter(entry => entry.name.endsWith('_rest.wasm')).length";

/// Lets nobody have the rest of the program before it is needed, and notes who waits for it on the spot.
const LATE: &str = "const fetched = window.fetch; \
    window.fetch = (...asked) => String(asked[0]).endsWith('_rest.wasm') ? new Promise(() => {}) : fetched(...asked); \
    window.waited = 0; const open = XMLHttpRequest.prototype.open; \
    XMLHttpRequest.prototype.open = function (...asked) { window.waited++; return open.apply(this, asked); };";

#[tokio::test]
async fn the_front_door_needs_nothing_of_the_rest_and_the_first_touch_brings_it() {
    before_the_page(async |page: Page| {
        page.open("").await;
        page.until("the breaker opened and closed again", "Number($('clock').dataset.ns) > 6e9").await;
        assert_eq!(page.value(RESTS).await, json!(0));
        page.script("dispatchEvent(new PointerEvent('pointermove')); return null", vec![]).await;
        page.until("the rest was fetched", &format!("{RESTS} === 1")).await;
        page.open("#/elevator").await;
        assert_eq!(page.value(RESTS).await, json!(1), "who follows a link gets it at once");
        assert_eq!(page.value("window.__errors").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_is_pressed_before_the_rest_is_there_works_all_the_same() {
    before_the_page(async |page: Page| {
        page.chromium(Command::before_load(LATE)).await;
        page.open("").await;
        page.click("pattern-elevator").await;
        page.until("the elevator is there", "document.title.includes('levator') && window.waited === 1").await;
        page.click("run").await;
        page.until("it runs", "Number($('clock').dataset.ns) > 1e9").await;
        assert_eq!(page.value("window.__errors").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_rest_that_cannot_be_had_is_told_in_a_sentence() {
    before_the_page(async |page: Page| {
        page.open("").await;
        page.chromium(Command::network()).await;
        page.chromium(Command::blocked(&["*_rest.wasm"])).await;
        page.click("pattern-elevator").await;
        page.until("it is told", "document.querySelector('[role=alert].unloaded')?.innerText.includes('Reload')").await;
        page.chromium(Command::blocked(&[])).await;
        page.open("").await;
        page.click("pattern-elevator").await;
        page.until("the elevator is there", "document.title.includes('levator')").await;
    })
    .await;
}

#[tokio::test]
#[ignore = "a measurement: run by scripts/bench-page.sh"]
async fn how_long_a_first_visit_takes() {
    on_the_page_as_sent(async |page: Page| {
        page.chromium(Command::before_load(WATCH)).await;
        page.chromium(Command::network()).await;
        page.chromium(Command::without_cache()).await;
        page.chromium(Command::line(BITS_PER_SECOND)).await;
        page.chromium(Command::slow_processor(SLOWER)).await;
        let (mut best, mut most, mut unpainted, mut jump) = ((f64::MAX, f64::MAX), 0.0_f64, false, 0.0_f64);
        for visit in 1..=3 {
            page.open("").await;
            page.until("the run moves", "Number($('clock').dataset.ns) > 0").await;
            let number = async |expression: &str| page.value(expression).await.as_f64().unwrap_or(f64::NAN);
            let bytes = number(BYTES).await;
            let wasm = number("performance.getEntriesByType('resource').find(r => r.name.endsWith('.wasm')).responseEnd").await;
            let painted = number("performance.getEntriesByName('first-contentful-paint')[0].startTime").await;
            let (ready, shift) = (number("window.readyAt").await, number("window.shift").await);
            println!(
                "visit {visit}: {bytes:.0} bytes as sent; first paint {painted:.0} ms, wasm there {wasm:.0} ms, ready {ready:.0} ms; layout shift {shift:.3}"
            );
            best = (best.0.min(painted), best.1.min(ready));
            (most, unpainted, jump) = (most.max(bytes), unpainted || painted >= wasm, jump.max(shift));
        }
        page.chromium(Command::slow_processor(1)).await;
        let (painted, ready) = best;
        println!(
            "the best of three at {} Mbit/s on a processor {SLOWER} times slower: first paint {painted:.0} ms, ready {ready:.0} ms of at most \
             {MOST_MS:.0}; {most:.0} bytes of at most {MOST_BYTES:.0}",
            BITS_PER_SECOND / 1e6
        );
        assert!(!unpainted, "nothing is painted before the program is there");
        assert!(jump < 0.01, "the page jumps as it is mounted: {jump}");
        assert!(ready <= MOST_MS, "ready after {ready:.0} ms, of at most {MOST_MS:.0} ms");
        assert!(most <= MOST_BYTES, "{most:.0} bytes as sent, of at most {MOST_BYTES:.0}");
    })
    .await;
}
