//! What only a browser can show, run in headless Chromium by wasm-bindgen-test.
//!
//! Natively this file is empty: `cargo test` has no browser.
#![cfg(target_arch = "wasm32")]

#[path = "web/fetch.rs"]
mod fetch;

use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_tests_run_in_a_page_that_can_draw_on_a_canvas() {
    let document = web_sys::window().and_then(|window| window.document()).expect("a browser has a document");
    let element = document.create_element("canvas").expect("a document makes elements");
    let canvas: web_sys::HtmlCanvasElement = element.dyn_into().expect("a canvas element is a canvas");
    assert!(canvas.get_context("2d").expect("asking for a context does not throw").is_some());
}
