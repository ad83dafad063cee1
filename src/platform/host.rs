//! The page's root element, what the browser prefers, and what it remembers for us.

use wasm_bindgen::JsCast;
use web_sys::{Element, Storage};

const THEME: &str = "millrace-theme";
const LEAD: &str = "millrace-lead";

fn root() -> Option<Element> {
    web_sys::window()?.document()?.document_element()
}

/// What the browser keeps for the page, where it may keep something.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn matches(query: &str) -> bool {
    web_sys::window().and_then(|w| w.match_media(query).ok().flatten()).is_some_and(|m| m.matches())
}

/// Whether the page starts dark: as it was left, or as the system is.
pub fn prefers_dark() -> bool {
    let stored = storage().and_then(|s| s.get_item(THEME).ok().flatten());
    stored.map_or_else(|| matches("(prefers-color-scheme: dark)"), |theme| theme == "dark")
}

/// Whether a person asked for less motion.
pub fn prefers_less_motion() -> bool {
    matches("(prefers-reduced-motion: reduce)")
}

/// The bytes of the memory that the page's program has; it grows and never shrinks.
pub fn memory_bytes() -> Option<u64> {
    let memory = wasm_bindgen::memory().dyn_into::<js_sys::WebAssembly::Memory>().ok()?;
    let buffer = memory.buffer().dyn_into::<js_sys::ArrayBuffer>().ok()?;
    Some(u64::from(buffer.byte_length()))
}

/// Whether the window is as narrow as a phone's.
pub fn is_phone() -> bool {
    matches("(max-width: 767.98px)")
}

/// Makes the page dark or light; it is so again when it is opened the next time, if the choice was a person's.
pub fn set_theme(dark: bool, remember: bool) {
    let theme = if dark { "dark" } else { "light" };
    if let Some(root) = root() {
        let _set = root.set_attribute("data-theme", theme);
    }
    if let (true, Some(storage)) = (remember, storage()) {
        // A full or forbidden storage only means that the choice is not remembered.
        let _kept = storage.set_item(THEME, theme);
    }
}

/// Whether the sentence that says what Millrace is may be shown: until somebody hid it.
pub fn shows_lead() -> bool {
    storage().and_then(|s| s.get_item(LEAD).ok().flatten()).is_none()
}

/// Hides that sentence, now and whenever the page is opened again.
pub fn hide_lead() {
    if let Some(storage) = storage() {
        // A full or forbidden storage only means that it is there again the next time.
        let _kept = storage.set_item(LEAD, "hidden");
    }
}

/// The title of the window, and of the step of its history.
pub fn set_title(title: &str) {
    if let Some(document) = web_sys::window().and_then(|w| w.document()) {
        document.set_title(title);
    }
}

/// Says that the page is interactive.
pub fn set_ready() {
    if let Some(root) = root() {
        let _set = root.set_attribute("data-ready", "true");
    }
}

/// The scale of the backing store: device pixels for each CSS pixel.
pub fn pixel_ratio() -> f64 {
    web_sys::window().map_or(1.0, |w| w.device_pixel_ratio()).clamp(1.0, 4.0)
}

fn find(selector: &str) -> Option<web_sys::HtmlElement> {
    let document = web_sys::window().and_then(|w| w.document())?;
    document.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Puts the focus on the first element that a selector finds.
pub fn focus(selector: &str) {
    if let Some(element) = find(selector) {
        let _focused = element.focus();
    }
}

/// Presses the first element that a selector finds.
pub fn press(selector: &str) {
    if let Some(element) = find(selector) {
        element.click();
    }
}

/// Puts the focus on what `inner` finds in the next or the previous sibling of the `outer` that an event is about.
pub fn focus_neighbour(event: &web_sys::Event, outer: &str, inner: &str, next: bool) {
    let around =
        event.target().and_then(|t| t.dyn_into::<Element>().ok()).and_then(|e| e.closest(outer).ok().flatten());
    let sibling = around.and_then(|e| if next { e.next_element_sibling() } else { e.previous_element_sibling() });
    let found = sibling.and_then(|e| e.query_selector(inner).ok().flatten());
    if let Some(found) = found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _focused = found.focus();
    }
}

/// Selects the text of the first field that a selector finds, and puts the focus there.
pub fn select(selector: &str) {
    focus(selector);
    if let Some(field) = find(selector).and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok()) {
        field.select();
    }
}

/// Scrolls the row that the first element stands in that a selector finds, so that all of it is seen.
pub fn show_in_row(selector: &str) {
    let Some((element, row)) = find(selector).and_then(|e| e.parent_element().map(|row| (e, row))) else { return };
    let (it, all) = (element.get_bounding_client_rect(), row.get_bounding_client_rect());
    let off = (it.right() - all.right()).max(0.0) + (it.left() - all.left()).min(0.0);
    row.set_scroll_left(row.scroll_left() + off as i32);
}

/// Scrolls the first element that a selector finds to the top of what it stands in.
pub fn reveal(selector: &str) {
    let element = web_sys::window().and_then(|w| w.document()).and_then(|d| d.query_selector(selector).ok().flatten());
    element.into_iter().for_each(|element| element.scroll_into_view());
}
