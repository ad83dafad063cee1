//! Links: what is shared opens as it was, and no text after the `#` breaks the page.

use serde_json::json;

use crate::page::{Page, Trace, on_the_page};

#[tokio::test]
async fn a_parameter_changed_in_the_form_stands_in_the_link_which_opens_to_the_same_run() {
    on_the_page("#/worker-pool", async |page: Page| {
        page.fill("param-workers", "4").await;
        page.until("the address has it", "location.hash.includes('workers=4')").await;
        page.fill("seed", "shared").await;
        page.until("the address has the seed", "location.hash.includes('seed=shared')").await;
        page.fill("param-requests", "900").await;
        page.until("the address has both", "location.hash.includes('requests=900')").await;
        page.run_to_the_end().await;
        let (link, trace) = (page.link().await, page.trace().await);
        assert_eq!(Trace::native(&link), trace, "natively");
        page.has_met_no_error().await;
        page.open(&link).await;
        assert_eq!(page.value("$('param-workers').value").await, json!("4"));
        assert_eq!(page.value("$('seed').value").await, json!("shared"));
        page.run_to_the_end().await;
        assert_eq!(page.trace().await, trace, "in a fresh page");
    })
    .await;
}

#[tokio::test]
async fn a_link_typed_into_the_address_bar_of_an_open_page_is_opened() {
    on_the_page("#/sequential", async |page: Page| {
        page.go("#/pipeline?requests=50&seed=typed").await;
        page.until_is("pattern-pipeline", "aria-current", "page").await;
        assert_eq!(page.value("$('seed').value").await, json!("typed"));
        page.run_to_the_end().await;
        assert_eq!(page.trace().await, Trace::native("#/pipeline?requests=50&seed=typed"));
    })
    .await;
}

#[tokio::test]
async fn a_preset_chosen_from_the_list_stands_in_the_link() {
    on_the_page("#/worker-pool", async |page: Page| {
        page.choose("preset", "constant").await;
        page.until("the address has it", "location.hash.includes('preset=constant')").await;
        page.choose("preset", "").await;
        page.until("the address is that of the defaults", "location.hash === '#/worker-pool'").await;
    })
    .await;
}

#[tokio::test]
async fn a_link_to_no_pattern_leaves_the_page_as_it_was_and_says_so() {
    on_the_page("#/worker-pool?workers=7&requests=300&seed=kept", async |page: Page| {
        for link in ["#/nope", "#%%%", "#/%ff%fe?=&&==", "#/?workers=3", "#//", "#garbage"] {
            page.go(link).await;
            page.until(&format!("an error about {link}"), "$('error')?.getAttribute('role') === 'alert'").await;
            assert_eq!(page.attribute("pattern-worker-pool", "aria-current").await, "page", "after {link}");
            assert_eq!(page.value("$('param-workers').value").await, json!("7"), "after {link}");
            page.script("$('error').querySelector('button').click(); return null", vec![]).await;
            page.until("the error is gone", "!$('error')").await;
        }
        page.run_to_the_end().await;
        assert_eq!(page.trace().await, Trace::native("#/worker-pool?workers=7&requests=300&seed=kept"));
    })
    .await;
}

#[tokio::test]
async fn a_fresh_page_opens_whatever_stands_after_the_hash() {
    on_the_page("", async |page: Page| {
        let long = format!("#/worker-pool?{}", "workers=99999999999999999999&%00=%ff&x=1~2~3;;;~~~&".repeat(400));
        let long_word = format!("#/{}", "a".repeat(20_000));
        for link in ["#/nope", "#%%%", "#/worker-pool?x=~~~", "#/worker-pool/?%=%", long.as_str(), long_word.as_str()] {
            page.open(link).await;
            let short: String = link.chars().take(60).collect();
            page.until(&format!("a word about {short}"), "$('error') ?? $('notice')").await;
            page.click("step").await;
            page.until_is("stage", "data-events", "1").await;
            page.has_met_no_error().await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_clamped_or_ignored_is_said_and_the_rest_counts() {
    on_the_page("#/worker-pool?workers=9999999&foo=1&seed=&requests=400", async |page: Page| {
        page.until("a notice", "$('notice')?.getAttribute('role') === 'status'").await;
        let said = page.element("notice").await.text().await.expect("a notice is text");
        for word in ["workers", "foo", "seed"] {
            assert!(said.contains(word), "a word about {word}: {said}");
        }
        assert_eq!(page.value("$('param-requests').value").await, json!("400"));
        page.run_to_the_end().await;
        assert_eq!(page.trace().await, Trace::native("#/worker-pool?workers=9999999&requests=400"));
    })
    .await;
}

#[tokio::test]
async fn a_link_opens_with_its_playhead() {
    on_the_page("#/worker-pool?requests=500&at=200ms", async |page: Page| {
        page.until_is("clock", "data-ns", "200000000").await;
        page.until_is("run", "data-state", "paused").await;
        page.run_to_the_end().await;
        assert_eq!(page.trace().await, Trace::native("#/worker-pool?requests=500"));
    })
    .await;
}
