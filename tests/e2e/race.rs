//! The alternatives of a choice raced on one traffic, and the search for a seed that breaks a check.

use crate::page::{Page, on_the_page};
use serde_json::json;

const POLICIES: [&str; 6] = ["reference", "nearest", "scan", "look", "etd", "destination"];

/// What the native program says of a race of this link's scenario.
fn native_verdict(link: &str) -> String {
    let scenario = millrace::session::link::decode(link).expect("the test's link is right").scenario;
    let mut race = millrace::export::race::RaceRun::new(&scenario, 1).expect("it can be raced");
    while !race.work(u64::MAX) {}
    let current = scenario.values().word("policy").to_owned();
    let verdict = millrace::export::race::verdict(&race.lines(), race.rows(), &current, &race.words());
    verdict.expect("a verdict").sentence()
}

#[tokio::test]
async fn policies_are_raced_on_the_same_people_and_the_verdict_is_the_native_one() {
    const LINK: &str = "#/elevator?preset=lunch&passengers=80&policy=reference";
    on_the_page(LINK, async |page: Page| {
        page.click("race-start").await;
        page.until("the verdict is there", "$('race-verdict')").await;
        assert_eq!(page.text("$('race-verdict').textContent").await, native_verdict(LINK));
        let mut digests = Vec::new();
        for policy in POLICIES {
            let row = format!("race-{policy}");
            assert_eq!(page.number(&row, "data-delivered").await, 80, "{policy}");
            digests.push(page.attribute(&row, "data-arrivals").await);
        }
        assert!(digests.iter().all(|d| *d == digests[0] && !d.is_empty()), "{digests:?}");
        // Another alternative is still what the race is about; other traffic is not.
        page.click("param-policy-scan").await;
        page.until_is("param-policy", "data-value", "scan").await;
        assert_eq!(page.value("$('race-stale')").await, json!(null));
        page.go("#/elevator?preset=lunch&passengers=81&policy=scan").await;
        page.until("the race is marked as old", "$('race-stale')").await;
    })
    .await;
}

#[tokio::test]
async fn a_race_can_be_given_up_by_the_key_that_started_it() {
    on_the_page("#/elevator?preset=lunch&passengers=20000", async |page: Page| {
        // Three hundred runs: however slowly somebody looks, they are not all computed by then.
        page.fill("race-seeds", "50").await;
        page.script("$('race-start').focus(); return null", vec![]).await;
        page.press(' ').await;
        page.until("it is being computed", "$('race-cancel') && $('race-progress')").await;
        page.press(' ').await;
        page.until("it was given up", "$('race-start')").await;
        assert_eq!(page.value("$('race-verdict')").await, json!(null));
    })
    .await;
}

#[tokio::test]
async fn a_seed_that_strands_a_car_is_found_and_opened_where_it_shows() {
    on_the_page("#/elevator?preset=stranded", async |page: Page| {
        page.click("checks").await;
        page.element("checks-pane").await;
        let find = "[...document.querySelectorAll('[data-testid^=check-]')].find(row => row.textContent.includes('stands still')).dataset.testid";
        let number = page.text(find).await.replace("check-", "");
        page.click(&format!("find-seed-{number}")).await;
        page.click(&format!("open-seed-{number}")).await;
        page.until_is(&format!("check-{number}"), "data-standing", "broken").await;
        assert!(page.link().await.contains("seed="), "{}", page.link().await);
    })
    .await;
}
