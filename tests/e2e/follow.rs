//! One request followed: from a link, from a lane by key, and along its bars.

use crate::page::{Page, on_the_page};

#[tokio::test]
async fn a_link_to_a_moment_follows_a_request_and_a_bar_leads_to_where_it_begins() {
    on_the_page("#/worker-pool?requests=300&server=general&at=150ms&lane=%2342&tab=follow", async |page: Page| {
        page.until_is("tab-follow", "aria-selected", "true").await;
        assert_eq!(page.text("$('tab-follow').textContent").await, "#42");
        page.until("its story is told", "$('follow').querySelector('.story')?.textContent.startsWith('#42 ')").await;
        let bars = "$('follow').querySelectorAll('.bars button')";
        page.until("it has bars", &format!("{bars}.length > 1")).await;
        // What the bars take adds up to the whole.
        let shares = page.value(&format!("Math.round([...{bars}].map(bar => parseFloat(bar.querySelector('.part').textContent)).reduce((a, b) => a + b))")).await;
        assert!(shares.as_f64().is_some_and(|sum| (sum - 100.0).abs() <= 1.0), "{shares}");
        page.value(&format!("{bars}[{bars}.length - 1].click()")).await;
        page.until("its last stretch is under the playhead", "$('follow').querySelector('.bars li:last-child[aria-current=true]')").await;
        page.blur().await;
        page.press(',').await;
        page.until("the stretch before it is", "$('follow').querySelector('.bars li:nth-last-child(2)[aria-current=true]')").await;
    })
    .await;
}

#[tokio::test]
async fn the_request_of_a_lane_is_followed_by_key_and_let_go_again() {
    on_the_page("#/worker-pool?requests=300&at=100ms&lane=worker%203", async |page: Page| {
        page.until_is("clock", "data-ns", "100000000").await;
        page.blur().await;
        page.press('f').await;
        page.until_is("tab-follow", "aria-selected", "true").await;
        page.until("its story is told", "$('follow').querySelector('.story')?.textContent.startsWith('#')").await;
        page.value("[...$('follow').querySelectorAll('.acts button')].at(-1).click()").await;
        page.until("nobody is followed", "!$('tab-follow')").await;
    })
    .await;
}
