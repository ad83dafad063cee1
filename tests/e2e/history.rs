//! Back and Forward: what was looked at is a step of the browser's history, what was edited is none.

use crate::chromium::Command;
use crate::page::{Page, Trace, before_the_page, on_the_page};

async fn back(page: &Page) {
    page.script("history.back(); return null", vec![]).await;
}

async fn forward(page: &Page) {
    page.script("history.forward(); return null", vec![]).await;
}

async fn shows(page: &Page, id: &str) {
    page.until_is(&format!("pattern-{id}"), "aria-current", "page").await;
}

#[tokio::test]
async fn patterns_scenarios_and_run_all_are_steps_and_edits_are_none() {
    on_the_page("#/worker-pool", async |page: Page| {
        page.click("pattern-pipeline").await;
        shows(&page, "pipeline").await;
        page.fill("param-requests", "50").await;
        page.until("the edit stands in the address", "location.hash === '#/pipeline?requests=50'").await;
        page.choose("preset", "bottleneck").await;
        page.until("the scenario too", "location.hash === '#/pipeline?preset=bottleneck'").await;
        page.click("compare").await;
        page.until("all are run", "$('workbench')").await;
        let suite = page.link().await;
        back(&page).await;
        page.until("the workbench is back", "$('run') && location.hash === '#/pipeline?preset=bottleneck'").await;
        back(&page).await;
        page.until(
            "and the edited defaults",
            "location.hash === '#/pipeline?requests=50' && $('param-requests').value === '50'",
        )
        .await;
        back(&page).await;
        shows(&page, "worker-pool").await;
        assert_eq!(page.link().await, "#/worker-pool");
        for _ in 0..3 {
            forward(&page).await;
        }
        page.until("forward leads to all of them", "$('workbench')").await;
        assert_eq!(page.link().await, suite);
        page.has_met_no_error().await;
        page.open(&suite).await;
        page.until("the link to all of them opens them", "$('workbench')").await;
    })
    .await;
}

#[tokio::test]
async fn back_finds_a_run_where_it_stood() {
    on_the_page("#/worker-pool", async |page: Page| {
        page.stand_midway().await;
        let (trace, at) = (page.trace().await, page.number("clock", "data-ns").await);
        page.click("pattern-elevator").await;
        shows(&page, "elevator").await;
        back(&page).await;
        shows(&page, "worker-pool").await;
        page.until_is("clock", "data-ns", &at.to_string()).await;
        page.until_is("trace-hash", "data-events", &trace.events.to_string()).await;
        assert_eq!(page.trace().await, trace);
        page.until_is("run", "data-state", "paused").await;
    })
    .await;
}

/// The name of a pattern's scenario as it is by default, within a line.
fn usual(id: &str) -> String {
    let label = millrace::patterns::find(id).expect("a pattern").usual.label;
    label[..1].to_lowercase() + &label[1..]
}

#[tokio::test]
async fn the_title_says_what_is_shown_and_goes_with_the_history() {
    on_the_page("#/circuit-breaker", async |page: Page| {
        let says = async |title: &str| {
            page.until(&format!("the title is {title}"), &format!("document.title === '{title}'")).await
        };
        says(&format!("Circuit breaker, {} · Millrace", usual("circuit-breaker"))).await;
        page.choose("preset", "flapping").await;
        says("Circuit breaker, outage every 4 s · Millrace").await;
        page.click("pattern-worker-pool").await;
        says(&format!("Worker pool, {} · Millrace", usual("worker-pool"))).await;
        page.click("compare").await;
        says("Run all: request patterns · Millrace").await;
        back(&page).await;
        back(&page).await;
        says("Circuit breaker, outage every 4 s · Millrace").await;
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_keeps_no_history_for_the_page_gets_all_the_rest() {
    before_the_page(async |page: Page| {
        let refuse = "for (const way of ['pushState', 'replaceState']) history[way] = () => { throw new DOMException('no', 'SecurityError'); };";
        page.chromium(Command::before_load(refuse)).await;
        page.open("#/worker-pool").await;
        page.click("pattern-pipeline").await;
        shows(&page, "pipeline").await;
        page.choose("preset", "bottleneck").await;
        page.until("its title", "document.title.startsWith('Pipeline, bottleneck')").await;
        page.run_to_the_end().await;
    })
    .await;
}

/// Of every pattern: the run that one left is there again, after the same event, by Back and by Forward.
#[tokio::test]
async fn back_and_forward_find_the_run_of_every_pattern_where_it_stood() {
    before_the_page(async |page: Page| {
        let patterns = millrace::patterns::ALL;
        page.open(&format!("#/{}", patterns[0].id)).await;
        let mut stood = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            if index > 0 {
                page.click(&format!("pattern-{}", pattern.id)).await;
            }
            shows(&page, pattern.id).await;
            // Somewhere among the events of an instant.
            page.script(&format!("for (let i = 0; i < {}; i++) $('step').click(); return null", 20 + index), vec![])
                .await;
            page.until("it has gone on", &format!("+$('trace-hash').dataset.events >= {}", 20 + index)).await;
            stood.push((pattern.id, page.trace().await));
        }
        let find = async |(id, trace): &(&str, Trace)| {
            shows(&page, id).await;
            page.until_is("trace-hash", "data-events", &trace.events.to_string()).await;
            assert_eq!(&page.trace().await, trace, "{id}");
        };
        for here in stood.iter().rev().skip(1) {
            back(&page).await;
            find(here).await;
        }
        // The last one was left without a step of its own: what stood there is found as it is by default.
        for here in stood[..stood.len() - 1].iter().skip(1) {
            forward(&page).await;
            find(here).await;
        }
    })
    .await;
}
