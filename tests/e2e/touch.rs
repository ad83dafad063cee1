//! The page under a finger: what is dragged follows it and nothing scrolls meanwhile, what is tapped is chosen, and targets are large enough.

use serde_json::{Value, json};

use crate::chromium::Command;
use crate::page::{Page, before_the_page};
use crate::views::settled;
use crate::walk::{self, PHONE};

/// A phone with a link open.
async fn on_a_phone<Body, Ending>(link: &'static str, body: Body)
where
    Body: FnOnce(Page) -> Ending + Send + 'static,
    Ending: Future<Output = ()> + Send + 'static,
{
    before_the_page(async move |page: Page| {
        page.chromium(Command::touch_screen()).await;
        walk::window(&page, PHONE).await;
        walk::stand(&page, link).await;
        settled(&page).await;
        body(page).await;
    })
    .await;
}

/// Fingers, each from one place to another, together, in steps.
async fn drag(page: &Page, fingers: &[[(f64, f64); 2]], lift: bool) {
    let at = |share: f64| -> Vec<(f64, f64)> {
        let along = |[a, b]: &[(f64, f64); 2]| (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
        fingers.iter().map(along).collect()
    };
    page.chromium(Command::fingers("touchStart", &at(0.0))).await;
    for step in 1..=8 {
        page.chromium(Command::fingers("touchMove", &at(f64::from(step) / 8.0))).await;
    }
    if lift {
        page.chromium(Command::fingers("touchEnd", &[])).await;
    }
    settled(page).await;
}

/// The place at shares of the width and height of what an expression finds.
async fn place(page: &Page, of: &str, share: (f64, f64)) -> (f64, f64) {
    let find = format!(
        "const b = ({of}).getBoundingClientRect(); return [b.x + b.width * {}, b.y + b.height * {}]",
        share.0, share.1
    );
    let at = page.script(&find, vec![]).await;
    let coordinate = |i: usize| at[i].as_f64().unwrap_or_else(|| panic!("{of} is somewhere: {at}"));
    (coordinate(0), coordinate(1))
}

/// How far anything is scrolled.
async fn scrolled(page: &Page) -> Value {
    page.value("JSON.stringify([...document.querySelectorAll('*')].filter(e => e.scrollTop || e.scrollLeft).map(e => [e.className, e.scrollTop, e.scrollLeft]))").await
}

#[tokio::test]
async fn a_finger_that_is_dragged_along_a_chart_reads_it_and_lets_go_when_it_is_lifted() {
    on_a_phone("#/circuit-breaker?at=4s&tab=charts", async |page: Page| {
        let plot = "document.querySelector('[data-chart=response] .plot')";
        page.script(&format!("{plot}.scrollIntoView({{ block: 'center' }}); return null"), vec![]).await;
        settled(&page).await;
        let before = scrolled(&page).await;
        let (from, to) = (place(&page, plot, (0.2, 0.5)).await, place(&page, plot, (0.5, 0.5)).await);
        drag(&page, &[[from, to]], false).await;
        let read = "document.querySelector('[data-chart=response] .read').textContent";
        page.until("it reads", &format!("{read}.includes('p50')")).await;
        let all = page.value("[...document.querySelectorAll('.charts .read')].filter(r => r.textContent).length").await;
        assert!(all.as_u64().is_some_and(|n| n > 1), "all charts read the same instant: {all}");
        page.chromium(Command::fingers("touchEnd", &[])).await;
        page.until("it has let go", &format!("!{read}")).await;
        assert_eq!(scrolled(&page).await, before, "nothing scrolls");
    })
    .await;
}

#[tokio::test]
async fn a_fault_on_the_timeline_goes_with_the_finger_and_the_page_stays() {
    on_a_phone(
        "#/circuit-breaker?at=4s&x=1000000000~0~fault~slow-server~3;3000000000~0~fault~slow-server~off",
        async |page: Page| {
            let before = (scrolled(&page).await, page.link().await, page.number("clock", "data-ns").await);
            let head = place(&page, "$('band-0')", (0.5, 0.5)).await;
            drag(&page, &[[head, (head.0 + 40.0, head.1)]], true).await;
            page.until("it has moved", &format!("location.hash !== '{}'", before.1)).await;
            let begins = page.text("/x=(\\d+)~/.exec(location.hash)[1]").await;
            assert!(begins.parse::<u64>().is_ok_and(|ns| ns > 1_100_000_000), "{begins}");
            assert_eq!(scrolled(&page).await, before.0, "nothing scrolls");
            page.until_is("clock", "data-ns", &before.2.to_string()).await;
            assert_eq!(page.value("visualViewport.scale").await, json!(1));
        },
    )
    .await;
}

#[tokio::test]
async fn a_tap_chooses_a_lane_a_second_lets_go_and_two_fingers_change_nothing() {
    on_a_phone("#/worker-pool?requests=300&server=general&at=150ms", async |page: Page| {
        let stage = "$('stage')";
        // The middle of a lane.
        let lane = place(&page, stage, (0.12, 0.62)).await;
        tap(&page, lane).await;
        page.until("a lane is chosen", "document.querySelector('.tip')?.textContent.startsWith('worker')").await;
        tap(&page, lane).await;
        page.until("and none", "!document.querySelector('.tip')").await;
        // Two fingers apart.
        let state = "[$('clock').dataset.ns, $('trace-hash').dataset.hash, location.hash, document.querySelector('.tip')?.textContent].join()";
        let before = page.text(state).await;
        let (a, b) = (place(&page, stage, (0.45, 0.5)).await, place(&page, stage, (0.55, 0.5)).await);
        drag(&page, &[[a, (a.0 - 60.0, a.1)], [b, (b.0 + 60.0, b.1)]], true).await;
        assert_eq!(page.text(state).await, before, "a pinch does no harm");
    })
    .await;
}

async fn tap(page: &Page, at: (f64, f64)) {
    page.chromium(Command::fingers("touchStart", &[at])).await;
    page.chromium(Command::fingers("touchEnd", &[])).await;
}

/// Every target is 24 px wide and high, or so far from others that a circle of that size round its middle touches none; those of the
/// transport are 44 px.
const TARGETS: &str = r"
    const seen = e => { const b = e.getBoundingClientRect(); return b.width > 1 && b.height > 1 && getComputedStyle(e).visibility === 'visible' && getComputedStyle(e).clipPath !== 'inset(50%)' && b.bottom > 0 && b.top < innerHeight && b.right > 0 && b.left < innerWidth; };
    const reach = e => {
      const b = e.getBoundingClientRect(), s = getComputedStyle(e, '::after');
      const more = s.content !== 'none' && s.position === 'absolute' ? [s.left, s.top, s.right, s.bottom].map(v => Math.max(0, -parseFloat(v) || 0)) : [0, 0, 0, 0];
      return { x: b.x - more[0], y: b.y - more[1], w: b.width + more[0] + more[2], h: b.height + more[1] + more[3] };
    };
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, [role=slider], [role=switch], summary')].filter(e => seen(e) && !e.disabled && !e.closest('.skip')).map(e => ({ e, r: reach(e) }));
    const inline = e => e.matches('p a, p button, p small button, .note button');
    const near = (a, b) => {
      const x = a.r.x + a.r.w / 2, y = a.r.y + a.r.h / 2;
      const dx = Math.max(b.r.x - x, 0, x - b.r.x - b.r.w), dy = Math.max(b.r.y - y, 0, y - b.r.y - b.r.h);
      return Math.hypot(dx, dy) < 12;
    };
    const label = ({ e, r }) => `${e.dataset.testid ?? e.className ?? e.tagName} ${(e.textContent || e.getAttribute('aria-label') || '').slice(0, 30)} is ${Math.round(r.w)} × ${Math.round(r.h)} px`;
    const small = all.filter(t => (t.r.w < 23.5 || t.r.h < 23.5) && !inline(t.e) && !t.e.labels?.length && all.some(o => o !== t && !o.e.contains(t.e) && !t.e.contains(o.e) && near(t, o)));
    const transport = ['run', 'step', 'restart'].map(id => ({ e: $(id), r: $(id) && reach($(id)) })).filter(t => t.e && seen(t.e) && (t.r.w < 43.5 || t.r.h < 43.5));
    return [...small, ...transport].map(label);";

#[tokio::test]
async fn targets_are_large_enough_for_a_finger() {
    on_a_phone("#/circuit-breaker?at=3s&lane=%231,093&vs=failures=9", async |page: Page| {
        let mut small = Vec::new();
        for tab in walk::tabs(&page).await {
            walk::tab(&page, &tab).await;
            let list = page.script(TARGETS, vec![]).await;
            small.extend(list.as_array().into_iter().flatten().map(|found| format!("{tab}: {found}")));
        }
        assert!(small.is_empty(), "{}", small.join("\n"));
    })
    .await;
}
