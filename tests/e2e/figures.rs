//! Numbers that can be read: tiles that are not cut, charts that are read where one points, a headline for a ticket.

use serde_json::{Value, json};

use crate::chromium::Command;
use crate::page::{Page, before_the_page, native_report, on_the_page};

/// The tiles and title lines whose words are wider than their place.
const CUT: &str = "[...document.querySelectorAll('.tiles dt, .tiles dd, .chart b')]
    .filter(e => e.scrollWidth > e.clientWidth + 0.5).map(e => e.closest('[data-testid], .chart').innerText)";

#[tokio::test]
async fn no_tile_is_cut_in_any_window() {
    // "4,027…", "12,71…" and "in flight 4,17", without a unit.
    before_the_page(async |page: Page| {
        for link in [
            "#/worker-pool?server=general&slots=4&workers=100&timeout=100ms&requests=5000&at=2s",
            "#/wait-group?requests=50000&at=5s",
            "#/worker-pool?arrivals=poisson&rate=900&server=general&service=constant&mean=20ms&at=4s",
            "#/circuit-breaker?at=6s",
            "#/elevator?at=60s",
        ] {
            for (width, height) in [(390, 844), (820, 1180), (1440, 900), (1920, 1080)] {
                page.chromium(Command::window(width, height)).await;
                page.open(link).await;
                if width < 1024 {
                    page.click("tab-charts").await;
                }
                page.until(
                    "it stands there",
                    "$('run').dataset.state === 'paused' || $('run').dataset.state === 'done'",
                )
                .await;
                page.until("the tiles are there", "document.querySelector('.tiles dd')?.checkVisibility()").await;
                assert_eq!(page.value(CUT).await, json!([]), "{link} at {width} px");
            }
        }
    })
    .await;
}

/// Points at a share of the width of a chart.
async fn point(page: &Page, chart: &str, share: f64) {
    page.script(
        "const plot = $(arguments[0]).parentElement, box = plot.getBoundingClientRect();
         plot.firstElementChild.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, pointerType: 'mouse',
             clientX: box.left + box.width * arguments[1], clientY: box.top + 30 })); return null",
        vec![json!(chart), json!(share)],
    )
    .await;
}

/// What the title lines of all charts over time read.
async fn read(page: &Page) -> Vec<String> {
    let texts = page
        .value("[...document.querySelectorAll('.chart:has(.over) .read')].map(e => e.checkVisibility() ? e.textContent : '')")
        .await;
    texts.as_array().into_iter().flatten().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}

/// The pixels over a chart, as one number.
const PIXELS: &str = "(id => { const c = $(id).nextElementSibling;
    return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.reduce((sum, x, i) => (sum * 31 + x * (i % 97)) % 1000003, 7); })";

#[tokio::test]
async fn who_points_at_a_chart_reads_the_same_instant_in_all_of_them() {
    on_the_page("#/circuit-breaker?at=6s", async |page: Page| {
        page.until("it stands there", "$('run').dataset.state === 'paused'").await;
        page.until(
            "the charts are painted",
            &format!("$('chart-latency').width > 300 && {PIXELS}('chart-latency') !== 7"),
        )
        .await;
        let quiet = page.value(&format!("{PIXELS}('chart-latency')")).await;
        point(&page, "chart-response", 0.3).await;
        let told = read(&page).await;
        assert!(told.len() >= 4 && told.iter().all(|text| !text.is_empty()), "{told:?}");
        let window = told[0].split("  ").next().unwrap_or_default().to_owned();
        assert!(window.contains('–') && told[0].contains("  p50 ") && told[0].contains("  n "), "{told:?}");
        for text in &told[..3] {
            assert!(text.starts_with(&window), "{told:?}");
        }
        assert!(told[1].contains("goodput") && told[1].contains("attempts"), "{told:?}");
        assert_ne!(
            page.value(&format!("{PIXELS}('chart-latency')")).await,
            quiet,
            "a hairline in the other charts too"
        );
        page.script(
            "$('chart-response').parentElement.dispatchEvent(new PointerEvent('pointerleave')); return null",
            vec![],
        )
        .await;
        assert!(read(&page).await.iter().all(String::is_empty), "the title lines say again what they said");
        assert_eq!(page.value(&format!("{PIXELS}('chart-latency')")).await, quiet);
    })
    .await;
}

#[tokio::test]
async fn keys_read_a_chart_window_by_window_and_leave_the_playhead_where_it_is() {
    on_the_page("#/circuit-breaker?at=6s", async |page: Page| {
        page.until("it stands there", "$('run').dataset.state === 'paused'").await;
        page.script("$('chart-throughput').parentElement.focus(); return null", vec![]).await;
        let mut windows = Vec::new();
        // Home, twice to the right, once to the left, End.
        for key in ['\u{e011}', '\u{e014}', '\u{e014}', '\u{e012}', '\u{e010}'] {
            page.press(key).await;
            let told = read(&page).await;
            windows.push(told[1].split("  ").next().unwrap_or_default().to_owned());
        }
        assert_eq!(windows, ["0.0–0.2 s", "0.2–0.4 s", "0.4–0.6 s", "0.2–0.4 s", "5.8–6.0 s"]);
        assert_eq!(page.number("clock", "data-ns").await, 6_000_000_000);
        page.script("document.activeElement.blur(); return null", vec![]).await;
        assert!(read(&page).await.iter().all(String::is_empty));
    })
    .await;
}

#[tokio::test]
async fn what_a_run_came_to_can_be_pasted_into_a_ticket() {
    on_the_page("#/circuit-breaker?requests=1500&seed=ticket", async |page: Page| {
        page.run_to_the_end().await;
        page.click("tab-report").await;
        page.until_is("report", "data-over", "true").await;
        let text = page.text("$('headline').textContent").await;
        let native = millrace::export::headline(&native_report("#/circuit-breaker?requests=1500&seed=ticket"), "");
        let (numbers, link) = text.trim_end().rsplit_once('\n').expect("several lines");
        assert_eq!(numbers, native.trim_end());
        assert!(link.starts_with("http://127.0.0.1:") && link.ends_with("#/circuit-breaker?requests=1500&seed=ticket"), "{link}");
        page.script(
            "Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText: text => { window.copied = text; return Promise.resolve(); } } }); return null",
            vec![],
        )
        .await;
        page.click("copy-headline").await;
        page.until("it was copied", "window.copied").await;
        assert_eq!(page.value("window.copied").await, Value::String(text));
    })
    .await;
}
