//! What stands in the field that an event is about, of whatever kind: input, select or text area.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::Event;

/// The text of the field; none where the event is about no field.
pub fn text(event: &Event) -> Option<String> {
    property(event, "value")?.as_string()
}

/// The number that a slider stands at.
pub fn number(event: &Event) -> Option<f64> {
    property(event, "valueAsNumber")?.as_f64()
}

/// Whether a box is checked.
pub fn is_checked(event: &Event) -> bool {
    property(event, "checked").is_some_and(|on| on.is_truthy())
}

/// What the element that an event is about, or the next one around it that has it, says under `data-<name>`.
pub fn data(event: &Event, name: &str) -> Option<String> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let name = format!("data-{name}");
    target.closest(&format!("[{name}]")).ok().flatten()?.get_attribute(&name)
}

fn property(event: &Event, name: &str) -> Option<JsValue> {
    js_sys::Reflect::get(event.target()?.as_ref(), &JsValue::from_str(name)).ok()
}
