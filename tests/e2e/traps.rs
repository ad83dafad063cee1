//! What becomes known of a program that comes to an end by itself: in the built page a panic is a trap, and its message is gone.

use crate::chromium::Command;
use crate::page::{Page, before_the_page};

/// Keeps what the program exports, so that it can be called as no page would.
const KEEP: &str = "const instantiate = WebAssembly.instantiateStreaming; \
    WebAssembly.instantiateStreaming = async (...given) => { \
        const built = await instantiate.apply(WebAssembly, given); \
        window.exported = built.instance.exports; \
        return built; };";

#[tokio::test]
async fn a_trap_of_the_program_is_among_the_errors_that_the_page_tells_of() {
    before_the_page(async |page: Page| {
        page.chromium(Command::before_load(KEEP)).await;
        page.open("").await;
        page.has_met_no_error().await;
        // An alignment of three is none: the allocator of wasm-bindgen gives up.
        page.value("setTimeout(() => window.exported.__wbindgen_malloc(1, 3))").await;
        page.until("the error is told", "window.__errors.some(error => error.includes('unreachable'))").await;
        // It was meant.
        page.value("window.__errors.splice(0)").await;
    })
    .await;
}
