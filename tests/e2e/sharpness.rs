//! A screen with more device pixels: what is painted is painted anew for them, also while nothing runs.

use crate::chromium::Command;
use crate::page::{Page, on_the_page};

/// Whether a canvas has as many pixels as its screen, and something on it.
const PAINTED: &str = "(canvas => {
    const wide = Math.floor(canvas.clientWidth * devicePixelRatio), high = Math.floor(canvas.clientHeight * devicePixelRatio);
    if (!wide || canvas.width !== wide || canvas.height !== high) return false;
    const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, wide, high).data.buffer);
    return pixels.some(pixel => pixel !== pixels[0]);
})";

#[tokio::test]
async fn stage_charts_and_timeline_are_sharp_on_another_screen_while_the_run_is_paused() {
    // The stage was blank until the next resize, since its canvas was made anew and nothing that it shows had changed; charts
    // and timeline stayed blurred.
    on_the_page("#/worker-pool?at=2s", async |page: Page| {
        page.until("it stands there", "$('clock').dataset.ns === '2000000000' && $('run').dataset.state === 'paused'")
            .await;
        let all = [
            "$('stage')",
            "$('chart-latency')",
            "$('chart-throughput')",
            "$('chart-latency').nextElementSibling",
            "document.querySelector('.scrub canvas')",
        ];
        for ratio in [1.0, 2.0, 1.5, 1.0] {
            page.chromium(Command::screen(1440, 900, ratio)).await;
            page.until("the screen is there", &format!("devicePixelRatio === {ratio}")).await;
            for canvas in all {
                page.until(&format!("{canvas} is sharp at {ratio}"), &format!("{PAINTED}({canvas})")).await;
            }
        }
    })
    .await;
}
