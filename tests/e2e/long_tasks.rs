//! How long the page keeps the browser from answering: long tasks, as the browser itself reports them.
//!
//! The figures mean something on a quiet machine only, so that no test depends on them: `scripts/bench-page.sh` prints them.

use crate::page::{Page, before_the_page};

/// Collects the lengths of all tasks over 50 ms, from before the page's own script on.
const OBSERVE: &str = "window.longTasks = []; \
    new PerformanceObserver(list => list.getEntries().forEach(task => window.longTasks.push(task.duration))) \
        .observe({ type: 'longtask', buffered: true });";

/// The longest task since the last call, in milliseconds; zero if none took 50.
async fn longest(page: &Page) -> f64 {
    // Entries arrive in a task of their own, after what they are about.
    page.script("window.settled = false; setTimeout(() => requestAnimationFrame(() => setTimeout(() => { window.settled = true; }, 100)), 100); return null", vec![]).await;
    page.until("the browser has reported", "window.settled").await;
    page.value("Math.max(0, ...window.longTasks.splice(0))").await.as_f64().unwrap_or(f64::NAN)
}

#[tokio::test]
#[ignore = "a measurement: run by scripts/bench-page.sh"]
async fn the_longest_tasks_of_the_front_door() {
    before_the_page(async |page: Page| {
        page.chromium(crate::chromium::Command::before_load(OBSERVE)).await;
        let mut worst = 0.0_f64;
        for visit in 1..=3 {
            page.open("").await;
            page.until("the run has gone on for a second", "Number($('clock').dataset.ns) > 1e9").await;
            let longest = longest(&page).await;
            println!("visit {visit}: longest task of loading and running {longest:.0} ms (0: none over 50 ms)");
            worst = longest.max(worst);
        }
        assert!(worst <= 50.0, "a task of {worst:.0} ms: the page does not answer clicks meanwhile");
    })
    .await;
}

/// The longest tasks of loading a link, running it to its end at max, and going to its start and back; none over so many milliseconds.
async fn measure(link: &'static str, most: f64) {
    before_the_page(async move |page: Page| {
        page.chromium(crate::chromium::Command::before_load(OBSERVE)).await;
        let mut worst = 0.0_f64;
        for run in 1..=3 {
            page.open(link).await;
            let loading = longest(&page).await;
            page.run_to_the_end().await;
            let running = longest(&page).await;
            let end = page.number("clock", "data-ns").await;
            page.script("$('timeline').focus(); return null", vec![]).await;
            page.press('\u{e011}').await;
            // To its start, or as far back as the page keeps of a run that is longer than its memory.
            page.until("the playhead went back", &format!("Number($('clock').dataset.ns) < {end}")).await;
            page.press('\u{e010}').await;
            page.is_over().await;
            let scrubbing = longest(&page).await;
            println!("{link}, run {run}: longest task while loading {loading:.0} ms, running at max {running:.0} ms, to the start and back {scrubbing:.0} ms (0: none over 50 ms)");
            worst = [loading, running, scrubbing].into_iter().fold(worst, f64::max);
        }
        assert!(worst <= most, "a task of {worst:.0} ms: the page does not answer clicks meanwhile");
    })
    .await;
}

#[tokio::test]
#[ignore = "a measurement: run by scripts/bench-page.sh"]
async fn the_longest_tasks_of_wait_group() {
    measure("#/wait-group", 50.0).await;
}

#[tokio::test]
#[ignore = "a measurement: run by scripts/bench-page.sh"]
async fn the_longest_tasks_of_200_000_tasks_at_once() {
    measure("#/wait-group?requests=200000", 100.0).await;
}
