//! What only a browser can show, run in headless Chromium by wasm-bindgen-test.
//!
//! Natively this file is empty: `cargo test` has no browser.
#![cfg(target_arch = "wasm32")]

#[path = "web/fetch.rs"]
mod fetch;
#[path = "common/listed.rs"]
mod listed;
#[path = "web/markup.rs"]
mod markup;
#[path = "web/painter.rs"]
mod painter;
#[path = "web/traces.rs"]
mod traces;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);
