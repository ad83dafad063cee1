//! The moment is in the link: playhead, lane and tab; and what a browser that refuses the clipboard gets.

use serde_json::json;

use crate::chromium::Command;
use crate::page::{Page, before_the_page, on_the_page};

/// A clipboard that keeps what it gets where the test finds it.
const CLIPBOARD: &str = "Object.defineProperty(navigator, 'clipboard', { configurable: true, value: {
  writeText: text => { window.copied = text; return Promise.resolve(); } } }); return null";

/// Presses one half of Share; the link that it copied, from `#` on.
async fn shared(page: &Page, half: &str) -> String {
    page.script(CLIPBOARD, vec![]).await;
    page.script("window.copied = null; return null", vec![]).await;
    page.click(half).await;
    page.until("something was copied", "window.copied").await;
    let address = page.text("window.copied").await;
    assert!(address.starts_with("http://127.0.0.1:"), "a whole address: {address}");
    address[address.find('#').expect("a link is in the address")..].to_owned()
}

#[tokio::test]
async fn a_shared_moment_opens_at_the_same_event_of_every_pattern_with_its_tab() {
    on_the_page("", async |page: Page| {
        for pattern in millrace::patterns::ALL {
            page.open(&format!("#/{}?at=12.345678ms", pattern.id)).await;
            page.until_is("clock", "data-ns", "12345678").await;
            page.click("tab-report").await;
            // Where the playhead stands by itself, and between two events of one instant.
            for steps in [0, 3] {
                page.blur().await;
                let before = page.number("stage", "data-events").await;
                for _ in 0..steps {
                    page.press('.').await;
                }
                page.until_is("stage", "data-events", &(before + steps).to_string()).await;
                let (trace, at) = (page.trace().await, page.number("clock", "data-ns").await);
                let link = shared(&page, "share").await;
                page.open(&link).await;
                page.until_is("clock", "data-ns", &at.to_string()).await;
                page.until_is("run", "data-state", "paused").await;
                page.until_is("trace-hash", "data-events", &trace.events.to_string()).await;
                assert_eq!(page.trace().await, trace, "{link}");
                assert_eq!(page.number("stage", "data-events").await, trace.events, "{link}");
                page.until_is("tab-report", "aria-selected", "true").await;
                assert_eq!(page.link().await, link, "the address has what was opened");
            }
            page.has_met_no_error().await;
        }
    })
    .await;
}

#[tokio::test]
async fn share_gives_where_one_stands_and_not_where_one_came_from() {
    on_the_page("#/circuit-breaker?at=4050ms", async |page: Page| {
        page.until_is("clock", "data-ns", "4050000000").await;
        assert!(shared(&page, "share").await.contains("at=4050ms"));
        page.script("$('timeline').focus(); return null", vec![]).await;
        page.press('\u{e014}').await;
        page.until_is("clock", "data-ns", "4150000000").await;
        assert_eq!(page.link().await, "#/circuit-breaker", "the address is no longer about a place where nobody is");
        let link = shared(&page, "share").await;
        assert!(link.contains("at=4150ms"), "{link}");
        page.until("it says so", "$('share').innerText.includes('Copied, 4.150 s')").await;
        page.until(
            "in the live region too",
            "document.querySelector('.sharing [role=status]').innerText === 'Copied, 4.150 s'",
        )
        .await;
        let link = shared(&page, "share-start").await;
        assert_eq!(link, "#/circuit-breaker");
        page.until("and then no longer", "!$('share-start').innerText.includes('Copied')").await;
    })
    .await;
}

#[tokio::test]
async fn the_half_that_was_pressed_keeps_its_width() {
    on_the_page("#/circuit-breaker?at=4050ms", async |page: Page| {
        page.until_is("clock", "data-ns", "4050000000").await;
        let widths = "[...document.querySelectorAll('.top .sharing .btn')].map(half => half.getBoundingClientRect().width)";
        let before = page.value(widths).await;
        for half in ["share", "share-start"] {
            shared(&page, half).await;
            page.until("it says so", &format!("$('{half}').dataset.says === 'true'")).await;
            assert_eq!(page.value(widths).await, before);
            let cut = page.value(&format!("(() => {{ const s = $('{half}').querySelector('.said'); return s.scrollWidth > s.clientWidth; }})()")).await;
            assert_eq!(cut, json!(false), "what {half} says has room");
        }
    })
    .await;
}

#[tokio::test]
async fn a_lane_that_was_pressed_is_in_the_link_and_is_shown_again() {
    on_the_page("#/worker-pool?at=300ms", async |page: Page| {
        page.until_is("clock", "data-ns", "300000000").await;
        let lane = "document.querySelector('.lanes > [aria-live]').textContent";
        page.script("document.querySelector('.lanes').focus(); return null", vec![]).await;
        for _ in 0..4 {
            page.press('\u{e015}').await;
        }
        page.until("a lane is read out", &format!("{lane}.length > 3")).await;
        let told = page.text(lane).await;
        let link = shared(&page, "share").await;
        assert!(link.contains("&lane="), "{link}");
        page.open(&link).await;
        page.until("the same lane is told of", &format!("{lane} === {}", json!(told))).await;
        page.until("its box stands there", "document.querySelector('.tip b')").await;
        page.script("document.querySelector('.lanes').focus(); return null", vec![]).await;
        page.press('\u{e00c}').await;
        page.until("Escape lets go of it", "!document.querySelector('.tip') && location.hash === '#/worker-pool'")
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_refuses_the_clipboard_is_shown_the_link() {
    on_the_page("#/worker-pool?at=300ms", async |page: Page| {
        for refusal in ["{ writeText: () => Promise.reject(new Error('no')) }", "undefined"] {
            page.until_is("clock", "data-ns", "300000000").await;
            let script = format!(
                "Object.defineProperty(navigator, 'clipboard', {{ configurable: true, value: {refusal} }}); return null"
            );
            page.script(&script, vec![]).await;
            page.click("share").await;
            page.until(
                "the link stands there, selected",
                "document.activeElement?.id === 'offered' && getSelection().toString().includes('at=300ms')",
            )
            .await;
            assert_eq!(page.attribute("offered", "role").await, "status");
            page.script("$('offered').querySelector('button').click(); return null", vec![]).await;
            page.until("it is gone", "!$('offered')").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_moment_of_a_real_run_starts_no_requests() {
    before_the_page(async |page: Page| {
        page.chromium(Command::before_load(
            "window.sent = 0; const real = window.fetch; window.fetch = (...a) => { window.sent += 1; return real(...a); };",
        ))
        .await;
        page.open("#/worker-pool?target=fetch&url=http://127.0.0.1:9/data&at=2s&tab=log&lane=w03").await;
        page.until_is("tab-log", "aria-selected", "true").await;
        assert_eq!(page.attribute("run", "data-state").await, "idle");
        let link = shared(&page, "share").await;
        assert!(link.contains("target=fetch") && !link.contains("at="), "real time cannot be found again: {link}");
        // What the page itself fetches is of its own site.
        let sent = page.value("performance.getEntriesByType('resource').filter(r => r.name.includes(':9/')).length").await;
        assert_eq!(sent, json!(0));
    })
    .await;
}

#[tokio::test]
async fn a_link_with_a_tab_that_is_not_there_says_so() {
    on_the_page("#/worker-pool?tab=nonsense&at=1s~x", async |page: Page| {
        page.until("both are said", "['nonsense', 'x'].every(w => $('notice')?.innerText.includes(w))").await;
        page.until_is("clock", "data-ns", "1000000000").await;
    })
    .await;
}
