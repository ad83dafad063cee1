//! The same scenario has the same trace: natively and in the page, at any frame rate, whatever a person does meanwhile. That each pattern's
//! own run is the native one is held where all scenarios are opened.

use crate::chromium::Command;
use crate::page::{Page, Trace, before_the_page, on_the_page};

const END: char = '\u{e010}';
const HOME: char = '\u{e011}';

/// Opens a link, runs it to its end, and compares with the native run.
async fn agrees(page: &Page, link: &str) {
    page.open(link).await;
    page.run_to_the_end().await;
    assert_eq!(page.trace().await, Trace::native(link), "the trace of {link}");
    page.has_met_no_error().await;
}

#[tokio::test]
async fn the_page_has_the_native_trace_with_open_arrivals_and_odd_values() {
    before_the_page(async |page: Page| {
        // Draws from distributions go through logarithms and exponentials, whose last bits differ between hosts.
        for link in [
            "#/worker-pool?preset=open",
            "#/worker-pool?requests=2000&server=general&service=lognormal&mean=30ms&slots=4&errors=0.05",
            "#/wait-group?requests=1500&arrivals=poisson&rate=400&server=general&service=pareto&seed=böig",
            "#/backpressure?preset=bang-bang&requests=2000",
            "#/pipeline?preset=leak",
            "#/wait-group?fidelity=shipped&threads=1&requests=500",
        ] {
            agrees(&page, link).await;
        }
    })
    .await;
}

#[tokio::test]
async fn slow_frames_on_a_slow_processor_change_nothing() {
    const LINK: &str = "#/backpressure?requests=2000";
    before_the_page(async |page: Page| {
        let slow = "const frame = window.requestAnimationFrame.bind(window); \
                    window.requestAnimationFrame = next => setTimeout(() => frame(next), 70);";
        page.chromium(Command::before_load(slow)).await;
        page.chromium(Command::slow_processor(4)).await;
        agrees(&page, LINK).await;
    })
    .await;
}

#[tokio::test]
async fn pausing_midway_changes_nothing() {
    const LINK: &str = "#/worker-pool?requests=1500";
    on_the_page(LINK, async |page: Page| {
        page.press('2').await;
        page.press(' ').await;
        page.pause_once("$('stage').dataset.events > 40").await;
        let standing = page.trace().await;
        assert!(standing.events < Trace::native(LINK).events, "it stands before its end");
        page.press('3').await;
        page.press(' ').await;
        page.pause_once(&format!("$('stage').dataset.events > {}", standing.events)).await;
        page.press('6').await;
        page.press(' ').await;
        page.is_over().await;
        assert_eq!(page.trace().await, Trace::native(LINK));
    })
    .await;
}

#[tokio::test]
async fn going_to_the_start_and_back_changes_nothing() {
    const LINK: &str = "#/wait-group?requests=2000";
    on_the_page(LINK, async |page: Page| {
        page.run_to_the_end().await;
        let end = page.trace().await;
        assert_eq!(end, Trace::native(LINK));
        page.script("$('timeline').focus(); return null", vec![]).await;
        page.press(HOME).await;
        page.until_is("clock", "data-ns", "0").await;
        let start = page.number("stage", "data-events").await;
        assert!(start < end.events, "at the start nothing but the start has happened: {start} events");
        page.press(END).await;
        page.is_over().await;
        assert_eq!(page.trace().await, end);
    })
    .await;
}

#[tokio::test]
async fn a_click_on_the_timeline_moves_the_playhead_there_and_the_rest_is_as_before() {
    const LINK: &str = "#/worker-pool?requests=2000";
    on_the_page(LINK, async |page: Page| {
        page.run_to_the_end().await;
        let (end, whole) = (page.number("clock", "data-ns").await, page.trace().await);
        // A click hits the middle.
        page.click("timeline").await;
        page.until_is("run", "data-state", "paused").await;
        let middle = page.number("clock", "data-ns").await;
        assert!(middle > end / 4 && middle < end / 4 * 3, "{middle} ns is about the middle of {end} ns");
        assert!(page.trace().await.events < whole.events);
        page.press('6').await;
        page.click("run").await;
        page.is_over().await;
        assert_eq!(page.trace().await, whole);
    })
    .await;
}

#[tokio::test]
async fn a_restart_repeats_the_run() {
    on_the_page("#/pipeline?requests=1000&seed=twice", async |page: Page| {
        page.run_to_the_end().await;
        let first = page.trace().await;
        // Slowly, so that it can be seen.
        page.press('1').await;
        page.click("run").await;
        page.until("it has begun anew", &format!("$('stage').dataset.events < {}", first.events)).await;
        page.blur().await;
        page.press('6').await;
        page.is_over().await;
        assert_eq!(page.trace().await, first);
    })
    .await;
}
