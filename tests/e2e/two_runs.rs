//! Two runs under one playhead: each is the run of its own link, and what differs is changed where it stands.

use crate::page::{Page, Trace, on_the_page};

/// The hash and the number of events of the second stage.
async fn second(page: &Page) -> Trace {
    Trace {
        hash: page.attribute("stage-second", "data-hash").await,
        events: page.number("stage-second", "data-events").await,
    }
}

#[tokio::test]
async fn each_of_two_runs_comes_to_the_end_of_its_own_link() {
    on_the_page("#/worker-pool?requests=600&seed=7&vs=workers=4,server=general", async |page: Page| {
        page.until("both are named", "$('run-first')?.textContent === 'Workers 15, Server documented'").await;
        page.until("both are named", "$('run-second')?.textContent === 'Workers 4, Server general'").await;
        page.run_to_the_end().await;
        page.until_is("run", "data-state", "done").await;
        assert_eq!(page.trace().await, Trace::native("#/worker-pool?requests=600&seed=7"));
        assert_eq!(second(&page).await, Trace::native("#/worker-pool?requests=600&seed=7&workers=4&server=general"));
    })
    .await;
}

/// The first goes on where it was; what is changed in the first is changed in both; and no step is lost.
#[tokio::test]
async fn a_value_is_varied_beside_a_run_that_stays_where_it_is() {
    on_the_page("#/worker-pool?requests=900&at=400ms", async |page: Page| {
        page.until_is("clock", "data-ns", "400000000").await;
        let before = page.trace().await;
        page.click("vary-workers").await;
        page.until("a second stage stands there", "$('stage-second')").await;
        assert_eq!(page.link().await, "#/worker-pool?requests=900&vs=workers=30");
        page.until(
            "it stands at the same instant",
            "$('run').dataset.state === 'paused' && $('clock').dataset.ns === '400000000'",
        )
        .await;
        assert_eq!(page.trace().await, before);
        page.fill("beside-workers", "0").await;
        page.until(
            "it says what is wrong, and what is in force",
            "$('beside-error-workers')?.textContent.includes('Staying with 30')",
        )
        .await;
        page.fill("beside-workers", "3").await;
        page.until("the other is another", "location.hash === '#/worker-pool?requests=900&vs=workers=3'").await;
        page.fill("param-requests", "300").await;
        page.until("both are others", "location.hash === '#/worker-pool?requests=300&vs=workers=3'").await;
        page.run_to_the_end().await;
        assert_eq!(second(&page).await, Trace::native("#/worker-pool?requests=300&workers=3"));
        page.click("alone").await;
        page.until("one run is there", "!$('stage-second') && location.hash === '#/worker-pool?requests=300'").await;
        page.click("undo").await;
        page.until("and two again", "$('stage-second') && location.hash === '#/worker-pool?requests=300&vs=workers=3'")
            .await;
    })
    .await;
}

/// The run before the last change is told of until it is dismissed.
#[tokio::test]
async fn the_run_before_a_change_says_what_it_had_and_goes_when_it_is_dismissed() {
    on_the_page("#/worker-pool?requests=300", async |page: Page| {
        page.run_to_the_end().await;
        page.fill("param-workers", "4").await;
        page.until("it says what it had", "$('before')?.textContent.includes('the run before, with Workers 15')").await;
        page.click("dismiss-before").await;
        page.until("it is gone", "!$('before')").await;
    })
    .await;
}
