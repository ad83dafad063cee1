//! Layers round a call on the page: they are put into another order by keys and by hand, and the field says the same.

use crate::page::{Page, Trace, on_the_page};

const DOWN: char = '\u{e015}';
const SPACE: char = ' ';
const LANES: &str = "document.querySelector('.lanes')";
const LINK: &str = "#/policy-pipeline?policies=timeout:2s,retry:3,breaker:5&requests=50";

/// Whether the list in the field is this one.
fn field_is(list: &str) -> String {
    format!("$('param-policies').value === '{list}'")
}

#[tokio::test]
async fn a_layer_is_lifted_moved_and_put_down_by_keys_and_put_back_with_escape() {
    on_the_page(LINK, async |page: Page| {
        page.script(&format!("{LANES}.focus(); return null"), vec![]).await;
        page.press(DOWN).await;
        page.press(SPACE).await;
        page.press(DOWN).await;
        page.press('\u{e00c}').await;
        page.until("nothing has moved", &field_is("timeout:2s,retry:3,breaker:5")).await;
        page.press(SPACE).await;
        page.press(DOWN).await;
        page.press(DOWN).await;
        page.until(
            "its place is said while it is held",
            &format!("{LANES}.querySelector('[aria-live]').textContent.includes('layer 3 of 3, inside breaker 5')"),
        )
        .await;
        page.press(SPACE).await;
        page.until("the field has the new order", &field_is("retry:3,breaker:5,timeout:2s")).await;
        page.run_to_the_end().await;
        let link = page.link().await;
        assert_eq!(page.trace().await, Trace::native(&link));
    })
    .await;
}

#[tokio::test]
async fn a_layer_is_dragged_by_its_grip() {
    on_the_page(LINK, async |page: Page| {
        // From the grip of the first row to the third: rows stand at equal distances below the heading.
        let drag = format!(
            "const lanes = {LANES}, canvas = lanes.querySelector('canvas'), box = canvas.getBoundingClientRect();
             const at = (type, y) => canvas.dispatchEvent(new PointerEvent(type, {{ bubbles: true, pointerType: 'mouse',
                 clientX: box.left + 28, clientY: box.top + y }}));
             at('pointerdown', 96); at('pointermove', 140); at('pointermove', 190); at('pointerup', 190);
             return null"
        );
        page.script(&drag, vec![]).await;
        page.until("it is elsewhere", "$('param-policies').value !== 'timeout:2s,retry:3,breaker:5'").await;
        page.until("it went down", "!$('param-policies').value.startsWith('timeout')").await;
    })
    .await;
}
